"""A virtual ATA drive: commands to registers, its state, and its backing file really erased.

It is reached through the SCSI-to-ATA translation of ``sat.py``, as on Linux. Sources: ACS-3 and ATA8-ACS; the quirks
are those of real drives (ERASURE design, sections 4, 5 and 12).
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from pathlib import Path

from agent.machine.drives import ata_limits as limits
from agent.machine.drives.ata_identify import build_identify
from agent.machine.drives.ata_make import AtaMake, AtaPast, SmartAttribute
from agent.machine.drives.ata_sanitize import Sanitize, State
from agent.machine.drives.ata_security import Security, wants_enhanced
from agent.machine.drives.ata_smart import Smart
from agent.machine.drives.bus import CommandSet, MmcReply, NvmeReply, ScsiReply
from agent.machine.drives.faults import AtaFault, leaves
from agent.machine.drives.medium import Erasing, Fill, Medium, WaitingClock
from agent.machine.drives.opal import OpalFault, OpalMake, Tper
from agent.machine.drives.sat import Bridge, Translation
from agent.machine.drives.sense import DID_RESET
from agent.machine.drives.taskfile import IDNF, Registers, Taskfile, aborted, done

IDENTIFY, CHECK_POWER_MODE, SMART, SANITIZE, SET_FEATURES = 0xEC, 0xE5, 0xB0, 0xB4, 0xEF
READ_LOG, READ_LOG_DMA = 0x2F, 0x47
SET_PASSWORD, UNLOCK, ERASE_PREPARE, ERASE_UNIT, FREEZE_LOCK, DISABLE_PASSWORD = range(0xF1, 0xF7)
_READS, _WRITES = {0x20, 0x24, 0x25, 0xC8}, {0x30, 0x34, 0x35, 0xCA}
_HARMLESS = {0xE0, 0xE1, 0xE2, 0xE3, 0xE7, 0xEA, SET_FEATURES}
_IN_SANITIZE = {IDENTIFY, SANITIZE, SMART, READ_LOG, READ_LOG_DMA, CHECK_POWER_MODE}
_ACTIVE = 0xFF  # CHECK POWER MODE: PM0
_SLICES = 50  # of a blocking erase: between two of them the plug may be pulled
_RESET_AT = 0.4
Handler = Callable[[Taskfile, bytes], Registers]


class AtaDrive:
    """``backing`` holds the whole drive, hidden sectors included. ``size_bytes``: what the drive says of itself, by
    default what its file holds; a file that is smaller holds the first sectors. ``trusted``: the kernel lets security
    protocols through (libata.allow_tpm=1)."""

    command_set = CommandSet.ATA

    def __init__(
        self,
        path: str,
        backing: Path,
        clock: WaitingClock,
        *,
        make: AtaMake | None = None,
        past: AtaPast | None = None,
        faults: Collection[AtaFault] = (),
        bridge: Bridge | None = None,
        size_bytes: int | None = None,
        opal: OpalMake | None = None,
        opal_faults: Collection[OpalFault] = (),
        trusted: bool = True,
    ) -> None:
        self.path, self.backing, self.clock = path, backing, clock
        self.make = make or AtaMake()
        self.past = past or AtaPast()
        self.faults = frozenset(faults)
        self.medium = Medium(backing, seed=self.make.serial)
        self.logical_block, self.physical_block = self.make.logical, self.make.physical
        whole = (size_bytes or self.medium.size) // self.make.logical
        self.limits = limits.Limits(
            whole=whole, past=self.past, hpa=self.make.hpa, dco=self.make.dco, faults=self.faults
        )
        self.security = Security(self.make, self.past)
        self.sanitize = Sanitize(make=self.make, medium=self.medium, clock=clock, faults=self.faults)
        self.smart = Smart(_aged(self.make.attributes, self.past.attributes))
        self.size_bytes = self.limits.visible * self.logical_block
        self._last = 0  # the command before this one: READ NATIVE MAX and ERASE PREPARE come right before another
        self._power_cycles = 0
        self.tper = Tper(make=opal, media=(self.medium,), clock=clock, faults=opal_faults) if opal else None
        self._translation = Translation(self, bridge=bridge, tper=self.tper if trusted else None)
        self._handlers = self._table()

    def _table(self) -> Mapping[int, Handler]:
        security = {
            SET_PASSWORD: lambda task, data: _told(task, taken=self.security.set_password(data)),
            UNLOCK: lambda task, data: _told(task, taken=self.security.unlock(data)),
            DISABLE_PASSWORD: lambda task, data: _told(task, taken=self.security.disable(data)),
            FREEZE_LOCK: lambda task, data: _told(task, taken=self.security.freeze()),
            ERASE_PREPARE: lambda task, data: _told(task, taken=self.security.prepare()),
            ERASE_UNIT: self._erase_unit,
        }
        if not self.make.security or AtaFault.ABORTS_SECURITY in self.faults:
            security = {}
        return {
            IDENTIFY: lambda task, data: done(task, data=self.identify()),
            CHECK_POWER_MODE: lambda task, data: done(task, count=_ACTIVE),
            SMART: lambda task, data: self.smart.execute(task, data) if self.make.smart else aborted(task),
            SANITIZE: lambda task, data: self.sanitize.execute(task, locked=self.security.locked),
            **dict.fromkeys((READ_LOG, READ_LOG_DMA), self._read_log),
            **dict.fromkeys(_READS, self._read),
            **dict.fromkeys(_WRITES, self._write),
            **dict.fromkeys(_HARMLESS, lambda task, data: done(task)),
            **dict.fromkeys((limits.READ_NATIVE, limits.READ_NATIVE_EXT, limits.DCO), self._limit),
            **dict.fromkeys((limits.SET_MAX, limits.SET_MAX_EXT), self._limit),
            **security,
        }

    def identify(self) -> bytes:
        return build_identify(
            self.make,
            sectors=self.limits.visible,
            word_128=self.security.word_128,
            master_revision=self.security.revision,
            trusted=self.tper is not None,
        )

    def execute(self, task: Taskfile, data: bytes) -> Registers:
        """One command. An unknown one is aborted, and while a sanitize runs or has failed nearly all are."""
        self.sanitize.settle()
        handler = self._handlers.get(task.command)
        if self.sanitize.state in (State.RUNNING, State.FAILED) and task.command not in _IN_SANITIZE:
            handler = None
        answer = handler(task, data) if handler else aborted(task)
        self._last = task.command
        self.security.prepared = self.security.prepared and task.command == ERASE_PREPARE
        return answer

    @property
    def media_ready(self) -> bool:
        """Would it give its sectors to a host now?"""
        self.sanitize.settle()
        return not self.security.locked and not self.closed and self.sanitize.state in (State.IDLE, State.FROZEN)

    @property
    def closed(self) -> bool:
        return self.tper is not None and self.tper.locked

    def _limit(self, task: Taskfile, data: bytes) -> Registers:
        pairs = {limits.SET_MAX: limits.READ_NATIVE, limits.SET_MAX_EXT: limits.READ_NATIVE_EXT}
        if task.command == limits.DCO and self.security.locked:
            return aborted(task)
        answer = self.limits.execute(task, data, after_read_native=self._last == pairs.get(task.command))
        self.size_bytes = self.limits.visible * self.logical_block
        return answer

    def _read_log(self, task: Taskfile, data: bytes) -> Registers:
        return self.smart.general_log(task, self.identify())

    def _span(self, task: Taskfile) -> tuple[int, int] | None:
        """First byte and length of a transfer; zero sectors are 65,536 or 256. None beyond the end."""
        sectors = task.count or (0x10000 if task.extended else 0x100)
        inside = task.address + sectors <= self.limits.visible
        return (task.address * self.logical_block, sectors * self.logical_block) if inside else None

    def _read(self, task: Taskfile, data: bytes) -> Registers:
        span = self._span(task)
        if span is None or self.security.locked or self.closed:
            return aborted(task, error=IDNF if span is None else 0x04)
        return done(task, data=self.medium.read(*span))

    def _write(self, task: Taskfile, data: bytes) -> Registers:
        span = self._span(task)
        if span is None or self.security.locked or self.closed or len(data) < span[1]:
            return aborted(task, error=IDNF if span is None else 0x04)
        self.medium.write(span[0], data[: span[1]])
        return done(task)

    def _erase_unit(self, task: Taskfile, data: bytes) -> Registers:
        """SECURITY ERASE UNIT blocks until it is over: READ NATIVE MAX and what is below it are erased."""
        enhanced = wants_enhanced(data)
        refused = enhanced and AtaFault.ABORTS_ENHANCED in self.faults
        if refused or not self.security.takes_erase(data):
            return aborted(task)
        ends_at = _RESET_AT if self.faults & {AtaFault.RESETS_IN_ERASE, AtaFault.ERASE_FAILS} else None
        reached = (self.limits.whole if enhanced else self.limits.native) * self.logical_block
        erasing = Erasing(
            medium=self.medium,
            fill=Fill.ZEROS,
            started=self.clock.monotonic(),
            seconds=self.make.pass_s,
            size=min(reached, self.medium.size),
            leaves=leaves("erase", self.faults),
            stuck_at=ends_at,
        )
        if not self._block(erasing, until=ends_at or 1.0):
            return Registers(host_status=DID_RESET)
        if AtaFault.RESETS_IN_ERASE in self.faults:
            self.suspend()
            return Registers(host_status=DID_RESET)
        if AtaFault.ERASE_FAILS in self.faults:
            return aborted(task)
        if AtaFault.ERASE_KEEPS_PASSWORD not in self.faults:
            self.security.erased()
        return done(task)

    def _block(self, erasing: Erasing, *, until: float) -> bool:
        """Let the erase take its time. False when the power went in the middle."""
        cycle = self._power_cycles
        for _ in range(_SLICES):
            self.clock.sleep(erasing.seconds * until / _SLICES)
            if self._power_cycles != cycle:
                return False
            erasing.advance(self.clock.monotonic())
        while erasing.advance(self.clock.monotonic()) < until:
            self.clock.sleep(erasing.seconds / _SLICES)
        return self._power_cycles == cycle

    def power_cut(self) -> None:
        self._restart(after_suspend=False)

    def suspend(self) -> None:
        """The PC slept and woke: the drive lost its power, and no firmware ran that would freeze it."""
        self._restart(after_suspend=True)

    def _restart(self, *, after_suspend: bool) -> None:
        self._power_cycles += 1
        self.sanitize.settle()
        self.sanitize.power_on()
        self.security.power_on(after_suspend=after_suspend)
        self.limits.power_on()
        if self.tper is not None:
            self.tper.power_on()
        self.size_bytes = self.limits.visible * self.logical_block
        self._last = 0
        if not after_suspend:
            self._translation.power_on()

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        if self.tper is not None and self.tper.gone:
            return ScsiReply(host_status=DID_RESET)
        answer = self._translation.scsi(cdb, data_out, in_length)
        return ScsiReply(host_status=DID_RESET) if self.tper is not None and self.tper.gone else answer

    def nvme(self, opcode: int, nsid: int, cdw10_15: tuple[int, ...], data_out: bytes, in_length: int) -> NvmeReply:
        raise NotImplementedError

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        raise NotImplementedError


def _told(task: Taskfile, *, taken: bool) -> Registers:
    return done(task) if taken else aborted(task)


def _aged(attributes: tuple[SmartAttribute, ...], raws: Mapping[int, int]) -> tuple[SmartAttribute, ...]:
    return tuple(replace(a, raw=raws.get(a.id, a.raw)) for a in attributes)
