"""What a Facebook Page takes: numbers with their sources, and checks for what no number expresses. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from difflib import get_close_matches
from urllib.parse import urlsplit

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import ContentRules, Limit, Media, MediaKind, Post, Problem, Severity

TEXT = Limit(
    63_206,
    "what several schedulers use; Meta's API documentation names no number, nor how it counts",
    "2026-11-23",
)
PHOTOS = Limit(10, "a convention of schedulers; Meta documents no number", "2026-11-23")
IMAGE_BYTES = Limit(
    10_000_000, "https://developers.facebook.com/docs/graph-api/reference/page/photos", "2026-11-23"
)
SAFE_IMAGE_BYTES = Limit(
    4_000_000,
    "older copies of https://developers.facebook.com/docs/graph-api/reference/page/photos, and the live error 1366046",
    "2026-11-23",
)
# https://developers.facebook.com/docs/graph-api/reference/page/photos (read 2026-11-23)
IMAGE_TYPES = {
    "image/jpeg": "JPEG",
    "image/bmp": "BMP",
    "image/png": "PNG",
    "image/gif": "GIF",
    "image/tiff": "TIFF",
}
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})

AS_REEL, AS_VIDEO = "reel", "video"
_OPTIONS = ("as",)
_COMMON = ("text", "link", "title", "first_comment")
_IMAGES = frozenset({MediaKind.IMAGE, MediaKind.GIF})


def _warning(rule: str, message: str, medium: int | None = None) -> Problem:
    return Problem(rule, message, Severity.WARNING, medium)


def _emptiness(post: Post) -> Iterator[Problem]:
    if not post.text.strip() and not post.link and not post.media:
        yield Problem("empty_post", "the post has no text, no link and no media")


def _length(post: Post) -> Iterator[Problem]:
    left = TEXT.value - len(post.text)
    if 0 <= left < TEXT.value // 20:
        yield _warning(
            "text_near_limit",
            f"the text is within {left:,} characters of {TEXT.value:,}, where Facebook may count otherwise",
        )


def _links(post: Post) -> Iterator[Problem]:
    if not post.link:
        return
    if post.media:
        yield Problem(
            "link_with_media",
            "Facebook shows either a link or media; put the link into the text, or leave one out",
        )
    try:
        parts = urlsplit(post.link)
        host = (parts.hostname or "").removesuffix(".")
    except ValueError:
        yield Problem("bad_link", "the link is not an address")
        return
    if parts.scheme not in {"http", "https"} or not host:
        yield Problem("bad_link", "the link has to begin with http:// or https:// and name a host")
    elif host == "facebook.com" or host.endswith(".facebook.com"):
        # subcode 1609008, seen in gitroomhq/postiz-app, facebook.provider.ts @74b01ad (read 2026-11-23)
        yield Problem("facebook_link", "Facebook refuses posts that link to facebook.com itself")


def _combination(post: Post) -> Iterator[Problem]:
    kinds = [medium.kind for medium in post.media]
    videos = kinds.count(MediaKind.VIDEO)
    if videos > 1:
        yield Problem("too_many_videos", f"the post has {videos} videos; Facebook takes one")
    if videos and _IMAGES & set(kinds):
        yield Problem("mixed_media", "Facebook takes images or a video in one post, not both")
    if post.title and not videos and None not in kinds:
        yield _warning("title_unused", "Facebook has titles for videos only; the title is not sent")


def _media(post: Post) -> Iterator[Problem]:
    for position, medium in enumerate(post.media):
        yield from medium_problems(medium, position)


def medium_problems(medium: Media, position: int) -> Iterator[Problem]:
    """What speaks against one medium; says nothing about a URL that nobody fetched yet."""
    if medium.kind is None:
        return
    name = f"medium {position + 1}"
    if medium.kind in _IMAGES:
        yield from _image_problems(medium, position, name)
    elif medium.kind is MediaKind.VIDEO:
        if medium.content_type not in VIDEO_TYPES:
            yield _warning("video_type", f"{name} is {medium.content_type}; Facebook suggests MP4", position)
    else:
        yield Problem(
            "unsupported_media",
            f"{name} is {medium.content_type}, which Facebook Pages do not take",
            medium=position,
        )


def _image_problems(medium: Media, position: int, name: str) -> Iterator[Problem]:
    if medium.content_type not in IMAGE_TYPES:
        known = ", ".join(IMAGE_TYPES.values())
        yield Problem(
            "image_type", f"{name} is {medium.content_type}; Facebook takes {known}", medium=position
        )
    size = medium.size or 0
    if size > IMAGE_BYTES.value:
        over = size - IMAGE_BYTES.value
        yield Problem(
            "image_too_large",
            f"{name} has {size:,} bytes, {over:,} more than {IMAGE_BYTES.value:,}",
            medium=position,
        )
    elif size > SAFE_IMAGE_BYTES.value:
        message = (
            f"{name} has {size:,} bytes; Facebook sometimes refuses images above {SAFE_IMAGE_BYTES.value:,}"
        )
        yield _warning("image_large", message, position)


def _options(post: Post) -> Iterator[Problem]:
    for name in post.options:
        if name not in _OPTIONS:
            near = get_close_matches(name, [*_OPTIONS, *_COMMON], n=1)
            hint = f"; did you mean “{near[0]}”?" if near else f"; known: {', '.join([*_OPTIONS, *_COMMON])}"
            yield Problem("unknown_option", f"Facebook has no option “{name}”{hint}")
    chosen = post.options.get("as")
    if chosen is None:
        return
    if chosen not in {AS_REEL, AS_VIDEO}:
        yield Problem("bad_option", f"“as” is “{chosen}”; it can be “{AS_REEL}” or “{AS_VIDEO}”")
    elif not post.media or (_IMAGES & {medium.kind for medium in post.media}):
        yield Problem("bad_option", "“as” says how a video is shown, and the post has none")


FACEBOOK_RULES = ContentRules(
    platform=Platform.FACEBOOK,
    text=TEXT,
    media_count=PHOTOS,
    checks=(_emptiness, _length, _links, _combination, _media, _options),
)
