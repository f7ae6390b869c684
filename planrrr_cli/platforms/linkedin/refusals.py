"""Refusals that only LinkedIn's recipe tells apart; the run sees the classes of the domain behind them."""

from __future__ import annotations

from planrrr_cli.domain.errors import (
    ContentRejected,
    ErrorKind,
    PlatformUnavailable,
    RateLimited,
    UnexpectedReply,
)


class GrowingLimit(RateLimited):
    """A limit that names no end: whoever meets it again waits longer."""


class SaysDuplicate(ContentRejected):
    """Refused since it is there already; after an earlier doubt that is evidence. ``urn``: the post it names."""

    urn: str | None = None


class MediaNotReady(PlatformUnavailable):
    """The post was refused since a medium of it is not ready yet: surely without effect, and no outage."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False


class MediaOfAnother(UnexpectedReply):
    """The media belong to somebody else than the author; only a new upload helps."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False


class StillSettling(PlatformUnavailable):
    """A post that was taken and is not through yet: worth another look, and no outage."""

    counts_for_breaker = False


class StaleUpload(PlatformUnavailable):
    """The address for the bytes leads nowhere any more; a new one may."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False
