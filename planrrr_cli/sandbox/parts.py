"""Takes a multipart body apart as it arrives, files to a spool; what the parts mean is not known here."""

import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, BinaryIO, cast

from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.sansio import multipart

from planrrr_cli.sandbox.media import Intake
from planrrr_cli.sandbox.wire import BLOCK, Body, Request

FIELDS_LIMIT = 8 * 1024 * 1024
FILE_LIMIT = 2 * 1024 * 1024 * 1024

FileHook = Callable[[dict[str, Any]], int | None]


class UnreadableBody(Exception):
    """The body is not what its Content-Type says; the text says how."""


class BodyTooLarge(Exception):
    """More than the sandbox takes in; nothing more was read."""


@dataclass(slots=True)
class FilePart:
    """One file of a multipart body: spooled to disk when big, with its digest taken on the way in."""

    name: str
    content_type: str
    stream: BinaryIO
    intake: Intake
    break_after: int | None = None
    broken: bool = False

    def write(self, block: bytes) -> None:
        if self.break_after is not None and self.intake.size + len(block) >= self.break_after:
            block = block[: self.break_after - self.intake.size]
            self.broken = True
        self.stream.write(block)
        self.intake.add(block)
        if self.intake.size > FILE_LIMIT:
            raise BodyTooLarge(self.name)

    def content(self) -> bytes:
        self.stream.seek(0)
        return self.stream.read()


class _Collector:
    """Fields and files found so far; `broken` once a file was cut on purpose."""

    def __init__(self, fields: dict[str, Any], on_file: FileHook, spools: list[BinaryIO]) -> None:
        self.spools = spools
        self.fields = fields
        self.files: list[FilePart] = []
        self.broken = False
        self._on_file = on_file
        self._field: tuple[str, bytearray] | None = None

    def take(self, event: multipart.Event) -> None:
        if isinstance(event, multipart.Field):
            self._field = (event.name or "", bytearray())
        elif isinstance(event, multipart.File):
            self._field = None
            spool = cast("BinaryIO", tempfile.SpooledTemporaryFile(max_size=2 * 1024 * 1024))  # noqa: SIM115
            self.spools.append(spool)
            kind = event.headers.get("content-type") or ""
            self.files.append(FilePart(event.name or "", kind, spool, Intake(), self._on_file(self.fields)))
        elif isinstance(event, multipart.Data):
            self._take_content(event)

    def _take_content(self, event: multipart.Data) -> None:
        if self._field is None:
            self.files[-1].write(event.data)
            self.broken = self.files[-1].broken
            return
        name, value = self._field
        value += event.data
        if len(value) > FIELDS_LIMIT:
            raise BodyTooLarge(name)
        if not event.more_data:
            self.fields[name] = bytes(value).decode()


def read_parts(
    request: Request, boundary: str, fields: dict[str, Any], on_file: FileHook
) -> tuple[dict[str, Any], list[FilePart]]:
    """Fields (added to those given) and files. `on_file` hears the fields so far when a file begins, and may
    answer after how many bytes of it to stop reading."""
    if not boundary:
        raise UnreadableBody("multipart without a boundary")
    found = _Collector(fields, on_file, request.spools)
    decoder = multipart.MultipartDecoder(boundary.encode(), max_form_memory_size=FIELDS_LIMIT, max_parts=1000)
    try:
        _pump(request.body, decoder, found)
    except UnicodeDecodeError as bad:
        raise UnreadableBody("a form field is not UTF-8") from bad
    except RequestEntityTooLarge as bad:
        raise BodyTooLarge("too many parts") from bad
    except ValueError as bad:
        raise UnreadableBody(f"broken multipart body: {bad}") from bad
    return found.fields, found.files


def _pump(body: Body, decoder: multipart.MultipartDecoder, found: _Collector) -> None:
    while True:
        block = body.read(BLOCK)
        decoder.receive_data(block or None)
        event = decoder.next_event()
        while not isinstance(event, (multipart.NeedData, multipart.Epilogue)):
            found.take(event)
            if found.broken:
                return
            event = decoder.next_event()
        if not block:
            return
