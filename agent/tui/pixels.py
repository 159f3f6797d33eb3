"""Letters of three by five pixels for the wall, drawn with coloured blanks: no font can lack them.

An accent adds two rows above. A pixel is w columns by h rows of the console.
"""

from __future__ import annotations

import unicodedata

_LETTERS = {
    "A": "###/# #/###/# #/# #",
    "B": "## /# #/## /# #/## ",
    "C": "###/#  /#  /#  /###",
    "D": "## /# #/# #/# #/## ",
    "E": "###/#  /## /#  /###",
    "F": "###/#  /###/#  /#  ",
    "G": "###/#  /# #/# #/###",
    "H": "# #/# #/###/# #/# #",
    "I": "#/#/#/#/#",
    "J": "  #/  #/  #/# #/###",
    "K": "# #/# #/## /# #/# #",
    "L": "#  /#  /#  /#  /###",
    "M": "# #/###/###/# #/# #",
    "N": "###/# #/# #/# #/# #",
    "O": "###/# #/# #/# #/###",
    "P": "###/# #/###/#  /#  ",
    "Q": "###/# #/# #/###/  #",
    "R": "## /# #/## /# #/# #",
    "S": "###/#  /###/  #/###",
    "T": "###/ # / # / # / # ",
    "U": "# #/# #/# #/# #/###",
    "V": "# #/# #/# #/# #/ # ",
    "W": "#   #/#   #/# # #/# # #/#####",
    "X": "# #/# #/ # /# #/# #",
    "Y": "# #/# #/###/ # / # ",
    "Z": "###/  #/ # /#  /###",
    "0": "###/# #/# #/# #/###",
    "1": " # /## / # / # /###",
    "2": "###/  #/###/#  /###",
    "3": "###/  #/###/  #/###",
    "4": "# #/# #/###/  #/  #",
    "5": "###/#  /###/  #/###",
    "6": "###/#  /###/# #/###",
    "7": "###/  #/  #/  #/  #",
    "8": "###/# #/###/# #/###",
    "9": "###/# #/###/  #/###",
    "%": "# #/  #/ # /#  /# #",
    "?": "###/  #/ ##/   / # ",
    " ": " / / / / ",
}

_ACCENTS = {"\u0301": "  #/ # ", "\u0300": "#  / # ", "\u0302": " # /   ", "\u0308": "# #/   "}

SIZES: tuple[tuple[int, int], ...] = ((12, 6), (10, 5), (8, 4), (7, 3), (6, 3), (5, 2), (4, 2), (3, 2), (2, 2), (2, 1))
"""Pixel sizes tried, largest first: columns and rows. A console cell is twice as high as wide; 2 by 2 makes tall
narrow letters, still easier to read from afar than small ones."""


def has_accent(word: str) -> bool:
    return any(unicodedata.combining(c) for c in unicodedata.normalize("NFD", word))


def bitmap(word: str) -> list[str]:
    """Rows of "#" and blanks, one column between letters; seven rows when a letter has an accent, else five."""
    tall = has_accent(word)
    glyphs: list[list[str]] = []
    for character in word.upper():
        decomposed = unicodedata.normalize("NFD", character)
        base, marks = decomposed[0], decomposed[1:]
        rows = _LETTERS[base].split("/")
        if tall:
            blank = " " * len(rows[0])
            crown = _ACCENTS[marks[0]].split("/") if marks else [blank, blank]
            rows = [*(c.ljust(len(rows[0])) for c in crown), *rows]
        glyphs.append(rows)
    return [" ".join(g[y] for g in glyphs) for y in range(7 if tall else 5)]


def width(word: str) -> int:
    """Pixels across."""
    return len(bitmap(word)[0])


def fits(word: str, columns: int, rows: int) -> tuple[int, int] | None:
    """The largest pixel with which the word fits, or None."""
    picture = bitmap(word)
    for w, h in SIZES:
        if len(picture[0]) * w <= columns and len(picture) * h <= rows:
            return w, h
    return None


def enlarge(picture: list[str], w: int, h: int) -> list[str]:
    """Each pixel w columns by h rows."""
    return ["".join(c * w for c in row) for row in picture for _ in range(h)]
