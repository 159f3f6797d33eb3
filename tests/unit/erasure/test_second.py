"""Another program reads after us: what it may say, and what that makes of the outcome."""

from __future__ import annotations

import hashlib
import json
import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure import second, zeros
from agent.erasure.ladder import choose
from agent.erasure.resume import resume_point
from agent.erasure.run import erase
from agent.erasure.stream import AES, ZEROS
from agent.machine.door import Answer, ToolMissing
from agent.model.erasure import BadRange, Evidence, Outcome, PassRecord
from agent.model.events import Event, Kind
from agent.report.proof import observations
from agent.report.wording import is_supported, wording
from tests.unit.erasure.doubles import MIB, FileDisk, Journal, OneMachine, loop_facts, plant_old_content, target_for
from tests.unit.erasure.samples import nvme
from tests.unit.report.samples import evidence, report

KEY = bytes(range(32))
SIZE = 130 * MIB  # three pieces, the last one short
Tool = Callable[[Sequence[str], bytes], tuple[int, bytes, bytes]]


class Disk:
    path, size_bytes, logical_block = "/dev/loop9", SIZE, 512

    def __init__(self, tool: Tool) -> None:
        self.tool, self.argvs = tool, []  # type: ignore[var-annotated]

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self.argvs.append(list(argv))
        status, out, err = self.tool(argv, stdin)
        return Answer(argv=tuple(argv), exit_status=status, stdout=out, stderr=err, seconds=0.0)


def quiet(argv: Sequence[str], stdin: bytes) -> tuple[int, bytes, bytes]:
    return 0, b"", b"Checking for bad blocks in read-only mode\n" if argv[0] == "badblocks" else b""


def proven(tool: str | None, cipher: str = ZEROS, **changes: Any) -> Evidence:
    base = evidence(bytes_total=SIZE, bytes_covered=SIZE, **changes)
    key = "" if cipher == ZEROS else KEY.hex()
    last = PassRecord(number=2, cipher=cipher, key=key, bytes_written=SIZE, seconds=1.0, started="t")
    method = replace(base.method, second_tool=tool, second_person="0099")
    return replace(base, method=method, passes=(*base.passes, last))


def check(disk: Disk, mine: Evidence, stop: threading.Event | None = None) -> Any:
    told: list[Kind] = []
    result = second.check(
        disk,  # type: ignore[arg-type]
        mine,
        emit=lambda kind, params: told.append(kind),
        stop=stop or threading.Event(),
        utc=lambda: "t",
    )
    if result is not None:
        assert [told[0], told[-1]] == [Kind.SECOND_CHECK_STARTED, Kind.SECOND_CHECK_FINISHED]
    return result


@pytest.mark.parametrize("tool", ["cmp", "badblocks"])
def test_a_tool_that_agrees_is_named_with_the_person(tool: str) -> None:
    disk = Disk(quiet)
    seen = check(disk, proven(tool))
    assert (seen.agrees, seen.bytes, seen.by, seen.tool) == (True, SIZE, "0099", tool)
    assert len(disk.argvs) == 3 and not any("-w" in argv or (argv[1] == "-n" and tool != "cmp") for argv in disk.argvs)
    done = second.settled(proven(tool), seen)
    assert done.outcome is Outcome.CLEARED and {"second_tool_agrees", "second_person"} <= set(observations(done))
    record = report(done).erasures[0]
    assert record.second_checks[0].by == "0099" and record.second_checks[0].argv[0] == tool


def test_pieces_of_cmp_cover_every_byte_once() -> None:
    disk = Disk(quiet)
    check(disk, proven("cmp"))
    spans = [(int(a[4].split(":")[0]), int(a[2])) for a in disk.argvs]
    assert spans == [(0, 64 * MIB), (64 * MIB, 64 * MIB), (128 * MIB, 2 * MIB)]


def test_a_difference_makes_it_failed_and_names_the_byte() -> None:
    def cmp(argv: Sequence[str], stdin: bytes) -> tuple[int, bytes, bytes]:
        if argv[4] != f"{64 * MIB}:0":
            return quiet(argv, stdin)
        return 1, b"/dev/loop9 /dev/zero differ: byte 1001, line 1\n", b""

    seen = check(Disk(cmp), proven("cmp"))
    assert (seen.agrees, seen.differs_at) == (False, 64 * MIB + 1000)
    done = second.settled(proven("cmp"), seen)
    assert (done.outcome, done.reasons) == (Outcome.FAILED, ("reason-second-check-differs",))
    assert not wording(report(done)).certificate


def test_badblocks_answers_zero_and_lists_what_differs() -> None:
    seen = check(Disk(lambda argv, stdin: (0, b"16400\n16401\n", b"")), proven("badblocks"))
    assert (seen.agrees, seen.differs_at) == (False, 16400 * 4096)


def test_the_hash_of_what_was_read_is_that_of_the_stream() -> None:
    from agent.erasure.stream import Keystream

    content = bytearray(SIZE)
    Keystream(AES, KEY).fill(memoryview(content), 0)

    def tools(argv: Sequence[str], stdin: bytes) -> tuple[int, bytes, bytes]:
        if argv[0] == "sha256sum":
            return 0, hashlib.sha256(stdin).hexdigest().encode() + b"  -\n", b""
        skip, count = (int(argv[n].split("=")[1]) * MIB for n in (3, 4))
        return 0, bytes(content[skip : skip + count]), b""

    assert check(Disk(tools), proven("sha256", AES)).agrees is True
    content[70 * MIB] ^= 1
    seen = check(Disk(tools), proven("sha256", AES))
    assert (seen.agrees, seen.differs_at) == (False, 64 * MIB)


def missing(argv: Sequence[str], stdin: bytes) -> tuple[int, bytes, bytes]:
    raise ToolMissing("cmp: not installed")


@pytest.mark.parametrize("tool", [missing, lambda argv, stdin: (2, b"", b"cmp: I/O error\n")])
def test_a_tool_that_cannot_tell_is_an_exception_and_no_agreement(tool: Tool) -> None:
    seen = check(Disk(tool), proven("cmp"))
    assert seen.agrees is None and seen.detail
    done = second.settled(proven("cmp"), seen)
    assert done.outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert "second_tool_agrees" not in observations(done)
    assert done.exceptions[-1]["id"] == "exception-second-check-not-done"


def test_places_not_covered_cannot_be_compared() -> None:
    bad = BadRange(start=0, end=4096, operation="write", errno=5)
    disk = Disk(quiet)
    seen = check(disk, proven("cmp", bad_ranges=(bad,)))
    assert (seen.agrees, seen.detail, disk.argvs) == (None, "places-not-covered", [])
    assert check(Disk(quiet), proven("cmp", AES)).detail == "nothing-to-compare"


def test_stopped_in_the_second_check_nothing_is_certified() -> None:
    stop = threading.Event()
    stop.set()
    done = second.settled(proven("cmp"), check(Disk(quiet), proven("cmp"), stop))
    assert (done.outcome, done.reasons) == (Outcome.UNKNOWN, ("reason-interrupted",))


def test_nobody_asks_by_default_and_never_for_a_disk_that_failed() -> None:
    assert check(Disk(quiet), proven(None)) is None
    assert check(Disk(quiet), replace(proven("cmp"), outcome=Outcome.FAILED)) is None


def test_the_plan_carries_it_also_where_it_falls_back() -> None:
    plain = choose(nvme(0, oacs=2), reached=True)
    assert plain.zero_pass is None and plain.fallback is not None
    method = second.asked(plain, tool="cmp", person="7", zero_pass=False)
    assert method.zero_pass and method.fallback is not None and method.fallback.zero_pass
    assert not second.asked(plain, tool="sha256", person=None, zero_pass=False).zero_pass


def test_a_record_whose_second_check_disagrees_supports_nothing() -> None:
    seen = check(Disk(lambda argv, stdin: (0, b"3\n", b"")), proven("badblocks"))
    lying = replace(proven("badblocks"), second_checks=(seen,))
    assert not is_supported(report(lying).erasures[0])


# -- the pass of zeros, with a real worker -----------------------------------------------------------------------


def wiped(tmp_path: Path, **options: Any) -> tuple[Evidence, Path, Journal]:
    path = tmp_path / "disk"
    plant_old_content(path, 32 * MIB)
    with FileDisk(path, **options) as disk:
        journal = Journal(disk.identity.text)
        done = erase(
            OneMachine(),  # type: ignore[arg-type]
            disk,  # type: ignore[arg-type]
            target_for(disk, zero_pass=True),
            facts=loop_facts(disk.size_bytes),
            plan_digest="d",
            warrant_id="w",
            emit=journal.emit,
            stop=threading.Event(),
            resume=None,
        )
    return done, path, journal


@pytest.mark.process
def test_zeros_follow_a_stream_that_was_read_back_and_both_are_kept(tmp_path: Path) -> None:
    done, path, journal = wiped(tmp_path)
    assert done.outcome is Outcome.CLEARED and not any(path.read_bytes())
    assert [(p.number, p.cipher) for p in done.passes] == [(1, AES), (2, ZEROS)]
    assert done.verification is not None and done.verification.mode == "full" and not done.verification.mismatches
    (sample,) = done.second_checks
    assert sample.agrees and sample.tool == zeros.OURSELVES and sample.bytes >= 32 * MIB // 10
    order = [k for k in journal.kinds if k in (Kind.VERIFY_FINISHED, Kind.ZERO_STARTED, Kind.ZERO_FINISHED)]
    assert order == [Kind.VERIFY_FINISHED, Kind.ZERO_STARTED, Kind.ZERO_FINISHED]


@pytest.mark.process
def test_a_run_that_was_cut_in_the_zeros_starts_over(tmp_path: Path) -> None:
    """Neither the stream nor zeros are whole then: what was read back before no longer counts."""
    done, _, journal = wiped(tmp_path)
    events: list[Event] = []
    for event in journal.events():
        events.append(event)
        if event.kind is Kind.ZERO_STARTED:
            break
    point = resume_point(events, done.identity.text)
    assert point is not None and point.starts_over and point.finished == ()
    assert json.loads(journal.lines[0])["method"]["zero_pass"] is True


def test_zeros_that_are_not_there_make_it_failed() -> None:
    told = {"number": 2, "written": SIZE, "write_seconds": 1.0, "bytes": 9, "seconds": 1.0, "seed": "00"}
    done = zeros.settled(evidence(), told | {"mismatches": 4, "first": 512}, started="t")
    assert (done.outcome, done.reasons) == (Outcome.FAILED, ("reason-zero-pass-differs",))
    wanted = replace(evidence(), method=replace(evidence().method, zero_pass=True))
    assert zeros.settled(wanted, None, started="").outcome is Outcome.UNKNOWN
