"""Ids that encode the moment at which they were made, as X's do; nothing else lives here."""

import threading
from typing import Final

# docs.x.com/fundamentals/x-ids (2026-08-22): milliseconds are id >> 22, counted from this moment.
EPOCH: Final = 1_288_834_974_657


class Snowflakes:
    """Never the same id twice, even when the clock is set back: then another `worker` goes on."""

    def __init__(self, worker: int = 0) -> None:
        self.worker = worker
        self._last = 0
        self._count = 0
        self._lock = threading.Lock()

    def next(self, now: float) -> str:
        """For a moment in seconds since 1970."""
        milliseconds = max(int(now * 1000) - EPOCH, 1)
        with self._lock:
            if milliseconds < self._last:
                self.worker = (self.worker + 1) % 1024
            self._count = self._count + 1 if milliseconds == self._last else 0
            if self._count > 4095:  # the next millisecond lends its numbers
                milliseconds, self._count = milliseconds + 1, 0
            self._last = milliseconds
            return str(milliseconds << 22 | self.worker << 12 | self._count)
