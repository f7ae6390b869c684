"""What each call costs of which bucket, and how much of it the day has left; the day is the Pacific one.

Source: developers.google.com/youtube/data/determine_quota_cost (read 2026-11-23); comments, captions and playlists by
the pages of their methods.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any, Final
from zoneinfo import ZoneInfo

PACIFIC: Final = ZoneInfo("America/Los_Angeles")


class Bucket(StrEnum):
    UPLOADS = "uploads"
    SEARCHES = "searches"
    UNITS = "units"


STANDARD: Final[Mapping[Bucket, int]] = {Bucket.UPLOADS: 100, Bucket.SEARCHES: 100, Bucket.UNITS: 10_000}
COSTS: Final[Mapping[str, tuple[Bucket, int]]] = {
    "youtube.videos.insert": (Bucket.UPLOADS, 1),
    "youtube.videos.upload": (Bucket.UPLOADS, 1),
    "youtube.search.list": (Bucket.SEARCHES, 1),
    "youtube.videos.list": (Bucket.UNITS, 1),
    "youtube.videos.update": (Bucket.UNITS, 50),
    "youtube.videos.delete": (Bucket.UNITS, 50),
    "youtube.thumbnails.set": (Bucket.UNITS, 50),
    "youtube.captions.insert": (Bucket.UNITS, 400),
    "youtube.captions.list": (Bucket.UNITS, 50),
    "youtube.channels.list": (Bucket.UNITS, 1),
    "youtube.playlists.list": (Bucket.UNITS, 1),
    "youtube.playlists.insert": (Bucket.UNITS, 50),
    "youtube.playlistItems.list": (Bucket.UNITS, 1),
    "youtube.playlistItems.insert": (Bucket.UNITS, 50),
    "youtube.commentThreads.list": (Bucket.UNITS, 1),
    "youtube.commentThreads.insert": (Bucket.UNITS, 50),
    "youtube.videoCategories.list": (Bucket.UNITS, 1),
}


@dataclass(slots=True)
class Quota:
    """Of one project, which all channels share. `used` counts one day; another day begins it anew."""

    limits: dict[Bucket, int] = field(default_factory=lambda: dict(STANDARD))
    day: str = ""
    used: dict[Bucket, int] = field(default_factory=dict)

    def take(self, call: str, now: float) -> Bucket | None:
        """Count the call. The bucket that had no room for it, or None. Calls that are not in the table are free."""
        if call not in COSTS:
            return None
        bucket, cost = COSTS[call]
        if (today := pacific_day(now)) != self.day:
            self.day, self.used = today, {}
        if self.used.get(bucket, 0) + cost > self.limits[bucket]:
            return bucket
        self.used[bucket] = self.used.get(bucket, 0) + cost
        return None

    def dump(self) -> dict[str, Any]:
        return {"limits": dict(self.limits), "day": self.day, "used": dict(self.used)}

    @classmethod
    def load(cls, document: dict[str, Any]) -> "Quota":
        limits = {Bucket(name): number for name, number in document["limits"].items()}
        return cls(limits, document["day"], {Bucket(name): used for name, used in document["used"].items()})


def pacific_day(now: float) -> str:
    return datetime.fromtimestamp(now, PACIFIC).date().isoformat()
