"""Whether a post of the account is the one that was sent: a strict comparison, and no I/O.

A wrong match loses a post, a missed one doubles it; what cannot be told is therefore an answer of its own.
https://docs.x.com/x-api/fundamentals/data-dictionary (read 2026-08-22)
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from typing import Any

from planrrr_cli.platforms.x.length import nfc
from planrrr_cli.platforms.x.links import links

_EPOCH = datetime(2010, 11, 4, 1, 42, 54, 657000, tzinfo=UTC)  # where the time in an id begins
_SHORT = re.compile(r"https?://t\.co/\w+", re.ASCII)
_MENTIONS = re.compile(r"^(?:@\w{1,15} )+", re.ASCII)  # X puts them before the words of an answer
_OF_MEDIA = re.compile(r"https?://(?:[a-z.]*)(?:x|twitter)\.com/\w+/status/\d+/(?:photo|video)/\d+", re.ASCII)


class Likeness(StrEnum):
    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"  # everything that is there fits, but something that would decide is missing
    EARLIER = (
        "earlier"  # says the same, and was there before this was sent: the reason why X refuses a repetition
    )


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent. ``since``: nothing older can be it if our clock was right; ``surely_since``: nothing older can be
    it even if the clock was a day fast. ``media``: the ids of each upload of each medium. ``parent``: the post it
    answers. ``bound``: ids that belong to other publications. ``known``: parts of this one that are out already."""

    text: str
    since: datetime
    surely_since: datetime
    media: tuple[frozenset[str], ...] = ()
    has_poll: bool = False
    parent: str | None = None
    bound: frozenset[str] = field(default_factory=frozenset)
    known: frozenset[str] = field(default_factory=frozenset)


@dataclass(frozen=True, slots=True)
class Sorted:
    same: tuple[str, ...]
    unclear: tuple[str, ...]
    earlier: tuple[str, ...]


def sort(posts: Iterable[Mapping[str, Any]], sought: Sought) -> Sorted:
    """The ids of the posts that are the sought one, that may be, and that explain a refusal; each once."""
    found: dict[Likeness, dict[str, None]] = {likeness: {} for likeness in Likeness}
    for post in posts:
        found[compare(post, sought)][str(post.get("id"))] = None
    same, unclear, earlier = (
        tuple(found[likeness]) for likeness in (Likeness.SAME, Likeness.UNCLEAR, Likeness.EARLIER)
    )
    return Sorted(same, unclear, earlier)


def compare(post: Mapping[str, Any], sought: Sought) -> Likeness:
    """One post of the account's timeline against what was sent."""
    identity = post.get("id")
    if not isinstance(identity, str) or not identity.isascii() or not identity.isdigit():
        return Likeness.OTHER
    if identity in sought.known:
        return Likeness.OTHER
    media, exact = _media(post, sought)
    if exact and identity not in sought.bound:
        return Likeness.SAME  # an upload belongs to one publication, whatever the words and the clocks say
    text = _text(post, sought)
    if text is Likeness.OTHER:
        return text
    if identity in sought.bound:
        return Likeness.EARLIER
    answers, ours = _parent(post, sought)
    if Likeness.OTHER in {media, answers}:
        return Likeness.OTHER
    sure = text is media is answers is Likeness.SAME
    if ours and sure:
        return (
            Likeness.SAME
        )  # nobody else answers a part of this thread with these words, whatever the clocks say
    created = created_at(post)
    if created is not None and created < sought.surely_since:
        return Likeness.EARLIER
    if created is None or created < sought.since:
        return Likeness.UNCLEAR
    return Likeness.SAME if sure else Likeness.UNCLEAR


def created_at(post: Mapping[str, Any]) -> datetime | None:
    """From the id, which tells milliseconds: https://docs.x.com/fundamentals/x-ids (read 2026-08-22)."""
    identity = post.get("id")
    if not isinstance(identity, str) or not identity.isascii() or not identity.isdigit():
        return None
    milliseconds = int(identity) >> 22
    return _EPOCH + timedelta(milliseconds=milliseconds) if 0 < milliseconds < 2**42 else None


def _text(post: Mapping[str, Any], sought: Sought) -> Likeness:
    """Words first, then what the links lead to."""
    told = _whole(post)
    text = told.get("text")
    if not isinstance(text, str):
        return Likeness.UNCLEAR
    wanted, there = words(sought.text), words(text)
    if wanted != there and (sought.parent is None or wanted != _MENTIONS.sub("", there)):
        return Likeness.OTHER
    mine = sorted(map(_plain_link, _links_in(sought.text)))
    theirs = _expanded(told)
    if theirs is None:
        return Likeness.UNCLEAR if mine else Likeness.SAME
    if mine == sorted(map(_plain_link, theirs)):
        return Likeness.SAME
    # An encoded host may be spelled in another way, so only plain links tell posts apart.
    plain = all(link.isascii() for link in [*mine, *theirs]) and len(mine) == len(theirs)
    return Likeness.OTHER if plain else Likeness.UNCLEAR


def _whole(post: Mapping[str, Any]) -> Mapping[str, Any]:
    """A longer text is whole in a place of its own, whose name depends on the generation of the API."""
    for name in ("note_post", "note_tweet"):
        note = post.get(name)
        if isinstance(note, dict) and isinstance(note.get("text"), str):
            return note
    return post


def words(text: str) -> str:
    """A text without its links, alike as it was sent and as it comes back: escaped, with short links, squeezed."""
    plain = _SHORT.sub(" ", nfc(html.unescape(html.unescape(text))))
    kept, at = [], 0
    for start, end in links(plain):
        kept.append(plain[at:start])
        at = end
    return " ".join(" ".join([*kept, plain[at:]]).split())


def _links_in(text: str) -> list[str]:
    plain = nfc(text)
    return [plain[start:end] for start, end in links(plain)]


def _expanded(told: Mapping[str, Any]) -> list[str] | None:
    """What the short links stand for, without those of attached media; None when X did not say."""
    entities = told.get("entities")
    listed = entities.get("urls") if isinstance(entities, dict) else None
    if not isinstance(listed, list):
        return [] if not _SHORT.search(str(told.get("text"))) else None
    found: list[str] = []
    for one in listed:
        expanded = one.get("expanded_url") if isinstance(one, dict) else None
        if not isinstance(expanded, str):
            return None
        if not one.get("media_key") and not _OF_MEDIA.fullmatch(expanded):
            found.append(expanded)
    return found


def _plain_link(link: str) -> str:
    bare = re.sub(r"^https?://", "", html.unescape(link), flags=re.IGNORECASE)
    host, slash, rest = bare.partition("/")
    return (host.lower() + slash + rest).rstrip("/")


def _attached(post: Mapping[str, Any], name: str) -> list[str]:
    attachments = post.get("attachments")
    keys = attachments.get(name) if isinstance(attachments, dict) else None
    return [str(key) for key in keys] if isinstance(keys, list) else []


def _media(post: Mapping[str, Any], sought: Sought) -> tuple[Likeness, bool]:
    """And whether an upload of ours is in it, which belongs to this publication only. A key is ``kind_id``."""
    there = {key.rpartition("_")[2] for key in _attached(post, "media_keys")}
    if bool(_attached(post, "poll_ids")) is not sought.has_poll:
        return (Likeness.UNCLEAR if sought.has_poll else Likeness.OTHER), False
    if not sought.media:
        return (Likeness.OTHER if there else Likeness.SAME), False
    if not there:
        return Likeness.UNCLEAR, False  # X may still be at it
    fitting = [bool(there & uploads) for uploads in sought.media]
    if all(fitting) and len(there) == len(sought.media):
        return Likeness.SAME, True
    return (Likeness.UNCLEAR if any(fitting) else Likeness.OTHER), False


def _parent(post: Mapping[str, Any], sought: Sought) -> tuple[Likeness, bool]:
    """And whether the post it answers proves it to be ours."""
    references = [
        one
        for name in ("referenced_posts", "referenced_tweets")
        for one in (post[name] if isinstance(post.get(name), list) else ())
        if isinstance(one, dict)
    ]
    kinds = {str(one.get("type")): str(one.get("id")) for one in references}
    if "retweeted" in kinds:
        return Likeness.OTHER, False
    if sought.parent is None:
        return (Likeness.OTHER if "replied_to" in kinds else Likeness.SAME), False
    if "replied_to" in kinds:
        same = kinds["replied_to"] == sought.parent
        return (Likeness.SAME if same else Likeness.OTHER), same and sought.parent in sought.known
    return Likeness.UNCLEAR, False
