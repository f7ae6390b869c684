"""How often a Page may be called. No I/O.

Meta names no number for Page tokens (4,800 times the engaged users of the Page in 24 hours) and tells percentages in
headers instead: https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-08-23). Until one is
told, our own guess holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket, Rolling

CALLS = Bucket(
    "facebook.calls",
    200,
    Rolling(timedelta(hours=1)),
    called="Facebook's calls of this Page",
    source="our own guess, since Meta tells percentages and no number (2026-11-24)",
    guessed=True,
)
BUCKETS = (CALLS,)
# The parts of a large video are left out: an invented number should not be used up by one upload.
CHARGES: Mapping[str, tuple[tuple[Bucket, int], ...]] = {
    f"facebook.{call}": ((CALLS, 1),)
    for call in (
        "feed.create",
        "photo.upload",
        "videos.start",
        "videos.finish",
        "video_reels.start",
        "video_reels.finish",
        "comment.create",
        "comments.read",
        "feed.read",
        "photo.read",
        "post.read",
        "video.read",
        "video.status",
    )
}


def needs(publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
    """By the usual course; a video takes two calls besides its bytes, the photos and the post one each."""
    match kind:
        case AttemptKind.PUBLISH:
            return {"facebook.feed.create": 1 + len(publication.post.media)}
        case AttemptKind.CHECK:
            return {"facebook.video.status": 1}
        case AttemptKind.FOLLOW_UP:
            comment = publication.post.first_comment and not publication.checkpoint.get("comment_id")
            return {"facebook.post.read": 1, "facebook.comment.create": 2 if comment else 0}
        case AttemptKind.RECONCILE:
            return {"facebook.feed.read": 1}
