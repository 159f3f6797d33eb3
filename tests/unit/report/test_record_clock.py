"""A clock that lies is found out, and what a date is worth travels with it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from agent.model.report import Instant
from agent.report import clock as c

BUILT = "2026-10-01T00:00:00Z"
FLOOR = c.floor_of(image_built=BUILT, last_trusted=None)


def test_the_floor_is_the_later_of_the_two() -> None:
    assert (
        c.format_utc(c.floor_of(image_built=BUILT, last_trusted="2026-11-02T08:00:00Z")) == "2026-11-02T08:00:00.000Z"
    )
    assert c.floor_of(image_built=BUILT, last_trusted="2025-01-01T00:00:00Z") == FLOOR


@pytest.mark.parametrize(
    "rtc",
    ["2009-01-01T00:00:00Z", "2026-09-30T23:59:59Z", "2099-01-01T00:00:00Z", None, "noise", "2026-11-01T10:00:00"],
)
def test_an_impossible_clock_falls_to_the_floor(rtc: str | None) -> None:
    instant = c.judge(rtc=rtc, floor=FLOOR)
    assert (instant.utc, instant.source, instant.trusted) == ("2026-10-01T00:00:00.000Z", "floor", False)


def test_a_possible_clock_is_used_and_not_yet_trusted() -> None:
    instant = c.judge(rtc="2026-11-23T15:00:00+01:00", floor=FLOOR, boottime_s=10.0)
    assert (instant.utc, instant.source, instant.trusted) == ("2026-11-23T14:00:00.000Z", "rtc", False)


def test_a_told_instant_is_trusted_with_half_the_round_trip_as_doubt() -> None:
    instant = c.told(utc="2026-11-23T14:00:00Z", source="registry", boottime_s=100.0, floor=FLOOR, round_trip_s=0.4)
    assert instant is not None
    assert (instant.utc, instant.uncertainty_s, instant.trusted) == ("2026-11-23T14:00:00.200Z", 0.2, True)


def test_a_teller_below_the_floor_is_not_believed() -> None:
    assert c.told(utc="2009-01-01T00:00:00Z", source="http_date", boottime_s=1.0, floor=FLOOR) is None


def test_trust_grows() -> None:
    def told(source: str, doubt: float = 1.0) -> Instant:
        return Instant.model_validate(
            {"utc": "2026-11-23T14:00:00Z", "source": source, "trusted": True, "uncertainty_s": doubt}
        )

    rtc = Instant(utc="2026-11-23T14:00:00Z", source="rtc", trusted=False)
    assert c.best([rtc, told("http_date")]).source == "http_date"
    assert c.best([told("registry"), told("ntp"), told("http_date")]).source == "ntp"
    assert c.best([told("ntp", 2.0), told("ntp", 0.1)]).uncertainty_s == 0.1
    with pytest.raises(ValueError):
        c.best([])


@given(st.datetimes(datetime(2020, 1, 1), datetime(2090, 1, 1)), st.floats(0, 1e6), st.floats(0, 1e6))
def test_earlier_work_is_dated_back_from_a_sync(moment: datetime, now_s: float, then_s: float) -> None:
    stamp = c.format_utc(moment.replace(tzinfo=UTC))
    reference = Instant(utc=stamp, source="ntp", trusted=True, uncertainty_s=0.0, boottime_s=now_s)
    back = c.at(reference, boottime_s=then_s)
    apart = c.parse_utc(back.utc) - c.parse_utc(stamp)
    assert abs(apart - timedelta(seconds=then_s - now_s)) <= timedelta(milliseconds=2)
    assert back.uncertainty_s is not None
    assert back.uncertainty_s >= 0


def test_without_the_boot_clock_nothing_is_computed() -> None:
    with pytest.raises(ValueError):
        c.at(Instant(utc="2026-11-23T14:00:00Z", source="ntp", trusted=True), boottime_s=1.0)


def test_http_dates() -> None:
    assert c.http_date("Mon, 23 Nov 2026 14:05:12 GMT") == "2026-11-23T14:05:12.000Z"
    for noise in ("", "yesterday", "2026-11-23"):
        assert c.http_date(noise) is None
