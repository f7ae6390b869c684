"""Connections that know the moment of their first byte, and answers that end in time. Only ``http.py`` uses them."""

from __future__ import annotations

import http.client
import io
import socket
import threading
from collections.abc import Callable
from time import monotonic
from typing import Any

from urllib3.connection import HTTPConnection, HTTPSConnection
from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# A server may close a kept connection at the very moment we send on it, and then nobody knows whether it read the
# request. Servers keep idle connections for 5 s (Node) to 75 s (nginx) and more: one that rested longer than this is
# dropped, so a pooled connection is as good as a new one even for a call that must not be repeated.
MOST_IDLE_SECONDS = 2.0


class Sending(threading.local):
    """What this thread is sending just now. ``began``: a byte of the request may have left."""

    began: bool = False
    before: Callable[[], None] | None = None
    patience: float = 30.0
    answer_seconds: float = 60.0

    def expect(self, before: Callable[[], None] | None, patience: float, answer_seconds: float) -> None:
        self.began, self.before = False, before
        self.patience, self.answer_seconds = patience, answer_seconds


SENDING = Sending()


class _InTime(io.RawIOBase):
    """Reads a socket until a deadline, however slowly the bytes drip (a socket's own timeout is per read)."""

    def __init__(self, raw: io.RawIOBase, sock: socket.socket) -> None:
        self._raw = raw
        self._sock = sock
        self._deadline = monotonic() + SENDING.answer_seconds

    def readable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int | None:
        left = self._deadline - monotonic()
        if left <= 0:
            raise TimeoutError("the answer took too long")
        self._sock.settimeout(min(left, SENDING.patience))
        return self._raw.readinto(buffer)

    def close(self) -> None:
        self._raw.close()
        super().close()


class _Answer(http.client.HTTPResponse):
    def __init__(self, sock: socket.socket, *args: Any, **more: Any) -> None:
        super().__init__(sock, *args, **more)
        self.fp = io.BufferedReader(_InTime(self.fp.detach(), sock))


class _Watched:
    """Mixed into both kinds of connection: notes the first byte, and refuses to be reused after a rest."""

    sock: Any
    _opening = False
    _used = 0.0

    def connect(self) -> None:
        self._opening = True  # what goes out meanwhile (a proxy's CONNECT) is not the request
        try:
            super().connect()  # type: ignore[misc]
        finally:
            self._opening = False

    def send(self, data: Any) -> None:
        if not self._opening:
            if self.sock is None:
                self.connect()
            self._first_byte()
        super().send(data)  # type: ignore[misc]
        self._used = monotonic()

    def getresponse(self) -> Any:
        answer = super().getresponse()  # type: ignore[misc]
        self._used = monotonic()
        return answer

    def _first_byte(self) -> None:
        if SENDING.began:
            return
        self.sock.settimeout(SENDING.patience)
        if SENDING.before is not None:
            SENDING.before()
        SENDING.began = True

    @property
    def is_connected(self) -> bool:
        rested = monotonic() - self._used
        return rested < MOST_IDLE_SECONDS and bool(super().is_connected)  # type: ignore[misc]


class _Connection(_Watched, HTTPConnection):
    response_class = _Answer


class _SecureConnection(_Watched, HTTPSConnection):
    response_class = _Answer


class Pool(HTTPConnectionPool):
    """Plain connections; the transport lets them go to loopback only (or to a media host)."""

    ConnectionCls = _Connection


class SecurePool(HTTPSConnectionPool):
    """TLS connections."""

    ConnectionCls = _SecureConnection


POOLS = {"http": Pool, "https": SecurePool}
