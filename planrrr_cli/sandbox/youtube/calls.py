"""The one table of YouTube's call names, as faults and the journal use them."""

from collections.abc import Mapping
from typing import Final

from planrrr_cli.sandbox.faults import CallKind, Kind

_PIECE = frozenset({Kind.BREAK})
_LAST = frozenset({Kind.BREAK, Kind.HIDE, Kind.PROCESSING})
_WHOLE = frozenset({Kind.HIDE, Kind.PROCESSING})
_SHOWN = frozenset({Kind.HIDE})

CALLS: Final[Mapping[str, CallKind]] = {
    "youtube.videos.insert": CallKind(
        "POST /upload/youtube/v3/videos?uploadType=resumable: begins a session"
    ),
    "youtube.upload.chunk": CallKind("PUT on a session: bytes that are not the last", _PIECE),
    "youtube.upload.final": CallKind("PUT on a session: the whole file, or its last bytes", _LAST),
    "youtube.upload.query": CallKind("PUT on a session with `Content-Range: bytes */TOTAL`"),
    "youtube.videos.upload": CallKind("POST /upload/youtube/v3/videos without a session", _WHOLE),
    "youtube.videos.list": CallKind("GET /youtube/v3/videos"),
    "youtube.videos.update": CallKind("PUT /youtube/v3/videos"),
    "youtube.videos.delete": CallKind("DELETE /youtube/v3/videos"),
    "youtube.thumbnails.set": CallKind("POST /upload/youtube/v3/thumbnails/set"),
    "youtube.captions.insert": CallKind("POST /upload/youtube/v3/captions"),
    "youtube.captions.list": CallKind("GET /youtube/v3/captions"),
    "youtube.channels.list": CallKind("GET /youtube/v3/channels"),
    "youtube.playlists.list": CallKind("GET /youtube/v3/playlists"),
    "youtube.playlists.insert": CallKind("POST /youtube/v3/playlists"),
    "youtube.playlistItems.list": CallKind("GET /youtube/v3/playlistItems"),
    "youtube.playlistItems.insert": CallKind("POST /youtube/v3/playlistItems"),
    "youtube.commentThreads.list": CallKind("GET /youtube/v3/commentThreads"),
    "youtube.commentThreads.insert": CallKind("POST /youtube/v3/commentThreads", _SHOWN),
    "youtube.videoCategories.list": CallKind("GET /youtube/v3/videoCategories"),
    "youtube.search.list": CallKind("GET /youtube/v3/search"),
    "youtube.login.authorize": CallKind(
        "GET /o/oauth2/v2/auth: the page, or a redirect with a code for programs"
    ),
    "youtube.login.answer": CallKind("POST /o/oauth2/v2/auth: the page's form; answers with a redirect"),
    "youtube.token.exchange": CallKind("POST /token grant_type=authorization_code"),
    "youtube.token.refresh": CallKind("POST /token grant_type=refresh_token"),
    "youtube.token.revoke": CallKind("POST /revoke"),
    "youtube.unknown": CallKind("whatever else arrives there; refused as Google does"),
}
