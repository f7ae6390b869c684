"""What is counted of a bucket, in the order of its moments, and who is in line behind; what fits is in ``book.py``."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Standing(StrEnum):
    """What is counted besides what was spent."""

    RESERVED = "reserved"  # by an attempt that is under way
    PROMISED = "promised"  # to a publication that found no room


@dataclass(frozen=True, slots=True)
class Used:
    """One entry: ``amount`` at ``at``. ``id`` only of what is reserved or promised."""

    at: datetime
    amount: int
    id: str = ""


@dataclass(frozen=True, slots=True)
class Line:
    """What counts ``now``, in the order of its moment, and whose places are to come: those of ``places`` from
    ``first`` on, which may be very many."""

    now: list[Used]
    places: list[Used]
    first: int = 0

    @property
    def last(self) -> Used | None:
        return self.places[-1] if len(self.places) > self.first else None

    def coming(self) -> Iterator[Used]:
        return (self.places[number] for number in range(self.first, len(self.places)))

    def backwards(self) -> Iterator[Used]:
        """All of it, the latest first."""
        yield from (self.places[number] for number in range(len(self.places) - 1, self.first - 1, -1))
        yield from reversed(self.now)


def moment(used: Used) -> datetime:
    return used.at
