"""Whether a post on the Page is the one that was sent: a strict comparison, and no I/O.

A wrong match loses a post, a missed one doubles it; what cannot be told is therefore a third answer.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from functools import partial
from typing import Any

from planrrr_cli.platforms.likeness import Likeness, Sorted, sort_by
from planrrr_cli.platforms.meta.shown import moment, normalised

# The fields of https://developers.facebook.com/docs/graph-api/reference/page/feed (read 2026-11-23)
FIELDS = (
    "id,message,created_time,is_published,permalink_url,application,"
    "attachments{media_type,target{id},subattachments{target{id}}}"
)
_OTHER_MEDIA = ("photo", "album", "video")


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent. ``since``: nothing older can be it if our clock was right; ``surely_since``: nothing older can
    be it even if the clock was a day fast. ``photo_sets``: the photo ids of each sending, if photos went along.
    ``bound``: ids that belong to other publications."""

    text: str
    since: datetime
    surely_since: datetime
    has_link: bool = False
    photo_sets: tuple[frozenset[str], ...] = ()
    app_id: str | None = None
    bound: frozenset[str] = field(default_factory=frozenset)


def sort(posts: Iterable[Mapping[str, Any]], sought: Sought) -> Sorted:
    """Those that are the sought one, and those that may be."""
    return sort_by(partial(compare, sought=sought), posts)


def compare(post: Mapping[str, Any], sought: Sought) -> Likeness:
    """One post of the Page's feed against what was sent.

    What belongs to another publication is never it. But where it fits in everything, the other one may have been given
    ours, when two with the same words were in doubt at once: then the feed proves nothing.
    """
    identity = post.get("id")
    if not isinstance(identity, str) or not identity:
        return Likeness.OTHER
    likeness = _likeness(post, sought)
    if is_bound(identity, sought.bound):
        return Likeness.UNCLEAR if likeness is Likeness.SAME else Likeness.OTHER
    return likeness


def _likeness(post: Mapping[str, Any], sought: Sought) -> Likeness:
    if post.get("is_published") is not True:  # the feed returns unpublished posts, too
        return Likeness.OTHER if post.get("is_published") is False else Likeness.UNCLEAR
    created = moment(post.get("created_time"))
    if created is not None and created < sought.surely_since:
        return Likeness.OTHER
    if normalised(post.get("message")) != normalised(sought.text):
        return Likeness.OTHER
    application = post.get("application")
    if sought.app_id and isinstance(application, dict) and application.get("id") not in {None, sought.app_id}:
        return Likeness.OTHER
    likeness = _compare_attachments(post, sought)
    sure = created is not None and created >= sought.since
    return Likeness.UNCLEAR if likeness is Likeness.SAME and not sure else likeness


def _compare_attachments(post: Mapping[str, Any], sought: Sought) -> Likeness:
    types, ids = attached(post)
    if sought.photo_sets:
        if not ids:  # Facebook may still be at it
            return Likeness.UNCLEAR
        if ids in sought.photo_sets:
            return Likeness.SAME
        return Likeness.UNCLEAR if any(ids & photos for photos in sought.photo_sets) else Likeness.OTHER
    if any(word in kind for kind in types for word in _OTHER_MEDIA):
        return Likeness.UNCLEAR  # somebody's photo with the same words, or the picture of a link in ours
    if not normalised(sought.text) and sought.has_link and not types:
        return Likeness.UNCLEAR  # neither text nor link to compare
    return Likeness.SAME


def attached(post: Mapping[str, Any]) -> tuple[frozenset[str], frozenset[str]]:
    """Media types and target ids of the attachments; of an album, the ids of what is in it."""
    types: set[str] = set()
    ids: set[str] = set()
    for item in _data(post.get("attachments")):
        if isinstance(item.get("media_type"), str):
            types.add(item["media_type"].lower())
        inner = _data(item.get("subattachments"))
        ids |= {target for each in inner or [item] if (target := _target(each))}
    return frozenset(types), frozenset(ids)


def is_bound(identity: str, bound: frozenset[str]) -> bool:
    """Ids come with and without the Page's in front."""
    mine = {identity, identity.rpartition("_")[2]}
    return any(other in mine or other.rpartition("_")[2] in mine for other in bound)


def _data(value: Any) -> list[Mapping[str, Any]]:
    data = value.get("data") if isinstance(value, dict) else None
    return [item for item in data if isinstance(item, dict)] if isinstance(data, list) else []


def _target(item: Mapping[str, Any]) -> str | None:
    target = item.get("target")
    found = target.get("id") if isinstance(target, dict) else None
    return str(found) if found and isinstance(found, str | int) else None
