"""What is said of a video when its upload begins: the body and the query of ``videos.insert``. No I/O.

https://developers.google.com/youtube/data/reference/rest/v3/videos/insert (read 2026-11-23)
"""

from __future__ import annotations

from typing import Any

from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.platforms.youtube.options import read_options

# Of the name that the owner sees in YouTube Studio.
ENDINGS = {
    "video/mp4": "mp4",
    "video/quicktime": "mov",
    "video/webm": "webm",
    "video/x-matroska": "mkv",
}


def description_of(post: Post) -> str:
    """The text, with the link as its last line: YouTube has no field for one."""
    link, text = post.link, post.text
    if not link or link in text:
        return text
    return f"{text.rstrip()}\n{link}" if text.strip() else link


def body_of(post: Post) -> dict[str, dict[str, Any]]:
    """The resource; ``privacyStatus`` is always said, since a video without it becomes public, and so is the
    declaration about children."""
    options = read_options(post.options)
    snippet: dict[str, Any] = {"title": post.title, "description": description_of(post)}
    if options.tags:
        snippet["tags"] = list(options.tags)
    if options.category is not None:
        snippet["categoryId"] = options.category
    if options.language is not None:
        snippet["defaultLanguage"] = options.language
    status: dict[str, Any] = {
        "privacyStatus": options.privacy,
        "selfDeclaredMadeForKids": options.made_for_kids,
    }
    if options.publish_at is not None:
        status["publishAt"] = f"{options.publish_at:%Y-%m-%dT%H:%M:%S}.000Z"
    said = {
        "containsSyntheticMedia": options.synthetic_media,
        "license": options.license,
        "embeddable": options.embeddable,
        "publicStatsViewable": options.public_stats,
    }
    status |= {name: value for name, value in said.items() if value is not None}
    return {"snippet": snippet, "status": status}


def query_of(post: Post) -> dict[str, str]:
    """The parameters: what the body holds, and whether subscribers are told."""
    notify = read_options(post.options).notify
    told = {} if notify is None else {"notifySubscribers": "true" if notify else "false"}
    return {"part": "snippet,status", **told}


def content_type_of(media: Media) -> str:
    """YouTube takes any kind of video, and octets when the kind is not known."""
    return media.content_type or "application/octet-stream"


def slug_of(publication_id: str, media: Media) -> str:
    """The file's name over there, by which a video is found again whose id was lost: nobody else uses it."""
    return f"planrrr-{publication_id}.{ENDINGS.get(media.content_type or '', 'mp4')}"
