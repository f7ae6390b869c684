"""Runs: who is, or was, at work; what a lane's holder is worth when its process may be gone. No publications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime

from sqlalchemy import ColumnElement, insert, select, update

from planrrr_cli.domain.connections import NOTHING
from planrrr_cli.domain.publications import AttemptKind, Outcome
from planrrr_cli.store.schema import attempts, connections, runs
from planrrr_cli.store.session import Tx


@dataclass(frozen=True, slots=True)
class RunRow:
    """One process of the program. ``process_started`` and ``boot`` tell it from a later one with the same ``pid``:
    the start time as the system writes it, and the boot id with the process namespace.
    """

    id: str
    host: str
    pid: int
    process_started: str
    boot: str
    started_at: datetime
    finished_at: datetime | None = None
    counts: Mapping[str, int] = field(default_factory=lambda: NOTHING)


def start(tx: Tx, run: RunRow) -> None:
    """Before the run claims anything: a lane's holder must be known to whoever may have to rescue it."""
    tx.conn.execute(
        insert(runs).values(
            id=run.id,
            team_id=tx.team,
            host=run.host,
            pid=run.pid,
            process_started=run.process_started,
            boot=run.boot,
            started_at=run.started_at,
            finished_at=run.finished_at,
            counts=run.counts,
        )
    )


def finish(tx: Tx, run_id: str, *, now: datetime, counts: Mapping[str, int]) -> None:
    mine = (runs.c.id == run_id) & (runs.c.team_id == tx.team)
    tx.conn.execute(update(runs).where(mine).values(finished_at=now, counts=counts))


def holders(tx: Tx, *, now: datetime) -> list[RunRow]:  # noqa: ARG001 - whatever the lease says: the process may be dead
    """The runs whose claim some lane still carries."""
    c = connections.c
    holding = select(c.claimed_by).where(c.team_id == tx.team, c.claim_id.is_not(None))
    return _found(tx, runs.c.id.in_(holding))


def interrupted_on(tx: Tx, publication_id: str) -> list[RunRow]:
    """The unfinished runs whose sending of this publication others have taken over."""
    a, sending = attempts.c, (AttemptKind.PUBLISH, AttemptKind.CHECK)
    lost = select(a.run_id).where(a.publication_id == publication_id, a.kind.in_(sending))
    lost = lost.where(a.outcome == Outcome.INTERRUPTED, a.run_id.is_not(None))
    return _found(tx, runs.c.id.in_(lost) & runs.c.finished_at.is_(None))


def _found(tx: Tx, which: ColumnElement[bool]) -> list[RunRow]:
    names = (one.name for one in fields(RunRow))
    query = select(*(runs.c[name] for name in names)).where(which).order_by(runs.c.started_at)
    return [RunRow(*row) for row in tx.conn.execute(query)]
