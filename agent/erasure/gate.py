"""The never-wipe gate: which disks are not touched, each with its evidence (ERASURE design, section 9).

Pure; checked when planning. The door checks again on the opened descriptor (identity, size, O_EXCL).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Sequence
from typing import Any

from agent.erasure.technique import extra
from agent.model.facts import Absent, Known, Unreadable, known
from agent.model.identity import DiskIdentity, identify, is_usable_serial
from agent.model.inventory import Disk, Medium
from agent.model.plan import Exclusion

_NEVER = ("zram", "ram", "fd", "sr", "dm-", "md", "nbd")
"""Kernel names (under /dev) that are no disk of their own: compressed memory, floppies, optical, mapped, arrays."""

_INSIDE = ("ata", "nvme", "mmc", "virtio")
"""Buses of disks that are part of the PC, unless they are removable."""

GUARD_FACTS = ("path", "size_bytes", "in_use", "read_only", "bus", "medium", "removable")
"""What the guards ask. A serial number or WWN that cannot be read is no identity, which has a guard of its own."""


def exclude(
    disks: Sequence[Disk],
    *,
    allow_loop: bool = False,
    allow_usb: bool = False,
    boot_medium: Collection[str] = (),
) -> tuple[Exclusion | None, ...]:
    """For each disk, in the same order, why it is not touched, or None when it may be a target.

    All disks of the PC are judged together: duplicates are seen that way.

    ``boot_medium``: whatever identifies the live medium and all under it: paths, major:minor, serials, WWNs.
    """
    texts = Counter(text for disk in disks for text in _own_names(disk))
    boot = frozenset(boot_medium)
    return tuple(_judge(disk, texts, boot, allow_loop=allow_loop, allow_usb=allow_usb) for disk in disks)


def _judge(
    disk: Disk, texts: Counter[str], boot: frozenset[str], *, allow_loop: bool, allow_usb: bool
) -> Exclusion | None:
    """The first guard that says no; None when all of them let it pass."""
    path, bus, medium = known(disk.path) or "", known(disk.bus), known(disk.medium)
    name = path.rpartition("/")[2]

    def no(reason: str, **params: Any) -> Exclusion:
        identity = identify(disk)
        return Exclusion(
            path=path,
            model=(known(disk.model) or "").strip(),
            suffix=identity.suffix if identity else "",
            size_bytes=known(disk.size_bytes),
            reason=reason,
            params={"path": path, **params},
        )

    if mine := sorted(boot & {path, *_names(disk), *filter(None, [known(disk.major_minor)])}):
        # started from an image on the PC's own disk: that disk leaves with the PC, and its paper must say it was left
        inside = bus in _INSIDE and not known(disk.removable)
        return no("excluded-boot-disk" if inside else "excluded-boot-medium", evidence=mine[0])
    if medium == Medium.OPTICAL or name.startswith("sr"):
        return no("excluded-optical")
    if name.startswith(_NEVER):
        return no("excluded-not-a-disk", evidence=name)
    if unread := _unreadable(disk):
        return no("excluded-unreadable", what=unread[0], error=unread[1])
    if not path:
        return no("excluded-unreadable", what="path", error="-")
    if length := known(extra(disk, "capacity", "sector_bytes")):  # asked where the kernel gives no size
        return no("excluded-sector-size", sector_bytes=length)
    if not known(disk.size_bytes) or "capacity" in (disk.extra or {}):
        return no("excluded-size-zero")
    if held := known(disk.in_use):
        return no("excluded-in-use", evidence=", ".join(h.removeprefix("mounted on ") for h in held), count=len(held))
    if not isinstance(disk.in_use, (Known, Absent)):
        return no("excluded-unreadable", what="in_use", error="-")
    if known(disk.read_only):
        return no("excluded-read-only")
    if (bus == "loop" or name.startswith("loop")) and not allow_loop:
        return no("excluded-loop", evidence=known(disk.backing_file) or name)
    if (bus == "usb" or medium == Medium.USB or known(disk.removable)) and not allow_usb:
        return no("excluded-usb")
    identity = identify(disk)
    if identity is None:
        return no("excluded-no-identity")
    if twin := _twin(disk, identity, texts):
        return no("excluded-duplicate", evidence=twin)
    return None


def _unreadable(disk: Disk) -> tuple[str, str] | None:
    """The first fact of a guard that nobody could read: whatever could not be read is never a target."""
    facts = ((name, getattr(disk, name)) for name in GUARD_FACTS)
    return next(((name, f.error) for name, f in facts if isinstance(f, Unreadable)), None)


def _names(disk: Disk) -> list[str]:
    """What tells this disk from another: usable serial and WWN, each once."""
    words = [(known(fact) or "").strip() for fact in (disk.serial, disk.wwn)]
    return sorted({word for word in words if is_usable_serial(word)})


def _own_names(disk: Disk) -> list[str]:
    """Those that another disk may not have too: the namespaces of an NVMe drive have its serial in common."""
    if disk.nvme is None or disk.nvme.nsid is None:
        return _names(disk)
    identity = identify(disk)
    return sorted({*(set(_names(disk)) - {(known(disk.serial) or "").strip()}), *([identity.text] if identity else ())})


def _twin(disk: Disk, identity: DiskIdentity, texts: Counter[str]) -> str | None:
    """The serial or WWN another disk has too: two paths to one disk, or a bridge that invents them."""
    return next((text for text in (*_own_names(disk), identity.text) if texts[text] > 1), None)
