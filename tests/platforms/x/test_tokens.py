"""Tokens of X: renewing and rotation, both kinds of clients, signatures of OAuth 1.0a, and whose a token is."""

from __future__ import annotations

import base64
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from oauthlib.oauth1 import RequestValidator, ResourceEndpoint

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Published
from planrrr_cli.platforms.base import App
from tests.platforms.rig import NOW, Answer, Server, drive
from tests.platforms.x.rig import (
    CREATE,
    ME,
    REFRESH,
    TIMELINE,
    Make,
    created,
    cut,
    listed,
    problem,
    publication,
    snowflake,
)

TOKENS = Tokens(Secret("old-access"), Secret("old-refresh"), NOW + timedelta(minutes=5))
CONNECTION = Connection("c1", "default", Platform.X, "1", "@acme", TOKENS)
GOOD = {
    "token_type": "bearer",
    "expires_in": 7200,
    "access_token": "new-access",
    "scope": "a b",
    "refresh_token": "new-refresh",
}
SIGNED = Tokens(Secret("access"), secret=Secret("token-secret"))


def test_a_confidential_client_renews_by_basic_and_gets_a_new_refresh_token(
    publisher: Make, server: Server
) -> None:
    server.on(REFRESH, GOOD)
    renewed = publisher().refresh(CONNECTION)
    assert renewed == Tokens(Secret("new-access"), Secret("new-refresh"), NOW + timedelta(hours=2))
    [request] = server.requests
    assert request.form == {"grant_type": "refresh_token", "refresh_token": "old-refresh"}
    assert request.headers["authorization"] == "Basic " + base64.b64encode(b"client:s3cret").decode()


def test_a_public_client_names_itself_in_the_body(publisher: Make, server: Server) -> None:
    server.on(REFRESH, GOOD)
    publisher(app_secret=None).refresh(CONNECTION)
    [request] = server.requests
    assert request.form["client_id"] == "client"
    assert "authorization" not in request.headers


def test_no_secret_is_in_the_evidence(publisher: Make, server: Server) -> None:
    server.on(REFRESH, GOOD)
    known = publisher()
    known.refresh(CONNECTION)
    evidence = repr(known.api.calls)
    assert not any(word in evidence for word in ("old-", "new-", "s3cret"))


def test_an_answer_without_a_new_refresh_token_keeps_the_old_one(publisher: Make, server: Server) -> None:
    server.on(REFRESH, {"access_token": "new-access"})
    assert publisher().refresh(CONNECTION) == Tokens(
        Secret("new-access"), Secret("old-refresh"), NOW + timedelta(hours=2)
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (
            Answer(
                400,
                {"error": "invalid_request", "error_description": "Value passed for the token was invalid."},
            ),
            ConnectionRevoked,
        ),
        (Answer(400, {"error": "invalid_grant"}), ConnectionRevoked),
        (
            Answer(
                400,
                {"error": "invalid_request", "error_description": "Missing required parameter [client_id]."},
            ),
            RateLimited,
        ),
        (
            Answer(
                401,
                {"error": "unauthorized_client", "error_description": "Missing valid authorization header"},
            ),
            RateLimited,
        ),
        (Answer(401, {"error": "invalid_client"}), RateLimited),
        (Answer(401, b"<html>"), PlatformUnavailable),
        (Answer(400, b"<html>"), PlatformUnavailable),
        (problem(401, "Unauthorized", title="Unauthorized"), RateLimited),
        (Answer(429, {}), RateLimited),
        (Answer(503, b""), PlatformUnavailable),
        (Answer(500, {"error": "invalid_grant"}), PlatformUnavailable),
        (cut, OutcomeUnknown),
        (Answer(200, {"token_type": "bearer"}), UnexpectedReply),
        (Answer(200, {"access_token": ""}), UnexpectedReply),
        (Answer(200, b"<html>"), UnexpectedReply),
    ],
)
def test_only_an_explicit_refusal_of_the_token_needs_a_person(
    answer: Any, kind: type[PlatformError], publisher: Make, server: Server
) -> None:
    server.on(REFRESH, answer)
    with pytest.raises(PlatformError) as caught:
        publisher().refresh(CONNECTION)
    assert isinstance(caught.value, kind)
    if kind is RateLimited and caught.value.status != 429:
        assert "X_CLIENT_ID" in caught.value.next_step and caught.value.retry_at == NOW + timedelta(
            minutes=15
        )
    if kind is ConnectionRevoked:
        assert "sign in again" in caught.value.next_step


def test_without_a_client_id_the_accounts_wait_and_nobody_has_to_sign_in(publisher: Make) -> None:
    with pytest.raises(RateLimited) as caught:
        publisher(app_id=None).refresh(CONNECTION)
    assert "X_CLIENT_ID" in caught.value.next_step


def test_what_can_be_renewed_is_known(publisher: Make) -> None:
    known = publisher()
    assert known.can_refresh(CONNECTION)
    assert not known.can_refresh(replace(CONNECTION, tokens=Tokens(Secret("a"))))
    assert not known.can_refresh(replace(CONNECTION, tokens=SIGNED))
    with pytest.raises(ConnectionRevoked):
        known.refresh(replace(CONNECTION, tokens=Tokens(Secret("a"))))


def test_a_token_names_its_account_by_id_and_handle(publisher: Make, server: Server) -> None:
    server.on(
        ME,
        {"data": {"id": "2244994945", "name": "Acme Ltd", "username": "acme", "subscription_type": "None"}},
    )
    account = publisher().identify(TOKENS, None)
    assert (account.account_id, account.account_name, account.tokens) == ("2244994945", "@acme", TOKENS)
    assert account.options == {}
    assert server.requests[0].query == {"user.fields": "subscription_type,verified_type"}
    with pytest.raises(NotFound):
        publisher().identify(TOKENS, "5")


def test_premium_is_a_hint_for_long_posts(publisher: Make, server: Server) -> None:
    server.on(ME, {"data": {"id": "1", "name": "A", "username": "a", "subscription_type": "PremiumPlus"}})
    assert publisher().identify(TOKENS, "1").options == {"long_posts": True}


class Verifier(RequestValidator):
    """OAuth 1.0a from the other side, as its own library implements it."""

    enforce_ssl = False
    client_key_length = access_token_length = nonce_length = (1, 200)
    safe_characters = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_")
    dummy_client = dummy_access_token = "dummy"

    def __init__(self) -> None:
        super().__init__()
        self.nonces: list[str] = []

    def validate_timestamp_and_nonce(
        self, client_key: str, timestamp: str, nonce: str, *_: Any, **__: Any
    ) -> bool:
        self.nonces.append(nonce)
        return timestamp == str(int(NOW.timestamp()))

    def validate_client_key(self, client_key: str, request: Any) -> bool:
        return client_key == "consumer"

    def validate_access_token(self, client_key: str, token: str, request: Any) -> bool:
        return token == "access"

    def validate_realms(self, *_: Any, **__: Any) -> bool:
        return True

    def get_client_secret(self, client_key: str, request: Any) -> str:
        return "consumer-secret"

    def get_access_token_secret(self, client_key: str, token: str, request: Any) -> str:
        return "token-secret"


@pytest.fixture
def no_clock(monkeypatch: pytest.MonkeyPatch) -> None:
    """oauthlib compares timestamps with the machine's clock, ours are of the test's."""
    monkeypatch.setattr("oauthlib.oauth1.rfc5849.endpoints.base.time.time", NOW.timestamp)


@pytest.mark.usefixtures("no_clock")
def test_oauth_1_calls_are_signed_so_that_its_own_library_takes_them(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(snowflake(NOW)))
    server.on(TIMELINE, listed())
    known = publisher(consumer_key=Secret("consumer"), consumer_secret=Secret("consumer-secret"))
    went = drive(known.publish, publication(Post("Grüße & more"), tokens=SIGNED))
    assert isinstance(went.ending, Published)
    known.find(publication(Post("Hello"), tokens=SIGNED, first_sent_at=NOW))
    verifier = Verifier()
    endpoint = ResourceEndpoint(verifier)
    for request in server.requests:
        headers = {"Authorization": request.headers["authorization"]}
        valid, _ = endpoint.validate_protected_resource_request(
            server.url + request.target, request.method, None, headers
        )
        assert valid, request.target
    assert len(set(verifier.nonces)) == 2
    assert not any(word in repr(known.api.calls) for word in ("consumer", "access", "token-secret"))


def test_an_app_of_the_connections_own_is_used_for_both_kinds_of_tokens() -> None:
    app = App(
        "https://api.x.com",
        app_id="a",
        app_secret=Secret("s"),
        consumer_key=Secret("k"),
        consumer_secret=Secret("ks"),
    )
    own = replace(CONNECTION, app_id="mine", app_secret=Secret("my secret"))
    assert app.of(own).app_id == "mine"
    assert app.of(replace(own, tokens=SIGNED)).consumer_key == Secret("mine")
