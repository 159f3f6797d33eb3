"""One worker, watched: what it says becomes events and observations, and a disk that no longer moves is noticed."""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from statistics import median
from typing import Any

from agent.erasure import ranges
from agent.erasure.heat import Heat
from agent.machine.door import Worker
from agent.model.erasure import AreaRecord, BadRange, Canaries, Inspection, PassRecord, Verification
from agent.model.events import Kind
from agent.model.facts import to_wire

Emit = Callable[[Kind, Mapping[str, Any]], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """The policy of one erasure. Seconds, bytes; ``slow_share`` is of the disk's own median rate."""

    bad_sectors: int = 10_000
    retry_s: float = 1800.0
    stall_s: float = 60.0
    slow_s: float = 120.0
    slow_share: float = 0.1
    command_s: float = 600.0  # a drive's own command that has not answered by then: unknown
    give_up_s: float = 1800.0  # no byte for this long: the worker is killed, the outcome is unknown
    stop_grace_s: float = 90.0
    mark_bytes: int | None = None  # None: a sixteenth of the disk, so that a small one can be resumed too
    mark_s: float = 5.0
    block_bytes: int | None = None


@dataclass(slots=True, kw_only=True)
class Seen:
    """What the workers and the drive said so far."""

    end: str = ""
    detail: str = ""
    canaries: Canaries | None = None
    passes: dict[int, PassRecord] = field(default_factory=dict)
    finished: set[int] = field(default_factory=set)
    verification: Verification | None = None
    bad: list[BadRange] = field(default_factory=list)
    signatures: tuple[str, ...] = ()
    planted: Mapping[str, Any] | None = None  # the canaries as the journal keeps them
    inspection: Inspection | None = None
    commands: list[Mapping[str, Any]] = field(default_factory=list)
    status_timeline: list[Mapping[str, Any]] = field(default_factory=list)
    zero: Mapping[str, Any] | None = None  # the last pass of zeros and its sample, as the worker told it
    zero_started: str = ""
    areas: tuple[AreaRecord, ...] = ()  # of an eMMC, once its user area was proven


def canaries_from(wire: Mapping[str, Any]) -> Canaries:
    return Canaries(
        key=str(wire["key"]),
        seed=str(wire["seed"]),
        count=int(wire["count"]),
        readable_before=int(wire["readable"]),
        witnesses=int(wire["witnesses"]),
    )


class Watch:
    """Reads one worker until it ends, and notices when it no longer moves."""

    def __init__(
        self,
        worker: Worker,
        seen: Seen,
        emit: Emit,
        stop: threading.Event,
        limits: Limits,
        spec: Mapping[str, Any],
        utc: Callable[[], str],
        monotonic: Callable[[], float],
        heat: Heat | None = None,
    ) -> None:
        self.worker, self.seen, self.emit, self.stop, self.limits = worker, seen, emit, stop, limits
        self.passes, self.technique = len(spec["passes"]), str(spec.get("technique", ""))
        self.utc, self.monotonic, self.heat = utc, monotonic, heat
        self._held = False
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
                self.seen.canaries, self.seen.planted = canaries_from(params), params
                self.emit(Kind.CANARIES_PLANTED, params)
            case "inspected":
                self._inspected(params)
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
            case "zero_started":
                self.seen.zero_started = self.utc()
                self.emit(Kind.ZERO_STARTED, params)
            case "zero_finished":
                self.seen.zero = params
                self.emit(Kind.ZERO_FINISHED, params)
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

    def _inspected(self, params: Mapping[str, Any]) -> None:
        self.seen.inspection = Inspection(technique=self.technique, **params)
        self.emit(Kind.COMMAND_CHECKED, to_wire(self.seen.inspection))

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
        self._watch_heat(now)
        if self._held:
            self._alive()  # it stands still because we told it to
        still = now - self._moved_at
        if still > self.limits.give_up_s:
            return self._give_up("stalled")
        if still >= self.limits.stall_s and (self._stall_told is None or now - self._stall_told >= self.limits.stall_s):
            self._stall_told = now
            self.emit(Kind.STALLED, {"seconds": round(still), "cause": "stall-no-bytes"})
        self._watch_rate(now)
        return True

    def _watch_heat(self, now: float) -> None:
        """Pause at the limit, go on five degrees below it."""
        celsius = self.heat.look(now) if self.heat is not None else None
        if self.heat is None:
            return
        if self.heat.paused != self._held:
            self._held = self.heat.paused
            try:
                self.worker.send({"op": "pause" if self._held else "go"})
            except BrokenPipeError:
                return  # it has ended already
            told = {"celsius": celsius, "limit_c": self.heat.limit_c}
            self.emit(Kind.HEAT_PAUSED if self._held else Kind.HEAT_RESUMED, told)
        if celsius is not None:
            self.emit(Kind.TEMPERATURE, {"celsius": celsius, "limit_c": self.heat.limit_c})

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
