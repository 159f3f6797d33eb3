"""Where a data partition goes on a stick that carries our image. Pure: tables in, a place and a script out.

An image written to a stick is an ISO 9660 file system with a partition table around it: GPT with an appended EFI
partition or an MBR (xorriso, grub-mkrescue, isohybrid). A GPT's second header then lies at the end of the image and
not of the stick; sfdisk moves it when it writes (libfdisk, "gpt-bak-std").
"""

from __future__ import annotations

import dataclasses
import json
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

LABEL = "REGAIN-DATA"
"""Name of the partition (GPT) and of the file system in it (ext4 takes at most 16 bytes)."""

TYPE_GUID = "23E6EE57-C63C-42CE-926D-9FADD275B60C"
"""Our own GPT partition type: no system mounts it by itself, and no other partition has it."""

TYPE_MBR = "83"

UNFINISHED_GUID, UNFINISHED_MBR = "F8F5088A-B052-4C47-8513-3647AB3BE791", "DA"
"""The type while there is no file system in it yet: a start that was cut there goes on, and calls nothing damaged."""

LEAST_BYTES = 256 << 20
MIB, GIB = 1 << 20, 1 << 30
BIG_STICK = 8 * GIB
_GPT_ENTRY = 128
_DOS_SLOTS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    """One partition; ``start`` and ``size`` in sectors of the table."""

    node: str
    number: int
    start: int
    size: int
    type: str
    name: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    label: str  # gpt | dos
    sector: int
    rows: tuple[Row, ...]
    image_end: int  # first sector behind the second GPT header as it is now, 0 for an MBR


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Sectors of a partition to be made. It reaches to the end of the stick."""

    start: int
    size: int


class NoPlace(Exception):
    """``reason`` is a message id."""

    def __init__(self, reason: str, **params: Any) -> None:
        self.reason, self.params = reason, params
        super().__init__(reason)


def read_table(data: bytes) -> Table:
    """What ``sfdisk --json`` prints. Raises ValueError for anything else."""
    try:
        told = json.loads(data)["partitiontable"]
        label, sector = str(told["label"]), int(told.get("sectorsize", 512))
        rows = tuple(_row(r) for r in told.get("partitions", ()))
        end = 0
        if label == "gpt":
            entries = int(told.get("table-length", 128)) * _GPT_ENTRY
            end = int(told["lastlba"]) + 1 + -(-entries // sector) + 1
    except (KeyError, TypeError, ValueError) as error:
        raise ValueError(f"not a table of sfdisk: {error}") from None
    if label not in ("gpt", "dos"):
        raise ValueError(f"a table of kind {label}")
    return Table(label=label, sector=sector, rows=rows, image_end=end)


def _row(told: dict[str, Any]) -> Row:
    node = str(told["node"])
    digits = node[len(node.rstrip("0123456789")) :]
    return Row(
        node=node,
        number=int(digits),
        start=int(told["start"]),
        size=int(told["size"]),
        type=str(told["type"]).upper(),
        name=str(told.get("name", "")),
    )


def candidates(table: Table) -> tuple[Row, ...]:
    """Partitions that may be ours by their type; label and marker decide. Never "the first FAT"."""
    return tuple(r for r in table.rows if r.type == finished_type(table))


def place(table: Table, *, disk_bytes: int, iso_bytes: int) -> Place:
    """The free space behind everything: every partition, the ISO's own end, the second header of the GPT.

    On a big stick it begins at a whole GiB, so that a newer image of nearly the same size finds it again.
    Raises NoPlace stick-why-no-room, stick-why-no-slot.
    """
    if table.label == "dos" and len(table.rows) >= _DOS_SLOTS:
        raise NoPlace("stick-why-no-slot")
    sectors = disk_bytes // table.sector
    used = max([r.start + r.size for r in table.rows] + [-(-iso_bytes // table.sector), table.image_end])
    step = (GIB if disk_bytes >= BIG_STICK else MIB) // table.sector
    start = -(-used // step) * step
    tail = MIB // table.sector if table.label == "gpt" else 0  # room for the second header
    size = sectors - start - tail
    if table.label == "dos":
        size = min(size, 0xFFFFFFFF - start)
    if size * table.sector < LEAST_BYTES:
        raise NoPlace("stick-why-no-room", free_mb=max(0, size * table.sector // 1_000_000))
    return Place(start=start, size=size)


def script(table: Table, at: Place) -> bytes:
    """One line for ``sfdisk --append``."""
    kind = f'type={UNFINISHED_GUID}, name="{LABEL}"' if table.label == "gpt" else f"type={UNFINISHED_MBR}"
    return f"start={at.start}, size={at.size}, {kind}\n".encode()


def finished_type(table: Table) -> str:
    return TYPE_GUID if table.label == "gpt" else TYPE_MBR


def unfinished(table: Table, *, disk_bytes: int, iso_bytes: int) -> Row | None:
    """A partition that an earlier start began and was cut at. In an MBR it must also be where one would be made."""
    wanted = UNFINISHED_GUID if table.label == "gpt" else UNFINISHED_MBR
    for row in (r for r in table.rows if r.type == wanted):
        rest = dataclasses.replace(table, rows=tuple(r for r in table.rows if r != row))
        try:
            at = place(rest, disk_bytes=disk_bytes, iso_bytes=iso_bytes) if table.label == "dos" else None
        except NoPlace:
            continue
        if at is None or (at.start, at.size) == (row.start, row.size):
            return row
    return None


def added(before: Table, after: Table, at: Place) -> Row:
    """The new row, when it is the only difference. Raises ValueError when any other row is not what it was."""
    new = [r for r in after.rows if r not in before.rows]
    if _kept(before.rows, after.rows) and len(new) == 1 and (new[0].start, new[0].size) == (at.start, at.size):
        return new[0]
    raise ValueError("the partition table is not the old one with one row more")


def _kept(before: Sequence[Row], after: Sequence[Row]) -> bool:
    return set(before) <= set(after) and len(after) == len(before) + 1
