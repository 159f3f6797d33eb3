"""The whole job on the rehearsal bench, from inventory to outcome, with a paper that only takes notes."""

from __future__ import annotations

import dataclasses
import json
import threading
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

import agent.job.systems
from agent.erasure.gate import exclude
from agent.job.headless import answer
from agent.job.parts import OutboxLine
from agent.job.recipes import BUILT_IN
from agent.job.session import Session
from agent.job.stream import EventStream
from agent.job.systems import Systems
from agent.locale import words
from agent.machine.recorded import RecordedMachine
from agent.machine.rehearsal import FORMER_CONTENT, RehearsalMachine
from agent.model.erasure import Evidence, Outcome
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.facts import Known
from agent.model.install import InstallResult
from agent.model.job import State, fold
from agent.model.linux import AS_IT_IS, LinuxOptions
from agent.model.nodisk import NoDisk, Why
from agent.model.plan import Plan, SystemChoice
from agent.model.recipe import Recipe
from agent.tui.dialogue import converse
from tests.conftest import MACHINES

pytestmark = pytest.mark.process

ONE_DISK = "dell-optiplex-7010"
TWO_DISKS = "acer-aspire-a315-41"
NO_DISK = "dell-precision-5520"


class Notes:
    """A paper that signs nothing and remembers what it was asked to sign."""

    def __init__(self) -> None:
        self.evidence: Sequence[Evidence] = ()
        self.install: Mapping[str, Any] | None = None
        self.finished = 0

    def ready(self) -> None:
        return None

    def finish(
        self,
        stream: EventStream,
        *,
        plan: Plan | None,
        evidence: Sequence[Evidence],
        install: Mapping[str, Any] | None,
    ) -> None:
        self.evidence, self.install = evidence, install
        self.finished += 1
        stream.emit(Kind.RECORD_SIGNED, number="EX-1", report_id="r", sha256="0", path="-")

    def deliver(self, stream: EventStream | None) -> float | None:
        return None

    def lines(self) -> Sequence[OutboxLine]:
        return ()


def session(tmp_path: Path, name: str, *faults: str) -> tuple[Session, Notes]:
    notes = Notes()

    def opened() -> RehearsalMachine:
        return RehearsalMachine(RecordedMachine(MACHINES / name), tmp_path / "disks", faults=faults)

    made = Session(
        open_machine=opened, paper=notes, systems=Systems(tmp_path / "images", words), home=tmp_path / "home"
    )
    made.start()
    made.wait(60)
    assert made.job.state is State.ASSESSED, made.job.faults
    return made, notes


def consent(s: Session) -> None:
    assert s.consent({name: name[-n:] for name, n in s.needed_characters().items()})
    s.wait(120)


def test_the_whole_job_by_recipe(tmp_path: Path) -> None:
    s, notes = session(tmp_path, ONE_DISK)
    answer(s, BUILT_IN)
    s.wait(120)
    assert (s.job.state, s.job.exit_code) == (State.DONE, 0), s.job.faults
    assert [e.outcome for e in notes.evidence] == [Outcome.CLEARED]
    assert notes.install is not None and notes.install["status"] == "rehearsed"
    for image in (tmp_path / "disks").glob("*.img"):
        assert FORMER_CONTENT not in image.read_bytes()
    assert fold(s.events()).state is State.DONE, "the journal alone gives the same state"


def test_several_disks_at_once(tmp_path: Path) -> None:
    s, notes = session(tmp_path, TWO_DISKS)
    s.choose(SystemChoice.NONE, None, chosen_by="07")
    consent(s)
    assert len(notes.evidence) == 2
    assert {e.outcome for e in notes.evidence} <= {Outcome.CLEARED, Outcome.CLEARED_WITH_EXCEPTIONS}
    assert notes.install is None


def test_nothing_happens_without_the_end_of_the_serial(tmp_path: Path) -> None:
    s, notes = session(tmp_path, ONE_DISK)
    s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07")
    disk = next(iter(s.needed_characters()))
    for typed in ("", "0000", disk[:4], disk[-3:]):
        assert not s.consent({disk: typed})
    assert s.job.state is State.PLANNED and s.job.consent_refusals == 4
    assert not notes.finished and not list((tmp_path / "disks").glob("*.img"))


def test_neither_system_is_chosen_by_itself(tmp_path: Path) -> None:
    s, _ = session(tmp_path, "lenovo-thinkpad-t480")
    assert [o["system"] for o in s.job.options] == ["linux", "windows", "none"]
    assert set(s.job.options[0]) == set(s.job.options[1]) and s.job.chosen is None
    with pytest.raises(Fault):
        s.consent({})


def test_windows_where_it_may_not_run_is_refused_with_the_verdict(tmp_path: Path) -> None:
    s, _ = session(tmp_path, ONE_DISK)
    with pytest.raises(Fault) as caught:
        s.choose(SystemChoice.WINDOWS, None)
    assert caught.value.error_id == "choice-impossible"
    assert caught.value.params["reason"] == "option-windows-not_eligible"


@pytest.mark.parametrize(
    ("fault", "outcome", "state", "code"),
    [
        ("bad-sector", Outcome.CLEARED_WITH_EXCEPTIONS, State.ATTENTION, 0),
        ("disk-vanishes", Outcome.FAILED, State.FAILED, 4),
        ("dropped-writes", Outcome.FAILED, State.FAILED, 4),
        ("power-cut", Outcome.UNKNOWN, State.UNKNOWN, 4),
    ],
)
def test_faults_end_in_the_truth(tmp_path: Path, fault: str, outcome: Outcome, state: State, code: int) -> None:
    s, notes = session(tmp_path, ONE_DISK, fault)
    s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07")
    consent(s)
    assert [e.outcome for e in notes.evidence] == [outcome]
    assert (s.job.state, s.job.exit_code) == (state, code)
    assert s.job.install_locked == ("lock-bad-ranges" if fault == "bad-sector" else "lock-not-proven")
    assert notes.install is not None and notes.install["status"] == "locked"
    if not outcome.proven:
        assert notes.evidence[0].level.value == "none"


def test_a_cut_erasure_goes_on_where_it_was(tmp_path: Path) -> None:
    s, _ = session(tmp_path, ONE_DISK, "power-cut")
    s.choose(SystemChoice.NONE, None)
    consent(s)
    assert s.job.state is State.UNKNOWN
    again, notes = session(tmp_path, ONE_DISK)
    assert list(again.resumable()) == [notes_disk(again)]
    again.choose(SystemChoice.NONE, None)
    consent(again)
    started = [e for e in again.events() if e.kind is Kind.ERASURE_STARTED]
    assert [e.params["resumed"] for e in started] == [True]
    assert notes.evidence[0].outcome is Outcome.CLEARED and notes.evidence[0].interruptions == 1
    third, _ = session(tmp_path, ONE_DISK)
    assert not third.resumable(), "once finished, nothing is offered again"


def notes_disk(s: Session) -> str:
    s.choose(SystemChoice.NONE, None)
    return next(iter(s.needed_characters()))


@pytest.mark.parametrize("fault", ["tool-hangs", "tool-missing"])
def test_a_broken_tool_is_told_and_the_rest_is_there(tmp_path: Path, fault: str) -> None:
    s, _ = session(tmp_path, ONE_DISK, fault)
    assert s.job.probe_errors or "unreadable" in str(s.job.inventory)
    assert s.job.inventory is not None and s.job.inventory["cpu"]["brand_raw"]
    if fault == "tool-missing":
        assert s.job.eligibility is not None and s.job.eligibility["windows11"]["verdict"] != "eligible"


def test_a_pc_without_a_visible_disk_is_recorded_and_left_to_a_person(tmp_path: Path) -> None:
    s, notes = session(tmp_path, NO_DISK)
    assert not s.has_targets()
    answer(s, BUILT_IN)
    s.wait(60)
    assert (s.job.state, s.job.exit_code) == (State.ATTENTION, 3)
    assert notes.finished == 1 and notes.evidence == ()


def test_a_second_look_is_in_the_plan_the_run_and_the_evidence(tmp_path: Path) -> None:
    s, notes = session(tmp_path, ONE_DISK)
    s.read_tag(None, operator="07")
    s.choose(SystemChoice.NONE, None)
    before = s.job.plan_digest
    for tool, person in ((None, "08"), ("sha256", "07")):
        with pytest.raises(Fault, match="second-person-same"):
            s.ask_second(tool, person)
    s.ask_second("sha256", "08")
    assert s.job.plan is not None and s.job.plan_digest != before
    method = s.job.plan["targets"][0]["method"]
    assert (method["second_tool"], method["second_person"]) == ("sha256", "08")
    consent(s)
    [check] = notes.evidence[0].second_checks
    assert (check.tool, check.by) == ("sha256", "08")
    # no other program can open a virtual disk: the outcome says that nobody else looked (a real one: tests/loop)
    assert check.agrees is None and notes.evidence[0].outcome is Outcome.CLEARED_WITH_EXCEPTIONS
    assert "exception-second-check-not-done" in {e["id"] for e in notes.evidence[0].exceptions}


def test_a_workshop_s_second_tool_is_in_every_plan_until_somebody_takes_it_out(tmp_path: Path) -> None:
    machine = RecordedMachine(MACHINES / ONE_DISK)
    s = Session(
        open_machine=lambda: RehearsalMachine(machine, tmp_path / "disks"),
        paper=Notes(),
        systems=Systems(tmp_path / "images", words),
        home=tmp_path / "home",
        second_tool="cmp",
    )
    s.start()
    s.wait(60)
    s.choose(SystemChoice.NONE, None, chosen_by="07")
    method = (s.job.plan or {})["targets"][0]["method"]
    assert (method["second_tool"], method.get("second_person"), method["zero_pass"]) == ("cmp", None, True)
    s.ask_second(None, None)
    assert (s.job.plan or {})["targets"][0]["method"].get("second_tool") is None


def test_no_disk_is_closed_by_a_reason_and_a_person(tmp_path: Path) -> None:
    s, notes = session(tmp_path, NO_DISK)
    with pytest.raises(Fault, match="no-disk-unexplained"):
        s.choose(SystemChoice.NONE, None)
    for bad in (
        NoDisk(why=Why.OTHER, text="  ", by="07"),
        NoDisk(why=Why.REMOVED, text="", by="07"),
        NoDisk(why=Why.ARRIVED_WITHOUT, by=" "),
    ):
        with pytest.raises(Fault, match="no-disk-unexplained"):
            s.record_only(bad)
    assert not notes.finished and s.job.state is State.ASSESSED
    s.record_only(NoDisk(why=Why.REMOVED, text="mairie, archives", by="07"))
    s.wait(60)
    assert (s.job.state, s.job.exit_code) == (State.ATTENTION, 0)
    assert s.job.no_disk == {"why": "removed", "text": "mairie, archives", "by": "07"}
    assert (s.job.attention, s.job.faults, notes.finished) == ("attention-no-disk-explained", (), 1)


def test_a_recipe_may_say_why_there_is_no_disk(tmp_path: Path) -> None:
    s, notes = session(tmp_path, NO_DISK)
    answer(s, BUILT_IN.model_copy(update={"no_disk_reason": "lot de postes sans disque"}))
    s.wait(60)
    assert (s.job.state, s.job.exit_code, notes.finished) == (State.ATTENTION, 0, 1)
    assert s.job.no_disk == {"why": "other", "text": "lot de postes sans disque", "by": BUILT_IN.chosen_by}


def test_a_reason_does_not_hide_a_disk_that_is_there(tmp_path: Path) -> None:
    """A disk that was seen and left out is never "no disk"."""
    s, _ = session(tmp_path, ONE_DISK)
    assert s._seen is not None
    told = exclude([dataclasses.replace(d, read_only=Known(True, "test")) for d in s._seen.disks])
    s._seen = dataclasses.replace(s._seen, exclusions=told)
    assert not s.has_targets() and not s.no_disk_seen()
    s.record_only(NoDisk(why=Why.OTHER, text="aucun disque", by="07"))
    s.wait(60)
    assert (s.job.exit_code, s.job.no_disk, s.job.attention) == (3, None, "attention-all-excluded")


def test_a_text_terminal_asks_why_there_is_no_disk(tmp_path: Path) -> None:
    s, _ = session(tmp_path, NO_DISK)
    answers, lines = iter(["", "3", "9", "3", "x", "controleur en panne", "JR"]), []

    def ask(_prompt: str) -> str:
        return next(answers)

    converse(s, ask, lines.append, words("fr"))
    s.wait(60)
    assert s.job.no_disk == {"why": "other", "text": "controleur en panne", "by": "JR"}
    assert any("aucun disque" in line for line in lines) and all(len(line) <= 78 for line in lines)


def test_garbage_from_lsblk_never_becomes_an_empty_list_that_passes(tmp_path: Path) -> None:
    s, _ = session(tmp_path, ONE_DISK, "tool-garbage")
    assert not s.has_targets()
    assert s.job.inventory is not None and "unreadable" in s.job.inventory["disks"]


ASKED = LinuxOptions(encrypt=True, locale="en_GB.UTF-8", keyboard="gb")


def test_what_was_asked_of_linux_stays_in_every_plan_that_follows(tmp_path: Path) -> None:
    s, _ = session(tmp_path, ONE_DISK)
    s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07", linux=ASKED)
    s.ask_second("sha256", "08")
    plan = s._plan
    assert plan is not None and plan.install is not None and plan.choice.linux == ASKED
    written = json.dumps(plan.to_wire()["install"])
    assert plan.install.encrypted and "LANG=en_GB.UTF-8" in written and "cryptsetup" in written
    assert (s.job.chosen or {})["linux"]["locale"] == "en_GB.UTF-8"
    s.choose(SystemChoice.NONE, None, chosen_by="07", linux=ASKED)
    assert s._plan is not None and s._plan.choice.linux == AS_IT_IS, "it says nothing of no system"


def test_a_recipe_asks_the_same_of_each_pc_of_a_lot(tmp_path: Path) -> None:
    s, notes = session(tmp_path, ONE_DISK)
    wire = {"schema": "regain-recipe/1", "system": "linux", "chosen_by": "recette", "locale": "en_GB.UTF-8"}
    answer(s, Recipe.model_validate({**wire, "encrypt": True}))
    s.wait(120)
    assert s.job.state is State.DONE and notes.install is not None
    assert s._plan is not None and s._plan.install is not None and s._plan.install.encrypted
    assert "LANG=en_GB.UTF-8" in json.dumps(s._plan.to_wire()["install"])
    for system in ("none", "windows"):
        with pytest.raises(ValidationError, match="system linux"):
            Recipe.model_validate({**wire, "system": system})


def test_no_disk_is_encrypted_while_its_phrase_would_be_lost(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    s, _ = session(tmp_path, ONE_DISK)
    monkeypatch.setattr(Session, "in_memory", True)
    monkeypatch.setattr(Session, "exercise", False)
    with pytest.raises(Fault, match="phrase-no-stick"):
        s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07", linux=ASKED)
    assert s.job.state is State.ASSESSED
    s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07")
    assert s.job.plan is not None
    s.choose(SystemChoice.NONE, None, chosen_by="07", linux=ASKED)
    assert (s.job.chosen or {})["system"] == "none", "what was asked of Linux holds back no other choice"


def test_the_phrase_is_on_its_sheet_before_the_disk_is_touched_and_in_no_event(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    s, _ = session(tmp_path, ONE_DISK)
    s.read_tag("RC02041U")
    s.choose(SystemChoice.LINUX, "xfce-fr", chosen_by="07", linux=ASKED)
    rehearsed = s._plan
    assert rehearsed is not None and rehearsed.install is not None
    plan = replace(rehearsed, install=replace(rehearsed.install, rehearsed=False, image={"file": "linux/a.squashfs"}))
    told: list[tuple[Kind, Mapping[str, Any]]] = []
    used: list[str] = []

    class Opened:
        def open_disk(self, *_: object) -> Any:
            used.append(next((tmp_path / "home" / "phrases").iterdir()).read_text())
            return nullcontext()

    def installed(*_: object, phrase: str, **__: object) -> InstallResult:
        used.append(phrase)
        raise Fault("cancelled")

    monkeypatch.setattr(agent.job.systems, "install", installed)
    run = Systems(tmp_path / "images", words).installer(tmp_path / "home")
    with pytest.raises(Fault, match="cancelled"):
        run(Opened(), plan, None, lambda kind, params: told.append((kind, params)), threading.Event())
    sheet, phrase = used
    assert len(phrase.replace(" ", "")) == 20 and f"    {phrase}\n" in sheet
    assert "Phrase of the encrypted disk" in sheet and "RC02041U" in sheet, "in the language of who gets the PC"
    [(kind, params)] = told
    assert kind is Kind.PHRASE_KEPT and phrase not in str(params) and Path(params["file"]).read_text() == sheet
    assert fold([*s.events()]).phrase_sheet == ""

    (tmp_path / "full").write_text("")
    with pytest.raises(Fault, match="phrase-not-kept"):
        Systems(tmp_path / "images", words).installer(tmp_path / "full")(
            Opened(), plan, None, lambda *_: None, threading.Event()
        )
    assert len(used) == 2, "the disk was not opened"


class Post(Notes):
    """A paper whose registry answers from the second try on."""

    def __init__(self) -> None:
        super().__init__()
        self.tries = 0

    def deliver(self, stream: EventStream | None) -> float | None:
        self.tries += 1
        assert stream is not None
        if self.tries > 1:
            stream.emit(Kind.REPORT_DELIVERED, report_id="r", received_at="2026-11-26T10:00:00Z")
        return None

    def lines(self) -> Sequence[OutboxLine]:
        line = OutboxLine(tag="", number="EX-1", written="", tries=self.tries, state="pending", last_error="")
        return () if self.tries > 1 else (line,)


def test_a_result_leaves_by_itself_when_there_is_a_network_again(tmp_path: Path) -> None:
    s, _ = session(tmp_path, ONE_DISK)
    s.paper = post = Post()
    answer(s, BUILT_IN)
    s.wait(120)
    assert s.job.ended and s.job.delivery != "delivered" and s.next_try_s(0.0) is None
    for now in range(0, 200, 5):
        s.send_when_due(float(now))
        s._courier.join()
    assert post.tries == 2 and s.job.delivery == "delivered" and s.next_try_s(200.0) is None
    assert s.job.state is State.DONE
