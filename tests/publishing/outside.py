"""What the public sees of one publication, in a form that does not depend on ids: a post, a thread, and its comment."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

BESIDE = frozenset({"thumbnail", "subtitles"})  # what may be added to a video that is out


@dataclass(frozen=True)
class Shown:
    """One entry of the public ledger. ``below``: the place of what it replies to, counted from 0; None for a post."""

    text: str
    media: int
    below: int | None


def shown(ledger: Sequence[dict[str, Any]]) -> tuple[Shown, ...]:
    """All entries in their order; a reply to what is not in the ledger is below -1."""
    places = {
        entry[name]: place
        for place, entry in enumerate(ledger)
        for name in ("remote_id", "post_id")
        if entry.get(name)
    }
    return tuple(
        Shown(
            entry["text"],
            sum(medium["kind"] not in BESIDE for medium in entry["media"]),
            places.get(entry["parent"], -1) if entry.get("parent") else None,
        )
        for entry in ledger
    )
