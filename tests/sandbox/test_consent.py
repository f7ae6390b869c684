"""What people answer on the five authorization pages, told beforehand by /_sandbox/consent for programs."""

from collections.abc import Iterator

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.signing import PAGES, PLATFORMS, SCOPES, Newcomer, query_of

every_platform = pytest.mark.parametrize("platform", PLATFORMS)


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with SandboxServer(port=0, accounts=4, seed=23) as running:
        yield running.url


@pytest.fixture
def newcomer(sandbox: str) -> Iterator[Newcomer]:
    requests.post(f"{sandbox}/_sandbox/reset", timeout=20).raise_for_status()
    found = Newcomer(sandbox)
    yield found
    found.http.close()


@every_platform
def test_a_program_is_sent_back_at_once_with_a_code_and_its_state(newcomer, platform):
    answer = newcomer.look(platform)
    assert answer.status_code == 302 and answer.headers["Location"].startswith(f"{newcomer.back}?")
    back = query_of(answer.headers["Location"])
    assert back["state"] == "a state&more" and back["code"]
    assert newcomer.redeem(platform, back["code"]).status_code == 200


@every_platform
def test_a_code_serves_once(newcomer, platform):
    code = newcomer.answered(platform)["code"]
    assert newcomer.redeem(platform, code).status_code == 200
    again = newcomer.redeem(platform, code)
    assert again.status_code == 400
    told = {
        "facebook": lambda body: (
            (body["error"]["code"], body["error"]["error_subcode"], body["error"]["message"])
            == (100, 36009, "This authorization code has been used.")
        ),
        "instagram": lambda body: (
            body["error_type"] == "OAuthException" and "has been used" in body["error_message"]
        ),
        "linkedin": lambda body: "invalid, expired or revoked" in body["error_description"],
        "x": lambda body: body["error"] == "invalid_request",
        "youtube": lambda body: body["error"] == "invalid_grant",
    }
    assert told[platform](again.json()), again.text


@every_platform
def test_a_code_is_refused_to_the_wrong_address_and_to_the_wrong_client(newcomer, platform):
    code = newcomer.answered(platform)["code"]
    assert newcomer.redeem(platform, code, redirect_uri="http://127.0.0.1:1/").status_code == 400
    code = newcomer.answered(platform)["code"]
    assert newcomer.redeem(platform, code, client_secret="wrong").status_code in (400, 401)
    assert newcomer.redeem(platform, code, client_id="1").status_code in (400, 401)


@pytest.mark.parametrize("platform", ["x", "youtube"])
def test_a_code_is_refused_without_the_verifier_of_its_challenge(newcomer, platform):
    for verifier in ("wrong" * 10, ""):
        code = newcomer.answered(platform)["code"]
        assert newcomer.redeem(platform, code, code_verifier=verifier).status_code == 400


SAID_NO = {
    "facebook": {
        "error": "access_denied",
        "error_code": "200",
        "error_reason": "user_denied",
        "error_description": "Permissions error",
    },
    "instagram": {
        "error": "access_denied",
        "error_reason": "user_denied",
        "error_description": "The user denied your request",
    },
    "linkedin": {
        "error": "user_cancelled_authorize",
        "error_description": "The user cancelled the authorization",
    },
    "x": {"error": "access_denied"},
    "youtube": {"error": "access_denied"},
}


@every_platform
def test_a_no_comes_back_in_the_platforms_own_form(newcomer, platform):
    newcomer.control("POST", "consent", {"platform": platform, "answer": "deny"})
    assert newcomer.answered(platform) == SAID_NO[platform] | {"state": "a state&more"}
    newcomer.control("DELETE", "consent")
    assert "code" in newcomer.answered(platform)


@every_platform
def test_a_state_that_somebody_changed_comes_back_changed(newcomer, platform):
    newcomer.control("POST", "consent", {"platform": platform, "tamper_state": True})
    assert newcomer.answered(platform)["state"] not in ("", "a state&more")
    newcomer.control("POST", "reset")
    assert newcomer.answered(platform)["state"] == "a state&more"


def choices_of(newcomer, platform):
    page = newcomer.http.get(newcomer.address(platform), headers={"Accept": "text/html"}, timeout=20).text
    return [part.partition('"')[0] for part in page.split('<option value="')[1:]]


def test_the_chosen_account_is_the_one_that_the_token_opens(newcomer):
    def chosen(platform):
        account = choices_of(newcomer, platform)[1]
        newcomer.control("POST", "consent", {"platform": platform, "account": account})
        return account, newcomer.signed_in(platform)["access_token"]

    page, token = chosen("facebook")
    [only] = newcomer.get("/v25.0/me/accounts", token).json()["data"]
    assert only["id"] == page
    account, token = chosen("instagram")
    assert newcomer.get("/v25.0/me", token, fields="user_id").json()["user_id"] == account
    account, token = chosen("x")
    assert newcomer.get("/2/users/me", token).json()["data"]["id"] == account
    channel, token = chosen("youtube")
    mine = newcomer.get("/youtube/v3/channels", token, part="id", mine="true").json()["items"]
    assert [one["id"] for one in mine] == [channel]
    member, token = chosen("linkedin")
    [role] = newcomer.get("/rest/organizationAcls", token, q="roleAssignee").json()["elements"]
    assert role["roleAssignee"] == member


def test_what_a_person_does_not_grant_the_token_does_not_open(newcomer):
    def without(platform, missing):
        scopes = [one for one in SCOPES[platform].replace(",", " ").split() if one != missing]
        newcomer.control("POST", "consent", {"platform": platform, "scopes": scopes})
        return newcomer.signed_in(platform)

    token = without("facebook", "pages_manage_posts")["access_token"]
    page = newcomer.get("/v25.0/me/accounts", token).json()["data"][0]
    answer = newcomer.http.post(
        f"{newcomer.url}/v25.0/{page['id']}/feed",
        data={"message": "m", "access_token": page["access_token"]},
        timeout=20,
    )
    assert (answer.status_code, answer.json()["error"]["code"]) == (403, 200)
    told = without("instagram", "instagram_business_content_publish")
    assert told["permissions"] == ["instagram_business_basic"]
    path = f"/v25.0/{told['user_id']}/content_publishing_limit"
    assert newcomer.get(path, told["access_token"]).json()["error"]["code"] == 10
    told = without("x", "tweet.read")
    assert "tweet.read" not in told["scope"].split()
    assert newcomer.get("/2/users/me", told["access_token"]).status_code == 403
    told = without("youtube", SCOPES["youtube"].split()[1])
    assert told["scope"] == SCOPES["youtube"].split()[0]
    answer = newcomer.get("/youtube/v3/channels", told["access_token"], part="id", mine="true")
    assert answer.status_code == 403
    told = without("linkedin", "rw_organization_admin")
    answer = newcomer.get("/rest/organizationAcls", told["access_token"], q="roleAssignee")
    assert answer.status_code == 403


@every_platform
def test_faults_strike_the_page_before_and_after_a_code_exists(newcomer, platform):
    name = "authorize" if platform in ("x", "youtube") else "dialog"
    newcomer.fault(f"{platform}.login.{name}", "status:503")
    assert newcomer.look(platform).status_code == 503
    newcomer.fault(f"{platform}.login.{name}", "lost", "after")
    with pytest.raises(requests.ConnectionError):
        newcomer.look(platform)
    assert newcomer.look(platform).status_code == 302


@every_platform
def test_a_lost_answer_to_a_code_has_spent_it(newcomer, platform):
    call = f"{platform}.token.redeem" if platform == "instagram" else f"{platform}.token.exchange"
    code = newcomer.answered(platform)["code"]
    newcomer.fault(call, "lost")
    with pytest.raises(requests.ConnectionError):
        newcomer.redeem(platform, code)
    newcomer.fault(call, "lost", "after")
    with pytest.raises(requests.ConnectionError):
        newcomer.redeem(platform, code)
    assert newcomer.redeem(platform, code).status_code == 400


def test_the_scripts_are_shown_and_forgotten(newcomer):
    told = {"answer": "deny", "account": None, "scopes": ["tweet.read"], "tamper_state": False}
    script = {"platform": "x", "answer": "deny", "scopes": ["tweet.read"]}
    assert newcomer.control("POST", "consent", script)["consents"]["x"] == told
    assert newcomer.control("GET", "consent")["consents"]["x"] == told
    usual = {"answer": "allow", "account": None, "scopes": None, "tamper_state": False}
    assert newcomer.control("GET", "consent")["consents"]["youtube"] == usual
    assert newcomer.control("DELETE", "consent")["consents"]["x"] == usual


@pytest.mark.parametrize(
    "script",
    [
        {},
        {"platform": "myspace"},
        {"platform": "x", "answer": "perhaps"},
        {"platform": "x", "account": "nobody"},
        {"platform": "x", "scopes": "tweet.read"},
        {"platform": "x", "tamper_state": "yes"},
        {"platform": "x", "accounts": []},
    ],
)
def test_a_script_that_makes_no_sense_is_refused_with_a_sentence(newcomer, script):
    answer = newcomer.http.post(f"{newcomer.url}/_sandbox/consent", json=script, timeout=20)
    assert answer.status_code == 400 and answer.json()["error"].endswith(".")


@every_platform
def test_a_form_that_the_page_did_not_make_leads_nowhere(newcomer, platform):
    for form in ({}, {"answer": "allow"}, {"answer": "allow", "account": "nobody"}, {"answer": "perhaps"}):
        answer = newcomer.http.post(newcomer.address(platform), data=form, allow_redirects=False, timeout=20)
        assert answer.status_code == 400 and "Location" not in answer.headers


@every_platform
def test_only_the_authorization_pages_take_the_form(newcomer, platform):
    path = PAGES[platform]
    assert newcomer.http.put(f"{newcomer.url}{path}", timeout=20).status_code in (400, 404, 405)
