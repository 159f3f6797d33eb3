"""The Sanitize feature set of an ATA drive: the state machine SD0 to SD3 (ACS-3 clauses 4.17 and 7.36)."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field
from enum import IntEnum

from agent.machine.drives.ata_make import Action, AtaMake
from agent.machine.drives.faults import AtaFault, leaves
from agent.machine.drives.medium import Erasing, Fill, Medium, WaitingClock
from agent.machine.drives.taskfile import Registers, Taskfile, aborted, done

STATUS, CRYPTO, BLOCK, OVERWRITE, FREEZE, ANTIFREEZE = 0x00, 0x11, 0x12, 0x14, 0x20, 0x40
_KEYS = {CRYPTO: 0x43727970, BLOCK: 0x426B4572, FREEZE: 0x46724C6B, ANTIFREEZE: 0x416E7469}
_OVERWRITE_KEY = 0x4F57
_ACTIONS = {CRYPTO: Action.CRYPTO, BLOCK: Action.BLOCK, OVERWRITE: Action.OVERWRITE}
_FAILURE_MODE, _INVERT = 1 << 4, 1 << 7  # count
_COMPLETED, _RUNNING, _FROZEN, _ANTIFREEZE = 1 << 15, 1 << 14, 1 << 13, 1 << 12  # count, as answered
_STUCK = 655 / 65536


class State(IntEnum):
    IDLE, FROZEN, RUNNING, FAILED = range(4)


class Reason(IntEnum):
    """Sanitize device error reason, in LBA bits 7:0 of an aborted command."""

    NOT_REPORTED, UNSUCCESSFUL, UNSUPPORTED, FROZEN, ANTIFREEZE = range(5)


@dataclass(slots=True, kw_only=True)
class Sanitize:
    make: AtaMake
    medium: Medium
    clock: WaitingClock
    faults: Collection[AtaFault] = ()
    state: State = field(init=False, default=State.IDLE)
    completed: bool = field(init=False, default=False)
    antifrozen: bool = field(init=False, default=False)
    may_leave_failure: bool = field(init=False, default=False)
    running: Erasing | None = field(init=False, default=None)

    def __post_init__(self) -> None:
        self._freeze_at_power_on()

    def _freeze_at_power_on(self) -> None:
        if AtaFault.SANITIZE_FROZEN in self.faults and self.state is State.IDLE:
            self.state = State.FROZEN

    def settle(self) -> None:
        """Bring state and content up to the clock."""
        if self.running is None or self.running.advance(self.clock.monotonic()) < 1.0:
            return
        self.running = None
        failed = AtaFault.SANITIZE_FAILS in self.faults
        self.state, self.completed = (State.FAILED, False) if failed else (State.IDLE, True)

    def power_on(self) -> None:
        """One that runs goes on; frozen and antifreeze are volatile."""
        self.antifrozen = False
        if self.state is State.FROZEN:
            self.state = State.IDLE
        if AtaFault.FORGETS_SANITIZE in self.faults:
            self.completed = False
        self._freeze_at_power_on()

    def execute(self, task: Taskfile, *, locked: bool) -> Registers:
        if not self.make.sanitize or AtaFault.ABORTS_SANITIZE in self.faults:
            return aborted(task)
        self.settle()
        if task.features == STATUS:
            return self._status(task)
        if task.features in (FREEZE, ANTIFREEZE):
            return self._freeze(task)
        return self._start(task, locked=locked)

    def _status(self, task: Taskfile) -> Registers:
        if self.state is State.FAILED and task.count & 1 and self.may_leave_failure:
            self.state = State.IDLE
        if self.state is State.FAILED:
            return aborted(task, lba=Reason.UNSUCCESSFUL)
        count = {State.IDLE: 0, State.FROZEN: _FROZEN, State.RUNNING: _RUNNING}[self.state]
        count |= (_COMPLETED if self.completed else 0) | (_ANTIFREEZE if self.antifrozen else 0)
        progress = 0xFFFF
        if self.running is not None:
            progress = int(self.running.fraction(self.clock.monotonic()) * 65536)
        return done(task, count=count, lba=min(progress, 0xFFFF))

    def _freeze(self, task: Taskfile) -> Registers:
        if task.lba != _KEYS[task.features] or self.state in (State.RUNNING, State.FAILED):
            return aborted(task, lba=Reason.NOT_REPORTED)
        if task.features == ANTIFREEZE:
            if not self.make.antifreeze:
                return aborted(task, lba=Reason.UNSUPPORTED)
            if self.state is State.FROZEN:
                return aborted(task, lba=Reason.FROZEN)
            self.antifrozen = True
            return done(task)
        if self.antifrozen:
            return aborted(task, lba=Reason.ANTIFREEZE)
        self.state = State.FROZEN
        return done(task)

    def _start(self, task: Taskfile, *, locked: bool) -> Registers:
        action = _ACTIONS.get(task.features)
        if action not in self.make.sanitize:
            return aborted(task, lba=Reason.UNSUPPORTED)
        if self.state is State.FROZEN:
            return aborted(task, lba=Reason.FROZEN)
        key = task.lba >> 32 == _OVERWRITE_KEY if action is Action.OVERWRITE else task.lba == _KEYS[task.features]
        if not key or locked or self.state is State.RUNNING:
            return aborted(task, lba=Reason.NOT_REPORTED)
        if AtaFault.SANITIZE_IGNORED in self.faults:
            return done(task)
        self.running = self._erasing(action, task)
        self.state, self.completed = State.RUNNING, False
        self.may_leave_failure = bool(task.count & _FAILURE_MODE)
        return done(task)

    def _erasing(self, action: Action | None, task: Taskfile) -> Erasing:
        make, passes = self.make, 1
        if action is Action.OVERWRITE:
            passes = task.count & 0xF or 16  # zero is sixteen
            fill, seconds = Fill.PATTERN, make.pass_s * passes
        elif action is Action.CRYPTO:
            fill, seconds = Fill.NOISE, make.crypto_s
        else:
            fill, seconds = Fill.ONES if make.erased_to_ones else Fill.ZEROS, make.block_s
        return Erasing(
            medium=self.medium,
            fill=fill,
            started=self.clock.monotonic(),
            seconds=seconds,
            size=self.medium.size,
            pattern=(task.lba & 0xFFFFFFFF).to_bytes(4, "little"),
            passes=passes,
            inverts=bool(task.count & _INVERT),
            leaves=leaves("sanitize", self.faults),
            stuck_at=_STUCK if AtaFault.SANITIZE_NEVER_ENDS in self.faults else None,
        )
