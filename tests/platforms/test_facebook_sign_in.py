"""Signing in to Facebook, wire by wire: such as Pages of a business and rights for one Page only."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.errors import ConfigError, NotFound, PlatformUnavailable, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.signing_in import Grant, SignInRefused, sign_in_of
from tests.platforms.rig import NOW, Answer, refusal

SIGN_IN = sign_in_of(Platform.FACEBOOK)
END = NOW + timedelta(days=60)
USER = Grant(Tokens(Secret("user-token"), expires_at=END), ("pages_show_list",))
PAGE = {"id": "1001", "name": "The Page", "access_token": "page-token", "tasks": ["CREATE_CONTENT"]}


@pytest.fixture
def app(server) -> App:
    return App(server.url, api_version="v25.0", app_id="7", app_secret=Secret("hidden-secret"))


def debugged(server, **facts) -> None:
    server.on("GET /v25.0/debug_token", {"data": {"is_valid": True, "expires_at": 0, **facts}})


def redeemed(server, api, app, clock, *answers) -> Grant:
    server.on("GET /v25.0/oauth/access_token", *answers)
    return SIGN_IN.redeem(api, app, code="c", redirect_uri="http://localhost:1/", verifier=None, clock=clock)


def test_the_code_buys_a_token_that_is_exchanged_for_a_long_lived_one(server, api, app, clock) -> None:
    debugged(server, expires_at=int(END.timestamp()), scopes=["pages_show_list"])
    grant = redeemed(server, api, app, clock, {"access_token": "short"}, {"access_token": "long"})
    assert grant == Grant(Tokens(Secret("long"), expires_at=END), ("pages_show_list",))
    first, second = server.asked("GET", "/v25.0/oauth/access_token")
    assert (first.query["code"], first.query["redirect_uri"]) == ("c", "http://localhost:1/")
    assert second.query["fb_exchange_token"] == "short"
    (asked,) = server.asked("GET", "/v25.0/debug_token")
    assert asked.query["input_token"] == "long"
    assert not [call for call in api.calls if "secret" in str(call) or "short" in str(call)]


@pytest.mark.parametrize(
    ("answer", "means"),
    [
        (refusal(100, 36009), SignInRefused),
        (refusal(100), SignInRefused),
        (refusal(101), ConfigError),
        (refusal(191), ConfigError),
        (refusal(1, message="Error validating client secret."), ConfigError),
        (refusal(100, message="Error validating: your redirect_uri is not the same"), ConfigError),
        (refusal(1, status=500), PlatformUnavailable),
        (Answer(502, b"<html>"), PlatformUnavailable),
        (Answer(200, b"{}"), UnexpectedReply),
        (Answer(200, b'{"access_token": "cut of'), UnexpectedReply),
    ],
)
def test_a_code_that_buys_nothing_says_why(server, api, app, clock, answer: Answer, means) -> None:
    with pytest.raises(means) as told:
        redeemed(server, api, app, clock, answer)
    assert "hidden-secret" not in str(told.value)


def test_a_token_that_facebook_itself_calls_invalid_is_not_kept(server, api, app, clock) -> None:
    debugged(server, is_valid=False)
    with pytest.raises(UnexpectedReply, match="invalid"):
        redeemed(server, api, app, clock, {"access_token": "short"}, {"access_token": "long"})


def test_a_sign_in_of_which_facebook_says_nothing_is_begun_again(server, api, app, clock) -> None:
    server.on("GET /v25.0/debug_token", Answer(500, b""))
    with pytest.raises(PlatformUnavailable, match="what was granted") as told:
        redeemed(server, api, app, clock, {"access_token": "short"}, {"access_token": "long"})
    assert "planrrr connect facebook" in told.value.next_step


def test_an_end_that_only_the_exchange_names_is_kept(server, api, app, clock) -> None:
    debugged(server, scopes=["pages_show_list"])
    long = {"access_token": "long", "expires_in": 3600}
    grant = redeemed(server, api, app, clock, {"access_token": "short"}, long)
    assert grant.tokens.expires_at == clock.now() + timedelta(hours=1)


def test_each_page_has_its_own_token_and_the_user_token_behind_it(server, api, app, clock) -> None:
    server.on("GET /v25.0/me/accounts", {"data": [PAGE, {**PAGE, "id": "1002", "tasks": ["ANALYZE"]}]})
    first, second = SIGN_IN.accounts(api, app, USER, clock)
    assert first.account == Account(
        "1001",
        "The Page",
        Tokens(Secret("page-token"), refresh=Secret("user-token"), refresh_expires_at=END),
        ("pages_show_list",),
        {"page_id": "1001"},
    )
    assert first.obstacle is None
    assert second.obstacle is not None and "create content" in second.obstacle


def test_a_page_of_a_business_that_is_not_listed_is_found_by_its_id(server, api, app, clock) -> None:
    server.on("GET /v25.0/me/accounts", {"data": []})
    server.on("GET /v25.0/1001", PAGE)
    (found,) = SIGN_IN.accounts(api, app, USER, clock, "1001")
    assert found.account.account_id == "1001"
    for named in (None, "The Page", "../1001", "1002"):
        with pytest.raises(NotFound, match="nothing was changed"):
            SIGN_IN.accounts(api, app, USER, clock, named)


def test_what_was_granted_for_other_pages_only_is_missing_on_this_one(server, api, app, clock) -> None:
    account = Account("1001", "The Page", Tokens(Secret("page-token"), refresh=Secret("user-token")))
    debugged(
        server,
        scopes=["pages_manage_posts", "pages_show_list"],
        granular_scopes=[{"scope": "pages_manage_posts", "target_ids": ["1002"]}],
        expires_at=int(datetime(2027, 1, 1, tzinfo=UTC).timestamp()),
    )
    found = SIGN_IN.confirmed(api, app, account, clock)
    assert found.scopes == ("pages_show_list",)
    assert found.tokens == Tokens(
        Secret("page-token"), Secret("user-token"), datetime(2027, 1, 1, tzinfo=UTC)
    )


def test_where_facebook_does_not_say_anything_of_a_token_it_is_taken_as_it_is(
    server, api, app, clock
) -> None:
    server.on("GET /v25.0/debug_token", Answer(500, b""))
    account = Account("1001", "The Page", Tokens(Secret("page-token")), ("pages_show_list",))
    assert SIGN_IN.confirmed(api, app, account, clock) == account
