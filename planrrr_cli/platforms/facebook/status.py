"""How far a video is, read from the many spellings that Facebook uses for it.

https://developers.facebook.com/documentation/video-api/guides/reels-publishing (updated 2026-07-30) writes
``bytes_transfered`` and ``completed``; its own example, and facebook/facebook-business-sdk-codegen, write
``complete`` and ``bytes_transferred``. All are accepted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

FIELDS = "status,published,post_id,permalink_url"

_DEAD = frozenset({"expired", "error", "upload_failed"})
_DONE = frozenset({"complete", "completed"})
_PHASES = ("uploading_phase", "processing_phase", "publishing_phase")
_WORDS = 200


class Phase(StrEnum):
    """What became of the upload session; only OPEN and DEAD say that nothing is or will be public."""

    OPEN = "open"  # `finish` has not been called, or did not take
    PUBLISHING = "publishing"  # `finish` took; it is not public yet
    PUBLISHED = "published"
    DEAD = "dead"  # it will never be published
    UNCLEAR = "unclear"  # the answer does not say


@dataclass(frozen=True, slots=True)
class Video:
    """``offset``: bytes that arrived, if told; ``reason``: why it is dead; ``busy``: bytes are being processed."""

    phase: Phase
    uploaded: bool = False
    busy: bool = False
    offset: int | None = None
    reason: str = ""
    post_id: str | None = None
    permalink: str | None = None


def read_video(body: Mapping[str, Any]) -> Video:
    """The meaning of ``GET /{video-id}?fields=status,…``."""
    status = _mapping(body.get("status"))
    phases = {name: _mapping(status.get(name)) for name in _PHASES}
    word = _word(status.get("video_status"))
    uploading, processing = phases["uploading_phase"], phases["processing_phase"]
    reason = _reason(word, phases)
    post_id = body.get("post_id")
    return Video(
        phase=_phase(body, word, phases["publishing_phase"], reason),
        uploaded=_word(uploading.get("status")) in _DONE
        or word in {"upload_complete", "processing", "ready"},
        busy=word == "processing" or _word(processing.get("status")) == "in_progress",
        offset=_offset(uploading),
        reason=reason,
        post_id=str(post_id) if post_id and isinstance(post_id, str | int) else None,
        permalink=_permalink(body.get("permalink_url")),
    )


def _phase(body: Mapping[str, Any], word: str, publishing: Mapping[str, Any], reason: str) -> Phase:
    """``publish_status`` is the plainest word, so it comes before ``published``, which drafts may carry too."""
    state, publish_status = _word(publishing.get("status")), _word(publishing.get("publish_status"))
    if publish_status == "published" and state not in {"not_started", "error"}:
        return Phase.PUBLISHED
    if publish_status not in {"draft", "error"} and (body.get("published") is True or body.get("post_id")):
        return Phase.PUBLISHED
    if reason:
        return Phase.DEAD
    if publish_status == "draft" or (state == "not_started" and publish_status != "scheduled"):
        return Phase.OPEN
    if state or publish_status:
        return Phase.PUBLISHING
    return Phase.OPEN if word in {"uploading", "upload_complete"} else Phase.UNCLEAR


def _reason(word: str, phases: Mapping[str, Mapping[str, Any]]) -> str:
    """Why it is dead; empty when it is not. An error object counts even while ``video_status`` says processing."""
    for name, phase in phases.items():
        told = _told(phase)
        if told or "error" in {_word(phase.get("status")), _word(phase.get("publish_status"))}:
            return told or f"an error in its {name.removesuffix('_phase')}"
    return f"Facebook says “{word}”" if word in _DEAD else ""


def _told(phase: Mapping[str, Any]) -> str:
    errors = phase.get("errors")
    for error in [phase.get("error"), *(errors if isinstance(errors, list) else [])]:
        if isinstance(error, dict) and error:
            text = error.get("message")
            return (
                " ".join(text.split())[:_WORDS]
                if isinstance(text, str) and text.strip()
                else "an error without words"
            )
    return ""


def _offset(uploading: Mapping[str, Any]) -> int | None:
    for name in ("bytes_transfered", "bytes_transferred"):
        try:
            return max(0, int(uploading[name]))
        except (KeyError, TypeError, ValueError, OverflowError):
            continue
    return None


def _permalink(value: Any) -> str | None:
    """A video's ``permalink_url`` is a path without host."""
    if not isinstance(value, str) or not value:
        return None
    return f"https://www.facebook.com{value}" if value.startswith("/") else value


def _mapping(value: Any) -> Mapping[str, Any]:
    return value if isinstance(value, dict) else {}


def _word(value: Any) -> str:
    return value.lower() if isinstance(value, str) else ""
