"""A virtual SAS disk: SPC-4 and SBC-4 as far as sg3-utils, sdparm and smartctl ask, its backing file really erased."""

from __future__ import annotations

from collections.abc import Collection
from pathlib import Path

from agent.machine.drives import scsi_pages as pages
from agent.machine.drives.bus import CommandSet, MmcReply, NvmeReply, ScsiReply
from agent.machine.drives.faults import ScsiFault
from agent.machine.drives.medium import Fill, Medium, WaitingClock
from agent.machine.drives.opal import OpalFault, OpalMake, Tper, security_protocol
from agent.machine.drives.scsi_make import ScsiMake, ScsiPast
from agent.machine.drives.scsi_opcodes import report
from agent.machine.drives.scsi_sanitize import Work
from agent.machine.drives.sense import (
    DID_ERROR,
    INVALID_FIELD,
    INVALID_OPCODE,
    INVALID_PARAMETER,
    LBA_OUT_OF_RANGE,
    SAVING_NOT_SUPPORTED,
    Sense,
    good,
    number,
)

_SANITIZE, _FORMAT = 0x48, 0x04
_ALWAYS_ANSWERED = {0x03, 0x12, 0x1A, 0x5A, 0x25, 0x4D, 0x9E, 0xA0, 0xA3}
_SHORT, _LONG = (2, 4, 7, 2), (2, 8, 10, 4)  # where a CDB has its address and its count
_TRANSFERS = {0x28: _SHORT, 0x88: _LONG, 0x2A: _SHORT, 0x8A: _LONG, 0x41: _SHORT, 0x93: _LONG}
_WRITES, _WRITES_SAME = (0x2A, 0x8A), (0x41, 0x93)
_PLAIN_SIZES = (512, 520, 524, 528, 4096)
_LOCKED = Sense(key=7, asc=0x20, ascq=0x02)  # data protect, access denied: no access rights


class ScsiDrive:
    """``backing`` holds whole blocks of ``make.logical`` bytes; a format to another length resizes it.

    ``size_bytes``: what the disk says of itself, by default what its file holds; a file that is smaller holds the first
    blocks, and keeps its size.
    """

    command_set = CommandSet.SCSI

    def __init__(
        self,
        path: str,
        backing: Path,
        clock: WaitingClock,
        *,
        make: ScsiMake | None = None,
        past: ScsiPast | None = None,
        faults: Collection[ScsiFault] = (),
        size_bytes: int | None = None,
        opal: OpalMake | None = None,
        opal_faults: Collection[OpalFault] = (),
    ) -> None:
        self.path, self.backing, self.clock = path, backing, clock
        self.make, self.past = make or ScsiMake(), past or ScsiPast()
        self.faults = frozenset(faults)
        self.medium = Medium(backing, seed=self.make.serial)
        self.tper = Tper(make=opal, media=(self.medium,), clock=clock, faults=opal_faults) if opal else None
        self.logical_block, self.physical_block = self.make.logical, self.make.physical
        self.blocks = (size_bytes or self.medium.size) // self.logical_block
        self.size_bytes = self.blocks * self.logical_block
        self.modes = pages.ModePages(self.make)
        self.work = Work(make=self.make, medium=self.medium, clock=clock, faults=self.faults)
        self._asked: tuple[int, int] | None = None  # blocks and length of the last MODE SELECT, for the next format

    @property
    def media_ready(self) -> bool:
        """Would it give its sectors to a host now?"""
        self._settle()
        return self.work.told is None and not self.closed

    @property
    def closed(self) -> bool:
        return self.tper is not None and self.tper.locked

    def power_cut(self) -> None:
        self._settle()
        self.work.power_on()
        if self.tper is not None:
            self.tper.power_on()
        self.modes = pages.ModePages(self.make)
        self._asked = None

    def _settle(self) -> None:
        self.work.settle()
        if self.work.formatted_to is not None:
            whole = self.size_bytes == self.medium.size
            self.blocks, self.logical_block = self.work.formatted_to
            self.physical_block = max(self.make.physical if self.logical_block == 512 else 0, self.logical_block)
            self.size_bytes = self.blocks * self.logical_block
            if whole:
                self.medium.resize(self.size_bytes)
            self.work.formatted_to = self._asked = None

    def _check(self, sense: Sense) -> ScsiReply:
        return sense.check(descriptor=self.modes.d_sense)

    def scsi(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        self._settle()
        opcode = cdb[0]
        told = self.work.told
        busy = told is not None and (self.work.running is not None or opcode not in (_SANITIZE, _FORMAT))
        if told is not None and busy and opcode not in _ALWAYS_ANSWERED:
            return self._check(told)
        if self.tper is not None and self.tper.gone:
            return ScsiReply(host_status=DID_ERROR)
        answer = self._answer(cdb, data_out, in_length)
        self._settle()
        return ScsiReply(host_status=DID_ERROR) if self.tper is not None and self.tper.gone else answer

    def _answer(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        match cdb[0]:
            case 0x00 | 0x1B | 0x35 | 0x91 | 0x1D:  # TEST UNIT READY, START STOP, SYNCHRONIZE CACHE, diagnostics
                return ScsiReply()
            case 0x03:
                sense = self.work.told or Sense(key=0)
                return good(sense.pack(descriptor=bool(cdb[1] & 1)), cdb[4], in_length)
            case 0x04 | 0x48:
                return self._erase(cdb, data_out)
            case 0x12:
                return self._inquiry(cdb, in_length)
            case 0x15 | 0x55:
                return self._mode_select(cdb, data_out)
            case 0x1A | 0x5A:
                return self._mode_sense(cdb, in_length)
            case 0x25:
                last = min(self.blocks - 1, 0xFFFFFFFF)
                return good(last.to_bytes(4, "big") + self.logical_block.to_bytes(4, "big"), in_length)
            case 0x9E if cdb[1] & 0x1F == 0x10:
                exponent = (self.physical_block // self.logical_block).bit_length() - 1
                head = (self.blocks - 1).to_bytes(8, "big") + self.logical_block.to_bytes(4, "big")
                return good((head + bytes([0, exponent])).ljust(32, b"\0"), number(cdb, 10, 4), in_length)
            case 0x37:
                return good(pages.defect_list(self.past, cdb[2], long=False), number(cdb, 7, 2), in_length)
            case 0xB7:
                return good(pages.defect_list(self.past, cdb[1], long=True), number(cdb, 6, 4), in_length)
            case 0x4D:
                page = None if cdb[3] else pages.log_page(self.past, cdb[2] & 0x3F)
                return self._check(INVALID_FIELD) if page is None else good(page, number(cdb, 7, 2), in_length)
            case 0xA0:
                return good(b"\0\0\0\x08".ljust(16, b"\0"), number(cdb, 6, 4), in_length)
            case 0xA3 if cdb[1] & 0x1F == 0x0C and ScsiFault.NO_OPCODES not in self.faults:
                known = report(self.make, cdb, secure=self.tper is not None)
                return self._check(INVALID_FIELD) if known is None else good(known, number(cdb, 6, 4), in_length)
            case 0xA2 | 0xB5 if self.tper is not None:
                return security_protocol(self.tper, cdb, data_out, in_length) or self._check(INVALID_FIELD)
            case 0x28 | 0x88 | 0x2A | 0x8A | 0x41 | 0x93:
                return self._transfer(cdb, data_out, in_length)
        return self._check(INVALID_OPCODE)

    def _erase(self, cdb: bytes, data: bytes) -> ScsiReply:
        if self.closed:
            return self._check(_LOCKED)
        if cdb[0] == _SANITIZE:
            if not self.make.sanitize:
                return self._check(INVALID_OPCODE)
            if ScsiFault.SANITIZE_TRANSPORT_ERROR in self.faults:
                return ScsiReply(host_status=DID_ERROR)
            trouble = self.work.sanitize(cdb, data)
        else:
            blocks, length = self._asked or (self.blocks, self.logical_block)
            trouble = self.work.format(cdb, data, blocks=blocks, length=length)
        return ScsiReply() if trouble is None else self._check(trouble)

    def _inquiry(self, cdb: bytes, in_length: int) -> ScsiReply:
        data = pages.vital_data(self.make, cdb[2]) if cdb[1] & 1 else pages.inquiry(self.make)
        return self._check(INVALID_FIELD) if data is None else good(data, number(cdb, 3, 2), in_length)

    def _mode_sense(self, cdb: bytes, in_length: int) -> ScsiReply:
        """The header, a block descriptor (long when LLBAA asks for it), the pages."""
        if cdb[2] >> 6 == 3:
            return self._check(SAVING_NOT_SUPPORTED)
        body = self.modes.page(cdb[2] & 0x3F, changeable=cdb[2] >> 6 == 1)
        if body is None or cdb[3] not in (0, 0xFF):
            return self._check(INVALID_FIELD)
        six, long = cdb[0] == 0x1A, cdb[0] == 0x5A and bool(cdb[1] & 0x10)
        blocks, length = self._asked or (self.blocks, self.logical_block)
        if cdb[1] & 8:
            block = b""
        elif long:
            block = blocks.to_bytes(8, "big") + bytes(4) + length.to_bytes(4, "big")
        else:
            block = min(blocks, 0xFFFFFFFF).to_bytes(4, "big") + length.to_bytes(4, "big")
        if six:
            return good(bytes([3 + len(block) + len(body), 0, 0x10, len(block)]) + block + body, cdb[4], in_length)
        head = (6 + len(block) + len(body)).to_bytes(2, "big") + bytes([0, 0x10, int(long), 0, 0, len(block)])
        return good(head + block + body, number(cdb, 7, 2), in_length)

    def _mode_select(self, cdb: bytes, data: bytes) -> ScsiReply:
        six = cdb[0] == 0x15
        start = 4 if six else 8
        if len(data) < start:
            return self._check(INVALID_PARAMETER)
        size, long = (data[3], False) if six else (number(data, 6, 2), bool(data[4] & 1))
        if size:
            block = data[start : start + size]
            blocks, length = (
                (number(block, 0, 8), number(block, 12, 4)) if long else (number(block, 0, 4), number(block, 5, 3))
            )
            if length not in _PLAIN_SIZES:
                return self._check(INVALID_PARAMETER)
            self._asked = (min(blocks or self.blocks, self.blocks), length)
        rest = data[start + size :]
        while len(rest) >= 2:
            page, rest = rest[: 2 + rest[1]], rest[2 + rest[1] :]
            if not self.modes.select(bytes([page[0] | 0x80]) + page[1:]):
                return self._check(INVALID_PARAMETER)
        return ScsiReply()

    def _transfer(self, cdb: bytes, data_out: bytes, in_length: int) -> ScsiReply:
        at, width, count_at, count_width = _TRANSFERS[cdb[0]]
        lba, blocks = number(cdb, at, width), number(cdb, count_at, count_width)
        if lba + blocks > self.blocks:
            return self._check(LBA_OUT_OF_RANGE)
        if self.closed:
            return self._check(_LOCKED)
        start, length = lba * self.logical_block, blocks * self.logical_block
        if cdb[0] in _WRITES_SAME:
            if len(data_out) < self.logical_block or not blocks:
                return self._check(INVALID_FIELD)
            pattern = data_out[: self.logical_block]
            self.medium.fill(Fill.PATTERN, start, start + length, pattern=pattern)
            return ScsiReply()
        if cdb[0] in _WRITES:
            self.medium.write(start, data_out[:length])
            return ScsiReply()
        return good(self.medium.read(start, length), in_length)

    def nvme(self, opcode: int, nsid: int, cdw10_15: tuple[int, ...], data_out: bytes, in_length: int) -> NvmeReply:
        raise NotImplementedError

    def mmc(self, opcode: int, argument: int, *, writes: bool, data_out: bytes, in_length: int) -> MmcReply:
        raise NotImplementedError
