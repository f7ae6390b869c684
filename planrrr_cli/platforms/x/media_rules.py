"""What X takes as media, each number with its source. No I/O.

https://docs.x.com/x-api/media/quickstart/best-practices (read 2026-08-22). X counts a megabyte as 1,048,576 bytes.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from planrrr_cli.domain.posts import Limit, Media, MediaKind, Problem, Severity, Shape

_SOURCE, _READ = "https://docs.x.com/x-api/media/quickstart/best-practices", "2026-08-22"
MEGABYTE = 1024 * 1024
IMAGE_BYTES = Limit(5 * MEGABYTE, _SOURCE, _READ)
GIF_BYTES = Limit(15 * MEGABYTE, _SOURCE, _READ)
VIDEO_BYTES = Limit(512 * MEGABYTE, _SOURCE, _READ)
IMAGES = Limit(4, "https://docs.x.com/x-api/posts/manage-tweets/introduction", _READ)
ALT_TEXT = Limit(1000, "openapi.json 2.167, CreateMediaMetadataMetadataAltText", _READ)
GIF_FRAMES = Limit(350, _SOURCE, _READ)
GIF_PIXELS = Limit(300_000_000, _SOURCE, _READ)  # width × height × frames
VIDEO_SECONDS = Limit(140, _SOURCE, _READ)
SHORTEST_VIDEO = 0.5
FRAMES_PER_SECOND = Limit(60, _SOURCE, _READ)
SMALLEST_SIDE = 32
_GIF_SIDES = (1280, 1080)
_VIDEO_SIDES = (1280, 1024)
_WIDEST = 3

IMAGE_TYPES = {"image/jpeg": "JPEG", "image/png": "PNG", "image/gif": "GIF", "image/webp": "WebP"}
# The containers that InitializeMediaUploadRequest of openapi.json 2.167 knows; the page above names MP4 alone.
VIDEO_TYPES = ("video/mp4", "video/quicktime", "video/webm", "video/mp2t")


def kind_of(medium: Media) -> MediaKind | None:
    """As X sees it: a GIF that does not move is an image. None when nobody looked at it yet."""
    still = medium.shape is not None and medium.shape.frames == 1
    return MediaKind.IMAGE if medium.kind is MediaKind.GIF and still else medium.kind


def mix_problems(media: Sequence[Media | None], of_what: str) -> Iterator[Problem]:
    """Up to four images, or one GIF, or one video; ``None`` stands for a position that the post does not have."""
    kinds = [kind_of(medium) for medium in media if medium is not None]
    moving = {kind for kind in kinds if kind in {MediaKind.GIF, MediaKind.VIDEO}}
    if len(moving) > 1 or (moving and len(set(kinds) - {None}) > 1):
        yield Problem(
            "mixed_media",
            f"{of_what} mixes images, GIFs or videos; X takes up to 4 images, or 1 GIF, or 1 video",
        )
    elif moving and len(kinds) > 1:
        name = "GIFs" if MediaKind.GIF in moving else "videos"
        rule = "too_many_gifs" if MediaKind.GIF in moving else "too_many_videos"
        yield Problem(rule, f"{of_what} has {len(kinds)} {name}; X takes one")
    elif len(kinds) > IMAGES.value:
        over = len(kinds) - IMAGES.value
        yield Problem("too_many_media", f"{of_what} has {len(kinds)} media, {over} more than {IMAGES.value}")


def medium_problems(medium: Media, position: int, *, premium: bool = False) -> Iterator[Problem]:
    """What speaks against one medium; says nothing about bytes that nobody looked at yet.

    ``premium``: the account may post longer videos than others.
    """
    name = f"medium {position + 1}"
    if medium.alt and len(medium.alt) > ALT_TEXT.value:
        over = len(medium.alt) - ALT_TEXT.value
        yield Problem(
            "alt_too_long",
            f"{name}: its alt text has {len(medium.alt):,} characters, {over:,} more than {ALT_TEXT.value:,}",
            medium=position,
        )
    match kind_of(medium):
        case None:
            return
        case MediaKind.IMAGE:
            found = _image(medium)
        case MediaKind.GIF:
            found = _gif(medium)
        case MediaKind.VIDEO:
            found = _video(medium, premium=premium)
        case _:
            found = iter([("unsupported_media", f"is {medium.content_type}, which X does not take", False)])
    for rule, said, is_warning in found:
        severity = Severity.WARNING if is_warning else Severity.ERROR
        yield Problem(rule, f"{name} {said}", severity, position)


_Found = Iterator[tuple[str, str, bool]]


def _image(medium: Media) -> _Found:
    if medium.content_type not in IMAGE_TYPES:
        known = ", ".join(IMAGE_TYPES.values())
        yield "image_type", f"is {medium.content_type}; X takes {known}", False
    yield from _size(medium, IMAGE_BYTES, "image_too_large")


def _gif(medium: Media) -> _Found:
    yield from _size(medium, GIF_BYTES, "gif_too_large")
    shape = medium.shape or Shape()
    yield from _sides(shape, _GIF_SIDES, "gif_dimensions")
    frames = shape.frames or 0
    if frames > GIF_FRAMES.value:
        over = frames - GIF_FRAMES.value
        yield "gif_frames", f"has {frames:,} frames, {over:,} more than {GIF_FRAMES.value}", False
    elif frames * (shape.width or 0) * (shape.height or 0) > GIF_PIXELS.value:
        pixels = f"{shape.width}×{shape.height} pixels in {frames} frames"
        yield "gif_pixels", f"has {pixels}; X takes {GIF_PIXELS.value:,} in all frames together", False


def _video(medium: Media, *, premium: bool) -> _Found:
    yield from _size(medium, VIDEO_BYTES, "video_too_large")
    if medium.content_type not in VIDEO_TYPES:
        yield "video_type", f"is {medium.content_type}; X takes MP4", False
    elif medium.content_type != VIDEO_TYPES[0]:
        yield "video_type", f"is {medium.content_type}; X documents MP4 only", True
    shape = medium.shape or Shape()
    yield from _sides(shape, _VIDEO_SIDES, "video_dimensions")
    yield from _proportions(shape)
    yield from _duration(shape, premium=premium)
    if shape.frame_rate is not None and shape.frame_rate > FRAMES_PER_SECOND.value + 0.5:
        most = FRAMES_PER_SECOND.value
        yield "video_frame_rate", f"has {shape.frame_rate:g} frames a second; X takes up to {most}", False
    if shape.video_codec not in {None, "AVC"}:
        yield "video_codec", f"is coded as {shape.video_codec}; X takes H.264 (AVC)", False
    if shape.audio_codec is not None and not shape.audio_codec.startswith("AAC"):
        yield "audio_codec", f"has {shape.audio_codec} sound; X documents AAC only", True
    if medium.alt:
        yield "alt_unused", "is a video, for which X has no alt text; it is not sent", True


def _size(medium: Media, limit: Limit, rule: str) -> _Found:
    size = medium.size or 0
    if size > limit.value:
        yield rule, f"has {size:,} bytes, {size - limit.value:,} more than {limit.value:,}", False


def _sides(shape: Shape, most: tuple[int, int], rule: str) -> _Found:
    """Either side may be the longer one."""
    if shape.width is None or shape.height is None:
        return
    longer, shorter = max(shape.width, shape.height), min(shape.width, shape.height)
    if longer > most[0] or shorter > most[1]:
        yield rule, f"has {shape.width}×{shape.height} pixels; X takes up to {most[0]}×{most[1]}", False


def _proportions(shape: Shape) -> _Found:
    if not shape.width or not shape.height:
        return
    if min(shape.width, shape.height) < SMALLEST_SIDE:
        said = f"has {shape.width}×{shape.height} pixels; X wants at least {SMALLEST_SIDE}×{SMALLEST_SIDE}"
        yield "video_dimensions", said, False
    elif not 1 / _WIDEST <= shape.width / shape.height <= _WIDEST:
        said = f"has {shape.width}×{shape.height} pixels; X takes proportions from 1:{_WIDEST} to {_WIDEST}:1"
        yield "video_proportions", said, False


def _duration(shape: Shape, *, premium: bool) -> _Found:
    seconds = shape.duration
    if seconds is None:
        return
    if seconds < SHORTEST_VIDEO:
        yield "video_too_short", f"lasts {seconds:g} s; X wants at least {SHORTEST_VIDEO:g} s", False
    elif seconds > VIDEO_SECONDS.value:
        over = f"lasts {seconds:.1f} s, {seconds - VIDEO_SECONDS.value:.1f} s more than {VIDEO_SECONDS.value}"
        yield "video_too_long", f"{over}{'; only some Premium accounts may' if premium else ''}", premium
