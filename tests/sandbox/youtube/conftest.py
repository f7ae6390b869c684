"""A running sandbox, and an outsider that calls YouTube's API for one channel, knowing only what Google documents."""

import json
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.levers import Levers

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"a moving picture" * 200
SRT = b"1\n00:00:00,000 --> 00:00:02,000\nHello\n"
BLOCK = 262_144
AUTH = "https://www.googleapis.com/auth/"
TITLE = {"snippet": {"title": "A film"}, "status": {"privacyStatus": "unlisted"}}


class Uploader(Levers):
    """One channel with its credentials."""

    def __init__(self, url: str, account: int = 0) -> None:
        self.url, self.number = url, account
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        """Read the credentials as they are now; dead ones come anew."""
        document = self.control("GET", "accounts")
        connection = [one for one in document["connections"] if one["platform"] == "youtube"][self.number]
        self.id, self.token = connection["accountId"], connection["accessToken"]
        self.refresh, self.connection = connection["refreshToken"], connection
        self.app = document["apps"]["youtube"]

    def change(self, **more: Any) -> None:
        self.control("POST", "accounts", {"account_id": self.id, **more})

    def scopes(self, *names: str) -> None:
        self.change(scopes=[AUTH + name for name in names])

    # Calls

    def call(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {self.token}"} | options.pop("headers", {})
        address = path if path.startswith("http") else f"{self.url}{path}"
        options.setdefault("allow_redirects", False)
        return self.http.request(method, address, headers=headers, timeout=30, **options)

    def get(self, name: str, **query: Any) -> requests.Response:
        return self.call("GET", f"/youtube/v3/{name}", params=query)

    def items(self, name: str, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(name, **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["items"])

    def post(self, name: str, body: Any, **query: Any) -> requests.Response:
        query.setdefault("part", "snippet,status")
        return self.call("POST", f"/youtube/v3/{name}", params=query, json=body)

    # Uploads

    def start(
        self, body: Any = None, size: int | None = None, part: str = "snippet,status", **more: Any
    ) -> requests.Response:
        headers = {"X-Upload-Content-Type": "video/mp4"} | more.pop("headers", {})
        if size is not None:
            headers["X-Upload-Content-Length"] = str(size)
        query = {"uploadType": "resumable", "part": part, **more}
        content = json.dumps(TITLE if body is None else body)
        headers["Content-Type"] = "application/json; charset=UTF-8"
        return self.call("POST", "/upload/youtube/v3/videos", params=query, data=content, headers=headers)

    def session(self, body: Any = None, size: int | None = None, **more: Any) -> str:
        answer = self.start(body, size, **more)
        assert (answer.status_code, answer.content) == (200, b""), answer.text
        return answer.headers["Location"]

    def put(self, session: str, content: bytes, span: str | None = None, **headers: str) -> requests.Response:
        if span is not None:
            headers["Content-Range"] = f"bytes {span}"
        return self.call("PUT", session, data=content, headers=headers)

    def ask(self, session: str, total: int | str) -> requests.Response:
        return self.put(session, b"", f"*/{total}")

    def upload(self, body: Any = None, content: bytes = MP4, **more: Any) -> dict[str, Any]:
        """The video, uploaded in one request."""
        answer = self.put(self.session(body, len(content), **more), content)
        assert answer.status_code in (200, 201), answer.text
        return dict(answer.json())

    def film(self, **fields: Any) -> str:
        """The id of an unlisted video; `fields` are those of its snippet and status."""
        status = {name: fields.pop(name) for name in list(fields) if name in STATUS}
        body = {"snippet": {"title": "A film"} | fields, "status": {"privacyStatus": "unlisted"} | status}
        return str(self.upload(body)["id"])

    def status(self, video: str) -> dict[str, Any]:
        return dict(self.items("videos", part="status", id=video)[0]["status"])

    def thumbnail(self, video: str, content: bytes = JPEG, kind: str = "image/jpeg") -> requests.Response:
        query = {"videoId": video, "uploadType": "media"}
        headers = {"Content-Type": kind}
        path = "/upload/youtube/v3/thumbnails/set"
        return self.call("POST", path, params=query, data=content, headers=headers)

    def caption(
        self, video: str, language: str = "en", name: str = "", content: bytes = SRT
    ) -> requests.Response:
        """As multipart/related, in lines as RFC 2046 has them."""
        snippet = {"videoId": video, "language": language, "name": name}
        head = b"--edge\r\nContent-Type: application/json\r\n\r\n" + json.dumps({"snippet": snippet}).encode()
        body = head + b"\r\n--edge\r\nContent-Type: text/plain\r\n\r\n" + content + b"\r\n--edge--\r\n"
        query = {"part": "snippet", "uploadType": "multipart"}
        headers = {"Content-Type": "multipart/related; boundary=edge"}
        return self.call("POST", "/upload/youtube/v3/captions", params=query, data=body, headers=headers)

    def comment(self, video: str, text: str = "First!", **fields: Any) -> requests.Response:
        snippet = {"videoId": video, "topLevelComment": {"snippet": {"textOriginal": text}}} | fields
        return self.post("commentThreads", {"snippet": snippet}, part="snippet")

    def playlist(self, title: str = "Films", **status: str) -> str:
        body = {"snippet": {"title": title}, "status": {"privacyStatus": "unlisted"} | status}
        return str(self.post("playlists", body).json()["id"])

    def into(self, playlist: str, video: str, **more: Any) -> requests.Response:
        resource = {"kind": "youtube#video", "videoId": video}
        body = {"snippet": {"playlistId": playlist, "resourceId": resource} | more}
        return self.post("playlistItems", body, part="snippet")

    @property
    def uploads(self) -> str:
        found = self.items("channels", part="contentDetails", mine="true")
        return str(found[0]["contentDetails"]["relatedPlaylists"]["uploads"])

    def uploaded(self) -> list[str]:
        """The ids in the uploads playlist."""
        found = self.items("playlistItems", part="contentDetails", playlistId=self.uploads, maxResults=50)
        return [one["contentDetails"]["videoId"] for one in found]

    # Tokens

    def token_call(self, **form: str) -> requests.Response:
        form = {"client_id": self.app["client_id"], "client_secret": self.app["client_secret"]} | form
        return self.http.post(f"{self.url}/token", data=form, timeout=20)

    def renew(self, token: str | None = None, **more: str) -> requests.Response:
        return self.token_call(grant_type="refresh_token", refresh_token=token or self.refresh, **more)


STATUS = (
    "privacyStatus",
    "publishAt",
    "license",
    "embeddable",
    "selfDeclaredMadeForKids",
    "containsSyntheticMedia",
)


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0, accounts=2, seed=7) as running:
        yield running


@pytest.fixture
def channel(server: SandboxServer) -> Iterator[Uploader]:
    """A fresh sandbox and its first channel."""
    requests.post(f"{server.url}/_sandbox/reset").raise_for_status()
    outsider = Uploader(server.url)
    yield outsider
    outsider.http.close()


@pytest.fixture
def other(channel: Uploader) -> Iterator[Uploader]:
    """The second channel."""
    outsider = Uploader(channel.url, 1)
    yield outsider
    outsider.http.close()


@pytest.fixture
def jpeg() -> bytes:
    return JPEG


@pytest.fixture
def mp4() -> bytes:
    return MP4


@pytest.fixture
def srt() -> bytes:
    return SRT
