"""Google's tokens: which channel they open, and how they are renewed. A refresh token is kept and never rotated.

https://developers.google.com/identity/protocols/oauth2 (read 2026-11-23): an access token lasts an hour; a refresh
token of an app whose consent screen is in status "Testing" lasts seven days.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformUnavailable,
    RateLimited,
    Scope,
    UnexpectedReply,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.base import Account
from planrrr_cli.platforms.wire import NotJson, Reply
from planrrr_cli.platforms.youtube.envelope import one_line
from planrrr_cli.platforms.youtube.replies import AGAIN, NAME, lacks_permission
from planrrr_cli.platforms.youtube.rest import Rest, object_of, part_of, text_in

TOKENS = "https://oauth2.googleapis.com"
LIFETIME = timedelta(hours=1)  # where Google does not say how long a token lasts
CONFIGURED_AGAIN = timedelta(minutes=15)
_SETTINGS = (
    "set YOUTUBE_CLIENT_ID and YOUTUBE_CLIENT_SECRET to the OAuth client that the sign-in was made with"
)
_TESTING = (
    "; Google ends each sign-in after 7 days while the app's consent screen is in status “Testing”: if it was a week, "
    "set it to “In production” first (Google Cloud console, OAuth consent screen)"
)
_PASSING = frozenset({"temporarily_unavailable", "internal_failure", "server_error"})


def refresh(rest: Rest, tokens: Tokens) -> Tokens:
    """New tokens. Raises ConnectionRevoked when only a person can help, RateLimited when the settings are wrong."""
    if tokens.refresh is None:
        raise ConnectionRevoked("there is no refresh token for this channel", platform=NAME, next_step=AGAIN)
    app = rest.app
    if not (app.app_id and app.app_secret):
        _misconfigured(f"renewing a token needs the OAuth client: {_SETTINGS}", rest, None)
    reply = rest.api.post(
        f"{(app.oauth_url or TOKENS).rstrip('/')}/token",
        call="youtube.token.refresh",
        form={
            "grant_type": "refresh_token",
            "refresh_token": tokens.refresh.reveal(),
            "client_id": app.app_id,
            "client_secret": app.app_secret.reveal(),
        },
    )
    if not 200 <= reply.status < 300:
        _refused(reply, rest)
    body = object_of(reply)
    access, onward = text_in(body, "access_token"), text_in(body, "refresh_token")
    if not access:
        raise UnexpectedReply("Google answered without a token", platform=NAME, status=reply.status)
    return Tokens(
        access=Secret(access),
        refresh=Secret(onward) if onward else tokens.refresh,
        expires_at=_expiry(body.get("expires_in"), rest.clock.now()),
        refresh_expires_at=_last(body.get("refresh_token_expires_in"), tokens, rest.clock.now()),
    )


def _refused(reply: Reply, rest: Rest) -> NoReturn:
    """https://developers.google.com/identity/protocols/oauth2/native-app (read 2026-11-23)"""
    try:
        found = reply.json()
    except NotJson:
        found = None
    body: Mapping[str, Any] = found if isinstance(found, dict) else {}
    error, told = (one_line(str(body.get(name) or "")) for name in ("error", "error_description"))
    rest.api.note(error[:100] or None)
    sentence = f"({reply.status}, {error or 'no code'}: {told or 'no words'})"
    if reply.status == 429:
        says = f"Google limits the renewal of tokens {sentence}"
        raise RateLimited(says, platform=NAME, status=429, scope=Scope.APP)
    if reply.status >= 500 or reply.status in {408, 425} or error in _PASSING or not error:
        raise PlatformUnavailable(
            f"Google's token service is in trouble {sentence}", platform=NAME, status=reply.status
        )
    if error == "invalid_grant":
        raise ConnectionRevoked(
            f"the sign-in is not valid any more {sentence}",
            platform=NAME,
            status=reply.status,
            code=error,
            next_step=f"{AGAIN}{_TESTING}",
        )
    _misconfigured(f"Google does not take what the OAuth client asks {sentence}: {_SETTINGS}", rest, reply)


def _misconfigured(says: str, rest: Rest, reply: Reply | None) -> NoReturn:
    """No token is at fault: what needs this client waits for a person, and goes on by itself then."""
    raise RateLimited(
        says,
        platform=NAME,
        status=reply.status if reply else None,
        scope=Scope.APP,
        retry_at=rest.clock.now() + CONFIGURED_AGAIN,
        next_step=_SETTINGS,
    )


def identify(rest: Rest, tokens: Tokens, account_id: str | None) -> Account:
    """The channel that ``tokens`` open; a token belongs to one. Raises PlatformError, or NotFound for another."""
    params = {"part": "snippet,contentDetails", "mine": "true"}
    try:
        items = rest.items("channels", call="youtube.channels.list", params=params)
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        step = (
            "sign in again and grant youtube.readonly as well: without it nobody can read which channel it is"
        )
        raise ConnectionRevoked(
            error.message, platform=NAME, status=error.status, code=error.code, next_step=step
        ) from None
    if not items:
        raise NotFound(
            "this Google account has no channel on YouTube; make one on youtube.com, then sign in again"
        )
    channel_id = text_in(items[0], "id")
    title = text_in(part_of(items[0], "snippet"), "title") or channel_id
    if not channel_id:
        raise UnexpectedReply("YouTube answered without the channel's id", platform=NAME)
    if account_id not in {None, channel_id}:
        raise NotFound(f"this token opens the channel {title} ({channel_id}), not {account_id}")
    return Account(channel_id, title, tokens)


def _last(seconds: Any, before: Tokens, now: datetime) -> datetime | None:
    """Said of a grant that is limited in time; else what was known before holds."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        return before.refresh_expires_at
    return now + timedelta(seconds=seconds)


def _expiry(seconds: Any, now: datetime) -> datetime:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        return now + LIFETIME
    return now + timedelta(seconds=seconds)
