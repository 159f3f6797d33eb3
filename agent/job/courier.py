"""What waits is sent by itself, once the registry may answer again; a person at the bench needs no key for it."""

from __future__ import annotations

import threading
from collections.abc import Callable

FIRST_S = 20.0
"""After the start of a bench, or the end of a job: a network takes a moment to be there."""

LONGEST_S = 900.0
LOOK_S = 5.0
"""Between two looks into the outbox: it is a folder on a stick."""


class Courier:
    """One try at a time, in a thread of its own, twice as long apart each time that it was for nothing.

    ``deliver`` tries once and says how long the registry asked to be left alone, in seconds, or None.
    """

    def __init__(self, deliver: Callable[[], float | None]) -> None:
        self._deliver = deliver
        self._thread: threading.Thread | None = None
        self._apart = FIRST_S
        self._asked = 0.0
        self._due: float | None = None
        self._look = 0.0

    @property
    def busy(self) -> bool:
        return self._thread is not None and self._thread.is_alive()

    def tick(self, now: float, waiting: Callable[[], int]) -> None:
        """Called about once a second. ``now``: seconds of a clock that never jumps; ``waiting``: unsent results."""
        if self.busy or now < self._look:
            return
        self._look = now + LOOK_S
        if not waiting():
            self._due, self._apart, self._asked = None, FIRST_S, 0.0
            return
        if self._due is None:
            self._due = now + max(self._apart, self._asked)
        if now >= self._due:
            self._due, self._apart = None, min(LONGEST_S, 2 * self._apart)
            self._thread = threading.Thread(target=self._go, daemon=True)
            self._thread.start()

    def left_s(self, now: float) -> float | None:
        """Seconds until the next try; None when none is planned or one is under way."""
        return None if self._due is None else max(0.0, self._due - now)

    def join(self) -> None:
        if self._thread is not None:
            self._thread.join()

    def _go(self) -> None:
        self._asked = self._deliver() or 0.0
