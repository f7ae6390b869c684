"""Judged by others: clients that nobody here wrote sign in by their own code, while a real browser presses Allow."""

from collections.abc import Iterator
from urllib.parse import urlsplit

import pytest
import requests
from oauthlib.oauth2.rfc6749.errors import OAuth2Error

from planrrr_cli.sandbox import SandboxServer
from tests.browser import Browser, browser  # noqa: F401  a fixture
from tests.sandbox.signing import GOOGLE, SCOPES, Newcomer

pytestmark = pytest.mark.filterwarnings("ignore")
ALLOW, DENY = ('button[name="answer"][value="allow"]', 'button[name="answer"][value="deny"]')


class Detour(requests.adapters.HTTPAdapter):
    """For clients that know the platform's own address only: what they send there goes to the sandbox."""

    def __init__(self, url):
        super().__init__()
        self._url = url

    def send(self, request, **options):
        parts = urlsplit(request.url)
        request.url = request.url.replace(f"{parts.scheme}://{parts.netloc}", self._url, 1)
        return super().send(request, **options)


@pytest.fixture(scope="module")
def newcomer(application: str) -> Iterator[Newcomer]:
    with SandboxServer(port=0, accounts=4, seed=37) as running:
        found = Newcomer(running.url, application)
        yield found
        found.http.close()


@pytest.fixture(autouse=True)
def plain_http(monkeypatch):
    """oauthlib refuses plain http otherwise, even on loopback."""
    monkeypatch.setenv("OAUTHLIB_INSECURE_TRANSPORT", "1")


@pytest.fixture(params=["browser", "program"])
def walk(request, newcomer):
    """Takes an authorization address to where the person ends: by the page and its button, or as a program does."""
    if request.param == "program":
        return lambda address: newcomer.http.get(address, allow_redirects=False).headers["Location"]
    window = request.getfixturevalue("browser")

    def press(address):
        window.open(address)
        window.press(ALLOW)
        return window.address

    return press


# X: tweepy


@pytest.fixture
def tweepys(newcomer):
    tweepy = pytest.importorskip("tweepy")
    identity, secret = newcomer.client("x")
    scope = SCOPES["x"].split()
    handler = tweepy.OAuth2UserHandler(
        client_id=identity, client_secret=secret, redirect_uri=newcomer.back, scope=scope
    )
    handler.mount("https://", Detour(newcomer.url))
    yield handler
    handler.close()


def test_tweepy_signs_in_and_refreshes(newcomer, tweepys, walk):
    page = tweepys.get_authorization_url()
    told = tweepys.fetch_token(walk(page.replace(f"https://{urlsplit(page).netloc}", newcomer.url)))
    assert told["expires_in"] == 7200 and set(told["scope"]) == set(SCOPES["x"].split())
    auth = newcomer.client("x")
    again = tweepys.refresh_token(
        "https://api.twitter.com/2/oauth2/token", refresh_token=told["refresh_token"], auth=auth
    )
    assert newcomer.get("/2/users/me", again["access_token"]).status_code == 200


def test_tweepy_sees_a_no_and_a_changed_state(newcomer, tweepys, browser: Browser):  # noqa: F811
    page = tweepys.get_authorization_url()
    local = page.replace(f"https://{urlsplit(page).netloc}", newcomer.url)
    browser.open(local)
    browser.press(DENY)
    with pytest.raises(OAuth2Error) as no:
        tweepys.fetch_token(browser.address)
    assert no.value.error in ("access_denied", "missing_code")
    newcomer.control("POST", "consent", {"platform": "x", "tamper_state": True})
    browser.open(local)
    browser.press(ALLOW)
    with pytest.raises(OAuth2Error) as changed:
        tweepys.fetch_token(browser.address)
    assert changed.value.error == "mismatching_state"
    newcomer.control("DELETE", "consent")


# Google: requests-oauthlib, of which google_auth_oauthlib's flow is made, then google-auth


@pytest.fixture
def flow(newcomer):
    session_type = pytest.importorskip("requests_oauthlib").OAuth2Session
    identity, _ = newcomer.client("youtube")
    session = session_type(identity, scope=SCOPES["youtube"].split(), redirect_uri=newcomer.back, pkce="S256")
    yield session
    session.close()


def authorized(newcomer, flow, walk, **more):
    asked = {"access_type": "offline", "prompt": "consent"} | more
    page, _ = flow.authorization_url(f"{newcomer.url}/o/oauth2/v2/auth", **asked)
    _, secret = newcomer.client("youtube")
    return flow.fetch_token(f"{newcomer.url}/token", authorization_response=walk(page), client_secret=secret)


def test_google_auth_takes_over_what_the_flow_signed_in(newcomer, flow, walk):
    credentials_type = pytest.importorskip("google.oauth2.credentials").Credentials
    from google.auth.exceptions import RefreshError
    from google.auth.transport.requests import Request

    told = authorized(newcomer, flow, walk)
    identity, secret = newcomer.client("youtube")
    credentials = credentials_type(
        told["access_token"],
        refresh_token=told["refresh_token"],
        token_uri=f"{newcomer.url}/token",
        client_id=identity,
        client_secret=secret,
        scopes=told["scope"],
    )
    transport = Request()
    credentials.refresh(transport)
    assert credentials.token != told["access_token"] and credentials.refresh_token == told["refresh_token"]
    mine = newcomer.get("/youtube/v3/channels", credentials.token, part="id", mine="true").json()["items"]
    newcomer.control("POST", "revoke", {"account_id": mine[0]["id"]})
    with pytest.raises(RefreshError, match="invalid_grant"):
        credentials.refresh(transport)
    transport.session.close()


def test_the_flow_notices_that_a_permission_was_unticked(newcomer, flow, browser: Browser):  # noqa: F811
    def untick(address):
        browser.open(address)
        browser.untick(f'input[value="{GOOGLE}youtube.readonly"]')
        browser.press(ALLOW)
        return browser.address

    with pytest.raises(Warning, match="Scope has changed"):
        authorized(newcomer, flow, untick)


# Facebook: requests-oauthlib's own compliance fix, then Meta's client


def test_metas_client_reads_what_a_sign_in_allowed(newcomer, walk, monkeypatch):
    session_type = pytest.importorskip("requests_oauthlib").OAuth2Session
    pytest.importorskip("facebook_business", reason="Meta's official client is not installed")
    from facebook_business.adobjects.user import User
    from facebook_business.api import FacebookAdsApi
    from facebook_business.session import FacebookSession
    from requests_oauthlib.compliance_fixes import facebook_compliance_fix

    identity, secret = newcomer.client("facebook")
    session = session_type(identity, redirect_uri=newcomer.back, scope=SCOPES["facebook"])
    session = facebook_compliance_fix(session)
    page, _ = session.authorization_url(f"{newcomer.url}/v25.0/dialog/oauth")
    told = session.fetch_token(
        f"{newcomer.url}/v25.0/oauth/access_token",
        client_secret=secret,
        authorization_response=walk(page).partition("#")[0],
        include_client_id=True,
        method="POST",
    )
    session.close()
    monkeypatch.setattr(FacebookSession, "GRAPH", newcomer.url)
    official = FacebookSession(identity, secret, told["access_token"])
    person = User("me", api=FacebookAdsApi(official))
    assert len(list(person.get_accounts(fields=["id", "access_token", "tasks"]))) == 4
    permissions = {one["permission"]: one["status"] for one in person.get_permissions()}
    assert permissions == dict.fromkeys(("public_profile", *SCOPES["facebook"].split(",")), "granted")
    official.requests.close()


# LinkedIn: its own client


def test_linkedins_client_signs_in_and_looks_at_its_token(newcomer, walk, monkeypatch):
    constants = pytest.importorskip("linkedin_api.common.constants")
    from linkedin_api.clients.auth.client import AuthClient
    from linkedin_api.clients.auth.utils import oauth

    for module in (constants, oauth):
        monkeypatch.setattr(module, "OAUTH_BASE_URL", f"{newcomer.url}/oauth/v2")
    identity, secret = newcomer.client("linkedin")
    auth = AuthClient(client_id=identity, client_secret=secret, redirect_url=newcomer.back)
    scopes = SCOPES["linkedin"].split()
    code = walk(auth.generate_member_auth_url(scopes, "s")).partition("code=")[2].partition("&")[0]
    told = auth.exchange_auth_code_for_access_token(code)
    assert set(told.scope.split(",")) == set(scopes) and told.refresh_token
    seen = auth.introspect_access_token(told.access_token)
    assert (seen.active, seen.status, seen.client_id) == (True, "active", identity)
    renewed = auth.exchange_refresh_token_for_access_token(told.refresh_token)
    assert renewed.access_token != told.access_token and renewed.refresh_token == told.refresh_token
    auth.session.close()
