"""The authorization page and the code it gives; a member signs in, and there is nothing to untick.

Source: learn.microsoft.com/en-us/linkedin/shared/authentication/authorization-code-flow (read 2026-11-23): a code lives
for 30 minutes; who says no is `user_cancelled_authorize`; a scope that the app does not have breaks the consent.
"""

from typing import Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.consent import Answer, ask, is_browser, state_back
from planrrr_cli.sandbox.consentpage import Question, refusal_page
from planrrr_cli.sandbox.linkedin import oautherrors
from planrrr_cli.sandbox.linkedin.errors import LinkedInError
from planrrr_cli.sandbox.linkedin.model import SCOPES_OF, App, LoginCode
from planrrr_cli.sandbox.linkedin.restli import text_of
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.redirects import back
from planrrr_cli.sandbox.wire import Reply

CODE_LIFE: Final = 1_800
HEADING: Final = "Sign in to LinkedIn"
NEEDED: Final = ("response_type", "client_id", "redirect_uri", "scope")
SAID_NO: Final = {
    "error": "user_cancelled_authorize",
    "error_description": "The user cancelled the authorization",
}


def dialog(visit: Visit) -> Reply:
    """The page, or a redirect to `redirect_uri` with code and state. Without a good address nothing leads back."""
    try:
        return _dialog(visit)
    except LinkedInError as refused:
        if is_browser(visit.request):
            reply = refused.reply()
            return refusal_page(HEADING, f"Bummer, something went wrong. {refused}", reply.status)
        raise


def _dialog(visit: Visit) -> Reply:
    query, store = visit.query, visit.store
    app, target = _checked(visit)
    consents = store.world.consents
    state = state_back(consents, "linkedin", text_of(query, "state") if "state" in query else None)
    scopes = tuple(dict.fromkeys(text_of(query, "scope").split()))
    if strange := [scope for scope in scopes if scope not in SCOPES_OF[app.product]]:
        told = f'Scope "{strange[0][:60]}" is not authorized for your application'
        return back(target, {"error": "unauthorized_scope_error", "error_description": told} | state)
    question = Question("linkedin", HEADING, "planrrr sandbox", store.members_of(app.product), scopes)
    answer = ask(consents, visit.request, question)
    if isinstance(answer, Reply):
        return answer
    if answer.account is None:
        return back(target, SAID_NO | state)
    return back(target, {"code": _code(visit, app, target, answer)} | state)


def _checked(visit: Visit) -> tuple[App, str]:
    """The app and its redirect address; raises LinkedInError."""
    query = visit.query
    if strange := sorted(set(query) - {*NEEDED, "state"}):
        raise oautherrors.strange_parameter(strange[0])
    for name in NEEDED:
        if not text_of(query, name):
            raise oautherrors.missing_parameter(name)
    app = next((app for app in visit.store.apps.values() if app.client_id == query["client_id"]), None)
    if app is None:
        raise oautherrors.invalid_client()
    target = text_of(query, "redirect_uri")
    if not visit.store.world.applications.takes("linkedin", target):
        raise oautherrors.invalid_redirect("redirect_uri is not registered, or is no loopback address")
    if query["response_type"] != "code":
        raise oautherrors.wrong_grant_type()
    return app, target


def _code(visit: Visit, app: App, target: str, answer: Answer) -> str:
    store = visit.store
    code = "AQ" + "".join(
        seeds.letters(store.world.seed, "code", store.numbers.next(), part) for part in "abc"
    )
    account = store.account_of_member(app.product, str(answer.account))
    store.codes[code] = LoginCode(account, answer.granted, target, store.now() + CODE_LIFE)
    return code
