"""Signing in to Instagram by either of Meta's two logins: Instagram's own, or Facebook's for the account behind a Page.

https://developers.facebook.com/documentation/instagram-platform/instagram-api-with-instagram-login/business-login
(updated 2026-03-13, read 2026-11-24)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.errors import PlatformError, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.instagram.calls import Calls, Graph, Login, login_in
from planrrr_cli.platforms.instagram.replies import INSTAGRAM, NAME
from planrrr_cli.platforms.instagram.tokens import TASKS, account_of, identify
from planrrr_cli.platforms.meta.graph import Graph as MetaGraph
from planrrr_cli.platforms.meta.graph import id_of, text_of
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.meta.sign_in import FacebookLogin, page_tokens
from planrrr_cli.platforms.meta.tokens import PAGE_FIELDS
from planrrr_cli.platforms.redeeming import (
    document_of,
    ends_after,
    one_line,
    raise_for,
    scopes_in,
    secret_in,
    text_in,
)
from planrrr_cli.platforms.signing_in import Found, Grant, Redirects, SignIn, Wanted, beside
from planrrr_cli.platforms.wire import Reply

PAGE = "https://www.instagram.com/oauth/authorize"
OAUTH_URL = "https://api.instagram.com"


class InstagramSignIn(SignIn):
    """Instagram Login: one professional account, and no Page."""

    platform = Platform.INSTAGRAM
    way = "instagram"
    title = "Instagram"
    wanted = (
        Wanted("instagram_business_basic", True, "nothing can be published"),
        Wanted("instagram_business_content_publish", True, "nothing can be published"),
        Wanted("instagram_business_manage_comments", False, "first comments are refused"),
    )
    redirects = Redirects.HTTPS
    settings = ("INSTAGRAM_APP_ID", "INSTAGRAM_APP_SECRET")
    separator = ","
    options: ClassVar[Mapping[str, Any]] = {"login": Login.INSTAGRAM.value}

    def fits(self, account_id: str, options: Mapping[str, Any]) -> bool:
        return login_in(options) is Login.INSTAGRAM

    def page_of(self, app: App) -> str:
        return beside(app.oauth_url or OAUTH_URL, OAUTH_URL, PAGE)

    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        """The code buys a token of an hour, and that one a token of sixty days."""
        secret = app.app_secret.reveal() if app.app_secret else ""
        form = {
            "client_id": app.app_id or "",
            "client_secret": secret,
            "grant_type": "authorization_code",
            "redirect_uri": redirect_uri,
            "code": code,
        }
        address = f"{(app.oauth_url or OAUTH_URL).rstrip('/')}/oauth/access_token"
        first = self._redeemed(api.post(address, call="instagram.token.redeem", form=form))
        exchange = {"grant_type": "ig_exchange_token", "client_secret": secret}
        reply = api.get(
            f"{app.api_url.rstrip('/')}/access_token",
            call="instagram.token.exchange",
            params=exchange | {"access_token": text_in(first, "access_token")},
        )
        graph = Graph(api, app, Secret(text_in(first, "access_token")), clock)
        body = graph.meaning(reply, Role.READ, versioned=False)
        access, ends = secret_in(body, "access_token"), ends_after(body.get("expires_in"), clock)
        if access is None or ends is None:
            raise UnexpectedReply(
                "Instagram gave no token of sixty days, or did not say how long it lives", platform=NAME
            )
        return Grant(Tokens(access, expires_at=ends), scopes_in(first.get("permissions")))

    def _redeemed(self, reply: Reply) -> Mapping[str, Any]:
        """The answer, documented within ``data`` and seen without."""
        body = document_of(reply)
        data = body.get("data")
        inner = data[0] if isinstance(data, list) and data and isinstance(data[0], dict) else body
        if 200 <= reply.status < 300 and text_in(inner, "access_token"):
            return inner
        said = one_line(text_in(body, "error_message") or f"answer {reply.status} without a reason")
        raise_for(self, reply, said)
        if "authorization code" in said.lower() or not ("client" in said.lower() or "app" in said.lower()):
            raise self.code_refused(said, status=reply.status, code=text_in(body, "error_type") or None)
        raise self.app_refused(said)

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        calls = Calls(api, app, clock, Login.INSTAGRAM, grant.tokens)
        account = identify(calls, app, grant.tokens, None)
        return [Found(replace(account, scopes=grant.scopes))]


class BehindPageSignIn(FacebookLogin):
    """Facebook Login: every professional account that is linked with a Page of the person."""

    platform = Platform.INSTAGRAM
    way = "facebook"
    title = "Facebook"
    # https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-23)
    wanted = (
        Wanted("pages_show_list", True, "nobody can read which accounts there are"),
        Wanted("instagram_basic", True, "nothing can be published"),
        Wanted("instagram_content_publish", True, "nothing can be published"),
        Wanted("pages_read_engagement", True, "nothing can be published"),
        Wanted("instagram_manage_comments", False, "first comments are refused"),
    )
    options: ClassVar[Mapping[str, Any]] = {"login": Login.FACEBOOK.value}
    fields = f"{PAGE_FIELDS},instagram_business_account"
    tasks = TASKS
    nothing_found = (
        "no Facebook Page of the person who signed in is linked with a professional Instagram account that the app may "
        "see; nothing was changed"
    )

    def fits(self, account_id: str, options: Mapping[str, Any]) -> bool:
        return login_in(options) is Login.FACEBOOK

    def app_of(self, app: App) -> App:
        return app.facebook or app

    def graph(self, api: Api, app: App, token: Secret, clock: Clock) -> MetaGraph:
        return Graph(api, app, token, clock)

    def found(self, graph: MetaGraph, page: Mapping[str, Any], grant: Grant) -> Found | None:
        identity = account_of(page)
        if identity is None:
            return None
        options = {**self.options, "page_id": id_of(INSTAGRAM, page, "id", Role.READ)}
        name = _name_of(graph, identity) or text_of(page, "name") or identity
        account = Account(identity, name, page_tokens(page, grant, graph), grant.scopes, options)
        return Found(account, self.obstacle_of(page))


def _name_of(graph: MetaGraph, account: str) -> str | None:
    """With the user token, which may read more than the Page's; a name is worth no failure."""
    try:
        return text_of(graph.read(account, call="instagram.account.read", fields="username"), "username")
    except PlatformError:
        return None
