"""What replies of Meta's Graph API mean: pure functions of status, headers and body."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any, assert_never

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
from planrrr_cli.platforms.meta.codes import Dialect, Kind, Meaning
from planrrr_cli.platforms.meta.refusals import GrowingLimit, LinkNotRead, MediumNotRead, SaysDuplicate
from planrrr_cli.platforms.meta.usage import Usage
from planrrr_cli.platforms.wire import NotJson, Reply

_QUOTED = 200
_QUERY = re.compile(r"(https?:(?:/|\\/)[^\s?]*)\?\S*")
# What refuses a post when it is sent says nothing about the post when something is only looked at.
_ABOUT_THE_POST = frozenset({Kind.CONTENT, Kind.MEDIA, Kind.FETCH, Kind.LINK, Kind.DUPLICATE})


class Role(StrEnum):
    """What a call is to us, which decides what its failure means."""

    READ = "read"
    PREPARE = "prepare"  # leaves something behind that nobody sees; may be repeated
    COMMIT = "commit"  # the public sees its effect


@dataclass(frozen=True, slots=True)
class GraphError:
    """The ``error`` object of a reply; numbers are 0 when absent."""

    code: int
    subcode: int
    message: str  # for developers, English
    words: str  # for people, in the language of whoever signed in; one short line
    transient: bool
    trace: str | None
    data: Mapping[str, Any]

    @property
    def name(self) -> str:
        return f"{self.code}/{self.subcode}" if self.subcode else str(self.code)


def graph_error(reply: Reply) -> GraphError | None:
    """The error envelope, which comes with any status, 200 included."""
    try:
        body = reply.json()
    except NotJson:
        return None
    error = body.get("error") if isinstance(body, dict) else None
    if not isinstance(error, dict):
        return None
    trace = error.get("fbtrace_id")
    return GraphError(
        code=_integer(error.get("code")),
        subcode=_integer(error.get("error_subcode")),
        message=str(error.get("message") or ""),
        words=one_line(error.get("error_user_msg") or error.get("message")),
        transient=error.get("is_transient") is True,
        trace=trace[:100] if isinstance(trace, str) else None,
        data=_data(error.get("error_data")),
    )


def trace_of(reply: Reply) -> str | None:
    """What Facebook's support asks for, which comes with good answers too:
    https://developers.facebook.com/docs/graph-api/guides/debugging (read 2026-11-24)."""
    trace = reply.header("x-fb-trace-id") or ""
    return trace[:100] if trace.isprintable() and trace else None


def read_reply(
    reply: Reply, dialect: Dialect, *, role: Role, now: datetime, medium: int | None = None
) -> PlatformError | None:
    """Says what a reply means; None when it is good news."""
    error = graph_error(reply)
    if error is not None:
        return _refusal(error, reply, dialect, role, now, medium)
    bad = _not_an_answer(reply)
    return _no_envelope(f"{dialect.title} answered {bad}", reply, dialect, role, now) if bad else None


def _not_an_answer(reply: Reply) -> str:
    """What is wrong with a reply that has no error envelope; empty when it is good."""
    if not 200 <= reply.status < 300:
        return f"{reply.status} without a reason"
    try:
        body = reply.json()
    except NotJson:
        unavailable = b"Service Unavailable" in reply.body
        return "that its service is not available" if unavailable else "no readable document"
    if not isinstance(body, dict):
        return "something else than an object"
    if "error" in body or body.get("success") is False:
        return "that it did not succeed, and not why"
    return ""


def lacks_permission(error: PlatformError) -> bool:
    """Codes 10 and 200 to 299: this call is not allowed, while the token itself is alive."""
    code = (error.code or "").partition("/")[0]
    return code == "10" or (len(code) == 3 and code.startswith("2"))


def _no_envelope(says: str, reply: Reply, dialect: Dialect, role: Role, now: datetime) -> PlatformError:
    """Gateways, half answers, redirects: on the call that publishes they prove nothing."""
    if role is Role.COMMIT:
        return OutcomeUnknown(says, platform=dialect.platform, status=reply.status)
    if reply.status == 429:
        until = now + _wait(Usage.of(reply, dialect.business), None)
        says = f"{dialect.title} limits calls"
        return RateLimited(says, platform=dialect.platform, status=429, retry_at=until)
    if reply.status >= 500 or reply.status == 408 or b"Service Unavailable" in reply.body[:2000]:
        return PlatformUnavailable(says, platform=dialect.platform, status=reply.status)
    return UnexpectedReply(says, platform=dialect.platform, status=reply.status)


def _refusal(
    error: GraphError, reply: Reply, dialect: Dialect, role: Role, now: datetime, medium: int | None
) -> PlatformError:
    meaning = _about_proof(error) or dialect.meaning(error)
    facts: dict[str, Any] = {
        "platform": dialect.platform,
        "status": reply.status,
        "code": error.name,
        "request_id": error.trace,
        "next_step": meaning.do if meaning else "",
    }
    sentence = meaning.says if meaning else f"{dialect.title} refused the call with a code nobody documented"
    sentence = f"{sentence} (code {error.name}: {error.words or 'no words'})"
    if medium is not None and meaning is not None and meaning.kind in {Kind.MEDIA, Kind.FETCH}:
        sentence = f"medium {medium + 1}: {sentence}"
    if role is Role.COMMIT and not _proves_nothing_happened(error, meaning, reply, dialect):
        return OutcomeUnknown(sentence, **facts)
    if meaning is None:
        kind = PlatformUnavailable if error.transient or reply.status >= 500 else UnexpectedReply
        return kind(sentence, **facts)
    return _by_kind(meaning, sentence, facts, Usage.of(reply, dialect.business), role, now, medium)


def _by_kind(
    meaning: Meaning,
    sentence: str,
    facts: dict[str, Any],
    usage: Usage,
    role: Role,
    now: datetime,
    medium: int | None,
) -> PlatformError:
    match meaning.kind:
        case Kind.SERVER:
            return PlatformUnavailable(sentence, **facts)
        case kind if role is Role.READ and kind in _ABOUT_THE_POST:
            return UnexpectedReply(sentence, **facts)
        case Kind.CONTENT:
            return ContentRejected(sentence, **facts)
        case Kind.MEDIA:
            return MediaRejected(sentence, medium=medium, **facts)
        case Kind.LINK:
            return LinkNotRead(sentence, **facts)
        case Kind.FETCH:
            return MediumNotRead(sentence, **facts)
        case Kind.DUPLICATE:
            return SaysDuplicate(sentence, **facts)
        case Kind.SIGN_IN | Kind.SET_UP:
            return ConnectionRevoked(sentence, **facts)
        case Kind.EXPIRED:
            return TokenExpired(sentence, **facts)
        case Kind.LIMITED | Kind.APP_LIMITED | Kind.BLOCKED:
            scope = Scope.APP if meaning.kind is Kind.APP_LIMITED else Scope.CONNECTION
            limit = GrowingLimit if meaning.grows and not usage.regain_minutes else RateLimited
            until, blocked = now + _wait(usage, meaning), meaning.kind is Kind.BLOCKED
            return limit(sentence, retry_at=until, scope=scope, blocked=blocked, **facts)
        case Kind.UNREADABLE:
            # On a read it proves nothing; on a write it is an object that this account will never have.
            return (UnexpectedReply if role is Role.READ else ContentRejected)(sentence, **facts)
        case never:
            assert_never(never)


def _proves_nothing_happened(
    error: GraphError, meaning: Meaning | None, reply: Reply, dialect: Dialect
) -> bool:
    """Real posts have been live behind HTTP 500 and code 2, seven times over:
    https://github.com/arsduo/koala/issues/699 (read 2026-11-23)."""
    if reply.status >= 500 or (meaning is not None and meaning.kind is Kind.SERVER):
        return False
    return dialect.is_definite(error.code, error.subcode)


def _about_proof(error: GraphError) -> Meaning | None:
    if error.code == 100 and "appsecret_proof" in error.message.lower():
        return Meaning(Kind.SET_UP, "the application secret is missing or wrong", "set FACEBOOK_APP_SECRET")
    return None


def _wait(usage: Usage, meaning: Meaning | None) -> timedelta:
    """Their own estimate first; calls made meanwhile would lengthen it."""
    told = timedelta(minutes=usage.regain_minutes)
    if meaning is not None and meaning.kind is Kind.BLOCKED:
        return max(told, meaning.wait or timedelta(0))
    return told or (meaning.wait if meaning and meaning.wait else timedelta(hours=1))


def _data(value: Any) -> Mapping[str, Any]:
    """``error_data`` comes as an object or as the text of one."""
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError):
            return {}
    return value if isinstance(value, dict) else {}


def _integer(value: Any) -> int:
    if isinstance(value, bool):
        return 0
    try:
        return int(value)
    except (TypeError, ValueError, OverflowError):
        return 0


def one_line(value: Any) -> str:
    """Meta's words as one short, printable line. It repeats addresses, whose queries may be signatures."""
    text = value if isinstance(value, str) else ""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    line = _QUERY.sub(r"\1?…", line)
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"
