"""What a block holds that is not our stream: the content classes of a read-back (ERASURE design, section 7.4)."""

from __future__ import annotations

import zlib
from collections import Counter
from enum import StrEnum

from agent.erasure.stream import same

BLOCK = 4096


class Content(StrEnum):
    STREAM = "stream"  # what the pass wrote
    ZEROS = "zeros"
    ONES = "ones"  # 0xFF everywhere: erased flash
    PATTERN = "pattern"  # another repeated pattern, e.g. Seagate's 33 CC 55 AA after SANITIZE
    RANDOM = "random"  # high entropy that is not ours
    STRUCTURED = "structured"  # somebody's data, or a signature at its place
    NOT_CLASSED = "not_classed"  # differs, beyond the number of blocks that are looked at


SIGNATURES: tuple[tuple[int, bytes], ...] = (
    (510, b"\x55\xaa"),  # MBR or FAT/NTFS boot sector
    (512, b"EFI PART"),  # GPT header, 512-byte blocks
    (4096, b"EFI PART"),  # GPT header, 4096-byte blocks
    (3, b"NTFS    "),
    (3, b"EXFAT   "),
    (3, b"-FVE-FS-"),  # BitLocker
    (1080, b"\x53\xef"),  # ext2/3/4 superblock
    (0, b"LUKS\xba\xbe"),
    (0, b"XFSB"),
    (0x10040, b"_BHRfS_M"),  # btrfs
    (4086, b"SWAPSPACE2"),
    (512, b"LABELONE"),  # LVM2
    (0x8001, b"CD001"),  # ISO 9660
    (1024, b"H+"),  # HFS+
    (32, b"NXSB"),  # APFS
)
"""Signatures at the place where the system that wrote them looks (libblkid's table is the reference)."""

_MAX_PERIOD = 512
_SECTOR = 512


def classify(block: bytes) -> Content:
    """The class of one block that is not the stream. A repeated unit of up to 512 bytes is a pattern."""
    if not any(block):
        return Content.ZEROS
    if block.count(0xFF) == len(block):
        return Content.ONES
    period = 1
    while period <= min(_MAX_PERIOD, len(block) // 2):
        if block == (block[:period] * (len(block) // period + 1))[: len(block)]:
            return Content.PATTERN
        period *= 2
    # random bytes do not shrink; text, tables and programs do. Too short to tell is taken as somebody's data.
    if len(block) >= 512 and len(zlib.compress(block, 6)) >= len(block):
        return Content.RANDOM
    return Content.STRUCTURED


def survey_classes(data: memoryview) -> dict[Content, int]:
    """How many 4 KiB blocks of each class. A stretch that repeats one unit throughout is told by one comparison."""
    blocks = -(-len(data) // BLOCK)
    for period in (1, 2, 4, 8, 16, 32, 64, 128, 256, 512):
        if len(data) > 2 * period and same(data[:-period], data[period:]):
            return {classify(data[:BLOCK].tobytes()): blocks}
    found: Counter[Content] = Counter(classify(data[at : at + BLOCK].tobytes()) for at in range(0, len(data), BLOCK))
    return dict(found)


def signatures(head: bytes) -> list[str]:
    """Signatures found in the first bytes of a disk (128 KiB are enough), as "offset:name".

    A sector that is one repeated pattern holds no signature: Seagate's 33 CC 55 AA has 55 AA at byte 510.
    """
    return [
        f"{offset}:{magic.decode('latin-1').strip() if magic.isascii() else magic.hex()}"
        for offset, magic in SIGNATURES
        if head[offset : offset + len(magic)] == magic
        and classify(head[offset // _SECTOR * _SECTOR :][:_SECTOR]) is not Content.PATTERN
    ]
