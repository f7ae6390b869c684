"""The `status` object of a video, and how looking at it moves processing on."""

from typing import Any

from planrrr_cli.sandbox.facebook.model import Stage, Video
from planrrr_cli.sandbox.facebook.publishing import end_processing
from planrrr_cli.sandbox.facebook.store import Store

NO_VIDEO = {"code": 1363128, "message": "The video file you selected is in a format that we don't support."}


def video_status(store: Store, video: Video) -> dict[str, Any]:
    """One look. Looks alternate between the guide's spelling and the specification's: both have been seen."""
    if video.stage is Stage.PROCESSING:
        if video.looks_left <= 0:
            end_processing(store, video)
        video.looks_left -= 1
    video.looks += 1
    return _guide(video) if video.looks % 2 else _specification(video)


def _words(video: Video) -> tuple[str, str, str, str]:
    """video_status, and the uploading, processing and publishing phases, in the guide's words."""
    match video.stage:
        case Stage.UPLOADING:
            return (
                "uploading",
                "in_progress" if video.received else "not_started",
                "not_started",
                "not_started",
            )
        case Stage.UPLOADED:
            return "upload_complete", "complete", "not_started", "not_started"
        case Stage.PROCESSING:
            return "processing", "complete", "in_progress", "not_started"
        case Stage.FAILED:
            return "error", "complete", "error", "not_started"
        case Stage.READY:
            return "ready", "complete", "complete", "complete" if video.published_at else "not_started"


def _guide(video: Video) -> dict[str, Any]:
    """As developers.facebook.com/documentation/video-api/guides/reels-publishing writes it (updated 2026-07-30).

    Its sample of a failure says "processing" beside an error in the phase, so that is what a failed one says here.
    """
    word, uploading, processing, publishing = _words(video)
    status: dict[str, Any] = {
        "video_status": "processing" if video.stage is Stage.FAILED else word,
        "uploading_phase": {"status": uploading, "bytes_transfered": video.received},
        "processing_phase": {"status": "not_started" if video.stage is Stage.FAILED else processing},
        "publishing_phase": {"status": publishing} | _publishing(video),
    }
    if video.stage is Stage.FAILED:
        status["processing_phase"]["error"] = {"message": NO_VIDEO["message"]}
    return status


def _specification(video: Video) -> dict[str, Any]:
    """As api_specs/specs/VideoStatus*.json has it (v25.0, 2026-04-15): `bytes_transferred`, `completed`, `errors`."""
    word, uploading, processing, publishing = (
        part.replace("complete", "completed") for part in _words(video)
    )
    status: dict[str, Any] = {
        "video_status": word.replace("upload_completed", "upload_complete"),
        "uploading_phase": {"status": uploading, "bytes_transferred": video.received},
        "processing_phase": {"status": processing},
        "publishing_phase": {"status": publishing} | _publishing(video),
    }
    if video.expected is not None:
        status["uploading_phase"]["source_file_size"] = video.expected
    if video.stage is Stage.FAILED:
        status["processing_phase"]["errors"] = [NO_VIDEO]
    return status


def _publishing(video: Video) -> dict[str, Any]:
    if video.published_at is not None:
        return {"publish_status": "published", "publish_time": int(video.published_at)}
    if video.stage is Stage.READY:
        return {"publish_status": video.wanted.lower()}
    return {}
