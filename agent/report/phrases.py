"""Lines of ``wording`` and values of a report as text in one language. Unknown ids are shown as they are."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from agent.locale import Words
from agent.report.clock import parse_utc
from agent.report.wording import Line

_UNITS = (("size-tb", 10**12), ("size-gb", 10**9), ("size-mb", 10**6), ("size-kb", 10**3))
_GIB = 1 << 30


def phrase(w: Words, message_id: str, /, **params: Any) -> str:
    """The sentence, or the id itself when a later version made it: never nothing."""
    return w(message_id, **params) if w.has(message_id) else message_id


def say(w: Words, line: Line) -> str:
    params = dict(line.params)
    if "technique" in params:
        params["technique"] = technique(w, str(params["technique"]))
    for name in ("date", "when"):
        if isinstance(params.get(name), str):
            params[name] = day(w, params[name])
    return phrase(w, line.id, **params)


def health_reason(w: Words, message_id: str, params: Mapping[str, Any]) -> str:
    """One rule that spoke of a disk, with the counter's name in words and its numbers grouped."""
    told = {k: number(w, v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in params.items()}
    counter = told.get("counter")
    if isinstance(counter, str):
        told["counter"] = phrase(w, f"counter-{counter.replace('_', '-')}")
    return phrase(w, message_id, **told)


def technique(w: Words, name: str) -> str:
    found = f"technique-{name}"
    return w(found) if w.has(found) else name


def number(w: Words, value: float, *, digits: int = 0) -> str:
    """A number in the reader's writing: groups of three, decimal comma or point."""
    whole, _, rest = f"{value:,.{digits}f}".partition(".")
    grouped = whole.replace(",", w("number-group"))
    return grouped + w("number-decimal") + rest if rest else grouped


def size(w: Words, value: int) -> str:
    """Sizes of disks, decimal units: « 500 Go », « 256,1 Go »."""
    for unit, factor in _UNITS:
        if value >= factor:
            scaled = value / factor
            return w(unit, n=number(w, scaled, digits=0 if scaled >= 100 or scaled == int(scaled) else 1))
    return w("size-b", n=number(w, value))


def memory(w: Words, value: int) -> str:
    scaled = value / _GIB
    return w("size-gib", n=number(w, scaled, digits=0 if scaled == int(scaled) else 1))


def span(w: Words, seconds: float) -> str:
    whole = round(seconds)
    if whole < 120:
        return w("span-s", n=whole)
    minutes = round(seconds / 60)
    return w("span-min", n=minutes) if minutes < 120 else w("span-h", h=minutes // 60, m=f"{minutes % 60:02d}")


def _moment(text: str) -> datetime | None:
    try:
        return parse_utc(text)
    except ValueError:
        return None


def day(w: Words, text: str) -> str:
    """« 23 nov. 2026 »; a text that is no instant is shown as it is."""
    moment = _moment(text)
    if moment is None:
        return text
    return w("date-day", day=moment.day, month=w(f"month-{moment.month}"), year=str(moment.year))


def instant(w: Words, text: str) -> str:
    """« 23 nov. 2026, 14:05 UTC »."""
    moment = _moment(text)
    return text if moment is None else f"{day(w, text)}, {moment:%H:%M} UTC"


def fact(w: Words, value: Any) -> str:
    """A fact of the wire in its three states, and « non dit » when nobody looked."""
    if isinstance(value, str):
        return value.strip() or w("fact-not-told")
    if isinstance(value, Mapping):
        state = dict(value)
    else:
        state = value.model_dump() if hasattr(value, "model_dump") else {}
    if "absent" in state:
        return w("fact-absent")
    if "unreadable" in state:
        return w("fact-unreadable")
    return w("fact-not-told") if value is None else str(value)
