"""Signing in to LinkedIn: as a person, or for the organizations that this person may post for.

The two need different developer apps: https://learn.microsoft.com/en-us/linkedin/shared/authentication/
authorization-code-flow and …/marketing/community-management/community-management-overview (read 2026-11-23). One
permission that the app does not have makes LinkedIn refuse all of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, ClassVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform, Tokens
from planrrr_cli.domain.errors import NotFound
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.linkedin.authors import ROLES, name_of, person_of, roles_of
from planrrr_cli.platforms.linkedin.rest import Rest
from planrrr_cli.platforms.linkedin.urns import SITE, Kind, author_in
from planrrr_cli.platforms.redeeming import ends_after, redeemed, scopes_in, secret_in
from planrrr_cli.platforms.signing_in import Found, Grant, Redirects, SignIn, Wanted


class _LinkedInSignIn(SignIn):
    """What both have in common. The ordinary web flow has no PKCE."""

    platform = Platform.LINKEDIN
    title = "LinkedIn"
    redirects = Redirects.REGISTERED
    this_machine = "localhost"
    settings = ("LINKEDIN_CLIENT_ID", "LINKEDIN_CLIENT_SECRET")
    kind: ClassVar[Kind]

    def fits(self, account_id: str, options: Mapping[str, Any]) -> bool:
        author = author_in(account_id)
        return author is not None and author.kind is self.kind

    def same(self, account_id: str, known: str) -> bool:
        """Older exports have bare ids."""
        author = author_in(known)
        return account_id == (author.urn if author else known)

    def page_of(self, app: App) -> str:
        return f"{(app.oauth_url or SITE).rstrip('/')}/oauth/v2/authorization"

    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "client_id": app.app_id or "",
            "client_secret": app.app_secret.reveal() if app.app_secret else "",
        }
        address = f"{(app.oauth_url or SITE).rstrip('/')}/oauth/v2/accessToken"
        body = redeemed(self, api.post(address, call="linkedin.token.redeem", form=form))
        tokens = Tokens(
            Secret(body["access_token"]),
            secret_in(body, "refresh_token"),
            ends_after(body.get("expires_in"), clock),
            refresh_expires_at=ends_after(body.get("refresh_token_expires_in"), clock),
        )
        return Grant(tokens, scopes_in(body.get("scope")))


class PersonSignIn(_LinkedInSignIn):
    """Posts in the person's own name; the products "Share on LinkedIn" and "Sign In with LinkedIn"."""

    way = "person"
    kind = Kind.PERSON
    wanted = (
        Wanted("openid", True, "nobody can read whose account it is"),
        Wanted("profile", True, "nobody can read whose account it is"),
        Wanted("w_member_social", True, "nothing can be published"),
    )

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        urn, name = person_of(Rest(api, app, grant.tokens.access, clock))
        return [Found(Account(urn, name, grant.tokens, grant.scopes))]


class OrganizationSignIn(_LinkedInSignIn):
    """Posts in the name of pages; the product "Community Management API"."""

    way = "organization"
    kind = Kind.ORGANIZATION
    wanted = (
        Wanted("w_organization_social", True, "nothing can be published"),
        Wanted("rw_organization_admin", True, "nobody can read which pages there are"),
        Wanted(
            "r_organization_social", False, "a post whose answer was lost has to be looked for by a person"
        ),
        Wanted("w_organization_social_feed", False, "first comments are refused"),
    )

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        rest = Rest(api, app, grant.tokens.access, clock)
        roles = roles_of(rest)
        if not roles:
            raise NotFound(
                "the person who signed in has a role in no organization that the app may see; nothing was changed"
            )
        return [
            Found(
                Account(urn, name_of(rest, urn), grant.tokens, grant.scopes),
                None
                if held & ROLES
                else "the person is no administrator or content administrator of this page",
            )
            for urn, held in roles.items()
        ]
