"""The five authorization pages as people see them: a real browser reads them and presses their buttons."""

from collections.abc import Iterator

import pytest

from planrrr_cli.sandbox import SandboxServer
from tests.browser import Browser, browser  # noqa: F401  a fixture
from tests.sandbox.signing import PLATFORMS, SCOPES, Newcomer, query_of

every_platform = pytest.mark.parametrize("platform", PLATFORMS)
ALLOW, DENY = ('button[name="answer"][value="allow"]', 'button[name="answer"][value="deny"]')


@pytest.fixture(scope="module")
def newcomer(application: str) -> Iterator[Newcomer]:
    with SandboxServer(port=0, accounts=4, seed=29) as running:
        found = Newcomer(running.url, application)
        yield found
        found.http.close()


@every_platform
def test_allow_leads_back_with_a_code_that_buys_a_token(newcomer: Newcomer, browser: Browser, platform: str):  # noqa: F811
    browser.open(newcomer.address(platform))
    assert "asks for access" in browser.text()
    browser.press(ALLOW)
    assert browser.address.startswith(f"{newcomer.back}?") and browser.text() == "done"
    back = query_of(browser.address)
    assert back["state"] == "a state&more"
    assert newcomer.redeem(platform, back["code"]).status_code == 200


@every_platform
def test_deny_leads_back_without_one(newcomer: Newcomer, browser: Browser, platform: str):  # noqa: F811
    browser.open(newcomer.address(platform))
    browser.press(DENY)
    back = query_of(browser.address)
    assert back["error"] in ("access_denied", "user_cancelled_authorize") and "code" not in back
    assert back["state"] == "a state&more"


@every_platform
def test_the_chosen_account_comes_back(newcomer: Newcomer, browser: Browser, platform: str):  # noqa: F811
    browser.open(newcomer.address(platform))
    offered = browser.all('select[name="account"] option', "value")
    assert len(offered) == len(set(offered)) > 1
    browser.choose('select[name="account"]', offered[1])
    browser.press(ALLOW)
    told = newcomer.redeem(platform, query_of(browser.address)["code"]).json()
    token = told["data"][0]["access_token"] if platform == "instagram" else told["access_token"]
    assert who(newcomer, platform, token) == offered[1]


def who(newcomer: Newcomer, platform: str, token: str) -> str:
    """What the platform says of the account that a token opens."""
    match platform:
        case "facebook":
            return str(newcomer.get("/v25.0/me/accounts", token).json()["data"][0]["id"])
        case "instagram":
            return str(newcomer.get("/v25.0/me", token, fields="user_id").json()["user_id"])
        case "linkedin":
            found = newcomer.get("/rest/organizationAcls", token, q="roleAssignee").json()["elements"]
            return str(found[0]["roleAssignee"])
        case "x":
            return str(newcomer.get("/2/users/me", token).json()["data"]["id"])
        case _:
            query = {"part": "id", "mine": "true"}
            return str(newcomer.get("/youtube/v3/channels", token, **query).json()["items"][0]["id"])


@pytest.mark.parametrize("platform", ["facebook", "instagram", "youtube"])
def test_an_unticked_permission_is_not_granted(newcomer: Newcomer, browser: Browser, platform: str):  # noqa: F811
    asked = SCOPES[platform].replace(",", " ").split()
    browser.open(newcomer.address(platform))
    boxes = browser.all('input[name="scope"]', "value")
    assert boxes == [one for one in asked if one != "instagram_business_basic"]
    browser.untick(f'input[value="{boxes[-1]}"]')
    browser.press(ALLOW)
    told = newcomer.redeem(platform, query_of(browser.address)["code"]).json()
    if platform == "facebook":
        listed = newcomer.get("/v25.0/me/permissions", told["access_token"]).json()["data"]
        assert {"permission": boxes[-1], "status": "declined"} in listed
        assert {"permission": boxes[0], "status": "granted"} in listed
    else:
        granted = told["scope"].split() if platform == "youtube" else told["data"][0]["permissions"]
        assert set(asked) - set(granted) == {boxes[-1]}


@pytest.mark.parametrize("platform", ["linkedin", "x"])
def test_where_nothing_can_be_unticked_the_page_has_no_boxes(
    newcomer: Newcomer,
    browser: Browser,  # noqa: F811
    platform: str,
):
    browser.open(newcomer.address(platform))
    assert browser.all('input[type="checkbox"]', "value") == []
    assert all(scope in browser.text() for scope in SCOPES[platform].split())


@every_platform
def test_what_is_wrong_with_the_application_is_said_on_the_page(
    newcomer: Newcomer,
    browser: Browser,  # noqa: F811
    platform: str,
):
    for wrong in ({"client_id": "1"}, {"redirect_uri": "https://example.com/"}, {"response_type": "token"}):
        address = newcomer.address(platform, **wrong)
        browser.open(address)
        assert browser.address.startswith(newcomer.url) and len(browser.text()) > 30
        assert browser.all("form", "id") == []


@every_platform
def test_what_the_script_says_is_chosen_before_the_person_looks(
    newcomer: Newcomer,
    browser: Browser,  # noqa: F811
    platform: str,
):
    browser.open(newcomer.address(platform))
    last = browser.all('select[name="account"] option', "value")[-1]
    newcomer.control("POST", "consent", {"platform": platform, "account": last, "scopes": []})
    browser.open(newcomer.address(platform))
    assert browser.evaluate("document.querySelector('select[name=account]').value") == last
    assert not any(browser.all('input[name="scope"]', "checked"))
    newcomer.control("DELETE", "consent")


@every_platform
def test_a_lost_answer_of_the_form_is_a_fault_of_its_own(newcomer: Newcomer, platform: str):
    newcomer.fault(f"{platform}.login.answer", "status:503")
    form = {"answer": "deny"}
    address = newcomer.address(platform)
    assert newcomer.look(platform).status_code == 302
    assert newcomer.http.post(address, data=form, allow_redirects=False, timeout=20).status_code == 503
    assert newcomer.http.post(address, data=form, allow_redirects=False, timeout=20).status_code == 302
