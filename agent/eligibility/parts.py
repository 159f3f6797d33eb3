"""What could be added to this PC: memory and disks, for both sides of the screen.

"Cannot be told" is an answer of its own: a PC whose slots nobody could read is neither repairable nor hopeless.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from agent.eligibility.evidence import GIB, gib
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.inventory import Disk, Inventory, Memory, MemoryModule

_CHIPS = ("row of chips", "tsop", "chip", "proprietary chip", "die")
_OLD_SIZES = (1, 2, 4, 8)  # GiB, DDR3 and older; later modules start at 4
_NEW_SIZES = (4, 8, 16)


class Can(StrEnum):
    """Can this PC be brought to the size?"""

    YES = "yes"
    NO = "no"
    UNKNOWN = "unknown"


def is_soldered(module: MemoryModule) -> bool:
    """Soldered by its own word, by its form, or because low-power memory always is (it may claim SODIMM)."""
    if known(module.soldered):
        return True
    if (known(module.form_factor) or "").lower() in _CHIPS:
        return True
    return (known(module.type) or "").upper().startswith("LPDDR")


def more_memory(memory: Memory, need_bytes: int) -> tuple[Can, dict[str, Any]]:
    """Can the memory be brought to ``need_bytes``, and with what? The parameters fill the message ram-add."""
    if memory.modules is None or isinstance(memory.max_bytes, Unreadable):
        return Can.UNKNOWN, {}
    sizes = [known(m.size_bytes) for m in memory.modules]
    if not sizes or None in sizes:
        return Can.UNKNOWN, {}
    modules = [m for m in memory.modules if known(m.size_bytes)]
    limit = known(memory.max_bytes)
    if limit is not None and limit < need_bytes:
        return Can.NO, {}
    installed = sum(size for size in sizes if size)
    slots = known(memory.slots)
    free = 0 if _low_power(modules) else (slots or 0) - len(modules)
    if free > 0:
        add = _smallest(modules, need_bytes - installed, None if limit is None else limit - installed)
        if add:
            return Can.YES, _offer(modules, add, limit)
    swappable = sorted((m for m in modules if not is_soldered(m)), key=lambda m: known(m.size_bytes) or 0)
    if swappable:
        out = known(swappable[0].size_bytes) or 0
        rest = installed - out
        new = _smallest(modules, need_bytes - rest, None if limit is None else limit - rest)
        if new:
            return Can.YES, _offer(modules, new, limit, replaces=out)
    return (Can.UNKNOWN if slots is None and not _low_power(modules) else Can.NO), {}


def _low_power(modules: Sequence[MemoryModule]) -> bool:
    return any((known(m.type) or "").upper().startswith("LPDDR") for m in modules)


def _smallest(modules: Sequence[MemoryModule], missing: int, room: int | None) -> int | None:
    """The smallest module on the market (GiB) that is enough and that the maximum allows."""
    new = any((known(m.type) or "").upper() in ("DDR4", "DDR5") for m in modules)
    for size in _NEW_SIZES if new else _OLD_SIZES:
        if size * GIB >= missing and (room is None or size * GIB <= room):
            return size
    return None


def _offer(modules: Sequence[MemoryModule], add_gib: int, limit: int | None, *, replaces: int = 0) -> dict[str, Any]:
    like = next((m for m in modules if not is_soldered(m)), modules[0])
    speed = known(like.speed_mts)
    form = known(like.form_factor) if not is_soldered(like) else None
    words = [form, known(like.type), str(speed) if speed else None]
    return {
        "add_gib": add_gib,
        "ram_kind": " ".join(w for w in words if w) or "-",
        "slot": "swap" if replaces else "free",
        "swap_gib": gib(replaces),
        "max_gib": gib(limit) if limit else 0,
    }


class Hidden(StrEnum):
    """Does a storage controller keep disks out of sight?"""

    NONE = "none"
    FROM_US = "from_us"  # remapped NVMe: Linux does not see it either
    FROM_WINDOWS_SETUP = "from_windows_setup"  # Intel VMD: visible here, not in Windows Setup
    UNKNOWN = "unknown"


def hidden_disks(inventory: Inventory) -> Hidden:
    controllers = inventory.storage_controllers
    if isinstance(controllers, Absent):  # no PCI bus: nothing to hide behind
        return Hidden.NONE
    if not isinstance(controllers, Known):
        return Hidden.UNKNOWN
    if any((known(c.hidden_disks) or 0) > 0 for c in controllers.value):
        return Hidden.FROM_US
    if any(isinstance(c.hidden_disks, Unreadable) for c in controllers.value):
        return Hidden.UNKNOWN
    if any(known(c.driver) == "vmd" for c in controllers.value):
        return Hidden.FROM_WINDOWS_SETUP
    return Hidden.NONE


@dataclass(frozen=True, slots=True, kw_only=True)
class InternalDisks:
    """``best`` is the largest internal fixed disk; ``doubtful`` when one could not be told or measured."""

    best: Disk | None
    doubtful: bool

    @property
    def size_bytes(self) -> int:
        return (known(self.best.size_bytes) or 0) if self.best else 0


def internal_disks(disks: Sequence[Disk]) -> InternalDisks:
    """Fixed disks inside the PC: no USB, no optical drive, no card, no empty reader."""
    inside: list[Disk] = []
    doubtful = False
    for disk in disks:
        internal = is_internal(disk)
        if internal is None or (internal and not isinstance(disk.size_bytes, Known)):
            doubtful = True
        elif internal and (known(disk.size_bytes) or 0) > 0:
            inside.append(disk)
    best = max(inside, key=lambda d: known(d.size_bytes) or 0, default=None)
    return InternalDisks(best=best, doubtful=doubtful)


def is_internal(disk: Disk) -> bool | None:
    """None: its bus or its kind could not be read, so nobody knows."""
    medium, bus = known(disk.medium), known(disk.bus)
    removable: bool = known(disk.removable) or False
    if medium in ("usb", "optical") or bus in ("usb", "loop") or removable:
        return False
    if isinstance(disk.bus, Unreadable) or isinstance(disk.removable, Unreadable):
        return None
    if bus in ("ata", "nvme", "mmc", "sas", "scsi", "virtio") or medium in ("hdd", "ssd", "nvme", "emmc"):
        return True
    return None


def disk_words(disk: Disk | None) -> Mapping[str, Any]:
    """``disk_form`` says what would fit in its place: nvme, sata, or look inside."""
    if disk is None:
        return {"disk": "-", "disk_form": "look"}
    medium, bus = known(disk.medium), known(disk.bus)
    form = "nvme" if "nvme" in (medium, bus) else "sata" if bus == "ata" else "look"
    return {"disk": known(disk.model) or "-", "disk_form": form}
