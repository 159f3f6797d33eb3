"""What an ATA drive is given and what it gives back: the registers of a command (ACS-3, clause 6)."""

from __future__ import annotations

from dataclasses import dataclass

ABRT, IDNF, UNC = 0x04, 0x10, 0x40
READY, FAULTY = 0x50, 0x51  # DRDY and DSC, with ERR


@dataclass(frozen=True, slots=True, kw_only=True)
class Taskfile:
    """``features`` and ``count`` hold 16 bits and ``lba`` 48 when ``extended``, else 8 and 28 (its four highest in
    the device register)."""

    command: int
    features: int = 0
    count: int = 0
    lba: int = 0
    device: int = 0x40
    extended: bool = False

    @property
    def address(self) -> int:
        return self.lba if self.extended else self.lba & 0xFFFFFF | (self.device & 0xF) << 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Registers:
    status: int = READY
    error: int = 0
    count: int = 0
    lba: int = 0
    device: int = 0x40
    data: bytes = b""
    host_status: int = 0

    @property
    def failed(self) -> bool:
        return bool(self.status & 1)


def done(task: Taskfile, *, count: int | None = None, lba: int | None = None, data: bytes = b"") -> Registers:
    """Registers that the command does not define come back as they were given."""
    address = task.lba if lba is None else lba
    device = task.device
    if lba is not None and not task.extended:
        address, device = lba & 0xFFFFFF, task.device & 0xF0 | lba >> 24 & 0xF
    return Registers(count=task.count if count is None else count, lba=address, device=device, data=data)


def aborted(task: Taskfile, *, error: int = ABRT, lba: int | None = None) -> Registers:
    return Registers(
        status=FAULTY, error=error, count=task.count, lba=task.lba if lba is None else lba, device=task.device
    )
