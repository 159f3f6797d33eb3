"""CDBs as the real tools send them, a clock that moves when told, and small disks of old data."""

from __future__ import annotations

from pathlib import Path

from agent.machine.drives.ata import AtaDrive
from agent.machine.drives.bus import ScsiReply

OLD = b"\xaa"
SIZE = 8 << 20
KEYS = {"crypto": (0x11, 0x43727970), "block": (0x12, 0x426B4572), "freeze": (0x20, 0x46724C6B)}


class Hand:
    """A clock in the test's hand; sleeping moves it."""

    def __init__(self) -> None:
        self.now = 1000.0

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.now += seconds


def old_disk(folder: Path, *, size: int = SIZE, name: str = "disk.img") -> Path:
    path = folder / name
    path.write_bytes(OLD * size)
    return path


def content(path: Path) -> str:
    """In one word: old, zeros, ones, half, or other."""
    data = path.read_bytes()
    kinds = {OLD: "old", b"\0": "zeros", b"\xff": "ones"}
    for byte, word in kinds.items():
        if data.count(byte) == len(data):
            return word
    return "some old" if OLD * 4096 in data else "other"


def old_bytes(path: Path) -> int:
    return path.read_bytes().count(OLD)


def pass_16(
    command: int, *, features: int = 0, count: int = 0, lba: int = 0, ext: bool = False, data: str = ""
) -> bytes:
    """As hdparm's sgio.c: CK_COND for commands without data, T_LENGTH in count for the others."""
    protocol = {"": 3, "in": 4, "out": 5}[data]
    flags = {"": 0x20, "in": 0x0E, "out": 0x06}[data]
    low, high = lba.to_bytes(6, "little")[:3], lba.to_bytes(6, "little")[3:]
    cdb = [0x85, protocol << 1 | int(ext), flags, features >> 8, features & 0xFF, count >> 8, count & 0xFF]
    for a, b in zip(high, low, strict=True):
        cdb += [a, b]
    return bytes([*cdb, 0x40 | (0 if ext else lba >> 24 & 0xF), command, 0])


def ask(drive: AtaDrive, command: int, out: bytes = b"", **fields: int | bool | str) -> ScsiReply:
    return drive.scsi(pass_16(command, **fields), out, 512 if fields.get("data") == "in" else 0)  # type: ignore[arg-type]


def password(text: bytes, *, master: bool = False, maximum: bool = False, enhanced: bool = False) -> bytes:
    head = int(master) | (2 if enhanced else 0) | (0x100 if maximum else 0)
    return (head.to_bytes(2, "little") + text.ljust(32, b"\0")).ljust(512, b"\0")


def registers(reply: ScsiReply) -> dict[str, int]:
    """From descriptor sense, as hdparm reads them (zeros when there is none: that is the lie)."""
    if len(reply.sense) < 22 or reply.sense[0] != 0x72 or reply.sense[8] != 9:
        return {"status": 0, "error": 0, "count": 0, "lba": 0}
    d = reply.sense[8:]
    lba = d[7] | d[9] << 8 | d[11] << 16 | d[6] << 24 | d[8] << 32 | d[10] << 40
    return {"status": d[13], "error": d[3], "count": d[4] << 8 | d[5], "lba": lba}


def set_d_sense(drive: AtaDrive) -> ScsiReply:
    """MODE SELECT(10) with the control page, as ``sdparm --set D_SENSE=1`` sends it after MODE SENSE(10)."""
    page = drive.scsi(bytes([0x5A, 8, 0x0A, 0, 0, 0, 0, 0, 252, 0]), b"", 252).data
    changed = bytearray(page)
    changed[0:2] = b"\0\0"
    changed[10] |= 4
    return drive.scsi(bytes([0x55, 0x10, 0, 0, 0, 0, 0, 0, len(changed), 0]), bytes(changed), 0)


def words(raw: bytes) -> list[int]:
    return [int.from_bytes(raw[i : i + 2], "little") for i in range(0, 512, 2)]
