"""What becomes of access: taken back by its person, ended by time, given anew; and the clock that tells it."""

import time
from collections.abc import Iterator
from email.utils import parsedate_to_datetime

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.signing import GOOGLE, PLATFORMS, SCOPES, Newcomer

every_platform = pytest.mark.parametrize("platform", PLATFORMS)
DAY = 86_400


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with SandboxServer(port=0, accounts=4, seed=31) as running:
        yield running.url


@pytest.fixture
def newcomer(sandbox: str) -> Iterator[Newcomer]:
    requests.post(f"{sandbox}/_sandbox/reset", timeout=20).raise_for_status()
    found = Newcomer(sandbox)
    yield found
    found.http.close()


def accounts(newcomer, platform):
    found = newcomer.control("GET", "accounts")["connections"]
    return [one for one in found if one["platform"] == platform]


def probe(newcomer, platform, token):
    """A read that every living token of the platform may do."""
    path, query = {
        "facebook": ("/v25.0/me", {}),
        "instagram": ("/v25.0/me", {"fields": "user_id"}),
        "linkedin": ("/rest/organizationAcls", {"q": "roleAssignee"}),
        "x": ("/2/users/me", {}),
        "youtube": ("/youtube/v3/channels", {"part": "id", "mine": "true"}),
    }[platform]
    return newcomer.get(path, token, **query)


DEAD = {
    "facebook": (400, lambda body: (body["error"]["code"], body["error"]["error_subcode"]) == (190, 458)),
    "instagram": (400, lambda body: (body["error"]["code"], body["error"]["error_subcode"]) == (190, 458)),
    "linkedin": (401, lambda body: body["serviceErrorCode"] == 65601),
    "x": (401, lambda body: body["title"] == "Unauthorized"),
    "youtube": (401, lambda body: body["error"]["errors"][0]["reason"] == "authError"),
}


@every_platform
def test_a_person_who_removes_the_application_ends_every_token(newcomer, platform):
    first, *others = accounts(newcomer, platform)
    assert probe(newcomer, platform, first["accessToken"]).status_code == 200
    newcomer.control("POST", "revoke", {"account_id": first["accountId"]})
    status, is_told = DEAD[platform]
    answer = probe(newcomer, platform, first["accessToken"])
    assert answer.status_code == status and is_told(answer.json()), answer.text
    if platform in (
        "instagram",
        "x",
        "youtube",
    ):  # elsewhere the others belong to the same person or have other apps
        spared = next(
            one for one in others if not one.get("accessTokenSecret") and "pageId" not in one["metadata"]
        )
        assert probe(newcomer, platform, spared["accessToken"]).status_code == 200
    fresh = accounts(newcomer, platform)[0]
    assert fresh["accessToken"] != first["accessToken"]
    assert probe(newcomer, platform, fresh["accessToken"]).status_code == 200


@pytest.mark.parametrize("platform", ["linkedin", "x", "youtube"])
def test_nothing_renews_what_was_taken_back(newcomer, platform):
    account = accounts(newcomer, platform)[0]
    newcomer.control("POST", "revoke", {"account_id": account["accountId"]})
    form = {"grant_type": "refresh_token", "refresh_token": account["refreshToken"]}
    identity, secret = newcomer.client(platform)
    client = {"client_id": identity, "client_secret": secret}
    answer = {
        "linkedin": lambda: newcomer.http.post(f"{newcomer.url}/oauth/v2/accessToken", data=form | client),
        "x": lambda: newcomer.http.post(f"{newcomer.url}/2/oauth2/token", data=form, auth=(identity, secret)),
        "youtube": lambda: newcomer.http.post(f"{newcomer.url}/token", data=form | client),
    }[platform]()
    expected = {"linkedin": "invalid_request", "x": "invalid_request", "youtube": "invalid_grant"}
    assert (answer.status_code, answer.json()["error"]) == (400, expected[platform])


@pytest.mark.parametrize(
    ("reason", "subcode"), [("removed", 458), ("checkpoint", 459), ("password", 460), ("unconfirmed", 464)]
)
def test_facebook_tells_why_the_access_of_all_pages_ended(newcomer, reason, subcode):
    pages = accounts(newcomer, "facebook")
    newcomer.control("POST", "revoke", {"account_id": pages[0]["accountId"], "reason": reason})
    app = newcomer.apps["facebook"]
    for token in [one["accessToken"] for one in pages] + [pages[0]["refreshToken"]]:
        error = probe(newcomer, "facebook", token).json()["error"]
        assert (error["code"], error["error_subcode"]) == (190, subcode)
        query = {"input_token": token}
        told = newcomer.get("/v25.0/debug_token", f"{app['app_id']}|{app['app_secret']}", **query).json()
        assert told["data"]["is_valid"] is False and told["data"]["error"]["subcode"] == subcode


def test_a_role_that_is_lost_is_lost_on_one_page(newcomer):
    lost, kept, *_ = accounts(newcomer, "facebook")
    newcomer.control("POST", "revoke", {"account_id": lost["accountId"], "reason": "role"})
    error = probe(newcomer, "facebook", lost["accessToken"]).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 492)
    assert probe(newcomer, "facebook", kept["accessToken"]).status_code == 200
    listed = newcomer.get("/v25.0/me/accounts", lost["refreshToken"]).json()["data"]
    assert lost["accountId"] not in [one["id"] for one in listed] and len(listed) == 3
    page = newcomer.get(f"/v25.0/{lost['accountId']}", lost["refreshToken"], fields="access_token").json()
    assert "access_token" not in page


def test_removing_the_application_by_the_api_is_removing_it(newcomer):
    page = accounts(newcomer, "facebook")[0]
    address = f"{newcomer.url}/v25.0/me/permissions"
    answer = newcomer.http.delete(address, params={"access_token": page["refreshToken"]}, timeout=20)
    assert answer.json() == {"success": True}
    assert probe(newcomer, "facebook", page["accessToken"]).json()["error"]["error_subcode"] == 458


def test_an_account_behind_a_page_goes_with_the_page(newcomer):
    behind = next(one for one in accounts(newcomer, "instagram") if "pageId" in one["metadata"])
    newcomer.control("POST", "revoke", {"account_id": behind["accountId"], "reason": "password"})
    error = newcomer.get(f"/v25.0/{behind['accountId']}", behind["accessToken"]).json()["error"]
    assert (error["code"], error["error_subcode"]) == (190, 460)


@pytest.mark.parametrize(
    "document",
    [
        {"account_id": "nobody"},
        {},
        {"account_id": "FACEBOOK", "reason": "boredom"},
        {"account_id": "X", "reason": "password"},
        {"account_id": "X", "why": "removed"},
    ],
)
def test_a_revocation_that_makes_no_sense_is_refused_with_a_sentence(newcomer, document):
    name = document.get("account_id", "")
    if name.isupper():
        document = document | {"account_id": accounts(newcomer, name.lower())[0]["accountId"]}
    answer = newcomer.http.post(f"{newcomer.url}/_sandbox/revoke", json=document, timeout=20)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


@pytest.mark.parametrize("platform", ["facebook", "linkedin", "x", "youtube"])
@pytest.mark.parametrize("strike", ["before", "after"])
def test_a_fault_ends_the_token_that_a_renewal_uses(newcomer, platform, strike):
    account = accounts(newcomer, platform)[0]
    identity, secret = newcomer.client(platform)
    form = {"grant_type": "refresh_token", "refresh_token": account["refreshToken"]}
    client = {"client_id": identity, "client_secret": secret}
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": account["refreshToken"]}
    path, options = {
        "facebook": ("/v25.0/oauth/access_token", {"data": exchange | client}),
        "linkedin": ("/oauth/v2/accessToken", {"data": form | client}),
        "x": ("/2/oauth2/token", {"data": form, "auth": (identity, secret)}),
        "youtube": ("/token", {"data": form | client}),
    }[platform]
    call = f"{platform}.token.{'exchange' if platform == 'facebook' else 'refresh'}"
    newcomer.fault(call, "expire_token", strike)
    answers = [newcomer.http.post(f"{newcomer.url}{path}", timeout=20, **options).status_code for _ in "12"]
    assert answers == ([400, 400] if strike == "before" else [200, 400])


# Google's client in testing, its refresh tokens


def exchanged(newcomer, **more):
    return newcomer.signed_in("youtube", **more)


def renewed(newcomer, refresh):
    identity, secret = newcomer.client("youtube")
    form = {"grant_type": "refresh_token", "refresh_token": refresh}
    client = {"client_id": identity, "client_secret": secret}
    return newcomer.http.post(f"{newcomer.url}/token", data=form | client, timeout=20)


def test_a_client_in_testing_gives_refresh_tokens_of_a_week(newcomer):
    newcomer.control("POST", "apps", {"platform": "youtube", "testing": True})
    told = exchanged(newcomer)
    assert told["refresh_token_expires_in"] == 7 * DAY - 1
    newcomer.control("POST", "apps", {"platform": "youtube", "testing": False})
    after = exchanged(newcomer)
    assert "refresh_token_expires_in" not in after
    newcomer.advance(7 * DAY - 60)
    assert renewed(newcomer, told["refresh_token"]).status_code == 200
    newcomer.advance(60)
    assert renewed(newcomer, told["refresh_token"]).json()["error"] == "invalid_grant"
    assert renewed(newcomer, after["refresh_token"]).status_code == 200


def test_a_second_consent_gives_a_refresh_token_when_it_is_asked_for_anew(newcomer):
    assert "refresh_token" not in exchanged(newcomer, prompt="select_account")
    assert "refresh_token" in exchanged(newcomer, prompt="consent")
    newcomer.control("POST", "revoke", {"account_id": accounts(newcomer, "youtube")[0]["accountId"]})
    assert "refresh_token" in exchanged(newcomer, prompt="select_account")
    assert "refresh_token" not in exchanged(newcomer, prompt="consent", access_type="online")


def test_the_hundred_and_first_refresh_token_ends_the_first(newcomer):
    first = exchanged(newcomer)["refresh_token"]
    for _ in range(99):
        exchanged(newcomer)
    assert renewed(newcomer, first).status_code == 200
    exchanged(newcomer)
    assert renewed(newcomer, first).json()["error"] == "invalid_grant"


def test_a_permission_that_was_unticked_is_missing_in_later_tokens_too(newcomer):
    newcomer.control("POST", "consent", {"platform": "youtube", "scopes": [f"{GOOGLE}youtube.upload"]})
    told = exchanged(newcomer)
    assert told["scope"] == f"{GOOGLE}youtube.upload"
    assert renewed(newcomer, told["refresh_token"]).json()["scope"] == f"{GOOGLE}youtube.upload"
    newcomer.control("POST", "consent", {"platform": "youtube", "scopes": []})
    assert newcomer.answered("youtube")["error"] == "access_denied"


# What Facebook remembers, and tells


def test_facebook_does_not_ask_again_for_what_was_declined_unless_told_to(newcomer):
    newcomer.control("POST", "consent", {"platform": "facebook", "scopes": ["pages_show_list"]})
    newcomer.signed_in("facebook")
    newcomer.control("DELETE", "consent")

    def granted(**more):
        token = newcomer.signed_in("facebook", **more)["access_token"]
        told = newcomer.get("/v25.0/me/permissions", token).json()["data"]
        return {one["permission"] for one in told if one["status"] == "granted"}

    assert granted(auth_type="") == {"public_profile", "pages_show_list"}
    everything = {"public_profile", *SCOPES["facebook"].split(",")}
    assert granted(auth_type="rerequest") == granted(auth_type="") == everything


def test_debug_token_tells_what_the_sign_in_allowed_and_until_when(newcomer):
    app = newcomer.apps["facebook"]
    page = accounts(newcomer, "facebook")[1]["accountId"]
    newcomer.control("POST", "consent", {"platform": "facebook", "account": page})
    short = newcomer.signed_in("facebook")["access_token"]
    began = time.time()
    newcomer.advance(3600)
    exchange = {"grant_type": "fb_exchange_token", "fb_exchange_token": short}
    client = {"client_id": app["app_id"], "client_secret": app["app_secret"]}
    address = f"{newcomer.url}/v25.0/oauth/access_token"
    long = newcomer.http.get(address, params=exchange | client, timeout=20).json()
    [mine] = newcomer.get("/v25.0/me/accounts", long["access_token"]).json()["data"]
    assert mine["id"] == page and "CREATE_CONTENT" in mine["tasks"]

    def debug(token):
        query = {"input_token": token}
        own = f"{app['app_id']}|{app['app_secret']}"
        return newcomer.get("/v25.0/debug_token", own, **query).json()["data"]

    for token, kind, life in ((long["access_token"], "USER", 60 * DAY), (mine["access_token"], "PAGE", 0)):
        told = debug(token)
        assert (told["type"], told["is_valid"], told["app_id"]) == (kind, True, app["app_id"])
        assert set(told["scopes"]) == {"public_profile", *SCOPES["facebook"].split(",")}
        assert {"scope": "pages_manage_posts", "target_ids": [page]} in told["granular_scopes"]
        assert all(one["target_ids"] == [page] for one in told["granular_scopes"])
        assert abs(told["data_access_expires_at"] - (began + 90 * DAY)) < 30
        ends = told["expires_at"]
        assert ends == 0 if not life else abs(ends - (began + 3600 + life)) < 120
    assert mine["access_token"] not in [one["accessToken"] for one in accounts(newcomer, "facebook")]
    newcomer.advance(61 * DAY)
    assert debug(long["access_token"])["error"]["subcode"] == 463
    assert newcomer.get("/v25.0/me", mine["access_token"]).status_code == 200


def test_facebook_may_leave_out_how_long_a_token_lives(newcomer):
    newcomer.control("POST", "apps", {"platform": "facebook", "expires_in_left_out": True})
    assert set(newcomer.signed_in("facebook")) == {"access_token", "token_type"}


def test_instagram_may_answer_a_code_without_its_wrapping(newcomer):
    newcomer.control("POST", "apps", {"platform": "instagram", "flat_answers": True})
    told = newcomer.redeem("instagram", newcomer.answered("instagram")["code"]).json()
    assert {"access_token", "user_id", "permissions"} == set(told)


# How the applications are registered


@every_platform
def test_a_registered_address_is_compared_exactly(newcomer, platform):
    newcomer.control("POST", "apps", {"platform": platform, "redirect_uris": ["http://127.0.0.1:9/here"]})
    assert newcomer.look(platform).status_code in (400, 401)
    assert newcomer.look(platform, redirect_uri="http://127.0.0.1:9/here/").status_code in (400, 401)
    assert newcomer.look(platform, redirect_uri="http://127.0.0.1:9/here").status_code == 302
    newcomer.control("POST", "apps", {"platform": platform, "redirect_uris": None})
    assert newcomer.look(platform).status_code == 302


@pytest.mark.parametrize(
    "document",
    [
        {},
        {"platform": "myspace"},
        {"platform": "x", "testing": True},
        {"platform": "youtube", "testing": "yes"},
        {"platform": "x", "redirect_uris": ["https://example.com/"]},
        {"platform": "x", "redirect_uris": "http://127.0.0.1/"},
    ],
)
def test_a_registration_that_makes_no_sense_is_refused_with_a_sentence(newcomer, document):
    before = newcomer.control("GET", "apps")
    answer = newcomer.http.post(f"{newcomer.url}/_sandbox/apps", json=document, timeout=20)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
    assert newcomer.control("GET", "apps") == before


# Several organizations of one person


def test_the_first_member_of_linkedin_administers_every_organization(newcomer):
    token = newcomer.signed_in("linkedin")["access_token"]
    elements = newcomer.get("/rest/organizationAcls", token, q="roleAssignee").json()["elements"]
    mine = [one["accountId"] for one in accounts(newcomer, "linkedin") if "organization" in one["accountId"]]
    assert [one["organization"] for one in elements] == mine and len(mine) == 2
    assert {one["role"] for one in elements} == {"ADMINISTRATOR"}
    assert len({one["roleAssignee"] for one in elements}) == 1
    for urn in mine:
        number = urn.rpartition(":")[2]
        assert newcomer.get(f"/rest/organizations/{number}", token).json()["id"] == int(number)
        body = {
            "author": urn,
            "commentary": "m",
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
        }
        headers = {
            "Authorization": f"Bearer {token}",
            "LinkedIn-Version": "202606",
            "X-Restli-Protocol-Version": "2.0.0",
        }
        answer = newcomer.http.post(f"{newcomer.url}/rest/posts", json=body, headers=headers, timeout=20)
        assert answer.status_code == 201
    assert [entry["account_id"] for entry in newcomer.ledger()] == mine
    posts = [one["account_id"] for one in newcomer.journal() if one["call"] == "linkedin.post.create"]
    assert posts == mine


# The clock


def told(newcomer, path="/_sandbox/clock"):
    answer = newcomer.http.get(f"{newcomer.url}{path}", timeout=20)
    return parsedate_to_datetime(answer.headers["Date"]).timestamp()


@pytest.mark.parametrize("path", ["/2/users/me", "/v25.0/me", "/rest/posts", "/youtube/v3/videos", "/"])
def test_every_reply_tells_the_time_of_the_sandbox(newcomer, path):
    assert abs(told(newcomer, path) - time.time()) < 5
    newcomer.advance(500)
    assert abs(told(newcomer, path) - time.time() - 500) < 5
    newcomer.control("POST", "clock", {"date_shift_seconds": -90})
    assert abs(told(newcomer, path) - time.time() - 410) < 5
    newcomer.control("POST", "reset")
    assert abs(told(newcomer, path) - time.time()) < 5


def test_the_shift_of_the_date_ends_no_token(newcomer):
    token = newcomer.signed_in("x")["access_token"]
    newcomer.control("POST", "clock", {"date_shift_seconds": 10 * DAY})
    assert probe(newcomer, "x", token).status_code == 200
    assert newcomer.control("GET", "clock")["date_shift_seconds"] == 10 * DAY
    newcomer.advance(2 * 3600 + 1)
    assert probe(newcomer, "x", token).status_code == 401


def test_also_a_refused_request_line_is_dated_by_the_sandbox(newcomer):
    newcomer.advance(500)
    answer = newcomer.http.post(f"{newcomer.url}/2/tweets", data=iter([b"chunked"]), timeout=20)
    assert answer.status_code == 411
    assert abs(parsedate_to_datetime(answer.headers["Date"]).timestamp() - time.time() - 500) < 5


@pytest.mark.parametrize("document", [{}, {"date_shift_seconds": "1"}, {"advance_seconds": 1, "x": 1}])
def test_the_clock_takes_numbers_only(newcomer, document):
    answer = newcomer.http.post(f"{newcomer.url}/_sandbox/clock", json=document, timeout=20)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")
    assert newcomer.control("GET", "clock")["offset_seconds"] == 0
