"""What people do to publications: find, reschedule, cancel, send again; each refuses what breaks a promise."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, func, insert, select, update

from planrrr_cli.domain.errors import NotFound, Refused
from planrrr_cli.domain.publications import (
    CANCELLABLE,
    RESCHEDULABLE,
    Attempt,
    Publication,
    State,
)
from planrrr_cli.domain.settlement import WAITED
from planrrr_cli.domain.steps import PARTS
from planrrr_cli.store import rows
from planrrr_cli.store.guards import ids_with_prefix
from planrrr_cli.store.loading import load
from planrrr_cli.store.schema import attempts, connections, publications
from planrrr_cli.store.session import Tx

_SHOWN = 5  # candidates that a sentence lists
_LISTED = {"connection": "planrrr connections list"}


def find(tx: Tx, prefix: str) -> Publication:
    """By id or unambiguous prefix, for showing: its connection's tokens stay sealed."""
    p = publications.c
    query = select(p.id).where(p.team_id == tx.team, ids_with_prefix(p.id, prefix.lower())).order_by(p.id)
    found = list(tx.conn.execute(query.limit(_SHOWN + 1)).scalars()) if prefix else []
    if len(found) != 1 and prefix.lower() not in found:
        raise NotFound(nothing_or_several("publication", prefix, found))
    only = prefix.lower() if prefix.lower() in found else found[0]
    return load(tx, [only])[only]


def nothing_or_several(what: str, prefix: str, found: list[str]) -> str:
    """The sentence for a name that fits nothing, or too much."""
    if not found:
        return f"there is no {what} {prefix!r}; these are there: {_LISTED.get(what, 'planrrr list')}"
    count = str(len(found)) if len(found) <= _SHOWN else f"more than {_SHOWN}"
    return f"{prefix!r} fits {count}: {', '.join(found[:_SHOWN])}; write more of it"


def reschedule(tx: Tx, publication_id: str, *, due_at: datetime, now: datetime) -> None:
    """Back into the queue with a new promised time and a clean slate.

    What was never sent goes on from its checkpoint; what was sent once starts anew, since its checkpoint may name
    something that the platform has used up.
    """
    row = locked(tx, publication_id)
    refuse_unless(row, RESCHEDULABLE, "rescheduled")
    _refuse_removed(tx, row)
    values: dict[str, Any] = {
        "state": State.SCHEDULED,
        "due_at": due_at,
        "wake_at": due_at,
        "spent": 0,
        "interruptions": 0,
        "sending_since": None,
        "held_by": None,
        **rows.error_values(None),
    }
    if row[publications.c.first_sent_at] is not None:
        values["checkpoint"] = anew(row)
    elif WAITED in row[publications.c.checkpoint]:
        values["checkpoint"] = {k: v for k, v in row[publications.c.checkpoint].items() if k != WAITED}
    write(tx, publication_id, values, now)


def anew(row: RowMapping) -> dict[str, Any]:
    """What is public already stays noted, or it would be sent twice."""
    notes: dict[str, Any] = row[publications.c.checkpoint]
    return {PARTS: notes[PARTS]} if PARTS in notes else {}


def cancel(tx: Tx, publication_id: str, *, now: datetime) -> None:
    """It is not sent, unless a person reschedules it."""
    refuse_unless(locked(tx, publication_id), CANCELLABLE, "cancelled")
    write(tx, publication_id, {"state": State.CANCELLED, "wake_at": None, "held_by": None}, now)


def new_generation(tx: Tx, publication_id: str, *, now: datetime) -> str:
    """Send again what is out already: a new row that is due now. Only for the latest, published generation."""
    row, p = locked(tx, publication_id), publications.c
    refuse_unless(row, frozenset({State.PUBLISHED}), "published again")
    _refuse_removed(tx, row)
    same = (p.post_id == row[p.post_id]) & (p.connection_id == row[p.connection_id])
    newest = tx.conn.execute(select(p.id, p.generation).where(same).order_by(p.generation.desc()).limit(1))
    latest_id, latest = newest.one()
    if latest != row[p.generation]:
        msg = (
            f"publication {publication_id[:8]} has been published again before; the latest is generation {latest}: "
            f"planrrr explain {latest_id[:8]}, or planrrr publish-one {latest_id[:8]} --force"
        )
        raise Refused(msg)
    new = publication_values(tx.new_id(), row[p.team_id], row[p.post_id], row[p.connection_id], now)
    new |= {"generation": latest + 1, "ordinal": row[p.ordinal]}
    tx.conn.execute(
        insert(publications).values(new | {"state": State.SCHEDULED, "due_at": now, "wake_at": now})
    )
    return str(new["id"])


def publication_values(
    publication_id: str, team: str, post_id: str, connection_id: str, now: datetime
) -> dict[str, Any]:
    """A row that nothing has happened to."""
    counters = ("attempts", "spent", "interruptions", "doubts", "follow_ups", "doubt_looks", "absent_looks")
    return {
        "id": publication_id,
        "team_id": team,
        "post_id": post_id,
        "connection_id": connection_id,
        "generation": 1,
        "state": State.DRAFT,
        "ordinal": 0,
        "checkpoint": {},
        "notices": [],
        "created_at": now,
        "updated_at": now,
        **dict.fromkeys(counters, 0),
    }


def attempts_of(tx: Tx, publication_id: str) -> list[Attempt]:
    """The tries of a publication, first to last."""
    a, p = attempts.c, publications.c
    query = select(attempts).join(publications, p.id == a.publication_id)
    query = query.where(a.publication_id == publication_id, p.team_id == tx.team).order_by(a.number)
    return [rows.attempt(row) for row in tx.conn.execute(query).mappings()]


def previous_end(tx: Tx, attempt: Attempt) -> datetime | None:
    """When the try before this one ended; None for the first."""
    a = attempts.c
    others = (a.publication_id == attempt.publication_id) & (a.number < attempt.number)
    found: datetime | None = tx.conn.execute(select(func.max(a.ended_at)).where(others)).scalar()
    return found


def locked(tx: Tx, publication_id: str) -> RowMapping:
    p = publications.c
    query = select(publications).where(p.id == publication_id, p.team_id == tx.team)
    row = tx.conn.execute(query.with_for_update(key_share=True)).mappings().first()
    if row is None:
        raise NotFound(nothing_or_several("publication", publication_id, []))
    return row


def refuse_unless(row: RowMapping, allowed: frozenset[State], verb: str) -> None:
    state = State(row[publications.c.state])
    if state not in allowed:
        possible = " or ".join(sorted(one.value.replace("_", " ") for one in allowed))
        short = row[publications.c.id][:8]
        is_ = state.value.replace("_", " ")
        msg = f"publication {short} is {is_} and cannot be {verb}; only what is {possible} can"
        raise Refused(f"{msg} (planrrr explain {short})")


def _refuse_removed(tx: Tx, row: RowMapping) -> None:
    """No run looks at a removed connection: what is scheduled there would wait for ever, and nobody would say so."""
    c = connections.c
    removed = select(c.platform).where(c.id == row[publications.c.connection_id], c.removed_at.is_not(None))
    if platform := tx.conn.execute(removed).scalar():
        short = row[publications.c.id][:8]
        msg = (
            f"the account of publication {short} was removed; add it (planrrr connect {platform}) "
            "and the post again"
        )
        raise Refused(msg)


def write(tx: Tx, publication_id: str, values: dict[str, Any], now: datetime) -> None:
    tx.conn.execute(
        update(publications).where(publications.c.id == publication_id).values(values | {"updated_at": now})
    )
