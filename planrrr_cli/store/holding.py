"""Holding many lanes at once, because the platform asked a whole app, or everybody, to wait."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ScalarSelect, func, select, update

from planrrr_cli.domain.errors import Scope
from planrrr_cli.store.schema import connections
from planrrr_cli.store.session import Tx


def hold_all(tx: Tx, lane: ScalarSelect[str], scope: Scope, held: Mapping[str, Any]) -> None:
    """Nothing begins before ``held["held_until"]`` on any lane that shares ``scope`` with ``lane`` (a connection's id).

    A longer hold stays. Rows that another run has locked at this moment are left out, since waiting for them while
    holding our own could be a deadlock; such a run will be told by the platform itself.
    """
    c, own = connections.c, connections.alias("own")
    until: datetime = held["held_until"]
    same = c.platform == select(own.c.platform).where(own.c.id == lane).scalar_subquery()
    if scope is Scope.APP:
        app = select(func.coalesce(own.c.app_id, "")).where(own.c.id == lane).scalar_subquery()
        same = same & (func.coalesce(c.app_id, "") == app)
    free = (c.held_until.is_(None)) | (c.held_until < until)
    wanted = select(c.id).where(c.team_id == tx.team, c.removed_at.is_(None), same, free)
    wanted = wanted.order_by(c.id).with_for_update(skip_locked=True, key_share=True)
    # In a CTE of its own: PostgreSQL may run a subquery with a lock more than once.
    chosen = wanted.cte("chosen")
    tx.conn.execute(update(connections).where(c.id.in_(select(chosen.c.id))).values(dict(held)))
