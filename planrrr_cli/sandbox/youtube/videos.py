"""Videos that exist: listing, changing, deleting them, and setting their thumbnails."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube import errors, metadata
from planrrr_cli.sandbox.youtube.arriving import Arrived
from planrrr_cli.sandbox.youtube.lists import page, the_filter
from planrrr_cli.sandbox.youtube.model import Video
from planrrr_cli.sandbox.youtube.publishing import look, show
from planrrr_cli.sandbox.youtube.resources import etag, render, thumbnails
from planrrr_cli.sandbox.youtube.visit import Visit

OWNERS_ONLY: Final = ("fileDetails", "processingDetails", "suggestions")
LOOKED_AT: Final = frozenset({"status", "processingDetails", "fileDetails", "suggestions"})


def read(visit: Visit) -> Reply:
    """By id; what does not exist, and what the caller may not see, is left out without a word."""
    store = visit.store
    if the_filter(visit, "id", "chart", "myRating") != "id":
        return page(visit, "video", [], _nothing)
    if len(visit.asked["id"]) > 50:
        raise errors.google(
            400, "invalidFilters", "Too many ids.", "youtube.parameter", location="parameters.id"
        )
    found = [video for each in visit.asked["id"] if (video := store.video(each, visit.channel.id))]
    if set(OWNERS_ONLY) & set(visit.parts) and any(video.channel != visit.channel.id for video in found):
        told = "The request cannot access video file or processing information of others' videos."
        raise errors.google(403, "forbidden", told, "youtube.video", location="part", kind="parameter")
    if LOOKED_AT & set(visit.parts):
        for video in found:
            look(store, video)
    by_id = replace(visit, asked={})  # ids have no pages
    return page(
        by_id, "video", found, lambda video: render(store, video, visit.parts, visit.channel.id), len(found)
    )


def _nothing(_: object) -> dict[str, Any]:
    raise AssertionError("charts and ratings are not imitated")


def own(visit: Visit, video_id: str, domain: str, parameter: str) -> Video:
    """Raises Refusal: it does not exist (yet), or is another's."""
    found = visit.store.video(video_id, visit.channel.id)
    if found is None:
        raise errors.not_found("videoNotFound", "video", domain, parameter)
    if found.channel != visit.channel.id:
        raise errors.forbidden(domain, location="Authorization")
    return found


def update(visit: Visit) -> Reply:
    """Every field of the named parts that can be set is set: what is left out gets its default."""
    document, now = visit.document(), visit.store.now()
    if not document.get("id"):
        raise errors.required("id")
    video = own(visit, document["id"], "youtube.video", "id")
    if "snippet" in visit.parts and "categoryId" not in document.get("snippet", {}):
        told = "The request metadata specifies an invalid category."
        raise errors.invalid("invalidCategoryId", told, "body.snippet.categoryId")
    named = {part: document.get(part, {}) for part in visit.parts if part in metadata.SETTABLE}
    if "localizations" in visit.parts:
        named["localizations"] = document.get("localizations", {})
    before = video.document | named
    metadata.check(before)
    status = named.get("status", {})
    if "publishAt" in status and video.published:
        raise metadata.wrong_time()
    kept = video.document["status"].get("publishAt")
    if "status" in named and kept and status.get("privacyStatus") == "private" and "publishAt" not in status:
        before["status"] = status | {"publishAt": kept}  # leaving it out does not cancel the schedule
    video.document = metadata.completed(before, now)
    video.published = video.published or video.privacy != "private"
    visit.store.unsettled.add(video.id)
    show(visit.store, video)
    return json_reply(render(visit.store, video, visit.parts, visit.channel.id))


def delete(visit: Visit) -> Reply:
    if "id" not in visit.asked:
        raise errors.required("id")
    video = own(visit, visit.asked["id"], "youtube.video", "id")
    video.deleted = True
    visit.store.world.ledger.mark_deleted(video.id)
    return Reply(204)


def check_thumbnail(visit: Visit, _: dict[str, Any]) -> None:
    """Raises Refusal: no such video, or a channel that has not been verified by phone."""
    if "videoId" not in visit.asked:
        raise errors.required("videoId")
    own(visit, visit.asked["videoId"], "youtube.thumbnail", "videoId")
    if not visit.channel.verified:
        told = "The authenticated user doesn't have permissions to upload and set custom video thumbnails."
        raise errors.forbidden("youtube.thumbnail", told, "Authorization")


def set_thumbnail(visit: Visit, _: dict[str, Any], arrived: Arrived) -> dict[str, Any]:
    """Setting it again replaces it."""
    medium = arrived.intake.medium()
    if medium.mime not in ("image/jpeg", "image/png"):
        told = "The provided image content is invalid."
        raise errors.invalid("invalidImage", told, "body", "youtube.thumbnail")
    video = visit.store.videos[visit.asked["videoId"]]
    video.thumbnail = replace(medium, kind="thumbnail")
    if arrived.few is not None:
        visit.store.world.gallery.keep(medium.sha256, arrived.few)
    show(visit.store, video)
    items = [thumbnails(visit.store, video)]
    return {"kind": "youtube#thumbnailSetResponse", "etag": etag(items), "items": items}
