"""What a date is worth (REPORT design, section 6). Pure: every reading is brought by the caller.

A dead battery puts a PC in 2009, and TLS then fails with "not yet valid". The floor is the later of the image's build
time and the last trusted time kept on the stick. Order between records is ``chain.seq``, never a date.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

from agent.model.report import Instant

TEN_YEARS = timedelta(days=3653)
_LAST_SECOND = 253_402_300_799.0  # 9999-12-31: a battery clock may hold anything
DRIFT = 200e-6
"""Seconds per second that a PC's oscillator may be off: generous, so that the uncertainty is never too small."""

_RANK = ("operator", "floor", "rtc", "http_date", "registry", "ntp")
"""Sources from the least to the most trusted."""


def parse_utc(text: str) -> datetime:
    """An instant in ISO 8601. Raises ValueError; one without an offset is refused: nobody knows where it was noon."""
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(f"no offset in {text!r}")
    return moment.astimezone(UTC)


def format_utc(moment: datetime) -> str:
    return moment.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%S.") + f"{moment.microsecond // 1000:03d}Z"


def floor_of(*, image_built: str, last_trusted: str | None) -> datetime:
    """Before this it cannot be. Raises ValueError for a text that is no instant."""
    built = parse_utc(image_built)
    return max(built, parse_utc(last_trusted)) if last_trusted else built


def plausible(moment: datetime, floor: datetime) -> bool:
    return floor <= moment <= floor + TEN_YEARS


def judge(*, rtc: str | None, floor: datetime, boottime_s: float | None = None) -> Instant:
    """The instant a PC may work with at start: its own clock if it is possible, else the floor. Never trusted yet."""
    moment: datetime | None = None
    if rtc is not None:
        try:
            moment = parse_utc(rtc)
        except ValueError:
            moment = None
    if moment is not None and plausible(moment, floor):
        return Instant(utc=format_utc(moment), source="rtc", trusted=False, boottime_s=boottime_s)
    return Instant(utc=format_utc(floor), source="floor", trusted=False, boottime_s=boottime_s)


@dataclass(frozen=True, slots=True, kw_only=True)
class Start:
    """How the clock of a PC was found when the system started. ``found`` is what it said."""

    source: str  # rtc: it may go on; floor: it is to be set to ``floor``
    floor: datetime
    found: str


def start_of(*, built: str, last_trusted: str | None, now: float) -> Start:
    """Judge the clock at start, ``now`` in seconds since 1970. A text that is no instant is passed over."""
    known = [moment for text in (built, last_trusted) if text and (moment := _moment(text)) is not None]
    floor = max(known, default=datetime(2026, 1, 1, tzinfo=UTC))
    found = datetime.fromtimestamp(min(max(now, 0.0), _LAST_SECOND), UTC)
    source = "rtc" if plausible(found, floor) else "floor"
    return Start(source=source, floor=floor, found=format_utc(found))


def _moment(text: str) -> datetime | None:
    try:
        return parse_utc(text)
    except ValueError:
        return None


def told(
    *, utc: str, source: str, boottime_s: float, floor: datetime, round_trip_s: float = 0.0, resolution_s: float = 0.0
) -> Instant | None:
    """An instant that somebody outside told (ntp, registry, http_date); None when it lies below the floor.

    The answer was written at some moment of the round trip: half of it is the uncertainty.
    """
    if source not in ("ntp", "registry", "http_date"):
        raise ValueError(source)
    moment = parse_utc(utc)
    if not plausible(moment, floor):
        return None
    return Instant.model_validate(
        {
            "utc": format_utc(moment + timedelta(seconds=round_trip_s / 2)),
            "source": source,
            "trusted": True,
            "uncertainty_s": round_trip_s / 2 + resolution_s,
            "boottime_s": boottime_s,
        }
    )


def http_date(text: str) -> str | None:
    """The instant of an HTTP ``Date`` header (RFC 9110, section 5.6.7), or None when it is not one."""
    try:
        return format_utc(parsedate_to_datetime(text))
    except (TypeError, ValueError):
        return None


def best(instants: Iterable[Instant]) -> Instant:
    """The most trusted source; of two equal ones the more certain. Raises ValueError when there is none."""
    return max(instants, key=lambda i: (i.trusted, _RANK.index(i.source), -(i.uncertainty_s or 0.0)))


def at(reference: Instant, *, boottime_s: float) -> Instant:
    """The reference moved to another reading of CLOCK_BOOTTIME: later work, or earlier work dated after a sync.

    Raises ValueError when the reference has no reading of that clock.
    """
    if reference.boottime_s is None:
        raise ValueError("no CLOCK_BOOTTIME in the reference")
    apart = boottime_s - reference.boottime_s
    moment = parse_utc(reference.utc) + timedelta(seconds=apart)
    spread = None if reference.uncertainty_s is None else reference.uncertainty_s + abs(apart) * DRIFT
    return reference.model_copy(update={"utc": format_utc(moment), "boottime_s": boottime_s, "uncertainty_s": spread})
