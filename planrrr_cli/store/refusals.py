"""What a breaker keeps from beginning: all that is due on a lane is put off at once; why, and until when, is given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Update, bindparam, select, update

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import ErrorKind, Scope
from planrrr_cli.domain.publications import ErrorNote, State
from planrrr_cli.domain.settlement import WAITED
from planrrr_cli.store import rows
from planrrr_cli.store.guards import as_given, claimed, given, lane_is_mine, with_note
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

MOST = 1000  # at once; a longer queue takes several turns


@dataclass(frozen=True, slots=True)
class Waiting:
    """As much of a due publication as a report tells; ``said``: what its error says until now."""

    id: str
    post_id: str
    connection_id: str
    platform: Platform
    state: State
    due_at: datetime | None
    said: str | None = None


@dataclass(frozen=True, slots=True)
class PutOff:
    """``error`` is what it will say; of a doubt only its ``next`` is kept, of what is out nothing."""

    publication: Waiting
    claim_id: str
    wake_at: datetime
    held_by: Scope
    error: ErrorNote


_p = publications.c
_CLAIMED = select(connections.c.id).where(claimed())
_DUE = (
    select(_p.id, _p.post_id, _p.connection_id, connections.c.platform, _p.state, _p.due_at, _p.error_message)
    .join(connections, connections.c.id == _p.connection_id)
    .where(_p.connection_id.in_(_CLAIMED), _p.wake_at.is_not(None), _p.wake_at <= given(_p.wake_at, "now"))
    .order_by(_p.due_at, _p.created_at, _p.ordinal, _p.id)
    .limit(MOST)
)
_DUE_NAMED = _DUE.where(_p.id.in_(bindparam("p_named", expanding=True)))


def _putting_off(*names: str, noted_by: str = "") -> Update:
    """``noted_by``: the dialect in which it is noted that the platform had it wait, so that it may be later."""
    values: dict[str, Any] = {name: given(_p[name]) for name in ("wake_at", "held_by", "updated_at", *names)}
    if noted_by:
        values["checkpoint"] = with_note(noted_by, _p.checkpoint, WAITED)
    return (
        update(publications)
        .where(_p.id == given(_p.id), _p.state == given(_p.state), lane_is_mine())
        .values(values)
    )


_WHOLE = tuple(rows.error_values(None))
_SAYS: Mapping[State, Sequence[str]] = {
    State.SCHEDULED: _WHOLE,
    State.PROCESSING: _WHOLE,
    State.IN_DOUBT: ("error_next",),
    State.PUBLISHED: (),
}
_PUT_OFF = {state: _putting_off(*names) for state, names in _SAYS.items()}
_LIMITED = {dialect: _putting_off(*_WHOLE, noted_by=dialect) for dialect in ("sqlite", "postgresql")}

_ASIDE = (
    update(publications)
    .where(
        _p.connection_id == given(_p.connection_id),
        _p.held_by.is_not(None),
        _p.wake_at < given(_p.wake_at),
        lane_is_mine(),
    )
    .values(wake_at=given(_p.wake_at), updated_at=given(_p.updated_at))
)


def due(
    tx: Tx, *, claims: Mapping[str, str], now: datetime, publications: frozenset[str] | None
) -> list[Waiting]:
    """What is due on the lanes that are still mine, the oldest first; of ``publications`` only, if they are named."""
    values: dict[str, Any] = {"p_claims": list(claims.items()), "p_now": now}
    if publications is not None:
        values["p_named"] = sorted(publications)
    found = tx.conn.execute(_DUE if publications is None else _DUE_NAMED, values)
    return [
        Waiting(row[0], row[1], row[2], Platform(row[3]), State(row[4]), row[5], row[6])
        for row in found
        if State(row[4]) in _SAYS
    ]


def others_wait(tx: Tx, platform: Platform, connection_id: str) -> bool:
    """Whether other accounts than this one wait for the platform's breaker."""
    waiting = (_p.held_by == Scope.PLATFORM) & _p.wake_at.is_not(None) & (_p.connection_id != connection_id)
    query = select(_p.id).join(connections, connections.c.id == _p.connection_id)
    query = query.where(waiting, connections.c.platform == platform).limit(1)
    return tx.conn.execute(query).first() is not None


def step_aside(tx: Tx, connection_id: str, claim_id: str, until: datetime, *, now: datetime) -> None:
    """What waits for a breaker on this lane, which is still mine, waits at least until then."""
    values = {
        "p_connection_id": connection_id,
        "p_claim_id": claim_id,
        "p_wake_at": until,
        "p_updated_at": now,
    }
    tx.conn.execute(_ASIDE, values)


def put_off(tx: Tx, wanted: Sequence[PutOff], *, now: datetime) -> None:
    """One statement for each state, one more for what waits for a limit, however many there are."""
    for state, usual in _PUT_OFF.items():
        some = [one for one in wanted if one.publication.state is state]
        for statement, chosen in (
            (_LIMITED[tx.dialect], [one for one in some if _is_noted(one)]),
            (usual, [one for one in some if not _is_noted(one)]),
        ):
            if chosen:
                tx.conn.execute(statement, [_values(one, now) for one in chosen])


def _is_noted(one: PutOff) -> bool:
    """What waits for a limit and nothing has accepted yet: only that can be too late."""
    return one.publication.state is State.SCHEDULED and one.error.kind is ErrorKind.RATE_LIMIT_ERROR


def _values(one: PutOff, now: datetime) -> dict[str, Any]:
    state = one.publication.state
    said = {name: value for name, value in rows.error_values(one.error).items() if name in _SAYS[state]}
    return as_given(
        {
            "id": one.publication.id,
            "state": state,
            "claim_id": one.claim_id,
            "wake_at": one.wake_at,
            "held_by": one.held_by,
            "updated_at": now,
        }
        | said
    )
