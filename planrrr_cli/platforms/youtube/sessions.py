"""One resumable upload session over the wire: opened, asked, given bytes. What happens next is the recipe's business.

https://developers.google.com/youtube/data/guides/using_resumable_upload_protocol (read 2026-11-23). Only the server
knows how much it has: every answer says it anew, and our own arithmetic is never believed.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.wire import NotJson, Reply, Stream
from planrrr_cli.platforms.youtube.allowances import UNITS, UPLOADS
from planrrr_cli.platforms.youtube.envelope import request_id
from planrrr_cli.platforms.youtube.refusals import SessionOver
from planrrr_cli.platforms.youtube.replies import NAME, Role
from planrrr_cli.platforms.youtube.rest import Rest, trusted

GRAIN = 256 * 1024  # every piece but the last is a multiple of it
CHUNK = 32 * GRAIN
_RANGE = re.compile(r"\s*(?:bytes=)?0-([0-9]{1,18})\s*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Kept:
    """The session is open and has the first ``offset`` bytes; ``moved``: from now on it is at this address."""

    offset: int
    moved: Secret | None = None


@dataclass(frozen=True, slots=True)
class Made:
    """All bytes arrived, now or earlier, and this video came of it."""

    video: Mapping[str, Any]
    video_id: str


Standing = Kept | Made


def start(
    rest: Rest, params: Mapping[str, str], body: Mapping[str, Any], *, size: int, content_type: str, slug: str
) -> Secret:
    """Opens a session, of which nobody sees anything; its address. Raises PlatformError."""
    reply = rest.api.post(
        rest.address("videos", upload=True),
        call="youtube.videos.insert",
        params={"uploadType": "resumable", **params},
        json=body,
        headers={
            "X-Upload-Content-Type": content_type,
            "X-Upload-Content-Length": str(size),
            "Slug": slug,
        },
        token=rest.token,
    )
    rest.checked(reply, Role.PREPARE, UPLOADS)
    location = reply.header("location")
    if reply.status != 200 or not location:
        raise UnexpectedReply(
            f"YouTube answered {reply.status} without the address of the upload",
            platform=NAME,
            status=reply.status,
            request_id=request_id(reply),
        )
    return address(rest, location)


def address(rest: Rest, location: str) -> Secret:
    """Where the bytes go, as YouTube names it. It may be another host, but only one that may have our token."""
    if not trusted(location, rest.app.api_url):
        raise UnexpectedReply("YouTube named an upload address that is not Google's own", platform=NAME)
    return Secret(location)


def ask(rest: Rest, session: Secret, size: int) -> Standing:
    """How far the session is; costs nothing, and may be repeated. Raises SessionOver or another PlatformError."""
    reply = rest.api.send(
        "PUT",
        session.reveal(),
        call="youtube.videos.query",
        headers={"Content-Range": f"bytes */{size}", "Content-Length": "0"},
        token=rest.token,
    )
    return _standing(rest, reply, size, Role.READ)


def send(rest: Rest, session: Secret, stream: Stream, *, first: int, size: int, last: bool) -> Standing:
    """The bytes from ``first``; ``last``: the video comes into being by them, so a lost answer is OutcomeUnknown.

    Raises SessionOver or another PlatformError.
    """
    reply = rest.api.send(
        "PUT",
        session.reveal(),
        call="youtube.videos.finish" if last else "youtube.videos.upload",
        stream=stream,
        headers={"Content-Range": f"bytes {first}-{first + stream.length - 1}/{size}"},
        token=rest.token,
        irrevocable=last,
    )
    return _standing(rest, reply, size, Role.COMMIT if last else Role.PREPARE)


def _standing(rest: Rest, reply: Reply, size: int, role: Role) -> Standing:
    if reply.status in {404, 410}:
        over = SessionOver(
            f"YouTube does not know the upload any more ({reply.status})", platform=NAME, status=reply.status
        )
        rest.noted(reply, over)
        raise over
    if reply.status != 308:
        return _made(rest.checked(reply, role, UNITS), role)
    rest.noted(reply)
    moved = reply.header("location")
    return Kept(kept(reply, size, role), address(rest, moved) if moved else None)


def kept(reply: Reply, size: int, role: Role = Role.READ) -> int:
    """How many bytes a 308 says that the server has; without a Range it has none."""
    told = reply.header("range")
    if told is None:
        return 0
    found = _RANGE.fullmatch(told)
    offset = int(found[1]) + 1 if found else -1
    if not 0 < offset <= size:
        raise _unreadable("YouTube did not say how many bytes it has", reply, role)
    return offset


def _made(reply: Reply, role: Role) -> Made:
    try:
        body = reply.json()
    except NotJson:
        body = None
    video_id = body.get("id") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(video_id, str) or not video_id:
        raise _unreadable(f"YouTube answered {reply.status} without the video's id", reply, role)
    return Made(body, video_id)


def _unreadable(says: str, reply: Reply, role: Role) -> PlatformError:
    kind: type[PlatformError] = OutcomeUnknown if role is Role.COMMIT else UnexpectedReply
    return kind(says, platform=NAME, status=reply.status, request_id=request_id(reply))
