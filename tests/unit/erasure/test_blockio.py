"""Positioned transfers on a descriptor, and the same with the rehearsal's faults, on small files."""

from __future__ import annotations

import errno
import os
import signal
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.machine import blockio
from agent.machine.blockio import KINDS, FaultyDisk, RawDisk, aligned_buffer, survivors

SIZE = 64 << 10
OLD = bytes(n % 251 for n in range(SIZE))
Make = Callable[..., FaultyDisk]


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    path.write_bytes(OLD)
    return path


@pytest.fixture
def opened(image: Path) -> Iterator[Callable[[int], int]]:
    found: list[int] = []

    def opener(flags: int = 0) -> int:
        found.append(os.open(image, os.O_RDWR | flags))
        return found[-1]

    yield opener
    for fd in found:
        os.close(fd)


@pytest.fixture
def faulty(opened: Callable[[int], int]) -> Make:
    def make(*faults: Mapping[str, Any], phase: str = "write", physical: int = 4096) -> FaultyDisk:
        disk = FaultyDisk(RawDisk(opened(0), SIZE, 512, physical), faults)
        disk.phase = phase
        return disk

    return make


def buffer(fill: int | bytes, length: int = 4096) -> memoryview:
    view = memoryview(aligned_buffer(max(length, 1)))[:length]
    view[:] = bytes([fill]) * length if isinstance(fill, int) else fill
    return view


def read(disk: Any, offset: int, length: int = 4096) -> bytes:
    into = buffer(0, length)
    disk.pread(into, offset)
    return into.tobytes()


def code_of(action: Callable[[], Any]) -> int | None:
    with pytest.raises(OSError) as caught:
        action()
    return caught.value.errno


# -- a disk that works -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("direct", [False, True], ids=["buffered", "direct"])
@given(start=st.integers(0, SIZE - 1), length=st.integers(1, 9000), fill=st.integers(0, 255))
@settings(max_examples=60, deadline=None)
def test_any_piece_is_moved_whole_and_nothing_beside_it(
    tmp_path_factory: pytest.TempPathFactory, direct: bool, start: int, length: int, fill: int
) -> None:
    """Also the tail of an odd size, which O_DIRECT refuses: it goes without."""
    length = min(length, SIZE - start)
    path = tmp_path_factory.mktemp("disk") / "disk.img"
    path.write_bytes(OLD)
    fd = os.open(path, os.O_RDWR | (os.O_DIRECT if direct else 0))
    try:
        disk = RawDisk(fd, SIZE)
        assert disk.direct == direct
        assert read(disk, start, length) == OLD[start : start + length]
        disk.pwrite(buffer(fill, length), start)
        disk.sync()
        expected = OLD[:start] + bytes([fill]) * length + OLD[start + length :]
        assert path.read_bytes() == expected
        assert read(disk, start, length) == bytes([fill]) * length
        assert disk.direct == direct
    finally:
        os.close(fd)


def test_the_end_of_the_disk_is_an_error_not_a_short_read(opened: Callable[[int], int]) -> None:
    disk = RawDisk(opened(0), SIZE)
    assert code_of(lambda: read(disk, SIZE - 512, 1024)) == errno.EIO
    assert code_of(lambda: read(disk, SIZE, 512)) == errno.EIO


def test_a_disk_opened_for_reading_only_says_so(image: Path) -> None:
    fd = os.open(image, os.O_RDONLY)
    try:
        assert code_of(lambda: RawDisk(fd, SIZE).pwrite(buffer(1), 0)) == errno.EBADF
    finally:
        os.close(fd)
    assert image.read_bytes() == OLD


def test_a_physical_block_is_never_smaller_than_a_logical_one(opened: Callable[[int], int]) -> None:
    disk = RawDisk(opened(0), SIZE, 4096, 512)
    assert (disk.logical_block, disk.physical_block) == (4096, 4096)


def test_a_transfer_the_kernel_splits_is_completed(
    opened: Callable[[int], int], image: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    real_write, real_read = os.pwritev, os.preadv
    monkeypatch.setattr(os, "pwritev", lambda fd, parts, at: real_write(fd, [parts[0][:512]], at))
    monkeypatch.setattr(os, "preadv", lambda fd, parts, at: real_read(fd, [parts[0][:512]], at))
    disk = RawDisk(opened(0), SIZE)
    disk.pwrite(buffer(7), 8192)
    assert read(disk, 8192) == b"\x07" * 4096
    assert image.read_bytes()[8192:12288] == b"\x07" * 4096


@pytest.mark.parametrize("code", [errno.EIO, errno.ENOSPC])
def test_a_disk_pulled_out_is_gone_whatever_the_kernel_answers(
    opened: Callable[[int], int], monkeypatch: pytest.MonkeyPatch, code: int
) -> None:
    """EIO, ENOSPC and "end of file" of a disk that is no longer there all become ENODEV; also without O_DIRECT."""
    disk = RawDisk(opened(os.O_DIRECT), SIZE)
    monkeypatch.setattr(RawDisk, "gone", lambda self: True)
    assert code_of(lambda: read(disk, SIZE, 512)) == errno.ENODEV

    def refuse(*ignored: Any) -> int:
        raise OSError(code, os.strerror(code))

    monkeypatch.setattr(os, "pwritev", refuse)
    assert code_of(lambda: disk.pwrite(buffer(1), 0)) == errno.ENODEV
    monkeypatch.setattr(os, "fdatasync", refuse)
    assert code_of(disk.sync) == errno.ENODEV

    def first_einval(fd: int, parts: Any, at: int) -> int:
        raise OSError(errno.EINVAL if disk_is_direct() else code, "no")

    def disk_is_direct() -> bool:
        import fcntl

        return bool(fcntl.fcntl(disk.fd, fcntl.F_GETFL) & os.O_DIRECT)

    monkeypatch.setattr(os, "pwritev", first_einval)
    assert code_of(lambda: disk.pwrite(buffer(1, 100), 0)) == errno.ENODEV
    assert disk_is_direct(), "the descriptor is direct again"


def test_the_kernels_errors_fall_in_one_class() -> None:
    assert not blockio.MEDIUM_ERRORS & blockio.GONE_ERRORS
    assert errno.EIO in blockio.MEDIUM_ERRORS and errno.ENODEV in blockio.GONE_ERRORS
    assert errno.EROFS not in blockio.MEDIUM_ERRORS | blockio.GONE_ERRORS


# -- disks with faults -----------------------------------------------------------------------------------------------


def test_a_disk_without_faults_is_the_disk(faulty: Make, image: Path) -> None:
    disk = faulty()
    disk.pwrite(buffer(9), 4096)
    disk.sync()
    disk.drop_cache()
    assert read(disk, 4096) == b"\x09" * 4096 and read(disk, 0) == OLD[:4096]


@pytest.mark.parametrize(("kind", "phase"), [("write-error", "canaries"), ("write-error", "write")])
def test_a_write_that_touches_a_bad_place_fails_whole_and_keeps_the_old(
    faulty: Make, image: Path, kind: str, phase: str
) -> None:
    disk = faulty({"kind": kind, "start": 8192, "end": 8193}, phase=phase)
    for at, length in ((8192, 512), (12288 - 512, 512), (4096, 8192), (0, SIZE)):
        assert code_of(lambda at=at, length=length: disk.pwrite(buffer(1, length), at)) == errno.EIO  # type: ignore[misc]
    assert image.read_bytes() == OLD
    disk.pwrite(buffer(1), 4096)
    disk.pwrite(buffer(1), 12288)
    assert read(disk, 8192) == OLD[8192:12288], "it can still be read"


def test_a_place_that_cannot_be_read_can_be_written(faulty: Make, image: Path) -> None:
    disk = faulty({"kind": "read-error", "start": 100, "end": 200}, phase="verify")
    assert code_of(lambda: read(disk, 0)) == errno.EIO
    assert code_of(lambda: read(disk, 3584, 512)) == errno.EIO, "widened to the physical block"
    assert read(disk, 4096) == OLD[4096:8192]
    disk.pwrite(buffer(1), 0)
    assert image.read_bytes()[:4096] == b"\x01" * 4096


def test_a_disk_that_vanishes_stays_away(faulty: Make) -> None:
    disk = faulty({"kind": "vanish", "start": 8192})
    disk.pwrite(buffer(1, 8192), 0)
    assert code_of(lambda: disk.pwrite(buffer(1), 8192)) == errno.ENODEV
    assert code_of(lambda: read(disk, 0)) == errno.ENODEV
    assert code_of(disk.sync) == errno.ENODEV and code_of(disk.drop_cache) == errno.ENODEV


def test_dropped_writes_answer_done_and_change_nothing(faulty: Make, image: Path) -> None:
    disk = faulty(
        {"kind": "drop-writes", "start": 4096, "end": 8192}, {"kind": "drop-writes", "start": 16384, "end": 20480}
    )
    disk.pwrite(buffer(1, SIZE), 0)
    disk.sync()
    expected = bytearray(b"\x01" * SIZE)
    for a, b in ((4096, 8192), (16384, 20480)):
        expected[a:b] = OLD[a:b]
    assert image.read_bytes() == expected


def test_a_fault_waits_for_its_phase(faulty: Make, image: Path) -> None:
    disk = faulty({"kind": "drop-writes", "phase": "verify"}, {"kind": "vanish", "phase": "resume"}, phase="write")
    disk.pwrite(buffer(1), 0)
    assert image.read_bytes()[:4096] == b"\x01" * 4096
    disk.phase = "verify"
    disk.pwrite(buffer(2), 0)
    assert image.read_bytes()[:4096] == b"\x01" * 4096
    disk.phase = "resume"
    assert code_of(lambda: read(disk, 0)) == errno.ENODEV


def test_a_stall_happens_once_and_holds_everybody_up(faulty: Make) -> None:
    disk = faulty({"kind": "stall", "start": 8192, "seconds": 0.3})
    began = time.monotonic()
    stalled = threading.Thread(target=lambda: disk.pwrite(buffer(1), 8192))
    stalled.start()
    time.sleep(0.1)
    read(disk, 0)
    assert time.monotonic() - began >= 0.25, "the read waited for the disk to come back"
    stalled.join()
    began = time.monotonic()
    disk.pwrite(buffer(1), 8192)
    assert time.monotonic() - began < 0.2


def test_a_slow_place_takes_its_time(faulty: Make) -> None:
    disk = faulty({"kind": "slow", "start": 0, "end": 4096, "bytes_per_s": 20480.0})
    began = time.monotonic()
    disk.pwrite(buffer(1), 0)
    slow = time.monotonic() - began
    began = time.monotonic()
    disk.pwrite(buffer(1), 8192)
    assert slow >= 0.2 > time.monotonic() - began


class Killed(Exception):
    """Instead of the signal."""


@pytest.fixture
def no_kill(monkeypatch: pytest.MonkeyPatch) -> list[int]:
    signals: list[int] = []

    def kill(pid: int, number: int) -> None:
        assert pid == os.getpid()
        signals.append(number)
        raise Killed

    monkeypatch.setattr(os, "kill", kill)
    return signals


def test_a_power_cut_loses_exactly_what_was_not_synced(faulty: Make, image: Path, no_kill: list[int]) -> None:
    disk = faulty({"kind": "power-cut", "start": 16384})
    disk.pwrite(buffer(1, 8192), 0)
    disk.sync()
    disk.pwrite(buffer(2), 8192)
    with pytest.raises(Killed):
        disk.pwrite(buffer(3), 16384)
    assert no_kill == [signal.SIGKILL]
    content = image.read_bytes()
    assert content[:8192] == b"\x01" * 8192, "synced: kept"
    assert content[8192:12288] == bytes(4096) and content[16384:20480] == bytes(4096), "the drive's cache is lost"
    assert content[12288:16384] == OLD[12288:16384] and content[20480:] == OLD[20480:]


def test_after_a_power_cut_the_current_is_back_and_other_faults_stay() -> None:
    faults = [{"kind": "power-cut"}, {"kind": "read-error", "start": 0}]
    assert survivors(faults, resumed=False) == faults
    assert survivors(faults, resumed=True) == faults[1:]


@pytest.mark.parametrize("fault", [{"kind": "explode"}, {"kind": ""}, {"kind": "Write-Error"}])
def test_an_unknown_fault_is_refused(faulty: Make, fault: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="unknown fault"):
        faulty(fault)


def test_every_kind_is_described() -> None:
    assert all(kind in (blockio.__doc__ or "") for kind in KINDS)
