"""What X's scripted answers are made of, and publications on one X account."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.x.publisher import XPublisher
from tests.platforms.rig import NOW, Answer, Cut, Request

ACCOUNT = "2244994945"
TOKEN = "x-token-that-nobody-may-see"
CREATE, TIMELINE = "POST /2/tweets", f"GET /2/users/{ACCOUNT}/tweets"
UPLOAD, STATUS, METADATA = "POST /2/media/upload", "GET /2/media/upload", "POST /2/media/metadata"
INITIALIZE, SUBTITLES = "POST /2/media/upload/initialize", "POST /2/media/subtitles"
REFRESH, ME = "POST /2/oauth2/token", "GET /2/users/me"
Make = Callable[..., XPublisher]


def publication(post: Post, **more: Any) -> Publication:
    tokens = Tokens(Secret(TOKEN), Secret("refresh"), NOW + timedelta(hours=2))
    connection = Connection("c1", "default", Platform.X, ACCOUNT, "@acme", tokens)
    changes = {name: more.pop(name) for name in ("tokens", "options", "account_name") if name in more}
    return Publication("p1", "default", post, replace(connection, **changes), State.PUBLISHING, **more)


def snowflake(at: datetime, number: int = 0) -> str:
    """An id that X gives at that moment."""
    milliseconds = int(at.timestamp() * 1000) - 1288834974657
    return str((milliseconds << 22) + number)


def created(identity: str, text: str = "words") -> Answer:
    return Answer(201, {"data": {"id": identity, "text": text, "edit_history_post_ids": [identity]}})


def listed(*posts: dict[str, Any], **meta: Any) -> dict[str, Any]:
    data = {"data": list(posts)} if posts else {}
    return {**data, "meta": {"result_count": len(posts), **meta}}


def problem(status: int, detail: str, kind: str = "about:blank", **more: Any) -> Answer:
    """A problem as the service of summer 2026 words it."""
    if kind != "about:blank" and "//" not in kind:
        kind = f"https://api.x.com/2/problems/{kind}"
    body = {"title": more.pop("title", "Forbidden"), "detail": detail, "type": kind, "status": status, **more}
    return Answer(status, body, {"x-transaction-id": "tx1"})


DUPLICATE = problem(403, "You are not allowed to create a Tweet with duplicate content.")
UNAUTHORIZED = problem(401, "Unauthorized", title="Unauthorized")
IDS_INVALID = Answer(
    400,
    {
        "errors": [{"parameters": {"media.media_ids": ["1"]}, "message": "Your media IDs are invalid."}],
        "title": "Invalid Request",
        "detail": "One or more parameters to your request was invalid.",
        "type": "https://api.twitter.com/2/problems/invalid-request",
    },
)


def cut(_: Request) -> Answer:
    raise Cut


def body_of(request: Request) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(request.body)
    return found


def fields_of(request: Request) -> dict[str, bytes]:
    """The parts of a multipart body by name."""
    boundary = request.headers["content-type"].partition("boundary=")[2].encode()
    found = {}
    for part in request.body.split(b"--" + boundary):
        head, _, value = part.partition(b"\r\n\r\n")
        if b"name=" in head:
            found[head.split(b'name="')[1].split(b'"')[0].decode()] = value.removesuffix(b"\r\n")
    return found
