"""What a JSON body may hold: a compact copy of the discovery document's resources, and the check against it.

Source: the discovery document of YouTube Data API v3, revision 20261104. A schema is text (a type's name, words with |
between them, `[x]` for a list of x) or a mapping of names to schemas, where `*` is any name.
"""

import json
import re
from typing import Any, Final

from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.times import moment

Schema = str | dict[str, Any]

_PRIVACY: Final = "public|unlisted|private"
_WORDS: Final = {"title": "string", "description": "string"}
_PICTURE: Final = {"url": "string", "width": "integer", "height": "integer"}
_PICTURES: Final = dict.fromkeys(
    ("default", "medium", "high", "standard", "maxres", "fhd", "qhd", "uhd", "shortsAspectRatio"), _PICTURE
)
_COMMON: Final = {"kind": "string", "etag": "string", "id": "string"}

VIDEO: Final[Schema] = {
    **_COMMON,
    "snippet": {
        **_WORDS,
        "tags": "[string]",
        "categoryId": "string",
        "channelId": "string",
        "channelTitle": "string",
        "defaultAudioLanguage": "string",
        "defaultLanguage": "string",
        "liveBroadcastContent": "none|upcoming|live|completed",
        "localized": _WORDS,
        "publishedAt": "time",
        "thumbnails": _PICTURES,
    },
    "status": {
        "privacyStatus": _PRIVACY,
        "publishAt": "time",
        "license": "youtube|creativeCommon",
        "embeddable": "boolean",
        "publicStatsViewable": "boolean",
        "selfDeclaredMadeForKids": "boolean",
        "madeForKids": "boolean",
        "containsSyntheticMedia": "boolean",
        "uploadStatus": "uploaded|processed|failed|rejected|deleted",
        "failureReason": "conversion|invalidFile|emptyFile|tooSmall|codec|uploadAborted",
        "rejectionReason": (
            "copyright|inappropriate|duplicate|termsOfUse|uploaderAccountSuspended|length|claim|uploaderAccountClosed"
            "|trademark|legal"
        ),
    },
    "localizations": {"*": _WORDS},
    "recordingDetails": {
        "recordingDate": "time",
        "locationDescription": "string",
        "location": {"latitude": "number", "longitude": "number", "altitude": "number"},
    },
    "paidProductPlacementDetails": {"hasPaidProductPlacement": "boolean"},
    "brandPartner": {"channelHandle": "string", "channelId": "string"},
    "contentDetails": {
        "caption": "true|false",
        "contentRating": "object",
        "countryRestriction": "object",
        "definition": "sd|hd",
        "dimension": "string",
        "duration": "string",
        "hasCustomThumbnail": "boolean",
        "licensedContent": "boolean",
        "projection": "rectangular|360",
        "regionRestriction": {"allowed": "[string]", "blocked": "[string]"},
    },
    "ageGating": {
        "alcoholContent": "boolean",
        "restricted": "boolean",
        "videoGameRating": "anyone|m15Plus|m16Plus|m17Plus",
    },
    **dict.fromkeys(
        ("fileDetails", "liveStreamingDetails", "monetizationDetails", "player", "processingDetails"),
        "object",
    ),
    **dict.fromkeys(("projectDetails", "statistics", "suggestions", "topicDetails"), "object"),
}
PLAYLIST: Final[Schema] = {
    **_COMMON,
    "snippet": {
        **_WORDS,
        "channelId": "string",
        "channelTitle": "string",
        "defaultLanguage": "string",
        "localized": _WORDS,
        "publishedAt": "time",
        "tags": "[string]",
        "thumbnailVideoId": "string",
        "thumbnails": _PICTURES,
    },
    "status": {"privacyStatus": _PRIVACY, "podcastStatus": "enabled|disabled"},
    "localizations": {"*": _WORDS},
    "contentDetails": {"itemCount": "integer"},
    "player": {"embedHtml": "string"},
}
PLAYLIST_ITEM: Final[Schema] = {
    **_COMMON,
    "snippet": {
        **_WORDS,
        "channelId": "string",
        "channelTitle": "string",
        "playlistId": "string",
        "position": "integer",
        "publishedAt": "time",
        "resourceId": {"kind": "string", "videoId": "string", "channelId": "string", "playlistId": "string"},
        "thumbnails": _PICTURES,
        "videoOwnerChannelId": "string",
        "videoOwnerChannelTitle": "string",
    },
    "contentDetails": {
        "videoId": "string",
        "note": "string",
        "startAt": "string",
        "endAt": "string",
        "videoPublishedAt": "time",
    },
    "status": {"privacyStatus": _PRIVACY},
}
CAPTION: Final[Schema] = {
    **_COMMON,
    "snippet": {
        "videoId": "string",
        "language": "string",
        "name": "string",
        "isDraft": "boolean",
        "isCC": "boolean",
        "isLarge": "boolean",
        "isEasyReader": "boolean",
        "isAutoSynced": "boolean",
        "audioTrackType": "unknown|primary|commentary|descriptive",
        "trackKind": "standard|ASR|forced",
        "status": "serving|syncing|failed",
        "failureReason": "unknownFormat|unsupportedFormat|processingFailed",
        "lastUpdated": "time",
    },
}
COMMENT: Final[Schema] = {
    **_COMMON,
    "snippet": {
        "textOriginal": "string",
        "textDisplay": "string",
        "authorChannelId": {"value": "string"},
        "authorChannelUrl": "string",
        "authorDisplayName": "string",
        "authorProfileImageUrl": "string",
        "canRate": "boolean",
        "channelId": "string",
        "imageUrl": "string",
        "likeCount": "integer",
        "moderationStatus": "published|heldForReview|likelySpam|rejected",
        "parentId": "string",
        "publishedAt": "time",
        "updatedAt": "time",
        "videoId": "string",
        "viewerRating": "none|like|dislike",
    },
}
COMMENT_THREAD: Final[Schema] = {
    **_COMMON,
    "snippet": {
        "videoId": "string",
        "channelId": "string",
        "topLevelComment": COMMENT,
        "canReply": "boolean",
        "isPublic": "boolean",
        "totalReplyCount": "integer",
    },
    "replies": {"comments": "[object]"},
}

_TYPES: Final[dict[str, tuple[str, type | tuple[type, ...]]]] = {
    "string": ("TYPE_STRING", str),
    "boolean": ("TYPE_BOOL", bool),
    "integer": ("TYPE_UINT32", int),
    "number": ("TYPE_DOUBLE", (int, float)),
    "object": ("TYPE_MESSAGE", dict),
}


def check(value: object, schema: Schema, path: str) -> None:
    """Raises Refusal for the first name that is unknown and the first value of a wrong kind."""
    if isinstance(schema, dict):
        if not isinstance(value, dict):
            raise errors.wrong_value(_snake(path), "TYPE_MESSAGE", json.dumps(value)[:100])
        for name, part in value.items():
            inner = schema.get(name, schema.get("*"))
            if inner is None:
                raise errors.unknown_field(name[:100], _snake(path))
            check(part, inner, f"{path}.{name}")
    elif schema.startswith("["):
        if not isinstance(value, list):
            raise errors.wrong_value(_snake(path), "TYPE_STRING", json.dumps(value)[:100])
        for index, part in enumerate(value):
            check(part, schema[1:-1], f"{path}[{index}]")
    elif schema == "time":
        if not isinstance(value, str) or moment(value) is None:
            raise errors.wrong_value(
                _snake(path), "type.googleapis.com/google.protobuf.Timestamp", json.dumps(value)
            )
    elif schema in _TYPES:
        name, wanted = _TYPES[schema]
        if not isinstance(value, wanted) or (isinstance(value, bool) and wanted is not bool):
            raise errors.wrong_value(_snake(path), name, json.dumps(value)[:100])
        if isinstance(value, str) and any("\ud800" <= one <= "\udfff" for one in value):
            raise errors.parse_error()
    elif value not in schema.split("|"):
        raise errors.wrong_value(_snake(path), "TYPE_ENUM", json.dumps(value)[:100])


def _snake(path: str) -> str:
    return re.sub(r"(?<=[a-z])([A-Z])", lambda found: f"_{found[1].lower()}", path)
