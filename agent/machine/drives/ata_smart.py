"""SMART of an ATA drive: attributes, thresholds, return status and the logs that smartctl asks for (ATA8-ACS clause
7.53 and annex A; the attribute table is SFF-8035i)."""

from __future__ import annotations

import struct
from collections.abc import Sequence
from dataclasses import dataclass, field

from agent.machine.drives.ata_make import SmartAttribute
from agent.machine.drives.ata_sct import DATA_LOG, STATUS_LOG, Sct
from agent.machine.drives.taskfile import Registers, Taskfile, aborted, done

READ_DATA, THRESHOLDS, AUTOSAVE, OFFLINE, READ_LOG, ENABLE, DISABLE, RETURN_STATUS = (
    0xD0,
    0xD1,
    0xD2,
    0xD4,
    0xD5,
    0xD8,
    0xD9,
    0xDA,
)
_SIGNATURE, _THRESHOLD_EXCEEDED = 0xC24F, 0x2CF4
WRITE_LOG = 0xD6
_PREFAILURE, _SELF_TESTS = 0x01, 0x3B  # no selective self-test
_TEMPERATURE, _HOURS, _CYCLES = 194, 9, 12
DIRECTORY, SUMMARY, STATISTICS, SELF_TEST, PHY_EVENTS, IDENTIFY = 0x00, 0x01, 0x04, 0x06, 0x11, 0x30
_SMART_LOGS = {SUMMARY: 1, SELF_TEST: 1, STATUS_LOG: 1, DATA_LOG: 1}
_GENERAL_LOGS = {STATISTICS: 2, PHY_EVENTS: 1, IDENTIFY: 1, STATUS_LOG: 1, DATA_LOG: 1}
SECTOR = 512


def summed(body: bytes) -> bytes:
    """511 bytes and the one that makes their sum zero."""
    padded = body.ljust(SECTOR - 1, b"\0")[: SECTOR - 1]
    return padded + bytes([-sum(padded) & 0xFF])


@dataclass(slots=True)
class Smart:
    attributes: Sequence[SmartAttribute]
    enabled: bool = True
    sct: Sct = field(init=False)

    def __post_init__(self) -> None:
        self.sct = Sct(self.raw(_TEMPERATURE) & 0x7F)

    def raw(self, number: int) -> int:
        return next((a.raw & 0xFFFF for a in self.attributes if a.id == number), 0)

    @property
    def passed(self) -> bool:
        """A pre-failure attribute at or below its threshold fails the drive."""
        return all(a.value > a.threshold for a in self.attributes if a.flags & _PREFAILURE and a.threshold)

    def execute(self, task: Taskfile, data: bytes = b"") -> Registers:
        """Command B0h."""
        if task.lba & 0xFFFF00 != _SIGNATURE << 8:
            return aborted(task)
        if task.features in (ENABLE, DISABLE):
            self.enabled = task.features == ENABLE
            return done(task)
        if not self.enabled:
            return aborted(task)
        match task.features:
            case 0xD0:
                return done(task, data=self._data())
            case 0xD1:
                return done(task, data=self._thresholds())
            case 0xD2 | 0xD4:
                return done(task)
            case 0xD5:
                return self._log(task)
            case 0xD6:
                answer = self.sct.command(data) if task.lba & 0xFF == STATUS_LOG else None
                if answer is None:
                    return aborted(task)
                return done(task, count=answer & 0xFF, lba=_SIGNATURE << 8 | answer >> 8)
            case 0xDA:
                signature = _SIGNATURE if self.passed else _THRESHOLD_EXCEEDED
                return done(task, lba=signature << 8 | task.lba & 0xFF)
        return aborted(task)

    def general_log(self, task: Taskfile, identify: bytes) -> Registers:
        """READ LOG EXT: address in LBA 7:0, page in LBA 15:8 and 47:40, count of pages."""
        address, page = task.lba & 0xFF, task.lba >> 8 & 0xFF
        pages = {
            DIRECTORY: [_directory(_GENERAL_LOGS)],
            STATISTICS: [_supported(STATISTICS, (0, 1)), self._general_statistics()],
            IDENTIFY: [identify],
            PHY_EVENTS: [summed(b"")],
            STATUS_LOG: [self.sct.status()],
        }.get(address)
        if address == DATA_LOG and (table := self.sct.table()) is not None:
            pages = [table]
        if pages is None or page + task.count > len(pages) or not task.count:
            return aborted(task)
        return done(task, data=b"".join(pages[page : page + task.count]))

    def _log(self, task: Taskfile) -> Registers:
        pages = {
            DIRECTORY: _directory(_SMART_LOGS),
            SUMMARY: summed(b"\x01"),
            SELF_TEST: summed(b"\x01\x00"),
            STATUS_LOG: self.sct.status(),
        }
        data = self.sct.table() if task.lba & 0xFF == DATA_LOG else pages.get(task.lba & 0xFF)
        return aborted(task) if data is None or task.count & 0xFF != 1 else done(task, data=data)

    def _data(self) -> bytes:
        body = struct.pack("<H", 16) + b"".join(_attribute(a) for a in self.attributes)
        body = body.ljust(362, b"\0")
        body += struct.pack("<BBHBBHBBBB", 0x82, 0x00, 120, 0, _SELF_TESTS, 0x0003, 0x01, 0, 2, 60)
        return summed(body)

    def _thresholds(self) -> bytes:
        return summed(
            struct.pack("<H", 16) + b"".join(struct.pack("<BB10x", a.id, a.threshold) for a in self.attributes)
        )

    def _general_statistics(self) -> bytes:
        """Device statistics page 1: power cycles, power-on hours."""
        body = bytearray(SECTOR)
        struct.pack_into("<HBB", body, 0, 1, 1, 0)
        for offset, value in ((8, self.raw(_CYCLES)), (16, self.raw(_HOURS))):
            struct.pack_into("<Q", body, offset, 0xC0 << 56 | value)
        return bytes(body)


def _attribute(attribute: SmartAttribute) -> bytes:
    worst = attribute.value if attribute.worst is None else attribute.worst
    head = struct.pack("<BHBB", attribute.id, attribute.flags, attribute.value, worst)
    return head + attribute.raw.to_bytes(6, "little") + b"\0"


def _directory(logs: dict[int, int]) -> bytes:
    body = bytearray(SECTOR)
    struct.pack_into("<H", body, 0, 1)
    for address, pages in logs.items():
        struct.pack_into("<H", body, 2 * address, pages)
    return bytes(body)


def _supported(log: int, pages: Sequence[int]) -> bytes:
    body = struct.pack("<HBB4xB", 1, 0, 0, len(pages)) + bytes(pages)
    return body.ljust(SECTOR, b"\0")
