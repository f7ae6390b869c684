"""Reads the body of a request to X: JSON, a form, or parts; what is wrong with it is said when somebody asks for it."""

import base64
import binascii
import io
import json
from dataclasses import dataclass, field
from typing import Any, BinaryIO
from urllib.parse import parse_qsl

from werkzeug.http import parse_options_header

from planrrr_cli.sandbox.parts import (
    FIELDS_LIMIT,
    BodyTooLarge,
    FileHook,
    FilePart,
    UnreadableBody,
    read_parts,
)
from planrrr_cli.sandbox.wire import Request
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import Problem

JSON = "application/json"
FORM = "application/x-www-form-urlencoded"
PARTS = "multipart/form-data"


@dataclass(frozen=True, slots=True)
class Content:
    """`form_text` is a URL-encoded body as it came; `trouble` what nobody could read."""

    kind: str = ""
    raw: bytes = b""
    fields: dict[str, str] = field(default_factory=dict)
    files: list[FilePart] = field(default_factory=list)
    form_text: str = ""
    trouble: Problem | None = None

    @property
    def is_empty(self) -> bool:
        return not self.raw and not self.fields and not self.files and self.trouble is None

    @property
    def broken(self) -> bool:
        """A `break` fault cut the upload: no more of the body was read."""
        return any(part.broken for part in self.files)

    def json_object(self) -> dict[str, Any]:
        """Raises Problem 400 when the body is anything else, with the words that X has for it."""
        self.raise_trouble()
        if self.kind != JSON:
            raise problems.invalid_request("Requests with bodies must have content-type of application/json.")
        try:
            document = json.loads(self.raw.decode(), parse_constant=_no_constant)
        except (ValueError, RecursionError) as bad:
            raise problems.invalid_request("Request body is not valid JSON.") from bad
        if not isinstance(document, dict):
            raise problems.invalid_request("Request body must be a JSON object.")
        return document

    def raise_trouble(self) -> None:
        if self.trouble is not None:
            raise self.trouble

    def form(self) -> dict[str, str]:
        """The last value of a name wins."""
        return dict(parse_qsl(self.form_text, keep_blank_values=True, errors="replace", max_num_fields=100))


def read_content(request: Request, on_file: FileHook = lambda _: None) -> Content:
    """Never raises for what was sent. `on_file` hears the fields so far when a file begins."""
    kind, options = parse_options_header(request.header("Content-Type"))
    try:
        if kind == PARTS:
            fields, files = read_parts(request, options.get("boundary", ""), {}, on_file)
            return Content(kind, fields=fields, files=files)
        if request.body.length > FIELDS_LIMIT:
            return Content(kind, trouble=problems.too_large())
        raw = request.body.read_all()
        if kind == FORM:
            return Content(kind, raw, form_text=_form_text(raw))
        return Content(kind, raw)
    except BodyTooLarge:
        return Content(kind, trouble=problems.too_large())
    except UnreadableBody as bad:
        return Content(kind, trouble=problems.invalid_request(f"Request body cannot be read: {bad}."))


def _form_text(raw: bytes) -> str:
    try:
        text = raw.decode("ascii")
        parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100)
    except ValueError as bad:
        raise UnreadableBody("parameters must be URL-encoded UTF-8") from bad
    return text


def decoded(text: str) -> BinaryIO:
    """Base64 as JSON bodies carry bytes."""
    try:
        return io.BytesIO(base64.b64decode(text, validate=True))
    except (ValueError, binascii.Error) as bad:
        raise problems.invalid_request("$.media: must be base64", {"media": []}) from bad


def _no_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")
