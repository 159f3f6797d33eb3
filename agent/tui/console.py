"""The Linux console: our font and palette while the screens run, the former ones afterwards (WORKBENCH 6 and 8).

Only on a real virtual terminal with TERM=linux; everywhere else this does nothing. It talks to the terminal
that standard error already is (``ioctl_console(2)``): no device is opened and no program is started.
"""

from __future__ import annotations

import ctypes
import fcntl
import logging
import os
import struct
import termios
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import TextIO

from agent.tui import psf, theme

log = logging.getLogger(__name__)

KDGKBTYPE = 0x4B33
GIO_UNIMAP, PIO_UNIMAP, PIO_UNIMAPCLR = 0x4B66, 0x4B67, 0x4B68
KDFONTOP = 0x4B72
FONT_SET, FONT_GET = 0, 1
ROWS_PER_GLYPH = 32  # KD_FONT_OP_SET takes each glyph in 32 rows, whatever its height

FONTS = Path("/usr/share/consolefonts")
FONT_SIZES = ("32x16", "28x14", "24x12", "22x11", "20x10", "18x10", "16", "14")
"""Lat15-TerminusBold, height by width, largest first; 16 and 14 are 8 pixels wide. All have 256 glyphs."""

LEAST_COLUMNS, LEAST_ROWS = 80, 24


def palette_sequence() -> str:
    """The sixteen slots as the console takes them: ``ESC ] P`` slot rrggbb, without a terminator."""
    return "".join(f"\x1b]P{slot:X}{colour}" for slot, colour in enumerate(theme.PALETTE))


PALETTE_RESET = "\x1b]R"
CLEAR = "\x1b[0m\x1b[2J\x1b[H"
"""Kernels before 6.18 have no alternate screen: what was drawn would stay."""


def font_for(pixels_across: int, pixels_down: int) -> str | None:
    """The largest font that keeps 80 columns and 24 rows on a display, or None."""
    for name in FONT_SIZES:
        height, _, width = name.partition("x")
        if pixels_across // int(width or 8) >= LEAST_COLUMNS and pixels_down // int(height) >= LEAST_ROWS:
            return name
    return None


@dataclass(slots=True)
class SavedFont:
    """What the console had: raw glyphs of 32 rows, size in pixels, and its Unicode pairs."""

    width: int
    height: int
    count: int
    data: bytes
    pairs: bytes


@dataclass(slots=True)
class Console:
    """``enter`` before the first paint and ``leave`` on the way out. ``real`` is False on any other terminal."""

    stream: TextIO | None
    real: bool
    fonts: Path = FONTS
    _saved: SavedFont | None = field(default=None, init=False)

    @classmethod
    def found(cls, stream: TextIO | None) -> Console:
        """The console behind a stream; real when TERM is linux and the kernel answers as a virtual terminal."""
        real = False
        if stream is not None and os.environ.get("TERM") == "linux":
            try:
                real = stream.isatty() and fcntl.ioctl(stream.fileno(), KDGKBTYPE, b"\0")[:1] in (b"\x01", b"\x02")
            except (OSError, ValueError):
                real = False  # a pipe, a pseudo terminal or a closed stream: not a console, and that is fine
        return cls(stream=stream, real=real)

    def enter(self) -> None:
        if not self.real or self.stream is None:
            return
        try:
            self._set_best_font(self.stream.fileno())
        except (OSError, ValueError) as error:
            log.warning("console font kept: %s", error)
        self._write(palette_sequence() + CLEAR)

    def leave(self) -> None:
        if not self.real or self.stream is None:
            return
        if self._saved is not None:
            try:
                _put_font(self.stream.fileno(), self._saved)
            except OSError as error:
                log.warning("console font not restored: %s", error)
        self._write(PALETTE_RESET + CLEAR)

    def _write(self, text: str) -> None:
        if self.stream is not None:
            self.stream.write(text)
            self.stream.flush()

    def _set_best_font(self, fd: int) -> None:
        saved = _get_font(fd)
        rows, columns = struct.unpack("HHHH", fcntl.ioctl(fd, termios.TIOCGWINSZ, b"\0" * 8))[:2]
        name = font_for(columns * saved.width, rows * saved.height)
        if name is None:
            return
        path = next(iter(sorted(self.fonts.glob(f"Lat15-TerminusBold{name}.psf*"))), None)
        if path is None:
            raise ValueError(f"Lat15-TerminusBold{name} is not installed")
        font = psf.load(path)
        _put_font(fd, SavedFont(width=font.width, height=font.height, count=len(font.glyphs),
                                data=b"".join(padded(font)), pairs=pairs_of(font)))  # fmt: skip
        self._saved = saved


def padded(font: psf.Font) -> Iterator[bytes]:
    """Each glyph in 32 rows."""
    row = (font.width + 7) // 8
    for glyph in font.glyphs:
        yield glyph.ljust(row * ROWS_PER_GLYPH, b"\0")


def pairs_of(font: psf.Font) -> bytes:
    """(character, glyph) as pairs of 16-bit numbers, what ``struct unipair`` holds."""
    return b"".join(struct.pack("HH", ord(c), number) for c, number in font.table.items() if ord(c) < 0x10000)


def _font_op(fd: int, op: int, width: int, height: int, count: int, buffer: ctypes.Array[ctypes.c_char]) -> bytes:
    """``struct console_font_op`` of linux/kd.h; returns it as the kernel left it."""
    packed = struct.pack("@IIIIIP", op, 0, width, height, count, ctypes.addressof(buffer))
    return fcntl.ioctl(fd, KDFONTOP, packed)


def _get_font(fd: int) -> SavedFont:
    buffer = ctypes.create_string_buffer(512 * ROWS_PER_GLYPH * 4)
    _op, _flags, width, height, count, _data = struct.unpack("@IIIIIP", _font_op(fd, FONT_GET, 32, 32, 512, buffer))
    size = (width + 7) // 8 * ROWS_PER_GLYPH * count
    return SavedFont(width=width, height=height, count=count, data=buffer.raw[:size], pairs=_get_pairs(fd))


def _get_pairs(fd: int) -> bytes:
    entries = 4096
    buffer = ctypes.create_string_buffer(entries * 4)
    answer = fcntl.ioctl(fd, GIO_UNIMAP, struct.pack("@HP", entries, ctypes.addressof(buffer)))
    return buffer.raw[: struct.unpack("@HP", answer)[0] * 4]


def _put_font(fd: int, font: SavedFont) -> None:
    glyphs = ctypes.create_string_buffer(font.data, len(font.data))
    _font_op(fd, FONT_SET, font.width, font.height, font.count, glyphs)
    pairs = ctypes.create_string_buffer(font.pairs, len(font.pairs))
    fcntl.ioctl(fd, PIO_UNIMAPCLR, struct.pack("HHH", 0, 0, 0))
    fcntl.ioctl(fd, PIO_UNIMAP, struct.pack("@HP", len(font.pairs) // 4, ctypes.addressof(pairs)))
