"""Channels, categories and the search."""

from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.lists import page, the_filter
from planrrr_cli.sandbox.youtube.metadata import CATEGORIES, NOT_ASSIGNABLE
from planrrr_cli.sandbox.youtube.model import Video
from planrrr_cli.sandbox.youtube.resources import etag, render, render_channel, resource
from planrrr_cli.sandbox.youtube.visit import Visit

# The search knows a video only after a while (minutes to hours, as third parties saw); here by the sandbox's clock.
INDEX_LAG: Final = 900


def channels(visit: Visit) -> Reply:
    store = visit.store
    kind = the_filter(visit, "mine", "id", "forHandle", "forUsername", "managedByMe", "mySubscribers")
    match kind:
        case "mine":
            found = [visit.channel]
        case "id":
            found = [one for one in store.channels.values() if one.id in visit.asked["id"]]
        case "managedByMe" | "mySubscribers":
            raise errors.forbidden("youtube.channel", location="Authorization")
        case _:
            found = []
    return page(visit, "channel", found, lambda one: render_channel(store, one, visit.parts))


def categories(visit: Visit) -> Reply:
    """The same in every region."""
    kind = the_filter(visit, "id", "regionCode")
    found = [one for one in CATEGORIES if kind != "id" or one in visit.asked["id"]]
    if kind == "id" and len(found) < len(visit.asked["id"]):
        raise errors.not_found("videoCategoryNotFound", "video category", "youtube.videoCategory", "id")
    return page(visit, "videoCategory", found, lambda one: _category(visit, one), size=len(found))


def _category(visit: Visit, identity: str) -> dict[str, Any]:
    snippet = {
        "title": CATEGORIES[identity],
        "assignable": identity not in NOT_ASSIGNABLE,
        "channelId": "UCBR8-60-B28hp2BmDPdntcQ",
    }
    return resource("videoCategory", identity, {"snippet": snippet}, visit.parts)


def search(visit: Visit) -> Reply:
    """Videos by words in title and description, newest first; one's own, private too, with forMine or forDeveloper."""
    store, asked = visit.store, visit.asked
    narrowed = [name for name in ("forMine", "forDeveloper") if asked.get(name)]
    if len(narrowed) > 1 or (narrowed and asked.get("type") != ["video"]):
        raise errors.incompatible([*narrowed, "type"])
    owner = visit.channel.id if narrowed else asked.get("channelId")
    words = asked.get("q", "").lower()
    found = [
        video
        for video in sorted(store.videos.values(), key=lambda one: one.created_at, reverse=True)
        if video.created_at + INDEX_LAG <= store.now()
        and owner in (None, video.channel)
        and store.video(video.id, visit.channel.id)
        and (video.privacy == "public" or narrowed)
        and words
        in f"{video.document['snippet']['title']}\n{video.document['snippet']['description']}".lower()
        and "video" in asked.get("type", ["video"])
    ]
    return page(visit, "search", found, lambda video: _result(visit, video))


def _result(visit: Visit, video: Video) -> dict[str, Any]:
    whole = render(visit.store, video, ("snippet",), visit.channel.id)["snippet"]
    names = (
        "publishedAt",
        "channelId",
        "title",
        "description",
        "thumbnails",
        "channelTitle",
        "liveBroadcastContent",
    )
    told: dict[str, Any] = {"kind": "youtube#searchResult", "etag": etag(whole)}
    told["id"] = {"kind": "youtube#video", "videoId": video.id}
    return told | ({"snippet": {name: whole[name] for name in names}} if "snippet" in visit.parts else {})
