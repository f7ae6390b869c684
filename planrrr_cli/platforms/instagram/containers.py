"""The containers that a post needs on Instagram: what each is made of, and how they are noted. No I/O.

https://developers.facebook.com/docs/instagram-platform/content-publishing (read 2026-11-23)

Checkpoint key ``containers``: a mapping from a slot to what is over there. Slots are ``post``, which is the one that is
published, and for a carousel the positions of its media. Each has ``id``, ``at``, and where they apply ``uri`` (where
bytes go), ``uploaded``, ``ready`` (seen to be finished), ``looks``.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.instagram.options import COVER, Options

CONTAINERS = "containers"
POST = "post"


def noted(checkpoint: Mapping[str, Any], slot: str = POST) -> Mapping[str, Any] | None:
    """What is noted of one container."""
    found: Mapping[str, Any] | None = (checkpoint.get(CONTAINERS) or {}).get(slot)
    return found


def item_fields(
    medium: Media, kind: MediaKind, options: Options, position: int, address: str | None
) -> dict[str, Any]:
    """One medium of a carousel; ``address`` None: its bytes are uploaded."""
    fields: dict[str, Any] = {"is_carousel_item": True, **_source(kind, address)}
    if kind is MediaKind.VIDEO:
        return fields | {"media_type": "VIDEO"}
    tags = [tag.parameter() for tag in options.user_tags if tag.medium == position]
    return fields | {"alt_text": medium.alt, "user_tags": tags or None}


def carousel_fields(post: Post, options: Options, children: Sequence[str]) -> dict[str, Any]:
    """The container of the carousel itself; the guide writes its children as one text."""
    return {
        "media_type": "CAROUSEL",
        "children": ",".join(children),
        **_for_all(post, options),
        "collaborators": list(options.collaborators) or None,
        "location_id": options.location_id,
    }


def single_fields(
    post: Post,
    kind: MediaKind,
    form: Form,
    options: Options,
    address: str | None,
    cover: str | None,
) -> dict[str, Any]:
    """The container of an image, a reel or a story; ``address`` None: its bytes are uploaded."""
    tags = [tag.parameter() for tag in options.user_tags]
    fields: dict[str, Any] = {**_source(kind, address), "user_tags": tags or None}
    if form is Form.STORY:
        return fields | {"media_type": "STORIES", "is_ai_generated": options.is_ai_generated}
    fields |= {
        **_for_all(post, options),
        "collaborators": list(options.collaborators) or None,
        "location_id": options.location_id,
    }
    if form is Form.IMAGE:
        return fields | {"alt_text": post.media[0].alt}
    return fields | {
        "media_type": "REELS",
        "share_to_feed": options.share_to_feed,
        "cover_url": cover,
        "thumb_offset": options.thumb_offset if COVER not in post.attachments else None,
        "audio_name": options.audio_name,
        "user_tags": [{"username": tag.username} for tag in options.user_tags] or None,
        "trial_params": {"graduation_strategy": options.trial} if options.trial else None,
    }


def _for_all(post: Post, options: Options) -> dict[str, Any]:
    return {"caption": post.text or None, "is_ai_generated": options.is_ai_generated}


def _source(kind: MediaKind, address: str | None) -> dict[str, Any]:
    if address is None:
        return {"upload_type": "resumable"}
    return {"video_url" if kind is MediaKind.VIDEO else "image_url": address}
