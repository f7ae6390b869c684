"""A running sandbox, and an outsider that talks to LinkedIn as the documentation says, knowing nothing else."""

import hashlib
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote

import pytest
import requests

from planrrr_cli.sandbox import SandboxServer
from tests.sandbox.levers import Levers

JPEG = b"\xff\xd8\xff\xe0" + b"a picture" * 20
PDF = b"%PDF-1.7\n" + b"a document" * 20
MP4 = b"\x00\x00\x00\x18ftypmp42" + b"a moving picture" * 6000
PART = 4_194_304


def sha(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


class Member(Levers):
    """One account of the sandbox by its URN and token, and the sandbox's own levers."""

    def __init__(self, url: str, account: int = 0) -> None:
        self.url = url
        self.http = requests.Session()
        mine = [each for each in self.accounts()["connections"] if each["platform"] == "linkedin"]
        self.connection = mine[account]
        self.urn, self.token = self.connection["accountId"], self.connection["accessToken"]
        self.refresh = self.connection["refreshToken"]
        self.app = {"client_id": self.connection["appId"], "client_secret": self.connection["appSecret"]}

    def headers(self, **more: str | None) -> dict[str, str]:
        """What every /rest call needs; None takes one away."""
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "LinkedIn-Version": "202606",
            "X-Restli-Protocol-Version": "2.0.0",
        }
        named = {name.replace("_", "-"): value for name, value in more.items()}
        return {name: value for name, value in (usual | named).items() if value is not None}

    def rest(self, method: str, path: str, json: Any = None, **headers: str | None) -> requests.Response:
        return self.http.request(
            method, f"{self.url}/rest/{path}", json=json, headers=self.headers(**headers), timeout=20
        )

    def post(self, text: str = "Hello", content: Any = None, **fields: Any) -> requests.Response:
        return self.rest("POST", "posts", self.body(text, content, **fields))

    def body(self, text: str = "Hello", content: Any = None, **fields: Any) -> dict[str, Any]:
        body = {
            "author": self.urn,
            "commentary": text,
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
        return body | ({"content": content} if content else {}) | fields

    def published(self, text: str = "Hello", content: Any = None, **fields: Any) -> str:
        """The URN of a new post."""
        answer = self.post(text, content, **fields)
        assert answer.status_code == 201, answer.text
        return answer.headers["x-restli-id"]

    def read(self, urn: str, **headers: str | None) -> requests.Response:
        kind = urn.split(":")[2]
        resource = {"image": "images", "video": "videos", "document": "documents"}.get(kind, "posts")
        return self.rest("GET", f"{resource}/{quote(urn, safe='')}", **headers)

    def mine(self, **query: Any) -> requests.Response:
        asked = {"q": "author", "author": self.urn, "count": 20, "sortBy": "CREATED"} | query
        text = "&".join(f"{name}={quote(str(value), safe='')}" for name, value in asked.items())
        return self.rest("GET", f"posts?{text}", X_RestLi_Method="FINDER")

    def comment(self, urn: str, text: str, **fields: Any) -> requests.Response:
        body = {"actor": self.urn, "object": urn, "message": {"text": text}} | fields
        return self.rest("POST", f"socialActions/{quote(urn, safe='')}/comments", body)

    def begin(self, kind: str, **fields: Any) -> dict[str, Any]:
        """What initializeUpload tells."""
        asked = {"initializeUploadRequest": {"owner": self.urn} | fields}
        answer = self.rest("POST", f"{kind}s?action=initializeUpload", asked)
        assert answer.status_code == 200, answer.text
        return dict(answer.json()["value"])

    def put(self, url: str, content: bytes, **headers: str | None) -> requests.Response:
        usual: dict[str, str | None] = {
            "Authorization": f"Bearer {self.token}",
            "Content-Type": "application/octet-stream",
        }
        named = {name.replace("_", "-"): value for name, value in headers.items()}
        sent = {name: value for name, value in (usual | named).items() if value is not None}
        return self.http.put(url, data=content, headers=sent, timeout=20)

    def uploaded(self, kind: str, content: bytes) -> str:
        """The URN of an image or a document with all its bytes."""
        begun = self.begin(kind)
        assert self.put(begun["uploadUrl"], content).status_code == 201
        return str(begun[kind])

    def upload_parts(self, begun: dict[str, Any], film: bytes) -> list[str]:
        """The ETags of all parts, in order and without their quotes."""
        names = []
        for part in begun["uploadInstructions"]:
            piece = film[part["firstByte"] : part["lastByte"] + 1]
            answer = self.put(part["uploadUrl"], piece, Authorization=None)
            assert answer.status_code == 200, answer.text
            names.append(answer.headers["ETag"].strip('"'))
        return names

    def finalize(self, begun: dict[str, Any], names: list[str], **fields: Any) -> requests.Response:
        asked = {"video": begun["video"], "uploadToken": begun["uploadToken"], "uploadedPartIds": names}
        return self.rest("POST", "videos?action=finalizeUpload", {"finalizeUploadRequest": asked | fields})

    def film(self, content: bytes = MP4) -> str:
        begun = self.begin("video", fileSizeBytes=len(content))
        assert self.finalize(begun, self.upload_parts(begun, content)).status_code == 200
        return str(begun["video"])

    def oauth(self, name: str, **form: str) -> requests.Response:
        return self.http.post(f"{self.url}/oauth/v2/{name}", data=form, timeout=20)

    def renew(self) -> requests.Response:
        asked = {"grant_type": "refresh_token", "refresh_token": self.refresh, **self.app}
        return self.oauth("accessToken", **asked)

    def texts(self) -> list[str]:
        return [entry["text"] for entry in self.ledger()]

    def accounts(self) -> dict[str, Any]:
        return dict(self.control("GET", "accounts"))

    def change(self, urn: str, **changes: Any) -> None:
        self.control("POST", "accounts", {"account_id": urn, **changes})


def code_of(answer: requests.Response) -> tuple[int, str]:
    """Status and LinkedIn's code, wherever the envelope has it."""
    document = answer.json()
    inner = document.get("errorDetails", {}).get("inputErrors", [{}])[0].get("code", "")
    return answer.status_code, document.get("code") or inner or document.get("error", "")


@pytest.fixture(scope="session")
def linkedin_server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0, accounts=3, seed=11) as running:
        yield running


@pytest.fixture
def member(linkedin_server: SandboxServer) -> Iterator[Callable[[int], Member]]:
    """Any account of a fresh sandbox: organizations are even, people odd."""
    requests.post(f"{linkedin_server.url}/_sandbox/reset").raise_for_status()
    made: list[Member] = []

    def enter(account: int) -> Member:
        made.append(Member(linkedin_server.url, account))
        return made[-1]

    yield enter
    for each in made:
        each.http.close()


@pytest.fixture
def club(member: Callable[[int], Member]) -> Member:
    """The first account, an organization."""
    return member(0)


@pytest.fixture
def person(member: Callable[[int], Member]) -> Member:
    """The second account: a person who may post and no more."""
    return member(1)
