"""Where canaries, witnesses and samples lie: pseudorandom places that a seed gives again, anywhere, any time.

SHAKE-256 of the seed (FIPS 202) is read as 64-bit numbers, so another program can find the same places.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterator

SLOT = 4096  # bytes of a canary or a witness
SUBSECTIONS = 1000
SAMPLE_PERCENT = 5  # of each subsection, twice


def numbers(seed: bytes, label: str) -> Iterator[int]:
    """An endless row of 64-bit numbers for this seed and use."""
    block = 0
    while True:
        digest = hashlib.shake_256(seed + label.encode() + block.to_bytes(8, "big")).digest(4096)
        for at in range(0, len(digest), 8):
            yield int.from_bytes(digest[at : at + 8], "big")
        block += 1


def canary_places(size_bytes: int, seed: bytes) -> tuple[list[int], list[int]]:
    """Offsets of the canaries and of the witness candidates, sorted, never overlapping.

    First and last 4 KiB slot, and in each of up to 1,000 equal subsections two canaries and one witness; a small
    disk has fewer subsections (sixteen slots each at least), one under 8 KiB has one canary.
    """
    slots = size_bytes // SLOT
    if slots < 2:
        return ([0] if slots else [], [])
    canaries, witnesses = {0, slots - 1}, set()
    inner = slots - 2
    sections = min(SUBSECTIONS, inner // 16)
    draw = numbers(seed, "canaries")
    for section in range(sections):
        low = 1 + section * inner // sections
        high = 1 + (section + 1) * inner // sections
        chosen: list[int] = []
        while len(chosen) < 3:
            slot = low + next(draw) % (high - low)
            if slot not in chosen:
                chosen.append(slot)
        canaries.update(chosen[:2])
        witnesses.add(chosen[2])
    return [s * SLOT for s in sorted(canaries)], [s * SLOT for s in sorted(witnesses)]


def sample_spans(size_bytes: int, seed: bytes) -> list[tuple[int, int]]:
    """Ranges to read in a sampled check: two that do not overlap in each of up to 1,000 subsections, each 5 % of the
    subsection or more, and the first and last 4 KiB (ERASURE design, section 7.5). Sorted; neighbours are joined."""
    slots = -(-size_bytes // SLOT)
    sections = max(1, min(SUBSECTIONS, slots // 40))
    draw = numbers(seed, "sample")
    pieces = [(0, min(SLOT, size_bytes)), (max(0, (slots - 1) * SLOT), size_bytes)]
    for section in range(sections):
        low, high = section * slots // sections, (section + 1) * slots // sections
        length = -(-(high - low) * SAMPLE_PERCENT // 100)
        length += high * SLOT > size_bytes  # the last slot is cut short: one more, or a tenth would be missed
        if high - low < 2 * length:
            pieces.append((low * SLOT, min(high * SLOT, size_bytes)))
            continue
        free = high - low - 2 * length
        first, second = sorted(next(draw) % (free + 1) for _ in range(2))
        for start in (low + first, low + second + length):
            pieces.append((start * SLOT, min((start + length) * SLOT, size_bytes)))
    joined: list[tuple[int, int]] = []
    for start, end in sorted(pieces):
        if joined and start <= joined[-1][1]:
            joined[-1] = (joined[-1][0], max(end, joined[-1][1]))
        else:
            joined.append((start, end))
    return [(start, end) for start, end in joined if start < end]
