"""The authorization page and the code it gives: it answers at once, as a person who says yes to everything.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow (read 2026-11-23): a code lives
for 30 minutes; one scope that the app does not have breaks the whole consent.
"""

from urllib.parse import urlencode, urlsplit

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.linkedin import oautherrors
from planrrr_cli.sandbox.linkedin.model import SCOPES_OF, Account, App, LoginCode, Product
from planrrr_cli.sandbox.linkedin.restli import text_of
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.redirects import is_harmless
from planrrr_cli.sandbox.wire import Reply

CODE_LIFE = 1_800
NEEDED = ("response_type", "client_id", "redirect_uri", "scope")


def dialog(visit: Visit) -> Reply:
    """A redirect to `redirect_uri` with code and state. Only loopback addresses: a rehearsal leaves no machine."""
    query, store = dict(visit.query), visit.store
    if strange := sorted(set(query) - {*NEEDED, "state"}):
        raise oautherrors.strange_parameter(strange[0])
    for name in NEEDED:
        if not text_of(query, name):
            raise oautherrors.missing_parameter(name)
    app = next((app for app in store.apps.values() if app.client_id == query["client_id"]), None)
    if app is None:
        raise oautherrors.invalid_client()
    target = text_of(query, "redirect_uri")
    if not is_harmless(target):
        raise oautherrors.invalid_redirect("redirect_uri must be a loopback address in the sandbox")
    if query["response_type"] != "code":
        raise oautherrors.wrong_grant_type()
    state = {"state": text_of(query, "state")} if "state" in query else {}
    scopes = tuple(text_of(query, "scope").split())
    if strange := [scope for scope in scopes if scope not in SCOPES_OF[app.product]]:
        told = f'Scope "{strange[0][:60]}" is not authorized for your application'
        return _redirect(target, {"error": "unauthorized_scope_error", "error_description": told} | state)
    code = "AQ" + "".join(
        seeds.letters(store.world.seed, "code", store.numbers.next(), part) for part in "abc"
    )
    store.codes[code] = LoginCode(_account(visit, app), scopes, target, store.now() + CODE_LIFE)
    return _redirect(target, {"code": code} | state)


def _account(visit: Visit, app: App) -> Account:
    """Who signs in: the human of the app's first account; without one, the human of the first organization."""
    accounts = list(visit.store.accounts.values())
    for account in accounts:
        if account.product is app.product:
            return account
    member = accounts[0].member
    return Account(member, visit.store.people[member], Product.SHARE, member, ())


def _redirect(target: str, query: dict[str, str]) -> Reply:
    joint = "&" if urlsplit(target).query else "?"
    return Reply(302, b"", (("Location", target + joint + urlencode(query)),))
