"""The content of a virtual drive: its backing file, what an erase leaves there, and the time that an erase takes."""

from __future__ import annotations

import ctypes
import os
import random
from dataclasses import dataclass, field
from enum import StrEnum
from pathlib import Path
from typing import Protocol

from agent.machine.drives.bus import Clock

CHUNK = 1 << 20
_KEEP_SIZE, _PUNCH_HOLE = 1, 2  # linux/falloc.h


class WaitingClock(Clock, Protocol):
    """SECURITY ERASE UNIT is one blocking call: the drive itself lets its time pass."""

    def sleep(self, seconds: float) -> None: ...


class Fill(StrEnum):
    ZEROS = "zeros"
    ONES = "ones"  # 0xFF: what erased flash reads as on some drives
    NOISE = "noise"  # old data under a new media key
    PATTERN = "pattern"


class Leaves(StrEnum):
    """What an erase that says "done" leaves of the old content."""

    NOTHING = "nothing"
    BLOCK = "block"  # 4 KiB in the last thousandth
    HALF = "half"  # the second half
    EVERYTHING = "everything"


def left_by(leaves: Leaves, size: int) -> tuple[int, int]:
    """First byte and end of what is left."""
    if leaves is Leaves.BLOCK:
        start = max(0, size - max(8192, size // 2000)) & ~4095
        return start, min(start + 4096, size)
    return {Leaves.HALF: (size // 2, size), Leaves.EVERYTHING: (0, size)}.get(leaves, (size, size))


@dataclass(slots=True)
class Medium:
    """Every fill is written to the file. Zeros become a hole where the file system makes holes."""

    backing: Path
    seed: str = ""
    keys: int = field(default=0, init=False)  # each crypto erase reads differently

    @property
    def size(self) -> int:
        return self.backing.stat().st_size

    def resize(self, size: int) -> None:
        os.truncate(self.backing, size)

    def read(self, start: int, length: int) -> bytes:
        with self.backing.open("rb") as file:
            return os.pread(file.fileno(), length, start).ljust(length, b"\0")

    def write(self, start: int, data: bytes) -> None:
        """What lies behind the end of the file is dropped, as ``read`` gives zeros for it."""
        with self.backing.open("r+b") as file:
            os.pwrite(file.fileno(), data[: max(0, self.size - start)], start)

    def fill(self, fill: Fill, start: int, end: int, *, pattern: bytes = b"\0\0\0\0") -> None:
        """``pattern`` repeats from byte 0 of the drive, wherever the range starts."""
        if end <= start:
            return
        if fill is Fill.PATTERN and not any(pattern):
            fill = Fill.ZEROS
        with self.backing.open("r+b") as file:
            if fill is Fill.ZEROS and _punch(file.fileno(), start, end - start):
                return
            for at in range(start, end, CHUNK):
                os.pwrite(file.fileno(), self._piece(fill, at, min(CHUNK, end - at), pattern), at)

    def _piece(self, fill: Fill, at: int, length: int, pattern: bytes) -> bytes:
        match fill:
            case Fill.ONES:
                return b"\xff" * length
            case Fill.NOISE:
                return random.Random(f"{self.seed}:{self.keys}:{at}").randbytes(length)
            case Fill.PATTERN:
                shift = at % len(pattern)
                return (pattern * (length // len(pattern) + 2))[shift : shift + length]
            case _:
                return bytes(length)


def _punch(descriptor: int, start: int, length: int) -> bool:
    libc = ctypes.CDLL(None, use_errno=True)
    libc.fallocate.argtypes = [ctypes.c_int, ctypes.c_int, ctypes.c_int64, ctypes.c_int64]
    return bool(libc.fallocate(descriptor, _KEEP_SIZE | _PUNCH_HOLE, start, length) == 0)


@dataclass(slots=True, kw_only=True)
class Erasing:
    """An erase under way: the file follows the clock each time that the drive is asked something.

    ``size`` bytes from ``first`` on, ``passes`` times, in ``seconds`` altogether. A crypto erase (NOISE) changes
    everything at its start. ``stuck_at``: the fraction above which it never comes.
    """

    medium: Medium
    fill: Fill
    started: float
    seconds: float
    size: int
    first: int = 0
    pattern: bytes = b"\0\0\0\0"
    passes: int = 1
    inverts: bool = False
    leaves: Leaves = Leaves.NOTHING
    stuck_at: float | None = None
    _written: int = field(default=0, init=False)  # bytes over all passes

    def __post_init__(self) -> None:
        if self.fill is Fill.NOISE:
            self.medium.keys += 1
            self._write_up_to(self.size)

    def fraction(self, now: float) -> float:
        done = min(1.0, max(0.0, (now - self.started) / self.seconds)) if self.seconds > 0 else 1.0
        return done if self.stuck_at is None else min(done, self.stuck_at)

    def advance(self, now: float) -> float:
        """Bring the content up to now; the fraction done."""
        done = self.fraction(now)
        if self.fill is not Fill.NOISE:
            self._write_up_to(int(done * self.passes * self.size))
        return done

    def _write_up_to(self, target: int) -> None:
        """Of passes that are over by now only the last is written: nobody can have read the others."""
        turn = target // self.size if self.size else 0
        if turn >= self.passes:
            turn, reached = self.passes - 1, self.size
        else:
            reached = target - turn * self.size
        before = self._written - turn * self.size
        if before < 0 and turn > 0 and reached < self.size:
            self._range(turn - 1, 0, self.size)
        self._range(turn, max(0, before), reached)
        self._written = max(self._written, target)

    def _range(self, turn: int, start: int, end: int) -> None:
        pattern = bytes(~b & 0xFF for b in self.pattern) if self.inverts and turn % 2 else self.pattern
        kept_from, kept_to = left_by(self.leaves, self.size)
        for low, high in ((start, min(end, kept_from)), (max(start, kept_to), end)):
            self.medium.fill(self.fill, self.first + low, self.first + high, pattern=pattern)
