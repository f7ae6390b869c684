"""X's tokens: whose they are, and how an OAuth 2 token is renewed. A refresh token works once.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code and
https://docs.x.com/fundamentals/authentication/oauth-2-0/user-access-token (read 2026-08-22)
"""

from __future__ import annotations

from base64 import b64encode
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import quote

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformError,
    PlatformUnavailable,
    Scope,
    UnexpectedReply,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.base import Account
from planrrr_cli.platforms.wire import NotJson, Reply
from planrrr_cli.platforms.x.calls import Calls, data_of, id_of
from planrrr_cli.platforms.x.limits import wait_of
from planrrr_cli.platforms.x.problems import Told, shown_body, told
from planrrr_cli.platforms.x.refusals import AppBlocked
from planrrr_cli.platforms.x.replies import NAME, Role, request_id

LIFETIME = timedelta(hours=2)  # where X does not say how long a token lasts
CLIENT_WAITS = timedelta(minutes=15)
_PREMIUM = frozenset({"Premium", "PremiumPlus"})
_SETTINGS = "see X_CLIENT_ID and X_CLIENT_SECRET (a public client has no secret); it is tried again by itself"


def identify(calls: Calls, tokens: Tokens, account_id: str | None) -> Account:
    """The account that ``tokens`` open, by its id and its handle; whether it has Premium is a hint for long posts.

    Raises PlatformError, or NotFound when it is another account than ``account_id``.
    """
    body = calls.read("users", "me", call="x.me.read", **{"user.fields": "subscription_type,verified_type"})
    mine, data = id_of(body, Role.READ), data_of(body)
    handle = data.get("username")
    name = f"@{handle}" if isinstance(handle, str) and handle else str(data.get("name") or mine)
    if account_id not in {None, mine}:
        raise NotFound(f"this token opens the X account {name} ({mine}), not {account_id}")
    options = {"long_posts": True} if data.get("subscription_type") in _PREMIUM else {}
    return Account(mine, name, tokens, options=options)


def refresh(calls: Calls, tokens: Tokens) -> Tokens:
    """New tokens for the refresh token, which is used up by it.

    Raises ConnectionRevoked when X refuses the refresh token in so many words, OutcomeUnknown when no answer came;
    everything else may pass.
    """
    app, now = calls.app, calls.clock.now()
    if tokens.refresh is None:
        raise ConnectionRevoked("there is no refresh token", platform=NAME)
    if not app.app_id:
        raise _unknown_client("the id of the developer app is not set", now)
    form = {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
    headers: dict[str, str] = {}
    if app.app_secret:
        pair = f"{quote(app.app_id, safe='')}:{quote(app.app_secret.reveal(), safe='')}"
        headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
    else:
        form["client_id"] = app.app_id
    # Irrevocable: the refresh token works once, so who has lost the lane meanwhile must not send it.
    reply = calls.api.post(
        calls.address("oauth2", "token"), call="x.token.refresh", form=form, headers=headers, irrevocable=True
    )
    failure = read_token_reply(reply, now=now)
    calls.api.note(failure.code if failure else None, request_id(reply))
    if failure is not None:
        raise failure
    return _renewed(reply.json(), tokens, now)


def read_token_reply(reply: Reply, *, now: datetime) -> PlatformError | None:
    """What the token endpoint's answer means; None when it holds a token."""
    facts: dict[str, Any] = {"platform": NAME, "status": reply.status, "request_id": request_id(reply)}
    if 200 <= reply.status < 300:
        try:
            body = reply.json()
        except NotJson:
            body = None
        good = isinstance(body, dict) and isinstance(body.get("access_token"), str) and body["access_token"]
        return None if good else UnexpectedReply("X answered without a token", **facts)
    found = told(reply)
    facts["code"] = found.code
    says = f"X answered {reply.status}: {found.detail or found.code or shown_body(reply)}"
    if reply.status == 429:
        until = wait_of(reply, now).until
        return AppBlocked("X limits the renewing of tokens", retry_at=until, scope=Scope.APP, **facts)
    if reply.status >= 500 or reply.status == 408 or not found.readable:
        return PlatformUnavailable(says, **facts)
    if reply.status == 400 and _is_spent(found):
        return ConnectionRevoked(
            f"X does not accept the refresh token any more ({says})",
            next_step="sign in again: planrrr connect x",
            **facts,
        )
    return _unknown_client(says, now, facts)


def _is_spent(found: Told) -> bool:
    """A used or revoked token; a request that lacks something is our fault and not the account's."""
    if found.code == "invalid_grant":
        return True
    return found.code == "invalid_request" and not found.says("missing", "client", "authorization header")


def _unknown_client(says: str, now: datetime, facts: Mapping[str, Any] | None = None) -> AppBlocked:
    """The developer app's own credentials are missing or refused; X had days on which it refused good ones, too."""
    return AppBlocked(
        f"the token was not renewed: {says}",
        retry_at=now + CLIENT_WAITS,
        scope=Scope.APP,
        next_step=_SETTINGS,
        **({"platform": NAME} if facts is None else facts),
    )


def _renewed(body: Mapping[str, Any], before: Tokens, now: datetime) -> Tokens:
    seconds = body.get("expires_in")
    lasts = LIFETIME
    if isinstance(seconds, int) and not isinstance(seconds, bool) and 0 < seconds < 10**9:
        lasts = timedelta(seconds=seconds)
    onward = body.get("refresh_token")
    return Tokens(
        access=Secret(str(body["access_token"])),
        refresh=Secret(onward) if isinstance(onward, str) and onward else before.refresh,
        expires_at=now + lasts,
    )
