"""The one table of Facebook's call names, as faults and the journal use them."""

from collections.abc import Mapping
from typing import Final

from planrrr_cli.sandbox.faults import CallKind, Kind

_POST = frozenset({Kind.HIDE})
_VIDEO = frozenset({Kind.HIDE, Kind.PROCESSING})
_BYTES = frozenset({Kind.BREAK})

CALLS: Final[Mapping[str, CallKind]] = {
    "facebook.feed.create": CallKind("POST /{page}/feed: text, link and photo posts", _POST),
    "facebook.feed.read": CallKind("GET /{page}/feed, posts, published_posts, scheduled_posts"),
    "facebook.photo.upload": CallKind(
        "POST /{page}/photos: upload, and publish unless published=false", _POST
    ),
    "facebook.video.upload": CallKind(
        "POST /{page}/videos in one call (source, file_url or a handle)", _VIDEO
    ),
    "facebook.video.start": CallKind("POST /{page}/videos upload_phase=start"),
    "facebook.video.transfer": CallKind("POST /{page}/videos upload_phase=transfer", _BYTES),
    "facebook.video.finish": CallKind("POST /{page}/videos upload_phase=finish", _VIDEO),
    "facebook.video.cancel": CallKind("POST /{page}/videos upload_phase=cancel"),
    "facebook.video.list": CallKind("GET /{page}/videos, video_reels"),
    "facebook.reel.start": CallKind("POST /{page}/video_reels upload_phase=start"),
    "facebook.reel.upload": CallKind("POST /video-upload/{version}/{video}: bytes or file_url", _BYTES),
    "facebook.reel.finish": CallKind("POST /{page}/video_reels upload_phase=finish", _VIDEO),
    "facebook.comment.create": CallKind("POST /{object}/comments", _POST),
    "facebook.comments.read": CallKind("GET /{object}/comments"),
    "facebook.node.read": CallKind("GET /{id} of a page, post, photo, video or comment"),
    "facebook.node.update": CallKind("POST /{id} of a post or video: publish, change the message"),
    "facebook.node.delete": CallKind("DELETE /{id} of a post, photo, video or comment"),
    "facebook.login.dialog": CallKind("GET /dialog/oauth: the page, or a redirect with a code for programs"),
    "facebook.login.answer": CallKind("POST /dialog/oauth: the page's form; answers with a redirect"),
    "facebook.me.read": CallKind("GET /me"),
    "facebook.accounts.read": CallKind("GET /me/accounts, /{user}/accounts"),
    "facebook.permissions.read": CallKind("GET /me/permissions, /{user}/permissions"),
    "facebook.permissions.revoke": CallKind("DELETE /me/permissions: the application is let out again"),
    "facebook.token.debug": CallKind("GET /debug_token"),
    "facebook.token.exchange": CallKind("GET or POST /oauth/access_token"),
    "facebook.upload.session": CallKind("POST /{app}/uploads, and GET /upload:{session}"),
    "facebook.upload.bytes": CallKind("POST /upload:{session}: bytes of a file handle"),
    "facebook.unknown": CallKind("whatever else arrives; refused as Graph does"),
}
