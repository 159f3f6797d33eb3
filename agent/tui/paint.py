"""Lines of text in ink: everything the bench shows is a list of these, drawn exactly (WORKBENCH sections 5 and 6).

Nothing here knows Textual: a view is a pure function from a job to lines, and tests compare them as text.
Inks are palette slots: 0 to 7 for backgrounds, 0 to 15 for letters. Widths and rows are character cells.
"""

from __future__ import annotations

import functools
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from importlib import resources


@dataclass(frozen=True, slots=True)
class Ink:
    fg: int = 7
    bg: int = 0


PLAIN = Ink()
STRONG = Ink(15)
FAINT = Ink(8)
BAD = Ink(9)
GOOD = Ink(10)
WARN = Ink(11)
CODE = Ink(14)
FOCUS = Ink(15, 6)
REVERSED = Ink(0, 7)

Span = tuple[str, Ink]
Line = tuple[Span, ...]


@functools.cache
def budget() -> frozenset[str]:
    """Every character a screen may show: ASCII, and those of glyphs.txt (WORKBENCH section 7)."""
    text = resources.files(__package__).joinpath("glyphs.txt").read_text(encoding="utf-8")
    beyond = "".join(line for line in text.splitlines() if not line.startswith("#"))
    return frozenset(chr(c) for c in range(32, 127)) | frozenset(beyond.replace(" ", ""))


_BLANKS = dict.fromkeys(map(ord, "\u00a0\u202f\u2009\t\n\r"), " ")
_LOOKALIKES = {"–": "-", "—": "-", "‐": "-", "‑": "-", "“": "«", "”": "»", "‘": "’", "®": "", "™": ""}


def drawable(text: str) -> str:
    """The text in characters the console font has; what a drive or a BIOS says may hold anything."""
    text = text.translate(_BLANKS)
    allowed = budget()
    return "".join(c if c in allowed else _nearest(c) for c in text)


def _nearest(character: str) -> str:
    """A look-alike of the budget: "ä" becomes "a", what resembles nothing becomes "?"."""
    if character in _LOOKALIKES:
        return _LOOKALIKES[character]
    base = unicodedata.normalize("NFKD", character)[0]
    return base if base in budget() else "?"


def line(*spans: str | Span) -> Line:
    """A line from plain strings and (text, ink) pairs."""
    pairs = ((s, PLAIN) if isinstance(s, str) else s for s in spans)
    return tuple((drawable(text), ink) for text, ink in pairs if text)


def width_of(parts: Line) -> int:
    return sum(len(text) for text, _ in parts)


def plain(parts: Line) -> str:
    return "".join(text for text, _ in parts)


def fit(parts: Line, width: int, *, fill: Ink = PLAIN) -> Line:
    """The line cut or padded to exactly ``width`` cells; a cut shows as "…"."""
    total = width_of(parts)
    if total == width:
        return parts
    if total < width:
        return (*parts, (" " * (width - total), fill))
    if not plain(slice_line(parts, width, None)).strip():
        return slice_line(parts, 0, width)
    kept: list[Span] = []
    room = width - 1
    for text, ink in parts:
        if room <= 0:
            break
        kept.append((text[:room], ink))
        room -= len(text)
    last = kept[-1][1] if kept else fill
    return (*kept, ("…", last))


def both_ends(left: Line, right: Line, width: int, *, fill: Ink = PLAIN) -> Line:
    """``left`` at the start and ``right`` at the end; the left one is cut when they meet."""
    room = width - width_of(right) - 1
    return (
        (*fit(left, max(0, room), fill=fill), (" ", fill), *right) if width_of(right) else fit(left, width, fill=fill)
    )


def recolour(parts: Line, ink: Ink) -> Line:
    return tuple((text, ink) for text, _ in parts)


def wrap(text: str, width: int) -> list[str]:
    """Lines of at most ``width`` cells, broken at blanks; a no-break space never breaks."""
    lines: list[str] = []
    current = ""
    for word in text.replace("\n", " ").split(" "):
        if not word:
            continue
        candidate = f"{current} {word}" if current else word
        if len(candidate) <= width:
            current = candidate
            continue
        if current:
            lines.append(current)
        while len(word) > width:
            lines.append(word[:width])
            word = word[width:]
        current = word
    return [*lines, current] if current or not lines else lines


def labelled(label: str, text: str, width: int, *, indent: int = 1, column: int = 14, ink: Ink = PLAIN) -> list[Line]:
    """``label`` in its column and ``text`` wrapped beside it."""
    room = max(8, width - indent - column - 1)
    rows = wrap(drawable_keep(text), room)
    head = (" " * indent, PLAIN), (drawable(label).ljust(column), FAINT)
    blank = " " * (indent + column)
    return [(*head, (drawable(rows[0]), ink)), *(((blank, PLAIN), (drawable(r), ink)) for r in rows[1:])]


def drawable_keep(text: str) -> str:
    """Like ``drawable`` but no-break spaces stay, for ``wrap`` to respect."""
    return "".join(c if c in "\u00a0\u202f" else drawable(c) for c in text)


def rule(width: int, *, ink: Ink = FAINT, left: str = "", right: str = "") -> Line:
    """A horizontal line, with words in it at the left or right end."""
    if not left and not right:
        return (("─" * width, ink),)
    head = f"── {drawable(left)} " if left else ""
    tail = f" {drawable(right)} ──" if right else ""
    gap = "─" * max(0, width - 2 - len(head) - len(tail))
    return fit(line(" ", (head, STRONG), (gap, ink), (tail, STRONG), " "), width)


def box(rows: Sequence[Line], width: int, *, title: str = "", foot: str = "", ink: Ink = PLAIN) -> list[Line]:
    """Rows inside a drawn frame ``width`` cells wide."""
    inner = width - 4
    head = f"┌ {drawable(title)} " if title else "┌"
    tail = f" {drawable(foot)} ───┘" if foot else "┘"
    top = ((head + "─" * (width - len(head) - 1) + "┐", ink),)
    bottom = (("└" + "─" * max(0, width - len(tail) - 1) + tail, ink),)
    sides = [(("│ ", ink), *fit(row, inner), (" │", ink)) for row in rows]
    return [top, *sides, bottom]


def overlay(under: Sequence[Line], over: Sequence[Line], *, row: int, column: int) -> list[Line]:
    """``over`` laid on ``under``, its first line at ``row`` and ``column``."""
    result = list(under)
    for offset, above in enumerate(over):
        y = row + offset
        if 0 <= y < len(result):
            end = column + width_of(above)
            result[y] = (*slice_line(result[y], 0, column), *above, *slice_line(result[y], end, None))
    return result


def slice_line(parts: Line, start: int, stop: int | None) -> Line:
    """Cells [start, stop) of a line."""
    out: list[Span] = []
    at = 0
    for text, ink in parts:
        piece = text[max(0, start - at) : None if stop is None else max(0, stop - at)]
        if piece:
            out.append((piece, ink))
        at += len(text)
    return tuple(out)


def window(rows: Sequence[Line], height: int, focus: int) -> list[Line]:
    """At most ``height`` rows around the one in ``focus``; "↑" and "↓" in the last cell say that there are more."""
    if len(rows) <= height:
        return list(rows)
    start = min(max(0, focus - height // 2), len(rows) - height)
    shown = list(rows[start : start + height])
    for position, more, mark in ((0, start > 0, "↑"), (height - 1, start + height < len(rows), "↓")):
        if more:
            full = max(width_of(shown[position]), max(width_of(r) for r in shown))
            shown[position] = (*fit(shown[position], full - 1), (mark, STRONG))
    return shown


def keys(pairs: Iterable[tuple[str, str]]) -> Line:
    """Row 23: keys of this screen and what they do."""
    spans: list[str | Span] = []
    for key, label in pairs:
        spans.extend([("   " if spans else " "), (key, STRONG), (" ", PLAIN), label])
    return line(*spans)
