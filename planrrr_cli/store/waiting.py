"""What waits, and for what, which every run has to say so that none of it is overlooked; nothing is changed here."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import case, func, select

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

# A follow-up that waits is no publication that waits: the post is out.
_TO_COME = (State.SCHEDULED, State.PROCESSING, State.IN_DOUBT)


def doubts(tx: Tx) -> int:
    """How many of the team's publications are in doubt without a look that could still settle it."""
    p = publications.c
    query = select(func.count()).where(p.team_id == tx.team, p.state == State.IN_DOUBT, p.wake_at.is_(None))
    return int(tx.conn.execute(query).scalar_one())


def looks(tx: Tx) -> tuple[int, datetime | None]:
    """How many doubts the platform is still asked about, and the moment of the next look."""
    p = publications.c
    mine = (p.team_id == tx.team) & (p.state == State.IN_DOUBT) & p.wake_at.is_not(None)
    count, first = tx.conn.execute(select(func.count(), func.min(p.wake_at)).where(mine)).one()
    return int(count), first


def sign_ins(tx: Tx, *, now: datetime) -> list[str]:
    """The connections on which something is due and nothing can begin until somebody signs in again."""
    c, p = connections.c, publications.c
    due = (p.connection_id == c.id) & p.wake_at.is_not(None) & (p.wake_at <= now)
    parked = (c.status == ConnectionStatus.NEEDS_REAUTH) & c.removed_at.is_(None)
    query = select(c.id).where(c.team_id == tx.team, parked, select(p.id).where(due).exists())
    return [str(found) for found in tx.conn.execute(query.order_by(c.id)).scalars()]


def due(tx: Tx, *, now: datetime, platforms: Iterable[Platform]) -> dict[str, int]:
    """How many publications are due and have not begun, by what they wait for: ``paused``, ``needs_reauth``,
    ``held`` (the platform lets the account wait), ``other_run`` (which holds the lane), ``next_run`` (nothing else).
    """
    c, p = connections.c, publications.c
    reason = case(
        (c.status == ConnectionStatus.PAUSED, "paused"),
        (c.status == ConnectionStatus.NEEDS_REAUTH, "needs_reauth"),
        (c.held_until > now, "held"),
        (c.claim_id.is_not(None) & (c.leased_until > now), "other_run"),
        else_="next_run",
    )
    query = (
        select(reason.label("why"), func.count())
        .join(connections, c.id == p.connection_id)
        .where(p.team_id == tx.team, p.wake_at.is_not(None), p.wake_at <= now, p.state.in_(_TO_COME))
        .where(c.removed_at.is_(None), c.platform.in_(sorted(platforms)))
        .group_by("why")
    )
    found = {str(why): int(count) for why, count in tx.conn.execute(query)}
    return {why: found.get(why, 0) for why in ("paused", "needs_reauth", "held", "other_run", "next_run")}
