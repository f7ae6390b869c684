"""The login dialog of Instagram Login, and the code it gives: an account is chosen, permissions can be unticked.

Source: developers.facebook.com/docs/instagram-platform/instagram-api-with-instagram-login/business-login (read
2026-11-24): a code lives for an hour, serves once, and comes with a stray #_ at its end.
"""

from typing import Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.consent import ask, is_browser, state_back
from planrrr_cli.sandbox.consentpage import Question, refusal_page
from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram.model import SCOPES, Login, LoginCode
from planrrr_cli.sandbox.instagram.visit import Visit
from planrrr_cli.sandbox.redirects import back
from planrrr_cli.sandbox.wire import Reply

CODE_LIFE: Final = 3_600
BASIC: Final = "instagram_business_basic"
HEADING: Final = "Log in with Instagram"
DIALOG: Final = dict.fromkeys(
    ("client_id", "enable_fb_login", "force_reauth", "redirect_uri", "response_type", "scope", "state"),
    "string",
)
SAID_NO: Final = {
    "error": "access_denied",
    "error_reason": "user_denied",
    "error_description": "The user denied your request",
}


def dialog(visit: Visit) -> Reply:
    """The page, or a redirect to `redirect_uri` with code and state. What is wrong never leads back."""
    try:
        return _dialog(visit)
    except graph.GraphError as refused:
        if is_browser(visit.request):
            return refusal_page(HEADING, str(refused), refused.status)
        raise


def _dialog(visit: Visit) -> Reply:
    values = visit.values(DIALOG)
    store, consents = visit.store, visit.store.world.consents
    if values.get("client_id") != store.app_id:
        raise graph.unknown_application()
    if values.get("response_type", "code") != "code":
        raise graph.invalid_parameter("response_type must be code")
    target = values.get("redirect_uri", "")
    if not store.world.applications.takes("instagram", target):
        raise graph.invalid_parameter("redirect_uri is not registered, or is no loopback address")
    asked = tuple(dict.fromkeys(one for one in values.get("scope", "").replace(" ", ",").split(",") if one))
    if strange := [scope for scope in asked if scope not in SCOPES[Login.INSTAGRAM]]:
        raise graph.invalid_parameter(f"Invalid Scopes: {', '.join(strange)}")
    question = Question(
        platform="instagram",
        heading=HEADING,
        application="planrrr sandbox",
        choices=store.choices(),
        asked=asked,
        optional=frozenset(asked) - {BASIC},
    )
    answer = ask(consents, visit.request, question)
    if isinstance(answer, Reply):
        return answer
    state = state_back(consents, "instagram", values.get("state"))
    if answer.account is None:
        return back(target, SAID_NO | state)
    code = "AQ" + seeds.letters(store.world.seed, "instagram", "code", store.new_id(), length=40)
    store.codes[code] = LoginCode(answer.account, target, store.now() + CODE_LIFE, answer.granted)
    return back(target, {"code": code} | state, "#_")
