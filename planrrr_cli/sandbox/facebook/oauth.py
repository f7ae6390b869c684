"""Tokens over HTTP: /me, /me/accounts, /debug_token, /oauth/access_token."""

from typing import Any

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import read_fields
from planrrr_cli.sandbox.facebook.lists import page_of, read_limit
from planrrr_cli.sandbox.facebook.login import redeem, token_reply
from planrrr_cli.sandbox.facebook.model import ALL_SCOPES, INSTAGRAM_SCOPES, Grant, Holder
from planrrr_cli.sandbox.facebook.nodes import pick, render_page, tree_of
from planrrr_cli.sandbox.facebook.store import LONG_LIVED, USER_NAME
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

ACCESS_AGAIN = 90 * 86_400
GRANULAR = (*ALL_SCOPES, *INSTAGRAM_SCOPES)  # those that are given for single Pages and accounts


def me(visit: Visit) -> Reply:
    """The Page with a Page token, the person with a user token."""
    grant = visit.grant()
    visit.values({})
    fields = read_fields(tree_of(visit.parameters.values.get("fields")))
    store = visit.store
    if grant.page_id is not None:
        return json_reply(render_page(store, store.pages[grant.page_id], fields, reader=grant))
    if grant.holder is Holder.APP:
        raise errors.no_token()
    return json_reply(pick("User", {"name": USER_NAME, "id": store.user_id}, fields))


def accounts(visit: Visit) -> Reply:
    """The Pages of the person behind a user token, with fresh Page tokens."""
    store = visit.store
    grant = visit.grant()
    if grant.holder is not Holder.USER or visit.node not in ("me", store.user_id):
        raise errors.unsupported("get", visit.node)
    values = visit.values({"limit": "number", "after": "string", "before": "string"})
    default = "access_token,category,name,id,tasks"
    fields = read_fields(tree_of(visit.parameters.values.get("fields") or default))
    mine = [page for page in store.pages.values() if page.tasks]
    seen = [page for page in mine if "pages_show_list" in grant.allowed(page.id, page.scopes)]
    found, paging = page_of(visit, seen, lambda page: page.id, read_limit(values))
    answer = {"data": [render_page(store, page, fields, reader=grant) for page in found]}
    return json_reply(answer | ({"paging": paging} if paging else {}))


def debug(visit: Visit) -> Reply:
    """What a token is; asked with an app token, or with a user token of the same app."""
    if visit.grant().holder is Holder.PAGE:
        raise errors.invalid_parameter("You must provide an app access token, or a user access token")
    values = visit.values({"input_token": "string"})
    if "input_token" not in values:
        raise errors.missing_parameter("input_token")
    grant = visit.store.grants.get(values["input_token"])
    if grant is None:
        error = {"code": 190, "message": "Invalid OAuth access token."}
        return json_reply({"data": {"error": error, "is_valid": False, "scopes": []}})
    return json_reply({"data": _told(visit, grant)})


def _told(visit: Visit, grant: Grant) -> dict[str, Any]:
    store = visit.store
    pages = [store.pages[grant.page_id]] if grant.page_id else list(store.pages.values())
    granted = grant.consent.granted if grant.consent else ()
    since = grant.consent.given_at if grant.consent else grant.issued_at
    targets = [(page.id, grant.allowed(page.id, page.scopes)) for page in pages]
    targets += [
        (one.id, store.allowed_on(grant, one)) for page in pages if (one := store.linked.get(page.id))
    ]
    scopes = sorted({scope for _, allowed in targets for scope in allowed} | set(granted))
    expired = grant.expires_at is not None and grant.expires_at <= store.now()
    told: dict[str, Any] = {
        "app_id": store.app_id,
        "type": grant.holder,
        "application": "planrrr sandbox",
        "data_access_expires_at": int(since + ACCESS_AGAIN),
        "expires_at": int(grant.expires_at or 0),
        "is_valid": not expired and grant.dead is None,
        "issued_at": int(grant.issued_at),
        "scopes": scopes,
        "granular_scopes": [
            {"scope": scope, "target_ids": [target for target, allowed in targets if scope in allowed]}
            for scope in scopes
            if scope in GRANULAR
        ],
        "user_id": store.user_id,
    }
    if grant.page_id:
        told["profile_id"] = grant.page_id
    if expired or grant.dead is not None:
        told["error"] = {
            "code": 190,
            "subcode": grant.dead or 463,
            "message": str(errors.dead_token(grant.dead or 463)),
        }
    return told


def exchange(visit: Visit) -> Reply:
    """A login's code for a short-lived user token; a living user token for a long-lived one; the app's own."""
    names = ("grant_type", "client_id", "client_secret", "fb_exchange_token", "code", "redirect_uri")
    table = dict.fromkeys(names, "string")
    values = visit.values(table)
    store = visit.store
    if values.get("client_id") != store.app_id:
        raise errors.unknown_application()
    if values.get("client_secret") != store.app_secret:
        raise errors.wrong_secret()
    if "code" in values and values.get("grant_type", "authorization_code") == "authorization_code":
        return redeem(visit, values)
    if values.get("grant_type") == "client_credentials":
        return json_reply({"access_token": f"{store.app_id}|{store.app_secret}", "token_type": "bearer"})
    if values.get("grant_type") != "fb_exchange_token":
        raise errors.invalid_parameter("grant_type must be fb_exchange_token or client_credentials")
    grant = store.grants.get(values.get("fb_exchange_token", ""))
    if grant is None:
        raise errors.unparsable_token()
    if grant.dead is not None or (grant.expires_at is not None and grant.expires_at <= store.now()):
        raise errors.dead_token(grant.dead or 463)
    if grant.holder is not Holder.USER:
        # What the real service does with a Page token is not documented; a client must not count on it.
        raise errors.invalid_parameter("fb_exchange_token must be a user access token")
    token = store.exchange_user_token(grant)
    return token_reply(store, token, LONG_LIVED)
