"""Neutral advice under the verdicts: which version, supported until when; one topic a line, no praise.

Dates are data with a version (``data/lifecycle.yaml``). A past date is said as past. Nothing here suggests a
bypassed Windows 11: Microsoft promises it neither support nor updates.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from agent.eligibility import lists
from agent.eligibility.evidence import date_params
from agent.model.eligibility import Eligibility, ProfileNeeds, WindowsVerdict


@dataclass(frozen=True, slots=True, kw_only=True)
class Advice:
    """One line: ``topic`` is windows, linux or data; ``message`` an id that ``params`` fill."""

    topic: str
    message: str
    params: Mapping[str, Any] = field(default_factory=dict)


def advise(
    eligibility: Eligibility, profiles: Sequence[ProfileNeeds] = (), *, today: date | None = None
) -> tuple[Advice, ...]:
    """The lines for one PC; ``today`` (None: clock not trusted) decides what is past and whether the data is old."""
    windows = _windows10(today) if eligibility.windows11.verdict is WindowsVerdict.NOT_ELIGIBLE else _windows11(today)
    return (windows, _linux(eligibility, profiles, today), *_data(today))


def windows_version() -> tuple[str, str]:
    """The Windows 11 version to install and the last day of its Home and Pro updates (ISO 8601)."""
    facts = lists.load("lifecycle").body
    version = facts["windows_11_to_install"][0]
    ends = next(row["home_pro"] for row in facts["windows_11"] if row["version"] == version)
    return str(version), str(ends)


def _windows11(today: date | None) -> Advice:
    version, ends = windows_version()
    return Advice(
        topic="windows",
        message=_dated("advice-windows11", ends, today),
        params={"version": version, **date_params(ends)},
    )


def _windows10(today: date | None) -> Advice:
    """Not eligible: Windows 10 with the recipient's own enrolment and its end date."""
    ends = str(lists.load("lifecycle").body["windows_10_esu"]["ends"])
    return Advice(
        topic="windows",
        message=_dated("advice-windows10-esu", ends, today),
        params={"version": "22H2", **date_params(ends)},
    )


def _linux(eligibility: Eligibility, profiles: Sequence[ProfileNeeds], today: date | None) -> Advice:
    by_id = {p.id: p for p in profiles}
    best = next((by_id[name] for name in eligibility.linux.profiles if name in by_id), None)
    if best is None:
        return Advice(topic="linux", message="advice-linux-none")
    if not best.support_until:
        return Advice(topic="linux", message="advice-linux-unknown", params={"profile": best.id})
    return Advice(
        topic="linux",
        message=_dated("advice-linux", best.support_until, today),
        params={"profile": best.id, **date_params(best.support_until)},
    )


def _data(today: date | None) -> list[Advice]:
    """The version of the data behind the verdict, and a warning when it is older than the limit."""
    facts = lists.load("lifecycle")
    months = int(facts.body["data_old_after_months"])
    params = {
        "version": facts.data_version,
        "months": months,
        **date_params(lists.provenance()["cpu_list"]["date"], "list_"),
    }
    lines = [Advice(topic="data", message="advice-data", params=params)]
    if today is not None:
        made = date.fromisoformat(facts.date)
        age = (today.year - made.year) * 12 + today.month - made.month
        if age > months or (age == months and today.day > made.day):
            lines.append(Advice(topic="data", message="advice-data-old", params=params))
    return lines


def _dated(message: str, ends: str, today: date | None) -> str:
    """The sentence for a date to come, or for one that is past."""
    try:
        past = today is not None and date.fromisoformat(ends) < today
    except ValueError:  # a profile may give only the month: ISO text still compares
        past = today is not None and ends < today.isoformat()[: len(ends)]
    return f"{message}-ended" if past else message
