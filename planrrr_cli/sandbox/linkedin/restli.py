"""Rest.li 2.0.0 as it stands in an address: percent-encoded keys, `List(…)`, bare syntax; no resource's meaning.

Source: linkedin.github.io/rest.li/spec/protocol and learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/
protocol-version (read 2026-11-23). Objects `(k:v)` in a query are not read: no call here takes one.
"""

import re
from collections.abc import Mapping
from urllib.parse import parse_qsl, unquote

from planrrr_cli.sandbox.linkedin import errors

Value = str | tuple[str, ...]

BARE = re.compile(r"[():,'\s]")
BROKEN = re.compile(r"%(?![0-9A-Fa-f]{2})")
LIST = re.compile(r"^List\((.*)\)$")


def read_key(segment: str) -> str:
    """One key of a path; raises LinkedInError for bare colons and brackets, which are syntax there."""
    if BARE.search(segment) or BROKEN.search(segment):
        raise errors.bad_path()
    return _decoded(segment, errors.bad_path())


def read_query(query: str) -> dict[str, Value]:
    """Names to texts, or to tuples for `List(a,b)`; raises LinkedInError."""
    found: dict[str, Value] = {}
    for pair in filter(None, query.split("&")):
        name, _, raw = pair.partition("=")
        name = _text(name)
        if name in found:
            raise errors.bad_query()
        listed = LIST.match(raw)
        if listed is None:
            found[name] = _text(raw)
        else:
            parts = listed[1].split(",")
            if not all(parts):
                raise errors.bad_query()
            found[name] = tuple(map(_text, parts))
    return found


def _text(raw: str) -> str:
    if BARE.search(raw) or BROKEN.search(raw):
        raise errors.bad_query()
    return _decoded(raw.replace("+", " "), errors.bad_query())


def _decoded(raw: str, refusal: errors.LinkedInError) -> str:
    try:
        return unquote(raw, errors="strict")
    except UnicodeDecodeError as bad:
        raise refusal from bad


def read_form_text(text: str) -> dict[str, str]:
    """A form, or the query of a page for people, which know nothing of Rest.li; raises ValueError."""
    return dict(parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=100))


def text_of(query: Mapping[str, Value], name: str, default: str = "") -> str:
    value = query.get(name, default)
    if not isinstance(value, str):
        raise errors.bad_query()
    return value


def number_of(query: dict[str, Value], name: str, default: int, least: int, most: int) -> int:
    """A whole number within its bounds; raises LinkedInError 400."""
    text = text_of(query, name, str(default))
    if not (text.isascii() and text.isdecimal() and len(text) < 10 and least <= int(text) <= most):
        raise errors.bad_query()
    return int(text)
