"""SCSI commands to an ATA drive, translated as Linux does (drivers/ata/libata-scsi.c of 6.12; SAT-4).

The quirk that hides failures: an aborted command is answered in fixed-format sense unless the control page's D_SENSE
is set, and hdparm reads registers from descriptors alone; a command that succeeds with CK_COND always answers in a
descriptor. A USB bridge stands in front with its own INQUIRY data, and refuses the pass-through or answers noise.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Protocol

from agent.machine.drives import sat_pages as pages
from agent.machine.drives.ata_make import AtaMake
from agent.machine.drives.bus import ScsiReply
from agent.machine.drives.opal import Tper, security_protocol
from agent.machine.drives.sense import (
    CHECK_CONDITION,
    INVALID_FIELD,
    INVALID_OPCODE,
    INVALID_PARAMETER,
    LBA_OUT_OF_RANGE,
    SAVING_NOT_SUPPORTED,
    Sense,
    good,
    number,
)
from agent.machine.drives.taskfile import Registers, Taskfile

PASS_12, PASS_16, VARIABLE = 0xA1, 0x85, 0x7F
_PASS_32 = 0x1FF0  # service action
_CK_COND, _EXTEND, _IDENTIFY = 1 << 5, 1, 0xEC
_ABORTED = Sense(key=0x0B)


class Bridge(StrEnum):
    """What a USB bridge does with ATA PASS-THROUGH."""

    REFUSES = "refuses"
    NOISE = "noise"  # 512 plausible bytes with good status
    PASSES = "passes"


class AtaDevice(Protocol):
    make: AtaMake
    size_bytes: int
    logical_block: int
    physical_block: int

    def execute(self, task: Taskfile, data: bytes) -> Registers: ...

    def identify(self) -> bytes: ...


@dataclass(slots=True)
class Translation:
    device: AtaDevice
    bridge: Bridge | None = field(default=None, kw_only=True)
    tper: Tper | None = field(default=None, kw_only=True)
    d_sense: bool = field(default=False, init=False)

    def power_on(self) -> None:
        self.d_sense = False

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        match cdb[0]:
            case 0x85 | 0xA1 | 0x7F:
                return self._pass_through(cdb, data_out, in_length)
            case 0x00 | 0x1B | 0x35 | 0x91:  # TEST UNIT READY, START STOP, SYNCHRONIZE CACHE
                return ScsiReply()
            case 0x03:
                return good(Sense(key=0).pack(descriptor=bool(cdb[1] & 1)), cdb[4], in_length)
            case 0x12:
                return self._inquiry(cdb, in_length)
            case 0x25:
                last = self.device.size_bytes // self.device.logical_block - 1
                data = min(last, 0xFFFFFFFF).to_bytes(4, "big") + self.device.logical_block.to_bytes(4, "big")
                return good(data, in_length)
            case 0x9E if cdb[1] & 0x1F == 0x10:
                return good(self._capacity_16(), number(cdb, 10, 4), in_length)
            case 0xA0:
                return good(b"\0\0\0\x08".ljust(16, b"\0"), number(cdb, 6, 4), in_length)
            case 0x1A | 0x5A:
                return self._mode_sense(cdb, in_length)
            case 0x15 | 0x55:
                return self._mode_select(cdb, data_out)
            case 0x08 | 0x28 | 0x88 | 0x2A | 0x8A:
                return self._transfer(cdb, data_out, in_length)
            case 0xA2 | 0xB5 if self.tper is not None:
                # TRUSTED RECEIVE and SEND: the drive aborts what is not for it
                return security_protocol(self.tper, cdb, data_out, in_length) or self._check(_ABORTED)
        return self._check(INVALID_OPCODE)

    def _check(self, sense: Sense) -> ScsiReply:
        return sense.check(descriptor=self.d_sense)

    def _inquiry(self, cdb: bytes, in_length: int) -> ScsiReply:
        bridged = self.bridge is not None
        if cdb[1] & 1:
            data = pages.vital_data(self.device, cdb[2], bridged=bridged)
            return self._check(INVALID_FIELD) if data is None else good(data, number(cdb, 3, 2), in_length)
        return good(pages.inquiry(self.device.make, bridged=bridged), number(cdb, 3, 2), in_length)

    def _capacity_16(self) -> bytes:
        device = self.device
        last = device.size_bytes // device.logical_block - 1
        exponent = (device.physical_block // device.logical_block).bit_length() - 1
        head = last.to_bytes(8, "big") + device.logical_block.to_bytes(4, "big")
        return (head + bytes([0, exponent, 0x80 if device.make.trim else 0])).ljust(32, b"\0")

    def _mode_sense(self, cdb: bytes, in_length: int) -> ScsiReply:
        six, control = cdb[0] == 0x1A, cdb[2] >> 6
        if control == 3:
            return self._check(SAVING_NOT_SUPPORTED)
        data = pages.mode_pages(cdb[2] & 0x3F, changeable=control == 1, d_sense=self.d_sense)
        if data is None or cdb[3] not in (0, 0xFF):
            return self._check(INVALID_FIELD)
        block = b"" if cdb[1] & 8 else self._block_descriptor()
        if six:
            head = bytes([len(block) + len(data) + 3, 0, 0x10, len(block)])
            return good(head + block + data, cdb[4], in_length)
        length = len(block) + len(data) + 6
        return good(
            length.to_bytes(2, "big") + bytes([0, 0x10, 0, 0, 0, len(block)]) + block + data,
            number(cdb, 7, 2),
            in_length,
        )

    def _block_descriptor(self) -> bytes:
        sectors = min(self.device.size_bytes // self.device.logical_block, 0xFFFFFFFF)
        return sectors.to_bytes(4, "big") + self.device.logical_block.to_bytes(4, "big")

    def _mode_select(self, cdb: bytes, data: bytes) -> ScsiReply:
        """libata changes D_SENSE of the control page and WCE of the caching page, and refuses anything else."""
        head = 4 if cdb[0] == 0x15 else 8
        if len(data) < head or not cdb[1] & 0x10:
            return self._check(INVALID_FIELD)
        page = data[head + (data[3] if head == 4 else number(data, 6, 2)) :]
        if len(page) < 2:
            return ScsiReply()
        current = pages.mode_pages(page[0] & 0x3F, changeable=False, d_sense=self.d_sense)
        allowed = pages.mode_pages(page[0] & 0x3F, changeable=True, d_sense=self.d_sense)
        if current is None or allowed is None or page[0] & 0x3F not in (0x08, 0x0A) or len(page) != len(current):
            return self._check(INVALID_PARAMETER)
        if any((old ^ new) & ~may for old, new, may in zip(current[2:], page[2:], allowed[2:], strict=True)):
            return self._check(INVALID_PARAMETER)
        if page[0] & 0x3F == 0x0A:
            self.d_sense = bool(page[2] & 4)
        return ScsiReply()

    def _transfer(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        """READ and WRITE (10), (16) as one EXT command of the drive."""
        long = cdb[0] in (0x88, 0x8A)
        lba, sectors = (number(cdb, 2, 8), number(cdb, 10, 4)) if long else (number(cdb, 2, 4), number(cdb, 7, 2))
        if (lba + sectors) * self.device.logical_block > self.device.size_bytes or cdb[0] == 0x08:
            return self._check(LBA_OUT_OF_RANGE)
        writes = cdb[0] in (0x2A, 0x8A)
        if not sectors:
            return ScsiReply()
        task = Taskfile(command=0x35 if writes else 0x25, count=sectors, lba=lba, extended=True)
        answer = self.device.execute(task, data_out)
        return self._check(_ABORTED) if answer.failed else good(answer.data, in_length)

    def _pass_through(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        task = taskfile_of(cdb)
        if task is None or self.bridge is Bridge.REFUSES:
            return self._check(INVALID_OPCODE)
        if self.bridge is Bridge.NOISE:
            return good(random.Random(f"noise:{task.command}").randbytes(in_length))
        checks = bool(cdb[_second_byte(cdb)] & _CK_COND)
        answer = self.device.execute(task, data_out)
        if answer.host_status:
            return ScsiReply(host_status=answer.host_status)
        if answer.failed:
            sense = (descriptor_sense if self.d_sense else fixed_sense)(answer, task, _ABORTED)
            return ScsiReply(status=CHECK_CONDITION, sense=sense)
        if checks:
            sense = descriptor_sense(answer, task, Sense(key=1, ascq=0x1D))
            return ScsiReply(status=CHECK_CONDITION, sense=sense, data=answer.data[:in_length])
        return good(answer.data, in_length)


def _second_byte(cdb: bytes) -> int:
    return 11 if cdb[0] == VARIABLE else 2


def taskfile_of(cdb: bytes) -> Taskfile | None:
    """ATA PASS-THROUGH (12), (16) and (32): SAT-4 clause 13.2. None when it is none."""
    if cdb[0] == PASS_12:
        return Taskfile(
            command=cdb[9], features=cdb[3], count=cdb[4], lba=int.from_bytes(cdb[5:8], "little"), device=cdb[8]
        )
    if cdb[0] == PASS_16 and len(cdb) >= 16:
        extended = bool(cdb[1] & _EXTEND)
        lba = cdb[8] | cdb[10] << 8 | cdb[12] << 16
        features, count = cdb[4], cdb[6]
        if extended:
            lba |= cdb[7] << 24 | cdb[9] << 32 | cdb[11] << 40
            features, count = features | cdb[3] << 8, count | cdb[5] << 8
        return Taskfile(command=cdb[14], features=features, count=count, lba=lba, device=cdb[13], extended=extended)
    if cdb[0] == VARIABLE and len(cdb) >= 32 and number(cdb, 8, 2) == _PASS_32:
        extended = bool(cdb[10] & _EXTEND)
        lba = number(cdb, 14, 6)
        return Taskfile(
            command=cdb[25],
            features=number(cdb, 20, 2) if extended else cdb[21],
            count=number(cdb, 22, 2) if extended else cdb[23],
            lba=lba if extended else lba & 0xFFFFFF,
            device=cdb[24],
            extended=extended,
        )
    return None


def descriptor_sense(answer: Registers, task: Taskfile, sense: Sense) -> bytes:
    """ATA status return descriptor (SAT-4 table 155)."""
    extended, lba, count = task.extended, answer.lba, answer.count
    high = (lambda value, shift: value >> shift & 0xFF) if extended else (lambda value, shift: 0)
    body = [9, 12, int(extended), answer.error, high(count, 8), count & 0xFF]
    for low, up in ((0, 24), (8, 32), (16, 40)):
        body += [high(lba, up), lba >> low & 0xFF]
    body += [answer.device, answer.status]
    return bytes([0x72, sense.key, sense.asc, sense.ascq, 0, 0, 0, 14, *body])


def fixed_sense(answer: Registers, task: Taskfile, sense: Sense) -> bytes:
    """Information and command-specific fields as SAT-4 table 154 lays them out."""
    flags = 0x80 if task.extended else 0
    flags |= 0x40 if task.extended and answer.count >> 8 else 0
    flags |= 0x20 if task.extended and answer.lba >> 24 else 0
    lba = answer.lba.to_bytes(6, "little")[:3]
    head = [0xF0, 0, sense.key, answer.error, answer.status, answer.device, answer.count & 0xFF, 10, flags, *lba]
    return bytes([*head, sense.asc, sense.ascq, 0, 0, 0, 0])
