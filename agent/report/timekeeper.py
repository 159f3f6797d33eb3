"""What time it is, and how much that is worth: NTP, then the registry, then HTTP ``Date``, then the PC's own clock."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from agent.model.report import Instant
from agent.report.clock import at, best, format_utc, judge, parse_utc, plausible, told

STEP_S = 2.0
"""A system clock that is further off than this is set to what was told."""


class Timekeeper:
    """Remembers the best that was told since the start, by CLOCK_BOOTTIME, which no clock setting moves.

    ``at_floor``: the clock was impossible at start and was set to the floor. ``synchronised`` says whether NTP keeps
    the system clock now; ``set_clock`` is given where the system clock is ours to set (the live system).
    """

    def __init__(
        self,
        *,
        floor: datetime,
        at_floor: bool = False,
        synchronised: Callable[[], bool] = lambda: False,
        set_clock: Callable[[float], None] | None = None,
    ) -> None:
        self.floor = floor
        self._at_floor = at_floor
        self._synchronised = synchronised
        self._set_clock = set_clock
        self._told: Instant | None = None

    @property
    def at_floor(self) -> bool:
        """True while nobody has told the time to a PC whose clock was impossible."""
        return self._at_floor and self._told is None and not self._synchronised()

    def heard(
        self, utc: str, source: str, *, boottime_s: float, system_utc: str, round_trip_s: float = 0.0
    ) -> Instant | None:
        """Somebody outside told the time a moment ago; None when it cannot be. A wrong system clock is put right."""
        resolution = 1.0 if source == "http_date" else 0.0
        try:
            found = told(utc=utc, source=source, boottime_s=boottime_s, floor=self.floor,
                         round_trip_s=round_trip_s, resolution_s=resolution)  # fmt: skip
        except ValueError:
            return None
        if found is None:
            return None
        self._told = best([found, at(self._told, boottime_s=boottime_s)]) if self._told else found
        right = parse_utc(self._told.utc)
        off = abs((right - parse_utc(system_utc)).total_seconds())
        if self._set_clock is not None and off > STEP_S and not self._synchronised():
            self._set_clock(right.timestamp())
        return found

    def now(self, *, system_utc: str, boottime_s: float) -> Instant:
        """This moment, from the most trusted source there is."""
        possible = plausible(parse_utc(system_utc), self.floor)
        if possible and self._synchronised():
            return Instant(utc=format_utc(parse_utc(system_utc)), source="ntp", trusted=True, boottime_s=boottime_s)
        if self._told is not None:
            return at(self._told, boottime_s=boottime_s)
        if possible and self._at_floor:  # it runs on from the floor, and is worth no more than that
            return Instant(utc=format_utc(parse_utc(system_utc)), source="floor", trusted=False, boottime_s=boottime_s)
        return judge(rtc=system_utc, floor=self.floor, boottime_s=boottime_s)
