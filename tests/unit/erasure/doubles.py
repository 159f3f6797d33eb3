"""A machine with one disk that is a file or a loop device of the test, and a real worker process."""

from __future__ import annotations

import fcntl
import json
import os
import stat
import struct
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from agent.machine.blockio import BLKGETSIZE64
from agent.machine.door import NotThere
from agent.model.events import Event, Kind
from agent.model.facts import Known, to_wire
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk
from agent.model.plan import Target

MIB = 1 << 20
REPO = Path(__file__).resolve().parents[3]


class TestClock:
    __test__ = False

    def monotonic(self) -> float:
        return 0.0

    def utc(self) -> str:
        return "2026-01-02T03:04:05.000Z"

    def sleep(self, seconds: float) -> None:
        raise AssertionError("nobody sleeps here")


class OneMachine:
    """Knows its clock and one /proc/cpuinfo; without root no drive is asked for its SMART."""

    name = "double"
    exercise = True

    def __init__(self, cpuinfo: bytes | None = b"flags\t\t: fpu aes sse2\n") -> None:
        self.clock = TestClock()
        self._cpuinfo = cpuinfo

    def has_firmware(self, path: str) -> bool:
        return not self.exercise

    def glob(self, pattern: str) -> list[str]:
        return []

    def is_root(self) -> bool:
        return False

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        if path != "/proc/cpuinfo" or self._cpuinfo is None:
            raise NotThere(path)
        return self._cpuinfo


class WorkerProcess:
    """``python -m agent.erasure.worker`` with the disk's descriptor."""

    def __init__(self, module: str, spec: Mapping[str, Any], fd: int) -> None:
        self.process = subprocess.Popen(
            [sys.executable, "-m", module],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pass_fds=[fd],
            text=True,
            cwd=REPO,
        )
        self.said: list[Mapping[str, Any]] = []
        self.send(spec)

    def messages(self) -> Iterator[Mapping[str, Any]]:
        assert self.process.stdout
        for line in self.process.stdout:
            if not line.endswith("\n"):
                return  # cut in the middle of a word
            message = json.loads(line)
            self.said.append(message)
            yield message

    def send(self, message: Mapping[str, Any]) -> None:
        assert self.process.stdin
        self.process.stdin.write(json.dumps(message) + "\n")
        self.process.stdin.flush()

    def kill(self) -> None:
        self.process.kill()

    def wait(self) -> int:
        status = self.process.wait()
        self.stderr = self.process.stderr.read() if self.process.stderr else ""
        for stream in (self.process.stdin, self.process.stdout, self.process.stderr):
            if stream is not None:
                try:
                    stream.close()
                except BrokenPipeError:
                    assert status != 0
        return status

    @property
    def errors(self) -> str:
        return getattr(self, "stderr", "")


class FileDisk:
    """A sparse file or a loop device as an opened disk. ``faults`` as in agent.machine.blockio."""

    rehearsal_scale = None

    def __init__(
        self,
        path: Path,
        *,
        faults: Sequence[Mapping[str, Any]] = (),
        pace: float | None = None,
        logical: int = 512,
        physical: int = 4096,
        extra: Mapping[str, Any] | None = None,
    ) -> None:
        self.path = str(path)
        try:
            self.fd = os.open(path, os.O_RDWR | os.O_DIRECT)
        except OSError:
            self.fd = os.open(path, os.O_RDWR)
        found = os.fstat(self.fd)
        if stat.S_ISBLK(found.st_mode):
            self.size_bytes = struct.unpack("=Q", fcntl.ioctl(self.fd, BLKGETSIZE64, bytes(8)))[0]
        else:
            self.size_bytes = found.st_size
        self.logical_block, self.physical_block = logical, physical
        self.identity = DiskIdentity(text="FILE-0001-2A3B4C5D", kind="file", model="test", size_bytes=self.size_bytes)
        self._added: dict[str, Any] = {"faults": list(faults), "pace_bytes_per_s": pace, **(extra or {})}
        self.workers: list[WorkerProcess] = []

    def start_worker(self, module: str, spec: Mapping[str, Any]) -> WorkerProcess:
        geometry = {
            "fd": self.fd,
            "size_bytes": self.size_bytes,
            "logical_block": self.logical_block,
            "physical_block": self.physical_block,
        }
        worker = WorkerProcess(module, {**spec, **geometry, **self._added}, self.fd)
        self.workers.append(worker)
        return worker

    def __enter__(self) -> FileDisk:
        return self

    def __exit__(self, *ignored: object) -> None:
        os.close(self.fd)


class Journal:
    """Events as the engine would keep them: through the wire form and back, progress left out."""

    def __init__(self, disk: str) -> None:
        self.disk = disk
        self.lines: list[str] = []
        self.kinds: list[Kind] = []
        self.marked = threading.Event()

    def emit(self, kind: Kind, params: Mapping[str, Any]) -> None:
        self.kinds.append(kind)
        if kind is not Kind.PROGRESS:
            seq = len(self.lines) + 1
            event = Event(kind=kind, seq=seq, t=f"2026-01-02T03:04:{seq % 60:02}.000Z", disk=self.disk, params=params)
            self.lines.append(json.dumps(event.to_wire()))
        if kind is Kind.MARK:
            self.marked.set()

    def events(self) -> list[Event]:
        from agent.model.events import from_wire

        return [from_wire(json.loads(line)) for line in self.lines]

    def of(self, kind: Kind) -> list[Event]:
        return [e for e in self.events() if e.kind is kind]


def loop_facts(size: int) -> Disk:
    said = "test"
    return Disk(
        path=Known("/dev/loop99", said),
        model=Known("test", said),
        serial=Known("FILE-0001-2A3B4C5D", said),
        size_bytes=Known(size, said),
        bus=Known("loop", said),
        in_use=Known((), said),
    )


def target_for(disk: FileDisk, **changes: Any) -> Target:
    from dataclasses import replace

    from agent.erasure.ladder import choose

    method = replace(choose(loop_facts(disk.size_bytes)), **changes)
    return Target(identity=disk.identity, path=disk.path, medium="unknown", method=method)


def plant_old_content(path: Path, size: int, *, marker: bytes = b"DONATEUR-ANCIEN-DOCUMENT") -> None:
    """A sparse file with a boot sector, an ext4 magic and a marker every 64 KiB, as a former owner would leave."""
    with open(path, "wb") as file:
        file.truncate(size)
        file.seek(510)
        file.write(b"\x55\xaa")
        file.seek(1080)
        file.write(b"\x53\xef")
        for at in range(8192, size - 4096, 64 << 10):
            file.seek(at)
            file.write((marker + b" %d " % at) * 60)


def wire(thing: Any) -> Any:
    return json.loads(json.dumps(to_wire(thing)))
