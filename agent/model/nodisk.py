"""Why a PC has no disk: what a person says of it. A controller may hide drives, so nobody but a person can know."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum

SHORTEST = 3
"""Letters that a typed reason has at least."""


class Why(StrEnum):
    REMOVED = "removed"  # taken out; the text says to whom it was given
    ARRIVED_WITHOUT = "arrived_without"
    OTHER = "other"  # the text says what


NEEDS_TEXT = frozenset({Why.REMOVED, Why.OTHER})


@dataclass(frozen=True, slots=True, kw_only=True)
class NoDisk:
    """``by``: card number or initials of the person who says so."""

    why: Why
    text: str = ""
    by: str

    @property
    def complete(self) -> bool:
        """False while the person, or the words that this reason needs, are missing."""
        said = len(self.text.strip()) >= SHORTEST or self.why not in NEEDS_TEXT
        return said and bool(self.by.strip())
