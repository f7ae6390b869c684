"""What waits for a person, which every run has to say so that none of it is overlooked; nothing is changed here."""

from __future__ import annotations

from datetime import datetime

from sqlalchemy import func, select

from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.publications import State
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx


def doubts(tx: Tx) -> int:
    """How many of the team's publications are in doubt without a look that could still settle it."""
    p = publications.c
    query = select(func.count()).where(p.team_id == tx.team, p.state == State.IN_DOUBT, p.wake_at.is_(None))
    return int(tx.conn.execute(query).scalar_one())


def sign_ins(tx: Tx, *, now: datetime) -> list[str]:
    """The connections on which something is due and nothing can begin until somebody signs in again."""
    c, p = connections.c, publications.c
    due = (p.connection_id == c.id) & p.wake_at.is_not(None) & (p.wake_at <= now)
    parked = (c.status == ConnectionStatus.NEEDS_REAUTH) & c.removed_at.is_(None)
    query = select(c.id).where(c.team_id == tx.team, parked, select(p.id).where(due).exists())
    return [str(found) for found in tx.conn.execute(query.order_by(c.id)).scalars()]
