"""A second machine reads an erased disk again, from the signed record alone (ERASURE design, section 6).

The record publishes the key of each pass: every byte of the last one can be made again and compared, years later.
Nothing here writes. Whose disk it is, and whether the record is signed, is for the caller.
"""

from __future__ import annotations

import secrets
import threading
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from agent.erasure import canaries, content, places, ranges
from agent.erasure.engine import Budget, BudgetExceeded, Engine, Pace, Verified
from agent.erasure.worker import PROGRESS_S, Rate, time_left
from agent.machine.blockio import MEDIUM_ERRORS, BlockIO, aligned_buffer
from agent.model.erasure import BadRange
from agent.model.errors import Fault
from agent.model.report import Erasure

SAME, DIFFERENT, INCOMPLETE = "same", "different", "incomplete"
_NOT_COVERED = frozenset({"exception-write", "exception-read"})
_HEAD = 128 << 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What must stand on the disk. ``left_out``: ranges that the record lists as not covered, in bytes;
    ``not_listed``: how many more of them the record only counts."""

    cipher: str
    key: bytes
    pass_number: int
    size_bytes: int
    logical_block: int
    left_out: tuple[tuple[int, int], ...] = ()
    not_listed: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Progress:
    """``eta_s`` is None until a rate is known."""

    done: int
    total: int
    bytes_per_s: float
    eta_s: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Reread:
    """What was seen. Ranges are bytes [start, end), merged and sorted; ``mismatches`` counts logical sectors."""

    verdict: str  # same | different | incomplete
    mode: str  # full | sample
    seed: str
    bytes_read: int
    seconds: float
    mismatches: int
    mismatch_ranges: tuple[tuple[int, int], ...] = ()
    unreadable_bytes: int = 0
    unreadable_ranges: tuple[tuple[int, int], ...] = ()
    classes: dict[str, int] = field(default_factory=dict)
    gave_up: bool = False  # too many unreadable places


@dataclass(frozen=True, slots=True, kw_only=True)
class Traces:
    """What was found of the time before, where no stream can be made again."""

    verdict: str
    looked: int
    alive: int
    unreadable: int
    classes: dict[str, int]
    signatures: tuple[str, ...]
    seconds: float


def expected(erasure: Erasure) -> Expected:
    """What the last pass left on this disk. Raises Fault reverify-no-stream when no whole pass of ours was the end."""
    if not erasure.overwrite:
        raise Fault("reverify-no-stream", technique=erasure.technique, part="firmware")
    last = max(erasure.overwrite, key=lambda one: one.number)
    holes = ranges.union(
        (e.start, e.end)
        for e in erasure.exceptions
        if e.kind in _NOT_COVERED and e.start is not None and e.end is not None
    )
    unwritten = [
        (e.start or 0, e.end or 0) for e in erasure.exceptions if e.kind == "exception-write" and e.end is not None
    ]
    whole = last.bytes + ranges.total(ranges.union(unwritten)) >= erasure.bytes_total or erasure.exceptions_omitted
    if not erasure.outcome.proven and not (whole and last.number >= erasure.passes):
        raise Fault("reverify-no-stream", technique=erasure.technique, part="unfinished")
    sector = erasure.disk.logical_block_size
    return Expected(
        cipher=last.cipher,
        key=bytes.fromhex(last.key),
        pass_number=last.number,
        size_bytes=erasure.bytes_total,
        logical_block=sector if isinstance(sector, int) and sector > 0 else 512,
        left_out=tuple(holes),
        not_listed=erasure.exceptions_omitted,
    )


def reread(
    disk: BlockIO,
    want: Expected,
    *,
    mode: str,
    rotational: bool,
    stop: threading.Event,
    told: Callable[[Progress], None],
    seed: bytes | None = None,
    monotonic: Callable[[], float] = time.monotonic,
) -> Reread:
    """Read the disk (``full``, or a tenth of it: ``sample``) and compare it with the stream that the record names.

    Raises Stopped when ``stop`` is set, OSError when the disk is gone.
    """
    seed = seed or secrets.token_bytes(16)
    disk.logical_block = want.logical_block  # sectors are counted as the erased disk counts them
    whole = [(0, want.size_bytes)] if mode == "full" else places.sample_spans(want.size_bytes, seed)
    pieces = ranges.subtract(whole, want.left_out)
    bad: list[BadRange] = []
    engine = Engine(
        disk, told_bad=bad.append, stop=stop, budget=Budget(), pace=Pace(), rotational=rotational, known_bad=()
    )
    meter = _Meter(ranges.total(pieces), rotational=rotational, told=told, monotonic=monotonic)
    began = monotonic()
    disk.drop_cache()
    seen, gave_up = Verified(), False
    try:
        engine.verify(want.cipher, want.key, pieces, meter, result=seen)
    except BudgetExceeded:
        gave_up = True
    unreadable = ranges.spans(bad)
    verdict = (
        DIFFERENT if seen.mismatches else INCOMPLETE if seen.unreadable or gave_up or not seen.bytes_read else SAME
    )
    return Reread(
        verdict=verdict,
        mode=mode,
        seed=seed.hex() if mode == "sample" else "",
        bytes_read=seen.bytes_read,
        seconds=round(monotonic() - began, 3),
        mismatches=seen.mismatches,
        mismatch_ranges=tuple(ranges.union(seen.mismatch_ranges)),
        unreadable_bytes=max(seen.unreadable, ranges.total(unreadable)),
        unreadable_ranges=tuple(unreadable),
        classes=dict(seen.classes),
        gave_up=gave_up,
    )


class _Meter:
    """From bytes looked at to at most one message a second, with the time left that the worker would tell."""

    def __init__(
        self, total: int, *, rotational: bool, told: Callable[[Progress], None], monotonic: Callable[[], float]
    ) -> None:
        self._total, self._rotational, self._told, self._monotonic = total, rotational, told, monotonic
        self._rate = Rate()
        self._last = monotonic()
        self._rate.at(0, self._last)

    def __call__(self, done: int) -> None:
        now = self._monotonic()
        if now - self._last < PROGRESS_S:
            return
        self._last = now
        speed = self._rate.at(done, now)
        left = time_left(done / self._total, 0.0, self._total, speed, rotational=self._rotational)
        self._told(Progress(done=done, total=self._total, bytes_per_s=speed, eta_s=left))


def has_canaries(erasure: Erasure) -> bool:
    return erasure.canaries is not None and erasure.canaries.before_ok > 0


def look_for_traces(disk: BlockIO, erasure: Erasure, *, stop: threading.Event) -> Traces:
    """After a drive's own erase: none of the record's canaries may be there, nor anything that looks like somebody's
    data at their places, nor a partition table or file system at the head of the disk.

    Raises Fault reverify-no-stream when the record has no canary, Stopped, OSError when the disk is gone.
    """
    planted = erasure.canaries
    if planted is None or not has_canaries(erasure):
        raise Fault("reverify-no-stream", technique=erasure.technique, part="no-canaries")
    engine = Engine(
        disk, told_bad=lambda bad: None, stop=stop, budget=Budget(), pace=Pace(), rotational=False, known_bad=()
    )
    began = time.monotonic()
    disk.drop_cache()
    classes: Counter[str] = Counter()
    clipped = _Clipped(disk, erasure.bytes_total)
    found = canaries.look(
        clipped,
        canaries.Planted(
            key=bytes.fromhex(planted.key),
            seed=bytes.fromhex(planted.seed),
            count=planted.count,
            lost=(),
            witnesses={},
        ),
        uncovered=(),
        going_on=engine.going_on,
        held=lambda block: classes.update([content.classify(block).value]),
    )
    signs = tuple(_signatures(disk, erasure.bytes_total))
    readable = found.looked - found.unreadable
    if found.alive or signs or classes[content.Content.STRUCTURED.value]:
        verdict = DIFFERENT
    else:  # more than 1 in 1,000 unreadable: the check is void
        verdict = SAME if readable and found.unreadable * 1000 <= found.looked else INCOMPLETE
    return Traces(
        verdict=verdict,
        looked=found.looked,
        alive=found.alive,
        unreadable=found.unreadable,
        classes=dict(classes),
        signatures=signs,
        seconds=round(time.monotonic() - began, 3),
    )


class _Clipped:
    """The first ``size_bytes`` of a carrier that may be larger than the disk it holds a copy of."""

    def __init__(self, disk: BlockIO, size_bytes: int) -> None:
        self._disk, self.size_bytes, self.phase = disk, size_bytes, "verify"
        self.logical_block, self.physical_block = disk.logical_block, disk.physical_block
        self.pread, self.sync, self.drop_cache = disk.pread, disk.sync, disk.drop_cache

    def pwrite(self, data: memoryview, offset: int) -> None:
        raise PermissionError("opened to be read")


def _signatures(disk: BlockIO, size_bytes: int) -> Sequence[str]:
    head = memoryview(aligned_buffer(_HEAD))[: min(_HEAD, size_bytes)]
    try:
        disk.pread(head, 0)
    except OSError as error:
        if error.errno not in MEDIUM_ERRORS:
            raise
        return ()
    return content.signatures(head.tobytes())
