"""Network interfaces that are part of the PC: kind, driver, permanent address. No IP address, no network name."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

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
    usb = _is_usb(machine, folder)
    return NetworkPort(
        name=name,
        kind=Known("wifi" if wifi else "ethernet" if ether else "other", "sysfs"),
        driver=Known(driver, "sysfs") if driver else Absent("no driver bound"),
        mac=Absent("on USB") if usb else _mac(machine, name),
        usb=Known(usb, "sysfs"),
    )


def _is_usb(machine: Machine, folder: str) -> bool:
    try:
        target = machine.link(f"{folder}/device")
    except DoorError:
        return False
    return re.search(r"/usb\d+/|(^|/)\d+-[\d.]+:\d+\.\d+$", target) is not None


def _mac(machine: Machine, name: str) -> MaybeFact[str]:
    """The address burnt into the hardware; one that software made up identifies nothing."""
    found = parsed(ask(machine, ["ethtool", "-P", name], timeout_s=_ETHTOOL_S), parse_ethtool_p)
    if isinstance(found, Unreadable):
        address = read_word(machine, f"{_CLASS}/{name}/address")
        if address is None or read_word(machine, f"{_CLASS}/{name}/addr_assign_type") != _PERMANENT:
            return found
        found = address
    if not re.fullmatch(r"(?:[0-9a-f]{2}:){5}[0-9a-f]{2}", found):
        return Absent("no permanent address")
    return Absent("locally administered") if int(found[:2], 16) & 2 else Known(found, "ethtool -P")
