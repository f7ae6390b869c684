"""Signing in to X: OAuth 2 with PKCE. Keys of OAuth 1.0a have no page; they are asked for.

https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-08-22): the code lives for 30
seconds, and without ``offline.access`` there is no refresh token.
"""

from __future__ import annotations

from base64 import b64encode
from dataclasses import replace
from urllib.parse import quote

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.redeeming import ends_after, redeemed, scopes_in, secret_in
from planrrr_cli.platforms.signing_in import Found, Grant, Redirects, SignIn, Wanted, beside
from planrrr_cli.platforms.x.calls import API_URL, Calls
from planrrr_cli.platforms.x.tokens import LIFETIME, identify

PAGE = "https://x.com/i/oauth2/authorize"


class XSignIn(SignIn):
    """The developer app may have a secret (then it goes along) or none (a public client)."""

    platform = Platform.X
    title = "X"
    # https://docs.x.com/fundamentals/authentication/guides/v2-authentication-mapping (read 2026-08-22)
    wanted = (
        Wanted("tweet.read", True, "nothing can be published"),
        Wanted("tweet.write", True, "nothing can be published"),
        Wanted("users.read", True, "nobody can read whose account it is"),
        Wanted("media.write", False, "posts with pictures or videos are refused"),
        Wanted("offline.access", False, "the sign-in ends after two hours"),
    )
    pkce = True
    redirects = Redirects.REGISTERED
    secret_needed = False
    settings = ("X_CLIENT_ID", "X_CLIENT_SECRET")

    def page_of(self, app: App) -> str:
        return beside(app.api_url or API_URL, API_URL, PAGE)

    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        form = {"grant_type": "authorization_code", "code": code, "redirect_uri": redirect_uri}
        form["code_verifier"] = verifier or ""
        headers: dict[str, str] = {}
        identity = app.app_id or ""
        if app.app_secret:
            pair = f"{quote(identity, safe='')}:{quote(app.app_secret.reveal(), safe='')}"
            headers["Authorization"] = f"Basic {b64encode(pair.encode()).decode()}"
        else:
            form["client_id"] = identity
        address = f"{(app.api_url or API_URL).rstrip('/')}/2/oauth2/token"
        body = redeemed(self, api.post(address, call="x.token.redeem", form=form, headers=headers))
        tokens = Tokens(
            Secret(body["access_token"]),
            secret_in(body, "refresh_token"),
            ends_after(body.get("expires_in"), clock) or clock.now() + LIFETIME,
        )
        return Grant(tokens, scopes_in(body.get("scope")))

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        account = identify(Calls(api, app, grant.tokens, clock), grant.tokens, None)
        return [Found(replace(account, scopes=grant.scopes))]
