"""Facebook's tokens: which Page they open, and how a Page token is made anew from the user token behind it.

A Page token made from a long-lived user token has no end and is not exchanged; only the user token is.
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

from planrrr_cli.domain.connections import Connection, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    NotFound,
    PlatformError,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.base import Account
from planrrr_cli.platforms.facebook.graph import MOST_PAGES, Graph, id_of, page_of, text_of
from planrrr_cli.platforms.facebook.replies import NAME, Role

TASK = "CREATE_CONTENT"


def identify(graph: Graph, tokens: Tokens, account_id: str | None) -> Account:
    """The Page behind ``tokens``: a Page token names it, a user token lists those to choose from.

    Raises PlatformError, or NotFound when the choice is not clear.
    """
    me = graph.read("me", call="facebook.me.read", fields="id,name")
    mine = id_of(me, "id", Role.READ)
    pages = _pages(graph)
    if pages is None or (not pages and mine == account_id):
        if account_id not in {None, mine}:
            raise NotFound(f"this token opens the Facebook Page {mine}, not {account_id}")
        facts = _facts(graph, tokens.access)
        tokens = replace(tokens, expires_at=_expiry(facts) or tokens.expires_at)
        return Account(mine, text_of(me, "name") or mine, tokens, _scopes(facts))
    page = _chosen([*pages, *_unlisted(graph, pages, account_id)], account_id)
    access = Secret(id_of(page, "access_token", Role.READ))
    facts = _facts(graph, access)
    found = Tokens(access, refresh=tokens.access, expires_at=_expiry(facts))
    identity = id_of(page, "id", Role.READ)
    return Account(identity, text_of(page, "name") or identity, found, _scopes(facts))


def _pages(graph: Graph) -> list[Mapping[str, Any]] | None:
    """The Pages of a user token; None for a Page token, which has no such list (code 100)."""
    found: list[Mapping[str, Any]] = []
    lists = graph.pages(
        "me", "accounts", call="facebook.accounts.read", fields="id,name,access_token,tasks", limit="100"
    )
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


def _unlisted(
    graph: Graph, pages: list[Mapping[str, Any]], account_id: str | None
) -> list[Mapping[str, Any]]:
    """The Page that was asked for and is not in the list, as those are that belong to a business: by its id.
    https://github.com/gitroomhq/postiz-app, facebook.provider.ts @74b01ad (read 2026-11-23)"""
    if account_id is None or any(text_of(page, "id") == account_id for page in pages):
        return []
    try:
        page = graph.read(account_id, call="facebook.page.read", fields="id,name,access_token")
    except PlatformError:
        return []
    return [page] if text_of(page, "id") == account_id and text_of(page, "access_token") else []


def _chosen(pages: list[Mapping[str, Any]], account_id: str | None) -> Mapping[str, Any]:
    names = ", ".join(f"{page.get('name')} ({page.get('id')})" for page in pages)
    if not pages:
        raise NotFound("the person behind this token manages no Facebook Page that the application may see")
    fitting = [page for page in pages if account_id in {None, text_of(page, "id")}]
    if not fitting:
        raise NotFound(f"the token does not open the Facebook Page {account_id}; it opens: {names}")
    if len(fitting) > 1:
        raise NotFound(f"the token opens {len(fitting)} Facebook Pages; choose one by its id: {names}")
    tasks = fitting[0].get("tasks")
    if isinstance(tasks, list) and tasks and TASK not in tasks:
        raise ConnectionRevoked(
            f"the person behind this token may not publish on {fitting[0].get('name')}",
            platform=NAME,
            next_step="give this person the task “create content” on the Page",
        )
    return fitting[0]


def refresh(graph: Graph, connection: Connection) -> Tokens:
    """A new Page token from the stored user token, which is prolonged first where the application is known.

    ``graph`` speaks with the user token. Raises ConnectionRevoked when only a person can help.
    """
    try:
        user = _prolonged(graph)
        graph.token = user
        body = graph.read(page_of(connection), call="facebook.page_token.read", fields="access_token")
    except (TokenExpired, UnexpectedReply) as error:
        if isinstance(error, UnexpectedReply) and error.code != "100":
            raise
        raise ConnectionRevoked(
            f"the sign-in behind the Page token is over: {error.message}",
            platform=NAME,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            next_step="sign in again: planrrr connections add facebook",
        ) from None
    return Tokens(Secret(id_of(body, "access_token", Role.READ)), refresh=user, expires_at=None)


def _prolonged(graph: Graph) -> Secret:
    app = graph.app
    if not (app.app_id and app.app_secret):
        return graph.token
    address = graph.address("oauth", "access_token")
    params = {
        "grant_type": "fb_exchange_token",
        "client_id": app.app_id,
        "client_secret": app.app_secret.reveal(),
        "fb_exchange_token": graph.token.reveal(),
    }
    reply = graph.api.get(address, call="facebook.token.exchange", params=params)
    return Secret(id_of(graph.meaning(reply, Role.READ), "access_token", Role.READ))


def _facts(graph: Graph, token: Secret) -> Mapping[str, Any]:
    """What Facebook says about a token; nothing without the application's own credentials, and none is needed."""
    app = graph.app
    if not (app.app_id and app.app_secret):
        return {}
    try:
        reply = graph.api.get(
            graph.address("debug_token"),
            call="facebook.token.debug",
            params={"input_token": token.reveal()},
            token=Secret(f"{app.app_id}|{app.app_secret.reveal()}"),
        )
        data = graph.meaning(reply, Role.READ).get("data")
    except PlatformError:
        return {}
    return data if isinstance(data, dict) else {}


def _expiry(facts: Mapping[str, Any]) -> datetime | None:
    """0 means never, and absent means unknown: no date is made up for either."""
    value = facts.get("expires_at")
    if isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        return None
    try:
        return datetime.fromtimestamp(value, UTC)
    except (OverflowError, OSError, ValueError):
        return None


def _scopes(facts: Mapping[str, Any]) -> tuple[str, ...]:
    scopes = facts.get("scopes")
    return tuple(scope for scope in scopes if isinstance(scope, str)) if isinstance(scopes, list) else ()
