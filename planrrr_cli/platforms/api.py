"""One attempt's calls to one platform, with their evidence; what goes over the wire is the transport's business."""

from __future__ import annotations

import json as json_text
import logging
import secrets
from collections.abc import Callable, Mapping, Sequence
from typing import TYPE_CHECKING, Any
from urllib.parse import urlencode, urlsplit

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import ConfigError, OutcomeUnknown, PlatformError, PlatformUnavailable
from planrrr_cli.domain.quota import Bucket, Told, merged
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.addresses import is_loopback
from planrrr_cli.platforms.wire import AnswerLost, NeverSent, Part, Reply, Stream, TransportError, multipart

if TYPE_CHECKING:
    from planrrr_cli.platforms.http import Transport

logger = logging.getLogger(__name__)


class Api:
    """One attempt's calls to one platform: sends them, guards the irrevocable ones, and keeps the evidence.

    ``calls`` holds one dict per call: call, method, path, status, code, request_id, error_kind (the class that its
    answer has, None for a good one), duration_ms, at. Never a query, a header, a body or a token. ``learned`` holds
    what the answers told of the platform's limits, by the names of the buckets.
    """

    def __init__(
        self, transport: Transport, *, platform: str, gate: Callable[[], None], clock: Clock
    ) -> None:
        self.calls: list[dict[str, Any]] = []
        self.learned: dict[str, tuple[Bucket, Told]] = {}
        self._transport = transport
        self._platform = platform
        self._gate = gate
        self._clock = clock

    def get(self, url: str, *, call: str, params: Mapping[str, str] | None = None, **more: Any) -> Reply:
        """Raises PlatformUnavailable when no answer came."""
        return self.send("GET", url, call=call, params=params, **more)

    def post(self, url: str, *, call: str, irrevocable: bool = False, **more: Any) -> Reply:
        """``irrevocable``: the lease is checked before the first byte, and a lost answer raises OutcomeUnknown."""
        return self.send("POST", url, call=call, irrevocable=irrevocable, **more)

    def send(
        self,
        method: str,
        url: str,
        *,
        call: str,
        params: Mapping[str, str] | None = None,
        form: Mapping[str, str] | None = None,
        json: Any = None,
        parts: Sequence[Part] | None = None,
        stream: Stream | None = None,
        headers: Mapping[str, str] | None = None,
        token: Secret | None = None,
        scheme: str = "Bearer",
        irrevocable: bool = False,
        shown: str | None = None,
    ) -> Reply:
        """The body is ``form`` (urlencoded, or multipart with ``parts``), ``json`` or ``stream``. ``shown``: the path
        for the evidence, where the address itself is a secret."""
        _refuse_plain_http(url, self._platform)
        body, content_type = _body(form, json, parts, stream)
        named = dict(headers or {})
        if content_type:
            named["Content-Type"] = content_type
        if token is not None:
            named["Authorization"] = f"{scheme} {token.reveal()}"
        address = f"{url}?{urlencode(params)}" if params else url
        record: dict[str, Any] = {
            "call": call,
            "method": method,
            "path": urlsplit(url).path if shown is None else shown,
            "status": None,
            "code": None,
        }
        record |= {"request_id": None, "error_kind": None, "duration_ms": 0}
        record["at"] = self._clock.now().isoformat()
        self.calls.append(record)
        began = self._clock.monotonic()
        try:
            reply = self._transport.send(
                method, address, named, body, before=self._gate if irrevocable else None
            )
            record["status"] = reply.status
        except TransportError as error:
            record["code"] = "never_sent" if isinstance(error, NeverSent) else "answer_lost"
            trouble = self._trouble(error, irrevocable)
            record["error_kind"] = trouble.kind.value
            raise trouble from None
        finally:
            record["duration_ms"] = round((self._clock.monotonic() - began) * 1000)
            logger.debug("platform call", extra=dict(record))
        return reply

    def note(
        self,
        code: str | None = None,
        request_id: str | None = None,
        failure: PlatformError | None = None,
    ) -> None:
        """Adds to the evidence of the last call what the platform said, and the class of failure that it was."""
        told = {"code": code, "request_id": request_id, "error_kind": failure.kind.value if failure else None}
        if self.calls:
            self.calls[-1] |= {name: value for name, value in told.items() if value is not None}

    @property
    def last_call(self) -> str:
        """The name of the newest call; empty before the first."""
        return str(self.calls[-1]["call"]) if self.calls else ""

    def learn(self, bucket: Bucket, told: Told) -> None:
        """Keep what an answer told of a limit; it becomes durable with the end of the attempt."""
        before = self.learned.get(bucket.name)
        self.learned[bucket.name] = bucket, merged(before[1] if before else None, told)

    def _trouble(self, error: TransportError, irrevocable: bool) -> PlatformUnavailable | OutcomeUnknown:
        if irrevocable and isinstance(error, AnswerLost):
            return OutcomeUnknown(f"sent to {self._platform}, but {error}", platform=self._platform)
        return PlatformUnavailable(
            f"{self._platform} could not be reached: {error}",
            platform=self._platform,
            never_sent=isinstance(error, NeverSent),
        )


def _body(
    form: Mapping[str, str] | None, json: Any, parts: Sequence[Part] | None, stream: Stream | None
) -> tuple[bytes | Stream | None, str | None]:
    if stream is not None:
        return stream, stream.content_type
    if parts is not None:
        whole = multipart(form or {}, parts, boundary=secrets.token_hex(16))
        return whole, whole.content_type
    if json is not None:
        return json_text.dumps(json, ensure_ascii=False).encode(), "application/json"
    if form is not None:
        return urlencode(form).encode(), "application/x-www-form-urlencoded"
    return None, None


def _refuse_plain_http(url: str, platform: str) -> None:
    """A token in the clear is a token given away; only this machine may be asked without TLS."""
    parts = urlsplit(url)
    if parts.scheme == "https" or (parts.scheme == "http" and is_loopback(parts.hostname or "")):
        return
    raise ConfigError(
        f"{platform}: {parts.scheme}://{parts.hostname} is not https; only loopback may do without"
    )
