"""OAuth 2.0's token endpoint: the code exchange, the refresh with rotation, revoking; the page is in login.py.

Source: docs.x.com/fundamentals/authentication/oauth-2-0 (2026-08-22); single use of refresh tokens and the wordings
are those that many clients met.
"""

import base64
import binascii
import hashlib
import hmac
from typing import Final
from urllib.parse import unquote

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.contents import FORM
from planrrr_cli.sandbox.x.frames import json_reply
from planrrr_cli.sandbox.x.model import Grant, Renewal
from planrrr_cli.sandbox.x.store import ACCESS_LIFE
from planrrr_cli.sandbox.x.visit import Visit

FIELDS: Final = {
    "authorization_code": {"grant_type", "code", "redirect_uri", "code_verifier", "client_id", "scope"},
    "refresh_token": {"grant_type", "refresh_token", "client_id", "scope"},
}


def token(visit: Visit) -> Reply:
    """Either grant type. Raises OAuthRefusal."""
    form = _form(visit)
    kind = form.get("grant_type", "")
    if not kind:
        raise problems.parameter_missing("grant_type")
    if kind not in FIELDS:
        raise problems.grant_type_unsupported()
    client = _client(visit, form)
    if strange := sorted(set(form) - FIELDS[kind]):
        raise problems.value_invalid(f"parameter [{strange[0][:50]}]")
    renewal = _redeem(visit, form, client) if kind == "authorization_code" else _renew(visit, form, client)
    return _told(visit, visit.store.issue(renewal))


def _form(visit: Visit) -> dict[str, str]:
    visit.content.raise_trouble()
    if visit.content.kind != FORM:
        raise problems.parameter_missing("grant_type")
    return visit.content.form()


def _client(visit: Visit, form: dict[str, str]) -> str:
    """Which client calls: a confidential one by HTTP Basic, a public one by client_id in the body, never otherwise."""
    store = visit.store
    header, named = visit.request.header("Authorization"), form.get("client_id")
    if not header:
        if named is None:
            raise problems.parameter_missing("client_id")
        if named != store.public_client_id:
            raise problems.client_unauthorized()
        return named
    identity, secret = _basic(header)
    good = hmac.compare_digest(secret.encode(), store.client_secret.encode())
    if identity != store.client_id or not good or named not in (None, identity):
        raise problems.client_unauthorized()
    return identity


def _basic(header: str) -> tuple[str, str]:
    scheme, _, value = header.partition(" ")
    try:
        text = base64.b64decode(value.strip(), validate=True).decode() if scheme.lower() == "basic" else ""
    except (ValueError, binascii.Error):
        text = ""
    identity, _, secret = text.partition(":")
    return unquote(identity), unquote(secret)


def _redeem(visit: Visit, form: dict[str, str], client: str) -> Renewal:
    store = visit.store
    for name in ("code", "redirect_uri", "code_verifier"):
        if not form.get(name):
            raise problems.parameter_missing(name)
    code = store.codes.pop(form["code"], None)
    if code is None or code.expires_at <= store.now() or code.client_id != client:
        raise problems.value_invalid("authorization code")
    if code.redirect_uri != form["redirect_uri"]:
        raise problems.value_invalid("redirect uri")
    if not hmac.compare_digest(_challenge(form["code_verifier"], code.method), code.challenge.encode()):
        raise problems.value_invalid("code verifier")
    store.issued += 1
    return Renewal("", code.account_id, client, f"{code.account_id}/{store.issued}", code.scopes)


def _challenge(verifier: str, method: str) -> bytes:
    if method == "plain":
        return verifier.encode()
    return base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=")


def _renew(visit: Visit, form: dict[str, str], client: str) -> Renewal:
    """Good once: the token is spent before its successor exists."""
    store = visit.store
    if not form.get("refresh_token"):
        raise problems.parameter_missing("refresh_token")
    renewal = store.renewals.get(form["refresh_token"])
    if renewal is None or renewal.spent or renewal.client_id != client:
        raise problems.token_invalid()
    store.spend(renewal.token)
    return renewal


def _told(visit: Visit, grant: Grant) -> Reply:
    answer = {
        "token_type": "bearer",
        "expires_in": ACCESS_LIFE,
        "access_token": grant.token,
        "scope": " ".join(grant.scopes),
    }
    refresh = visit.store.refresh_token_of(grant)
    return json_reply(answer | ({"refresh_token": refresh} if refresh else {}))


def revoke(visit: Visit) -> Reply:
    """The token, and with a refresh token its whole sign-in; an unknown one is revoked already (RFC 7009, 2.2)."""
    form = _form(visit)
    _client(visit, form)
    if not form.get("token"):
        raise problems.parameter_missing("token")
    store = visit.store
    store.kill(form["token"])
    if renewal := store.renewals.get(form["token"]):
        store.spend(renewal.token)
        for grant in [one for one in store.grants.values() if one.family == renewal.family]:
            store.kill(grant.token)
    return json_reply({"revoked": True})


def refreshed_account(form: dict[str, str], renewals: dict[str, Renewal]) -> str | None:
    """Whose token a refresh is about, for faults that aim at one account."""
    renewal = renewals.get(form.get("refresh_token", "") or form.get("token", ""))
    return renewal.account_id if renewal else None
