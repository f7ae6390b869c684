"""How much an Instagram account may publish and prepare in a day, and how often it may be called. No I/O.

Containers and publications are spent by the recipe itself, before each call. For calls Meta names no number (4,800
times the impressions of the account in 24 hours) and tells percentages in headers:
https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-08-23). Until one is told, our own
guess holds.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import timedelta

from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket, Rolling

DAY = timedelta(hours=24)
_REFERENCE = "https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user"

# 400 containers within a rolling 24-hour period; a carousel of ten costs eleven.
CONTAINERS = Bucket(
    "instagram.containers",
    400,
    Rolling(DAY),
    called="Instagram's containers of this account",
    source=f"{_REFERENCE}/media (read 2026-11-23)",
)
# The guide says 100 and 50; what applies is asked for.
PUBLISHES = Bucket(
    "instagram.publishes",
    50,
    Rolling(DAY),
    called="Instagram's publications of this account",
    source=f"{_REFERENCE}/content_publishing_limit (read 2026-11-23)",
)
CALLS = Bucket(
    "instagram.calls",
    200,
    Rolling(timedelta(hours=1)),
    called="Instagram's calls of this account",
    source="our own guess, since Meta tells percentages and no number (2026-11-24)",
    guessed=True,
)
BUCKETS = (PUBLISHES, CONTAINERS, CALLS)
# The bytes of a video are left out: an invented number should not be used up by one upload.
CHARGES: Mapping[str, tuple[tuple[Bucket, int], ...]] = {
    f"instagram.{call}": ((CALLS, 1),)
    for call in (
        "account.read",
        "carousel.create",
        "comment.create",
        "comments.read",
        "container.create",
        "container.read",
        "limit.read",
        "media.list",
        "media.publish",
        "media.read",
        "page.read",
        "stories.list",
    )
}

_TO_THE_END = {"instagram.container.read": 1, "instagram.limit.read": 1, "instagram.media.publish": 1}


def needs(publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
    """By the usual course: a container for each medium and one for a carousel, a look at it, and the post itself."""
    match kind:
        case AttemptKind.PUBLISH:
            media, made = len(publication.post.media), len(publication.checkpoint.get("containers") or ())
            missing = max(0, media + (media > 1) - made)
            return {"instagram.container.create": missing} | _TO_THE_END
        case AttemptKind.CHECK:
            return _TO_THE_END
        case AttemptKind.FOLLOW_UP:
            comment = publication.post.first_comment and not publication.checkpoint.get("comment_id")
            return {"instagram.media.read": 1, "instagram.comment.create": 2 if comment else 0}
        case AttemptKind.RECONCILE:
            return {"instagram.container.read": 1, "instagram.media.list": 1}
