"""Signing in, renewing, scopes: who may do what, and for how long."""

import base64
import hashlib
from urllib.parse import parse_qs, urlencode, urlsplit

import pytest
import requests

from tests.sandbox.youtube.answers import refused
from tests.sandbox.youtube.conftest import AUTH, BLOCK

WEEK = 7 * 86_400
VERIFIER = "a verifier that nobody guesses, of more than 43 letters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
BACK = "http://127.0.0.1:8765/"


def consent(channel, **more):
    asked = {
        "response_type": "code",
        "client_id": channel.app["client_id"],
        "redirect_uri": BACK,
        "scope": f"{AUTH}youtube.upload {AUTH}youtube.readonly",
        "state": "s t",
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    } | more
    address = f"{channel.url}/o/oauth2/v2/auth?{urlencode({k: v for k, v in asked.items() if v is not None})}"
    return channel.http.get(address, allow_redirects=False)


def code_of(answer):
    return parse_qs(urlsplit(answer.headers["Location"]).query)["code"][0]


def exchange(channel, code_given, **more):
    form = {"code": code_given, "redirect_uri": BACK, "code_verifier": VERIFIER} | more
    return channel.token_call(grant_type="authorization_code", **form)


def problem(answer):
    return answer.status_code, answer.json()["error"]


def test_the_accounts_document_can_be_imported(channel):
    assert (
        channel.connection["platform"] == "youtube" and channel.id.startswith("UC") and len(channel.id) == 24
    )
    assert set(channel.app) == {"client_id", "client_secret"}
    assert channel.connection["appId"] == channel.app["client_id"]
    assert f"{AUTH}youtube.upload" in channel.connection["scopes"]
    assert channel.refresh.startswith("1//") and channel.token.startswith("ya29.")


def test_a_sign_in_gives_both_tokens(channel):
    answer = consent(channel)
    back = parse_qs(urlsplit(answer.headers["Location"]).query)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(BACK)
    assert back["state"] == ["s t"] and "youtube.upload" in back["scope"][0]
    told = exchange(channel, back["code"][0]).json()
    assert told["expires_in"] == 3599 and told["token_type"] == "Bearer" and told["refresh_token"]
    assert told["scope"].split() == [f"{AUTH}youtube.upload", f"{AUTH}youtube.readonly"]
    channel.token = told["access_token"]
    assert channel.items("channels", part="id", mine="true")[0]["id"] == channel.id
    assert channel.renew(told["refresh_token"]).status_code == 200
    # The code is good once.
    assert problem(exchange(channel, back["code"][0])) == (400, "invalid_grant")


def test_without_offline_access_there_is_no_refresh_token(channel):
    told = exchange(channel, code_of(consent(channel, access_type=None))).json()
    assert "refresh_token" not in told and told["access_token"]


@pytest.mark.parametrize(
    "more",
    [
        {"client_id": "somebody"},
        {"redirect_uri": "https://example.com/"},
        {"response_type": "token"},
        {"scope": f"{AUTH}drive"},
        {"scope": None},
        {"code_challenge_method": "S512"},
        {"unheard": "of"},
    ],
)
def test_the_consent_page_refuses_what_makes_no_sense(channel, more):
    answer = consent(channel, **more)
    assert answer.status_code in (400, 401) and "Location" not in answer.headers


@pytest.mark.parametrize(
    ("more", "error"),
    [
        ({"redirect_uri": "http://127.0.0.1:1/"}, "redirect_uri_mismatch"),
        ({"code_verifier": "wrong"}, "invalid_grant"),
        ({"code_verifier": ""}, "invalid_grant"),
        ({"code": "4/wrong"}, "invalid_grant"),
        ({"code": ""}, "invalid_request"),
    ],
)
def test_a_code_is_redeemed_by_who_asked_for_it(channel, more, error):
    code = code_of(consent(channel))
    assert problem(exchange(channel, code, **more)) == (400, error)


def test_a_code_lives_for_ten_minutes(channel):
    code = code_of(consent(channel))
    channel.advance(601)
    assert problem(exchange(channel, code)) == (400, "invalid_grant")


def test_a_refresh_gives_no_new_refresh_token_and_ends_no_access_token(channel):
    told = channel.renew(unheard="of").json()
    assert set(told) == {"access_token", "expires_in", "scope", "token_type"}
    assert told["access_token"] != channel.token
    for token in (channel.token, told["access_token"]):
        headers = {"Authorization": f"Bearer {token}"}
        assert (
            channel.call("GET", "/youtube/v3/channels?part=id&mine=true", headers=headers).status_code == 200
        )
    assert channel.renew().status_code == 200


def test_the_client_may_be_named_by_http_basic(channel):
    form = {"grant_type": "refresh_token", "refresh_token": channel.refresh}
    pair = (channel.app["client_id"], channel.app["client_secret"])
    assert channel.http.post(f"{channel.url}/token", data=form, auth=pair).status_code == 200
    answer = channel.http.post(f"{channel.url}/token", data=form, auth=(pair[0], "wrong"))
    assert problem(answer) == (401, "invalid_client")


@pytest.mark.parametrize(
    ("form", "answer"),
    [
        ({}, (400, "invalid_request")),
        ({"grant_type": "password"}, (400, "unsupported_grant_type")),
        ({"grant_type": "refresh_token"}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "refresh_token": "1//x"}, (400, "invalid_grant")),
        ({"grant_type": "refresh_token", "client_id": "x"}, (401, "invalid_client")),
        ({"grant_type": "refresh_token", "client_id": ""}, (400, "invalid_request")),
        ({"grant_type": "refresh_token", "client_secret": "x"}, (401, "invalid_client")),
        ({"grant_type": "refresh_token", "client_secret": ""}, (400, "invalid_request")),
    ],
)
def test_the_token_endpoint_refuses_in_its_own_form(channel, form, answer):
    assert problem(channel.token_call(**form)) == answer


def test_a_refresh_may_ask_for_less_and_not_for_more(channel):
    told = channel.renew(scope=f"{AUTH}youtube.readonly").json()
    assert told["scope"] == f"{AUTH}youtube.readonly"
    channel.token = told["access_token"]
    assert refused(channel.start()) == (403, "insufficientPermissions")
    assert problem(channel.renew(scope=f"{AUTH}youtube")) == (400, "invalid_scope")


def test_an_access_token_lives_for_an_hour(channel):
    channel.advance(3590)
    assert channel.get("channels", part="id", mine="true").status_code == 200
    channel.advance(10)
    answer = channel.get("channels", part="id", mine="true")
    assert refused(answer) == (401, "authError") and answer.json()["error"]["status"] == "UNAUTHENTICATED"
    assert "invalid_token" in answer.headers["WWW-Authenticate"]


def test_without_a_token_and_with_a_wrong_one_nothing_is_done(channel):
    address = f"{channel.url}/youtube/v3/channels?part=id&mine=true"
    assert refused(channel.http.get(address)) == (401, "required")
    assert refused(channel.http.get(f"{address}&key=AIza")) == (401, "required")
    for header in ("Bearer ya29.x", f"Bearer {channel.refresh}"):
        assert refused(channel.http.get(address, headers={"Authorization": header})) == (401, "authError")
    assert refused(channel.http.get(f"{address}&access_token={channel.token}")) == (401, "required")


def test_in_testing_refresh_tokens_die_after_a_week(channel):
    channel.change(testing=True)
    channel.advance(WEEK - 60)
    assert channel.renew().status_code == 200
    channel.advance(120)
    answer = channel.renew()
    assert problem(answer) == (400, "invalid_grant")
    assert answer.json()["error_description"] == "Token has been expired or revoked."
    before = channel.refresh
    channel.sign_in()
    assert channel.refresh != before and channel.renew().status_code == 200
    told = exchange(channel, code_of(consent(channel))).json()
    assert told["refresh_token_expires_in"] == WEEK - 1


def test_tokens_given_out_in_testing_die_although_the_app_went_into_production(channel, other):
    channel.change(testing=True)
    channel.change(testing=False)
    told = exchange(channel, code_of(consent(channel))).json()
    channel.advance(WEEK)
    assert problem(channel.renew()) == (400, "invalid_grant")
    assert channel.renew(told["refresh_token"]).status_code == other.renew().status_code == 200


def test_a_refresh_token_dies_after_six_months_without_use(channel):
    for _ in range(3):
        channel.advance(170 * 86_400)
        assert channel.renew().status_code == 200
    channel.advance(181 * 86_400)
    assert problem(channel.renew()) == (400, "invalid_grant")


def test_the_oldest_of_more_than_a_hundred_refresh_tokens_dies_silently(channel):
    for _ in range(99):
        assert exchange(channel, code_of(consent(channel))).status_code == 200
    assert channel.renew().status_code == 200
    exchange(channel, code_of(consent(channel)))
    assert problem(channel.renew()) == (400, "invalid_grant")


@pytest.mark.parametrize("which", ["token", "refresh"])
def test_revoking_ends_the_whole_sign_in(channel, which):
    address = f"{channel.url}/revoke"
    answer = channel.http.post(address, data={"token": getattr(channel, which)})
    assert (answer.status_code, answer.json()) == (200, {})
    assert refused(channel.get("channels", part="id", mine="true")) == (401, "authError")
    assert problem(channel.renew()) == (400, "invalid_grant")
    assert problem(channel.http.post(address, data={"token": channel.token})) == (400, "invalid_token")
    channel.sign_in()
    assert channel.get("channels", part="id", mine="true").status_code == 200


SCOPES = {
    "youtube.upload": {"insert", "thumbnail"},
    "youtube.readonly": {"list", "channels", "items", "search"},
    "youtube.force-ssl": {
        "insert", "thumbnail", "list", "channels", "items", "search", "update", "into", "caption", "comment",
    },
    "youtube": {"insert", "thumbnail", "list", "channels", "items", "search", "update", "into"},
}  # fmt: skip


@pytest.mark.parametrize("scope", SCOPES)
def test_each_method_asks_for_one_of_its_scopes(channel, scope):
    video, playlist, uploads = channel.film(), channel.playlist(), channel.uploads
    channel.scopes(scope)
    channel.sign_in()
    channel.token = _signed_in(channel, scope)
    body = {"id": video, "status": {"privacyStatus": "private"}}
    calls = {
        "insert": channel.start,
        "thumbnail": lambda: channel.thumbnail(video),
        "list": lambda: channel.get("videos", part="id", id=video),
        "channels": lambda: channel.get("channels", part="id", mine="true"),
        "items": lambda: channel.get("playlistItems", part="id", playlistId=uploads),
        "search": lambda: channel.get("search", part="id", q="x"),
        "into": lambda: channel.into(playlist, video),
        "caption": lambda: channel.caption(video),
        "comment": lambda: channel.comment(video),
        "update": lambda: channel.call("PUT", "/youtube/v3/videos?part=status", json=body),
    }
    answers = {name: call() for name, call in calls.items()}
    assert {name for name, answer in answers.items() if answer.status_code == 200} == SCOPES[scope]
    for name in set(calls) - SCOPES[scope]:
        assert refused(answers[name]) == (403, "insufficientPermissions")
        error = answers[name].json()["error"]
        assert error["status"] == "PERMISSION_DENIED"
        assert error["details"][0]["reason"] == "ACCESS_TOKEN_SCOPE_INSUFFICIENT"


def _signed_in(channel, scope):
    return exchange(channel, code_of(consent(channel, scope=AUTH + scope))).json()["access_token"]


def test_a_box_that_was_unticked_is_told_by_the_next_refresh(channel):
    channel.scopes("youtube.upload")
    assert refused(channel.get("channels", part="id", mine="true")) == (403, "insufficientPermissions")
    assert channel.renew().json()["scope"] == f"{AUTH}youtube.upload"
    channel.sign_in()
    assert channel.connection["scopes"] == [f"{AUTH}youtube.upload"]


def test_a_token_that_dies_in_the_middle_does_not_end_the_session(channel):
    film = b"\x00\x00\x00\x18ftypmp42".ljust(2 * BLOCK)
    session = channel.session(size=len(film))
    channel.put(session, film[:BLOCK], f"0-{BLOCK - 1}/{len(film)}")
    channel.fault("youtube.upload.final", "expire_token")
    last = f"{BLOCK}-{len(film) - 1}/{len(film)}"
    assert refused(channel.put(session, film[BLOCK:], last)) == (401, "authError")
    channel.token = channel.renew().json()["access_token"]
    assert channel.put(session, film[BLOCK:], last).json()["id"] == channel.ledger()[0]["remote_id"]


@pytest.mark.parametrize(
    "document",
    [
        {"scopes": ["nonsense"]},
        {"scopes": "youtube"},
        {"verified": 1},
        {"testing": "yes"},
        {"upload_limit": -1},
        {"uploads_per_day": None},
        {"endings": ["rejected:boring"]},
        {"colour": "red"},
    ],
)
def test_a_channel_is_changed_only_by_what_it_has(channel, document):
    answer = requests.post(f"{channel.url}/_sandbox/accounts", json={"account_id": channel.id} | document)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
