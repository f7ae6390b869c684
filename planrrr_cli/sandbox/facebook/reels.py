"""POST /{page}/video_reels: start and finish; the bytes in between go to rupload."""

from dataclasses import replace

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.model import Page, Stage, Video
from planrrr_cli.sandbox.facebook.parameters import REELS
from planrrr_cli.sandbox.facebook.publishing import accept_finish
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.times import read_schedule
from planrrr_cli.sandbox.facebook.visit import PUBLISH, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

# developers.facebook.com/documentation/video-api/guides/reels-publishing (updated 2026-07-30).
PER_DAY = 30
DAY = 24 * 3600


def start(visit: Visit) -> Reply:
    page = visit.page(visit.node, PUBLISH)
    visit.values(REELS)
    store = visit.store
    video = Video(store.numbers.next(), page.id, reel=True, created_at=store.now())
    video.requests.append(visit.request.sequence)
    store.videos[video.id] = video
    url = f"{store.world.url}/video-upload/{visit.version}/{video.id}"
    return json_reply({"video_id": video.id, "upload_url": url})


def finish(visit: Visit) -> Reply:
    """Accepts; what became of it is told by the video's status."""
    page = visit.page(visit.node, PUBLISH)
    values = visit.values(REELS)
    if "video_id" not in values:
        raise errors.missing_parameter("video_id")
    video = visit.store.videos.get(values["video_id"])
    if video is None or video.page_id != page.id or not video.reel:
        raise errors.unsupported("post", values["video_id"])
    if "video_state" not in values:
        raise errors.missing_parameter("video_state")
    if video.stage is Stage.UPLOADING:
        raise errors.upload_trouble("Not all bytes of the file were sent.")
    if video.stage is not Stage.UPLOADED and video.wanted != "DRAFT":
        raise errors.invalid_parameter("The video was finished already; read its status")
    _check_limit(visit.store, page, values["video_state"])
    if text := values.get("scheduled_publish_time"):
        video.scheduled_at = read_schedule(text, visit.store.now())
    elif values["video_state"] == "SCHEDULED":
        raise errors.missing_parameter("scheduled_publish_time")
    video.wanted = values["video_state"]
    video.title, video.description = values.get("title", ""), values.get("description", "")
    video.requests.append(visit.request.sequence)
    effect = accept_finish(visit.store, video, visit.orders.processing_looks, visit.orders.hide_seconds)
    return replace(json_reply({"success": True}), effect=effect)


def _check_limit(store: Store, page: Page, state: str) -> None:
    """30 reels per Page in a moving day, counted when publishing is asked for."""
    if state != "PUBLISHED":
        return
    since = store.now() - DAY
    mine = [video for video in store.videos.values() if video.page_id == page.id and video.reel]
    recent = [video for video in mine if video.published_at is not None and video.published_at > since]
    waiting = [video for video in mine if video.stage is Stage.PROCESSING]
    if len(recent) + len(waiting) >= PER_DAY:
        raise errors.reel_limit()
