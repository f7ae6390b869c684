"""A running sandbox, and a small outsider that talks HTTP to it."""

import http.server
import threading
from collections.abc import Iterator
from typing import Any

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.levers import Levers

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"a moving picture" * 200


class Outsider(Levers):
    """Knows the sandbox by its address only, and one Page by its id and token."""

    def __init__(self, url: str, account: int = 0) -> None:
        self.url = url
        self.http = requests.Session()
        document = self.http.get(f"{url}/_sandbox/accounts").json()
        connection = document["connections"][account]
        self.page, self.token = connection["accountId"], connection["accessToken"]
        self.user_token, self.app = connection["refreshToken"], document["apps"]["facebook"]

    def graph(self, method: str, path: str, **options: Any) -> requests.Response:
        headers = options.pop("headers", {"Authorization": f"Bearer {self.token}"})
        return self.http.request(method, f"{self.url}/v25.0/{path}", headers=headers, timeout=20, **options)

    def post(self, edge: str, files: Any = None, **fields: Any) -> requests.Response:
        return self.graph("POST", f"{self.page}/{edge}", data=fields, files=files)

    def get(self, path: str, **query: Any) -> requests.Response:
        return self.graph("GET", path, params=query)

    def photo(self, content: bytes = JPEG, **fields: Any) -> str:
        fields.setdefault("published", "false")
        return str(
            self.post("photos", files={"source": ("a.jpg", content, "image/jpeg")}, **fields).json()["id"]
        )

    def uploaded_reel(self, content: bytes = MP4) -> str:
        begun = self.post("video_reels", upload_phase="start").json()
        headers = {"Authorization": f"OAuth {self.token}", "offset": "0", "file_size": str(len(content))}
        assert self.http.post(begun["upload_url"], data=content, headers=headers).json() == {"success": True}
        return str(begun["video_id"])

    def finish_reel(self, video: str, **fields: Any) -> requests.Response:
        fields.setdefault("video_state", "PUBLISHED")
        return self.post("video_reels", upload_phase="finish", video_id=video, **fields)

    def status(self, video: str) -> dict[str, Any]:
        return dict(self.get(video, fields="status").json()["status"])


@pytest.fixture(scope="session")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0, accounts=2, seed=7) as running:
        yield running


@pytest.fixture
def page(server: SandboxServer) -> Iterator[Outsider]:
    """A fresh sandbox and its first Page."""
    requests.post(f"{server.url}/_sandbox/reset").raise_for_status()
    outsider = Outsider(server.url)
    yield outsider
    outsider.http.close()


@pytest.fixture
def other_page(page: Outsider) -> Iterator[Outsider]:
    outsider = Outsider(page.url, account=1)
    yield outsider
    outsider.http.close()


@pytest.fixture
def jpeg() -> bytes:
    return JPEG


@pytest.fixture
def mp4() -> bytes:
    return MP4


@pytest.fixture
def web_host(jpeg: bytes, mp4: bytes) -> Iterator[str]:
    """A host with a picture, a video, a robots.txt that hides /private/, and a path that answers 206."""
    files = {
        "/a.jpg": jpeg,
        "/a.mp4": mp4,
        "/private/a.mp4": mp4,
        "/robots.txt": b"User-agent: *\nDisallow: /private/\n",
        "/partial.jpg": jpeg,
    }

    class Host(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            content = files.get(self.path)
            self.send_response(404 if content is None else 206 if "partial" in self.path else 200)
            self.send_header("Content-Length", str(len(content or b"")))
            self.end_headers()
            self.wfile.write(content or b"")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Host)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}"
    server.shutdown()
    server.server_close()


@pytest.fixture(scope="module")
def application() -> Iterator[str]:
    """Where the person is sent back to: a page of the application."""

    class Page(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Length", "4")
            self.end_headers()
            self.wfile.write(b"done")

        def log_message(self, *_: object) -> None:
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Page)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield f"http://127.0.0.1:{server.server_address[1]}/back"
    server.shutdown()
    server.server_close()
