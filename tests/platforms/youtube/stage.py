"""A YouTube that takes what it is sent, on the scripted server, and what it takes to publish there.

Written from the documentation of the resumable protocol, without a look at what speaks to it: pieces in multiples of
256 KiB, a 308 with what was kept, the same answer for ever once a video is there.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.posts import Media, MediaKind, Post, Shape
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Checkpoint, PointOfNoReturn, Spend
from tests.platforms.rig import NOW, Answer, Cut, Request, Server

CHANNEL = "UCx5XG1OV2P6uZZ5FSM9Ttw"
TOKEN = "ya29.token-that-nobody-may-see"
VIDEO = "dQw4w9WgXcQ"
GRAIN = 262_144
UPLOAD, INSERT = "PUT /upload/youtube/v3/videos", "POST /upload/youtube/v3/videos"
VIDEOS = "GET /youtube/v3/videos"
SHAPE = Shape(540, 960, 4.0, 30.0, 120, "AVC", "AAC")


def connection(**more: Any) -> Connection:
    tokens = more.pop("tokens", Tokens(Secret(TOKEN), Secret("1//refresh")))
    return Connection("c1", "default", Platform.YOUTUBE, CHANNEL, "The channel", tokens, **more)


def publication(post: Post, **more: Any) -> Publication:
    """``scopes`` and ``options`` are the connection's; the rest is the publication's."""
    account = connection(scopes=more.pop("scopes", ()), options=more.pop("account_options", {}))
    return replace(Publication("p1", "default", post, account, State.PUBLISHING), **more)


def video_file(folder: Path, size: int = 100_000, name: str = "film.mp4", seed: int = 0) -> Media:
    """A medium with all its facts, as it is once it was added."""
    path = folder / name
    content = (b"\0\0\0\x20ftypisom" + bytes((n * 7 + seed) % 251 for n in range(4096)) * (size // 4096 + 1))[
        :size
    ]
    path.write_bytes(content)
    digest = hashlib.sha256(content).hexdigest()
    return Media(
        file=str(path),
        kind=MediaKind.VIDEO,
        content_type="video/mp4",
        size=size,
        sha256=digest,
        shape=SHAPE,
    )


def refusal(
    code: int, reason: str, message: str = "words", domain: str = "youtube.video", **more: Any
) -> Answer:
    """https://developers.google.com/youtube/data/reference/rest/v3/errors"""
    one = {"domain": domain, "reason": reason, "message": message}
    return Answer(code, {"error": {"code": code, "message": message, "errors": [one], **more}})


def cut(_: Request) -> Answer:
    raise Cut


def status(upload_status: str, **more: Any) -> dict[str, Any]:
    """A list with the one video."""
    processing = more.pop("processing", {})
    item = {"id": VIDEO, "status": {"uploadStatus": upload_status, **more}, "processingDetails": processing}
    return {"items": [item]}


@dataclass
class Session:
    size: int
    body: dict[str, Any]
    headers: dict[str, str]
    query: dict[str, str]
    arrived: bytearray = field(default_factory=bytearray)
    made: bool = False


class YouTube:
    """``sessions`` by their number. ``troubles``: answers to the next requests with bytes, ``asked``: to the next
    questions (None: as it is); ``keeps``: how many bytes of a piece are kept."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.sessions: list[Session] = []
        self.troubles: list[Any] = []
        self.asked: list[Any] = []
        self.keeps: Callable[[int], int] | None = None
        self.made = 201
        self.location: str | None = None
        server.on(INSERT, self.start)
        server.on(UPLOAD, self.put)
        server.on(VIDEOS, status("processed"))

    def start(self, request: Request) -> Answer:
        body = json.loads(request.body)
        size = int(request.headers["x-upload-content-length"])
        self.sessions.append(Session(size, body, request.headers, request.query))
        number = len(self.sessions)
        place = self.location or f"{self.server.url}/upload/youtube/v3/videos"
        upload = f"upload-number-{number}-s3cret-{number}"
        location = f"{place}?uploadType=resumable&upload_id={upload}&part=snippet,status"
        return Answer(200, b"", {"Location": location, "X-GUploader-UploadID": upload})

    def put(self, request: Request) -> Answer:
        session = self.sessions[int(request.query["upload_id"].rpartition("-")[2]) - 1]
        told = request.headers["content-range"]
        if told.startswith("bytes */"):
            assert request.body == b"" and request.headers["content-length"] == "0"
            return self._next(self.asked, request) or self.standing(session)
        trouble = self._next(self.troubles, request)
        if isinstance(trouble, Answer):
            return trouble
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", told)
        assert found is not None
        first, last, size = map(int, found.groups())
        return self.take(session, first, last, size, request.body)

    def take(self, session: Session, first: int, last: int, size: int, body: bytes) -> Answer:
        assert size == session.size and last - first + 1 == len(body)
        if session.made:
            return self.standing(session)
        if first != len(session.arrived):
            return refusal(400, "badRequest", "wrong range", "global")
        if last + 1 != size and len(body) % GRAIN:
            return refusal(400, "badRequest", "has to be a multiple of 262144", "global")
        kept = self.keeps(len(body)) if self.keeps is not None else len(body)
        session.arrived += body[:kept]
        return self.standing(session)

    def standing(self, session: Session) -> Answer:
        if len(session.arrived) == session.size:
            session.made = True
            resource = {"kind": "youtube#video", "id": VIDEO, "status": {"uploadStatus": "uploaded"}}
            return Answer(self.made, resource)
        told = {"Range": f"bytes=0-{len(session.arrived) - 1}"} if session.arrived else {}
        return Answer(308, b"", told)

    def lost(self, request: Request) -> Answer:
        """The bytes arrive, and the answer does not."""
        session = self.sessions[-1]
        found = re.fullmatch(r"bytes (\d+)-(\d+)/(\d+)", request.headers["content-range"])
        assert found is not None
        self.take(session, *map(int, found.groups()), request.body)
        raise Cut

    def _next(self, answers: list[Any], request: Request) -> Answer | None:
        given = answers.pop(0) if answers else None
        return given(request) if callable(given) else given

    @property
    def ranges(self) -> list[str]:
        """What each request on a session said of its bytes."""
        puts = [request for request in self.server.requests if request.method == "PUT"]
        return [request.headers["content-range"].removeprefix("bytes ") for request in puts]


@dataclass
class Driven:
    """How one attempt went: its steps in order, what was spent, what it ended with, and the publication afterwards."""

    notes: list[str]
    spent: list[tuple[str, int, int | None]]
    ending: Any
    after: Publication


def drive(
    recipe: Callable[[Publication], Any],
    given: Publication,
    *,
    full: str | None = None,
    stop_after: int | None = None,
) -> Driven:
    """Runs a recipe to its end, as the run would. ``full``: the bucket in which there is no room; ``stop_after``: the
    process dies when so many steps are durable."""
    checkpoint, notes, spent, steps = dict(given.checkpoint), list[str](), list[Any](), recipe(given)
    sent, ending = given.first_sent_at, None
    sending = None
    try:
        step = next(steps)
        while True:
            if isinstance(step, Spend) and step.bucket.name == full:
                refused = RateLimited(
                    f"{step.bucket} are used up",
                    platform="youtube",
                    retry_at=NOW.replace(hour=23),
                    scope=step.bucket.scope,
                    bucket=step.bucket,
                    counted=True,
                )
                step = steps.throw(refused)
                continue
            if isinstance(step, Spend):
                spent.append((step.bucket.name, step.amount, step.limit))
            elif isinstance(step, Checkpoint):
                json.dumps(
                    {
                        name: str(value) if isinstance(value, Secret) else value
                        for name, value in step.values.items()
                    }
                )
                checkpoint |= step.values
                sending = None
                notes.append("note " + " ".join(sorted(step.values)))
            elif isinstance(step, PointOfNoReturn):
                sent, sending = sent or NOW, NOW
                notes.append("no return")
            if stop_after is not None and len(notes) >= stop_after:
                steps.close()
                break
            step = next(steps)
    except StopIteration as stopped:
        ending = stopped.value
    except Exception as error:  # noqa: BLE001 - whatever ends it is what the test looks at
        ending = error
    after = replace(given, checkpoint=checkpoint, first_sent_at=sent, sending_since=sending)
    return Driven(notes, spent, ending, after)
