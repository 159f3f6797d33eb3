"""The tag on the PC: two workshop letters, five digits, one check symbol (WORKBENCH design, section 9).

``RC02041U`` in the barcode, ``RC 02041 U`` for people. The check symbol is the sum of position x value modulo 29,
positions from 1, values being places in the alphabet below; 29 is a prime, so every single wrong symbol and every
swap of two symbols is caught. The letters sit at the same place on QWERTY and AZERTY keyboards; the digits do not,
and a scanner set for another keyboard is read all the same.
"""

from __future__ import annotations

import re
from dataclasses import dataclass

from agent.model.errors import Fault

ALPHABET = "0123456789BCDEFGHJKLNPRSTUVXY"
LETTERS = ALPHABET[10:]
_FORM = re.compile(rf"[{LETTERS}]{{2}}[0-9]{{5}}[{ALPHABET}]")
_VALUES = {symbol: value for value, symbol in enumerate(ALPHABET)}

_AZERTY = str.maketrans(
    {
        "&": "1",
        "é": "2",
        "É": "2",
        '"': "3",
        "'": "4",
        "’": "4",
        "(": "5",
        "-": "6",
        "è": "7",
        "È": "7",
        "_": "8",
        "ç": "9",
        "Ç": "9",
        "à": "0",
        "À": "0",
    }
)
"""What the upper row of a French keyboard gives without Shift (or with CapsLock) for the keys 1 to 0."""


@dataclass(frozen=True, slots=True)
class Tag:
    """A tag that passed its check symbol. ``text`` is the eight symbols."""

    text: str

    @property
    def workshop(self) -> str:
        return self.text[:2]

    @property
    def number(self) -> int:
        return int(self.text[2:7])

    @property
    def printed(self) -> str:
        return f"{self.text[:2]} {self.text[2:7]} {self.text[7]}"

    def __str__(self) -> str:
        return self.text


def check_symbol(body: str) -> str:
    """The eighth symbol for these seven. Raises KeyError for a symbol that is not in the alphabet."""
    return ALPHABET[sum(place * _VALUES[symbol] for place, symbol in enumerate(body, start=1)) % len(ALPHABET)]


def make_tag(workshop: str, number: int) -> Tag:
    """The tag of this number. Raises ValueError outside two letters of the alphabet and 0 to 99999."""
    body = f"{workshop}{number:05d}"
    if not re.fullmatch(rf"[{LETTERS}]{{2}}[0-9]{{5}}", body):
        raise ValueError(f"no tag for workshop {workshop!r} and number {number}")
    return Tag(body + check_symbol(body))


def _accepted(word: str) -> bool:
    return bool(_FORM.fullmatch(word)) and check_symbol(word[:7]) == word[7]


def normalise(text: str) -> Tag:
    """The tag that was typed or scanned: blanks and case are ignored, the other keyboard layout is understood.

    Raises Fault tag-bad: ``read`` is what was understood, ``part`` is "check" (one symbol is wrong) or "form".
    """
    plain = "".join(text.split()).upper()
    mapped = "".join(text.split()).translate(_AZERTY).upper()
    candidates = (plain, mapped, plain.replace("-", ""))
    for word in candidates:
        if _accepted(word):
            return Tag(word)
    for word in candidates:
        if _FORM.fullmatch(word):
            raise Fault("tag-bad", read=word, part="check")
    raise Fault("tag-bad", read=plain[:40] or "?", part="form")
