"""Positioned reads and writes on one disk's descriptor, and the same with faults for the rehearsal.

``RawDisk`` works on a descriptor that somebody else opened (inherited by the worker): with ``O_DIRECT`` where the
opener got it, without where the file system refuses it. ``FaultyDisk`` wraps it for rehearsals and tests; its
faults are plain dicts in the worker's spec, so that they cross the process boundary:

``{"kind": K, "start": byte, "end": byte, "seconds": s, "bytes_per_s": r, "phase": P}``

=============  =====================================================================================================
kind           what the disk does
=============  =====================================================================================================
write-error    a write that touches [start, end) fails with EIO (the old content stays)
read-error     a read that touches [start, end) fails with EIO
vanish         from the first transfer that reaches byte ``start`` on, everything fails with ENODEV
drop-writes    writes inside [start, end) answer "done" and change nothing: a drive that lies
stall          the first transfer that reaches byte ``start`` makes the whole disk hang for ``seconds``
slow           transfers that touch [start, end) take at least their length / ``bytes_per_s``
power-cut      at the first write that reaches byte ``start``: what was written since the last sync reads as zeros
               (the drive's cache is lost) and this process is killed with SIGKILL
=============  =====================================================================================================

``start`` defaults to 0, ``end`` to the size; both are widened to the physical block. ``phase`` limits a fault to
what the worker is doing: "write" (an overwrite pass), "verify", "canaries", "resume", or "any". Default: "any" for
write-error, read-error and slow; "write" for the others. A power cut happens once: see ``survivors``.
"""

from __future__ import annotations

import errno
import fcntl
import mmap
import os
import signal
import stat
import struct
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

BLKGETSIZE64 = 0x80081272  # linux/fs.h: _IOR(0x12, 114, size_t) on 64-bit

MEDIUM_ERRORS = frozenset([errno.EIO, errno.ENODATA, errno.EREMOTEIO, errno.EILSEQ, errno.ETIMEDOUT, errno.EBADMSG])
"""What block/blk-core.c answers for a place that cannot be read or written while the disk itself is still there."""

GONE_ERRORS = frozenset([errno.ENODEV, errno.ENXIO, errno.ENOMEDIUM, errno.ESHUTDOWN])


class BlockIO(Protocol):
    """One disk. Offsets and lengths are bytes; every call moves all of it or raises OSError."""

    size_bytes: int
    logical_block: int
    physical_block: int
    phase: str

    def pwrite(self, data: memoryview, offset: int) -> None: ...

    def pread(self, into: memoryview, offset: int) -> None: ...

    def sync(self) -> None: ...

    def drop_cache(self) -> None: ...


def aligned_buffer(size: int) -> mmap.mmap:
    """Anonymous private memory, page-aligned as O_DIRECT wants it, on huge pages where the kernel has them."""
    buffer = mmap.mmap(-1, size, flags=mmap.MAP_PRIVATE | mmap.MAP_ANONYMOUS)
    if size >= 2 << 20 and hasattr(mmap, "MADV_HUGEPAGE"):
        try:
            buffer.madvise(mmap.MADV_HUGEPAGE)
        except OSError as error:  # a kernel built without transparent huge pages: only slower
            if error.errno != errno.EINVAL:
                raise
    return buffer


class RawDisk:
    """A disk or an image behind an open descriptor. Safe to use from several threads."""

    def __init__(self, fd: int, size_bytes: int, logical_block: int = 512, physical_block: int = 512) -> None:
        self.fd = fd
        self.size_bytes = size_bytes
        self.logical_block = logical_block
        self.physical_block = max(logical_block, physical_block)
        self.phase = ""
        self._flags = fcntl.fcntl(fd, fcntl.F_GETFL)
        self._is_device = stat.S_ISBLK(os.fstat(fd).st_mode)
        self._toggle = threading.Lock()

    @property
    def direct(self) -> bool:
        return bool(self._flags & os.O_DIRECT)

    def pwrite(self, data: memoryview, offset: int) -> None:
        done = 0
        while done < len(data):
            try:
                moved = os.pwritev(self.fd, [data[done:]], offset + done)
            except OSError as error:
                moved = self._unaligned(error, self._write_unaligned, data[done:], offset + done)
            if moved == 0:
                raise self._explained(OSError(errno.ENOSPC, os.strerror(errno.ENOSPC)))
            done += moved

    def pread(self, into: memoryview, offset: int) -> None:
        done = 0
        while done < len(into):
            try:
                moved = os.preadv(self.fd, [into[done:]], offset + done)
            except OSError as error:
                moved = self._unaligned(error, self._read_unaligned, into[done:], offset + done)
            if moved == 0:  # a disk that was pulled out reads as if it ended here
                raise self._explained(OSError(errno.EIO, "read past the end"))
            done += moved

    def sync(self) -> None:
        """Flush to the medium (and the drive's write cache). Raises OSError: then nothing since the last one counts."""
        try:
            os.fdatasync(self.fd)
        except OSError as error:
            raise self._explained(error) from error

    def drop_cache(self) -> None:
        """Forget cached pages, so that reads come from the medium (matters where O_DIRECT was refused)."""
        self.sync()
        os.posix_fadvise(self.fd, 0, 0, os.POSIX_FADV_DONTNEED)

    def gone(self) -> bool:
        """The kernel no longer knows a disk of this size behind the descriptor."""
        if not self._is_device:
            return False
        try:
            answer = fcntl.ioctl(self.fd, BLKGETSIZE64, bytes(8))
        except OSError:
            return True
        return int(struct.unpack("=Q", answer)[0]) < self.size_bytes

    def _explained(self, error: OSError) -> OSError:
        """A pulled disk answers EIO, ENOSPC or "end of file" depending on the moment: call all of them ENODEV."""
        if error.errno in GONE_ERRORS or not self.gone():
            return error
        return OSError(errno.ENODEV, os.strerror(errno.ENODEV))

    def _unaligned(
        self, refused: OSError, move: Callable[[memoryview, int], int], data: memoryview, offset: int
    ) -> int:
        """Once more without O_DIRECT when the length or the offset was refused (EINVAL); any other error is raised."""
        if refused.errno != errno.EINVAL or not self.direct:
            raise self._explained(refused) from refused
        try:
            return move(data, offset)
        except OSError as error:
            raise self._explained(error) from error

    def _write_unaligned(self, data: memoryview, offset: int) -> int:
        with self._toggle:
            fcntl.fcntl(self.fd, fcntl.F_SETFL, self._flags & ~os.O_DIRECT)
            try:
                moved = os.pwritev(self.fd, [data], offset)
                os.fdatasync(self.fd)
                return moved
            finally:
                fcntl.fcntl(self.fd, fcntl.F_SETFL, self._flags)

    def _read_unaligned(self, into: memoryview, offset: int) -> int:
        with self._toggle:
            fcntl.fcntl(self.fd, fcntl.F_SETFL, self._flags & ~os.O_DIRECT)
            try:
                return os.preadv(self.fd, [into], offset)
            finally:
                fcntl.fcntl(self.fd, fcntl.F_SETFL, self._flags)


class ReadOnlyDisk(RawDisk):
    """A disk that is only looked at: nothing that would write exists, whatever the descriptor allows."""

    def pwrite(self, data: memoryview, offset: int) -> None:
        raise PermissionError(errno.EPERM, "opened to be read")

    def sync(self) -> None:
        """Nothing of ours waits to be written."""

    def drop_cache(self) -> None:
        os.posix_fadvise(self.fd, 0, 0, os.POSIX_FADV_DONTNEED)


_DEFAULT_PHASE = {"write-error": "any", "read-error": "any", "slow": "any"}
KINDS = frozenset(["write-error", "read-error", "vanish", "drop-writes", "stall", "slow", "power-cut"])


@dataclass(slots=True, kw_only=True)
class _Fault:
    kind: str
    start: int
    end: int
    seconds: float
    bytes_per_s: float
    phase: str
    spent: bool = False

    def touches(self, start: int, end: int, phase: str) -> bool:
        return self.phase in ("any", phase) and start < self.end and end > self.start

    def reached(self, end: int, phase: str) -> bool:
        return self.phase in ("any", phase) and end > self.start


def survivors(faults: Iterable[Mapping[str, Any]], *, resumed: bool) -> list[Mapping[str, Any]]:
    """The faults that still apply: after a power cut the current is back, so a resumed run has none."""
    return [fault for fault in faults if not (resumed and fault["kind"] == "power-cut")]


class FaultyDisk:
    """A disk with scripted faults around another one. Raises ValueError for a fault of unknown kind."""

    def __init__(self, inner: RawDisk, faults: Iterable[Mapping[str, Any]]) -> None:
        self.inner = inner
        self.size_bytes = inner.size_bytes
        self.logical_block = inner.logical_block
        self.physical_block = inner.physical_block
        self.phase = ""
        self._faults = [self._read(fault) for fault in faults]
        self._cuts = [f for f in self._faults if f.kind == "power-cut"]
        self._awake = threading.Event()
        self._awake.set()
        self._lock = threading.Lock()
        self._gone = False
        self._unsynced: list[tuple[int, int]] = []

    def _read(self, fault: Mapping[str, Any]) -> _Fault:
        kind = str(fault["kind"])
        if kind not in KINDS:
            raise ValueError(f"unknown fault: {kind}")
        block = self.physical_block
        start, end = int(fault.get("start", 0)), int(fault.get("end", self.size_bytes))
        return _Fault(
            kind=kind,
            start=start - start % block,
            end=min(self.size_bytes, -(-end // block) * block),
            seconds=float(fault.get("seconds", 0.0)),
            bytes_per_s=float(fault.get("bytes_per_s", 0.0)),
            phase=str(fault.get("phase", _DEFAULT_PHASE.get(kind, "write"))),
        )

    def pwrite(self, data: memoryview, offset: int) -> None:
        end = offset + len(data)
        self._before(offset, end, "write-error")
        if self._cuts:
            with self._lock:
                self._unsynced.append((offset, end))
        dropped = [f for f in self._faults if f.kind == "drop-writes" and f.touches(offset, end, self.phase)]
        for start, stop in _outside(offset, end, dropped):
            self.inner.pwrite(data[start - offset : stop - offset], start)
        if any(cut.reached(end, self.phase) for cut in self._cuts):
            self._cut_power()

    def pread(self, into: memoryview, offset: int) -> None:
        self._before(offset, offset + len(into), "read-error")
        self.inner.pread(into, offset)

    def sync(self) -> None:
        self._awake.wait()
        if self._gone:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        with self._lock:
            before = len(self._unsynced)
        self.inner.sync()
        with self._lock:
            del self._unsynced[:before]

    def drop_cache(self) -> None:
        self.sync()
        self.inner.drop_cache()

    def _before(self, start: int, end: int, errors: str) -> None:
        """Whatever goes wrong before the transfer itself."""
        self._awake.wait()
        for fault in self._faults:
            if fault.kind == "vanish" and fault.reached(end, self.phase):
                self._gone = True
            elif fault.kind == "stall" and fault.reached(end, self.phase) and self._first(fault):
                self._awake.clear()
                time.sleep(fault.seconds)
                self._awake.set()
            elif fault.kind == "slow" and fault.bytes_per_s > 0 and fault.touches(start, end, self.phase):
                time.sleep((end - start) / fault.bytes_per_s)
        if self._gone:
            raise OSError(errno.ENODEV, os.strerror(errno.ENODEV))
        if any(f.kind == errors and f.touches(start, end, self.phase) for f in self._faults):
            raise OSError(errno.EIO, os.strerror(errno.EIO))

    def _first(self, fault: _Fault) -> bool:
        with self._lock:
            first, fault.spent = not fault.spent, True
        return first

    def _cut_power(self) -> None:
        with self._lock:
            zeros = aligned_buffer(1 << 20)
            for start, end in self._unsynced:
                for at in range(start, end, len(zeros)):
                    self.inner.pwrite(memoryview(zeros)[: min(len(zeros), end - at)], at)
            os.kill(os.getpid(), signal.SIGKILL)


def _outside(start: int, end: int, faults: list[_Fault]) -> list[tuple[int, int]]:
    """[start, end) without the faults' ranges."""
    pieces = [(start, end)]
    for fault in faults:
        cut: list[tuple[int, int]] = []
        for a, b in pieces:
            cut += [(a, min(b, fault.start)), (max(a, fault.end), b)]
        pieces = [(a, b) for a, b in cut if a < b]
    return pieces
