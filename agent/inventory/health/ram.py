"""A pass over free memory: ``python -m agent.inventory.health.ram MIB SECONDS``. Prints one JSON line.

Honest about its reach: it sees only memory that nothing else holds, by the addresses the kernel gives it, and says how
much that was. Each block is written whole and read back later, after the block's neighbours were written, with zeros,
ones, both checkerboards, walking bits and its own address: stuck bits, bits that hold each other, wrong addressing.
Memtest86+ in the boot menu sees the rest.
"""

from __future__ import annotations

import ctypes
import json
import mmap
import os
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass

BLOCK = 4 << 20  # larger than most caches hold together with its neighbours

_PAGE = 4096
_PAGES = BLOCK // _PAGE

_FIXED = (0x00, 0xFF, 0x55, 0xAA, *(1 << n for n in range(8)), *(0xFF ^ 1 << n for n in range(8)))


@dataclass(slots=True)
class Pass:
    """``mib`` were held; ``patterns`` of ``wanted`` were done before the time was up."""

    mib: int
    patterns: int = 0
    wanted: int = 0
    errors: int = 0
    first_error: str = ""
    seconds: float = 0.0
    locked: bool = False


def patterns() -> Iterator[tuple[str, Callable[[int], bytes]]]:
    """Name, and the block of a given number."""
    yield "address", _address
    for value in _FIXED:
        block = bytes([value]) * BLOCK
        yield f"0x{value:02X}", lambda number, b=block: b  # type: ignore[misc]
    noise = os.urandom(BLOCK + 4096)
    yield "random", lambda number: noise[number % 4096 : number % 4096 + BLOCK]


def _address(number: int) -> bytes:
    """Every page holds its own number, over and over."""
    first = number * _PAGES
    return b"".join(page.to_bytes(8, "little") * (_PAGE // 8) for page in range(first, first + _PAGES))


def test(memory: memoryview, *, seconds: float, clock: Callable[[], float] = time.monotonic) -> Pass:
    """Write and read back with each pattern until the time is up. ``memory`` is a whole number of blocks."""
    blocks = len(memory) // BLOCK
    todo = list(patterns())
    done = Pass(mib=len(memory) >> 20, wanted=len(todo))
    started = clock()
    for name, make in todo:
        for number in range(blocks):
            memory[number * BLOCK : (number + 1) * BLOCK] = make(number)
        for number in range(blocks):
            if memory[number * BLOCK : (number + 1) * BLOCK].tobytes() != make(number):  # a view compares byte by byte
                done.errors += 1
                done.first_error = done.first_error or f"{name}, block {number}"
        done.patterns += 1
        if clock() - started > seconds:
            break
    done.seconds = round(clock() - started, 2)
    return done


def held(mib: int) -> tuple[mmap.mmap, bool]:
    """That much memory, and whether it could be locked: never swapped, all of it really there."""
    size = max(1, mib * (1 << 20) // BLOCK) * BLOCK
    memory = mmap.mmap(-1, size)
    view = ctypes.c_char.from_buffer(memory)
    locked = ctypes.CDLL(None, use_errno=True).mlock(ctypes.byref(view), ctypes.c_size_t(size)) == 0
    del view
    return memory, locked


def reach_mib(seconds: float) -> int:
    """How much this machine gets through four patterns in that time: a slow PC is tested in part rather than not."""
    sample = memoryview(bytearray(2 * BLOCK))
    started = time.perf_counter()
    test(sample, seconds=0)
    rate = len(sample) / max(time.perf_counter() - started, 1e-6)
    return max(BLOCK >> 20, int(rate * seconds / 4) >> 20)


def main(argv: list[str]) -> int:
    mib, seconds = int(argv[0]), float(argv[1])
    with open("/proc/self/oom_score_adj", "w", encoding="ascii") as file:
        file.write("1000")  # whatever else happens: this process ends first
    memory, locked = held(min(mib, reach_mib(seconds)))
    found = test(memoryview(memory), seconds=seconds)
    found.locked = locked
    print(json.dumps({name: getattr(found, name) for name in Pass.__slots__}))
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
