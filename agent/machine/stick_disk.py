"""The disk that carries our own system: the only one that is written to without a Warrant, and only beside the image.

Right before each command the device is looked at again: same major:minor, same size, same serial number. A stick that
was pulled and another disk that took its name in between is not written to.
"""

from __future__ import annotations

import json
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from agent.machine.door import Answer, DoorError
from agent.machine.processes import run_tool
from agent.model.errors import Fault

COLUMNS = "PATH,KNAME,TYPE,MODEL,SERIAL,WWN,SIZE,MAJ:MIN,RM,RO,TRAN,HOTPLUG"
_TOOL_S = 20.0

Run = Callable[..., Answer]


@dataclass(frozen=True, slots=True, kw_only=True)
class StickDisk:
    """A whole disk as lsblk shows it."""

    path: str
    number: str  # major:minor
    size_bytes: int
    model: str
    serial: str
    wwn: str
    optical: bool
    removable: bool
    read_only: bool

    @property
    def names(self) -> frozenset[str]:
        """Whatever tells this disk: the gate compares with each of them."""
        return frozenset(filter(None, (self.path, self.number, self.serial, self.wwn)))

    def same(self, other: StickDisk) -> bool:
        mine, its = ((d.path, d.number, d.size_bytes, d.serial, d.wwn) for d in (self, other))
        return mine == its


def disks(run: Run = run_tool, *, only: str | None = None) -> tuple[StickDisk, ...]:
    """All whole disks, or the one at a path. Raises DoorError when lsblk does not answer."""
    answer = run(["lsblk", "-J", "-b", "-d", "-o", COLUMNS, *([only] if only else [])], timeout_s=_TOOL_S)
    try:
        rows = json.loads(answer.stdout or b"{}").get("blockdevices", [])
        return tuple(_disk(row) for row in rows if row.get("type") in ("disk", "rom", "loop") and row.get("size"))
    except (AttributeError, KeyError, TypeError, ValueError) as error:
        raise DoorError(f"lsblk: {error}") from None


def _disk(row: Mapping[str, Any]) -> StickDisk:
    def word(key: str) -> str:
        return str(row.get(key) or "").strip()

    def flag(key: str) -> bool:
        return row.get(key) in (True, "1", 1)

    path = word("path")
    return StickDisk(
        path=path,
        number=word("maj:min"),
        size_bytes=int(row["size"]),
        model=word("model"),
        serial=word("serial"),
        wwn=word("wwn"),
        optical=word("type") == "rom",
        removable=flag("rm") or flag("hotplug") or word("tran") == "usb" or _is_card(word("kname")),
        read_only=flag("ro"),
    )


def _is_card(kname: str) -> bool:
    """An SD card, which some readers do not call removable; an eMMC is soldered and says MMC."""
    kind = Path("/sys/block", kname, "device", "type")
    return kname.startswith("mmcblk") and kind.is_file() and kind.read_text().strip() == "SD"


class StickTools:
    """Commands on one stick. ``still_ours`` says whether the disk is what it was chosen for; it is asked each time."""

    def __init__(self, disk: StickDisk, *, still_ours: Callable[[], bool], run: Run = run_tool) -> None:
        self.disk = disk
        self._still_ours = still_ours
        self._run = run

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        """A command that may write to this disk. Raises Fault disk-changed, warrant-other-disk; DoorError."""
        self._check(argv)
        return self._run(list(argv), timeout_s=timeout_s, stdin=stdin)

    def _check(self, argv: Sequence[str]) -> None:
        now = disks(self._run, only=self.disk.path)
        if len(now) != 1 or not now[0].same(self.disk) or not self._still_ours():
            raise Fault("disk-changed", disk=self.disk.serial[-4:] or self.disk.path)
        for word in argv:
            if word.startswith("/dev/") and self._whole(word) != self.disk.number:
                raise Fault("warrant-other-disk", disk=self.disk.serial[-4:] or self.disk.path, other=word)

    def _whole(self, path: str) -> str:
        """Major:minor of the disk that a device is, or is a partition of."""
        found = Path(path).stat()
        if not stat.S_ISBLK(found.st_mode):
            return ""
        number = f"{os.major(found.st_rdev)}:{os.minor(found.st_rdev)}"
        folder = Path("/sys/dev/block", number)
        return (folder / "../dev").read_text().strip() if (folder / "partition").is_file() else number
