"""The post that a person says a doubtful publication is, read and held against what was sent; nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Published, Unknown
from planrrr_cli.platforms.base import Objection
from planrrr_cli.platforms.facebook.find import sought_for
from planrrr_cli.platforms.facebook.graph import Graph
from planrrr_cli.platforms.facebook.match import FIELDS, compare, is_bound
from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.meta.graph import text_of
from planrrr_cli.platforms.meta.shown import moment, normalised

NOT_SHOWN = "100/33"  # it does not exist, or not for this token


def look_at(
    publication: Publication, graph: Graph, page: str, remote_id: str
) -> Published | Objection | Unknown:
    """One read. An object that is no post, or that may not be read, says nothing."""
    video_id = publication.checkpoint.get("video_id")
    if video_id and remote_id.rpartition("_")[2] == video_id:
        return Unknown(f"that is the video which was uploaded, {video_id}")
    try:
        post = graph.read(remote_id, call="facebook.post.read", fields=f"{FIELDS},from")
    except PlatformError as error:
        if error.code == NOT_SHOWN:
            return Objection(f"Facebook shows no post {remote_id}")
        return Unknown(f"Facebook does not show {remote_id}: {error.message}")
    return _against(post, publication, graph, page)


def _against(
    post: Mapping[str, Any], publication: Publication, graph: Graph, page: str
) -> Published | Objection:
    owner = post.get("from")
    owner_id = text_of(owner, "id") if isinstance(owner, dict) else None
    identity = text_of(post, "id") or ""
    if owner_id not in {None, page}:
        return Objection(f"{identity} is a post of {owner_id}, not of the Page {page}", final=True)
    if post.get("is_published") is False:
        return Objection(f"{identity} is not published", final=True)
    sought = sought_for(publication, graph)
    if is_bound(identity, sought.bound):
        return Objection(f"{identity} belongs to another publication", final=True)
    created = moment(post.get("created_time"))
    if created is not None and created < sought.surely_since:
        return Objection(f"{identity} is of {created:%Y-%m-%d %H:%M} UTC, before this was sent")
    if normalised(post.get("message")) != normalised(publication.post.text):
        return Objection(f"{identity} has another text than what was sent")
    if compare(post, sought) is Likeness.OTHER:
        return Objection(f"{identity} is another post: it differs in its pictures or its application")
    return Published(identity, text_of(post, "permalink_url"))
