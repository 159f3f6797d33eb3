"""The state of one job as a pure fold: ``apply(job, event) -> job`` over one transition table.

A screen is ``view(fold(events))``: opened late or after a crash it replays the journal and shows the truth.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from agent.model.erasure import Outcome
from agent.model.events import Event, Kind


class State(StrEnum):
    STARTING = "starting"
    SCANNING = "scanning"
    ASSESSED = "assessed"
    CHOSEN = "chosen"
    PLANNED = "planned"
    CONSENTED = "consented"
    ERASING = "erasing"
    ERASED = "erased"
    INSTALLING = "installing"
    REPORTING = "reporting"
    ATTENTION = "attention"
    DONE = "done"
    FAILED = "failed"
    ABORTED = "aborted"
    UNKNOWN = "unknown"


ENDED = frozenset({State.DONE, State.FAILED, State.ABORTED, State.UNKNOWN, State.ATTENTION})

_BEFORE_CONSENT = (State.SCANNING, State.ASSESSED, State.CHOSEN, State.PLANNED)
_AFTER_CONSENT = (State.CONSENTED, State.ERASING, State.ERASED, State.INSTALLING, State.REPORTING)

TRANSITIONS: Mapping[Kind, Mapping[State, State]] = {
    Kind.JOB_STARTED: {State.STARTING: State.SCANNING},
    # another size is another disk to confirm: whatever was planned goes
    Kind.REVEALED: {s: State.SCANNING for s in (State.ASSESSED, State.CHOSEN, State.PLANNED)},
    Kind.INVENTORY_FINISHED: {State.SCANNING: State.SCANNING},
    Kind.ASSESSED: {State.SCANNING: State.ASSESSED, State.ASSESSED: State.ASSESSED},
    Kind.NO_DISK: {State.ASSESSED: State.ASSESSED},
    Kind.CHOSEN: {s: State.CHOSEN for s in (State.ASSESSED, State.CHOSEN, State.PLANNED)},
    Kind.PLANNED: {s: State.PLANNED for s in (State.CHOSEN, State.PLANNED)},
    Kind.CONSENT_REFUSED: {State.PLANNED: State.PLANNED},
    Kind.CONSENTED: {State.PLANNED: State.CONSENTED},
    Kind.ERASURE_STARTED: {s: State.ERASING for s in (State.CONSENTED, State.ERASING)},
    # which state an erasure leaves depends on the other disks: ``apply`` decides between these two
    Kind.ERASURE_FINISHED: {s: State.ERASING for s in (State.CONSENTED, State.ERASING)},
    Kind.INSTALL_LOCKED: {s: s for s in (State.CONSENTED, State.ERASED, State.ERASING)},
    Kind.INSTALL_STARTED: {s: State.INSTALLING for s in (State.CONSENTED, State.ERASED)},
    Kind.INSTALL_FINISHED: {State.INSTALLING: State.ERASED},
    # a record that could not be kept is signed when the stick is back; the job has ended by then and stays as it is
    Kind.RECORD_SIGNED: {s: State.REPORTING for s in (State.ASSESSED, *_AFTER_CONSENT)}
    | {State.ATTENTION: State.ATTENTION},
    Kind.JOB_FINISHED: {},  # filled below: the outcome names the state
}
"""Legal edges by event kind. A kind that is not listed never changes the state."""

_END_STATES: Mapping[str, State] = {
    "done": State.DONE,
    "failed": State.FAILED,
    "unknown": State.UNKNOWN,
    "aborted": State.ABORTED,
    "attention": State.ATTENTION,
}


class IllegalTransition(Exception):
    """An event that cannot follow: a bug in the engine, or a journal that was tampered with."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DiskProgress:
    """One disk on the wall. Byte counts are those of the medium; rates in bytes per second."""

    identity: str
    phase: str = "waiting"  # waiting | canaries | command | write | verify | install | finished
    pass_number: int = 0
    passes: int = 1
    done: int = 0
    total: int = 0
    bytes_per_s: float = 0.0
    eta_s: float | None = None
    outcome: Outcome | None = None
    reasons: tuple[str, ...] = ()
    celsius: int | None = None  # as the kernel's sensor told last
    too_warm: bool = False  # it rests until it has cooled
    health: Mapping[str, Any] | None = None  # rules_version, verdict, reasons: is the disk worth keeping
    bad_bytes: int = 0
    stalled_s: float = 0.0
    command_s: float = 0.0  # how long the drive has been at its own erase command
    command_fraction: float | None = None  # as the drive itself tells, where it does
    technique: str = ""  # of that command; after a fall-back, what follows

    @property
    def fraction(self) -> float:
        return min(1.0, self.done / self.total) if self.total else 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """Everything a projection needs; wire forms (plain dicts) for what the stages produced."""

    state: State = State.STARTING
    job_id: str = ""
    machine: str = ""
    exercise: bool = False
    tag: str | None = None
    operator: str = ""
    probes_done: int = 0
    probes_total: int = 0
    probe_errors: Mapping[str, str] = field(default_factory=dict)
    inventory: Mapping[str, Any] | None = None
    eligibility: Mapping[str, Any] | None = None
    options: tuple[Mapping[str, Any], ...] = ()
    no_disk: Mapping[str, Any] | None = None  # why, text, by: a person said why there is none
    chosen: Mapping[str, Any] | None = None
    plan: Mapping[str, Any] | None = None
    plan_digest: str = ""
    plan_short: str = ""
    consent_refusals: int = 0
    warrant_id: str = ""
    disks: Mapping[str, DiskProgress] = field(default_factory=dict)
    install_step: str = ""
    install_index: int = 0
    install_total: int = 0
    install_fraction: float = 0.0
    install_eta_s: float | None = None
    install_result: Mapping[str, Any] | None = None
    install_locked: str = ""
    phrase_sheet: str = ""  # path of the sheet with the phrase of the encrypted disk
    certificate: Mapping[str, Any] | None = None  # number, report_id, sha256, path(s)
    delivery: str = "none"  # none | queued | delivered | waiting
    delivery_error: str = ""
    tests: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)  # wire form of FunctionTest, by id
    trying: tuple[str, ...] = ()  # tests under way
    cosmetic: str | None = None
    faults: tuple[Mapping[str, Any], ...] = ()
    attention: str = ""
    stop_requested: bool = False
    suspending: bool = False  # the PC is about to sleep, or asleep
    outcome: str = ""
    exit_code: int | None = None
    last_seq: int = 0
    last_t: str = ""

    @property
    def ended(self) -> bool:
        return self.state in ENDED


def next_state(job: Job, event: Event) -> State:
    """The state after this event. Raises IllegalTransition for an edge that is not in the table."""
    if event.kind is Kind.JOB_FINISHED:
        if job.state in ENDED:
            raise IllegalTransition(f"{job.state} is an end: {event.kind}")
        return _END_STATES[str(event.params.get("outcome", "unknown"))]
    edges = TRANSITIONS.get(event.kind)
    if edges is None:
        return job.state
    if job.state not in edges:
        raise IllegalTransition(f"{event.kind} cannot happen while {job.state}")
    return edges[job.state]


def _disk(job: Job, event: Event, **changes: Any) -> Mapping[str, DiskProgress]:
    name = event.disk or ""
    before = job.disks.get(name, DiskProgress(identity=name))
    return {**job.disks, name: dataclasses.replace(before, **changes)}


def apply(job: Job, event: Event) -> Job:
    """The job after one event. Pure: no clock, no I/O."""
    p = event.params
    job = dataclasses.replace(job, state=next_state(job, event), last_seq=event.seq, last_t=event.t)

    def put(**changes: Any) -> Job:
        return dataclasses.replace(job, **changes)

    match event.kind:
        case Kind.JOB_STARTED:
            return put(job_id=p["job_id"], machine=p["machine"], exercise=bool(p["exercise"]))
        case Kind.TAG_READ:
            return put(tag=p.get("tag"), operator=p.get("operator", job.operator))
        case Kind.PROBE_FINISHED:
            errors = job.probe_errors if p.get("ok", True) else {**job.probe_errors, p["probe"]: p.get("error", "")}
            return put(probes_done=p["done"], probes_total=p["total"], probe_errors=errors)
        case Kind.INVENTORY_FINISHED:
            return put(inventory=p["inventory"])
        case Kind.ASSESSED:
            return put(eligibility=p["eligibility"], options=tuple(p["options"]))
        case Kind.NO_DISK:
            return put(no_disk=dict(p))
        case Kind.CHOSEN:
            return put(chosen=dict(p), plan=None, plan_digest="", plan_short="")
        case Kind.PLANNED:
            targets = p["plan"]["targets"]
            waiting = {t["identity"]["text"]: DiskProgress(identity=t["identity"]["text"]) for t in targets}
            return put(plan=p["plan"], plan_digest=p["digest"], plan_short=p["short_digest"], disks=waiting)
        case Kind.PHRASE_KEPT:
            return put(phrase_sheet=p["file"])
        case Kind.CONSENT_REFUSED:
            return put(consent_refusals=job.consent_refusals + 1)
        case Kind.CONSENTED:
            return put(warrant_id=p["warrant_id"])
        case Kind.SUSPENDING:
            return put(suspending=True)
        case Kind.WOKE:
            return put(suspending=False)
        case Kind.ERASURE_STARTED:
            passes = int(p["method"].get("passes", 1))
            return put(disks=_disk(job, event, phase="canaries", total=p["bytes_total"], passes=passes, outcome=None))
        case Kind.COMMAND_STARTED if not p.get("aside"):
            changes = {"technique": p["technique"], "command_s": 0.0, "command_fraction": None, "eta_s": None}
            return put(disks=_disk(job, event, phase="command", **changes))
        case Kind.COMMAND_RUNNING:
            told = {"command_s": float(p["seconds"]), "command_fraction": p.get("fraction"), "eta_s": p.get("left_s")}
            return put(disks=_disk(job, event, phase="command", **told))
        case Kind.FELL_BACK:
            return put(disks=_disk(job, event, technique=p["to"]))
        case Kind.PASS_STARTED:
            return put(
                disks=_disk(job, event, phase="write", pass_number=p["number"], passes=p["passes"], done=p["from"])
            )
        case Kind.VERIFY_STARTED:
            return put(disks=_disk(job, event, phase="verify", done=0))
        case Kind.PROGRESS if p["phase"] == "install":
            return put(install_fraction=p["done"] / p["total"] if p["total"] else 0.0, install_eta_s=p.get("eta_s"))
        case Kind.PROGRESS:
            changes = {"phase": p["phase"], "done": p["done"], "total": p["total"], "stalled_s": 0.0}
            rates = {"bytes_per_s": p.get("bytes_per_s", 0.0), "eta_s": p.get("eta_s")}
            return put(disks=_disk(job, event, **changes, **rates))
        case Kind.RANGE_FAILED:
            bad = job.disks[event.disk or ""].bad_bytes + int(p["end"]) - int(p["start"])
            return put(disks=_disk(job, event, bad_bytes=bad))
        case Kind.STALLED:
            return put(disks=_disk(job, event, stalled_s=p["seconds"]))
        case Kind.TEMPERATURE:
            return put(disks=_disk(job, event, celsius=p["celsius"]))
        case Kind.HEAT_PAUSED | Kind.HEAT_RESUMED:
            return put(disks=_disk(job, event, too_warm=event.kind is Kind.HEAT_PAUSED))
        case Kind.ERASURE_FINISHED:
            result = {
                "outcome": Outcome(p["outcome"]),
                "reasons": tuple(p.get("reasons", ())),
                "health": p.get("health"),
            }
            disks = _disk(job, event, phase="finished", eta_s=0.0, **result)
            ended = all(d.outcome is not None for d in disks.values())
            return put(disks=disks, state=State.ERASED if ended else State.ERASING)
        case Kind.INSTALL_LOCKED:
            return put(install_locked=p["reason"])
        case Kind.INSTALL_STARTED:
            return put(install_total=p["steps"], install_index=0, install_fraction=0.0)
        case Kind.STEP_STARTED:
            return put(install_step=p["step"], install_index=p["index"], install_total=p["total"])
        case Kind.INSTALL_FINISHED:
            return put(install_result=dict(p))
        case Kind.RECORD_SIGNED:
            return put(certificate=dict(p))
        case Kind.CERTIFICATE_WRITTEN:
            return put(certificate={**(job.certificate or {}), p["kind"]: p["path"]})
        case Kind.REPORT_QUEUED:
            return put(delivery="queued")
        case Kind.REPORT_DELIVERED:
            return put(delivery="delivered", delivery_error="")
        case Kind.REPORT_WAITING:
            return put(delivery="waiting", delivery_error=p.get("error_id", ""))
        case Kind.TRIAL_STARTED:
            return put(trying=tuple(p["tests"]))
        case Kind.FUNCTION_TESTED:
            left = tuple(test for test in job.trying if test != p["id"])
            return put(tests={**job.tests, p["id"]: dict(p)}, trying=left)
        case Kind.GRADED:
            return put(cosmetic=p.get("cosmetic"))
        case Kind.ATTENTION:
            return put(attention=p["reason"])
        case Kind.FAULT:
            return put(faults=(*job.faults, dict(p)))
        case Kind.STOP_REQUESTED:
            return put(stop_requested=True)
        case Kind.JOB_FINISHED:
            return put(outcome=p["outcome"], exit_code=p.get("exit_code"))
        case _:
            return job


def fold(events: Iterable[Event], start: Job | None = None) -> Job:
    job = start or Job()
    for event in events:
        job = apply(job, event)
    return job
