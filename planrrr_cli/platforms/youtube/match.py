"""Whether a video of the channel is the one that was sent: a strict comparison, and no I/O.

The file's name, which nobody else gives, and its size are proof. A title alone never is.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.youtube.rest import part_of, text_in


@dataclass(frozen=True, slots=True)
class Sought:
    """What was sent. ``since``: nothing older can be it; ``slug`` and ``size`` of its file, None when not noted;
    ``bound``: ids of other publications."""

    channel: str
    title: str
    since: datetime | None
    slug: str | None = None
    size: int | None = None
    bound: frozenset[str] = field(default_factory=frozenset)


def compare(video: Mapping[str, Any], sought: Sought) -> Likeness:
    """One video, with its parts snippet and fileDetails, against what was sent."""
    snippet, file = part_of(video, "snippet"), part_of(video, "fileDetails")
    if video.get("id") in sought.bound:
        return Likeness.OTHER
    published = moment(text_in(snippet, "publishedAt"))
    if published is not None and sought.since is not None and published < sought.since:
        return Likeness.OTHER
    name, size = text_in(file, "fileName"), str(file.get("fileSize") or "")
    if name and name == sought.slug:
        return Likeness.SAME if size == str(sought.size) else Likeness.UNCLEAR
    if name:
        return Likeness.OTHER
    # The file is told late, or never: https://developers.google.com/youtube/data/reference/rest/v3/videos
    same = text_in(snippet, "title") == sought.title and size in {"", str(sought.size)}
    return Likeness.UNCLEAR if same else Likeness.OTHER


def moment(told: str) -> datetime | None:
    """A time as YouTube writes it; None when it is none."""
    try:
        found = datetime.fromisoformat(told)
    except ValueError:
        return None
    return found if found.tzinfo else found.replace(tzinfo=UTC)
