"""How much of Meta's limits is used, read from headers: a value, returned with every answer.

https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-08-23)
"""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.quota import Told
from planrrr_cli.platforms.wire import Reply

_PERCENTS = ("call_count", "total_time", "total_cputime")
_LONGEST = 7 * 24 * 60


@dataclass(frozen=True, slots=True)
class Usage:
    """``percent``: the worst of all that is counted (may pass 100); ``regain_minutes``: until calls work again."""

    percent: int = 0
    regain_minutes: int = 0

    @classmethod
    def of(cls, reply: Reply, business: str = "pages") -> Usage:
        """Headers are absent until there is traffic, and a malformed one is as good as absent. ``business``: the type
        of the entries that concern us."""
        entries = [*_plain(reply.header("x-app-usage")), *_plain(reply.header("x-page-usage"))]
        entries += _business(reply.header("x-business-use-case-usage"), business)
        percents = [_number(entry.get(name)) for entry in entries for name in _PERCENTS]
        regains = [_number(entry.get("estimated_time_to_regain_access")) for entry in entries]
        return cls(max(percents, default=0), min(max(regains, default=0), _LONGEST))

    def told(self, *, now: datetime) -> Told | None:
        """None where the answer had no such headers, as long as there is little traffic."""
        if not self.percent and not self.regain_minutes:
            return None
        until = now + timedelta(minutes=self.regain_minutes) if self.regain_minutes else None
        return Told(now, "usage headers", percent=self.percent, until=until)


def _json(text: str | None) -> Any:
    try:
        return json.loads(text or "null")
    except (ValueError, RecursionError):
        return None


def _plain(text: str | None) -> Iterator[Mapping[str, Any]]:
    found = _json(text)
    if isinstance(found, dict):
        yield found


def _business(text: str | None, ours: str) -> Iterator[Mapping[str, Any]]:
    """All keys and entries: the key may be the business's id and not the account's. Ads are not ours."""
    found = _json(text)
    lists = found.values() if isinstance(found, dict) else ()
    for entries in lists:
        for entry in entries if isinstance(entries, list) else ():
            if isinstance(entry, dict) and entry.get("type", ours) == ours:
                yield entry


def _number(value: Any) -> int:
    try:
        return max(0, int(float(value)))
    except (TypeError, ValueError, OverflowError):
        return 0
