"""LinkedIn's tokens: which author they open, and how they are renewed where LinkedIn permits it.

https://learn.microsoft.com/en-us/linkedin/shared/authentication/programmatic-refresh-tokens (read 2026-11-23): the
refresh token is not rotated, and the year of its life is not prolonged.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any, NoReturn

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Scope,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.base import Account
from planrrr_cli.platforms.linkedin.authors import ROLES, name_of, person_of, roles_of
from planrrr_cli.platforms.linkedin.envelope import one_line
from planrrr_cli.platforms.linkedin.replies import NAME, Role, lacks_permission
from planrrr_cli.platforms.linkedin.rest import Rest, object_of, text_in
from planrrr_cli.platforms.linkedin.urns import Author, Kind, author_in
from planrrr_cli.platforms.wire import NotJson, Reply

_AGAIN = "sign in again: planrrr connect linkedin"
_SETTINGS = "set LINKEDIN_CLIENT_ID and LINKEDIN_CLIENT_SECRET, or the connection's own application"
CONFIGURED_AGAIN = timedelta(minutes=15)
_CALLS = {"accessToken": "refresh", "introspectToken": "introspect"}


def refresh(rest: Rest, tokens: Tokens) -> Tokens:
    """New tokens. Raises ConnectionRevoked when only a person can help, RateLimited when the settings are wrong."""
    if tokens.refresh is None:
        raise ConnectionRevoked("there is no refresh token for this account", platform=NAME, next_step=_AGAIN)
    reply = _oauth(
        rest, "accessToken", {"grant_type": "refresh_token", "refresh_token": tokens.refresh.reveal()}
    )
    body = object_of(reply, Role.READ)
    return Tokens(
        access=Secret(text_in(body, "access_token")),
        refresh=Secret(str(body["refresh_token"])) if body.get("refresh_token") else tokens.refresh,
        expires_at=_expiry(body.get("expires_in"), rest),
        refresh_expires_at=_expiry(body.get("refresh_token_expires_in"), rest) or tokens.refresh_expires_at,
    )


def _oauth(rest: Rest, what: str, form: Mapping[str, str]) -> Reply:
    """One call to the token endpoint in the application's name."""
    app = rest.app
    if not (app.app_id and app.app_secret):
        _misconfigured(f"renewing a token needs the application's id and secret: {_SETTINGS}", rest, None)
    reply = rest.api.post(
        f"{rest.site}/oauth/v2/{what}",
        call=f"linkedin.token.{_CALLS[what]}",
        form={**form, "client_id": app.app_id, "client_secret": app.app_secret.reveal()},
    )
    if not 200 <= reply.status < 300:
        _refused(reply, rest)
    return reply


def _refused(reply: Reply, rest: Rest) -> NoReturn:
    """https://learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow (read 2026-11-23)"""
    try:
        found = reply.json()
    except NotJson:
        found = None
    body: Mapping[str, Any] = found if isinstance(found, dict) else {}
    error, told = str(body.get("error") or ""), one_line(str(body.get("error_description") or ""))
    rest.api.note(error[:100] or None)
    sentence = f"({reply.status}, {error or 'no code'}: {told or 'no words'})"
    if reply.status >= 500 or reply.status in {408, 425} or not body:
        raise PlatformUnavailable(
            f"LinkedIn's token service is in trouble {sentence}", platform=NAME, status=reply.status
        )
    if reply.status == 429:
        says = f"LinkedIn limits the renewal of tokens {sentence}"
        raise RateLimited(says, platform=NAME, status=429, scope=Scope.APP)
    if error == "invalid_grant" or re.search(r"expired|revoked", told, re.IGNORECASE):
        raise ConnectionRevoked(
            f"the refresh token is not valid any more {sentence}",
            platform=NAME,
            status=reply.status,
            code=error or None,
            next_step=_AGAIN,
        )
    if error == "invalid_client":
        _misconfigured(
            f"LinkedIn does not know the application, or its secret {sentence}: {_SETTINGS}", rest, reply
        )
    _misconfigured(f"LinkedIn does not take what the application asks {sentence}: {_SETTINGS}", rest, reply)


def _misconfigured(says: str, rest: Rest, reply: Reply | None) -> NoReturn:
    """No token is at fault: what needs this application waits for a person, and goes on by itself then."""
    raise RateLimited(
        says,
        platform=NAME,
        status=reply.status if reply else None,
        scope=Scope.APP,
        retry_at=rest.clock.now() + CONFIGURED_AGAIN,
        next_step=_SETTINGS,
    )


def identify(rest: Rest, tokens: Tokens, account_id: str | None) -> Account:
    """The author behind ``tokens``: the person who signed in, or the organization that ``account_id`` names.

    Raises PlatformError, or NotFound when the choice is not clear.
    """
    wanted = author_in(account_id) if account_id is not None else None
    if account_id is not None and wanted is None:
        raise NotFound(
            f"“{account_id}” is no author on LinkedIn; name urn:li:person:… or urn:li:organization:…"
        )
    facts = _facts(rest)
    tokens = replace(tokens, expires_at=_moment(facts.get("expires_at")) or tokens.expires_at)
    scopes = _scopes(facts.get("scope"))
    if wanted is None or wanted.kind is Kind.PERSON:
        found = _person(rest, wanted)
        if found is not None:
            return Account(found[0], found[1], tokens, scopes)
    organization = _organization(rest, wanted)
    return Account(organization, name_of(rest, organization), tokens, scopes)


def _person(rest: Rest, wanted: Author | None) -> tuple[str, str] | None:
    """URN and name of who signed in; None when this token is for organizations only."""
    try:
        urn, name = person_of(rest)
    except ConnectionRevoked as error:
        if wanted is not None or not lacks_permission(error):
            raise
        return None
    if wanted is not None and wanted.urn != urn:
        raise NotFound(f"this token opens {urn}, not {wanted.urn}")
    return urn, name


def _organization(rest: Rest, wanted: Author | None) -> str:
    roles = roles_of(rest)
    if not roles:
        raise NotFound(
            "the person behind this token has a role in no organization that the application may see"
        )
    names = ", ".join(sorted(roles))
    if wanted is None and len(roles) > 1:
        raise NotFound(f"the token opens {len(roles)} organizations; choose one by its id: {names}")
    chosen = wanted.urn if wanted is not None else next(iter(roles))
    if chosen not in roles:
        raise NotFound(f"the token does not open {chosen}; it opens: {names}")
    if not roles[chosen] & ROLES:
        raise ConnectionRevoked(
            f"the person behind this token may not post for {chosen}",
            platform=NAME,
            next_step="make this person an administrator or content administrator of the page",
        )
    return chosen


def _facts(rest: Rest) -> Mapping[str, Any]:
    """What LinkedIn says about a token; nothing without the application's own credentials, and none is needed.
    https://learn.microsoft.com/en-us/linkedin/shared/authentication/token-introspection (read 2026-11-23)"""
    if not (rest.app.app_id and rest.app.app_secret):
        return {}
    try:
        return object_of(_oauth(rest, "introspectToken", {"token": rest.token.reveal()}), Role.READ)
    except PlatformError:
        return {}


def _scopes(value: Any) -> tuple[str, ...]:
    """Separated by commas or by spaces."""
    return tuple(scope for scope in re.split(r"[,\s]+", value) if scope) if isinstance(value, str) else ()


def _expiry(seconds: Any, rest: Rest) -> datetime | None:
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 10**9:
        return None
    return rest.clock.now() + timedelta(seconds=seconds)


def _moment(seconds: Any) -> datetime | None:
    """Seconds since 1970; absent means unknown, and no date is made up."""
    if isinstance(seconds, bool) or not isinstance(seconds, int) or not 0 < seconds < 253_402_300_800:
        return None
    return datetime.fromtimestamp(seconds, UTC)
