"""Both logins: their tokens, permissions, proofs, and how a token of Instagram Login is got and renewed."""

import hashlib
import hmac
from datetime import datetime, timedelta
from urllib.parse import parse_qsl, urlsplit

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.instagram.conftest import Creator, code_of

DAY = 86_400
TARGET = "http://127.0.0.1:8765/callback"


def expired_at(creator):
    return datetime.fromisoformat(creator.connection["expiresAt"])


def refresh(creator, token=None, **query):
    asked = {"grant_type": "ig_refresh_token", "access_token": token or creator.token} | query
    return creator.http.get(f"{creator.url}/refresh_access_token", params=asked, timeout=20)


def exchange(creator, token, **query):
    asked = {
        "grant_type": "ig_exchange_token",
        "client_secret": creator.app["app_secret"],
        "access_token": token,
    }
    return creator.http.get(f"{creator.url}/access_token", params=asked | query, timeout=20)


def code(creator, **query):
    """What a person's yes brings back."""
    asked = {
        "client_id": creator.app["app_id"],
        "redirect_uri": TARGET,
        "response_type": "code",
        "state": "s",
    }
    address = f"{creator.url}/oauth/authorize"
    answer = creator.http.get(address, params=asked | query, allow_redirects=False, timeout=20)
    assert answer.status_code == 302, answer.text
    target = answer.headers["Location"]
    assert target.startswith(TARGET) and target.endswith("#_")
    return dict(parse_qsl(urlsplit(target).query))


def redeem(creator, given, **form):
    asked = {
        "client_id": creator.app["app_id"],
        "client_secret": creator.app["app_secret"],
        "grant_type": "authorization_code",
        "redirect_uri": TARGET,
        "code": given,
    }
    return creator.http.post(f"{creator.url}/oauth/access_token", data=asked | form, timeout=20)


def test_a_token_of_instagram_login_lives_for_sixty_days(shop):
    left = expired_at(shop) - datetime.now(tz=expired_at(shop).tzinfo)
    assert timedelta(days=59, hours=23) < left <= timedelta(days=60)
    shop.advance(60 * DAY - 60)
    assert shop.get("me").status_code == 200
    shop.advance(61)
    assert code_of(shop.get("me")) == (400, 190, 463)
    dead = shop.token
    shop.sign_in()
    assert shop.token != dead and shop.get("me").status_code == 200


def test_a_token_is_renewed_when_it_is_a_day_old_and_not_expired(shop):
    assert code_of(refresh(shop)) == (400, 190, None)
    shop.advance(DAY + 1)
    told = refresh(shop).json()
    assert told["token_type"] == "bearer" and told["expires_in"] == 60 * DAY
    assert "instagram_business_basic" in told["permissions"].split(",")
    new = told["access_token"]
    assert new != shop.token
    assert shop.get("me").status_code == shop.get("me", new).status_code == 200
    assert code_of(refresh(shop, new)) == (400, 190, None)
    shop.advance(59 * DAY)
    assert code_of(shop.get("me")) == (400, 190, 463) and shop.get("me", new).status_code == 200
    assert code_of(refresh(shop)) == (400, 190, 463)
    assert refresh(shop, new).status_code == 200
    old = shop.token
    shop.sign_in()
    assert shop.token not in (old, new)


def test_a_refresh_is_asked_for_in_its_own_way(shop, cafe):
    shop.advance(2 * DAY)
    assert code_of(refresh(shop, grant_type="ig_exchange_token")) == (400, 100, None)
    assert code_of(refresh(shop, scope="all")) == (400, 100, None)
    assert code_of(refresh(shop, "unknown")) == (400, 190, None)
    assert code_of(refresh(shop, cafe.token)) == (400, 190, None)
    assert code_of(refresh(shop, cafe.user_token)) == (400, 190, None)
    bearer = {"Authorization": f"Bearer {shop.token}"}
    address = f"{shop.url}/refresh_access_token"
    assert (
        shop.http.get(address, params={"grant_type": "ig_refresh_token"}, headers=bearer).status_code == 200
    )
    assert code_of(shop.http.get(address, params={"grant_type": "ig_refresh_token"})) == (400, 2500, None)
    shop.change(scopes=[])
    assert code_of(refresh(shop)) == (403, 10, None)


def test_a_sign_in_goes_by_code_and_by_a_token_of_an_hour(shop):
    brought = code(shop, scope="instagram_business_basic,instagram_business_content_publish")
    assert brought["state"] == "s"
    [told] = redeem(shop, brought["code"]).json()["data"]
    assert told["user_id"] == shop.id and "instagram_business_basic" in told["permissions"]
    short = told["access_token"]
    assert shop.get("me", short).status_code == 200
    assert code_of(refresh(shop, short)) == (400, 100, None)
    long = exchange(shop, short).json()
    assert long["expires_in"] == 60 * DAY and shop.get("me", long["access_token"]).status_code == 200
    assert code_of(exchange(shop, long["access_token"])) == (400, 100, None)
    shop.advance(3601)
    assert code_of(shop.get("me", short)) == code_of(exchange(shop, short)) == (400, 190, 463)


@pytest.mark.parametrize(
    "form",
    [
        {"client_secret": "wrong"},
        {"client_id": "1"},
        {"client_id": ""},
        {"redirect_uri": "http://127.0.0.1/other"},
        {"code": "unknown"},
        {"scope": "all"},
    ],
)
def test_a_code_is_refused_in_the_form_of_its_host(shop, form):
    answer = redeem(shop, code(shop)["code"], **form)
    told = answer.json()
    assert answer.status_code == 400 and set(told) == {"error_type", "code", "error_message"}
    assert (told["error_type"], told["code"]) == ("OAuthException", 400)


def test_a_code_serves_once_and_for_an_hour(shop):
    given = code(shop)["code"]
    assert redeem(shop, given).status_code == 200
    assert redeem(shop, given).status_code == 400
    late = code(shop)["code"]
    shop.advance(3601)
    assert redeem(shop, late).status_code == 400


@pytest.mark.parametrize(
    "query",
    [
        {"client_id": "1"},
        {"response_type": "token"},
        {"redirect_uri": "https://example.com/"},
        {"scope": "instagram_basic"},
        {"display": "popup"},
    ],
)
def test_the_dialog_refuses_what_is_wrong(shop, query):
    asked = {"client_id": shop.app["app_id"], "redirect_uri": TARGET, "response_type": "code"} | query
    answer = shop.http.get(f"{shop.url}/oauth/authorize", params=asked, allow_redirects=False, timeout=20)
    assert answer.status_code == 400


def test_an_exchange_needs_the_secret_of_the_application(shop):
    [told] = redeem(shop, code(shop)["code"]).json()["data"]
    assert code_of(exchange(shop, told["access_token"], client_secret="wrong")) == (400, 1, None)
    assert code_of(exchange(shop, told["access_token"], client_secret="")) in [
        (400, 1, None),
        (400, 100, None),
    ]
    assert code_of(exchange(shop, told["access_token"], grant_type="other")) == (400, 100, None)


# Who may do what


def test_both_tokens_of_facebook_login_reach_the_account(cafe):
    for token in (cafe.token, cafe.user_token):
        answer = cafe.graph("POST", f"{cafe.id}/media", token, data={"image_url": cafe.media("a.jpg")})
        container = answer.json()["id"]
        assert cafe.get(container, token, fields="status_code").json()["status_code"] == "FINISHED"
        answer = cafe.graph("POST", f"{cafe.id}/media_publish", token, data={"creation_id": container})
        assert answer.status_code == 200
    assert len(cafe.ledger()) == 2


def test_a_token_of_the_other_login_is_no_token(creator):
    shop, cafe = creator(0), creator(1)
    assert code_of(shop.get(f"{shop.id}/media", cafe.token)) == (400, 190, None)
    assert code_of(shop.get(f"{shop.id}/media", cafe.user_token)) == (400, 190, None)
    assert code_of(cafe.get(f"{cafe.id}/media", shop.token)) == (400, 190, None)


def test_a_token_of_another_account_does_not_reach_this_one(creator):
    shop, cafe, mill, pottery = (creator(number) for number in range(4))
    container = shop.image()
    assert code_of(shop.get(container, mill.token)) == (400, 100, 33)
    assert code_of(shop.graph("POST", f"{shop.id}/media", mill.token)) == (400, 100, 33)
    assert code_of(cafe.get(f"{cafe.id}/media", pottery.token)) == (400, 100, 33)
    assert cafe.get(f"{cafe.id}/media", pottery.user_token).status_code == 200


def test_without_a_token_nothing_is_told(shop):
    answer = shop.http.get(f"{shop.url}/v25.0/{shop.id}/media", timeout=20)
    assert code_of(answer) == (400, 2500, None)
    assert code_of(shop.get(f"{shop.id}/media", "IGAAunknown")) == (400, 190, None)


@pytest.mark.parametrize("place", ["query", "form", "oauth"])
def test_a_token_may_come_in_every_place(shop, place):
    address, data = f"{shop.url}/v25.0/{shop.id}/media", {"image_url": shop.media("a.jpg")}
    token = {"access_token": shop.token}
    options = {
        "query": {"params": token, "data": data},
        "form": {"data": data | token},
        "oauth": {"headers": {"Authorization": f"OAuth {shop.token}"}, "data": data},
    }[place]
    assert shop.http.post(address, timeout=20, **options).status_code == 200


def test_permissions_are_asked_by_purpose(either):
    media, container = either.published(either.image()), either.image()
    basic, publish, comments, *_ = either.connection["scopes"]
    pages = ["pages_read_engagement", "pages_show_list"] if either.number else []
    either.change(scopes=[basic, comments, *pages])
    assert code_of(either.create(image_url="a.jpg")) == code_of(either.publish(container)) == (403, 10, None)
    assert either.get(container, fields="status_code").status_code == 200
    either.change(scopes=[basic, publish, *pages])
    assert code_of(either.comment(media, "hello")) == (403, 10, None)
    assert code_of(either.get(f"{media}/comments")) == (403, 10, None)
    either.published(container)
    either.change(scopes=[publish, comments, *pages])
    assert code_of(either.get(media)) == code_of(either.get(f"{either.id}/media")) == (403, 10, None)
    either.change(scopes=either.connection["scopes"])
    assert either.get(media).status_code == 200


def test_publishing_with_facebook_login_needs_a_task_on_the_page(cafe):
    page = cafe.connection["metadata"]["pageId"]
    cafe.control("POST", "accounts", {"account_id": page, "tasks": ["ANALYZE", "MODERATE"]})
    assert code_of(cafe.create(image_url="a.jpg")) == (403, 200, None)
    cafe.control("POST", "accounts", {"account_id": page, "tasks": ["MANAGE"]})
    cafe.image()


def test_a_dead_token_is_told_before_and_after_it_died(either):
    either.fault("instagram.media.list", "expire_token")
    assert code_of(either.get(f"{either.id}/media")) == (400, 190, 463)
    dead = either.token
    either.sign_in()
    assert either.token != dead and either.listed() == []
    either.fault("instagram.media.list", "expire_token", "after")
    assert either.listed() == []
    assert code_of(either.get(f"{either.id}/media")) == (400, 190, 463)


def test_a_page_token_is_derived_anew_from_the_user_token(cafe):
    page = cafe.connection["metadata"]["pageId"]
    cafe.fault("instagram.media.list", "expire_token")
    cafe.get(f"{cafe.id}/media")
    derived = cafe.get(page, cafe.user_token, fields="access_token").json()["access_token"]
    assert derived != cafe.token and cafe.get(f"{cafe.id}/media", derived).status_code == 200


def proof(token, secret):
    return hmac.new(secret.encode(), token.encode(), hashlib.sha256).hexdigest()


def test_a_proof_is_checked_with_the_secret_of_the_logins_application(either):
    right = proof(either.token, either.connection["appSecret"])
    assert either.get(f"{either.id}/media", appsecret_proof=right).status_code == 200
    wrong = proof(either.token, "another secret")
    assert code_of(either.get(f"{either.id}/media", appsecret_proof=wrong)) == (400, 100, None)


def test_a_proof_may_be_required_of_facebook_login():
    with SandboxServer(port=0, accounts=2, require_appsecret_proof=True) as server:
        shop, cafe = Creator(server.url, 0), Creator(server.url, 1)
        assert shop.get(f"{shop.id}/media").status_code == 200
        assert code_of(cafe.get(f"{cafe.id}/media")) == (400, 100, None)
        right = proof(cafe.token, cafe.connection["appSecret"])
        assert cafe.get(f"{cafe.id}/media", appsecret_proof=right).status_code == 200
        shop.http.close()
        cafe.http.close()


@pytest.mark.parametrize(
    "change",
    [
        {"plan": "free"},
        {"scopes": ["instagram_manage_comments"]},
        {"scopes": "instagram_business_basic"},
        {"quota_total": -1},
        {"quota_total": "50"},
        {"container_limit": True},
        {"status_lag": 1.5},
        {"page_reads_fail": "yes"},
        {"failing_containers": 2207085},
        {"failing_containers": ["2207085"]},
        {"foreign_posts": {"caption": "c"}},
        {"foreign_posts": [{"text": "c"}]},
        {"foreign_posts": [{"media_type": "TEXT"}]},
        {"foreign_posts": [{"seconds_ago": "now"}]},
    ],
)
def test_an_account_cannot_be_changed_into_what_makes_no_sense(shop, change):
    answer = requests.post(f"{shop.url}/_sandbox/accounts", json={"account_id": shop.id} | change, timeout=20)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
    assert shop.listed() == [] and shop.quota()["config"]["quota_total"] == 50
