"""How long to wait before the next try: arithmetic on numbers that the caller hands in."""

from __future__ import annotations

from datetime import timedelta
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
