"""What our parser reads in one recorded tool output: the wire form of ``regain parse TOOL FILE``.

For disks the keys are flat; a key the tool does not tell is missing; ``{"unreadable": why}`` stands for noise,
truncation and error documents, never a part of the facts.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from agent.inventory import (
    battery,
    cpu,
    dmidecode,
    edid,
    hdparm,
    lsblk,
    lshw,
    memory,
    mmc,
    network,
    nvme,
    sg,
    smartctl,
)
from agent.inventory.wire import disk_wire
from agent.model.errors import Fault
from agent.model.facts import Unreadable, to_wire
from agent.model.inventory import Disk

Wire = dict[str, Any]


def _disk(parser: Callable[[bytes], Disk | Unreadable]) -> Callable[[bytes], Wire]:
    def read(data: bytes) -> Wire:
        found = parser(data)
        return disk_wire(found) if isinstance(found, Disk) else to_wire(found)

    return read


def _section(name: str, parser: Callable[[bytes], Any]) -> Callable[[bytes], Wire]:
    def read(data: bytes) -> Wire:
        found = parser(data)
        return to_wire(found) if isinstance(found, Unreadable) else {name: to_wire(found)}

    return read


def _whole(parser: Callable[[bytes], Any]) -> Callable[[bytes], Wire]:
    """A parser of many sections; empty sections are left out."""

    def read(data: bytes) -> Wire:
        wire: Wire = to_wire(parser(data))
        return {key: value for key, value in wire.items() if value != {}}

    return read


def _lsblk(data: bytes) -> Wire:
    found = lsblk.parse_lsblk(data)
    return to_wire(found) if isinstance(found, Unreadable) else {"disks": [disk_wire(d.disk) for d in found]}


TOOLS: Mapping[str, Callable[[bytes], Wire]] = {
    "dmidecode": _whole(dmidecode.parse_dmidecode),
    "lshw": _whole(lshw.parse_lshw),
    "cpuinfo": _section("cpu", cpu.parse_cpuinfo),
    "lscpu": _section("cpu", cpu.parse_lscpu),
    "meminfo": _section("memory", memory.parse_meminfo),
    "lsblk": _lsblk,
    "smartctl": _disk(smartctl.parse_smartctl),
    "hdparm": _disk(hdparm.parse_hdparm),
    "nvme-id-ctrl": _disk(nvme.parse_id_ctrl),
    "nvme-id-ns": _disk(nvme.parse_id_ns),
    "nvme-list-ns": _disk(nvme.parse_list_ns),
    "nvme-smart-log": _disk(nvme.parse_smart_log),
    "nvme-sanitize-log": _disk(nvme.parse_sanitize_log),
    "mmc-extcsd": _disk(mmc.parse_extcsd),
    "sg-opcodes": _disk(sg.parse_opcodes),
    "sg-requests": _disk(sg.parse_requests),
    "sg-sanitize": _disk(sg.parse_accepted),
    "sg-format": _disk(sg.parse_accepted),
    "sg-readcap": _disk(sg.parse_readcap),
    "edid": _section("display", edid.parse_edid),
    "upower": _section("batteries", battery.parse_upower),
    "power_supply": _section("battery", battery.parse_power_supply),
    "ethtool": _section("mac", network.parse_ethtool_p),
}
"""Tool names of ``regain parse``, each with its reader."""


def parse_tool(tool: str, data: bytes) -> Wire:
    """The facts in one tool's output. Raises Fault "usage" for a tool we have no parser for, nothing else."""
    reader = TOOLS.get(tool)
    if reader is None:
        raise Fault("usage", what=f"{tool}: {', '.join(TOOLS)}")
    return reader(data)
