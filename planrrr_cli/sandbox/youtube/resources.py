"""Resources as the API shows them, part by part; who may see what is decided before."""

import hashlib
import json
from collections.abc import Iterable
from typing import Any

from planrrr_cli.sandbox.youtube.model import Caption, Channel, Comment, Playlist, PlaylistItem, Video
from planrrr_cli.sandbox.youtube.store import Store
from planrrr_cli.sandbox.youtube.times import rfc3339

SIZES = {"default": (120, 90), "medium": (320, 180), "high": (480, 360)}
CUSTOM_SIZES = SIZES | {"standard": (640, 480), "maxres": (1280, 720)}


def resource(kind: str, identity: str, parts: dict[str, Any], wanted: Iterable[str]) -> dict[str, Any]:
    """Kind, etag and id, and the parts that were asked for and exist."""
    chosen = {part: parts[part] for part in wanted if parts.get(part) is not None}
    return {"kind": f"youtube#{kind}", "etag": etag(identity, chosen), "id": identity} | chosen


def etag(*content: object) -> str:
    text = json.dumps(content, sort_keys=True, default=str)
    return hashlib.sha256(text.encode()).hexdigest()[:27]


def thumbnails(store: Store, video: Video) -> dict[str, Any]:
    """A custom one is the file that was set, on our page; any other has an address that nobody answers."""
    if video.thumbnail is not None:
        url, sizes = f"{store.world.url}/_sandbox/media/{video.thumbnail.sha256}", CUSTOM_SIZES
    else:
        url, sizes = f"https://i.ytimg.com/vi/{video.id}/default.jpg", SIZES
    return {name: {"url": url, "width": size[0], "height": size[1]} for name, size in sizes.items()}


def render(store: Store, video: Video, wanted: Iterable[str], viewer: str) -> dict[str, Any]:
    snippet, status = video.document["snippet"], video.document["status"]
    owner = store.channels[video.channel]
    told = dict(status)
    if "selfDeclaredMadeForKids" in status and viewer != video.channel:
        del told["selfDeclaredMadeForKids"]
    reason = {"failed": "failureReason", "rejected": "rejectionReason"}.get(video.upload_status)
    parts = {
        "snippet": snippet
        | {
            "publishedAt": rfc3339(video.created_at),
            "channelId": owner.id,
            "channelTitle": owner.name,
            "thumbnails": thumbnails(store, video),
            "liveBroadcastContent": "none",
            "localized": {"title": snippet["title"], "description": snippet["description"]},
        },
        "status": told
        | {"uploadStatus": video.upload_status, "madeForKids": status.get("selfDeclaredMadeForKids", False)}
        | ({reason: video.reason} if reason else {}),
        "localizations": video.document.get("localizations"),
        "recordingDetails": video.document.get("recordingDetails"),
        "paidProductPlacementDetails": video.document.get("paidProductPlacementDetails"),
        "contentDetails": _content(store, video),
        "processingDetails": _processing(video),
        "fileDetails": _file(video),
        "player": {"embedHtml": f'<iframe src="//www.youtube.com/embed/{video.id}"></iframe>'},
        "statistics": {
            "viewCount": "0",
            "likeCount": "0",
            "favoriteCount": "0",
            "commentCount": _comments(store, video),
        },
    }
    return resource("video", video.id, parts, wanted)


def _content(store: Store, video: Video) -> dict[str, Any]:
    return {
        "duration": "P0D",
        "dimension": "2d",
        "definition": "hd",
        "caption": "true" if any(one.video == video.id for one in store.captions.values()) else "false",
        "licensedContent": False,
        "contentRating": {},
        "projection": "rectangular",
        "hasCustomThumbnail": video.thumbnail is not None,
    }


def _processing(video: Video) -> dict[str, Any]:
    if not video.settled:
        progress = {"partsTotal": "100", "partsProcessed": "40", "timeLeftMs": "60000"}
        return {
            "processingStatus": "processing",
            "processingProgress": progress,
            "fileDetailsAvailability": "inProgress",
            "thumbnailsAvailability": "inProgress",
        }
    ended = {"fileDetailsAvailability": "available", "thumbnailsAvailability": "available"}
    match video.upload_status:
        case "failed":
            return {"processingStatus": "failed", "processingFailureReason": "transcodeFailed"} | ended
        case "rejected":
            return {"processingStatus": "terminated"} | ended
        case _:
            return {"processingStatus": "succeeded"} | ended


def _file(video: Video) -> dict[str, Any] | None:
    """Known once processing is over, as `fileDetailsAvailability` says."""
    if not video.settled:
        return None
    named = {"fileName": video.file_name} if video.file_name else {}
    kind = "video" if video.medium.kind == "video" else "image" if video.medium.kind == "image" else "other"
    return named | {"fileSize": str(video.medium.size), "fileType": kind}


def _comments(store: Store, video: Video) -> str:
    return str(sum(one.video == video.id for one in store.comments.values()))


def render_playlist(store: Store, playlist: Playlist, wanted: Iterable[str]) -> dict[str, Any]:
    snippet = playlist.document["snippet"]
    words = {"title": snippet["title"], "description": snippet.get("description", "")}
    parts = {
        "snippet": snippet
        | words
        | {
            "publishedAt": rfc3339(playlist.created_at),
            "channelId": playlist.channel,
            "channelTitle": store.channels[playlist.channel].name,
            "thumbnails": {},
            "localized": words,
        },
        "status": playlist.document["status"],
        "contentDetails": {"itemCount": len(store.items[playlist.id])},
        "localizations": playlist.document.get("localizations"),
        "player": {
            "embedHtml": f'<iframe src="//www.youtube.com/embed/videoseries?list={playlist.id}"></iframe>'
        },
    }
    return resource("playlist", playlist.id, parts, wanted)


def render_item(
    store: Store, item: PlaylistItem, position: int, owner: str, wanted: Iterable[str]
) -> dict[str, Any]:
    video = store.videos[item.video]
    note = {"note": item.note} if item.note else {}
    parts = {
        "snippet": {
            "publishedAt": rfc3339(item.created_at),
            "channelId": owner,
            "title": video.document["snippet"]["title"],
            "description": video.document["snippet"]["description"],
            "thumbnails": thumbnails(store, video),
            "channelTitle": store.channels[owner].name,
            "playlistId": item.playlist,
            "position": position,
            "resourceId": {"kind": "youtube#video", "videoId": video.id},
            "videoOwnerChannelTitle": store.channels[video.channel].name,
            "videoOwnerChannelId": video.channel,
        },
        "contentDetails": {"videoId": video.id, "videoPublishedAt": rfc3339(video.created_at)} | note,
        "status": {"privacyStatus": video.privacy},
    }
    return resource("playlistItem", item.id, parts, wanted)


def render_caption(caption: Caption, wanted: Iterable[str]) -> dict[str, Any]:
    snippet = {
        "videoId": caption.video,
        "lastUpdated": rfc3339(caption.created_at),
        "trackKind": "standard",
        "language": caption.language,
        "name": caption.name,
        "audioTrackType": "unknown",
        "isCC": False,
        "isLarge": False,
        "isEasyReader": False,
        "isDraft": caption.draft,
        "isAutoSynced": False,
        "status": "serving",
    }
    return resource("caption", caption.id, {"snippet": snippet}, wanted)


def render_thread(store: Store, comment: Comment, wanted: Iterable[str], shown: str) -> dict[str, Any]:
    """`shown` is the text in the format that was asked for."""
    author, owner = store.channels[comment.channel], store.videos[comment.video].channel
    inner = {
        "channelId": owner,
        "videoId": comment.video,
        "textDisplay": shown,
        "textOriginal": comment.text,
        "authorDisplayName": author.name,
        "authorChannelUrl": f"http://www.youtube.com/channel/{author.id}",
        "authorChannelId": {"value": author.id},
        "canRate": True,
        "viewerRating": "none",
        "likeCount": 0,
        "publishedAt": rfc3339(comment.created_at),
        "updatedAt": rfc3339(comment.created_at),
    }
    snippet = {
        "channelId": owner,
        "videoId": comment.video,
        "topLevelComment": resource("comment", comment.id, {"snippet": inner}, ["snippet"]),
        "canReply": True,
        "totalReplyCount": 0,
        "isPublic": True,
    }
    return resource("commentThread", comment.id, {"snippet": snippet}, wanted)


def render_channel(store: Store, channel: Channel, wanted: Iterable[str]) -> dict[str, Any]:
    videos = [store.videos[each] for each in store.uploads[channel.id]]
    count = sum(video.privacy == "public" and not video.deleted for video in videos)
    words = {"title": channel.name, "description": ""}
    parts = {
        "snippet": words
        | {
            "customUrl": f"@{''.join(one for one in channel.name.lower() if one.isalnum())}",
            "publishedAt": "2015-05-05T05:05:05Z",
            "thumbnails": {},
            "localized": words,
        },
        "contentDetails": {"relatedPlaylists": {"likes": "", "uploads": channel.uploads}},
        "statistics": {
            "viewCount": "0",
            "subscriberCount": "0",
            "hiddenSubscriberCount": False,
            "videoCount": str(count),
        },
        "status": {
            "privacyStatus": "public",
            "isLinked": True,
            "longUploadsStatus": "allowed" if channel.verified else "eligible",
        },
    }
    return resource("channel", channel.id, parts, wanted)
