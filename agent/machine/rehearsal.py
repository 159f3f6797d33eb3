"""The rehearsal bench: a recorded PC whose disks are sparse files, with a virtual clock and named faults.

The real erase and verify code writes to those files. There is no route from here to a real device: paths
come from the work folder alone, and the descriptor is checked to be a regular file before it is handed on.
A rehearsal disk is smaller than the disk it stands for (``rehearsal_scale``), and everything made from it
says EXERCICE. With a laboratory, drives of its own stand for some disks: the real tools speak to them.
"""

from __future__ import annotations

import dataclasses
import hashlib
import os
import stat
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path, PurePath
from types import TracebackType
from typing import TYPE_CHECKING, Any, Self

from agent.machine.clocks import VirtualClock
from agent.machine.door import Answer, Clock, DoorError, Machine, ToolMissing, ToolTimedOut
from agent.machine.drives.names import devices_in
from agent.machine.guard import destroys
from agent.machine.processes import Process
from agent.machine.warrants import SpentPermits
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.warrant import Action, Warrant

if TYPE_CHECKING:
    from agent.machine.drives.laboratory import Laboratory

MIB = 1 << 20
SMALLEST, LARGEST = 32 * MIB, 96 * MIB
SCALE = 4096  # a 256 GB disk is stood for by 60 MiB

FaultSpec = Callable[[int], Mapping[str, Any]]


def _at(kind: str, start: float, end: float | None = None, **more: Any) -> FaultSpec:
    """A fault at a fraction of the disk, as the worker's block layer wants it (bytes, whole 4 KiB blocks)."""

    def spec(size: int) -> Mapping[str, Any]:
        first = int(size * start) // 4096 * 4096
        last = first + 4096 if end is None else int(size * end) // 4096 * 4096
        return {"kind": kind, "start": first, "end": last, **more}

    return spec


FAULTS: Mapping[str, FaultSpec] = {
    "bad-sector": _at("write-error", 0.43),
    "unreadable-sector": _at("read-error", 0.57),
    "bad-zone": _at("write-error", 0.43, 0.46),
    "disk-vanishes": _at("vanish", 0.61, 1.0),
    "dropped-writes": _at("drop-writes", 0.30, 0.31),
    "stall": _at("stall", 0.25, seconds=3.0),
    "power-cut": _at("power-cut", 0.40, 1.0),
}
"""Faults of the disk layer, by name. The others are told to the engine: see ``SESSION_FAULTS``."""

DRIVE_FAULTS = ("drive-lies", "drive-refuses", "drive-never-ends")
"""Faults of the drives' own firmware, where drives of a laboratory stand for the disks: it says done and erases
nothing, it refuses, it never comes to an end (``agent.machine.drives.stand_in``)."""

TOOL_FAULTS = ("tool-hangs", "tool-missing", "tool-garbage")
"""Faults of the tools: smartctl never answers, dmidecode is not installed, lsblk prints nonsense."""

SESSION_FAULTS = ("registry-down", "stick-full")
"""Faults around the bench, made by whoever wires it: the registry does not answer, the stick is full."""

FAULT_NAMES = (*FAULTS, *TOOL_FAULTS, *DRIVE_FAULTS, *SESSION_FAULTS)


class RehearsalDisk:
    """A sparse file in the work folder, standing for one recorded disk."""

    def __init__(
        self, *, identity: DiskIdentity, path: Path, faults: Sequence[Mapping[str, Any]], pace: int | None
    ) -> None:
        self.identity = identity
        self.path = str(path)
        self._faults = list(faults)
        self._pace = pace
        self._fd = os.open(path, os.O_RDWR | os.O_CLOEXEC | os.O_NOFOLLOW)
        found = os.fstat(self._fd)
        if not stat.S_ISREG(found.st_mode):
            os.close(self._fd)
            raise Fault("disk-excluded", disk=identity.suffix, why=str(path))
        self.size_bytes = self._file_bytes = found.st_size
        self.logical_block = 512
        self.physical_block = 4096
        self.rehearsal_scale: int | None = max(1, identity.size_bytes // self.size_bytes)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        raise Fault("not-live", what=argv[0])

    def open_area(self, name: str) -> RehearsalDisk:
        raise Fault("disk-not-found", disk=f"{self.identity.suffix} {name}")

    def changed(self) -> bool:
        return os.fstat(self._fd).st_size != self._file_bytes

    def start_worker(self, module: str, spec: Mapping[str, Any]) -> Process:
        return self._start(module, spec, self._faults)

    def _start(self, module: str, spec: Mapping[str, Any], faults: Sequence[Mapping[str, Any]]) -> Process:
        os.set_inheritable(self._fd, True)
        geometry = {
            "fd": self._fd,
            "size_bytes": self.size_bytes,
            "logical_block": self.logical_block,
            "physical_block": self.physical_block,
            "faults": list(faults),
            "pace_bytes_per_s": self._pace,
        }
        return Process(module, {**spec, **geometry}, fd=self._fd)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._fd >= 0:
            os.close(self._fd)
            self._fd = -1


class LaboratoryDisk(RehearsalDisk):
    """A drive of the laboratory: tools speak to it under the machine's name, workers write to the file behind it."""

    def __init__(
        self,
        *,
        identity: DiskIdentity,
        laboratory: Laboratory,
        path: str,
        faults: Sequence[Mapping[str, Any]],
        pace: int | None,
    ) -> None:
        super().__init__(identity=identity, path=laboratory.backing(path), faults=faults, pace=pace)
        self._laboratory = laboratory
        self.path = path
        self._node = laboratory.node(path)
        # sectors that the drive hides are out of reach of a host, and so of our workers
        self.size_bytes = min(self.size_bytes, self._node.size_bytes)
        self.logical_block = self._node.logical_block
        self.physical_block = self._node.physical_block
        laboratory.hold(path)

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        named = devices_in(argv)
        for other in named:
            if other != self.path:
                raise Fault("warrant-other-disk", disk=self.identity.suffix, other=other)
        if not named:
            return super().run(argv, timeout_s=timeout_s, stdin=stdin)
        return self._laboratory.run(argv, timeout_s=timeout_s, stdin=stdin)

    def changed(self) -> bool:
        if super().changed() or not self._laboratory.has(self.path):
            return True
        return dataclasses.replace(self._laboratory.node(self.path), closed=self._node.closed) != self._node

    def start_worker(self, module: str, spec: Mapping[str, Any]) -> Process:
        """A drive that its owner has locked fails every transfer, whatever the file behind it would do."""
        node = self._laboratory.node(self.path)
        reads = [{"kind": "read-error"}] if node.closed else []
        writes = [{"kind": "write-error"}] if node.closed or node.protected else []
        return self._start(module, spec, [*self._faults, *reads, *writes])

    def open_area(self, name: str) -> LaboratoryDisk:
        path = f"{self.path}{name}"
        if not self._laboratory.has(path):
            return super().open_area(name)  # type: ignore[return-value]
        return LaboratoryArea(identity=self.identity, laboratory=self._laboratory, path=path, faults=(), pace=None)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._laboratory.release(self.path)
        super().__exit__(kind, error, trace)


class LaboratoryArea(LaboratoryDisk):
    """One more area of an eMMC, which the kernel lets nobody write to but for as long as this is open."""

    def __init__(
        self,
        *,
        identity: DiskIdentity,
        laboratory: Laboratory,
        path: str,
        faults: Sequence[Mapping[str, Any]],
        pace: int | None,
    ) -> None:
        laboratory.force_read_only(path, on=False)
        super().__init__(identity=identity, laboratory=laboratory, path=path, faults=faults, pace=pace)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        super().__exit__(kind, error, trace)
        self._laboratory.force_read_only(self.path, on=True)


class RehearsalMachine:
    """A recorded PC one can erase. ``pace_bytes_per_s`` slows the disks to what a person can follow.

    ``laboratory``: its drives are asked instead of the recording, by every tool that names one. ``stand_ins`` says
    which of them is which disk, from the text of an identity to a path; it is entered and left by whoever made it, and
    its drives want ``clock``.
    """

    exercise = True

    def __init__(
        self,
        recorded: Machine,
        workdir: Path,
        *,
        faults: Sequence[str] = (),
        pace_bytes_per_s: int | None = None,
        clock_pace: float = 0.0,
        clock: Clock | None = None,
        laboratory: Laboratory | None = None,
        stand_ins: Mapping[str, str] | None = None,
    ) -> None:
        for name in faults:
            if name not in FAULT_NAMES:
                raise Fault("fault-unknown", name=name, known=", ".join(FAULT_NAMES))
        self.name = recorded.name
        self.clock: Clock = clock or VirtualClock(pace=clock_pace)
        self.faults = tuple(faults)
        self._recorded = recorded
        self._workdir = workdir
        self._pace = pace_bytes_per_s
        self._permits = SpentPermits()
        self._laboratory = laboratory
        self._stand_ins = dict(stand_ins or {})

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        tool = argv[0]
        if tool == "smartctl" and "tool-hangs" in self.faults:
            self.clock.sleep(timeout_s)
            raise ToolTimedOut(f"{tool}: no answer within {timeout_s:g} s")
        if tool == "dmidecode" and "tool-missing" in self.faults:
            raise ToolMissing(f"{tool}: not installed")
        if self._laboratory is not None and self._laboratory.names_one(argv) and not self._recorded_health(argv):
            if destroys(argv):
                raise Fault("warrant-missing", disk=" ".join(argv[:3]))
            return self._laboratory.run(argv, timeout_s=timeout_s, stdin=stdin)
        if self._laboratory is not None and tool in ("rtcwake", "tee"):
            return self._sleep(self._laboratory, argv)
        if self._laboratory is not None and list(argv[1:]) in _ASKS_VERSION:  # of the tool that speaks to its drives
            return self._laboratory.run(argv, timeout_s=timeout_s, stdin=stdin)
        answer = self._recorded.run(argv, timeout_s=timeout_s, stdin=stdin)
        if tool == "lsblk" and "tool-garbage" in self.faults:
            return dataclasses.replace(answer, stdout=answer.stdout[: len(answer.stdout) // 2])
        return answer

    def _recorded_health(self, argv: Sequence[str]) -> bool:
        """The wear of the recorded disk is told by its recording, where it has one."""
        if PurePath(argv[0]).name != "smartctl":
            return False
        try:
            self._recorded.run(argv, timeout_s=1)
        except DoorError:
            return False
        return True

    def _sleep(self, laboratory: Laboratory, argv: Sequence[str]) -> Answer:
        """Suspend to RAM, as far as the drives can tell; ``tee`` chooses its depth."""
        if argv[0] == "rtcwake":
            self.clock.sleep(float(argv[-1]))
            laboratory.suspend()
        return Answer(argv=tuple(argv), exit_status=0, stdout=b"", stderr=b"", seconds=0.0)

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        return self._recorded.read(path, limit=limit)

    def glob(self, pattern: str) -> list[str]:
        return self._recorded.glob(pattern)

    def exists(self, path: str) -> bool:
        return self._recorded.exists(path)

    def link(self, path: str) -> str:
        return self._recorded.link(path)

    def file_identity(self, path: str) -> str:
        return self._recorded.file_identity(path)

    def is_root(self) -> bool:
        return True

    def has_firmware(self, path: str) -> bool:
        return self._laboratory is not None and self._laboratory.has(path)

    def disk_file(self, identity: DiskIdentity) -> Path:
        """The sparse file that stands for a disk, made with some former content when it does not exist yet."""
        name = hashlib.sha256(identity.text.encode()).hexdigest()[:16]
        path = self._workdir / f"disk-{name}.img"
        if not path.exists():
            self._workdir.mkdir(parents=True, exist_ok=True)
            size = min(LARGEST, max(SMALLEST, identity.size_bytes // SCALE)) // MIB * MIB
            _plant_former_content(path, size=size, seed=identity.text)
        return path

    def open_disk(self, identity: DiskIdentity, warrant: Warrant | None, action: Action) -> RehearsalDisk:
        stand_in = self._stand_ins.get(identity.text)
        if self._laboratory is not None and stand_in is not None:
            self._permits.check(warrant, identity, action, now=self.clock.monotonic(), exercise=True)
            _refuse_stand_in(self._laboratory, stand_in, identity)
        self._permits.spend(warrant, identity, action, now=self.clock.monotonic(), exercise=True)
        if self._laboratory is not None and stand_in is not None:
            return self._open_stand_in(self._laboratory, stand_in, identity)
        path = self.disk_file(identity)
        specs = [FAULTS[name](path.stat().st_size) for name in self.faults if name in FAULTS]
        return RehearsalDisk(identity=identity, path=path, faults=specs, pace=self._pace)

    def _open_stand_in(self, laboratory: Laboratory, path: str, identity: DiskIdentity) -> RehearsalDisk:
        specs = [FAULTS[name](laboratory.backing(path).stat().st_size) for name in self.faults if name in FAULTS]
        return LaboratoryDisk(identity=identity, laboratory=laboratory, path=path, faults=specs, pace=self._pace)


_ASKS_VERSION = (["version"], ["--version"], ["-V"])


def _refuse_stand_in(laboratory: Laboratory, path: str, identity: DiskIdentity) -> None:
    """What the live door refuses too. Raises Fault disk-not-found, disk-busy, disk-read-only."""
    if not laboratory.has(path) or laboratory.node(path).gone:
        raise Fault("disk-not-found", disk=identity.suffix)
    if laboratory.is_held(path):
        raise Fault("disk-busy", disk=identity.suffix)
    if laboratory.node(path).read_only:
        raise Fault("disk-read-only", disk=identity.suffix)


FORMER_CONTENT = b"REGAIN-EXERCICE ancien document du donateur "


def _plant_former_content(path: Path, *, size: int, seed: str) -> None:
    """Something to erase: a boot-sector signature and 4 KiB "documents" all over a sparse file of ``size`` bytes."""
    with open(path, "wb") as file:
        file.truncate(size)
        file.seek(510)
        file.write(b"\x55\xaa")
        for number in range(0, size // MIB):
            file.seek(number * MIB + 8192)
            line = FORMER_CONTENT + f"{seed} {number}\n".encode()
            file.write((line * (4096 // len(line) + 1))[:4096])
