"""What is added once a Facebook post is out: its permalink, and the first comment, at most once.

Checkpoint keys: ``comment_intended`` (set before the comment is sent) and ``comment_id``.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from typing import Any

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import MOST_FOLLOW_UPS
from planrrr_cli.domain.steps import Checkpoint, FollowedUp, FollowUpSteps
from planrrr_cli.platforms.facebook.graph import Graph, id_of
from planrrr_cli.platforms.facebook.status import read_video
from planrrr_cli.platforms.meta.graph import MOST_PAGES, text_of
from planrrr_cli.platforms.meta.replies import Role, lacks_permission
from planrrr_cli.platforms.meta.shown import normalised

SITE = "https://www.facebook.com"


def follow_up(publication: Publication, graph: Graph, page: str) -> FollowUpSteps:
    """The comment first, since only it can be lost; a permalink that cannot be read has a documented fallback."""
    notices: tuple[str, ...] = ()
    if publication.post.first_comment and not publication.checkpoint.get("comment_id"):
        notices = yield from _comment(publication, graph, page)
    return FollowedUp(publication.permalink or _permalink(publication, graph), notices)


def _permalink(publication: Publication, graph: Graph) -> str:
    remote_id, video_id = publication.remote_id or "", publication.checkpoint.get("video_id")
    try:
        if video_id:
            body = graph.read(video_id, call="facebook.video.read", fields="permalink_url,post_id")
            return read_video(body).permalink or f"{SITE}/reel/{video_id}"
        body = graph.read(
            remote_id, call="facebook.post.read", fields="permalink_url,is_published,created_time"
        )
        return text_of(body, "permalink_url") or f"{SITE}/{remote_id}"
    except PlatformError:
        # https://developers.facebook.com/docs/pages-api/posts (read 2026-11-23) names the same fallback
        return f"{SITE}/reel/{video_id}" if video_id else f"{SITE}/{remote_id}"


def _comment(
    publication: Publication, graph: Graph, page: str
) -> Generator[Checkpoint, None, tuple[str, ...]]:
    """A comment is not idempotent, and has been created behind an HTTP 500:
    https://github.com/arsduo/koala/issues/397 (read 2026-11-23). In doubt it is looked for, never repeated."""
    intended = bool(publication.checkpoint.get("comment_intended"))
    remote_id, text = publication.remote_id or "", publication.post.first_comment or ""
    try:
        there = _existing(graph, remote_id, page, text)
    except PlatformError as error:
        if _may_pass(error) and not _last(publication, error):
            raise
        state = "may or may not be there" if intended else "was not sent"
        return (f"the first comment {state}, since the comments cannot be read: {error.message}",)
    if there is not None:
        yield Checkpoint(comment_id=there)
        return ()
    if intended:
        return ("the first comment was sent once and is not to be seen; it is not sent again",)
    yield Checkpoint(comment_intended=True)
    try:
        body = graph.commit(remote_id, "comments", call="facebook.comment.create", fields={"message": text})
        comment_id = id_of(body, "id", Role.COMMIT)
    except OutcomeUnknown as error:
        if not _last(publication, error):
            raise  # the next follow-up looks for it
        return (f"the first comment may or may not be there: {error.message}",)
    except PlatformError as error:
        if _may_pass(error):
            yield Checkpoint(comment_intended=None)  # surely not sent
            if not _last(publication, error):
                raise
            return (f"the first comment was not sent: {error.message}",)
        return (f"the first comment was refused: {error.message}",)
    yield Checkpoint(comment_id=comment_id)
    return ()


def _may_pass(error: PlatformError) -> bool:
    """Whether the run has something to wait for: a limit, an outage, a new token, a person's sign-in."""
    if isinstance(error, ConnectionRevoked):
        return not lacks_permission(error)  # without this one permission the connection still publishes
    return isinstance(error, RateLimited | PlatformUnavailable | TokenExpired)


def _last(publication: Publication, error: PlatformError) -> bool:
    """Whether the run will not come back for this trouble, so that the notice is ours to write, and the permalink
    is not lost with the comment."""
    waits = isinstance(error, RateLimited | TokenExpired | ConnectionRevoked)
    return not waits and publication.follow_ups + 1 >= MOST_FOLLOW_UPS


def _existing(graph: Graph, remote_id: str, page: str, text: str) -> str | None:
    """https://developers.facebook.com/docs/graph-api/reference/object/comments (read 2026-11-23): ``stream`` is
    the order of time, without which only the comments of the most relevant kind are listed."""
    lists = graph.pages(
        remote_id,
        "comments",
        call="facebook.comments.read",
        fields="id,message,from,created_time",
        filter="stream",
        limit="100",
    )
    for number, some in enumerate(lists, start=1):
        for comment in some:
            if _author(comment) == page and normalised(comment.get("message")) == normalised(text):
                return text_of(comment, "id")
        if number == MOST_PAGES:
            break
    return None


def _author(comment: Mapping[str, Any]) -> str | None:
    author = comment.get("from")
    return text_of(author, "id") if isinstance(author, dict) else None
