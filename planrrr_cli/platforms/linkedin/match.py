"""Whether a post of the organization is the one that was sent: a strict comparison, and no I/O.

A wrong match loses a post, a missed one doubles it; what cannot be told is therefore a third answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from planrrr_cli.platforms.likeness import Likeness, Sorted, sort_by
from planrrr_cli.platforms.linkedin.little import essence, without_addresses
from planrrr_cli.platforms.linkedin.urns import urn_in


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent. ``since``: nothing older can be it if our clock was right; ``surely_since``: nothing older can
    be it even if the clock was a day fast. ``uploads``: URNs that only this publication has ever used. ``link`` and
    ``question`` (of a poll) are what stands beside the text. ``bound``: ids of other publications."""

    author: str
    text: str
    since: datetime
    surely_since: datetime
    uploads: frozenset[str] = field(default_factory=frozenset)
    link: str | None = None
    question: str | None = None
    bound: frozenset[str] = field(default_factory=frozenset)


def sort(posts: Iterable[Mapping[str, Any]], sought: Sought) -> Sorted:
    """Those that are the sought one, and those that may be."""
    return sort_by(partial(compare, sought=sought), posts)


def compare(post: Mapping[str, Any], sought: Sought) -> Likeness:
    """One post of the author's list against what was sent.

    What belongs to another publication is never it. But where it fits in everything, the other one may have been given
    ours, when two with the same words were in doubt at once: then the list proves nothing.
    """
    identity = id_of(post)
    if identity is None or post.get("lifecycleState") == "DRAFT":
        return Likeness.OTHER
    likeness = _likeness(post, sought)
    if identity in sought.bound:
        return Likeness.UNCLEAR if likeness is Likeness.SAME else Likeness.OTHER
    return likeness


def _likeness(post: Mapping[str, Any], sought: Sought) -> Likeness:
    if post.get("author") not in (None, sought.author):
        return Likeness.OTHER
    shown = frozenset(media_in(post))
    if shown & sought.uploads:  # an upload belongs to one publication, so this is proof
        return Likeness.SAME
    created = created_at(post)
    if created is not None and created < sought.surely_since:
        return Likeness.OTHER
    theirs, ours = essence(_text(post.get("commentary"))), essence(sought.text)
    if without_addresses(theirs) != without_addresses(ours):
        return Likeness.OTHER
    likeness = _compare_content(_mapping(post.get("content")), shown, sought)
    sure = created is not None and created >= sought.since and theirs == ours
    return Likeness.UNCLEAR if likeness is Likeness.SAME and not sure else likeness


def _compare_content(content: Mapping[str, Any], shown: frozenset[str], sought: Sought) -> Likeness:
    if sought.uploads:
        return Likeness.OTHER if shown else Likeness.UNCLEAR  # LinkedIn may still be at it
    question = _mapping(content.get("poll")).get("question")
    if (question or sought.question) and question != sought.question:
        return Likeness.UNCLEAR if sought.question and not question else Likeness.OTHER
    source = _mapping(content.get("article")).get("source")
    if (source or sought.link) and source != sought.link:
        return Likeness.UNCLEAR
    return Likeness.UNCLEAR if shown else Likeness.SAME  # somebody's picture with the same words


def id_of(post: Mapping[str, Any]) -> str | None:
    identity = post.get("id")
    return urn_in(identity) if isinstance(identity, str) else None


def media_in(post: Mapping[str, Any]) -> Iterator[str]:
    """The URNs of all that was uploaded for a post, its link's picture included."""
    content = _mapping(post.get("content"))
    images = _mapping(content.get("multiImage")).get("images")
    found = [_mapping(content.get("media")).get("id"), _mapping(content.get("article")).get("thumbnail")]
    found += [_mapping(one).get("id") for one in images] if isinstance(images, list) else []
    yield from (urn for urn in found if isinstance(urn, str) and urn)


def created_at(post: Mapping[str, Any]) -> datetime | None:
    """LinkedIn's times are milliseconds since 1970."""
    for name in ("createdAt", "publishedAt"):
        value = post.get(name)
        if isinstance(value, int) and not isinstance(value, bool) and 0 < value < 253_402_300_800_000:
            return datetime.fromtimestamp(value / 1000, UTC)
    return None


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) else ""
