"""How long to wait before the next try: arithmetic on numbers that the caller hands in."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

LONGEST = timedelta(minutes=5)
JITTER = timedelta(seconds=1)
UNNAMED_RATE_LIMIT = timedelta(minutes=15)  # when the platform names no reset time


def retry_delay(spent: int, first: timedelta, random: Random) -> timedelta:
    """The wait after the ``spent``-th spent attempt (from 1): doubling from ``first``, at most 5 minutes, jittered."""
    doubled = first * 2.0 ** min(max(spent - 1, 0), 20)
    return min(doubled, LONGEST) + JITTER * random.random()


def spread(at_least: timedelta, random: Random) -> timedelta:
    """Up to a tenth more than ``at_least`` (no more than 30 s), so that many deferred posts do not wake together."""
    return at_least + min(at_least / 10, timedelta(seconds=30)) * random.random()


def rate_limit_ends(named: datetime | None, *, now: datetime, random: Random) -> datetime:
    """When to go on after a rate limit: the platform's own time if it named a future one, else a quarter of an hour."""
    return named if named is not None and named > now else now + spread(UNNAMED_RATE_LIMIT, random)
