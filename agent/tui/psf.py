"""Console fonts in PSF format, versions 1 and 2, and their Unicode tables (kbd, doc/font-formats.txt)."""

from __future__ import annotations

import gzip
import struct
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

_MAGIC1, _MAGIC2 = b"\x36\x04", b"\x72\xb5\x4a\x86"
_HAS_TABLE = 1


@dataclass(frozen=True, slots=True, kw_only=True)
class Font:
    """Glyph bitmaps (rows padded to whole bytes) and which glyph draws a character. Width and height in pixels."""

    width: int
    height: int
    glyphs: tuple[bytes, ...]
    table: Mapping[str, int]


def load(path: Path) -> Font:
    """A font file, gzipped or not. Raises ValueError when it is not one."""
    data = path.read_bytes()
    if data[:2] == b"\x1f\x8b":
        data = gzip.decompress(data)
    if data[:4] == _MAGIC2:
        return _version2(data)
    if data[:2] == _MAGIC1:
        return _version1(data)
    raise ValueError(f"{path.name}: not a PSF font")


def _cut(data: bytes, start: int, count: int, size: int) -> tuple[bytes, ...]:
    if len(data) < start + count * size:
        raise ValueError("PSF font is shorter than its header says")
    return tuple(data[start + i * size : start + (i + 1) * size] for i in range(count))


def _version2(data: bytes) -> Font:
    _version, header, flags, count, size, height, width = struct.unpack_from("<7I", data, 4)
    glyphs = _cut(data, header, count, size)
    table: dict[str, int] = {}
    if flags & _HAS_TABLE:
        entries = data[header + count * size :].split(b"\xff")
        for number, entry in enumerate(entries[:count]):
            for character in entry.split(b"\xfe")[0].decode("utf-8", errors="replace"):
                table.setdefault(character, number)
    return Font(width=width, height=height, glyphs=glyphs, table=table)


def _version1(data: bytes) -> Font:
    mode, height = data[2], data[3]
    count = 512 if mode & 1 else 256
    glyphs = _cut(data, 4, count, height)
    table: dict[str, int] = {}
    if mode & 6:
        for number, codes in enumerate(_groups(data[4 + count * height :], count)):
            for code in codes:
                table.setdefault(chr(code), number)
    return Font(width=8, height=height, glyphs=glyphs, table=table)


def _groups(data: bytes, count: int) -> Iterator[list[int]]:
    """Code points of each glyph; sequences (0xFFFE) are left out, 0xFFFF ends a glyph."""
    codes: list[int] = []
    in_sequence = False
    done = 0
    for (code,) in struct.iter_unpack("<H", data[: len(data) // 2 * 2]):
        if code == 0xFFFF:
            yield codes
            codes, in_sequence = [], False
            done += 1
            if done == count:
                return
        elif code == 0xFFFE:
            in_sequence = True
        elif not in_sequence:
            codes.append(code)
