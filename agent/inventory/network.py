"""Network interfaces that are part of the PC: kind, driver, permanent address. No IP address, no network name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from agent.inventory import names
from agent.inventory.asking import ask, link_name, parsed, read_word
from agent.inventory.text import Noise, guarded, to_text
from agent.machine.door import DoorError, Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.inventory import NetworkPort

_CLASS = "/sys/class/net"
_ETHTOOL_S = 2.0
_PERMANENT = "0"  # addr_assign_type: the address is the hardware's own


@guarded
def parse_ethtool_p(data: bytes | str) -> str:
    """ "Permanent address: 00:11:22:33:44:55" of ``ethtool -P``; all zeros is no address."""
    match = re.search(r"Permanent address: ((?:[0-9a-f]{2}:){5}[0-9a-f]{2})\s*$", to_text(data), re.MULTILINE)
    if match is None or set(match[1]) <= {"0", ":"}:
        raise Noise("no permanent address")
    return match[1]


def probe(machine: Machine) -> MaybeFact[tuple[NetworkPort, ...]]:
    """Interfaces with a device behind them, and Bluetooth adapters."""
    if not machine.exists(_CLASS):
        return Unreadable(f"not there: {_CLASS}")
    ports = [
        _port(machine, PurePosixPath(path).name)
        for path in machine.glob(f"{_CLASS}/*")
        if machine.exists(f"{path}/device")
    ]
    for path in machine.glob("/sys/class/bluetooth/hci*"):
        if ":" not in PurePosixPath(path).name:
            ports.append(NetworkPort(name=PurePosixPath(path).name, kind=Known("bluetooth", "sysfs")))
    return Known(tuple(ports), _CLASS)


def _port(machine: Machine, name: str) -> NetworkPort:
    folder = f"{_CLASS}/{name}"
    wifi = machine.exists(f"{folder}/phy80211")
    ether = read_word(machine, f"{folder}/type") == "1"
    driver = link_name(machine, f"{folder}/device/driver")
    where = _where(machine, folder)
    usb = re.search(r"/usb\d+/|(^|/)\d+-[\d.]+:\d+\.\d+$", where) is not None
    vendor, device = _chip(machine, folder, where.rpartition("/")[2])
    return NetworkPort(
        name=name,
        kind=Known("wifi" if wifi else "ethernet" if ether else "other", "sysfs"),
        driver=Known(driver, "sysfs") if driver else Absent("no driver bound"),
        mac=Absent("on USB") if usb else _mac(machine, name),
        usb=Known(usb, "sysfs"),
        vendor=vendor,
        device=device,
    )


def _where(machine: Machine, folder: str) -> str:
    """The device behind an interface, by its place on the bus; empty when the link cannot be read."""
    try:
        return machine.link(f"{folder}/device")
    except DoorError:
        return ""


def _chip(machine: Machine, folder: str, slot: str) -> names.Names:
    """Maker and name: of the chip on PCI, by the hardware database; of an adapter on USB, as it calls itself."""
    if re.fullmatch(r"[0-9a-f]{4,8}:[0-9a-f]{2}:[0-9a-f]{2}\.[0-7]", slot):
        return names.on_pci(machine, slot)
    if re.fullmatch(r"\d+-[\d.]+:\d+\.\d+", slot):
        adapter = f"/sys/bus/usb/devices/{slot.split(':')[0]}"
        words = [read_word(machine, f"{adapter}/{name}") for name in ("manufacturer", "product")]
        vendor, device = (Known(word, "usb") if word else Absent("it does not say") for word in words)
        return vendor, device
    nowhere = Absent("neither on PCI nor on USB") if slot else Unreadable(f"could not read: {folder}/device")
    return nowhere, nowhere


def _mac(machine: Machine, name: str) -> MaybeFact[str]:
    """The address burnt into the hardware; one that software made up identifies nothing.

    An interface that still has it says so; of one that was given another the driver is asked (ethtool)."""
    found: str | Unreadable | None = None
    source = f"{_CLASS}/{name}"
    if read_word(machine, f"{source}/addr_assign_type") == _PERMANENT:
        found = read_word(machine, f"{source}/address")
    if found is None:
        source = "ethtool -P"
        found = parsed(ask(machine, ["ethtool", "-P", name], timeout_s=_ETHTOOL_S), parse_ethtool_p)
    if isinstance(found, Unreadable):
        return found
    if not re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", found) or set(found) <= {"0", ":"}:
        return Absent("no permanent address")
    return Absent("locally administered") if int(found[:2], 16) & 2 else Known(found, source)
