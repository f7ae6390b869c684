"""Calls to Meta's Graph API with one token: addresses, encoding, the proof, and the evidence of each reply."""

from __future__ import annotations

import hashlib
import hmac
import json
import logging
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from functools import cache
from typing import Any, ClassVar, NoReturn
from urllib.parse import parse_qsl, quote, urlsplit

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import OutcomeUnknown, PlatformError, UnexpectedReply
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.meta.codes import Dialect
from planrrr_cli.platforms.meta.replies import Role, graph_error, read_reply, trace_of
from planrrr_cli.platforms.meta.usage import Usage
from planrrr_cli.platforms.wire import Part, Reply

DEFAULT_VERSION = "v25.0"
UPLOAD_URL = "https://rupload.facebook.com"
MOST_PAGES = 10
_LEAST_TOKEN = 16  # a word that is shorter may be one of the answer's own
_PAGE = ("after", "offset", "since", "until", "__paging_token")

logger = logging.getLogger(__name__)


class Graph:
    """The API as ``token`` sees it. ``usage`` is what the last reply told about limits."""

    dialect: ClassVar[Dialect]

    def __init__(self, api: Api, app: App, token: Secret, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.token = token
        self.clock = clock
        self.usage = Usage()

    @property
    def version(self) -> str:
        return self.app.api_version or DEFAULT_VERSION

    def address(self, *path: str) -> str:
        """Ids come from replies and settings: quoted, so that none can lead elsewhere."""
        return "/".join(
            [self.app.api_url.rstrip("/"), self.version, *(quote(part, safe="") for part in path)]
        )

    def read(self, *path: str, call: str, **params: str) -> dict[str, Any]:
        """GET; raises PlatformError."""
        reply = self.api.get(
            self.address(*path), call=call, params={**params, **self.proof()}, token=self.token
        )
        return self.meaning(reply, Role.READ)

    def pages(self, *path: str, call: str, **params: str) -> Iterator[list[dict[str, Any]]]:
        """The pages of a list. ``paging.next`` holds the token in clear, so the next page is asked for by cursor.

        The last page is known by being empty: a missing ``next`` alone is not taken as the end.
        """
        after: dict[str, str] = {}
        while True:
            body = self.read(*path, call=call, **{**params, **after})
            data = body.get("data")
            if not isinstance(data, list):
                title = self.dialect.title
                raise UnexpectedReply(f"{title} answered a list without data", platform=self.dialect.platform)
            yield [item for item in data if isinstance(item, dict)]
            following = _following(body) if data else {}
            if not following or following == after:
                break
            after = following
        if data and not following and _names_another(body):
            title = self.dialect.title
            raise UnexpectedReply(
                f"{title} answered a part of a list, and not how it goes on", platform=self.dialect.platform
            )

    def prepare(
        self,
        *path: str,
        call: str,
        fields: Mapping[str, Any],
        parts: Sequence[Part] | None = None,
        medium: int | None = None,
    ) -> dict[str, Any]:
        """POST something that nobody sees."""
        form = {**encoded(fields), **self.proof()}
        reply = self.api.post(self.address(*path), call=call, form=form, parts=parts, token=self.token)
        return self.meaning(reply, Role.PREPARE, medium)

    def commit(self, *path: str, call: str, fields: Mapping[str, Any]) -> dict[str, Any]:
        """POST what the public sees: guarded by the lease, and OutcomeUnknown unless the answer is plain."""
        form = {**encoded(fields), **self.proof()}
        reply = self.api.post(self.address(*path), call=call, form=form, token=self.token, irrevocable=True)
        return self.meaning(reply, Role.COMMIT)

    def meaning(
        self, reply: Reply, role: Role, medium: int | None = None, *, versioned: bool = True
    ) -> dict[str, Any]:
        """The body of a good reply; raises what a bad one means. Notes code and trace, which expires soon.

        ``versioned``: the call asked for a version.
        """
        self.usage = Usage.of(reply, self.dialect.business)
        if (usage := self.usage.told(now=self.clock.now())) is not None:
            self.api.learn(self.dialect.calls, usage)
        told = self.without_token(reply)
        error = graph_error(told)
        failure = read_reply(told, self.dialect, role=role, now=self.clock.now(), medium=medium)
        code, trace = (error.name, error.trace) if error else (None, None)
        self.api.note(code, trace or trace_of(reply), failure)
        served = reply.header("facebook-api-version")
        if versioned and served and served != self.version:
            _warn_of_version(self.dialect.platform, self.version, served[:20])
        if failure is not None:
            raise failure
        found: dict[str, Any] = reply.json()
        return found

    def without_token(self, reply: Reply) -> Reply:
        """As it may be quoted: "malformed access token", says Meta, and repeats it."""
        token = self.token.reveal().encode()
        if len(token) < _LEAST_TOKEN or token not in reply.body:
            return reply
        return replace(reply, body=reply.body.replace(token, b"[secret]"))

    def proof(self) -> dict[str, str]:
        """https://developers.facebook.com/docs/graph-api/guides/secure-requests: per token, not per application."""
        if not self.app.app_secret:
            return {}
        secret, token = self.app.app_secret.reveal().encode(), self.token.reveal().encode()
        return {"appsecret_proof": hmac.new(secret, token, hashlib.sha256).hexdigest()}


@cache
def _warn_of_version(platform: str, asked: str, served: str) -> None:
    """Once per process. An expired version is not refused but served as the next one that is alive:
    https://developers.facebook.com/docs/graph-api/guides/versioning (read 2026-11-23)."""
    logger.warning("%s served another version", platform, extra={"asked": asked, "served": served})


def encoded(fields: Mapping[str, Any]) -> dict[str, str]:
    """Form fields as Meta's own SDK writes them: what is no text becomes JSON, sorted and without spaces."""
    return {
        name: value if isinstance(value, str) else json.dumps(value, sort_keys=True, separators=(",", ":"))
        for name, value in fields.items()
        if value is not None
    }


def text_of(body: Mapping[str, Any], name: str) -> str | None:
    """An id or word of a reply; ids come as text, in rare places as numbers."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value) or None


def number_of(body: Mapping[str, Any], name: str) -> int | None:
    """A whole number of a reply, which may be written as text."""
    value = body.get(name)
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        return int(value)
    except (ValueError, OverflowError):
        return None


def id_of(dialect: Dialect, body: Mapping[str, Any], name: str, role: Role) -> str:
    found = text_of(body, name)
    return found or missing(dialect, name, role)


def missing(dialect: Dialect, name: str, role: Role) -> NoReturn:
    """A success that does not say what it made is no answer."""
    kind: type[PlatformError] = OutcomeUnknown if role is Role.COMMIT else UnexpectedReply
    raise kind(f"{dialect.title} answered without “{name}”", platform=dialect.platform)


def same_origin(address: str, *others: str) -> bool:
    """Whether ``address`` has scheme, host and port of one of ``others``: the token must not go to strangers."""
    return _origin(address) is not None and _origin(address) in {_origin(other) for other in others}


def _origin(address: str) -> tuple[str, str, int] | None:
    try:
        parts = urlsplit(address)
        port = parts.port or {"https": 443, "http": 80}.get(parts.scheme)
    except ValueError:
        return None
    if not parts.hostname or port is None or "@" in parts.netloc or "\\" in address:
        return None
    return parts.scheme, parts.hostname, port


def _paging(body: Mapping[str, Any]) -> Mapping[str, Any]:
    paging = body.get("paging")
    return paging if isinstance(paging, dict) else {}


def _names_another(body: Mapping[str, Any]) -> bool:
    return text_of(_paging(body), "next") is not None


def _following(body: Mapping[str, Any]) -> dict[str, str]:
    """What asks for the page after this one, by cursor or by times; empty when nothing names it:
    https://developers.facebook.com/docs/graph-api/results (read 2026-11-24)."""
    cursors = _paging(body).get("cursors")
    if isinstance(cursors, dict) and (cursor := text_of(cursors, "after")):
        return {"after": cursor}
    query = dict(parse_qsl(urlsplit(text_of(_paging(body), "next") or "").query))
    return {name: query[name] for name in _PAGE if name in query}
