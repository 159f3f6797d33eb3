"""Screens: EDID 1.4 base block (VESA E-EDID A2). The serial numbers in it are never kept."""

from __future__ import annotations

import math
import re
from pathlib import PurePosixPath

from agent.inventory.asking import read, read_word
from agent.inventory.text import Noise, guarded, known_if
from agent.machine.door import Machine
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.inventory import Display
from agent.model.value import replace

_MAGIC = bytes.fromhex("00ffffffffffff00")
_CLASS = "/sys/class/drm"
_INTERNAL = re.compile(r"-(eDP|LVDS|DSI)-")
_NAME, _TEXT = 0xFC, 0xFE
_MM_PER_INCH = 25.4


@guarded
def parse_edid(data: bytes | str) -> Display:
    """Maker, model, year, native size in pixels and diagonal; Unreadable when the checksum is wrong."""
    raw = data.encode("latin-1", "replace") if isinstance(data, str) else data
    if re.fullmatch(rb"[\s0-9a-fA-F]{256,}", raw):  # a hexadecimal dump of it
        raw = bytes.fromhex(raw.decode("ascii"))
    if not raw:
        raise Noise("empty EDID")
    if len(raw) < 128 or raw[:8] != _MAGIC:
        raise Noise("not an EDID")
    block = raw[:128]
    if sum(block) & 0xFF:
        raise Noise("wrong checksum")
    source = "EDID"
    code = int.from_bytes(block[8:10], "big")
    maker = "".join(chr(64 + (code >> shift & 0x1F)) for shift in (10, 5, 0))
    descriptors = [block[54 + 18 * i : 72 + 18 * i] for i in range(4)]
    timing = next((d for d in descriptors if d[0] or d[1]), None)
    texts = [t for d in descriptors if not any(d[:3]) and d[3] in (_NAME, _TEXT) and (t := _text(d))]
    named = next((_text(d) for d in descriptors if not any(d[:3]) and d[3] == _NAME), None)
    width, height = _pixels(timing) if timing else (None, None)
    return Display(
        manufacturer=Known(maker, source) if maker.isalpha() else Unreadable("no maker"),
        model=known_if(named or _best(texts) or f"{int.from_bytes(block[10:12], 'little'):04X}", source),
        year=known_if(block[17] + 1990 if block[17] else None, source),
        width_px=known_if(width, source),
        height_px=known_if(height, source),
        diagonal_inches=known_if(_diagonal(block, timing), source),
    )


def _text(descriptor: bytes) -> str | None:
    raw = descriptor[5:18].split(b"\n")[0]
    word = raw.decode("ascii" if raw.isascii() else "cp437", "replace").strip()
    return word if word.isprintable() and word else None


def _best(texts: list[str]) -> str | None:
    """Panels have no name, but a text with their part number: the one with both letters and digits."""
    return next((t for t in reversed(texts) if re.search(r"[A-Z]", t) and re.search(r"\d{3}", t)), None)


def _pixels(timing: bytes) -> tuple[int | None, int | None]:
    width, height = timing[2] | (timing[4] >> 4) << 8, timing[5] | (timing[7] >> 4) << 8
    return width or None, height or None


def _diagonal(block: bytes, timing: bytes | None) -> float | None:
    """Inches, from millimetres in the timing or centimetres in the block; projectors say zero."""
    wide, high = 0, 0
    if timing is not None:
        wide, high = timing[12] | (timing[14] >> 4) << 8, timing[13] | (timing[14] & 0xF) << 8
    if not (wide and high) or wide < 50:
        wide, high = block[21] * 10, block[22] * 10
    return round(math.hypot(wide, high) / _MM_PER_INCH, 1) if wide and high else None


def probe(machine: Machine) -> MaybeFact[tuple[Display, ...]]:
    """Screens that are connected, the built-in one marked."""
    if not machine.exists(_CLASS):
        return Unreadable(f"not there: {_CLASS}")
    found = []
    for path in machine.glob(f"{_CLASS}/card*-*"):
        if read_word(machine, f"{path}/status") != "connected":
            continue
        name = PurePosixPath(path).name
        connector = Known(name.split("-", 1)[1], "drm")
        internal = Known(_INTERNAL.search(f"{name}-") is not None, "drm")
        data = read(machine, f"{path}/edid")
        display = parse_edid(data) if isinstance(data, bytes) else data or Unreadable("no EDID")
        if isinstance(display, Unreadable):
            display = Display(model=display)
        found.append(replace(display, connector=connector, internal=internal))
    return Known(tuple(found), "drm")
