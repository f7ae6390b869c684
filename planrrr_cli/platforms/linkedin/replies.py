"""What LinkedIn's replies mean: pure functions of status, headers and body.

The status decides first, then the codes; messages change without notice and are read only where nothing else tells.
https://learn.microsoft.com/en-us/linkedin/marketing/error-responses and
https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits (read 2026-11-23)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.platforms.linkedin.envelope import Envelope, envelope_of, request_id
from planrrr_cli.platforms.linkedin.refusals import (
    GrowingLimit,
    MediaNotReady,
    MediaOfAnother,
    SaysDuplicate,
)
from planrrr_cli.platforms.linkedin.urns import post_in
from planrrr_cli.platforms.linkedin.versions import NEWEST
from planrrr_cli.platforms.wire import Reply

NAME = "linkedin"
Made = Callable[..., PlatformError]

EXPIRED = (65602, "EXPIRED_ACCESS_TOKEN")
CONFIGURED_AGAIN = timedelta(hours=1)  # how long everything waits for a person who sets another version
SHORTEST_LIMIT = timedelta(minutes=1)
# A clock of ours that is a little fast meets the old day's counter in the first minutes of the new one.
NEW_DAY = timedelta(minutes=10)

_AGAIN = "sign in again: planrrr connect linkedin"
_VERSION = f"set LINKEDIN_API_VERSION to a version that lives; the newest that planrrr knows is {NEWEST}"
_ROLE = (
    "sign in again with the permission to post; for an organization the person also needs the role of an "
    "administrator or content administrator on its page"
)
_NOT_READY = re.compile(r"waiting.?upload|(?:still|being|is|are) process|not.{0,10}ready", re.IGNORECASE)
_UNFINISHED = ("WAITING_UPLOAD", "PROCESSING")  # in codes; PROCESSING_FAILED is asked for first


class Role(StrEnum):
    """What a call is to us, which decides what its failure means."""

    READ = "read"
    PREPARE = "prepare"  # leaves something behind that nobody sees; may be repeated
    COMMIT = "commit"  # the public sees its effect


def read_reply(reply: Reply, *, role: Role, now: datetime, medium: int | None = None) -> PlatformError | None:
    """Says what a reply means; None for a status that is good news (what its body holds is the caller's question)."""
    if 200 <= reply.status < 300:
        return None
    envelope = envelope_of(reply)
    if role is Role.COMMIT and not _proves_refusal(reply, envelope):
        return OutcomeUnknown(
            _sentence("LinkedIn gave no plain answer", reply, envelope), **_facts(reply, envelope)
        )
    return _refusal(reply, envelope or Envelope(None, 0, (), ""), role, now, medium)


def lacks_permission(error: PlatformError) -> bool:
    """This call is not allowed, while the token itself is alive."""
    return isinstance(error, ConnectionRevoked) and error.status == 403


def _proves_refusal(reply: Reply, envelope: Envelope | None) -> bool:
    """On the call that publishes only a documented refusal proves that nothing happened: 500 is also what a failed
    token check downstream says, and 504 leaves the write in doubt (api-evangelist/linkedin-ads, error codes
    @5f3746d, read 2026-11-23). 426 and 429 are told by whatever stands in front, without an envelope at times."""
    if reply.status in {426, 429}:
        return True
    repeated = envelope.status if envelope is not None else None
    if envelope is None or (repeated is not None and repeated >= 500):
        return False
    return reply.status in {400, 401, 403, 404, 409, 411, 413, 414, 415, 422}


def _refusal(
    reply: Reply, envelope: Envelope, role: Role, now: datetime, medium: int | None
) -> PlatformError:
    facts = _facts(reply, envelope)

    def made(kind: type[PlatformError], says: str, **more: Any) -> PlatformError:
        return kind(_sentence(says, reply, envelope), **(facts | more))

    match reply.status:
        case 401 if envelope.service == EXPIRED[0] or EXPIRED[1] in envelope.codes:
            return made(TokenExpired, "the token has expired")
        case 401 if envelope.name is None and not envelope.message:
            return made(TokenExpired, "LinkedIn does not accept the token, and does not say why")
        case 401:
            return made(ConnectionRevoked, "the token is not valid any more", next_step=_AGAIN)
        case 403 if re.search(r"restrict|suspend", envelope.message, re.IGNORECASE):
            visit = "sign in on linkedin.com, do what LinkedIn asks for there, then sign in here again"
            return made(ConnectionRevoked, "LinkedIn has restricted this account", next_step=visit)
        case 403:
            return made(ConnectionRevoked, "LinkedIn does not permit this call", next_step=_ROLE)
        case 426:
            return _old_version(made, now)
        case 400 if any("VERSION" in code for code in envelope.codes):
            return _old_version(made, now)
        case 429:
            return _limit(made, envelope, now)
        case 408 | 425:
            return made(PlatformUnavailable, "LinkedIn did not answer in time")
        case 409 if _named(envelope) is None:
            return made(PlatformUnavailable, "LinkedIn was busy with another change", never_sent=True)
        case status if status >= 500:
            return made(PlatformUnavailable, "LinkedIn has internal trouble")
        case 413 | 415 if role is Role.PREPARE:
            return made(MediaRejected, f"LinkedIn does not take {_medium(medium)}", medium=medium)
        case 400 | 404 | 409 | 411 | 413 | 414 | 415 | 422 if role is not Role.READ:
            return _about_the_post(made, envelope, role, medium)
    return made(UnexpectedReply, "LinkedIn answered what nobody documented")


def _about_the_post(made: Made, envelope: Envelope, role: Role, medium: int | None) -> PlatformError:
    codes, found = set(envelope.codes), None
    if "DUPLICATE_POST" in codes or _named(envelope):
        found = made(SaysDuplicate, "LinkedIn says that this account posted the same a short time ago")
        assert isinstance(found, SaysDuplicate)
        found.urn = _named(envelope)
        found.next_step = "change the text to post it again; a deleted post is remembered for a day or two"
    elif any("PROCESSING_FAILED" in code for code in codes):
        found = made(MediaRejected, "LinkedIn could not process a medium", medium=medium)
    elif any(word in code for code in codes for word in _UNFINISHED) or _NOT_READY.search(envelope.message):
        found = made(MediaNotReady, "LinkedIn has not finished with a medium", never_sent=True)
    elif "INVALID_CONTENT_OWNERSHIP" in codes:
        found = made(MediaOfAnother, "LinkedIn says that the media belong to somebody else")
    elif role is Role.PREPARE and medium is not None:
        found = made(MediaRejected, f"LinkedIn does not take {_medium(medium)}", medium=medium)
    result: PlatformError = found or made(
        ContentRejected, "LinkedIn refused the post", next_step="change the post, then add it again"
    )
    return result


def _old_version(made: Made, now: datetime) -> PlatformError:
    """Nobody's post is at fault: all of them wait until a person has set another version."""
    says = "LinkedIn does not know the version of its API that is configured"
    found: PlatformError = made(
        RateLimited, says, scope=Scope.PLATFORM, retry_at=now + CONFIGURED_AGAIN, next_step=_VERSION
    )
    return found


def _limit(made: Made, envelope: Envelope, now: datetime) -> PlatformError:
    """Per day and application or member, reset at midnight UTC; no header names an end. Everything else protects
    LinkedIn's machines, and gets longer with every try."""
    message = envelope.message.upper()
    found: PlatformError
    if not re.search(r"\bDAY\b", message):
        found = made(GrowingLimit, "LinkedIn limits calls", retry_at=now + SHORTEST_LIMIT)
        return found
    of_app = re.search(r"\bAPPLICATION DAY\b", message) is not None
    says = (
        "the application has used up its calls of the day"
        if of_app
        else "this account has used up its calls of the day"
    )
    scope = Scope.APP if of_app else Scope.CONNECTION
    found = made(RateLimited, says, scope=scope, retry_at=day_ends(now))
    return found


def day_ends(now: datetime) -> datetime:
    """The next midnight (UTC); within the first minutes of a day, a few minutes later."""
    began = now.replace(hour=0, minute=0, second=0, microsecond=0)
    return now + NEW_DAY if now - began < NEW_DAY else began + timedelta(days=1)


def _named(envelope: Envelope) -> str | None:
    """The post that a refusal says this one duplicates."""
    return post_in(envelope.message) if "duplicate" in envelope.message.lower() else None


def _facts(reply: Reply, envelope: Envelope | None) -> dict[str, Any]:
    return {
        "platform": NAME,
        "status": reply.status,
        "code": envelope.name if envelope else None,
        "request_id": request_id(reply),
    }


def _sentence(says: str, reply: Reply, envelope: Envelope | None) -> str:
    told = envelope.message if envelope and envelope.message else "no words"
    named = envelope.name if envelope and envelope.name else "no code"
    return f"{says} ({reply.status}, {named}: {told})"


def _medium(medium: int | None) -> str:
    return f"medium {medium + 1}" if medium is not None else "a medium"
