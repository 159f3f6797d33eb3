"""A disk read again from its record: what matches, what does not, and what nobody can say."""

from __future__ import annotations

import threading
from typing import Any

import pytest

from agent.erasure import canaries, reverify
from agent.erasure.engine import Budget
from agent.erasure.lanes import Stopped
from agent.erasure.places import canary_places
from agent.erasure.stream import AES, ZEROS, Keystream
from agent.machine.blockio import ReadOnlyDisk
from agent.model.erasure import BadRange, Canaries, Level, Outcome, PassRecord
from agent.model.errors import Fault
from agent.model.identity import DiskIdentity
from agent.model.report import Erasure
from agent.report.proof import erasure_of
from tests.unit.erasure.test_engine import KEY, MIB, SEED, MemoryDisk, nothing, stream
from tests.unit.report import samples

SIZE = 8 * MIB


def one_pass(number: int = 1, cipher: str = AES, key: str = KEY.hex(), written: int = SIZE) -> PassRecord:
    return PassRecord(number=number, cipher=cipher, key=key, bytes_written=written, seconds=1.0, started="t")


def entry(**changes: Any) -> Erasure:
    """The record's entry of a disk of 8 MiB."""
    facts: dict[str, Any] = {
        "identity": DiskIdentity(text="WX61A8675309", kind="serial", model="m", size_bytes=SIZE),
        "bytes_total": SIZE,
        "bytes_covered": SIZE,
        "passes": (one_pass(),),
        "canaries": Canaries(key="cd" * 32, seed=SEED.hex(), count=18, readable_before=18, alive_after=0),
    }
    return erasure_of(samples.evidence(**(facts | changes)), operator="")


def written(content: bytes | None = None) -> MemoryDisk:
    disk = MemoryDisk(SIZE)
    disk.content[:] = stream(SIZE) if content is None else content
    return disk


def read(disk: MemoryDisk, record: Erasure, **options: Any) -> reverify.Reread:
    given = {"mode": "full", "rotational": False, "stop": threading.Event(), "told": nothing}
    return reverify.reread(disk, reverify.expected(record), **(given | options))


def test_the_stream_of_the_last_pass_is_found_again() -> None:
    old = one_pass(1, key="11" * 32)
    seen = read(written(), entry(passes=(one_pass(2), old)))
    assert (seen.verdict, seen.bytes_read, seen.mismatches, seen.seed) == ("same", SIZE, 0, "")


def test_one_flipped_bit_is_named_in_sectors_of_the_erased_disk() -> None:
    disk = written()
    disk.content[512 * 4321 + 17] ^= 1
    seen = read(disk, entry())
    assert (seen.verdict, seen.mismatches) == ("different", 1)
    assert seen.mismatch_ranges == ((512 * 4321, 512 * 4322),)
    disk.logical_block = 512
    wide = read(disk, entry(disk=samples.HDD | {"logical_block_size": 4096}))
    assert wide.mismatch_ranges == ((512 * 4320, 512 * 4328),), "a 4Kn disk counts sectors of 4096 bytes"


def test_places_the_record_lists_are_left_out() -> None:
    bad = BadRange(start=MIB, end=MIB + 4096, operation="write", errno=5)
    record = entry(outcome=Outcome.CLEARED_WITH_EXCEPTIONS, bad_ranges=(bad,), bytes_covered=SIZE - 4096)
    disk = written()
    disk.content[MIB : MIB + 4096] = bytes(4096)
    seen = read(disk, record)
    assert (seen.verdict, seen.bytes_read) == ("same", SIZE - 4096)
    disk.content[MIB + 4096] ^= 1
    assert read(disk, record).mismatch_ranges == ((MIB + 4096, MIB + 4608),)


def test_a_final_zero_pass_is_zeros_everywhere() -> None:
    record = entry(passes=(one_pass(1), one_pass(2, ZEROS, "")))
    assert read(written(bytes(SIZE)), record).verdict == "same"
    assert read(written(), record).mismatches == SIZE // 512


def test_what_can_no_longer_be_read_is_not_vouched_for() -> None:
    disk = written()
    disk.unreadable.append((3 * MIB, 3 * MIB + 4096))
    seen = read(disk, entry())
    assert (seen.verdict, seen.unreadable_bytes) == ("incomplete", 4096)
    assert seen.unreadable_ranges == ((3 * MIB, 3 * MIB + 4096),)


def test_too_many_unreadable_places_end_it_and_keep_what_was_seen(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reverify, "Budget", lambda: Budget(sectors=3))
    disk = written()
    disk.content[0] ^= 1
    disk.unreadable.append((6 * MIB, 8 * MIB))
    monkeypatch.setattr(reverify.Engine, "__init__", small_blocks(reverify.Engine.__init__))
    seen = read(disk, entry())
    assert seen.gave_up and seen.verdict == "different" and seen.mismatch_ranges[0] == (0, 512)


def small_blocks(init: Any) -> Any:
    def smaller(self: Any, *args: Any, **options: Any) -> None:
        init(self, *args, **options, block_bytes=64 << 10)

    return smaller


def test_a_sample_reads_a_tenth_and_tells_its_seed() -> None:
    seen = read(written(), entry(), mode="sample", seed=SEED)
    assert seen.verdict == "same" and SIZE // 10 <= seen.bytes_read < SIZE // 4 and seen.seed == SEED.hex()


def test_a_larger_carrier_is_read_as_far_as_the_disk_went() -> None:
    disk = MemoryDisk(SIZE + MIB)
    disk.content[:SIZE] = stream(SIZE)
    assert read(disk, entry()).bytes_read == SIZE


def test_stopping_ends_it() -> None:
    stop = threading.Event()
    stop.set()
    with pytest.raises(Stopped):
        read(written(), entry(), stop=stop)


def test_the_time_left_comes_down() -> None:
    told: list[reverify.Progress] = []
    ticks = iter(range(10_000))
    meter = reverify._Meter(1000, rotational=False, told=told.append, monotonic=lambda: float(next(ticks)) * 2)
    for done in (100, 200, 500):
        meter(done)
    assert [p.eta_s for p in told] == [18.0, 16.0, 6.0]


@pytest.mark.parametrize(
    ("changes", "part"),
    [
        ({"passes": ()}, "firmware"),
        ({"passes": (one_pass(written=SIZE // 2),), "outcome": Outcome.UNKNOWN, "level": Level.NONE}, "unfinished"),
    ],
)
def test_a_record_that_names_no_whole_pass_promises_nothing(changes: dict[str, Any], part: str) -> None:
    with pytest.raises(Fault) as refused:
        reverify.expected(entry(**changes))
    assert (refused.value.error_id, refused.value.params["part"]) == ("reverify-no-stream", part)


def test_a_failed_disk_whose_pass_was_whole_can_still_be_compared() -> None:
    assert reverify.expected(entry(outcome=Outcome.FAILED, level=Level.NONE)).pass_number == 1


def test_canaries_of_the_record_must_be_gone() -> None:
    record = entry(passes=())
    disk = MemoryDisk(SIZE)
    planted = canaries.plant(disk, bytes.fromhex("cd" * 32), SEED, going_on=nothing)
    lying = reverify.look_for_traces(disk, record, stop=threading.Event())
    assert (lying.verdict, lying.alive) == ("different", planted.count)
    disk.content[:] = bytes(SIZE)
    gone = reverify.look_for_traces(disk, record, stop=threading.Event())
    assert (gone.verdict, gone.alive, gone.classes) == ("same", 0, {"zeros": gone.looked})
    at = canary_places(SIZE, SEED)[0][3]
    block = bytearray(512)
    Keystream(AES, bytes.fromhex("cd" * 32)).fill(memoryview(block), at + 512)
    disk.content[at + 512 : at + 1024] = block
    assert reverify.look_for_traces(disk, record, stop=threading.Event()).alive == 1
    disk.content[:] = bytes(SIZE)
    disk.content[1080:1082] = b"\x53\xef"
    again = reverify.look_for_traces(disk, record, stop=threading.Event())
    assert again.verdict == "different" and again.signatures


def test_without_canaries_nothing_can_be_looked_for() -> None:
    with pytest.raises(Fault) as refused:
        reverify.look_for_traces(MemoryDisk(SIZE), entry(passes=(), canaries=None), stop=threading.Event())
    assert refused.value.params["part"] == "no-canaries"


def test_a_disk_opened_to_be_read_has_no_way_to_write(tmp_path: Any) -> None:
    path = tmp_path / "image"
    path.write_bytes(b"x" * 4096)
    with path.open("r+b") as file:  # even when the descriptor would allow it
        disk = ReadOnlyDisk(file.fileno(), 4096)
        with pytest.raises(PermissionError):
            disk.pwrite(memoryview(bytearray(512)), 0)
        disk.sync()
        disk.drop_cache()
    assert path.read_bytes() == b"x" * 4096
