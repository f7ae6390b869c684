"""A LinkedIn that takes what it is sent, on the scripted server, and what it takes to publish there."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any
from urllib.parse import quote

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from tests.platforms.rig import NOW, Answer, Cut, Request, Server

ORGANIZATION = "urn:li:organization:5515715"
PERSON = "urn:li:person:AbC-123"
TOKEN = "linkedin-token-that-nobody-may-see"
SHARE = "urn:li:share:7400000000000000001"

POSTS, READ_POSTS = "POST /rest/posts", "GET /rest/posts"
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
PDF = b"%PDF-1.4\n" + bytes(100)
MP4 = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 400
SRT = b"1\n00:00:00,000 --> 00:00:02,000\nBread.\n"


def connection(account_id: str = ORGANIZATION, **more: Any) -> Connection:
    tokens = more.pop("tokens", Tokens(Secret(TOKEN)))
    return Connection("c1", "default", Platform.LINKEDIN, account_id, "The account", tokens, **more)


def publication(post: Post, account_id: str = ORGANIZATION, **more: Any) -> Publication:
    """``scopes`` are the connection's; the rest is the publication's."""
    account = connection(account_id, scopes=more.pop("scopes", ()))
    return replace(Publication("p1", "default", post, account, State.PUBLISHING), **more)


def path_of(*parts: str) -> str:
    return "/rest/" + "/".join(quote(part, safe="") for part in parts)


def refusal(status: int, code: str = "", service: int = 0, message: str = "words", **more: Any) -> Answer:
    body: dict[str, Any] = {"status": status, "message": message, **more}
    if code:
        body["code"] = code
    if service:
        body["serviceErrorCode"] = service
    return Answer(status, body, {"x-li-uuid": "Auuid"})


def input_refusal(status: int, code: str, message: str = "words") -> Answer:
    errors = [{"description": message, "input": {"inputPath": {"fieldPath": "content"}}, "code": code}]
    return refusal(status, message=message, errorDetails={"inputErrors": errors})


DUPLICATE = input_refusal(422, "DUPLICATE_POST", f"Content is a duplicate of {SHARE}")


def created(urn: str = SHARE) -> Answer:
    return Answer(201, b"", {"x-restli-id": urn})


def cut(_: Request) -> Answer:
    raise Cut


class LinkedIn:
    """Takes media and posts. ``states`` is what each medium's status says, used up one by one; ``arrived`` the bytes;
    ``part`` the length of a video's parts; ``troubles`` answers to the next uploads (None: all is well)."""

    def __init__(self, server: Server, *, part: int = 40_000) -> None:
        self.server = server
        self.part = part
        self.arrived: dict[str, bytes] = {}
        self.states: dict[str, list[str]] = {}
        self.made: list[str] = []
        self.finalized: list[dict[str, Any]] = []
        self.troubles: list[Any] = []
        self.expires = int(NOW.timestamp() * 1000) + 3_600_000
        for sort in ("image", "document"):
            server.on(f"POST /rest/{sort}s", self.initialize)
        server.on("POST /rest/videos", self.videos)
        server.on(POSTS, created())

    def initialize(self, request: Request) -> Answer:
        assert request.query == {"action": "initializeUpload"}
        asked = json.loads(request.body)["initializeUploadRequest"]
        sort = request.path.rpartition("/")[2][:-1]
        assert list(asked) == ["owner"]
        urn = self.make(sort)
        url = self.address(urn)
        return Answer(body={"value": {"uploadUrl": url, "uploadUrlExpiresAt": self.expires, sort: urn}})

    def make(self, sort: str) -> str:
        urn = f"urn:li:{sort}:{len(self.made) + 1}"
        self.made.append(urn)
        self.server.on(f"GET {path_of(f'{sort}s', urn)}", self.status)
        return urn

    def address(self, urn: str, name: str = "0") -> str:
        path = f"/dms-uploads/{urn.rpartition(':')[2]}/{name}"
        self.arrived.setdefault(urn, b"")

        def take(request: Request) -> Answer:
            trouble = self.troubles.pop(0) if self.troubles else None
            if trouble is not None:
                return trouble(request) if callable(trouble) else trouble
            video = urn.startswith("urn:li:video")
            assert (request.headers.get("authorization") is None) is (video and name.isdigit())
            if self.server.discard:
                request.body = b""
            if name.isdigit():
                self.arrived[urn] += request.body
            else:
                self.arrived[f"{urn} {name}"] = request.body
            return Answer(200 if video else 201, b"", {"ETag": f'"tag-{name}"'})

        self.server.on(f"PUT {path}", take)
        return f"{self.server.url}{path}?signature=s3cret"

    def status(self, request: Request) -> Answer:
        urn = request.path.rpartition("/")[2].replace("%3A", ":")
        states = self.states.get(urn) or self.states.get("*") or ["AVAILABLE"]
        state = states.pop(0) if len(states) > 1 else states[0]
        if state == "403":
            return refusal(403, "ACCESS_DENIED", 100)
        return Answer(body={"id": urn, "status": state, "processingFailureReason": "no sound"})

    def videos(self, request: Request) -> Answer:
        if request.query["action"] == "finalizeUpload":
            self.finalized.append(json.loads(request.body)["finalizeUploadRequest"])
            return Answer(200, b"")
        asked = json.loads(request.body)["initializeUploadRequest"]
        urn, size = self.make("video"), asked["fileSizeBytes"]
        starts = range(0, size, self.part)
        value = {
            "video": urn,
            "uploadToken": "",
            "uploadUrlsExpireAt": self.expires,
            "uploadInstructions": [
                {
                    "uploadUrl": self.address(urn, str(number)),
                    "firstByte": start,
                    "lastByte": min(start + self.part, size) - 1,
                }
                for number, start in enumerate(starts)
            ],
        }
        if asked["uploadCaptions"]:
            value["captionsUploadUrl"] = self.address(urn, "captions")
        if asked["uploadThumbnail"]:
            value["thumbnailUploadUrl"] = self.address(urn, "thumbnail")
        return Answer(body={"value": value})

    def posted(self) -> list[dict[str, Any]]:
        """The bodies of all tries to post."""
        return [json.loads(request.body) for request in self.server.asked("POST", "/rest/posts")]
