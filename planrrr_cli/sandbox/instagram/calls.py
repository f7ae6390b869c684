"""The one table of Instagram's call names, as faults and the journal use them."""

from collections.abc import Mapping
from typing import Final

from planrrr_cli.sandbox.faults import CallKind, Kind

_LATER = frozenset({Kind.PROCESSING})
_BYTES = frozenset({Kind.BREAK, Kind.PROCESSING})
_PUBLIC = frozenset({Kind.HIDE, Kind.PROCESSING})

CALLS: Final[Mapping[str, CallKind]] = {
    "instagram.container.create": CallKind(
        "POST /{account}/media of an image or a video, also a child", _LATER
    ),
    "instagram.carousel.create": CallKind("POST /{account}/media media_type=CAROUSEL", _LATER),
    "instagram.container.read": CallKind("GET /{container}: its status"),
    "instagram.upload.bytes": CallKind(
        "POST /ig-api-upload/{version}/{container}: bytes or file_url", _BYTES
    ),
    "instagram.media.publish": CallKind("POST /{account}/media_publish", _PUBLIC),
    "instagram.media.list": CallKind("GET /{account}/media"),
    "instagram.media.read": CallKind("GET /{media} and /{media}/children"),
    "instagram.media.update": CallKind("POST /{media} comment_enabled"),
    "instagram.media.delete": CallKind("DELETE /{media}"),
    "instagram.stories.list": CallKind("GET /{account}/stories"),
    "instagram.limit.read": CallKind("GET /{account}/content_publishing_limit"),
    "instagram.comment.create": CallKind("POST /{media}/comments", frozenset({Kind.HIDE})),
    "instagram.comments.read": CallKind("GET /{media}/comments"),
    "instagram.comment.read": CallKind("GET /{comment}"),
    "instagram.comment.update": CallKind("POST /{comment} hide"),
    "instagram.comment.delete": CallKind("DELETE /{comment}"),
    "instagram.account.read": CallKind("GET /me and /{account}"),
    "instagram.login.dialog": CallKind(
        "GET /oauth/authorize: the page, or a redirect with a code for programs"
    ),
    "instagram.login.answer": CallKind("POST /oauth/authorize: the page's form; answers with a redirect"),
    "instagram.token.redeem": CallKind("POST /oauth/access_token: a code for a token of an hour"),
    "instagram.token.exchange": CallKind("GET /access_token: a token of an hour for one of 60 days"),
    "instagram.token.refresh": CallKind("GET /refresh_access_token"),
    "instagram.unknown": CallKind("whatever else is Instagram's; refused as Graph does"),
}
