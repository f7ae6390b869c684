"""Fetches media URLs for whoever may have written them: public addresses only, pinned, bounded in bytes and time."""

from __future__ import annotations

import socket
from collections.abc import Callable
from time import monotonic
from typing import TYPE_CHECKING
from urllib.parse import urljoin, urlsplit

from planrrr_cli.platforms.addresses import BadAddress, Target, literal, public_address, target_of
from planrrr_cli.platforms.wire import AnswerLost, Pin, Reply, TransportError

if TYPE_CHECKING:
    from planrrr_cli.platforms.http import Transport

MOST_REDIRECTS = 3
MOST_ADDRESSES = 3
MOST_SECONDS = 600.0

Resolve = Callable[[str, int], list[str]]


class CannotFetch(Exception):
    """This URL will not be fetched, now or later."""


class HostTrouble(Exception):
    """The host did not deliver; it may later."""


def resolve(host: str, port: int) -> list[str]:
    """All addresses of ``host``; an OSError when there are none."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return [str(address[0]) for *_, address in found]


class Fetcher:
    """Looks the name up once, checks every address it has, and connects to the checked one: a second look-up that
    answers differently (DNS rebinding) leads nowhere. No proxy, no cookie, no credential goes along."""

    def __init__(
        self, transport: Transport, *, allow_private: bool = False, resolve: Resolve = resolve
    ) -> None:
        self._transport = transport
        self._allow_private = allow_private
        self._resolve = resolve

    def fetch(self, url: str, limit: int, sink: Callable[[bytes], object]) -> None:
        """Gives the body to ``sink`` in pieces. Raises CannotFetch or HostTrouble; texts hold no query."""
        until = monotonic() + MOST_SECONDS

        def take(piece: bytes) -> None:
            if monotonic() > until:
                raise HostTrouble(f"it took longer than {MOST_SECONDS / 60:g} minutes")
            sink(piece)

        for _ in range(MOST_REDIRECTS + 1):
            reply = self._get(url, limit, take)
            if reply.status == 200:
                return
            url = _next_url(url, reply)
        raise CannotFetch(f"it leads on more than {MOST_REDIRECTS} times")

    def _get(self, url: str, limit: int, take: Callable[[bytes], object]) -> Reply:
        try:
            target = target_of(url)
        except BadAddress as error:
            raise CannotFetch(str(error)) from None
        usual = target.port == (443 if target.scheme == "https" else 80)
        named = f"[{target.host}]" if ":" in target.host else target.host
        headers = {"Host": named if usual else f"{named}:{target.port}"}
        plain = urlsplit(url)._replace(netloc=f"{named}:{target.port}", fragment="").geturl()
        trouble = "it has no address"
        for address in self._checked_addresses(target)[:MOST_ADDRESSES]:
            pin = Pin(target.host, address)
            try:
                return self._transport.send("GET", plain, headers, most=limit, sink=take, pin=pin)
            except AnswerLost as error:
                if "longer than" in str(error):
                    raise CannotFetch(f"it is larger than {limit:,} bytes") from None
                raise HostTrouble(str(error)) from None
            except TransportError as error:
                trouble = str(error)
        raise HostTrouble(trouble)

    def _checked_addresses(self, target: Target) -> list[str]:
        if not self._allow_private and public_address(target.host) is False:
            raise CannotFetch(f"{target.host} is not a public address")
        try:
            addresses = self._resolve(target.host, target.port)
        except (OSError, UnicodeError):
            raise HostTrouble(f"{target.host} does not resolve") from None
        if not self._allow_private and not all(
            literal(address) and public_address(address) for address in addresses
        ):
            raise CannotFetch(f"{target.host} leads to an address that is not public")
        return addresses


def _next_url(url: str, reply: Reply) -> str:
    location = reply.header("location")
    if reply.status in {301, 302, 303, 307, 308} and location:
        onward = urljoin(url, location)
        if url.lower().startswith("https:") and not onward.lower().startswith("https:"):
            raise CannotFetch("it leads from https to an address without")
        return onward
    if reply.status in {408, 425, 429} or reply.status >= 500:
        raise HostTrouble(f"its host answered {reply.status}")
    raise CannotFetch(f"its host answered {reply.status}")
