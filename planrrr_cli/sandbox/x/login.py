"""The authorize page of OAuth 2.0 with PKCE, and the code it gives; there is nothing to untick.

Source: docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-08-22): a code lives 30 seconds.
"""

from typing import Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.consent import Answer, ask, is_browser, state_back
from planrrr_cli.sandbox.consentpage import Question, refusal_page
from planrrr_cli.sandbox.redirects import back
from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import Refusal
from planrrr_cli.sandbox.x.model import ALL_SCOPES, LoginCode
from planrrr_cli.sandbox.x.queries import known_only, parameters
from planrrr_cli.sandbox.x.visit import Visit

CODE_LIFE: Final = 30
HEADING: Final = "Authorize an app to access your X account"
ASKED: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
)


def authorize(visit: Visit) -> Reply:
    """The page, or a redirect to `redirect_uri` with code and state. What is wrong never leads back."""
    try:
        return _authorize(visit)
    except Refusal as refused:
        if is_browser(visit.request):
            reply = refused.reply(visit.generation)
            return refusal_page(HEADING, f"Something went wrong. {refused}", reply.status)
        raise


def _authorize(visit: Visit) -> Reply:
    asked = parameters(visit.request.query)
    known_only(asked, ASKED)
    store, consents = visit.store, visit.store.world.consents
    if asked.get("client_id") not in (store.client_id, store.public_client_id):
        raise problems.value_invalid("client id")
    if asked.get("response_type") != "code":
        raise problems.value_invalid("response type")
    target = asked.get("redirect_uri", "")
    if not store.world.applications.takes("x", target):
        raise problems.value_invalid("redirect uri")
    method = asked.get("code_challenge_method", "plain")
    if not asked.get("code_challenge") or method not in ("S256", "plain"):
        raise problems.value_invalid("code challenge")
    scopes = tuple(dict.fromkeys(asked.get("scope", "").split()))
    if not scopes or not set(scopes) <= set(ALL_SCOPES):
        raise problems.value_invalid("scope")
    question = Question("x", HEADING, "planrrr sandbox", store.choices(), scopes)
    answer = ask(consents, visit.request, question)
    if isinstance(answer, Reply):
        return answer
    state = state_back(consents, "x", asked.get("state"))
    if answer.account is None:
        return back(target, {"error": "access_denied"} | state)
    return back(target, state | {"code": _code(visit, asked, answer, method)})


def _code(visit: Visit, asked: dict[str, str], answer: Answer, method: str) -> str:
    store = visit.store
    store.issued += 1
    code = seeds.letters(store.world.seed, "x", "code", store.issued, length=40)
    store.codes[code] = LoginCode(
        account_id=str(answer.account),
        client_id=asked["client_id"],
        redirect_uri=asked["redirect_uri"],
        challenge=asked["code_challenge"],
        method=method,
        scopes=answer.granted,
        expires_at=store.now() + CODE_LIFE,
    )
    return code
