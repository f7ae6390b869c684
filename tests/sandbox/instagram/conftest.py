"""A running sandbox with a folder of media, and an outsider that calls Instagram's API for one account."""

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.instagram.pictures import jpeg, mp4
from tests.sandbox.levers import Levers

PNG = b"\x89PNG\r\n\x1a\n" + b"a picture" * 20
FILES = {
    "a.jpg": jpeg(),
    "b.jpg": jpeg(1080, 1350),
    "wide.jpg": jpeg(1920, 1005),
    "tall.jpg": jpeg(1080, 1920),
    "panorama.jpg": jpeg(4000, 1000),
    "several.jpg": jpeg(several=True),
    "headless.jpg": b"\xff\xd8\xff\xe0" + b"no frame" * 40,
    "huge.jpg": jpeg(size=8 * 1024 * 1024 + 1),
    "largest.jpg": jpeg(size=8 * 1024 * 1024),
    "a.png": PNG,
    "page.html": b"<!doctype html><title>Please sign in</title>",
    "a.mp4": mp4(),
    "a.mov": mp4(brand=b"qt  "),
    "late.mp4": mp4(late=True),
    "short.mp4": mp4(2),
    "long.mp4": mp4(901),
    "minute.mp4": mp4(61),
    "wide.mp4": mp4(10, 2560, 1440),
    "thin.mp4": mp4(10, 10, 1500),
    "broken.mp4": b"\x00\x00\x00\x18ftypmp42" + b"a moving picture" * 200,
}


class Creator(Levers):
    """Knows one Instagram account by its id and tokens, and nothing of how it is imitated."""

    def __init__(self, url: str, account: int = 0) -> None:
        self.url, self.number = url, account
        self.http = requests.Session()
        self.sign_in()

    def sign_in(self) -> None:
        """Read the credentials as they are now; dead ones come anew."""
        document = self.control("GET", "accounts")
        found = [one for one in document["connections"] if one["platform"] == "instagram"]
        self.connection = found[self.number]
        self.id, self.username = self.connection["accountId"], self.connection["accountName"]
        self.token, self.user_token = self.connection["accessToken"], self.connection["refreshToken"]
        self.app, self.pages = document["apps"]["instagram"], document["connections"]

    def graph(self, method: str, path: str, token: str | None = None, **options: Any) -> requests.Response:
        headers = {"Authorization": f"Bearer {token or self.token}"} | options.pop("headers", {})
        return self.http.request(method, f"{self.url}/v25.0/{path}", headers=headers, timeout=20, **options)

    def get(self, path: str, token: str | None = None, **query: Any) -> requests.Response:
        return self.graph("GET", path, token, params=query)

    def media(self, name: str) -> str:
        return f"{self.url}/_sandbox/media/{name}"

    def create(self, **fields: Any) -> requests.Response:
        for name in ("image_url", "video_url", "cover_url"):
            if name in fields and "://" not in fields[name]:
                fields[name] = self.media(fields[name])
        return self.graph("POST", f"{self.id}/media", data=fields)

    def made(self, **fields: Any) -> str:
        """A new container's id."""
        answer = self.create(**fields)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def image(self, **fields: Any) -> str:
        return self.made(image_url="a.jpg", **fields)

    def reel(self, **fields: Any) -> str:
        return self.made(media_type="REELS", video_url="a.mp4", **fields)

    def items(self, count: int = 2) -> list[str]:
        return [self.made(image_url="a.jpg", is_carousel_item="true") for _ in range(count)]

    def carousel(self, items: list[str], **fields: Any) -> str:
        return self.made(media_type="CAROUSEL", children=",".join(items), **fields)

    def publish(self, container: str) -> requests.Response:
        return self.graph("POST", f"{self.id}/media_publish", data={"creation_id": container})

    def published(self, container: str) -> str:
        """The id of the new post."""
        answer = self.publish(container)
        assert answer.status_code == 200, answer.text
        return str(answer.json()["id"])

    def status(self, container: str) -> str:
        return str(self.get(container, fields="status_code").json()["status_code"])

    def told(self, container: str) -> str:
        return str(self.get(container, fields="status").json()["status"])

    def listed(self, **query: Any) -> list[dict[str, Any]]:
        answer = self.get(f"{self.id}/media", **query)
        assert answer.status_code == 200, answer.text
        return list(answer.json()["data"])

    def comment(self, media: str, text: str, **fields: Any) -> requests.Response:
        return self.graph("POST", f"{media}/comments", data={"message": text, **fields})

    def quota(self, **query: Any) -> dict[str, Any]:
        query.setdefault("fields", "config,quota_usage")
        return dict(self.get(f"{self.id}/content_publishing_limit", **query).json()["data"][0])

    def begun(self, media_type: str = "REELS", **fields: Any) -> dict[str, Any]:
        """A container that waits for bytes: its id and the address for them."""
        return dict(self.create(media_type=media_type, upload_type="resumable", **fields).json())

    def send(
        self,
        uri: str,
        content: bytes = b"",
        offset: int = 0,
        size: int = 0,
        headers: dict[str, str] | None = None,
    ) -> requests.Response:
        usual = {"Authorization": f"OAuth {self.token}", "offset": str(offset)}
        usual["file_size"] = str(size or offset + len(content))
        return self.http.post(uri, data=content, headers=usual | (headers or {}), timeout=20)

    def change(self, **more: Any) -> None:
        self.control("POST", "accounts", {"account_id": self.id, **more})


def code_of(answer: requests.Response) -> tuple[int, int, int | None]:
    """Status, code and subcode."""
    error = answer.json()["error"]
    return answer.status_code, error["code"], error.get("error_subcode")


@pytest.fixture(scope="session")
def media_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("media")
    for name, content in FILES.items():
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="session")
def instagram_server(media_folder: Path) -> Iterator[SandboxServer]:
    """Media come from its own folder alone: no other private address may be fetched."""
    with SandboxServer(
        port=0, accounts=4, seed=7, media_folder=media_folder, allow_private_fetch=False
    ) as running:
        yield running


@pytest.fixture
def creator(instagram_server: SandboxServer) -> Iterator[Callable[[int], Creator]]:
    """Any account of a fresh sandbox: of Instagram Login are the even ones, of Facebook Login the odd ones."""
    requests.post(f"{instagram_server.url}/_sandbox/reset").raise_for_status()
    made: list[Creator] = []

    def enter(account: int) -> Creator:
        made.append(Creator(instagram_server.url, account))
        return made[-1]

    yield enter
    for each in made:
        each.http.close()


@pytest.fixture
def shop(creator: Callable[[int], Creator]) -> Creator:
    """The first account, of Instagram Login."""
    return creator(0)


@pytest.fixture
def cafe(creator: Callable[[int], Creator]) -> Creator:
    """The second account, of Facebook Login."""
    return creator(1)


@pytest.fixture(params=[0, 1], ids=["instagram login", "facebook login"])
def either(request: pytest.FixtureRequest, creator: Callable[[int], Creator]) -> Creator:
    return creator(request.param)
