"""Executes a plan, and only that: one thread per disk watching one process per disk, then the install.

What happens is told as events; what was observed comes back as values. The engine decides nothing that
the plan does not say.
"""

from __future__ import annotations

import dataclasses
import functools
import threading
import traceback
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from typing import Any

from agent.erasure.resume import ResumePoint
from agent.erasure.run import erase, evidence_event
from agent.erasure.thaw import thaw
from agent.erasure.together import Together, mates_of
from agent.job import smart
from agent.job.stream import EventStream
from agent.machine.door import Machine
from agent.model.erasure import BAD_RANGE_IDS, Evidence, Level, Method, Outcome
from agent.model.errors import Exit, Fault
from agent.model.events import Kind
from agent.model.facts import to_wire
from agent.model.inventory import Disk
from agent.model.plan import Plan, Target
from agent.model.warrant import Action, Warrant

Install = Callable[[Machine, Plan, Warrant, "EmitInstall", threading.Event], Mapping[str, Any]]
"""Runs (or rehearses) the install of a plan; returns the wire form of what was done. Raises Fault."""

EmitInstall = Callable[[Kind, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Result:
    """What one run of a plan left behind."""

    evidence: tuple[Evidence, ...]
    install: Mapping[str, Any] | None
    outcome: str  # done | failed | unknown | aborted | attention
    exit_code: Exit


def run_plan(
    machine: Machine,
    stream: EventStream,
    plan: Plan,
    warrant: Warrant,
    facts: Mapping[str, Disk],
    *,
    stop: threading.Event,
    install: Install | None,
    resume: Mapping[str, ResumePoint] | None = None,
    psids: Mapping[str, str] | None = None,
) -> Result:
    """Erase every target at once, then install when the plan says so and the proof is there."""
    evidence = _erase_all(machine, stream, plan, warrant, facts, stop=stop, resume=resume or {}, psids=psids or {})
    installed: Mapping[str, Any] | None = None
    install_fault: Fault | None = None
    if plan.install is not None and install is not None:
        locked = install_lock(plan, evidence, stopped=stop.is_set())
        if locked:
            stream.emit(Kind.INSTALL_LOCKED, plan.install.disk.text, reason=locked)
            installed = {"ok": False, "verified": "none", "status": "locked", "reason": locked}
        else:
            installed, install_fault = _install(machine, stream, plan, warrant, install, stop)
    outcome, code = conclude(evidence, install_fault=install_fault, stopped=stop.is_set())
    return Result(evidence=evidence, install=installed, outcome=outcome, exit_code=code)


def install_lock(plan: Plan, evidence: Sequence[Evidence], *, stopped: bool) -> str | None:
    """Why the install may not start, as a message id; None when the disk is proven or an override is written.

    Proven with exceptions is enough (INSTALL design, rule 1), but for sectors that can no longer be written or read: a
    disk that is failing gets no system, and the former data in them is still there.
    """
    if stopped:
        return "lock-stopped"
    if plan.unproven_reason:
        return None
    mine = [e for e in evidence if plan.install is not None and e.identity.text == plan.install.disk.text]
    if not mine or not mine[0].outcome.proven:
        return "lock-not-proven"
    return "lock-bad-ranges" if any(e["id"] in BAD_RANGE_IDS for e in mine[0].exceptions) else None


def conclude(evidence: Sequence[Evidence], *, install_fault: Fault | None, stopped: bool) -> tuple[str, Exit]:
    """The worst thing that happened names the end of the job and its exit code (COMMANDS contract)."""
    outcomes = {e.outcome for e in evidence}
    if Outcome.UNKNOWN in outcomes:
        return "unknown", Exit.ERASURE_FAILED
    if stopped:
        return "aborted", Exit.CANCELLED
    if Outcome.FAILED in outcomes:
        return "failed", Exit.ERASURE_FAILED
    if Outcome.REFUSED in outcomes:
        return "attention", Exit.REFUSED
    if install_fault is not None:
        return "failed", install_fault.exit_code
    rejected = any(e.health is not None and e.health.verdict.lost for e in evidence)
    if Outcome.CLEARED_WITH_EXCEPTIONS in outcomes or rejected:
        return "attention", Exit.DONE
    return "done", Exit.DONE


def _erase_all(
    machine: Machine,
    stream: EventStream,
    plan: Plan,
    warrant: Warrant,
    facts: Mapping[str, Disk],
    *,
    stop: threading.Event,
    resume: Mapping[str, ResumePoint],
    psids: Mapping[str, str],
) -> tuple[Evidence, ...]:
    if not plan.targets:
        return ()
    thaw(machine, plan.targets, facts, tell=lambda kind, params: _say(stream, kind, params), stop=stop)
    meetings = _meetings(plan.targets)
    one = functools.partial(_erase_one, machine, stream, plan, warrant, facts, stop, resume, psids, meetings)
    with ThreadPoolExecutor(max_workers=len(plan.targets), thread_name_prefix="disk") as pool:
        return tuple(pool.map(one, plan.targets))


def _meetings(targets: Sequence[Target]) -> Mapping[str, Together]:
    """By identity, where the namespaces of a drive meet whose plan erases them with one command."""
    found: dict[frozenset[str], Together] = {}
    for target in targets:
        method: Method | None = target.method
        while method is not None:
            if mates := mates_of(method):
                found.setdefault(mates, Together(mates))
            method = method.fallback
    here = {target.identity.text for target in targets}
    for mates, meeting in found.items():
        for name in mates - here:
            meeting.leave(name)
    return {name: meeting for mates, meeting in found.items() for name in mates}


def _erase_one(
    machine: Machine,
    stream: EventStream,
    plan: Plan,
    warrant: Warrant,
    facts: Mapping[str, Disk],
    stop: threading.Event,
    resume: Mapping[str, ResumePoint],
    psids: Mapping[str, str],
    meetings: Mapping[str, Together],
    target: Target,
) -> Evidence:
    """One disk from opening to outcome. Whatever goes wrong ends in an outcome, never in a disk left out."""
    name = target.identity.text
    disk_facts = facts[name]
    shown = [e.params for e in stream.events() if e.disk == name and e.kind is Kind.COMMAND_FINISHED]  # hidden sectors
    started, clock_start = machine.clock.utc(), machine.clock.monotonic()

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        stream.emit(kind, name, **params)

    def ended(outcome: Outcome, reason: str) -> Evidence:
        return Evidence(
            identity=target.identity,
            disk=to_wire(disk_facts),
            method=target.method,
            plan_digest=plan.digest,
            warrant_id=warrant.warrant_id,
            outcome=outcome,
            level=Level.NONE,
            started=started,
            seconds=machine.clock.monotonic() - clock_start,
            bytes_total=target.identity.size_bytes,
            bytes_covered=0,
            reasons=(reason,),
            rehearsal=machine.exercise,
        )

    def drive(when: str, path: str) -> smart.Taken:
        return smart.take(machine, disk_facts, path, when=when, folder=stream.folder, identity=name)

    try:
        with machine.open_disk(target.identity, warrant, Action.ERASE) as disk:
            point, before = resume.get(name), drive("before", disk.path)
            evidence = erase(
                machine,
                disk,
                target,
                facts=disk_facts,
                plan_digest=plan.digest,
                warrant_id=warrant.warrant_id,
                emit=emit,
                stop=stop,
                # a disk that shows another size than when it was cut starts over
                resume=point if point and point.bytes_total == disk.size_bytes else None,
                psid=psids.get(name, ""),
                together=meetings.get(name),
            )
            evidence = dataclasses.replace(
                evidence,
                commands=(*shown, *evidence.commands),
                rehearsal=machine.exercise,
                rehearsal_scale=disk.rehearsal_scale,
            )
            evidence = smart.judged(evidence, before, drive("after", disk.path))
    except Fault as fault:
        _tell(stream, name, fault)
        evidence = ended(Outcome.UNKNOWN if fault.wrote or fault.wrote is None else Outcome.REFUSED, fault.error_id)
    except Exception:  # noqa: BLE001 a bug on one disk must not leave its state untold, nor stop the others
        stream.emit(Kind.FAULT, name, error_id="bug", code="X01", params={"path": traceback.format_exc()}, wrote=None)
        evidence = ended(Outcome.UNKNOWN, "bug")
    finally:
        if name in meetings:
            meetings[name].leave(name)
    emit(Kind.ERASURE_FINISHED, evidence_event(evidence) | {"health": to_wire(evidence.health)})
    return evidence


def _install(
    machine: Machine,
    stream: EventStream,
    plan: Plan,
    warrant: Warrant,
    install: Install,
    stop: threading.Event,
) -> tuple[Mapping[str, Any], Fault | None]:
    assert plan.install is not None
    name = plan.install.disk.text

    def emit(kind: Kind, params: Mapping[str, Any]) -> None:
        stream.emit(kind, name, **params)

    try:
        return install(machine, plan, warrant, emit, stop), None
    except Fault as fault:
        _tell(stream, name, fault)
        if stream.job.state.value == "installing":
            emit(Kind.INSTALL_FINISHED, {"ok": False, "verified": "none", "seconds": 0.0})
        return {"ok": False, "verified": "none", "status": "failed", "error": fault.error_id}, fault


def _say(stream: EventStream, kind: Kind, params: Mapping[str, Any]) -> None:
    stream.emit(kind, **params)


def _tell(stream: EventStream, disk: str | None, fault: Fault) -> None:
    stream.emit(
        Kind.FAULT, disk, error_id=fault.error_id, code=fault.code, params=dict(fault.params), wrote=fault.wrote
    )
