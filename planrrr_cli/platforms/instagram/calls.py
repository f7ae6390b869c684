"""The API as one account is reached: which host and which tokens, by the login that the account was connected with.

Instagram Login has a host and a user token of its own. Facebook Login publishes with the Page's token, and keeps the
user token behind it for reads that the Page's is refused.
https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import replace
from enum import StrEnum
from typing import Any, TypeVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Connection, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    PlatformError,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.quota import Bucket, Told
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.instagram.codes import AGAIN
from planrrr_cli.platforms.instagram.replies import INSTAGRAM, NAME
from planrrr_cli.platforms.meta import graph
from planrrr_cli.platforms.meta.graph import id_of
from planrrr_cli.platforms.meta.replies import Role

R = TypeVar("R")


class Login(StrEnum):
    """Which of Meta's two sign-ins the tokens come from."""

    INSTAGRAM = "instagram"
    FACEBOOK = "facebook"


def login_in(options: Mapping[str, Any]) -> Login:
    """Instagram's own, unless the connection's options say otherwise."""
    return Login.FACEBOOK if options.get("login") == Login.FACEBOOK else Login.INSTAGRAM


class Graph(graph.Graph):
    """The Graph API in Instagram's words."""

    dialect = INSTAGRAM


class Calls:
    """What one account may be asked. ``graph`` publishes; ``behind`` speaks with the user token behind a Page's."""

    def __init__(self, api: Api, app: App, clock: Clock, login: Login, tokens: Tokens) -> None:
        self.clock = clock
        self.login = login
        known = app.facebook or app
        if login is Login.INSTAGRAM:
            # Which secret a proof would need there is not documented, so none is sent.
            known = replace(app, app_secret=None)
        self.graph = Graph(api, known, tokens.access, clock)
        user = tokens.refresh if login is Login.FACEBOOK else None
        self.behind = Graph(api, known, user, clock) if user else None

    @classmethod
    def of(cls, api: Api, app: App, clock: Clock, connection: Connection) -> Calls:
        return cls(api, app, clock, login_in(connection.options), connection.tokens)

    def learn(self, bucket: Bucket, told: Told) -> None:
        """Keep what an answer told of a limit."""
        self.graph.api.learn(bucket, told)

    def read(self, *path: str, call: str, **params: str) -> dict[str, Any]:
        """GET with the one token, and where that settles nothing with the other; raises PlatformError."""
        return self._with_either(lambda with_: with_.read(*path, call=call, **params))

    def pages(self, *path: str, call: str, **params: str) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list; the token that reads the first one reads them all."""

        def begun(with_: Graph) -> tuple[list[dict[str, Any]], Iterator[list[dict[str, Any]]]]:
            rest = with_.pages(*path, call=call, **params)
            return next(rest, []), rest

        first, rest = self._with_either(begun)
        yield first
        yield from rest

    def create(self, account: str, fields: Mapping[str, Any], medium: int | None) -> dict[str, Any]:
        """A container, which nobody sees; ``medium`` None: that of a carousel. Raises PlatformError."""
        call = "instagram.carousel.create" if medium is None else "instagram.container.create"
        try:
            return self.graph.prepare(account, "media", call=call, fields=fields, medium=medium)
        except ContentRejected as error:
            if error.code != "100/33":
                raise
            raise ConnectionRevoked(
                f"Instagram does not show the account {account} to this token",
                platform=NAME,
                status=error.status,
                code=error.code,
                request_id=error.request_id,
                next_step=AGAIN,
            ) from None

    def publish(self, account: str, container: str) -> str:
        """The one call that the public can see; the id of the medium, which is another one than the container's."""
        fields = {"creation_id": container}
        body = self.graph.commit(account, "media_publish", call="instagram.media.publish", fields=fields)
        return id_of(INSTAGRAM, body, "id", Role.COMMIT)

    def _with_either(self, read: Callable[[Graph], R]) -> R:
        try:
            return read(self.graph)
        except (UnexpectedReply, ConnectionRevoked, TokenExpired) as error:
            if self.behind is None:
                raise
            try:
                return read(self.behind)
            except PlatformError:
                raise error from None
