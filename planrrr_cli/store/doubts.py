"""How many publications wait in doubt for a person: what every run has to say, so that none is overlooked."""

from __future__ import annotations

from sqlalchemy import func, select

from planrrr_cli.domain.publications import State
from planrrr_cli.store.schema import publications
from planrrr_cli.store.session import Tx


def waiting(tx: Tx) -> int:
    """The team's publications in doubt that no look will settle any more."""
    p = publications.c
    query = select(func.count()).where(p.team_id == tx.team, p.state == State.IN_DOUBT, p.wake_at.is_(None))
    return int(tx.conn.execute(query).scalar_one())
