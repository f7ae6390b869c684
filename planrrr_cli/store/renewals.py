"""Renewals of tokens and the warnings before a sign-in: lanes taken for them, and what becomes durable of each."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, and_, or_, select, update

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.errors import TokenUnreadable
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.renewal import DATA_ACCESS, EARLY, UNUSED, YEAR, last_moment
from planrrr_cli.store import rows
from planrrr_cli.store.guards import has_publishing
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

_THERE = connections.c.removed_at.is_(None)
_KEPT = (ConnectionStatus.ACTIVE, ConnectionStatus.PAUSED)  # a pause must not cost the sign-in


def take(
    tx: Tx, connection_id: str, *, run_id: str, claim_id: str, now: datetime, lease: timedelta
) -> Connection | None:
    """Take a lane as a run does, for its tokens only; None while it is held, told to wait, or needs a person."""
    c = connections.c
    free = (
        (c.id == connection_id)
        & (c.team_id == tx.team)
        & _THERE
        & c.status.in_(_KEPT)
        & (c.held_until.is_(None) | (c.held_until <= now))
        & (c.claim_id.is_(None) | (c.leased_until <= now))
    )
    lane = connections.alias("lane")
    busy = select(lane.c.id).where(lane.c.id == connection_id, has_publishing(lane)).exists()
    holds = {"claim_id": claim_id, "claimed_by": run_id, "leased_until": now + lease}
    lock = select(c.id).where(free, ~busy).with_for_update(skip_locked=True, key_share=True)
    if tx.conn.execute(lock).first() is None:
        return None
    tx.conn.execute(update(connections).where(c.id == connection_id).values(holds))
    row = tx.conn.execute(select(connections).where(c.id == connection_id)).mappings().one()
    return rows.connection_for_work(tx, row)


def sealed(tx: Tx, connection_id: str) -> Connection | None:
    """As it is now, with sealed tokens; None when it was removed."""
    c = connections.c
    query = select(connections).where(c.id == connection_id, c.team_id == tx.team, _THERE)
    row = tx.conn.execute(query).mappings().first()
    return rows.connection(tx, row, tokens=False) if row is not None else None


def begin(tx: Tx, connection_id: str, *, claim_id: str, now: datetime) -> bool:
    """Before a refresh token that works once leaves. A doubt that is older keeps its date. False: the lane is lost."""
    c = connections.c
    mine = (c.id == connection_id) & (c.team_id == tx.team) & (c.claim_id == claim_id)
    held = tx.conn.execute(select(c.id).where(mine).with_for_update(key_share=True)).first() is not None
    tx.conn.execute(update(connections).where(mine, c.renewing_since.is_(None)).values(renewing_since=now))
    return held


def never_sent(tx: Tx, connection_id: str, *, claim_id: str, now: datetime) -> None:
    """A renewal that was begun has surely had no effect."""
    c = connections.c
    mine = (c.id == connection_id) & (c.team_id == tx.team) & (c.claim_id == claim_id)
    tx.conn.execute(update(connections).where(mine).values(renewing_since=None, updated_at=now))


def save(tx: Tx, before: Connection, tokens: Tokens, *, now: datetime) -> bool:
    """Keep what the tokens of ``before`` were renewed to, and those beside it until the new ones have worked.

    Whoever holds the lane by now: the answer to a renewal comes once, and nobody else can have it. False, and nothing
    changes, when the stored tokens are others than were renewed, or the new one is empty. Without a new refresh token
    the old one stays.
    """
    row = _still(tx, before)
    if row is None or not tokens.access:
        return False
    c, old = connections.c, before.tokens
    values: dict[str, Any] = rows.token_values(tx, tokens, before.id)
    for name in ("refresh_token", "token_secret"):
        if values[name] is None:
            del values[name]
    if tokens.access != old.access:
        values |= {
            "previous_access_token": rows.sealed(tx, old.access, "previous_access_token", before.id),
            "previous_refresh_token": rows.sealed(tx, old.refresh, "previous_refresh_token", before.id)
            if old.refresh
            else None,
        }
    values |= {"renewing_since": None, "updated_at": now}
    told = last_moment(before, now=now)
    if told is None or told.by_itself:  # that end has moved, and what is said before it begins anew
        values["warned_days"] = None
    if row[c.status] == ConnectionStatus.NEEDS_REAUTH and row[c.renewing_since] is not None:
        # Somebody was asked to sign in because this very answer was missing.
        values |= {"status": ConnectionStatus.ACTIVE, "status_reason": None}
    tx.conn.execute(update(connections).where(c.id == before.id).values(values))
    return True


def have_worked(tx: Tx, connection: Connection) -> None:
    """The platform took the present tokens: those before them are forgotten."""
    if connection.previous is not None and _still(tx, connection) is not None:
        forgotten = {"previous_access_token": None, "previous_refresh_token": None}
        tx.conn.execute(update(connections).where(connections.c.id == connection.id).values(forgotten))


def warned(tx: Tx, connection: Connection, days: int) -> bool:
    """Note that a person is told now; False when another process has told it meanwhile."""
    c = connections.c
    told = connection.warned_days
    as_seen = c.warned_days.is_(None) if told is None else c.warned_days == told
    mine = (c.id == connection.id) & (c.team_id == tx.team) & as_seen
    return tx.conn.execute(update(connections).where(mine).values(warned_days=days)).rowcount == 1


def near_their_end(tx: Tx, *, now: datetime) -> list[Connection]:
    """Those of which a warning may be due, and perhaps some more; their tokens stay sealed. One statement.

    They stay as they are until the commit. What another transaction is at work on is left out: it is told next time.
    """
    c, soon = connections.c, now + EARLY
    ends_itself = c.refresh_token.is_(None) | (c.platform == Platform.INSTAGRAM)

    def on(*platforms: Platform) -> ColumnElement[bool]:
        return c.platform.in_(platforms)

    pressing = or_(
        c.refresh_expires_at <= soon,
        and_(c.token_expires_at <= soon, ends_itself),
        and_(c.granted_at <= soon - DATA_ACCESS, on(Platform.FACEBOOK, Platform.INSTAGRAM)),
        and_(c.granted_at <= soon - YEAR, on(Platform.LINKEDIN)),
        and_(c.token_expires_at <= soon - UNUSED, on(Platform.X, Platform.YOUTUBE)),
    )
    query = select(connections).where(c.team_id == tx.team, _THERE, c.status.in_(_KEPT), pressing)
    query = query.order_by(c.platform, c.account_name, c.id).with_for_update(skip_locked=True, key_share=True)
    found = tx.conn.execute(query).mappings()
    return [rows.connection(tx, row, tokens=False) for row in found]


@dataclass(frozen=True, slots=True)
class Beyond:
    """A publication that is scheduled for later than its connection lasts."""

    publication_id: str
    post_id: str
    connection_id: str
    due_at: datetime


def beyond(tx: Tx, last: Mapping[str, datetime], *, limit: int = 1000) -> list[Beyond]:
    """What is scheduled after the last moments of connections, by their ids; in order, at most ``limit`` of it."""
    if not last:
        return []
    p = publications.c
    after = or_(*(and_(p.connection_id == one, p.due_at > at) for one, at in sorted(last.items())))
    query = (
        select(p.id, p.post_id, p.connection_id, p.due_at)
        .where(p.team_id == tx.team, p.state == State.SCHEDULED, after)
        .order_by(p.due_at, p.id)
        .limit(limit)
    )
    return [Beyond(*row) for row in tx.conn.execute(query)]


def _still(tx: Tx, connection: Connection) -> Mapping[Any, Any] | None:
    """The row, locked, while its access token is the one of ``connection``."""
    c = connections.c
    query = select(connections).where(c.id == connection.id, c.team_id == tx.team, _THERE)
    row = tx.conn.execute(query.with_for_update(key_share=True)).mappings().first()
    if row is None or not row[c.access_token]:
        return None
    try:
        same = rows.opened(tx, row[c.access_token], "access_token", connection.id) == connection.tokens.access
    except TokenUnreadable:
        return None
    return row if same else None
