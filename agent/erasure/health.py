"""Is the disk worth keeping: the drive's counters before and after the wipe against dated rules (section 8).

``health`` is pure. The difference is the test: a disk whose defects grew while every byte of it was written is going.
"""

from __future__ import annotations

import functools
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from importlib import resources
from typing import Any

import yaml

from agent.model.errors import Fault
from agent.model.health import Health, Reason, Smart, Verdict

KINDS = frozenset({"flag", "below", "level", "growth", "rate"})
_ORDER = list(Verdict)
FILE = "health.yaml"


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One row of the table. A threshold that is None does not exist."""

    id: str
    kind: str
    source: str
    facts: tuple[str, ...] = ()
    note: int | None = None
    reject: int | None = None
    destroy_without_purge: int | None = None
    threshold: str = ""  # the fact that holds the drive's own threshold
    note_percent: int | None = None
    medians: Mapping[str, int] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Thresholds:
    version: str
    date: str
    rules: tuple[Rule, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """Mean rates of the wipe in bytes per second; None: not measured. ``medium`` as in the disk's facts."""

    medium: str
    write: float | None = None
    read: float | None = None


@functools.cache
def thresholds() -> Thresholds:
    """The rules of this version. Raises Fault data-damaged when the file is not what it should be."""
    text = resources.files("agent.erasure.data").joinpath(FILE).read_text(encoding="utf-8")
    return read_thresholds(text)


def read_thresholds(text: str) -> Thresholds:
    """Raises Fault data-damaged: a rule that is misread must not judge a disk."""
    try:
        document = yaml.safe_load(text)
        header = document["header"]
        rules = tuple(_rule(row) for row in document["rules"])
        return Thresholds(version=str(header["version"]), date=str(header["date"]), rules=rules)
    except (yaml.YAMLError, KeyError, TypeError, ValueError) as error:
        raise Fault("data-damaged", file=FILE, reason=f"{type(error).__name__}: {error}") from None


def _rule(row: Mapping[str, Any]) -> Rule:
    rule = Rule(**{**row, "facts": tuple(row.get("facts", ()))})
    names = {*Smart.__dataclass_fields__, "smart_failed"}
    if rule.kind not in KINDS or not rule.source or set(rule.facts) - names:
        raise ValueError(f"rule {rule.id}")
    return rule


def health(
    before: Smart | None,
    after: Smart | None,
    rules: Thresholds,
    *,
    firmware_purged: bool,
    rates: Rates | None = None,
) -> Health:
    """What to do with this disk, and why. ``after`` is judged; ``before`` too where only it could be read, but for
    what a wipe may cure. A drive that tells nothing is kept with a note that says so."""
    now = after if after is not None and after.told else before
    again = now is not None and now is after
    found: list[Reason] = []
    for rule in rules.rules:
        match rule.kind:
            case "flag" | "level":
                if now is not None and (again or rule.destroy_without_purge is None):
                    found += _levels(rule, now, firmware_purged=firmware_purged)
            case "below":
                found += _below(rule, now)
            case "growth":
                found += _growth(rule, before, after)
            case "rate":
                found += _rate(rule, rates)
    if now is None or not now.told:
        found.append(_note("told", "health-not-told"))
    elif not again:
        found.append(_note("told", "health-not-read-after"))
    elif before is None or not before.told:
        found.append(_note("told", "health-not-read-before"))
    found.sort(key=lambda r: -_ORDER.index(r.verdict))
    verdict = found[0].verdict if found else Verdict.KEEP
    return Health(rules_version=rules.version, verdict=verdict, reasons=tuple(found))


def _note(rule: str, message: str) -> Reason:
    return Reason(rule=rule, id=message, verdict=Verdict.KEEP_WITH_NOTES, source="ours")


def _levels(rule: Rule, smart: Smart, *, firmware_purged: bool) -> Iterator[Reason]:
    for name in rule.facts:
        value = smart.number(name)
        if value is None:
            continue
        limit, verdict = None, Verdict.KEEP
        if rule.note is not None and value >= rule.note:
            limit, verdict = rule.note, Verdict.KEEP_WITH_NOTES
        if rule.reject is not None and value >= rule.reject:
            limit, verdict = rule.reject, Verdict.REJECT
        at = rule.destroy_without_purge
        if at is not None and value >= at and not firmware_purged:
            limit, verdict = at, Verdict.DESTROY
        if limit is not None:
            params = {"counter": name, "value": value, "limit": limit}
            yield Reason(rule=rule.id, id=f"health-{rule.id}", verdict=verdict, source=rule.source, params=params)


def _below(rule: Rule, smart: Smart | None) -> Iterator[Reason]:
    for name in rule.facts if smart is not None else ():
        value, limit = (smart.number(name), smart.number(rule.threshold)) if smart else (None, None)
        if value is not None and limit is not None and value < limit:
            params = {"counter": name, "value": value, "limit": limit}
            yield Reason(
                rule=rule.id, id=f"health-{rule.id}", verdict=Verdict.REJECT, source=rule.source, params=params
            )


def _growth(rule: Rule, before: Smart | None, after: Smart | None) -> Iterator[Reason]:
    """A counter that cannot be compared is no growth, and no proof of none."""
    if before is None or after is None:
        return
    verdict = Verdict.REJECT if rule.reject is not None else Verdict.KEEP_WITH_NOTES
    least = rule.reject if rule.reject is not None else rule.note or 1
    for name in rule.facts:
        a, b = before.number(name), after.number(name)
        if a is not None and b is not None and b - a >= least:
            params = {"counter": name, "before": a, "after": b}
            yield Reason(rule=rule.id, id=f"health-{rule.id}", verdict=verdict, source=rule.source, params=params)


def _rate(rule: Rule, rates: Rates | None) -> Sequence[Reason]:
    median = (rule.medians or {}).get(rates.medium) if rates else None
    if rates is None or median is None or rule.note_percent is None:
        return ()
    slow = [
        Reason(
            rule=rule.id,
            id=f"health-{rule.id}",
            verdict=Verdict.KEEP_WITH_NOTES,
            source=rule.source,
            params={"way": way, "percent": int(value * 100 / median), "limit": rule.note_percent},
        )
        for way, value in (("write", rates.write), ("read", rates.read))
        if value is not None and value * 100 < median * rule.note_percent
    ]
    return slow
