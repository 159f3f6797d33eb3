"""A virtual eMMC: MMC_IOC_CMD as the kernel passes it on (drivers/mmc/core/block.c), erase groups, SANITIZE_START.

What a host can see of a sanitize is nothing: it removes what is unmapped already. ``remnant_bytes`` tells the test
what a laboratory would still find.
"""

from __future__ import annotations

import errno
from collections.abc import Collection, Sequence
from pathlib import Path

from agent.machine.drives.bus import CommandSet, MmcReply, Node, NvmeReply, ScsiReply
from agent.machine.drives.faults import MmcFault, leaves
from agent.machine.drives.medium import Fill, Leaves, Medium, WaitingClock, left_by
from agent.machine.drives.mmc_make import (
    GROUP,
    SANITIZE,
    SECTOR,
    SECURE_ERASE,
    TRIM,
    UNIT,
    MmcMake,
    Register,
    build_ext_csd,
)

_READY = 0x900  # R1: state tran, ready for data
_SWITCH_ERROR, _ERASE_SEQUENCE, _ERASE_PARAMETER, _OUT_OF_RANGE = 1 << 7, 1 << 28, 1 << 27, 1 << 31
_LEGACY, _TRIM, _DISCARD = 0x0, 0x1, 0x3
_SECURE_ERASE, _SECURE_TRIM_1, _SECURE_TRIM_2 = 0x80000000, 0x80000001, 0x80008000
_KERNEL_GIVES_UP_S = 240.0  # MMC_SANITIZE_TIMEOUT_MS
_FIRST_PROPERTY = 192  # registers from here on are read-only
_READ_ONLY = {int(Register.PARTITIONING), int(Register.WRITE_RELIABILITY), int(Register.RPMB_SIZE)}
_WP_POWER_ON, _WP_FOR_EVER = 0x01, 0x04  # BOOT_WP


class MmcDrive:
    """``boot``: backing files of the boot areas, if they are to have content; they are ``path`` + boot0, boot1.
    ``gp``: those of the general purpose partitions, gp0 on.

    ``size_bytes``: what the card says of itself, by default what its file holds; a file that is smaller holds the
    first sectors. Erase arguments are sectors, also below 2 GiB, where a real card counts bytes.
    """

    command_set = CommandSet.MMC
    logical_block = SECTOR
    physical_block = SECTOR

    def __init__(
        self,
        path: str,
        backing: Path,
        clock: WaitingClock,
        *,
        make: MmcMake | None = None,
        boot: Sequence[Path] = (),
        gp: Sequence[Path] = (),
        faults: Collection[MmcFault] = (),
        size_bytes: int | None = None,
    ) -> None:
        self.path, self.backing, self.clock = path, backing, clock
        self.make = make or MmcMake()
        self.boot, self.gp = tuple(boot), tuple(gp)
        self.faults = frozenset(faults)
        self.medium = Medium(backing, seed=self.make.serial)
        self.size_bytes = size_bytes or self.medium.size
        self.registers = build_ext_csd(self.make, sectors=self.size_bytes // SECTOR)
        self.remnant_bytes = 0
        self.writable: set[str] = set()
        self.was_writable: list[str] = []
        self._sanitized_at: float | None = None
        self._span: tuple[int, int] | None = None
        self._start: int | None = None

    def nodes(self) -> Sequence[Node]:
        """The kernel gives boot areas read-only until ``force_ro`` is cleared. One without a file has no node."""
        user = Node(path=self.path, size_bytes=self.size_bytes)
        size = self.make.boot_units * UNIT
        locked = self.registers[Register.BOOT_WP_STATUS]
        areas = [
            Node(
                path=f"{self.path}boot{n}",
                size_bytes=size,
                read_only=f"{self.path}boot{n}" not in self.writable,
                backing=file,
                protected=bool(locked >> 2 * n & 3),
            )
            for n, file in enumerate(self.boot)
        ]
        areas += [
            Node(path=f"{self.path}gp{n}", size_bytes=file.stat().st_size, backing=file)
            for n, file in enumerate(self.gp)
        ]
        return (user, *areas)

    def force_read_only(self, path: str, *, on: bool) -> None:
        if on:
            self.writable.discard(path)
        else:
            self.writable.add(path)
            self.was_writable.append(path)

    def power_cut(self) -> None:
        self._settle()
        self.registers[Register.PARTITION_CONFIG] &= ~7
        self.registers[Register.BOOT_WP] &= ~_WP_POWER_ON
        self.registers[Register.BOOT_WP_STATUS] &= 0b1010
        self._start = self._span = None

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        self._settle()
        match opcode:
            case 6:  # SWITCH
                return self._switch(argument)
            case 8:  # SEND_EXT_CSD
                if MmcFault.NO_EXT_CSD in self.faults:
                    return MmcReply(errno=errno.ETIMEDOUT)
                return _answer(data=bytes(self.registers)[:in_length])
            case 13:  # SEND_STATUS
                return _answer()
            case 35:  # ERASE_GROUP_START
                self._start, self._span = argument, None
                return _answer(_ERASE_PARAMETER if argument * SECTOR >= self._told_size() else 0)
            case 36:  # ERASE_GROUP_END
                return self._erase_end(argument)
            case 38:  # ERASE
                return self._erase(argument)
        return MmcReply(errno=errno.ETIMEDOUT)  # no card answers a command that it does not know

    def _area(self) -> Medium:
        """Where erase commands go: PARTITION_CONFIG bits 2:0."""
        chosen = self.registers[Register.PARTITION_CONFIG] & 7
        if chosen in (1, 2) and chosen <= len(self.boot):
            return Medium(self.boot[chosen - 1], seed=self.make.serial)
        return self.medium

    def _told_size(self) -> int:
        area = self._area()
        return self.size_bytes if area is self.medium else area.size

    def _switch(self, argument: int) -> MmcReply:
        """SWITCH: set bits, clear bits or write a byte of the extended CSD."""
        mode, index, value = argument >> 24 & 3, argument >> 16 & 0xFF, argument >> 8 & 0xFF
        if index == Register.SANITIZE_START:
            return self._sanitize()
        if not mode or index >= _FIRST_PROPERTY or index in _READ_ONLY:
            return _answer(_SWITCH_ERROR if mode else 0)
        old = self.registers[index]
        self.registers[index] = {1: old | value, 2: old & ~value & 0xFF, 3: value}[mode]
        if index == Register.BOOT_WP:
            self._lock_boot(value)
        return _answer()

    def _lock_boot(self, value: int) -> None:
        status = 0b0101 if value & _WP_POWER_ON else 0
        self.registers[Register.BOOT_WP_STATUS] |= 0b1010 if value & _WP_FOR_EVER else status

    def _sanitize(self) -> MmcReply:
        """The kernel refuses it for a card without the bit, and waits 240 s at most."""
        if not self.make.features & SANITIZE:
            return MmcReply(errno=errno.EOPNOTSUPP)
        if MmcFault.SANITIZE_FAILS in self.faults:
            return MmcReply(errno=errno.EBADMSG)
        takes = float("inf") if MmcFault.SANITIZE_NEVER_ENDS in self.faults else self.make.sanitize_s
        self._sanitized_at = self.clock.monotonic() + takes
        self.clock.sleep(min(takes, _KERNEL_GIVES_UP_S))
        self._settle()
        return _answer() if self._sanitized_at is None else MmcReply(errno=errno.ETIMEDOUT)

    def _settle(self) -> None:
        if self._sanitized_at is None or self.clock.monotonic() < self._sanitized_at:
            return
        self._sanitized_at = None
        if MmcFault.SANITIZE_DOES_NOTHING not in self.faults:
            self.remnant_bytes = 0

    def _erase_end(self, last: int) -> MmcReply:
        if self._start is None:
            return _answer(_ERASE_SEQUENCE)
        if last < self._start or last * SECTOR >= self._told_size():
            return _answer(_OUT_OF_RANGE if last >= self._start else _ERASE_PARAMETER)
        self._span = (self._start, last)
        return _answer()

    def _erase(self, argument: int) -> MmcReply:
        """Whole groups, or single sectors for the trims. What is not erased securely is only unmapped."""
        span, self._span, self._start = self._span, None, None
        if span is None:
            return _answer(_ERASE_SEQUENCE)
        secure = argument in (_SECURE_ERASE, _SECURE_TRIM_1, _SECURE_TRIM_2)
        needs = (SECURE_ERASE if secure else 0) | (TRIM if argument in (_TRIM, _SECURE_TRIM_1, _SECURE_TRIM_2) else 0)
        if (argument not in (_LEGACY, _DISCARD, _TRIM) and not secure) or self.make.features & needs != needs:
            return _answer(_ERASE_PARAMETER)
        if argument == _SECURE_TRIM_1:  # marks; the second step erases
            return _answer()
        start, end = span[0] * SECTOR, (span[1] + 1) * SECTOR
        if argument in (_LEGACY, _SECURE_ERASE):
            group = GROUP * self.registers[Register.ERASE_GROUP_SIZE]
            start, end = start // group * group, -(-end // group) * group
        end = min(end, self._area().size)
        self.clock.sleep(self.make.erase_s)
        self._fill(start, end)
        self.remnant_bytes += 0 if secure else end - start
        return _answer()

    def _fill(self, start: int, end: int) -> None:
        area = self._area()
        left = leaves("erase", self.faults)
        kept_from, kept_to = left_by(left, area.size) if left is not Leaves.NOTHING else (end, end)
        ones = bool(self.make.erased_byte) or MmcFault.ERASES_TO_ONES in self.faults
        for low, high in ((start, min(end, kept_from)), (max(start, kept_to), end)):
            area.fill(Fill.ONES if ones else Fill.ZEROS, low, high)

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        raise NotImplementedError

    def nvme(self, opcode: int, nsid: int, cdw10_15: tuple[int, ...], data_out: bytes, in_length: int) -> NvmeReply:
        raise NotImplementedError


def _answer(error: int = 0, *, data: bytes = b"") -> MmcReply:
    return MmcReply(response=(_READY | error, 0, 0, 0), data=data)
