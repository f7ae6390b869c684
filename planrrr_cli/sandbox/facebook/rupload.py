"""The upload host for reels, /video-upload/{version}/{video}: bytes or file_url, with its own form of error."""

from typing import Final

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import Stage, Video
from planrrr_cli.sandbox.facebook.videos import fetch_video
from planrrr_cli.sandbox.facebook.visit import PUBLISH, Visit
from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.wire import BLOCK, Delivery, Reply, json_reply

CALL: Final = "facebook.reel.upload"


class UploadRefused(Exception):
    """rupload's error body, which is not Graph's envelope."""

    def __init__(self, kind: str, message: str, *, retriable: bool, status: int = 400) -> None:
        super().__init__(message)
        self.kind, self.retriable, self.status = kind, retriable, status

    def reply(self) -> Reply:
        shown = {"retriable": self.retriable, "type": self.kind, "message": str(self)}
        return json_reply({"debug_info": shown}, self.status)


def by_status(status: int) -> Reply:
    told = "The request was refused" if status < 500 else "Request processing failed"
    return UploadRefused("ProcessingFailedError", told, retriable=status >= 500, status=status).reply()


def receive(visit: Visit) -> Reply:
    """Always answers; Graph's errors about token and permissions are told in rupload's form too."""
    try:
        with visit.store.lock:
            video = _video(visit)
        if url := visit.request.header("file_url"):
            return _from_url(visit, video, url)
        return _from_body(visit, video)
    except UploadRefused as refused:
        return refused.reply()
    except errors.GraphError as refused:
        status = 401 if refused.code == 190 else refused.status
        return UploadRefused("NotAuthorizedError", str(refused), retriable=False, status=status).reply()


def _video(visit: Visit) -> Video:
    if visit.request.method != "POST":
        raise UploadRefused("UnsupportedMethodError", "Use POST", retriable=False, status=405)
    if not visit.request.header("Authorization").startswith("OAuth "):
        raise UploadRefused(
            "NotAuthorizedError", "Authorization: OAuth <token> is missing", retriable=False, status=401
        )
    visit.grant()
    video = visit.store.videos.get(visit.node)
    if video is None or not video.reel:
        raise UploadRefused("NotFoundError", "There is no such upload", retriable=False, status=404)
    visit.page(video.page_id, PUBLISH)
    if video.stage is not Stage.UPLOADING:
        raise UploadRefused("OffsetInvalidError", "The upload is complete", retriable=False)
    return video


def _from_url(visit: Visit, video: Video, url: str) -> Reply:
    intake = fetch_video(visit, url)
    with visit.store.lock:
        if video.stage is Stage.UPLOADING:
            video.requests.append(visit.request.sequence)
            video.intake, video.received, video.expected = intake, intake.size, intake.size
            video.stage, video.medium = Stage.UPLOADED, intake.medium()
    return json_reply({"success": True})


def _from_body(visit: Visit, video: Video) -> Reply:
    offset, size = _number(visit, "offset"), _number(visit, "file_size")
    with visit.store.lock:
        if video.expected not in (None, size):
            raise UploadRefused(
                "PartialRequestError", f"file_size was {video.expected} before", retriable=True
            )
        if offset != video.received:
            told = f"offset {offset} is not {video.received}, where the upload stands"
            raise UploadRefused("OffsetInvalidError", told, retriable=True)
        if visit.request.body.length > size - offset or size == 0:
            raise UploadRefused("PartialRequestError", "more bytes than file_size says", retriable=True)
        video.expected = size
        video.requests.append(visit.request.sequence)
    if not _pump(visit, video):
        return Reply(0, delivery=Delivery.RESET)
    with visit.store.lock:
        if video.received < size:
            told = f"{video.received} bytes of {size} were received"
            raise UploadRefused("PartialRequestError", told, retriable=True)
        video.stage, video.medium = Stage.UPLOADED, video.intake.medium()
    return json_reply({"success": True})


def _number(visit: Visit, header: str) -> int:
    text = visit.request.header(header)
    if not (text.isascii() and text.isdecimal() and len(text) < 16):
        raise UploadRefused(
            "HeaderInvalidError", f"the header {header} is missing or no number", retriable=False
        )
    return int(text)


def _pump(visit: Visit, video: Video) -> bool:
    """Keep the bytes as they come, also when the client breaks off; False when a `break` fault cut them."""
    fault = visit.store.world.faults.take(CALL, video.page_id, None, {Kind.BREAK})
    left = int(fault.number) if fault else None
    body, position = visit.request.body, video.received
    while left is None or left > 0:
        block = body.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            return fault is None
        with visit.store.lock:
            if video.received != position or video.stage is not Stage.UPLOADING:
                raise UploadRefused(
                    "OffsetInvalidError", "another request uploads this video", retriable=True
                )
            video.intake.add(block)
            video.received = position = video.intake.size
        left = None if left is None else left - len(block)
    return False
