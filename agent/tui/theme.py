"""Palette, contrast and the Textual theme (WORKBENCH section 6).

The palette is loaded into a real console only; everywhere else the terminal's own sixteen colours are used.
One slot, one meaning: 1 failed, 2 done, 3 a person is needed, 4 erasing, 5 installing, 6 the focused row.
"""

from __future__ import annotations

import functools
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from rich.style import Style
    from textual.theme import Theme

    from agent.tui.paint import Ink

PALETTE: tuple[str, ...] = (
    "101418", "C62828", "2E7D32", "E0A800", "1558B0", "6A1B9A", "00737E", "FFFFFF",
    "9AA7B0", "FF8A80", "81C784", "FFD54F", "90CAF9", "CE93D8", "80DEEA", "FFFFFF",
)  # fmt: skip
"""Slots 0 to 15 as rrggbb."""

RED, GREEN, AMBER, BLUE, VIOLET, TEAL, WHITE = 1, 2, 3, 4, 5, 6, 7
BLACK = 0


def ink_on(background: int) -> int:
    """The letter slot for a background slot: black on amber and white, white elsewhere."""
    return BLACK if background in (AMBER, WHITE) else 15


def luminance(rrggbb: str) -> float:
    """Relative luminance of WCAG 2.1."""
    channels = (int(rrggbb[i : i + 2], 16) / 255 for i in (0, 2, 4))
    r, g, b = (c / 12.92 if c <= 0.04045 else ((c + 0.055) / 1.055) ** 2.4 for c in channels)
    return 0.2126 * r + 0.7152 * g + 0.0722 * b


def contrast(one: str, other: str) -> float:
    """Contrast ratio of WCAG 2.1, 1 to 21."""
    high, low = sorted((luminance(one), luminance(other)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@functools.cache
def style(ink: Ink) -> Style:
    """The terminal style of an ink: palette slots, never bold, dim, italic or underlined."""
    from rich.color import Color
    from rich.style import Style

    return Style(color=Color.from_ansi(ink.fg), bgcolor=Color.from_ansi(ink.bg))


def bench_theme() -> Theme:
    """ansi-dark without its two bright backgrounds: a console has eight backgrounds."""
    import dataclasses

    from textual.theme import BUILTIN_THEMES

    base = BUILTIN_THEMES["ansi-dark"]
    dull = {name: "ansi_cyan" for name in ("input-selection-background", "screen-selection-background")}
    return dataclasses.replace(base, name="regain", variables={**base.variables, **dull})
