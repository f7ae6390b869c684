"""The vocabulary between a platform's recipe and the run that makes its steps durable."""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from planrrr_cli.domain.quota import Bucket


class Checkpoint:
    """A durable note: merged into ``publication.checkpoint`` and committed before the recipe goes on.

    Values are JSON values, or a ``Secret``, which is stored encrypted. A checkpoint after a point of no return says
    that the irrevocable call was answered.
    """

    __slots__ = ("values",)

    def __init__(self, **values: Any) -> None:
        self.values = values

    def __repr__(self) -> str:
        return f"Checkpoint({', '.join(sorted(self.values))})"


@dataclass(frozen=True, slots=True)
class PointOfNoReturn:
    """The next thing the recipe does is the one call that the public can see; committed before it is sent."""


@dataclass(frozen=True, slots=True)
class Spend:
    """What the recipe does next uses up ``amount`` of ``bucket``; counted, for all processes, before it goes on.
    0 only asks whether there is any room beyond what is counted.

    ``limit`` and ``used`` are what the platform itself says just now. Where there is no room,
    :class:`~planrrr_cli.domain.errors.RateLimited` is raised at the ``yield``; the publication waits until there is.
    """

    bucket: Bucket
    amount: int = 1
    limit: int | None = None
    used: int | None = None


@dataclass(frozen=True, slots=True)
class Published:
    """The platform has it: ``remote_id`` is its id of our publication, ``permalink`` its address if known."""

    remote_id: str
    permalink: str | None = None


@dataclass(frozen=True, slots=True)
class Processing:
    """The platform works on it; call the recipe again after ``check_after``.

    Returned after the irrevocable call it means that the call was accepted and must not be sent again, which
    the recipe must have noted in a checkpoint.
    """

    check_after: timedelta
    reason: str = "the platform is still processing it"


@dataclass(frozen=True, slots=True)
class Absent:
    """A successful look that did not find the publication.

    ``conclusive``: an exact handle said so, and sending again (from the checkpoint) is safe now. Otherwise it is
    one piece of evidence, weighed by the platform's :class:`~planrrr_cli.domain.doubt.Patience`.
    """

    reason: str
    conclusive: bool = False


@dataclass(frozen=True, slots=True)
class Landed:
    """The call in doubt took effect, and the recipe has more to send (the next part of a thread).

    ``notes`` are merged into the checkpoint, as if the call had been answered; then the recipe goes on from there.
    """

    reason: str
    notes: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Unknown:
    """A look that settles nothing. ``ask_person``: more looks will not help (two candidates, no permission)."""

    reason: str
    ask_person: bool = False


@dataclass(frozen=True, slots=True)
class FollowedUp:
    """What was added after the post was out; ``notices`` are sentences about what did not work."""

    permalink: str | None = None
    notices: tuple[str, ...] = ()


Step = Checkpoint | PointOfNoReturn | Spend
Steps = Generator[Step, None, Published | Processing]
FollowUpSteps = Generator[Checkpoint | Spend, None, FollowedUp]
Finding = Published | Landed | Absent | Unknown

PARTS = "parts"
"""The checkpoint key for what of a publication is public already: a list of remote ids, in order. Starting anew forgets
every other note of what was sent, never this one."""
