"""From the brand string a processor reports to the name a Microsoft page would use.

The whole normalised name is compared, never a part of it: "Ryzen 7 2700U" contains "Ryzen 7 2700" and is another
processor. What a match is worth is decided in ``cpu.py``.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from enum import StrEnum

from agent.eligibility import lists


class Listed(StrEnum):
    """How a processor stands on the by-name lists; the first that holds."""

    EXACT = "exact"
    ALIAS = "alias"
    DELISTED = "delisted"
    SERIES = "series"
    NONE = "none"


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``name`` is the entry of the list (or of the delisted names); ``until`` the month it was last seen, YYYY-MM."""

    kind: Listed
    name: str | None = None
    series: str | None = None
    until: str | None = None


_MARKS = re.compile(r"\((?:r|tm|c)\)|[®™©]", re.IGNORECASE)
_CUTS = (
    re.compile(r"\s*@.*$"),
    re.compile(r"\s(?:with\b|w/).*$", re.IGNORECASE),
    re.compile(r"\s\S+-cores?\b.*$", re.IGNORECASE),  # "Six-Core Processor", "64-Cores"
)
_NOISE = re.compile(
    r"\b(?:\d+(?:st|nd|rd|th) gen|intel|amd|qualcomm|cpu|creator edition|compute platform|15w)\b", re.IGNORECASE
)
_REPAIRS = (
    (re.compile(r"\bprocessor$", re.IGNORECASE), ""),
    (re.compile(r"\b(ultra [3579])[ -](?:processor )?(?=\d)", re.IGNORECASE), r"\1 "),  # page: "Ultra 5-125H"
    (re.compile(r"\b(core [3579])[ -](?:processor )?(?=n?\d)", re.IGNORECASE), r"\1 "),
    (re.compile(r"\b(xeon) ([edw]) (?=\2-\d)", re.IGNORECASE), r"\1 "),  # "Xeon E E-2468"
)


def tidy(brand: str) -> str:
    """Marks dropped and blanks collapsed, nothing else: what the raw string says."""
    text = _MARKS.sub(lambda m: " " if brand[m.end() : m.end() + 1].isalnum() else "", brand)
    return " ".join(text.split())


def normalise(brand: str) -> str:
    """The name alone: no maker, no generation, no clock, no graphics, no core count (ELIGIBILITY section 5)."""
    text = tidy(brand)
    for cut in _CUTS:
        text = cut.sub("", text)
    text = " ".join(_NOISE.sub(" ", text).split())
    for pattern, becomes in _REPAIRS:
        text = pattern.sub(becomes, text)
    return text.strip(" -,")


def usable(brand: str | None) -> bool:
    """Does the brand name a processor? Firmware errors, samples and virtual processors name none."""
    text = tidy(brand or "")
    if not text or any(pattern.search(text) for pattern in lists.names().unusable):
        return False
    if any(c.isdigit() for c in text):
        return True
    key = normalise(text).lower()  # one listed name has no digit: Snapdragon X
    return any((vendor, key) in lists.names().listed for vendor in lists.VENDORS)


def engineering_sample(brand: str | None) -> bool:
    text = tidy(brand or "")
    return any(pattern.search(text) for pattern in lists.names().engineering_sample)


def look_up(brand: str | None, vendor: str | None) -> Match:
    """Find the brand on the lists of its vendor ("intel", "amd", "qualcomm"); without a vendor, on all of them."""
    if not brand or not usable(brand):
        return Match(kind=Listed.NONE)
    vendors = (vendor,) if vendor else lists.VENDORS
    for one in vendors:
        match = _look_up_in(one, brand)
        if match.kind is not Listed.NONE:
            return match
    return Match(kind=Listed.NONE)


def _look_up_in(vendor: str, brand: str) -> Match:
    names = lists.names()
    key = normalise(brand).lower()
    numbered = tidy(brand).lower()
    if vendor == "qualcomm" and numbered != key:  # "Snapdragon X 10-core X1P64100": the number outranks the family
        for other in _spellings(vendor, numbered):
            if entry := names.listed.get((vendor, other)):
                return Match(kind=Listed.ALIAS, name=entry)
    if entry := names.listed.get((vendor, key)):
        return Match(kind=Listed.EXACT, name=entry)
    if entry := names.aliases.get((vendor, key)):
        return Match(kind=Listed.ALIAS, name=entry)
    others = (key, *_spellings(vendor, key))
    for other in others[1:]:
        if entry := names.listed.get((vendor, other)):
            return Match(kind=Listed.ALIAS, name=entry)
    if old := names.delisted.get((vendor, key)):
        return Match(kind=Listed.DELISTED, name=old["name"], until=old["until"])
    for series in names.series:
        if series.vendor == vendor and any(series.matches.fullmatch(k) for k in others):
            return Match(kind=Listed.SERIES, series=series.name)
    return Match(kind=Listed.NONE)


def _spellings(vendor: str, key: str) -> list[str]:
    """Other ways the lists may write this name (errata ``spellings``, each on the whole name)."""
    found = []
    for one, pattern, becomes in lists.names().spellings:
        whole = pattern.fullmatch(key) if one == vendor else None
        if whole:
            found.append(whole.expand(becomes))
    return found
