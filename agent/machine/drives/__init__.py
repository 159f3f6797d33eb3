"""Virtual drives at the ioctl boundary: state that really erases a backing file, or lies about it (ERASURE design, 12).

Unmodified hdparm, nvme, smartctl, sg3-utils and mmc talk to them through a preloaded library; nothing here opens a
block device.
"""
