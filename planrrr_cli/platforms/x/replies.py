"""What X's replies mean: a pure function of status, headers and body, as the table of its documentation and reports.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors (read 2026-08-22), https://docs.x.com/changelog and the
reports of users that are named where they decide.
"""

from __future__ import annotations

from collections.abc import Mapping
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
from planrrr_cli.platforms.wire import NotJson, Reply
from planrrr_cli.platforms.x.limits import next_midnight, wait_of
from planrrr_cli.platforms.x.problems import Told, shown_body, told
from planrrr_cli.platforms.x.refusals import (
    AppBlocked,
    Forbidden,
    MediaUnknown,
    ParentGone,
    SaysDuplicate,
    UnknownFields,
)

NAME = "x"
APP_WAITS = timedelta(hours=1)  # whoever asked again every minute was refused for days
FORBIDDEN_WAITS = timedelta(minutes=2)
_AGAIN = "sign in again with all scopes: planrrr connect x"
_CHANGE = "change the post and add it again"
_TOP_UP = "add credit in X's developer console; it is tried again every hour"


class Role(StrEnum):
    """What a call is to us, which decides what its failure means."""

    READ = "read"
    PREPARE = "prepare"  # leaves something behind that nobody sees; may be repeated
    COMMIT = "commit"  # the public sees its effect


def read_reply(reply: Reply, *, role: Role, now: datetime, medium: int | None = None) -> PlatformError | None:
    """Says what a reply means; None when it is good news. A 2xx may carry ``errors`` beside its data."""
    if 200 <= reply.status < 300:
        return _success(reply, role)
    found = told(reply)
    says = f"X answered {reply.status}: {found.detail or shown_body(reply)}"
    facts: dict[str, Any] = {"platform": NAME, "status": reply.status, "code": found.code}
    facts["request_id"] = request_id(reply)
    return (
        _app_blocked(reply.status, found, now, facts)
        or _by_status(reply, found, role, now, says, facts, medium)
        or _undocumented(reply.status, role, says, facts)
    )


def request_id(reply: Reply) -> str | None:
    """What X's support asks for."""
    return (reply.header("x-transaction-id") or "")[:100] or None


def _success(reply: Reply, role: Role) -> PlatformError | None:
    if role is Role.PREPARE and not reply.body.strip():
        return None  # appended segments were seen answered with 204 and nothing
    try:
        good = isinstance(reply.json(), dict)
    except NotJson:
        good = False
    if good:
        return None
    kind: type[PlatformError] = OutcomeUnknown if role is Role.COMMIT else UnexpectedReply
    said = f"X answered {reply.status} with {shown_body(reply)}"
    return kind(said, platform=NAME, status=reply.status, request_id=request_id(reply))


def _app_blocked(status: int, found: Told, now: datetime, facts: Mapping[str, Any]) -> PlatformError | None:
    """Looked at before the headers, which may say that calls are left:
    https://github.com/xdevplatform/xdk/issues/25 (read 2026-11-23)."""
    hour = now + APP_WAITS
    if status not in {402, 403, 429}:
        return None
    if found.says("spendcapreached", "spend cap"):
        return _blocked(
            "the developer app has reached its spending limit at X",
            "raise the limit in X's developer console, or wait "
            "for the next billing cycle; it is tried again every hour",
            hour,
            facts,
        )
    if status == 402:
        return _blocked(
            f"the developer app has no credit left at X ({found.detail or 402})", _TOP_UP, hour, facts
        )
    if status == 429 and ("usage-capped" in found.types or "UsageCapExceeded" in found.titles):
        if (found.period or "").lower() == "daily":
            return _blocked(
                f"the developer app has used up its day at X ({found.detail})", "", next_midnight(now), facts
            )
        said = f"the developer app has used up its month at X ({found.detail})"
        return _blocked(said, "buy more in X's developer console; it is tried again every hour", hour, facts)
    if status == 403 and _NOT_ENROLLED & (found.types | found.reasons):
        said = f"X does not let the developer app publish ({found.detail})"
        return _blocked(
            said, "see the app in X's developer console; it is tried again every hour", hour, facts
        )
    return None


def _blocked(said: str, do: str, until: datetime, facts: Mapping[str, Any]) -> AppBlocked:
    return AppBlocked(said, retry_at=until, scope=Scope.APP, next_step=do, **facts)


def _by_status(
    reply: Reply,
    found: Told,
    role: Role,
    now: datetime,
    says: str,
    facts: Mapping[str, Any],
    medium: int | None,
) -> PlatformError | None:
    """None where nobody documented the answer."""
    match reply.status:
        case 429:
            wait = wait_of(reply, now)
            return RateLimited("X limits calls", retry_at=wait.until, scope=wait.scope, **facts)
        case 401:
            return TokenExpired(f"X does not accept the token ({says})", **facts)
        case 400 if role is Role.READ and _is_about_fields(found):
            return UnknownFields(says, **facts)
        case status if role is Role.READ and status != 403:
            return None
        case 403:
            return _forbidden(found, role, now, says, facts, medium) if found.readable else None
        case 400 | 404 | 413 | 415 if role is Role.PREPARE:
            return MediaRejected(_about(medium, says), medium=medium, next_step="", **facts)
        case 400 if found.says("media ids are invalid"):
            return MediaUnknown(says, next_step="use other media: X cannot use these", **facts)
        case 400 | 404 | 413 | 415 if found.readable and found.words:
            return ContentRejected(f"X refused the post ({says})", next_step=_CHANGE, **facts)
        case _:
            return None


def _forbidden(
    found: Told, role: Role, now: datetime, says: str, facts: Mapping[str, Any], medium: int | None
) -> PlatformError | None:
    if "unsupported-authentication" in found.types or found.says("unsupported authentication"):
        said = "X takes this kind of token for no post: it belongs to the app and not to an account"
        return ConnectionRevoked(f"{said} ({says})", next_step=_AGAIN, **facts)
    if found.says("not permitted to access this feature", "suspended", "locked"):
        return ConnectionRevoked(
            f"X has closed this account to the app ({says})",
            next_step="sign in on x.com and see what X wants there, then: planrrr connect x",
            **facts,
        )
    if role is Role.READ:
        return None
    if role is Role.PREPARE:
        # https://github.com/PLhery/node-twitter-api-v2/issues/588 (read 2026-11-23)
        said = "the sign-in does not allow media: the scope media.write is missing, or the app may only read"
        return ConnectionRevoked(f"{said} ({says})", next_step=_AGAIN, **facts)
    if found.says("duplicate content", "status is a duplicate"):
        said = f"X says that this account posted the same text before ({says})"
        return SaysDuplicate(said, next_step="change the text to post it again", **facts)
    if found.says("deleted or not visible"):
        return ParentGone(
            f"the post to answer is deleted or not to be seen ({says})", next_step=_CHANGE, **facts
        )
    if found.says("video longer than"):
        return MediaRejected(_about(medium, says), medium=medium, next_step="use a shorter video", **facts)
    if found.says(*_PERMANENT) or "not-authorized-for-resource" in found.types:
        return ContentRejected(f"X refused the post ({says})", next_step=_CHANGE, **facts)
    return Forbidden(
        f"X forbids it without a reason ({says})",
        retry_at=now + FORBIDDEN_WAITS,
        next_step="it is tried once more; if "
        "it stays so, sign in again with all scopes, and let the app write in X's developer console",
        **facts,
    )


_NOT_ENROLLED = {"client-forbidden", "client-not-enrolled", "official-client-forbidden"}
_PERMANENT = (
    "not allowed to create",
    "not permitted to perform this action",
    "you can only reply to or quote",
    "reply to this conversation is not allowed",
    "maximum of one cashtag",
    "invalid url",
)


def _is_about_fields(found: Told) -> bool:
    return any(name in found.parameters or found.says(name) for name in ("tweet.fields", "post.fields"))


def _about(medium: int | None, says: str) -> str:
    return f"X does not take the media ({says})" if medium is None else f"medium {medium + 1}: {says}"


def _undocumented(status: int, role: Role, says: str, facts: Mapping[str, Any]) -> PlatformError:
    """Gateways, outages, redirects: on the call that publishes they prove nothing, not even a 503."""
    if role is Role.COMMIT:
        return OutcomeUnknown(f"{says}; it may be out all the same", **facts)
    if status >= 500 or status == 408:
        return PlatformUnavailable(says, **facts)
    return UnexpectedReply(says, **facts)
