"""The parts of a virtual PC: a stick with room to spare, and disks full of somebody's data.

Every mebibyte of a disk begins with a sector that says where it is: what is left of them after a wipe is
counted from outside, in the file (TESTBED, proof from outside).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

MIB = 1 << 20
SECTOR = 512
STICK_BYTES = 4 << 30


def marker(position: int) -> bytes:
    """The sector that stands at this byte of a dirty disk."""
    return f"DONNEES-DE-QUELQU-UN {position:016x} ".encode().ljust(SECTOR, b"#")


def plant(path: Path, size: int) -> None:
    """A disk file with a marker at each mebibyte and in the last sector; between them it is sparse."""
    path.unlink(missing_ok=True)
    with path.open("wb") as file:
        file.truncate(size)
        for position in _positions(size):
            file.seek(position)
            file.write(marker(position))


def left(path: Path) -> int:
    """How many markers still stand where they were planted."""
    size = path.stat().st_size
    with path.open("rb") as file:
        count = 0
        for position in _positions(size):
            file.seek(position)
            count += file.read(SECTOR) == marker(position)
    return count


def planted(size: int) -> int:
    return sum(1 for _ in _positions(size))


def _positions(size: int) -> Iterator[int]:
    yield from range(0, size - SECTOR, MIB)
    yield size - SECTOR


def write_stick(iso: Path, path: Path, size: int = STICK_BYTES) -> None:
    """The file of a stick: the ISO at its start, free space behind it, as ``make usb`` leaves a real one."""
    path.unlink(missing_ok=True)
    with path.open("wb") as target, iso.open("rb") as source:
        while block := source.read(4 * MIB):
            target.write(block)
        target.truncate(max(size, iso.stat().st_size))
