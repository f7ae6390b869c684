"""An upload's life after its bytes are there: judging them, processing, and what the API tells of it."""

from typing import Any, Final

from planrrr_cli.sandbox.media import Intake
from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.model import Stage, Upload

# docs.x.com/x-api/media (2026-08-22), by its samples: 15 days to send the bytes, 24 hours to post with them.
SENDING_LIFE: Final = 1_295_999
POSTING_LIFE: Final = 86_400
# docs.x.com/x-api/media/quickstart/best-practices (2026-08-22).
LARGEST: Final = {"image": 5 * 1024**2, "gif": 15 * 1024**2, "video": 512 * 1024**2, "subtitles": 1024**2}
IMAGES: Final = (
    "image/jpeg",
    "image/png",
    "image/gif",
    "image/webp",
    "image/pjpeg",
    "image/bmp",
    "image/tiff",
)
VIDEOS: Final = ("video/mp4", "video/webm", "video/mp2t", "video/quicktime")
TAKES: Final = {
    "image": IMAGES,
    "gif": ("image/gif",),
    "video": VIDEOS,
    "subtitles": ("text/srt", "text/vtt"),
}
CHECK_AFTER: Final = 1
PROCESSING_TIME: Final = 5.0


def kind_of(category: str) -> str:
    """image, gif, video or subtitles."""
    return category.rpartition("_")[2]


def accept(upload: Upload, intake: Intake, now: float, looks: int) -> None:
    """All bytes are there. Pictures and subtitles are ready at once, GIFs and videos are processed first.

    `looks` are those at which processing is still seen to go on; without any it is over at the first look, or by
    itself after a while.
    """
    upload.medium = intake.medium()
    upload.expires_at = now + POSTING_LIFE
    upload.looks_wanted = looks
    if kind_of(upload.category) in ("gif", "video") or looks:
        upload.stage, upload.ready_at = Stage.PROCESSING, None if looks else now + PROCESSING_TIME
    else:
        upload.stage = Stage.READY


def is_what_it_should_be(upload: Upload) -> bool:
    """By the first bytes: what a decoder would say is not known here."""
    mime, kind = upload.medium.mime if upload.medium else "", kind_of(upload.category)
    if kind == "subtitles":
        return mime == "application/octet-stream"
    if kind == "video" and upload.media_type in ("video/webm", "video/mp2t"):
        return True
    return mime in TAKES[kind]


def settle_processing(upload: Upload, now: float) -> None:
    """Processing ends by itself when its time has come."""
    if upload.stage is Stage.PROCESSING and upload.ready_at is not None and upload.ready_at <= now:
        _end(upload)


def look(upload: Upload, now: float) -> None:
    """One STATUS call."""
    settle_processing(upload, now)
    if upload.stage is Stage.PROCESSING:
        if upload.looks >= upload.looks_wanted:
            _end(upload)
        upload.looks += 1


def _end(upload: Upload) -> None:
    upload.stage = Stage.READY if is_what_it_should_be(upload) else Stage.FAILED


def describe(upload: Upload, now: float, generation: Generation) -> dict[str, Any]:
    """`data` of finalize, STATUS and the one-request upload."""
    told: dict[str, Any] = {
        "id": upload.id,
        "media_key": upload.key,
        "expires_after_secs": max(int(upload.expires_at - now), 0),
    }
    if upload.medium is not None:
        told["size"] = upload.medium.size
    processed = kind_of(upload.category) in ("gif", "video") or upload.looks_wanted
    if upload.medium is not None and processed:
        told["processing_info"] = _processing(upload, generation)
    if upload.stage is Stage.READY and upload.medium is not None:
        if kind_of(upload.category) == "image":
            told["image"] = {"image_type": upload.medium.mime}
        elif kind_of(upload.category) in ("gif", "video"):
            told["video"] = {"video_type": "video/mp4"}
    return told


def _processing(upload: Upload, generation: Generation) -> dict[str, Any]:
    """The reason of a failure is absent from the specification 2.167; before, it was told."""
    match upload.stage:
        case Stage.READY:
            return {"state": "succeeded", "progress_percent": 100}
        case Stage.FAILED:
            reason = {"code": 1, "name": "InvalidMedia", "message": "Unsupported video format"}
            more = {"error": reason} if generation is Generation.TWEET else {}
            return {"state": "failed", "progress_percent": 0} | more
        case _:
            if upload.looks == 0:
                return {"state": "pending", "check_after_secs": CHECK_AFTER}
            percent = min(99, 100 * upload.looks // (upload.looks_wanted + 1))
            return {"state": "in_progress", "check_after_secs": CHECK_AFTER, "progress_percent": percent}
