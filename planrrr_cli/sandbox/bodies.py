"""Reads parameters out of a request (query, form, JSON, multipart) without judging them; twins judge."""

import json
import re
from dataclasses import dataclass, field
from typing import Any
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

INDEXED = re.compile(r"^([A-Za-z_]\w*)\[(\w*)\]$")


@dataclass(slots=True)
class Parameters:
    """Names to values (text, or what JSON gave) and the files; the last value of a name wins."""

    values: dict[str, Any] = field(default_factory=dict)
    files: list[FilePart] = field(default_factory=list)

    @property
    def broken(self) -> bool:
        """A `break` fault cut the upload: no more of the body was read."""
        return any(part.broken for part in self.files)


def read_parameters(request: Request, on_file: FileHook = lambda _: None) -> Parameters:
    """Query and body together. `on_file` hears the fields so far when a file begins, and may say where to break it."""
    pairs = _pairs(request.query.encode("latin-1", "replace"))
    kind, options = parse_options_header(request.header("Content-Type"))
    if kind == "multipart/form-data":
        fields, files = read_parts(request, options.get("boundary", ""), dict(pairs), on_file)
        return Parameters(fold(list(fields.items())), files)
    if request.body.length > FIELDS_LIMIT:
        raise BodyTooLarge(str(request.body.length))
    raw = request.body.read_all()
    if kind == "application/json" and raw:
        return Parameters(fold(pairs) | _json_object(raw))
    if raw and kind in ("application/x-www-form-urlencoded", ""):
        pairs += _pairs(raw)
    return Parameters(fold(pairs))


def fold(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    """`a[0]=x&a[1]=y` becomes a list, `a[k]=x` a mapping, as Graph reads PHP's way of writing them."""
    plain: dict[str, Any] = {}
    indexed: dict[str, dict[str, Any]] = {}
    for name, value in pairs:
        if found := INDEXED.match(name):
            group = indexed.setdefault(found[1], {})
            group[found[2] or str(len(group))] = value
        else:
            plain[name] = value
    for name, group in indexed.items():
        if all(key.isdecimal() for key in group):
            plain[name] = [group[key] for key in sorted(group, key=int)]
        else:
            plain[name] = group
    return plain


def _pairs(raw: bytes) -> list[tuple[str, Any]]:
    try:
        return list(
            parse_qsl(raw.decode("ascii"), keep_blank_values=True, errors="strict", max_num_fields=2000)
        )
    except UnicodeDecodeError as bad:
        raise UnreadableBody("parameters must be URL-encoded UTF-8") from bad
    except ValueError as bad:
        raise UnreadableBody(str(bad)) from bad


def _json_object(raw: bytes) -> dict[str, Any]:
    try:
        document = json.loads(raw.decode())
    except (ValueError, RecursionError) as bad:
        raise UnreadableBody("the body is not valid JSON") from bad
    if not isinstance(document, dict):
        raise UnreadableBody("the body must be a JSON object")
    return document
