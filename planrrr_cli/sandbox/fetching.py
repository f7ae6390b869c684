"""Fetches a media URL as a platform's crawler would; what a failed fetch means is the twin's to say."""

import ipaddress
import socket
import tempfile
import urllib.error
import urllib.request
import urllib.robotparser
from typing import BinaryIO, cast
from urllib.parse import urlsplit

from planrrr_cli.sandbox.wire import BLOCK

PATIENCE = 10.0


class FetchFailed(Exception):
    """The URL did not give its bytes; the text says why."""


class Fetcher:
    """`allow_private=False` refuses loopback and private addresses, as a real crawler cannot reach them.

    `own` is the sandbox's own address, which may always be fetched: it stands for a public host of media.
    """

    def __init__(self, *, allow_private: bool, own: str = "") -> None:
        self._allow_private = allow_private
        self.own = own
        # No proxies: whatever the machine's environment says, a rehearsal stays where it is told to go.
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def fetch(self, url: str, *, agent: str, limit: int, ranged: bool = False) -> BinaryIO:
        """A readable, rewound stream. `ranged` asks with `Range: bytes=0-` and refuses a 206."""
        self._check_address(url)
        headers = {"User-Agent": agent} | ({"Range": "bytes=0-"} if ranged else {})
        try:
            asked = urllib.request.Request(url, headers=headers)  # noqa: S310  the scheme was checked above
            with self._opener.open(asked, timeout=PATIENCE) as answer:
                if answer.status != 200:
                    raise FetchFailed(f"the host answered {answer.status}")
                return self._copy(answer, limit)
        except (OSError, ValueError, urllib.error.URLError) as failed:
            raise FetchFailed(str(failed)) from failed

    def allowed_by_robots(self, url: str, *, agent: str) -> bool:
        """What the host's robots.txt says; one that is absent or cannot be read allows everything.

        Raises FetchFailed for what is no address, or none that may be asked.
        """
        self._check_address(url)
        parts = urlsplit(url)
        rules = urllib.robotparser.RobotFileParser()
        try:
            with self.fetch(
                f"{parts.scheme}://{parts.netloc}/robots.txt", agent=agent, limit=BLOCK * 8
            ) as text:
                rules.parse(text.read().decode("utf-8", "replace").splitlines())
        except FetchFailed:
            return True
        return rules.can_fetch(agent, url)

    def is_own(self, url: str) -> bool:
        """Whether the sandbox itself answers there; `localhost` is as good as the address."""
        try:
            asked, own = urlsplit(url), urlsplit(self.own)
            same_port = asked.port == own.port
        except ValueError:
            return False
        named = asked.hostname is not None and asked.hostname in (own.hostname, "localhost")
        return asked.scheme == own.scheme and same_port and named

    def _check_address(self, url: str) -> None:
        try:
            parts = urlsplit(url)
            host, port = parts.hostname, parts.port or 443
        except ValueError as bad:
            raise FetchFailed("not a URL") from bad
        if parts.scheme not in ("http", "https") or not host:
            raise FetchFailed("not an http or https URL")
        if self._allow_private or self.is_own(url):
            return
        try:
            found = {str(answer[4][0]) for answer in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
        except OSError as unknown:
            raise FetchFailed(f"{host} is unknown") from unknown
        if not all(ipaddress.ip_address(address.partition("%")[0]).is_global for address in found):
            raise FetchFailed(f"{host} is not a public host")

    @staticmethod
    def _copy(answer: BinaryIO, limit: int) -> BinaryIO:
        spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=2 * 1024 * 1024))  # noqa: SIM115
        size = 0
        while block := answer.read(BLOCK):
            size += len(block)
            if size > limit:
                raise FetchFailed(f"more than {limit} bytes")
            spool.write(block)
        spool.seek(0)
        return spool
