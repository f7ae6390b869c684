"""How much a post over there is like the one that was sent: the three answers of every platform's comparison."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any


class Likeness(StrEnum):
    """A wrong match loses a post, a missed one doubles it; what cannot be told is therefore a third answer."""

    SAME = "same"
    OTHER = "other"
    UNCLEAR = "unclear"  # everything that is there fits, but something that would decide is missing


@dataclass(frozen=True, slots=True)
class Sorted:
    same: tuple[Mapping[str, Any], ...]
    unclear: tuple[Mapping[str, Any], ...]


def sort_by(compare: Callable[[Mapping[str, Any]], Likeness], posts: Iterable[Mapping[str, Any]]) -> Sorted:
    """The posts that are the sought one, and those that may be; each id once."""
    found: dict[Likeness, dict[str, Mapping[str, Any]]] = {likeness: {} for likeness in Likeness}
    for post in posts:
        found[compare(post)].setdefault(str(post.get("id")), post)
    return Sorted(tuple(found[Likeness.SAME].values()), tuple(found[Likeness.UNCLEAR].values()))
