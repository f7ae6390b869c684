"""The table of methods: path, scopes, query parameters and parts of each, and the function that answers.

Source: the discovery document of YouTube Data API v3, revision 20261104.
"""

from typing import Final

from planrrr_cli.sandbox.wire import Reply, html_reply
from planrrr_cli.sandbox.youtube import (
    captions,
    comments,
    login,
    oauth,
    playlists,
    publishing,
    reading,
    schemas,
    videos,
)
from planrrr_cli.sandbox.youtube.method import Media, Method
from planrrr_cli.sandbox.youtube.model import FORCE_SSL, MANAGE, PREFIX, READONLY, UPLOAD
from planrrr_cli.sandbox.youtube.parameters import (
    CHANNEL_OWNER,
    CHANNEL_PARTS,
    ITEM_PARTS,
    OWNER,
    PAGES,
    PLAYLIST_PARTS,
    VIDEO_PARTS,
)
from planrrr_cli.sandbox.youtube.visit import Visit

PARTNER: Final = f"{PREFIX}youtubepartner"
UPLOADING: Final = (MANAGE, FORCE_SSL, UPLOAD, PARTNER)
READING: Final = (MANAGE, FORCE_SSL, READONLY, PARTNER)
CHANGING: Final = (MANAGE, FORCE_SSL, PARTNER)
CAPTIONING: Final = (FORCE_SSL, PARTNER)
COMMENTING: Final = (FORCE_SSL,)

VIDEO_MEDIA: Final = Media(
    ("video/*", "application/octet-stream"),
    274_877_906_944,
    "youtube.video",
    publishing.check,
    publishing.finish,
    publishes=True,
)
THUMBNAIL_MEDIA: Final = Media(
    ("image/jpeg", "image/png", "application/octet-stream"),
    52_428_800,
    "youtube.thumbnail",
    videos.check_thumbnail,
    videos.set_thumbnail,
)
CAPTION_MEDIA: Final = Media(
    ("text/xml", "application/octet-stream", "*/*"),
    104_857_600,
    "youtube.caption",
    captions.check,
    captions.finish,
)
V3: Final = "/youtube/v3"
TABLE: Final = (
    Method(
        "youtube.videos.insert",
        "POST",
        f"/upload{V3}/videos",
        scopes=UPLOADING,
        parameters=CHANNEL_OWNER | dict.fromkeys(("autoLevels", "notifySubscribers", "stabilize"), "boolean"),
        parts=VIDEO_PARTS,
        resource="video",
        schema=schemas.VIDEO,
        media=VIDEO_MEDIA,
    ),
    Method(
        "youtube.thumbnails.set",
        "POST",
        f"/upload{V3}/thumbnails/set",
        scopes=UPLOADING,
        parameters=OWNER | {"videoId": "string"},
        media=THUMBNAIL_MEDIA,
    ),
    Method(
        "youtube.captions.insert",
        "POST",
        f"/upload{V3}/captions",
        scopes=CAPTIONING,
        parameters=OWNER | {"onBehalfOf": "string", "sync": "boolean"},
        parts=("id", "snippet"),
        resource="caption",
        schema=schemas.CAPTION,
        media=CAPTION_MEDIA,
    ),
    Method(
        "youtube.videos.list",
        "GET",
        f"{V3}/videos",
        videos.read,
        READING,
        OWNER
        | {"id": "[string]", "chart": "chartUnspecified|mostPopular", "myRating": "none|like|dislike"}
        | {"hl": "string", "locale": "string", "regionCode": "string", "videoCategoryId": "string"}
        | {"maxHeight": "72..8192", "maxWidth": "72..8192", "maxResults": "1..50", "pageToken": "string"},
        VIDEO_PARTS,
    ),
    Method(
        "youtube.videos.update",
        "PUT",
        f"{V3}/videos",
        videos.update,
        CHANGING,
        OWNER,
        VIDEO_PARTS,
        "video",
        schemas.VIDEO,
    ),
    Method(
        "youtube.videos.delete", "DELETE", f"{V3}/videos", videos.delete, CHANGING, OWNER | {"id": "string"}
    ),
    Method(
        "youtube.channels.list",
        "GET",
        f"{V3}/channels",
        reading.channels,
        READING,
        OWNER
        | PAGES
        | {"id": "[string]", "mine": "boolean", "managedByMe": "boolean", "mySubscribers": "boolean"}
        | dict.fromkeys(("categoryId", "forHandle", "forUsername", "hl"), "string"),
        CHANNEL_PARTS,
    ),
    Method(
        "youtube.playlists.list",
        "GET",
        f"{V3}/playlists",
        playlists.read,
        READING,
        CHANNEL_OWNER | PAGES | {"id": "[string]", "channelId": "string", "mine": "boolean", "hl": "string"},
        PLAYLIST_PARTS,
    ),
    Method(
        "youtube.playlists.insert",
        "POST",
        f"{V3}/playlists",
        playlists.insert,
        CHANGING,
        CHANNEL_OWNER,
        PLAYLIST_PARTS,
        "playlist",
        schemas.PLAYLIST,
    ),
    Method(
        "youtube.playlistItems.list",
        "GET",
        f"{V3}/playlistItems",
        playlists.read_items,
        READING,
        OWNER | PAGES | {"id": "[string]", "playlistId": "string", "videoId": "string"},
        ITEM_PARTS,
    ),
    Method(
        "youtube.playlistItems.insert",
        "POST",
        f"{V3}/playlistItems",
        playlists.insert_item,
        CHANGING,
        OWNER,
        ITEM_PARTS,
        "playlist_item",
        schemas.PLAYLIST_ITEM,
    ),
    Method(
        "youtube.captions.list",
        "GET",
        f"{V3}/captions",
        captions.read,
        CAPTIONING,
        OWNER | {"onBehalfOf": "string", "id": "[string]", "videoId": "string"},
        ("id", "snippet"),
    ),
    Method(
        "youtube.commentThreads.list",
        "GET",
        f"{V3}/commentThreads",
        comments.read,
        COMMENTING,
        {"id": "[string]", "maxResults": "1..100", "pageToken": "string"}
        | dict.fromkeys(("allThreadsRelatedToChannelId", "channelId", "searchTerms", "videoId"), "string")
        | {"moderationStatus": "published|heldForReview|likelySpam|rejected"}
        | {"order": "orderUnspecified|time|relevance", "textFormat": "textFormatUnspecified|html|plainText"},
        ("id", "replies", "snippet"),
    ),
    Method(
        "youtube.commentThreads.insert",
        "POST",
        f"{V3}/commentThreads",
        comments.insert,
        COMMENTING,
        {},
        ("id", "replies", "snippet"),
        "comment_thread",
        schemas.COMMENT_THREAD,
    ),
    Method(
        "youtube.videoCategories.list",
        "GET",
        f"{V3}/videoCategories",
        reading.categories,
        READING,
        {"id": "[string]", "regionCode": "string", "hl": "string"},
        ("id", "snippet"),
    ),
    Method(
        "youtube.search.list",
        "GET",
        f"{V3}/search",
        reading.search,
        READING,
        OWNER
        | PAGES
        | {"type": "[string]", "forMine": "boolean", "forDeveloper": "boolean"}
        | dict.fromkeys(
            ("channelId", "q", "order", "publishedAfter", "publishedBefore", "regionCode"), "string"
        ),
        ("id", "snippet"),
    ),
    Method("youtube.login.authorize", "GET", "/o/oauth2/v2/auth", login.authorize),
    Method("youtube.token.refresh", "POST", "/token", oauth.token),
    Method("youtube.token.revoke", "POST", "/revoke", oauth.revoke),
)
PATHS: Final = frozenset(method.path for method in TABLE)


def nowhere(_: Visit) -> Reply:
    page = "<!DOCTYPE html>\n<html lang=en>\n  <title>Error 404 (Not Found)!!1</title>\n  <p>404.\n"
    return html_reply(page, 404)


UNKNOWN: Final = Method("youtube.unknown", "", "", nowhere)


def find(verb: str, path: str) -> Method:
    path = path.removeprefix("/resumable")
    return next((one for one in TABLE if (one.verb, one.path) == (verb, path)), UNKNOWN)


def by_call(call: str) -> Method:
    return next(one for one in TABLE if one.call == call)
