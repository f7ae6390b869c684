"""What Instagram takes of images and videos, each number with its source. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from enum import StrEnum

from planrrr_cli.domain.posts import Limit, Media, MediaKind, Problem, Severity, Shape

# "capture 2026-03-01" of the page
_SOURCE = (
    "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"
)
_READ = "2026-11-23"
MIB = 1024 * 1024

ALT = Limit(1_000, _SOURCE, _READ)
# The page says 8 MB, the error 36000 means 8 MiB: what lies between is left to Instagram.
IMAGE_BYTES = Limit(8 * MIB, "…/reference/error-codes, 36000/2207004", _READ)
SAFE_IMAGE_BYTES = Limit(8_000_000, _SOURCE, _READ)
LEAST_WIDTH = Limit(320, _SOURCE, _READ)
NARROWEST, WIDEST = 4 / 5, 1.91
REEL_BYTES = Limit(300 * MIB, _SOURCE, _READ)
REEL_SECONDS = (Limit(3, _SOURCE, _READ), Limit(15 * 60, _SOURCE, _READ))
STORY_BYTES = Limit(100 * MIB, _SOURCE, _READ)
STORY_SECONDS = (Limit(3, _SOURCE, _READ), Limit(60, _SOURCE, _READ))
VIDEO_WIDTH = Limit(1_920, _SOURCE, _READ)
FRAME_RATES = (23, 60)
SLIMMEST_VIDEO, WIDEST_VIDEO = 0.01, 10
BITS_PER_SECOND = Limit(25_000_000, _SOURCE, _READ)
VIDEO_TYPES = frozenset({"video/mp4", "video/quicktime"})
VIDEO_CODECS = frozenset({"AVC", "HEVC"})
MOST_BYTES = REEL_BYTES.value

_NOT_PLAIN_JPEG = (".mpo", ".jps")
_ALMOST = 0.005  # proportions are rounded to whole pixels


class Form(StrEnum):
    """What a post becomes on Instagram."""

    IMAGE = "image"
    REEL = "reel"
    CAROUSEL = "carousel"
    STORY = "story"


def medium_problems(medium: Media, position: int, form: Form) -> Iterator[Problem]:
    """What speaks against one medium; says nothing about the bytes of a URL that nobody fetched yet."""
    name = f"medium {position + 1}"
    if medium.alt and len(medium.alt) > ALT.value:
        over = len(medium.alt) - ALT.value
        said = f"the description of {name} has {over:,} characters more than {ALT.value:,}"
        yield Problem("alt_too_long", said, medium=position)
    if medium.kind is MediaKind.VIDEO:
        found = _video(medium, form)
    elif medium.kind is None:
        return
    else:
        found = _image(medium, form)
    for rule, said, is_warning in found:
        yield Problem(rule, f"{name} {said}", Severity.WARNING if is_warning else Severity.ERROR, position)


def cover_problems(cover: Media) -> Iterator[Problem]:
    """What speaks against the picture that stands for a reel."""
    if cover.kind is not None:
        for rule, said, is_warning in [*_type(cover), *_image_size(cover)]:
            yield Problem(rule, f"the cover {said}", Severity.WARNING if is_warning else Severity.ERROR)


_Found = Iterator[tuple[str, str, bool]]


def _image(medium: Media, form: Form) -> _Found:
    yield from _type(medium)
    if medium.content_type != "image/jpeg":
        return
    yield from _image_size(medium)
    shape = medium.shape or Shape()
    if form is Form.STORY or not shape.width or not shape.height:
        return
    ratio = shape.width / shape.height
    if not NARROWEST - _ALMOST <= ratio <= WIDEST + _ALMOST:
        said = f"has {shape.width}×{shape.height} pixels; Instagram takes proportions from 4:5 to 1.91:1"
        yield "image_proportions", said, False
    if shape.width < LEAST_WIDTH.value:
        yield "image_small", f"is {shape.width} pixels wide; Instagram scales it to {LEAST_WIDTH.value}", True


def _type(medium: Media) -> _Found:
    if medium.content_type != "image/jpeg":
        yield (
            "image_type",
            f"is {medium.content_type}; Instagram takes images as JPEG only: convert it",
            False,
        )
    elif medium.name.lower().endswith(_NOT_PLAIN_JPEG):
        yield "image_type", "holds several pictures (MPO, JPS); save it as a plain JPEG", False


def _image_size(medium: Media) -> _Found:
    size = medium.size or 0
    if size > IMAGE_BYTES.value:
        said = f"has {size:,} bytes, {size - IMAGE_BYTES.value:,} more than {IMAGE_BYTES.value:,}"
        yield "image_too_large", said, False
    elif size > SAFE_IMAGE_BYTES.value:
        yield "image_large", f"has {size:,} bytes; above {SAFE_IMAGE_BYTES.value:,} it may be refused", True


def _video(medium: Media, form: Form) -> _Found:
    if medium.content_type not in VIDEO_TYPES:
        yield "video_type", f"is {medium.content_type}; Instagram takes MP4 and MOV", False
    most, (shortest, longest) = REEL_BYTES, REEL_SECONDS
    if form is Form.STORY:
        most, (shortest, longest) = STORY_BYTES, STORY_SECONDS
    size = medium.size or 0
    if size > most.value:
        yield "video_too_large", f"has {size:,} bytes, {size - most.value:,} more than {most.value:,}", False
    if medium.file is not None and medium.shape is not None and medium.shape.video_codec is None:
        yield "no_video", "calls itself a video and has no picture in it", False
    shape = medium.shape or Shape()
    if shape.duration is not None:
        kind = {Form.STORY: "a story", Form.CAROUSEL: "a video"}.get(form, "a reel")
        if shape.duration < shortest.value - _ALMOST:
            said = f"lasts {shape.duration:.1f} s; {kind} on Instagram lasts at least {shortest.value} s"
            yield "video_too_short", said, False
        elif shape.duration > longest.value + 0.5:
            over = shape.duration - longest.value
            said = f"lasts {shape.duration:,.1f} s, {over:,.1f} s more than {kind} on Instagram may"
            yield "video_too_long", said, False
        if size * 8 > BITS_PER_SECOND.value * max(shape.duration, 1):
            yield "video_bit_rate", "has more than 25 Mb per second, which Instagram may refuse", True
    yield from _picture(shape)


def _picture(shape: Shape) -> _Found:
    if shape.width and shape.width > VIDEO_WIDTH.value:
        yield "video_width", f"is {shape.width:,} pixels wide; Instagram takes {VIDEO_WIDTH.value:,}", False
    if shape.width and shape.height and not SLIMMEST_VIDEO <= shape.width / shape.height <= WIDEST_VIDEO:
        said = f"has {shape.width}×{shape.height} pixels; Instagram takes proportions from 0.01:1 to 10:1"
        yield "video_proportions", said, False
    slowest, fastest = FRAME_RATES
    if shape.frame_rate is not None and not slowest - 0.1 <= shape.frame_rate <= fastest + 0.5:
        said = f"has {shape.frame_rate:g} frames a second; Instagram takes {slowest} to {fastest}"
        yield "video_frame_rate", said, False
    if shape.video_codec is not None and shape.video_codec not in VIDEO_CODECS:
        yield "video_codec", f"is coded as {shape.video_codec}; Instagram takes H.264 and HEVC", False
    if shape.audio_codec is not None and not shape.audio_codec.startswith("AAC"):
        yield "audio_codec", f"has {shape.audio_codec} sound; Instagram documents AAC only", True
