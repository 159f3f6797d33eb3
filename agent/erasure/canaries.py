"""Canaries and witnesses: what must be gone afterwards (ERASURE design, section 7.1).

A canary is 4 KiB of a stream of its own key, written before the erasure and read back: one that could not be read
before proves nothing after. A witness is the hash of former content at a place that is left alone until the pass.
Both are found again from the seed, also by the process that resumes after a power cut.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from agent.erasure.places import SLOT, canary_places
from agent.erasure.stream import AES, Keystream
from agent.machine.blockio import MEDIUM_ERRORS, BlockIO, aligned_buffer

_SECTOR = 512  # a canary that survives in one sector is alive
_HASH_BYTES = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Planted:
    """What was planted and read back. ``lost``: indices of canaries that could not be read before."""

    key: bytes
    seed: bytes
    count: int
    lost: tuple[int, ...]
    witnesses: Mapping[int, bytes]  # index of the place -> hash of its former content

    def to_wire(self) -> dict[str, Any]:
        """JSON values, enough to look again after a restart (the ``canaries_planted`` event)."""
        order = sorted(self.witnesses)
        return {
            "key": self.key.hex(),
            "seed": self.seed.hex(),
            "count": self.count,
            "readable": self.count - len(self.lost),
            "lost": list(self.lost),
            "witnesses": len(order),
            "witness_places": b"".join(i.to_bytes(2, "big") for i in order).hex(),
            "witness_hashes": b"".join(self.witnesses[i] for i in order).hex(),
        }

    @classmethod
    def from_wire(cls, wire: Mapping[str, Any]) -> Planted:
        """Raises KeyError or ValueError when it is not one."""
        places, hashes = bytes.fromhex(wire["witness_places"]), bytes.fromhex(wire["witness_hashes"])
        if len(places) % 2 or len(hashes) % _HASH_BYTES or len(places) // 2 != len(hashes) // _HASH_BYTES:
            raise ValueError("witnesses do not add up")
        return cls(
            key=bytes.fromhex(wire["key"]),
            seed=bytes.fromhex(wire["seed"]),
            count=int(wire["count"]),
            lost=tuple(int(i) for i in wire["lost"]),
            witnesses={
                int.from_bytes(places[2 * n : 2 * n + 2], "big"): hashes[_HASH_BYTES * n : _HASH_BYTES * (n + 1)]
                for n in range(len(places) // 2)
            },
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What was seen afterwards. Places that could not be overwritten are exceptions already and not counted; places
    that could be read before and cannot be now are ``unreadable``."""

    looked: int
    alive: int
    unreadable: int
    witnesses_matching: int


def _digest(block: memoryview) -> bytes:
    return hashlib.blake2b(block, digest_size=_HASH_BYTES).digest()


def _is_constant(block: memoryview) -> bool:
    data = block.tobytes()
    return data.count(data[0]) == len(data)


def plant(disk: BlockIO, key: bytes, seed: bytes, *, going_on: Callable[[], None]) -> Planted:
    """Hash the witnesses, write the canaries, flush, and read them back. Raises OSError when the disk is gone.

    ``going_on`` is called at each place and raises to stop.
    """
    places, candidates = canary_places(disk.size_bytes, seed)
    block = memoryview(aligned_buffer(SLOT))
    witnesses: dict[int, bytes] = {}
    for index, offset in enumerate(candidates):
        going_on()
        if _read(disk, block, offset) and not _is_constant(block):
            witnesses[index] = _digest(block)
    stream = Keystream(AES, key)
    for offset in places:
        going_on()
        stream.fill(block, offset)
        try:
            disk.pwrite(block, offset)
        except OSError as error:
            if error.errno not in MEDIUM_ERRORS:
                raise
    disk.drop_cache()
    lost = []
    for index, offset in enumerate(places):
        going_on()
        if not (_read(disk, block, offset) and stream.matches(block, offset)):
            lost.append(index)
    return Planted(key=key, seed=seed, count=len(places), lost=tuple(lost), witnesses=witnesses)


def look(
    disk: BlockIO,
    planted: Planted,
    *,
    uncovered: Sequence[tuple[int, int]],
    going_on: Callable[[], None],
    held: Callable[[bytes], None] | None = None,
) -> Found:
    """Read every place again, but for those that could not be written (``uncovered``). A canary with one surviving
    sector is alive. ``held`` is told what each place holds now. Raises OSError when the disk is gone."""
    places, candidates = canary_places(disk.size_bytes, planted.seed)
    block = memoryview(aligned_buffer(SLOT))
    canary = memoryview(aligned_buffer(SLOT))
    stream = Keystream(AES, planted.key)
    looked = alive = unreadable = matching = 0
    for index, offset in enumerate(places):
        going_on()
        if index in planted.lost or _inside(uncovered, offset):
            continue
        looked += 1
        if not _read(disk, block, offset):
            unreadable += 1
            continue
        stream.fill(canary, offset)
        now, then = block.tobytes(), canary.tobytes()
        if held is not None:
            held(now)
        alive += any(now[at : at + _SECTOR] == then[at : at + _SECTOR] for at in range(0, SLOT, _SECTOR))
    for index, digest in sorted(planted.witnesses.items()):
        going_on()
        offset = candidates[index]
        if _inside(uncovered, offset):
            continue
        looked += 1
        if not _read(disk, block, offset):
            unreadable += 1
            continue
        if held is not None:
            held(block.tobytes())
        matching += _digest(block) == digest
    return Found(looked=looked, alive=alive, unreadable=unreadable, witnesses_matching=matching)


def _inside(ranges: Iterable[tuple[int, int]], offset: int) -> bool:
    return any(offset < end and offset + SLOT > start for start, end in ranges)


def _read(disk: BlockIO, into: memoryview, offset: int) -> bool:
    """False when this place cannot be read. Raises OSError when the disk is gone."""
    try:
        disk.pread(into, offset)
    except OSError as error:
        if error.errno not in MEDIUM_ERRORS:
            raise
        return False
    return True
