"""Canaries, passes and read-backs on a disk in memory, with faults at exact places."""

from __future__ import annotations

import errno
import itertools
import threading
from collections.abc import Callable
from typing import Any

import pytest

from agent.erasure import canaries
from agent.erasure.canaries import Planted
from agent.erasure.content import Content
from agent.erasure.engine import Budget, BudgetExceeded, Engine, Pace, budget_from
from agent.erasure.lanes import Stopped
from agent.erasure.places import canary_places
from agent.erasure.stream import AES, CHACHA, Keystream
from agent.erasure.worker import Run, time_left
from agent.model.erasure import BadRange

KEY, SEED = bytes(range(32)), bytes(range(16))
MIB = 1 << 20


class MemoryDisk:
    """Bytes, and places that fail: ``unwritable`` and ``unreadable`` hold [start, end) pairs."""

    logical_block = 512
    phase = ""

    def __init__(self, size: int, *, physical: int = 4096, fill: bytes = b"old content ") -> None:
        self.size_bytes, self.physical_block = size, physical
        self.content = bytearray((fill * (size // len(fill) + 1))[:size])
        self.unwritable: list[tuple[int, int]] = []
        self.unreadable: list[tuple[int, int]] = []
        self.syncs = 0

    def pwrite(self, data: memoryview, offset: int) -> None:
        self._check(self.unwritable, offset, len(data))
        self.content[offset : offset + len(data)] = data

    def pread(self, into: memoryview, offset: int) -> None:
        self._check(self.unreadable, offset, len(into))
        into[:] = self.content[offset : offset + len(into)]

    def _check(self, places: list[tuple[int, int]], offset: int, length: int) -> None:
        assert 0 <= offset <= offset + length <= self.size_bytes, "outside the disk"
        if any(offset < end and offset + length > start for start, end in places):
            raise OSError(errno.EIO, "bad place")

    def sync(self) -> None:
        self.syncs += 1

    def drop_cache(self) -> None:
        self.sync()


def engine(disk: MemoryDisk, *, block: int = 64 << 10, told: list[BadRange] | None = None, **options: Any) -> Engine:
    return Engine(
        disk,
        told_bad=(told if told is not None else []).append,
        stop=options.pop("stop", threading.Event()),
        budget=options.pop("budget", Budget()),
        pace=Pace(),
        rotational=False,
        block_bytes=block,
        **options,
    )


def stream(size: int, *, cipher: str = AES, key: bytes = KEY) -> bytes:
    buffer = bytearray(size)
    Keystream(cipher, key).fill(memoryview(buffer), 0)
    return bytes(buffer)


def nothing(*ignored: Any) -> None:
    """Nobody stops it."""


# -- a pass ----------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [512, 4096, 4608, MIB, MIB + 512, 3 * MIB + 1536 + 77])
@pytest.mark.parametrize("cipher", [AES, CHACHA])
def test_a_pass_writes_the_stream_to_the_last_byte_and_reads_it_back(size: int, cipher: str) -> None:
    disk = MemoryDisk(size)
    works, ticks = engine(disk), []
    works.write_pass(cipher, KEY, 0, ticks.append)
    assert disk.content == stream(size, cipher=cipher)
    assert ticks == sorted(ticks) and ticks[-1] == size
    seen = works.verify(cipher, KEY, [(0, size)], nothing)
    assert (seen.bytes_read, seen.unreadable, seen.mismatches, seen.mismatch_ranges) == (size, 0, 0, [])


@pytest.mark.parametrize("size", [512, MIB + 512, MIB + 1536, MIB])
@pytest.mark.parametrize("operation", ["write", "read"])
def test_a_bad_tail_shorter_than_a_physical_block_ends_with_the_disk(size: int, operation: str) -> None:
    disk, told = MemoryDisk(size), []
    tail = (size - 1) // 4096 * 4096
    works = engine(disk, told=told)
    if operation == "write":
        disk.unwritable = [(size - 512, size)]
    works.write_pass(AES, KEY, 0, nothing)
    disk.unreadable = [(size - 512, size)] if operation == "read" else []
    seen = works.verify(AES, KEY, [(0, size)], nothing)
    assert [(r.start, r.end, r.operation, r.errno) for r in told] == [(tail, size, operation, errno.EIO)]
    assert seen.mismatches == 0
    assert (seen.unreadable, seen.bytes_read) == ((size - tail, tail) if operation == "read" else (0, size))


@pytest.mark.parametrize("physical", [512, 4096])
def test_bad_places_are_narrowed_to_the_physical_block(physical: int) -> None:
    disk, told = MemoryDisk(MIB, physical=physical), []
    disk.unwritable = [(70_000, 70_001), (300_000, 300_600), (MIB - 1, MIB)]
    engine(disk, told=told).write_pass(AES, KEY, 0, nothing)
    expected = [(a // physical * physical, -(-b // physical) * physical) for a, b in disk.unwritable]
    assert sorted((r.start, r.end) for r in told) == expected
    whole = stream(MIB)
    for (_, good), (bad, _) in zip([(0, 0), *expected], [*expected, (MIB, MIB)], strict=True):
        assert disk.content[good:bad] == whole[good:bad]


def test_the_budget_of_bad_sectors_ends_the_pass() -> None:
    disk = MemoryDisk(MIB)
    disk.unwritable = [(0, 40_960)]
    with pytest.raises(BudgetExceeded):
        engine(disk, budget=Budget(sectors=9)).write_pass(AES, KEY, 0, nothing)
    engine(disk, budget=Budget(sectors=10)).write_pass(AES, KEY, 0, nothing)
    told = budget_from({"sectors": 3, "seconds": 2})
    assert (told.sectors, told.seconds) == (3, 2.0) and budget_from(None).sectors == 10_000


def test_a_disk_that_is_gone_ends_the_pass_at_once() -> None:
    disk = MemoryDisk(MIB)

    def gone(data: memoryview, offset: int) -> None:
        raise OSError(errno.ENODEV, "gone")

    disk.pwrite = gone  # type: ignore[method-assign]
    with pytest.raises(OSError) as caught:
        engine(disk).write_pass(AES, KEY, 0, nothing)
    assert caught.value.errno == errno.ENODEV


def test_a_stop_ends_the_pass_and_says_what_was_written() -> None:
    disk, stop, ticks = MemoryDisk(4 * MIB), threading.Event(), []

    def tick(position: int) -> None:
        ticks.append(position)
        if position >= MIB:
            stop.set()

    with pytest.raises(Stopped):
        engine(disk, stop=stop).write_pass(AES, KEY, 0, tick)
    assert ticks[-1] >= MIB and disk.content[: ticks[-1]] == stream(ticks[-1])


# -- a read-back -----------------------------------------------------------------------------------------------------


def test_one_wrong_byte_anywhere_is_a_mismatch_of_its_sector() -> None:
    disk = MemoryDisk(MIB)
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    for at in (0, 511, 512, 65_535, 65_536, 500_001, MIB - 1):
        disk.content[at] ^= 1
        seen = works.verify(AES, KEY, [(0, MIB)], nothing)
        assert seen.mismatches == 1 and seen.mismatch_ranges == [(at // 512 * 512, at // 512 * 512 + 512)]
        disk.content[at] ^= 1


def test_what_differs_is_classed() -> None:
    disk = MemoryDisk(MIB)
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    for n, block in enumerate([bytes(4096), b"\xff" * 4096, b"\x33\xcc\x55\xaa" * 1024, stream(4096), b"text " * 820]):
        at = 100 * 4096 + 2 * n * 4096
        disk.content[at : at + 4096] = block[:4096]
    seen = works.verify(AES, KEY, [(0, MIB)], nothing)
    assert seen.mismatches == 40
    assert seen.classes == {
        Content.STREAM: 256 - 5,
        Content.ZEROS: 1,
        Content.ONES: 1,
        Content.PATTERN: 1,
        Content.RANDOM: 1,
        Content.STRUCTURED: 1,
    }


def test_a_sample_looks_only_at_its_pieces() -> None:
    disk = MemoryDisk(MIB)
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    disk.content[8192] ^= 1
    assert works.verify(AES, KEY, [(0, 8192), (12_288, MIB)], nothing).mismatches == 0
    seen = works.verify(AES, KEY, [(4096, 12_288)], nothing)
    assert (seen.bytes_read, seen.mismatches) == (8192, 1)


def test_another_pass_key_is_a_mismatch_everywhere() -> None:
    disk = MemoryDisk(MIB)
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    assert works.verify(AES, KEY[::-1], [(0, MIB)], nothing).mismatches == MIB // 512


# -- going on after a cut --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("lost", "expected"),
    [
        ([], 786_432),
        ([(786_432, 786_433)], 786_432),  # after the mark: nobody claimed it
        ([(700_000, 700_001)], 655_360),
        ([(400_000, 400_001)], 393_216),
        ([(524_288, 786_432)], 524_288),
        ([(200_000, 786_432)], 196_608),
        ([(0, 786_432)], 0),
    ],
)
def test_a_pass_goes_on_before_the_first_loss(lost: list[tuple[int, int]], expected: int) -> None:
    """Window of 512 KiB: a loss that begins before the window is followed back."""
    disk, mark = MemoryDisk(MIB), 786_432
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    for a, b in lost:
        disk.content[a:b] = bytes(b - a)
    assert works.confirm(AES, KEY, mark, window=512 << 10) == expected


def test_places_known_as_bad_do_not_hold_a_resume_back() -> None:
    disk = MemoryDisk(MIB)
    disk.unwritable = [(409_600, 413_696)]
    works = engine(disk)
    works.write_pass(AES, KEY, 0, nothing)
    assert works.confirm(AES, KEY, 786_432) == 786_432
    assert engine(disk).confirm(AES, KEY, 786_432) == 393_216, "not known to this one: written again"
    disk.unreadable = [(600_000, 600_001)]
    assert works.confirm(AES, KEY, 786_432) == 589_824


# -- what one pass says of itself ------------------------------------------------------------------------------------


def run_of(disk: MemoryDisk, said: list[dict[str, Any]], **spec: Any) -> Run:
    plain = {
        "passes": [{"number": n, "cipher": AES, "key": bytes([n] * 32).hex()} for n in (1, 2)],
        "verify": {"mode": "full", "seed": SEED.hex()},
        "canaries": {"key": KEY.hex(), "seed": SEED.hex()},
        "block_bytes": 64 << 10,
    }
    run = Run({**plain, **spec}, disk, threading.Event())
    run.tell = lambda kind, **params: said.append({"type": kind, **params})  # type: ignore[method-assign]
    return run


def of(said: list[dict[str, Any]], kind: str) -> list[dict[str, Any]]:
    return [m for m in said if m["type"] == kind]


def test_each_pass_counts_what_it_could_not_write() -> None:
    """Also the second pass, for which the bad place is no news."""
    disk, said = MemoryDisk(MIB), []
    disk.unwritable = [(409_600, 413_696)]
    assert run_of(disk, said).go() == "done"
    assert [m["bytes"] for m in of(said, "pass_finished")] == [MIB - 4096, MIB - 4096]


def test_a_resumed_pass_counts_what_it_could_not_write_before_the_cut() -> None:
    disk, said = MemoryDisk(MIB), []
    disk.unwritable = [(0, 4096)]
    key = bytes([1] * 32)
    whole = stream(MIB, key=key)
    disk.content[4096 : 512 << 10] = whole[4096 : 512 << 10]
    bad = [{"start": 0, "end": 4096, "operation": "write", "errno": 5}]
    planted = canaries.plant(MemoryDisk(MIB), KEY, SEED, going_on=nothing).to_wire()
    run_of(disk, said, offset=512 << 10, known_bad=bad, canaries=planted, resumed=True).go()
    assert of(said, "pass_started")[0]["from"] == 512 << 10
    assert [m["bytes"] for m in of(said, "pass_finished")] == [MIB - 4096, MIB - 4096]


def test_every_mark_is_synced_before_it_is_told() -> None:
    disk, said = MemoryDisk(MIB), []
    run = run_of(disk, said, mark_bytes=128 << 10)
    tell, syncs = run.tell, []

    def watching(kind: str, **params: Any) -> None:
        if kind == "mark":
            syncs.append(disk.syncs)
        tell(kind, **params)

    run.tell = watching  # type: ignore[method-assign]
    run.go()
    assert len(syncs) >= 4 and all(a < b for a, b in itertools.pairwise(syncs)), "one sync more for each"
    last = {m["number"]: m["offset"] for m in of(said, "mark")}
    assert last == {1: MIB, 2: MIB}


# -- canaries --------------------------------------------------------------------------------------------------------


def planted_on(disk: MemoryDisk) -> Planted:
    return canaries.plant(disk, KEY, SEED, going_on=nothing)


def found_on(disk: MemoryDisk, planted: Planted, uncovered: list[tuple[int, int]] | None = None) -> Any:
    return canaries.look(disk, planted, uncovered=uncovered or [], going_on=nothing)


def varied(size: int) -> MemoryDisk:
    disk = MemoryDisk(size)
    disk.content[:] = stream(size, key=KEY[::-1])
    return disk


def test_planted_canaries_are_all_alive_until_they_are_overwritten() -> None:
    disk = varied(4 * MIB)
    planted = planted_on(disk)
    places, candidates = canary_places(disk.size_bytes, SEED)
    assert planted.count == len(places) > 100 and planted.lost == () and len(planted.witnesses) == len(candidates)
    found = found_on(disk, planted)
    assert (found.alive, found.witnesses_matching, found.unreadable) == (len(places), len(candidates), 0)
    assert found.looked == len(places) + len(candidates)
    engine(disk).write_pass(AES, KEY[::-1], 0, nothing)
    disk.content[:] = stream(disk.size_bytes, key=bytes(32))
    found = found_on(disk, planted)
    assert (found.alive, found.witnesses_matching) == (0, 0)


def test_one_surviving_sector_of_a_canary_is_alive() -> None:
    disk = varied(MIB)
    planted = planted_on(disk)
    at = canary_places(MIB, SEED)[0][3]
    for sector in range(8):
        kept = bytes(disk.content[at + sector * 512 : at + sector * 512 + 512])
        other = MemoryDisk(MIB, fill=b"\0")
        other.content[at + sector * 512 : at + sector * 512 + 512] = kept
        assert found_on(other, planted).alive == 1, sector
        other.content[at + sector * 512] ^= 1
        assert found_on(other, planted).alive == 0


def test_constant_or_unreadable_places_are_no_witnesses() -> None:
    assert planted_on(MemoryDisk(MIB, fill=b"\0")).witnesses == {}
    disk = varied(MIB)
    first = canary_places(MIB, SEED)[1][0]
    disk.unreadable = [(first, first + 1)]
    assert 0 not in planted_on(disk).witnesses


def test_a_canary_that_could_not_be_read_before_proves_nothing_after() -> None:
    disk = varied(MIB)
    places = canary_places(MIB, SEED)[0]
    disk.unwritable = [(places[2], places[2] + 1)]
    disk.unreadable = [(places[5], places[5] + 1)]
    planted = planted_on(disk)
    assert planted.lost == (2, 5)
    assert planted.to_wire()["readable"] == len(places) - 2
    disk.unreadable = []
    assert found_on(disk, planted).alive == len(places) - 2


def test_places_that_became_unreadable_are_counted_and_unwritten_ones_are_not() -> None:
    disk = varied(MIB)
    planted = planted_on(disk)
    canary, witness = canary_places(MIB, SEED)[0][4], canary_places(MIB, SEED)[1][2]
    disk.unreadable = [(canary, canary + 512), (witness, witness + 512)]
    assert found_on(disk, planted).unreadable == 2
    left_out = found_on(disk, planted, uncovered=[(canary + 4095, canary + 4096)])
    assert left_out.unreadable == 1 and left_out.looked == found_on(disk, planted).looked - 1


def test_a_place_lost_during_the_read_back_is_looked_at_again() -> None:
    """A canary the verify could not read, and that can be read a moment later, is alive all the same."""
    disk, said = varied(MIB), []
    run = run_of(disk, said)
    at = canary_places(MIB, SEED)[0][4]
    kept = stream(MIB)[at : at + 4096]
    verify: Callable[..., Any] = run.engine.verify

    def failing(*args: Any) -> Any:
        disk.unreadable = [(at, at + 4096)]
        try:
            return verify(*args)
        finally:
            disk.unreadable = []
            disk.content[at : at + 4096] = kept

    run.engine.verify = failing  # type: ignore[method-assign]
    run.go()
    assert of(said, "verify_finished")[0]["unreadable_bytes"] == 4096
    assert of(said, "canaries_checked")[0]["alive"] == 1


def test_what_was_planted_survives_the_journal() -> None:
    planted = planted_on(varied(MIB))
    wire = planted.to_wire()
    assert Planted.from_wire(wire) == planted
    assert wire["witnesses"] == len(planted.witnesses)


@pytest.mark.parametrize(
    "change",
    [
        {"witness_places": "00"},
        {"witness_hashes": "00" * 8},
        {"witness_hashes": "zz"},
        {"count": "many"},
    ],
)
def test_damaged_canaries_are_refused(change: dict[str, Any]) -> None:
    wire = planted_on(MemoryDisk(MIB, fill=b"\0")).to_wire() | change
    with pytest.raises((KeyError, ValueError)):
        Planted.from_wire(wire)


# -- how long ----------------------------------------------------------------------------------------------------------


def test_the_time_left_counts_inner_tracks_at_half_the_rate() -> None:
    """r(x) = r(0) (1 - x/2): integrated here in small steps."""
    size, steps = 1000.0, 20_000
    for fraction in (0.0, 0.3, 0.9):
        outer = 10.0 / (1 - fraction / 2)
        span = (1 - fraction) / steps
        rest = sum(size * span / (outer * (1 - (fraction + (n + 0.5) * span) / 2)) for n in range(steps))
        told = time_left(fraction, 0.0, int(size), 10.0, rotational=True)
        assert told == pytest.approx(rest, rel=1e-3)
    assert time_left(0.5, 1.0, 1000, 10.0, rotational=False) == 150.0
    assert time_left(0.5, 1.0, 1000, 0.0, rotational=True) is None
