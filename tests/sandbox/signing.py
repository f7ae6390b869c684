"""How an outsider signs in on each platform, as the documentation has it: the page's address, the code's redemption."""

import base64
import hashlib
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import requests

from tests.sandbox.levers import Levers

PLATFORMS = ("facebook", "instagram", "linkedin", "x", "youtube")
VERIFIER = "a-verifier-that-nobody-guesses-of-more-than-43-letters"
CHALLENGE = base64.urlsafe_b64encode(hashlib.sha256(VERIFIER.encode()).digest()).rstrip(b"=").decode()
GOOGLE = "https://www.googleapis.com/auth/"
PAGES = {
    "facebook": "/v25.0/dialog/oauth",
    "instagram": "/oauth/authorize",
    "linkedin": "/oauth/v2/authorization",
    "x": "/i/oauth2/authorize",
    "youtube": "/o/oauth2/v2/auth",
}
SCOPES = {
    "facebook": "pages_show_list,pages_read_engagement,pages_manage_posts",
    "instagram": "instagram_business_basic,instagram_business_content_publish",
    "linkedin": "r_organization_social w_organization_social rw_organization_admin",
    "x": "tweet.read tweet.write users.read media.write offline.access",
    "youtube": f"{GOOGLE}youtube.upload {GOOGLE}youtube.readonly",
}
MORE = {
    "facebook": {"auth_type": "rerequest"},
    "x": {"code_challenge": CHALLENGE, "code_challenge_method": "S256"},
    "youtube": {
        "code_challenge": CHALLENGE,
        "code_challenge_method": "S256",
        "access_type": "offline",
        "prompt": "consent",
    },
}


class Newcomer(Levers):
    """A program that knows the sandbox's address and its applications, and no account."""

    def __init__(self, url: str, back: str = "http://127.0.0.1:8765/back") -> None:
        self.url, self.back = url, back
        self.http = requests.Session()
        self.apps = self.control("GET", "accounts")["apps"]

    def client(self, platform: str) -> tuple[str, str]:
        app = self.apps[platform]
        kind = "app" if platform in ("facebook", "instagram") else "client"
        return app[f"{kind}_id"], app[f"{kind}_secret"]

    def address(self, platform: str, **more: str) -> str:
        asked = {
            "response_type": "code",
            "client_id": self.client(platform)[0],
            "redirect_uri": self.back,
            "scope": SCOPES[platform],
            "state": "a state&more",
        }
        return f"{self.url}{PAGES[platform]}?{urlencode(asked | MORE.get(platform, {}) | more)}"

    def look(self, platform: str, **more: str) -> requests.Response:
        """What a program gets, which looks at no page."""
        return self.http.get(self.address(platform, **more), allow_redirects=False, timeout=20)

    def answered(self, platform: str, **more: str) -> dict[str, str]:
        """The query with which the person was sent back."""
        return query_of(self.look(platform, **more).headers["Location"])

    def redeem(self, platform: str, code: str, **more: str) -> requests.Response:
        identity, secret = self.client(platform)
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": self.back}
        client = {"client_id": identity, "client_secret": secret}
        verifier = {"code_verifier": VERIFIER}
        post = self.http.post
        match platform:
            case "facebook":
                asked = form | client | more
                return self.http.get(f"{self.url}/v25.0/oauth/access_token", params=asked, timeout=20)
            case "instagram":
                return post(f"{self.url}/oauth/access_token", data=form | client | more, timeout=20)
            case "linkedin":
                return post(f"{self.url}/oauth/v2/accessToken", data=form | client | more, timeout=20)
            case "x":
                pair = (more.pop("client_id", identity), more.pop("client_secret", secret))
                address = f"{self.url}/2/oauth2/token"
                return post(address, data=form | verifier | more, auth=pair, timeout=20)
            case _:
                return post(f"{self.url}/token", data=form | client | verifier | more, timeout=20)

    def signed_in(self, platform: str, **more: str) -> dict[str, Any]:
        """What a fresh code bought, without Instagram's wrapping."""
        told = self.redeem(platform, self.answered(platform, **more)["code"]).json()
        return dict(told["data"][0]) if platform == "instagram" else dict(told)

    def get(self, path: str, token: str, **query: str) -> requests.Response:
        headers = {"Authorization": f"Bearer {token}"}
        if path.startswith("/rest/"):
            headers |= {"LinkedIn-Version": "202606", "X-Restli-Protocol-Version": "2.0.0"}
        return self.http.get(f"{self.url}{path}", params=query, headers=headers, timeout=20)


def query_of(address: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(address).query).items()}
