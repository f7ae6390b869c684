"""The worker: drives one publisher at a time and has every step made durable before it goes on. No database here."""

from __future__ import annotations

import json
import logging
import threading
from collections.abc import Callable, Generator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from queue import SimpleQueue
from types import UnionType
from typing import TypeVar

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import LeaseLost, NotDurable, PlatformError, RateLimited
from planrrr_cli.domain.publications import Attempt, AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket, Told
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import (
    Absent,
    Checkpoint,
    FollowedUp,
    Landed,
    PointOfNoReturn,
    Processing,
    Published,
    Spend,
    Step,
    Unknown,
)
from planrrr_cli.logs import bound
from planrrr_cli.platforms.base import Publisher
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.renewing import renew
from planrrr_cli.publishing.uploads import Uploads

log = logging.getLogger("planrrr.publishing")

Answer = bool | RateLimited
"""True when a step is durable, False when the lane is lost, and the refusal of what there is no room for."""
R = TypeVar("R")
E = TypeVar("E", bound="Ending")


@dataclass(slots=True)
class Work:
    """One thing handed to a worker. ``attempt`` None: the lane's token is to be refreshed.

    ``publication`` is replaced by the main thread as its notes become durable. ``reserved``: the ids of what it may
    spend.
    """

    lane: Lane
    publication: Publication | None
    attempt: Attempt | None
    began: float
    reserved: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Bug:
    """An exception that nobody expected; its traceback is in the log."""

    name: str


Ending = (
    Published
    | Processing
    | Absent
    | Landed
    | Unknown
    | FollowedUp
    | Tokens
    | PlatformError
    | LeaseLost
    | NotDurable
    | Bug
)


@dataclass(frozen=True, slots=True)
class Noted:
    """A step that waits for its commit and is then answered; ``number`` counts the steps of the attempt from 1."""

    work: Work
    step: Step
    number: int
    answer: SimpleQueue[Answer]


@dataclass(frozen=True, slots=True)
class Ended:
    """The worker is done with it; ``calls`` is the evidence of what went over the wire, ``learned`` what the answers
    told of limits."""

    work: Work
    ending: Ending
    calls: tuple[Mapping[str, object], ...]
    learned: tuple[tuple[Bucket, Told], ...] = ()


@dataclass(frozen=True, slots=True)
class Nudge:
    """Wakes the main thread: a signal came. ``again``: it was not the first one."""

    number: int
    again: bool


Message = Noted | Ended | Nudge
MakePublisher = Callable[[Lane], Publisher]


class Worker(threading.Thread):
    """Takes work from ``jobs`` until it gets None; speaks to the main thread through ``inbox`` only."""

    def __init__(
        self,
        jobs: SimpleQueue[Work | None],
        inbox: SimpleQueue[Message],
        make_publisher: MakePublisher,
        told: Uploads,
    ) -> None:
        super().__init__(name="planrrr-worker", daemon=True)
        self._jobs = jobs
        self._inbox = inbox
        self._make_publisher = make_publisher
        self._told = told
        self._answer: SimpleQueue[Answer] = SimpleQueue()

    def run(self) -> None:
        while (work := self._jobs.get()) is not None:
            with bound(**_fields(work)):  # so that every record of its calls tells whose they are
                self._inbox.put(self._served(work))

    def _served(self, work: Work) -> Ended:
        publisher: Publisher | None = None
        ending: Ending
        try:
            publisher = self._make_publisher(work.lane)
            if work.publication is not None:
                publisher.media.progress = self._told.about(work.publication, work.lane.clock)
            ending = self._carry_out(work, publisher)
        except (PlatformError, LeaseLost, NotDurable) as error:
            ending = error
        except BaseException as error:
            log.exception("attempt met a bug")
            ending = Bug(type(error).__name__)
        if publisher is None:
            return Ended(work, ending, ())
        return Ended(work, ending, tuple(publisher.api.calls), tuple(publisher.api.learned.values()))

    def _carry_out(self, work: Work, publisher: Publisher) -> Ending:
        if work.publication is None or work.attempt is None:
            return renew(publisher, work.lane.connection)
        match work.attempt.kind:
            case AttemptKind.PUBLISH | AttemptKind.CHECK:
                return _ending(self._drive(work, publisher.publish(work.publication)), Published | Processing)
            case AttemptKind.FOLLOW_UP:
                return _ending(self._drive(work, publisher.follow_up(work.publication)), FollowedUp)
            case AttemptKind.RECONCILE:
                return _ending(publisher.find(work.publication), Published | Landed | Absent | Unknown)

    def _drive(self, work: Work, steps: Generator[Step, None, R]) -> R:
        number = 1
        try:
            step = _step(next(steps))
            while True:
                self._inbox.put(Noted(work, step, number, self._answer))
                number += 1
                answer = self._answer.get()
                if isinstance(answer, RateLimited):
                    step = _step(steps.throw(answer))
                    continue
                if not answer:
                    raise NotDurable("the step could not be made durable")
                if isinstance(step, PointOfNoReturn):
                    work.lane.assert_held()
                step = _step(next(steps))
        except StopIteration as stop:
            ending: R = stop.value
            return ending
        finally:
            steps.close()


def _step(step: Step) -> Step:
    """A recipe's bug is found here, on the worker, where it costs one attempt and not the whole run."""
    if isinstance(step, Checkpoint):
        shown = {
            name: str(value) if isinstance(value, Secret) else value for name, value in step.values.items()
        }
        json.dumps(shown, allow_nan=False)
    elif not isinstance(step, PointOfNoReturn | Spend):
        raise TypeError(f"the recipe yielded a {type(step).__name__}, which is no step")
    return step


def _ending(ending: E, allowed: UnionType | type) -> E:
    if isinstance(ending, Landed):
        json.dumps(dict(ending.notes), allow_nan=False)
    if not isinstance(ending, allowed):
        raise TypeError(
            f"the recipe ended with a {type(ending).__name__}, which says nothing of the publication"
        )
    remote_id: object = ending.remote_id if isinstance(ending, Published) else "none is needed"
    if not isinstance(remote_id, str) or not remote_id:
        raise TypeError("the recipe says that it published, and under no id")
    after: object = ending.check_after if isinstance(ending, Processing) else timedelta(0)
    if not isinstance(after, timedelta):
        raise TypeError("the recipe does not say when to look again")
    return ending


def _fields(work: Work) -> dict[str, object]:
    return {
        "run_id": work.attempt.run_id if work.attempt else None,
        "publication_id": work.publication.id if work.publication else None,
        "platform": work.lane.connection.platform.value,
        "attempt": work.attempt.number if work.attempt else None,
    }
