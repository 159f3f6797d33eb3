"""Whole erasures that begin with a command of the drive: a file that a scripted ``nvme`` erases, or only says so."""

from __future__ import annotations

import threading
from collections.abc import Callable, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure import commands
from agent.erasure.ladder import choose
from agent.erasure.resume import resume_point
from agent.erasure.run import Limits, erase
from agent.machine.door import Answer, ToolMissing, ToolTimedOut
from agent.model.erasure import Evidence, Level, Method, Outcome
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.plan import Target
from tests.unit.erasure.doubles import MIB, FileDisk, Journal, OneMachine, plant_old_content
from tests.unit.erasure.samples import nvme

pytestmark = pytest.mark.process
SIZE = 24 * MIB
MARKER = b"DONATEUR-ANCIEN"
OK = (0, b"Success formatting namespace:1\n", b"")
REFUSED = (1, b"", b"NVMe status: Invalid Command Opcode: x(0x4001)\n")
NEVER = bytes(512)

Act = Callable[["Drive"], tuple[int, bytes, bytes]]


def answer(argv: Sequence[str], status: int, out: bytes, err: bytes = b"") -> Answer:
    return Answer(argv=tuple(argv), exit_status=status, stdout=out, stderr=err, seconds=0.0)


class Clock:
    def __init__(self) -> None:
        self.now = 0.0

    def monotonic(self) -> float:
        return self.now

    def utc(self) -> str:
        return "2026-01-02T03:04:05.000Z"

    def sleep(self, seconds: float) -> None:
        self.now += seconds


class Pc(OneMachine):
    """A real PC as far as the erasure can tell: it answers for nvme-cli, and for the drive's sanitize log."""

    exercise = False

    def __init__(self, *logs: bytes, identifies: bool = True) -> None:
        super().__init__()
        self.clock = Clock()  # type: ignore[assignment]
        self.logs, self.identifies = list(logs or (NEVER,)), identifies
        self.asked: list[list[str]] = []

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        self.asked.append(list(argv))
        if argv[0] in ("hdparm", "sdparm"):  # a SATA drive that does not answer
            return answer(argv, 1, b"")
        if list(argv[:2]) == ["nvme", "version"]:
            return answer(argv, 0, b"nvme version 2.13 (git 2.13)\n")
        if list(argv[:2]) == ["nvme", "id-ns"]:
            return answer(argv, 0 if self.identifies else 1, bytes(4096))
        if argv[0] in ("sdparm", "hdparm"):
            raise ToolMissing(f"{argv[0]}: not installed")
        assert list(argv[:2]) == ["nvme", "get-log"], argv
        return answer(argv, 0, self.logs.pop(0) if len(self.logs) > 1 else self.logs[0])


class Drive(FileDisk):
    """``act`` stands for the firmware: it gets the drive and says what the tool answers."""

    def __init__(self, path: Path, act: Act, **options: Any) -> None:
        super().__init__(path, **options)
        self.act = act
        self.ran: list[list[str]] = []
        self.other_now = False

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        if argv[0] == "sdparm":  # how libata tells sense data: the drive hears nothing of it
            return answer(argv, 0, b"")
        self.ran.append(list(argv))
        return answer(argv, *self.act(self))

    def changed(self) -> bool:
        return self.other_now

    def zero(self) -> None:
        with open(self.path, "r+b") as file:
            for _ in range(0, self.size_bytes, MIB):
                file.write(bytes(MIB))


def formats(drive: Drive) -> tuple[int, bytes, bytes]:
    drive.zero()
    return OK


def lies(drive: Drive) -> tuple[int, bytes, bytes]:
    return OK


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "disk.img"
    plant_old_content(path, SIZE)
    return path


class PowerCut(Exception):
    pass


def cut_at(journal: Journal, kind: Kind) -> Any:
    def emit(told: Kind, params: Any) -> None:
        journal.emit(told, params)
        if told is kind:
            raise PowerCut

    return emit


FACTS = nvme(0, oacs=2, size_bytes=SIZE)


def plan_of(drive: Drive, method: Method | None = None) -> Target:
    chosen = method or choose(FACTS, reached=True)
    return Target(identity=drive.identity, path=drive.path, medium="nvme", method=chosen)


def run(
    drive: Drive,
    journal: Journal,
    *,
    machine: Pc | None = None,
    method: Method | None = None,
    stop: threading.Event | None = None,
    resume: Any = None,
    emit: Any = None,
    limits: Limits | None = None,
) -> Evidence:
    return erase(
        machine or Pc(),  # type: ignore[arg-type]
        drive,  # type: ignore[arg-type]
        plan_of(drive, method),
        facts=FACTS,
        plan_digest="d" * 64,
        warrant_id="w1",
        emit=emit or journal.emit,
        stop=stop or threading.Event(),
        resume=resume,
        limits=limits or Limits(block_bytes=MIB, mark_bytes=4 * MIB),
    )


def erase_file(image: Path, act: Act, **options: Any) -> tuple[Evidence, Journal, Drive]:
    with Drive(image, act) as drive:
        journal = Journal(drive.identity.text)
        return run(drive, journal, **options), journal, drive  # type: ignore[return-value]


# -- a Format that erases --------------------------------------------------------------------------------------------


def test_a_format_is_seen_to_erase_and_one_pass_follows(image: Path) -> None:
    evidence, journal, drive = erase_file(image, formats)
    assert (evidence.outcome, evidence.level) == (Outcome.CLEARED, Level.CLEAR), evidence.reasons
    assert evidence.method.technique == "nvme-format" and len(evidence.passes) == 1
    assert drive.ran == [["nvme", "format", drive.path, "-s", "1", "-l", "0", "--force"]]
    seen = evidence.inspection
    assert seen and (seen.alive, seen.witnesses_matching, seen.unreadable) == (0, 0, 0)
    assert seen.looked > 500 and set(seen.classes) == {"zeros"} and seen.classes["zeros"] == seen.looked
    assert evidence.canaries and evidence.canaries.alive_after == 0
    assert MARKER not in image.read_bytes() and bytes(4096) not in image.read_bytes()
    kept = [k for k in journal.kinds if k not in (Kind.PROGRESS, Kind.MARK, Kind.COMMAND_RUNNING)]
    assert kept == [
        Kind.ERASURE_STARTED,
        Kind.DRIVE_STATUS,
        Kind.CANARIES_PLANTED,
        Kind.COMMAND_STARTED,
        Kind.COMMAND_FINISHED,
        Kind.COMMAND_CHECKED,
        Kind.PASS_STARTED,
        Kind.PASS_FINISHED,
        Kind.VERIFY_STARTED,
        Kind.VERIFY_FINISHED,
        Kind.CANARIES_CHECKED,
    ]


def test_the_record_has_the_command_and_the_sanitize_state(image: Path) -> None:
    evidence, _, drive = erase_file(image, formats)
    [command] = evidence.commands
    assert command["argv"] == drive.ran[0] and command["exit_status"] == 0
    assert command["started"] and command["ended"] and len(command["stdout_sha256"]) == 64
    [state] = evidence.status_timeline
    assert state["state"] == "never" and state["raw_hex"] == NEVER[:32].hex()


# -- a sanitize ------------------------------------------------------------------------------------------------------


def log_of(state: int, *, action: int = 2, progress: int = 30000) -> bytes:
    head = progress.to_bytes(2, "little") + (state | 0x100).to_bytes(2, "little") + action.to_bytes(4, "little")
    return head + bytes([0xFF] * 12) + bytes(492)


RUNNING, OVER = log_of(2), log_of(1)


def sanitizes(drive: Drive) -> tuple[int, bytes, bytes]:
    drive.zero()
    return 0, b"", b""


def purge(image: Path, act: Act, *logs: bytes, **options: Any) -> tuple[Evidence, Journal]:
    method = choose(nvme(2, oacs=2, size_bytes=SIZE), reached=True, **options)
    evidence, journal, _ = erase_file(image, act, machine=Pc(*logs), method=method)
    return evidence, journal


def test_a_sanitize_that_was_seen_to_begin_end_and_erase_is_a_purge(image: Path) -> None:
    evidence, journal = purge(image, sanitizes, NEVER, NEVER, RUNNING, RUNNING, OVER)
    assert (evidence.outcome, evidence.level) == (Outcome.PURGED, Level.PURGE), evidence.reasons
    assert evidence.passes == () and evidence.exceptions == ()
    check = evidence.verification
    assert check and check.mode == "sample" and check.bytes >= SIZE // 10 and set(check.classes) == {"zeros"}
    assert [s["state"] for s in evidence.status_timeline] == ["never", "accepted", "in_progress", "completed"]
    assert Kind.PASS_STARTED not in journal.kinds
    assert evidence.bytes_covered == SIZE and image.read_bytes() == bytes(SIZE)


def test_the_same_without_the_transition_is_unknown(image: Path) -> None:
    evidence, _ = purge(image, sanitizes, NEVER, NEVER, bytes(2) + bytes([1, 0, 2]) + bytes(507))
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-transition-not-seen",)


def test_a_sanitize_that_erased_nothing_has_failed(image: Path) -> None:
    evidence, journal = purge(image, lies, NEVER, NEVER, RUNNING, OVER)
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-command-erased-nothing",)
    assert Kind.VERIFY_STARTED not in journal.kinds and MARKER in image.read_bytes()


def test_somebodys_data_between_the_canaries_has_failed(image: Path) -> None:
    """A table of somebody's, where no canary was: the read-back of the whole finds it."""

    def forgets(drive: Drive) -> tuple[int, bytes, bytes]:
        drive.zero()
        with open(drive.path, "r+b") as file:
            file.seek(SIZE // 3 // 4096 * 4096)
            file.write((b"nom;adresse;telephone\n" * 200)[:4096])
        return 0, b"", b""

    evidence, _ = purge(image, forgets, NEVER, NEVER, RUNNING, OVER, verify="full")
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-structured-content",)
    assert evidence.verification and evidence.verification.classes["structured"] == 1


def test_a_cut_in_a_sanitize_is_taken_up_where_the_drive_is(image: Path) -> None:
    method = choose(nvme(2, oacs=2, size_bytes=SIZE), reached=True)
    with Drive(image, sanitizes) as drive:
        journal = Journal(drive.identity.text)
        with pytest.raises(PowerCut):
            run(drive, journal, machine=Pc(NEVER, NEVER), method=method, emit=cut_at(journal, Kind.COMMAND_FINISHED))
    point = resume_point(journal.events(), journal.disk)
    assert point and point.unsettled and not point.starts_over
    with Drive(image, sanitizes) as drive:
        second = run(drive, journal, machine=Pc(RUNNING, RUNNING, OVER), method=method, resume=point)
    assert second.outcome is Outcome.PURGED and second.interruptions == 1, second.reasons
    assert drive.ran == [], "nothing was sent again"
    assert len(journal.of(Kind.CANARIES_PLANTED)) == 1, "the canaries of the first run were looked for"


# -- a Format that only says so --------------------------------------------------------------------------------------


def test_a_format_that_erased_nothing_has_failed_and_nothing_more_is_written(image: Path) -> None:
    """A drive that lied gets no overwrite under the same consent: whoever wants one agrees to it knowing of the lie."""
    before = image.read_bytes()
    evidence, journal, _ = erase_file(image, lies)
    assert (evidence.outcome, evidence.level) == (Outcome.FAILED, Level.NONE)
    assert evidence.reasons == ("reason-command-erased-nothing",)
    assert evidence.method.technique == "nvme-format" and evidence.passes == ()
    assert evidence.inspection and evidence.inspection.alive > 500
    assert evidence.commands[0]["exit_status"] == 0, "exit 0 was never evidence"
    assert Kind.FELL_BACK not in journal.kinds and MARKER in image.read_bytes() and len(before) == SIZE


def test_one_place_that_survives_is_enough(image: Path) -> None:
    def spares_one(drive: Drive) -> tuple[int, bytes, bytes]:
        first = Path(drive.path).read_bytes()[:4096]
        drive.zero()
        with open(drive.path, "r+b") as file:
            file.write(first)
        return OK

    evidence, _, _ = erase_file(image, spares_one)
    assert evidence.outcome is Outcome.FAILED
    assert evidence.inspection and evidence.inspection.alive == 1


def test_without_a_next_line_in_the_plan_nothing_follows_a_refusal(image: Path) -> None:
    alone = replace(choose(FACTS, reached=True), fallback=None)
    evidence, journal, _ = erase_file(image, lambda d: REFUSED, method=alone)
    assert evidence.outcome is Outcome.FAILED and evidence.reasons == ("reason-command-refused",)
    assert Kind.PASS_STARTED not in journal.kinds and MARKER in image.read_bytes()


# -- refused, lost, forbidden ----------------------------------------------------------------------------------------


def test_a_refused_format_gives_way_to_the_overwrite_of_the_plan(image: Path) -> None:
    evidence, journal, _ = erase_file(image, lambda d: REFUSED)
    assert evidence.outcome is Outcome.CLEARED, "nothing was erased by it, and nobody said so"
    assert (evidence.method.technique, len(evidence.passes)) == ("overwrite", 2)
    assert evidence.method.claim == "claim-ssd-overwrite"
    left = evidence.method.skipped[-1]
    assert (left.reason, left.params) == ("skip-refused-by-drive", {"status": "0x001"})
    assert Kind.COMMAND_CHECKED not in journal.kinds and evidence.inspection is None
    assert evidence.commands[0]["status"] == "0x001"


def test_a_tool_that_is_missing_sent_nothing(image: Path) -> None:
    def missing(drive: Drive) -> tuple[int, bytes, bytes]:
        raise ToolMissing("nvme: not installed")

    evidence, _, _ = erase_file(image, missing)
    assert evidence.outcome is Outcome.CLEARED and evidence.method.skipped[-1].reason == "skip-tool-failed"


def test_what_cannot_be_said_whole_is_not_sent(image: Path) -> None:
    """Without the block size in use a Format could change it."""
    evidence, journal, drive = erase_file(image, formats, machine=Pc(identifies=False))
    assert evidence.outcome is Outcome.CLEARED and evidence.method.skipped[-1].reason == "skip-tool-failed"
    assert drive.ran == [] and evidence.commands == () and Kind.COMMAND_STARTED not in journal.kinds


def test_no_answer_in_time_is_unknown_and_nothing_is_written_after_it(image: Path) -> None:
    def hangs(drive: Drive) -> tuple[int, bytes, bytes]:
        raise ToolTimedOut("nvme: no answer within 600 s")

    evidence, journal, _ = erase_file(image, hangs)
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-command-unknown",)
    assert Kind.PASS_STARTED not in journal.kinds and MARKER in image.read_bytes()
    assert "exit_status" not in evidence.commands[0] and evidence.commands[0]["error"]


def test_a_tool_that_cannot_be_killed_is_left_alone(image: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In the kernel it waits for the drive: no signal ends it. The screen has a heartbeat meanwhile."""
    monkeypatch.setattr(commands, "HEARTBEAT_S", 0.05)
    monkeypatch.setattr(commands, "GRACE_S", 0.2)
    gate = threading.Event()

    def hangs(drive: Drive) -> tuple[int, bytes, bytes]:
        gate.wait(20)
        return OK

    limits = Limits(block_bytes=MIB, command_s=0.3)
    evidence, journal, _ = erase_file(image, hangs, limits=limits)
    gate.set()
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-command-unknown",)
    assert journal.kinds.count(Kind.COMMAND_RUNNING) >= 3


@pytest.mark.parametrize(
    ("state", "outcome", "reason"),
    [
        (2, Outcome.UNKNOWN, "reason-sanitize-no-end"),
        (3, Outcome.FAILED, "reason-sanitize-failed"),
        (7, Outcome.UNKNOWN, "reason-sanitize-unknown"),
    ],
)
@pytest.mark.parametrize("technique", ["nvme-format", "overwrite"])
def test_a_sanitize_forbids_everything(image: Path, state: int, outcome: Outcome, reason: str, technique: str) -> None:
    before = image.read_bytes()
    log = bytes(2) + bytes([state]) + bytes(509)
    method = choose(FACTS, technique=technique, reached=True)
    evidence, journal, drive = erase_file(image, lambda _: REFUSED, machine=Pc(log), method=method)
    assert (evidence.outcome, evidence.reasons) == (outcome, (reason,))
    asked = [["nvme", "sanitize", drive.path, "-a", "1"]] if state == 3 else []
    assert drive.ran == asked and image.read_bytes() == before
    sent = {Kind.COMMAND_STARTED, Kind.COMMAND_FINISHED} if asked else set()
    assert set(journal.kinds) <= {Kind.ERASURE_STARTED, Kind.DRIVE_STATUS, Kind.COMMAND_RUNNING, *sent}
    assert evidence.status_timeline[0]["raw_hex"] == log[:32].hex()


def test_failure_mode_is_left_when_the_drive_lets_us(image: Path) -> None:
    failed, left = bytes(2) + bytes([3]) + bytes(509), NEVER
    evidence, _, drive = erase_file(image, formats, machine=Pc(failed, left))
    assert evidence.outcome is Outcome.CLEARED
    assert [line[1:2] + line[3:5] for line in drive.ran] == [["sanitize", "-a", "1"], ["format", "-s", "1"]]
    assert evidence.commands[0]["aside"] is True


def test_a_sanitize_from_before_is_waited_for_and_the_plan_goes_on(image: Path) -> None:
    running = (30000).to_bytes(2, "little") + bytes([2]) + bytes(509)
    over = bytes(2) + bytes([1]) + bytes(509)
    evidence, _, drive = erase_file(image, formats, machine=Pc(running, running, over))
    assert evidence.outcome is Outcome.CLEARED and len(drive.ran) == 1
    assert [s["state"] for s in evidence.status_timeline] == ["in_progress", "completed"]
    assert evidence.level is Level.CLEAR, "what somebody else began is no proof of ours"


def test_another_disk_after_the_command_ends_everything(image: Path) -> None:
    def swaps(drive: Drive) -> tuple[int, bytes, bytes]:
        drive.other_now = True
        return formats(drive)

    evidence, journal, _ = erase_file(image, swaps)
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-changed-after-command",)
    assert Kind.COMMAND_CHECKED not in journal.kinds and Kind.PASS_STARTED not in journal.kinds


def test_a_stop_during_the_command_waits_for_it_and_certifies_nothing(image: Path) -> None:
    stop = threading.Event()

    def stopped_meanwhile(drive: Drive) -> tuple[int, bytes, bytes]:
        stop.set()
        return formats(drive)

    evidence, journal, _ = erase_file(image, stopped_meanwhile, stop=stop)
    assert evidence.outcome is Outcome.UNKNOWN and evidence.reasons == ("reason-interrupted",)
    assert Kind.COMMAND_FINISHED in journal.kinds and Kind.COMMAND_CHECKED not in journal.kinds
    point = resume_point(journal.events(), journal.disk)
    assert point and point.unsettled


def test_a_rehearsal_never_sends_a_command(image: Path) -> None:
    with Drive(image, formats) as drive, pytest.raises(Fault) as caught:
        run(drive, Journal("x"), machine=OneMachine())  # type: ignore[arg-type]
    assert caught.value.params["reason"] == "skip-no-real-drive" and drive.ran == []


# -- power cuts ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [Kind.COMMAND_STARTED, Kind.COMMAND_FINISHED])
def test_a_cut_around_the_command_starts_the_technique_over(image: Path, kind: Kind) -> None:
    with Drive(image, formats) as drive:
        journal = Journal(drive.identity.text)
        with pytest.raises(PowerCut):
            run(drive, journal, emit=cut_at(journal, kind))
    point = resume_point(journal.events(), journal.disk)
    assert point is not None and point.unsettled and point.inspection is None
    with Drive(image, formats) as drive:
        second = run(drive, journal, resume=point)
    assert second.outcome is Outcome.CLEARED and second.interruptions == 1
    assert len(drive.ran) == 1, "formatted again"
    planted = journal.of(Kind.CANARIES_PLANTED)
    assert len(planted) == 2 and planted[0].params["key"] != planted[1].params["key"]
    assert len(second.commands) == 2 and second.commands[1]["exit_status"] == 0
    assert ("exit_status" in second.commands[0]) is (kind is Kind.COMMAND_FINISHED), "the cut one stays on record"


def test_a_cut_in_the_pass_after_a_format_goes_on_with_the_pass(image: Path) -> None:
    with Drive(image, formats, faults=[{"kind": "power-cut", "start": 20 * MIB}]) as drive:
        journal = Journal(drive.identity.text)
        first = run(drive, journal)
    assert first.outcome is Outcome.UNKNOWN
    point = resume_point(journal.events(), journal.disk)
    assert point and point.inspection == first.inspection and point.current is not None
    with Drive(image, formats) as drive:
        second = run(drive, journal, resume=point)
    assert second.outcome is Outcome.CLEARED and second.method.technique == "nvme-format"
    assert drive.ran == [] and second.inspection == first.inspection and second.commands == first.commands


def test_a_cut_in_the_overwrite_after_a_refusal_stays_an_overwrite(image: Path) -> None:
    with Drive(image, lambda d: REFUSED, faults=[{"kind": "power-cut", "start": 20 * MIB}]) as drive:
        journal = Journal(drive.identity.text)
        run(drive, journal)
    point = resume_point(journal.events(), journal.disk)
    assert point and [gone.reason for gone in point.fell_back] == ["skip-refused-by-drive"]
    with Drive(image, lambda d: REFUSED) as drive:
        second = run(drive, journal, resume=point)
    assert second.outcome is Outcome.CLEARED and len(second.passes) == 2 and drive.ran == []
    assert second.method.technique == "overwrite" and second.method.skipped[-1].reason == "skip-refused-by-drive"


def test_another_plan_than_the_one_that_was_cut_starts_over(image: Path) -> None:
    overwrite = choose(FACTS, technique="overwrite")
    with Drive(image, formats, faults=[{"kind": "power-cut", "start": 20 * MIB}]) as drive:
        journal = Journal(drive.identity.text)
        run(drive, journal, method=overwrite)
    point = resume_point(journal.events(), journal.disk)
    assert point and point.current is not None
    with Drive(image, formats) as drive:
        second = run(drive, journal, resume=point)
    assert second.outcome is Outcome.CLEARED and second.method.technique == "nvme-format"
    assert len(drive.ran) == 1 and second.passes[0].resumed_from == ()
