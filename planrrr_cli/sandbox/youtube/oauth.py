"""Google's token endpoint: the code exchange, the refresh, revoking, in the form of RFC 6749; the page is in login.py.

Sources: developers.google.com/identity/protocols/oauth2/native-app (read 2026-11-23); the words of refusals are those
that many clients met.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Any, Final
from urllib.parse import parse_qsl, unquote

from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube.errors import Refusal
from planrrr_cli.sandbox.youtube.model import Access, Refresh
from planrrr_cli.sandbox.youtube.tokens import ACCESS_LIFE, TESTING_LIFE
from planrrr_cli.sandbox.youtube.visit import Visit

FORM: Final = "application/x-www-form-urlencoded"


def refused(status: int, error: str, description: str = "") -> Refusal:
    told = {"error": error} | ({"error_description": description} if description else {})
    return Refusal(json_reply(told, status))


def dead_grant(description: str = "Token has been expired or revoked.") -> Refusal:
    return refused(400, "invalid_grant", description)


def wrong_client() -> Refusal:
    return refused(401, "invalid_client", "The OAuth client was not found.")


def read_form(visit: Visit) -> dict[str, str]:
    """The parameters of the body; an unreadable body has none."""
    if visit.request.header("Content-Type").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        return dict(
            parse_qsl((visit.body or b"").decode("ascii"), keep_blank_values=True, max_num_fields=100)
        )
    except ValueError:
        return {}


def token(visit: Visit) -> Reply:
    """Either grant type; fields that are not known are ignored, as Google does."""
    form = read_form(visit)
    kind = form.get("grant_type", "")
    if not kind:
        raise refused(400, "invalid_request", "Required parameter is missing: grant_type")
    if kind not in ("authorization_code", "refresh_token"):
        raise refused(400, "unsupported_grant_type", f"Invalid grant_type: {kind[:50]}")
    _check_client(visit, form)
    return _redeem(visit, form) if kind == "authorization_code" else _renew(visit, form)


def _check_client(visit: Visit, form: dict[str, str]) -> None:
    """The client's credentials in the body or as HTTP Basic."""
    identity, secret = form.get("client_id", ""), form.get("client_secret", "")
    scheme, _, value = visit.request.header("Authorization").partition(" ")
    if scheme.lower() == "basic":
        try:
            pair = base64.b64decode(value.strip(), validate=True).decode().partition(":")
        except (ValueError, binascii.Error):
            raise wrong_client() from None
        identity, secret = unquote(pair[0]), unquote(pair[2])
    if not identity:
        raise refused(400, "invalid_request", "Could not determine client ID from request.")
    if identity != visit.store.client_id:
        raise wrong_client()
    if not secret:
        raise refused(400, "invalid_request", "client_secret is missing.")
    if not hmac.compare_digest(secret.encode(), visit.store.client_secret.encode()):
        raise refused(401, "invalid_client", "Unauthorized")


def _redeem(visit: Visit, form: dict[str, str]) -> Reply:
    store = visit.store
    if not form.get("code"):
        raise refused(400, "invalid_request", "Missing required parameter: code")
    code = store.codes.pop(form["code"], None)
    if code is None or code.expires_at <= store.now():
        raise dead_grant("Malformed auth code." if code is None else "Bad Request")
    if form.get("redirect_uri") != code.redirect_uri:
        raise refused(400, "redirect_uri_mismatch", "Bad Request")
    if code.challenge and not form.get("code_verifier"):
        raise dead_grant("Missing code verifier.")
    if code.challenge and _challenge(form["code_verifier"], code.method) != code.challenge.encode():
        raise dead_grant("Invalid code verifier.")
    channel = store.channels[code.channel]
    access = store.tokens.sign_in(channel, code.scopes, store.now(), offline=code.offline)
    return _told(visit, access, store.tokens.refresh.get(access.refresh or ""))


def _challenge(verifier: str, method: str) -> bytes:
    if method == "plain":
        return verifier.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")


def _renew(visit: Visit, form: dict[str, str]) -> Reply:
    """Never with a refresh token in the answer: the old one goes on."""
    store = visit.store
    if not form.get("refresh_token"):
        raise refused(400, "invalid_request", "Missing required parameter: refresh_token")
    refresh = store.tokens.refresh.get(form["refresh_token"])
    if refresh is None:
        raise dead_grant("Bad Request")
    if not store.tokens.lives(refresh, store.now()):
        raise dead_grant()
    wanted = tuple(form.get("scope", "").split()) or refresh.scopes
    if strange := sorted(set(wanted) - set(refresh.scopes)):
        raise refused(400, "invalid_scope", f"Some requested scopes were invalid. {{invalid={strange}}}")
    return _told(visit, store.tokens.renew(refresh, wanted, store.now()), None)


def _told(visit: Visit, access: Access, refresh: Refresh | None) -> Reply:
    """The scopes are those that are really held: a person may have unticked some."""
    held = visit.store.channels[access.channel].scopes
    told: dict[str, Any] = {"access_token": access.token, "expires_in": ACCESS_LIFE}
    if refresh is not None:
        told["refresh_token"] = refresh.token
        if refresh.limited:
            told["refresh_token_expires_in"] = TESTING_LIFE - 1
    scopes = " ".join(scope for scope in access.scopes if scope in held)
    return json_reply(told | {"scope": scopes, "token_type": "Bearer"})


def revoke(visit: Visit) -> Reply:
    given = read_form(visit).get("token") or dict(visit.query).get("token", "")
    tokens, now = visit.store.tokens, visit.store.now()
    refresh = tokens.refresh.get(given)
    if not tokens.good(given, now) and not (refresh and tokens.lives(refresh, now)):
        raise refused(400, "invalid_token", "Token expired or revoked")
    tokens.revoke(given)
    return json_reply({})
