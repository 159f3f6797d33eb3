"""Which Linux profiles fit this PC, best first: ``requires`` decides, ``suits`` only ranks."""

from __future__ import annotations

from collections.abc import Sequence

from agent.eligibility import kinds, lists, parts
from agent.eligibility.evidence import GIB, MIB
from agent.model.eligibility import ProfileNeeds
from agent.model.facts import Known, known
from agent.model.inventory import Disk, Inventory


def level(flags: Sequence[str] | None) -> int | None:
    """x86-64 level by the flags (psABI): 0 = no 64-bit mode, 1 to 3; None = not known."""
    if flags is None:
        return None
    levels = lists.rules()["linux"]["levels"]
    have = {*flags, *(["abm"] if "lzcnt" in flags else [])}
    reached = 0
    for number in (1, 2, 3):
        if not set(levels[f"v{number}"]) <= have:
            break
        reached = number
    return reached


def offered(profiles: Sequence[ProfileNeeds]) -> list[ProfileNeeds]:
    """The profiles a person may pick; hidden ones are for tests and benches."""
    return [p for p in profiles if not p.hidden]


def least(profiles: Sequence[ProfileNeeds]) -> tuple[int, int]:
    """Least memory (MiB) and disk (GiB) any offered profile asks; the classes of the design when none is offered."""
    classes = lists.rules()["linux"]["classes"]
    shown = offered(profiles)
    return (
        min((p.ram_mib for p in shown), default=classes["ram_mib_min"]),
        min((p.disk_gib for p in shown), default=classes["disk_gib_min"]),
    )


def memory_bytes(inventory: Inventory) -> int | None:
    """Installed memory; what the kernel has only when nothing better is known."""
    return known(inventory.memory.installed_bytes) or known(inventory.memory.usable_bytes)


def disks_inside(inventory: Inventory) -> parts.InternalDisks:
    """The internal disks; none when they could not be read."""
    seen: Sequence[Disk] = inventory.disks.value if isinstance(inventory.disks, Known) else ()
    return parts.internal_disks(seen)


def rank(inventory: Inventory, profiles: Sequence[ProfileNeeds]) -> tuple[ProfileNeeds, ...]:
    """Profiles that nothing known forbids, best first; hidden ones last.

    What could not be read forbids nothing here: the verdict says *undetermined* and the installer refuses what is
    missing. On a weak PC the lightest profile comes first, elsewhere the most complete one.
    """
    size, reached = memory_bytes(inventory), level(known(inventory.cpu.flags))
    best = disks_inside(inventory)
    if kinds.is_arm(inventory) or reached == 0:
        return ()
    if isinstance(inventory.disks, Known) and best.best is None and not best.doubtful:
        hides = parts.hidden_disks(inventory)
        if hides not in (parts.Hidden.FROM_US, parts.Hidden.UNKNOWN):
            return ()
    medium = known(best.best.medium) if best.best else None
    full = lists.rules()["linux"]["classes"]["ram_mib_full"] * MIB
    weak = (
        reached == 1
        or medium == "hdd"
        or (known(inventory.cpu.threads) or 4) <= 2
        or (size is not None and size < full)
    )
    fitting = [p for p in profiles if _fits(p, inventory, size, best)]

    def key(profile: ProfileNeeds) -> tuple[bool, int, int]:
        score = int(_suits_memory(profile, size)) + int(medium in profile.suits_medium)
        return profile.hidden, -score, profile.ram_mib if weak else -profile.ram_mib

    return tuple(sorted(fitting, key=key))


def _fits(profile: ProfileNeeds, inventory: Inventory, size: int | None, disks: parts.InternalDisks) -> bool:
    """Does anything known forbid this profile? ``requires`` only."""
    if size is not None and size < profile.ram_mib * MIB:
        return False
    if disks.best is not None and not disks.doubtful and disks.size_bytes < profile.disk_gib * GIB:
        return False
    mode = known(inventory.firmware.mode)
    if mode is not None and mode not in profile.firmware:
        return False
    flags = known(inventory.cpu.flags)
    return flags is None or set(profile.cpu_flags) <= set(flags)


def _suits_memory(profile: ProfileNeeds, size: int | None) -> bool:
    if profile.suits_ram_mib is None or size is None:
        return False
    low, high = profile.suits_ram_mib
    return low * MIB <= size <= high * MIB
