"""Values in the reader's language: sizes, instants, states, verdicts. Sentences come from ``locale``."""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

from agent.locale import Words

NARROW = "\u202f"
_UNITS = ("k", "M", "G", "T", "P")


class Wording:
    """What the templates may say. ``t(id, **params)`` is a message; the other methods format a value."""

    def __init__(self, words: Words) -> None:
        self.words = words
        self.lang = words.lang

    def t(self, message: str, **params: Any) -> str:
        return self.words(f"registry-{message}", **params)

    def maybe(self, family: str, value: object) -> str:
        """The word for this value of a closed list, or the value itself when a newer report brings another."""
        message = f"registry-{family}-{value}".replace("_", "-").lower()
        known = message.replace("-", "").isalnum() and self.words.has(message)
        return self.words(message) if known else str(value)

    def technique(self, value: object) -> str:
        """An erasure technique in the words of its own room."""
        message = f"technique-{value}"
        known = message.replace("-", "").isalnum() and self.words.has(message)
        return self.words(message) if known else str(value)

    def cpu(self, text: str) -> str:
        """A processor's brand without trade marks and filler, as people say it."""
        return " ".join(re.sub(r"\((?:R|TM|C)\)|\bCPU\b|\s@\s.*$", " ", text, flags=re.IGNORECASE).split())

    def number(self, value: float, digits: int = 0) -> str:
        text = f"{value:,.{digits}f}"
        if self.lang == "fr":
            text = text.replace(",", NARROW).replace(".", ",")
        return text

    def size(self, value: int | None) -> str:
        """Bytes in decimal units, as disks are sold."""
        if value is None:
            return "?"
        amount, unit = float(value), ""
        for name in _UNITS:
            if amount < 1000:
                break
            amount, unit = amount / 1000, name
        digits = 1 if amount < 10 and unit not in ("", "k") else 0
        return f"{self.number(amount, digits)}\u00a0{unit}{'o' if self.lang == 'fr' else 'B'}"

    def memory(self, value: int | None) -> str:
        """Bytes in binary units, as memory is sold."""
        if value is None:
            return "?"
        amount = value / 2**30
        return f"{self.number(amount, 0 if amount >= 10 or amount.is_integer() else 1)}\u00a0Gi{self._byte}"

    @property
    def _byte(self) -> str:
        return "o" if self.lang == "fr" else "B"

    def day(self, text: str) -> str:
        moment = datetime.fromisoformat(text)
        return f"{moment.day}\u00a0{self.t(f'month-{moment.month}')} {moment.year}"

    def moment(self, text: str) -> str:
        moment = datetime.fromisoformat(text)
        return f"{self.day(text)}, {moment:%H:%M}\u00a0UTC"

    def duration(self, seconds: int | None) -> str:
        if seconds is None:
            return "?"
        hours, rest = divmod(int(seconds), 3600)
        minutes, left = divmod(rest, 60)
        if hours:
            return f"{self.number(hours)}\u00a0h\u00a0{minutes:02d}\u00a0min"
        if not minutes:
            return f"{left}\u00a0s"
        return f"{minutes}\u00a0min" + (f"\u00a0{left:02d}\u00a0s" if left else "")

    def ending(self, text: str) -> str:
        """The last four characters of a serial number: all that a public page shows."""
        return f"…{text[-4:]}"
