"""The journal is the truth: JSON lines on the stick, synced at every change of state.

After a power cut the last line may be cut short: it was never synced, so nothing relied on it, and it is
left out. A damaged line anywhere else means the file was changed or the medium is bad: that is told.
"""

from __future__ import annotations

import fcntl
import json
import os
from collections.abc import Sequence
from pathlib import Path

from agent.model.errors import Fault
from agent.model.events import EPHEMERAL, SYNCED, Event, from_wire


class Journal:
    """One job's file, opened by one process at a time (flock). ``safe`` is False while lines wait in memory."""

    def __init__(self, path: Path) -> None:
        self.path = path
        self._waiting: list[bytes] = []
        path.parent.mkdir(parents=True, exist_ok=True)
        self._fd = os.open(path, os.O_RDWR | os.O_APPEND | os.O_CREAT | os.O_CLOEXEC, 0o600)
        try:
            fcntl.flock(self._fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            os.close(self._fd)
            raise Fault("disk-busy", disk=path.stem) from None
        self._cut_torn_line()
        _sync_folder(path.parent)

    def _cut_torn_line(self) -> None:
        """A line without its end was never synced: it goes, so that the next one starts clean."""
        data = self.path.read_bytes()
        if data and not data.endswith(b"\n"):
            os.ftruncate(self._fd, data.rfind(b"\n") + 1)

    @property
    def safe(self) -> bool:
        return not self._waiting

    def append(self, event: Event) -> None:
        """Write one event, and sync when its kind asks for it. What cannot be written waits in memory, in order."""
        if event.kind in EPHEMERAL:
            return
        line = json.dumps(event.to_wire(), ensure_ascii=False, separators=(",", ":")).encode() + b"\n"
        self._waiting.append(line)
        try:
            self._write_waiting(sync=event.kind in SYNCED)
        except OSError:
            return  # ``safe`` tells; the next event tries again
        self._waiting.clear()

    def still_good(self, path: Path) -> bool:
        """True when this is the file at that path and everything is on its medium now."""
        try:
            if not os.path.samestat(os.fstat(self._fd), path.stat()):
                return False
            self._write_waiting(sync=True)
        except OSError:
            return False
        self._waiting.clear()
        return True

    def _write_waiting(self, *, sync: bool) -> None:
        size = os.fstat(self._fd).st_size
        try:
            left = memoryview(b"".join(self._waiting))
            while left:
                left = left[os.write(self._fd, left) :]
            if sync:
                os.fdatasync(self._fd)
        except OSError:
            os.ftruncate(self._fd, size)  # no half line may stay behind, and none twice
            raise

    def close(self) -> None:
        os.close(self._fd)


def read_journal(path: Path) -> Sequence[Event]:
    """All whole events of a journal; an empty tuple when there is none. Raises Fault journal-damaged."""
    try:
        data = path.read_bytes()
    except FileNotFoundError:
        return ()
    lines = data.split(b"\n")
    lines.pop()  # empty when the file ends as it should; else torn, and never synced
    events: list[Event] = []
    for number, line in enumerate(lines, start=1):
        try:
            events.append(from_wire(json.loads(line)))
        except (ValueError, KeyError, TypeError):
            raise Fault("journal-damaged", path=str(path), line=number, wrote=None) from None
        if len(events) > 1 and events[-1].seq <= events[-2].seq:
            raise Fault("journal-damaged", path=str(path), line=number, wrote=None)
    return tuple(events)


def _sync_folder(folder: Path) -> None:
    fd = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(fd)
    finally:
        os.close(fd)
