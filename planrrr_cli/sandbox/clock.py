"""The sandbox's own clock: real time plus an offset that can be moved; no other module reads the time of day."""

import threading
import time
from datetime import UTC, datetime


class Clock:
    """Seconds since the epoch, as the sandbox sees them. `date_shift` moves what the Date header tells, and no more."""

    def __init__(self, offset: float = 0.0) -> None:
        self.offset = offset
        self.date_shift = 0.0
        self._lock = threading.Lock()

    def now(self) -> float:
        return time.time() + self.offset

    def told(self) -> float:
        """The moment for the Date header."""
        return self.now() + self.date_shift

    def advance(self, seconds: float) -> None:
        with self._lock:
            self.offset += seconds


def iso(moment: float) -> str:
    """ISO 8601 in UTC with microseconds, for our own documents."""
    return datetime.fromtimestamp(moment, UTC).isoformat(timespec="microseconds").replace("+00:00", "Z")
