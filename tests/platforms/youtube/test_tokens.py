"""Google's tokens: renewed, kept, and told apart when they die; and whose channel they open."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from tests.platforms.rig import NOW, Answer, Server
from tests.platforms.youtube.stage import CHANNEL, TOKEN, connection, cut, refusal

Make = Callable[..., YouTubePublisher]
ENDPOINT, CHANNELS = "POST /token", "GET /youtube/v3/channels"
RENEWED = {"access_token": "ya29.new", "expires_in": 3599, "scope": "x", "token_type": "Bearer"}


def error(status: int, code: str, told: str = "words") -> Answer:
    return Answer(status, {"error": code, "error_description": told})


def test_a_refresh_token_is_kept_since_google_sends_no_new_one(publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, RENEWED)
    tokens = publisher().refresh(connection())
    assert tokens == Tokens(Secret("ya29.new"), Secret("1//refresh"), NOW + timedelta(seconds=3599))
    (sent,) = server.requests
    assert sent.form == {
        "grant_type": "refresh_token",
        "refresh_token": "1//refresh",
        "client_id": "123.apps.googleusercontent.com",
        "client_secret": "app-secret",
    }


def test_a_new_refresh_token_replaces_the_old_one(publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, RENEWED | {"refresh_token": "1//newer"})
    assert publisher().refresh(connection()).refresh == Secret("1//newer")


@pytest.mark.parametrize("told", [None, True, -1, "soon", 10**12])
def test_a_token_without_a_readable_end_lasts_an_hour(told: Any, publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, RENEWED | {"expires_in": told})
    assert publisher().refresh(connection()).expires_at == NOW + timedelta(hours=1)


def test_a_dead_sign_in_says_what_to_do_and_why_it_may_die_weekly(publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, error(400, "invalid_grant", "Token has been expired or revoked."))
    with pytest.raises(ConnectionRevoked) as caught:
        publisher().refresh(connection())
    assert "Token has been expired or revoked." in caught.value.message
    assert "planrrr connect youtube" in caught.value.next_step
    assert "7 days" in caught.value.next_step
    assert "“Testing”" in caught.value.next_step
    assert "1//refresh" not in str(caught.value) + caught.value.next_step


@pytest.mark.parametrize(
    ("status", "code"),
    [(401, "invalid_client"), (400, "invalid_scope"), (401, "unauthorized_client"), (400, "invalid_request")],
)
def test_wrong_settings_are_the_operators_and_cost_no_sign_in(
    status: int, code: str, publisher: Make, server: Server
) -> None:
    server.on(ENDPOINT, error(status, code))
    with pytest.raises(RateLimited) as caught:
        publisher().refresh(connection())
    assert caught.value.scope is Scope.APP
    assert "YOUTUBE_CLIENT_ID" in caught.value.next_step


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        Answer(500, b"<html>"),
        Answer(503, {}),
        error(400, "temporarily_unavailable"),
        error(400, "internal_failure"),
        error(400, "server_error"),
        Answer(408, b""),
        Answer(400, b"<html>"),
    ],
)
def test_trouble_of_the_token_service_passes(answer: Any, publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, answer)
    with pytest.raises(PlatformUnavailable):
        publisher().refresh(connection())


def test_too_many_renewals_wait(publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, error(429, "rate_limit_exceeded"))
    with pytest.raises(RateLimited):
        publisher().refresh(connection())


@pytest.mark.parametrize("answer", [Answer(200, {}), Answer(200, {"access_token": ""}), Answer(200, b"<")])
def test_an_answer_without_a_token_is_none(answer: Answer, publisher: Make, server: Server) -> None:
    server.on(ENDPOINT, answer)
    with pytest.raises(UnexpectedReply):
        publisher().refresh(connection())


def test_without_a_refresh_token_or_a_client_nothing_is_asked(publisher: Make, server: Server) -> None:
    bare = connection(tokens=Tokens(Secret(TOKEN)))
    assert not publisher().can_refresh(bare)
    assert publisher().can_refresh(connection())
    with pytest.raises(ConnectionRevoked):
        publisher().refresh(bare)
    with pytest.raises(RateLimited):
        publisher(secret=None).refresh(connection())
    assert server.requests == []


def test_the_channel_is_named_by_its_id_and_its_title(publisher: Make, server: Server) -> None:
    server.on(CHANNELS, {"items": [{"id": CHANNEL, "snippet": {"title": "Bread"}}]})
    tokens = Tokens(Secret(TOKEN))
    account = publisher().identify(tokens, None)
    assert (account.account_id, account.account_name, account.tokens) == (CHANNEL, "Bread", tokens)
    assert publisher().identify(tokens, CHANNEL) == account
    assert server.requests[0].query == {"part": "snippet,contentDetails", "mine": "true"}
    with pytest.raises(NotFound, match="not UCother"):
        publisher().identify(tokens, "UCother")


@pytest.mark.parametrize(
    ("answer", "kind", "says"),
    [
        (Answer(200, {"items": []}), NotFound, "no channel"),
        (Answer(200, {"pageInfo": {"totalResults": 0}}), NotFound, "no channel"),
        (refusal(401, "youtubeSignupRequired"), ConnectionRevoked, "no channel"),
        (refusal(401, "authError", domain="global"), TokenExpired, "does not accept the token"),
        (refusal(403, "insufficientPermissions", domain="global"), ConnectionRevoked, "permission"),
        (Answer(200, {"items": [{}]}), UnexpectedReply, "without the channel's id"),
    ],
)
def test_a_token_that_opens_no_channel_says_why(
    answer: Answer, kind: type[Exception], says: str, publisher: Make, server: Server
) -> None:
    server.on(CHANNELS, answer)
    with pytest.raises(kind, match=says):
        publisher().identify(Tokens(Secret(TOKEN)), None)


def test_a_sign_in_that_may_only_upload_is_told_what_it_lacks(publisher: Make, server: Server) -> None:
    server.on(CHANNELS, refusal(403, "insufficientPermissions", domain="global"))
    with pytest.raises(ConnectionRevoked) as caught:
        publisher().identify(Tokens(Secret(TOKEN)), None)
    assert "youtube.readonly" in caught.value.next_step
