"""What the rest of the program may know about time; the real clock is built in ``context.py``."""

from __future__ import annotations

from datetime import datetime
from typing import Protocol


class Clock(Protocol):
    """Wall time for what is written down, monotonic time for leases and budgets."""

    def now(self) -> datetime:
        """UTC, aware."""
        ...

    def monotonic(self) -> float:
        """Seconds; keeps counting while the process is stopped or the machine sleeps."""
        ...
