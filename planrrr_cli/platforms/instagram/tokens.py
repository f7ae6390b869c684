"""Instagram's tokens: which account they open, and how they are renewed; by either login.

https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token (updated 2025-07-17) and
…/reference/access_token (updated 2026-03-09), read 2026-11-23: these two take the token in the query and no version.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta
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
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.instagram.calls import Calls, Login
from planrrr_cli.platforms.instagram.codes import AGAIN
from planrrr_cli.platforms.instagram.replies import INSTAGRAM, NAME
from planrrr_cli.platforms.meta.graph import id_of, number_of, text_of
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.meta.tokens import (
    PAGE_FIELDS,
    expiry_in,
    facts_of,
    pages_of,
    prolonged_until,
    scopes_in,
    still_works,
)

TASKS = frozenset({"CREATE_CONTENT", "MANAGE"})
_ACCOUNT = "instagram_business_account"


def identify(calls: Calls, app: App, tokens: Tokens, account_id: str | None) -> Account:
    """The account behind an Instagram user token. Raises PlatformError, or NotFound when it is another one.

    A token without a known end is renewed (or exchanged, if it is of the short kind), since that tells the end.
    """
    try:
        me = _me(calls)
    except (TokenExpired, UnexpectedReply) as error:
        raise _strange(error, "with a token of Facebook Login add --option login=facebook") from None
    account = text_of(me, "user_id") or id_of(INSTAGRAM, me, "id", Role.READ)
    if account_id not in {None, account, text_of(me, "id")}:
        raise NotFound(f"this token opens the Instagram account {account}, not {account_id}")
    if tokens.expires_at is None:
        tokens = _with_end(calls, app, tokens)
    name = text_of(me, "username") or account
    return Account(account, name, tokens, options={"login": Login.INSTAGRAM.value})


def _me(calls: Calls) -> Mapping[str, Any]:
    body = calls.read("me", call="instagram.account.read", fields="user_id,username")
    data = body.get("data")
    return data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else body


def _with_end(calls: Calls, app: App, tokens: Tokens) -> Tokens:
    secret = app.app_secret
    ways = [{"grant_type": "ig_refresh_token", "access_token": tokens.access.reveal()}]
    if secret is not None:
        ways.append({**ways[0], "grant_type": "ig_exchange_token", "client_secret": secret.reveal()})
    for params in ways:
        try:
            return _asked(calls, params)
        except PlatformError:
            continue  # it is too young, or of the other kind; it works, and its end stays unknown
    return tokens


def refresh(calls: Calls, tokens: Tokens) -> Tokens:
    """Tokens for another sixty days; or the same, while they are too young for that and work.

    Raises ConnectionRevoked when only a person can help.
    """
    try:
        return _asked(calls, {"grant_type": "ig_refresh_token", "access_token": tokens.access.reveal()})
    except TokenExpired as error:
        # The same code for a token that is dead and for one that is less than a day old
        try:
            _me(calls)
        except TokenExpired:
            raise _over(error) from None
        return tokens


def _asked(calls: Calls, params: Mapping[str, str]) -> Tokens:
    graph = calls.graph
    exchange = params["grant_type"] == "ig_exchange_token"
    path = "access_token" if exchange else "refresh_access_token"
    call = f"instagram.token.{'exchange' if exchange else 'refresh'}"
    reply = graph.api.get(f"{graph.app.api_url.rstrip('/')}/{path}", call=call, params=params)
    body = graph.meaning(reply, Role.READ, versioned=False)
    seconds = number_of(body, "expires_in")
    if seconds is None or seconds <= 0:
        raise UnexpectedReply("Instagram did not say how long the new token lives", platform=NAME)
    ends = calls.clock.now() + timedelta(seconds=min(seconds, 10 * 365 * 86400))
    return Tokens(Secret(id_of(INSTAGRAM, body, "access_token", Role.READ)), expires_at=ends)


def identify_behind_page(
    calls: Calls, tokens: Tokens, account_id: str | None, page_id: str | None
) -> Account:
    """The account behind a Facebook Page, by the user token that lists the Pages, or by a Page's own.

    Raises PlatformError, or NotFound when the choice is not clear.
    """
    fields = f"{PAGE_FIELDS},{_ACCOUNT}"
    try:
        pages = pages_of(calls.graph, fields)
    except TokenExpired as error:
        raise _strange(error, "a token of Instagram Login is added without --option login=facebook") from None
    if pages is None:
        me = calls.graph.read("me", call="instagram.page.read", fields=f"id,name,{_ACCOUNT}")
        page: Mapping[str, Any] = {**me, "access_token": tokens.access.reveal()}
        user = tokens.refresh
        pages = [page]
    else:
        user = tokens.access
        pages += _unlisted(calls, pages, page_id, fields)
    page = _chosen(pages, account_id, page_id)
    account = account_of(page) or ""
    access = Secret(id_of(INSTAGRAM, page, "access_token", Role.READ))
    facts = facts_of(calls.graph, access)
    user_ends = expiry_in(facts_of(calls.graph, user)) or tokens.refresh_expires_at if user else None
    found = Tokens(access, refresh=user, expires_at=expiry_in(facts), refresh_expires_at=user_ends)
    options = {"login": Login.FACEBOOK.value, "page_id": id_of(INSTAGRAM, page, "id", Role.READ)}
    return Account(account, _name_of(calls, account) or account, found, scopes_in(facts), options)


def _name_of(calls: Calls, account: str) -> str | None:
    """With the token that was given, which may read more than the Page's; a name is worth no failure."""
    try:
        return text_of(
            calls.graph.read(account, call="instagram.account.read", fields="username"), "username"
        )
    except PlatformError:
        return None


def account_of(page: Mapping[str, Any]) -> str | None:
    """The id of the professional account that is linked with a Page."""
    linked = page.get(_ACCOUNT)
    return text_of(linked, "id") if isinstance(linked, dict) else None


def _unlisted(
    calls: Calls, pages: list[Mapping[str, Any]], page_id: str | None, fields: str
) -> list[Mapping[str, Any]]:
    """A Page that belongs to a business is not listed, and can be named."""
    if page_id is None or any(text_of(page, "id") == page_id for page in pages):
        return []
    try:
        page = calls.graph.read(page_id, call="instagram.page.read", fields=fields)
    except PlatformError:
        return []
    return [page] if text_of(page, "access_token") else []


def _chosen(pages: list[Mapping[str, Any]], account_id: str | None, page_id: str | None) -> Mapping[str, Any]:
    linked = [page for page in pages if account_of(page)]
    names = ", ".join(f"{account_of(page)} (Page {page.get('name')})" for page in linked)
    if not linked:
        raise NotFound(
            "no Facebook Page that this token opens is linked with a professional Instagram account"
        )
    fitting = [
        page
        for page in linked
        if account_id in {None, account_of(page), text_of(page, "id")}
        and page_id in {None, text_of(page, "id")}
    ]
    if not fitting:
        wanted = account_id or f"behind Page {page_id}"
        raise NotFound(f"the token does not open the Instagram account {wanted}; it opens: {names}")
    if len(fitting) > 1:
        raise NotFound(f"the token opens {len(fitting)} Instagram accounts; choose one by its id: {names}")
    tasks = fitting[0].get("tasks")
    if isinstance(tasks, list) and tasks and not TASKS & set(map(str, tasks)):
        raise ConnectionRevoked(
            f"the person behind this token may not publish on the Page {fitting[0].get('name')}",
            platform=NAME,
            next_step="give this person the task “create content” on the Page",
        )
    return fitting[0]


def refresh_behind_page(calls: Calls, connection: Connection) -> Tokens:
    """A new Page token from the stored user token, which is prolonged first where the application is known.

    The same tokens when the user's is dead and the Page's is not. Raises ConnectionRevoked when only a person can help.
    """
    graph = calls.behind
    if graph is None:
        raise ConnectionRevoked(
            "there is no user token from which a new Page token could be made", platform=NAME, next_step=AGAIN
        )
    try:
        graph.token, ends = prolonged_until(graph, connection.tokens.refresh_expires_at)
        page_id = connection.options.get("page_id")
        if page_id:
            page: Mapping[str, Any] = graph.read(
                str(page_id), call="instagram.page.read", fields="access_token"
            )
        else:
            page = _chosen(pages_of(graph, f"{PAGE_FIELDS},{_ACCOUNT}") or [], connection.account_id, None)
        access = Secret(id_of(INSTAGRAM, page, "access_token", Role.READ))
    except (TokenExpired, UnexpectedReply) as error:
        if isinstance(error, UnexpectedReply) and error.code != "100":
            raise
        if still_works(graph, connection.tokens.access):
            return connection.tokens
        raise _over(error) from None
    except NotFound as error:
        raise ConnectionRevoked(str(error), platform=NAME, next_step=AGAIN) from None
    ends = ends or connection.tokens.refresh_expires_at
    return replace(
        connection.tokens, access=access, refresh=graph.token, expires_at=None, refresh_expires_at=ends
    )


def _strange(error: PlatformError, hint: str) -> PlatformError:
    """A token that is dead, or of the other login."""
    if isinstance(error, UnexpectedReply) and (error.code or "").partition("/")[0] != "100":
        return error
    return ConnectionRevoked(
        f"Instagram does not take this token: {error.message}",
        platform=NAME,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next_step=f"check that it is whole and alive; {hint}",
    )


def _over(error: PlatformError) -> ConnectionRevoked:
    return ConnectionRevoked(
        f"the sign-in is over: {error.message}",
        platform=NAME,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next_step=AGAIN,
    )
