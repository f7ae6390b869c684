"""Outages of whole platforms during a soak: each lasts for some minutes, whatever else happens."""

from __future__ import annotations

from tests.soak.levers import Levers
from tests.soak.sickness import OUTAGE


class Outages:
    """Time is what the session has moved, in seconds."""

    def __init__(self, levers: Levers) -> None:
        self._levers = levers
        self._until: dict[str, float] = {}

    def begin(self, platform: str, seconds: float, *, now: float) -> None:
        """Every call to it gets the same answer for so long, without an effect."""
        if platform not in self._until:
            self._until[platform] = now + seconds
            self._strike(platform)

    def over(self, now: float) -> bool:
        """Whether one has ended meanwhile: then all faults are to be cleared, and :meth:`again` called."""
        ended = [platform for platform, until in self._until.items() if until <= now]
        for platform in ended:
            del self._until[platform]
        return bool(ended)

    def end(self) -> None:
        """All of them, with the next clearing of faults."""
        self._until.clear()

    def again(self) -> None:
        """Those that last outlive the clearing of faults."""
        for platform in self._until:
            self._strike(platform)

    def _strike(self, platform: str) -> None:
        self._levers.fault(
            {"call": f"{platform}.*", "strike": "before", "kind": f"status:{OUTAGE}", "times": -1}
        )
