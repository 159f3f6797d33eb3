"""One line per machine for people who use spreadsheets (REPORT design, section 12).

Semicolons, UTF-8 with a byte order mark, CRLF, dates JJ/MM/AAAA, decimal comma. A cell that a spreadsheet would take
for a formula gets an apostrophe in front.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from agent.locale import words
from agent.registry.wording import Wording

COLUMNS = (
    "tag",
    "device_id",
    "state",
    "manufacturer",
    "product",
    "form",
    "serial",
    "cpu",
    "memory_gib",
    "disks",
    "outcomes",
    "windows11",
    "linux",
    "system",
    "number",
    "workshop",
    "lot",
    "first_at",
    "last_at",
)
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def cell(text: str) -> str:
    """Text that a spreadsheet shows and never runs."""
    return f"'{text}" if text.startswith(_FORMULA) else text


def french_number(value: float, *, digits: int = 1) -> str:
    return f"{value:.{digits}f}".replace(".", ",")


def french_date(text: str) -> str:
    return datetime.fromisoformat(text).strftime("%d/%m/%Y")


def _row(w: Wording, device: Mapping[str, Any]) -> list[str]:
    facts = device["facts"]
    memory, install = facts.get("memory_bytes"), device.get("install") or {}
    serials = [i["shown"] for i in device["identifiers"] if i["kind"] == "system_serial"]
    sizes = [
        f"{french_number(d['size_bytes'] / 1e9, digits=0)} Go" for d in facts.get("disks") or () if d["size_bytes"]
    ]
    told = {
        "tag": device["tag"],
        "device_id": device["device_id"],
        "state": w.maybe("state", device["state"]),
        "manufacturer": device["manufacturer"],
        "product": device["product"],
        "form": device["form"],
        "serial": serials[0] if serials else None,
        "cpu": facts.get("cpu"),
        "memory_gib": french_number(memory / 2**30) if memory else None,
        "disks": ", ".join(sizes),
        "outcomes": ", ".join(w.maybe("outcome", d["shown"]) for d in device["disks"]),
        "windows11": w.maybe("windows11", facts["windows11"]) if facts.get("windows11") else None,
        "linux": w.maybe("linux", facts["linux"]) if facts.get("linux") else None,
        "system": _system(w, install),
        "number": device["number"],
        "workshop": device["workshop"],
        "lot": facts.get("lot"),
        "first_at": french_date(device["first_at"]),
        "last_at": french_date(device["last_at"]),
    }
    return [cell(str(told[name]) if told[name] is not None else "") for name in COLUMNS]


def _system(w: Wording, install: Mapping[str, Any]) -> str | None:
    """What was to be installed, and how that ended where it is not a system on the disk."""
    name, result = install.get("profile") or install.get("os_family"), install.get("result")
    return name if name is None or result in (None, "done") else f"{name} ({w.maybe('install', result)})"


def devices_csv(devices: Iterable[Mapping[str, Any]], *, exercise: bool) -> bytes:
    """The whole file. An exercise file says so in a first column of every line."""
    w = Wording(words("fr"))
    buffer = io.StringIO()
    writer = csv.writer(buffer, delimiter=";", lineterminator="\r\n")
    head = [w.t(f"column-{name.replace('_', '-')}") for name in COLUMNS]
    writer.writerow([w.t("exercise-word"), *head] if exercise else head)
    for device in devices:
        writer.writerow([w.t("exercise-word"), *_row(w, device)] if exercise else _row(w, device))
    return buffer.getvalue().encode("utf-8-sig")
