"""Two clocks: the real one, and a virtual one for rehearsal whose waits take no time."""

from __future__ import annotations

import threading
import time
from datetime import UTC, datetime, timedelta


def iso(moment: datetime) -> str:
    return moment.astimezone(UTC).isoformat(timespec="milliseconds").replace("+00:00", "Z")


class RealClock:
    """CLOCK_BOOTTIME where there is one: it goes on while the PC sleeps (unfreezing a disk)."""

    def monotonic(self) -> float:
        return time.clock_gettime(time.CLOCK_BOOTTIME)

    def utc(self) -> str:
        return iso(datetime.now(UTC))

    def sleep(self, seconds: float) -> None:
        time.sleep(seconds)


class SteadyClock(RealClock):
    """The system clock as it was when this was made, moved on by CLOCK_BOOTTIME.

    The clock of a PC may be set in the middle of a job (NTP, a registry): the times of one job stay apart by what
    really went by.
    """

    def __init__(self) -> None:
        self._started, self._since = datetime.now(UTC), self.monotonic()

    def utc(self) -> str:
        return iso(self._started + timedelta(seconds=self.monotonic() - self._since))


def set_system_clock(seconds: float) -> None:
    """Set this PC's clock (seconds since 1970, UTC). Needs root; the battery clock is left as it is."""
    time.clock_settime(time.CLOCK_REALTIME, seconds)


class VirtualClock:
    """Runs with the real clock and jumps over every wait, so that hours are rehearsed in moments.

    With ``pace`` above zero a wait takes seconds x pace of real time: the bench shows what would happen.
    """

    def __init__(self, *, pace: float = 0.0) -> None:
        self._jumped = 0.0
        self._pace = pace
        self._lock = threading.Lock()

    def monotonic(self) -> float:
        with self._lock:
            return time.monotonic() + self._jumped

    def utc(self) -> str:
        with self._lock:
            return iso(datetime.now(UTC) + timedelta(seconds=self._jumped))

    def sleep(self, seconds: float) -> None:
        real = seconds * self._pace
        if real:
            time.sleep(real)
        with self._lock:
            self._jumped += seconds - real
