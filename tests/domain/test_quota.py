"""What fits into a window, held against a naive log that keeps every moment."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling, Used, room_at

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DAY = Rolling(timedelta(hours=24))
PACIFIC = Daily("America/Los_Angeles")
SMALL = Bucket("small", 5, Rolling(timedelta(seconds=100)))

asks = st.lists(st.tuples(st.floats(0, 60), st.integers(1, 5)), max_size=60)


@given(asks)
def test_no_window_of_the_length_ever_holds_more_than_the_limit(wanted: list[tuple[float, int]]) -> None:
    now, log = NOW, list[Used]()
    for wait, amount in wanted:
        now += timedelta(seconds=wait)
        if room_at(SMALL, amount, log, now=now) is None:
            log.append(Used(now, amount))
    for last in log:  # any window ends, for its count, at a moment that was counted
        inside = [each for each in log if last.at - SMALL.window.length < each.at <= last.at]
        assert sum(each.amount for each in inside) <= SMALL.limit


@given(asks, st.integers(1, 5))
def test_at_the_promised_moment_it_fits_and_not_a_second_before(
    wanted: list[tuple[float, int]], amount: int
) -> None:
    now, log = NOW, list[Used]()
    for wait, each in wanted:
        now += timedelta(seconds=wait)
        if room_at(SMALL, each, log, now=now) is None:
            log.append(Used(now, each))
    later = room_at(SMALL, amount, log, now=now)
    if later is not None:
        assert later > now
        assert room_at(SMALL, amount, log, now=later) is None
        assert room_at(SMALL, amount, log, now=later - timedelta(milliseconds=1)) == later


@pytest.mark.parametrize(
    ("now", "began", "ends"),
    [
        ("2026-03-07T12:00", "2026-03-07T08:00", "2026-03-08T08:00"),  # still standard time
        ("2026-03-08T12:00", "2026-03-08T08:00", "2026-03-09T07:00"),  # 23 hours
        ("2026-03-09T12:00", "2026-03-09T07:00", "2026-03-10T07:00"),
        ("2026-11-01T12:00", "2026-11-01T07:00", "2026-11-02T08:00"),  # 25 hours
        ("2026-11-02T07:59", "2026-11-01T07:00", "2026-11-02T08:00"),
        ("2026-11-02T08:00", "2026-11-02T08:00", "2026-11-03T08:00"),
    ],
)
def test_a_day_goes_from_midnight_to_midnight_in_its_zone(now: str, began: str, ends: str) -> None:
    moment, first, last = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, began, ends))
    assert (PACIFIC.began(moment), PACIFIC.ends(moment)) == (first, last)
    assert last.astimezone(ZoneInfo("America/Los_Angeles")).hour == 0


def test_a_full_day_has_room_again_at_its_next_midnight() -> None:
    bucket = Bucket("uploads", 2, PACIFIC)
    entries = [Used(NOW - timedelta(minutes=2), 1), Used(NOW - timedelta(minutes=1), 1)]
    assert room_at(bucket, 1, entries, now=NOW) == datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert room_at(bucket, 1, entries, now=datetime(2026, 12, 2, 8, tzinfo=UTC)) is None


def test_what_the_platform_says_wins_over_what_was_counted() -> None:
    bucket = Bucket("publishes", 50, DAY)
    oldest = Used(NOW - timedelta(hours=20), 1)
    assert room_at(bucket, 1, [oldest], used=49, now=NOW) is None
    assert room_at(bucket, 1, [oldest], used=50, now=NOW) == NOW + timedelta(hours=4) + MARGIN
    assert room_at(bucket, 1, [oldest], limit=1, now=NOW) == NOW + timedelta(hours=4) + MARGIN
    assert room_at(bucket, 60, [], limit=100, now=NOW) is None


def test_where_others_used_it_up_it_is_asked_again_within_the_hour() -> None:
    assert room_at(Bucket("publishes", 50, DAY), 1, [], used=50, now=NOW) == NOW + timedelta(hours=1)
    assert room_at(SMALL, 1, [], used=5, now=NOW) == NOW + timedelta(seconds=100)
