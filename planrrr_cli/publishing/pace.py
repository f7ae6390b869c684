"""``WORKER_MAX_JOBS_PER_SECOND``: how fast one run begins attempts. Limits shared by runs belong to the tables."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(slots=True)
class Pace:
    """A token bucket of one second; every moment is on the caller's monotonic clock."""

    per_second: float
    _tokens: float = -1.0
    _at: float = 0.0

    def take(self, now: float) -> bool:
        self._fill(now)
        if self._tokens < 1.0:
            return False
        self._tokens -= 1.0
        return True

    def wait(self, now: float) -> float:
        """Seconds until the next token."""
        self._fill(now)
        return max(0.0, (1.0 - self._tokens) / self.per_second)

    def _fill(self, now: float) -> None:
        if self._tokens < 0:
            self._tokens, self._at = self.per_second, now
        self._tokens = min(self.per_second, self._tokens + (now - self._at) * self.per_second)
        self._at = now
