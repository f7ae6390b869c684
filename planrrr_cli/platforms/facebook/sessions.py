"""Upload sessions of a Facebook Page: opening one, and the call that makes its video public.

https://developers.facebook.com/documentation/video-api/guides/reels-publishing (updated 2026-07-30) for reels, and for
other videos facebook/facebook-python-business-sdk, video_uploader.py @94914f9 (read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.domain.errors import UnexpectedReply
from planrrr_cli.domain.posts import Post
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.facebook.graph import Graph, id_of, missing
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.meta.graph import UPLOAD_URL, same_origin, text_of
from planrrr_cli.platforms.meta.replies import Role


@dataclass(frozen=True, slots=True)
class Session:
    """An opened upload: a reel's has an ``upload_url``, a long video's a ``session_id`` and a first chunk."""

    video_id: str
    upload_url: str | None = None
    session_id: str | None = None
    offset: int = 0
    chunk_end: int = 0

    @classmethod
    def opened(cls, body: Mapping[str, Any], app: App, *, as_reel: bool) -> Session:
        video_id = id_of(body, "video_id", Role.PREPARE)
        if not as_reel:
            session_id = id_of(body, "upload_session_id", Role.PREPARE)
            start, end = chunk_of(body)
            return cls(video_id, session_id=session_id, offset=start, chunk_end=end)
        url = id_of(body, "upload_url", Role.PREPARE)
        if not same_origin(url, app.upload_url or UPLOAD_URL, app.api_url):
            raise UnexpectedReply(
                "Facebook named an upload address on a host that is not Facebook's", platform=NAME
            )
        return cls(video_id, upload_url=url)

    @classmethod
    def of(cls, notes: Mapping[str, Any]) -> Session:
        return cls(
            notes["video_id"],
            notes.get("upload_url"),
            notes.get("upload_session_id"),
            notes.get("offset") or 0,
            notes.get("chunk_end") or 0,
        )

    def notes(self) -> dict[str, Any]:
        return {
            "video_id": self.video_id,
            "upload_url": self.upload_url,
            "upload_session_id": self.session_id,
            "offset": self.offset,
            "chunk_end": self.chunk_end,
        }


def start(graph: Graph, page: str, *, size: int, as_reel: bool) -> Session:
    """Opens a session; it leaves a draft that nobody sees."""
    edge = "video_reels" if as_reel else "videos"
    fields = {"upload_phase": "start"} if as_reel else {"upload_phase": "start", "file_size": str(size)}
    body = graph.prepare(page, edge, call=f"facebook.{edge}.start", fields=fields, medium=0)
    return Session.opened(body, graph.app, as_reel=as_reel)


def finish(graph: Graph, page: str, session: Session, post: Post) -> str | None:
    """The irrevocable call. Success means accepted, not public; returns the post's id where Facebook names it."""
    fields: dict[str, Any] = {"upload_phase": "finish", "description": post.text or None, "title": post.title}
    if session.session_id is None:
        edge = "video_reels"
        fields |= {"video_id": session.video_id, "video_state": "PUBLISHED"}
    else:
        edge = "videos"
        fields |= {"upload_session_id": session.session_id}
    body = graph.commit(page, edge, call=f"facebook.{edge}.finish", fields=fields)
    if body.get("success") is not True:
        missing("success", Role.COMMIT)
    return text_of(body, "post_id")


def chunk_of(body: Mapping[str, Any]) -> tuple[int, int]:
    """The start and end of the chunk that Facebook wants next; offsets come as text."""
    try:
        return int(body["start_offset"]), int(body["end_offset"])
    except (KeyError, TypeError, ValueError):
        raise UnexpectedReply("Facebook did not say which bytes it wants next", platform=NAME) from None
