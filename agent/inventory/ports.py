"""What can be plugged in from outside: SMBIOS type 8, Type-C connectors, video outputs. For a person to confirm.

SMBIOS often lists headers on the board, and connectors that this variant of the case does not have.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import PurePosixPath

from agent.inventory.smbios import Table
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Port

_DRM = "/sys/class/drm"
_TYPEC = "/sys/class/typec"
_VIDEO = re.compile(r"^card\d+-(?!eDP|LVDS|DSI|Virtual|Writeback)(.+)$")

_KINDS = (  # what type 8 says -> kind; "Network Port" before "Port"
    (r"type-?c", "usb_c"),
    (r"usb", "usb"),
    (r"network|rj-?45", "ethernet"),
    (r"video|vga|hdmi|dvi|display ?port|db-15|thunderbolt", "video"),
    (r"audio|jack|phone|mic\b", "audio"),
)


def parse_connectors(table: Table) -> tuple[Port, ...] | None:
    """Type 8 records that name something outside; None when the dump has no such record."""
    records = table.of(8)
    if not records:
        return None
    found = []
    for record in records:
        outside, kind = record.get("External Connector Type") or "None", record.get("Port Type") or ""
        name = record.get("External Reference Designator") or ""
        if outside in ("None", "") and not re.search(r"usb|network|video|audio", kind, re.I):
            continue
        if outside == "None" and name.lower() in ("", "not specified", "none"):
            continue  # a header on the board
        words = f"{kind} {outside} {name}"
        word = next((kind for pattern, kind in _KINDS if re.search(pattern, words, re.IGNORECASE)), "other")
        found.append(Port(kind=word, name=Known(name, "dmidecode 8") if name else Absent("not specified")))
    return tuple(found)


def probe(machine: Machine) -> MaybeFact[tuple[Port, ...]]:
    """Type-C connectors and video outputs, as the kernel counts them."""
    if not machine.exists("/sys/class"):
        return Unreadable("not there: /sys/class")
    return Known(tuple(_seen(machine)), "sysfs")


def _seen(machine: Machine) -> Iterator[Port]:
    for path in machine.glob(f"{_TYPEC}/port[0-9]"):
        yield Port(kind="usb_c", name=Known(PurePosixPath(path).name, "typec"))
    for path in machine.glob(f"{_DRM}/card*-*"):
        if found := _VIDEO.match(PurePosixPath(path).name):
            yield Port(kind="video", name=Known(found[1], "drm"))


def merge(kernel: MaybeFact[tuple[Port, ...]], firmware: tuple[Port, ...] | None) -> MaybeFact[tuple[Port, ...]]:
    """The kernel's connectors, and the firmware's of every kind that the kernel does not count."""
    if not isinstance(kernel, Known):
        return Known(firmware, "dmidecode 8") if firmware else kernel
    counted = {port.kind for port in kernel.value}
    rest = tuple(port for port in firmware or () if port.kind not in counted)
    return Known((*kernel.value, *rest), "sysfs, dmidecode 8" if rest else "sysfs")
