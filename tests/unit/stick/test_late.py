"""A whole job without a stick, then one comes: the record, the journal and the next job are on it."""

from __future__ import annotations

import dataclasses
from pathlib import Path
from typing import Any

import pytest

from agent.job.headless import answer
from agent.job.journal import read_journal
from agent.job.paper import StationPaper
from agent.job.parts import Kept
from agent.job.recipes import BUILT_IN
from agent.job.session import Session
from agent.job.systems import Systems
from agent.locale import words
from agent.machine.door import Machine
from agent.machine.recorded import RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.job import State, fold
from agent.model.stick import Stick, StickState, stick_from_wire
from agent.report.outbox import PENDING, Outbox, open_report
from agent.report.sign import token_of
from agent.stick.prepare import Places, read_stick, write
from agent.stick.storage import LiveStorage
from agent.tui.dialogue import keep, tell_where
from agent.wiring import paper_for
from tests.conftest import MACHINES

pytestmark = pytest.mark.process


class Desk:
    """A live system of folders: ``arrives`` decides whether the next look finds a stick."""

    def __init__(self, folder: Path) -> None:
        self.places = Places(run=folder / "run", note=folder / "note", profiles=folder / "nm")
        self.disks = folder / "disks"
        self.places.memory.mkdir(parents=True)
        self.none = Stick(
            state=StickState.NONE, home=str(self.places.memory), images=str(folder / "images"), why="stick-why-optical"
        )
        self.arrives = False
        write(self.none, self.places)
        machine = self.machine()
        self.storage = LiveStorage(self.none, machine=machine, opened=self.opened, places=self.places, look=self.look)
        kept = self.opened(self.none)
        self.session = Session(
            open_machine=self.machine, paper=kept.paper, systems=kept.systems, home=kept.home, storage=self.storage
        )

    def machine(self) -> RehearsalMachine:
        return RehearsalMachine(RecordedMachine(MACHINES / "dell-optiplex-7010"), self.disks)

    def opened(self, stick: Stick) -> Kept:
        home = Path(stick.home)
        paper = paper_for(home=home, machine=self.machine(), records=home / "records", deliver=False)
        return Kept(home=home, paper=paper, systems=Systems(Path(stick.images), words))

    def look(self, machine: Machine, places: Places, *, late: bool) -> Stick:
        found = self.none
        if self.arrives:
            (places.mount / "station").mkdir(parents=True, exist_ok=True)
            on = {"home": str(places.mount), "device": "/dev/sdb3", "free_bytes": 12_000_000_000}
            found = dataclasses.replace(self.none, state=StickState.LATE, why="stick-why-late", **on)
        write(found, places)
        return found


@pytest.fixture
def desk(tmp_path: Path, printer: None) -> Desk:
    return Desk(tmp_path)


def run(desk: Desk) -> None:
    desk.session.start()
    desk.session.wait(60)
    answer(desk.session, BUILT_IN)
    desk.session.wait(120)


def test_the_job_runs_without_a_stick_and_is_kept_when_one_comes(desk: Desk) -> None:
    s = desk.session
    run(desk)
    assert s.job.state is State.DONE and s.in_memory
    number = (s.job.certificate or {})["number"]
    s.save_results()
    s.wait(30)
    assert s.job.faults[-1]["error_id"] == "stick-missing" and s.in_memory
    assert "DVD" in words("fr")(desk.storage.stick.why)

    desk.arrives = True
    s.save_results()
    s.wait(30)
    stick = desk.places.mount
    assert not s.in_memory and s.home == stick and read_stick(desk.places.run) == s.stick
    assert (stick / "records" / f"{number}.jws").is_file() and (stick / "records" / f"{number}.pdf").is_file()
    assert [line.number for line in s.outbox()] == [number]
    assert not [p for p in desk.places.memory.rglob("*") if p.is_file()]
    (journal,) = (stick / "journal").glob("*.jsonl")
    assert [e.seq for e in read_journal(journal)] == [e.seq for e in s.events()], "the journal goes on there, whole"
    assert s.job.state is State.DONE

    s.next_machine()
    s.wait(60)
    answer(s, BUILT_IN)
    s.wait(120)
    assert s.job.state is State.DONE
    second = (s.job.certificate or {})["number"]
    assert len(Outbox(stick / "station" / "outbox").entries(PENDING)) == 2 and second != number
    assert len(list((stick / "journal").glob("*.jsonl"))) == 2


def test_a_stick_that_does_not_take_it_changes_nothing(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    run(desk)
    desk.arrives = True

    def broken(*args: Any) -> int:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr("agent.stick.storage.move_home", broken)
    desk.session.save_results()
    desk.session.wait(30)
    fault = desk.session.job.faults[-1]
    assert fault["params"]["reason"] == "stick-why-not-written" and desk.session.in_memory
    told = read_stick(desk.places.run)
    assert told is not None and told.in_memory and desk.session.home == desk.places.memory


def test_the_text_output_asks_until_it_is_kept(desk: Desk) -> None:
    said: list[str] = []
    run(desk)
    w = words("fr")
    tell_where(desk.session, said.append, w)
    assert "en mémoire seulement" in " ".join(said)
    asked: list[str] = []

    def ask(prompt: str) -> str:
        asked.append(prompt)
        desk.arrives = len(asked) == 2
        return ""

    keep(desk.session, ask, said.append, w)
    assert len(asked) == 2 and not desk.session.in_memory
    assert said[-1].startswith("Résultats sur la clé branchée après le démarrage, 12")


def test_it_goes_on_without_a_stick_only_by_a_word(desk: Desk) -> None:
    run(desk)
    keep(desk.session, lambda prompt: "sans", [].append, words("fr"))
    assert desk.session.in_memory


def test_a_stick_that_is_pulled_is_said_and_put_back(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    """From the moment nothing can be written any more, until the stick is back, events are in memory only."""
    desk.arrives = True
    s = desk.session
    s.save_results()
    s.wait(30)
    journal = s._journal
    assert journal is not None and not s.in_memory

    def gone(*, sync: bool) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(journal, "_write_waiting", gone)
    s.read_tag(None)
    assert s.in_memory and s.job.attention == "attention-stick-missing"
    said: list[str] = []
    tell_where(s, said.append, words("en"))
    assert "no longer answers" in " ".join(said)
    desk.arrives = False
    s.save_results()
    s.wait(30)
    assert s.job.faults[-1]["error_id"] == "stick-missing"
    assert s.stick is not None and s.stick.home == str(desk.places.mount), "what waits for a stick goes nowhere else"
    desk.arrives = True
    journal.path.rename(journal.path.with_suffix(".lost"))  # the file system came back without the last lines
    s.save_results()
    s.wait(30)
    assert not s.in_memory
    told = read_journal(journal.path)
    assert [e.kind for e in told][-2:] == [Kind.ATTENTION, Kind.FAULT] and len(told) == len(s.events())


def test_a_record_that_could_not_be_kept_is_signed_when_the_stick_is_back(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.arrives = True
    s = desk.session
    s.save_results()
    s.wait(30)
    real = StationPaper.finish

    def gone(*args: Any, **more: Any) -> None:
        raise OSError(5, "Input/output error")

    monkeypatch.setattr(StationPaper, "finish", gone)
    run(desk)
    assert s.job.state is State.ATTENTION and s.job.attention == "attention-no-paper" and not s.job.certificate
    monkeypatch.setattr(StationPaper, "finish", real)
    s.save_results()
    s.wait(60)
    assert s.job.state is State.ATTENTION and s.job.attention == "attention-paper-late", s.job.faults
    number = (s.job.certificate or {})["number"]
    record = desk.places.mount / "records" / f"{number}.jws"
    told = open_report(token_of(record.read_bytes()))
    assert [e.outcome.value for e in told.erasures] == ["cleared"]
    assert fold(read_journal(next((desk.places.mount / "journal").glob("*.jsonl")))).certificate is not None


def test_the_reading_survives_its_file(tmp_path: Path) -> None:
    stick = Stick(state=StickState.FULL, home="/a", images="/b", why="stick-why-full", params={"model": "x"},
                  never=("8:0", "/dev/sda"), clock={"source": "rtc"}, free_bytes=1)  # fmt: skip
    assert stick_from_wire(stick.to_wire()) == stick
    for noise in ({}, {"format": "x"}, {**stick.to_wire(), "state": "odd"}, {**stick.to_wire(), "more": 1}):
        with pytest.raises((ValueError, KeyError, TypeError)):
            stick_from_wire(noise)
    (tmp_path / "stick.json").write_text("{")
    assert read_stick(tmp_path) is None


def test_every_why_has_words() -> None:
    import re

    source = "".join(p.read_text() for p in (Path(__file__).parents[3] / "agent" / "stick").glob("*.py"))
    ids = set(re.findall(r"stick-why-[a-z-]+", source)) | {f"stick-why-{s.value}" for s in StickState}
    ids -= {"stick-why-", "stick-why-read_only"}
    assert len(ids) > 15
    for lang in ("fr", "en"):
        for name in ids:
            assert words(lang).has(name), (lang, name)
        for error in ("stick-missing", "stick-not-made", "settings-bad"):
            assert Fault(error).code and words(lang)(f"err-{error}.todo", reason="x")
