"""The other areas of an eMMC (JESD84-B51, 6.2): general purpose partitions, and when a person says so the boot areas.

They are block devices beside the user area, each small. Once that one is proven, each is overwritten and read back
by the same engine, one pass, with canaries of its own. Of boot areas the kernel's ``force_ro`` is cleared for that
time alone. RPMB only takes what is signed with a key that its first owner wrote: nobody can erase it.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from agent.erasure import ranges
from agent.erasure.technique import extra
from agent.erasure.watch import Seen
from agent.machine.door import OpenDisk
from agent.model.erasure import AreaRecord, Method
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.facts import known
from agent.model.identity import identify
from agent.model.inventory import Disk

BOOT = ("boot0", "boot1")
CLEARED, LOCKED, LEFT = "cleared", "locked", "left"

Emit = Callable[[Kind, Mapping[str, Any]], None]
Overwrite = Callable[[OpenDisk, Method, Seen], None]
"""Runs a worker over an opened area: canaries, one pass, read-back, a look for the canaries."""


def boot_bytes(disk: Disk) -> int | None:
    """Bytes of each boot area; None when the card does not tell."""
    size = known(extra(disk, "emmc", "boot_bytes"))
    return size if isinstance(size, int) else None


def starts_from(disk: Disk) -> str | None:
    """The boot area that the card hands to a PC that starts from it (EXT_CSD 179, BOOT_PARTITION_ENABLE)."""
    name = known(extra(disk, "emmc", "boot_from"))
    return str(name) if name in BOOT else None


def with_boot_areas(method: Method, disk: Disk) -> Method:
    """The method and whatever it may fall back to, with the boot areas too. Raises Fault disk-no-boot-areas."""
    if not boot_bytes(disk):
        raise Fault("disk-no-boot-areas", disk=identity.suffix if (identity := identify(disk)) else "?")
    after = None if method.fallback is None else with_boot_areas(method.fallback, disk)
    told = {**method.params, "boot_from": starts_from(disk) or "none"}
    return replace(method, params=told, areas=(*(method.areas or ()), *BOOT), fallback=after)


def erase_areas(disk: OpenDisk, method: Method, facts: Disk, *, overwrite: Overwrite, emit: Emit) -> list[AreaRecord]:
    """Each area of the plan, one after the other; what came of it."""
    found = []
    for name in method.areas or ():
        emit(Kind.AREA_STARTED, {"area": name})
        record = _one(disk, name, method, facts, overwrite)
        found.append(record)
        emit(Kind.AREA_FINISHED, {"area": name, "outcome": record.outcome, "bytes": record.bytes})
    return found


def _one(disk: OpenDisk, name: str, method: Method, facts: Disk, overwrite: Overwrite) -> AreaRecord:
    if _is_locked(facts, name):
        return AreaRecord(name=name, bytes=boot_bytes(facts) or 0, outcome=LOCKED)
    pass_of_ours = replace(method, technique="overwrite", passes=1, verify="full", zero_pass=None, areas=None)
    seen = Seen()
    try:
        with disk.open_area(name) as area:
            size = area.size_bytes
            overwrite(area, pass_of_ours, seen)
    except Fault as fault:
        return AreaRecord(name=name, bytes=boot_bytes(facts) or 0, outcome=LEFT, detail=fault.error_id)
    check, canaries, written = seen.verification, seen.canaries, seen.passes.get(1)
    lost = ranges.total(ranges.spans(seen.bad))
    whole = check is not None and check.bytes == size and not check.mismatches and not seen.signatures
    gone = canaries is not None and canaries.readable_before > 0 and (canaries.alive_after, lost) == (0, 0)
    proven = seen.end == "done" and 1 in seen.finished and whole and gone
    return AreaRecord(
        name=name,
        bytes=size,
        outcome=CLEARED if proven else LEFT,
        cipher=written.cipher if written else "",
        key=written.key if written else "",
        read_back=check.bytes if check else 0,
        mismatches=check.mismatches if check else 0,
        detail="" if proven else (seen.detail or seen.end),
    )


def _is_locked(facts: Disk, name: str) -> bool:
    """Write-protected, for ever or until the next power on (EXT_CSD 173, 174)."""
    states = known(extra(facts, "emmc", "boot_locked"))
    if name not in BOOT or not isinstance(states, (list, tuple)):
        return False
    number = BOOT.index(name)
    return number < len(states) and bool(states[number])
