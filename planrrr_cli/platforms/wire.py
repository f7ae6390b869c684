"""What crosses the wire, as plain values: replies, and bodies that are streamed. Nothing here opens a socket."""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Protocol

from urllib3.fields import RequestField

PIECE = 64 * 1024


class NotJson(ValueError):
    """The body of a reply is no complete JSON document."""


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer that arrived completely. Header names are kept in lower case, since HTTP does not care."""

    status: int
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""

    def __post_init__(self) -> None:
        object.__setattr__(self, "headers", {name.lower(): value for name, value in self.headers.items()})

    def header(self, name: str) -> str | None:
        return self.headers.get(name.lower())

    def json(self) -> Any:
        """The body as JSON, whatever its Content-Type claims; raises NotJson."""
        try:
            return json.loads(self.body)
        except (ValueError, RecursionError):
            raise NotJson("the answer is not JSON") from None


@dataclass(frozen=True, slots=True)
class Stream:
    """A body of known length that is sent in pieces, so that no file is ever in memory as a whole."""

    length: int
    content_type: str
    pieces: Iterable[bytes]

    def __iter__(self) -> Iterator[bytes]:
        return iter(self.pieces)


class TransportError(Exception):
    """No complete answer came; the text is a short reason without addresses."""


class NeverSent(TransportError):
    """No byte of the request left this machine."""


class AnswerLost(TransportError):
    """Something was sent; whether it took effect is unknown."""


@dataclass(frozen=True, slots=True)
class Pin:
    """Connect to ``address``, whatever ``host`` resolves to by now; ``host`` stays the name in the certificate."""

    host: str
    address: str


class Source(Protocol):
    """Where the bytes of a file part come from."""

    def pieces(self, start: int, length: int) -> Iterator[bytes]: ...


@dataclass(frozen=True, slots=True)
class Part:
    """One file of a multipart body: ``length`` bytes of ``source`` from ``start``."""

    name: str
    filename: str
    content_type: str
    source: Source
    start: int
    length: int


def multipart(fields: Mapping[str, str], parts: Sequence[Part], *, boundary: str) -> Stream:
    """A multipart/form-data body. urllib3 writes the part headers; its encoder is not used, since it joins all
    bytes in memory, which for video chunks and many workers is too much."""
    opening = f"--{boundary}\r\n".encode()
    closing = f"--{boundary}--\r\n".encode()
    plain = b"".join(opening + _part_head(name) + value.encode() + b"\r\n" for name, value in fields.items())
    heads = [opening + _part_head(part.name, part.filename, part.content_type) for part in parts]
    length = len(plain) + sum(len(head) + part.length + 2 for head, part in zip(heads, parts, strict=True))

    def pieces() -> Iterator[bytes]:
        yield plain
        for head, part in zip(heads, parts, strict=True):
            yield head
            yield from part.source.pieces(part.start, part.length)
            yield b"\r\n"
        yield closing

    return Stream(length + len(closing), f"multipart/form-data; boundary={boundary}", pieces())


def _part_head(name: str, filename: str | None = None, content_type: str | None = None) -> bytes:
    head = RequestField(name, b"", filename=filename)
    head.make_multipart(content_type=content_type)
    return head.render_headers().encode()
