"""Signing in to Facebook Pages: what is asked for, and which Pages the person may publish on."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.facebook.graph import Graph, id_of
from planrrr_cli.platforms.meta.graph import Graph as MetaGraph
from planrrr_cli.platforms.meta.graph import text_of
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.meta.sign_in import FacebookLogin, page_tokens
from planrrr_cli.platforms.signing_in import Found, Grant, Wanted


class FacebookSignIn(FacebookLogin):
    """Each Page has a token of its own."""

    platform = Platform.FACEBOOK
    title = "Facebook"
    # https://developers.facebook.com/docs/pages-api/getting-started and …/posts (read 2026-11-23)
    wanted = (
        Wanted("pages_show_list", True, "nobody can read which Pages there are"),
        Wanted("pages_manage_posts", True, "nothing can be published"),
        Wanted("pages_read_engagement", True, "nothing can be published"),
        Wanted("pages_read_user_content", False, "a post whose answer was lost cannot be looked for"),
        Wanted("pages_manage_engagement", False, "first comments are refused"),
    )

    nothing_found = (
        "the person who signed in manages no Facebook Page that the app may see; nothing was changed"
    )

    def graph(self, api: Api, app: App, token: Secret, clock: Clock) -> MetaGraph:
        return Graph(api, app, token, clock)

    def found(self, graph: MetaGraph, page: Mapping[str, Any], grant: Grant) -> Found | None:
        identity = id_of(page, "id", Role.READ)
        name = text_of(page, "name") or identity
        account = Account(
            identity, name, page_tokens(page, grant, graph), grant.scopes, {"page_id": identity}
        )
        return Found(account, self.obstacle_of(page))
