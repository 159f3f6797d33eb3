"""The one door to the outside: everything the agent knows of the world, or does to it, passes here.

Three machines exist: live (this PC), recorded (a folder captured from a PC) and rehearsal (a recorded
PC with virtual disks and scripted faults). Reading is free; destroying needs ``open_disk`` with a
Warrant, and only the OpenDisk it returns can write or run a command that writes.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from types import TracebackType
from typing import TYPE_CHECKING, Any, Protocol, Self

from agent.model.value import value

if TYPE_CHECKING:
    from agent.model.identity import DiskIdentity
    from agent.model.warrant import Action, Warrant


class DoorError(Exception):
    """Could not look. ``str()`` is the reason kept in Unreadable facts; subclasses tell what kind."""


class ToolMissing(DoorError):
    """The program is not installed, or the recording has no answer for this command."""


class ToolTimedOut(DoorError):
    """The program did not answer in time and was killed."""


class NotThere(DoorError):
    """The file or folder does not exist (the place to look may still exist: ask for its folder)."""


class Denied(DoorError):
    """Permission refused: "needs root"."""


@value
class Answer:
    """What a program answered. An exit status is information, never a proof."""

    argv: tuple[str, ...]
    exit_status: int
    stdout: bytes
    stderr: bytes
    seconds: float

    @property
    def text(self) -> str:
        return self.stdout.decode("utf-8", "replace")

    @property
    def errors(self) -> str:
        return self.stderr.decode("utf-8", "replace")


class Clock(Protocol):
    """Time in seconds. The rehearsal clock is virtual: ``sleep`` moves it on without waiting."""

    def monotonic(self) -> float: ...

    def utc(self) -> str:
        """Now, as ISO 8601 UTC with milliseconds and "Z"."""
        ...

    def sleep(self, seconds: float) -> None: ...


class Worker(Protocol):
    """One process working on one disk. It talks JSON lines; ``messages`` ends when the process does."""

    def messages(self) -> Iterator[Mapping[str, Any]]: ...

    def send(self, message: Mapping[str, Any]) -> None: ...

    def kill(self) -> None: ...

    def wait(self) -> int:
        """Exit status; negative signal number when it was killed."""
        ...

    @property
    def errors(self) -> str:
        """Tail of its standard error, for the report of a bug."""
        ...


class OpenDisk(Protocol):
    """One disk that consent covers, opened for one action; the identity was read again just before.

    Use as a context manager: leaving it closes the descriptor.
    """

    identity: DiskIdentity
    path: str
    size_bytes: int  # of the medium behind it (a rehearsal disk is smaller than what it stands for)
    logical_block: int
    physical_block: int
    rehearsal_scale: int | None

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        """A command line that may write to this disk and to no other."""
        ...

    def open_area(self, name: str) -> OpenDisk:
        """Another area of the same eMMC (gp0 to gp3, boot0, boot1), opened as this disk was, for as long as the context
        lasts; a boot area can be written to during that time. Raises Fault disk-not-found, disk-busy, disk-read-only.
        """
        ...

    def changed(self) -> bool:
        """Ask again: True when the disk is gone, or shows another identity, size or block than when it was opened."""
        ...

    def start_worker(self, module: str, spec: Mapping[str, Any]) -> Worker:
        """``python -m module`` with the disk's descriptor inherited: spec gets "fd", "size_bytes", "logical_block",
        "physical_block" and, in rehearsal, "faults" and "pace_bytes_per_s" added, and is sent as its first line."""
        ...

    def __enter__(self) -> Self: ...

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None: ...


class Machine(Protocol):
    """``exercise`` is true for everything that is not the real PC."""

    name: str
    exercise: bool
    clock: Clock

    def run(self, argv: Sequence[str], *, timeout_s: float, stdin: bytes = b"") -> Answer:
        """Run a program that only reads (LC_ALL=C, stdin closed unless given).

        Raises ToolMissing, ToolTimedOut, Denied; Fault "warrant-missing" when the command line destroys.
        """
        ...

    def read(self, path: str, *, limit: int = 1 << 20) -> bytes:
        """A file of /proc, /sys or a log, at most ``limit`` bytes. Raises NotThere, Denied, DoorError."""
        ...

    def glob(self, pattern: str) -> list[str]:
        """Sorted paths that match; an empty list when none do."""
        ...

    def exists(self, path: str) -> bool: ...

    def link(self, path: str) -> str:
        """Where a symbolic link points, as written in it. Raises NotThere."""
        ...

    def file_identity(self, path: str) -> str:
        """Identity of a regular file (behind a loop device): "FILE-<device>-<inode>" in hex. Raises NotThere."""
        ...

    def is_root(self) -> bool: ...

    def has_firmware(self, path: str) -> bool:
        """Whether commands sent to this path reach a drive of its own: not so for a loop device or a rehearsal file."""
        ...

    def open_disk(self, identity: DiskIdentity, warrant: Warrant | None, action: Action) -> OpenDisk:
        """Find the disk again by its identity, check the warrant, spend its permit, open it.

        Raises Fault: warrant-missing, warrant-expired, warrant-spent, warrant-other-disk, disk-not-found,
        disk-changed, disk-busy, disk-excluded, not-root. Nothing has been written then.
        """
        ...
