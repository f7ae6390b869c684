"""Calls to LinkedIn's API for one author: addresses, headers, and the evidence of each reply."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NoReturn
from urllib.parse import quote, urlsplit

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.linkedin.envelope import envelope_of, request_id
from planrrr_cli.platforms.linkedin.refusals import StaleUpload
from planrrr_cli.platforms.linkedin.replies import NAME, Role, read_reply
from planrrr_cli.platforms.linkedin.urns import SITE, urn_in
from planrrr_cli.platforms.linkedin.versions import DEFAULT_VERSION
from planrrr_cli.platforms.wire import NotJson, Reply, Stream

_TOKEN_CODES = range(65600, 65610)  # 401s that are about the token and not about the address of an upload


class Rest:
    """The API as ``token`` sees it."""

    def __init__(self, api: Api, app: App, token: Secret, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.token = token
        self.clock = clock

    @property
    def site(self) -> str:
        """Where people look at posts, and where tokens come from."""
        return (self.app.oauth_url or SITE).rstrip("/")

    def address(self, *path: str) -> str:
        """URNs come from replies and settings: quoted, so that none can lead elsewhere."""
        return "/".join([self.app.api_url.rstrip("/"), *(quote(part, safe="") for part in path)])

    def headers(self, method: str | None = None) -> dict[str, str]:
        """https://learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/protocol-version (read 2026-11-23):
        without the second the server takes the request for one of another protocol."""
        named = {
            "LinkedIn-Version": self.app.api_version or DEFAULT_VERSION,
            "X-Restli-Protocol-Version": "2.0.0",
        }
        return named | ({"X-RestLi-Method": method} if method else {})

    def read(
        self, *path: str, call: str, params: Mapping[str, str] | None = None, method: str | None = None
    ) -> dict[str, Any]:
        """GET; raises PlatformError."""
        reply = self.api.get(
            self.address("rest", *path),
            call=call,
            params=params,
            headers=self.headers(method),
            token=self.token,
        )
        return self.document(reply, Role.READ)

    def act(
        self, *path: str, call: str, action: str, request: Mapping[str, Any], medium: int | None
    ) -> Reply:
        """POST an action that nobody sees; raises PlatformError."""
        reply = self.api.post(
            f"{self.address('rest', *path)}?action={action}",
            call=call,
            json={f"{action}Request": request},
            headers=self.headers(),
            token=self.token,
        )
        return self.checked(reply, Role.PREPARE, medium)

    def put(self, url: str, stream: Stream, *, call: str, medium: int | None, signed: bool = False) -> Reply:
        """The bytes, to where LinkedIn said. ``signed``: the address alone permits it, and a token must not go along.

        Raises StaleUpload when the address is not good any more, or another PlatformError.
        """
        if not trusted(url, self.site, self.app.api_url):
            raise UnexpectedReply(
                "LinkedIn named an upload address on a host that is not LinkedIn's", platform=NAME
            )
        reply = self.api.send("PUT", url, call=call, stream=stream, token=None if signed else self.token)
        envelope = envelope_of(reply)
        codes = envelope.codes if envelope else ()
        of_token = any("ACCESS_TOKEN" in code for code in codes)
        of_token = of_token or (envelope is not None and envelope.service in _TOKEN_CODES)
        if "EXPIRED_UPLOAD_URL" in codes or (
            reply.status in {401, 403, 404, 410} and (signed or not of_token)
        ):
            self.api.note(envelope.name if envelope else None, request_id(reply))
            raise StaleUpload(
                f"LinkedIn does not take the upload any more ({reply.status})",
                platform=NAME,
                status=reply.status,
            )
        return self.checked(reply, Role.PREPARE, medium)

    def commit(self, *path: str, call: str, body: Mapping[str, Any]) -> Reply:
        """POST what the public sees: guarded by the lease, and OutcomeUnknown unless the answer is plain."""
        reply = self.api.post(
            self.address("rest", *path),
            call=call,
            json=body,
            headers=self.headers(),
            token=self.token,
            irrevocable=True,
        )
        return self.checked(reply, Role.COMMIT)

    def checked(self, reply: Reply, role: Role, medium: int | None = None) -> Reply:
        """A good reply; raises what a bad one means. Notes code and request id."""
        envelope = envelope_of(reply) if reply.status >= 300 else None
        self.api.note(envelope.name if envelope else None, request_id(reply))
        failure = read_reply(reply, role=role, now=self.clock.now(), medium=medium)
        if failure is not None:
            raise failure
        return reply

    def document(self, reply: Reply, role: Role, medium: int | None = None) -> dict[str, Any]:
        """The JSON object of a good reply."""
        return object_of(self.checked(reply, role, medium), role)


def object_of(reply: Reply, role: Role) -> dict[str, Any]:
    """A success that cannot be read is no answer."""
    try:
        body = reply.json()
    except NotJson:
        body = None
    if not isinstance(body, dict):
        _lacking("a readable document", reply, role)
    return body


def value_of(reply: Reply) -> Mapping[str, Any]:
    """What an action answered: the object under ``value``."""
    value = object_of(reply, Role.PREPARE).get("value")
    if not isinstance(value, dict):
        _lacking("“value”", reply, Role.PREPARE)
    return value


def text_in(value: Mapping[str, Any], name: str) -> str:
    """A text that has to be there."""
    found = value.get(name)
    if not isinstance(found, str) or not found:
        raise UnexpectedReply(f"LinkedIn answered without “{name}”", platform=NAME)
    return found


def made_id(reply: Reply) -> str:
    """The URN of what a call made, from the header that alone is documented to hold it."""
    found = urn_in(reply.header("x-restli-id"))
    if found is None:
        _lacking("the id of what it made", reply, Role.COMMIT)
    return found


def trusted(url: str, *origins: str) -> bool:
    """Whether ``url`` is LinkedIn's own, or of the place that the operator configured: bytes and token stay there."""
    try:
        parts = urlsplit(url)
        host, port = (parts.hostname or "").lower(), parts.port
    except ValueError:
        return False
    if not host or "@" in parts.netloc or "\\" in url:
        return False
    if parts.scheme == "https" and port in {None, 443} and f".{host}".endswith(".linkedin.com"):
        return True
    return any((parts.scheme, parts.netloc) == urlsplit(origin)[:2] for origin in origins)


def _lacking(what: str, reply: Reply, role: Role) -> NoReturn:
    kind: type[PlatformError] = OutcomeUnknown if role is Role.COMMIT else UnexpectedReply
    raise kind(
        f"LinkedIn answered {reply.status} without {what}",
        platform=NAME,
        status=reply.status,
        request_id=request_id(reply),
    )
