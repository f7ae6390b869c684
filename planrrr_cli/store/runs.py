"""Runs: who is, or was, at work; what a lane's holder is worth when its process may be gone. No publications."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import insert, select, update

from planrrr_cli.domain.connections import NOTHING
from planrrr_cli.store.schema import connections, runs
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
    found = tx.conn.execute(select(runs).where(runs.c.id.in_(holding)).order_by(runs.c.started_at))
    return [
        RunRow(
            row.id,
            row.host,
            row.pid,
            row.process_started,
            row.boot,
            row.started_at,
            row.finished_at,
            row.counts,
        )
        for row in found
    ]
