"""The calls that carry a medium to X, and what their answers say; the order of them is decided elsewhere.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked and openapi.json 2.167 (read 2026-08-22); all may be
repeated.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.platforms.media import OpenMedia
from planrrr_cli.platforms.wire import Part
from planrrr_cli.platforms.x.calls import Calls, data_of, id_of
from planrrr_cli.platforms.x.problems import one_line
from planrrr_cli.platforms.x.replies import Role

SEGMENT = 4 * 1024 * 1024  # what X's own xurl sends at once; a thousand of them are allowed
KEPT = timedelta(hours=24)  # when X does not say how long
SOON, LATEST = timedelta(seconds=1), timedelta(minutes=5)

_CATEGORIES = {
    MediaKind.IMAGE: "tweet_image",
    MediaKind.GIF: "tweet_gif",
    MediaKind.VIDEO: "tweet_video",
    MediaKind.SUBTITLES: "subtitles",
}


@dataclass(frozen=True, slots=True)
class Sent:
    """What X says of a medium. ``state``: pending, in_progress, failed, or succeeded where X names none."""

    id: str
    kept: timedelta = KEPT
    state: str = "succeeded"
    check_after: timedelta = SOON
    reason: str = ""


def send_whole(calls: Calls, opened: OpenMedia, position: int, kind: MediaKind = MediaKind.IMAGE) -> Sent:
    """The whole of it in one request: still images, and subtitles."""
    body = calls.prepare(
        "media",
        "upload",
        call="x.media.upload",
        form={"media_category": _CATEGORIES[kind]},
        parts=[_file(opened, position, 0, opened.size)],
        medium=position,
    )
    return _sent(body, id_of(body, Role.PREPARE))


def initialize(calls: Calls, opened: OpenMedia, position: int, kind: MediaKind) -> Sent:
    body = calls.prepare(
        "media",
        "upload",
        "initialize",
        call="x.media.initialize",
        json={
            "media_type": opened.media.content_type,
            "total_bytes": opened.size,
            "media_category": _CATEGORIES[kind],
        },
        medium=position,
    )
    return _sent(body, id_of(body, Role.PREPARE))


def append(calls: Calls, opened: OpenMedia, position: int, media_id: str, index: int) -> None:
    start = index * SEGMENT
    calls.prepare(
        "media",
        "upload",
        media_id,
        "append",
        call="x.media.append",
        form={"segment_index": str(index)},
        parts=[_file(opened, position, start, min(SEGMENT, opened.size - start))],
        medium=position,
    )


def finalize(calls: Calls, position: int, media_id: str) -> Sent:
    body = calls.prepare("media", "upload", media_id, "finalize", call="x.media.finalize", medium=position)
    return _sent(body, media_id)


def look(calls: Calls, media_id: str) -> Sent:
    """How far X is with it."""
    body = calls.read("media", "upload", call="x.media.status", command="STATUS", media_id=media_id)
    return _sent(body, media_id)


def describe(calls: Calls, position: int, media_id: str, alt: str) -> None:
    calls.prepare(
        "media",
        "metadata",
        call="x.media.metadata",
        json={"id": media_id, "metadata": {"alt_text": {"text": alt}}},
        medium=position,
    )


def add_subtitles(calls: Calls, position: int, media_id: str, track: Mapping[str, str]) -> None:
    """``track``: ``id`` of the uploaded subtitles, ``language_code``, perhaps ``display_name``."""
    calls.prepare(
        "media",
        "subtitles",
        call="x.media.subtitles",
        json={"id": media_id, "media_category": "TweetVideo", "subtitles": dict(track)},
        medium=position,
    )


def _file(opened: OpenMedia, position: int, start: int, length: int) -> Part:
    content_type = opened.media.content_type or "application/octet-stream"
    ending = content_type.rpartition("/")[2]
    return Part("media", f"medium-{position + 1}.{ending}", content_type, opened, start, length)


def _sent(body: Mapping[str, Any], media_id: str) -> Sent:
    data = data_of(body)
    info = data.get("processing_info")
    info = info if isinstance(info, dict) else {}
    kept, after = _seconds(data.get("expires_after_secs")), _seconds(info.get("check_after_secs"))
    return Sent(
        media_id,
        kept=KEPT if kept is None else kept,
        state=str(info.get("state") or "succeeded"),
        check_after=min(max(SOON, after or SOON), LATEST),
        reason=_reason(info),
    )


def _seconds(value: Any) -> timedelta | None:
    if isinstance(value, bool) or not isinstance(value, int) or not 0 < value < 10**8:
        return None
    return timedelta(seconds=value)


def _reason(info: Mapping[str, Any]) -> str:
    """The newer schema names none; older answers had a name and a message."""
    error = info.get("error")
    error = error if isinstance(error, dict) else {}
    return one_line(str(error.get("message") or error.get("name") or "it gives no reason"))
