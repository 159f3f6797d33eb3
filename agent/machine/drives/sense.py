"""Sense data of SPC-4 (clause 4.5) in its two formats, and the answers that carry it."""

from __future__ import annotations

from dataclasses import dataclass

from agent.machine.drives.bus import ScsiReply

CHECK_CONDITION = 2
DID_ERROR, DID_RESET = 0x07, 0x08


@dataclass(frozen=True, slots=True, kw_only=True)
class Sense:
    """``progress``: 65536ths of the whole, in the sense-key specific bytes. ``descriptor``: more, after those."""

    key: int
    asc: int = 0
    ascq: int = 0
    progress: int | None = None

    def pack(self, *, descriptor: bool) -> bytes:
        specific = b"" if self.progress is None else bytes([0x80, self.progress >> 8, self.progress & 0xFF])
        if descriptor:
            more = bytes([2, 6, 0, 0, *specific, 0]) if specific else b""
            return bytes([0x72, self.key, self.asc, self.ascq, 0, 0, 0, len(more)]) + more
        return bytes([0x70, 0, self.key, 0, 0, 0, 0, 10, 0, 0, 0, 0, self.asc, self.ascq, 0]) + specific.ljust(3, b"\0")

    def check(self, *, descriptor: bool = False) -> ScsiReply:
        return ScsiReply(status=CHECK_CONDITION, sense=self.pack(descriptor=descriptor))


NO_SENSE = Sense(key=0)
INVALID_OPCODE = Sense(key=5, asc=0x20)
INVALID_FIELD = Sense(key=5, asc=0x24)
INVALID_PARAMETER = Sense(key=5, asc=0x26)
LBA_OUT_OF_RANGE = Sense(key=5, asc=0x21)
SAVING_NOT_SUPPORTED = Sense(key=5, asc=0x39)
MEDIUM_READ_ERROR = Sense(key=3, asc=0x11)


def number(cdb: bytes, first: int, length: int) -> int:
    return int.from_bytes(cdb[first : first + length], "big")


def good(data: bytes, *limits: int) -> ScsiReply:
    """Good status and at most what was asked for."""
    return ScsiReply(data=data[: min(limits)] if limits else data)
