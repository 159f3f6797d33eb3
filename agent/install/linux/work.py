"""The hands of the installer: every command goes through the opened disk, every answer is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from agent.machine.door import Answer, DoorError, Machine, OpenDisk
from agent.model.errors import Fault
from agent.model.plan import InstallPlan, Step

PARTITIONS = {"bios": 1, "esp": 2, "root": 3}

Tell = Callable[[int, int], None]
"""Bytes done, bytes in all."""

# A private set of mounts that ends with the command: nothing can stay mounted. /dev holds this disk alone, and the
# by-uuid link without which update-grub writes the builder's device name (grub.d/10_linux).
_CHROOT = r"""
set -e
target=$1 uuid=$2 root=$3 nodes=$4; shift 4
mount -t tmpfs -o mode=0755,nosuid tmpfs "$target/dev"
for node in null:c:1:3 zero:c:1:5 full:c:1:7 random:c:1:8 urandom:c:1:9 tty:c:5:0 $nodes; do
  name=${node%%:*} rest=${node#*:}
  kind=${rest%%:*} rest=${rest#*:}
  mknod -m 0666 "$target/dev/$name" "$kind" "${rest%%:*}" "${rest#*:}"
done
mkdir -p "$target/dev/disk/by-uuid" "$target/dev/pts" "$target/dev/shm"
ln -s "../../$root" "$target/dev/disk/by-uuid/$uuid"
ln -s /proc/self/fd "$target/dev/fd"
mount -t proc proc "$target/proc"
mount -t sysfs -o ro sysfs "$target/sys"
mount -t tmpfs -o mode=0755 tmpfs "$target/run"
exec chroot "$target" /usr/bin/env -i PATH=/usr/sbin:/usr/bin:/sbin:/bin LC_ALL=C DEBIAN_FRONTEND=noninteractive "$@"
"""


class StepFailed(Exception):
    """A postcondition that does not hold, or a tool that gave up; ``str()`` is what was observed."""


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


@dataclass(kw_only=True)
class Work:
    """One install under way. ``folder`` is a temporary folder of the live system, ``target`` the root in it."""

    machine: Machine
    disk: OpenDisk
    plan: InstallPlan
    image: str
    tell: Tell
    stop: threading.Event
    folder: str = ""
    mounted: bool = False
    wrote: bool = False
    warnings: list[str] = field(default_factory=list)

    @property
    def target(self) -> str:
        return f"{self.folder}/root"

    @property
    def flag(self) -> str:
        """A file whose presence stops the unpacking."""
        return f"{self.folder}/stop"

    @property
    def disk_name(self) -> str:
        return PurePath(self.disk.path).name

    def partition_name(self, number: int) -> str:
        """nvme0n1p3, mmcblk0p3, loop0p3, sda3 (block/partitions: a "p" after a digit)."""
        return f"{self.disk_name}{'p' if self.disk_name[-1].isdigit() else ''}{number}"

    def partition(self, name: str) -> str:
        return f"{PurePath(self.disk.path).parent}/{self.partition_name(PARTITIONS[name])}"

    def places(self) -> Mapping[str, str]:
        parts = {name: self.partition(name) for name in PARTITIONS}
        return {"disk": self.disk.path, "image": self.image, "target": self.target, "flag": self.flag, **parts}

    def fill(self, argv: Sequence[str]) -> list[str]:
        places = self.places()
        filled = list(argv)
        for name, place in places.items():
            filled = [word.replace("{" + name + "}", place) for word in filled]
        return filled

    def detail(self, step_id: str) -> Mapping[str, Any]:
        return self.step(step_id).detail

    def step(self, step_id: str) -> Step:
        return next(s for s in self.plan.steps if s.id == step_id)

    def run(self, argv: Sequence[str], *, timeout_s: float = 60, stdin: bytes = b"") -> Answer:
        """The answer, whatever the exit status. Raises StepFailed when there is none."""
        try:
            return self.disk.run(self.fill(argv), timeout_s=timeout_s, stdin=stdin)
        except DoorError as error:
            raise StepFailed(str(error)) from None

    def must(self, argv: Sequence[str], *, timeout_s: float = 60, stdin: bytes = b"") -> Answer:
        """Like ``run``; raises StepFailed for any exit status but 0."""
        answer = self.run(argv, timeout_s=timeout_s, stdin=stdin)
        if answer.exit_status:
            why = last_line(answer.errors) or last_line(answer.text)
            raise StepFailed(f"{argv[0]}: exit {answer.exit_status}: {why}")
        return answer

    def inside(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60) -> Answer:
        """A plain command in the new root: an absolute link of the image cannot lead out of it."""
        return self.run(["chroot", "{target}", *argv], stdin=stdin, timeout_s=timeout_s)

    def must_inside(self, argv: Sequence[str], *, stdin: bytes = b"", timeout_s: float = 60) -> Answer:
        return self.must(["chroot", "{target}", *argv], stdin=stdin, timeout_s=timeout_s)

    def system(self, argv: Sequence[str], *, timeout_s: float = 300) -> Answer:
        """A command in the new root with /proc, /sys and a /dev that holds this disk alone."""
        root = self.partition_name(PARTITIONS["root"])
        uuid = self.plan.identifiers["root_uuid"]
        return self.must(chroot_argv("{target}", argv, uuid=uuid, root=root, nodes=self._nodes()), timeout_s=timeout_s)

    def _nodes(self) -> str:
        """name:b:major:minor of the disk and its partitions, as the kernel numbers them now."""
        names = [self.disk_name] + [self.partition_name(n) for n in PARTITIONS.values()]
        base = f"/sys/block/{self.disk_name}"
        places = [base] + [f"{base}/{name}" for name in names[1:]]
        numbers = [self.look(f"{place}/dev").decode().strip() for place in places]
        return " ".join(f"{name}:b:{number}" for name, number in zip(names, numbers, strict=True))

    def look(self, path: str, *, limit: int = 1 << 20) -> bytes:
        """A file, read back. Raises StepFailed."""
        try:
            return self.machine.read(path, limit=limit)
        except DoorError as error:
            raise StepFailed(str(error)) from None

    def stop_if_asked(self) -> None:
        if self.stop.is_set():
            raise Fault("cancelled", wrote=self.wrote)


def chroot_argv(
    target: str, argv: Sequence[str], *, uuid: str = "none", root: str = "null", nodes: str = ""
) -> list[str]:
    """A command in another root with mounts of its own; ``nodes``: "name:b:major:minor …" of the disks it may see."""
    script = ["unshare", "--mount", "--propagation", "private", "sh", "-c", _CHROOT, "regain"]
    return [*script, target, uuid, root, nodes, *argv]


def expect(what: str, seen: object, planned: object) -> None:
    """Raises StepFailed naming both when they differ."""
    if seen != planned:
        raise StepFailed(f"{what}: {seen!r}, planned {planned!r}")
