"""Making the data partition, checking it, mounting it. Every command goes through the guard of ``StickTools``."""

from __future__ import annotations

import json
import os
import uuid
from dataclasses import dataclass
from pathlib import Path

from agent.machine.ancestry import mounts
from agent.machine.stick_disk import StickDisk, StickTools
from agent.model.errors import Fault
from agent.report.files import write_atomic
from agent.stick import layout
from agent.stick.layout import LABEL, NoPlace, Row
from agent.stick.medium import Data, Look, Medium

MARKER = "regain-data.json"
MARKER_FORMAT = "regain-data/1"
FOLDERS = ("station", "journal", "records", "images", "diagnostic")
_WRITING_S, _FSCK_S, _MOUNT_S = 900.0, 900.0, 60.0
_REPAIRED = 3
"""e2fsck(8): 1 errors corrected, 2 and a reboot is asked for; from 4 on something is left."""

MKFS = (
    *("mkfs.ext4", "-q", "-F", "-L", LABEL),
    # one inode for 128 KiB and a small journal: a slow stick is ready in seconds with every block written
    *("-i", "131072", "-J", "size=16", "-m", "1", "-e", "remount-ro"),
    *("-E", "lazy_itable_init=0,lazy_journal_init=0,nodiscard"),
)


class Unusable(Exception):
    """The partition is there and cannot be used. ``reason`` is a message id; nothing is mounted then."""

    def __init__(self, reason: str, **params: object) -> None:
        self.reason, self.params = reason, params
        super().__init__(reason)


@dataclass(frozen=True, slots=True, kw_only=True)
class Mounted:
    """``repaired``: e2fsck put something right on the way."""

    folder: Path
    node: str
    writable: bool
    repaired: bool = False


def create(look: Look, medium: Medium) -> Data:
    """A partition in the free space behind the image, with an empty ext4 in it.

    Raises NoPlace when this stick is not one to write to; Fault disk-changed, stick-not-made; DoorError.
    """
    disk = medium.disk
    if disk.optical:
        raise NoPlace("stick-why-optical")
    if disk.read_only:
        raise NoPlace("stick-why-write-protected", model=disk.model or disk.path)
    if not disk.removable and not look.loops:
        raise NoPlace("stick-why-not-removable", model=disk.model or disk.path)
    table = look.table(disk.path)
    if not medium.iso_bytes or table is None:
        raise NoPlace("stick-why-not-our-image", model=disk.model or disk.path)
    sizes = {"disk_bytes": disk.size_bytes, "iso_bytes": medium.iso_bytes}
    tools = StickTools(disk, still_ours=lambda: look.still(medium), run=look.run)
    row = layout.unfinished(table, **sizes)
    if row is None:
        at = layout.place(table, **sizes)
        _step(tools, _append(disk), stdin=layout.script(table, at))
        row = _added(look, disk, table, at)
    look.show_to_kernel(disk, row)
    # a newer image may have been written to this stick, with its data still where it was: that is kept
    if look.probe(row.node).get("LABEL") != LABEL:
        _step(tools, [*MKFS, row.node])
    kind = layout.finished_type(table)
    _step(tools, ["sfdisk", *_QUIET, "--part-type", disk.path, str(row.number), kind])
    return Data(disk=disk, row=row, sector=table.sector, sound=True)


_QUIET = ("--no-reread", "--no-tell-kernel", "--wipe", "never", "--wipe-partitions", "never")
"""The medium is in use, so the kernel is not asked to read the table again; no signature is wiped."""


def _append(disk: StickDisk) -> list[str]:
    return ["sfdisk", "--append", *_QUIET, disk.path]


def _added(look: Look, disk: StickDisk, before: layout.Table, at: layout.Place) -> Row:
    after = look.table(disk.path)
    try:
        return layout.added(before, after or before, at)
    except ValueError as error:
        raise Fault("stick-not-made", step="sfdisk", detail=str(error)) from None


def _step(tools: StickTools, argv: list[str], *, stdin: bytes = b"") -> None:
    answer = tools.run(argv, timeout_s=_WRITING_S, stdin=stdin)
    if answer.exit_status:
        raise Fault("stick-not-made", step=argv[0], detail=answer.errors.strip()[-200:])


def mount(look: Look, data: Data, folder: Path, *, fresh: bool) -> Mounted:
    """Check, repair what repairs itself, mount, and see the marker. Nothing is ever formatted here.

    ``fresh``: it was made a moment ago, and gets its marker and folders. Raises Unusable.
    """
    disk, node = data.disk, data.row.node
    if not data.sound:
        raise Unusable("stick-why-corrupt", device=node)
    tools = StickTools(disk, still_ours=lambda: True, run=look.run)
    _let_go(look, tools, folder, node)
    if _is_mounted(look, folder):
        return Mounted(folder=folder, node=node, writable=_writable(folder))
    folder.mkdir(parents=True, exist_ok=True)
    repaired = False if disk.read_only else _check(tools, node)
    # on a write-protected stick the journal of the file system cannot be played back (ext4(5), noload)
    modes = ["ro,noload"] if disk.read_only else ["rw", "ro,noload"]
    for mode in modes:
        answer = tools.run(["mount", "-t", "ext4", "-o", f"{mode},noatime,nodev,nosuid", node, str(folder)],
                           timeout_s=_MOUNT_S)  # fmt: skip
        if answer.exit_status == 0:
            break
    else:  # e2fsck found nothing wrong: it is not called damaged
        raise Unusable("stick-why-not-mounted", device=node, detail=answer.errors.strip()[-120:])
    writable = _writable(folder)
    if writable and (fresh or _is_empty(folder)):
        _furnish(folder)
    if not _marked(folder):
        tools.run(["umount", str(folder)], timeout_s=_MOUNT_S)
        raise Unusable("stick-why-no-marker", device=node)
    return Mounted(folder=folder, node=node, writable=writable, repaired=repaired)


def _check(tools: StickTools, node: str) -> bool:
    """True when something was repaired. Raises Unusable when e2fsck leaves errors: a person must decide then."""
    answer = tools.run(["e2fsck", "-p", node], timeout_s=_FSCK_S)
    if answer.exit_status & ~_REPAIRED:
        raise Unusable("stick-why-corrupt", device=node)
    return bool(answer.exit_status)


def _let_go(look: Look, tools: StickTools, folder: Path, node: str) -> None:
    """Unmount what is no longer there: a stick that was pulled and comes back has another name."""
    for found in mounts(look.machine):
        if found.point == str(folder) and (found.source != node or not _answers(folder)):
            tools.run(["umount", "--lazy", str(folder)], timeout_s=_MOUNT_S)


def _answers(folder: Path) -> bool:
    try:
        return bool((folder / MARKER).read_bytes())
    except OSError:
        return False


def _is_mounted(look: Look, folder: Path) -> bool:
    return any(m.point == str(folder) for m in mounts(look.machine))


def _writable(folder: Path) -> bool:
    return not os.statvfs(folder).f_flag & os.ST_RDONLY


def _is_empty(folder: Path) -> bool:
    """A cut between formatting and furnishing leaves only lost+found."""
    return {p.name for p in folder.iterdir()} <= {"lost+found"}


def _furnish(folder: Path) -> None:
    for name in FOLDERS:
        (folder / name).mkdir(exist_ok=True)
    folder.chmod(0o700)
    write_atomic(folder / MARKER, json.dumps({"format": MARKER_FORMAT, "uuid": str(uuid.uuid4())}).encode() + b"\n")


def _marked(folder: Path) -> bool:
    """The marker is what makes it ours; the label alone could be anybody's."""
    try:
        told = json.loads((folder / MARKER).read_bytes())
        return bool(told["format"] == MARKER_FORMAT and uuid.UUID(told["uuid"]))
    except (OSError, ValueError, KeyError, TypeError):
        return False
