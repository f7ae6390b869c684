"""Publications and attempts: the row with a state, its tries, and the arrows between its states."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform
from planrrr_cli.domain.errors import ErrorKind, Scope
from planrrr_cli.domain.posts import Post


class State(StrEnum):
    """Where a publication is; each member says who moves it in and out."""

    DRAFT = "draft"  # in: `add` without a time. out: `reschedule` → scheduled, `cancel` → cancelled, `publish-one`
    SCHEDULED = "scheduled"  # in: `add`, `reschedule`, defer, retry, rescue, a doubt proved absent. out: begin, cancel
    PUBLISHING = "publishing"  # in: begin, under a lease. out: settle, or rescue when the lease ran out
    PROCESSING = (
        "processing"  # in: settle, a doubt that ends with its acceptance. out: begin, when the check is due
    )
    IN_DOUBT = (
        "in_doubt"  # in: settle, rescue after a point of no return. out: reconcile, or a person's `resolve`
    )
    PUBLISHED = (
        "published"  # in: settle, reconcile, `resolve --published`. out: never; a new generation is a new row
    )
    FAILED = "failed"  # in: settle. out: a person's `reschedule` or `cancel`
    MISSED = "missed"  # in: later than max_lateness. out: a person's `reschedule` or `cancel`
    CANCELLED = "cancelled"  # in: a person. out: a person's `reschedule`


ARROWS: Mapping[State, frozenset[State]] = {
    State.DRAFT: frozenset({State.SCHEDULED, State.CANCELLED, State.PUBLISHING}),
    State.SCHEDULED: frozenset({State.PUBLISHING, State.MISSED, State.CANCELLED, State.SCHEDULED}),
    State.PUBLISHING: frozenset(
        {State.PUBLISHED, State.FAILED, State.PROCESSING, State.IN_DOUBT, State.SCHEDULED}
    ),
    State.PROCESSING: frozenset({State.PUBLISHING}),
    State.IN_DOUBT: frozenset(
        {State.PUBLISHED, State.PROCESSING, State.SCHEDULED, State.IN_DOUBT, State.FAILED}
    ),
    State.PUBLISHED: frozenset(),
    State.FAILED: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.MISSED: frozenset({State.SCHEDULED, State.CANCELLED}),
    State.CANCELLED: frozenset({State.SCHEDULED}),
}

RESCHEDULABLE = frozenset(state for state, targets in ARROWS.items() if State.SCHEDULED in targets) - {
    State.PUBLISHING,
    State.IN_DOUBT,
}
CANCELLABLE = frozenset(state for state, targets in ARROWS.items() if State.CANCELLED in targets)


class PostStatus(StrEnum):
    """What a post as a whole is, derived from its publications and never stored."""

    DRAFT = "draft"
    SCHEDULED = "scheduled"
    PUBLISHING = "publishing"
    PUBLISHED = "published"
    PARTIALLY_PUBLISHED = "partially_published"
    FAILED = "failed"
    CANCELLED = "cancelled"


_UNDER_WAY = frozenset({State.PUBLISHING, State.PROCESSING, State.IN_DOUBT})


def post_status(states: Iterable[State]) -> PostStatus:
    """The status of a post whose publications are in ``states`` (only the latest generation of each counts)."""
    found = set(states) or {State.DRAFT}
    alive = found - {State.CANCELLED}
    if not alive:
        return PostStatus.CANCELLED
    if alive & _UNDER_WAY:
        return PostStatus.PUBLISHING
    if State.SCHEDULED in alive:
        return PostStatus.SCHEDULED if State.PUBLISHED not in alive else PostStatus.PUBLISHING
    if State.DRAFT in alive:
        return PostStatus.DRAFT
    if State.PUBLISHED in alive:
        return PostStatus.PUBLISHED if alive == {State.PUBLISHED} else PostStatus.PARTIALLY_PUBLISHED
    return PostStatus.FAILED


class AttemptKind(StrEnum):
    """What an attempt set out to do, which follows from the state it began in."""

    PUBLISH = "publish"  # from scheduled
    CHECK = "check"  # from processing
    RECONCILE = "reconcile"  # from in_doubt, reading only
    FOLLOW_UP = "follow_up"  # from published: permalink, first comment


KIND_FOR_STATE: Mapping[State, AttemptKind] = {
    State.DRAFT: AttemptKind.PUBLISH,
    State.SCHEDULED: AttemptKind.PUBLISH,
    State.PROCESSING: AttemptKind.CHECK,
    State.IN_DOUBT: AttemptKind.RECONCILE,
    State.PUBLISHED: AttemptKind.FOLLOW_UP,
}


RESOLVED = "resolved"
"""The step of an attempt without a run, by which a person ended a doubt: ``by`` and ``answer``, and ``reason`` and
``platform_said`` where there are any."""


class Outcome(StrEnum):
    """How an attempt (or a refusal to begin one) ended, as reports name it."""

    PUBLISHED = "published"
    PROCESSING = "processing"
    DEFERRED = "deferred"
    RETRIED = "retried"
    FAILED = "failed"
    IN_DOUBT = "in_doubt"
    MISSED = "missed"
    INTERRUPTED = "interrupted"  # the process ended; another run took over
    LEASE_LOST = "lease_lost"  # the lane went to another run before this attempt could settle


@dataclass(frozen=True, slots=True)
class ErrorNote:
    """Why a publication is where it is: ``next`` says what happens next or what a person can do."""

    kind: ErrorKind
    message: str
    next: str = ""
    status: int | None = None
    code: str | None = None
    request_id: str | None = None


@dataclass(frozen=True, slots=True)
class Publication:
    """One post on one connection.

    ``post`` is already adapted to the connection's platform. ``due_at`` is the promised time and the order;
    ``wake_at`` is when somebody should look next (None: nobody needs to). ``sending_since`` is set while a point
    of no return is open: an irrevocable call may have left and its answer is not noted; ``first_sent_at`` is the
    first such moment ever, and ``doubts`` counts the doubts that were settled as absent. ``attempts`` counts the
    attempts begun, ``spent`` those that count against the limit, ``interruptions`` the processes that died in a
    row. ``doubt_looks`` are the looks of this doubt so far, ``absent_looks`` those that read well and found nothing.
    ``other_remote_ids`` are bound to other publications of the connection and can never be this one. ``held_by``: whose
    breaker it waits for.
    """

    id: str
    team_id: str
    post: Post
    connection: Connection
    state: State
    generation: int = 1
    due_at: datetime | None = None
    wake_at: datetime | None = None
    checkpoint: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    attempts: int = 0
    spent: int = 0
    interruptions: int = 0
    sending_since: datetime | None = None
    first_sent_at: datetime | None = None
    doubts: int = 0
    follow_ups: int = 0
    doubt_looks: int = 0
    absent_looks: int = 0
    remote_id: str | None = None
    permalink: str | None = None
    published_at: datetime | None = None
    error: ErrorNote | None = None
    notices: tuple[str, ...] = ()
    other_remote_ids: frozenset[str] = frozenset()
    held_by: Scope | None = None

    @property
    def platform(self) -> Platform:
        return self.connection.platform


@dataclass(frozen=True, slots=True)
class Attempt:
    """One numbered try; its row exists before the first byte is sent.

    ``calls`` are dicts with ``call``, ``method``, ``path``, ``status``, ``code``, ``request_id``, ``error_kind``,
    ``duration_ms``, ``at``.
    """

    id: str
    publication_id: str
    number: int
    kind: AttemptKind
    run_id: str
    claim_id: str
    began_at: datetime
    ended_at: datetime | None = None
    outcome: Outcome | None = None
    error: ErrorNote | None = None
    steps: tuple[Mapping[str, Any], ...] = ()
    calls: tuple[Mapping[str, Any], ...] = ()
