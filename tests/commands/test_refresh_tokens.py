"""`refresh-tokens` for people, machines and calendars; and what other commands say of posts after a sign-in's end."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.commands.calendar import Event, calendar, fold
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection
from tests.commands.conftest import Run

NOW = datetime(2026, 12, 1, 9, tzinfo=UTC)
Add = Callable[..., Connection]


@pytest.fixture
def member(ctx: Context) -> Add:
    """A LinkedIn member without a refresh token, whose token ends in so many days."""

    def make(
        days: float,
        name: str = "Ada",
        account_id: str = "urn:li:person:1",
        platform: Platform = Platform.LINKEDIN,
    ) -> Connection:
        ends = ctx.clock.now() + timedelta(days=days)
        tokens = Tokens(Secret(f"hidden-token-of-{account_id}"), None, ends)
        with ctx.store.transaction() as tx:
            new = NewConnection(platform, account_id, name, tokens)
            return connections.add(tx, new, now=ctx.clock.now())[0]

    return make


def parsed(text: str) -> list[tuple[str, str]]:
    """A calendar's content lines as RFC 5545 reads them: unfolded, name and value; what is not valid fails."""
    assert text.endswith("\r\n") and "\n" not in text.replace("\r\n", "")
    raw = text.encode().split(b"\r\n")[:-1]
    assert all(0 < len(line) <= 75 for line in raw)
    for line in raw:
        line.decode()  # no character is cut in two
    lines = text.replace("\r\n ", "").split("\r\n")[:-1]
    found = []
    for line in lines:
        name, colon, value = line.partition(":")
        assert colon and re.fullmatch(r"[A-Z-]+(;[A-Z-]+=[^;:]+)*", name), line
        assert not re.search(r"[\x00-\x08\x0a-\x1f\x7f]", value)
        found.append((name, value))
    opened = []
    for name, value in found:
        if name == "BEGIN":
            opened.append(value)
        elif name == "END":
            assert opened.pop() == value
    assert not opened
    return found


def events(text: str) -> list[dict[str, str]]:
    found: list[dict[str, str]] = []
    inside = ""
    for name, value in parsed(text):
        inside = value if name == "BEGIN" else "VEVENT" if (name, value) == ("END", "VALARM") else inside
        if (name, value) == ("BEGIN", "VEVENT"):
            found.append({"alarms": ""})
        elif inside == "VALARM" and name == "TRIGGER":
            found[-1]["alarms"] += value
        elif inside == "VEVENT" and found:
            found[-1][name] = value
    return found


def test_a_forecast_lists_who_must_sign_in_by_when(planrrr: Run, member: Add) -> None:
    near, far = member(10, "Ada"), member(200, "Far", "urn:li:person:2")
    said = planrrr("refresh-tokens", "--forecast", "90d", code=0)
    assert "Ada" in said.out and "Far" not in said.out and "1 sign-in needed" in said.out
    assert "planrrr connect linkedin --account urn:li:person:1" in said.err
    told = planrrr("refresh-tokens", "--forecast", "90d", "--json").json
    assert told["schema"] == "planrrr.refresh-tokens/1"
    assert {name: told[name] for name in ("refreshed", "failed", "needs_reauth")} == {
        "refreshed": 0, "failed": 0, "needs_reauth": 0,
    }  # fmt: skip
    [one] = told["connections"]
    assert (one["id"], one["platform"], one["days_left"], one["overdue"]) == (near.id, "linkedin", 9, False)
    assert one["sign_in_by"] == one["expires_at"] and one["renews_itself"] is False
    both = planrrr("refresh-tokens", "--forecast", "365d", "--json").json["connections"]
    assert [each["id"] for each in both] == [near.id, far.id]


def test_what_should_have_renewed_itself_and_has_not_is_a_sign_in(planrrr: Run, member: Add) -> None:
    member(10, "Stale", "1", Platform.INSTAGRAM)
    member(40, "Fresh", "2", Platform.INSTAGRAM)
    told = planrrr("refresh-tokens", "--forecast", "90d", "--json").json["connections"]
    assert [one["renews_itself"] for one in told] == [False, True]
    assert "1 sign-in needed" in planrrr("refresh-tokens", "--forecast", "90d").out


def test_whoever_must_sign_in_already_comes_first_and_ends_with_1(
    planrrr: Run, member: Add, ctx: Context
) -> None:
    member(10, "Ada")
    gone = member(50, "Gone", "urn:li:person:2")
    with ctx.store.transaction() as tx:
        connections.set_needs_reauth(tx, gone.id, "revoked", claim_id=None, now=ctx.clock.now())
    told = planrrr("refresh-tokens", "--forecast", "30d", "--json", code=1).json
    assert [(one["account_name"], one["overdue"]) for one in told["connections"]] == [
        ("Gone", True),
        ("Ada", False),
    ]
    assert told["needs_reauth"] == 1
    assert "Gone: planrrr connect linkedin" in planrrr("refresh-tokens", code=1).err


def test_the_calendar_is_valid_stable_and_without_secrets(planrrr: Run, member: Add, folder: Path) -> None:
    one = member(10, "Ada, Lovelace; \\ & Söhne – " + "ß" * 80)
    planrrr("refresh-tokens", "--forecast", "90d", "--ics", "sign-ins.ics")
    text = (folder / "sign-ins.ics").read_bytes().decode()
    [event] = events(text)
    assert event["UID"] == f"{one.id}@planrrr"
    assert one.tokens.expires_at is not None
    assert event["DTEND"] == f"{one.tokens.expires_at:%Y%m%dT%H%M%SZ}"
    assert event["alarms"] == "-P7D-P3D-P1D", "the fourteenth day before it is over"
    assert "Ada\\, Lovelace\\; \\\\ & Söhne" in event["SUMMARY"]
    assert "hidden-token" not in text
    planrrr("refresh-tokens", "--ics", "sign-ins.ics")
    again = (folder / "sign-ins.ics").read_bytes().decode()
    assert re.sub(r"DTSTAMP:\w+", "", again) == re.sub(r"DTSTAMP:\w+", "", text)
    assert [path.name for path in folder.glob("*sign-ins*")] == ["sign-ins.ics"]
    [streamed] = events(planrrr("refresh-tokens", "--ics", "-").out)
    assert streamed["UID"] == event["UID"]


def test_a_calendar_without_a_sign_in_is_valid_and_says_so(planrrr: Run, member: Add, folder: Path) -> None:
    member(200)
    planrrr("refresh-tokens", "--ics", "quiet.ics")
    [event] = events((folder / "quiet.ics").read_bytes().decode())
    assert "nobody has to sign in" in event["SUMMARY"]


@pytest.mark.parametrize("text", ["a" * 300, "ß" * 100, "😀" * 60, "a" * 74 + "😀", ""])
def test_lines_are_folded_between_characters(text: str) -> None:
    pieces = fold(f"SUMMARY:{text}")
    assert all(len(piece.encode()) <= 75 for piece in pieces)
    assert pieces[0] + "".join(piece.removeprefix(" ") for piece in pieces[1:]) == f"SUMMARY:{text}"


def test_nothing_in_a_name_can_add_a_line_to_the_calendar() -> None:
    evil = "x\r\nBEGIN:VALARM\r\nATTACH:file\x00\x1b[2J\ud800"
    [event] = events(calendar([Event("k", evil, evil, NOW + timedelta(days=2))], now=NOW))
    assert "ATTACH" not in event and "BEGIN:VALARM" in event["SUMMARY"]


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("--within", "soon"), "--within"),
        (("--forecast", "ever"), "--forecast"),
        (("--forecast", "90d", "--within", "1d"), "leave out --within"),
        (("--ics", "-", "--json"), "both want standard output"),
    ],
)
def test_wrong_usage_is_one_sentence(arguments: tuple[str, ...], said: str, planrrr: Run) -> None:
    ran = planrrr("refresh-tokens", *arguments, code=2)
    assert said in ran.err and "Traceback" not in ran.err


def test_a_calendar_that_cannot_be_written_and_an_unknown_account_are_one_sentence(
    planrrr: Run, member: Add
) -> None:
    member(10)
    assert "cannot be written" in planrrr("refresh-tokens", "--ics", "no/such/a.ics", code=78).err
    assert "there is no connection" in planrrr("refresh-tokens", "--connection", "nobody", code=1).err


def test_without_accounts_there_is_nothing_to_do(planrrr: Run) -> None:
    assert "planrrr connect" in planrrr("refresh-tokens").err
    assert planrrr("refresh-tokens", "--json").json["connections"] == []
    assert planrrr("refresh-tokens", "--forecast", "90d", "--json").json["connections"] == []


def test_what_nothing_renews_is_said_and_costs_no_call(planrrr: Run, member: Add) -> None:
    member(1)
    told = planrrr("refresh-tokens", "--within", "60d", "--json").json
    assert [one["outcome"] for one in told["connections"]] == ["not_renewable"]


# posts after the end


def late(write: Callable[..., str], to: str, days: int = 20) -> str:
    at = datetime.now(UTC) + timedelta(days=days)
    return write("late.md", front=f'to: ["{to}"]\nat: {at:%Y-%m-%dT%H:%MZ}')


def test_adding_a_post_after_the_end_warns_and_adds_it(
    planrrr: Run, member: Add, write: Callable[..., str]
) -> None:
    member(10)
    ran = planrrr("add", late(write, "linkedin"), "--json")
    [post] = ran.json["posts"]
    [warning] = post["warnings"]
    assert (post["added"], warning["rule"], warning["platform"]) == (True, "sign_in_ends", "linkedin")
    assert "planrrr connect linkedin --account urn:li:person:1" in warning["message"]
    assert "warning: late.md: " in ran.err
    told = planrrr("refresh-tokens", "--forecast", "90d", "--json").json["connections"]
    assert told[0]["scheduled_later"] == 1


def test_a_post_before_the_end_is_no_matter(planrrr: Run, member: Add, write: Callable[..., str]) -> None:
    member(30)
    assert planrrr("add", late(write, "linkedin"), "--json").json["posts"][0]["warnings"] == []


def test_validating_looks_up_an_account_that_is_named(
    planrrr: Run, member: Add, write: Callable[..., str]
) -> None:
    member(10)

    def warned(to: str) -> list[Any]:
        [target] = planrrr("validate", late(write, to), "--json").json["documents"][0]["targets"]
        return [one["rule"] for one in target["warnings"]]

    assert warned("linkedin:Ada") == ["sign_in_ends"]
    assert warned("linkedin") == []
    assert warned("linkedin:Nobody") == []
    away = {"DATABASE_URL": "postgresql://nobody@127.0.0.1:1/none", "ENCRYPTION_KEY": "0f" * 32}
    ran = planrrr("validate", late(write, "linkedin:Ada"), env=away)
    assert "was not looked up" in ran.err
