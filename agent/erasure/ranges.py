"""Byte ranges [start, end) of a disk: what could not be written or read, merged, with the first errno."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from agent.model.erasure import BadRange


def merge(ranges: Iterable[BadRange]) -> tuple[BadRange, ...]:
    """Sorted and joined per operation; the errno of the first one seen in each joined range is kept."""
    out: list[BadRange] = []
    ranges = list(ranges)
    for operation in ("write", "read", "mismatch"):
        joined: list[BadRange] = []
        for r in sorted((r for r in ranges if r.operation == operation), key=lambda r: (r.start, r.end)):
            if joined and r.start <= joined[-1].end:
                last = joined[-1]
                joined[-1] = BadRange(
                    start=last.start, end=max(last.end, r.end), operation=operation, errno=last.errno or r.errno
                )
            else:
                joined.append(r)
        out += joined
    return tuple(out)


def spans(ranges: Iterable[BadRange]) -> list[tuple[int, int]]:
    """The union of all of them, whatever the operation."""
    return union((r.start, r.end) for r in ranges)


def union(pieces: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """Sorted; what overlaps or touches is joined."""
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(joined[-1][1], end))
        else:
            joined.append((start, end))
    return joined


def total(pieces: Iterable[tuple[int, int]]) -> int:
    return sum(end - start for start, end in pieces)


def overlaps(pieces: Iterable[tuple[int, int]], start: int, end: int) -> bool:
    return any(start < b and end > a for a, b in pieces)


def subtract(pieces: Iterable[tuple[int, int]], holes: Iterable[tuple[int, int]]) -> list[tuple[int, int]]:
    """The pieces without the holes."""
    left = list(pieces)
    for a, b in holes:
        cut: list[tuple[int, int]] = []
        for start, end in left:
            cut += [(start, min(end, a)), (max(start, b), end)]
        left = [(start, end) for start, end in cut if start < end]
    return left


def to_wire(ranges: Iterable[BadRange]) -> list[dict[str, Any]]:
    return [{"start": r.start, "end": r.end, "operation": r.operation, "errno": r.errno} for r in ranges]


def from_wire(items: Iterable[Mapping[str, Any]]) -> tuple[BadRange, ...]:
    """Raises KeyError or ValueError when an item is not a range."""
    return tuple(
        BadRange(start=int(i["start"]), end=int(i["end"]), operation=str(i["operation"]), errno=int(i["errno"]))
        for i in items
    )
