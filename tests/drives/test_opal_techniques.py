"""Whole erasures of virtual self-encrypting drives with the real nvme-cli and sg3-utils: PSID revert, and its lies."""

from __future__ import annotations

import json
import threading
from base64 import b64encode
from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from agent.job.engine import run_plan
from agent.job.journal import Journal
from agent.job.planning import plan_targets
from agent.job.psids import openable
from agent.job.session import Session
from agent.job.stream import EventStream
from agent.locale import words
from agent.machine.clocks import VirtualClock
from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.ata_make import mx500
from agent.machine.drives.nvme import NvmeDrive
from agent.machine.drives.nvme_make import NvmeMake
from agent.machine.drives.opal import OpalFault, OpalMake, Tper
from agent.machine.drives.scsi import ScsiDrive
from agent.machine.drives.scsi_make import ScsiMake
from agent.model.erasure import Evidence, Level, Outcome
from agent.model.errors import Exit, Fault
from agent.model.events import Kind
from agent.model.facts import Known, to_wire
from agent.model.plan import SystemChoice
from agent.report.proof import erasure_of
from agent.tui.dialogue import _ask_psids
from tests.drives.conftest import OpensLab
from tests.drives.namespaces import SEVERAL, two_namespaces
from tests.drives.station import MARKER, PowerCut, Station, judged, new_machine, row, seen
from tests.unit.erasure.doubles import MIB, plant_old_content

pytestmark = pytest.mark.laboratory("nvme", "sg_raw", "sg_opcodes", "hdparm")

SIZE = 16 * MIB
OPEN, LOCKED = OpalMake(), OpalMake(locked=True)
PSID = OPEN.psid
WRONG = PSID.replace("2R0T", "2ROT")
WANTED = ("opal-psid", "skip-opal-psid-wanted")
BUSES = ("nvme", "ata", "sas")
Bench = Callable[..., Station]


@pytest.fixture
def bench(tmp_path: Path, open_lab: OpensLab) -> Bench:
    def make(bus: str, opal: OpalMake | None, *faults: OpalFault, **more: Any) -> Station:
        clock = VirtualClock()
        backing = tmp_path / "disk.img"
        plant_old_content(backing, SIZE)
        told: dict[str, Any] = {"opal": opal, "opal_faults": faults, **more}
        drive: NvmeDrive | AtaDrive | ScsiDrive
        if bus == "nvme":
            kind = NvmeMake(sanicap=2)
            path, drive = "/dev/nvme0n1", NvmeDrive("/dev/nvme0n1", backing, clock, make=kind, **told)
            shown = {"/sys/class/nvme/nvme0/nvme0n1/size": "1\n"}
            rows = [row("nvme0n1", SIZE, tran="nvme", model=kind.model, serial=kind.serial, rota=False)]
        elif bus == "ata":
            disk = mx500()
            path, drive, shown = "/dev/sda", AtaDrive("/dev/sda", backing, clock, make=disk, **told), {}
            rows = [row("sda", SIZE, tran="sata", model=disk.model, serial=disk.serial, rota=False)]
        else:
            sas = ScsiMake()
            path, drive, shown = "/dev/sda", ScsiDrive("/dev/sda", backing, clock, make=sas, **told), {}
            rows = [row("sda", SIZE, tran="sas", model=sas.product, serial=sas.serial, rota=True)]
        lab = open_lab(drive)
        serial = str(rows[0]["serial"])
        machine = new_machine(tmp_path, clock, lab, rows=rows, files=shown, stand_ins={serial: path})
        return Station(machine=machine, drive=drive, lab=lab, path=path)

    return make


def tper(station: Station) -> Tper:
    found = station.drive.tper  # type: ignore[attr-defined]
    assert isinstance(found, Tper)
    return found


def nowhere(station: Station, evidence: object, number: str = PSID) -> None:
    """Neither as it is, nor in hex: not in the journal, not in the record, not in what a tool was told."""
    told = json.dumps([to_wire(evidence), [to_wire(e.params) for e in station.journal.events()]])
    assert number not in told and number.encode().hex() not in told
    assert len(station.journal.of(Kind.COMMAND_STARTED)) > 2


# -- open drives: canaries prove it ------------------------------------------------------------------------------------


@pytest.mark.exercises("opal-psid", how="drive laboratory")
@pytest.mark.parametrize("bus", BUSES)
def test_reverted_looked_at_and_overwritten(bench: Bench, bus: str) -> None:
    station = bench(bus, OPEN)
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence) == ("purged", "opal-psid", ("reason-purged",))
    assert evidence.level is Level.PURGE and evidence.method.claim == "claim-opal-psid"
    assert len(evidence.passes) == 1 and evidence.verification and evidence.verification.mode == "full"
    assert evidence.inspection and not evidence.inspection.alive and not evidence.inspection.witnesses_matching
    assert MARKER not in station.left and not tper(station).enabled and tper(station).reverts == 1
    assert [s["state"] for s in evidence.status_timeline][-2:] == ["accepted", "completed"]
    nowhere(station, evidence)


def test_what_is_sent_and_in_which_order(bench: Bench) -> None:
    """The number is tried before a byte is written; canaries lie between the try and the revert."""
    station = bench("nvme", OPEN)
    station.erase(station.plan("opal-psid"), psid=PSID)
    told = [e.kind for e in station.journal.events()]
    before = told.index(Kind.CANARIES_PLANTED)
    commands = [at for at, kind in enumerate(told) if kind is Kind.COMMAND_STARTED]
    assert len([at for at in commands if at < before]) == 3, "properties, session, its end"
    asides = [bool(e.params.get("aside")) for e in station.journal.of(Kind.COMMAND_STARTED)]
    assert asides == [True] * 5 + [False], "one command erases"
    assert all(line.startswith("nvme security-send --secp=1 --spsp=2046 --tl=") for line in station.sent())


@pytest.mark.parametrize("bus", BUSES)
def test_a_slow_answer_is_waited_for(bench: Bench, bus: str) -> None:
    station = bench(bus, OPEN, OpalFault.SLOW)
    assert station.erase(station.plan("opal-psid"), psid=PSID).outcome is Outcome.PURGED


# -- locked drives: the revert opens, the next line proves -------------------------------------------------------------


@pytest.mark.parametrize(
    ("bus", "outcome", "technique"),
    [("nvme", "purged", "nvme-sanitize-block"), ("ata", "purged", "ata-sanitize-crypto-block")],
)
def test_a_locked_drive_is_opened_and_then_erased_by_its_ladder(
    bench: Bench, bus: str, outcome: str, technique: str
) -> None:
    station = bench(bus, LOCKED)
    method = station.plan("opal-psid")
    assert method.reason == "method-opal-psid-locked" and method.level is Level.PURGE
    assert method.fallback and method.fallback.technique == technique
    evidence = station.erase(method, psid=PSID)
    assert judged(evidence)[:2] == (outcome, technique) and MARKER not in station.left
    assert station.fell_back() == [("opal-psid", "skip-opal-opened")]
    assert [s.reason for s in evidence.method.skipped if s.technique == "opal-psid"] == ["skip-opal-opened"]
    nowhere(station, evidence)


def test_a_locked_drive_without_the_number_gets_not_a_byte(bench: Bench) -> None:
    for bus in BUSES:
        station = bench(bus, LOCKED)
        assert (station.plan().skipped[0].technique, station.plan().skipped[0].reason) == WANTED
        evidence = station.erase()
        assert (evidence.outcome, evidence.reasons) == (Outcome.FAILED, ("reason-opal-locked",))
        assert MARKER in station.left and station.sent() == [] and evidence.canaries is None


def test_what_a_revert_left_on_a_locked_drive_is_the_next_line_s_matter(bench: Bench) -> None:
    """It says SUCCESS, opens, and keeps everything: nobody can see it, and nothing is claimed for it."""
    station = bench("nvme", LOCKED, OpalFault.REVERT_DOES_NOTHING)
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence)[:2] == ("purged", "nvme-sanitize-block") and MARKER not in station.left


# -- must fail ---------------------------------------------------------------------------------------------------------


def refused(station: Station, number: str) -> str:
    before = station.left
    with pytest.raises(Fault) as found:
        station.erase(station.plan("opal-psid"), psid=number)
    assert found.value.wrote is False and station.left == before, "not a byte was written"
    assert number not in str(found.value) or not number
    assert station.journal.of(Kind.CANARIES_PLANTED) == []
    return found.value.error_id


@pytest.mark.parametrize("bus", BUSES)
@pytest.mark.parametrize("opal", [OPEN, LOCKED])
def test_a_wrong_number(bench: Bench, bus: str, opal: OpalMake) -> None:
    station = bench(bus, opal)
    assert refused(station, WRONG) == "psid-wrong"
    assert tper(station).enabled and tper(station).reverts == 0
    assert station.erase(station.plan("opal-psid"), psid=PSID).outcome is Outcome.PURGED or bus == "sas"


@pytest.mark.parametrize("bus", BUSES)
def test_a_drive_that_listens_to_no_number_any_more(bench: Bench, bus: str) -> None:
    station = bench(bus, OpalMake(tries_used=5))
    assert refused(station, PSID) == "psid-locked-out"
    station.lab.power_cut()
    assert station.erase(station.plan("opal-psid"), psid=PSID).outcome is Outcome.PURGED


def test_five_wrong_numbers_and_the_sixth_is_right(bench: Bench) -> None:
    station = bench("nvme", OPEN)
    assert [refused(station, WRONG) for _ in range(5)] == ["psid-wrong"] * 5
    assert refused(station, PSID) == "psid-locked-out"


@pytest.mark.parametrize("fault", [OpalFault.NO_PSID, OpalFault.SILENT, OpalFault.GARBLES])
@pytest.mark.parametrize("bus", BUSES)
def test_a_drive_that_does_not_answer_as_it_should(bench: Bench, bus: str, fault: OpalFault) -> None:
    assert refused(bench(bus, OPEN, fault), PSID) == "psid-refused"


def test_nothing_was_typed(bench: Bench) -> None:
    assert refused(bench("nvme", OPEN), "") == "psid-missing"


KEEPS = [OpalFault.REVERT_DOES_NOTHING, OpalFault.REVERT_LEAVES_HALF]


@pytest.mark.parametrize("fault", KEEPS)
@pytest.mark.parametrize("bus", BUSES)
def test_a_drive_that_says_success_and_keeps_its_data(bench: Bench, bus: str, fault: OpalFault) -> None:
    station = bench(bus, OPEN, fault)
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence) == ("failed", "opal-psid", ("reason-command-erased-nothing",))
    assert evidence.level is Level.NONE and MARKER in station.left
    nowhere(station, evidence)


@pytest.mark.parametrize("opal", [OPEN, LOCKED])
@pytest.mark.parametrize("bus", BUSES)
def test_a_drive_that_stays_locked(bench: Bench, bus: str, opal: OpalMake) -> None:
    station = bench(bus, opal, OpalFault.STAYS_LOCKED)
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence) == ("failed", "opal-psid", ("reason-opal-still-locked",))
    assert evidence.level is Level.NONE and MARKER in station.left


@pytest.mark.parametrize(
    ("opal", "judgement"), [(OPEN, ("purged", "nvme-sanitize-block")), (LOCKED, ("failed", "opal-psid"))]
)
def test_a_revert_that_is_refused(bench: Bench, opal: OpalMake, judgement: tuple[str, str]) -> None:
    """Refused before it started: an open drive goes on with the plan's next line, a locked one cannot."""
    station = bench("nvme", opal, OpalFault.REVERT_REFUSED)
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence)[:2] == judgement
    if opal is LOCKED:
        assert evidence.reasons == ("reason-opal-locked",) and MARKER in station.left
    else:
        assert station.fell_back() == [("opal-psid", "skip-refused-by-drive")]


# -- power -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bus", BUSES)
@pytest.mark.parametrize("fault", [OpalFault.CUT_BEFORE, OpalFault.CUT_AFTER])
def test_the_power_goes_in_the_revert(bench: Bench, bus: str, fault: OpalFault) -> None:
    """Whether it had reverted is told by the drive, and shown by the canaries that were planted before."""
    station = bench(bus, OPEN, fault)
    method = station.plan("opal-psid")
    evidence = station.erase(method, psid=PSID)
    assert evidence.outcome is Outcome.UNKNOWN and evidence.level is Level.NONE
    station.lab.power_cut()
    tper(station).faults = ()
    again = station.erase(method, psid=PSID)
    assert judged(again) == ("purged", "opal-psid", ("reason-purged",)) and again.interruptions == 1
    planted = len(station.journal.of(Kind.CANARIES_PLANTED))
    assert planted == (1 if fault is OpalFault.CUT_AFTER else 2), "canaries of before prove what was before"
    nowhere(station, again)


def test_after_a_cut_nobody_types_the_number_again(bench: Bench) -> None:
    """It had reverted: nothing is asked for. It had not: without the number nothing is sent."""
    done = bench("nvme", OPEN, OpalFault.CUT_AFTER)
    method = done.plan("opal-psid")
    done.erase(method, psid=PSID)
    done.lab.power_cut()
    assert done.erase(method).outcome is Outcome.PURGED
    not_done = bench("nvme", OPEN, OpalFault.CUT_BEFORE)
    method = not_done.plan("opal-psid")
    not_done.erase(method, psid=PSID)
    not_done.lab.power_cut()
    with pytest.raises(Fault, match="psid-missing"):
        not_done.erase(method)
    assert MARKER in not_done.left


def test_a_cut_between_the_answer_and_the_look(bench: Bench) -> None:
    station = bench("ata", OPEN)
    method = station.plan("opal-psid")

    def reverted(kind: Kind, params: Any) -> bool:
        return kind is Kind.COMMAND_FINISHED and not params.get("aside")

    with pytest.raises(PowerCut):
        station.erase(method, psid=PSID, emit=station.cut_when(reverted))
    again = station.erase(method)
    assert judged(again)[:2] == ("purged", "opal-psid") and tper(station).reverts == 1


# -- which drives ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("opal", "reason"),
    [
        (None, "skip-drive-lacks-it"),
        (OpalMake(enabled=False), "skip-opal-not-owned"),
        (OpalMake(encrypts=False), "skip-opal-not-encrypting"),
        (OpalMake(code=0x0303, encrypts=False), "skip-opal-not-encrypting"),  # Pyrite 2
        (OpalMake(code=0x0100), "skip-drive-lacks-it"),  # Enterprise: its methods go by names
    ],
)
def test_where_the_number_would_prove_nothing(bench: Bench, opal: OpalMake | None, reason: str) -> None:
    station = bench("nvme", opal)
    with pytest.raises(Fault) as found:
        station.plan("opal-psid")
    assert found.value.params["reason"] == reason
    assert station.plan().technique == "nvme-sanitize-block", "and the drive has its ladder"


@pytest.mark.parametrize("opal", [OPEN, LOCKED])
def test_a_revert_would_reach_what_nobody_confirmed(tmp_path: Path, open_lab: OpensLab, opal: OpalMake) -> None:
    first, second = two_namespaces(tmp_path, open_lab)(SEVERAL, opal=opal)
    for station in (first, second):
        with pytest.raises(Fault) as found:
            station.plan("opal-psid")
        assert found.value.params["reason"] == "skip-opal-several-namespaces"
    both = [first.facts, second.facts]
    for disks in (both, both[:1]):
        assert not openable(disks, level=None, reaches=first.machine.has_firmware)
        with pytest.raises(Fault) as found:
            plan_targets(
                disks, [None] * len(disks), level=None, reaches=first.machine.has_firmware, technique="opal-psid"
            )
        assert found.value.params["reason"] == "skip-opal-several-namespaces"


def test_a_locked_pyrite_drive_is_opened(bench: Bench) -> None:
    station = bench("nvme", OpalMake(code=0x0303, encrypts=False, locked=True))
    evidence = station.erase(station.plan("opal-psid"), psid=PSID)
    assert judged(evidence)[:2] == ("purged", "nvme-sanitize-block") and MARKER not in station.left


def test_a_kernel_that_keeps_the_commands_back(bench: Bench) -> None:
    station = bench("ata", LOCKED, trusted=False)
    told = (station.facts.extra or {})["opal"]
    assert told == {"unreadable": "the kernel does not pass it on: libata.allow_tpm=1"}
    with pytest.raises(Fault) as found:
        station.plan("opal-psid")
    assert found.value.params["reason"] == "skip-capability-unreadable"


@pytest.mark.parametrize("bus", BUSES)
def test_what_the_inventory_tells(bench: Bench, bus: str) -> None:
    told = (bench(bus, OpalMake(locked=True, shadowed=True)).facts.extra or {})["opal"]
    assert told == {
        "family": "opal2",
        "supported": True,
        "enabled": True,
        "locked": True,
        "encrypts": True,
        "shadowed": True,
    }


# -- as a session has it -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("opal", [OPEN, LOCKED])
@pytest.mark.parametrize(("number", "outcome"), [(PSID, Outcome.PURGED), (WRONG, Outcome.REFUSED)])
def test_plan_consent_engine_and_a_journal_without_the_number(
    bench: Bench, tmp_path: Path, opal: OpalMake, number: str, outcome: Outcome
) -> None:
    station = bench("nvme", opal)
    machine, facts = station.machine, station.facts
    [target] = plan_targets([facts], [None], level=None, reaches=machine.has_firmware, technique="opal-psid")
    plan, warrant = station._consent(target)
    written = tmp_path / "journal.jsonl"
    stream = EventStream(machine.clock, Journal(written))
    stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True, version="0")
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])
    stream.emit(Kind.CHOSEN, system="none", profile=None, chosen_by="07")
    stream.emit(Kind.PLANNED, plan=plan.to_wire(), digest=plan.digest, short_digest=plan.short_digest)
    stream.emit(Kind.CONSENTED, warrant_id=warrant.warrant_id, plan_digest=plan.digest, by="07", disks=[])
    name = target.identity.text
    result = run_plan(
        machine,
        stream,
        plan,
        warrant,
        {name: facts},
        stop=threading.Event(),
        install=None,
        psids={name: number},
    )
    [evidence] = result.evidence
    assert evidence.outcome is outcome
    if outcome is Outcome.REFUSED:
        assert evidence.reasons == ("psid-wrong",) and MARKER in station.left and result.exit_code is Exit.REFUSED
    told = written.read_bytes() + erasure_of(evidence, operator="07").model_dump_json().encode()
    assert b"security-send" in told and b"opal-psid" in told, "that it was used is told"
    for form in (number.encode(), number.encode().hex().encode(), number.lower().encode(), b64encode(number.encode())):
        assert form not in told


# -- at the bench: asked on the Confirmation screen --------------------------------------------------------------------


class Desk:
    """A session over one virtual drive, with what its paper was given."""

    def __init__(self, station: Station, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        def look(session: Session) -> None:
            session._seen = seen(station.facts)
            none = {"system": "none", "possible": True}
            session._stream.emit(Kind.ASSESSED, eligibility={}, options=[none])

        monkeypatch.setattr(Session, "_take_inventory", look)
        self.kept: list[Evidence] = []
        paper: Any = SimpleNamespace(
            ready=lambda: None, finish=lambda stream, **more: self.kept.extend(more["evidence"])
        )
        systems: Any = SimpleNamespace()
        self.session = Session(open_machine=lambda: station.machine, paper=paper, systems=systems, home=folder)
        self.session.start()
        self.session.wait()
        self.session.choose(SystemChoice.NONE, None, chosen_by="07")
        self.name = station.identity.text

    def method(self) -> Mapping[str, Any]:
        assert self.session.job.plan is not None
        [target] = self.session.job.plan["targets"]
        return dict(target["method"])

    def run(self) -> Evidence:
        assert self.session.consent({self.name: self.name[-4:]})
        self.session.wait()
        return self.kept[0]


def test_a_number_typed_at_the_bench_reaches_the_drive_and_no_file(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench("nvme", LOCKED)
    desk = Desk(station, tmp_path / "home", monkeypatch)
    session, before = desk.session, desk.session.job.plan_digest
    assert list(session.unopened()) == [desk.name] and desk.method()["technique"] == "nvme-sanitize-block"
    with pytest.raises(Fault, match="psid-missing"):
        session.take_psid(desk.name, PSID[:-1])
    assert list(session.unopened()) == [desk.name] and session.job.plan_digest == before
    session.take_psid(desk.name, PSID.lower())
    typed = session.job.plan_digest
    assert desk.method()["technique"] == "opal-psid" and typed != before and not session.unopened()
    session.take_psid(desk.name, WRONG)
    assert session.job.plan_digest == typed, "which number it is makes no other plan"
    session.choose(SystemChoice.NONE, None, chosen_by="07")
    assert desk.method()["technique"] == "opal-psid", "an answer holds for another choice"
    session.take_psid(desk.name, "-".join(PSID[at : at + 8] for at in range(0, 32, 8)))
    evidence = desk.run()
    assert judged(evidence)[:2] == ("purged", "nvme-sanitize-block") and MARKER not in station.left
    assert tper(station).reverts == 1 and session.job.outcome == "done"
    files = [p for p in tmp_path.rglob("*") if p.is_file()]
    assert any(p.suffix == ".jsonl" and b"opal-psid" in p.read_bytes() for p in files)
    told = [b"".join(p.read_bytes() for p in files), json.dumps([to_wire(e.params) for e in session.events()]).encode()]
    told += [json.dumps(to_wire(evidence)).encode(), repr(session).encode(), repr(session._wishes.psids).encode()]
    for number in (PSID, PSID.lower(), WRONG):
        for shape in (number.encode(), number.encode().hex().encode(), b64encode(number.encode())[:40]):
            assert all(shape not in each for each in told)
    assert not session._wishes.psids.typed(), "handed over and forgotten"


def test_a_drive_that_is_left_locked_at_the_bench_gets_not_a_byte(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench("ata", LOCKED)
    desk = Desk(station, tmp_path / "home", monkeypatch)
    desk.session.take_psid(desk.name, PSID)
    desk.session.ask_psids()
    assert list(desk.session.unopened()) == [desk.name] and desk.method()["technique"] != "opal-psid"
    desk.session.leave_locked(desk.name)
    assert not desk.session.unopened()
    evidence = desk.run()
    assert (evidence.outcome, evidence.reasons) == (Outcome.FAILED, ("reason-opal-locked",))
    assert MARKER in station.left and station.drive.tper.reverts == 0  # type: ignore[attr-defined]
    with pytest.raises(Fault, match="choice-missing"):
        desk.session.take_psid(desk.name, PSID)


def test_a_wrong_number_at_the_bench_is_refused_before_a_byte(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    station = bench("nvme", LOCKED)
    desk = Desk(station, tmp_path / "home", monkeypatch)
    desk.session.take_psid(desk.name, WRONG)
    evidence = desk.run()
    assert (evidence.outcome, evidence.reasons) == (Outcome.REFUSED, ("psid-wrong",)) and MARKER in station.left
    assert not any(WRONG.encode() in p.read_bytes() for p in tmp_path.rglob("*") if p.is_file())


def test_an_open_drive_is_not_asked_about(bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    desk = Desk(bench("nvme", OPEN), tmp_path / "home", monkeypatch)
    assert not desk.session.locked()
    with pytest.raises(Fault, match="choice-missing"):
        desk.session.leave_locked(desk.name)


def test_the_drive_whose_other_namespaces_nobody_chose_is_not_asked_about(bench: Bench) -> None:
    """A revert reaches the whole drive."""
    facts = bench("nvme", LOCKED).facts
    assert facts.nvme is not None
    several = replace(facts, nvme=replace(facts.nvme, namespaces=Known(2, "test")))
    uncounted = replace(facts, nvme=replace(facts.nvme, namespaces=None))
    found = [openable([one], level=None, reaches=lambda path: True) for one in (facts, several, uncounted)]
    assert [len(each) for each in found] == [1, 0, 0]


def test_a_text_terminal_asks_until_it_is_a_number_or_nothing(
    bench: Bench, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk = Desk(bench("nvme", LOCKED), tmp_path / "home", monkeypatch)
    answers, lines = iter([PSID[:-1], PSID.lower()]), list[str]()
    _ask_psids(desk.session, lambda _prompt: next(answers), lines.append, words("fr"))
    assert desk.method()["technique"] == "opal-psid" and all(len(line) <= 78 for line in lines)
    assert any("puce Opal" in line for line in lines) and not any(PSID[:8] in line.upper() for line in lines)
    desk.session.ask_psids()
    _ask_psids(desk.session, lambda _prompt: "", lines.append, words("fr"))
    assert desk.method()["technique"] != "opal-psid" and not desk.session.unopened()
    assert any("Sans son code PSID" in line for line in lines)
