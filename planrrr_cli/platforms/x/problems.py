"""What X's refusals say, in all the forms they come in; what that means is decided elsewhere.

https://docs.x.com/x-api/fundamentals/response-codes-and-errors (read 2026-08-22). The forms: one problem; a list of
them; an old pair of code and message; OAuth's error. A problem's type is compared by its last segment, since its base
changed.
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.platforms.wire import NotJson, Reply

_QUOTED = 200


@dataclass(frozen=True, slots=True)
class Told:
    """``types`` are last segments, ``words`` all sentences in lower case, ``detail`` the best one for a person.

    ``parameters`` are the names that an invalid request is about. ``readable``: there was an object at all.
    """

    readable: bool = False
    types: frozenset[str] = frozenset()
    titles: frozenset[str] = frozenset()
    reasons: frozenset[str] = frozenset()
    parameters: frozenset[str] = frozenset()
    words: str = ""
    detail: str = ""
    code: str | None = None
    period: str | None = None

    def says(self, *phrases: str) -> bool:
        return any(phrase in self.words for phrase in phrases)


def told(reply: Reply) -> Told:
    """Collects everything; a missing or strange field is no reason to fail."""
    try:
        body = reply.json()
    except NotJson:
        return Told()
    if not isinstance(body, dict):
        return Told()
    found = list(_objects(body))
    types = {one.rstrip("/").rpartition("/")[2] for one in _texts(found, "type")}
    titles = set(_texts(found, "title"))
    sentences = [*_texts(found, "detail"), *_texts(found, "message"), *_texts(found, "error_description")]
    codes = [*_texts(found, "code"), *_texts(found, "error"), *(types - {"about:blank"}), *titles]
    return Told(
        readable=True,
        types=frozenset(types),
        titles=frozenset(titles),
        reasons=frozenset(_texts(found, "reason")),
        parameters=frozenset(_parameters(found)),
        words=" ".join([*sentences, *titles, *_texts(found, "error")]).lower(),
        detail=one_line(_best(found) or " ".join(titles)),
        code=codes[0][:100] if codes else None,
        period=next(iter(_texts(found, "period")), None),
    )


def _objects(body: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """The outer problem and the inner ones; the inner ones say more, so they come first."""
    errors = body.get("errors")
    if isinstance(errors, list):
        yield from (one for one in errors if isinstance(one, dict))
    yield body
    if isinstance(body.get("error"), dict):
        yield body["error"]


def _texts(found: list[Mapping[str, Any]], name: str) -> list[str]:
    values = (one.get(name) for one in found)
    return [str(value) for value in values if isinstance(value, str | int) and not isinstance(value, bool)]


def _best(found: list[Mapping[str, Any]]) -> str:
    """Inner messages, then details: the outer detail of an invalid request only says that it is one."""
    for name in ("message", "detail", "error_description"):
        if texts := _texts(found, name):
            return texts[0]
    return ""


def _parameters(found: list[Mapping[str, Any]]) -> Iterator[str]:
    for one in found:
        if isinstance(one.get("parameter"), str):
            yield one["parameter"]
        if isinstance(one.get("parameters"), dict):
            yield from map(str, one["parameters"])


def one_line(text: str) -> str:
    """X's words as one short, printable line."""
    line = " ".join("".join(c if c.isprintable() else " " for c in text).split())
    return line if len(line) <= _QUOTED else line[: _QUOTED - 1] + "…"


def shown_body(reply: Reply) -> str:
    """How to name an answer that holds no problem: by its kind, never by its content."""
    if not reply.body.strip():
        return "an empty answer"
    try:
        json.loads(reply.body)
    except ValueError:
        return "a web page" if b"<" in reply.body[:200] else "an unreadable answer"
    return "an answer without a reason"
