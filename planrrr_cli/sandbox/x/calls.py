"""The one table of X's call names, as faults and the journal use them."""

from collections.abc import Mapping
from typing import Final

from planrrr_cli.sandbox.faults import CallKind, Kind

_POST = frozenset({Kind.HIDE})
_PROCESSED = frozenset({Kind.PROCESSING})
_BYTES = frozenset({Kind.BREAK})

CALLS: Final[Mapping[str, CallKind]] = {
    "x.post.create": CallKind("POST /2/tweets: posts, replies, polls, quotes, edits", _POST),
    "x.post.read": CallKind("GET /2/tweets/{id}"),
    "x.post.delete": CallKind("DELETE /2/tweets/{id}"),
    "x.posts.lookup": CallKind("GET /2/tweets?ids="),
    "x.posts.list": CallKind("GET /2/users/{id}/tweets"),
    "x.me.read": CallKind("GET /2/users/me"),
    "x.media.upload": CallKind("POST /2/media/upload: a file in one request", _PROCESSED),
    "x.media.initialize": CallKind("POST /2/media/upload/initialize"),
    "x.media.append": CallKind("POST /2/media/upload/{id}/append", _BYTES),
    "x.media.finalize": CallKind("POST /2/media/upload/{id}/finalize", _PROCESSED),
    "x.media.status": CallKind("GET /2/media/upload?command=STATUS"),
    "x.media.metadata": CallKind("POST /2/media/metadata: alt text"),
    "x.media.subtitles": CallKind("POST and DELETE /2/media/subtitles"),
    "x.login.authorize": CallKind(
        "GET /i/oauth2/authorize: the page, or a redirect with a code for programs"
    ),
    "x.login.answer": CallKind("POST /i/oauth2/authorize: the page's form; answers with a redirect"),
    "x.token.exchange": CallKind("POST /2/oauth2/token grant_type=authorization_code"),
    "x.token.refresh": CallKind("POST /2/oauth2/token grant_type=refresh_token"),
    "x.token.revoke": CallKind("POST /2/oauth2/revoke"),
    "x.unknown": CallKind("whatever else arrives under /2/; refused as X does"),
}
