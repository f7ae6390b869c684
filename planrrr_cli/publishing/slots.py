"""When what had to wait may wake up: one after another, as fast as one run may begin them. No database here."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from planrrr_cli.domain.breaker import Breaker, BreakerState, Key

_Wait = tuple[BreakerState, datetime | None]


@dataclass(slots=True)
class Slots:
    """Moments from a breaker's end on, each given once, so that a thousand do not wake in the same second."""

    per_second: float
    _last: dict[Key, tuple[_Wait, datetime]] = field(default_factory=dict)

    def next(self, breaker: Breaker, first: datetime) -> datetime:
        """Whoever asks first goes on first; nobody before ``first``."""
        wait = breaker.state, breaker.open_until
        before = self._last.get(breaker.key)
        at = first
        if before is not None and before[0] == wait:
            at = max(first, before[1] + timedelta(seconds=1 / self.per_second))
        self._last[breaker.key] = wait, at
        return at
