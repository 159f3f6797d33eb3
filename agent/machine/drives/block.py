"""What the kernel's block layer says of a drive by itself: kind of node, number, size, block sizes, read-only."""

from __future__ import annotations

import re
import stat
from pathlib import PurePosixPath

from agent.machine.drives.bus import Node
from agent.machine.drives.wire import NO_SUCH_COMMAND, Reply

# linux/fs.h, linux/nvme_ioctl.h
_BLKGETSIZE64, _BLKGETSIZE, _BLKROGET, _BLKSSZGET, _BLKBSZGET, _BLKPBSZGET = (
    0x80081272,
    0x1260,
    0x125E,
    0x1268,
    0x80081270,
    0x127B,
)
_NVME_ID = 0x4E40
_SOFT_BLOCK = 4096

_SD, _MMC, _BLKEXT, _NVME, _NVME_GENERIC = 8, 179, 259, 240, 241  # Documentation/admin-guide/devices.txt; two dynamic


def mode(node: Node) -> int:
    return (stat.S_IFCHR | 0o600) if node.character else (stat.S_IFBLK | 0o660)


def device(node: Node) -> tuple[int, int]:
    """Major and minor, as Linux numbers them: tools take the kind of a drive from it."""
    name = PurePosixPath(node.path).name
    if found := re.fullmatch(r"sd([a-z])", name):
        return _SD, (ord(found[1]) - ord("a")) * 16
    if found := re.match(r"mmcblk(\d+)", name):
        return _MMC, int(found[1]) * 8
    if found := re.fullmatch(r"nvme(\d+)", name):
        return _NVME, int(found[1])
    if found := re.fullmatch(r"nvme(\d+)n(\d+)", name):
        return _BLKEXT, int(found[1]) * 16 + int(found[2])
    if found := re.fullmatch(r"ng(\d+)n(\d+)", name):
        return _NVME_GENERIC, int(found[1]) * 16 + int(found[2])
    return _BLKEXT, 255


def answer(node: Node, request: int) -> Reply:
    """One ioctl that no drive hears of."""
    if request == _NVME_ID:
        return Reply(result=node.nsid) if node.nsid else NO_SUCH_COMMAND
    if node.character:
        return NO_SUCH_COMMAND
    told = {
        _BLKGETSIZE64: node.size_bytes,
        _BLKGETSIZE: node.size_bytes // 512,
        _BLKROGET: int(node.read_only),
        _BLKSSZGET: node.logical_block,
        _BLKBSZGET: max(_SOFT_BLOCK, node.logical_block),
        _BLKPBSZGET: node.physical_block,
    }
    return Reply(result=told[request]) if request in told else NO_SUCH_COMMAND
