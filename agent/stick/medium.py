"""Which disk was this system started from, and which partition of which disk holds our data."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from agent.machine.ancestry import ancestors, medium_mounts, mounts
from agent.machine.door import DoorError, Machine
from agent.machine.stick_disk import Run, StickDisk, disks
from agent.stick import layout
from agent.stick.layout import LABEL, Row, Table

_TOOL_S = 20.0
_WORD = re.compile(r"(?:^|\s)regain\.medium=(\S+)")


@dataclass(frozen=True, slots=True, kw_only=True)
class Medium:
    """The disk this system was started from. ``iso_bytes`` is 0 when it carries no ISO 9660 of its own (Ventoy)."""

    disk: StickDisk
    iso_bytes: int
    uuid: str  # of the ISO, as blkid prints it; "" when there is none


@dataclass(frozen=True, slots=True, kw_only=True)
class Data:
    """A partition that says it is ours. ``sound`` is False when no ext4 can be recognised in it."""

    disk: StickDisk
    row: Row
    sector: int
    sound: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Look:
    """Looking only: nothing here writes. ``loops`` lets loop devices stand for sticks (tests, virtual machines)."""

    machine: Machine
    run: Run
    note: Mapping[str, str]
    """What the image says of itself (/etc/regain/live-image): ``built``, perhaps ``iso_uuid``."""
    loops: bool = False

    # -- the medium ------------------------------------------------------------------------------------------

    def medium(self) -> Medium | None:
        """By what is mounted; when the system runs from memory, by the identity of the ISO it was read from."""
        everything = self._disks()
        numbers = self._mounted()
        found = [d for d in everything if d.number in numbers]
        if not found and (wanted := self.wanted_uuid()):
            found = [d for d in everything if self._carries(d, wanted)]
        if len(found) != 1:
            return None
        told = self.probe(found[0].path)
        iso = self._iso_bytes(found[0].path)
        return Medium(disk=found[0], iso_bytes=iso, uuid=told.get("UUID", "") if iso else "")

    def still(self, medium: Medium) -> bool:
        """Asked right before writing: it is still the disk this system was started from."""
        if medium.disk.number in self._mounted():
            return True
        return bool(medium.uuid) and self._carries(medium.disk, medium.uuid)

    def wanted_uuid(self) -> str:
        """UUID of our ISO: the kernel's command line (``regain.medium=``), else the image's own note.

        Without either it is the moment the image was built: xorriso makes the UUID of it (SOURCE_DATE_EPOCH).
        """
        try:
            line = self.machine.read("/proc/cmdline").decode("utf-8", "replace")
        except DoorError:
            line = ""
        match = _WORD.search(line)
        built = re.sub(r"[T:]", "-", self.note.get("built", "").removesuffix("Z"))
        return match[1] if match else self.note.get("iso_uuid") or (f"{built}-00" if built else "")

    def _mounted(self) -> frozenset[str]:
        table = mounts(self.machine)
        return frozenset(ancestors(self.machine, [m.number for m in medium_mounts(table)], table))

    def _disks(self) -> tuple[StickDisk, ...]:
        return tuple(d for d in disks(self.run) if self.loops or not d.path.startswith("/dev/loop"))

    def _iso_bytes(self, path: str) -> int:
        answer = self.run(["isosize", path], timeout_s=_TOOL_S)
        text = answer.text.strip()
        return int(text) if answer.exit_status == 0 and text.isdigit() else 0

    # -- the data partition ------------------------------------------------------------------------------------

    def data_elsewhere(self, medium: Medium | None) -> Sequence[Data]:
        """On removable disks other than the boot medium. Never on a disk of the PC itself."""
        others = [d for d in self._disks() if (d.removable or self.loops) and not d.optical]
        return [f for d in others if medium is None or d.path != medium.disk.path for f in self.data_on(d, boot=False)]

    def data_on(self, disk: StickDisk, *, boot: bool) -> Sequence[Data]:
        if disk.optical:
            return ()
        table = self.table(disk.path)
        if table is None:
            return ()
        found: list[Data] = []
        for row in layout.candidates(table):
            self.show_to_kernel(disk, row)
            told = self.probe(row.node)
            named = told.get("TYPE") == "ext4" and told.get("LABEL") == LABEL
            # an MBR has no type of ours: a nameless 83 is taken for ours, damaged, on our own medium alone
            if named or table.label == "gpt" or (boot and "TYPE" not in told):
                found.append(Data(disk=disk, row=row, sector=table.sector, sound=named))
        return found

    def table(self, path: str) -> Table | None:
        """None when there is no table of a kind we know, or the disk does not answer."""
        try:
            return layout.read_table(self.run(["sfdisk", "--json", path], timeout_s=_TOOL_S).stdout)
        except (ValueError, DoorError):
            return None

    def probe(self, path: str) -> Mapping[str, str]:
        """What blkid reads in a device itself, no cache: TYPE, LABEL, UUID. Raises DoorError when it cannot look."""
        answer = self.run(["blkid", "-p", "-o", "export", path], timeout_s=_TOOL_S)
        if answer.exit_status and not Path(path).exists():  # blkid(8) says 2 for "nothing in it" and for "not there"
            raise DoorError(f"{path}: not there")
        pairs = (line.partition("=") for line in answer.text.splitlines())
        return {key: value for key, _, value in pairs if key}

    def _carries(self, disk: StickDisk, uuid: str) -> bool:
        """False for a disk that does not answer as well: a dying one must not stop the start."""
        try:
            return self.probe(disk.path).get("UUID") == uuid
        except DoorError:
            return False

    def show_to_kernel(self, disk: StickDisk, row: Row) -> None:
        """A table that was read late has no device nodes yet; this tells the kernel and writes nothing."""
        if not Path(row.node).exists():
            self.run(["partx", "--add", "--nr", str(row.number), disk.path], timeout_s=_TOOL_S)
