"""Facebook's tokens: which Page they open, and how a Page token is made anew from the user token behind it.

A Page token made from a long-lived user token has no end and is not exchanged; only the user token is.
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
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
from planrrr_cli.platforms.facebook.graph import Graph, id_of, page_of
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.meta.graph import text_of
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.meta.tokens import (
    expiry_in,
    facts_of,
    pages_of,
    prolonged_until,
    scopes_in,
    still_works,
)

TASK = "CREATE_CONTENT"


def identify(graph: Graph, tokens: Tokens, account_id: str | None) -> Account:
    """The Page behind ``tokens``: a Page token names it, a user token lists those to choose from.

    Raises PlatformError, or NotFound when the choice is not clear.
    """
    me = graph.read("me", call="facebook.me.read", fields="id,name")
    mine = id_of(me, "id", Role.READ)
    pages = pages_of(graph)
    if pages is None or (not pages and mine == account_id):
        if account_id not in {None, mine}:
            raise NotFound(f"this token opens the Facebook Page {mine}, not {account_id}")
        facts = facts_of(graph, tokens.access)
        tokens = replace(tokens, expires_at=expiry_in(facts) or tokens.expires_at)
        return Account(mine, text_of(me, "name") or mine, tokens, scopes_in(facts))
    page = _chosen([*pages, *_unlisted(graph, pages, account_id)], account_id)
    access = Secret(id_of(page, "access_token", Role.READ))
    facts = facts_of(graph, access)
    user_ends = expiry_in(facts_of(graph, tokens.access))
    found = Tokens(access, tokens.access, expiry_in(facts), refresh_expires_at=user_ends or tokens.expires_at)
    identity = id_of(page, "id", Role.READ)
    return Account(identity, text_of(page, "name") or identity, found, scopes_in(facts))


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

    ``graph`` speaks with the user token. The same tokens when that is dead and the Page's is not. Raises
    ConnectionRevoked when only a person can help.
    """
    try:
        user, ends = prolonged_until(graph, connection.tokens.refresh_expires_at)
        graph.token = user
        body = graph.read(page_of(connection), call="facebook.page_token.read", fields="access_token")
    except (TokenExpired, UnexpectedReply) as error:
        if isinstance(error, UnexpectedReply) and error.code != "100":
            raise
        if still_works(graph, connection.tokens.access):
            return connection.tokens
        raise ConnectionRevoked(
            f"the sign-in behind the Page token is over: {error.message}",
            platform=NAME,
            status=error.status,
            code=error.code,
            request_id=error.request_id,
            next_step="sign in again: planrrr connect facebook",
        ) from None
    return Tokens(
        Secret(id_of(body, "access_token", Role.READ)),
        refresh=user,
        expires_at=None,
        refresh_expires_at=ends or connection.tokens.refresh_expires_at,
    )
