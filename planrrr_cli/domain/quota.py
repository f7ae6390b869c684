"""Buckets, their windows, and what platforms themselves say of them: values and arithmetic on `now`. No I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, datetime, time, timedelta
from zoneinfo import ZoneInfo

from planrrr_cli.domain.errors import Scope

# The platform sees a call a little later than we count it, so we let it go a little later, too.
MARGIN = timedelta(seconds=2)
FARTHEST = timedelta(hours=24)  # a pause that is named longer is tried once a day
MOST = 10**9  # a number that is named larger is none
MOST_PERCENT = 1000  # usage beyond 100 % was seen, beyond that it is a broken header
SAME_WINDOW = timedelta(seconds=5)  # resets that are told so near to each other are one


@dataclass(frozen=True, slots=True)
class Rolling:
    """Any span of this length."""

    length: timedelta

    @property
    def span(self) -> timedelta:
        """With the margin, which is a fiftieth of a short window: more would leave too much of it unused."""
        return self.length + min(MARGIN, self.length / 50)

    def began(self, now: datetime) -> datetime:
        """What was used before that no longer counts."""
        return now - self.span

    def frees(self, at: datetime) -> datetime:
        """When what was used ``at`` no longer counts."""
        return at + self.span

    def longest(self, now: datetime) -> datetime:
        """No window that has begun now ends later."""
        return now + self.span

    def __str__(self) -> str:
        seconds = int(self.length.total_seconds())
        for name, unit in (("d", 86_400), ("h", 3600), ("m", 60)):
            if seconds % unit == 0 and (seconds > unit or name != "d"):
                return f"{seconds // unit}{name}"
        return f"{seconds}s"


@dataclass(frozen=True, slots=True)
class Daily:
    """From midnight to midnight in an IANA zone, so that days of 23 and 25 hours are right. What is counted in the
    last moments of a day counts in both: the platform may see it in the next one."""

    zone: str

    def began(self, now: datetime) -> datetime:
        """What was used before that no longer counts; so that it agrees with :class:`Rolling`, not what began it."""
        return self.midnight(now) - MARGIN - timedelta(microseconds=1)

    def frees(self, at: datetime) -> datetime:
        return self.ends(at + MARGIN)

    def longest(self, now: datetime) -> datetime:
        return self.ends(now)

    def midnight(self, now: datetime) -> datetime:
        """The one that began this day there, in UTC."""
        return self._midnight(now, days=0)

    def ends(self, now: datetime) -> datetime:
        """The next midnight there, in UTC."""
        return self._midnight(now, days=1)

    def _midnight(self, now: datetime, *, days: int) -> datetime:
        zone = ZoneInfo(self.zone)
        day = now.astimezone(zone).date() + timedelta(days=days)
        return datetime.combine(day, time(0), zone).astimezone(UTC)

    def __str__(self) -> str:
        return "day"


Window = Rolling | Daily


@dataclass(frozen=True, slots=True)
class Bucket:
    """An allowance: so much per window, for one account or for all accounts of an app.

    ``name`` is stable (``youtube.uploads``), ``called`` what people read: "YouTube's uploads of this app". ``source``
    is where the number comes from, and the date it was read. ``guessed``: the platform names no number; ours gives
    way to whatever it says of its own. ``chosen``: the operator named the number.
    """

    name: str
    limit: int
    window: Window
    scope: Scope = Scope.CONNECTION
    called: str = ""
    source: str = ""
    guessed: bool = False
    chosen: bool = False

    def __str__(self) -> str:
        return self.called or self.name


@dataclass(frozen=True, slots=True)
class Chosen:
    """What an operator wrote for a bucket in ``[limits]``. ``window`` None: the bucket's own; ``by_day``: its day, or
    that of UTC."""

    limit: int
    length: timedelta | None = None
    by_day: bool = False

    def of(self, bucket: Bucket) -> Bucket:
        window = bucket.window
        if self.by_day and not isinstance(window, Daily):
            window = Daily("UTC")
        elif self.length is not None:
            window = Rolling(self.length)
        return replace(bucket, limit=self.limit, window=window, guessed=False, chosen=True)


@dataclass(frozen=True, slots=True)
class Told:
    """What a platform said of one of its limits, in a reply that came ``at``; ``source`` names the header or field.

    ``limit``: the number of the whole window. ``left`` of it until ``resets_at``. ``percent``: how much is used.
    ``until``: nothing may be tried before.
    """

    at: datetime
    source: str
    limit: int | None = None
    left: int | None = None
    resets_at: datetime | None = None
    percent: int | None = None
    until: datetime | None = None


def believed(bucket: Bucket, told: Told, *, now: datetime) -> tuple[Told, tuple[str, ...]]:
    """``told`` as far as it can be true, and a sentence for each thing that was bounded or left out."""
    doubts: list[str] = []
    found = told
    if found.limit is not None and not 1 <= found.limit <= MOST:
        doubts.append(f"a limit of {found.limit} is not believed")
        found = replace(found, limit=None)
    if found.left is not None and (found.resets_at is None or not 0 <= found.left <= MOST):
        if found.resets_at is not None:
            doubts.append(f"{found.left} left is not believed")
        found = replace(found, left=None)
    if found.percent is not None and found.percent > MOST_PERCENT:
        doubts.append(f"a use of more than {MOST_PERCENT} % is taken for that much")
        found = replace(found, percent=MOST_PERCENT)
    if (resets := found.resets_at) is not None:
        last = bucket.window.longest(now) + timedelta(minutes=1)
        if resets <= now:
            doubts.append(f"a reset in the past ({resets:%Y-%m-%d %H:%M:%S} UTC) is not believed")
            found = replace(found, left=None, resets_at=None)
        elif resets > last:
            doubts.append(f"a reset at {resets:%Y-%m-%d %H:%M} UTC is farther away than any window")
            found = replace(found, resets_at=last)
    if (until := found.until) is not None:
        last = now + FARTHEST
        if until <= now:
            doubts.append(f"a pause that ended at {until:%Y-%m-%d %H:%M:%S} UTC is not believed")
            found = replace(found, until=None)
        elif until > last + timedelta(hours=1):  # a day of 25 hours is one
            doubts.append(f"a pause until {until:%Y-%m-%d %H:%M} UTC is tried again in a day")
            found = replace(found, until=last)
    return found, tuple(doubts)


def merged(old: Told | None, new: Told) -> Told:
    """Both as one. The later word wins; of one window that which leaves less does, in whatever order they came."""
    if old is None:
        return new
    older, newer = (old, new) if old.at <= new.at else (new, old)
    both = replace(
        newer,
        limit=newer.limit or older.limit,
        percent=older.percent if newer.percent is None else newer.percent,
        until=newer.until or (None if _says_go_on(newer) else older.until),
    )
    if older.resets_at is None or older.left is None:
        return both
    if newer.resets_at is None or newer.left is None:
        return replace(both, left=older.left, resets_at=older.resets_at, at=older.at)
    same = abs(newer.resets_at - older.resets_at) <= SAME_WINDOW
    if (same and older.left < newer.left) or older.resets_at - newer.resets_at > SAME_WINDOW:
        return replace(both, left=older.left, resets_at=older.resets_at, at=older.at)
    return both


def _says_go_on(told: Told) -> bool:
    return bool(told.left) or (told.percent is not None and told.percent < 100)
