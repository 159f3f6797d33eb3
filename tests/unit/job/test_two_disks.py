"""Several disks at once: one worker each, and none waits for another's drive."""

from __future__ import annotations

import threading
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.ladder import choose
from agent.job.engine import run_plan
from agent.job.stream import EventStream
from agent.model.erasure import Outcome
from agent.model.events import Event, Kind
from agent.model.identity import DiskIdentity
from agent.model.inventory import Disk
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Warrant
from tests.unit.erasure.doubles import MIB, plant_old_content
from tests.unit.erasure.samples import disk, nvme
from tests.unit.erasure.test_firmware import OK, Drive, Pc

pytestmark = pytest.mark.process
SIZE = 16 * MIB


class Bench(Pc):
    def __init__(self, disks: dict[str, Drive]) -> None:
        super().__init__()
        self.disks = disks

    def open_disk(self, identity: DiskIdentity, warrant: Any, action: Any) -> Drive:
        return self.disks[identity.text]


def target(text: str, facts: Disk) -> Target:
    identity = DiskIdentity(text=text, kind="serial", model="test", size_bytes=SIZE)
    return Target(identity=identity, path="", medium="unknown", method=choose(facts, reached=True))


def begun(events: EventStream) -> EventStream:
    for kind, params in (
        (Kind.JOB_STARTED, {"job_id": "1", "machine": "test", "exercise": False}),
        (Kind.ASSESSED, {"eligibility": {}, "options": []}),
        (Kind.CHOSEN, {"system": "none"}),
        (Kind.PLANNED, {"plan": {"targets": []}, "digest": "d", "short_digest": "d"}),
        (Kind.CONSENTED, {"warrant_id": "w"}),
    ):
        events.emit(kind, **params)
    return events


def test_a_hard_disk_is_finished_while_an_nvme_drive_blocks(tmp_path: Path) -> None:
    """The Format answers only once the other disk has its outcome: one queue for both would never end."""
    hdd_done = threading.Event()
    waited: list[bool] = []

    def format_after_the_other(drive: Drive) -> tuple[int, bytes, bytes]:
        if drive.ran[-1][0] != "nvme":  # the hard disk is asked how it answers
            return 1, b"", b""
        waited.append(hdd_done.wait(60))
        drive.zero()
        return OK

    facts = {"NVME0001": nvme(0, oacs=2, size_bytes=SIZE), "SATA0002": disk(size_bytes=SIZE)}
    disks = {}
    for name in facts:
        plant_old_content(tmp_path / name, SIZE)
        disks[name] = Drive(tmp_path / name, format_after_the_other)
        disks[name].identity = replace(disks[name].identity, text=name)
    machine = Bench(disks)
    plan = Plan(
        machine="m",
        tag=None,
        targets=tuple(target(name, one) for name, one in facts.items()),
        excluded=(),
        choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by=""),
        install=None,
        exercise=False,
        estimate_s=0.0,
    )
    warrant = Warrant(
        warrant_id="w",
        plan_digest=plan.digest,
        permits=(),
        consented_by="",
        consented_at="",
        expires_at=1e9,
        exercise=False,
    )
    stream = begun(EventStream(machine.clock))

    def listen(event: Event) -> None:
        if event.kind is Kind.ERASURE_FINISHED and event.disk == "SATA0002":
            hdd_done.set()

    stream.subscribe(listen)
    result = run_plan(machine, stream, plan, warrant, facts, stop=threading.Event(), install=None)  # type: ignore[arg-type]
    assert waited == [True]
    ends = {e.identity.text: (e.method.technique, e.outcome) for e in result.evidence}
    assert ends["NVME0001"] == ("nvme-format", Outcome.CLEARED)
    assert ends["SATA0002"] == ("overwrite", Outcome.CLEARED_WITH_EXCEPTIONS), "HPA and DCO: nobody looked"
    assert [len(d.workers) for d in disks.values()] == [3, 1], "a process for each disk's work, never a shared one"
