"""Calls counted per day: for each endpoint one number per app and one per member of the app, until midnight UTC.

Source: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/rate-limits (read 2026-11-23). The real numbers are
not published, except 150 per member for "Share on LinkedIn" and the development tier of Community Management.
"""

from datetime import UTC, datetime
from typing import Any


class DayCounters:
    """Changed only under the store's lock. A call that is refused by a limit counts too."""

    def __init__(self) -> None:
        self._day = ""
        self._counts: dict[str, int] = {}

    def count(
        self,
        app: str,
        member: str,
        endpoint: str,
        *,
        now: float,
        app_limit: int | None,
        member_limit: int | None,
    ) -> str | None:
        """Whose limit this call is beyond, in the words of the throttle; None when it passes."""
        today = datetime.fromtimestamp(now, UTC).date().isoformat()
        if today != self._day:
            self._day, self._counts = today, {}
        whole = self._add(f"{app} {endpoint}")
        own = self._add(f"{app} {endpoint} {member}")
        beyond_app = app_limit is not None and whole > app_limit
        beyond_member = member_limit is not None and own > member_limit
        if beyond_app and beyond_member:
            return "APPLICATION_AND_MEMBER"
        return "APPLICATION" if beyond_app else "MEMBER" if beyond_member else None

    def _add(self, key: str) -> int:
        self._counts[key] = self._counts.get(key, 0) + 1
        return self._counts[key]

    def dump(self) -> dict[str, Any]:
        return {"day": self._day, "counts": self._counts}

    def load(self, document: dict[str, Any]) -> None:
        self._day, self._counts = str(document["day"]), dict(document["counts"])
