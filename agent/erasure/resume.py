"""Where an interrupted erasure may go on, read from the journal (ERASURE design, section 6, Resume)."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from agent.erasure import proof, ranges
from agent.model.erasure import BadRange, Inspection, Outcome, PassRecord, Skipped
from agent.model.events import Event, Kind


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePoint:
    """What the journal says was done. ``current``: the pass to go on with, None when the next one begins afresh.

    ``offset`` is the last synced position of ``current`` in bytes; ``seconds`` its time so far.

    ``unsettled``: a drive's own command was sent, and nobody looked at its effect. The drive is asked first what became
    of it; a technique that cannot tell starts over. ``commands`` keeps what was tried, ``fell_back`` the plan's lines
    that gave way.
    """

    identity: str
    bytes_total: int
    started: str
    method: Mapping[str, Any]
    canaries: Mapping[str, Any]
    finished: tuple[PassRecord, ...] = ()
    current: PassRecord | None = None
    offset: int = 0
    bad_ranges: tuple[BadRange, ...] = ()
    interruptions: int = 1
    seconds: float = 0.0
    commands: tuple[Mapping[str, Any], ...] = ()
    inspection: Inspection | None = None
    fell_back: tuple[Skipped, ...] = ()
    status_timeline: tuple[Mapping[str, Any], ...] = ()
    unsettled: bool = False

    @property
    def starts_over(self) -> bool:
        return not self.canaries


def from_scratch(point: ResumePoint) -> ResumePoint:
    """Nothing of the earlier run counts but that it was interrupted, and the commands it sent."""
    return replace(
        point,
        canaries={},
        finished=(),
        current=None,
        offset=0,
        bad_ranges=(),
        seconds=0.0,
        inspection=None,
        fell_back=(),
        status_timeline=(),
        unsettled=False,
    )


@dataclass(slots=True, kw_only=True)
class _Story:
    """The journal of one erasure, folded."""

    started: str
    bytes_total: int
    method: Mapping[str, Any]
    canaries: Mapping[str, Any] | None = None
    passes: dict[int, PassRecord] = field(default_factory=dict)
    done: set[int] = field(default_factory=set)
    offsets: dict[int, int] = field(default_factory=dict)
    seconds: dict[int, float] = field(default_factory=dict)
    bad: list[BadRange] = field(default_factory=list)
    interruptions: int = 1
    commands: list[dict[str, Any]] = field(default_factory=list)
    inspection: Inspection | None = None
    fell_back: tuple[Skipped, ...] = ()
    status_timeline: list[dict[str, Any]] = field(default_factory=list)
    technique: str = ""  # the line of the plan that is being carried out
    over: bool = False
    zeroing: bool = False  # the stream that was read back is being written over
    fell: bool = False  # in the run that is being told

    def begin_again(self, canaries: Mapping[str, Any]) -> None:
        """New canaries: whatever was written or seen before them no longer counts. Lines of the plan that gave way in
        this very run have."""
        self.canaries = canaries
        self.inspection, self.status_timeline = None, []
        if not self.fell:
            self.fell_back, self.technique = (), str(self.method.get("technique"))
        self.zeroing = False
        self.passes, self.done, self.offsets, self.seconds, self.bad = {}, set(), {}, {}, []

    @property
    def unsettled(self) -> bool:
        """The technique begins with a command of the drive, and nobody has looked at what it did."""
        return proof.sends_command(self.technique) and self.inspection is None


def resume_point(events: Iterable[Event], identity: str) -> ResumePoint | None:
    """The point for this disk, or None: nothing was begun, it ended with a known outcome, or the journal has no
    canaries (then nothing but canaries was written and the erasure starts over). Raises KeyError or ValueError for
    events that are not what the erasure writes (a damaged journal)."""
    try:
        story = _told(event for event in events if event.disk == identity)
    except (TypeError, AttributeError) as error:
        raise ValueError(f"not what an erasure writes: {error}") from error
    if story is None or story.over or story.canaries is None:
        return None
    current = next((n for n in sorted(story.passes, reverse=True) if n not in story.done), None)
    point = ResumePoint(
        identity=identity,
        bytes_total=story.bytes_total,
        started=story.started,
        method=story.method,
        canaries=story.canaries,
        finished=tuple(story.passes[n] for n in sorted(story.done)),
        current=None if current is None else story.passes[current],
        offset=0 if current is None else story.offsets.get(current, 0),
        bad_ranges=ranges.merge(story.bad),
        interruptions=story.interruptions,
        seconds=0.0 if current is None else story.seconds.get(current, 0.0),
        commands=tuple(story.commands),
        inspection=story.inspection,
        fell_back=story.fell_back,
        status_timeline=tuple(story.status_timeline),
        unsettled=story.unsettled,
    )
    sent = any(c.get("technique") == story.technique for c in story.commands)
    return from_scratch(point) if story.zeroing or (story.unsettled and not sent) else point


def _told(events: Iterable[Event]) -> _Story | None:
    story: _Story | None = None
    for event in events:
        if event.kind is Kind.ERASURE_STARTED:
            story = _started(event, story)
        elif story is not None:
            _fold(story, event)
    return story


def _started(event: Event, before: _Story | None) -> _Story:
    if event.params.get("resumed") and before is not None and before.canaries is not None:
        before.over = before.fell = False
        before.interruptions += 1
        before.method = dict(event.params["method"])
        before.technique = before.technique or str(before.method.get("technique"))
        return before
    p = event.params
    method = dict(p["method"])
    return _Story(
        started=event.t,
        bytes_total=int(p["bytes_total"]),
        method=method,
        technique=str(method.get("technique")),
    )


def _fold(story: _Story, event: Event) -> None:
    p = event.params
    match event.kind:
        case Kind.CANARIES_PLANTED:
            story.begin_again(dict(p))
        case Kind.COMMAND_STARTED:
            story.commands.append(dict(p))
        case Kind.COMMAND_FINISHED:
            story.commands[-1:] = [dict(p)]
        case Kind.COMMAND_CHECKED:
            story.inspection = inspection_from(p)
        case Kind.DRIVE_STATUS:
            story.status_timeline.append(dict(p))
        case Kind.FELL_BACK:
            gone = Skipped(technique=str(p["technique"]), reason=str(p["reason"]), params=dict(p.get("params", {})))
            story.fell_back, story.technique, story.fell = (*story.fell_back, gone), str(p["to"]), True
        case Kind.PASS_STARTED:
            number, at = int(p["number"]), int(p["from"])
            earlier = story.passes.get(number)
            if story.canaries is not None and not 0 <= at <= story.offsets.get(number, 0):
                raise ValueError("a pass that begins after its last mark")
            story.passes[number] = PassRecord(
                number=number,
                cipher=str(p["cipher"]),
                key=str(p["key"]),
                bytes_written=at,
                seconds=0.0,
                started=earlier.started if earlier else event.t,
                resumed_from=(*(earlier.resumed_from if earlier else ()), *((at,) if earlier else ())),
            )
            story.offsets[number] = at
            story.done.discard(number)
        case Kind.MARK:
            number = int(p["number"])
            if str(p["key"]) != story.passes[number].key:
                raise ValueError("a mark of another key")
            if not 0 <= int(p["offset"]) <= story.bytes_total:
                raise ValueError("a mark outside the disk")
            story.offsets[number] = int(p["offset"])
            story.seconds[number] = float(p.get("seconds", 0.0))
            story.bad += ranges.from_wire(p.get("bad_ranges", []))
        case Kind.RANGE_FAILED:
            story.bad += ranges.from_wire([p])
        case Kind.ZERO_STARTED:
            story.zeroing = True
        case Kind.PASS_FINISHED:
            _finish(story, int(p["number"]), int(p["bytes"]), float(p["seconds"]))
        case Kind.ERASURE_FINISHED:
            story.over = p.get("outcome") != Outcome.UNKNOWN
        case _:
            pass


def inspection_from(wire: Mapping[str, Any]) -> Inspection:
    return Inspection(
        technique=str(wire["technique"]),
        looked=int(wire["looked"]),
        alive=int(wire["alive"]),
        unreadable=int(wire["unreadable"]),
        witnesses_matching=int(wire["witnesses_matching"]),
        classes={str(k): int(v) for k, v in wire["classes"].items()},
    )


def _finish(story: _Story, number: int, written: int, seconds: float) -> None:
    old = story.passes[number]
    if story.offsets[number] < story.bytes_total:
        return  # its last mark is missing: what was not synced is written again
    story.done.add(number)
    story.passes[number] = PassRecord(
        number=number,
        cipher=old.cipher,
        key=old.key,
        bytes_written=written,
        seconds=seconds,
        started=old.started,
        resumed_from=old.resumed_from,
    )
