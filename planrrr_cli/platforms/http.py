"""HTTP as the recipes need it: one attempt per call, in bounded time and memory, and an honest word about what left.

Nothing here retries, follows a redirect, or knows what a platform's answer means. The only importer of requests.
"""

from __future__ import annotations

import logging
import os
import ssl
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import urlsplit

import requests
from requests.adapters import HTTPAdapter
from requests.structures import CaseInsensitiveDict
from requests.utils import DEFAULT_CA_BUNDLE_PATH, should_bypass_proxies
from urllib3.exceptions import HTTPError
from urllib3.util import Retry

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.platforms.addresses import is_loopback
from planrrr_cli.platforms.api import Api
from planrrr_cli.platforms.sockets import POOLS, SENDING
from planrrr_cli.platforms.troubles import reason_of
from planrrr_cli.platforms.wire import PIECE, AnswerLost, NeverSent, Pin, Reply, Stream

# It writes whole addresses at debug level, whose queries hold what belongs in no log.
logging.getLogger("urllib3.connectionpool").setLevel(logging.INFO)

MOST_ANSWER = 8 * 1024 * 1024
USER_AGENT = "planrrr"

__all__ = ["Api", "Transport"]


class _Adapter(HTTPAdapter):
    """requests' adapter with one shared TLS context: requests itself reads the CA bundle for every connection."""

    def __init__(self, tls: ssl.SSLContext, pool_size: int, pin: Pin | None = None) -> None:
        self._tls = tls
        self._pin = pin
        super().__init__(pool_connections=16, pool_maxsize=pool_size, max_retries=Retry(0, read=False))

    def init_poolmanager(self, connections: int, maxsize: int, block: bool = False, **more: Any) -> None:
        super().init_poolmanager(connections, maxsize, block, ssl_context=self._tls, **more)
        self.poolmanager.pool_classes_by_scheme = POOLS

    def proxy_manager_for(self, proxy: str, **more: Any) -> Any:
        manager = super().proxy_manager_for(proxy, ssl_context=self._tls, **more)
        manager.pool_classes_by_scheme = POOLS
        return manager

    def build_connection_pool_key_attributes(self, request: Any, verify: Any, cert: Any = None) -> Any:
        """As https://requests.readthedocs.io/en/latest/api/ tells subclasses to do (read 2026-11-24)."""
        host, _ = super().build_connection_pool_key_attributes(request, verify, cert)
        tls: dict[str, Any] = {}
        if host["scheme"] == "https":
            tls = {"cert_reqs": "CERT_REQUIRED", "ssl_context": self._tls}
            if self._pin is not None:
                tls["server_hostname"] = self._pin.host
        return ({**host, "host": self._pin.address} if self._pin is not None else host), tls

    def cert_verify(self, conn: Any, url: str, verify: Any, cert: Any) -> None:
        """The context verifies certificate and host name; naming a bundle here would load it again and again."""


class Transport:
    """The process's way out: pooled connections and one TLS context, shared by all worker threads.

    CA certificates come from ``REQUESTS_CA_BUNDLE`` or ``SSL_CERT_FILE`` when set, else from certifi.
    ``HTTPS_PROXY``, ``HTTP_PROXY`` and ``NO_PROXY`` are honoured, read once; loopback is never proxied.
    ``read_seconds`` is the longest silence, ``answer_seconds`` the longest wait for a whole answer.
    """

    def __init__(
        self,
        *,
        pool_size: int = 10,
        connect_seconds: float = 5.0,
        read_seconds: float = 30.0,
        answer_seconds: float | None = None,
        environ: Mapping[str, str] = os.environ,
    ) -> None:
        self._timeout = (connect_seconds, read_seconds)
        self._answer_seconds = answer_seconds or 2 * read_seconds
        self._tls = _tls_context(environ.get("REQUESTS_CA_BUNDLE") or environ.get("SSL_CERT_FILE"))
        self._adapter = _Adapter(self._tls, pool_size)
        self._proxies = _proxies(environ)
        self._no_proxy = environ.get("no_proxy") or environ.get("NO_PROXY") or ""

    def close(self) -> None:
        self._adapter.close()

    def send(
        self,
        method: str,
        url: str,
        headers: Mapping[str, str],
        body: bytes | Stream | None = None,
        *,
        before: Callable[[], None] | None = None,
        most: int = MOST_ANSWER,
        sink: Callable[[bytes], object] | None = None,
        pin: Pin | None = None,
    ) -> Reply:
        """One request, one answer. ``before`` is called when connected, just before the first byte leaves; what it
        raises comes out unchanged. ``sink`` takes the body of a 200 in pieces. Raises NeverSent or AnswerLost."""
        adapter = _Adapter(self._tls, 1, pin) if pin else self._adapter
        SENDING.expect(before, self._timeout[1], self._answer_seconds)
        try:
            response = adapter.send(
                _prepared(method, url, headers, body),
                stream=True,
                timeout=self._timeout,
                proxies={} if pin else self._proxies_for(url),
            )
            return _read(response, most, sink)
        except (requests.RequestException, HTTPError, OSError) as error:
            kind = AnswerLost if SENDING.began else NeverSent
            raise kind(reason_of(error, *self._timeout)) from None  # its own text may hold the URL
        finally:
            SENDING.before = None
            if pin:
                adapter.close()

    def _proxies_for(self, url: str) -> dict[str, str]:
        if not self._proxies or is_loopback(urlsplit(url).hostname or ""):
            return {}
        return {} if self._no_proxy and should_bypass_proxies(url, self._no_proxy) else self._proxies


def _proxies(environ: Mapping[str, str]) -> dict[str, str]:
    named = {scheme: f"{scheme}_proxy" for scheme in ("http", "https")}
    found = {scheme: environ.get(name) or environ.get(name.upper()) for scheme, name in named.items()}
    return {scheme: address for scheme, address in found.items() if address}


def _tls_context(bundle: str | None) -> ssl.SSLContext:
    try:
        return ssl.create_default_context(cafile=bundle or DEFAULT_CA_BUNDLE_PATH)
    except OSError as error:
        raise ConfigError(f"the CA bundle {bundle} cannot be read: {error.strerror}") from None


def _prepared(
    method: str, url: str, headers: Mapping[str, str], body: bytes | Stream | None
) -> requests.PreparedRequest:
    """Made by hand: preparing through a Session costs as much again as sending."""
    request = requests.PreparedRequest()
    request.method, request.url = method, url
    named = {"User-Agent": USER_AGENT, "Accept": "*/*", "Accept-Encoding": "identity", **headers}
    if body is not None:
        named["Content-Length"] = str(body.length if isinstance(body, Stream) else len(body))
    request.headers = CaseInsensitiveDict(named)
    request.body = body  # type: ignore[assignment]  # urllib3 takes iterables
    return request


def _read(response: requests.Response, most: int, sink: Callable[[bytes], object] | None) -> Reply:
    raw = response.raw
    kept, got = bytearray(), 0
    take = sink if sink is not None and response.status_code == 200 else kept.extend
    try:
        while piece := raw.read(PIECE, decode_content=True):
            got += len(piece)
            if got > most:
                raise AnswerLost(f"the answer is longer than {most:,} bytes")
            take(piece)
    except BaseException:
        raw.close()  # what is left of the answer must not be read as the next one
        raise
    raw.release_conn()
    return Reply(response.status_code, response.headers, bytes(kept))
