"""A running sandbox, and an outsider that calls X's API for one account, knowing nothing of how it is imitated."""

import base64
from collections.abc import Iterator
from typing import Any

import pytest
import requests
from requests_oauthlib import OAuth1

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.levers import Levers

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
GIF = b"GIF89a" + b"a moving picture" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"a moving picture" * 200
SRT = b"1\n00:00:00,000 --> 00:00:02,000\nHello\n"


class Author(Levers):
    """One account with its credentials, bearer token or signature."""

    def __init__(self, url: str, account: int = 0) -> None:
        self.url, self.number = url, account
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        """Read the credentials as they are now; dead ones come anew."""
        document = self.control("GET", "accounts")
        connection = [one for one in document["connections"] if one["platform"] == "x"][self.number]
        self.id, self.username = connection["accountId"], connection["accountName"]
        self.token, self.refresh = connection["accessToken"], connection["refreshToken"]
        self.secret, self.connection = connection["accessTokenSecret"], connection
        self.app = document["apps"]["x"]

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        if "auth" not in options and "Authorization" not in options.get("headers", {}):
            options["auth"] = self.signature if self.secret else self._bearer
        return self.http.request(method, f"{self.url}{path}", timeout=20, **options)

    def _bearer(self, request: requests.PreparedRequest) -> requests.PreparedRequest:
        request.headers["Authorization"] = f"Bearer {self.token}"
        return request

    @property
    def signature(self) -> OAuth1:
        keys = self.app["consumer_key"], self.app["consumer_secret"]
        return OAuth1(*keys, self.token, self.secret, decoding=None)

    # Posts

    def create(self, text: str | None = "Hello", **fields: Any) -> requests.Response:
        body = fields if text is None else {"text": text} | fields
        return self.call("POST", "/2/tweets", json=body)

    def post(self, text: str | None = "Hello", **fields: Any) -> str:
        answer = self.create(text, **fields)
        assert answer.status_code == 201, answer.text
        return str(answer.json()["data"]["id"])

    def read(self, post_id: str, **query: str) -> dict[str, Any]:
        return dict(self.get(f"/2/tweets/{post_id}", **query).json())

    def get(self, path: str, **query: str) -> requests.Response:
        names = {name.replace("_fields", ".fields"): value for name, value in query.items()}
        return self.call("GET", path, params=names)

    def timeline(self, **query: str) -> dict[str, Any]:
        return dict(self.get(f"/2/users/{self.id}/tweets", **query).json())

    # Media

    def upload(self, content: bytes = JPEG, category: str = "tweet_image", **fields: str) -> Any:
        return self.call(
            "POST",
            "/2/media/upload",
            data={"media_category": category, **fields},
            files={"media": ("a", content, "application/octet-stream")},
        )

    def image(self, content: bytes = JPEG) -> str:
        return str(self.upload(content).json()["data"]["id"])

    def begin(self, size: int, category: str = "tweet_video", kind: str = "video/mp4") -> str:
        body = {"media_type": kind, "total_bytes": size, "media_category": category}
        answer = self.call("POST", "/2/media/upload/initialize", json=body)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["data"]["id"])

    def append(self, media: str, index: int, content: bytes) -> requests.Response:
        return self.call(
            "POST",
            f"/2/media/upload/{media}/append",
            data={"segment_index": str(index)},
            files={"media": ("a", content, "application/octet-stream")},
        )

    def finalize(self, media: str) -> requests.Response:
        return self.call("POST", f"/2/media/upload/{media}/finalize")

    def status(self, media: str) -> requests.Response:
        return self.get("/2/media/upload", command="STATUS", media_id=media)

    def sent(self, content: bytes = MP4, category: str = "tweet_video", kind: str = "video/mp4") -> str:
        """Uploaded in two segments and finalized, not looked at."""
        media, half = self.begin(len(content), category, kind), len(content) // 2
        for index, part in enumerate((content[:half], content[half:])):
            assert self.append(media, index, part).status_code == 200
        assert self.finalize(media).status_code == 200
        return media

    def video(self) -> str:
        """Ready to be posted."""
        media = self.sent()
        assert self.status(media).json()["data"]["processing_info"]["state"] == "succeeded"
        return media

    # Tokens

    def token_call(self, path: str = "token", *, basic: bool = True, **form: str) -> requests.Response:
        headers = {}
        if basic:
            pair = f"{self.app['client_id']}:{self.app['client_secret']}"
            headers["Authorization"] = f"Basic {base64.b64encode(pair.encode()).decode()}"
        return self.http.post(f"{self.url}/2/oauth2/{path}", data=form, headers=headers, timeout=20)

    def renew(self, token: str | None = None) -> requests.Response:
        return self.token_call(grant_type="refresh_token", refresh_token=token or self.refresh)

    # The sandbox itself

    def change(self, **more: Any) -> None:
        self.control("POST", "accounts", {"account_id": self.id, **more})


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0, accounts=3, seed=7) as running:
        yield running


@pytest.fixture
def author(server: SandboxServer) -> Iterator[Author]:
    """A fresh sandbox and its first account, with OAuth 2.0."""
    requests.post(f"{server.url}/_sandbox/reset").raise_for_status()
    outsider = Author(server.url)
    yield outsider
    outsider.http.close()


@pytest.fixture
def signer(author: Author) -> Iterator[Author]:
    """The second account, with OAuth 1.0a."""
    outsider = Author(author.url, 1)
    yield outsider
    outsider.http.close()


@pytest.fixture
def other(author: Author) -> Iterator[Author]:
    """The third account, with OAuth 2.0."""
    outsider = Author(author.url, 2)
    yield outsider
    outsider.http.close()


@pytest.fixture
def jpeg() -> bytes:
    return JPEG


@pytest.fixture
def gif() -> bytes:
    return GIF


@pytest.fixture
def mp4() -> bytes:
    return MP4


@pytest.fixture
def srt() -> bytes:
    return SRT
