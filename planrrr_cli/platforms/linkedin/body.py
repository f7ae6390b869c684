"""The one document that becomes the post. It is made from what is durable alone, so made again it is the same bytes.

https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import PurePosixPath
from typing import Any
from urllib.parse import unquote, urlsplit

from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.platforms.linkedin.little import little
from planrrr_cli.platforms.linkedin.options import poll_of, visibility_of

MOST_TITLE = 200


def body_of(post: Post, author: str, media: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """``media``: what was uploaded, by position, each with ``urn`` and ``sort``; ``thumbnail`` is a link's picture."""
    body: dict[str, Any] = {
        "author": author,
        "commentary": little(post.text),
        "visibility": visibility_of(post),
        "distribution": {
            "feedDistribution": "MAIN_FEED",
            "targetEntities": [],
            "thirdPartyDistributionChannels": [],
        },
        "lifecycleState": "PUBLISHED",
        "isReshareDisabledByAuthor": post.options.get("reshare_disabled") is True,
    }
    content = _content(post, media)
    return body | ({"content": content} if content else {})


def _content(post: Post, media: Mapping[str, Mapping[str, Any]]) -> dict[str, Any] | None:
    poll = poll_of(post)
    if poll is not None:
        return {"poll": poll}
    if post.link:
        return {"article": _article(post, media)}
    if not post.media:
        return None
    if len(post.media) > 1:
        pictures = [_picture(medium, media[str(position)]) for position, medium in enumerate(post.media)]
        return {"multiImage": {"images": pictures}}
    only = media["0"]
    if only["sort"] == "image":
        return {"media": _picture(post.media[0], only)}
    title = post.title or (_file_name(post.media[0]) if only["sort"] == "document" else None)
    return {"media": ({"title": title} if title else {}) | {"id": only["urn"]}}


def _article(post: Post, media: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """A title is needed in practice; without one the card shows the address, as the rules have warned."""
    address = (post.link or "").partition("://")[2]
    article = {"source": post.link, "title": post.title or address[:MOST_TITLE]}
    if post.options.get("description"):
        article["description"] = post.options["description"]
    if "thumbnail" in media:
        article["thumbnail"] = media["thumbnail"]["urn"]
    return article


def _picture(medium: Media, uploaded: Mapping[str, Any]) -> dict[str, Any]:
    return {"id": uploaded["urn"]} | ({"altText": medium.alt} if medium.alt else {})


def _file_name(medium: Media) -> str:
    path = medium.file or unquote(urlsplit(medium.url or "").path)
    return PurePosixPath(path).name[:MOST_TITLE] or "Document"
