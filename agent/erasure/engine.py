"""The overwrite engine: one pass, one read-back, one resume check, on one disk (ERASURE design, section 6).

Runs inside the worker process. Nothing here decides an outcome: it moves bytes, notes what could not be moved,
and says when what was written is on the medium.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from agent.erasure import ranges
from agent.erasure.content import BLOCK, Content, classify, survey_classes
from agent.erasure.lanes import Lane, Lanes, Span, Stopped
from agent.erasure.stream import AES, KEY_BYTES, Keystream
from agent.machine.blockio import MEDIUM_ERRORS, BlockIO, aligned_buffer
from agent.model.erasure import BadRange

BLOCK_BYTES = 8 << 20
RETRIES = 3
_CLASSED_PER_SPAN = 64
_CLASSED_IN_ALL = 20_000
_MISMATCH_RANGES = 1_000  # the list is for people; the count covers everything


class BudgetExceeded(Exception):
    """More bad sectors or more time spent in retries than the policy allows."""


@dataclass(slots=True, kw_only=True)
class Budget:
    """Bad sectors (physical blocks) and seconds in retries; thread-safe."""

    sectors: int = 10_000
    seconds: float = 1800.0
    lock: threading.Lock = field(default_factory=threading.Lock)

    def spend(self, *, sectors: int = 0, seconds: float = 0.0) -> None:
        """Raises BudgetExceeded when nothing is left."""
        with self.lock:
            self.sectors -= sectors
            self.seconds -= seconds
            if self.sectors < 0 or self.seconds < 0:
                raise BudgetExceeded


@dataclass(slots=True, kw_only=True)
class Pace:
    """At most this many bytes a second over all lanes (rehearsal); None: as fast as the disk goes. ``held`` pauses."""

    bytes_per_s: float | None = None
    lock: threading.Lock = field(default_factory=threading.Lock)
    held: threading.Event = field(default_factory=threading.Event)  # set: no transfer begins (the disk is too warm)
    stop: threading.Event = field(default_factory=threading.Event)
    _free_at: float = 0.0

    def take(self, count: int) -> None:
        while self.held.is_set() and not self.stop.wait(0.2):
            continue
        if not self.bytes_per_s:
            return
        with self.lock:
            now = time.monotonic()
            begin = max(now, self._free_at)
            self._free_at = begin + count / self.bytes_per_s
        if begin > now:
            time.sleep(begin - now)


@dataclass(slots=True, kw_only=True)
class Verified:
    """What a read-back saw. Bytes; ``mismatches`` counts logical blocks that differ."""

    bytes_read: int = 0
    unreadable: int = 0
    mismatches: int = 0
    mismatch_ranges: list[tuple[int, int]] = field(default_factory=list)
    classes: dict[str, int] = field(default_factory=dict)
    classed: int = 0

    def count(self, content: Content, blocks: int) -> None:
        if blocks:
            self.classes[content.value] = self.classes.get(content.value, 0) + blocks


class Engine:
    """One disk and what was found bad on it. ``told_bad`` is called (from any lane) for each new bad range."""

    def __init__(
        self,
        disk: BlockIO,
        *,
        told_bad: Callable[[BadRange], None],
        stop: threading.Event,
        budget: Budget,
        pace: Pace,
        rotational: bool,
        block_bytes: int = BLOCK_BYTES,
        known_bad: tuple[BadRange, ...] = (),
    ) -> None:
        self.disk = disk
        self.stop = stop
        self.bad: list[BadRange] = list(known_bad)
        self._told_bad = told_bad
        self._budget = budget
        self._pace = pace
        self._lock = threading.Lock()
        self._depth = 1 if rotational else 2
        self._lanes = self._depth + 1
        unit = max(disk.physical_block, BLOCK)
        if pace.bytes_per_s:  # a slow rehearsal disk still moves several times a second
            block_bytes = min(block_bytes, max(unit, int(pace.bytes_per_s / 8)))
        self.block_bytes = max(unit, block_bytes - block_bytes % unit)

    def uncovered(self, operation: str | None = None) -> list[tuple[int, int]]:
        """Places that could not be written (and read, unless one operation is named)."""
        with self._lock:
            return ranges.spans(r for r in self.bad if operation in (None, r.operation))

    def going_on(self) -> None:
        if self.stop.is_set():
            raise Stopped

    def write_pass(self, cipher: str, key: bytes, start: int, tick: Callable[[int], None]) -> None:
        """Write the stream from byte ``start`` to the end. ``tick(offset)``: everything before it was written.

        Nothing is synced here: ``tick`` and the caller do it. Raises Stopped, BudgetExceeded, OSError.
        """
        self.disk.phase = "write"
        size, step = self.disk.size_bytes, self.block_bytes
        count = -(-(size - start) // step)

        def span(index: int) -> tuple[int, int]:
            at = start + index * step
            return at, min(at + step, size)

        def fill(lane: Lane, s: Span) -> None:
            lane.stream.fill(lane.buffer[: s.end - s.start], s.start)

        def write(lane: Lane, s: Span) -> None:
            self._pace.take(s.end - s.start)
            self._write(lane.buffer[: s.end - s.start], s.start)

        lanes = self._make(count, span, cipher, key, fill, write, _nothing)
        lanes.run(lambda n: self._tell(tick, span(n - 1)[1] if n else start))

    def verify(
        self,
        cipher: str,
        key: bytes,
        pieces: list[tuple[int, int]],
        tick: Callable[[int], None],
        *,
        result: Verified | None = None,
    ) -> Verified:
        """Read the pieces back and compare them with the stream. ``tick(bytes)``: this much was looked at.

        Places that could not be written are read and not held against the stream. Raises Stopped, BudgetExceeded,
        OSError; ``result``, when given, then holds what was seen until there.
        """
        found = Verified() if result is None else result

        def compare(lane: Lane, data: memoryview, offset: int) -> None:
            self._compare(lane, data, offset, found)

        return self._read_back(cipher, key, pieces, compare, found, tick)

    def survey(self, pieces: list[tuple[int, int]], tick: Callable[[int], None]) -> Verified:
        """Read the pieces and say what they hold, where no stream of ours is expected: every 4 KiB block gets a class.
        Raises Stopped, OSError."""
        result = Verified()

        def look(lane: Lane, data: memoryview, offset: int) -> None:
            classes = survey_classes(data)
            with self._lock:
                result.bytes_read += len(data)
                for content, blocks in classes.items():
                    result.count(content, blocks)

        return self._read_back(AES, bytes(KEY_BYTES), pieces, look, result, tick)

    def _read_back(
        self,
        cipher: str,
        key: bytes,
        pieces: list[tuple[int, int]],
        look: Callable[[Lane, memoryview, int], None],
        result: Verified,
        tick: Callable[[int], None],
    ) -> Verified:
        """Read the pieces in order and show ``look`` what could be read."""
        self.disk.phase = "verify"
        spans = [(at, min(at + self.block_bytes, end)) for a, end in pieces for at in range(a, end, self.block_bytes)]
        sums = [0]
        for a, b in spans:
            sums.append(sums[-1] + b - a)
        readable: dict[int, list[tuple[int, int]]] = {}

        def read(lane: Lane, s: Span) -> None:
            self._pace.take(s.end - s.start)
            bad = self._read(lane.buffer[: s.end - s.start], s.start)
            readable[s.index] = ranges.subtract([(s.start, s.end)], bad)

        def shown(lane: Lane, s: Span) -> None:
            for a, b in readable.pop(s.index):
                look(lane, lane.buffer[a - s.start : b - s.start], a)

        lanes = self._make(len(spans), spans.__getitem__, cipher, key, _nothing, read, shown)
        lanes.run(lambda n: self._tell(tick, sums[n]))
        result.unreadable = sums[-1] - result.bytes_read
        return result

    def confirm(self, cipher: str, key: bytes, mark: int, *, window: int = 1 << 30) -> int:
        """Where a pass may go on: the mark, or before the first byte that is not the stream. Reads up to ``window``
        bytes before the mark, and further back as long as the mismatch may begin earlier. Bytes.
        """
        self.disk.phase = "resume"
        end = mark
        while end > 0:
            begin = max(0, end - window)
            begin -= begin % self.block_bytes
            first = self._first_difference(cipher, key, begin, end)
            if first is None:
                return mark
            mark = first - first % self.block_bytes
            if first - begin >= self.block_bytes:
                return mark
            end = begin
        return mark

    # -- moving bytes -------------------------------------------------------------------------------------------

    def _make(
        self,
        count: int,
        span: Callable[[int], tuple[int, int]],
        cipher: str,
        key: bytes,
        before: Callable[[Lane, Span], None],
        transfer: Callable[[Lane, Span], None],
        after: Callable[[Lane, Span], None],
    ) -> Lanes:
        return Lanes(
            count=count,
            span=span,
            stream=lambda: Keystream(cipher, key),
            before=before,
            transfer=transfer,
            after=after,
            block_bytes=self.block_bytes,
            depth=self._depth,
            lanes=self._lanes,
        )

    def _tell(self, tick: Callable[[int], None], position: int) -> None:
        tick(position)
        self.going_on()

    def _write(self, data: memoryview, offset: int) -> None:
        """Write all of it, or note exactly which physical blocks could not be written."""
        self._attempt(self.disk.pwrite, "write", data, offset)

    def _read(self, into: memoryview, offset: int) -> list[tuple[int, int]]:
        """Read what can be read; the ranges that cannot."""
        return self._attempt(self.disk.pread, "read", into, offset)

    def _attempt(
        self, move: Callable[[memoryview, int], None], operation: str, data: memoryview, offset: int
    ) -> list[tuple[int, int]]:
        try:
            move(data, offset)
            return []
        except OSError as error:
            if error.errno not in MEDIUM_ERRORS:
                raise
        found: list[BadRange] = []
        try:
            if self._retry(move, data, offset) is not None:
                self._narrow(move, operation, data, offset, found)
        finally:
            merged = ranges.merge(found)
            with self._lock:
                self.bad = list(ranges.merge([*self.bad, *merged]))
            for bad in merged:
                self._told_bad(bad)
        return [(r.start, r.end) for r in merged]

    def _retry(self, move: Callable[[memoryview, int], None], data: memoryview, offset: int) -> int | None:
        """None when one of three more tries succeeds, else the errno of the last."""
        code = 0
        for _ in range(RETRIES):
            self.going_on()
            began = time.monotonic()
            try:
                move(data, offset)
                return None
            except OSError as error:
                if error.errno not in MEDIUM_ERRORS:
                    raise
                code = error.errno
            finally:
                self._budget.spend(seconds=time.monotonic() - began)
        return code

    def _narrow(
        self,
        move: Callable[[memoryview, int], None],
        operation: str,
        data: memoryview,
        offset: int,
        found: list[BadRange],
    ) -> None:
        """Halve until the physical block, so that a whole good half costs one transfer."""
        unit = self.disk.physical_block
        middle = min(len(data), (len(data) // 2 + unit - 1) // unit * unit)  # the tail may be less than one block
        for a, b in ((0, middle), (middle, len(data))):
            if a >= b:
                continue
            self.going_on()
            began = time.monotonic()
            piece = data[a:b]
            try:
                move(piece, offset + a)
                continue
            except OSError as error:
                if error.errno not in MEDIUM_ERRORS:
                    raise
                code = error.errno
            finally:
                self._budget.spend(seconds=time.monotonic() - began)
            if b - a > unit:
                self._narrow(move, operation, piece, offset + a, found)
            elif (last := self._retry(move, piece, offset + a)) is not None:
                found.append(BadRange(start=offset + a, end=offset + b, operation=operation, errno=last or code))
                self._budget.spend(sectors=1)

    # -- comparing ----------------------------------------------------------------------------------------------

    def _compare(self, lane: Lane, data: memoryview, offset: int, result: Verified) -> None:
        end = offset + len(data)
        wrong: list[tuple[int, int]] = []
        if not lane.stream.matches(data, offset):
            wrong = lane.stream.differences(data, offset, block=self.disk.logical_block)
            wrong = ranges.subtract(wrong, self.uncovered("write"))
        with self._lock:
            result.bytes_read += len(data)
            different = ranges.total(wrong)
            result.count(Content.STREAM, (end - offset - different) // BLOCK)
            if not wrong:
                return
            result.mismatches += -(-different // self.disk.logical_block)
            room = _MISMATCH_RANGES - len(result.mismatch_ranges)
            result.mismatch_ranges += wrong[: max(0, room)]
            self._class_blocks(data, offset, wrong, result)

    def _class_blocks(self, data: memoryview, offset: int, wrong: list[tuple[int, int]], result: Verified) -> None:
        looked = 0
        for a, b in wrong:
            for at in range(a, b, BLOCK):
                if looked >= _CLASSED_PER_SPAN or result.classed >= _CLASSED_IN_ALL:
                    result.count(Content.NOT_CLASSED, 1)
                    continue
                looked += 1
                result.classed += 1
                result.count(classify(data[at - offset : min(b, at + BLOCK) - offset].tobytes()), 1)

    def _first_difference(self, cipher: str, key: bytes, begin: int, end: int) -> int | None:
        """The first byte in [begin, end) that is not the stream, outside places that could not be written."""
        stream = Keystream(cipher, key)
        buffer = memoryview(aligned_buffer(self.block_bytes))
        holes = self.uncovered()
        for at in range(begin, end, self.block_bytes):
            self.going_on()
            piece = buffer[: min(self.block_bytes, end - at)]
            self._pace.take(len(piece))
            try:
                self.disk.pread(piece, at)
            except OSError as error:
                if error.errno not in MEDIUM_ERRORS:
                    raise
                return at  # written again; the pass will find out what is wrong with it
            if stream.matches(piece, at):
                continue
            wrong = ranges.subtract(stream.differences(piece, at, block=self.disk.logical_block), holes)
            if wrong:
                return wrong[0][0]
        return None


def _nothing(lane: Lane, span: Span) -> None:
    """A stage with nothing to do."""


def budget_from(wire: Mapping[str, Any] | None) -> Budget:
    """From the worker's spec: {"sectors": n, "seconds": s}."""
    wire = wire or {}
    return Budget(sectors=int(wire.get("sectors", 10_000)), seconds=float(wire.get("seconds", 1800.0)))
