"""What the running system stands on: from its mounts down through loop files, mapped devices and arrays to disks.

By major:minor, from /proc/self/mountinfo and /sys/dev/block (proc(5), Documentation/ABI/stable/sysfs-block).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath

from agent.machine.door import DoorError, Machine

MEDIUM_ROOTS = ("/run/live", "/lib/live/mount", "/run/initramfs/live", "/cdrom", "/isodevice")
"""Where live-boot, dracut and casper mount the medium this system was started from, and what lies on it."""

DATA_ROOT = "/run/regain/data"
"""Where the data partition of a stick is mounted."""

_OCTAL = re.compile(r"\\([0-7]{3})")


@dataclass(frozen=True, slots=True, kw_only=True)
class Mount:
    number: str  # major:minor of the file system
    point: str
    kind: str
    source: str
    options: str


def mounts(machine: Machine) -> tuple[Mount, ...]:
    """What is mounted where; empty when the PC does not tell (a recording)."""
    try:
        text = machine.read("/proc/self/mountinfo").decode("utf-8", "replace")
    except DoorError:
        return ()
    return tuple(found for line in text.splitlines() if (found := _mount(line)) is not None)


def _mount(line: str) -> Mount | None:
    left, dash, right = line.partition(" - ")
    words, after = left.split(), right.split()
    if not dash or len(words) < 6 or len(after) < 2:
        return None
    point, source = (_OCTAL.sub(lambda m: chr(int(m[1], 8)), w) for w in (words[4], after[1]))
    return Mount(number=words[2], point=point, kind=after[0], source=source, options=words[5])


def medium_mounts(table: Sequence[Mount]) -> tuple[Mount, ...]:
    """Mounts of the live medium and of what lies on it."""
    return tuple(m for m in table if _under(m.point, MEDIUM_ROOTS))


def _under(path: str, roots: Sequence[str]) -> bool:
    return any(path == r or path.startswith(r + "/") for r in roots)


def ancestors(machine: Machine, numbers: Sequence[str], table: Sequence[Mount]) -> tuple[str, ...]:
    """These devices and everything below them, each once, nearest first, by major:minor."""
    seen: dict[str, None] = {}
    waiting = list(numbers)
    while waiting:
        number = waiting.pop(0)
        if number in seen or number.startswith("0:"):  # 0: no device (overlay, tmpfs)
            continue
        seen[number] = None
        waiting += _below(machine, number, table)
    return tuple(seen)


def _below(machine: Machine, number: str, table: Sequence[Mount]) -> Iterator[str]:
    folder = f"/sys/dev/block/{number}"
    if machine.exists(f"{folder}/partition"):
        yield from _word(machine, f"{folder}/../dev")
    for file in _word(machine, f"{folder}/loop/backing_file"):
        above = [m for m in table if _under(file, (m.point.rstrip("/"),))]
        if above:  # the file system the file is on: of nested mounts the innermost, of stacked ones the last
            yield max(enumerate(above), key=lambda m: (len(m[1].point), m[0]))[1].number
    for slave in machine.glob(f"{folder}/slaves/*/dev"):
        yield from _word(machine, slave)


def _word(machine: Machine, path: str) -> Iterator[str]:
    try:
        text = machine.read(path, limit=4096).decode("utf-8", "replace").strip()
    except DoorError:
        return
    if text:
        yield text


def device_name(machine: Machine, number: str) -> str | None:
    """The kernel's name of a device, such as "sda1"; None when there is none with this number."""
    try:
        return PurePosixPath(machine.link(f"/sys/dev/block/{number}")).name
    except DoorError:
        return None


def standing_on(machine: Machine) -> frozenset[str]:
    """Major:minor and path of all that the running system stands on: never a target. Empty for a recording."""
    table = mounts(machine)
    ours = [m for m in table if m.point == "/" or _under(m.point, (*MEDIUM_ROOTS, DATA_ROOT))]
    # a file system over several devices (btrfs) has no number of theirs: its source names one
    named = [n for m in ours for n in _word(machine, f"/sys/class/block/{PurePosixPath(m.source).name}/dev")]
    numbers = ancestors(machine, [*(m.number for m in ours), *named], table)
    names = (device_name(machine, n) for n in numbers)
    return frozenset(numbers) | {f"/dev/{name}" for name in names if name}
