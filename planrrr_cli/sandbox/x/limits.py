"""X's rate limits: how many calls are left in which window, and the headers that tell it; refusing is done elsewhere.

Source of the numbers: docs.x.com, x-api/fundamentals/rate-limits (last edited 2026-07-24).
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

WINDOW: Final = 900
DAY: Final = 86_400
APP: Final = "app"  # who calls with the application's own token
PER_USER: Final[Mapping[str, int]] = {
    "x.post.create": 100,
    "x.post.delete": 50,
    "x.post.read": 900,
    "x.posts.lookup": 5000,
    "x.posts.list": 900,
    "x.me.read": 75,
    "x.media.upload": 500,
    "x.media.status": 1000,
    "x.media.initialize": 1875,
    "x.media.append": 1875,
    "x.media.finalize": 1875,
    "x.media.metadata": 500,
    "x.media.subtitles": 100,
}
PER_DAY: Final[Mapping[str, int]] = {
    "x.post.create": 10_000,
    "x.media.upload": 50_000,
    "x.media.status": 100_000,
    "x.media.initialize": 180_000,
    "x.media.append": 180_000,
    "x.media.finalize": 180_000,
    "x.media.metadata": 50_000,
    "x.media.subtitles": 10_000,
}


@dataclass(slots=True)
class Window:
    """Begins with its first call."""

    started_at: float = float("-inf")
    used: int = 0

    def at(self, now: float, length: int) -> "Window":
        if not 0 <= now - self.started_at < length:
            self.started_at, self.used = now, 0
        return self


class Limits:
    """Counts per account and per application; `changed` are numbers that an account was given instead."""

    def __init__(self) -> None:
        self.changed = {
            ("x.post.read", APP): 450,
            ("x.posts.lookup", APP): 3500,
            ("x.posts.list", APP): 10_000,
        }
        self._users: dict[tuple[str, str], Window] = {}
        self._app: dict[str, Window] = {}

    def take(self, call: str, account_id: str, now: float) -> bool:
        """Count the call; False when there was none left in its window."""
        limit = self.limit(call, account_id)
        if limit is None:
            return True
        mine, ours = self._windows(call, account_id, now)
        if mine.used >= limit or ours.used >= PER_DAY.get(call, ours.used + 1):
            return False
        mine.used += 1
        ours.used += 1
        return True

    def limit(self, call: str, account_id: str) -> int | None:
        return self.changed.get((call, account_id), PER_USER.get(call))

    def headers(self, call: str, account_id: str, now: float, *, daily: bool) -> tuple[tuple[str, str], ...]:
        """Those of the 15 minutes; with `daily`, and when it is used up, those of the application's day too."""
        limit = self.limit(call, account_id)
        if limit is None:
            return ()
        mine, ours = self._windows(call, account_id, now)
        told = triple("x-rate-limit", limit, limit - mine.used, mine.started_at + WINDOW)
        per_day = PER_DAY.get(call)
        if per_day is not None and (daily or ours.used >= per_day):
            told += triple("x-app-limit-24hour", per_day, per_day - ours.used, ours.started_at + DAY)
        return told

    def _windows(self, call: str, account_id: str, now: float) -> tuple[Window, Window]:
        mine = self._users.setdefault((call, account_id), Window()).at(now, WINDOW)
        ours = self._app.setdefault(call, Window()).at(now, DAY)
        return mine, ours


def triple(prefix: str, limit: int, remaining: int, reset: float) -> tuple[tuple[str, str], ...]:
    return (
        (f"{prefix}-limit", str(limit)),
        (f"{prefix}-remaining", str(max(remaining, 0))),
        (f"{prefix}-reset", str(int(reset))),
    )
