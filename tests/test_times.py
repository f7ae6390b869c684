"""Times and durations as typed: what they mean, and what is refused."""

from __future__ import annotations

import contextlib
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.documents.times import Moment, load_zone, parse_duration, resolve_time
from planrrr_cli.domain.errors import InvalidDocument

NOW = datetime(2026, 11, 1, 12, 0, tzinfo=UTC)
FIRST, LAST = datetime(2026, 11, 2), datetime(2035, 1, 1)  # noqa: DTZ001 - wall times
ZONES = ["Europe/Berlin", "America/New_York", "Asia/Kathmandu", "Australia/Lord_Howe", "Pacific/Apia", "UTC"]


def resolve(typed: str, zone: str | None = None, default: str | None = None) -> Moment:
    return resolve_time(typed, zone=zone, default_zone=default, now=NOW)


def refusal(typed: str, zone: str | None = None, default: str | None = None) -> str:
    with pytest.raises(InvalidDocument) as caught:
        resolve(typed, zone, default)
    assert "\n" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    "typed",
    [
        "2026-12-01T09:00:00+01:00",
        "2026-12-01T09:00+01:00",
        "2026-12-01 09:00 +01:00",
        "2026-12-01t09:00:00.000+0100",
        "2026-12-01T08:00Z",
        "2026-12-01 08:00:00z",
        " 2026-12-01T03:00-05 ",
    ],
)
def test_a_time_with_an_offset_means_one_instant(typed: str) -> None:
    assert resolve(typed) == Moment(datetime(2026, 12, 1, 8, tzinfo=UTC), typed.strip(), None)


def test_a_time_without_an_offset_is_read_in_its_zone_else_in_the_default_zone() -> None:
    at = datetime(2026, 12, 1, 8, tzinfo=UTC)
    assert resolve("2026-12-01 09:00", "Europe/Berlin", "Asia/Tokyo") == Moment(
        at, "2026-12-01 09:00", "Europe/Berlin"
    )
    assert resolve("2026-12-01 09:00", None, "Europe/Berlin") == Moment(
        at, "2026-12-01 09:00", "Europe/Berlin"
    )


def test_now_is_now() -> None:
    assert resolve("now") == Moment(NOW, None, None)
    assert resolve(" NOW ") == Moment(NOW, None, None)


def test_a_time_without_any_zone_is_refused_and_told_three_mends() -> None:
    said = refusal("2026-12-01 09:00")
    assert "has no time zone" in said
    assert "2026-12-01T09:00:00+01:00" in said
    assert "PLANRRR_TIMEZONE" in said


def test_a_local_time_that_does_not_exist_is_refused_with_both_readings() -> None:
    said = refusal("2027-03-28 02:30", "Europe/Berlin")
    assert "does not exist in Europe/Berlin" in said
    assert "2027-03-28T01:30:00+01:00 or 2027-03-28T03:30:00+02:00" in said


def test_a_local_time_that_exists_twice_is_refused_with_both_readings() -> None:
    said = refusal("2027-10-31T02:30", None, "Europe/Berlin")
    assert "happens twice in Europe/Berlin" in said
    assert "2027-10-31T02:30:00+02:00 or 2027-10-31T02:30:00+01:00" in said


def test_an_offset_settles_which_of_two_readings_is_meant() -> None:
    assert resolve("2027-10-31T02:30+01:00", "Europe/Berlin").at == datetime(2027, 10, 31, 1, 30, tzinfo=UTC)
    assert resolve("2027-10-31T02:30+02:00", "Europe/Berlin").at == datetime(2027, 10, 31, 0, 30, tzinfo=UTC)


def test_an_offset_that_contradicts_the_zone_is_refused_but_the_default_zone_does_not_matter() -> None:
    said = refusal("2026-12-01T09:00+05:00", "Europe/Berlin")
    assert "another offset than Europe/Berlin" in said
    assert "2026-12-01T05:00:00+01:00" in said
    assert resolve("2026-12-01T09:00+05:00", None, "Europe/Berlin").zone is None


def test_a_past_time_is_refused_by_name_with_a_way_out() -> None:
    said = refusal("2026-11-01T11:59:59Z")
    assert "2026-11-01T11:59:59Z has passed (2026-11-01 11:59 UTC)" in said
    assert "--at now" in said
    assert resolve("2026-11-01T12:00:00Z").at == NOW


@pytest.mark.parametrize(
    ("typed", "said"),
    [
        ("2026-12-01", "is a date without a time; write 2026-12-01 09:00"),
        ("tomorrow", '"tomorrow" is not a time'),
        ("", "is not a time"),
        ("09:00", "is not a time"),
        ("2026-W49-1T09:00Z", "is not a time"),
        ("2026-13-01 09:00Z", "not in the calendar"),
        ("2027-02-29 09:00Z", "not in the calendar"),
        ("2026-12-01 24:61Z", "not in the calendar"),
        ("2026-12-01 09:00+99:00", "an offset that no clock has"),
        ("2062-12-01 09:00Z", "more than 10 years away"),
        ("9999-12-31 23:59-12:00", "more than 10 years away"),
        ("0001-01-01 00:00+14:00", "has passed"),
        ("٢٠٢٦-12-01 09:00", "is not a time"),
    ],
)
def test_what_is_no_time_is_refused_with_a_sentence(typed: str, said: str) -> None:
    assert said in refusal(typed, None, "Europe/Berlin")


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("Europe/Berln", "did you mean Europe/Berlin?"),
        ("berlin", "did you mean Europe/Berlin?"),
        ("america/new york", "did you mean America/New_York?"),
        ("../../etc/passwd", "is not a time zone"),
        ("/etc/localtime", "is not a time zone"),
        ("America", "is not a time zone"),
        ("localtime", "is not a time zone"),
        ("right/Europe/Berlin", "is not a time zone"),
        ("a\x00b", "is not a time zone"),
        ("", "is not a time zone"),
    ],
)
def test_an_unknown_zone_is_refused_with_a_near_one(name: str, said: str) -> None:
    with pytest.raises(InvalidDocument) as caught:
        load_zone(name)
    assert said in str(caught.value)


@given(
    st.datetimes(FIRST, LAST).map(lambda wall: wall.replace(microsecond=0)),
    st.sampled_from(ZONES),
)
def test_a_local_time_comes_back_as_typed_or_is_refused_with_readings_that_are_taken(
    wall: datetime, zone: str
) -> None:
    typed = wall.isoformat(sep=" ")
    try:
        moment = resolve(typed, zone)
    except InvalidDocument as error:
        for reading in str(error).rpartition("write ")[2].split(" or "):
            assert resolve(reading, zone).zone == zone
    else:
        assert moment.at.astimezone(ZoneInfo(zone)).replace(tzinfo=None) == wall
        assert moment.wall_time == typed


@given(st.text(max_size=40), st.none() | st.text(max_size=20), st.none() | st.sampled_from(ZONES))
def test_whatever_is_typed_it_resolves_or_is_refused(
    typed: str, zone: str | None, default: str | None
) -> None:
    with contextlib.suppress(InvalidDocument):
        assert resolve(typed, zone, default).at >= NOW


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("90m", timedelta(minutes=90)),
        ("24h", timedelta(hours=24)),
        ("2d", timedelta(days=2)),
        ("1d12h", timedelta(hours=36)),
        ("45s", timedelta(seconds=45)),
        (" 1W ", timedelta(weeks=1)),
    ],
)
def test_a_duration_has_a_unit(typed: str, meant: timedelta) -> None:
    assert parse_duration(typed) == meant


@pytest.mark.parametrize(
    "typed", ["", "24", "h", "-1h", "0m", "1.5h", "1h 30", "400d", "99999w", "1m1h", "٢h"]
)
def test_what_is_no_duration_is_refused(typed: str) -> None:
    with pytest.raises(InvalidDocument, match="write it like 90m, 24h or 2d"):
        parse_duration(typed)


@pytest.mark.parametrize("offset", ["+99:00", "-24:00", "+01:99", "+0160"])
def test_an_offset_that_no_clock_has_is_refused_without_words_of_python(offset: str) -> None:
    with pytest.raises(InvalidDocument) as refused:
        resolve_time(f"2026-12-01T09:00:00{offset}", zone=None, default_zone=None, now=NOW)
    assert str(refused.value) == (
        f"2026-12-01T09:00:00{offset} has an offset that no clock has; write one like +01:00, or Z"
    )
