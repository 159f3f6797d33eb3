"""A clock of 2009 goes to the floor, trust grows with what is told, and every record says what its date is worth."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from agent.report.clock import start_of
from agent.report.timekeeper import Timekeeper

BUILT = "2026-11-01T00:00:00Z"
FLOOR = datetime(2026, 11, 1, tzinfo=UTC)
NOW = "2026-11-25T10:00:00Z"


@pytest.mark.parametrize(
    ("now", "source"),
    [
        ("2009-04-17T20:26:40+00:00", "floor"),
        ("2026-10-31T23:59:59+00:00", "floor"),
        ("2026-11-25T10:00:00+00:00", "rtc"),
        ("2036-12-01T00:00:00+00:00", "floor"),
    ],
)
def test_the_clock_at_start(now: str, source: str) -> None:
    found = start_of(built=BUILT, last_trusted=None, now=datetime.fromisoformat(now).timestamp())
    assert (found.source, found.floor) == (source, FLOOR)


def test_the_last_trusted_time_raises_the_floor_and_noise_does_not() -> None:
    moment = datetime(2026, 11, 2, tzinfo=UTC).timestamp()
    assert start_of(built=BUILT, last_trusted="2026-11-20T00:00:00Z", now=moment).source == "floor"
    assert start_of(built=BUILT, last_trusted="yesterday", now=moment).source == "rtc"
    assert start_of(built="noise", last_trusted=None, now=moment).floor.year == 2026


def test_from_the_floor_to_the_registry() -> None:
    set_to: list[float] = []
    keeper = Timekeeper(floor=FLOOR, at_floor=True, set_clock=set_to.append)
    before = keeper.now(system_utc="2026-11-01T00:05:00Z", boottime_s=300.0)
    assert (before.source, before.trusted, before.utc) == ("floor", False, "2026-11-01T00:05:00.000Z")
    keeper.heard(NOW, "registry", boottime_s=400.0, system_utc="2026-11-01T00:06:40Z", round_trip_s=0.2)
    assert set_to == [datetime(2026, 11, 25, 10, 0, 0, 100_000, UTC).timestamp()]
    after = keeper.now(system_utc="2026-11-25T10:01:40Z", boottime_s=500.0)
    assert (after.source, after.trusted, after.utc) == ("registry", True, "2026-11-25T10:01:40.100Z")
    assert after.uncertainty_s == pytest.approx(0.1 + 100 * 200e-6)


def test_a_clock_that_is_right_is_left_alone_and_a_liar_not_believed() -> None:
    set_to: list[float] = []
    keeper = Timekeeper(floor=FLOOR, set_clock=set_to.append)
    assert keeper.heard("2019-01-01T00:00:00Z", "http_date", boottime_s=1.0, system_utc=NOW) is None
    assert keeper.heard("noon", "registry", boottime_s=1.0, system_utc=NOW) is None
    assert keeper.heard(NOW, "registry", boottime_s=1.0, system_utc="2026-11-25T10:00:01Z") is not None
    assert set_to == []


def test_ntp_comes_before_the_registry_and_the_registry_before_a_header() -> None:
    synchronised = [False]
    keeper = Timekeeper(floor=FLOOR, synchronised=lambda: synchronised[0])
    keeper.heard(NOW, "registry", boottime_s=1.0, system_utc=NOW)
    keeper.heard("2026-11-25T10:30:00Z", "http_date", boottime_s=1.0, system_utc=NOW)
    assert keeper.now(system_utc=NOW, boottime_s=1.0).source == "registry"
    synchronised[0] = True
    assert keeper.now(system_utc=NOW, boottime_s=1.0).source == "ntp"


def test_without_anybody_the_pc_is_believed_as_far_as_it_goes() -> None:
    keeper = Timekeeper(floor=FLOOR)
    assert keeper.now(system_utc=NOW, boottime_s=1.0).source == "rtc"
    assert keeper.now(system_utc="2009-01-01T00:00:00Z", boottime_s=1.0).source == "floor"
