"""One reading of a drive's own counters, parsed and raw, to be compared with another one later."""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.inventory.asking import ask, parsed
from agent.inventory.mmc import parse_extcsd
from agent.inventory.smartctl import parse_smartctl
from agent.machine.door import Machine
from agent.model.facts import Absent, Known, MaybeFact, Unreadable
from agent.model.health import Smart, unreadable
from agent.model.inventory import Disk

_SMARTCTL_S, _MMC_S = 15.0, 5.0
_ATA = (
    *("smart_passed", "power_on_hours", "reallocated_sectors", "reallocation_events", "pending_sectors"),
    *("offline_uncorrectable", "crc_errors", "percentage_used", "temperature_c"),
)
_NVME = (
    *("smart_passed", "power_on_hours", "critical_warning", "media_errors", "available_spare"),
    *("available_spare_threshold", "percentage_used", "temperature_c"),
)
_SCSI = (
    *("smart_passed", "power_on_hours", "grown_defects", "uncorrected_errors", "percentage_used", "temperature_c"),
)
_EMMC = ("emmc_life_a", "emmc_life_b", "emmc_pre_eol")
_LOOKED_FOR: Mapping[str, Sequence[str]] = {"nvme": _NVME, "sas": _SCSI, "scsi": _SCSI, "mmc": _EMMC}
_NOT_IN_IT = Absent("not in the drive's answer")
_HAVE_NONE = frozenset({"loop", "virtio"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """``facts`` are those of the whole answer (None: there was none); ``raw`` is the answer as it was printed."""

    argv: tuple[str, ...]
    smart: Smart
    facts: Disk | None
    raw: bytes


def read_smart(machine: Machine, path: str, bus: str | None) -> Reading:
    """Ask the drive behind ``path``. Never raises: what failed is Unreadable in every counter."""
    if bus in _HAVE_NONE:
        return Reading(argv=(), smart=_all(_EMMC + _ATA, Absent("no drive behind it")), facts=None, raw=b"")
    if bus == "mmc":
        argv, timeout_s, parser = ["mmc", "extcsd", "read", path], _MMC_S, parse_extcsd
    else:
        argv, timeout_s, parser = ["smartctl", "--json=c", "-x", path], _SMARTCTL_S, parse_smartctl
    answer = ask(machine, argv, timeout_s=timeout_s, root=True)
    found = parsed(answer, parser)
    raw = b"" if isinstance(answer, Unreadable) else answer.stdout
    if isinstance(found, Unreadable):
        return Reading(argv=tuple(argv), smart=unreadable(found.error), facts=None, raw=raw)
    return Reading(argv=tuple(argv), smart=smart_of(found), facts=found, raw=raw)


def smart_of(disk: Disk) -> Smart:
    """The counters in what a tool told of this disk; one that its kind of drive has and that is not told is Absent."""
    kind = disk.bus.value if isinstance(disk.bus, Known) else "ata"
    if kind == "usb" and disk.critical_warning is not None:
        kind = "nvme"  # behind a bridge that passes NVMe logs on
    wanted = _LOOKED_FOR.get(kind, _ATA)
    return Smart(**{name: _counter(disk, name) or _NOT_IN_IT for name in wanted})


def _counter(disk: Disk, name: str) -> MaybeFact[Any]:
    if name in Disk.__dataclass_fields__:
        fact: MaybeFact[Any] = getattr(disk, name)
        return fact
    extra: Mapping[str, Any] = disk.extra or {}
    emmc = extra.get("emmc")
    keys = {"emmc_life_a": "life_time_a", "emmc_life_b": "life_time_b", "emmc_pre_eol": "pre_eol"}
    value = (emmc or {}).get(keys[name]) if name in keys else extra.get(name)
    return Known(value, "mmc extcsd" if name in keys else "smartctl") if isinstance(value, int) else None


def _all(names: Sequence[str], fact: Absent) -> Smart:
    return dataclasses.replace(Smart(), **dict.fromkeys(names, fact))
