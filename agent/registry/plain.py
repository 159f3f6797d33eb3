"""Values of a signed report made fit for a database row and a page: text without control characters, bounded numbers.

The signed bytes are kept as they came; only what is projected from them passes here. PostgreSQL refuses NUL in text
and both databases refuse integers above 63 bits.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from typing import Any

TEXT_LIMIT = 200
LARGEST = 2**63 - 1
_DROPPED = {"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"}


def plain(text: str, limit: int = TEXT_LIMIT) -> str:
    """One line of visible text: controls and direction marks become blanks, ends are trimmed, length is bounded."""
    shown = "".join(" " if unicodedata.category(c) in _DROPPED else c for c in text[: limit * 4])
    return " ".join(shown.split())[:limit]


def text_at(thing: Any, *path: str) -> str | None:
    """The text at this place of a JSON value, or None: a fact that is absent or unreadable is no text."""
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    return (plain(thing) or None) if isinstance(thing, str) else None


def number_at(thing: Any, *path: str) -> int | None:
    for name in path:
        thing = thing.get(name) if isinstance(thing, Mapping) else None
    is_number = isinstance(thing, (int, float)) and not isinstance(thing, bool)
    return bounded(thing) if is_number else None


def bounded(number: float) -> int:
    """A count that fits in a database column."""
    return int(max(0, min(number, LARGEST)))
