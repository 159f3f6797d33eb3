"""Erase one disk: start its worker, turn what it says into events, watch over it, and hand back the evidence.

The worker moves the bytes; this side keeps the journal told and decides nothing either: ``agent.erasure.proof`` does.
"""

from __future__ import annotations

import os
import queue
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from agent.erasure import proof, ranges
from agent.erasure.resume import ResumePoint
from agent.erasure.stream import AES, KEY_BYTES
from agent.machine.door import DoorError, Machine, OpenDisk, Worker
from agent.model.erasure import BadRange, Canaries, Evidence, PassRecord, Verification
from agent.model.errors import Fault
from agent.model.events import Kind
from agent.model.facts import known, to_wire
from agent.model.inventory import Disk
from agent.model.plan import Target

WORKER = "agent.erasure.worker"
Emit = Callable[[Kind, Mapping[str, Any]], None]


LEAST_BETWEEN_MARKS, MOST_BETWEEN_MARKS = 4 << 20, 4 << 30
"""Bytes between two synced positions."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The policy of one erasure. Seconds, bytes; ``slow_share`` is of the disk's own median rate."""

    bad_sectors: int = 10_000
    retry_s: float = 1800.0
    stall_s: float = 60.0
    slow_s: float = 120.0
    slow_share: float = 0.1
    give_up_s: float = 1800.0  # no byte for this long: the worker is killed, the outcome is unknown
    stop_grace_s: float = 90.0
    mark_bytes: int | None = None  # None: a sixteenth of the disk, so that a small one can be resumed too
    mark_s: float = 5.0
    block_bytes: int | None = None


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the worker said so far."""

    end: str = ""
    detail: str = ""
    canaries: Canaries | None = None
    passes: dict[int, PassRecord] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    verification: Verification | None = None
    bad: list[BadRange] = field(default_factory=list)
    signatures: tuple[str, ...] = ()


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
    entropy: Callable[[int], bytes] = os.urandom,
    monotonic: Callable[[], float] = time.monotonic,
) -> Evidence:
    """Overwrite, read back and prove one opened disk. ``emit`` is called from this thread only.

    Raises Fault "disk-no-method" for a technique this version cannot run, "disk-changed" when the disk is not the one
    the resume point speaks of (nothing was written then). Whatever happens afterwards is in the evidence.
    """
    if target.method.technique != proof.OVERWRITE:
        reason = "skip-not-available-yet"
        raise Fault("disk-no-method", method=target.method.technique, disk=disk.identity.suffix, reason=reason)
    if resume is not None and (resume.identity != disk.identity.text or resume.bytes_total != disk.size_bytes):
        raise Fault("disk-changed", disk=disk.identity.suffix)
    limits = limits or Limits()
    spec = build_spec(
        target, facts, resume, limits, size_bytes=disk.size_bytes, cipher=_cipher(machine), entropy=entropy
    )
    started, began = machine.clock.utc(), monotonic()
    emit(
        Kind.ERASURE_STARTED,
        {"method": to_wire(target.method), "bytes_total": disk.size_bytes, "resumed": resume is not None},
    )
    seen = _seen_before(resume)
    if not stop.is_set():
        worker = disk.start_worker(WORKER, spec)
        watch = _Watch(worker, seen, emit, stop, limits, len(spec["passes"]), machine.clock.utc, monotonic)
        watch.run()
    else:
        seen.end = "stopped"
    judgement = proof.judge(
        proof.Observations(
            size_bytes=disk.size_bytes,
            method=target.method,
            disk=facts,
            end=seen.end,
            passes_finished=len(seen.finished),
            canaries=seen.canaries,
            verification=seen.verification,
            bad_ranges=ranges.merge(seen.bad),
            signatures=seen.signatures,
        )
    )
    return Evidence(
        identity=disk.identity,
        disk=to_wire(facts),
        method=target.method,
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
        verification=seen.verification,
        bad_ranges=ranges.merge(seen.bad),
        exceptions=judgement.exceptions,
        reasons=judgement.reasons,
        interruptions=resume.interruptions if resume else 0,
        rehearsal=machine.exercise,
        rehearsal_scale=disk.rehearsal_scale,
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
    target: Target,
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
        for number in range(1, target.method.passes + 1)
    }
    spec: dict[str, Any] = {
        "rotational": known(facts.rotational) is True,
        "canaries": {"key": entropy(KEY_BYTES).hex(), "seed": entropy(16).hex()},
        "verify": {"mode": target.method.verify, "seed": entropy(16).hex()},
        "budget": {"sectors": limits.bad_sectors, "seconds": limits.retry_s},
        "mark_bytes": limits.mark_bytes or min(MOST_BETWEEN_MARKS, max(LEAST_BETWEEN_MARKS, size_bytes // 16)),
        "mark_s": limits.mark_s,
        "block_bytes": limits.block_bytes,
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
            "canaries": dict(resume.canaries),
            "known_bad": ranges.to_wire(resume.bad_ranges),
            "first_pass": resume.current.number if resume.current else after,
            "offset": resume.offset,
            "seconds_before": resume.seconds,
        }
    spec["passes"] = [fresh[number] for number in sorted(fresh)]
    return spec


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
        seen.canaries = _canaries(resume.canaries)
    return seen


def _seconds_before(resume: ResumePoint | None) -> float:
    return sum(p.seconds for p in resume.finished) + resume.seconds if resume else 0.0


def _canaries(wire: Mapping[str, Any]) -> Canaries:
    return Canaries(
        key=str(wire["key"]),
        seed=str(wire["seed"]),
        count=int(wire["count"]),
        readable_before=int(wire["readable"]),
        witnesses=int(wire["witnesses"]),
    )


class _Watch:
    """Reads one worker until it ends, and notices when it no longer moves."""

    def __init__(
        self,
        worker: Worker,
        seen: Seen,
        emit: Emit,
        stop: threading.Event,
        limits: Limits,
        passes: int,
        utc: Callable[[], str],
        monotonic: Callable[[], float],
    ) -> None:
        self.worker, self.seen, self.emit, self.stop, self.limits = worker, seen, emit, stop, limits
        self.passes, self.utc, self.monotonic = passes, utc, monotonic
        self._inbox: queue.SimpleQueue[Mapping[str, Any] | None] = queue.SimpleQueue()
        self._moved_at = monotonic()
        self._position: tuple[Any, ...] = ()
        self._stall_told: float | None = None
        self._slow_since: float | None = None
        self._rates: list[float] = []
        self._stop_sent_at: float | None = None

    def run(self) -> None:
        """Until the worker's last message, its death, or until it is given up. Never leaves a worker running."""
        reader = threading.Thread(target=self._read, daemon=True)
        reader.start()
        try:
            while self._step():
                pass
        except BaseException:  # the journal could not be written, or we are being ended: nothing may go on unseen
            self.worker.kill()
            raise
        if not self.seen.end:
            self.seen.end = "died"
        reader.join(timeout=10.0)
        if not reader.is_alive():
            self.worker.wait()

    def _read(self) -> None:
        try:
            for message in self.worker.messages():
                self._inbox.put(message)
        finally:
            self._inbox.put(None)

    def _step(self) -> bool:
        try:
            message = self._inbox.get(timeout=0.25)
        except queue.Empty:
            return self._watch()
        if message is None:
            return False
        self._take(message)
        return self._watch()

    # -- messages -----------------------------------------------------------------------------------------------

    def _take(self, message: Mapping[str, Any]) -> None:
        params = {key: value for key, value in message.items() if key != "type"}
        match message.get("type"):
            case "progress":
                self._progress(params)
            case "mark":
                self._mark(params)
            case "range_failed":
                self.seen.bad += ranges.from_wire([params])
                self.emit(Kind.RANGE_FAILED, params)
            case "canaries_planted":
                self.seen.canaries = _canaries(params)
                self.emit(Kind.CANARIES_PLANTED, params)
            case "pass_started":
                self._pass_started(params)
            case "pass_finished":
                self._pass_finished(params)
            case "verify_started":
                self.emit(Kind.VERIFY_STARTED, params)
            case "verify_finished":
                self._verified(params)
            case "canaries_checked":
                self._canaries_checked(params)
            case "end":
                self.seen.end = str(params["status"])
                self.seen.detail = str(params.get("detail", ""))
        if message.get("type") != "progress":
            self._alive()

    def _progress(self, params: Mapping[str, Any]) -> None:
        position = (params["phase"], params["number"], params["done"])
        if position != self._position:
            self._position = position
            self._alive()
        self._rates.append(float(params["bytes_per_s"]))
        self.emit(Kind.PROGRESS, params)

    def _mark(self, params: Mapping[str, Any]) -> None:
        number = int(params["number"])
        self.seen.passes[number] = replace(
            self.seen.passes[number], bytes_written=int(params["offset"]), seconds=float(params["seconds"])
        )
        self.emit(Kind.MARK, params)

    def _pass_started(self, params: Mapping[str, Any]) -> None:
        number, at = int(params["number"]), int(params["from"])
        earlier = self.seen.passes.get(number)
        self.seen.passes[number] = PassRecord(
            number=number,
            cipher=str(params["cipher"]),
            key=str(params["key"]),
            bytes_written=at,
            seconds=earlier.seconds if earlier else 0.0,
            started=earlier.started if earlier else self.utc(),
            resumed_from=(*(earlier.resumed_from if earlier else ()), *((at,) if earlier else ())),
        )
        self._rates.clear()
        self.emit(Kind.PASS_STARTED, {**params, "passes": self.passes})

    def _pass_finished(self, params: Mapping[str, Any]) -> None:
        number = int(params["number"])
        self.seen.passes[number] = replace(
            self.seen.passes[number], bytes_written=int(params["bytes"]), seconds=float(params["seconds"])
        )
        self.seen.finished.add(number)
        self.emit(Kind.PASS_FINISHED, params)

    def _verified(self, params: Mapping[str, Any]) -> None:
        self.seen.verification = Verification(
            mode=str(params["mode"]),
            bytes=int(params["bytes"]),
            seconds=float(params["seconds"]),
            mismatches=int(params["mismatches"]),
            mismatch_ranges=tuple(
                BadRange(start=int(a), end=int(b), operation="mismatch", errno=0) for a, b in params["mismatch_ranges"]
            ),
            unreadable_bytes=int(params["unreadable_bytes"]),
            seed=str(params["seed"]) if params["mode"] == "sample" else "",
            classes={str(k): int(v) for k, v in params["classes"].items()},
        )
        self.seen.signatures = tuple(params["signatures"])
        self.emit(Kind.VERIFY_FINISHED, {key: params[key] for key in ("mode", "bytes", "seconds", "mismatches")})

    def _canaries_checked(self, params: Mapping[str, Any]) -> None:
        if self.seen.canaries is not None:
            self.seen.canaries = replace(
                self.seen.canaries,
                alive_after=int(params["alive"]),
                unreadable_after=int(params["unreadable"]),
                witnesses_matching=int(params["witnesses_matching"]),
            )
        self.emit(Kind.CANARIES_CHECKED, params)

    # -- watchdog -----------------------------------------------------------------------------------------------

    def _alive(self) -> None:
        self._moved_at = self.monotonic()
        self._stall_told = None

    def _watch(self) -> bool:
        now = self.monotonic()
        if self.stop.is_set() and self._stop_sent_at is None:
            self._stop_sent_at = now
            try:
                self.worker.send({"op": "stop"})
            except BrokenPipeError:
                return True  # it has ended already: its last messages are still to be read
        if self._stop_sent_at is not None and now - self._stop_sent_at > self.limits.stop_grace_s:
            return self._give_up("stopped")
        still = now - self._moved_at
        if still > self.limits.give_up_s:
            return self._give_up("stalled")
        if still >= self.limits.stall_s and (self._stall_told is None or now - self._stall_told >= self.limits.stall_s):
            self._stall_told = now
            self.emit(Kind.STALLED, {"seconds": round(still), "cause": "stall-no-bytes"})
        self._watch_rate(now)
        return True

    def _watch_rate(self, now: float) -> None:
        """Under a tenth of this disk's own median for two minutes (the rates are already means of 60 s)."""
        if len(self._rates) < 30 or self._rates[-1] >= median(self._rates) * self.limits.slow_share:
            self._slow_since = None
            return
        self._slow_since = self._slow_since or now
        if now - self._slow_since >= self.limits.slow_s:
            self.emit(Kind.STALLED, {"seconds": round(now - self._slow_since), "cause": "stall-slow"})
            self._slow_since = now

    def _give_up(self, end: str) -> bool:
        self.worker.kill()
        self.seen.end = end
        return False
