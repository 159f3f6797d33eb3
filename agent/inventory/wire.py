"""The contract's form of what was found: ``regain inventory --json``, and one disk with flat keys."""

from __future__ import annotations

from typing import Any

from agent.model.facts import Known, to_wire
from agent.model.inventory import Disk, Inventory
from agent.model.value import replace


def disk_wire(disk: Disk) -> dict[str, Any]:
    """One disk with flat keys: what its tools tell beyond the common keys stands beside them."""
    wire: dict[str, Any] = to_wire(replace(disk, extra=None))
    wire.update(to_wire(disk.extra or {}))
    return wire


def inventory_wire(found: Inventory) -> dict[str, Any]:
    """The contract's document: a section that could not be read says so instead of missing."""
    wire: dict[str, Any] = to_wire(found)
    if isinstance(found.disks, Known):
        wire["disks"] = [disk_wire(disk) for disk in found.disks.value]
    wire["memory"].setdefault("modules", to_wire(found.memory.slots) if found.memory.modules is None else [])
    if not isinstance(wire["memory"]["modules"], (list, dict)):
        wire["memory"]["modules"] = []
    wire["tpm"].setdefault("version", to_wire(found.tpm.present))
    return wire
