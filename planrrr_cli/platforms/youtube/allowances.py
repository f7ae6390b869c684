"""What YouTube allows a Google Cloud project and a channel, and when an allowance begins anew. No I/O.

https://developers.google.com/youtube/data/determine_quota_cost (read 2026-11-23): since 1 June 2026 uploads have a
bucket of their own, which holds 100 of them a day; everything else shares 10,000 units. Both begin anew at midnight
Pacific Time.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import RateLimited, Scope
from planrrr_cli.domain.quota import Bucket, Daily, Rolling
from planrrr_cli.domain.steps import Spend

PACIFIC = Daily("America/Los_Angeles")
DAY = timedelta(hours=24)
_COSTS = "https://developers.google.com/youtube/data/determine_quota_cost (read 2026-11-23)"
_UNTOLD = "our own guess: YouTube publishes no number and closes a channel for a while (2026-11-24)"


def _of_project(name: str, limit: int) -> Bucket:
    called = f"YouTube's {name} of this Google Cloud project"
    return Bucket(f"youtube.{name}", limit, PACIFIC, Scope.APP, called, _COSTS)


def _of_channel(name: str, called: str) -> Bucket:
    """Never full by our count, only by YouTube's word."""
    return Bucket(
        f"youtube.{name}", 100_000, Rolling(DAY), Scope.CONNECTION, called, source=_UNTOLD, guessed=True
    )


UPLOADS = _of_project("uploads", 100)
UNITS = _of_project("units", 10_000)
CHANNEL = _of_channel("channel_uploads", "this channel's uploads")
THUMBNAILS = _of_channel("thumbnails", "this channel's thumbnails")
BUCKETS = (UPLOADS, UNITS, CHANNEL, THUMBNAILS)
CHANNEL_WAITS = DAY  # after uploadLimitExceeded
THUMBNAILS_WAIT = timedelta(hours=3)  # our own choice: YouTube says "later"

# Units. The page above names 1 for the lists of videos, channels and playlist items, 50 for what writes, 400 for a
# captions file; the list of captions is not on it: 50 is the careful reading.
WRITE, CAPTIONS_LIST, CAPTIONS_INSERT = 50, 50, 400
CHARGES: Mapping[str, tuple[tuple[Bucket, int], ...]] = {
    "youtube.videos.list": ((UNITS, 1),),
    "youtube.channels.list": ((UNITS, 1),),
    "youtube.playlistItems.list": ((UNITS, 1),),
    "youtube.commentThreads.list": ((UNITS, 1),),
}

# A clock of ours that is a little fast meets the old day's counter in the first minutes of the new one.
NEW_DAY = timedelta(minutes=10)
# https://developers.google.com/youtube/data/guides/quota_and_compliance_audits (read 2026-11-23)
_MORE = "Google gives more after an audit"


def spend(bucket: Bucket, amount: int, connection: Connection) -> Spend:
    """A project whose audit gave it more says so in the connection's options (uploads_per_day, units_per_day)."""
    own = str(connection.options.get({UPLOADS: "uploads_per_day", UNITS: "units_per_day"}.get(bucket, "")))
    return Spend(bucket, amount, int(own) if own.isascii() and own.isdigit() else None)


def day_ends(now: datetime) -> datetime:
    """When YouTube counts anew: the next midnight Pacific Time, in UTC; a few minutes later just after one."""
    return now + NEW_DAY if now - PACIFIC.midnight(now) < NEW_DAY else PACIFIC.ends(now)


def explained(error: RateLimited) -> RateLimited:
    """The sentence for people, whoever refused: our own count, or YouTube."""
    used = error.bucket.name if error.bucket else ""  # the operator may have set another number
    if error.counted and used in {CHANNEL.name, THUMBNAILS.name}:  # their numbers are none of YouTube's
        error.message = f"YouTube has closed {error.bucket} for now"
        error.args = (error.message,)
    at = f"{error.retry_at:%Y-%m-%d %H:%M} UTC" if error.retry_at else "the next day"
    what = {UPLOADS.name: "uploads", UNITS.name: "units for calls"}.get(used)
    if what is not None and not error.next_step:
        error.next_step = (
            f"it goes on by itself at {at}, when YouTube counts {what} anew (midnight Pacific Time); {_MORE}"
        )
    return error
