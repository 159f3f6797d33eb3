"""What the devices on PCI and USB are called.

By udev, which looks every device up in its hardware database (hwdb(7), made from pci.ids and usb.ids) as it appears and
keeps the names in /run/udev/data. Reading the lists ourselves would take longer than all else.
"""

from __future__ import annotations

import re

from agent.inventory.asking import read
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable

_DATA = "/run/udev/data"
_LINE = re.compile(r"^E:ID_(VENDOR|MODEL)_FROM_DATABASE=(.+)$", re.MULTILINE)
_KEY = re.compile(rf"{_DATA}/(\+pci:|c189:)")  # 189: USB devices (Documentation/admin-guide/devices.txt)

Names = tuple[MaybeFact[str], MaybeFact[str]]


def on_pci(machine: Machine, slot: str) -> Names:
    """Maker and device, as the database names the function at ``slot`` ("0000:00:02.0")."""
    return _named(machine, f"{_DATA}/+pci:{slot}")


def on_usb(machine: Machine, number: str) -> Names:
    """Maker and device of the USB device with this number ("189:3")."""
    return _named(machine, f"{_DATA}/c{number}")


def _named(machine: Machine, path: str) -> Names:
    data = read(machine, path)
    if isinstance(data, Unreadable):
        return data, data
    found = dict(_LINE.findall((data or b"").decode("utf-8", "replace")))
    unknown = Absent("not in the hardware database")
    return tuple(Known(found[key], "udev hwdb") if key in found else unknown for key in ("VENDOR", "MODEL"))  # type: ignore[return-value]


def public(path: str, data: bytes) -> bytes:
    """A file of udev's data as it may be stored: the names alone (the rest holds serial numbers and addresses)."""
    if not _KEY.match(path):
        return data
    kept = (match[0] for match in _LINE.finditer(data.decode("utf-8", "replace")))
    return "".join(f"{line}\n" for line in kept).encode()
