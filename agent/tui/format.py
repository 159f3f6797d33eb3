"""Numbers, sizes, times and facts as a person reads them, in the words of common.ftl.

Sizes in bytes (disks in decimal Go, memory in binary Gio), times in seconds, instants in ISO UTC.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

from agent.locale import Words

PLACEHOLDERS = frozenset({
    "", "to be filled by o.e.m.", "default string", "system manufacturer", "system product name", "not specified",
    "o.e.m.", "oem", "none", "n/a", "unknown",
})  # fmt: skip
"""What a BIOS answers when nobody filled it in: no name for a person to read."""


def number(w: Words, value: float, *, decimals: int = 0) -> str:
    """1 234,5 in French and 1,234.5 in English."""
    text = f"{value:,.{decimals}f}"
    if "." in text:
        text = text.rstrip("0").rstrip(".") if decimals else text
    swap = {",": w("number-group"), ".": w("number-decimal")}
    return "".join(swap.get(c, c) for c in text)


def disk_size(w: Words, size_bytes: float) -> str:
    """Decimal, as it is printed on the drive: 256 Go, 1 To."""
    for unit, name in ((10**12, "size-tb"), (10**9, "size-gb"), (10**6, "size-mb"), (10**3, "size-kb")):
        if size_bytes >= unit * 0.9995:
            value = size_bytes / unit
            return w(name, n=number(w, value, decimals=1 if value < 10 else 0))
    return w("size-b", n=number(w, size_bytes))


def left_out(w: Words, exclusion: Mapping[str, Any]) -> str:
    """Which disk is left out: model (else where it is), size and end of the serial, as far as they are known."""
    size, end = exclusion.get("size_bytes"), exclusion.get("suffix")
    parts = (exclusion.get("model") or exclusion.get("path") or "?", disk_size(w, size) if size else "",
             f"…{end}" if end else "")  # fmt: skip
    return " ".join(str(part) for part in parts if part)


def memory_size(w: Words, size_bytes: float) -> str:
    """Binary: 8 Gio."""
    if size_bytes >= 2**30:
        return w("size-gib", n=number(w, size_bytes / 2**30, decimals=1))
    return w("size-mib", n=number(w, size_bytes / 2**20))


def duration(w: Words, seconds: float) -> str:
    """Rounded the way a person says it: 40 s, 4 min, 1 h 20."""
    if seconds < 60:
        return w("span-s", n=max(1, round(seconds)))
    minutes = round(seconds / 60)
    if minutes < 60:
        return w("span-min", n=minutes)
    return w("span-h", h=minutes // 60, m=f"{minutes % 60:02d}")


def instant(text: str) -> dt.datetime | None:
    """Local time of an ISO instant, or None when it is not one."""
    try:
        return dt.datetime.fromisoformat(text.replace("Z", "+00:00")).astimezone()
    except ValueError:
        return None


def clock(text: str, *, seconds: bool = False) -> str:
    when = instant(text)
    if when is None:
        return text[:8]
    return when.strftime("%H:%M:%S" if seconds else "%H:%M")


def day(w: Words, text: str) -> str:
    """23 nov. 2026 from an ISO date or instant; month and year alone from "2030-06"; else the text itself."""
    parts = text[:10].split("-")
    if not all(p.isdigit() for p in parts) or len(parts) not in (2, 3) or not 1 <= int(parts[1]) <= 12:
        return text
    month = w(f"month-{int(parts[1])}")
    if len(parts) == 2:
        return w("date-month", month=month, year=parts[0])
    return w("date-day", day=int(parts[2]), month=month, year=parts[0])


def tag(text: str | None) -> str:
    """A workshop tag as it is printed: RC 02041 U; anything else as it is."""
    if not text:
        return ""
    if len(text) == 8 and text[:2].isalpha() and text[2:7].isdigit():
        return f"{text[:2]} {text[2:7]} {text[7]}"
    return text


def tail(identity: str, count: int = 4) -> str:
    """…7K2F: the end that a person reads and types."""
    return "…" + identity[-count:]


def dig(wire: Any, *names: str) -> Any:
    """The value under a path of keys, or None where the path ends."""
    for name in names:
        if not isinstance(wire, Mapping):
            return None
        wire = wire.get(name)
    return wire


def is_known(value: Any) -> bool:
    """True for a fact that has a value: not missing, absent or unreadable."""
    return value is not None and not (isinstance(value, Mapping) and ({"absent", "unreadable"} & value.keys()))


def fact(w: Words, value: Any) -> str:
    """A fact of the wire as text; the three other states are words, never a blank."""
    if value is None:
        return w("fact-not-told")
    if isinstance(value, Mapping) and "absent" in value:
        return w("fact-absent")
    if isinstance(value, Mapping) and "unreadable" in value:
        return w("fact-unreadable")
    if isinstance(value, bool):
        return w("yes" if value else "no")
    if isinstance(value, float):
        return number(w, value, decimals=1)
    if isinstance(value, Sequence) and not isinstance(value, str):
        return ", ".join(str(v) for v in value) or w("fact-absent")
    return str(value)


def say(w: Words, message_id: str | None, params: Mapping[str, Any] | None = None) -> str:
    """The sentence of another room's message; an id that has none is shown as it is, never as a blank."""
    if not message_id:
        return ""
    if not w.has(message_id):
        return message_id
    return w(message_id, **(params or {}))


def health_reason(w: Words, reason: Mapping[str, Any]) -> str:
    """One rule that spoke of a disk (``reasons`` of its health), with its counter in words and its numbers grouped."""
    params = reason.get("params") or {}
    told = {k: number(w, v) if isinstance(v, int) and not isinstance(v, bool) else v for k, v in params.items()}
    if isinstance(told.get("counter"), str):
        told["counter"] = say(w, f"counter-{told['counter'].replace('_', '-')}")
    return say(w, str(reason.get("id", "")), told)


def without_holes(text: str) -> str:
    """A sentence formatted without its parameters: "{$model}" becomes "…"."""
    import re

    return re.sub(r"\{ ?\$[\w-]+ ?\}", "…", text)


def machine_name(w: Words, inventory: Mapping[str, Any] | None) -> str:
    """Maker and model as people say them: LENOVO ThinkPad L480."""
    maker = dig(inventory, "system", "manufacturer")
    names = (dig(inventory, "system", key) for key in ("model_name", "product"))
    model = next((n for n in names if is_known(n)), None)
    words = [str(p).strip() for p in (maker, model) if is_known(p) and str(p).strip().lower() not in PLACEHOLDERS]
    if len(words) == 2 and words[1].lower().startswith(words[0].split()[0].lower()):
        words = words[1:]
    return " ".join(words) or w("machine-unnamed")
