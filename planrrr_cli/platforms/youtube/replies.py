"""What YouTube's replies mean: pure functions of status, headers and body, decided by the reason, then by the status.

https://developers.google.com/youtube/data/reference/rest/v3/errors and
https://developers.google.com/youtube/data/reference/rest/v3/videos/insert (read 2026-11-23)
"""

from __future__ import annotations

from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.platforms.youtube.allowances import (
    CHANNEL,
    CHANNEL_WAITS,
    THUMBNAILS,
    THUMBNAILS_WAIT,
    UNITS,
    UPLOADS,
    day_ends,
    explained,
)
from planrrr_cli.platforms.youtube.envelope import NOTHING_SAID, Envelope, envelope_of, request_id
from planrrr_cli.platforms.youtube.reasons import (
    BLOCKED_APP,
    CALL_WRONG,
    CHANNEL_CLOSED,
    CONTENT,
    DAY_USED_UP,
    MEDIA,
    NO_CHANNEL,
    NOT_ALLOWED,
    SHORT_LIMITS,
)
from planrrr_cli.platforms.youtube.refusals import Busy, SaysExists

NAME = "youtube"
AGAIN = "sign in again: planrrr connect youtube"
SHORTEST_LIMIT = timedelta(minutes=1)
APP_WAITS = timedelta(hours=1)  # for a person who mends the project
LONGEST_WAIT = timedelta(hours=1)


class Role(StrEnum):
    """What a call is to us, which decides what its failure means."""

    READ = "read"
    PREPARE = "prepare"  # leaves something behind that nobody sees; may be repeated
    COMMIT = "commit"  # the public sees its effect


def read_reply(reply: Reply, *, role: Role, now: datetime, bucket: Bucket = UNITS) -> PlatformError | None:
    """Says what a reply means; None for good news. ``bucket``: what the call uses up, where the words do not say."""
    if 200 <= reply.status < 300:
        return None
    told = envelope_of(reply) or NOTHING_SAID
    if reply.status == 401 and told.reason not in NO_CHANNEL:
        return TokenExpired(
            _sentence("YouTube does not accept the token", reply, told), **_facts(reply, told)
        )
    found = _app_blocked(reply, told, now) or _limit(reply, told, now, bucket) or _by_reason(reply, told)
    if role is Role.COMMIT and (found is None or not told.reason or reply.status >= 500):
        return OutcomeUnknown(_sentence("YouTube gave no plain answer", reply, told), **_facts(reply, told))
    return found or _by_status(reply, told)


def lacks_permission(error: PlatformError) -> bool:
    """This call is not allowed, while the token itself is alive."""
    return isinstance(error, ConnectionRevoked) and error.status == 403 and error.code not in CHANNEL_CLOSED


def _app_blocked(reply: Reply, told: Envelope, now: datetime) -> PlatformError | None:
    """The project itself is at fault, and no sign-in helps: all its accounts wait for a person."""
    if told.reason not in BLOCKED_APP:
        return None
    return RateLimited(
        _sentence("the YouTube Data API is not enabled in the Google Cloud project", reply, told),
        scope=Scope.APP,
        retry_at=now + APP_WAITS,
        next_step="enable “YouTube Data API v3” in the Google Cloud console; it is tried again every hour",
        **_facts(reply, told),
    )


def _limit(reply: Reply, told: Envelope, now: datetime, bucket: Bucket) -> PlatformError | None:
    """The reason first, then the words: a day's end looks like a burst limit.
    https://github.com/googleapis/google-api-python-client/issues/2753 (read 2026-11-23)"""
    facts = _facts(reply, told)
    if told.reason == "uploadLimitExceeded":
        return RateLimited(
            _sentence("this channel has uploaded as many videos as YouTube lets it in a day", reply, told),
            bucket=CHANNEL,
            retry_at=now + CHANNEL_WAITS,
            **facts,
        )
    if told.reason == "uploadRateLimitExceeded":
        return RateLimited(
            _sentence("this channel has set too many thumbnails of late", reply, told),
            bucket=THUMBNAILS,
            retry_at=now + THUMBNAILS_WAIT,
            **facts,
        )
    limited = told.reason in SHORT_LIMITS or reply.status == 429
    if told.reason in DAY_USED_UP or (limited and told.whole_day):
        used = UPLOADS if told.of_uploads else bucket
        return explained(
            RateLimited(
                _sentence(f"{used} are used up for today", reply, told),
                bucket=used,
                retry_at=day_ends(now),
                scope=Scope.APP,
                **facts,
            )
        )
    if limited:
        wait = retry_after(reply) or SHORTEST_LIMIT
        return RateLimited(_sentence("YouTube limits calls", reply, told), retry_at=now + wait, **facts)
    return None


def _by_reason(reply: Reply, told: Envelope) -> PlatformError | None:
    """What the documentation says of a reason, whatever the status."""
    facts, reason = _facts(reply, told), told.reason
    if reason in CONTENT:
        said = _sentence(f"YouTube refuses {CONTENT[reason]}", reply, told)
        return ContentRejected(said, next_step="change the post, then add it again", **facts)
    if reason in MEDIA:
        said = _sentence(f"YouTube says that {MEDIA[reason]}", reply, told)
        return MediaRejected(said, medium=0, next_step="mend the file, then add the post again", **facts)
    if reason in CALL_WRONG:
        return ContentRejected(_sentence("YouTube does not understand the call", reply, told), **facts)
    if reason in NO_CHANNEL:
        step = "make a channel on youtube.com, then sign in again: planrrr connect youtube"
        said = _sentence("this Google account has no channel", reply, told)
        return ConnectionRevoked(said, next_step=step, **facts)
    if reason in CHANNEL_CLOSED:
        step = "sign in on youtube.com and see what YouTube says there, then sign in here again"
        said = _sentence("YouTube has closed or suspended this account", reply, told)
        return ConnectionRevoked(said, next_step=step, **facts)
    if reason in NOT_ALLOWED:
        said = _sentence(NOT_ALLOWED[reason], reply, told)
        return ConnectionRevoked(said, next_step=f"{AGAIN}, and grant what it asks for", **facts)
    return None


def _by_status(reply: Reply, told: Envelope) -> PlatformError:
    facts = _facts(reply, told)
    if told.reason == "alreadyExists":
        return SaysExists(_sentence("YouTube was not ready for another upload", reply, told), **facts)
    if reply.status >= 500 or reply.status in {408, 425}:
        found = Busy(_sentence("YouTube has internal trouble", reply, told), **facts)
        found.wait = retry_after(reply)
        return found
    says = "YouTube refused it" if told.reason else "YouTube answered what nobody documented"
    return UnexpectedReply(_sentence(says, reply, told), **facts)


def retry_after(reply: Reply) -> timedelta | None:
    """In seconds; none is documented, so anything else is ignored."""
    value = (reply.header("retry-after") or "").strip()
    if not (value.isascii() and value.isdigit()):
        return None
    return min(timedelta(seconds=min(int(value[:9]), 86_400)), LONGEST_WAIT)


def _facts(reply: Reply, told: Envelope) -> dict[str, Any]:
    return {
        "platform": NAME,
        "status": reply.status,
        "code": told.name,
        "request_id": request_id(reply),
    }


def _sentence(says: str, reply: Reply, told: Envelope) -> str:
    return f"{says} ({reply.status}, {told.reason or 'no reason'}: {told.message or 'no words'})"
