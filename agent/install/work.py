"""The hands of the installer: every command goes through the opened disk, every answer is looked at."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any

from agent.install.layout import CONTAINER
from agent.machine.door import Answer, DoorError, Machine, OpenDisk
from agent.model.errors import Fault
from agent.model.plan import InstallPlan, Step

Tell = Callable[[int, int], None]
"""Bytes done, bytes in all."""


OWN_MOUNTS = ("unshare", "--mount", "--propagation", "slave")
"""A command with mounts of its own, which end with it and show nowhere else. Slave and not private: what is unmounted
outside goes from its set too, else an install beside this one finds its volume still held (mount_namespaces(7))."""


class StepFailed(Exception):
    """A postcondition that does not hold, or a tool that gave up; ``str()`` is what was observed."""


def last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else ""


def _tool(argv: Sequence[str]) -> str:
    """The program, without ``env`` and its settings in front."""
    return next((word for word in argv if word != "env" and "=" not in word), argv[0])


@dataclass(kw_only=True)
class Work:
    """One install under way. ``folder`` is a temporary folder of the live system, ``target`` the mount point in it."""

    machine: Machine
    disk: OpenDisk
    plan: InstallPlan
    image: str
    tell: Tell
    stop: threading.Event
    phrase: str = field(default="", repr=False)
    """Opens an encrypted disk; never shown, never kept."""

    folder: str = ""
    mounted: bool = False
    boot_mounted: bool = False
    container: bool = False
    """The encrypted container is open."""

    wrote: bool = False
    sample: list[str] = field(default_factory=list)
    """Files of the image that the last step reads back."""

    warnings: list[str] = field(default_factory=list)

    @property
    def target(self) -> str:
        return f"{self.folder}/root"

    @property
    def flag(self) -> str:
        """A file whose presence stops the unpacking."""
        return f"{self.folder}/stop"

    @property
    def numbers(self) -> Mapping[str, int]:
        """Partition numbers by the first word of their planned names: bios, esp, root; esp, msr, windows, recovery."""
        rows = self.detail("step-partition")["partitions"]
        return {row["name"].split("_")[0].lower(): n for n, row in enumerate(rows, start=1)}

    @property
    def disk_name(self) -> str:
        return PurePath(self.disk.path).name

    def partition_name(self, number: int) -> str:
        """nvme0n1p3, mmcblk0p3, loop0p3, sda3 (block/partitions: a "p" after a digit)."""
        return f"{self.disk_name}{'p' if self.disk_name[-1].isdigit() else ''}{number}"

    def partition(self, name: str) -> str:
        return f"{PurePath(self.disk.path).parent}/{self.partition_name(self.numbers[name])}"

    def places(self) -> Mapping[str, str]:
        parts = {name: self.partition(name) for name in self.numbers}
        if "luks" in parts:
            parts["root"] = f"/dev/mapper/{CONTAINER}"
        return {
            "disk": self.disk.path,
            "image": self.image,
            "images": str(PurePath(self.image).parent),
            "boot": f"{self.folder}/boot",
            "target": self.target,
            "flag": self.flag,
            **parts,
        }

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
            raise StepFailed(f"{_tool(argv)}: exit {answer.exit_status}: {why}")
        return answer

    def look(self, path: str, *, limit: int = 1 << 20) -> bytes:
        """A file, read back. Raises StepFailed."""
        try:
            return self.machine.read(path, limit=limit)
        except DoorError as error:
            raise StepFailed(str(error)) from None

    def make_folder(self) -> None:
        """A temporary folder in the live system's memory, once for the whole install."""
        if not self.folder:
            self.folder = self.must(["mktemp", "-d", "-p", "/run", "regain-install.XXXXXXXX"]).text.strip()

    def stop_if_asked(self) -> None:
        if self.stop.is_set():
            raise Fault("cancelled", wrote=self.wrote)


def expect(what: str, seen: object, planned: object) -> None:
    """Raises StepFailed naming both when they differ."""
    if seen != planned:
        raise StepFailed(f"{what}: {seen!r}, planned {planned!r}")
