"""What the live system stands on is found through loops, overlays, mapped devices and arrays."""

from __future__ import annotations

import fnmatch
from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import cast

import pytest

from agent.erasure.gate import exclude
from agent.job.planning import boot_medium
from agent.machine.ancestry import ancestors, medium_mounts, mounts, standing_on
from agent.machine.door import Machine, NotThere
from agent.machine.recorded import RecordedMachine
from agent.model.facts import Absent, Known
from agent.model.inventory import Disk
from tests.conftest import MACHINES


class Tree:
    """Only /proc/self/mountinfo and /sys/dev/block, as names and contents."""

    def __init__(self, mountinfo: str, sysfs: Mapping[str, str], names: Mapping[str, str]) -> None:
        self.files = {f"/sys/dev/block/{k}": v for k, v in sysfs.items()} | {"/proc/self/mountinfo": mountinfo}
        self.names = names

    def read(self, path: str, *, limit: int = 0) -> bytes:
        if path not in self.files:
            raise NotThere(path)
        return self.files[path].encode()

    def exists(self, path: str) -> bool:
        return path in self.files

    def glob(self, pattern: str) -> list[str]:
        return sorted(p for p in self.files if fnmatch.fnmatch(p, pattern))

    def link(self, path: str) -> str:
        number = PurePosixPath(path).name
        if number not in self.names:
            raise NotThere(path)
        return f"../../devices/x/block/{self.names[number]}"


def machine(mountinfo: str, sysfs: Mapping[str, str], names: Mapping[str, str]) -> Machine:
    return cast(Machine, Tree(mountinfo, sysfs, names))


PARTED = {"8:1/partition": "1", "8:1/../dev": "8:0\n", "8:3/partition": "3", "8:3/../dev": "8:0\n"}
NAMES = {"8:0": "sda", "8:1": "sda1", "8:3": "sda3", "7:0": "loop0", "253:0": "dm-0", "259:0": "nvme0n1"}

LIVE = """\
25 1 0:23 / / rw - overlay overlay rw,lowerdir=/run/live/rootfs/filesystem.squashfs
26 25 8:1 / /run/live/medium ro - iso9660 /dev/sda1 ro
27 25 7:0 / /run/live/rootfs/filesystem.squashfs ro - squashfs /dev/loop0 ro
28 25 8:3 / /run/regain/data rw - ext4 /dev/sda3 rw
"""
VENTOY = """\
25 1 0:23 / / rw - overlay overlay rw
26 25 253:0 / /run/live/medium ro - iso9660 /dev/mapper/ventoy ro
"""
FINDISO = """\
25 1 0:23 / / rw - overlay overlay rw
24 25 8:1 / /run/live/persistence\\040disk ro - ext4 /dev/sda1 ro
26 25 7:0 / /run/live/medium ro - iso9660 /dev/loop0 ro
"""
TORAM = """\
25 1 0:23 / / rw - overlay overlay rw
26 25 0:31 / /run/live/medium rw - tmpfs tmpfs rw
27 25 7:0 / /run/live/rootfs/filesystem.squashfs ro - squashfs /dev/loop0 ro
"""
ARRAY = "25 1 9:0 / / rw - ext4 /dev/md0 rw\n"


@pytest.mark.parametrize(
    ("mountinfo", "sysfs", "expected"),
    [
        (LIVE, {**PARTED, "7:0/loop/backing_file": "/run/live/medium/live/filesystem.squashfs"}, {"8:0", "/dev/sda"}),
        (VENTOY, {**PARTED, "253:0/slaves/sda1/dev": "8:1\n"}, {"8:0", "/dev/sda", "253:0", "/dev/dm-0"}),
        (FINDISO, {**PARTED, "7:0/loop/backing_file": "/run/live/persistence disk/a.iso"}, {"8:0", "/dev/sda"}),
        (ARRAY, {**PARTED, "9:0/slaves/sda1/dev": "8:1", "9:0/slaves/nvme0n1/dev": "259:0"}, {"8:0", "259:0"}),
    ],
)
def test_down_to_the_disk(mountinfo: str, sysfs: Mapping[str, str], expected: set[str]) -> None:
    assert expected <= standing_on(machine(mountinfo, sysfs, NAMES))


def test_from_memory_there_is_no_disk_below() -> None:
    tree = machine(TORAM, {"7:0/loop/backing_file": "/run/live/medium/live/filesystem.squashfs"}, NAMES)
    assert standing_on(tree) == {"7:0", "/dev/loop0"}


def test_a_circle_ends() -> None:
    tree = machine("", {"253:0/slaves/a/dev": "253:1", "253:1/slaves/b/dev": "253:0"}, {})
    assert ancestors(tree, ["253:0"], ()) == ("253:0", "253:1")


def test_of_stacked_mounts_the_last_counts() -> None:
    stacked = LIVE + "30 26 259:0 / /run/live/medium rw - ext4 /dev/nvme0n1 rw\n"
    tree = machine(stacked, {"7:0/loop/backing_file": "/run/live/medium/x"}, NAMES)
    assert "259:0" in ancestors(tree, ["7:0"], mounts(tree))


def test_the_medium_is_not_the_data_partition() -> None:
    assert [m.number for m in medium_mounts(mounts(machine(LIVE, {}, {})))] == ["8:1", "7:0"]


def test_noise_and_recordings_tell_nothing() -> None:
    assert mounts(machine("noise\n1 2 3\n- - -\n", {}, {})) == ()
    assert standing_on(RecordedMachine(next(p for p in sorted(MACHINES.iterdir()) if p.is_dir()))) == frozenset()


def disk(path: str, number: str, serial: str | None) -> Disk:
    return Disk(
        path=Known(path, "lsblk"),
        major_minor=Known(number, "lsblk"),
        serial=Known(serial, "lsblk") if serial else None,
        wwn=Known("0x5000c500a1b2c3d4", "lsblk") if not serial else None,
        model=Known("M", "lsblk"),
        size_bytes=Known(1 << 34, "lsblk"),
        bus=Known("usb", "lsblk"),
        medium=Known("usb", "lsblk"),
        removable=Known(False, "lsblk"),
        read_only=Known(False, "lsblk"),
        in_use=Absent("none"),
    )


@pytest.mark.parametrize(
    ("stick", "never"),
    [
        (disk("/dev/sdb", "8:16", "4C53000101"), {"8:16"}),  # by major:minor
        (disk("/dev/sdc", "8:32", "4C53000101"), {"/dev/sdb", "8:16", "4C53000101"}),  # by serial: it has moved
        (disk("/dev/sdc", "8:32", None), {"8:16", "0x5000c500a1b2c3d4"}),  # by WWN
    ],
)
def test_the_stick_is_never_a_target_even_when_it_is_not_mounted(stick: Disk, never: set[str]) -> None:
    """From memory nothing mounts the stick: what the start knew of it is enough, with USB asked for."""
    (found,) = exclude([stick], allow_usb=True, allow_loop=True, boot_medium=boot_medium([stick], never))
    assert found is not None and found.reason == "excluded-boot-medium"
    (other,) = exclude([disk("/dev/sdd", "8:48", "OTHER0001")], allow_usb=True, boot_medium=never)
    assert other is None
