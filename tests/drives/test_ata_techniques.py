"""Whole erasures of virtual ATA drives with the real hdparm and sdparm: what is proven, and every lie we know of.

A lie ends as failed or unknown, or as an honest fall-back of the plan; never as a purge.
"""

from __future__ import annotations

import json
import threading
import uuid
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.erasure import thaw
from agent.erasure.ladder import choose
from agent.erasure.proof import hidden_areas
from agent.erasure.resume import resume_point
from agent.erasure.reveal import Revealed, hidden
from agent.erasure.run import Limits, erase
from agent.inventory.hdparm import parse_hdparm
from agent.job import planning
from agent.job.consent import grant, grant_reveal
from agent.job.engine import run_plan
from agent.job.headless import answer
from agent.job.revealing import offer, run_reveal
from agent.job.session import Session
from agent.job.stream import EventStream
from agent.machine.clocks import VirtualClock
from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.ata_make import Action as Sanitize
from agent.machine.drives.ata_make import AtaMake, AtaPast, Freeze
from agent.machine.drives.ata_security import Security
from agent.machine.drives.faults import AtaFault
from agent.machine.drives.laboratory import Laboratory
from agent.machine.recorded import CARD, RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Evidence, Level, Method, Outcome
from agent.model.errors import Fault
from agent.model.events import Event, Kind
from agent.model.facts import Known
from agent.model.identity import DiskIdentity, identify
from agent.model.inventory import Disk
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.recipe import Recipe
from agent.model.warrant import Action, Warrant
from tests.drives.conftest import OpensLab
from tests.drives.station import seen
from tests.unit.erasure.doubles import MIB, Journal, plant_old_content

pytestmark = pytest.mark.laboratory("hdparm", "sdparm")

SIZE = 16 * MIB
PATH = "/dev/sda"
MARKER = b"DONATEUR-ANCIEN"
ALL = frozenset(Sanitize)
HDD = AtaMake(sanitize=frozenset({Sanitize.OVERWRITE}), pass_s=1200.0)
OLD_HDD = AtaMake(pass_s=1200.0)
SSD = AtaMake(model="REGAIN VIRTUAL SSD", rotation=1, sanitize=frozenset({Sanitize.CRYPTO, Sanitize.BLOCK}))
OLD_SSD = AtaMake(model="REGAIN VIRTUAL SSD", rotation=1, erase_word=1, enhanced_word=1, pass_s=90.0)


class PowerCut(Exception):
    pass


Emit = Callable[[Kind, Mapping[str, Any]], None]


@dataclass(kw_only=True)
class Station:
    """One drive on a bench, and the journal of what is done to it."""

    machine: RehearsalMachine
    drive: AtaDrive
    lab: Laboratory
    journal: Journal = field(init=False)

    def __post_init__(self) -> None:
        self.journal = Journal(self.identity.text)

    @property
    def facts(self) -> Disk:
        """As the inventory would have it: IDENTIFY by the real tool."""
        told = parse_hdparm(self.machine.run(["hdparm", "--Istdout", PATH], timeout_s=10).stdout)
        assert isinstance(told, Disk), told
        hidden = {
            "hpa": {"visible_sectors": SIZE // 512, "native_sectors": SIZE // 512, "enabled": False},
            "dco": {"max_sectors": SIZE // 512},
        }
        return replace(told, path=Known(PATH, "lsblk"), extra=hidden)

    @property
    def identity(self) -> DiskIdentity:
        found = identify(self.facts)
        assert found is not None
        return found

    def plan(self, technique: str | None = None, **options: Any) -> Method:
        return choose(self.facts, technique=technique, reached=True, **options)

    def erase(self, method: Method, *, emit: Emit | None = None, facts: Disk | None = None) -> Evidence:
        known_facts = facts or self.facts
        target = Target(identity=self.identity, path=PATH, medium="hdd", method=method)
        plan, warrant = self.consent(target)
        point = resume_point(self.journal.events(), self.identity.text)
        with self.machine.open_disk(target.identity, warrant, Action.ERASE) as disk:
            return erase(
                self.machine,
                disk,
                target,
                facts=known_facts,
                plan_digest=plan.digest,
                warrant_id=warrant.warrant_id,
                emit=emit or self.journal.emit,
                stop=threading.Event(),
                resume=point,
                limits=Limits(block_bytes=MIB, mark_bytes=4 * MIB),
            )

    def consent(self, target: Target) -> tuple[Plan, Warrant]:
        choice = Choice(system=SystemChoice.NONE, profile=None, chosen_by="07")
        plan = Plan(
            machine="m",
            tag=None,
            targets=(target,),
            excluded=(),
            choice=choice,
            install=None,
            exercise=True,
            estimate_s=0.0,
        )
        typed = {target.identity.text: target.identity.text[-4:]}
        return plan, grant(plan, typed, by="07", clock=self.machine.clock, new_id=lambda: uuid.uuid4().hex)

    def cut_when(self, wanted: Callable[[Kind, Mapping[str, Any]], bool]) -> Emit:
        """The plug goes at this event: it is on the medium, and nothing after it is."""

        def emit(kind: Kind, params: Mapping[str, Any]) -> None:
            self.journal.emit(kind, params)
            if wanted(kind, params):
                self.lab.power_cut()
                raise PowerCut

        return emit

    @property
    def left(self) -> bytes:
        return self.drive.backing.read_bytes()

    @property
    def password_enabled(self) -> bool:
        return bool(self.drive.security.enabled)

    def sent(self) -> list[str]:
        return [" ".join(e.params["argv"][1:-1]) for e in self.journal.of(Kind.COMMAND_STARTED)]


Bench = Callable[..., Station]


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    recording = tmp_path / "recording"
    recording.mkdir()
    (recording / CARD).write_text(json.dumps({"name": "nothing"}))

    def make(kind: AtaMake, *faults: AtaFault, past: AtaPast | None = None, sleeps: bool = False) -> Station:
        clock = VirtualClock()
        backing = tmp_path / "drive.img"
        plant_old_content(backing, SIZE)
        drive = AtaDrive(PATH, backing, clock, make=kind, past=past, faults=faults)
        lab = open_lab(drive)
        machine = (Sleeper if sleeps else RehearsalMachine)(
            RecordedMachine(recording),
            tmp_path / "work",
            clock=clock,
            laboratory=lab,
            stand_ins={kind.serial: PATH},
        )
        return Station(machine=machine, drive=drive, lab=lab)

    return make


def judged(evidence: Evidence) -> tuple[str, str, tuple[str, ...]]:
    return evidence.outcome.value, evidence.method.technique, evidence.reasons


# -- what is proven ----------------------------------------------------------------------------------------------------


@pytest.mark.exercises(
    "ata-sanitize-crypto-block", "ata-sanitize-block", "ata-sanitize-crypto", "ata-sanitize-overwrite",
    how="drive laboratory",
)  # fmt: skip
@pytest.mark.exercises("ata-security-erase-enhanced", how="drive laboratory", on=["SATA/PATA hard disk"])
@pytest.mark.parametrize(
    ("kind", "technique", "passes"),
    [
        (SSD, "ata-sanitize-crypto-block", 0),
        (SSD, "ata-sanitize-block", 0),
        (SSD, "ata-sanitize-crypto", 1),
        (HDD, "ata-sanitize-overwrite", 0),
        (OLD_HDD, "ata-security-erase-enhanced", 0),
    ],
)
def test_a_purge_is_seen_to_begin_and_end(bench: Bench, kind: AtaMake, technique: str, passes: int) -> None:
    station = bench(kind)
    evidence = station.erase(station.plan(technique))
    assert judged(evidence) == ("purged", technique, ("reason-purged",))
    assert evidence.level is Level.PURGE and len(evidence.passes) == passes and evidence.exceptions == ()
    assert evidence.method.claim == ("claim-crypto-only" if passes else None)
    assert evidence.inspection and evidence.inspection.alive == 0
    assert MARKER not in station.left and not station.password_enabled


@pytest.mark.exercises(
    "ata-security-erase-enhanced", "ata-security-erase", how="drive laboratory", on=["SATA SSD"]
)  # fmt: skip
@pytest.mark.parametrize("technique", ["ata-security-erase-enhanced", "ata-security-erase"])
def test_security_erase_of_an_ssd_is_no_purge_and_a_pass_follows(bench: Bench, technique: str) -> None:
    station = bench(OLD_SSD)
    evidence = station.erase(station.plan(technique))
    assert judged(evidence) == ("cleared", technique, ("reason-cleared",))
    assert len(evidence.passes) == 1 and evidence.method.claim == "claim-security-erase-ssd"
    assert MARKER not in station.left and not station.password_enabled


def test_one_pass_is_said_and_never_sixteen(bench: Bench) -> None:
    station = bench(HDD)
    before = station.machine.clock.monotonic()
    assert station.erase(station.plan()).outcome is Outcome.PURGED
    assert station.machine.clock.monotonic() - before < 1.5 * HDD.pass_s
    assert station.sent() == [
        "--yes-i-know-what-i-am-doing --sanitize-overwrite-passes 1 --sanitize-overwrite hex:00000000"
    ]


def test_the_password_is_on_the_journal_before_the_drive_hears_of_it(bench: Bench) -> None:
    station = bench(OLD_HDD)
    at_set_pass: list[bool] = []

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        station.journal.emit(kind, params)
        if kind is Kind.COMMAND_STARTED and "--security-set-pass" in params["argv"]:
            at_set_pass.append(station.password_enabled)

    evidence = station.erase(station.plan(), emit=emit)
    assert at_set_pass == [False] and evidence.outcome is Outcome.PURGED
    assert station.sent() == [
        "--user-master u --security-set-pass regain",
        "--user-master u --security-erase-enhanced regain",
    ]
    states = [step["state"] for step in evidence.status_timeline]
    assert states == ["security_enabled", "security_not_enabled"]


def test_a_sanitize_that_was_over_when_first_looked_at(bench: Bench) -> None:
    """Crypto scramble takes no time on many drives."""
    station = bench(replace(SSD, crypto_s=0.0))
    assert station.erase(station.plan("ata-sanitize-crypto")).outcome is Outcome.PURGED


def test_completed_before_and_completed_after_proves_nothing(bench: Bench) -> None:
    station = bench(replace(SSD, crypto_s=0.0))
    station.drive.sanitize.completed = True
    evidence = station.erase(station.plan("ata-sanitize-crypto"))
    assert judged(evidence) == ("unknown", "ata-sanitize-crypto", ("reason-transition-not-seen",))


# -- lies of SANITIZE --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("kind", [SSD, HDD], ids=["ssd", "hdd"])
@pytest.mark.parametrize(
    "fault", [AtaFault.SANITIZE_DOES_NOTHING, AtaFault.SANITIZE_LEAVES_HALF], ids=["nothing", "half"]
)
def test_a_sanitize_that_does_not_erase_is_a_failure(bench: Bench, kind: AtaMake, fault: AtaFault) -> None:
    station = bench(kind, fault)
    evidence = station.erase(station.plan())
    assert evidence.outcome is Outcome.FAILED and "reason-command-erased-nothing" in evidence.reasons
    assert evidence.passes == () and MARKER in station.left


@pytest.mark.parametrize("fixed_sense", [False, True], ids=["descriptor-sense", "fixed-sense"])
def test_the_false_start_is_a_refusal(bench: Bench, fixed_sense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """A real MX500: "started in background" from an abort, then SD0 from an aborted status."""
    station = bench(SSD, AtaFault.ABORTS_SANITIZE)
    if fixed_sense:
        monkeypatch.setattr("agent.erasure.ata.speak_plainly", lambda talk: False)
    evidence = station.erase(station.plan())
    left = {s.technique: s.reason for s in evidence.method.skipped}
    assert judged(evidence)[:2] == ("cleared", "ata-security-erase-enhanced")
    assert left["ata-sanitize-crypto-block"] == ("skip-never-began" if fixed_sense else "skip-refused-by-drive")
    assert MARKER not in station.left and not station.password_enabled


def test_accepted_and_never_begun(bench: Bench) -> None:
    station = bench(SSD, AtaFault.SANITIZE_IGNORED)
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("cleared", "ata-security-erase-enhanced")
    assert {s.reason for s in evidence.method.skipped} == {"skip-never-began"}


def test_a_sanitize_that_fails_ends_the_story(bench: Bench) -> None:
    station = bench(SSD, AtaFault.SANITIZE_FAILS)
    evidence = station.erase(station.plan())
    assert judged(evidence)[0] == "failed" and "reason-sanitize-failed" in evidence.reasons


@pytest.mark.parametrize("technique", ["ata-security-erase", "overwrite"])
def test_a_drive_in_failure_mode_gets_nothing_but_another_sanitize(bench: Bench, technique: str) -> None:
    station = bench(SSD, AtaFault.SANITIZE_FAILS)
    station.erase(station.plan("ata-sanitize-block"))
    sent = len(station.sent())
    evidence = station.erase(station.plan(technique))
    assert judged(evidence)[0] == "failed" and evidence.reasons == ("reason-sanitize-failed",)
    assert len(station.sent()) == sent


def test_a_sanitize_without_end_is_unknown(bench: Bench) -> None:
    station = bench(SSD, AtaFault.SANITIZE_NEVER_ENDS)
    evidence = station.erase(station.plan())
    assert judged(evidence)[0] == "unknown" and evidence.reasons == ("reason-sanitize-no-end",)


def test_sanitize_frozen_is_a_refusal(bench: Bench) -> None:
    station = bench(HDD, AtaFault.SANITIZE_FROZEN)
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("purged", "ata-security-erase-enhanced")
    assert evidence.method.skipped[-1].reason == "skip-sanitize-frozen"
    assert not any("--sanitize" in line for line in station.sent())


# -- lies of SECURITY ERASE --------------------------------------------------------------------------------------------


@pytest.mark.parametrize("fixed_sense", [False, True], ids=["descriptor-sense", "fixed-sense"])
def test_a_password_that_was_not_set(bench: Bench, fixed_sense: bool, monkeypatch: pytest.MonkeyPatch) -> None:
    """QEMU: set-pass and erase are aborted, and hdparm exits 0."""
    station = bench(OLD_HDD, AtaFault.ABORTS_SECURITY)
    if fixed_sense:
        monkeypatch.setattr("agent.erasure.ata.speak_plainly", lambda talk: False)
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert evidence.method.skipped[-1].reason == "skip-password-not-set"
    assert station.sent() == ["--user-master u --security-set-pass regain"]
    assert evidence.commands[0]["exit_status"] == (0 if fixed_sense else 5)


@pytest.mark.parametrize("fault", [AtaFault.ERASE_DOES_NOTHING, AtaFault.ERASE_LEAVES_HALF], ids=["nothing", "half"])
@pytest.mark.parametrize("kind", [OLD_HDD, OLD_SSD], ids=["hdd", "ssd"])
def test_an_erase_that_does_not_erase_is_a_failure(bench: Bench, fault: AtaFault, kind: AtaMake) -> None:
    station = bench(kind, fault)
    evidence = station.erase(station.plan())
    assert evidence.outcome is Outcome.FAILED and "reason-command-erased-nothing" in evidence.reasons
    assert evidence.passes == () and MARKER in station.left and not station.password_enabled


@pytest.mark.parametrize("fault", [AtaFault.ERASE_LEAVES_BLOCK, AtaFault.SANITIZE_LEAVES_BLOCK])
def test_one_block_that_survives_is_never_a_purge_with_old_content(bench: Bench, fault: AtaFault) -> None:
    station = bench(OLD_HDD if fault is AtaFault.ERASE_LEAVES_BLOCK else HDD, fault)
    evidence = station.erase(station.plan())
    assert evidence.outcome is not Outcome.PURGED or MARKER not in station.left


def test_an_erase_that_fails_half_way_gives_way_without_a_password(bench: Bench) -> None:
    station = bench(OLD_SSD, AtaFault.ERASE_FAILS)
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("cleared", "overwrite") and len(evidence.passes) == 2
    assert [s.reason for s in evidence.method.skipped[-2:]] == ["skip-not-carried-through"] * 2
    assert not station.password_enabled and MARKER not in station.left


@pytest.mark.parametrize("fault", [AtaFault.ERASE_KEEPS_PASSWORD, AtaFault.RESETS_IN_ERASE, AtaFault.ABORTS_ENHANCED])
def test_the_password_goes_whatever_the_drive_did(bench: Bench, fault: AtaFault) -> None:
    station = bench(OLD_HDD, fault)
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert not station.password_enabled and not station.drive.security.locked
    assert MARKER not in station.left
    assert "security_password_removed" in [s["state"] for s in evidence.status_timeline]


def test_a_password_that_cannot_be_taken_off_is_a_failure(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    station = bench(OLD_HDD, AtaFault.ERASE_KEEPS_PASSWORD)
    monkeypatch.setattr(station.drive.security, "__class__", _NeverDisables)
    evidence = station.erase(station.plan())
    assert judged(evidence)[0] == "failed" and evidence.reasons == ("reason-password-left",)


class _NeverDisables(Security):
    __slots__ = ()

    def disable(self, data: bytes) -> bool:
        return False


def test_no_estimate_to_rely_on_and_the_technique_is_not_in_the_plan(bench: Bench) -> None:
    none = bench(replace(OLD_HDD, erase_word=0, enhanced_word=0)).plan()
    assert none.technique == "overwrite" and none.skipped[-1].reason == "skip-no-estimate"


@pytest.mark.parametrize(("size", "offered"), [(2000398934016, True), (4000787030016, False)])
def test_a_floor_is_no_time_on_a_large_disk(bench: Bench, size: int, offered: bool) -> None:
    facts = bench(replace(OLD_HDD, erase_word=0xFF, enhanced_word=0xFF)).facts
    method = choose(replace(facts, size_bytes=Known(size, "x")), reached=True)
    assert (method.technique == "ata-security-erase-enhanced") is offered
    if offered:
        assert method.params["minutes"] == 508


# -- locked and frozen -------------------------------------------------------------------------------------------------


def test_a_drive_of_somebody_else_gets_one_try_and_no_guess(bench: Bench) -> None:
    station = bench(OLD_HDD, past=AtaPast(password=b"theirs"))
    method = station.plan()
    assert method.technique == "overwrite" and method.skipped[-1].reason == "skip-locked"
    evidence = station.erase(method)
    assert judged(evidence)[0] == "failed" and evidence.reasons == ("reason-locked",)
    assert station.sent() == ["--user-master u --security-unlock regain"] and station.drive.security.tries == 4
    assert MARKER in station.left


def test_a_drive_that_we_left_locked_is_opened_first(bench: Bench) -> None:
    station = bench(OLD_HDD, past=AtaPast(password=b"regain"))
    evidence = station.erase(station.plan())
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert not station.password_enabled and MARKER not in station.left


def test_a_password_of_another_on_an_open_drive_is_left_alone(bench: Bench) -> None:
    station = bench(OLD_HDD, past=AtaPast(password=b"theirs", unlocked=True))
    evidence = station.erase(station.plan("ata-security-erase-enhanced"))
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert evidence.method.skipped[-1].reason == "skip-password-of-another"
    assert not any("set-pass" in line for line in station.sent())


def test_frozen_at_the_last_moment_is_a_refusal(bench: Bench) -> None:
    station = bench(OLD_HDD)
    method = station.plan()
    station.drive.security.frozen = True
    evidence = station.erase(method)
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    assert evidence.method.skipped[-1].reason == "skip-frozen" and station.sent() == []


# -- power cuts --------------------------------------------------------------------------------------------------------


def far(kind: Kind, params: Mapping[str, Any]) -> bool:
    return kind is Kind.DRIVE_STATUS and (params.get("fraction") or 0) >= 0.4


@pytest.mark.parametrize(("kind", "technique"), [(HDD, "ata-sanitize-overwrite"), (SSD, "ata-sanitize-block")])
def test_a_sanitize_goes_on_through_a_power_cut_and_is_taken_up_again(
    bench: Bench, kind: AtaMake, technique: str
) -> None:
    station = bench(kind)
    method = station.plan(technique)
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(far))
    sent = station.sent()
    evidence = station.erase(method)
    assert judged(evidence) == ("purged", method.technique, ("reason-purged",)) and evidence.interruptions == 1
    assert station.sent() == sent, "not sent again"
    assert MARKER not in station.left


def test_a_cut_in_the_first_of_two_actions_starts_over(bench: Bench) -> None:
    station = bench(SSD)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(far))
    assert station.erase(method).outcome is Outcome.PURGED and len(station.sent()) == 3


def test_a_sanitize_that_ended_in_the_dark(bench: Bench) -> None:
    """Accepted, then nobody looked until it was over: it had not said "completed" before."""
    station = bench(HDD)
    method = station.plan()
    accepted = station.cut_when(lambda kind, p: kind is Kind.DRIVE_STATUS and p["state"] == "accepted")
    with pytest.raises(PowerCut):
        station.erase(method, emit=accepted)
    station.machine.clock.sleep(2 * HDD.pass_s)
    evidence = station.erase(method)
    assert evidence.outcome is Outcome.PURGED and len(station.sent()) == 1


def test_a_sanitize_that_the_drive_forgot_is_done_again(bench: Bench) -> None:
    station = bench(HDD, AtaFault.FORGETS_SANITIZE)
    method = station.plan()
    accepted = station.cut_when(lambda kind, p: kind is Kind.DRIVE_STATUS and p["state"] == "accepted")
    with pytest.raises(PowerCut):
        station.erase(method, emit=accepted)
    station.machine.clock.sleep(2 * HDD.pass_s)
    station.lab.power_cut()
    assert station.erase(method).outcome is Outcome.PURGED and len(station.sent()) == 2


def test_without_a_journal_a_running_sanitize_is_waited_for_and_proves_nothing(bench: Bench) -> None:
    station = bench(HDD)
    with pytest.raises(PowerCut):
        station.erase(station.plan(), emit=station.cut_when(far))
    station.journal = Journal(station.identity.text)
    evidence = station.erase(station.plan("overwrite"))
    assert judged(evidence)[:2] == ("cleared", "overwrite")
    states = [step["state"] for step in evidence.status_timeline]
    assert states[0] == "in_progress" and "completed" in states


@pytest.mark.parametrize("at", [Kind.COMMAND_STARTED, Kind.COMMAND_FINISHED])
@pytest.mark.parametrize("word", ["--security-set-pass", "--security-erase-enhanced"])
def test_a_cut_around_a_security_command_starts_over_without_a_password(bench: Bench, at: Kind, word: str) -> None:
    station = bench(OLD_HDD)
    method = station.plan()
    with pytest.raises(PowerCut):
        station.erase(method, emit=station.cut_when(lambda kind, p: kind is at and word in p["argv"]))
    evidence = station.erase(method)
    assert judged(evidence) == ("purged", method.technique, ("reason-purged",)) and evidence.interruptions == 1
    assert not station.password_enabled and MARKER not in station.left


def test_the_plug_is_pulled_at_40_percent_of_a_security_erase(bench: Bench, monkeypatch: pytest.MonkeyPatch) -> None:
    station = bench(OLD_HDD)
    method = station.plan()
    clock, asleep = station.machine.clock, VirtualClock.sleep
    erasing: list[float] = []

    def pulled(seconds: float) -> None:
        asleep(clock, seconds)  # type: ignore[arg-type]
        if erasing and clock.monotonic() - erasing[0] > 0.4 * OLD_HDD.pass_s:
            erasing.clear()
            station.drive.power_cut()

    monkeypatch.setattr(station.drive.clock, "sleep", pulled)

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        station.journal.emit(kind, params)
        erase_command = "--security-erase-enhanced" in params.get("argv", ())
        if kind is Kind.COMMAND_STARTED and erase_command:
            erasing.append(clock.monotonic())
        if kind is Kind.COMMAND_FINISHED and erase_command:
            raise PowerCut

    with pytest.raises(PowerCut):
        station.erase(method, emit=emit)
    assert station.drive.security.locked and MARKER in station.left
    evidence = station.erase(method)
    assert judged(evidence) == ("purged", method.technique, ("reason-purged",))
    assert not station.password_enabled and MARKER not in station.left


# -- frozen by the firmware --------------------------------------------------------------------------------------------


class Sleeper(RehearsalMachine):
    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        return b"s2idle [deep]\n" if path == thaw.MEM_SLEEP else super().read(path, limit=limit)


def whole_plan(station: Station, other: Disk | None = None) -> tuple[Evidence, list[Event]]:
    """Plan, consent and engine, as a session would have them."""
    machine, facts = station.machine, station.facts
    disks = [facts, *([other] if other else [])]
    lifted = planning.obstacles_lifted(thaws=thaw.possible(machine, disks), points={})
    [target] = planning.plan_targets([facts], [None], level=None, reaches=machine.has_firmware, lifted=lifted)
    plan, warrant = station.consent(target)
    stream = EventStream(machine.clock)
    stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True, version="0")
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])
    stream.emit(Kind.CHOSEN, system="none", profile=None, chosen_by="07")
    stream.emit(Kind.PLANNED, plan=plan.to_wire(), digest=plan.digest, short_digest=plan.short_digest)
    stream.emit(Kind.CONSENTED, warrant_id=warrant.warrant_id, plan_digest=plan.digest, by="07", disks=[])
    known_facts = planning.disk_facts(disks)
    result = run_plan(machine, stream, plan, warrant, known_facts, stop=threading.Event(), install=None)
    return result.evidence[0], list(stream.events())


def slept(events: list[Event]) -> list[tuple[str, int]]:
    return [
        (e.kind.value, len(e.params.get("frozen", e.params.get("disks", ()))))
        for e in events
        if e.kind in (Kind.SUSPENDING, Kind.WOKE)
    ]


@pytest.mark.parametrize("freeze", [Freeze.BOOT, Freeze.POWER_ON])
def test_a_suspend_thaws_and_the_plan_is_kept(bench: Bench, freeze: Freeze) -> None:
    station = bench(replace(OLD_HDD, freeze=freeze), sleeps=True)
    evidence, events = whole_plan(station)
    assert judged(evidence) == ("purged", "ata-security-erase-enhanced", ("reason-purged",))
    assert slept(events) == [("suspending", 1), ("woke", 0)]
    kinds = [e.kind for e in events]
    assert kinds.index(Kind.WOKE) < kinds.index(Kind.ERASURE_STARTED)


def test_a_drive_that_stays_frozen_gets_the_next_line(bench: Bench) -> None:
    station = bench(replace(OLD_HDD, freeze=Freeze.ALWAYS), sleeps=True)
    evidence, events = whole_plan(station)
    assert judged(evidence)[:2] == ("cleared", "overwrite") and evidence.method.skipped[-1].reason == "skip-frozen"
    assert slept(events) == [("suspending", 1), ("woke", 1)]


def test_no_sleep_while_a_drive_of_the_pc_has_a_password(bench: Bench) -> None:
    station = bench(replace(OLD_HDD, freeze=Freeze.BOOT), sleeps=True)
    other = replace(station.facts, serial=Known("OTHER", "x"), wwn=Known("0x5", "x"), path=Known("/dev/sdb", "x"))
    security = replace(other.security, enabled=Known(True, "x")) if other.security else None
    evidence, events = whole_plan(station, replace(other, security=security))
    assert judged(evidence)[:2] == ("cleared", "overwrite") and slept(events) == []
    assert "skip-frozen" in {s.reason for s in evidence.method.skipped}


def test_no_sleep_on_a_pc_that_only_idles(bench: Bench) -> None:
    station = bench(replace(OLD_HDD, freeze=Freeze.BOOT))
    evidence, events = whole_plan(station)
    assert judged(evidence)[:2] == ("cleared", "overwrite") and slept(events) == []


def test_frozen_by_the_firmware_is_not_offered_without_a_thaw(bench: Bench) -> None:
    station = bench(replace(OLD_HDD, freeze=Freeze.BOOT))
    assert station.plan().skipped[-1].reason == "skip-frozen"
    thawed = station.plan(lifted={"skip-frozen"})
    assert thawed.technique == "ata-security-erase-enhanced" and thawed.params["thaw"] is True


# -- hidden sectors ----------------------------------------------------------------------------------------------------

SECTORS = SIZE // 512
HPA, DCO = SECTORS - 4096, SECTORS - 2048


def inventoried(station: Station) -> Disk:
    """As the inventory would have it, hidden areas too."""
    facts = station.facts
    found: dict[str, Any] = {}
    for option in ("-N", "--dco-identify"):
        answer = station.machine.run(["hdparm", option, PATH], timeout_s=10)
        told = parse_hdparm(answer.stdout + answer.stderr)
        found |= (told.extra or {}) if isinstance(told, Disk) else {}
    return replace(facts, extra=found)


def shown(station: Station, *, dco: bool = True, typed: str | None = None) -> tuple[Revealed, list[Event]]:
    facts, machine = inventoried(station), station.machine
    wanted = offer(facts, exercise=True, dco=dco)
    assert wanted is not None
    name = wanted.identity.text
    warrant = grant_reveal(wanted, typed or name[-4:], by="07", clock=machine.clock, new_id=lambda: uuid.uuid4().hex)
    stream = EventStream(machine.clock)
    stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True, version="0")
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])
    return run_reveal(machine, stream, wanted, warrant, facts), list(stream.events())


@pytest.mark.parametrize(
    ("past", "areas", "after"),
    [
        (AtaPast(hpa_sectors=HPA), ("hpa",), SECTORS),
        (AtaPast(dco_sectors=DCO), ("dco",), SECTORS),
        (AtaPast(hpa_sectors=HPA, dco_sectors=DCO), ("hpa", "dco"), SECTORS),
    ],
    ids=["hpa", "dco", "both"],
)
def test_hidden_sectors_are_shown_and_then_erased(
    bench: Bench, past: AtaPast, areas: tuple[str, ...], after: int
) -> None:
    station = bench(OLD_HDD, past=past)
    before = inventoried(station)
    assert hidden(before) == areas
    found, events = shown(station)
    assert (found.after, found.left, found.error) == (after, (), "")
    station.lab.power_cut()
    now = inventoried(station)
    assert hidden(now) == () and now.size_bytes == Known(SIZE, "IDENTIFY")
    kinds = [e.kind for e in events if e.disk]
    assert kinds[0] is Kind.REVEAL_STARTED and kinds[-1] is Kind.REVEALED and Kind.COMMAND_STARTED in kinds
    station.journal = Journal(station.identity.text)
    evidence = station.erase(station.plan("overwrite"), facts=now)
    assert (evidence.outcome, evidence.exceptions, evidence.bytes_total) == (Outcome.CLEARED, (), SIZE)
    assert MARKER not in station.left


def test_an_overlay_is_left_when_only_the_hpa_is_asked_for(bench: Bench) -> None:
    station = bench(OLD_HDD, past=AtaPast(hpa_sectors=HPA, dco_sectors=DCO))
    found, _ = shown(station, dco=False)
    assert (found.after, found.left) == (DCO, ("dco",))


@pytest.mark.parametrize("fixed_sense", [False, True], ids=["descriptor-sense", "fixed-sense"])
def test_a_drive_that_keeps_them_hidden_says_so(
    bench: Bench, fixed_sense: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench(OLD_HDD, AtaFault.SET_MAX_DOES_NOTHING, past=AtaPast(hpa_sectors=HPA))
    if fixed_sense:
        monkeypatch.setattr("agent.erasure.ata.speak_plainly", lambda talk: False)
    found, events = shown(station)
    assert found.left == ("hpa",) and found.after == HPA
    assert events[-1].kind is Kind.REVEALED and events[-1].params["left"] == ["hpa"]
    evidence = station.erase(station.plan("overwrite"), facts=inventoried(station))
    assert evidence.outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert {"id": "exception-hpa", "bytes": 4096 * 512} in [dict(e) for e in evidence.exceptions]


def test_what_an_aborted_command_shows_is_no_hidden_area(bench: Bench) -> None:
    station = bench(OLD_HDD, AtaFault.ABORTS_LIMITS, AtaFault.ABORTS_DCO)
    assert hidden(inventoried(station)) == () and offer(inventoried(station), exercise=True) is None


def test_hidden_sectors_need_a_consent_of_their_own(bench: Bench) -> None:
    station = bench(OLD_HDD, past=AtaPast(hpa_sectors=HPA))
    with pytest.raises(Fault) as caught:
        shown(station, typed="WXYZ")
    assert caught.value.error_id == "confirm-wrong" and station.drive.limits.visible == HPA
    target = Target(identity=station.identity, path=PATH, medium="hdd", method=station.plan("overwrite"))
    _, warrant = station.consent(target)
    with pytest.raises(Fault) as caught:
        station.machine.open_disk(target.identity, warrant, Action.REVEAL)
    assert caught.value.error_id == "warrant-other-disk"


def test_sectors_that_the_kernel_does_not_see_yet_stay_an_exception(bench: Bench) -> None:
    station = bench(OLD_HDD)
    small = replace(inventoried(station), size_bytes=Known(HPA * 512, "lsblk"))
    assert {"id": "exception-hpa", "bytes": 4096 * 512} in [dict(e) for e in hidden_areas(small)]


def test_a_recipe_shows_them_first_and_plans_for_the_whole_disk(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench(OLD_HDD, past=AtaPast(hpa_sectors=HPA))

    def look(session: Session) -> None:
        session._seen = seen(inventoried(station))
        none = {"system": "none", "possible": True}
        session._stream.emit(Kind.ASSESSED, eligibility={}, options=[none])

    monkeypatch.setattr(Session, "_take_inventory", look)
    kept: list[Evidence] = []
    paper: Any = SimpleNamespace(ready=lambda: None, finish=lambda stream, **more: kept.extend(more["evidence"]))
    session = Session(open_machine=lambda: station.machine, paper=paper, systems=SimpleNamespace(), home=tmp_path)  # type: ignore[arg-type]
    session.start()
    session.wait()
    assert {name: wanted.areas for name, wanted in session.hidden().items()} == {OLD_HDD.serial: ("hpa",)}
    recipe = {"schema": "regain-recipe/1", "system": "none", "chosen_by": "07", "reveal": "hpa"}
    answer(session, Recipe.model_validate(recipe))
    session.wait()
    assert session.job.plan is not None and session.job.plan["targets"][0]["identity"]["size_bytes"] == SIZE
    kinds = [e.kind for e in session.events()]
    assert kinds.index(Kind.REVEALED) < kinds.index(Kind.PLANNED) < kinds.index(Kind.CONSENTED)
    [end] = [e for e in session.events() if e.kind is Kind.ERASURE_FINISHED]
    assert (end.params["outcome"], end.params["exceptions"]) == ("purged", [])
    assert ["-N", f"p{SECTORS}"] in [command["argv"][2:4] for command in kept[0].commands]
    assert MARKER not in station.left


def test_an_answer_on_the_screen_is_in_the_plan_that_is_consented_to(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench(OLD_HDD, past=AtaPast(hpa_sectors=HPA))
    name = OLD_HDD.serial

    def look(session: Session) -> None:
        session._seen = seen(inventoried(station))
        none = {"system": "none", "possible": True}
        session._stream.emit(Kind.ASSESSED, eligibility={}, options=[none])

    monkeypatch.setattr(Session, "_take_inventory", look)
    paper: Any = SimpleNamespace(ready=lambda: None, finish=lambda stream, **more: None)
    session = Session(open_machine=lambda: station.machine, paper=paper, systems=SimpleNamespace(), home=tmp_path)  # type: ignore[arg-type]
    session.start()
    session.wait()
    session.choose(SystemChoice.NONE, None, chosen_by="07")
    asked, before = session.unanswered()[name], session.job.plan_digest
    assert (asked.areas, asked.hidden_bytes) == (("hpa",), (SECTORS - HPA) * 512)
    session.leave_hidden(name)
    assert session.job.plan is not None and session.job.plan["targets"][0]["left_hidden"] == ["hpa"]
    assert session.job.plan_digest != before and not session.unanswered()
    session.choose(SystemChoice.NONE, None, chosen_by="07")
    assert not session.unanswered(), "an answer holds for another choice"
    with pytest.raises(Fault, match="confirm-wrong"):
        session.reveal(name, "WXYZ")
    session.reveal(name, name[-4:])
    session.wait()
    target = session.job.plan["targets"][0]
    assert target["identity"]["size_bytes"] == SIZE and not target["left_hidden"] and not session.unanswered()
    assert session.job.chosen is not None and session.job.chosen["chosen_by"] == "07", "planned anew by itself"
