"""On USB: every device by name, webcams, and interfaces without a driver (fingerprint readers above all).

An infrared camera is a second node of the same camera (index 1); only index 0 is a webcam.
"""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from agent.inventory import names
from agent.inventory.asking import read_word, uevent
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import Controller, UsbDevice
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
    devices: MaybeFact[tuple[UsbDevice, ...]] = None


def probe(machine: Machine) -> UsbProbe:
    if not machine.exists("/sys/class"):
        why = Unreadable("not there: /sys/class")
        return UsbProbe(webcams=why, undriven=why, devices=why)
    return UsbProbe(webcams=_webcams(machine), undriven=_undriven(machine), devices=_devices(machine))


def _webcams(machine: Machine) -> MaybeFact[tuple[str, ...]]:
    """Names of the cameras. Without the class no driver of any camera was loaded: none is seen working."""
    names = []
    for path in machine.glob(f"{_VIDEO}/video*"):
        if read_word(machine, f"{path}/index") == "0":
            names.append(read_word(machine, f"{path}/name") or PurePosixPath(path).name)
    return Known(tuple(names), _VIDEO) if names else Absent("no camera seen")


def _devices(machine: Machine) -> MaybeFact[tuple[UsbDevice, ...]]:
    """What is on the bus, hubs apart. ``PRODUCT`` is vendor/product/release (Linux drivers/usb/core/driver.c)."""
    if not machine.exists(_BUS):
        return Absent("no USB bus")
    found, lost = [], False
    for path in machine.glob(f"{_BUS}/*-*"):
        if ":" in path:
            continue
        told = uevent(machine, f"{path}/uevent")
        ids = re.fullmatch(r"([0-9a-f]{1,4})/([0-9a-f]{1,4})/[0-9a-f]{1,4}", (told or {}).get("PRODUCT", ""))
        if told is None or ids is None:
            lost = True
        elif not told.get("TYPE", "").startswith("9/"):
            vendor, device = _called(machine, path, f"{told.get('MAJOR')}:{told.get('MINOR')}")
            slot = PurePosixPath(path).name
            found.append(
                UsbDevice(slot=slot, vendor_id=ids[1].zfill(4), device_id=ids[2].zfill(4), vendor=vendor, device=device)
            )
    return Unreadable(f"could not read: {_BUS}") if lost and not found else Known(tuple(found), "sysfs usb")


def _called(machine: Machine, path: str, number: str) -> names.Names:
    """What it calls itself; what the database calls it where it says nothing."""
    words = [read_word(machine, f"{path}/{name}") for name in ("manufacturer", "product")]
    vendor, device = (Known(word, "usb") if word else None for word in words)
    if vendor and device:
        return vendor, device
    listed = names.on_usb(machine, number)
    return vendor or listed[0], device or listed[1]


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
