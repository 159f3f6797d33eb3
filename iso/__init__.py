"""The bootable stick: what is in it, how it is made, written to a USB key, and tried in a virtual PC."""
