"""Windows, and what platforms say of their limits: as far as it can be true, and in whatever order it comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.quota import FARTHEST, Bucket, Chosen, Daily, Rolling, Told, believed, merged

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PACIFIC = Daily("America/Los_Angeles")
POSTS = Bucket("test.posts", 100, Rolling(timedelta(minutes=15)))


@pytest.mark.parametrize(
    ("now", "midnight", "ends"),
    [
        ("2026-03-07T12:00", "2026-03-07T08:00", "2026-03-08T08:00"),  # still standard time
        ("2026-03-08T12:00", "2026-03-08T08:00", "2026-03-09T07:00"),  # 23 hours
        ("2026-03-09T12:00", "2026-03-09T07:00", "2026-03-10T07:00"),
        ("2026-11-01T12:00", "2026-11-01T07:00", "2026-11-02T08:00"),  # 25 hours
        ("2026-11-02T07:59", "2026-11-01T07:00", "2026-11-02T08:00"),
        ("2026-11-02T08:00", "2026-11-02T08:00", "2026-11-03T08:00"),
    ],
)
def test_a_day_goes_from_midnight_to_midnight_in_its_zone(now: str, midnight: str, ends: str) -> None:
    moment, first, last = (datetime.fromisoformat(each).replace(tzinfo=UTC) for each in (now, midnight, ends))
    assert (PACIFIC.midnight(moment), PACIFIC.ends(moment)) == (first, last)
    assert last.astimezone(ZoneInfo("America/Los_Angeles")).hour == 0


@pytest.mark.parametrize(
    ("window", "said"),
    [
        (Rolling(timedelta(minutes=15)), "15m"),
        (Rolling(timedelta(hours=1)), "1h"),
        (Rolling(timedelta(hours=24)), "24h"),
        (Rolling(timedelta(days=7)), "7d"),
        (Rolling(timedelta(seconds=90)), "90s"),
        (PACIFIC, "day"),
    ],
)
def test_a_window_is_spelled_as_people_write_it(window: Rolling | Daily, said: str) -> None:
    assert str(window) == said


def test_the_operators_number_replaces_ours_and_keeps_the_window_unless_one_is_named() -> None:
    assert Chosen(7).of(POSTS).window == POSTS.window
    assert Chosen(7, timedelta(hours=1)).of(POSTS).window == Rolling(timedelta(hours=1))
    assert Chosen(7, by_day=True).of(POSTS).window == Daily("UTC")
    assert Chosen(7, by_day=True).of(Bucket("uploads", 9, PACIFIC)).window == PACIFIC
    found = Chosen(7).of(Bucket("calls", 9, POSTS.window, guessed=True))
    assert (found.limit, found.guessed, found.chosen) == (7, False, True)


@given(st.sampled_from([1, 5, 10, 60, 90, 98, 900, 86_400, 31 * 86_400]))
def test_no_window_leaves_more_than_a_fiftieth_of_it_unused(seconds: int) -> None:
    window = Rolling(timedelta(seconds=seconds))
    assert window.length < window.frees(NOW) - NOW <= window.length / 0.98


DAYS = st.timedeltas(timedelta(0), timedelta(days=730)).map(
    lambda each: datetime(2026, 1, 1, tzinfo=UTC) + each
)


@given(
    DAYS, st.timedeltas(timedelta(0), timedelta(hours=30)), st.sampled_from(["America/Los_Angeles", "UTC"])
)
def test_what_is_used_counts_until_it_frees_and_not_a_moment_longer(
    at: datetime, after: timedelta, zone: str
) -> None:
    for window in (Daily(zone), Rolling(timedelta(seconds=7)), Rolling(timedelta(hours=24))):
        now = at + after
        assert (at > window.began(now)) == (now < window.frees(at))


def test_what_is_counted_in_the_last_moment_of_a_day_may_be_seen_in_the_next_one() -> None:
    midnight = datetime(2026, 12, 2, 8, tzinfo=UTC)
    assert PACIFIC.frees(midnight - timedelta(seconds=1)) == midnight + timedelta(days=1)
    assert PACIFIC.frees(midnight - timedelta(minutes=1)) == midnight


def told(**more: object) -> Told:
    return Told(NOW, "header", **more)  # type: ignore[arg-type]


def test_a_reset_in_the_past_and_one_a_year_ahead_are_bounded_and_said() -> None:
    past, doubts = believed(POSTS, told(limit=100, left=0, resets_at=NOW - timedelta(seconds=1)), now=NOW)
    assert (past.left, past.resets_at, past.limit) == (None, None, 100)
    assert len(doubts) == 1 and "in the past" in doubts[0]
    far, doubts = believed(POSTS, told(left=0, resets_at=NOW + timedelta(days=365)), now=NOW)
    assert far.resets_at is not None and far.resets_at <= NOW + timedelta(minutes=17)
    assert len(doubts) == 1 and "farther away" in doubts[0]
    soon, doubts = believed(POSTS, told(left=0, resets_at=NOW + timedelta(minutes=15)), now=NOW)
    assert soon.resets_at == NOW + timedelta(minutes=15) and doubts == ()


def test_a_pause_is_believed_for_a_day_at_most() -> None:
    far, doubts = believed(POSTS, told(until=NOW + timedelta(days=365)), now=NOW)
    assert far.until == NOW + FARTHEST and "tried again in a day" in doubts[0]
    past, doubts = believed(POSTS, told(until=NOW - timedelta(days=1)), now=NOW)
    assert past.until is None and len(doubts) == 1


@pytest.mark.parametrize("limit", [0, -5, 10**12])
def test_an_impossible_number_is_not_believed(limit: int) -> None:
    found, doubts = believed(POSTS, told(limit=limit), now=NOW)
    assert found.limit is None and len(doubts) == 1


def test_what_is_left_without_the_moment_of_its_reset_says_nothing() -> None:
    assert believed(POSTS, told(left=0), now=NOW) == (told(), ())


RESET = NOW + timedelta(minutes=10)


@given(st.permutations(range(4)))
def test_of_one_window_the_least_that_was_left_wins_in_whatever_order_it_comes(order: list[int]) -> None:
    found: Told | None = None
    for number in order:  # the platform counted down while the answers overtook each other
        at = NOW + timedelta(seconds=number)
        found = merged(found, Told(at, "header", left=40 - number, resets_at=RESET))
    assert found is not None and (found.left, found.at) == (37, NOW + timedelta(seconds=3))


def test_a_new_window_raises_what_is_left_and_a_late_word_of_the_old_one_does_not_lower_it() -> None:
    old = Told(NOW, "header", left=0, resets_at=RESET)
    new = Told(RESET + timedelta(seconds=1), "header", left=99, resets_at=RESET + timedelta(minutes=15))
    assert merged(old, new).left == merged(new, old).left == 99


def test_a_pause_ends_with_the_word_that_something_is_left_again() -> None:
    paused = Told(NOW, "refusal 429", until=NOW + timedelta(hours=1))
    later = NOW + timedelta(minutes=1)
    assert merged(paused, Told(later, "header", left=5, resets_at=RESET)).until is None
    assert merged(paused, Told(later, "usage headers", percent=40)).until is None
    assert merged(paused, Told(later, "usage headers", percent=100)).until == paused.until
    assert merged(paused, Told(later, "header", left=0, resets_at=RESET)).until == paused.until
