"""``WORKER_MAX_JOBS_PER_SECOND``: how fast one run begins attempts. Limits shared by runs belong to the tables."""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field


@dataclass(slots=True)
class Pace:
    """Never more than ``per_second`` within any second; every moment is on the caller's monotonic clock."""

    per_second: int
    _taken: deque[float] = field(default_factory=deque)

    def room(self, now: float) -> int:
        """How many may begin at once."""
        while self._taken and self._taken[0] + 1.0 <= now:
            self._taken.popleft()
        return self.per_second - len(self._taken)

    def take(self, now: float) -> bool:
        if self.room(now) < 1:
            return False
        self._taken.append(now)
        return True

    def wait(self, now: float) -> float:
        """Seconds until there is room."""
        return 0.0 if self.room(now) > 0 else self._taken[0] + 1.0 - now
