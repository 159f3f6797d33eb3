"""Byte ranges against the plainest model there is: a set of bytes."""

from __future__ import annotations

import itertools
import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.erasure import ranges
from agent.model.erasure import BadRange

_PIECES = st.lists(st.tuples(st.integers(0, 40), st.integers(1, 12)).map(lambda p: (p[0], p[0] + p[1])), max_size=8)


@st.composite
def bad_ranges(draw: st.DrawFn) -> list[BadRange]:
    return [
        BadRange(
            start=a,
            end=b,
            operation=draw(st.sampled_from(["write", "read", "mismatch"])),
            errno=draw(st.sampled_from([0, 5, 61])),
        )
        for a, b in draw(_PIECES)
    ]


def members(pieces: list[tuple[int, int]]) -> set[int]:
    return {byte for a, b in pieces for byte in range(a, b)}


@given(bad_ranges())
def test_merging_keeps_every_byte_of_each_operation_and_joins_neighbours(found: list[BadRange]) -> None:
    merged = ranges.merge(found)
    for operation in ("write", "read", "mismatch"):
        before = [(r.start, r.end) for r in found if r.operation == operation]
        after = [(r.start, r.end) for r in merged if r.operation == operation]
        assert members(before) == members(after)
        assert all(left[1] < right[0] for left, right in itertools.pairwise(after))
    assert ranges.merge(merged) == merged


def test_the_first_error_of_a_joined_range_is_kept() -> None:
    pieces = [
        BadRange(start=8, end=12, operation="write", errno=61),
        BadRange(start=0, end=8, operation="write", errno=5),
        BadRange(start=4, end=6, operation="read", errno=61),
    ]
    assert ranges.merge(pieces) == (
        BadRange(start=0, end=12, operation="write", errno=5),
        BadRange(start=4, end=6, operation="read", errno=61),
    )
    unknown_first = [
        BadRange(start=0, end=4, operation="read", errno=0),
        BadRange(start=4, end=8, operation="read", errno=5),
    ]
    assert ranges.merge(unknown_first)[0].errno == 5


@given(bad_ranges())
def test_spans_are_the_union_whatever_the_operation(found: list[BadRange]) -> None:
    union = ranges.spans(found)
    assert members(union) == members([(r.start, r.end) for r in found])
    assert union == sorted(union) and ranges.total(union) == len(members(union))
    assert union == ranges.union(union)


@given(_PIECES, _PIECES)
def test_subtracting_leaves_exactly_the_rest(pieces: list[tuple[int, int]], holes: list[tuple[int, int]]) -> None:
    left = ranges.subtract(ranges.union(pieces), holes)
    assert members(left) == members(pieces) - members(holes)
    assert ranges.total(left) == len(members(left))


@given(_PIECES, st.integers(0, 50), st.integers(1, 10))
def test_overlap(pieces: list[tuple[int, int]], start: int, length: int) -> None:
    assert ranges.overlaps(pieces, start, start + length) == bool(members(pieces) & set(range(start, start + length)))


@given(bad_ranges())
def test_the_wire_gives_them_back(found: list[BadRange]) -> None:
    assert ranges.from_wire(json.loads(json.dumps(ranges.to_wire(found)))) == tuple(found)


@pytest.mark.parametrize("item", [{}, {"start": 0, "end": 1, "operation": "write"}, {"start": "x", "end": 1}])
def test_what_is_no_range_is_refused(item: dict[str, object]) -> None:
    with pytest.raises((KeyError, ValueError)):
        ranges.from_wire([item])
