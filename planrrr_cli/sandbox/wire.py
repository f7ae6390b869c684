"""What crosses the line between HTTP and the twins: a request, its body, a reply; no sockets and no meaning."""

import io
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import BinaryIO, Protocol

BLOCK = 64 * 1024


class ConnectionLost(Exception):
    """The client went away before its request was complete."""


class Delivery(StrEnum):
    """How a reply leaves: whole, cut in the middle, not at all (FIN), or as a TCP reset."""

    WHOLE = "whole"
    TRUNCATED = "truncated"
    LOST = "lost"
    RESET = "reset"


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; `effect` says that the call made, or by itself will make, something public.

    `reason` is the phrase beside the status, where it is not the usual one. `file` is sent in place of `body`, and
    closed by whoever sends it.
    """

    status: int
    body: bytes = b""
    headers: tuple[tuple[str, str], ...] = ()
    delivery: Delivery = Delivery.WHOLE
    effect: bool = False
    reason: str = ""
    file: BinaryIO | None = None


class Headers(Protocol):
    """The part of email.message.Message that is used: look-up without regard to case."""

    def get(self, name: str, /) -> str | None: ...


class Body:
    """The request's body as a bounded stream; says whether all of it was read."""

    def __init__(self, stream: BinaryIO, length: int) -> None:
        self._stream = stream
        self.length = length
        self.remaining = length

    def read(self, size: int) -> bytes:
        """At most `size` bytes, b"" at the end; raises ConnectionLost when the client stops early."""
        wanted = min(size, self.remaining)
        if wanted <= 0:
            return b""
        try:
            block = (
                self._stream.read1(wanted) if hasattr(self._stream, "read1") else self._stream.read(wanted)
            )
        except (OSError, ValueError) as broken:
            raise ConnectionLost(str(broken)) from broken
        if not block:
            raise ConnectionLost("the body ended early")
        self.remaining -= len(block)
        return bytes(block)

    def look(self, most: int) -> bytes:
        """All of a body of at most `most` bytes, to be read again by whoever it is for; b"" of a larger one."""
        if self.length > most:
            return b""
        content = self.read_all()
        self._stream, self.remaining = io.BytesIO(content), self.length
        return content

    def read_all(self) -> bytes:
        blocks = []
        while block := self.read(BLOCK):
            blocks.append(block)
        return b"".join(blocks)


@dataclass(frozen=True, slots=True)
class Request:
    """`sequence` is its number in the journal; `spools` are the files of its body, closed once it is answered.

    `answer` is the form of an authorization page that a person sent; the request is the page's own then.
    """

    method: str
    path: str
    query: str
    headers: Headers
    body: Body
    sequence: int = 0
    spools: list[BinaryIO] = field(default_factory=list)
    answer: tuple[tuple[str, str], ...] | None = None

    def header(self, name: str) -> str:
        return self.headers.get(name) or ""

    def close(self) -> None:
        for spool in self.spools:
            spool.close()


def json_reply(document: object, status: int = 200, headers: Mapping[str, str] | None = None) -> Reply:
    """JSON exactly as Graph labels it; the label is right for every twin of ours."""
    body = json.dumps(document, ensure_ascii=False, separators=(",", ":")).encode()
    kind = ("Content-Type", "application/json; charset=UTF-8")
    return Reply(status, body, (kind, *(headers or {}).items()))


def html_reply(text: str, status: int = 200) -> Reply:
    return Reply(status, text.encode(), (("Content-Type", "text/html; charset=utf-8"),))
