"""All namespaces of one NVMe drive in one plan: one command of the drive erases them, and counts for each by itself."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from agent.erasure.gate import exclude
from agent.erasure.resume import ResumePoint, resume_point
from agent.job.consent import grant
from agent.job.engine import run_plan
from agent.job.planning import disk_facts, plan_targets
from agent.job.stream import EventStream
from agent.machine.clocks import VirtualClock
from agent.machine.drives.laboratory import Laboratory
from agent.machine.drives.nvme_make import NvmeFault, NvmeMake
from agent.machine.rehearsal import RehearsalMachine
from agent.model.erasure import Evidence, Level, Outcome
from agent.model.events import Event, Kind
from agent.model.facts import Known
from agent.model.plan import Choice, Plan, SystemChoice, Target
from agent.model.warrant import Warrant
from tests.drives.conftest import OpensLab
from tests.drives.namespaces import SECOND, SEVERAL, Two, fail, nvme, two_namespaces
from tests.drives.station import MARKER, PowerCut, Station, Wanted, is_status, judged, states

pytestmark = pytest.mark.laboratory("nvme", "smartctl")


@pytest.fixture
def two(tmp_path: Path, open_lab: OpensLab) -> Two:
    return two_namespaces(tmp_path, open_lab)


def targets_of(stations: Sequence[Station], **options: Any) -> tuple[Target, ...]:
    disks = [station.facts for station in stations]
    reached = stations[0].machine.has_firmware
    return plan_targets(disks, exclude(disks), level=None, reaches=reached, **options)


class Cutting(EventStream):
    """Nothing gets onto the medium after the plug has gone, which it does at this event of any disk."""

    def __init__(self, clock: VirtualClock, *, cut: Wanted | None, lab: Laboratory) -> None:
        super().__init__(clock)
        self.cut, self.lab, self.last = cut, lab, 1 << 40

    def emit(self, kind: Kind, disk: str | None = None, **params: Any) -> Any:
        if self.last < 1 << 40 and disk is not None:
            raise PowerCut
        event = super().emit(kind, disk, **params)
        if self.cut is not None and disk is not None and self.cut(kind, params):
            self.cut, self.last = None, event.seq
            self.lab.power_cut()
            raise PowerCut
        return event


def consent_to(machine: RehearsalMachine, targets: Sequence[Target]) -> tuple[Plan, Warrant]:
    plan = Plan(
        machine="m",
        tag=None,
        targets=tuple(targets),
        excluded=(),
        choice=Choice(system=SystemChoice.NONE, profile=None, chosen_by="07"),
        install=None,
        exercise=True,
        estimate_s=0.0,
    )
    typed = {t.identity.text: t.identity.text[-6:] for t in targets}
    return plan, grant(plan, typed, by="07", clock=machine.clock, new_id=lambda: uuid.uuid4().hex)


def erase_all(
    stations: Sequence[Station],
    targets: Sequence[Target],
    *,
    cut: Wanted | None = None,
    resume: Mapping[str, ResumePoint] | None = None,
) -> tuple[list[Evidence], list[Event]]:
    """Plan, consent and engine, as a session would have them."""
    machine = stations[0].machine
    plan, warrant = consent_to(machine, targets)
    stream = Cutting(machine.clock, cut=cut, lab=stations[0].lab)
    stream.emit(Kind.JOB_STARTED, job_id="j", machine="m", exercise=True, version="0")
    stream.emit(Kind.ASSESSED, eligibility={}, options=[])
    stream.emit(Kind.CHOSEN, system="none", profile=None, chosen_by="07")
    stream.emit(Kind.PLANNED, plan=plan.to_wire(), digest=plan.digest, short_digest=plan.short_digest)
    stream.emit(Kind.CONSENTED, warrant_id=warrant.warrant_id, plan_digest=plan.digest, by="07", disks=[])
    facts = disk_facts([station.facts for station in stations])
    try:
        result = run_plan(machine, stream, plan, warrant, facts, stop=threading.Event(), install=None, resume=resume)
    except PowerCut:
        return [], [e for e in stream.events() if e.seq <= stream.last]
    return list(result.evidence), list(stream.events())


def sent_by(events: Sequence[Event]) -> list[str]:
    """Command lines that reached the drive, each as it was sent: a namespace that waits sends none."""
    told = [e.params for e in events if e.kind is Kind.COMMAND_FINISHED]
    return [" ".join(p["argv"]) for p in told if not p.get("together") and not p.get("error")]


def all_content(station: Station) -> list[bool]:
    return [MARKER in n.medium.backing.read_bytes() for n in nvme(station).namespaces[:2]]


@pytest.mark.parametrize(
    ("kind", "technique", "commands"),
    [
        (SEVERAL, "nvme-sanitize-crypto-block", 2),
        (replace(SEVERAL, sanicap=2), "nvme-sanitize-block", 1),
        (replace(SEVERAL, sanicap=4), "nvme-sanitize-overwrite", 1),
        (replace(SEVERAL, sanicap=1), "nvme-sanitize-crypto", 1),
    ],
)
def test_one_sanitize_counts_for_all_namespaces_of_the_plan(
    two: Two, kind: NvmeMake, technique: str, commands: int
) -> None:
    stations = two(kind)
    targets = targets_of(stations)
    mates = sorted(station.identity.text for station in stations)
    assert [t.method.technique for t in targets] == [technique] * 2
    assert all(t.method.params["together"] == mates for t in targets)
    evidences, events = erase_all(stations, targets)
    assert [judged(e) for e in evidences] == [("purged", technique, ("reason-purged",))] * 2
    assert all_content(stations[0]) == [False, False] and len(sent_by(events)) == commands
    one, other = (e.canaries for e in evidences)
    assert one and other and one.key != other.key and one.seed != other.seed
    assert all(e.inspection and e.verification and states(e)[-1] == "completed" for e in evidences)
    led = [c for e in evidences for c in e.commands if "together" in c]
    assert len(led) == commands and all(c["together"] in mates and c["argv"][:2] == ["nvme", "sanitize"] for c in led)


def test_the_command_waits_for_every_canary_and_is_on_every_journal(two: Two) -> None:
    stations = two(replace(SEVERAL, sanicap=2))
    _, events = erase_all(stations, targets_of(stations))
    at = {kind: [e.seq for e in events if e.kind is kind] for kind in (Kind.CANARIES_PLANTED, Kind.COMMAND_STARTED)}
    running = min(e.seq for e in events if e.kind is Kind.DRIVE_STATUS and e.params["state"] == "accepted")
    assert max(at[Kind.CANARIES_PLANTED]) < min(at[Kind.COMMAND_STARTED])
    assert len(at[Kind.COMMAND_STARTED]) == 2 and max(at[Kind.COMMAND_STARTED]) < running


@pytest.mark.parametrize("fna", [0x01, 0x02, 0x07])
def test_one_format_counts_for_all_where_it_reaches_all(two: Two, fna: int) -> None:
    stations = two(replace(SEVERAL, sanicap=0, fna=fna))
    evidences, events = erase_all(stations, targets_of(stations))
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")] * 2
    assert len(sent_by(events)) == 1 and sent_by(events)[0].startswith("nvme format /dev/nvme0n")
    assert all(len(e.passes) == 1 for e in evidences) and all_content(stations[0]) == [False, False]


def test_a_format_that_stays_in_its_namespace_is_sent_to_each(two: Two) -> None:
    stations = two(replace(SEVERAL, sanicap=0, fna=0x04))
    targets = targets_of(stations)
    assert not any("together" in t.method.params for t in targets)
    evidences, events = erase_all(stations, targets)
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")] * 2 and len(sent_by(events)) == 2


# must fail: one that is not in the plan keeps its content, and a lie counts for nobody


@pytest.mark.parametrize("fna", [0x04, 0x07])
def test_one_that_is_not_in_the_plan_is_never_reached(two: Two, fna: int) -> None:
    stations = two(replace(SEVERAL, fna=fna))
    [target] = targets_of(stations[:1])
    assert target.method.technique == ("nvme-format" if fna == 0x04 else "overwrite")
    assert "skip-several-namespaces" in {s.reason for s in target.method.skipped}
    evidences, _ = erase_all(stations[:1], [target])
    assert evidences[0].outcome is Outcome.CLEARED and all_content(stations[0]) == [False, True]


def test_one_that_is_excluded_or_unattached_forbids_it(two: Two) -> None:
    stations = two(SEVERAL)
    disks = [station.facts for station in stations]
    held = replace(disks[1], in_use=Known(("mounted on /",), "lsblk"))
    found = plan_targets(disks, exclude([disks[0], held]), level=None, reaches=lambda path: True)
    assert [t.method.technique for t in found] == ["nvme-format"] and not found[0].method.params.get("together")
    hidden = two(SEVERAL, third=True)
    assert [t.method.technique for t in targets_of(hidden)] == ["nvme-format"] * 2


def test_a_plan_for_all_with_one_of_them_alone_sends_nothing(two: Two) -> None:
    """The other one's erasure never came: it falls to what reaches its own disk alone."""
    stations = two(SEVERAL)
    evidences, events = erase_all(stations[:1], targets_of(stations)[:1])
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")]
    assert {s.reason for s in evidences[0].method.skipped} >= {"skip-namespace-missing"}
    assert not any(" sanitize " in line for line in sent_by(events)) and all_content(stations[0]) == [False, True]


def test_one_that_cannot_be_opened_holds_the_command_back(two: Two) -> None:
    stations = two(SEVERAL)
    targets = targets_of(stations)
    with stations[1].lab.held(SECOND):
        evidences, events = erase_all(stations, targets)
    assert evidences[1].outcome is Outcome.REFUSED and judged(evidences[0])[:2] == ("cleared", "nvme-format")
    assert not any(" sanitize " in line for line in sent_by(events)) and all_content(stations[0]) == [False, True]


def test_a_namespace_that_nobody_planned_appears(two: Two, monkeypatch: pytest.MonkeyPatch) -> None:
    stations = two(SEVERAL)
    targets, machine = targets_of(stations), stations[0].machine
    shown = machine.glob

    def glob(pattern: str) -> list[str]:
        more = ["/sys/class/nvme/nvme0/nvme0n3"] if "class/nvme" in pattern else []
        return [*shown(pattern), *more]

    monkeypatch.setattr(machine, "glob", glob)
    evidences, events = erase_all(stations, targets)
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")] * 2
    assert not any(" sanitize " in line for line in sent_by(events))


@pytest.mark.parametrize(
    ("fault", "outcome"),
    [
        (NvmeFault.SANITIZE_DOES_NOTHING, Outcome.FAILED),
        (NvmeFault.SANITIZE_LEAVES_HALF, Outcome.FAILED),
        (NvmeFault.SANITIZE_FAILS, Outcome.FAILED),
        (NvmeFault.SANITIZE_NEVER_ENDS, Outcome.UNKNOWN),
        (NvmeFault.LOG_VANISHES, Outcome.UNKNOWN),
    ],
)
def test_a_lie_is_a_lie_for_all(two: Two, fault: NvmeFault, outcome: Outcome) -> None:
    stations = two(replace(SEVERAL, sanicap=2), faults=(fault,))
    evidences, _ = erase_all(stations, targets_of(stations))
    assert [(e.outcome, e.level) for e in evidences] == [(outcome, Level.NONE)] * 2


def test_one_namespace_that_a_sanitize_leaves_out(two: Two) -> None:
    """Each has canaries of its own: what is true of one is not said of the other."""
    stations = two(replace(SEVERAL, sanicap=2))
    nvme(stations[0])._media.pop()  # the command no longer reaches the second
    evidences, _ = erase_all(stations, targets_of(stations))
    assert [e.outcome for e in evidences] == [Outcome.PURGED, Outcome.FAILED]
    assert evidences[1].reasons == ("reason-command-erased-nothing",)


def test_a_refusal_is_everybody_s_and_the_next_line_is_theirs_too(two: Two) -> None:
    stations = two(replace(SEVERAL, fna=0x07), faults=(NvmeFault.SANITIZE_REFUSED,))
    evidences, events = erase_all(stations, targets_of(stations))
    assert [judged(e)[:2] for e in evidences] == [("cleared", "nvme-format")] * 2
    assert len([line for line in sent_by(events) if " format " in line]) == 1


def test_a_drive_that_failed_a_sanitize_before_is_not_told_another_by_one_of_them(two: Two) -> None:
    """Without AUSE only a sanitize leaves its failure mode, and the others have not planted their canaries yet."""
    stations = two(replace(SEVERAL, sanicap=2))
    targets = targets_of(stations)
    fail(stations[0], ause=False)
    evidences, events = erase_all(stations, targets)
    assert [(e.outcome, e.reasons) for e in evidences] == [(Outcome.FAILED, ("reason-sanitize-failed",))] * 2
    assert all(line.endswith("-a 1") for line in sent_by(events)) and all_content(stations[0]) == [True, True]


# power


@pytest.mark.parametrize(
    ("when", "purged"),
    [
        (lambda kind, params: kind is Kind.CANARIES_PLANTED, True),
        (lambda kind, params: kind is Kind.COMMAND_STARTED, True),
        (is_status("in_progress", 0.4), True),
        (is_status("completed"), True),
        (lambda kind, params: kind is Kind.COMMAND_CHECKED, True),
    ],
    ids=["planted", "told", "running", "completed", "looked"],
)
def test_a_cut_is_taken_up_by_all(two: Two, when: Wanted, purged: bool) -> None:
    stations = two(replace(SEVERAL, sanicap=2))
    targets = targets_of(stations)
    _, events = erase_all(stations, targets, cut=when)
    points = {t.identity.text: resume_point(events, t.identity.text) for t in targets}
    resume = {name: point for name, point in points.items() if point is not None}
    evidences, more = erase_all(stations, targets, resume=resume)
    assert [e.outcome is Outcome.PURGED for e in evidences] == [purged] * 2
    assert len([line for line in [*sent_by(events), *sent_by(more)] if " sanitize " in line]) <= 2
    assert all_content(stations[0]) == [False, False]
