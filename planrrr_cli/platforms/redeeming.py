"""What a token endpoint answers to the code of a sign-in, in the words that RFC 6749 has for it. No I/O.

https://datatracker.ietf.org/doc/html/rfc6749#section-5 (read 2026-11-24)
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import PlatformUnavailable, RateLimited
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.signing_in import SignIn
from planrrr_cli.platforms.wire import NotJson, Reply

_QUOTED = 200
_OF_THE_APP = frozenset(
    {"invalid_client", "unauthorized_client", "redirect_uri_mismatch", "invalid_redirect_uri"}
)


def redeemed(sign_in: SignIn, reply: Reply) -> Mapping[str, Any]:
    """The answer, with a token in it. Raises SignInRefused, ConfigError, RateLimited or PlatformUnavailable."""
    body = document_of(reply)
    if 200 <= reply.status < 300 and text_in(body, "access_token"):
        return body
    error, words = text_in(body, "error"), text_in(body, "error_description")
    said = one_line(words or error or f"answer {reply.status} without a reason")
    raise_for(sign_in, reply, said)
    if reply.status == 401 or error in _OF_THE_APP:
        raise sign_in.app_refused(said)
    raise sign_in.code_refused(said, status=reply.status, code=error[:100] or None)


def raise_for(sign_in: SignIn, reply: Reply, said: str) -> None:
    """Raises what has nothing to do with the code: the platform is in trouble, or limits calls."""
    again = f"nothing was changed; start again: {sign_in.command}"
    facts: dict[str, Any] = {"platform": sign_in.platform.value, "status": reply.status, "next_step": again}
    if reply.status == 429:
        raise RateLimited(f"{sign_in.title} limits sign-ins ({said})", **facts)
    if 200 <= reply.status < 300 or reply.status >= 500 or reply.status in {408, 425}:
        raise PlatformUnavailable(f"{sign_in.title} gave no token ({said})", **facts)


def document_of(reply: Reply) -> Mapping[str, Any]:
    """The object of an answer; empty where there is none."""
    try:
        body = reply.json()
    except NotJson:
        return {}
    return body if isinstance(body, dict) else {}


def secret_in(body: Mapping[str, Any], name: str) -> Secret | None:
    """A token of an answer; None where there is none, which is never a reason to forget one."""
    found = text_in(body, name)
    return Secret(found) if found else None


def text_in(body: Mapping[str, Any], name: str) -> str:
    found = body.get(name)
    return found if isinstance(found, str) else ""


def ends_after(seconds: Any, clock: Clock) -> datetime | None:
    """The moment that a lifetime in seconds means; None for what is no lifetime: no date is made up."""
    if isinstance(seconds, str) and seconds.isdecimal():
        seconds = int(seconds[:12])
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        return None
    return clock.now() + timedelta(seconds=seconds)


def scopes_in(value: Any) -> tuple[str, ...]:
    """Permissions as platforms write them: separated by spaces or commas, or as a list."""
    if isinstance(value, list):
        return tuple(one for one in value if isinstance(one, str) and one)
    return tuple(one for one in re.split(r"[,\s]+", value) if one) if isinstance(value, str) else ()


def one_line(text: str) -> str:
    """A platform's words as one short, printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"
