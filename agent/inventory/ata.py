"""IDENTIFY DEVICE decoded from its 256 words (ACS-3, clause 7.12.7): the bits, not the prose.

Word numbers are those of the standard. The integrity word is required: USB bridges answer with noise.
"""

from __future__ import annotations

from collections.abc import Sequence

from agent.inventory.text import Noise, known_if, told
from agent.model.ata import FLOOR, noise_in
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.inventory import Disk, DiskSanitize, DiskSecurity, Medium


def decode_identify(words: Sequence[int], source: str) -> Disk:
    """One disk as IDENTIFY DEVICE tells it. Raises Noise when the integrity word or the checksum is wrong."""
    if noise := noise_in(words):
        raise Noise(noise)
    logical = _logical_block(words)
    sectors = _sectors(words)
    rotation = words[217]
    rpm = rotation if 0x401 <= rotation <= 0xFFFE else None
    turning = False if rotation == 1 else (True if rpm else None)
    return Disk(
        model=told(_string(words, 27, 46), source),
        serial=told(_string(words, 10, 19), source),
        firmware=told(_string(words, 23, 26), source),
        wwn=known_if(_wwn(words), source),
        size_bytes=known_if(sectors * logical if sectors else None, source),
        logical_block_size=Known(logical, source),
        physical_block_size=Known(logical << _physical_exponent(words), source),
        rotational=known_if(turning, source),
        rotation_rpm=known_if(rpm, source),
        medium=known_if(medium_of(turning), source),
        bus=Known("ata", source),
        security=decode_security(words[128], source, words[89], words[90]),
        sanitize=_sanitize(words[59], source),
    )


def medium_of(rotational: bool | None) -> str | None:
    return None if rotational is None else (Medium.HDD if rotational else Medium.SSD).value


def _string(words: Sequence[int], first: int, last: int) -> str:
    """ATA strings hold two characters a word, the high byte first."""
    raw = b"".join(word.to_bytes(2, "big") for word in words[first : last + 1])
    return raw.decode("ascii", "replace").strip(" \0")


def _wwn(words: Sequence[int]) -> str | None:
    value = int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words[108:112]), "big")
    return f"0x{value:016x}" if value and words[87] & 0xC100 == 0x4100 else None


def _double(words: Sequence[int], first: int, length: int) -> int:
    return sum(words[first + i] << 16 * i for i in range(length))


def _sectors(words: Sequence[int]) -> int:
    """User addressable sectors: extended (words 230-233), 48-bit (100-103) or 28-bit (60-61)."""
    if words[69] & 0x8 and words[69] not in (0xFFFF,) and (extended := _double(words, 230, 4)):
        return extended
    if words[83] & 0xC400 == 0x4400 and (large := _double(words, 100, 4)):
        return large
    return _double(words, 60, 2)


def _logical_block(words: Sequence[int]) -> int:
    valid = words[106] & 0xC000 == 0x4000
    return _double(words, 117, 2) * 2 if valid and words[106] & 0x1000 and _double(words, 117, 2) else 512


def _physical_exponent(words: Sequence[int]) -> int:
    valid = words[106] & 0xC000 == 0x4000
    return words[106] & 0xF if valid and words[106] & 0x2000 else 0


def decode_security(word: int, source: str, normal: int | None = None, enhanced: int | None = None) -> DiskSecurity:
    """Word 128, and the erase times of words 89 and 90. When the feature set is not supported nothing else is told."""
    if not word & 1:
        return DiskSecurity(supported=Known(False, source))
    level = ("maximum" if word & 0x100 else "high") if word & 2 else None
    return DiskSecurity(
        supported=Known(True, source),
        enabled=Known(bool(word & 2), source),
        locked=Known(bool(word & 4), source),
        frozen=Known(bool(word & 8), source),
        enhanced_erase=Known(bool(word & 0x20), source),
        level=known_if(level, source),
        erase_minutes=_minutes(normal, source),
        enhanced_erase_minutes=_minutes(enhanced, source) if word & 0x20 else None,
    )


def _minutes(word: int | None, source: str) -> MaybeFact[int]:
    """Two-minute units: bits 7:0, or bits 14:0 when bit 15 is set. Zero is not told, the largest value is a floor."""
    if word is None:
        return None
    extended = bool(word & 0x8000)
    units = word & (0x7FFF if extended else 0xFF)
    if units == (0x7FFF if extended else 0xFF):
        return Unreadable(FLOOR.format(65532 if extended else 508))
    return Known(units * 2, source) if units else None


def _sanitize(word: int, source: str) -> DiskSanitize:
    """Word 59: bit 12 the feature set, 13 crypto scramble, 14 overwrite, 15 block erase."""
    offered = bool(word & 0x1000)
    return DiskSanitize(
        overwrite=Known(offered and bool(word & 0x4000), source),
        block_erase=Known(offered and bool(word & 0x8000), source),
        crypto_erase=Known(offered and bool(word & 0x2000), source),
    )
