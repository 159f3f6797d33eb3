"""The thread through the stages: numbers every event, journals it, folds it, and tells whoever listens."""

from __future__ import annotations

import threading
from collections import deque
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from agent.job.journal import Journal, read_journal
from agent.machine.door import Clock
from agent.model.events import EPHEMERAL, Event, Kind
from agent.model.job import Job, apply

Listener = Callable[[Event], None]


class EventStream:
    """One job's events. ``emit`` may be called from any thread. Listeners hear every event in the order of its
    number, one at a time, in a thread that emits: two disks that end together never swap their lines.

    An event that the job's transition table forbids raises IllegalTransition and is neither kept nor told.
    """

    def __init__(self, clock: Clock, journal: Journal | None = None) -> None:
        self._clock = clock
        self._journal = journal
        self._events: list[Event] = []
        self._listeners: list[Listener] = []
        self._lock = threading.RLock()
        self._telling = threading.Lock()
        self._untold: deque[Event] = deque()
        self.job = Job()

    def subscribe(self, listener: Listener) -> None:
        with self._lock:
            self._listeners.append(listener)

    @property
    def folder(self) -> Path | None:
        """Where files of this job go, beside its journal; None when it has none."""
        return self._journal.path.with_suffix("") if self._journal is not None else None

    def now(self) -> str:
        """This moment by the clock that stamps the events."""
        return self._clock.utc()

    def events(self) -> Sequence[Event]:
        with self._lock:
            return tuple(self._events)

    def emit(self, kind: Kind, disk: str | None = None, /, **params: Any) -> Event:
        with self._lock:
            event = Event(kind=kind, seq=self.job.last_seq + 1, t=self._clock.utc(), disk=disk, params=params)
            self.job = apply(self.job, event)
            if kind not in EPHEMERAL:
                self._events.append(event)
            newly_unsafe = self._write(event)
            self._untold.append(event)
        self._tell()
        if newly_unsafe:
            self.emit(Kind.ATTENTION, reason="attention-stick-missing")
        return event

    def move_journal(self, path: Path) -> Journal:
        """Go on in another file, which gets every event it does not have yet: a stick came, or came back.

        Raises OSError, Fault journal-damaged, disk-busy: the old journal is then still the one.
        """
        with self._lock:
            old = self._journal
            if old is not None and old.still_good(path):
                return old
            journal = Journal(path)
            written = read_journal(path)
            last = written[-1].seq if written else 0
            for event in self._events:
                if event.seq > last:
                    journal.append(event)
            self._journal = journal
        if old is not None:
            old.close()
        return journal

    def _tell(self) -> None:
        """Tell what is untold, unless another thread (or a listener's caller) is at it: that one tells it too."""
        while self._untold and self._telling.acquire(blocking=False):
            try:
                while self._untold:
                    event = self._untold.popleft()
                    for listener in tuple(self._listeners):
                        listener(event)
            finally:
                self._telling.release()

    def _write(self, event: Event) -> bool:
        """True when this event was the first that could not be written to the medium."""
        if self._journal is None:
            return False
        was_safe = self._journal.safe
        self._journal.append(event)
        return was_safe and not self._journal.safe

    @property
    def safe(self) -> bool:
        """False while events live in memory only (stick pulled or full)."""
        return self._journal is None or self._journal.safe
