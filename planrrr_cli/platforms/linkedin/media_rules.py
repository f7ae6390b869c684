"""What LinkedIn takes of pictures, videos, documents and the files beside them: numbers with sources. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from planrrr_cli.domain.posts import Limit, Media, MediaKind, Problem, Severity

_SHARES = "https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares"
_READ = "2026-11-23"
MIB = 1024 * 1024

IMAGES = Limit(20, f"{_SHARES}/multiimage-post-api", _READ)
PIXELS = Limit(36_152_320, f"{_SHARES}/images-api (fewer than this)", _READ)
FRAMES = Limit(250, f"{_SHARES}/images-api", _READ)
SAFE_IMAGE_BYTES = Limit(8_000_000, "what schedulers use; LinkedIn documents no number", _READ)
IMAGE_BYTES = Limit(100 * MIB, "our own bound for what is fetched; LinkedIn documents no number", _READ)
# Whether LinkedIn's MB and KB are decimal is not said: what either reading takes is left to LinkedIn.
VIDEO_BYTES = Limit(500 * MIB, f"{_SHARES}/videos-api", _READ)
LEAST_VIDEO_BYTES = Limit(75_000, f"{_SHARES}/videos-api", _READ)
LEAST_SECONDS = Limit(3, f"{_SHARES}/videos-api", _READ)
MOST_SECONDS = Limit(30 * 60, f"{_SHARES}/videos-api", _READ)
DOCUMENT_BYTES = Limit(100 * MIB, f"{_SHARES}/documents-api", _READ)
ALT = Limit(4_086, f"{_SHARES}/posts-api", _READ)
SUBTITLE_BYTES = Limit(10 * MIB, "our own bound: subtitles are short texts", _READ)

PICTURES = frozenset({MediaKind.IMAGE, MediaKind.GIF})
IMAGE_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF"}
_OFFICE = "application/vnd.openxmlformats-officedocument"
DOCUMENT_TYPES = frozenset(
    {
        "application/pdf",
        f"{_OFFICE}.presentationml.presentation",
        f"{_OFFICE}.wordprocessingml.document",
        "application/vnd.ms-powerpoint",
        "application/msword",
        "application/x-ole-storage",  # an older Office file; which program wrote it is not looked into
    }
)


def medium_problems(medium: Media, position: int) -> Iterator[Problem]:
    """What speaks against one medium; says nothing about a URL that nobody fetched yet."""
    name = f"medium {position + 1}"
    if medium.alt and len(medium.alt) > ALT.value:
        over = len(medium.alt) - ALT.value
        message = f"the description of {name} is {over:,} characters longer than {ALT.value:,}"
        yield Problem("alt_too_long", message, medium=position)
    if medium.kind in PICTURES:
        yield from picture_problems(medium, name, position)
    elif medium.kind is MediaKind.VIDEO:
        yield from _video_problems(medium, name, position)
    elif medium.kind is MediaKind.DOCUMENT:
        yield from _document_problems(medium, name, position)
    elif medium.kind is not None:
        message = f"{name} is {medium.content_type}, which LinkedIn does not take in a post"
        yield Problem("unsupported_media", message, medium=position)


def picture_problems(medium: Media, name: str, position: int | None) -> Iterator[Problem]:
    """``position`` None: the picture is an attachment."""
    if medium.content_type not in IMAGE_TYPES:
        known = ", ".join(IMAGE_TYPES.values())
        message = f"{name} is {medium.content_type}; LinkedIn takes {known}"
        yield Problem("image_type", message, medium=position)
    shape = medium.shape
    if shape is not None and shape.width and shape.height and shape.width * shape.height >= PIXELS.value:
        pixels = shape.width * shape.height
        message = f"{name} has {pixels:,} pixels; LinkedIn takes fewer than {PIXELS.value:,}"
        yield Problem("image_too_many_pixels", message, medium=position)
    if shape is not None and (shape.frames or 0) > FRAMES.value:
        message = f"{name} has {shape.frames} frames; LinkedIn takes {FRAMES.value}"
        yield Problem("gif_too_long", message, medium=position)
    size = medium.size or 0
    if size > IMAGE_BYTES.value:
        yield _too_large("image_too_large", name, size, IMAGE_BYTES, position)
    elif size > SAFE_IMAGE_BYTES.value:
        message = f"{name} has {size:,} bytes; pictures above {SAFE_IMAGE_BYTES.value:,} may be refused"
        yield Problem("image_large", message, Severity.WARNING, position)


def subtitle_problems(medium: Media) -> Iterator[Problem]:
    """The file that the option ``subtitles`` names."""
    if medium.kind is not None and medium.content_type != "text/srt":
        yield Problem(
            "subtitles_type", f"{medium.name} is {medium.content_type}; LinkedIn takes subtitles as SRT"
        )
    if (medium.size or 0) > SUBTITLE_BYTES.value:
        yield _too_large("subtitles_too_large", medium.name, medium.size or 0, SUBTITLE_BYTES, None)


def _video_problems(medium: Media, name: str, position: int) -> Iterator[Problem]:
    if medium.content_type != "video/mp4":
        message = f"{name} is {medium.content_type}; LinkedIn takes videos as MP4"
        yield Problem("video_type", message, medium=position)
    size = medium.size
    if size is not None and size > VIDEO_BYTES.value:
        yield _too_large("video_too_large", name, size, VIDEO_BYTES, position)
    if size is not None and size < LEAST_VIDEO_BYTES.value:
        message = f"{name} has {size:,} bytes; LinkedIn takes videos of {LEAST_VIDEO_BYTES.value:,} and more"
        yield Problem("video_too_small", message, medium=position)
    seconds = medium.shape.duration if medium.shape is not None else None
    if seconds is not None and not LEAST_SECONDS.value <= seconds <= MOST_SECONDS.value:
        message = (
            f"{name} lasts {seconds:,.1f} seconds; LinkedIn takes {LEAST_SECONDS.value} seconds to 30 minutes"
        )
        yield Problem("video_length", message, medium=position)


def _document_problems(medium: Media, name: str, position: int) -> Iterator[Problem]:
    if medium.content_type not in DOCUMENT_TYPES:
        message = f"{name} is {medium.content_type}; LinkedIn takes PDF, PowerPoint and Word"
        yield Problem("document_type", message, medium=position)
    if (medium.size or 0) > DOCUMENT_BYTES.value:
        yield _too_large("document_too_large", name, medium.size or 0, DOCUMENT_BYTES, position)


def _too_large(rule: str, name: str, size: int, limit: Limit, position: int | None) -> Problem:
    message = f"{name} has {size:,} bytes, {size - limit.value:,} more than {limit.value:,}"
    return Problem(rule, message, medium=position)
