"""What a picture or a video is beyond its bytes (pixels, seconds, codecs), read by MediaInfo; judges nothing."""

from __future__ import annotations

import logging
from dataclasses import replace
from typing import TYPE_CHECKING, Any, BinaryIO

from planrrr_cli.domain.posts import MediaKind, Shape
from planrrr_cli.platforms.gif import frames_of

if TYPE_CHECKING:
    from pymediainfo import MediaInfo

log = logging.getLogger(__name__)

SEEN = frozenset({MediaKind.IMAGE, MediaKind.GIF, MediaKind.VIDEO})


def shape_of(file: BinaryIO, kind: MediaKind | None) -> Shape | None:
    """The shape of an open file, whose position is at its beginning again afterwards.

    None for kinds that have none, and where MediaInfo's library cannot be loaded. A file that calls itself a video and
    has no picture in it has a shape without ``video_codec``.
    """
    if kind not in SEEN:
        return None
    parsed = _parsed(file)
    if parsed is None:
        return None
    found = _shape(parsed)
    return replace(found, frames=frames_of(file)) if kind is MediaKind.GIF else found


def _parsed(file: BinaryIO) -> MediaInfo | None:
    from pymediainfo import MediaInfo  # heavy, and only those who add or fetch media need it

    file.seek(0)
    try:
        found: MediaInfo = MediaInfo.parse(file, parse_speed=0.5)
    except (OSError, RuntimeError) as error:
        log.warning("media not probed", extra={"reason": type(error).__name__})
        return None
    finally:
        file.seek(0)
    return found


def _shape(parsed: MediaInfo) -> Shape:
    tracks = {
        kind: list(getattr(parsed, f"{kind}_tracks")) for kind in ("general", "video", "image", "audio")
    }
    pictures = [*tracks["video"], *tracks["image"]]
    picture: Any = pictures[0] if pictures else None
    width, height = _whole(picture, "width"), _whole(picture, "height")
    if round(_number(picture, "rotation") or 0) % 180 == 90:
        width, height = height, width
    duration = next(
        (found for track in (picture, *tracks["general"]) if (found := _number(track, "duration"))), None
    )
    return Shape(
        width=width,
        height=height,
        duration=None if duration is None else duration / 1000,
        frame_rate=_number(picture, "frame_rate"),
        frames=_whole(picture, "frame_count"),
        video_codec=_text(picture, "format"),
        audio_codec=_text(tracks["audio"][0], "format") if tracks["audio"] else None,
    )


def _number(track: Any, name: str) -> float | None:
    """MediaInfo gives numbers as int, float or text."""
    try:
        return float(getattr(track, name, None))  # type: ignore[arg-type]  # whatever it is
    except (TypeError, ValueError):
        return None


def _whole(track: Any, name: str) -> int | None:
    found = _number(track, name)
    return None if found is None else round(found)


def _text(track: Any, name: str) -> str | None:
    found = getattr(track, name, None)
    return found if isinstance(found, str) else None
