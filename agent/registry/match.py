"""Is this a machine we have seen? Pure rules; nobody but a person ever merges two machines (REPORT design, section 3).

A tag comes first. One strong match (manufacturer and serial number) is enough without a tag. Anything doubtful goes to
the reconciliation list. A tag that sits on two different machines is an alarm. The registry judges junk again itself:
an old agent may call a placeholder good.
"""

from __future__ import annotations

import re
import uuid
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum

from agent.model.report import Device, Identifier
from agent.registry.plain import plain

JUNK_WORDS = frozenset(
    {
        "to be filled by o.e.m.",
        "to be filled by oem",
        "default string",
        "system serial number",
        "system product name",
        "chassis serial number",
        "base board serial number",
        "not specified",
        "not applicable",
        "not available",
        "unknown",
        "invalid",
        "none",
        "null",
        "n/a",
        "na",
        "oem",
        "o.e.m.",
        "serial",
        "empty",
    }
)
JUNK_UUIDS = frozenset({"00000000-0000-0000-0000-000000000000", "ffffffff-ffff-ffff-ffff-ffffffffffff"})
_PLACEHOLDER_UUID = "03000200-0400-0500-0006-000700080009"
_COUNTING = "0123456789" * 4


class Reason(StrEnum):
    """Why a person has to look."""

    TWO_CANDIDATES = "two_candidates"
    WEAK_ONLY = "weak_only"
    RETAGGED = "retagged"
    TAG_TWICE = "tag_twice"


@dataclass(frozen=True, slots=True, kw_only=True)
class Clue:
    """One good identifier in comparable form. ``strong``: on its own enough to know the machine again."""

    kind: str
    value: str
    shown: str
    strong: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return self.kind, self.value


@dataclass(frozen=True, slots=True, kw_only=True)
class Identity:
    """What one report says about which machine it is."""

    tag: str | None
    clues: tuple[Clue, ...]
    make: str = ""  # manufacturer and product, folded; "" when not known

    @property
    def keys(self) -> frozenset[tuple[str, str]]:
        return frozenset(clue.key for clue in self.clues)


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A machine of the registry that shares the tag or a clue. ``open``: it waits for a person itself."""

    device_id: str
    tags: frozenset[str]
    keys: frozenset[tuple[str, str]]
    make: str = ""
    open: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Match:
    """``device_id`` None: a machine we have not seen, or one that must stand apart until ``reason`` is settled."""

    device_id: str | None
    reason: Reason | None = None
    candidates: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()  # event kinds: board_replaced, tagged


def fold(text: str) -> str:
    """Comparable text: case and runs of blanks do not count."""
    return " ".join(text.split()).casefold()


def is_junk(text: str) -> bool:
    """A placeholder that a factory left: known words, one repeated character, counting digits, under 3 characters."""
    word = fold(text)
    solid = re.sub(r"[\s.\-_:/]", "", word)
    if word in JUNK_WORDS or len(solid) < 3 or len(set(solid)) == 1:
        return True
    return solid.isdigit() and len(solid) >= 6 and solid in _COUNTING


def canonical_uuid(text: str) -> str | None:
    """One spelling for both byte orders: SMBIOS before 2.6 wrote the first three fields the other way round.

    DSP0134, 7.2.1. None for junk and for text that is no UUID.
    """
    try:
        plain = uuid.UUID(text.strip())
    except ValueError:
        return None
    forms = sorted((str(plain), str(uuid.UUID(bytes=plain.bytes_le))))
    placeholder = uuid.UUID(_PLACEHOLDER_UUID)
    junk = JUNK_UUIDS | {str(placeholder), str(uuid.UUID(bytes=placeholder.bytes_le))}
    return None if forms[0] in junk or forms[1] in junk or len(set(plain.hex)) < 3 else forms[0]


def _canonical_mac(text: str) -> str | None:
    digits = re.sub(r"[^0-9a-f]", "", text.casefold())
    if len(digits) != 12:
        return None
    raw = bytes.fromhex(digits)
    return None if not any(raw) or raw[0] & 0b11 else digits


def _clue(identifier: Identifier) -> Clue | None:
    if identifier.quality not in ("good", "weak"):
        return None
    kind, text = plain(identifier.kind), plain(identifier.value)
    if kind == "uuid":
        value = canonical_uuid(text)
        return Clue(kind=kind, value=value, shown=text) if value else None
    if kind == "mac":
        value = _canonical_mac(text)
        return Clue(kind=kind, value=value, shown=text) if value else None
    if is_junk(text):
        return None
    maker = "" if is_junk(identifier.scope) else fold(plain(identifier.scope))
    strong = kind == "system_serial" and identifier.quality == "good" and bool(maker)
    return Clue(kind=kind, value=f"{maker}|{fold(text)}", shown=text, strong=strong)


def _words(*parts: object) -> str:
    return fold(" ".join(plain(part) for part in parts if isinstance(part, str)))


def identity_of(device: Device) -> Identity:
    """The comparable identity of a reported device."""
    found = {clue.key: clue for clue in map(_clue, device.identifiers) if clue is not None}
    known = isinstance(device.manufacturer, str) and isinstance(device.product, str)
    make = _words(device.manufacturer, device.product) if known else ""
    tag = plain(device.tag).upper() if device.tag else None
    return Identity(tag=tag or None, clues=tuple(sorted(found.values(), key=lambda c: c.key)), make=make)


def _of_kind(keys: Iterable[tuple[str, str]], kind: str) -> set[str]:
    return {value for name, value in keys if name == kind}


def _differ(mine: Identity, other: Candidate, kind: str) -> bool:
    """Both name one of this kind, and never the same."""
    a, b = _of_kind(mine.keys, kind), _of_kind(other.keys, kind)
    return bool(a and b and not a & b)


def _contradicts(mine: Identity, other: Candidate) -> bool:
    """Nothing in common, and serial numbers or models that cannot belong to one machine."""
    if mine.keys & other.keys:
        return False
    serials = any(_differ(mine, other, kind) for kind in ("system_serial", "chassis_serial"))
    return serials or bool(mine.make and other.make and mine.make != other.make)


def _same(mine: Identity, device: Candidate) -> Match:
    notes = []
    if any(_differ(mine, device, kind) for kind in ("uuid", "board_serial")):
        notes.append("board_replaced")
    if mine.tag and not device.tags:
        notes.append("tagged")
    return Match(device_id=device.device_id, notes=tuple(notes))


def _apart(reason: Reason, *groups: Sequence[Candidate]) -> Match:
    ids = tuple(sorted({c.device_id for group in groups for c in group}))
    return Match(device_id=None, reason=reason, candidates=ids)


def decide(mine: Identity, candidates: Sequence[Candidate]) -> Match:
    """Which machine this is, or why nobody can say. ``candidates`` share the tag or at least one clue."""
    for c in candidates:
        # the same doubtful machine again: it joins the entry that already waits for a person
        if c.open and c.keys == mine.keys and c.tags == ({mine.tag} if mine.tag else frozenset()):
            return Match(device_id=c.device_id)
    strong_keys = {clue.key for clue in mine.clues if clue.strong}
    tagged = [c for c in candidates if mine.tag and mine.tag in c.tags]
    strong = [c for c in candidates if strong_keys & c.keys]
    if tagged:
        return _by_tag(mine, tagged, strong)
    if len(strong) == 1:
        if mine.tag and strong[0].tags:
            return _apart(Reason.RETAGGED, strong)
        return _same(mine, strong[0])
    if strong:
        return _apart(Reason.TWO_CANDIDATES, strong)
    weak = [c for c in candidates if mine.keys & c.keys]
    return _apart(Reason.WEAK_ONLY, weak) if weak else Match(device_id=None)


def _by_tag(mine: Identity, tagged: Sequence[Candidate], strong: Sequence[Candidate]) -> Match:
    agreeing = [c for c in tagged if mine.keys & c.keys]
    pool = agreeing or [c for c in tagged if not _contradicts(mine, c)]
    if not pool:
        return _apart(Reason.TAG_TWICE, tagged)
    elsewhere = [c for c in strong if c not in pool]
    if len(pool) > 1 or elsewhere:
        return _apart(Reason.TWO_CANDIDATES, pool, elsewhere)
    return _same(mine, pool[0])
