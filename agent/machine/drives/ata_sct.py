"""SMART Command Transport as far as ``smartctl -x`` asks (ATA8-ACS clause 8): status, temperature history, timers."""

from __future__ import annotations

import struct
from dataclasses import dataclass, field

STATUS_LOG, DATA_LOG = 0xE0, 0xE1
_ERROR_RECOVERY, _FEATURE, _TABLE = 3, 4, 5  # action codes
_HISTORY = 478  # samples
_SECTOR = 512


@dataclass(slots=True)
class Sct:
    heat: int
    wants_table: bool = field(default=False, init=False)
    last: tuple[int, int] = field(default=(0, 0), init=False)  # action and function code

    def status(self) -> bytes:
        """Format 3: temperatures in whole degrees."""
        body = bytearray(_SECTOR)
        struct.pack_into("<HHHI", body, 0, 3, 1, 1, 0)
        struct.pack_into("<HHH", body, 14, 0, *self.last)
        struct.pack_into("<bbbbbb", body, 200, self.heat, 20, self.heat, 20, self.heat, 0)
        return bytes(body)

    def command(self, data: bytes) -> int | None:
        """A command written to the status log: its answer of 16 bits, or None when the drive does not know it."""
        action, function = struct.unpack_from("<HH", data) if len(data) >= 4 else (0, 0)
        self.last = (action, function)
        if action == _TABLE and function == 1:
            self.wants_table = True
            return 0
        if action == _ERROR_RECOVERY and function in (1, 2):
            return 0  # no limit
        return 1 if action == _FEATURE and function in (2, 3) else None

    def table(self) -> bytes | None:
        """Temperature history, empty; only after a command has asked for it."""
        if not self.wants_table:
            return None
        self.wants_table = False
        body = struct.pack("<HHHbbbb20xHH", 2, 1, 1, 60, 65, 0, -5, _HISTORY, 0)
        return (body + bytes([0x80]) * _HISTORY)[:_SECTOR]
