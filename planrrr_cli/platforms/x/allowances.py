"""How often X lets an account and an app call, and what its answers tell of that. No I/O.

The table is where we start from; the headers of every answer say what holds: a limit of 1 was seen where it says 75
(https://github.com/xdevplatform/xdk/issues/24, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta

from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket, Rolling, Told
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import PARTS
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.platforms.x.parts import parts_of

SOURCE = "https://docs.x.com/x-api/fundamentals/rate-limits (read 2026-08-22)"
QUARTER, DAY = Rolling(timedelta(minutes=15)), Rolling(timedelta(hours=24))


def _of_account(name: str, limit: int, called: str) -> Bucket:
    return Bucket(f"x.{name}", limit, QUARTER, Scope.CONNECTION, f"X's {called} of this account", SOURCE)


def _of_app(name: str, limit: int, called: str) -> Bucket:
    return Bucket(f"x.app_{name}", limit, DAY, Scope.APP, f"X's {called} of this app", SOURCE)


_CALLS: Mapping[str, tuple[str, str, int, int | None]] = {
    # call: name of the bucket, what people read, calls of an account in 15 minutes, calls of an app in 24 hours
    "x.post.create": ("posts", "posts", 100, 10_000),
    "x.timeline.read": ("timelines", "reads of the own posts", 900, None),
    "x.media.upload": ("uploads", "uploads", 500, 50_000),
    "x.media.initialize": ("upload_starts", "beginnings of uploads", 1875, 180_000),
    "x.media.append": ("upload_parts", "parts of uploads", 1875, 180_000),
    "x.media.finalize": ("upload_ends", "ends of uploads", 1875, 180_000),
    "x.media.status": ("upload_looks", "looks at uploads", 1000, 100_000),
    "x.media.metadata": ("descriptions", "alt texts", 500, 50_000),
    "x.media.subtitles": ("subtitles", "subtitles", 100, 10_000),
}
OF_ACCOUNT = {call: _of_account(name, limit, told) for call, (name, told, limit, _) in _CALLS.items()}
OF_APP = {
    call: _of_app(name, limit, told) for call, (name, told, _, limit) in _CALLS.items() if limit is not None
}
BUCKETS = (*OF_ACCOUNT.values(), *OF_APP.values())
CHARGES: Mapping[str, tuple[tuple[Bucket, int], ...]] = {
    call: tuple((table[call], 1) for table in (OF_ACCOUNT, OF_APP) if call in table) for call in _CALLS
}


def needs(publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
    """The posts; what media take depends on what is noted about them, and their limits are wide."""
    notes = publication.checkpoint
    match kind:
        case AttemptKind.PUBLISH | AttemptKind.CHECK if not notes.get(ACCEPTED):
            missing = len(parts_of(publication.post)) - len(notes.get(PARTS) or ())
            return {"x.post.create": max(1, missing)}
        case AttemptKind.FOLLOW_UP if publication.post.first_comment and not notes.get("comment_id"):
            return {"x.timeline.read" if notes.get("comment_intended") else "x.post.create": 1}
        case AttemptKind.RECONCILE:
            return {"x.timeline.read": 1}
        case _:
            return {}


def told_by(reply: Reply, call: str, *, now: datetime) -> Iterator[tuple[Bucket, Told]]:
    """What the headers say; one that cannot be read says nothing. Those of 24 hours were seen on legacy plans only."""
    for prefix, bucket in (
        ("x-rate-limit", OF_ACCOUNT.get(call)),
        ("x-app-limit-24hour", OF_APP.get(call)),
    ):
        limit, left = _number(reply.header(f"{prefix}-limit")), _number(reply.header(f"{prefix}-remaining"))
        if bucket is not None and (limit is not None or left is not None):
            resets_at = _moment(reply.header(f"{prefix}-reset"))
            yield bucket, Told(now, f"{prefix}-*", limit=limit, left=left, resets_at=resets_at)


def _number(text: str | None) -> int | None:
    text = (text or "").strip()
    return int(text) if text.isascii() and text.isdigit() and len(text) < 16 else None


def _moment(text: str | None) -> datetime | None:
    seconds = _number(text)
    try:
        return None if seconds is None else datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
