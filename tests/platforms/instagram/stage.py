"""An Instagram that takes what it is sent, on the scripted server, and what it takes to publish there."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Checkpoint, PointOfNoReturn, Spend
from tests.platforms.rig import NOW, Answer, Cut, Request, Server, refusal

ACCOUNT = "17841400000000001"
PAGE = "1001"
TOKEN = "instagram-token-that-nobody-may-see"
USER_TOKEN = "user-token-that-nobody-may-see"
BASE = f"/v25.0/{ACCOUNT}"
CREATE, PUBLISH = f"POST {BASE}/media", f"POST {BASE}/media_publish"
LIST, STORIES = f"GET {BASE}/media", f"GET {BASE}/stories"
LIMIT = f"GET {BASE}/content_publishing_limit"
UNREADABLE = refusal(100, 33)
MEDIA_ID = "17900000000000001"


def connection(login: str | None = None, **more: Any) -> Connection:
    options = {} if login is None else {"login": login, "page_id": PAGE}
    tokens = Tokens(Secret(TOKEN), Secret(USER_TOKEN) if login == "facebook" else None)
    given = {"tokens": tokens, "options": options} | more
    return Connection("c1", "default", Platform.INSTAGRAM, ACCOUNT, "acme", **given)


def publication(post: Post, login: str | None = None, **more: Any) -> Publication:
    """``scopes`` and ``tokens`` are the connection's; the rest is the publication's."""
    own = {name: more.pop(name) for name in ("scopes", "tokens", "options") if name in more}
    given = Publication("p1", "default", post, connection(login, **own), State.PUBLISHING)
    return replace(given, **more)


def cut(_: Request) -> Answer:
    raise Cut


def then(effect: Callable[[Request], Answer], answer: Any) -> Callable[[Request], Answer]:
    """It takes effect, and something else is answered."""

    def answered(request: Request) -> Answer:
        effect(request)
        found: Answer = answer(request) if callable(answer) else answer
        return found

    return answered


class Instagram:
    """Makes containers and publishes them. ``states`` is what each container's status says, used up one by one, by id
    or for all (``*``); ``shown`` is the account's list; ``arrived`` the bytes of uploads by container."""

    def __init__(self, server: Server) -> None:
        self.server = server
        self.made: list[dict[str, str]] = []
        self.states: dict[str, list[Any]] = {"*": ["FINISHED"]}
        self.shown: list[dict[str, Any]] = []
        self.arrived: dict[str, bytes] = {}
        self.whole: set[str] = set()
        self.published: list[str] = []
        self.troubles: list[Any] = []
        server.on(CREATE, self.create)
        server.on(PUBLISH, self.publish)
        server.on(LIST, lambda request: Answer(body={"data": [] if "after" in request.query else self.shown}))
        server.on(STORIES, lambda _: Answer(body={"data": self.shown}))
        self.limit(0, 50)

    def limit(self, used: int, total: int) -> None:
        config = {"quota_total": total, "quota_duration": 86400}
        self.server.on(LIMIT, {"data": [{"quota_usage": used, "config": config}]})

    def create(self, request: Request) -> Answer:
        self.made.append(request.form)
        identity = str(len(self.made))
        self.server.on(f"GET /v25.0/{identity}", self.status)
        body = {"id": identity}
        if request.form.get("upload_type") == "resumable":
            path = f"/ig-api-upload/v25.0/{identity}"
            self.arrived[identity] = b""
            self.server.on(f"POST {path}", self.upload)
            body["uri"] = self.server.url + path
        return Answer(body=body)

    def upload(self, request: Request) -> Answer:
        identity = request.path.rpartition("/")[2]
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            answer: Answer = trouble(request, identity)
            return answer
        assert int(request.headers["offset"]) == len(self.arrived[identity])
        self.arrived[identity] += request.body
        self.whole.add(identity)
        return Answer(body={"success": True, "message": "Upload successful."})

    def status(self, request: Request) -> Answer:
        identity = request.path.rpartition("/")[2]
        states = self.states.get(identity) or self.states["*"]
        if identity in self.arrived and identity not in self.whole and identity not in self.states:
            states = ["IN_PROGRESS"]
        state = states.pop(0) if len(states) > 1 else states[0]
        if isinstance(state, Answer):
            return state
        if callable(state):
            found: Answer = state(request)
            return found
        body: dict[str, Any] = {"id": identity, "status_code": state, "status": f"{state}: words for people"}
        if ":" in state:
            body |= {"status_code": state.partition(":")[0], "status": state}
        if "video_status" in request.query["fields"]:
            arrived = len(self.arrived[identity])
            body["video_status"] = {
                "uploading_phase": {"status": "in_progress", "bytes_transferred": arrived}
            }
        return Answer(body=body)

    def publish(self, request: Request) -> Answer:
        self.published.append(request.form["creation_id"])
        self.states[request.form["creation_id"]] = ["PUBLISHED"]
        return Answer(body={"id": MEDIA_ID})

    def show(self, identity: str = MEDIA_ID, text: str = "Look", **more: Any) -> None:
        """One more post in the account's list."""
        after = more.pop("after", timedelta(seconds=3))
        self.shown.append(
            {
                "id": identity,
                "caption": text,
                "timestamp": (NOW + after).strftime("%Y-%m-%dT%H:%M:%S+0000"),
                "permalink": f"https://www.instagram.com/p/C{identity}/",
                "media_type": "IMAGE",
                "media_product_type": "FEED",
                **more,
            }
        )

    @property
    def tries(self) -> list[str]:
        """The containers of all publishing calls."""
        return [request.form["creation_id"] for request in self.server.asked("POST", f"{BASE}/media_publish")]


@dataclass
class Driven:
    """How one attempt went: what it noted in order, what it ended with, and the publication afterwards."""

    notes: list[str]
    ending: Any
    after: Publication
    spends: list[Spend] = field(default_factory=list)


Room = Callable[[Spend], datetime | None]


def drive(
    recipe: Callable[[Publication], Any],
    given: Publication,
    *,
    room: Room = lambda _: None,
    now: datetime = NOW,
) -> Driven:
    """Runs a recipe to its end, as the run would. ``room``: the moment when there is room again, if there is none."""
    checkpoint, notes, steps = dict(given.checkpoint), [], recipe(given)
    sent, since, spends = given.first_sent_at, given.sending_since, []
    try:
        step = next(steps)
        while True:
            if isinstance(step, Spend):
                spends.append(step)
                later = room(step)
                if later is not None:
                    notes.append(f"no room for {step.bucket.name}")
                    step = steps.throw(no_room(step.bucket, later))
                    continue
                notes.append(f"spend {step.amount} {step.bucket.name}")
            elif isinstance(step, Checkpoint):
                json.dumps(step.values)
                checkpoint |= step.values
                since = None
                notes.append("note " + " ".join(sorted(step.values)))
            elif isinstance(step, PointOfNoReturn):
                sent = sent or now
                since = now
                notes.append("no return")
            step = next(steps)
    except StopIteration as stopped:
        ending = stopped.value
    except Exception as error:  # noqa: BLE001 - whatever ends it is what the test looks at
        ending = error
    after = replace(given, checkpoint=checkpoint, first_sent_at=sent, sending_since=since)
    return Driven(notes, ending, after, spends)


def no_room(bucket: Bucket, until: datetime) -> RateLimited:
    return RateLimited(
        f"{bucket} are used up", platform="instagram", retry_at=until, bucket=bucket, counted=True
    )
