"""What a clock has left behind that was ahead and is right again: waits that would last until it would have been right.

Nothing that a person promised is touched here, and nothing is sent.
"""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, select, update

from planrrr_cli.domain.publications import State
from planrrr_cli.store import breakers, quotas, told
from planrrr_cli.store.guards import scalars
from planrrr_cli.store.schema import connections, publications, runs
from planrrr_cli.store.session import Tx

DISAGREE = timedelta(minutes=2)  # by so much clocks that are right may differ


def bring_back(tx: Tx, *, now: datetime, lease: timedelta) -> int:
    """Let waits that were written in the future last as long as they were meant to, from now on; how many there were.

    A wait is a publication's next try, check or look, and an account's pause after a rate limit. Leases end no later
    than one that is taken now; whoever still holds one renews it. For the beginning of a run, in its own transaction:
    lanes are locked before their publications, and those that somebody else is writing are left to the next run.
    """
    c, late = connections.c, now + DISAGREE
    was_ahead = bool(
        scalars(tx, select(runs.c.id).where(runs.c.team_id == tx.team, runs.c.started_at > late).limit(1))
    )
    counted = False
    if was_ahead:  # in the order in which a run locks them: only what the platforms told is waited for
        counted = told.bring_back(tx, now=now, late=late)
        counted = quotas.bring_back(tx, now=now, late=late) or counted
        breakers.bring_back(tx, late=late, now=now)
    endless = _locked(tx, c.claim_id.is_not(None) & (c.leased_until > late + lease))
    if endless:
        tx.conn.execute(update(connections).where(c.id.in_(endless)).values(leased_until=now + lease))
    if not was_ahead:
        return 0
    held = (c.updated_at > late) & (c.held_until > now)
    lanes = _locked(tx, held | c.id.in_(select(publications.c.connection_id).where(_waits(tx, now))))
    waits = _pauses(tx, lanes, held, now) + _publications(tx, lanes, now)
    if waits or counted:
        quotas.forget_promises(tx, now=now)
    return waits


def _locked(tx: Tx, wanted: ColumnElement[bool]) -> list[str]:
    c = connections.c
    query = select(c.id).where(c.team_id == tx.team, wanted).order_by(c.id)
    return scalars(tx, query.with_for_update(skip_locked=True, key_share=True))


def _waits(tx: Tx, now: datetime) -> ColumnElement[bool]:
    """Where the run itself chose the moment: what waits for the time that a person named waits rightly."""
    p = publications.c
    chosen = (p.state != State.SCHEDULED) | p.wake_at.is_distinct_from(p.due_at)
    return (p.team_id == tx.team) & (p.wake_at > now) & (p.updated_at > now + DISAGREE) & chosen


def _pauses(tx: Tx, lanes: list[str], held: ColumnElement[bool], now: datetime) -> int:
    c = connections.c
    found = tx.conn.execute(select(c.id, c.held_until, c.updated_at).where(c.id.in_(lanes), held)).all()
    for identity, until, written in found:
        values = {"held_until": now + max(until - written, timedelta(0)), "updated_at": now}
        tx.conn.execute(update(connections).where(c.id == identity).values(values))
    return len(found)


def _publications(tx: Tx, lanes: list[str], now: datetime) -> int:
    p = publications.c
    query = select(p.id, p.wake_at, p.updated_at).where(p.connection_id.in_(lanes), _waits(tx, now))
    found = tx.conn.execute(query.with_for_update(key_share=True)).all()
    for identity, wake_at, written in found:
        values = {"wake_at": now + max(wake_at - written, timedelta(0)), "updated_at": now}
        tx.conn.execute(update(publications).where(p.id == identity).values(values))
    return len(found)
