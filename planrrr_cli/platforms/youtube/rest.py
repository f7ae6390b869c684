"""Calls to YouTube's API for one channel: addresses, tokens, and the evidence of each reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.wire import NotJson, Reply, Stream
from planrrr_cli.platforms.youtube.allowances import UNITS
from planrrr_cli.platforms.youtube.envelope import envelope_of, request_id
from planrrr_cli.platforms.youtube.links import site_of
from planrrr_cli.platforms.youtube.replies import NAME, Role, read_reply

GOOGLE = ".googleapis.com"


class Rest:
    """The API as ``token`` sees it."""

    def __init__(self, api: Api, app: App, token: Secret, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.token = token
        self.clock = clock

    @property
    def site(self) -> str:
        """Where people watch videos."""
        return site_of(self.app.api_url)

    def address(self, resource: str, *, upload: bool = False) -> str:
        """https://developers.google.com/youtube/data/reference/rest/v3 (read 2026-11-23)"""
        return f"{self.app.api_url.rstrip('/')}{'/upload' if upload else ''}/youtube/v3/{resource}"

    def read(self, resource: str, *, call: str, params: Mapping[str, str]) -> dict[str, Any]:
        """GET; raises PlatformError."""
        reply = self.api.get(self.address(resource), call=call, params=params, token=self.token)
        return object_of(self.checked(reply, Role.READ))

    def items(self, resource: str, *, call: str, params: Mapping[str, str]) -> list[Mapping[str, Any]]:
        """The ``items`` of a list that is read in one page; raises PlatformError."""
        return items_of(self.read(resource, call=call, params=params))

    def add(self, resource: str, *, call: str, params: Mapping[str, str], body: Mapping[str, Any]) -> str:
        """POST something that must not be made twice, and its id. A lost answer raises OutcomeUnknown."""
        reply = self.api.post(
            self.address(resource), call=call, params=params, json=body, token=self.token, irrevocable=True
        )
        self.checked(reply, Role.PREPARE)
        try:
            return id_in(object_of(reply))
        except UnexpectedReply as error:
            raise OutcomeUnknown(error.message, platform=NAME, status=reply.status) from None

    def give(
        self, resource: str, *, call: str, params: Mapping[str, str], stream: Stream, once: bool = False
    ) -> None:
        """POST bytes. ``once``: a lost answer raises OutcomeUnknown."""
        reply = self.api.post(
            self.address(resource, upload=True),
            call=call,
            params=params,
            stream=stream,
            token=self.token,
            irrevocable=once,
        )
        self.checked(reply, Role.PREPARE)

    def checked(self, reply: Reply, role: Role, bucket: Bucket = UNITS) -> Reply:
        """A good reply; raises what a bad one means. Notes reason and request id."""
        failure = read_reply(reply, role=role, now=self.clock.now(), bucket=bucket)
        self.noted(reply, failure)
        if failure is not None:
            raise failure
        return reply

    def noted(self, reply: Reply, failure: PlatformError | None = None) -> None:
        """What the evidence keeps of a reply."""
        envelope = envelope_of(reply) if reply.status >= 400 else None
        self.api.note(envelope.name if envelope else None, request_id(reply), failure)


def object_of(reply: Reply) -> dict[str, Any]:
    """The JSON object of a good reply; a success that cannot be read is no answer."""
    try:
        body = reply.json()
    except NotJson:
        body = None
    if not isinstance(body, dict):
        raise UnexpectedReply(
            f"YouTube answered {reply.status} without a readable document", platform=NAME, status=reply.status
        )
    return body


def items_of(body: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """A list may be without the key when it is empty."""
    items = body.get("items", [])
    if not isinstance(items, list):
        raise UnexpectedReply("YouTube answered a list without items", platform=NAME)
    return [item for item in items if isinstance(item, dict)]


def id_in(body: Mapping[str, Any]) -> str:
    """The id of a resource."""
    found = body.get("id")
    if not isinstance(found, str) or not found:
        raise UnexpectedReply("YouTube answered without the id of what it made", platform=NAME)
    return found


def part_of(resource: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    """One part of a resource; empty when it was not given."""
    found = resource.get(name)
    return found if isinstance(found, dict) else {}


def text_in(part: Mapping[str, Any], name: str) -> str:
    """A text of a part; empty when there is none."""
    found = part.get(name)
    return found if isinstance(found, str) else ""


def trusted(url: str, api_url: str) -> bool:
    """Whether ``url`` is Google's own, or of the place that the operator configured: bytes and token stay there."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "\\" in url or not url.isascii() or not url.isprintable():
        return False
    if parts.scheme == "https" and port in {None, 443} and host.endswith(GOOGLE):
        return True
    return (parts.scheme, parts.netloc) == urlsplit(api_url)[:2]
