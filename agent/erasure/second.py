"""Four eyes (ERASURE design, section 7.6): another program reads the raw disk after us, and another person is named.

The disk is read in pieces, so that there is progress, a stop that is heard, and a place for a difference. The tools
only read: ``cmp`` with /dev/zero, ``badblocks -t 0x00`` without ``-w``, ``dd`` into ``sha256sum`` against what the
stream says.
"""

from __future__ import annotations

import dataclasses
import hashlib
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from agent.erasure import ranges
from agent.erasure.stream import ZEROS, Keystream
from agent.machine.blockio import aligned_buffer
from agent.machine.door import DoorError, OpenDisk
from agent.model.erasure import SECOND_TOOLS, Evidence, Level, Method, Outcome, SecondCheck
from agent.model.errors import Fault
from agent.model.events import Kind

TOOLS = CMP, SHA256, BADBLOCKS = SECOND_TOOLS
NEEDS_ZEROS = frozenset({CMP, BADBLOCKS})
PIECE = 64 << 20
_PIECE_S = 1800.0  # a dying disk retries; a piece that takes longer was not read
_BLOCK = 4096
_PROGRESS_S = 1.0

Emit = Callable[[Kind, Mapping[str, Any]], None]


def asked(method: Method, *, tool: str | None, person: str | None, zero_pass: bool) -> Method:
    """The plan's method, and whatever it may fall back to, with what was asked for. Tools that look for zeros get the
    pass that writes them."""
    zero = zero_pass or tool in NEEDS_ZEROS
    after = None if method.fallback is None else asked(method.fallback, tool=tool, person=person, zero_pass=zero_pass)
    return replace(method, zero_pass=zero, second_tool=tool, second_person=person, fallback=after)


def check(
    disk: OpenDisk,
    evidence: Evidence,
    *,
    emit: Emit,
    stop: threading.Event,
    utc: Callable[[], str],
    monotonic: Callable[[], float] = time.monotonic,
) -> SecondCheck | None:
    """What the other program saw, or None when none was asked for or the disk is not proven by ourselves.

    ``agrees`` is None when it could not tell, and ``detail`` says why.
    """
    method = evidence.method
    if method.second_tool is None or not evidence.outcome.proven:
        return None
    last = evidence.passes[-1] if evidence.passes else None
    begun = SecondCheck(
        tool=method.second_tool,
        by=method.second_person or "",
        expected=last.cipher if last else "",
        argv=(),
        started=utc(),
        bytes=0,
        seconds=0.0,
        agrees=None,
    )
    emit(Kind.SECOND_CHECK_STARTED, {"tool": begun.tool, "by": begun.by})
    began = monotonic()
    if last is None or (method.second_tool in NEEDS_ZEROS and last.cipher != ZEROS):
        done = replace(begun, detail="nothing-to-compare")
    elif ranges.spans(r for r in evidence.bad_ranges if r.operation in ("write", "read")):
        done = replace(begun, detail="places-not-covered")  # the whole disk cannot be what the stream says
    else:
        reader = _Reader(disk, begun, Keystream(last.cipher, bytes.fromhex(last.key)), emit, stop, monotonic)
        done = reader.run()
    done = replace(done, seconds=round(monotonic() - began, 3))
    emit(Kind.SECOND_CHECK_FINISHED, dataclasses.asdict(done))
    return done


def settled(evidence: Evidence, seen: SecondCheck | None) -> Evidence:
    """A second check that disagrees makes the outcome failed; one that was asked for and told nothing is listed."""
    if seen is None:
        return evidence
    evidence = replace(evidence, second_checks=(*evidence.second_checks, seen))
    if seen.agrees is False:
        return failed(evidence, "reason-second-check-differs")
    if seen.agrees is True or seen.detail == "stopped":
        return evidence if seen.agrees else unknown(evidence, "reason-interrupted")
    told = {"id": "exception-second-check-not-done", "bytes": None, "tool": seen.tool}
    evidence = replace(evidence, exceptions=(*evidence.exceptions, told))
    if evidence.outcome is not Outcome.CLEARED:
        return evidence
    return replace(evidence, outcome=Outcome.CLEARED_WITH_EXCEPTIONS, reasons=("reason-cleared-with-exceptions",))


def failed(evidence: Evidence, reason: str) -> Evidence:
    return replace(evidence, outcome=Outcome.FAILED, level=Level.NONE, reasons=(reason,))


def unknown(evidence: Evidence, reason: str) -> Evidence:
    return replace(evidence, outcome=Outcome.UNKNOWN, level=Level.NONE, reasons=(reason,))


@dataclass(slots=True)
class _Reader:
    """The disk piece by piece through the other program."""

    disk: OpenDisk
    begun: SecondCheck
    stream: Keystream
    emit: Emit
    stop: threading.Event
    monotonic: Callable[[], float]

    def run(self) -> SecondCheck:
        size, seen = self.disk.size_bytes, self.begun
        began = last = self.monotonic()
        look = {CMP: self._cmp, BADBLOCKS: self._badblocks, SHA256: self._sha256}[seen.tool]
        for start in range(0, size, PIECE):
            if self.stop.is_set():
                return replace(seen, detail="stopped")
            end = min(start + PIECE, size)
            try:
                seen = look(seen, start, end)
            except (DoorError, Fault) as error:
                return replace(seen, detail=str(error))
            if seen.agrees is False or seen.detail:
                return seen
            seen = replace(seen, bytes=end)
            if (now := self.monotonic()) - last >= _PROGRESS_S:
                last, rate = now, end / max(now - began, 1e-9)
                told = {"phase": "second", "number": 1, "passes": 1, "done": end, "total": size}
                self.emit(Kind.PROGRESS, told | {"bytes_per_s": round(rate), "eta_s": round((size - end) / rate, 1)})
        return replace(seen, agrees=True)

    def _answer(self, seen: SecondCheck, argv: list[str], stdin: bytes = b"") -> tuple[SecondCheck, int, bytes, str]:
        """The first command line stands for all of them in the record."""
        answer = self.disk.run(argv, timeout_s=_PIECE_S, stdin=stdin)
        seen = seen if seen.argv else replace(seen, argv=tuple(argv))
        return seen, answer.exit_status, answer.stdout, answer.errors.strip()

    def _cmp(self, seen: SecondCheck, start: int, end: int) -> SecondCheck:
        argv = ["cmp", "-n", str(end - start), "-i", f"{start}:0", self.disk.path, "/dev/zero"]
        seen, status, out, errors = self._answer(seen, argv)
        if status == 1 and b"byte " in out:
            at = out.partition(b"byte ")[2].split(b",")[0]
            return _differs(seen, start + (int(at) - 1 if at.isdigit() else 0))
        if status != 0 or errors or out:
            return replace(seen, detail=f"exit {status}: {errors or out.decode('utf-8', 'replace')}"[:200])
        return seen

    def _badblocks(self, seen: SecondCheck, start: int, end: int) -> SecondCheck:
        """In its reading mode it lists blocks that are unreadable or not the pattern, and exits 0 all the same."""
        block = _BLOCK if self.disk.size_bytes % _BLOCK == 0 else self.disk.logical_block
        first, last = start // block, (end - 1) // block
        if last >= 1 << 32:
            return replace(seen, detail="badblocks counts blocks in 32 bits")
        argv = ["badblocks", "-b", str(block), "-t", "0x00", self.disk.path, str(last), str(first)]
        seen, status, out, errors = self._answer(seen, argv)
        found = out.split()
        if found and found[0].isdigit():
            return _differs(seen, int(found[0]) * block)
        if status != 0 or found:
            return replace(seen, detail=f"exit {status}: {errors}"[:200])
        return seen

    def _sha256(self, seen: SecondCheck, start: int, end: int) -> SecondCheck:
        """``dd | sha256sum`` of one piece; ``dd`` counts in whole blocks and the piece begins on one."""
        block = 1 << 20
        argv = ["dd", f"if={self.disk.path}", f"bs={block}", f"skip={start // block}"]
        argv += [f"count={-(-(end - start) // block)}", "iflag=direct,fullblock", "status=none"]
        seen, status, data, errors = self._answer(seen, argv)
        if status != 0 or len(data) != end - start:
            return replace(seen, detail=f"dd: exit {status}, {len(data)} bytes: {errors}"[:200])
        _, status, out, errors = self._answer(seen, ["sha256sum", "-"], data)
        if status != 0:
            return replace(seen, detail=f"sha256sum: exit {status}: {errors}"[:200])
        return seen if out.split()[:1] == [self._digest(start, end).encode()] else _differs(seen, start)

    def _digest(self, start: int, end: int) -> str:
        digest, step = hashlib.sha256(), 4 << 20
        buffer = memoryview(aligned_buffer(step))
        for at in range(start, end, step):
            piece = buffer[: min(step, end - at)]
            self.stream.fill(piece, at)
            digest.update(piece)
        return digest.hexdigest()


def _differs(seen: SecondCheck, offset: int) -> SecondCheck:
    return replace(seen, agrees=False, differs_at=offset)
