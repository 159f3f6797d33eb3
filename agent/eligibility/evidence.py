"""What a check shows as found: facts as short text, their sources, what disagrees, what could not be read."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator, Mapping
from typing import Any

from agent.eligibility import lists
from agent.model.eligibility import Answer, Check
from agent.model.facts import Absent, Known, MaybeFact, Unreadable, source_of
from agent.model.inventory import Inventory

GIB = 1 << 30
MIB = 1 << 20


def said(fact: MaybeFact[Any]) -> str:
    """One fact as text, its state kept: "absent" and "unreadable" are different answers."""
    if isinstance(fact, Known):
        value = fact.value
        if isinstance(value, (tuple, list)):
            return " ".join(str(item) for item in value)
        return str(value)
    if isinstance(fact, Absent):
        return f"absent: {fact.reason}"
    if isinstance(fact, Unreadable):
        return f"unreadable: {fact.error}"
    return "not looked for"


def why(*facts: MaybeFact[Any]) -> str:
    """Why the first of these facts is not known, for the sentence that says it; "-" when nobody looked."""
    for fact in facts:
        if isinstance(fact, Unreadable):
            return fact.error
        if isinstance(fact, Absent):
            return fact.reason
    return "-"


def sources(*facts: MaybeFact[Any]) -> str:
    return ", ".join(dict.fromkeys(filter(None, (source_of(f) for f in facts))))


def gib(size_bytes: int) -> float:
    """GiB with one decimal (8, 3.5), as a person reads it."""
    value = round(size_bytes / GIB, 1)
    return int(value) if value == int(value) else value


def gb(size_bytes: int) -> int:
    """Decimal GB, rounded, as printed on a disk."""
    return round(size_bytes / 1_000_000_000)


def date_params(iso: str | None, prefix: str = "") -> dict[str, str]:
    """A date for a sentence: day and year as text, month as m01 to m12 (each language words it).

    A date that is only a month has the day "none": no day is made up.
    """
    year, _, rest = (iso or "").partition("-")
    month, _, day = rest.partition("-")
    return {
        f"{prefix}day": day.lstrip("0") or "none",
        f"{prefix}month": f"m{month}" if month else "m00",
        f"{prefix}year": year,
        f"{prefix}iso": iso or "-",
    }


def windows_check(
    check_id: str,
    verdict: Answer,
    message: str,
    *,
    found: str,
    source: str,
    params: Mapping[str, Any] | None = None,
    remedy: str | None = None,
    kind: str | None = None,
    blocks: bool = True,
) -> Check:
    """A check of the Windows side; ``required`` comes from the rule file."""
    rules = lists.rules()
    return Check(
        id=check_id,
        verdict=verdict,
        found=found,
        required=rules["required"][check_id],
        source=source or "-",
        remedy=remedy,
        kind=kind,
        blocks=blocks,
        message=message,
        params=dict(params or {}),
    )


def facts(thing: Any, path: str = "") -> Iterator[tuple[str, Known[Any] | Absent | Unreadable]]:
    """Every fact of a PC with its path ("cpu.model", "disks.0.size_bytes")."""
    if isinstance(thing, (Absent, Unreadable)):
        yield path, thing
    elif isinstance(thing, Known):
        yield path, thing
        if isinstance(thing.value, tuple):
            for index, item in enumerate(thing.value):
                yield from facts(item, f"{path}.{index}")
    elif dataclasses.is_dataclass(thing) and not isinstance(thing, type):
        for f in dataclasses.fields(thing):
            yield from facts(getattr(thing, f.name), f"{path}.{f.name}".lstrip("."))
    elif isinstance(thing, tuple):
        for index, item in enumerate(thing):
            yield from facts(item, f"{path}.{index}")


def conflicts(inventory: Inventory) -> tuple[str, ...]:
    """Facts on which two sources disagree: both stay visible."""
    return tuple(
        f"{path}: {fact.value} ({fact.source}; {fact.note})"
        for path, fact in facts(inventory)
        if isinstance(fact, Known) and "conflict" in fact.note
    )


def without_root(inventory: Inventory) -> tuple[str, ...]:
    """Paths of the facts that were refused for want of rights: then no verdict can be *eligible*."""
    refused = ("needs root", "permission denied", "permission refused")
    return tuple(
        path
        for path, fact in facts(inventory)
        if isinstance(fact, Unreadable) and any(word in fact.error.lower() for word in refused)
    )
