"""The writes that end an attempt, by its owner, too late, or in place of a dead one; what they write is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import Update, bindparam, func, select, update

from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import rows
from planrrr_cli.store.guards import (
    appended,
    as_given,
    attempt_is_open,
    given,
    lane_is_mine,
    to_append,
    took,
)
from planrrr_cli.store.schema import attempts, connections, publications
from planrrr_cli.store.session import Tx

_STATE_OF: Mapping[AttemptKind, State] = {
    AttemptKind.PUBLISH: State.PUBLISHING,
    AttemptKind.CHECK: State.PUBLISHING,
    AttemptKind.RECONCILE: State.IN_DOUBT,
    AttemptKind.FOLLOW_UP: State.PUBLISHED,
}


@dataclass(frozen=True, slots=True)
class _Shape:
    """Which columns a settlement touches: each shape is one statement, built once."""

    dialect: str
    stranded: bool
    absent: bool  # a doubt that ends with the proof that nothing was sent
    checkpoint: bool
    published: bool
    remote_id: bool
    permalink: bool
    error: bool
    sending: bool
    notices: int


@cache
def _settling(shape: _Shape) -> Update:
    p = publications.c
    values: dict[str, Any] = {
        name: given(p[name]) for name in ("state", "wake_at", "held_by", "doubt_looks", "absent_looks")
    }
    values |= {"spent": p.spent + given(p.spent), "updated_at": given(p.updated_at)}
    values |= {"interruptions": p.interruptions + 1 if shape.stranded else 0}
    if shape.absent:
        values["doubts"] = p.doubts + 1
    if shape.checkpoint:
        values["checkpoint"] = given(p.checkpoint)
    if shape.published:
        values["published_at"] = func.coalesce(p.published_at, given(p.updated_at))
    if shape.remote_id:
        values["remote_id"] = given(p.remote_id)
    if shape.permalink:
        values["permalink"] = given(p.permalink)
    if shape.error:
        values |= {name: given(p[name]) for name in rows.error_values(None)}
    if shape.sending:
        values["sending_since"] = None
    if shape.notices:
        values["notices"] = appended(shape.dialect, p.notices, shape.notices)
    guard = (p.id == given(p.id)) & (p.state == given(p.state, "expected"))
    if not shape.stranded:
        guard = guard & attempt_is_open() & lane_is_mine()
    return update(publications).where(guard).values(values)


def _ending(*, remote_id: bool, calls: bool) -> Update:
    a = attempts.c
    names = ["ended_at", "outcome", *rows.error_values(None)]
    names += ["remote_id"] * remote_id + ["calls"] * calls
    return update(attempts).where(a.id == given(a.id)).values({name: given(a[name]) for name in names})


_END = {
    (remote, calls): _ending(remote_id=remote, calls=calls)
    for remote in (False, True)
    for calls in (False, True)
}
_mine, _other = publications.alias("mine"), publications.alias("other")
_BOUND_TO = (
    select(_other.c.id)
    .join(_mine, _mine.c.connection_id == _other.c.connection_id)
    .where(_mine.c.id == bindparam("p_id"), _other.c.id != bindparam("p_id"))
    .where(_other.c.remote_id == bindparam("p_remote_id"))
)


def settle(
    tx: Tx,
    *,
    publication_id: str,
    attempt: Attempt,
    settlement: Settlement,
    calls: Sequence[Mapping[str, Any]],
    now: datetime,
) -> Settlement | None:
    """The one guarded write that ends an attempt: what was written, or None when the lane is no longer mine.

    A remote id that is bound to another publication of the connection cannot be this one's too: then it is in doubt,
    and a person is asked, because one of the two is wrong about the account.
    """
    settlement = _unbound(tx, publication_id, settlement)
    absent = attempt.kind is AttemptKind.RECONCILE and settlement.state in {State.SCHEDULED, State.FAILED}
    absent = absent and settlement.checkpoint is None
    statement, values = _written(tx, settlement, now, absent=absent)
    if settlement.checkpoint is not None:
        values["p_checkpoint"] = rows.sealed_checkpoint(tx, settlement.checkpoint, publication_id)
    values |= {
        "p_id": publication_id,
        "p_expected": _STATE_OF[attempt.kind],
        "p_attempt_id": attempt.id,
        "p_claim_id": attempt.claim_id,
    }
    if not took(tx, statement, values):
        return None
    _end(tx, attempt.id, settlement.outcome, settlement.remote_id, settlement.cause, calls, now)
    _settle_connection(tx, publication_id, settlement, now)
    return settlement


def record_lost(
    tx: Tx,
    *,
    attempt: Attempt,
    outcome: Outcome,
    remote_id: str | None,
    error: ErrorNote | None,
    calls: Sequence[Mapping[str, Any]],
    now: datetime,
) -> None:
    """What happened on the platform after the lane was lost: evidence in the attempt, and nowhere else."""
    _end(tx, attempt.id, outcome, remote_id, error, calls, now)


def settle_stranded(
    tx: Tx, *, publication: Publication, attempt: Attempt | None, settlement: Settlement, now: datetime
) -> None:
    """End what a dead process left in the middle; the lane was taken from it in this same transaction."""
    statement, values = _written(tx, settlement, now, stranded=True)
    values |= {"p_id": publication.id, "p_expected": State.PUBLISHING}
    if took(tx, statement, values) and attempt is not None:
        _end(tx, attempt.id, Outcome.INTERRUPTED, settlement.remote_id, settlement.error, None, now)


def _written(
    tx: Tx, settlement: Settlement, now: datetime, *, absent: bool = False, stranded: bool = False
) -> tuple[Update, dict[str, Any]]:
    """The statement and its values, without the guard's. Remote id and permalink are never erased."""
    shape = _Shape(
        dialect=tx.dialect,
        stranded=stranded,
        absent=absent,
        checkpoint=settlement.checkpoint is not None,
        published=settlement.state is State.PUBLISHED,
        remote_id=settlement.remote_id is not None,
        permalink=settlement.permalink is not None,
        error=settlement.error is not None or settlement.clear_error,
        sending=settlement.clear_sending,
        notices=len(settlement.notices),
    )
    names = ["state", "wake_at", "held_by", "spent", "doubt_looks", "absent_looks"]
    names += ["remote_id"] * shape.remote_id + ["permalink"] * shape.permalink
    names += ["checkpoint"] * shape.checkpoint
    values = {name: getattr(settlement, name) for name in names} | {"updated_at": now}
    if shape.error:
        values |= rows.error_values(settlement.error)
    appends = to_append(tx.dialect, publications.c.notices, settlement.notices) if shape.notices else {}
    return _settling(shape), as_given(values) | appends


def _end(
    tx: Tx,
    attempt_id: str,
    outcome: Outcome,
    remote_id: str | None,
    error: ErrorNote | None,
    calls: Sequence[Mapping[str, Any]] | None,
    now: datetime,
) -> None:
    values = {"id": attempt_id, "ended_at": now, "outcome": outcome, **rows.error_values(error)}
    if remote_id is not None:
        values["remote_id"] = remote_id
    if calls is not None:
        values["calls"] = calls
    tx.conn.execute(_END[remote_id is not None, calls is not None], as_given(values))


def _settle_connection(tx: Tx, publication_id: str, settlement: Settlement, now: datetime) -> None:
    values: dict[str, Any] = {}
    lane = select(publications.c.connection_id).where(publications.c.id == publication_id).scalar_subquery()
    if settlement.needs_reauth is not None:
        values |= {"status": ConnectionStatus.NEEDS_REAUTH, "status_reason": settlement.needs_reauth}
    if settlement.hold_until is not None:
        reason = settlement.cause.message if settlement.cause else None
        values |= {"held_until": settlement.hold_until, "held_reason": reason}
    if values:
        mine = connections.c.id == lane
        tx.conn.execute(update(connections).where(mine).values(values | {"updated_at": now}))


def _unbound(tx: Tx, publication_id: str, settlement: Settlement) -> Settlement:
    if settlement.remote_id is None:
        return settlement
    holder = bound_to(tx, publication_id, settlement.remote_id)
    if holder is None:
        return settlement
    said = ErrorNote(
        ErrorKind.OUTCOME_UNKNOWN,
        f"the platform answered with {settlement.remote_id}, the remote id of publication {holder[:8]} already",
        f"look at the account, then: planrrr resolve {publication_id[:8]} --published URL, or --not-published",
    )
    return replace(
        settlement,
        outcome=Outcome.IN_DOUBT,
        state=State.IN_DOUBT,
        wake_at=None,
        clear_sending=False,
        remote_id=None,
        permalink=None,
        error=said,
    )


def bound_to(tx: Tx, publication_id: str, remote_id: str) -> str | None:
    """The other publication of the same connection that has this remote id."""
    found: str | None = tx.conn.execute(
        _BOUND_TO, {"p_id": publication_id, "p_remote_id": remote_id}
    ).scalar()
    return found
