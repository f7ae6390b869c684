"""A video's life: it comes into being with its last byte, is processed, becomes public, and is seen in the ledger."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.youtube import metadata, quotaerrors
from planrrr_cli.sandbox.youtube.arriving import Arrived
from planrrr_cli.sandbox.youtube.model import Channel, Video
from planrrr_cli.sandbox.youtube.resources import render
from planrrr_cli.sandbox.youtube.store import Store
from planrrr_cli.sandbox.youtube.times import moment
from planrrr_cli.sandbox.youtube.visit import Visit

PROCESSED: Final = "processed"
NO_VIDEO: Final = "failed:invalidFile"


def check(visit: Visit, document: dict[str, Any]) -> None:
    """Raises Refusal: the metadata, or how much this channel uploaded within a day."""
    metadata.check(document)
    limit = visit.channel.upload_limit
    if limit is not None and visit.store.recent_uploads(visit.channel.id) >= limit:
        raise quotaerrors.channel_limit()


def finish(visit: Visit, document: dict[str, Any], arrived: Arrived) -> dict[str, Any]:
    """The video, as the last answer of its upload shows it."""
    store, now = visit.store, visit.store.now()
    medium = arrived.intake.medium()
    if arrived.is_video:
        medium = replace(medium, kind="video")
    video = Video(
        id=store.new_id("video", 11),
        channel=visit.channel.id,
        document=metadata.completed(document, now),
        medium=medium,
        file_name=arrived.file_name,
        created_at=now,
        ending=_ending(store, visit.channel, arrived),
        looks_left=visit.orders.processing_looks or None,
        hidden_until=now + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
        requests=arrived.requests,
    )
    video.published = video.privacy != "private"
    store.keep_video(video)
    store.unsettled.add(video.id)
    store.world.ledger.append(_entry(visit, video, document))
    return render(store, video, visit.parts, visit.channel.id)


def _ending(store: Store, channel: Channel, arrived: Arrived) -> str:
    if channel.endings:
        ending, *later = channel.endings
        store.channels[channel.id] = replace(channel, endings=tuple(later))
        return ending
    return PROCESSED if arrived.is_video else NO_VIDEO


def _entry(visit: Visit, video: Video, document: dict[str, Any]) -> Entry:
    told: dict[str, Any] = {"notify_subscribers": visit.asked.get("notifySubscribers", True)}
    if "privacyStatus" not in document.get("status", {}):
        told["privacy_left_out"] = True
    entry = Entry(
        platform="youtube",
        account_id=video.channel,
        remote_id=video.id,
        path=watch_path(video.id),
        text="",
        created_at=video.created_at,
        requests=video.requests,
        extra=told,
    )
    return described(entry, video)


def watch_path(video_id: str) -> str:
    return f"/watch?v={video_id}"


def described(entry: Entry, video: Video) -> Entry:
    """The entry with everything that is now true of the video; what only others know of it stays."""
    snippet, status = video.document["snippet"], video.document["status"]
    extra = {
        "privacy": status["privacyStatus"],
        "upload_status": video.upload_status,
        "reason": video.reason,
        "publish_at": status.get("publishAt"),
        "category": snippet["categoryId"],
        "tags": snippet.get("tags"),
        "made_for_kids": status.get("selfDeclaredMadeForKids"),
        "synthetic_media": status.get("containsSyntheticMedia"),
        "license": status["license"] if status["license"] != "youtube" else None,
        "file_name": video.file_name,
    }
    told = {name: value for name, value in extra.items() if value not in (None, "", [])}
    thumbnail = () if video.thumbnail is None else (replace(video.thumbnail, kind="thumbnail"),)
    others = tuple(one for one in entry.media if one.kind == "subtitles")
    kept = {name: value for name, value in entry.extra.items() if name not in extra}
    return replace(
        entry,
        title=snippet["title"],
        text=snippet["description"],
        media=(video.medium, *thumbnail, *others),
        extra=kept | told,
    )


def show(store: Store, video: Video) -> None:
    """The ledger's entry follows the video."""
    store.world.ledger.amend(video.id, lambda entry: described(entry, video))


def show_captions(store: Store, video_id: str, medium: Medium) -> None:
    store.world.ledger.amend(video_id, lambda entry: replace(entry, media=(*entry.media, medium)))


def show_playlist(store: Store, video_id: str, playlist: str) -> None:
    """Twice in a playlist is told twice."""

    def change(entry: Entry) -> Entry:
        return replace(
            entry, extra=entry.extra | {"playlists": [*entry.extra.get("playlists", []), playlist]}
        )

    store.world.ledger.amend(video_id, change)


def look(store: Store, video: Video) -> None:
    """One look at the status. Processing is over at the first, unless a fault asked for more."""
    if not video.settled:
        if video.looks_left:
            video.looks_left -= 1
        else:
            _end(store, video)


def settle(store: Store) -> None:
    """End the processing that nobody has to look at, and publish what is due."""
    for video_id in list(store.unsettled):
        video = store.videos[video_id]
        if not video.settled and video.looks_left is None:
            _end(store, video)
        due = moment(video.document["status"].get("publishAt", ""))
        if due is not None and due <= store.now() and not video.deleted:
            del video.document["status"]["publishAt"]
            video.document["status"]["privacyStatus"] = "public"
            video.published, due = True, None
            show(store, video)
        if video.settled and due is None:
            store.unsettled.discard(video_id)


def _end(store: Store, video: Video) -> None:
    video.settled = True
    show(store, video)
