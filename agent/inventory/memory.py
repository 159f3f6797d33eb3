"""Memory: what the firmware says of its modules; the kernel's total where the firmware says nothing."""

from __future__ import annotations

import re

from agent.inventory.asking import read_word
from agent.inventory.text import guarded, known_if, to_text
from agent.machine.door import Machine
from agent.model.facts import Known, Unreadable
from agent.model.inventory import Memory
from agent.model.value import replace

_GIB = 1 << 30
_BLOCKS = "/sys/devices/system/memory"
_USUAL_GIB = (0.5, 1, 1.5, 2, 3, 4, 6, 8, 10, 12, 16, 20, 24, 32, 40, 48, 64, 96, 128, 192, 256, 384, 512, 768, 1024)


@guarded
def parse_meminfo(data: bytes | str) -> Memory:
    """MemTotal: what is left after the firmware, the graphics and the kernel took theirs."""
    match = re.search(r"^MemTotal:\s+(\d+) kB", to_text(data), re.MULTILINE)
    return Memory(usable_bytes=known_if(int(match[1]) * 1024 if match else None, "/proc/meminfo"))


def probe(machine: Machine) -> Memory:
    found = parse_meminfo(read_word(machine, "/proc/meminfo") or "")
    return found if isinstance(found, Memory) else Memory(usable_bytes=found)


def merge(machine: Machine, firmware: Memory, kernel: Memory) -> Memory:
    """The firmware's modules; else online memory blocks; else MemTotal rounded up to a usual size, ``estimated``."""
    merged = replace(firmware, usable_bytes=kernel.usable_bytes)
    if isinstance(firmware.installed_bytes, Known):
        return merged
    estimate = _from_blocks(machine) or _from_total(kernel)
    if estimate is None:
        return replace(merged, installed_bytes=firmware.installed_bytes or Unreadable("no memory record"))
    return replace(merged, installed_bytes=estimate)


def _from_blocks(machine: Machine) -> Known[int] | None:
    size = read_word(machine, f"{_BLOCKS}/block_size_bytes")
    blocks = len(machine.glob(f"{_BLOCKS}/memory[0-9]*"))
    if not size or not re.fullmatch(r"[0-9a-fA-F]+", size) or not blocks:
        return None
    return Known(_usual(int(size, 16) * blocks), "memory blocks", note="estimated")


def _from_total(kernel: Memory) -> Known[int] | None:
    if not isinstance(kernel.usable_bytes, Known):
        return None
    return Known(_usual(kernel.usable_bytes.value), "/proc/meminfo", note="estimated")


def _usual(size: int) -> int:
    """The smallest usual amount that is not less; a little more than one (rounding of blocks) counts as that one."""
    for gib in _USUAL_GIB:
        if size <= gib * _GIB * 1.02:
            return int(gib * _GIB)
    return size
