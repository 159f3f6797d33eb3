"""Whole erasures on sparse files, each checked from outside by reading the file."""

from __future__ import annotations

import threading
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.ciphers import Cipher, algorithms, modes

from agent.erasure.resume import resume_point
from agent.erasure.run import Limits, erase, evidence_event
from agent.model.erasure import Evidence, Level, Outcome
from agent.model.errors import Fault
from agent.model.events import Kind
from tests.unit.erasure.doubles import MIB, FileDisk, Journal, OneMachine, loop_facts, plant_old_content, target_for

pytestmark = pytest.mark.process
SIZE = 24 * MIB + 8192
MARKER = b"DONATEUR-ANCIEN"


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    plant_old_content(path, SIZE)
    return path


def stream(key: str, length: int) -> bytes:
    """The expected content, by the library alone."""
    return Cipher(algorithms.AES(bytes.fromhex(key)), modes.CTR(bytes(16))).encryptor().update(bytes(length))


def run(
    disk: FileDisk,
    journal: Journal,
    *,
    stop: threading.Event | None = None,
    resume: Any = None,
    limits: Limits | None = None,
    **method: Any,
) -> Evidence:
    return erase(
        OneMachine(),  # type: ignore[arg-type]
        disk,  # type: ignore[arg-type]
        target_for(disk, **method),
        facts=loop_facts(disk.size_bytes),
        plan_digest="d" * 64,
        warrant_id="w1",
        emit=journal.emit,
        stop=stop or threading.Event(),
        resume=resume,
        limits=limits or Limits(block_bytes=MIB, mark_bytes=4 * MIB),
    )


def erase_file(image: Path, *faults: Mapping[str, Any], **options: Any) -> tuple[Evidence, Journal]:
    with FileDisk(image, faults=faults) as disk:
        journal = Journal(disk.identity.text)
        return run(disk, journal, **options), journal


def test_a_whole_disk_becomes_the_stream_of_its_key(image: Path) -> None:
    evidence, journal = erase_file(image)
    assert evidence.outcome is Outcome.CLEARED and evidence.level is Level.CLEAR, evidence
    assert evidence.reasons == ("reason-cleared",) and evidence.exceptions == ()
    content = image.read_bytes()
    assert MARKER not in content
    assert content == stream(evidence.passes[0].key, SIZE)
    check = evidence.verification
    assert check and (check.mode, check.bytes, check.mismatches) == ("full", SIZE, 0)
    assert check.classes == {"stream": SIZE // 4096}
    canaries = evidence.canaries
    assert canaries and canaries.readable_before == canaries.count > 500 and canaries.alive_after == 0
    assert canaries.witnesses > 5 and canaries.witnesses_matching == 0
    assert evidence.bytes_covered == evidence.bytes_total == SIZE
    kept = [k for k in journal.kinds if k not in (Kind.PROGRESS, Kind.MARK)]
    assert kept == [
        Kind.ERASURE_STARTED,
        Kind.CANARIES_PLANTED,
        Kind.PASS_STARTED,
        Kind.PASS_FINISHED,
        Kind.VERIFY_STARTED,
        Kind.VERIFY_FINISHED,
        Kind.CANARIES_CHECKED,
    ]
    assert journal.of(Kind.MARK)[-1].params["offset"] == SIZE
    event = evidence_event(evidence)
    assert event["outcome"] == "cleared" and event["bytes"] == SIZE and event["verification"]["mismatches"] == 0


def test_the_key_is_in_the_journal_before_the_first_mark(image: Path) -> None:
    _, journal = erase_file(image)
    started = journal.of(Kind.PASS_STARTED)[0]
    assert len(started.params["key"]) == 64
    assert {m.params["key"] for m in journal.of(Kind.MARK)} == {started.params["key"]}


def test_two_passes_have_two_keys_and_the_second_one_stays(image: Path) -> None:
    evidence, _ = erase_file(image, passes=2)
    assert evidence.outcome is Outcome.CLEARED
    first, second = evidence.passes
    assert first.key != second.key
    assert image.read_bytes() == stream(second.key, SIZE)


def test_sampled_read_back_sees_a_tenth_at_least(image: Path) -> None:
    evidence, _ = erase_file(image, verify="sample")
    assert evidence.outcome is Outcome.CLEARED
    check = evidence.verification
    assert check and check.mode == "sample" and SIZE // 10 <= check.bytes < SIZE // 4 and check.seed


def test_a_processor_without_aes_instructions_lets_the_worker_measure(image: Path) -> None:
    with FileDisk(image) as disk:
        evidence = erase(
            OneMachine(b"flags : fpu sse2\n"),  # type: ignore[arg-type]
            disk,  # type: ignore[arg-type]
            target_for(disk),
            facts=loop_facts(SIZE),
            plan_digest="",
            warrant_id="",
            emit=Journal("x").emit,
            stop=threading.Event(),
            resume=None,
        )
    assert evidence.outcome is Outcome.CLEARED
    assert evidence.passes[0].cipher in ("aes-256-ctr", "chacha20")


def test_dropped_writes_are_a_failure(image: Path) -> None:
    at = 10 * MIB
    evidence, _ = erase_file(image, {"kind": "drop-writes", "start": at, "end": at + 4096})
    assert evidence.outcome is Outcome.FAILED and evidence.level is Level.NONE
    assert "reason-mismatch" in evidence.reasons
    check = evidence.verification
    assert check and check.mismatches == 8
    assert [(r.start, r.end) for r in check.mismatch_ranges] == [(at, at + 4096)]


def test_a_drive_that_drops_everything_is_a_failure(image: Path) -> None:
    evidence, _ = erase_file(image, {"kind": "drop-writes"})
    assert evidence.outcome is Outcome.FAILED
    assert set(evidence.reasons) == {
        "reason-canary-alive",
        "reason-witness-alive",
        "reason-structured-content",
        "reason-mismatch",
    }
    assert MARKER in image.read_bytes()


def test_a_drive_that_lies_from_the_start_is_a_failure(image: Path) -> None:
    evidence, _ = erase_file(image, {"kind": "drop-writes", "phase": "any"})
    assert evidence.outcome is Outcome.FAILED
    assert evidence.canaries and evidence.canaries.readable_before == 0


@pytest.mark.parametrize(("start", "end"), [(5 * MIB + 4096, 5 * MIB + 12288), (0, 4096), (SIZE - 4096, SIZE)])
def test_unwritable_places_are_listed_exactly(image: Path, start: int, end: int) -> None:
    evidence, journal = erase_file(image, {"kind": "write-error", "start": start, "end": end})
    assert evidence.outcome is Outcome.CLEARED_WITH_EXCEPTIONS, evidence.reasons
    assert [(r.start, r.end, r.operation, r.errno) for r in evidence.bad_ranges] == [(start, end, "write", 5)]
    assert evidence.exceptions[0]["id"] == "exception-write-ranges" and evidence.exceptions[0]["bytes"] == end - start
    assert evidence.bytes_covered == SIZE - (end - start)
    expected = stream(evidence.passes[0].key, SIZE)
    content = image.read_bytes()
    assert content[:start] == expected[:start] and content[end:] == expected[end:]
    assert len(journal.of(Kind.RANGE_FAILED)) == 1


def test_unreadable_places_are_exceptions_too(image: Path) -> None:
    evidence, _ = erase_file(image, {"kind": "read-error", "start": 3 * MIB, "end": 3 * MIB + 4096})
    assert evidence.outcome is Outcome.CLEARED_WITH_EXCEPTIONS, evidence.reasons
    assert evidence.verification and evidence.verification.unreadable_bytes == 4096
    assert [(r.start, r.end, r.operation) for r in evidence.bad_ranges] == [(3 * MIB, 3 * MIB + 4096, "read")]


def test_too_many_bad_sectors_end_in_failure(image: Path) -> None:
    evidence, _ = erase_file(
        image,
        {"kind": "write-error", "start": 4 * MIB, "end": 8 * MIB},
        limits=Limits(block_bytes=MIB, bad_sectors=100),
    )
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-budget",)


@pytest.mark.parametrize("phase", ["write", "verify"])
def test_a_disk_that_vanishes_is_a_failure(image: Path, phase: str) -> None:
    evidence, _ = erase_file(image, {"kind": "vanish", "start": 9 * MIB, "phase": phase})
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-vanished",)
    assert evidence.bytes_covered == 0


def test_a_stall_is_told_and_the_run_goes_on(image: Path) -> None:
    evidence, journal = erase_file(
        image,
        {"kind": "stall", "start": 8 * MIB, "seconds": 2.5},
        limits=Limits(block_bytes=MIB, stall_s=0.8),
    )
    assert evidence.outcome is Outcome.CLEARED
    stalls = journal.of(Kind.STALLED)
    assert stalls and stalls[0].params["cause"] == "stall-no-bytes"


def test_a_disk_that_hangs_for_good_is_unknown(image: Path) -> None:
    evidence, _ = erase_file(
        image,
        {"kind": "stall", "start": 8 * MIB, "seconds": 60},
        limits=Limits(block_bytes=MIB, stall_s=0.5, give_up_s=1.5),
    )
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-stalled",)


def test_a_worker_that_dies_without_a_word_is_unknown(image: Path) -> None:
    with FileDisk(image, pace=8 * MIB) as disk:
        journal = Journal(disk.identity.text)
        killer = threading.Thread(target=lambda: (journal.marked.wait(20), disk.workers[0].kill()))
        killer.start()
        evidence = run(disk, journal, limits=Limits(block_bytes=MIB, mark_bytes=2 * MIB))
        killer.join()
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-worker-died",)
    assert evidence.level is Level.NONE


def test_a_stop_is_never_cleared_and_can_be_resumed(image: Path) -> None:
    stop = threading.Event()
    with FileDisk(image, pace=8 * MIB) as disk:
        journal = Journal(disk.identity.text)
        stopper = threading.Thread(target=lambda: (journal.marked.wait(20), stop.set()))
        stopper.start()
        first = run(disk, journal, stop=stop, limits=Limits(block_bytes=MIB, mark_bytes=2 * MIB))
        stopper.join()
    assert first.outcome is Outcome.UNKNOWN and first.reasons == ("reason-interrupted",)
    offset = journal.of(Kind.MARK)[-1].params["offset"]
    assert 0 < offset < SIZE
    assert image.read_bytes()[:offset] == stream(first.passes[0].key, offset)

    journal.emit(Kind.ERASURE_FINISHED, evidence_event(first))
    point = resume_point(journal.events(), journal.disk)
    assert point and point.offset == offset
    with FileDisk(image) as disk:
        second = run(disk, journal, resume=point)
    assert second.outcome is Outcome.CLEARED
    assert second.passes[0].resumed_from == (offset,) and second.interruptions == 1
    assert second.passes[0].key == first.passes[0].key
    assert image.read_bytes() == stream(second.passes[0].key, SIZE)


def test_a_stop_before_the_first_byte_writes_nothing(image: Path) -> None:
    before, stop = image.read_bytes(), threading.Event()
    stop.set()
    evidence, _ = erase_file(image, stop=stop)
    assert evidence.outcome is Outcome.UNKNOWN and image.read_bytes() == before


def test_power_cut_loses_the_cache_and_the_resumed_run_ends_cleared(image: Path) -> None:
    cut = {"kind": "power-cut", "start": 15 * MIB}
    with FileDisk(image, faults=[cut]) as disk:
        journal = Journal(disk.identity.text)
        first = run(disk, journal)
    assert first.outcome is Outcome.UNKNOWN
    mark = journal.of(Kind.MARK)[-1].params
    content = image.read_bytes()
    assert content[: mark["offset"]] == stream(mark["key"], mark["offset"])
    point = resume_point(journal.events(), journal.disk)
    assert point and point.current and point.offset == mark["offset"]
    with FileDisk(image, faults=[cut]) as disk:  # the same fault in the spec: the current is back, it does not repeat
        second = run(disk, journal, resume=point)
    assert second.outcome is Outcome.CLEARED, second.reasons
    assert second.canaries and second.canaries.key == first.canaries.key if first.canaries else False
    assert image.read_bytes() == stream(mark["key"], SIZE)


def test_resume_steps_back_to_what_the_disk_really_holds(image: Path) -> None:
    """The journal says 16 MiB, the disk lost a block at 6 MiB meanwhile: the pass goes on from there."""
    with FileDisk(image, faults=[{"kind": "power-cut", "start": 20 * MIB}]) as disk:
        journal = Journal(disk.identity.text)
        run(disk, journal)
    with open(image, "r+b") as file:
        file.seek(6 * MIB + 4096)
        file.write(b"x" * 512)
    point = resume_point(journal.events(), journal.disk)
    assert point and point.offset > 6 * MIB
    with FileDisk(image) as disk:
        evidence = run(disk, journal, resume=point)
    assert evidence.outcome is Outcome.CLEARED
    assert evidence.passes[0].resumed_from == (6 * MIB,)


def test_a_resume_point_of_another_disk_is_refused_and_nothing_is_written(image: Path) -> None:
    with FileDisk(image, faults=[{"kind": "power-cut", "start": 20 * MIB}]) as disk:
        journal = Journal(disk.identity.text)
        run(disk, journal)
    point = resume_point(journal.events(), journal.disk)
    before = image.read_bytes()
    with open(image, "ab") as file:
        file.write(bytes(4096))
    with FileDisk(image) as disk, pytest.raises(Fault) as caught:
        run(disk, Journal("x"), resume=point)
    assert caught.value.error_id == "disk-changed"
    assert image.read_bytes()[:SIZE] == before


def test_an_odd_size_is_covered_to_the_last_byte(tmp_path: Path) -> None:
    image = tmp_path / "odd.img"
    size = 5 * MIB + 1536 + 77
    plant_old_content(image, size)
    with FileDisk(image, physical=512) as disk:
        evidence = run(disk, Journal("x"))
    assert evidence.outcome is Outcome.CLEARED, evidence
    assert image.read_bytes() == stream(evidence.passes[0].key, size)


def test_a_journal_that_cannot_be_written_ends_the_worker(image: Path) -> None:
    class Full(Exception):
        pass

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        if kind is Kind.MARK:
            raise Full

    with FileDisk(image, pace=4 * MIB) as disk:
        with pytest.raises(Full):
            erase(
                OneMachine(),  # type: ignore[arg-type]
                disk,  # type: ignore[arg-type]
                target_for(disk),
                facts=loop_facts(SIZE),
                plan_digest="",
                warrant_id="",
                emit=emit,
                stop=threading.Event(),
                resume=None,
                limits=Limits(block_bytes=MIB, mark_bytes=MIB),
            )
        assert disk.workers[0].wait() == -9
