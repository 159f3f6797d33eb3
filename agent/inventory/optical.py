"""Optical drives: /sys/block/sr*, and what /proc/sys/dev/cdrom/info says they write. A BMC's virtual CD is on USB."""

from __future__ import annotations

import re
from pathlib import PurePosixPath

from agent.inventory.asking import read_word
from agent.inventory.text import told
from agent.machine.door import DoorError, Machine
from agent.model.facts import Known, MaybeFact, Unreadable
from agent.model.inventory import Optical

_INFO = "/proc/sys/dev/cdrom/info"


def parse_cdrom_info(text: str) -> dict[str, bool]:
    """Drive name -> does it write anything: one column a drive (Linux drivers/cdrom/cdrom.c)."""
    rows = {k.strip(): v.split() for k, _, v in (line.partition(":") for line in text.splitlines()) if v.strip()}
    names = rows.get("drive name", [])
    writes = [row for label, row in rows.items() if label.startswith("Can write")]
    return {name: any(len(row) > i and row[i] == "1" for row in writes) for i, name in enumerate(names)}


def probe(machine: Machine) -> MaybeFact[tuple[Optical, ...]]:
    if not machine.exists("/sys/class"):
        return Unreadable("not there: /sys/class")
    writes = parse_cdrom_info(read_word(machine, _INFO) or "")
    found = []
    for path in machine.glob("/sys/block/sr*"):
        name = PurePosixPath(path).name
        found.append(
            Optical(
                name=name,
                model=told(read_word(machine, f"{path}/device/model"), "sysfs"),
                writes=Known(writes[name], _INFO) if name in writes else None,
                usb=Known(_on_usb(machine, path), "sysfs"),
            )
        )
    return Known(tuple(found), "sysfs")


def _on_usb(machine: Machine, path: str) -> bool:
    try:
        return re.search(r"/usb\d+/", machine.link(path)) is not None
    except DoorError:
        return False
