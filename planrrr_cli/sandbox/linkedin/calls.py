"""The one table of LinkedIn's call names, as faults and the journal use them."""

from collections.abc import Mapping
from typing import Final

from planrrr_cli.sandbox.faults import CallKind, Kind

_POST = frozenset({Kind.HIDE})
_BYTES = frozenset({Kind.BREAK})
_FILE = frozenset({Kind.BREAK, Kind.PROCESSING})
_FINISH = frozenset({Kind.PROCESSING})

CALLS: Final[Mapping[str, CallKind]] = {
    "linkedin.post.create": CallKind("POST /rest/posts", _POST),
    "linkedin.post.read": CallKind("GET /rest/posts/{urn}"),
    "linkedin.posts.batch": CallKind("GET /rest/posts?ids=List(…), BATCH_GET"),
    "linkedin.posts.list": CallKind("GET /rest/posts?q=author, FINDER"),
    "linkedin.post.update": CallKind("POST /rest/posts/{urn}, PARTIAL_UPDATE"),
    "linkedin.post.delete": CallKind("DELETE /rest/posts/{urn}"),
    "linkedin.image.initialize": CallKind("POST /rest/images?action=initializeUpload"),
    "linkedin.image.upload": CallKind("PUT the image's bytes to its uploadUrl", _FILE),
    "linkedin.image.read": CallKind("GET /rest/images/{urn}"),
    "linkedin.video.initialize": CallKind("POST /rest/videos?action=initializeUpload"),
    "linkedin.video.upload": CallKind("PUT one part of a video to its uploadUrl", _BYTES),
    "linkedin.video.captions": CallKind("PUT captions to captionsUploadUrl", _BYTES),
    "linkedin.video.thumbnail": CallKind("PUT a thumbnail to thumbnailUploadUrl", _BYTES),
    "linkedin.video.finalize": CallKind("POST /rest/videos?action=finalizeUpload", _FINISH),
    "linkedin.video.read": CallKind("GET /rest/videos/{urn}"),
    "linkedin.document.initialize": CallKind("POST /rest/documents?action=initializeUpload"),
    "linkedin.document.upload": CallKind("PUT the document's bytes to its uploadUrl", _FILE),
    "linkedin.document.read": CallKind("GET /rest/documents/{urn}"),
    "linkedin.comment.create": CallKind("POST /rest/socialActions/{urn}/comments", _POST),
    "linkedin.comments.read": CallKind("GET /rest/socialActions/{urn}/comments"),
    "linkedin.organizations.read": CallKind(
        "GET /rest/organizationAcls?q=roleAssignee, /rest/organizations/{id}"
    ),
    "linkedin.userinfo.read": CallKind("GET /v2/userinfo"),
    "linkedin.me.read": CallKind("GET /v2/me"),
    "linkedin.login.dialog": CallKind(
        "GET /oauth/v2/authorization: the page, or a redirect with a code for programs"
    ),
    "linkedin.login.answer": CallKind(
        "POST /oauth/v2/authorization: the page's form; answers with a redirect"
    ),
    "linkedin.token.exchange": CallKind("POST /oauth/v2/accessToken grant_type=authorization_code"),
    "linkedin.token.refresh": CallKind("POST /oauth/v2/accessToken grant_type=refresh_token"),
    "linkedin.token.introspect": CallKind("POST /oauth/v2/introspectToken"),
    "linkedin.token.revoke": CallKind("POST /oauth/v2/revoke"),
    "linkedin.unknown": CallKind("whatever else arrives; refused as LinkedIn does"),
}
