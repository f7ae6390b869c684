"""The first comment under a video: sent at most once, and looked for when nobody knows whether it is there.

https://developers.google.com/youtube/data/reference/rest/v3/commentThreads/insert; the discovery document's schemas
CommentThread and Comment (read 2026-11-23). Checkpoint key: ``comment_intended``, set before it is sent.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint
from planrrr_cli.platforms.youtube.allowances import UNITS, WRITE, spend
from planrrr_cli.platforms.youtube.extras import Adding
from planrrr_cli.platforms.youtube.refusals import Busy
from planrrr_cli.platforms.youtube.replies import NAME
from planrrr_cli.platforms.youtube.rest import Rest, part_of, text_in

INTENDED = "comment_intended"


class NotSeen(UnexpectedReply):
    """It was sent once and is not to be seen; it is not sent again."""


def add_comment(rest: Rest, publication: Publication, video_id: str) -> Adding:
    """Raises OutcomeUnknown when it may be there: the next call looks. NotSeen when it looked in vain."""
    connection, text = publication.connection, publication.post.first_comment or ""
    if publication.checkpoint.get(INTENDED):
        if not _is_there(rest, connection.account_id, video_id, text):
            said = "it was sent once and is not to be seen; it is not sent again"
            raise NotSeen(said, platform=NAME)
        return
    yield spend(UNITS, WRITE, connection)
    yield Checkpoint(**{INTENDED: True})
    comment = {"videoId": video_id, "topLevelComment": {"snippet": {"textOriginal": text}}}
    try:
        rest.add(
            "commentThreads",
            call="youtube.commentThreads.insert",
            params={"part": "snippet"},
            body={"snippet": comment},
        )
    except OutcomeUnknown:
        raise
    except PlatformError as error:
        if isinstance(error, Busy):
            said = f"the comment may be there: {error.message}"
            raise OutcomeUnknown(said, platform=NAME, status=error.status) from None
        yield Checkpoint(**{INTENDED: None})  # surely refused
        raise


def _is_there(rest: Rest, channel_id: str, video_id: str, text: str) -> bool:
    params = {
        "part": "snippet",
        "videoId": video_id,
        "order": "time",
        "maxResults": "100",
        "textFormat": "plainText",
    }
    threads = rest.items("commentThreads", call="youtube.commentThreads.list", params=params)
    return any(_is_ours(part_of(thread, "snippet"), channel_id, text) for thread in threads)


def _is_ours(thread: Mapping[str, Any], channel_id: str, text: str) -> bool:
    snippet = part_of(part_of(thread, "topLevelComment"), "snippet")
    author = text_in(part_of(snippet, "authorChannelId"), "value")
    said = text_in(snippet, "textOriginal") or text_in(snippet, "textDisplay")
    return author in {"", channel_id} and said.split() == text.split()
