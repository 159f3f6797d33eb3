"""One process, one disk: ``python -m agent.erasure.worker``. The descriptor is inherited, the spec is one JSON line on
standard input, observations are JSON lines on standard output, at most one progress line a second plus marks.

Spec: ``fd, size_bytes, logical_block, physical_block`` and, in rehearsal, ``faults`` (agent.machine.blockio) and
``pace_bytes_per_s`` come from the opener; ``rotational, passes [{number, cipher ("auto": choose), key}], first_pass,
offset, seconds_before, known_bad, canaries (key and seed to plant, or what was planted before), verify {mode, seed},
steps (of plant, inspect, overwrite, survey, zero; without them plant and overwrite), zero_seed,
budget {sectors, seconds}, mark_bytes, mark_s, block_bytes, resumed`` come from ``agent.erasure.run``.

``{"op": "pause"}`` and ``{"op": "go"}`` on standard input hold transfers and let them go. ``{"op": "stop"}``, or the
end of standard input (whoever listened is gone), makes it sync, mark and stop.
A mark is written only after fdatasync: every byte before it is the stream, or in a bad range already told.
The last line is ``{"type": "end", "status": done | stopped | vanished | budget | read-only | sync-failed | error}``;
a worker that ends without it proves nothing. The exit status proves nothing either.
"""

from __future__ import annotations

import errno
import json
import os
import sys
import threading
import time
from collections import Counter, deque
from collections.abc import Mapping
from math import log
from typing import Any

from agent.erasure import canaries, content, places, ranges
from agent.erasure.engine import BLOCK_BYTES, BudgetExceeded, Engine, Pace, Verified, budget_from
from agent.erasure.lanes import Stopped
from agent.erasure.stream import ZEROS, faster_cipher
from agent.machine.blockio import GONE_ERRORS, MEDIUM_ERRORS, BlockIO, FaultyDisk, RawDisk, aligned_buffer, survivors
from agent.model.erasure import BadRange

RATE_WINDOW_S = 60.0
PROGRESS_S = 1.0
_HEAD = 128 << 10


class SyncFailed(Exception):
    """The disk could not promise that what was written is kept."""


class Rate:
    """Bytes per second over the last 60 seconds."""

    def __init__(self) -> None:
        self._points: deque[tuple[float, int]] = deque()

    def at(self, position: int, now: float) -> float:
        self._points.append((now, position))
        while len(self._points) > 2 and now - self._points[0][0] > RATE_WINDOW_S:
            self._points.popleft()
        (t0, p0), (t1, p1) = self._points[0], self._points[-1]
        return (p1 - p0) / (t1 - t0) if t1 > t0 else 0.0


def time_left(fraction: float, turns: float, size: int, rate: float, *, rotational: bool) -> float | None:
    """Seconds until the end: the rest of this turn over the disk from ``fraction`` on, and ``turns`` whole ones after.

    A rotating disk's inner tracks give about half the rate of the outer ones: r(x) = r(0) * (1 - x / 2).
    """
    if rate <= 0:
        return None
    if not rotational:
        return size * (1.0 - fraction + turns) / rate
    outer = rate / (1.0 - fraction / 2)
    return size * (2 * log((1.0 - fraction / 2) / 0.5) + turns * 2 * log(2.0)) / outer


class Run:
    """The steps of one disk: canaries, passes, read-back, look for the canaries."""

    def __init__(self, spec: Mapping[str, Any], disk: BlockIO, stop: threading.Event) -> None:
        self.spec, self.disk, self.held = spec, disk, threading.Event()
        self.rotational = bool(spec.get("rotational"))
        self.engine = Engine(
            disk,
            told_bad=self._tell_bad,
            stop=stop,
            budget=budget_from(spec.get("budget")),
            pace=Pace(bytes_per_s=spec.get("pace_bytes_per_s"), held=self.held, stop=stop),
            rotational=self.rotational,
            block_bytes=int(spec.get("block_bytes") or BLOCK_BYTES),
            known_bad=ranges.from_wire(spec.get("known_bad", [])),
        )
        self.passes = [dict(p) for p in spec["passes"]]
        self.mark_bytes = int(spec.get("mark_bytes") or 4 << 30)
        self.mark_s = float(spec.get("mark_s") or 5.0)
        self._out = threading.Lock()
        self._fresh_bad: list[BadRange] = []
        self._pass_bad: list[tuple[int, int]] = []
        self._told_at = 0.0

    def tell(self, kind: str, **params: Any) -> None:
        with self._out:
            sys.stdout.write(json.dumps({"type": kind, **params}) + "\n")
            sys.stdout.flush()

    def go(self) -> str:
        """The steps asked for, in order. The status for the last line."""
        steps = self.spec.get("steps") or ("plant", "overwrite")
        planted = self._canaries()
        if "inspect" in steps:
            self._inspect(planted)
        if "overwrite" in steps:
            self._overwrite(planted)
        if "survey" in steps:
            self._survey(planted)
        if "zero" in steps:
            self._zero()
        return "done"

    def _overwrite(self, planted: canaries.Planted) -> None:
        """Every pass, the read-back, and a last look for what was there before."""
        last = (str(self.passes[-1]["cipher"]), bytes.fromhex(self.passes[-1]["key"]))
        first, offset = int(self.spec.get("first_pass", 1)), int(self.spec.get("offset", 0))
        for item in self.passes:
            if item["number"] >= first:
                last = self._pass(item, offset if item["number"] == first else 0)
        self._verify(*last)
        self._look_again(planted)

    def _survey(self, planted: canaries.Planted) -> None:
        """What the whole disk, or a tenth of it, holds after the drive erased itself; nothing was written since."""
        mode, pieces = self._begin_reading()
        began, rate, wanted = time.monotonic(), Rate(), ranges.total(pieces)
        seen = self.engine.survey(pieces, lambda done: self._progress("verify", 1, done, wanted, rate, 0.0))
        self._tell_verified(mode, seen, time.monotonic() - began, signatures=self._signatures())
        self._look_again(planted)

    def _look_again(self, planted: canaries.Planted) -> None:
        found = canaries.look(
            self.disk, planted, uncovered=self.engine.uncovered("write"), going_on=self.engine.going_on
        )
        self.tell(
            "canaries_checked",
            looked=found.looked,
            alive=found.alive,
            unreadable=found.unreadable,
            witnesses_matching=found.witnesses_matching,
        )

    def _zero(self) -> None:
        """A last pass of zeros over a stream that was read back; zeros are looked for in a sample."""
        number, size, began = len(self.passes) + 1, self.disk.size_bytes, time.monotonic()
        self.tell("zero_started", number=number)
        rate = Rate()
        with self._out:
            self._pass_bad = []
        self.engine.write_pass(ZEROS, b"", 0, lambda at: self._progress("zero", number, at, size, rate, 0.1))
        self._sync()
        wrote = time.monotonic() - began
        seed = str(self.spec["zero_seed"])
        self.disk.phase = "verify"
        self.disk.drop_cache()
        seen = self.engine.verify(ZEROS, b"", places.sample_spans(size, bytes.fromhex(seed)), lambda done: None)
        self.tell(
            "zero_finished",
            number=number,
            written=size - ranges.total(ranges.union(self._pass_bad)),
            write_seconds=round(wrote, 3),
            bytes=seen.bytes_read,
            seconds=round(time.monotonic() - began - wrote, 3),
            seed=seed,
            mismatches=seen.mismatches,
            unreadable_bytes=seen.unreadable,
            first=min((a for a, _ in seen.mismatch_ranges), default=None),
        )

    # -- canaries -----------------------------------------------------------------------------------------------

    def _canaries(self) -> canaries.Planted:
        wire = self.spec["canaries"]
        if "count" in wire:  # planted before an interruption
            return canaries.Planted.from_wire(wire)
        self.disk.phase = "canaries"
        planted = canaries.plant(
            self.disk, bytes.fromhex(wire["key"]), bytes.fromhex(wire["seed"]), going_on=self.engine.going_on
        )
        self.tell("canaries_planted", **planted.to_wire())
        return planted

    def _inspect(self, planted: canaries.Planted) -> None:
        """What the drive's own command left at the places we know, before anything is written over it."""
        self.disk.phase = "inspect"
        self.disk.drop_cache()
        classes: Counter[str] = Counter()
        found = canaries.look(
            self.disk,
            planted,
            uncovered=(),
            going_on=self.engine.going_on,
            held=lambda block: classes.update([content.classify(block).value]),
        )
        self.tell(
            "inspected",
            looked=found.looked,
            alive=found.alive,
            unreadable=found.unreadable,
            witnesses_matching=found.witnesses_matching,
            classes=dict(classes),
        )

    # -- passes -------------------------------------------------------------------------------------------------

    def _pass(self, item: dict[str, Any], mark: int) -> tuple[str, bytes]:
        number, key = int(item["number"]), bytes.fromhex(item["key"])
        if item["cipher"] == "auto":
            item["cipher"] = faster_cipher()
        cipher = str(item["cipher"])
        start = self.engine.confirm(cipher, key, mark) if mark else 0
        self.tell("pass_started", number=number, cipher=cipher, key=item["key"], **{"from": start})
        size, began, before = self.disk.size_bytes, time.monotonic(), float(self.spec.get("seconds_before", 0.0))
        before = before if mark else 0.0
        rate = Rate()
        with self._out:  # what this pass cannot write; after a resume also what it could not write before
            self._pass_bad = [(a, min(b, start)) for a, b in self.engine.uncovered("write") if a < start]
        marked = [start, time.monotonic()]

        def tick(position: int) -> None:
            now = time.monotonic()
            if position - marked[0] >= self.mark_bytes or now - marked[1] >= self.mark_s or self.engine.stop.is_set():
                self._mark(number, item, position, before + now - began)
                marked[:] = position, time.monotonic()
            self._progress("write", number, position, size, rate, len(self.passes) - number + 1.0)

        try:
            self.engine.write_pass(cipher, key, start, tick)
        except BudgetExceeded:
            self._sync()
            raise
        self._mark(number, item, size, before + time.monotonic() - began)
        written = size - ranges.total(ranges.union(self._pass_bad))
        seconds = before + time.monotonic() - began
        self.tell("pass_finished", number=number, seconds=round(seconds, 3), bytes=written)
        return cipher, key

    def _mark(self, number: int, item: Mapping[str, Any], offset: int, seconds: float) -> None:
        """Sync, then tell: in this order or the mark lies."""
        with self._out:
            fresh, self._fresh_bad = self._fresh_bad, []
        self._sync()
        self.tell(
            "mark",
            number=number,
            key=item["key"],
            cipher=item["cipher"],
            offset=offset,
            seconds=round(seconds, 3),
            bad_ranges=ranges.to_wire(ranges.merge(fresh)),
        )

    def _sync(self) -> None:
        try:
            self.disk.sync()
        except OSError as error:
            if error.errno in GONE_ERRORS:
                raise
            raise SyncFailed(str(error)) from error

    # -- read-back ----------------------------------------------------------------------------------------------

    def _verify(self, cipher: str, key: bytes) -> None:
        mode, pieces = self._begin_reading()
        began, rate, wanted = time.monotonic(), Rate(), ranges.total(pieces)
        seen = self.engine.verify(
            cipher, key, pieces, lambda done: self._progress("verify", len(self.passes), done, wanted, rate, 0.0)
        )
        seconds = time.monotonic() - began
        self._tell_verified(mode, seen, seconds, signatures=self._signatures() if seen.mismatches else [])

    def _begin_reading(self) -> tuple[str, list[tuple[int, int]]]:
        mode, seed = str(self.spec["verify"]["mode"]), str(self.spec["verify"]["seed"])
        size = self.disk.size_bytes
        self.tell("verify_started", mode=mode)
        self.disk.phase = "verify"
        self.disk.drop_cache()
        return mode, [(0, size)] if mode == "full" else places.sample_spans(size, bytes.fromhex(seed))

    def _tell_verified(self, mode: str, seen: Verified, seconds: float, *, signatures: list[str]) -> None:
        self.tell(
            "verify_finished",
            mode=mode,
            seed=str(self.spec["verify"]["seed"]),
            bytes=seen.bytes_read,
            seconds=round(seconds, 3),
            mismatches=seen.mismatches,
            mismatch_ranges=[list(r) for r in seen.mismatch_ranges],
            unreadable_bytes=seen.unreadable,
            classes=seen.classes,
            signatures=signatures,
        )

    def _signatures(self) -> list[str]:
        """Partition tables and file systems that a system would still find at the head of the disk."""
        head = memoryview(aligned_buffer(_HEAD))[: min(_HEAD, self.disk.size_bytes)]
        try:
            self.disk.pread(head, 0)
        except OSError as error:
            if error.errno not in MEDIUM_ERRORS:
                raise
            return []
        return content.signatures(head.tobytes())

    # -- what is said -------------------------------------------------------------------------------------------

    def _progress(self, phase: str, number: int, done: int, total: int, rate: Rate, turns: float) -> None:
        now = time.monotonic()
        if now - self._told_at < PROGRESS_S:
            return
        self._told_at = now
        speed = rate.at(done, now)
        eta = time_left(done / total if total else 1.0, turns, total, speed, rotational=self.rotational)
        self.tell(
            "progress",
            phase=phase,
            number=number,
            passes=len(self.passes),
            done=done,
            total=total,
            bytes_per_s=round(speed),
            eta_s=None if eta is None else round(eta, 1),
        )

    def _tell_bad(self, bad: BadRange) -> None:
        with self._out:
            self._fresh_bad.append(bad)
            if bad.operation == "write":
                self._pass_bad.append((bad.start, bad.end))
        self.tell("range_failed", operation=bad.operation, start=bad.start, end=bad.end, errno=bad.errno)


def open_disk(spec: Mapping[str, Any]) -> BlockIO:
    """The disk behind the inherited descriptor, with the rehearsal's faults around it when there are any."""
    raw = RawDisk(
        int(spec["fd"]),
        int(spec["size_bytes"]),
        int(spec.get("logical_block") or 512),
        int(spec.get("physical_block") or 512),
    )
    faults = survivors(spec.get("faults") or (), resumed=bool(spec.get("resumed")))
    return FaultyDisk(raw, faults) if faults else raw


def attempt(run: Run) -> dict[str, Any]:
    """The last line: how it ended."""
    try:
        return {"status": run.go()}
    except Stopped:
        return {"status": "stopped"}
    except BudgetExceeded:
        return {"status": "budget"}
    except SyncFailed as error:
        return {"status": "sync-failed", "detail": str(error)}
    except OSError as error:
        status = {errno.EROFS: "read-only", errno.EPERM: "read-only", errno.EACCES: "read-only"}.get(error.errno or 0)
        if error.errno in GONE_ERRORS:
            status = "vanished"
        return {"status": status or "error", "errno": error.errno, "detail": str(error)}


def listen(stop: threading.Event, held: threading.Event) -> None:
    """Wait for a stop; the end of standard input is one: nobody would see what happens any more."""
    for line in sys.stdin:
        try:
            op = json.loads(line).get("op")
        except (ValueError, AttributeError):
            continue  # not a message
        if op == "stop":
            break
        if op == "pause":
            held.set()
        elif op == "go":
            held.clear()
    stop.set()


def main() -> int:
    sys.setswitchinterval(0.0005)
    spec = json.loads(sys.stdin.readline())
    stop = threading.Event()
    run = Run(spec, open_disk(spec), stop)
    threading.Thread(target=listen, args=(stop, run.held), daemon=True).start()
    try:
        run.tell("end", **attempt(run))
    except BrokenPipeError:
        os.dup2(os.open(os.devnull, os.O_WRONLY), 1)
        return 1
    return 0


if __name__ == "__main__":
    code = main()
    sys.stdout.flush()
    os._exit(code)  # the listening thread may hold standard input
