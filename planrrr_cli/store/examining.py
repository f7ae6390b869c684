"""What an examination asks of the tables beyond what runs ask; reads only."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy import func, select

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.store.schema import connections, publications, runs
from planrrr_cli.store.session import Tx


def ready_since(tx: Tx, *, now: datetime, before: datetime, platforms: Iterable[Platform]) -> int:
    """How many publications could have begun before that moment: due, on an active account that is not held."""
    c, p = connections.c, publications.c
    query = (
        select(func.count())
        .select_from(publications)
        .join(connections, c.id == p.connection_id)
        .where(p.team_id == tx.team, p.wake_at <= before, p.state.in_((State.SCHEDULED, State.PROCESSING)))
        .where(c.status == ConnectionStatus.ACTIVE, c.removed_at.is_(None), c.platform.in_(sorted(platforms)))
        .where(c.held_until.is_(None) | (c.held_until <= now))
    )
    return int(tx.conn.execute(query).scalar_one())


def last_run(tx: Tx) -> datetime | None:
    """When the team's latest run began that had something to do; ticks with nothing due leave no row."""
    query = (
        select(runs.c.started_at).where(runs.c.team_id == tx.team).order_by(runs.c.started_at.desc()).limit(1)
    )
    return tx.conn.execute(query).scalar()


def in_doubt_since(tx: Tx, *, before: datetime) -> int:
    """How many publications in doubt were sent before that moment."""
    p = publications.c
    mine = (p.team_id == tx.team) & (p.state == State.IN_DOUBT)
    query = select(func.count()).where(mine, func.coalesce(p.sending_since, p.first_sent_at) <= before)
    return int(tx.conn.execute(query).scalar_one())
