"""The login dialog of Instagram: /oauth/authorize answers at once, as a person who says yes to everything."""

from typing import Final
from urllib.parse import urlencode, urlsplit

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram.model import SCOPES, Login, LoginCode
from planrrr_cli.sandbox.instagram.visit import Visit
from planrrr_cli.sandbox.redirects import is_harmless
from planrrr_cli.sandbox.wire import Reply

CODE_LIFE: Final = 3_600
DIALOG: Final = dict.fromkeys(
    ("client_id", "enable_fb_login", "force_reauth", "redirect_uri", "response_type", "scope", "state"),
    "string",
)


def dialog(visit: Visit) -> Reply:
    """A redirect with a code of the first account of Instagram Login, and the stray #_ at its end."""
    values = visit.values(DIALOG)
    store = visit.store
    if values.get("client_id") != store.app_id:
        raise graph.unknown_application()
    if values.get("response_type", "code") != "code":
        raise graph.invalid_parameter("response_type must be code")
    target = values.get("redirect_uri", "")
    if not is_harmless(target):
        raise graph.invalid_parameter("redirect_uri must be a loopback address in the sandbox")
    asked = [scope for scope in values.get("scope", "").replace(" ", ",").split(",") if scope]
    if strange := [scope for scope in asked if scope not in SCOPES[Login.INSTAGRAM]]:
        raise graph.invalid_parameter(f"Invalid Scopes: {', '.join(strange)}")
    account = next(one for one in store.accounts.values() if one.login is Login.INSTAGRAM)
    code = "AQ" + seeds.letters(store.world.seed, "instagram", "code", store.new_id(), length=40)
    store.codes[code] = LoginCode(account.id, target, store.now() + CODE_LIFE)
    query = {"code": code} | ({"state": values["state"]} if "state" in values else {})
    joint = "&" if urlsplit(target).query else "?"
    return Reply(302, b"", (("Location", f"{target}{joint}{urlencode(query)}#_"),))
