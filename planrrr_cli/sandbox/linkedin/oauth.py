"""POST /oauth/v2/accessToken, introspectToken and revoke: forms in, the OAuth dialect out."""

from typing import Any

from planrrr_cli.sandbox.linkedin import errors, oautherrors
from planrrr_cli.sandbox.linkedin.model import App, Grant
from planrrr_cli.sandbox.linkedin.restli import read_form_text
from planrrr_cli.sandbox.linkedin.tokens import REVOKED
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

FORM = "application/x-www-form-urlencoded"


def read_form(visit: Visit) -> dict[str, str]:
    """The parameters of the body, as they are; an unreadable body has none."""
    if not visit.body or visit.request.header("Content-Type").partition(";")[0].strip().lower() != FORM:
        return {}
    try:
        return read_form_text(visit.body.decode("ascii"))
    except ValueError:
        return {}


def _form(visit: Visit, *names: str) -> dict[str, str]:
    """All of `names`, given and not empty, and nothing else; raises LinkedInError 400."""
    if visit.body is None:
        raise errors.body_too_large()
    form = read_form(visit)
    for name in names:
        if not form.get(name):
            raise oautherrors.missing_parameter(name)
    if strange := sorted(set(form) - set(names)):
        raise oautherrors.strange_parameter(strange[0])
    return form


def _app(visit: Visit, form: dict[str, str]) -> App:
    """The app that asks; raises LinkedInError 401 for an unknown one or a wrong secret."""
    for app in visit.store.apps.values():
        if (app.client_id, app.client_secret) == (form["client_id"], form["client_secret"]):
            return app
    raise oautherrors.invalid_client()


def exchange(visit: Visit) -> Reply:
    """A code for tokens. Another set of scopes than before makes the member's earlier tokens invalid."""
    form = _form(visit, "grant_type", "code", "client_id", "client_secret", "redirect_uri")
    app, store = _app(visit, form), visit.store
    code = store.codes.get(form["code"])
    if code is None or code.account.product is not app.product or code.expires_at <= store.now():
        raise oautherrors.dead_grant()
    if code.redirect_uri != form["redirect_uri"]:
        raise oautherrors.invalid_redirect(
            "appid/redirect uri/code verifier does not match authorization code"
        )
    del store.codes[form["code"]]
    store.tokens.revoke_other_scopes(app.product, code.account.member, code.scopes)
    return json_reply(_told(visit, store.tokens.consent(code.account, code.scopes, store.now()), scoped=True))


def renew(visit: Visit) -> Reply:
    """A new access token and the same refresh token, whose year is not extended."""
    form = _form(visit, "grant_type", "refresh_token", "client_id", "client_secret")
    app, tokens = _app(visit, form), visit.store.tokens
    refresh = tokens.refresh.get(form["refresh_token"])
    if refresh is None or refresh.product is not app.product or tokens.why_dead(refresh, visit.store.now()):
        raise oautherrors.dead_grant()
    return json_reply(_told(visit, tokens.renew(refresh, visit.store.now()), scoped=False))


def refuse_grant(visit: Visit) -> Reply:
    """Any other grant_type; two-legged tokens are not for apps like these."""
    form = read_form(visit)
    if not form.get("grant_type"):
        raise oautherrors.missing_parameter("grant_type")
    if form["grant_type"] == "client_credentials":
        raise oautherrors.no_application_tokens()
    raise oautherrors.wrong_grant_type()


def _told(visit: Visit, grant: Grant, *, scoped: bool) -> dict[str, Any]:
    now = visit.store.now()
    told: dict[str, Any] = {"access_token": grant.token, "expires_in": int(grant.expires_at - now)}
    if scoped:
        told["scope"] = ",".join(grant.scopes)
    if refresh := visit.store.tokens.refresh.get(grant.refresh or ""):
        told |= {
            "refresh_token": refresh.token,
            "refresh_token_expires_in": int(refresh.expires_at - now),
        }
    return told | {"token_type": "Bearer"}


def introspect(visit: Visit) -> Reply:
    """What a token of this app is worth; of any other nothing is said but that it is not active."""
    form = _form(visit, "client_id", "client_secret", "token")
    app, store = _app(visit, form), visit.store
    grant = store.tokens.access.get(form["token"]) or store.tokens.refresh.get(form["token"])
    if grant is None or grant.product is not app.product:
        return json_reply({"active": False})
    dead = store.tokens.why_dead(grant, store.now())
    told = {
        "active": dead is None,
        "client_id": app.client_id,
        "authorized_at": int(grant.issued_at),
        "created_at": int(grant.issued_at),
        "status": "active" if dead is None else "revoked" if dead == REVOKED else "expired",
        "expires_at": int(grant.expires_at),
        "scope": ",".join(grant.scopes),
        "auth_type": "3L",
    }
    return json_reply(told)


def revoke(visit: Visit) -> Reply:
    """Dead from now on; a token that is unknown, or another app's, changes nothing."""
    form = _form(visit, "client_id", "client_secret", "token")
    app, tokens = _app(visit, form), visit.store.tokens
    grant = tokens.access.get(form["token"]) or tokens.refresh.get(form["token"])
    if grant is not None and grant.product is app.product:
        tokens.kill(grant.token, REVOKED)
    return json_reply({})
