"""What YouTube takes of videos, thumbnails and captions: numbers with sources. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from planrrr_cli.domain.posts import Limit, Media, MediaKind, Problem, Severity

_READ = "2026-11-23"
_DISCOVERY = "discovery document youtube.v3, revision 20261104, maxSize"
VIDEOS = Limit(1, "one video is made of one upload", _READ)
VIDEO_BYTES = Limit(274_877_906_944, f"{_DISCOVERY} of videos.insert", _READ)
VIDEO_SECONDS = Limit(12 * 3600, "https://support.google.com/youtube/answer/71673", _READ)
UNVERIFIED_SECONDS = Limit(15 * 60, "https://support.google.com/youtube/answer/71673", _READ)
THUMBNAIL_BYTES = Limit(
    52_428_800,
    f"{_DISCOVERY} of thumbnails.set; https://developers.google.com/youtube/data/revision_history (2026-09-14)",
    _READ,
)
THUMBNAIL_WIDTH = Limit(640, "https://support.google.com/youtube/answer/72431", _READ)
CAPTIONS_BYTES = Limit(104_857_600, f"{_DISCOVERY} of captions.insert", _READ)
THUMBNAIL_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG"}

_POSTS = (
    "the API for community posts is open to approved projects only; add a video, or leave YouTube out of “to”"
)


def media_problems(media: tuple[Media, ...]) -> Iterator[Problem]:
    """Whether there is one video. Of a URL that nobody fetched yet nothing is said.

    https://developers.google.com/youtube/data/reference/rest/v3/posts (read 2026-11-23) for what is no video.
    """
    if not media:
        yield Problem("video_missing", f"a post on YouTube is a video, and this one is text only: {_POSTS}")
    for position, medium in enumerate(media):
        if medium.kind is MediaKind.VIDEO:
            yield from _video(medium, position)
        elif medium.kind in {MediaKind.IMAGE, MediaKind.GIF}:
            said = f"medium {position + 1} is a picture ({medium.content_type}), and a post on YouTube is a video"
            said = f"{said}: {_POSTS}"
            yield Problem("not_a_video", said, medium=position)
        elif medium.kind is not None:
            said = f"medium {position + 1} is {medium.content_type}, and a post on YouTube is a video"
            yield Problem("not_a_video", said, medium=position)


def _video(medium: Media, position: int) -> Iterator[Problem]:
    name, shape = f"medium {position + 1}", medium.shape
    if (medium.size or 0) > VIDEO_BYTES.value:
        yield too_large("video_too_large", name, medium.size or 0, VIDEO_BYTES, position)
    if shape is not None and shape.video_codec is None:
        holds = "only sound" if shape.audio_codec else "no moving picture"
        yield Problem(
            "not_a_video", f"{name} calls itself a video, and there is {holds} in it", medium=position
        )
    seconds = (shape.duration if shape is not None else None) or 0
    if seconds > VIDEO_SECONDS.value:
        said = f"{name} lasts {seconds / 3600:.1f} hours; YouTube takes up to {VIDEO_SECONDS.value // 3600}"
        yield Problem("video_too_long", said, medium=position)
    elif seconds > UNVERIFIED_SECONDS.value:
        most = UNVERIFIED_SECONDS.value // 60
        said = (
            f"{name} lasts {seconds / 60:.1f} minutes; YouTube rejects more than {most} after the upload, unless the "
            "channel is verified by phone (youtube.com/verify)"
        )
        yield Problem("video_long", said, Severity.WARNING, position)
    if medium.alt:
        said = f"{name} is a video, for which YouTube has no alt text; it is not sent"
        yield Problem("alt_unused", said, Severity.WARNING, position)


def thumbnail_problems(medium: Media) -> Iterator[Problem]:
    """The file that the option ``thumbnail`` names; nothing while nobody looked at it."""
    if medium.kind is None:
        return
    if medium.content_type not in THUMBNAIL_TYPES:
        known = " and ".join(THUMBNAIL_TYPES.values())
        said = f"the thumbnail {medium.name} is {medium.content_type}; YouTube takes {known}"
        yield Problem("thumbnail_type", said)
    if (medium.size or 0) > THUMBNAIL_BYTES.value:
        yield too_large("thumbnail_too_large", medium.name, medium.size or 0, THUMBNAIL_BYTES)
    width = medium.shape.width if medium.shape is not None else None
    if width is not None and width < THUMBNAIL_WIDTH.value:
        said = f"the thumbnail {medium.name} is {width} pixels wide; YouTube wants at least {THUMBNAIL_WIDTH.value}"
        yield Problem("thumbnail_small", said)


def captions_problems(medium: Media) -> Iterator[Problem]:
    """The file that the option ``captions`` names; nothing while nobody looked at it."""
    if medium.kind not in {None, MediaKind.SUBTITLES}:
        said = f"the captions {medium.name} are {medium.content_type}; YouTube takes SubRip (SRT) and WebVTT"
        yield Problem("captions_type", said)
    if (medium.size or 0) > CAPTIONS_BYTES.value:
        yield too_large("captions_too_large", medium.name, medium.size or 0, CAPTIONS_BYTES)


def too_large(rule: str, name: str, size: int, limit: Limit, position: int | None = None) -> Problem:
    message = f"{name} has {size:,} bytes, {size - limit.value:,} more than {limit.value:,}"
    return Problem(rule, message, medium=position)
