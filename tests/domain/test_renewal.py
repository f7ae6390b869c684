"""When a person must sign in and when tokens are renewed: the facts of the platforms, and laws for any connection."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.renewal import (
    EARLY,
    LATE,
    MARKS,
    STOPPED,
    UNUSED,
    ends,
    last_moment,
    renew_from,
    sign_in_by,
    warning,
)
from planrrr_cli.domain.secrets import Secret

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
DAY = timedelta(days=1)
TOKEN = Secret("t")


def at(days: float | None) -> datetime | None:
    return None if days is None else NOW + days * DAY


def known(
    platform: Platform,
    *,
    refresh: bool = True,
    ends_in: float | None = None,
    refresh_ends_in: float | None = None,
    granted: float | None = None,
    login: str | None = None,
    secret: bool = False,
    **more: object,
) -> Connection:
    tokens = Tokens(
        TOKEN,
        TOKEN if refresh else None,
        at(ends_in),
        TOKEN if secret else None,
        refresh_expires_at=at(refresh_ends_in),
    )
    options = {"login": login} if login else {}
    one = Connection("c", "default", platform, "1", "Acme", tokens, options=options, granted_at=at(granted))
    return replace(one, **more)


X, GOOGLE, LINKEDIN = Platform.X, Platform.YOUTUBE, Platform.LINKEDIN
FACEBOOK, INSTAGRAM = Platform.FACEBOOK, Platform.INSTAGRAM


@pytest.mark.parametrize(
    ("connection", "days"),
    [
        (known(INSTAGRAM, refresh=False, ends_in=60), 60),
        (known(INSTAGRAM, ends_in=None, refresh_ends_in=60, granted=0, login="facebook"), 90),
        (known(FACEBOOK, refresh_ends_in=60, granted=0), 90),
        (known(FACEBOOK, refresh_ends_in=60), 60),
        (known(FACEBOOK, refresh=False), None),
        (known(FACEBOOK), None),
        (known(FACEBOOK, refresh=False, ends_in=0.05), 0.05),
        (known(X, ends_in=0.1), 0.1 + UNUSED / DAY),
        (known(X, refresh=False, ends_in=0.1), 0.1),
        (known(X, refresh=False, secret=True), None),
        (known(GOOGLE, ends_in=0.05, refresh_ends_in=7), 7),
        (known(GOOGLE, ends_in=0.05), 0.05 + UNUSED / DAY),
        (known(LINKEDIN, refresh=False, ends_in=60), 60),
        (known(LINKEDIN, ends_in=60, refresh_ends_in=300), 300),
        (known(LINKEDIN, ends_in=60, granted=-65), 300),
        (known(LINKEDIN, ends_in=60), None),
    ],
)
def test_by_when_a_person_must_sign_in(connection: Connection, days: float | None) -> None:
    assert sign_in_by(connection) == at(days)


@pytest.mark.parametrize(
    ("connection", "before"),
    [
        (known(INSTAGRAM, refresh=False, ends_in=60), EARLY),
        (known(LINKEDIN, ends_in=60, refresh_ends_in=300), EARLY),
        (known(FACEBOOK, refresh_ends_in=60), EARLY),
        (known(INSTAGRAM, refresh_ends_in=60, login="facebook"), EARLY),
        (known(X, ends_in=60), LATE),
        (known(GOOGLE, ends_in=60), LATE),
    ],
)
def test_what_lives_for_weeks_is_renewed_early_and_what_is_used_up_late(
    connection: Connection, before: timedelta
) -> None:
    assert renew_from(connection) == NOW + 60 * DAY - before
    assert renew_from(connection, within=DAY) == NOW + 59 * DAY


@pytest.mark.parametrize(
    "connection",
    [
        known(LINKEDIN, refresh=False, ends_in=60),
        known(X, refresh=False, ends_in=0.1),
        known(X, ends_in=0.1, secret=True),
        known(INSTAGRAM, refresh=False, ends_in=60, login="facebook"),
        known(FACEBOOK),
        known(LINKEDIN, ends_in=5, refresh_ends_in=5),
        known(X, ends_in=0.1, status=ConnectionStatus.NEEDS_REAUTH),
    ],
)
def test_what_no_renewal_would_move_is_not_renewed(connection: Connection) -> None:
    assert renew_from(connection) is None
    assert renew_from(connection, within=365 * DAY) is None


def test_a_renewal_whose_answer_is_missing_is_looked_into_at_once() -> None:
    doubted = known(X, ends_in=0.1, renewing_since=NOW - DAY)
    assert renew_from(doubted) == NOW - DAY


def test_what_renews_itself_is_a_persons_business_only_when_that_has_stopped() -> None:
    early, late = known(INSTAGRAM, refresh=False, ends_in=14), known(INSTAGRAM, refresh=False, ends_in=12)
    assert last_moment(early, now=NOW) is None and warning(early, now=NOW) is None
    assert last_moment(late, now=NOW) == ends(late)[0]
    assert warning(late, now=NOW) == 14


@pytest.mark.parametrize(
    ("left", "told", "mark"),
    [
        (14.01, None, None), (14, None, 14), (13, 14, None), (7, 14, 7), (6, 7, None), (3, 7, 3), (1, 3, 1),
        (0.2, 1, None), (-5, 1, None), (2, None, 3), (-5, None, 1), (60, 1, None), (13, 1, 14), (5, 3, 7),
    ],
)  # fmt: skip
def test_each_mark_is_reached_once(left: float, told: int | None, mark: int | None) -> None:
    assert warning(known(LINKEDIN, refresh=False, ends_in=left, warned_days=told), now=NOW) == mark


DAYS = st.none() | st.floats(-400, 800)
CONNECTIONS = st.builds(
    known,
    st.sampled_from(Platform),
    refresh=st.booleans(),
    ends_in=DAYS,
    refresh_ends_in=DAYS,
    granted=st.none() | st.floats(-800, 0),
    login=st.sampled_from([None, "facebook", "instagram"]),
    secret=st.booleans(),
    status=st.sampled_from(ConnectionStatus),
    warned_days=st.sampled_from([None, *MARKS]),
    renewing_since=st.none() | st.just(NOW - DAY),
)


@given(CONNECTIONS)
def test_no_end_is_made_up_and_they_are_in_order(one: Connection) -> None:
    found = ends(one)
    assert list(found) == sorted(found, key=lambda end: end.at)
    if one.tokens.expires_at is None and one.tokens.refresh_expires_at is None and one.granted_at is None:
        assert found == ()
    assert (sign_in_by(one) is None) == (found == ())
    assert sign_in_by(one, now=NOW) in {None, *(end.at for end in found)}


@given(CONNECTIONS)
def test_a_pressing_end_is_one_that_no_renewal_is_about_to_move(one: Connection) -> None:
    pressing = last_moment(one, now=NOW)
    for end in ends(one):
        if not end.by_itself or end.at <= NOW + STOPPED:
            assert pressing is not None and pressing.at <= end.at
    if pressing is not None:
        assert sign_in_by(one, now=NOW) == pressing.at


@given(CONNECTIONS, st.integers(0, 400), st.integers(0, 400))
def test_a_longer_lead_renews_no_later(one: Connection, shorter: int, longer: int) -> None:
    shorter, longer = sorted((shorter, longer))
    late, early = renew_from(one, within=shorter * DAY), renew_from(one, within=longer * DAY)
    assert (late is None) == (early is None) == (renew_from(one) is None)
    assert late is None or early is None or early <= late


@given(CONNECTIONS, st.lists(st.floats(0.01, 6), min_size=1, max_size=40))
def test_as_time_passes_each_mark_is_told_once_and_each_is_smaller(
    one: Connection, steps: list[float]
) -> None:
    now, told = NOW, []
    one = replace(one, warned_days=None)
    for step in steps:
        mark = warning(one, now=now)
        if mark is not None:
            end = last_moment(one, now=now)
            assert end is not None and end.at - now <= mark * DAY
            told.append((end, mark))
            one = replace(one, warned_days=mark)
            assert warning(one, now=now) is None
        now += step * DAY
    for end in {end for end, _ in told}:
        marks = [mark for each, mark in told if each == end]
        assert marks == sorted(set(marks), reverse=True)


@given(st.floats(0, 400), st.booleans())
def test_a_renewal_never_comes_after_the_end_that_it_moves(days: float, early: bool) -> None:
    one = known(INSTAGRAM if early else X, ends_in=days)
    begins = renew_from(one)
    assert begins is not None and one.tokens.expires_at is not None and begins < one.tokens.expires_at
