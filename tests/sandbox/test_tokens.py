"""Tokens, permissions and proofs, as an outsider sees them."""

import hashlib
import hmac
from urllib.parse import parse_qs, urlsplit

import pytest


def error_of(answer):
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


def test_the_same_seed_gives_the_same_accounts_and_tokens(page, other_page):
    def told():
        document = page.control("GET", "accounts")
        # Tokens that end begin at the reset.
        timeless = [each | {"expiresAt": None} for each in document["connections"]]
        return document | {"connections": timeless}

    first = told()
    page.control("POST", "reset")
    assert told() == first
    assert other_page.page != page.page and other_page.token != page.token


def test_a_page_token_is_derived_again_from_the_user_token_after_it_died(page):
    page.fault("facebook.feed.create", "expire_token")
    assert error_of(page.post("feed", message="m")) == (400, 190, 463)
    user = {"access_token": page.user_token}
    fresh = page.graph("GET", page.page, params=user | {"fields": "access_token"}, headers={}).json()[
        "access_token"
    ]
    listed = page.graph("GET", "me/accounts", params=user, headers={}).json()["data"]
    assert fresh != page.token and fresh in [each["access_token"] for each in listed]
    page.token = fresh
    assert page.post("feed", message="m").status_code == 200


def test_a_user_token_is_exchanged_while_it_lives(page):
    query = {
        "grant_type": "fb_exchange_token",
        "client_id": page.app["app_id"],
        "client_secret": page.app["app_secret"],
        "fb_exchange_token": page.user_token,
    }
    answer = page.graph("GET", "oauth/access_token", params=query, headers={}).json()
    assert answer["token_type"] == "bearer" and answer["expires_in"] == 5183944
    wrong = page.graph("GET", "oauth/access_token", params=query | {"client_secret": "x"}, headers={})
    assert error_of(wrong)[:2] == (400, 1)
    page_token = page.graph(
        "GET", "oauth/access_token", params=query | {"fb_exchange_token": page.token}, headers={}
    )
    assert error_of(page_token)[:2] == (400, 100)
    page.advance(61 * 86_400)
    assert error_of(page.graph("GET", "oauth/access_token", params=query, headers={})) == (400, 190, 463)


def test_debug_token_tells_what_a_token_is(page):
    app = f"{page.app['app_id']}|{page.app['app_secret']}"
    query = {"input_token": page.token, "access_token": app}
    told = page.graph("GET", "debug_token", params=query, headers={}).json()["data"]
    assert (told["type"], told["profile_id"], told["expires_at"], told["is_valid"]) == (
        "PAGE",
        page.page,
        0,
        True,
    )
    assert {"scope": "pages_manage_posts", "target_ids": [page.page]} in told["granular_scopes"]
    page.fault("facebook.me.read", "expire_token")
    page.get("me")
    told = page.graph("GET", "debug_token", params=query, headers={}).json()["data"]
    assert told["is_valid"] is False and told["error"]["subcode"] == 463


@pytest.mark.parametrize(
    ("missing", "call", "expected"),
    [
        ("pages_manage_posts", ("POST", "{page}/feed", {"message": "n"}), (403, 200)),
        ("pages_read_user_content", ("GET", "{page}/feed", {}), (403, 10)),
        ("pages_read_engagement", ("GET", "{post}", {}), (403, 10)),
        ("pages_manage_engagement", ("POST", "{post}/comments", {"message": "n"}), (403, 200)),
    ],
)
def test_each_permission_is_needed_for_what_it_is_for(page, missing, call, expected):
    post = page.post("feed", message="m").json()["id"]
    scopes = page.control("GET", "accounts")["connections"][0]["scopes"]
    page.control("POST", "accounts", {"account_id": page.page, "scopes": [s for s in scopes if s != missing]})
    method, path, fields = call
    part = "data" if method == "POST" else "params"
    answer = page.graph(method, path.format(page=page.page, post=post), **{part: fields})
    assert error_of(answer)[:2] == expected
    assert len(page.ledger()) == 1


def test_the_page_task_is_needed_too(page):
    page.control("POST", "accounts", {"account_id": page.page, "tasks": ["ANALYZE"]})
    assert error_of(page.post("feed", message="m"))[:2] == (403, 200)


def test_other_tokens_cannot_act_for_the_page(page, other_page):
    post = page.post("feed", message="m").json()["id"]
    path = f"{page.page}/feed"
    for token, expected in [
        (other_page.token, (403, 200, None)),
        (page.user_token, (400, 190, 2069032)),
        ("x", (400, 190, None)),
    ]:
        answer = page.graph("POST", path, data={"message": "n"}, headers={"Authorization": f"Bearer {token}"})
        assert error_of(answer) == expected
    user = {"Authorization": f"Bearer {page.user_token}"}
    assert error_of(page.graph("POST", f"{post}/comments", data={"message": "n"}, headers=user))[1] == 1705
    assert len(page.ledger()) == 1


def test_a_proof_is_checked_when_it_is_sent(page):
    good = hmac.new(page.app["app_secret"].encode(), page.token.encode(), hashlib.sha256).hexdigest()
    assert error_of(page.post("feed", message="m", appsecret_proof="0" * 64))[:2] == (400, 100)
    assert error_of(page.post("feed", message="m", appsecret_proof="é"))[:2] == (400, 100)
    assert page.post("feed", message="m", appsecret_proof=good).status_code == 200


def test_a_login_leads_from_the_dialog_to_a_page_token_that_does_not_expire(page):
    back = "http://127.0.0.1:8000/back"
    asked = {
        "client_id": page.app["app_id"],
        "redirect_uri": back,
        "state": "s&1",
        "scope": "pages_show_list,pages_read_engagement,pages_manage_posts",
    }
    answer = page.graph("GET", "dialog/oauth", params=asked, headers={}, allow_redirects=False)
    query = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 302 and query["state"] == ["s&1"]
    secret = {"client_id": page.app["app_id"], "client_secret": page.app["app_secret"]}
    redeemed = secret | {"redirect_uri": back, "code": query["code"][0]}
    short = page.graph("GET", "oauth/access_token", params=redeemed, headers={}).json()["access_token"]
    assert error_of(page.graph("GET", "oauth/access_token", params=redeemed, headers={}))[1] == 100
    exchange = secret | {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    long = page.graph("GET", "oauth/access_token", params=exchange, headers={}).json()["access_token"]
    derived = {
        user: page.graph("GET", "me/accounts", params={"access_token": user}, headers={}).json()["data"][0]
        for user in (short, long)
    }
    page.advance(2 * 3600)
    page.token = derived[short]["access_token"]
    assert error_of(page.post("feed", message="m")) == (400, 190, 463)
    page.token = derived[long]["access_token"]
    assert page.post("feed", message="m").status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "1"},
        {"redirect_uri": "https://example.com/"},
        {"redirect_uri": "http://127.0.0.1:80\r\nX: y"},
        {"redirect_uri": "http://127.0.0.1@example.com/"},
        {"scope": "everything"},
        {"response_type": "token"},
    ],
)
def test_a_login_that_graph_would_not_take_is_refused(page, wrong):
    asked = {"client_id": page.app["app_id"], "redirect_uri": "http://localhost:1/"} | wrong
    answer = page.graph("GET", "dialog/oauth", params=asked, headers={}, allow_redirects=False)
    assert answer.status_code == 400 and answer.json()["error"]["code"] in (100, 101)


def test_the_app_has_a_token_of_its_own(page):
    query = {
        "grant_type": "client_credentials",
        "client_id": page.app["app_id"],
        "client_secret": page.app["app_secret"],
    }
    answer = page.graph("POST", "oauth/access_token", data=query, headers={}).json()
    assert answer["access_token"] == f"{page.app['app_id']}|{page.app['app_secret']}"
    told = page.graph(
        "GET",
        "debug_token",
        params={"input_token": "x"} | {"access_token": answer["access_token"]},
        headers={},
    )
    assert told.json()["data"]["is_valid"] is False


@pytest.mark.parametrize(
    "more", [{}, {"grant_type": "other"}, {"grant_type": "fb_exchange_token", "fb_exchange_token": "x"}]
)
def test_other_ways_to_a_token_are_refused(page, more):
    query = {"client_id": page.app["app_id"], "client_secret": page.app["app_secret"]} | more
    assert error_of(page.graph("GET", "oauth/access_token", params=query, headers={}))[1] in (100, 190)


def test_a_page_token_cannot_ask_about_tokens_or_list_pages(page):
    assert error_of(page.get("debug_token", input_token=page.token))[1] == 100
    assert error_of(page.get("me/accounts"))[1] == 100
    assert (
        error_of(page.http.get(f"{page.url}/123/accounts", params={"access_token": page.user_token}))[1]
        == 100
    )


def test_a_dead_user_token_is_replaced_as_after_a_new_sign_in(page):
    page.fault("facebook.accounts.read", "expire_token")
    user = {"Authorization": f"Bearer {page.user_token}"}
    assert error_of(page.graph("GET", "me/accounts", headers=user)) == (400, 190, 463)
    fresh = page.control("GET", "accounts")["connections"][0]["refreshToken"]
    assert fresh != page.user_token
    assert page.graph("GET", "me/accounts", headers={"Authorization": f"Bearer {fresh}"}).status_code == 200
