"""Which account a token opens, and how it is renewed; by either login."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from tests.platforms.instagram.stage import (
    ACCOUNT,
    CREATE,
    PAGE,
    TOKEN,
    UNREADABLE,
    USER_TOKEN,
    Instagram,
    connection,
    drive,
    publication,
)
from tests.platforms.rig import NOW, Answer, Request, Server, refusal

Make = Callable[..., InstagramPublisher]
ME, ACCOUNTS = "GET /v25.0/me", "GET /v25.0/me/accounts"
REFRESH, EXCHANGE = "GET /refresh_access_token", "GET /access_token"
RENEWED = {"access_token": "new", "token_type": "bearer", "expires_in": 5183944, "permissions": "a,b"}
OWN = Tokens(Secret(TOKEN), expires_at=NOW + timedelta(days=50))


def page(**more: Any) -> dict[str, Any]:
    return {
        "id": PAGE,
        "name": "Acme",
        "access_token": "page-token",
        "tasks": ["CREATE_CONTENT"],
        "instagram_business_account": {"id": ACCOUNT},
        **more,
    }


def pages(*found: dict[str, Any]) -> Callable[[Request], Answer]:
    return lambda request: Answer(body={"data": [] if "after" in request.query else list(found)})


# ------------------------------------------------------------------ Instagram Login


@pytest.mark.parametrize("wrapped", [False, True])
def test_an_instagram_token_names_its_account(wrapped: bool, publisher: Make, server: Server) -> None:
    me = {"user_id": ACCOUNT, "username": "acme", "id": "app-scoped"}
    server.on(ME, {"data": [me]} if wrapped else me)
    for wanted in (None, ACCOUNT, "app-scoped"):
        account = publisher().identify(OWN, wanted)
        assert (account.account_id, account.account_name) == (ACCOUNT, "acme")
        assert account.options == {"login": "instagram"}
        assert account.tokens == OWN
    with pytest.raises(NotFound, match=ACCOUNT):
        publisher().identify(OWN, "999")
    assert server.requests[0].query == {"fields": "user_id,username"}
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("refused", [refusal(190), refusal(100, message="nonexisting field (user_id)")])
def test_a_token_of_the_other_login_is_told_so(refused: Answer, publisher: Make, server: Server) -> None:
    server.on(ME, refused)
    with pytest.raises(ConnectionRevoked, match="does not take this token") as raised:
        publisher().identify(OWN, None)
    assert "--option login=facebook" in raised.value.next_step
    server.on(ACCOUNTS, refusal(190))
    with pytest.raises(ConnectionRevoked) as raised:
        publisher().identify(OWN, None, {"login": "facebook"})
    assert "without --option login=facebook" in raised.value.next_step


def test_calls_that_ask_for_no_version_are_answered_in_any(
    publisher: Make, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.on(REFRESH, Answer(200, RENEWED, {"facebook-api-version": "v19.0"}))
    publisher().refresh(connection(tokens=OWN))
    assert not [one for one in caplog.records if "version" in one.message]


def test_a_token_whose_end_nobody_knows_is_renewed_at_once(publisher: Make, server: Server) -> None:
    server.on(ME, {"user_id": ACCOUNT, "username": "acme"})
    server.on(REFRESH, RENEWED)
    account = publisher().identify(Tokens(Secret(TOKEN)), None)
    assert account.tokens == Tokens(Secret("new"), expires_at=NOW + timedelta(seconds=5183944))


def test_a_short_token_is_exchanged_where_the_app_is_known(publisher: Make, server: Server) -> None:
    server.on(ME, {"user_id": ACCOUNT, "username": "acme"})
    server.on(REFRESH, refusal(190))
    server.on(EXCHANGE, RENEWED)
    assert publisher("shh").identify(Tokens(Secret(TOKEN)), None).tokens.access == Secret("new")
    [request] = server.asked("GET", "/access_token")
    assert request.query == {
        "grant_type": "ig_exchange_token",
        "client_secret": "shh",
        "access_token": TOKEN,
    }
    young = publisher().identify(Tokens(Secret(TOKEN)), None).tokens
    assert young == Tokens(Secret(TOKEN))


def test_an_instagram_token_renews_itself_without_version_and_secret(publisher: Make, server: Server) -> None:
    server.on(REFRESH, RENEWED)
    recipe = publisher("shh")
    given = connection(tokens=OWN)
    assert recipe.can_refresh(given)
    assert recipe.refresh(given) == Tokens(Secret("new"), expires_at=NOW + timedelta(seconds=5183944))
    [request] = server.requests
    assert request.query == {"grant_type": "ig_refresh_token", "access_token": TOKEN}
    assert TOKEN not in str(recipe.api.calls)


def test_a_token_that_is_too_young_is_kept(publisher: Make, server: Server) -> None:
    server.on(REFRESH, refusal(190))
    server.on(ME, {"user_id": ACCOUNT})
    assert publisher().refresh(connection(tokens=OWN)) == OWN


def test_a_token_that_is_dead_needs_a_person(publisher: Make, server: Server) -> None:
    server.on(REFRESH, refusal(190))
    server.on(ME, refusal(190, 463))
    with pytest.raises(ConnectionRevoked, match="over") as raised:
        publisher().refresh(connection(tokens=OWN))
    assert "planrrr connect instagram" in raised.value.next_step


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (Answer(500, b"<html>"), PlatformUnavailable),
        (refusal(4), RateLimited),
        (Answer(200, {"access_token": "new"}), UnexpectedReply),
        (Answer(200, {"expires_in": 5183944}), UnexpectedReply),
        (Answer(200, {"access_token": "new", "expires_in": -1}), UnexpectedReply),
        (
            Answer(200, {"error_type": "OAuthException", "code": 400, "error_message": "words"}),
            UnexpectedReply,
        ),
    ],
)
def test_a_refresh_that_fails_otherwise_is_for_later(
    answer: Answer, error: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(REFRESH, answer)
    with pytest.raises(error):
        publisher().refresh(connection(tokens=OWN))


def test_tokens_of_instagram_login_are_renewed_two_weeks_ahead() -> None:
    assert InstagramPublisher.refresh_before == timedelta(days=14)


def test_no_proof_goes_to_instagrams_own_host(
    publisher: Make, server: Server, instagram: Instagram, medium: Callable[..., Media]
) -> None:
    """Which secret it would need there is not documented."""
    drive(publisher("shh").publish, publication(Post("Look", (medium("a.jpg"),))))
    assert all("appsecret_proof" not in {**one.query, **one.form} for one in server.requests)


def test_each_login_has_its_own_host(
    publisher: Make, server: Server, instagram: Instagram, medium: Callable[..., Media]
) -> None:
    nowhere = "http://127.0.0.1:1"
    post = Post("Look", (medium("a.jpg"),))
    own = drive(publisher(elsewhere=nowhere).publish, publication(post))
    assert isinstance(own.ending, PlatformUnavailable) and server.requests == []
    drive(publisher(elsewhere=nowhere).publish, publication(post, "facebook"))
    assert len(instagram.made) == 1


# ------------------------------------------------------------------ Facebook Login


def test_a_user_token_opens_the_account_behind_its_page(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, pages(page(), page(id="1002", instagram_business_account=None)))
    server.on(f"GET /v25.0/{ACCOUNT}", {"username": "acme", "id": ACCOUNT})
    for wanted in (None, ACCOUNT, PAGE):
        account = publisher().identify(Tokens(Secret(USER_TOKEN)), wanted, {"login": "facebook"})
        assert (account.account_id, account.account_name) == (ACCOUNT, "acme")
        assert account.tokens == Tokens(Secret("page-token"), refresh=Secret(USER_TOKEN))
        assert account.options == {"login": "facebook", "page_id": PAGE}
    assert "instagram_business_account" in server.requests[0].query["fields"]


def test_an_account_whose_name_cannot_be_read_is_known_by_its_id(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, pages(page()))
    server.on(f"GET /v25.0/{ACCOUNT}", UNREADABLE)
    account = publisher().identify(Tokens(Secret(USER_TOKEN)), None, {"login": "facebook"})
    assert account.account_name == ACCOUNT


def test_several_accounts_have_to_be_told_apart(publisher: Make, server: Server) -> None:
    other = page(id="1002", name="Other", instagram_business_account={"id": "17841400000000002"})
    server.on(ACCOUNTS, pages(page(), other))
    server.on(f"GET /v25.0/{ACCOUNT}", {"username": "acme"})
    options = {"login": "facebook"}
    with pytest.raises(NotFound, match="choose one by its id"):
        publisher().identify(Tokens(Secret(USER_TOKEN)), None, options)
    with pytest.raises(NotFound, match="does not open"):
        publisher().identify(Tokens(Secret(USER_TOKEN)), "3", options)
    chosen = publisher().identify(Tokens(Secret(USER_TOKEN)), None, options | {"page_id": PAGE})
    assert chosen.account_id == ACCOUNT


def test_a_page_without_a_professional_account_is_named(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, pages(page(instagram_business_account=None)))
    with pytest.raises(NotFound, match="professional Instagram account"):
        publisher().identify(Tokens(Secret(USER_TOKEN)), None, {"login": "facebook"})


def test_a_page_that_is_not_listed_can_be_named(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, pages())
    server.on(f"GET /v25.0/{PAGE}", page())
    server.on(f"GET /v25.0/{ACCOUNT}", {"username": "acme"})
    options = {"login": "facebook", "page_id": PAGE}
    assert publisher().identify(Tokens(Secret(USER_TOKEN)), None, options).account_id == ACCOUNT


def test_a_page_token_opens_its_account_without_a_user_behind_it(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, refusal(100))
    server.on(ME, page())
    server.on(f"GET /v25.0/{ACCOUNT}", {"username": "acme"})
    account = publisher().identify(Tokens(Secret(TOKEN)), None, {"login": "facebook"})
    assert account.tokens == Tokens(Secret(TOKEN))
    assert account.account_id == ACCOUNT


def test_a_person_without_the_task_cannot_publish(publisher: Make, server: Server) -> None:
    server.on(ACCOUNTS, pages(page(tasks=["ANALYZE"])))
    with pytest.raises(ConnectionRevoked, match="may not publish"):
        publisher().identify(Tokens(Secret(USER_TOKEN)), None, {"login": "facebook"})


def test_a_page_token_is_made_anew_from_the_prolonged_user_token(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/oauth/access_token", {"access_token": "longer"})
    server.on(f"GET /v25.0/{PAGE}", {"access_token": "new-page"})
    given = connection("facebook")
    assert publisher("shh").refresh(given) == Tokens(Secret("new-page"), refresh=Secret("longer"))
    exchange, read = server.requests
    assert exchange.query["fb_exchange_token"] == USER_TOKEN
    assert read.headers["authorization"] == "Bearer longer"
    proof = hmac.new(b"shh", b"longer", hashlib.sha256).hexdigest()
    assert read.query == {"fields": "access_token", "appsecret_proof": proof}


def test_a_connection_that_does_not_know_its_page_finds_it_by_the_account(
    publisher: Make, server: Server
) -> None:
    server.on(ACCOUNTS, pages(page(), page(id="1002", instagram_business_account={"id": "5"})))
    given = connection("facebook", options={"login": "facebook"})
    assert publisher().refresh(given).access == Secret("page-token")


@pytest.mark.parametrize("answer", [refusal(190, 460), refusal(190), refusal(100)])
def test_a_user_token_that_is_over_needs_a_person(answer: Answer, publisher: Make, server: Server) -> None:
    server.on(f"GET /v25.0/{PAGE}", answer)
    with pytest.raises(ConnectionRevoked):
        publisher().refresh(connection("facebook"))


def test_without_a_user_token_nothing_is_renewed(publisher: Make) -> None:
    given = connection("facebook", tokens=Tokens(Secret(TOKEN)))
    assert not publisher().can_refresh(given)
    with pytest.raises(ConnectionRevoked):
        publisher().refresh(given)


def test_the_proof_of_facebook_login_belongs_to_the_token_of_each_call(
    publisher: Make, server: Server, instagram: Instagram, medium: Callable[..., Media]
) -> None:
    drive(publisher("shh").publish, publication(Post("Look", (medium("a.jpg"),)), "facebook"))
    proof = hmac.new(b"shh", TOKEN.encode(), hashlib.sha256).hexdigest()
    found = [one for one in server.requests if f"{one.method} {one.path}" == CREATE]
    assert found[0].form["appsecret_proof"] == proof


def test_a_dead_page_token_is_no_reason_to_publish_with_the_users(
    publisher: Make, server: Server, instagram: Instagram, medium: Callable[..., Media]
) -> None:
    server.on(CREATE, refusal(190))
    given = publication(Post("Look", (medium("a.jpg"),)), "facebook")
    assert isinstance(drive(publisher().publish, given).ending, TokenExpired)
    posts = [one for one in server.requests if one.method == "POST"]
    assert {one.headers["authorization"] for one in posts} == {f"Bearer {TOKEN}"}


def test_an_app_of_ones_own_is_used_for_either_login(publisher: Make, server: Server) -> None:
    own = replace(connection("facebook"), app_id="88id", app_secret=Secret("own"))
    app = publisher("shh").app.of(own)
    assert app.facebook is not None
    assert (app.app_id, app.facebook.app_id) == ("88id", "88id")
    assert app.facebook.app_secret == Secret("own")


@pytest.mark.parametrize("told", [5_184_000, "5184000", 5_184_000.0])
def test_however_the_life_of_a_new_token_is_written_the_token_is_kept(
    told: object, publisher: Make, server: Server
) -> None:
    server.on("GET /refresh_access_token", {"access_token": "new-token", "expires_in": told})
    assert publisher().refresh(connection()).expires_at == NOW + timedelta(days=60)
