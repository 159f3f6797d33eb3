"""Sanitize of an NVMe drive: the command, the state it leaves, and log 81h (NVMe base 2.0, 5.24, 8.21, figure 291)."""

from __future__ import annotations

import struct
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field
from enum import IntEnum

from agent.machine.drives.faults import leaves
from agent.machine.drives.medium import Erasing, Fill, Medium, WaitingClock
from agent.machine.drives.nvme_make import NvmeFault, NvmeMake

DNR = 0x4000  # do not retry
SUCCESS = 0
INVALID_OPCODE, INVALID_FIELD = DNR | 0x01, DNR | 0x02
SANITIZE_FAILED, SANITIZE_IN_PROGRESS = DNR | 0x1C, 0x1D

EXIT_FAILURE, BLOCK, OVERWRITE, CRYPTO = 1, 2, 3, 4
_SUPPORTED_BIT = {CRYPTO: 1, BLOCK: 2, OVERWRITE: 4}
_AUSE, _INVERT, _NO_DEALLOCATE = 1 << 3, 1 << 8, 1 << 9
_INHIBITED = 1 << 29  # SANICAP: no-deallocate is not done
_ERASED = 1 << 8  # SSTAT: nothing was written since
_IDLE_PROGRESS = 0xFFFF
_STUCK, _FAILS_AT, _CUT_AT = 655 / 65536, 0.6, 0.4
_SECRET_STATUS = 7


class Status(IntEnum):
    NEVER, COMPLETED, RUNNING, FAILED, COMPLETED_DEALLOCATED = range(5)


@dataclass(slots=True, kw_only=True)
class Sanitize:
    """``gone``: the power went in the middle, and nothing answers until it is back."""

    make: NvmeMake
    clock: WaitingClock
    media: Sequence[Medium]
    faults: Collection[NvmeFault] = ()
    status: int = Status.NEVER
    dword10: int = 0
    no_deallocate_warns: bool = False  # NODRM of feature 17h: a no-deallocate that cannot be is done otherwise
    gone: bool = field(init=False, default=False)
    _erasing: list[Erasing] = field(init=False, default_factory=list)
    _passes: int = field(init=False, default=0)
    _restricted: bool = field(init=False, default=True)
    _started: bool = field(init=False, default=False)
    _was_cut: bool = field(init=False, default=False)
    _untouched_since: tuple[int, ...] = field(init=False, default=())

    # -- time

    def settle(self) -> None:
        """Bring state and content up to the clock."""
        if self.status != Status.RUNNING or self.gone:
            return
        done = min((erasing.advance(self.clock.monotonic()) for erasing in self._erasing), default=1.0)
        if NvmeFault.POWER_CUT in self.faults and not self._was_cut and done >= _CUT_AT:
            self.gone = self._was_cut = True
        elif NvmeFault.SANITIZE_FAILS in self.faults and done >= _FAILS_AT:
            self.status = Status.FAILED
        elif done >= 1.0:
            self._complete()

    def _complete(self) -> None:
        self.status = Status.COMPLETED
        if self.dword10 & _NO_DEALLOCATE and self.make.sanicap & _INHIBITED:
            self.status = Status.COMPLETED_DEALLOCATED
        if NvmeFault.SANITIZE_UNKNOWN_STATUS in self.faults:
            self.status = _SECRET_STATUS
        self._untouched_since = self._times()

    def power_on(self) -> None:
        """What was running goes on from where it was."""
        now = self.clock.monotonic()
        if self.gone:
            for erasing in self._erasing:
                reached, erasing.stuck_at = erasing.fraction(now), None
                erasing.started = now - reached * erasing.seconds
        self.gone = False

    # -- the command

    def start(self, dword10: int, pattern: int) -> int:
        """The status field that the command completes with."""
        if not self.make.sanicap & 7 or NvmeFault.SANITIZE_REFUSED in self.faults:
            return INVALID_OPCODE
        if self.status == Status.RUNNING:
            return SANITIZE_IN_PROGRESS
        action = dword10 & 7
        if self.status == Status.FAILED and self._restricted and (action == EXIT_FAILURE or dword10 & _AUSE):
            return SANITIZE_FAILED
        if action == EXIT_FAILURE:
            self.status = Status.NEVER if self.status == Status.FAILED else self.status
            return SUCCESS
        if not _SUPPORTED_BIT.get(action, 0) & self.make.sanicap:
            return INVALID_FIELD
        if dword10 & _NO_DEALLOCATE and self.make.sanicap & _INHIBITED and not self.no_deallocate_warns:
            return INVALID_FIELD
        if NvmeFault.SANITIZE_IGNORED not in self.faults:
            self._begin(action, dword10, pattern)
        return SUCCESS

    def _begin(self, action: int, dword10: int, pattern: int) -> None:
        self._passes = ((dword10 >> 4 & 0xF) or 16) if action == OVERWRITE else 1
        self._restricted = not dword10 & _AUSE
        self._started, self._was_cut, self._untouched_since = True, False, ()
        self.status, self.dword10 = Status.RUNNING, dword10
        seconds = {CRYPTO: self.make.crypto_s, BLOCK: self.make.block_s, OVERWRITE: self.make.pass_s * self._passes}
        if NvmeFault.SANITIZE_OTHER_ACTION in self.faults:
            self.dword10 = dword10 & ~7 | (BLOCK if action == CRYPTO else CRYPTO)
        fill = {CRYPTO: Fill.NOISE, BLOCK: Fill.ONES if self.make.erased_to_ones else Fill.ZEROS}
        self._erasing = [
            Erasing(
                medium=medium,
                fill=fill.get(action, Fill.PATTERN),
                started=self.clock.monotonic(),
                seconds=0.0 if NvmeFault.DONE_WHEN_LOOKED in self.faults else seconds[action],
                size=medium.size,
                pattern=pattern.to_bytes(4, "little"),
                passes=self._passes,
                inverts=bool(dword10 & _INVERT),
                leaves=leaves("sanitize", self.faults),
                stuck_at=self._stuck_at(),
            )
            for medium in self.media
        ]

    def _stuck_at(self) -> float | None:
        stops = {
            NvmeFault.SANITIZE_NEVER_ENDS: _STUCK,
            NvmeFault.SANITIZE_FAILS: _FAILS_AT,
            NvmeFault.POWER_CUT: _CUT_AT,
        }
        return min((stop for fault, stop in stops.items() if fault in self.faults), default=None)

    # -- the log

    @property
    def log_is_there(self) -> bool:
        return bool(self.make.sanicap & 7) and not (self._started and NvmeFault.LOG_VANISHES in self.faults)

    def log(self) -> bytes:
        running = self.status == Status.RUNNING
        done = min((e.fraction(self.clock.monotonic()) for e in self._erasing), default=0.0) if running else 0.0
        progress = min(int(done * 65536), _IDLE_PROGRESS) if running else _IDLE_PROGRESS
        return struct.pack(
            "<HHI6I480x", progress, self._sstat(done), self.dword10, *(_seconds(s) for s in self._estimates())
        )

    def _sstat(self, done: float) -> int:
        over = self.dword10 & 7 == OVERWRITE
        passes = (int(done * self._passes) if self.status == Status.RUNNING else self._passes) if over else 0
        untouched = bool(self._untouched_since) and self._untouched_since == self._times()
        return self.status | passes << 3 | (_ERASED if untouched else 0)

    def _estimates(self) -> tuple[int | None, ...]:
        told = self.make.estimates
        return (told.overwrite, told.block, told.crypto, told.kept_overwrite, told.kept_block, told.kept_crypto)

    def _times(self) -> tuple[int, ...]:
        """When each file was last written: what a host writes does not pass through here."""
        return tuple(medium.backing.stat().st_mtime_ns for medium in self.media)


def _seconds(told: int | None) -> int:
    return 0xFFFFFFFF if told is None else told
