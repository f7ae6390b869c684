"""The YouTube twin's part of the state file. Sessions are in it without their bytes: they begin at 0 again."""

from dataclasses import asdict
from typing import Any

from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.youtube.model import (
    Caption,
    Channel,
    Comment,
    Playlist,
    PlaylistItem,
    Session,
    Video,
)
from planrrr_cli.sandbox.youtube.quota import Quota
from planrrr_cli.sandbox.youtube.store import Store


def dump(store: Store) -> dict[str, Any]:
    """What a running session was sent is forgotten, since a digest cannot be saved; a finished one keeps its answer."""
    with store.lock:
        return {
            "count": store.count,
            "quota": store.quota.dump(),
            "tokens": store.tokens.dump(),
            "channels": [asdict(one) for one in store.channels.values()],
            "sessions": [_session_document(one) for one in store.sessions.values()],
            "videos": [asdict(one) for one in store.videos.values()],
            "playlists": [asdict(one) for one in store.playlists.values()],
            "items": {name: [asdict(one) for one in items] for name, items in store.items.items()},
            "captions": [asdict(one) for one in store.captions.values()],
            "comments": [asdict(one) for one in store.comments.values()],
        }


def load(store: Store, document: dict[str, Any]) -> None:
    with store.lock:
        store.clear()
        store.count = document["count"]
        store.quota = Quota.load(document["quota"])
        store.tokens.load(document["tokens"])
        channels = [_channel(one) for one in document["channels"]]
        store.channels = {one.id: one for one in channels}
        store.uploads = {one.id: [] for one in channels}
        for one in document["sessions"]:
            query = [(name, value) for name, value in one["query"]]
            store.sessions[one["id"]] = Session(**one | {"query": query})
        for one in document["videos"]:
            video = _video(one)
            store.keep_video(video)
            store.unsettled.add(video.id)
        store.playlists = {one["id"]: Playlist(**one) for one in document["playlists"]}
        store.items = {
            name: [PlaylistItem(**one) for one in items] for name, items in document["items"].items()
        }
        captions = [Caption(**one | {"medium": Medium(**one["medium"])}) for one in document["captions"]]
        store.captions = {one.id: one for one in captions}
        store.comments = {one["id"]: Comment(**one) for one in document["comments"]}


def _session_document(session: Session) -> dict[str, Any]:
    return {name: getattr(session, name) for name in Session.__slots__ if name != "intake"}


def _channel(one: dict[str, Any]) -> Channel:
    return Channel(**one | {"scopes": tuple(one["scopes"]), "endings": tuple(one["endings"])})


def _video(one: dict[str, Any]) -> Video:
    thumbnail = Medium(**one["thumbnail"]) if one["thumbnail"] else None
    typed = {"medium": Medium(**one["medium"]), "thumbnail": thumbnail, "requests": tuple(one["requests"])}
    return Video(**one | typed)
