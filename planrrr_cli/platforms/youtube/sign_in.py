"""Signing in to YouTube with Google's page, in the browser of the person, by a loopback redirect.

https://developers.google.com/identity/protocols/oauth2/native-app (read 2026-11-23): any port of 127.0.0.1 will do for
a client of the kind "Desktop app"; ``prompt=consent`` makes Google give a refresh token each time.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.redeeming import ends_after, redeemed, scopes_in, secret_in
from planrrr_cli.platforms.signing_in import Found, Grant, Redirects, SignIn, Wanted, beside
from planrrr_cli.platforms.youtube.rest import Rest
from planrrr_cli.platforms.youtube.scopes import FORCE_SSL, FULL, PREFIX, READONLY, UPLOAD
from planrrr_cli.platforms.youtube.tokens import LIFETIME, TOKENS, identify

PAGE = "https://accounts.google.com/o/oauth2/v2/auth"
# Discovery document youtube.v3, revision 20261104, scopes of each method (read 2026-11-23): what includes what
_INCLUDED = {
    PREFIX + UPLOAD: (PREFIX + FULL, PREFIX + FORCE_SSL),
    PREFIX + READONLY: (PREFIX + FULL, PREFIX + FORCE_SSL),
}


class YouTubeSignIn(SignIn):
    """A sign-in is to one channel, which is chosen on Google's page."""

    platform = Platform.YOUTUBE
    title = "YouTube"
    wanted = (
        Wanted(PREFIX + UPLOAD, True, "nothing can be published"),
        Wanted(PREFIX + READONLY, True, "nobody can read which channel it is, nor what became of a video"),
        Wanted(PREFIX + FORCE_SSL, False, "playlists, captions and first comments are left out"),
    )
    pkce = True
    redirects = Redirects.ANY_PORT
    settings = ("YOUTUBE_CLIENT_ID", "YOUTUBE_CLIENT_SECRET")

    def page_of(self, app: App) -> str:
        return beside(app.oauth_url or TOKENS, TOKENS, PAGE)

    def more(self) -> Mapping[str, str]:
        return {"access_type": "offline", "prompt": "consent"}

    def lacking(self, granted: tuple[str, ...], asked: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
        held = set(granted)
        return tuple(
            one for one in super().lacking(granted, asked) if not held & set(_INCLUDED.get(one.scope, ()))
        )

    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier or "",
            "client_id": app.app_id or "",
            "client_secret": app.app_secret.reveal() if app.app_secret else "",
        }
        address = f"{(app.oauth_url or TOKENS).rstrip('/')}/token"
        body = redeemed(self, api.post(address, call="youtube.token.redeem", form=form))
        tokens = Tokens(
            Secret(body["access_token"]),
            secret_in(body, "refresh_token"),
            ends_after(body.get("expires_in"), clock) or clock.now() + LIFETIME,
            # Only where the grant ends by itself, as with an app in status "Testing"
            refresh_expires_at=ends_after(body.get("refresh_token_expires_in"), clock),
        )
        return Grant(tokens, scopes_in(body.get("scope")))

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        account = identify(Rest(api, app, grant.tokens.access, clock), grant.tokens, None)
        return [Found(replace(account, scopes=grant.scopes))]
