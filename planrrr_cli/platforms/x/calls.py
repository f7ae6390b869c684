"""Calls to X's API for one account: addresses, authorisation, and the evidence of each reply."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal
from urllib.parse import quote, urlencode

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.wire import Part, Reply
from planrrr_cli.platforms.x.allowances import told_by
from planrrr_cli.platforms.x.links_to import site_of
from planrrr_cli.platforms.x.replies import NAME, Role, read_reply, request_id
from planrrr_cli.platforms.x.signing import signature

API_URL = "https://api.x.com"


class Calls:
    """The API as ``tokens`` open it: a bearer token, or an OAuth 1.0a token with its secret."""

    def __init__(self, api: Api, app: App, tokens: Tokens, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.tokens = tokens
        self.clock = clock

    @property
    def site(self) -> str:
        return site_of(self.app.api_url)

    def address(self, *path: str) -> str:
        """Ids come from replies and documents: quoted, so that none can lead elsewhere."""
        base = (self.app.api_url or API_URL).rstrip("/")
        return "/".join([base, "2", *(quote(part, safe="") for part in path)])

    def read(self, *path: str, call: str, **params: str) -> dict[str, Any]:
        """GET; raises PlatformError."""
        url = self.address(*path)
        if params:
            url = f"{url}?{urlencode(params, quote_via=quote, safe=',')}"
        reply = self.api.get(url, call=call, **self._authorised("GET", url))
        return self.meaning(reply, Role.READ)

    def prepare(
        self,
        *path: str,
        call: str,
        json: Mapping[str, Any] | None = None,
        form: Mapping[str, str] | None = None,
        parts: Sequence[Part] | None = None,
        medium: int | None = None,
    ) -> dict[str, Any]:
        """POST something that nobody sees; an empty answer is an empty object."""
        url = self.address(*path)
        sent = self._authorised("POST", url)
        reply = self.api.post(url, call=call, json=json, form=form, parts=parts, **sent)
        return self.meaning(reply, Role.PREPARE, medium)

    def commit(self, *path: str, call: str, json: Mapping[str, Any]) -> dict[str, Any]:
        """POST what the public sees: guarded by the lease, and OutcomeUnknown unless the answer is plain."""
        url = self.address(*path)
        sent = self._authorised("POST", url)
        reply = self.api.post(url, call=call, json=json, irrevocable=True, **sent)
        return self.meaning(reply, Role.COMMIT)

    def meaning(self, reply: Reply, role: Role, medium: int | None = None) -> dict[str, Any]:
        """The body of a good reply; raises what a bad one means."""
        failure = read_reply(reply, role=role, now=self.clock.now(), medium=medium)
        self.api.note(failure.code if failure else None, request_id(reply))
        for bucket, told in told_by(reply, self.api.last_call, now=self.clock.now()):
            self.api.learn(bucket, told)
        if failure is not None:
            raise failure
        found: dict[str, Any] = reply.json() if reply.body.strip() else {}
        return found

    def _authorised(self, method: Literal["GET", "POST"], url: str) -> dict[str, Any]:
        if not self.tokens.secret:
            return {"token": self.tokens.access}
        signed = signature(method, url, app=self.app, tokens=self.tokens, clock=self.clock)
        return {"headers": {"Authorization": signed}}


def data_of(body: Mapping[str, Any]) -> Mapping[str, Any]:
    """The ``data`` of an answer; empty when there is none."""
    data = body.get("data")
    return data if isinstance(data, dict) else {}


def id_of(body: Mapping[str, Any], role: Role) -> str:
    """The id of what a call made; a success without one is no answer."""
    found = data_of(body).get("id")
    if isinstance(found, str) and found.isascii() and found.isdigit():
        return found
    kind: type[PlatformError] = OutcomeUnknown if role is Role.COMMIT else UnexpectedReply
    raise kind("X answered without an id", platform=NAME)
