"""A short reason for a failed exchange, from the exception's type alone: its text may hold an address with a query."""

from __future__ import annotations

import errno
import socket
import ssl
from collections.abc import Iterator
from http.client import IncompleteRead, RemoteDisconnected

from urllib3.exceptions import ConnectTimeoutError, NameResolutionError, ReadTimeoutError
from urllib3.exceptions import IncompleteRead as BodyCutShort

_BY_NUMBER = {
    errno.ECONNREFUSED: "the connection was refused",
    errno.ECONNRESET: "the connection was reset",
    errno.EPIPE: "the connection was closed while sending",
    errno.ENETUNREACH: "the network cannot be reached",
    errno.EHOSTUNREACH: "the host cannot be reached",
}


def reason_of(error: BaseException, connect_seconds: float, read_seconds: float) -> str:
    """What went wrong, in words that are safe to print."""
    chain = list(_chain(error))
    for found in chain:
        if isinstance(found, ssl.SSLCertVerificationError):
            return f"its certificate is not to be trusted ({found.verify_message})"
        if isinstance(found, NameResolutionError | socket.gaierror):
            return "its name does not resolve"
        if isinstance(found, BodyCutShort | IncompleteRead):
            return "the answer was cut short"
        if isinstance(found, RemoteDisconnected):
            return "the connection was closed without an answer"
        if isinstance(found, OSError) and found.errno in _BY_NUMBER:
            return _BY_NUMBER[found.errno]
    for found in chain:
        if isinstance(found, ConnectTimeoutError):
            return f"no connection within {connect_seconds:g} s"
        if isinstance(found, ReadTimeoutError | TimeoutError):
            return f"no complete answer in time ({read_seconds:g} s of silence at most)"
        if isinstance(found, ssl.SSLError):
            return "TLS could not be agreed on"
    return f"the connection broke ({type(chain[-1]).__name__})"


def _chain(error: BaseException) -> Iterator[BaseException]:
    """The exception and what it wraps, outermost first; wrappers use ``args``, ``reason`` and ``__cause__``."""
    seen: set[int] = set()
    waiting: list[BaseException] = [error]
    while waiting:
        found = waiting.pop(0)
        if id(found) in seen:
            continue
        seen.add(id(found))
        yield found
        inner = [*found.args, getattr(found, "reason", None), found.__cause__, found.__context__]
        waiting.extend(item for item in inner if isinstance(item, BaseException))
