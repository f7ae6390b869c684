"""Pictures and documents on their way to LinkedIn: an address is asked for, the bytes are put there in one request.

A URN that is never used is seen by nobody, so whatever breaks off begins anew with a fresh one.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/images-api and …/documents-api
(read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.errors import ConnectionRevoked, MediaRejected
from planrrr_cli.domain.posts import Media, errors_among
from planrrr_cli.platforms.linkedin.media_rules import (
    IMAGE_BYTES,
    PICTURES,
    SUBTITLE_BYTES,
    picture_problems,
    subtitle_problems,
)
from planrrr_cli.platforms.linkedin.replies import NAME, lacks_permission
from planrrr_cli.platforms.linkedin.rest import Rest, text_in, value_of
from planrrr_cli.platforms.media import BadMedia, MediaAway, MediaSource, MediaUnavailable, OpenMedia
from planrrr_cli.platforms.wire import Stream

OCTETS = "application/octet-stream"


class Sort(StrEnum):
    """The three sorts of media by the names of their endpoints' objects."""

    IMAGE = "image"
    VIDEO = "video"
    DOCUMENT = "document"


class Condition(StrEnum):
    """How far LinkedIn is with a medium."""

    AVAILABLE = "AVAILABLE"
    PROCESSING = "PROCESSING"
    WAITING_UPLOAD = "WAITING_UPLOAD"
    PROCESSING_FAILED = "PROCESSING_FAILED"
    HIDDEN = "hidden"  # this token may not look: what came of it is told by the call that uses it


def upload(rest: Rest, owner: str, opened: OpenMedia, sort: Sort, medium: int | None) -> str:
    """Asks for an address, puts all bytes there, and returns the URN. Raises PlatformError."""
    value = value_of(initialize(rest, sort, {"owner": owner}, medium))
    urn = text_in(value, sort.value)
    stream = Stream(opened.size, OCTETS, opened.pieces(0, opened.size))
    rest.put(text_in(value, "uploadUrl"), stream, call=f"linkedin.{sort}.upload", medium=medium)
    return urn


def initialize(rest: Rest, sort: Sort, request: Mapping[str, Any], medium: int | None) -> Any:
    call = f"linkedin.{sort}.initialize"
    return rest.act(f"{sort}s", call=call, action="initializeUpload", request=request, medium=medium)


def condition(rest: Rest, sort: Sort, urn: str) -> tuple[Condition, str]:
    """One look, and why it failed if LinkedIn says so. Tokens that may only write are refused (403) at times."""
    try:
        body = rest.read(f"{sort}s", urn, call=f"linkedin.{sort}.read")
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        return Condition.HIDDEN, ""
    status, reason = body.get("status"), body.get("processingFailureReason")
    told = " ".join(reason.split())[:200] if isinstance(reason, str) else ""
    try:
        return Condition(str(status)), told
    except ValueError:
        return Condition.PROCESSING, told


@contextmanager
def attached(media: MediaSource, attachment: Media, option: str) -> Iterator[OpenMedia]:
    """A file that an option names, opened and checked; what is wrong with it names the option."""
    limit = IMAGE_BYTES if option == "thumbnail" else SUBTITLE_BYTES
    try:
        with media.open(attachment, limit=limit.value) as opened:
            _check(opened.media, option)
            yield opened
    except BadMedia as error:
        next_step = f"mend the file that “{option}” names, then add the post again"
        raise MediaRejected(f"{option}: {error}", platform=NAME, next_step=next_step) from None
    except MediaAway as error:
        raise MediaUnavailable(f"{option}: {error}", platform=NAME) from None


def _check(media: Media, option: str) -> None:
    if option == "thumbnail" and media.kind not in PICTURES:
        raise BadMedia(f"{media.name} is {media.content_type}, not a picture")
    found = picture_problems(media, media.name, None) if option == "thumbnail" else subtitle_problems(media)
    for problem in errors_among(found):
        raise BadMedia(problem.message)
