"""Signing in to Instagram by both of Meta's ways, from the page to a long-lived token and its renewal."""

from collections.abc import Iterator
from pathlib import Path

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.signing import PLATFORMS, Newcomer

DAY = 86_400
BEHIND_PAGES = (
    "pages_show_list,pages_read_engagement,instagram_basic,instagram_content_publish,business_management"
)
FIELDS = "id,name,access_token,tasks,instagram_business_account{id,username}"


@pytest.fixture(scope="module")
def sandbox() -> Iterator[str]:
    with SandboxServer(port=0, accounts=4, seed=41) as running:
        yield running.url


@pytest.fixture
def newcomer(sandbox: str) -> Iterator[Newcomer]:
    requests.post(f"{sandbox}/_sandbox/reset", timeout=20).raise_for_status()
    found = Newcomer(sandbox)
    yield found
    found.http.close()


def code_of(answer):
    error = answer.json()["error"]
    return error["code"], error.get("error_subcode")


def token_call(newcomer, name, token, **more):
    query = {"access_token": token} | more
    return newcomer.http.get(f"{newcomer.url}/{name}", params=query, timeout=20)


def long_lived(newcomer, short):
    secret = newcomer.client("instagram")[1]
    asked = {"grant_type": "ig_exchange_token", "client_secret": secret}
    return token_call(newcomer, "access_token", short, **asked)


def refreshed(newcomer, token):
    return token_call(newcomer, "refresh_access_token", token, grant_type="ig_refresh_token")


def test_instagram_login_leads_to_sixty_days_that_can_be_renewed_after_one(newcomer):
    told = newcomer.signed_in("instagram")
    assert told["permissions"] == ["instagram_business_basic", "instagram_business_content_publish"]
    assert code_of(refreshed(newcomer, told["access_token"]))[0] == 100
    long = long_lived(newcomer, told["access_token"]).json()
    assert long["expires_in"] == 60 * DAY and long["token_type"] == "bearer"
    me = newcomer.get("/v25.0/me", long["access_token"], fields="user_id,username").json()
    assert me["user_id"] == told["user_id"]
    newcomer.advance(DAY - 60)
    assert code_of(refreshed(newcomer, long["access_token"]))[0] == 190
    newcomer.advance(60)
    again = refreshed(newcomer, long["access_token"]).json()
    assert again["permissions"].split(",") == told["permissions"]
    for token in (long["access_token"], again["access_token"]):
        assert newcomer.get("/v25.0/me", token, fields="user_id").status_code == 200
    newcomer.advance(60 * DAY)
    assert code_of(refreshed(newcomer, again["access_token"])) == (190, 463)


def test_what_was_not_granted_stays_missing_after_exchange_and_renewal(newcomer):
    scopes = ["instagram_business_basic"]
    newcomer.control("POST", "consent", {"platform": "instagram", "scopes": scopes})
    told = newcomer.signed_in("instagram")
    long = long_lived(newcomer, told["access_token"]).json()["access_token"]
    newcomer.advance(DAY)
    again = refreshed(newcomer, long).json()
    assert again["permissions"] == "instagram_business_basic"
    address = f"{newcomer.url}/v25.0/{told['user_id']}/media"
    form = {"image_url": "http://127.0.0.1:1/a.jpg", "access_token": again["access_token"]}
    assert code_of(newcomer.http.post(address, data=form, timeout=20))[0] == 10


def test_without_the_basic_permission_nothing_is_renewed(newcomer):
    newcomer.control("POST", "consent", {"platform": "instagram", "scopes": []})
    long = long_lived(newcomer, newcomer.signed_in("instagram")["access_token"]).json()["access_token"]
    newcomer.advance(DAY)
    assert code_of(refreshed(newcomer, long))[0] == 10


def pages_of(newcomer, token):
    return newcomer.get("/v25.0/me/accounts", token, fields=FIELDS).json()["data"]


def test_facebook_login_finds_the_accounts_behind_the_pages(newcomer):
    token = newcomer.signed_in("facebook", scope=BEHIND_PAGES)["access_token"]
    listed = newcomer.control("GET", "accounts")["connections"]
    mine = {
        one["accountId"] for one in listed if one["platform"] == "instagram" and "pageId" in one["metadata"]
    }
    behind = [page for page in pages_of(newcomer, token) if "instagram_business_account" in page]
    assert {page["instagram_business_account"]["id"] for page in behind} == mine and len(mine) == 2
    for page in behind:
        account = page["instagram_business_account"]["id"]
        for each in (token, page["access_token"]):
            answer = newcomer.get(f"/v25.0/{account}", each, fields="username")
            assert answer.json()["username"] == page["instagram_business_account"]["username"]


def test_the_account_behind_another_page_than_the_chosen_one_is_closed(newcomer):
    token = newcomer.signed_in("facebook", scope=BEHIND_PAGES)["access_token"]
    first, second = [page for page in pages_of(newcomer, token) if "instagram_business_account" in page]
    newcomer.control("POST", "consent", {"platform": "facebook", "account": first["id"]})
    token = newcomer.signed_in("facebook", scope=BEHIND_PAGES)["access_token"]
    [only] = pages_of(newcomer, token)
    assert only["id"] == first["id"]
    opened, closed = (page["instagram_business_account"]["id"] for page in (first, second))
    assert newcomer.get(f"/v25.0/{opened}", token, fields="username").status_code == 200
    assert code_of(newcomer.get(f"/v25.0/{closed}", token, fields="username")) == (100, 33)


def test_without_its_permission_the_account_behind_a_page_is_not_shown(newcomer):
    scopes = BEHIND_PAGES.replace("instagram_basic,", "")
    token = newcomer.signed_in("facebook", scope=scopes)["access_token"]
    pages = pages_of(newcomer, token)
    assert len(pages) == 4 and not any("instagram_business_account" in page for page in pages)


@pytest.mark.parametrize("platform", PLATFORMS)
def test_a_sign_in_outlives_the_sandbox_in_its_state_file(platform, tmp_path: Path):
    state = tmp_path / "state.json"
    scopes = {"facebook": ["pages_show_list"], "instagram": ["instagram_business_basic"]}.get(platform)
    with SandboxServer(port=0, accounts=4, seed=43, state_file=state) as running:
        before = Newcomer(running.url)
        before.control("POST", "consent", {"platform": platform, "scopes": scopes})
        token = before.signed_in(platform)["access_token"]
        before.http.close()
    with SandboxServer(port=0, state_file=state) as running:
        after = Newcomer(running.url)
        path, query, status = {
            "facebook": ("/v25.0/me/permissions", {}, 200),
            "instagram": ("/v25.0/me", {"fields": "user_id"}, 200),
            "linkedin": ("/rest/organizationAcls", {"q": "roleAssignee"}, 200),
            "x": ("/2/users/me", {}, 200),
            "youtube": ("/youtube/v3/channels", {"part": "id", "mine": "true"}, 200),
        }[platform]
        answer = after.get(path, token, **query)
        assert answer.status_code == status, answer.text
        if platform == "facebook":
            granted = {one["permission"]: one["status"] for one in answer.json()["data"]}
            assert granted["pages_show_list"] == "granted" and granted["pages_manage_posts"] == "declined"
        if platform == "instagram":
            path = f"/v25.0/{answer.json()['user_id']}/content_publishing_limit"
            assert code_of(after.get(path, token))[0] == 10
        after.http.close()
