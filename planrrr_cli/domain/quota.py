"""What may be used up within a window, and when there is room again: arithmetic on what was counted. No I/O."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planrrr_cli.domain.errors import Scope

# The platform sees a call a little later than we count it, so we let it go a little later, too.
MARGIN = timedelta(seconds=2)
ASK_AGAIN = timedelta(hours=1)  # when others, whom we cannot see, have used it up


@dataclass(frozen=True, slots=True)
class Rolling:
    """Any span of this length."""

    length: timedelta

    def began(self, now: datetime) -> datetime:
        """What was used before that no longer counts."""
        return now - self.length - MARGIN


@dataclass(frozen=True, slots=True)
class Daily:
    """From midnight to midnight in an IANA zone, so that days of 23 and 25 hours are right."""

    zone: str

    def began(self, now: datetime) -> datetime:
        return self._midnight(now, days=0)

    def ends(self, now: datetime) -> datetime:
        """The next midnight there, in UTC."""
        return self._midnight(now, days=1)

    def _midnight(self, now: datetime, *, days: int) -> datetime:
        zone = ZoneInfo(self.zone)
        day = now.astimezone(zone).date() + timedelta(days=days)
        return datetime.combine(day, time(0), zone).astimezone(UTC)


@dataclass(frozen=True, slots=True)
class Bucket:
    """An allowance: so much per window, for one account or for all accounts of an app.

    ``name`` is stable (``youtube.uploads``), ``called`` what people read: "YouTube's uploads of this app".
    """

    name: str
    limit: int
    window: Rolling | Daily
    scope: Scope = Scope.CONNECTION
    called: str = ""

    def __str__(self) -> str:
        return self.called or self.name


@dataclass(frozen=True, slots=True)
class Used:
    """One entry of what was counted."""

    at: datetime
    amount: int


def room_at(
    bucket: Bucket,
    amount: int,
    entries: Sequence[Used],
    *,
    limit: int | None = None,
    used: int | None = None,
    now: datetime,
) -> datetime | None:
    """None when ``amount`` more fits now, else the moment when it will.

    ``entries`` are ours, the oldest first. ``limit`` and ``used`` are what the platform itself says, which wins: it
    sees what others use, too.
    """
    began = bucket.window.began(now)
    inside = [entry for entry in entries if entry.at > began]
    counted = sum(entry.amount for entry in inside)
    total, most = max(counted, used or 0), bucket.limit if limit is None else limit
    if total + amount <= most:
        return None
    if isinstance(bucket.window, Daily):
        return bucket.window.ends(now)
    return _freed(inside, total + amount - most, bucket.window, now)


def _freed(entries: Sequence[Used], needed: int, window: Rolling, now: datetime) -> datetime:
    """When the oldest entries that hold ``needed`` have left the window; of what others used nobody knows when."""
    last = None
    for entry in entries:
        last = entry.at + window.length + MARGIN
        needed -= entry.amount
        if needed <= 0:
            return last
    return last or now + min(ASK_AGAIN, window.length)
