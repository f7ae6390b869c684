"""The login dialog and the code it gives: /dialog/oauth answers at once, as a person who says yes to everything."""

from typing import Any
from urllib.parse import urlencode, urlsplit

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import ALL_SCOPES, INSTAGRAM_SCOPES, LoginCode
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.redirects import is_harmless
from planrrr_cli.sandbox.wire import Reply, json_reply

# A code lives for ten minutes and serves once (RFC 6749 section 4.1.2); Meta's documentation names no number.
CODE_LIFE = 600
DIALOG = dict.fromkeys(
    ("client_id", "redirect_uri", "state", "scope", "response_type", "auth_type"), "string"
)


def dialog(visit: Visit) -> Reply:
    """A redirect to `redirect_uri` with code and state. Only loopback addresses: a rehearsal leaves no machine."""
    values = visit.values(DIALOG)
    store = visit.store
    if values.get("client_id") != store.app_id:
        raise errors.unknown_application()
    if values.get("response_type", "code") != "code":
        raise errors.invalid_parameter("response_type must be code")
    target = values.get("redirect_uri", "")
    if not is_harmless(target):
        raise errors.invalid_parameter("redirect_uri must be a loopback address in the sandbox")
    asked = [scope for scope in values.get("scope", "").replace(" ", ",").split(",") if scope]
    if strange := [scope for scope in asked if scope not in ALL_SCOPES + INSTAGRAM_SCOPES]:
        raise errors.invalid_parameter(f"Invalid Scopes: {', '.join(strange)}")
    code = "AQ" + seeds.letters(store.world.seed, "code", store.numbers.next(), length=40)
    store.codes[code] = LoginCode(target, store.now() + CODE_LIFE)
    query = {"code": code} | ({"state": values["state"]} if "state" in values else {})
    joint = "&" if urlsplit(target).query else "?"
    return Reply(302, b"", (("Location", target + joint + urlencode(query)),))


def redeem(visit: Visit, values: dict[str, Any]) -> Reply:
    """A code for a short-lived user token; the same redirect_uri must come along."""
    store = visit.store
    found = store.codes.pop(values["code"], None)
    if found is None or found.expires_at <= store.now():
        raise errors.invalid_parameter("This authorization code has expired or has been used.")
    if found.redirect_uri != values.get("redirect_uri"):
        raise errors.invalid_parameter(
            "redirect_uri must be identical to the one used in the OAuth dialog request"
        )
    token, seconds = store.short_user_token()
    return json_reply({"access_token": token, "token_type": "bearer", "expires_in": seconds})
