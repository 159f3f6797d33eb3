"""How much of itself an ATA drive shows: Host Protected Area (ATA8-ACS clause 4.11) and Device Configuration Overlay
(clause 4.7)."""

from __future__ import annotations

import struct
from collections.abc import Collection
from dataclasses import dataclass, field

from agent.machine.drives.ata_make import AtaPast
from agent.machine.drives.faults import AtaFault
from agent.machine.drives.taskfile import IDNF, Registers, Taskfile, aborted, done

READ_NATIVE, READ_NATIVE_EXT, SET_MAX, SET_MAX_EXT, DCO = 0xF8, 0x27, 0xF9, 0x37, 0xB1
RESTORE, FREEZE, IDENTIFY, SET = 0xC0, 0xC1, 0xC2, 0xC3  # features of DCO
_SET_PASSWORD, _LOCK, _UNLOCK, _FREEZE = 1, 2, 3, 4  # features of SET MAX
_TOP_28 = 0x0FFFFFFF


@dataclass(slots=True, kw_only=True)
class Limits:
    """Counts of sectors: ``whole`` as made, ``native`` what an overlay leaves of it, ``visible`` what SET MAX leaves
    of that. ``kept`` is what ``visible`` comes back to at the next power on."""

    whole: int
    past: AtaPast
    hpa: bool
    dco: bool
    faults: Collection[AtaFault] = ()
    native: int = field(init=False)
    visible: int = field(init=False)
    kept: int = field(init=False)
    changed: bool = field(init=False, default=False)  # one lasting change for each power on
    max_locked: bool = field(init=False, default=False)
    max_frozen: bool = field(init=False, default=False)
    dco_frozen: bool = field(init=False, default=False)

    def __post_init__(self) -> None:
        self.native = self.past.dco_sectors or self.whole
        self.visible = self.kept = min(self.past.hpa_sectors or self.native, self.native)

    def power_on(self) -> None:
        self.visible = self.kept
        self.changed = self.max_locked = self.max_frozen = self.dco_frozen = False

    def execute(self, task: Taskfile, data: bytes, *, after_read_native: bool) -> Registers:
        if task.command == DCO:
            return self._overlay(task, data)
        if not self.hpa or AtaFault.ABORTS_LIMITS in self.faults:
            return aborted(task)
        if task.command in (READ_NATIVE, READ_NATIVE_EXT):
            last = self.native - 1
            return done(task, lba=last if task.command == READ_NATIVE_EXT else min(last, _TOP_28))
        if task.command == SET_MAX and not after_read_native and task.features:
            return self._protect(task)
        return self._set_max(task) if after_read_native else aborted(task)

    def _protect(self, task: Taskfile) -> Registers:
        """SET MAX SET PASSWORD, LOCK, UNLOCK, FREEZE LOCK: firmware uses the last."""
        if self.max_frozen or task.features not in (_SET_PASSWORD, _LOCK, _UNLOCK, _FREEZE):
            return aborted(task)
        self.max_frozen = task.features == _FREEZE
        self.max_locked = task.features == _LOCK or (self.max_locked and task.features != _UNLOCK)
        return done(task)

    def _set_max(self, task: Taskfile) -> Registers:
        sectors, volatile = task.address + 1, not task.count & 1
        if self.max_locked or self.max_frozen:
            return aborted(task)
        if sectors > self.native or (not volatile and self.changed):
            return aborted(task, error=IDNF)
        if AtaFault.SET_MAX_DOES_NOTHING in self.faults:
            return done(task)
        self.visible = sectors
        if not volatile:
            self.kept, self.changed = sectors, True
        return done(task)

    def _overlay(self, task: Taskfile, data: bytes) -> Registers:
        if not self.dco or self.dco_frozen or AtaFault.ABORTS_DCO in self.faults:
            return aborted(task)
        if task.features == IDENTIFY:
            return done(task, data=_overlay_data(self.whole))
        if task.features == FREEZE:
            self.dco_frozen = True
            return done(task)
        if self.visible != self.native:  # an HPA forbids both
            return aborted(task)
        if task.features == RESTORE:
            self.native = self.visible = self.kept = self.whole
            return done(task)
        sectors = int.from_bytes(data[6:14], "little") + 1
        if task.features != SET or len(data) < 512 or sum(data) & 0xFF or sectors > self.whole:
            return aborted(task)
        self.native = self.visible = self.kept = sectors
        return done(task)


def _overlay_data(sectors: int) -> bytes:
    """Revision 2: transfer modes, the last address, command sets; word 255 signature and checksum."""
    body = struct.pack("<HHHQHH", 2, 0x0007, 0x007F, sectors - 1, 0x01CF, 0x0009).ljust(510, b"\0") + b"\xa5"
    return body + bytes([-sum(body) & 0xFF])
