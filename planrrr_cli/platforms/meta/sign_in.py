"""Facebook Login as a person meets it: the dialog, the code, the long-lived user token, and the Pages that it opens.

https://developers.facebook.com/documentation/facebook-login/guides/advanced/manual-flow (updated 2026-03-10) and
…/guides/access-tokens/get-long-lived, read 2026-11-24. PKCE exists there for OpenID Connect only.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any, ClassVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import NotFound, PlatformError, PlatformUnavailable, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.meta.graph import DEFAULT_VERSION, Graph, id_of, text_of
from planrrr_cli.platforms.meta.replies import GraphError, Role, graph_error
from planrrr_cli.platforms.meta.tokens import PAGE_FIELDS, expiry_in, facts_of, pages_of, prolonged_until
from planrrr_cli.platforms.redeeming import scopes_in
from planrrr_cli.platforms.signing_in import Found, Grant, Redirects, SignIn, beside

API_URL = "https://graph.facebook.com"
SITE = "https://www.facebook.com"


class FacebookLogin(SignIn):
    """What signing in for Pages and for the Instagram accounts behind them have in common."""

    redirects = Redirects.LOCALHOST
    this_machine = "localhost"
    settings = ("FACEBOOK_APP_ID", "FACEBOOK_APP_SECRET")
    separator = ","
    fields: ClassVar[str] = PAGE_FIELDS
    """What is asked of each Page."""
    tasks: ClassVar[frozenset[str]] = frozenset({"CREATE_CONTENT"})
    """One of these the person needs on the Page."""
    nothing_found: ClassVar[str]

    def page_of(self, app: App) -> str:
        return beside(app.api_url, API_URL, f"{SITE}/{app.api_version or DEFAULT_VERSION}/dialog/oauth")

    def more(self) -> Mapping[str, str]:
        """Without it the dialog passes over what was declined before."""
        return {"auth_type": "rerequest"}

    def graph(self, api: Api, app: App, token: Secret, clock: Clock) -> Graph:
        raise NotImplementedError

    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        """The long-lived user token."""
        graph = self.graph(api, app, Secret(""), clock)
        reply = api.get(
            graph.address("oauth", "access_token"),
            call=f"{self.platform}.token.redeem",
            params={
                "client_id": app.app_id or "",
                "client_secret": app.app_secret.reveal() if app.app_secret else "",
                "redirect_uri": redirect_uri,
                "code": code,
            },
        )
        error = graph_error(reply)
        if error is not None and reply.status < 500:
            raise self._refused(error, reply.status)
        graph.token = Secret(id_of(graph.dialect, graph.meaning(reply, Role.READ), "access_token", Role.READ))
        user, until = prolonged_until(graph, None)
        facts = facts_of(graph, user)
        if not facts:  # what is not known now would never be renewed, or told to end
            raise PlatformUnavailable(
                f"{self.title} does not say at present what was granted",
                platform=self.platform.value,
                next_step=f"nothing was changed; start again: {self.command}",
            )
        if facts.get("is_valid") is False:
            raise UnexpectedReply(
                f"{self.title} gave a token that it calls invalid", platform=self.platform.value
            )
        return Grant(Tokens(user, expires_at=expiry_in(facts) or until), scopes_in(facts.get("scopes")))

    def _refused(self, error: GraphError, status: int) -> Exception:
        """101 is an unknown application, 191 a redirect address that is not registered; a wrong secret comes with code
        1, as internal trouble does (third parties' reports, read 2026-11-24)."""
        words, said = error.words or "no words", error.message.lower()
        if error.code in {101, 191} or "redirect_uri" in said or "client secret" in said:
            return self.app_refused(words)
        return self.code_refused(words, status=status, code=error.name)

    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        graph = self.graph(api, app, grant.tokens.access, clock)
        pages = pages_of(graph, self.fields) or []
        pages += self._unlisted(graph, pages, named)
        found = [one for page in pages if (one := self.found(graph, page, grant)) is not None]
        if not found:
            raise NotFound(self.nothing_found)
        return found

    def found(self, graph: Graph, page: Mapping[str, Any], grant: Grant) -> Found | None:
        """What a Page stands for; None where it stands for nothing."""
        raise NotImplementedError

    def obstacle_of(self, page: Mapping[str, Any]) -> str | None:
        """Why the person may not publish there, where the list of tasks says so."""
        tasks = page.get("tasks")
        if isinstance(tasks, list) and tasks and not self.tasks & set(map(str, tasks)):
            return "whoever signed in lacks the task “create content” on the Page"
        return None

    def _unlisted(
        self, graph: Graph, pages: list[Mapping[str, Any]], named: str | None
    ) -> list[Mapping[str, Any]]:
        """The Page that was asked for and is not in the list, as those are that belong to a business: by its id.
        https://github.com/gitroomhq/postiz-app, facebook.provider.ts @74b01ad (read 2026-11-23)"""
        if named is None or not named.isdecimal() or any(text_of(page, "id") == named for page in pages):
            return []
        try:
            page = graph.read(named, call=f"{self.platform}.page.read", fields=self.fields)
        except PlatformError:
            return []
        return [page] if text_of(page, "access_token") else []

    def confirmed(self, api: Api, app: App, account: Account, clock: Clock) -> Account:
        """With the end of the Page's own token, which is made from the user token, and what holds for this Page."""
        graph = self.graph(api, app, account.tokens.access, clock)
        facts = facts_of(graph, account.tokens.access)
        if not facts:
            return account
        mine = {account.account_id, str(account.options.get("page_id"))}
        tokens = replace(account.tokens, expires_at=expiry_in(facts))
        return replace(account, tokens=tokens, scopes=granted_for(facts, mine))


def page_tokens(page: Mapping[str, Any], grant: Grant, graph: Graph) -> Tokens:
    """The Page's own token, and behind it the user token from which it can be made anew."""
    access = Secret(id_of(graph.dialect, page, "access_token", Role.READ))
    return Tokens(access, refresh=grant.tokens.access, refresh_expires_at=grant.tokens.expires_at)


def granted_for(facts: Mapping[str, Any], mine: set[str]) -> tuple[str, ...]:
    """The permissions that hold for a Page, or for the account behind it: one may be given for some of them only.
    https://developers.facebook.com/docs/graph-api/reference/debug_token (read 2026-11-24)"""
    elsewhere = set()
    granular = facts.get("granular_scopes")
    for one in granular if isinstance(granular, list) else ():
        targets = one.get("target_ids") if isinstance(one, dict) else None
        if isinstance(targets, list) and targets and not mine & set(map(str, targets)):
            elsewhere.add(one.get("scope"))
    return tuple(scope for scope in scopes_in(facts.get("scopes")) if scope not in elsewhere)
