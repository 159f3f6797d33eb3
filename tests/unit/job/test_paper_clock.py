"""A PC whose clock is in 2009: its records say what the date is worth, and the registry's word puts it right."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from agent.job import paper as papers
from agent.job.paper import StationPaper
from agent.job.stream import EventStream
from agent.machine.recorded import RecordedMachine
from agent.machine.rehearsal import RehearsalMachine
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.report import Report
from agent.report.clock import parse_utc
from agent.report.outbox import open_report
from agent.report.push import Push
from agent.report.replies import Health
from agent.report.station import Station
from agent.report.timekeeper import Timekeeper
from tests.conftest import MACHINES

FLOOR = datetime(2026, 11, 24, tzinfo=UTC)
RIGHT = "2026-12-24T10:00:00.000Z"


class Wall:
    """A system clock that somebody sets; the job's own clock runs on from the floor."""

    def __init__(self) -> None:
        self.moment = FLOOR + timedelta(minutes=5)

    def monotonic(self) -> float:
        return 300.0

    def utc(self) -> str:
        return "2026-11-24T00:05:00.000Z"

    def sleep(self, seconds: float) -> None:
        return None

    def read(self) -> str:
        return self.moment.isoformat()

    def set(self, seconds: float) -> None:
        self.moment = datetime.fromtimestamp(seconds, UTC)


class Registry:
    """Never asked in these tests: ``push`` answers in its place."""

    url = "https://registre.invalid"
    dated: str | None = RIGHT

    def date(self) -> str | None:
        return self.dated


class Bench:
    def __init__(self, folder: Path, monkeypatch: pytest.MonkeyPatch) -> None:
        self.wall = Wall()
        machine = RehearsalMachine(RecordedMachine(MACHINES / "dell-optiplex-7010"), folder / "disks")
        machine.clock = self.wall
        self.time = Timekeeper(floor=FLOOR, at_floor=True, set_clock=self.wall.set)
        self.registry = Registry()
        self.pushes: list[Push] = []

        def reopen() -> Station:
            return Station.open_or_create(folder / "station", policy="test", exercise=True)

        self.paper = StationPaper(
            reopen(),
            machine=machine,
            records=folder / "records",
            client=self.registry,  # type: ignore[arg-type]
            deliver=False,
            reopen=reopen,
            time=self.time,
            wall=self.wall.read,
        )
        monkeypatch.setattr(papers, "push", lambda *a: self.pushes.pop(0))

    def record(self, before: Sequence[Any] = ()) -> Report:
        stream = EventStream(self.wall)
        stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True, version="0")
        stream.emit(Kind.ASSESSED, eligibility={}, options=[])
        self.paper.finish(stream, plan=None, evidence=(), install=None)
        self.stream = stream
        entry = self.paper._station.outbox.pending()[-1]
        return open_report(entry.token())


@pytest.fixture
def bench(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, printer: None) -> Bench:
    return Bench(tmp_path, monkeypatch)


@pytest.mark.process
def test_floor_then_registry(bench: Bench) -> None:
    first = bench.record()
    assert (first.time.created.source, first.time.created.trusted) == ("floor", False)
    bench.pushes = [Push(waiting=1, health=Health(instance="r", utc=RIGHT, round_trip_s=0.2))]
    bench.paper.deliver(None)
    assert bench.wall.moment == parse_utc(RIGHT) + timedelta(seconds=0.1), "the system clock was set"
    assert bench.paper._station.note.last_trusted_utc == RIGHT, "and it is the floor of the next start"
    second = bench.record()
    assert (second.time.created.source, second.time.created.trusted) == ("registry", True)
    assert second.time.created.utc.startswith("2026-12-24T10:00:00")


@pytest.mark.process
def test_a_certificate_that_is_not_valid_yet_is_helped_by_a_date(bench: Bench) -> None:
    bench.record()
    tls = Push(waiting=1, fault=Fault("registry-portal", url="u", status="TLS"))
    bench.pushes = [tls, Push(waiting=1, health=Health(instance="r", utc=RIGHT, round_trip_s=0.0))]
    bench.paper.deliver(None)
    assert bench.pushes == [], "tried again once the clock was put right"
    assert bench.time.now(system_utc=RIGHT, boottime_s=300.0).source == "registry"


@pytest.mark.process
@pytest.mark.parametrize("dated", [None, "2009-01-01T00:00:00.000Z"])
def test_without_a_possible_date_it_is_not_tried_again(bench: Bench, dated: str | None) -> None:
    bench.record()
    bench.registry.dated = dated
    bench.pushes = [Push(waiting=1, fault=Fault("registry-portal", url="u", status="TLS"))]
    bench.paper.deliver(bench.stream)
    assert bench.stream.job.delivery_error == "registry-portal"


def test_moments_before_the_sync_are_computed_back() -> None:
    created = Timekeeper(floor=FLOOR).heard(RIGHT, "registry", boottime_s=300.0, system_utc=RIGHT)
    assert created is not None
    behind = papers._behind(created, "2026-11-24T00:05:00.000Z")
    assert papers._moved("2026-11-24T00:01:00.000Z", behind) == "2026-12-24T09:56:00.000Z"
    untrusted = created.model_copy(update={"trusted": False})
    assert papers._moved("x", papers._behind(untrusted, "2026-11-24T00:05:00.000Z")) == "x"
