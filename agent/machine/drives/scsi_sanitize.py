"""SANITIZE and FORMAT UNIT of a SAS disk (SBC-4 clauses 5.30 and 5.4): what runs, what failed, what is told of it."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, field

from agent.machine.drives.faults import ScsiFault, leaves
from agent.machine.drives.medium import Erasing, Fill, Medium, WaitingClock
from agent.machine.drives.scsi_make import ScsiMake, Service
from agent.machine.drives.sense import INVALID_FIELD, INVALID_PARAMETER, Sense, number

SANITIZE_RUNS, SANITIZE_FAILED = Sense(key=2, asc=4, ascq=0x1B), Sense(key=3, asc=0x31, ascq=3)
FORMAT_RUNS, FORMAT_FAILED = Sense(key=2, asc=4, ascq=4), Sense(key=3, asc=0x31, ascq=1)
_IMMEDIATE, _AUSE, _INVERT = 0x80, 0x20, 0x80
_FORMAT_DATA, _LONG_LIST, _FORMAT_IMMEDIATE, _FORMAT_PATTERN = 0x10, 0x20, 0x02, 0x08
_STUCK = 0.01
_SLICES = 50


@dataclass(slots=True, kw_only=True)
class Work:
    """One operation at a time. ``trouble``: the sense of one that failed, until it is left."""

    make: ScsiMake
    medium: Medium
    clock: WaitingClock
    faults: Collection[ScsiFault] = ()
    running: Erasing | None = field(init=False, default=None)
    formats: bool = field(init=False, default=False)
    trouble: Sense | None = field(init=False, default=None)
    unrestricted: bool = field(init=False, default=False)
    formatted_to: tuple[int, int] | None = field(init=False, default=None)  # blocks and their length, once done
    _wanted: tuple[int, int] | None = field(init=False, default=None)
    cycles: int = field(init=False, default=0)

    def settle(self) -> None:
        if self.running is None or self.running.advance(self.clock.monotonic()) < 1.0:
            return
        self.running = None
        if self.formats:
            failed = ScsiFault.FORMAT_FAILS in self.faults
            self.trouble = FORMAT_FAILED if failed else None
            self.formatted_to = None if failed else self._wanted
        elif ScsiFault.SANITIZE_FAILS in self.faults:
            self.trouble = SANITIZE_FAILED
        else:
            self.trouble = None

    @property
    def told(self) -> Sense | None:
        """What REQUEST SENSE and every medium command have to say of it; None when there is nothing."""
        self.settle()
        if self.running is None:
            return self.trouble
        if ScsiFault.SILENT in self.faults:
            return None
        runs = FORMAT_RUNS if self.formats else SANITIZE_RUNS
        done = min(int(self.running.fraction(self.clock.monotonic()) * 65536), 65535)
        return Sense(key=runs.key, asc=runs.asc, ascq=runs.ascq, progress=done)

    def power_on(self) -> None:
        """A sanitize goes on. A format that was cut leaves a medium that must be formatted again."""
        self.settle()
        self.cycles += 1
        if self.running is not None and self.formats:
            self.running, self.trouble = None, Sense(key=3, asc=0x31)

    def sanitize(self, cdb: bytes, data: bytes) -> Sense | None:
        """Start; None when it was taken. Without IMMED it returns when it is over."""
        action = cdb[1] & 0x1F
        if action == Service.EXIT_FAILURE:
            return self._leave_failure()
        if action not in self.make.sanitize or ScsiFault.SANITIZE_REFUSED in self.faults:
            return INVALID_FIELD
        erasing = self._sanitizing(action, data)
        if erasing is None:
            return INVALID_PARAMETER
        self.formats, self.trouble = False, None
        self.unrestricted = bool(cdb[1] & _AUSE)
        return self._start(erasing, immediate=bool(cdb[1] & _IMMEDIATE))

    def _leave_failure(self) -> Sense | None:
        if self.trouble is SANITIZE_FAILED:
            if not self.unrestricted:
                return INVALID_FIELD
            self.trouble = None
        return None

    def _sanitizing(self, action: int, data: bytes) -> Erasing | None:
        if action == Service.OVERWRITE:
            passes, length = data[0] & 0x1F if data else 0, number(data, 2, 2)
            pattern = data[4 : 4 + length]
            if len(data) < 4 or not passes or not length or len(pattern) != length:
                return None
            seconds = self.make.pass_s * passes
            erasing = self._erasing("sanitize", Fill.PATTERN, seconds, pattern=pattern)
            erasing.passes, erasing.inverts = passes, bool(data[0] & _INVERT)
            return erasing
        if action == Service.CRYPTO:
            return self._erasing("sanitize", Fill.NOISE, self.make.crypto_s)
        return self._erasing("sanitize", Fill.ZEROS, self.make.block_s)

    def _erasing(self, kind: str, fill: Fill, seconds: float, *, pattern: bytes = b"\0") -> Erasing:
        stuck = kind == "sanitize" and ScsiFault.SANITIZE_NEVER_ENDS in self.faults
        return Erasing(
            medium=self.medium,
            fill=fill,
            started=self.clock.monotonic(),
            seconds=seconds,
            size=self.medium.size,
            pattern=pattern,
            leaves=leaves(kind, self.faults),
            stuck_at=_STUCK if stuck else None,
        )

    def format(self, cdb: bytes, data: bytes, *, blocks: int, length: int) -> Sense | None:
        """``blocks`` of ``length`` bytes are what MODE SELECT asked for. Initialised with zeros."""
        if not self.make.format_unit:
            return Sense(key=5, asc=0x20)
        immediate = bool(cdb[1] & _FORMAT_DATA and len(data) > 1 and data[1] & _FORMAT_IMMEDIATE)
        self.formats, self.trouble, self._wanted = True, None, (blocks, length)
        if ScsiFault.FORMAT_KEEPS_BLOCK in self.faults:
            self._wanted = None
        if ScsiFault.FORMAT_DOES_NOTHING in self.faults:  # scsi-hd of QEMU: good status at once
            return None
        return self._start(self._erasing("format", Fill.ZEROS, self.make.pass_s), immediate=immediate)

    def _start(self, erasing: Erasing, *, immediate: bool) -> Sense | None:
        self.running = erasing
        if immediate:
            return None
        cycle = self.cycles
        while self.running is not None and self.cycles == cycle:
            self.clock.sleep(erasing.seconds / _SLICES)
            if erasing.stuck_at is not None and erasing.fraction(self.clock.monotonic()) >= erasing.stuck_at:
                return None
            self.settle()
        return self.trouble
