"""What a run does to publications: begin, note, settle, defer, miss, each one guarded write; it decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Update, func, insert, update

from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Publication, State
from planrrr_cli.domain.settlement import WAITED
from planrrr_cli.store import rows
from planrrr_cli.store.by_people import (
    attempts_of,
    cancel,
    find,
    new_generation,
    previous_end,
    reschedule,
)
from planrrr_cli.store.guards import (
    appended,
    as_given,
    attempt_is_open,
    given,
    lane_is_mine,
    to_append,
    took,
    with_note,
)
from planrrr_cli.store.resolving import Evidence, resolve
from planrrr_cli.store.schema import attempts, publications
from planrrr_cli.store.session import Tx
from planrrr_cli.store.settling import record_lost, settle, settle_stranded

__all__ = [
    "Evidence",
    "attempts_of",
    "begin",
    "cancel",
    "defer",
    "find",
    "miss",
    "new_generation",
    "note",
    "previous_end",
    "record_lost",
    "reschedule",
    "resolve",
    "settle",
    "settle_stranded",
]

_p = publications.c
_WAITS = (State.SCHEDULED, State.PROCESSING, State.IN_DOUBT, State.PUBLISHED)
_ERROR = {name: given(_p[name]) for name in rows.error_values(None)}


def _beginning(kind: AttemptKind) -> Update:
    """The time it is due is part of what must be as it was read: what a person moved to tomorrow stays until then."""
    as_read = (
        (_p.id == given(_p.id))
        & (_p.team_id == given(_p.team_id))
        & (_p.state == given(_p.state))
        & (_p.attempts == given(_p.attempts))
        & _p.due_at.is_not_distinct_from(given(_p.due_at))
    )
    values: dict[str, Any] = {"attempts": _p.attempts + 1, "updated_at": given(_p.updated_at)}
    if kind in {AttemptKind.PUBLISH, AttemptKind.CHECK}:  # a look keeps the state
        # A draft that is published now was never promised for a time: it is promised for this one.
        due_at = func.coalesce(_p.due_at, given(_p.updated_at))
        values |= {"state": State.PUBLISHING, "wake_at": None, "held_by": None, "due_at": due_at}
    elif kind is AttemptKind.FOLLOW_UP:
        values |= {"follow_ups": _p.follow_ups + 1}
    return update(publications).where(as_read, lane_is_mine(beginning=True)).values(values)


_BEGIN = {kind: _beginning(kind) for kind in AttemptKind}
_OPEN = insert(attempts)
_NOTE = {
    sends: update(publications)
    .where(_p.id == given(_p.id), attempt_is_open(), lane_is_mine())
    .values(
        checkpoint=given(_p.checkpoint),
        sending_since=given(_p.sending_since),
        updated_at=given(_p.updated_at),
        **({"first_sent_at": func.coalesce(_p.first_sent_at, given(_p.sending_since))} if sends else {}),
    )
    for sends in (False, True)
}
_STEP = {
    dialect: update(attempts)
    .where(attempts.c.id == given(attempts.c.id))
    .values(steps=appended(dialect, attempts.c.steps, 1))
    for dialect in ("sqlite", "postgresql")
}
_DEFER = {
    dialect: update(publications)
    .where(_p.id == given(_p.id), _p.state.in_(_WAITS), lane_is_mine())
    .values(wake_at=given(_p.wake_at), held_by=None, updated_at=given(_p.updated_at), **_ERROR, **noted)
    for dialect, noted in {
        None: {},
        "sqlite": {"checkpoint": with_note("sqlite", _p.checkpoint, WAITED)},
        "postgresql": {"checkpoint": with_note("postgresql", _p.checkpoint, WAITED)},
    }.items()
}
_MISS = (
    update(publications)
    .where(_p.id == given(_p.id), _p.state == State.SCHEDULED, lane_is_mine())
    .values(state=State.MISSED, wake_at=None, held_by=None, updated_at=given(_p.updated_at), **_ERROR)
)


def begin(
    tx: Tx,
    publication: Publication,
    *,
    kind: AttemptKind,
    attempt_id: str,
    run_id: str,
    claim_id: str,
    now: datetime,
) -> Attempt | None:
    """Open an attempt; None when the lane is paused, lost or its lease has run out, or when the row has changed."""
    as_read = {
        "p_id": publication.id,
        "p_team_id": tx.team,
        "p_state": publication.state,
        "p_attempts": publication.attempts,
        "p_due_at": publication.due_at,
        "p_claim_id": claim_id,
        "p_updated_at": now,
    }
    if not took(tx, _BEGIN[kind], as_read):
        return None
    number = publication.attempts + 1
    opened = {"id": attempt_id, "publication_id": publication.id, "number": number, "kind": kind}
    opened |= {"run_id": run_id, "claim_id": claim_id}
    tx.conn.execute(_OPEN, {**opened, "began_at": now, "steps": [], "calls": []})
    return Attempt(attempt_id, publication.id, number, kind, run_id, claim_id, began_at=now)


def note(
    tx: Tx,
    *,
    publication_id: str,
    attempt: Attempt,
    checkpoint: Mapping[str, Any],
    sending_since: datetime | None,
    step: Mapping[str, Any],
    now: datetime,
) -> bool:
    """Make a step durable: the whole checkpoint, and whether a point of no return is open now.

    False (and nothing written) when the lane or the attempt is no longer mine: then nothing more may be sent.
    """
    values = {
        "p_id": publication_id,
        "p_attempt_id": attempt.id,
        "p_claim_id": attempt.claim_id,
        "p_checkpoint": rows.sealed_checkpoint(tx, checkpoint, publication_id),
        "p_sending_since": sending_since,
        "p_updated_at": now,
    }
    if not took(tx, _NOTE[sending_since is not None], values):
        return False
    steps = to_append(tx.dialect, attempts.c.steps, [step])
    tx.conn.execute(_STEP[tx.dialect], {"p_id": attempt.id, **steps})
    return True


def defer(
    tx: Tx,
    *,
    publication_id: str,
    claim_id: str,
    wake_at: datetime,
    error: ErrorNote | None,
    made_to_wait: bool = False,
    now: datetime,
) -> bool:
    """Admission said no: it waits until ``wake_at``, says why, and no attempt is spent.

    ``made_to_wait``: for a limit of the platform, which is noted, so that it may be later than others.
    """
    values = {"p_id": publication_id, "p_claim_id": claim_id, "p_wake_at": wake_at, "p_updated_at": now}
    return took(tx, _DEFER[tx.dialect if made_to_wait else None], values | as_given(rows.error_values(error)))


def miss(tx: Tx, *, publication_id: str, claim_id: str, error: ErrorNote, now: datetime) -> bool:
    """Later than its lateness permits: only a person can send it now."""
    values = {"p_id": publication_id, "p_claim_id": claim_id, "p_updated_at": now}
    return took(tx, _MISS, values | as_given(rows.error_values(error)))
