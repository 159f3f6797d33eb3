"""From facts and a choice to a plan. Pure: what is drawn at random is handed in."""

from __future__ import annotations

import functools
import hashlib
from collections.abc import Callable, Collection, Mapping, Sequence

from agent.erasure import nvme
from agent.erasure.ata import left_password
from agent.erasure.ladder import choose
from agent.erasure.opal import PsidRevert
from agent.erasure.resume import ResumePoint
from agent.erasure.together import with_mates
from agent.model.erasure import Level
from agent.model.facts import known
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk, Inventory
from agent.model.plan import Choice, Exclusion, InstallPlan, Plan, Target

_SYSTEM_DISK_ORDER = ("nvme", "ssd", "emmc", "hdd")


def fingerprint(inventory: Inventory) -> str:
    """SHA-256 (hex) over what identifies this PC when it is good: maker, serials, UUID, built-in MACs. Never disks."""
    system, board = inventory.system, inventory.board
    parts = [
        known(system.manufacturer) or "",
        (known(system.serial) or "") if known(system.serial_quality) == "good" else "",
        (known(system.uuid) or "") if known(system.uuid_quality) == "good" else "",
        (known(board.serial) or "") if known(board.serial_quality) == "good" else "",
        *sorted(filter(None, (known(port.mac) for port in known(inventory.network) or ()))),
    ]
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


LIVE_MOUNTS = ("/run/live/medium", "/lib/live/mount/medium", "/run/initramfs/live", "/cdrom")
"""Where live-boot, dracut and casper mount the medium this system was started from."""


def boot_medium(disks: Sequence[Disk], standing_on: Collection[str] = ()) -> frozenset[str]:
    """What names the disks this PC was started from: they are not the PC's own, and never a target.

    ``standing_on``: what the system found under its own mounts, and what the start knew of a stick that is not
    mounted (the system runs from memory): major:minor, paths, serial numbers.
    """
    return frozenset(standing_on) | frozenset(
        path
        for disk in disks
        if (path := known(disk.path))
        and any(reason.endswith(mount) for reason in known(disk.in_use) or () for mount in LIVE_MOUNTS)
    )


def plan_targets(
    disks: Sequence[Disk],
    exclusions: Sequence[Exclusion | None],
    *,
    level: Level | None,
    reaches: Callable[[str], bool],
    technique: str | None = None,
    verify: str | None = None,
    liars: Collection[str] = (),
    lifted: Callable[[str], Collection[str]] = lambda identity: (),
    psids: Collection[str] = (),
) -> tuple[Target, ...]:
    """One target for each disk that is not excluded, with the method the ladder picks. Raises Fault of the ladder.

    ``reaches``: whether commands reach the drive behind a path; ``liars``: disks, by identity, whose
    drive has once called a command done without erasing; ``lifted``: obstacles, by identity, that are out of the way
    when its erasure begins (``obstacles_lifted``); ``psids``: locked drives, by identity, whose number a person has
    typed. Where every namespace of an NVMe drive is among the targets, one
    command may erase them all.
    """
    targets: list[Target] = []
    drives = nvme.whole_drives([d for d, x in zip(disks, exclusions, strict=True) if x is None])
    for disk, exclusion in zip(disks, exclusions, strict=True):
        identity = identify(disk)
        if exclusion is not None or identity is None:
            continue
        path, medium = known(disk.path) or "", known(disk.medium) or "unknown"
        mates = drives.get(identity.text, frozenset())
        lied = bool(({identity.text} | mates) & set(liars))
        gone = {*lifted(identity.text), *((nvme.SEVERAL,) if mates else ())}
        wanted = PsidRevert.name if identity.text in psids else technique
        method = choose(
            disk, level=level, technique=wanted, verify=verify, reached=reaches(path), lied=lied, lifted=gone
        )
        if mates:
            method = with_mates(method, mates, reach=functools.partial(nvme.reaches_all, disk=disk))
        targets.append(Target(identity=identity, path=path, medium=medium, method=method))
    return tuple(targets)


def obstacles_lifted(*, thaws: bool, points: Mapping[str, ResumePoint]) -> Callable[[str], Collection[str]]:
    """By identity: a drive that is frozen when this PC can suspend, one that is locked when the password is ours."""
    mine = {name for name, point in points.items() if left_password(point.commands)}

    def lifted(identity: str) -> Collection[str]:
        return {reason for reason, gone in (("skip-frozen", thaws), ("skip-locked", identity in mine)) if gone}

    return lifted


def system_disk(targets: Sequence[Target]) -> DiskIdentity | None:
    """Where a system goes: the fastest kind of internal disk, then the largest; None when nothing can take one."""
    internal = [t for t in targets if t.medium in _SYSTEM_DISK_ORDER]
    ranked = sorted(internal, key=lambda t: (_SYSTEM_DISK_ORDER.index(t.medium), -t.identity.size_bytes))
    return ranked[0].identity if ranked else None


def make_plan(
    *,
    inventory: Inventory,
    tag: str | None,
    targets: Sequence[Target],
    excluded: Sequence[Exclusion],
    choice: Choice,
    install: InstallPlan | None,
    exercise: bool,
    unproven_reason: str | None = None,
) -> Plan:
    slowest = max((t.method.estimate_s or 0.0 for t in targets), default=0.0)
    return Plan(
        machine=fingerprint(inventory),
        tag=tag,
        targets=tuple(targets),
        excluded=tuple(excluded),
        choice=choice,
        install=install,
        exercise=exercise,
        estimate_s=slowest + (install.estimate_s if install else 0.0),
        unproven_reason=unproven_reason,
    )


def disk_facts(disks: Sequence[Disk]) -> Mapping[str, Disk]:
    """Facts by identity text, for the engine and the record."""
    return {identity.text: disk for disk in disks if (identity := identify(disk)) is not None}
