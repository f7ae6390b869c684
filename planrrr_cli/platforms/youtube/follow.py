"""What comes once a video is out: thumbnail, captions, playlist, first comment. What fails becomes a notice.

Checkpoint keys: ``extras``, from the name of what was tried to the end to the sentence about it (empty: it is there);
that of ``comment.py``.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

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
from planrrr_cli.platforms.media import MediaSource
from planrrr_cli.platforms.youtube.allowances import explained
from planrrr_cli.platforms.youtube.comment import add_comment
from planrrr_cli.platforms.youtube.extras import Adding, add_captions, add_to_playlist, set_thumbnail
from planrrr_cli.platforms.youtube.links import permalink
from planrrr_cli.platforms.youtube.notes import SHOWN_AS, UNFOLLOWED
from planrrr_cli.platforms.youtube.options import CAPTIONS, THUMBNAIL, read_options
from planrrr_cli.platforms.youtube.replies import lacks_permission
from planrrr_cli.platforms.youtube.rest import Rest

EXTRAS = "extras"
LONGEST_WAIT = timedelta(days=2)  # for an allowance, after the video was out
NOT_VISIBLE = "videoNotFound"  # https://github.com/tokland/youtube-upload/issues/305 (read 2026-11-23)
_CALLED = {
    THUMBNAIL: "the thumbnail was not set",
    CAPTIONS: "the captions were not added",
    "playlist": "the video was not added to the playlist",
    "comment": "the first comment was not sent",
}


def follow_up(publication: Publication, rest: Rest, media: MediaSource) -> FollowUpSteps:
    """All that is wanted, each until it is there or was refused; raises what is worth another try later."""
    said: dict[str, str] = dict(publication.checkpoint.get(EXTRAS) or {})
    waiting: list[PlatformError] = []
    for name, add in _wanted(publication, rest, media).items():
        if name in said:
            continue
        try:
            yield from add()
            notice = ""
        except TokenExpired:
            raise
        except PlatformError as error:
            if isinstance(error, ConnectionRevoked) and not lacks_permission(error):
                raise
            if _comes_again(publication, rest, error):
                waiting.append(explained(error) if isinstance(error, RateLimited) else error)
                continue
            notice = f"{_CALLED[name]}: {_why(name, error)}"
        said[name] = notice
        yield Checkpoint(**{EXTRAS: dict(said)})
    if waiting:
        raise min(waiting, key=lambda error: isinstance(error, RateLimited))  # the soonest first
    return FollowedUp(
        publication.permalink or permalink(rest.site, publication.remote_id or ""),
        _notices(publication, said),
    )


def _wanted(publication: Publication, rest: Rest, media: MediaSource) -> dict[str, Callable[[], Adding]]:
    post, connection, video_id = publication.post, publication.connection, publication.remote_id or ""
    wanted: dict[str, Callable[[], Adding]] = {}
    if (thumbnail := post.attachments.get(THUMBNAIL)) is not None:
        wanted[THUMBNAIL] = lambda: set_thumbnail(rest, connection, video_id, thumbnail, media)
    if CAPTIONS in post.attachments:
        wanted[CAPTIONS] = lambda: add_captions(rest, connection, video_id, post, media)
    if (playlist := read_options(post.options).playlist) is not None:
        wanted["playlist"] = lambda: add_to_playlist(rest, connection, video_id, playlist)
    if post.first_comment:
        wanted["comment"] = lambda: add_comment(rest, publication, video_id)
    return wanted


def _comes_again(publication: Publication, rest: Rest, error: PlatformError) -> bool:
    """Whether it may work later, and the run will come back for it."""
    now = rest.clock.now()
    if isinstance(error, RateLimited):
        return now - (publication.published_at or now) < LONGEST_WAIT
    passing = isinstance(error, PlatformUnavailable | OutcomeUnknown) or error.code == NOT_VISIBLE
    return passing and publication.follow_ups + 1 < MOST_FOLLOW_UPS


def _why(name: str, error: PlatformError) -> str:
    if not lacks_permission(error):
        return error.message
    if name == THUMBNAIL and error.code == "forbidden":
        return (
            f"{error.message}; YouTube wants the channel to be verified by phone for it (youtube.com/verify)"
        )
    if error.code == "forbidden":
        return error.message
    needs = "youtube.upload" if name == THUMBNAIL else "youtube.force-ssl"
    return f"{error.message}; it needs {needs}: sign in again with it, planrrr connect youtube"


def _notices(publication: Publication, said: dict[str, str]) -> tuple[str, ...]:
    known = (publication.checkpoint.get(name) for name in (UNFOLLOWED, SHOWN_AS))
    return (*(str(notice) for notice in known if notice), *(notice for notice in said.values() if notice))
