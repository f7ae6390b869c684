"""How often LinkedIn lets a member and an application call. No I/O.

Each endpoint has a counter per application and one per member of it, which begin anew at midnight UTC. The numbers are
not published, except those of two products; no header tells what is left, and whatever is refused counts too.
"""

from __future__ import annotations

from collections.abc import Mapping

from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket, Daily

DAY = Daily("UTC")
_SITE = "https://learn.microsoft.com/en-us/linkedin"
_GUESS = (
    "100 a day is what the development tier allows a member: "
    f"{_SITE}/marketing/community-management-app-review (read 2026-11-23)"
)
_SHARE = f"{_SITE}/consumer/integrations/self-serve/share-on-linkedin (read 2026-11-23)"


def _of_member(name: str, called: str) -> Bucket:
    return Bucket(
        f"linkedin.{name}", 100, DAY, Scope.CONNECTION, f"LinkedIn's {called} of this account", _GUESS
    )


POSTS = _of_member("posts", "posts")
READS = _of_member("reads", "reads of posts")
COMMENTS = _of_member("comments", "comments")
MEDIA = _of_member("media", "media")
APP_POSTS = Bucket("linkedin.app_posts", 100_000, DAY, Scope.APP, "LinkedIn's posts of this app", _SHARE)
BUCKETS = (POSTS, READS, COMMENTS, MEDIA, APP_POSTS)
CHARGES: Mapping[str, tuple[tuple[Bucket, int], ...]] = {
    "linkedin.post.create": ((POSTS, 1), (APP_POSTS, 1)),
    "linkedin.post.read": ((READS, 1),),
    "linkedin.posts.list": ((READS, 1),),
    "linkedin.comment.create": ((COMMENTS, 1),),
    "linkedin.comments.read": ((COMMENTS, 1),),
    "linkedin.image.initialize": ((MEDIA, 1),),
    "linkedin.video.initialize": ((MEDIA, 1),),
    "linkedin.document.initialize": ((MEDIA, 1),),
}


def needs(publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
    """The post itself, and what its media take; looks and comments one each."""
    match kind:
        case AttemptKind.PUBLISH | AttemptKind.CHECK:
            media = len(publication.post.media) if kind is AttemptKind.PUBLISH else 0
            return {"linkedin.post.create": 1} | ({"linkedin.image.initialize": media} if media else {})
        case AttemptKind.FOLLOW_UP if publication.post.first_comment:
            return {"linkedin.comment.create": 1}
        case AttemptKind.FOLLOW_UP:
            return {}
        case AttemptKind.RECONCILE:
            return {"linkedin.posts.list": 1}
