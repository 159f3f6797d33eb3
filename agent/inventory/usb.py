"""On USB: webcams, and interfaces without a driver (fingerprint readers above all).

An infrared camera is a second node of the same camera (index 1); only index 0 is a webcam.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from agent.inventory.asking import read_word
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Controller
from agent.model.value import value

_VIDEO = "/sys/class/video4linux"
_BUS = "/sys/bus/usb/devices"
_DRIVEN_FROM_USER_SPACE = {"09", "dc", "fe", "0b"}  # hubs, diagnostics, firmware updates, smart cards
_FINGERPRINT = {  # makers of fingerprint readers; libfprint drives them, the kernel never does
    "06cb": "Synaptics",
    "08ff": "AuthenTec",
    "10a5": "FPC",
    "138a": "Validity",
    "147e": "Upek",
    "1c7a": "LighTuning",
    "27c6": "Goodix",
}


@value
class UsbProbe:
    webcams: MaybeFact[tuple[str, ...]]
    undriven: MaybeFact[tuple[Controller, ...]]


def probe(machine: Machine) -> UsbProbe:
    if not machine.exists("/sys/class"):
        why = Unreadable("not there: /sys/class")
        return UsbProbe(webcams=why, undriven=why)
    return UsbProbe(webcams=_webcams(machine), undriven=_undriven(machine))


def _webcams(machine: Machine) -> MaybeFact[tuple[str, ...]]:
    """Names of the cameras. Without the class no driver of any camera was loaded: none is seen working."""
    names = []
    for path in machine.glob(f"{_VIDEO}/video*"):
        if read_word(machine, f"{path}/index") == "0":
            names.append(read_word(machine, f"{path}/name") or PurePosixPath(path).name)
    return Known(tuple(names), _VIDEO) if names else Absent("no camera seen")


def _undriven(machine: Machine) -> MaybeFact[tuple[Controller, ...]]:
    """Interfaces (``1-6:1.0``) that want a driver of the kernel and have none."""
    if not machine.exists(_BUS):
        return Absent("no USB bus")
    found: list[Controller] = []
    for path in machine.glob(f"{_BUS}/*:*"):
        name = PurePosixPath(path).name
        device = f"{_BUS}/{name.split(':')[0]}"
        class_ = read_word(machine, f"{path}/bInterfaceClass")
        if class_ is None or class_ in _DRIVEN_FROM_USER_SPACE or machine.exists(f"{path}/driver"):
            continue
        vendor, product = (read_word(machine, f"{device}/id{part}") or "" for part in ("Vendor", "Product"))
        if not re.fullmatch(r"[0-9a-f]{4}", vendor) or any(c.slot == device for c in found):
            continue
        label = read_word(machine, f"{device}/product")
        if vendor in _FINGERPRINT and class_ == "ff":
            label = f"fingerprint reader {label or _FINGERPRINT[vendor]}"
        found.append(
            Controller(
                slot=device,
                pci_class=f"usb{class_}",
                vendor_id=vendor,
                device_id=product,
                vendor=Known(_FINGERPRINT[vendor], "usb ids") if vendor in _FINGERPRINT else None,
                device=Known(label, "usb") if label else None,
                driver=Absent("no driver bound"),
            )
        )
    return Known(tuple(found), "sysfs usb")
