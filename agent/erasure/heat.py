"""How warm the disk is while it is wiped (ERASURE design, section 6): the kernel's sensors, a limit, and a curve.

``drivetemp`` (SATA) and the NVMe driver show millidegrees in hwmon (Documentation/hwmon); asking them wakes nothing and
sends no SMART command. At the limit the worker pauses; five degrees below it goes on.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from pathlib import PurePosixPath
from typing import Any

from agent.machine.door import DoorError, Machine

EVERY_S = 30.0
LIMIT_ROTATING_C, LIMIT_FLASH_C = 60, 70
RESUME_BELOW_C = 5
MOST_POINTS = 240
_BELIEVABLE_C = range(-20, 126)
_BELIEVABLE_LIMIT_C = range(50, 101)


def sensor_of(machine: Machine, path: str) -> str | None:
    """The sensor of the disk at ``path``; None when the kernel has none for it."""
    folder = f"/sys/block/{PurePosixPath(path).name}/device"
    for pattern in (f"{folder}/hwmon/hwmon*/temp1_input", f"{folder}/hwmon*/temp1_input"):
        if found := machine.glob(pattern):
            return found[0]
    return None


def _celsius(machine: Machine, path: str) -> int | None:
    try:
        text = machine.read(path, limit=64).decode("ascii", "replace").strip()
    except DoorError:
        return None
    value = round(int(text) / 1000) if text.lstrip("-").isdigit() else None
    return value if value in _BELIEVABLE_C else None


@dataclass(slots=True, kw_only=True)
class Heat:
    """One disk's temperature over the wipe. ``points`` are [seconds, Celsius], thinned as they grow."""

    machine: Machine
    sensor: str
    limit_c: int
    paused: bool = False
    paused_s: float = 0.0
    points: list[list[int]] = field(default_factory=list)
    most_c: int | None = None
    _began: float | None = None
    _next: float = 0.0
    _paused_at: float = 0.0
    _every: int = 1
    _seen: int = 0

    def look(self, now: float) -> int | None:
        """Degrees, when it is time to look and the sensor answers; ``paused`` then says what the disk should do. A
        sensor that no longer answers pauses nothing, and lets go on what it had paused."""
        self._began = now if self._began is None else self._began
        if now < self._next:
            return None
        self._next = now + EVERY_S
        celsius = _celsius(self.machine, self.sensor)
        hot = celsius is not None and celsius >= (self.limit_c - RESUME_BELOW_C + 1 if self.paused else self.limit_c)
        if hot and not self.paused:
            self._paused_at = now
        elif self.paused and not hot:
            self.paused_s += now - self._paused_at
        self.paused = hot
        if celsius is not None:
            self._keep(round(now - self._began), celsius)
        return celsius

    def _keep(self, second: int, celsius: int) -> None:
        self.most_c = celsius if self.most_c is None else max(self.most_c, celsius)
        self._seen += 1
        if self._seen % self._every:
            return
        self.points.append([second, celsius])
        if len(self.points) > MOST_POINTS:  # half as many, twice as far apart
            self.points, self._every = self.points[::2], self._every * 2

    def to_wire(self) -> dict[str, Any] | None:
        """For the record: the highest is exact, the curve at most 240 points. None when nothing was ever read."""
        if self.most_c is None:
            return None
        return {
            "sensor": self.sensor,
            "limit_c": self.limit_c,
            "max_c": self.most_c,
            "paused_s": round(self.paused_s, 1),
            "points": [list(point) for point in self.points],
        }


def heat_of(machine: Machine, path: str, *, rotational: bool) -> Heat | None:
    """A watch for this disk, or None: an exercise has no disk that warms, and not every disk has a sensor.

    The limit is the drive's own warning temperature where it tells a believable one (hwmon temp1_max; NVMe WCTEMP),
    else 60 C for rotating disks and 70 C for flash.
    """
    sensor = None if machine.exercise else sensor_of(machine, path)
    if sensor is None:
        return None
    own = _celsius(machine, sensor.replace("temp1_input", "temp1_max"))
    limit = LIMIT_ROTATING_C if rotational else LIMIT_FLASH_C
    if own is not None and own in _BELIEVABLE_LIMIT_C:
        limit = own
    return Heat(machine=machine, sensor=sensor, limit_c=limit)
