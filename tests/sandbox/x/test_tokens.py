"""OAuth 2.0 and 1.0a, scopes and plans, as an outsider sees them."""

import base64
import hashlib
import time
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from requests_oauthlib import OAuth1

UNAUTHORIZED = {"title": "Unauthorized", "detail": "Unauthorized", "type": "about:blank", "status": 401}
SPENT = {"error": "invalid_request", "error_description": "Value passed for the token was invalid."}
SCOPES = ["tweet.read", "tweet.write", "users.read", "media.write", "offline.access"]


def me(author, **options):
    return author.call("GET", "/2/users/me", **options)


def test_the_same_seed_gives_the_same_accounts_and_every_third_has_oauth_1(author, signer, other):
    first = author.control("GET", "accounts")
    author.control("POST", "reset")
    again = author.control("GET", "accounts")
    for one in (first, again):
        for connection in one["connections"]:
            connection.pop("expiresAt", None)
    assert first == again
    assert (author.secret, other.secret) == (None, None)
    assert signer.secret and signer.refresh is None and signer.connection["expiresAt"] is None
    assert len({each.id for each in (author, signer, other)}) == 3
    assert author.connection["scopes"] == SCOPES
    assert author.connection["metadata"] == {"longPosts": False, "plan": "self-serve"}


def test_a_refresh_gives_both_tokens_anew_and_works_once(author):
    answer = author.renew()
    told = answer.json()
    assert answer.status_code == 200
    assert (told["token_type"], told["expires_in"], told["scope"]) == ("bearer", 7200, " ".join(SCOPES))
    assert told["access_token"] != author.token and told["refresh_token"] != author.refresh
    spent = author.renew()
    assert (spent.status_code, spent.json()) == (400, SPENT)
    author.token = told["access_token"]
    assert me(author).status_code == 200
    assert author.renew(told["refresh_token"]).status_code == 200


def test_of_two_that_refresh_together_one_loses(author):
    answers = [author.renew() for _ in range(2)]
    assert sorted(answer.status_code for answer in answers) == [200, 400]


def test_an_access_token_lives_for_two_hours_by_the_sandbox_s_clock(author):
    author.advance(7190)
    assert me(author).status_code == 200
    author.advance(11)
    assert (me(author).status_code, me(author).json()) == (401, UNAUTHORIZED)
    author.token = author.renew().json()["access_token"]
    assert me(author).status_code == 200


def test_a_confidential_client_says_who_it_is_by_basic_and_no_other_way(author):
    form = {"grant_type": "refresh_token", "refresh_token": author.refresh}
    url, client, secret = f"{author.url}/2/oauth2/token", author.app["client_id"], author.app["client_secret"]
    in_body = author.http.post(url, data=form | {"client_id": client})
    assert (in_body.status_code, in_body.json()["error"]) == (401, "unauthorized_client")
    assert in_body.json()["error_description"] == "Missing valid authorization header"
    with_secret = author.http.post(url, data=form | {"client_id": client, "client_secret": secret})
    assert with_secret.status_code == 401
    for pair in ((client, "wrong"), ("wrong", secret), (author.app["public_client_id"], "")):
        assert author.http.post(url, data=form, auth=pair).status_code == 401
    nobody = author.http.post(url, data=form)
    assert (nobody.status_code, nobody.json()["error"]) == (400, "invalid_request")
    both = author.http.post(url, data=form | {"client_id": client}, auth=(client, secret))
    assert both.status_code == 200


def test_a_public_client_says_who_it_is_in_the_body(author):
    author.change(public=True)
    author.sign_in()
    assert author.renew().status_code == 400
    form = {"grant_type": "refresh_token", "refresh_token": author.refresh}
    answer = author.token_call(basic=False, client_id=author.app["public_client_id"], **form)
    assert answer.status_code == 200 and answer.json()["refresh_token"] != author.refresh


@pytest.mark.parametrize(
    ("form", "status", "error"),
    [
        ({}, 400, "invalid_request"),
        ({"grant_type": ""}, 400, "invalid_request"),
        ({"grant_type": "password"}, 400, "unsupported_grant_type"),
        ({"grant_type": "refresh_token"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x"}, 400, "invalid_request"),
        ({"grant_type": "refresh_token", "refresh_token": "x", "colour": "y"}, 400, "invalid_request"),
        ({"grant_type": "authorization_code", "code": "x"}, 400, "invalid_request"),
    ],
)
def test_other_token_requests_are_refused_in_oauth_s_own_form(author, form, status, error):
    answer = author.token_call(**form)
    assert (answer.status_code, answer.json()["error"]) == (status, error)
    assert set(answer.json()) == {"error", "error_description"}


def test_a_token_request_is_a_form(author):
    pair = (author.app["client_id"], author.app["client_secret"])
    body = {"grant_type": "refresh_token", "refresh_token": author.refresh}
    assert author.http.post(f"{author.url}/2/oauth2/token", json=body, auth=pair).status_code == 400
    assert author.renew().status_code == 200


def signed_in(author, **changes):
    """A code from the authorize page, and what redeems it."""
    verifier = "v" * 60
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).decode().rstrip("=")
    query = {
        "response_type": "code",
        "client_id": author.app["client_id"],
        "redirect_uri": "http://127.0.0.1:8000/back",
        "scope": " ".join(SCOPES),
        "state": "s p",
        "code_challenge": challenge,
        "code_challenge_method": "S256",
    } | changes
    answer = author.http.get(f"{author.url}/i/oauth2/authorize", params=query, allow_redirects=False)
    if answer.status_code != 302:
        return answer, {}
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert back["state"] == ["s p"]
    form = {"code": back["code"][0], "redirect_uri": query["redirect_uri"], "code_verifier": verifier}
    return answer, form | {"grant_type": "authorization_code"}


def test_a_person_who_says_yes_gives_a_code_for_thirty_seconds_and_one_use(author):
    _, form = signed_in(author)
    told = author.token_call(**form).json()
    assert told["refresh_token"] and told["scope"] == " ".join(SCOPES)
    author.token = told["access_token"]
    assert me(author).json()["data"]["id"] == author.id
    assert author.token_call(**form).status_code == 400
    _, form = signed_in(author)
    author.advance(31)
    assert author.token_call(**form).status_code == 400


def test_the_code_is_bound_to_its_verifier_its_address_and_its_client(author):
    for wrong in ({"code_verifier": "w" * 60}, {"redirect_uri": "http://127.0.0.1:8001/back"}):
        _, form = signed_in(author)
        assert author.token_call(**form | wrong).status_code == 400
    _, form = signed_in(author)
    public = author.app["public_client_id"]
    assert author.token_call(basic=False, client_id=public, **form).status_code == 400
    _, form = signed_in(author, client_id=public)
    assert author.token_call(basic=False, client_id=public, **form).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"client_id": "x"},
        {"redirect_uri": "https://example.com/back"},
        {"redirect_uri": "http://127.0.0.1:99999/"},
        {"scope": "everything"},
        {"code_challenge": ""},
        {"code_challenge_method": "S512"},
        {"response_type": "token"},
    ],
)
def test_the_authorize_page_refuses_what_it_cannot_grant(author, wrong):
    answer, _ = signed_in(author, **wrong)
    assert answer.status_code == 400 and answer.json()["error"] == "invalid_request"


def test_without_offline_access_there_is_no_refresh_token(author):
    _, form = signed_in(author, scope="tweet.read users.read")
    told = author.token_call(**form).json()
    assert "refresh_token" not in told
    author.token = told["access_token"]
    assert me(author).status_code == 200 and author.create("no").status_code == 403


def test_revoking_ends_a_token_and_a_refresh_token_ends_its_sign_in(author):
    renewed = author.renew().json()
    answer = author.token_call("revoke", token=renewed["refresh_token"])
    assert (answer.status_code, answer.json()) == (200, {"revoked": True})
    assert author.renew(renewed["refresh_token"]).status_code == 400
    author.token = renewed["access_token"]
    assert me(author).status_code == 401
    author.sign_in()
    assert me(author).status_code == 200
    author.token_call("revoke", token=author.token)
    assert me(author).status_code == 401 and author.renew().status_code == 200
    assert author.token_call("revoke", token="unknown").json() == {"revoked": True}
    assert author.token_call("revoke").status_code == 400


def test_a_dead_account_is_listed_with_fresh_credentials_as_after_a_new_sign_in(author, signer):
    for each in (author, signer):
        token = each.token
        each.fault("x.me.read", "expire_token", account_id=each.id)
        assert me(each).status_code == 401
        each.sign_in()
        assert each.token != token and me(each).status_code == 200


@pytest.mark.parametrize(
    ("missing", "call"),
    [
        ("tweet.write", ("POST", "/2/tweets", {"json": {"text": "a"}})),
        ("tweet.read", ("POST", "/2/tweets", {"json": {"text": "a"}})),
        ("users.read", ("GET", "/2/users/me", {})),
        ("tweet.read", ("GET", "/2/tweets/1", {})),
        ("tweet.write", ("DELETE", "/2/tweets/1", {})),
        ("media.write", ("POST", "/2/media/upload/initialize", {"json": {}})),
        ("media.write", ("GET", "/2/media/upload?media_id=1", {})),
    ],
)
def test_a_missing_scope_is_a_plain_403(author, missing, call):
    author.change(scopes=[scope for scope in SCOPES if scope != missing])
    method, path, options = call
    answer = author.call(method, path, **options)
    assert answer.status_code == 403
    assert answer.json() == {
        "title": "Forbidden",
        "detail": "Forbidden",
        "type": "about:blank",
        "status": 403,
    }


def test_the_application_s_own_token_reads_but_cannot_publish(author):
    post = author.post("public")
    headers = {"Authorization": f"Bearer {author.app['bearer_token']}"}
    assert author.call("GET", f"/2/tweets/{post}", headers=headers).json()["data"]["id"] == post
    for method, path in (("POST", "/2/tweets"), ("GET", "/2/users/me"), ("POST", "/2/media/upload")):
        answer = author.call(method, path, headers=headers, json={"text": "a"} if method == "POST" else None)
        problem = answer.json()
        assert answer.status_code == 403 and problem["type"].endswith("/unsupported-authentication")
        assert "[OAuth 1.0a User Context, OAuth 2.0 User Context]" in problem["detail"]


@pytest.mark.parametrize("header", ["", "Bearer", "Bearer x", "Basic eDp5", "OAuth x", "Bearer {secret}"])
def test_whoever_is_not_known_is_unauthorized(author, header):
    headers = {"Authorization": header.format(secret=author.app["consumer_secret"])}
    answer = author.call("POST", "/2/tweets", json={"text": "a"}, headers=headers)
    assert (answer.status_code, answer.json()) == (401, UNAUTHORIZED)
    assert answer.headers["Content-Type"] == "application/problem+json"


def test_a_signature_stands_for_the_second_account(signer, jpeg):
    assert me(signer).json()["data"]["username"] == signer.username
    media = signer.image()
    post = signer.post("signed, with ünïcödé & more", media={"media_ids": [media]})
    assert signer.timeline(max_results="5", tweet_fields="created_at")["data"][0]["id"] == post
    assert signer.call("DELETE", f"/2/tweets/{post}").status_code == 200
    assert [entry["account_id"] for entry in signer.ledger()] == [signer.id]


def test_a_signed_token_does_not_end_with_time(signer):
    signer.advance(400 * 86_400)
    assert me(signer).status_code == 200


def test_every_part_of_a_signature_counts(signer):
    app = signer.app
    good = (app["consumer_key"], app["consumer_secret"], signer.token, signer.secret)
    for place in range(4):
        wrong = list(good)
        wrong[place] += "x"
        assert me(signer, auth=OAuth1(*wrong, decoding=None)).status_code == 401
    late = OAuth1(*good, decoding=None, timestamp=str(int(time.time()) - 900))
    assert me(signer, auth=late).status_code == 401
    plain = OAuth1(*good, decoding=None, signature_method="PLAINTEXT")
    assert me(signer, auth=plain).status_code == 401
    assert me(signer, headers={"Authorization": f"Bearer {signer.token}"}).status_code == 401
    assert me(signer, auth=OAuth1(*good, decoding=None)).status_code == 200


def test_a_nonce_serves_once(signer):
    app = signer.app
    keys = (app["consumer_key"], app["consumer_secret"], signer.token, signer.secret)
    moment = str(int(time.time()))
    answers = [
        me(signer, auth=OAuth1(*keys, decoding=None, nonce="once", timestamp=moment)).status_code
        for _ in range(2)
    ]
    assert answers == [200, 401]


def test_a_signature_is_for_one_address_and_its_query(signer):
    prepared = signer.http.prepare_request(
        requests.Request("GET", f"{signer.url}/2/users/me?user.fields=created_at", auth=signer.signature)
    )
    prepared.url = prepared.url.replace("created_at", "verified")
    assert signer.http.send(prepared).status_code == 401


def test_an_account_changes_between_the_two_kinds_of_credentials(author):
    author.change(signed=True)
    author.sign_in()
    assert author.secret and author.refresh is None and me(author).status_code == 200
    author.change(signed=False)
    author.sign_in()
    assert author.refresh and me(author).status_code == 200


@pytest.mark.parametrize(
    "change",
    [
        {"scopes": ["dm.write"]},
        {"plan": "free"},
        {"credits": "no"},
        {"generation": "third"},
        {"limits": {"x.post.create": -1}},
        {"limits": {"x.nothing": 1}},
        {"colour": "red"},
    ],
)
def test_a_change_that_cannot_be_is_refused_with_a_sentence(author, change):
    before = author.control("GET", "accounts")
    answer = author.http.post(f"{author.url}/_sandbox/accounts", json={"account_id": author.id, **change})
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
    assert author.control("GET", "accounts") == before
