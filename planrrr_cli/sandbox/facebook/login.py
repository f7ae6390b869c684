"""The login dialog and the code it gives; a code buys a short-lived user token, once.

Sources, read 2026-11-24: developers.facebook.com/docs/facebook-login/guides/advanced/manual-flow (the redirects) and
.../documentation/facebook-login/web/permissions (permissions are tied to the token; what was declined is asked again
only with auth_type=rerequest). The words and subcodes of refused codes are those that many clients met.
"""

from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.consent import Answer, ask, is_browser, state_back
from planrrr_cli.sandbox.consentpage import Question, refusal_page
from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import BASIC_SCOPES, DIALOG_SCOPES, Consent, LoginCode
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.redirects import back
from planrrr_cli.sandbox.wire import Reply, json_reply

# A code lives for ten minutes and serves once (RFC 6749 section 4.1.2); Meta's documentation names no number.
CODE_LIFE: Final = 600
HEADING: Final = "Log in with Facebook"
DIALOG: Final = dict.fromkeys(
    ("client_id", "redirect_uri", "state", "scope", "response_type", "auth_type"), "string"
)
SAID_NO: Final = {
    "error": "access_denied",
    "error_code": "200",
    "error_description": "Permissions error",
    "error_reason": "user_denied",
}


def dialog(visit: Visit) -> Reply:
    """The page, or a redirect to `redirect_uri` with code and state. What is wrong never leads back."""
    try:
        return _dialog(visit)
    except errors.GraphError as refused:
        if is_browser(visit.request):
            return refusal_page(HEADING, str(refused), refused.status)
        raise


def _dialog(visit: Visit) -> Reply:
    values = visit.values(DIALOG)
    store, world = visit.store, visit.store.world
    if values.get("client_id") != store.app_id:
        raise errors.unknown_application()
    if values.get("response_type", "code") != "code":
        raise errors.invalid_parameter("response_type must be code")
    target = values.get("redirect_uri", "")
    if not store.world.applications.takes("facebook", target):
        raise errors.invalid_parameter("redirect_uri is not registered, or is no loopback address")
    asked = tuple(dict.fromkeys(one for one in values.get("scope", "").replace(" ", ",").split(",") if one))
    if strange := [scope for scope in asked if scope not in DIALOG_SCOPES]:
        raise errors.invalid_parameter(f"Invalid Scopes: {', '.join(strange)}")
    again = values.get("auth_type") == "rerequest"
    silent = () if again else tuple(one for one in asked if one in store.declined)
    offered = tuple(one for one in asked if one not in silent)
    question = Question(
        platform="facebook",
        heading=HEADING,
        application="planrrr sandbox",
        choices=store.choices(),
        asked=offered,
        optional=frozenset(offered) - set(BASIC_SCOPES),
    )
    answer = ask(world.consents, visit.request, question)
    if isinstance(answer, Reply):
        return answer
    state = state_back(world.consents, "facebook", values.get("state"))
    if answer.account is None:
        return back(target, SAID_NO | state, "#_=_")
    code = _code(visit, target, answer, silent)
    return back(target, {"code": code} | state, "#_=_")


def _code(visit: Visit, target: str, answer: Answer, silent: tuple[str, ...]) -> str:
    """Choosing a Page limits what is granted to this Page; choosing the person means all Pages."""
    store = visit.store
    store.declined = (store.declined - set(answer.granted)) | set(answer.declined)
    consent = Consent(
        given_at=store.now(),
        granted=tuple(dict.fromkeys((*BASIC_SCOPES, *answer.granted))),
        declined=answer.declined + silent,
        pages=(str(answer.account),) if answer.account in store.pages else None,
    )
    code = "AQ" + seeds.letters(store.world.seed, "code", store.numbers.next(), length=40)
    store.codes[code] = LoginCode(target, store.now() + CODE_LIFE, consent)
    return code


def redeem(visit: Visit, values: dict[str, Any]) -> Reply:
    """A code for a short-lived user token; the same redirect_uri must come along."""
    store = visit.store
    found = store.codes.get(values["code"])
    if found is None:
        raise errors.refused_code("Invalid verification code format.")
    if found.used:
        raise errors.refused_code("This authorization code has been used.", 36009)
    if found.expires_at <= store.now():
        raise errors.refused_code("This authorization code has expired.", 36007)
    if found.redirect_uri != values.get("redirect_uri"):
        raise errors.refused_code(
            "Error validating verification code. Please make sure your redirect_uri is identical to the one you used "
            "in the OAuth dialog request",
            36008,
        )
    found.used = True
    token, seconds = store.short_user_token(found)
    return token_reply(store, token, seconds)


def token_reply(store: Store, token: str, seconds: int) -> Reply:
    """`expires_in` has been seen to be absent."""
    told: dict[str, Any] = {"access_token": token, "token_type": "bearer"}
    return json_reply(told | ({} if store.expires_in_left_out else {"expires_in": seconds}))
