"""Keys and what they ask for: function keys, their letters, the AZERTY digit row (WORKBENCH section 4)."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Command(StrEnum):
    HELP = "help"
    NEXT = "next"
    DETAILS = "details"
    OUTBOX = "outbox"
    RETRY = "retry"
    UNTAGGED = "untagged"
    JOURNAL = "journal"
    STOP = "stop"
    LANGUAGE = "language"
    POWER = "power"
    SETTINGS = "settings"
    DIAGNOSTIC = "diagnostic"


FUNCTION_KEYS: Mapping[str, Command] = {f"f{n}": c for n, c in enumerate(Command, start=1)}

LETTERS: Mapping[str, Command] = {
    "h": Command.HELP,
    "s": Command.NEXT,
    "d": Command.DETAILS,
    "f": Command.OUTBOX,
    "r": Command.RETRY,
    "n": Command.UNTAGGED,
    "j": Command.JOURNAL,
    "x": Command.STOP,
    "l": Command.LANGUAGE,
    "e": Command.POWER,
    "g": Command.SETTINGS,
    "b": Command.DIAGNOSTIC,
}

SCREEN_LETTERS: Mapping[str, str] = {"f": "filter", "o": "yes", "y": "yes", "n": "no"}
"""Letters with a meaning of their own on one screen: the journal's filter, the answers to a question."""

SAFE_LETTERS = frozenset("bcdefghijklnoprstuvxy")
"""Letters that keep their place on QWERTY and AZERTY; no command may use another."""

AZERTY_DIGITS: Mapping[str, str] = dict(zip("&é\"'(-è_çà", "1234567890", strict=True)) | {
    "É": "2", "È": "7", "Ç": "9", "À": "0",
}  # fmt: skip


def digit(character: str | None) -> str:
    """The digit meant by a key of the top row, shifted or not, or "" for another key."""
    if character is None:
        return ""
    if character.isdigit():
        return character
    return AZERTY_DIGITS.get(character, "")
