"""Google's authorization page, and the code it gives: a channel is chosen, permissions can be unticked.

Sources: developers.google.com/identity/protocols/oauth2/native-app and .../oauth2/web-server (read 2026-11-23): a
refresh token comes with access_type=offline at the first consent, and at a later one with prompt=consent only.
"""

from typing import Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.consent import Answer, ask, state_back
from planrrr_cli.sandbox.consentpage import Question, refusal_page
from planrrr_cli.sandbox.redirects import back
from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.youtube.model import ALL_SCOPES, LoginCode
from planrrr_cli.sandbox.youtube.visit import Visit

CODE_LIFE: Final = 600
HEADING: Final = "Sign in with Google"
ASKED: Final = (
    "response_type",
    "client_id",
    "redirect_uri",
    "scope",
    "state",
    "code_challenge",
    "code_challenge_method",
    "access_type",
    "prompt",
    "include_granted_scopes",
    "login_hint",
    "hl",
)
PROMPTS: Final = ("none", "consent", "select_account")


def authorize(visit: Visit) -> Reply:
    """The page, or a redirect with code and state. What is wrong is told on a page, to programs too."""
    asked, store = dict(visit.query), visit.store
    consents = store.world.consents
    target, scopes = asked.get("redirect_uri", ""), tuple(dict.fromkeys(asked.get("scope", "").split()))
    if error := _wrong(visit, asked, scopes):
        status = 401 if error == "invalid_client" else 400
        return refusal_page(HEADING, f"Access blocked. Error {status}: {error}", status)
    question = Question(
        platform="youtube",
        heading=HEADING,
        application="planrrr sandbox",
        choices={channel.id: channel.name for channel in store.channels.values()},
        asked=scopes,
        optional=frozenset(scopes),
    )
    answer = ask(consents, visit.request, question)
    if isinstance(answer, Reply):
        return answer
    state = state_back(consents, "youtube", asked.get("state"))
    if answer.account is None or not answer.granted:
        return back(target, {"error": "access_denied"} | state)
    code = _code(visit, asked, answer)
    return back(target, state | {"code": code, "scope": " ".join(answer.granted)})


def _wrong(visit: Visit, asked: dict[str, str], scopes: tuple[str, ...]) -> str | None:
    """Google's word for what makes no sense."""
    method = asked.get("code_challenge_method", "plain")
    prompts = set(asked.get("prompt", "").split())
    if set(asked) - set(ASKED) or method not in ("S256", "plain") or not prompts <= set(PROMPTS):
        return "invalid_request"
    if asked.get("access_type", "online") not in ("online", "offline"):
        return "invalid_request"
    if asked.get("client_id") != visit.store.client_id:
        return "invalid_client"
    if not visit.store.world.applications.takes("youtube", asked.get("redirect_uri", "")):
        return "redirect_uri_mismatch"
    if asked.get("response_type") != "code":
        return "unsupported_response_type"
    return None if scopes and set(scopes) <= set(ALL_SCOPES) else "invalid_scope"


def _code(visit: Visit, asked: dict[str, str], answer: Answer) -> str:
    store, channel = visit.store, str(answer.account)
    store.count += 1
    code = f"4/0A{seeds.letters(store.world.seed, 'youtube', 'code', store.count, length=40)}"
    anew = "consent" in asked.get("prompt", "").split()
    knows_us = store.tokens.has_consent(channel, store.now())
    store.codes[code] = LoginCode(
        channel=channel,
        redirect_uri=asked["redirect_uri"],
        challenge=asked.get("code_challenge", ""),
        method=asked.get("code_challenge_method", "plain"),
        scopes=answer.granted,
        offline=asked.get("access_type") == "offline" and (anew or not knows_us),
        expires_at=store.now() + CODE_LIFE,
    )
    return code
