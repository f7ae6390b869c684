"""Playlists and what is in them. Inserting a video twice puts it there twice."""

from typing import Any

from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.lists import page, the_filter
from planrrr_cli.sandbox.youtube.model import Playlist, PlaylistItem
from planrrr_cli.sandbox.youtube.publishing import show_playlist
from planrrr_cli.sandbox.youtube.resources import render_item, render_playlist
from planrrr_cli.sandbox.youtube.visit import Visit

MOST_ITEMS = 5000


def read(visit: Visit) -> Reply:
    """Newest first; others' private ones are left out. The uploads playlist is found by its id only."""
    store, me = visit.store, visit.channel.id
    kind = the_filter(visit, "id", "channelId", "mine")
    owner = me if kind == "mine" else visit.asked["channelId"] if kind == "channelId" else None
    found = [one for one in reversed(store.playlists.values()) if owner in (None, one.channel)]
    if kind == "id":
        found = [one for one in found if one.id in visit.asked["id"]]
    seen = [one for one in found if one.channel == me or one.document["status"]["privacyStatus"] == "public"]
    return page(visit, "playlist", seen, lambda one: render_playlist(store, one, visit.parts))


def insert(visit: Visit) -> Reply:
    document, store = visit.document(), visit.store
    snippet = {
        name: document.get("snippet", {}).get(name) for name in ("title", "description", "defaultLanguage")
    }
    title = snippet["title"] or ""
    if not title.strip():
        told = "The request must specify a playlist title."
        raise errors.invalid("playlistTitleRequired", told, "body.snippet.title", "youtube.playlist")
    if (
        len(title) > 150
        or len((snippet["description"] or "").encode()) > 5000
        or "<" in title
        or ">" in title
    ):
        told = "The request provides an invalid playlist snippet."
        raise errors.invalid("invalidPlaylistSnippet", told, "body.snippet", "youtube.playlist")
    privacy = document.get("status", {}).get("privacyStatus", "public")
    kept: dict[str, Any] = {"snippet": {name: value for name, value in snippet.items() if value is not None}}
    kept |= {"status": {"privacyStatus": privacy}}
    playlist = Playlist(f"PL{store.new_id('playlist', 32)}", visit.channel.id, kept, store.now())
    store.playlists[playlist.id], store.items[playlist.id] = playlist, []
    return json_reply(render_playlist(store, playlist, visit.parts))


def read_items(visit: Visit) -> Reply:
    """`videoId` narrows a playlist; alone it is no filter."""
    store, me = visit.store, visit.channel.id
    if the_filter(visit, "id", "playlistId") == "id":
        lists = [store.items_of(playlist, me) or [] for playlist in store.playlists]
        wanted = visit.asked["id"]
        found = [one for items in lists for one in enumerate(items) if one[1].id in wanted]
    else:
        listed = store.items_of(visit.asked["playlistId"], me)
        if listed is None:
            raise _no_playlist("playlistId")
        video = visit.asked.get("videoId")
        found = [one for one in enumerate(listed) if video in (None, one[1].video)]
    return page(visit, "playlistItem", found, lambda one: _rendered(visit, *one))


def _no_playlist(parameter: str) -> errors.Refusal:
    return errors.not_found("playlistNotFound", "playlist", "youtube.playlistItem", parameter)


def _rendered(visit: Visit, position: int, item: PlaylistItem) -> dict[str, Any]:
    store = visit.store
    playlist = store.playlists.get(item.playlist)
    owner = playlist.channel if playlist else store.videos[item.video].channel
    return render_item(store, item, position, owner, visit.parts)


def insert_item(visit: Visit) -> Reply:
    document, store = visit.document(), visit.store
    snippet = document.get("snippet", {})
    thing = snippet.get("resourceId", {})
    if not snippet.get("playlistId"):
        raise _wrong("playlistIdRequired", "snippet.playlistId")
    if not thing.get("videoId"):
        raise _wrong("resourceIdRequired", "snippet.resourceId")
    if thing.get("kind") != "youtube#video":
        raise _wrong("invalidResourceType", "snippet.resourceId.kind")
    playlist = store.playlists.get(snippet["playlistId"])
    if playlist is None:
        if any(one.uploads == snippet["playlistId"] for one in store.channels.values()):
            raise _wrong("playlistOperationUnsupported", "snippet.playlistId")
        raise _no_playlist("snippet.playlistId")
    if playlist.channel != visit.channel.id:
        raise errors.invalid(
            "playlistItemsNotAccessible", "Forbidden", "Authorization", "youtube.playlistItem", 403
        )
    if store.video(thing["videoId"], visit.channel.id) is None:
        raise errors.not_found("videoNotFound", "video", "youtube.playlistItem", "snippet.resourceId.videoId")
    items = store.items[playlist.id]
    if len(items) >= MOST_ITEMS:
        message = "The playlist already contains the maximum number of items."
        raise errors.google(403, "playlistContainsMaximumNumberOfVideos", message, "youtube.playlistItem")
    position = snippet.get("position", len(items))
    if not 0 <= position <= len(items):
        raise _wrong("invalidPlaylistItemPosition", "snippet.position")
    note = document.get("contentDetails", {}).get("note")
    item = PlaylistItem(f"UE{store.new_id('item', 40)}", playlist.id, thing["videoId"], store.now(), note)
    items.insert(position, item)
    show_playlist(store, item.video, playlist.id)
    return json_reply(render_item(store, item, position, playlist.channel, visit.parts))


def _wrong(reason: str, place: str) -> errors.Refusal:
    told = f"The request's {place} is missing or cannot be used."
    return errors.invalid(reason, told, f"body.{place}", "youtube.playlistItem")
