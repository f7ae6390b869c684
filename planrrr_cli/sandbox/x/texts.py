"""What X makes of a text: short links, escaped signs, entities, and the cut-off beginning of a long one.

Source: docs.x.com/x-api/fundamentals/data-dictionary (2026-08-22). Positions in entities count code points of the text
as it is given out; the documentation does not say of which text.
"""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from html import escape
from typing import Any, Final

from planrrr_cli.sandbox.x.length import weighted_length
from planrrr_cli.sandbox.x.links import Link, find_links

SHORT: Final = 280
ROOM_FOR_MORE: Final = 25  # an ellipsis, a space, a link

Entities = dict[str, list[dict[str, Any]]]

HASHTAG: Final = re.compile(r"(?<![\w&])[#＃](\w*[^\W\d_]\w*)")
CASHTAG: Final = re.compile(r"(?<![\w$])\$([a-z]{1,6}(?:[._][a-z]{1,2})?)(?![\w$])", re.IGNORECASE)
MENTION: Final = re.compile(r"(?<![A-Za-z0-9_!@#$%&*])[@＠]([A-Za-z0-9_]{1,15})(?![A-Za-z0-9_@])")


@dataclass(frozen=True, slots=True)
class Shown:
    text: str
    entities: Entities


@dataclass(frozen=True, slots=True)
class Appended:
    """A link that X puts at the end: to the media, or to the whole of a long text."""

    target: str
    shown_as: str
    media_key: str | None = None


def show(text: str, shorten: Callable[[], str], appended: Appended | None = None) -> Shown:
    """The text as a reader of the API sees it; `shorten` gives the next t.co address."""
    writer = _Writer()
    position = 0
    for start, end, kind, value in _parts(text):
        writer.plain(text[position:start])
        if isinstance(value, Link):
            host_and_path = value.address.partition("://")[2].removeprefix("www.")
            cut = host_and_path if len(host_and_path) <= 27 else host_and_path[:26] + "…"
            writer.link(shorten(), value.address, cut)
        else:
            writer.entity(kind, text[start:end], value)
        position = end
    writer.plain(text[position:])
    if appended is not None:
        writer.plain(" " if writer.length else "")
        more = {"media_key": appended.media_key} if appended.media_key else {}
        writer.link(shorten(), appended.target, appended.shown_as, **more)
    return Shown("".join(writer.pieces), writer.entities)


def beginning(text: str) -> str:
    """As much of a long text as a short post shows, never half a link."""
    size = min(len(text), SHORT)
    while weighted_length(text[:size]) > SHORT - ROOM_FOR_MORE:
        size -= 1
    for link in find_links(text):
        if link.start < size < link.end:
            size = link.start
    return text[:size].rstrip() + "…"


def cashtags(text: str) -> list[str]:
    return [found[1].upper() for found in CASHTAG.finditer(_without_links(text))]


def mentions(text: str) -> list[str]:
    return [found[1].lower() for found in MENTION.finditer(_without_links(text))]


def _without_links(text: str) -> str:
    """Links blanked out, so that nothing inside one is taken for a tag."""
    for link in find_links(text):
        text = text[: link.start] + " " * (link.end - link.start) + text[link.end :]
    return text


def _parts(text: str) -> Iterator[tuple[int, int, str, Link | str]]:
    """Everything in the text that is more than text, in order, none inside another."""
    found: list[tuple[int, int, str, Link | str]] = [
        (link.start, link.end, "urls", link) for link in find_links(text)
    ]
    plain = _without_links(text)
    for kind, pattern in (("hashtags", HASHTAG), ("cashtags", CASHTAG), ("mentions", MENTION)):
        found += [(match.start(), match.end(), kind, match[1]) for match in pattern.finditer(plain)]
    last = 0
    for part in sorted(found, key=lambda part: part[:2]):
        if part[0] >= last:
            yield part
            last = part[1]


class _Writer:
    """Puts the pieces together and notes where each entity lies."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.length = 0
        self.entities: Entities = {}

    def plain(self, text: str) -> None:
        piece = escape(text, quote=False)
        self.pieces.append(piece)
        self.length += len(piece)

    def link(self, address: str, target: str, shown_as: str, **more: str) -> None:
        told = {"url": address, "expanded_url": target, "display_url": shown_as} | more
        self._note("urls", len(address), told)
        self.plain(address)

    def entity(self, kind: str, text: str, value: str) -> None:
        name = "username" if kind == "mentions" else "tag"
        self._note(kind, len(text), {name: value})
        self.plain(text)

    def _note(self, kind: str, size: int, told: dict[str, str]) -> None:
        where: dict[str, Any] = {"start": self.length, "end": self.length + size}
        self.entities.setdefault(kind, []).append(where | told)
