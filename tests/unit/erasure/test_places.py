"""Canaries, witnesses and samples: where they lie (ERASURE design, sections 7.1 and 7.5)."""

from __future__ import annotations

import hashlib
from itertools import islice, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from agent.erasure.places import SLOT, SUBSECTIONS, canary_places, numbers, sample_spans
from agent.erasure.ranges import total

SEED = bytes(range(16))
REAL_SIZES = [240_057_409_536, 500_107_862_016, 1_000_204_886_016, 4_000_787_030_016, 31_268_536_320, 250_059_350_016]
_SIZES = st.one_of(
    st.integers(0, 64 * SLOT), st.integers(1, 1 << 28), st.integers(1, 20_000).map(lambda n: n * 40 * SLOT - 3584)
)
_SEEDS = st.binary(min_size=16, max_size=16)


def test_the_row_of_numbers_is_plain_shake_256() -> None:
    """Another program must find the same places: FIPS 202, blocks of 4 KiB, big-endian 64-bit words."""
    first = hashlib.shake_256(SEED + b"sample" + bytes(8)).digest(4096)
    second = hashlib.shake_256(SEED + b"sample" + (1).to_bytes(8, "big")).digest(4096)
    expected = [int.from_bytes((first + second)[at : at + 8], "big") for at in range(0, 8192, 8)]
    assert list(islice(numbers(SEED, "sample"), 1024)) == expected
    assert next(numbers(SEED, "canaries")) != expected[0]


# -- canaries --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", REAL_SIZES)
def test_a_real_disk_has_two_thousand_canaries_and_a_thousand_witnesses(size: int) -> None:
    canaries, witnesses = canary_places(size, SEED)
    assert len(canaries) == 2 * SUBSECTIONS + 2 and len(witnesses) == SUBSECTIONS
    assert canaries[0] == 0 and canaries[-1] == size // SLOT * SLOT - SLOT
    part = size // 8  # spread over the whole disk
    for n in range(8):
        assert sum(n * part <= place < (n + 1) * part for place in canaries) > 200
        assert sum(n * part <= place < (n + 1) * part for place in witnesses) > 100


@given(size=_SIZES, seed=_SEEDS)
@settings(max_examples=150, deadline=None)
def test_canaries_and_witnesses_are_aligned_inside_and_never_overlap(size: int, seed: bytes) -> None:
    canaries, witnesses = canary_places(size, seed)
    every = [*canaries, *witnesses]
    assert len(set(every)) == len(every)
    assert all(place % SLOT == 0 and 0 <= place <= size - SLOT for place in every)
    assert canaries == sorted(canaries) and witnesses == sorted(witnesses)
    assert bool(canaries) == (size >= SLOT)
    if canaries:
        assert canaries[0] == 0 and canaries[-1] == (size // SLOT - 1) * SLOT
    assert (canaries, witnesses) == canary_places(size, seed), "the seed gives them again"


def test_another_seed_gives_other_places() -> None:
    size = REAL_SIZES[0]
    one, other = set(canary_places(size, SEED)[0]), set(canary_places(size, SEED[::-1])[0])
    assert len(one & other) < 10


# -- samples ---------------------------------------------------------------------------------------------------------


def runs_in(spans: list[tuple[int, int]], low: int, high: int) -> list[tuple[int, int]]:
    return [(max(a, low), min(b, high)) for a, b in spans if a < high and b > low]


@pytest.mark.parametrize("size", REAL_SIZES)
def test_a_sample_of_a_real_disk_is_two_parts_of_five_percent_in_a_thousand_subsections(size: int) -> None:
    spans = sample_spans(size, SEED)
    slots = -(-size // SLOT)
    for section in range(SUBSECTIONS):
        low, high = section * slots // SUBSECTIONS * SLOT, (section + 1) * slots // SUBSECTIONS * SLOT
        inside = runs_in(spans, low, min(high, size))
        five = (high - low) * 5 // 100
        assert total(inside) >= 2 * five, section
        # two samples: apart, or touching and then as long as both
        assert len(inside) >= 2 or total(inside) >= 2 * five
    assert size // 10 <= total(spans) < size // 9
    assert spans[0][0] == 0 and spans[-1][1] == size, "first and last block"


@given(size=_SIZES.filter(bool), seed=_SEEDS)
@settings(max_examples=300, deadline=None)
def test_a_sample_of_any_size_is_a_tenth_at_least_with_both_ends(size: int, seed: bytes) -> None:
    spans = sample_spans(size, seed)
    assert total(spans) * 10 >= size
    assert spans[0][0] == 0 and spans[0][1] >= min(SLOT, size)
    assert spans[-1][1] == size and size - spans[-1][0] >= min(size, (size - 1) % SLOT + 1)
    assert all(0 <= a < b <= size and a % SLOT == 0 for a, b in spans)
    assert all(left[1] < right[0] for left, right in pairwise(spans)), "sorted, apart"
    assert spans == sample_spans(size, seed)


def test_the_cut_last_slot_does_not_cost_the_tenth() -> None:
    """Forty slots whose last one is cut short: two samples at both ends would cover less than a tenth of the bytes."""
    size = 39 * SLOT + 512
    for n in (*range(100), 834, 1497, 1723):  # the last three drew both ends
        assert total(sample_spans(size, n.to_bytes(16, "big"))) * 10 >= size


def test_samples_are_somewhere_else_each_time() -> None:
    size = REAL_SIZES[0]
    one, other = sample_spans(size, SEED), sample_spans(size, SEED[::-1])
    assert one != other and len(set(one) & set(other)) < 20


def test_an_empty_disk_has_no_sample() -> None:
    assert sample_spans(0, SEED) == []
