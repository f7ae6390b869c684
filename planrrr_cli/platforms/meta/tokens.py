"""Tokens of Facebook Login, which open Pages and the Instagram accounts behind them: listed, prolonged, asked about.

A Page token made from a long-lived user token has no end and is not exchanged; only the user token is.
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, TokenExpired, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.meta.graph import MOST_PAGES, Graph, id_of, number_of
from planrrr_cli.platforms.meta.replies import Role

LONGEST = 10 * 365 * 86400  # seconds
PAGE_FIELDS = "id,name,access_token,tasks"


def pages_of(graph: Graph, fields: str = PAGE_FIELDS) -> list[Mapping[str, Any]] | None:
    """The Pages of a user token; None for a Page token, which has no such list (code 100)."""
    found: list[Mapping[str, Any]] = []
    call = f"{graph.dialect.platform}.accounts.read"
    lists = graph.pages("me", "accounts", call=call, fields=fields, limit="100")
    try:
        for number, some in enumerate(lists, start=1):
            found += some
            if number == MOST_PAGES:
                break
    except UnexpectedReply as error:  # 100, or 100/33: there is no such thing for this token
        if (error.code or "").partition("/")[0] != "100":
            raise
        return None
    return found


def prolonged_until(graph: Graph, known: datetime | None) -> tuple[Secret, datetime | None]:
    """The user token of ``graph``, exchanged for one that lives longer, where the application is known.

    And when it ends: ``known`` where nothing was exchanged; None where nobody says.
    """
    app = graph.app
    if not (app.app_id and app.app_secret):
        return graph.token, known
    address = graph.address("oauth", "access_token")
    params = {
        "grant_type": "fb_exchange_token",
        "client_id": app.app_id,
        "client_secret": app.app_secret.reveal(),
        "fb_exchange_token": graph.token.reveal(),
    }
    reply = graph.api.get(address, call=f"{graph.dialect.platform}.token.exchange", params=params)
    body = graph.meaning(reply, Role.READ)
    user = Secret(id_of(graph.dialect, body, "access_token", Role.READ))
    seconds = number_of(body, "expires_in")
    if seconds is None or not 0 < seconds < LONGEST:  # it may be absent, and no date is made up
        return user, known if user == graph.token else None
    return user, graph.clock.now() + timedelta(seconds=seconds)


def still_works(graph: Graph, token: Secret) -> bool:
    """Whether Meta takes ``token`` at present: a Page's outlives the user token that it was made from.

    Raises PlatformUnavailable or RateLimited when nobody can say.
    """
    graph.token = token
    try:
        graph.read("me", call=f"{graph.dialect.platform}.me.read", fields="id")
    except (TokenExpired, ConnectionRevoked, UnexpectedReply):
        return False
    return True


def facts_of(graph: Graph, token: Secret) -> Mapping[str, Any]:
    """What Facebook says about a token; nothing without the application's own credentials, and none is needed."""
    app = graph.app
    if not (app.app_id and app.app_secret):
        return {}
    try:
        reply = graph.api.get(
            graph.address("debug_token"),
            call=f"{graph.dialect.platform}.token.debug",
            params={"input_token": token.reveal()},
            token=Secret(f"{app.app_id}|{app.app_secret.reveal()}"),
        )
        data = graph.meaning(reply, Role.READ).get("data")
    except PlatformError:
        return {}
    return data if isinstance(data, dict) else {}


def expiry_in(facts: Mapping[str, Any]) -> datetime | None:
    """0 means never, and absent means unknown: no date is made up for either."""
    value = facts.get("expires_at")
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def scopes_in(facts: Mapping[str, Any]) -> tuple[str, ...]:
    """What was granted; empty where nobody knows."""
    scopes = facts.get("scopes")
    return tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else ()
