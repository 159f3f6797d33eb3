"""Style sheets of printed papers (a package, so that they are installed with it)."""
