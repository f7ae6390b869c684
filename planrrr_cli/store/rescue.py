"""Rescue: lanes whose holder is gone, and what was in the middle there; what becomes of that the domain decides."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import select, union_all, update

from planrrr_cli.domain.publications import Attempt, Outcome, Publication, State
from planrrr_cli.store import rows
from planrrr_cli.store.guards import NOBODY, scalars
from planrrr_cli.store.loading import BOUND_RECENTLY, load
from planrrr_cli.store.schema import attempts, connections, publications
from planrrr_cli.store.session import Tx


def strand(
    tx: Tx, *, now: datetime, dead_runs: frozenset[str] = frozenset()
) -> list[tuple[Publication, Attempt | None]]:
    """Take lanes from holders whose lease ran out or that are among ``dead_runs``.

    Returns what was in state publishing there, with its open attempt: the caller ends each with
    ``publications.settle_stranded`` in the same transaction. Other attempts that lost their lane are closed here.
    """
    lanes = _take(tx, now, dead_runs)
    _close_orphans(tx, now)
    if not lanes:
        return []
    p, a = publications.c, attempts.c
    stuck = scalars(
        tx, select(p.id).where(p.team_id == tx.team, p.connection_id.in_(lanes), p.state == State.PUBLISHING)
    )
    found = load(tx, stuck, tokens=False, bound_since=now - BOUND_RECENTLY)
    query = select(attempts).where(a.publication_id.in_(stuck), a.ended_at.is_(None)).order_by(a.number)
    open_ = (
        {row[a.publication_id]: rows.attempt(row) for row in tx.conn.execute(query).mappings()}
        if stuck
        else {}
    )
    ordered = sorted(found.values(), key=lambda one: (one.due_at or now, one.id))
    return [(one, open_.get(one.id)) for one in ordered]


def _take(tx: Tx, now: datetime, dead_runs: frozenset[str]) -> list[str]:
    """Free the lanes. One that nobody holds is taken too when something is in the middle there: it must not stay."""
    c = connections.c
    gone = c.leased_until <= now
    if dead_runs:
        gone = gone | c.claimed_by.in_(sorted(dead_runs))
    candidates = union_all(
        select(c.id).where(c.team_id == tx.team, c.claim_id.is_not(None), gone),
        select(publications.c.connection_id).where(
            publications.c.team_id == tx.team, publications.c.state == State.PUBLISHING
        ),
    )
    lanes = scalars(
        tx,
        select(c.id)
        .where(c.id.in_(candidates), c.claim_id.is_(None) | gone)
        .order_by(c.id)
        .with_for_update(skip_locked=True, key_share=True),
    )
    if lanes:
        tx.conn.execute(update(connections).where(c.id.in_(lanes)).values(NOBODY))
    return lanes


def _close_orphans(tx: Tx, now: datetime) -> None:
    """End the attempts whose lane carries another claim by now, except what has to be settled as stranded.

    Rows that somebody is writing are skipped: waiting for them here, with lanes locked, could end in a deadlock.
    """
    p, a, c = publications.c, attempts.c, connections.c
    orphans = scalars(
        tx,
        select(a.id)
        .join(publications, p.id == a.publication_id)
        .join(connections, c.id == p.connection_id)
        .where(a.ended_at.is_(None), p.team_id == tx.team, p.state != State.PUBLISHING)
        .where(a.claim_id.is_distinct_from(c.claim_id))
        .with_for_update(skip_locked=True, key_share=True, of=attempts),
    )
    if orphans:
        over = {"ended_at": now, "outcome": Outcome.INTERRUPTED}
        tx.conn.execute(update(attempts).where(a.id.in_(orphans)).values(over))
