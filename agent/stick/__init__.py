"""The live system's own stick: the medium it was started from, and the data partition where results are kept."""
