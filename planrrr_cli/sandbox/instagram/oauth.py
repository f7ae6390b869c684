"""Tokens of Instagram Login: a code for one of an hour, that one for one of 60 days, and its refreshing."""

from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.model import Grant
from planrrr_cli.sandbox.instagram.store import LONG_LIVED
from planrrr_cli.sandbox.instagram.visit import Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

# developers.facebook.com/docs/instagram-platform/reference/refresh_access_token (updated 2025-07-17)
YOUNGEST: Final = 24 * 3600
BASIC: Final = "instagram_business_basic"
REDEEM: Final = ("client_id", "client_secret", "grant_type", "redirect_uri", "code")


def redeem(visit: Visit) -> Reply:
    """POST https://api.instagram.com/oauth/access_token; the code has served then."""
    try:
        told = _redeemed(visit)
        return json_reply(told if visit.store.flat_answers else {"data": [told]})
    except errors.LoginRefused as refused:
        return refused.reply()


def _redeemed(visit: Visit) -> dict[str, Any]:
    values, store = visit.parameters.values, visit.store
    if strange := sorted(set(values) - set(REDEEM)):
        raise errors.LoginRefused(f"Unknown parameter: {strange[0][:100]}")
    if missing := [name for name in REDEEM if not values.get(name)]:
        raise errors.LoginRefused(f"Missing required field {missing[0]}")
    if values["grant_type"] != "authorization_code":
        raise errors.LoginRefused("Invalid grant_type")
    if values["client_id"] != store.app_id:
        raise errors.LoginRefused("Invalid platform app")
    if values["client_secret"] != store.app_secret:
        raise errors.LoginRefused("Error validating client secret.")
    code = store.codes.get(str(values["code"]))
    if code is not None and code.used:
        raise errors.LoginRefused("This authorization code has been used")
    if code is None or code.expires_at <= store.now():
        raise errors.LoginRefused("Invalid authorization code")
    if code.redirect_uri != values["redirect_uri"]:
        raise errors.LoginRefused(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used"
        )
    code.used = True
    grant = store.sign_in(code.account_id, short_lived=True, scopes=code.granted)
    permissions = list(grant.allows(store.accounts[code.account_id]))
    return {"access_token": grant.token, "user_id": code.account_id, "permissions": permissions}


def exchange(visit: Visit) -> Reply:
    """GET /access_token?grant_type=ig_exchange_token with the application's secret and a token of an hour."""
    values = visit.values({"grant_type": "string", "client_secret": "string"})
    _check_grant_type(values, "ig_exchange_token")
    if "client_secret" not in values:
        raise graph.missing_parameter("client_secret")
    if values["client_secret"] != visit.store.app_secret:
        raise graph.wrong_secret()
    grant = _living(visit)
    if not grant.short_lived:
        raise graph.invalid_parameter("Only a short-lived token can be exchanged; refresh a long-lived one")
    token = visit.store.sign_in(grant.account_id, scopes=grant.scopes).token
    return json_reply({"access_token": token, "token_type": "bearer", "expires_in": LONG_LIVED})


def refresh(visit: Visit) -> Reply:
    """A token of 60 days, at least a day old and not expired; the old one lives on until its own end."""
    values = visit.values({"grant_type": "string"})
    _check_grant_type(values, "ig_refresh_token")
    grant, store = _living(visit), visit.store
    if grant.short_lived:
        raise graph.invalid_parameter("A short-lived token cannot be refreshed; exchange it")
    if store.now() - grant.issued_at < YOUNGEST:
        raise errors.too_young()
    scopes = grant.allows(store.accounts[grant.account_id])
    if BASIC not in scopes:
        raise errors.permission_missing(BASIC)
    token = store.sign_in(grant.account_id, scopes=grant.scopes).token
    told = {"access_token": token, "token_type": "bearer", "expires_in": LONG_LIVED}
    return json_reply(told | {"permissions": ",".join(scopes)})


def _check_grant_type(values: dict[str, Any], wanted: str) -> None:
    if values.get("grant_type") != wanted:
        raise graph.invalid_parameter(f"Param grant_type must be {wanted}")


def _living(visit: Visit) -> Grant:
    """Raises GraphError 190 for whatever is no living token of Instagram Login."""
    visit.caller()
    grant = visit.store.grants.get(visit.token)
    if grant is None:
        raise graph.unparsable_token()
    return grant
