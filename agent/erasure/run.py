"""Erase one disk: the drive's own command where the plan has one, the workers, and the evidence that comes of it.

The workers move the bytes; this side keeps the journal told and decides nothing either: ``agent.erasure.proof`` does.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from agent.erasure import areas, firmware, proof, ranges, second, zeros
from agent.erasure.commands import Conversation
from agent.erasure.heat import Heat, heat_of
from agent.erasure.ladder import named
from agent.erasure.resume import ResumePoint, from_scratch
from agent.erasure.stream import AES, KEY_BYTES
from agent.erasure.together import Together
from agent.erasure.watch import Emit, Limits, Seen, Watch, canaries_from
from agent.machine.door import DoorError, Machine, OpenDisk
from agent.model.erasure import Evidence, Method, transition_in
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.facts import known, to_wire
from agent.model.inventory import Disk
from agent.model.plan import Target

WORKER = "agent.erasure.worker"
LEAST_BETWEEN_MARKS, MOST_BETWEEN_MARKS = 4 << 20, 4 << 30
"""Bytes between two synced positions."""


def erase(
    machine: Machine,
    disk: OpenDisk,
    target: Target,
    *,
    facts: Disk,
    plan_digest: str,
    warrant_id: str,
    emit: Emit,
    stop: threading.Event,
    resume: ResumePoint | None,
    limits: Limits | None = None,
    psid: str = "",
    together: Together | None = None,
    entropy: Callable[[int], bytes] = os.urandom,
    monotonic: Callable[[], float] = time.monotonic,
) -> Evidence:
    """Erase, read back and prove one opened disk. ``emit`` is called from this thread only. ``psid``: the number of the
    drive's label, for the technique that asks for it; ``together``: where the namespaces of its drive meet.

    Raises Fault "disk-no-method" for a technique this version cannot run here, "disk-changed" when the disk is not the
    one the resume point speaks of, "psid-…" for a number that is missing or that the drive refuses (nothing was written
    then). Whatever happens afterwards is in the evidence.
    """
    if not _runs(target.method.technique, machine, disk):
        wanted = named(target.method.technique)
        reason = "skip-no-real-drive" if wanted and wanted.is_built() else "skip-not-available-yet"
        raise Fault("disk-no-method", method=target.method.technique, disk=disk.identity.suffix, reason=reason)
    if resume is not None and (resume.identity != disk.identity.text or resume.bytes_total != disk.size_bytes):
        raise Fault("disk-changed", disk=disk.identity.suffix)
    if resume is not None and resume.method.get("technique") != target.method.technique:
        resume = from_scratch(resume)  # another plan than the one that was cut
    run = _Run(
        machine=machine,
        disk=disk,
        method=target.method,
        facts=facts,
        emit=emit,
        stop=stop,
        resume=resume,
        limits=limits or Limits(),
        psid=psid,
        together=together,
        entropy=entropy,
        monotonic=monotonic,
        seen=_seen_before(resume),
        heat=heat_of(machine, disk.path, rotational=known(facts.rotational) is True),
    )
    started, began = machine.clock.utc(), monotonic()
    emit(
        Kind.ERASURE_STARTED,
        {"method": to_wire(target.method), "bytes_total": disk.size_bytes, "resumed": resume is not None},
    )
    run.go()
    seen, judgement = run.seen, run.judge()
    evidence = Evidence(
        identity=disk.identity,
        disk=to_wire(facts),
        method=run.method,
        plan_digest=plan_digest,
        warrant_id=warrant_id,
        outcome=judgement.outcome,
        level=judgement.level,
        started=resume.started if resume else started,
        seconds=round(monotonic() - began + _seconds_before(resume), 3),
        bytes_total=disk.size_bytes,
        bytes_covered=judgement.bytes_covered,
        passes=tuple(seen.passes[n] for n in sorted(seen.passes)),
        canaries=seen.canaries,
        inspection=seen.inspection,
        verification=seen.verification,
        bad_ranges=ranges.merge(seen.bad),
        exceptions=judgement.exceptions,
        reasons=judgement.reasons,
        commands=tuple(seen.commands),
        status_timeline=tuple(seen.status_timeline),
        temperature=run.heat.to_wire() if run.heat else None,
        areas=seen.areas,
        interruptions=resume.interruptions if resume else 0,
        rehearsal=machine.exercise,
        rehearsal_scale=disk.rehearsal_scale,
    )
    evidence = zeros.settled(evidence, seen.zero, started=seen.zero_started)
    looked = second.check(disk, evidence, emit=emit, stop=stop, utc=machine.clock.utc, monotonic=monotonic)
    return second.settled(evidence, looked)


@dataclass(slots=True, kw_only=True)
class _Run:
    """One disk from the first canary to the last look. ``method`` becomes the plan's next line when it gives way."""

    machine: Machine
    disk: OpenDisk
    method: Method
    facts: Disk
    emit: Emit
    stop: threading.Event
    resume: ResumePoint | None
    limits: Limits
    entropy: Callable[[int], bytes]
    monotonic: Callable[[], float]
    seen: Seen
    psid: str = field(default="", repr=False)
    together: Together | None = None
    heat: Heat | None = None

    def go(self) -> None:
        """Everything, in order; how it ended is ``seen.end``."""
        if self.stop.is_set():
            self.seen.end = "stopped"
            return
        for gone in self.resume.fell_back if self.resume else ():
            self.method = firmware.fall_back(self.method, gone) or self.method
        talk = self._talk()
        if not firmware.at_rest(talk):
            return
        if proof.sends_command(self.method.technique) and self.seen.inspection is None:
            cut = self.resume is not None and self.resume.unsettled
            self.method = firmware.Firmware(talk=talk, work=self._work, together=self.together).carry_out(
                self.method, cut=cut
            )
        if self.seen.end:
            return
        last = ("overwrite",) if proof.ends_on_stream(self.method) else ("survey",)
        if not self._work(last if self.seen.planted else ("plant", *last)):
            return
        zeros_follow = self.method.zero_pass and proof.ends_on_stream(self.method)
        if zeros_follow and self.judge(end="done").outcome.proven and not self._work(("zero",)):
            return
        if self.method.areas and self.judge(end="done").outcome.proven:
            self.seen.areas = tuple(
                areas.erase_areas(self.disk, self.method, self.facts, overwrite=self._area, emit=self.emit)
            )
        self.seen.end = "done"

    def _area(self, area: OpenDisk, method: Method, seen: Seen) -> None:
        """A worker over one more area of the card. Its steps stay out of the journal: a resume begins it anew."""
        spec = build_spec(
            method,
            self.facts,
            None,
            self.limits,
            size_bytes=area.size_bytes,
            cipher=_cipher(self.machine),
            entropy=self.entropy,
        ) | {"steps": ["plant", "overwrite"], "technique": method.technique}

        def emit(kind: Kind, params: Mapping[str, Any]) -> None:
            if kind is Kind.PROGRESS:
                self.emit(kind, params)

        worker = area.start_worker(WORKER, spec)
        utc = self.machine.clock.utc
        Watch(worker, seen, emit, self.stop, self.limits, spec, utc, self.monotonic).run()

    def _talk(self) -> Conversation:
        return Conversation(
            machine=self.machine,
            disk=self.disk,
            method=self.method,
            facts=self.facts,
            seen=self.seen,
            emit=self.emit,
            stop=self.stop,
            limits=self.limits,
            monotonic=self.monotonic,
            psid=self.psid,
        )

    def _work(self, steps: Sequence[str]) -> bool:
        """A worker for these steps. Its last word stays in ``seen.end``, but for "done": more may follow."""
        if self.stop.is_set():
            self.seen.end = "stopped"
            return False
        spec = build_spec(
            self.method,
            self.facts,
            self.resume,
            self.limits,
            size_bytes=self.disk.size_bytes,
            cipher=_cipher(self.machine),
            entropy=self.entropy,
        ) | {"steps": list(steps), "technique": self.method.technique}
        if self.seen.planted is not None:
            spec["canaries"] = dict(self.seen.planted)
        self.seen.end = ""
        worker = self.disk.start_worker(WORKER, spec)
        utc = self.machine.clock.utc
        Watch(worker, self.seen, self.emit, self.stop, self.limits, spec, utc, self.monotonic, self.heat).run()
        if self.seen.end != "done":
            return False
        self.seen.end = ""
        return True

    def judge(self, end: str | None = None) -> proof.Judgement:
        seen = self.seen
        return proof.judge(
            proof.Observations(
                size_bytes=self.disk.size_bytes,
                method=self.method,
                disk=self.facts,
                end=seen.end if end is None else end,
                passes_finished=len(seen.finished),
                canaries=seen.canaries,
                inspection=seen.inspection,
                verification=seen.verification,
                bad_ranges=ranges.merge(seen.bad),
                signatures=seen.signatures,
                transition_seen=transition_in(seen.status_timeline),
                areas=seen.areas,
            )
        )


def evidence_event(evidence: Evidence) -> dict[str, Any]:
    """Parameters of ``erasure_finished`` (COMMANDS contract); the engine adds ``record`` and ``certificate``."""
    written = sum(p.bytes_written for p in evidence.passes)
    seconds = sum(p.seconds for p in evidence.passes)
    check = evidence.verification
    keys = ("mode", "bytes", "seconds", "mismatches")
    return {
        "outcome": evidence.outcome.value,
        "method": evidence.method.technique,
        "level": evidence.level.value,
        "bytes": evidence.bytes_total,
        "seconds": evidence.seconds,
        "bytes_per_second": round(written / seconds) if seconds > 0 else 0,
        "verification": None if check is None else {key: getattr(check, key) for key in keys},
        "reasons": list(evidence.reasons),
        "exceptions": [dict(e) for e in evidence.exceptions],
    }


def build_spec(
    method: Method,
    facts: Disk,
    resume: ResumePoint | None,
    limits: Limits,
    *,
    size_bytes: int,
    cipher: str,
    entropy: Callable[[int], bytes],
) -> dict[str, Any]:
    """The worker's spec, without what the opener adds. New keys for each pass that was not begun yet."""
    fresh = {
        number: {"number": number, "cipher": cipher, "key": entropy(KEY_BYTES).hex()}
        for number in range(1, method.passes + 1)
    }
    spec: dict[str, Any] = {
        "rotational": known(facts.rotational) is True,
        "canaries": {"key": entropy(KEY_BYTES).hex(), "seed": entropy(16).hex()},
        "verify": {"mode": method.verify, "seed": entropy(16).hex()},
        "budget": {"sectors": limits.bad_sectors, "seconds": limits.retry_s},
        "mark_bytes": limits.mark_bytes or min(MOST_BETWEEN_MARKS, max(LEAST_BETWEEN_MARKS, size_bytes // 16)),
        "mark_s": limits.mark_s,
        "block_bytes": limits.block_bytes,
        "zero_seed": entropy(16).hex(),
        "first_pass": 1,
        "offset": 0,
        "resumed": resume is not None,
    }
    if resume is not None:
        current = [resume.current] if resume.current else []
        for old in (*resume.finished, *current):
            fresh[old.number] = {"number": old.number, "cipher": old.cipher, "key": old.key}
        after = max((p.number for p in resume.finished), default=0) + 1
        spec |= {
            "known_bad": ranges.to_wire(resume.bad_ranges),
            "first_pass": resume.current.number if resume.current else after,
            "offset": resume.offset,
            "seconds_before": resume.seconds,
        }
    spec["passes"] = [fresh[number] for number in sorted(fresh)]
    return spec


def _runs(technique: str, machine: Machine, disk: OpenDisk) -> bool:
    wanted = named(technique)
    if wanted is None or not wanted.is_built():
        return False
    return not wanted.firmware or machine.has_firmware(disk.path)


def _cipher(machine: Machine) -> str:
    """AES where the processor has the instructions; else the worker measures both for 200 ms and says which."""
    try:
        text = machine.read("/proc/cpuinfo", limit=1 << 16).decode("utf-8", "replace")
    except DoorError:
        return "auto"
    flags = next((line for line in text.splitlines() if line.startswith(("flags", "Features"))), "")
    return AES if "aes" in flags.partition(":")[2].split() else "auto"


def _seen_before(resume: ResumePoint | None) -> Seen:
    seen = Seen()
    if resume is not None:
        seen.passes = {p.number: p for p in (*resume.finished, *([resume.current] if resume.current else []))}
        seen.finished = {p.number for p in resume.finished}
        seen.bad = list(resume.bad_ranges)
        seen.commands, seen.inspection = list(resume.commands), resume.inspection
        seen.status_timeline = list(resume.status_timeline)
        if not resume.starts_over:
            seen.planted, seen.canaries = resume.canaries, canaries_from(resume.canaries)
    return seen


def _seconds_before(resume: ResumePoint | None) -> float:
    return sum(p.seconds for p in resume.finished) + resume.seconds if resume else 0.0
