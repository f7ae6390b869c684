"""Lanes: claim, renew, release, and what to handle next on each; how an attempt goes is ``publications``' business."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, FromClause, Select, bindparam, func, select, update
from sqlalchemy.sql.dml import ReturningUpdate

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.store import rows, schema
from planrrr_cli.store.columns import UtcDateTime
from planrrr_cli.store.guards import NOBODY, claimed, given, has_publishing
from planrrr_cli.store.loading import BOUND_RECENTLY, load
from planrrr_cli.store.rescue import strand
from planrrr_cli.store.schema import connections
from planrrr_cli.store.session import Tx

__all__ = [
    "claim",
    "database_now",
    "following",
    "next_publications",
    "release",
    "renew",
    "strand",
]

# What a person may ask to have handled now, whatever its wake_at.
_ASKABLE = (State.DRAFT, State.SCHEDULED, State.PROCESSING, State.IN_DOUBT)


def _first_in_line(*, named: bool) -> ColumnElement[str]:
    p = schema.publications.alias("line")
    query = select(p.c.id).where(p.c.connection_id == connections.c.id, _to_do(p, named=named))
    query = query.order_by(p.c.due_at, p.c.created_at, p.c.ordinal, p.c.id).limit(1)
    return query.correlate(connections).scalar_subquery()


def _to_do(p: FromClause, *, named: bool) -> ColumnElement[bool]:
    """Its moment has come; of the named ones also those that a person wants now, whatever their moment."""
    # "IS NOT NULL" is said aloud so that SQLite sees that the partial index fits
    due = p.c.wake_at.is_not(None) & (p.c.wake_at <= given(schema.publications.c.wake_at, "now"))
    if not named:
        return due
    wanted_now = p.c.id.in_(bindparam("p_expedited", expanding=True)) & p.c.state.in_(_ASKABLE)
    return p.c.id.in_(bindparam("p_named", expanding=True)) & (due | wanted_now)


def _free(lane: FromClause) -> ColumnElement[bool]:
    """It may publish, and nobody holds it."""
    c, now = lane.c, given(connections.c.leased_until, "now")
    return (
        (c.status == ConnectionStatus.ACTIVE)
        & c.removed_at.is_(None)
        & (c.held_until.is_(None) | (c.held_until <= now))
        & (c.claim_id.is_(None) | (c.leased_until <= now))
    )


@cache
def _lanes_with_work(*, platforms: bool, named: bool) -> Select[Any]:
    lane, p, first = (
        connections.alias("lane"),
        schema.publications.alias("work"),
        schema.publications.alias("first"),
    )
    if named:
        work: ColumnElement[bool] = lane.c.id.in_(select(p.c.connection_id).where(_to_do(p, named=True)))
    else:  # per lane, so that a long queue on one costs no more than a short one
        mine = (p.c.connection_id == lane.c.id) & _to_do(p, named=False)
        work = select(p.c.id).where(mine).correlate(lane).exists()
    waiting = (
        select(func.min(first.c.wake_at))
        .where(first.c.connection_id == lane.c.id, first.c.wake_at.is_not(None))
        .correlate(lane)
        .scalar_subquery()
        .label("waiting")
    )
    ours = lane.c.team_id == given(lane.c.team_id)
    query = select(lane.c.id, waiting).where(ours, work, _free(lane), ~has_publishing(lane))
    if platforms:
        query = query.where(lane.c.platform.in_(bindparam("p_platforms", expanding=True)))
    had_their_turn = lane.c.id.in_(bindparam("p_after_others", expanding=True))
    return query.order_by(had_their_turn, waiting, lane.c.id).limit(bindparam("p_limit"))


@cache
def _taking(*, platforms: bool, named: bool) -> ReturningUpdate[Any]:
    """PostgreSQL's claim. Right without SKIP LOCKED too: the UPDATE asks again once it has locked the row."""
    wanted = _lanes_with_work(platforms=platforms, named=named)
    taken = wanted.with_for_update(skip_locked=True, key_share=True, of=wanted.get_final_froms()[0]).cte(
        "taken"
    )
    claiming = update(connections).where(connections.c.id == taken.c.id, _free(connections)).values(_HOLDS)
    return claiming.returning(connections, taken.c.waiting)


_HOLDS = {name: given(connections.c[name]) for name in NOBODY}
_TAKE = update(connections).where(connections.c.id.in_(bindparam("p_ids", expanding=True))).values(_HOLDS)
_TAKEN = select(connections).where(connections.c.id.in_(bindparam("p_ids", expanding=True)))
_NEXT = select(connections.c.id, _first_in_line(named=False)).where(claimed())
_NEXT_NAMED = select(connections.c.id, _first_in_line(named=True)).where(claimed())
_LINE = (
    select(schema.publications.c.id)
    .join(connections, connections.c.id == schema.publications.c.connection_id)
    .where(
        claimed(),
        _to_do(schema.publications, named=False),
        schema.publications.c.state == State.SCHEDULED,
    )
    .order_by(*(schema.publications.c[name] for name in ("due_at", "created_at", "ordinal", "id")))
    .limit(bindparam("p_limit"))
)
_LOCK_MINE = (
    select(connections.c.id).where(claimed()).order_by(connections.c.id).with_for_update(key_share=True)
)
_RELEASE = update(connections).where(claimed()).values(NOBODY)


def database_now(tx: Tx) -> datetime | None:
    """The clock that all hosts share: PostgreSQL's own. SQLite has none but the host's: None."""
    if tx.dialect != "postgresql":
        return None
    found: datetime = tx.conn.execute(select(func.clock_timestamp(type_=UtcDateTime()))).scalar_one()
    return found


def claim(
    tx: Tx,
    *,
    run_id: str,
    claim_id: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    platforms: frozenset[Platform] | None = None,
    publications: frozenset[str] | None = None,
    expedited: frozenset[str] | None = None,
    after_others: frozenset[str] = frozenset(),
) -> list[Connection]:
    """Take up to ``limit`` lanes that have work and no holder, those that have waited longest first.

    Lanes among ``after_others`` have just had their turn, and come last.

    Work is a publication whose ``wake_at`` has come. ``publications``: only these count, and those of them that are
    ``expedited`` (all, unless told) count whatever their ``wake_at``. A lane with something in the middle of an
    attempt has to be rescued (:func:`strand`) first.
    """
    if limit < 1 or (publications is not None and not publications):
        return []
    values: dict[str, Any] = {"p_team_id": tx.team, "p_now": now, "p_limit": limit}
    values["p_after_others"] = sorted(after_others)
    values |= {"p_platforms": sorted(platforms)} if platforms is not None else {}
    values |= _named(publications, expedited)
    wanted = _lanes_with_work(platforms=platforms is not None, named=publications is not None)
    holds = {"p_claim_id": claim_id, "p_claimed_by": run_id, "p_leased_until": now + lease}
    if tx.dialect == "postgresql":
        taking = _taking(platforms=platforms is not None, named=publications is not None)
        found = tx.conn.execute(taking, values | holds).mappings().all()
        ordered = sorted(found, key=lambda row: (row["waiting"] or now, row["id"]))
    else:
        ids = list(tx.conn.execute(wanted, values).scalars())
        if not ids:
            return []
        tx.conn.execute(_TAKE, holds | {"p_ids": ids})
        by_id = {row["id"]: row for row in tx.conn.execute(_TAKEN, {"p_ids": ids}).mappings()}
        ordered = [by_id[one] for one in ids]
    return [rows.connection_for_work(tx, row) for row in ordered]


def renew(tx: Tx, *, claims: Mapping[str, str], until: datetime) -> set[str]:
    """The heartbeat: ``claims`` maps connection ids to claim ids; the answer is which of them are still mine."""
    if not claims:
        return set()
    mine = set(tx.conn.execute(_LOCK_MINE, {"p_claims": list(claims.items())}).scalars())
    if mine:
        tx.conn.execute(
            update(connections).where(connections.c.id.in_(sorted(mine))).values(leased_until=until)
        )
    return mine


def release(tx: Tx, *, claims: Mapping[str, str]) -> None:
    """Let lanes go; those that somebody else holds by now stay theirs."""
    if claims:
        tx.conn.execute(_RELEASE, {"p_claims": list(claims.items())})


def _named(publications: frozenset[str] | None, expedited: frozenset[str] | None) -> dict[str, list[str]]:
    if publications is None:
        return {}
    wanted_now = publications if expedited is None else publications & expedited
    return {"p_named": sorted(publications), "p_expedited": sorted(wanted_now)}


def next_publications(
    tx: Tx,
    *,
    claims: Mapping[str, str],
    now: datetime,
    publications: frozenset[str] | None = None,
    expedited: frozenset[str] | None = None,
) -> dict[str, Publication]:
    """For each lane still mine the publication to handle next, complete and with decrypted tokens.

    In the lane's order: ``due_at``, then as they were added. Lanes without anything to do are missing.
    ``publications`` and ``expedited`` as for :func:`claim`.
    """
    if not claims:
        return {}
    values: dict[str, Any] = {"p_claims": list(claims.items()), "p_now": now}
    values |= _named(publications, expedited)
    found_ids = tx.conn.execute(_NEXT if publications is None else _NEXT_NAMED, values)
    chosen = {row[0]: row[1] for row in found_ids if row[1] is not None}
    found = load(tx, chosen.values(), tokens=True, bound_since=now - BOUND_RECENTLY)
    return {lane: found[one] for lane, one in chosen.items() if one in found}


def following(tx: Tx, *, claims: Mapping[str, str], now: datetime, limit: int) -> list[Publication]:
    """What is due to be sent on these lanes, in order, at most ``limit`` of it; complete and with decrypted tokens."""
    values: dict[str, Any] = {"p_claims": list(claims.items()), "p_now": now, "p_limit": limit}
    ids = list(tx.conn.execute(_LINE, values).scalars())
    found = load(tx, ids, tokens=True, bound_since=now - BOUND_RECENTLY)
    return [found[one] for one in ids if one in found]
