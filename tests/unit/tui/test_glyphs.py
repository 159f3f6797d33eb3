"""The glyph budget against the console font's own Unicode table (WORKBENCH section 7)."""

from __future__ import annotations

import gzip
import struct
import subprocess
from collections import Counter
from pathlib import Path

import pytest

from agent.tui import paint, psf
from agent.tui.console import FONT_SIZES, FONTS, font_for

BUDGET = sorted(paint.budget())


def font(name: str) -> psf.Font:
    path = FONTS / f"Lat15-TerminusBold{name}.psf.gz"
    if not path.is_file():
        pytest.skip("the console fonts are not installed")
    return psf.load(path)


def test_sixty_one_characters_beyond_ascii() -> None:
    beyond = [c for c in BUDGET if ord(c) > 126]
    assert len(beyond) == 61
    assert set("éèêëàâçîïôùûœŒÉÈÀÇÊ«»’…·×°²€±─│┌┐└┘├┤┬┴┼█░▒■●←↑→↓") <= set(beyond)


@pytest.mark.parametrize("name", FONT_SIZES)
def test_the_budget_is_one_to_one_in_every_font_we_load(name: str) -> None:
    loaded = font(name)
    missing = [c for c in BUDGET if c not in loaded.table]
    assert missing == []
    shared = [c for c, n in Counter(loaded.table[c] for c in BUDGET).items() if n > 1]
    assert shared == [], "two characters of the budget draw the same glyph"
    assert len(loaded.glyphs) == 256, "512 glyphs would halve the inks"


def test_what_the_page_warns_of_is_true_of_this_font() -> None:
    """Being in the font is not enough: a box with a tick draws as something else, eighth blocks are missing."""
    table = font("16").table
    assert table.get("☑") is None or table["☑"] == table["v"]
    assert all(c not in table for c in "✓▀▄▌▐▓○□◆")


@pytest.mark.process
def test_our_reader_agrees_with_psfgettable() -> None:
    path = FONTS / "Lat15-TerminusBold16.psf.gz"
    if not path.is_file():
        pytest.skip("the console fonts are not installed")
    try:
        raw = gzip.decompress(path.read_bytes())
        told = subprocess.run(["psfgettable", "-", "-"], input=raw, capture_output=True, check=True).stdout.decode()
    except FileNotFoundError:
        pytest.skip("kbd is not installed")
    theirs: dict[str, int] = {}
    for line in told.splitlines():
        if line.startswith("0x"):
            position, *codes = line.split()
            for code in codes:
                if code.startswith("U+"):
                    theirs.setdefault(chr(int(code[2:], 16)), int(position, 16))
    ours = psf.load(path).table
    assert {c: ours[c] for c in BUDGET} == {c: theirs[c] for c in BUDGET}


def test_a_broken_font_is_refused(tmp_path: Path) -> None:
    for content in (b"", b"PK\x03\x04", b"\x72\xb5\x4a\x86" + struct.pack("<7I", 0, 32, 1, 256, 16, 16, 8) + b"\0" * 9):
        path = tmp_path / "x.psf"
        path.write_bytes(content)
        with pytest.raises(ValueError):
            psf.load(path)


@pytest.mark.parametrize(
    ("display", "name"),
    [((1024, 768), "24x12"), ((1280, 800), "32x16"), ((1366, 768), "32x16"), ((1600, 900), "32x16"),
     ((1920, 1080), "32x16"), ((3840, 2160), "32x16"), ((720, 400), "16"), ((640, 350), "14"), ((320, 200), None)],
)  # fmt: skip
def test_the_largest_font_that_keeps_80_by_24(display: tuple[int, int], name: str | None) -> None:
    assert font_for(*display) == name


def test_what_a_drive_says_is_drawn_with_what_the_font_has() -> None:
    assert paint.drawable("SanDisk® Ultra™ “32 GB” — ä\u00a0日") == "SanDisk Ultra «32 GB» - a ?"
    assert paint.drawable("é œ …") == "é œ …"
