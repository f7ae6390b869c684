"""Photos of a Facebook post: uploaded unpublished, one by one, each noted as soon as it has an id.

Bytes are uploaded also for media that have a URL: Facebook's own fetcher fails on hosts that answer 206
(https://developers.facebook.com/docs/graph-api/reference/page/photos, read 2026-11-23, takes both), and a URL's
content is only known after we fetched it.

Checkpoint keys: ``photos``, a list of {id, at} in the order of the media; ``earlier_photos``, lists of ids that a
sending which ended in doubt had used.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.posts import MediaKind, errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint
from planrrr_cli.platforms.facebook.graph import Graph, id_of
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.facebook.rules import IMAGE_BYTES, medium_problems
from planrrr_cli.platforms.media import BadMedia, Opener, OpenMedia, media_errors
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.wire import Part

# Unpublished photos are deleted after about 24 hours.
# https://developers.facebook.com/docs/graph-api/reference/page/photos (read 2026-11-23)
KEPT = timedelta(hours=20)

Uploading = Generator[Checkpoint, None, list[str]]


def uploaded(checkpoint: Mapping[str, Any]) -> list[str]:
    """The ids of the photos that the next (or the doubtful) sending refers to."""
    return [photo["id"] for photo in checkpoint.get("photos") or []]


def upload_photos(publication: Publication, graph: Graph, open_: Opener, page: str) -> Uploading:
    """Uploads what is not there yet, and everything again when the first photos are too old."""
    photos: list[dict[str, str]] = list(publication.checkpoint.get("photos") or [])
    if photos and _too_old(photos, graph.clock.now()):
        earlier = list(publication.checkpoint.get("earlier_photos") or [])
        if publication.first_sent_at is not None:
            earlier.append([photo["id"] for photo in photos])
        photos = []
        yield Checkpoint(photos=[], earlier_photos=earlier)
    for position in range(len(photos), len(publication.post.media)):
        with (
            media_errors(NAME, position),
            open_(position, IMAGE_BYTES.value) as opened,
        ):
            photo = _upload(opened, position, graph, page)
        photos = [*photos, {"id": photo, "at": graph.clock.now().isoformat()}]
        yield Checkpoint(photos=photos)
    return [photo["id"] for photo in photos]


def _upload(opened: OpenMedia, position: int, graph: Graph, page: str) -> str:
    for found in errors_among(medium_problems(opened.media, position)):
        raise BadMedia(found.message)
    if opened.media.kind is MediaKind.VIDEO:
        raise BadMedia("Facebook takes images or a video in one post, not both")
    content_type = opened.media.content_type or "application/octet-stream"
    name = (
        f"photo-{position + 1}.{content_type.rpartition('/')[2]}"  # the file's own name is nobody's business
    )
    body = graph.prepare(
        page,
        "photos",
        call="facebook.photo.upload",
        fields={"published": False, "alt_text_custom": opened.media.alt},
        parts=[Part("source", name, content_type, opened, 0, opened.size)],
        medium=position,
    )
    return id_of(body, "id", Role.PREPARE)


def _too_old(photos: list[dict[str, str]], now: datetime) -> bool:
    return any(datetime.fromisoformat(photo["at"]) <= now - KEPT for photo in photos)
