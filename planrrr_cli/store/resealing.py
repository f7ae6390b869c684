"""Writes stored secrets anew with the present key, a few rows at a time, while others work; keys come from elsewhere.

Every row is read, opened and written under its own lock, so that a token which was refreshed meanwhile is never
overwritten by an older one. A row that somebody else holds is left for later: this never waits for a lock, and so
nobody can come to wait for it in a circle.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import RowMapping, Table, select, update

from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.errors import TokenUnreadable
from planrrr_cli.store import rows
from planrrr_cli.store.cipher import OTHER_KEY, fingerprint_in
from planrrr_cli.store.keys import SEALED_COLUMNS, envelopes, with_secrets, written_with_others
from planrrr_cli.store.schema import connections, publications
from planrrr_cli.store.session import Tx

TABLES: tuple[Table, ...] = (connections, publications)


@dataclass(frozen=True, slots=True)
class Broken:
    """A value that no key at hand opens; ``why`` is a sentence."""

    table: str
    row_id: str
    place: str
    why: str


@dataclass(slots=True)
class Batch:
    """What became of some rows: values written anew, values that cannot be read, rows that others held."""

    written: int = 0
    broken: list[Broken] = field(default_factory=list)
    held: int = 0

    def __add__(self, other: Batch) -> Batch:
        return Batch(self.written + other.written, self.broken + other.broken, self.held + other.held)


def stale(tx: Tx, table: Table, fingerprint: str, *, after: str, limit: int) -> list[str]:
    """The next rows, by id, that hold values of another key than ``fingerprint``; of every team."""
    if table is connections:
        query = select(table.c.id).where(table.c.id > after, written_with_others(fingerprint))
        return list(tx.conn.execute(query.order_by(table.c.id).limit(limit)).scalars())
    found: list[str] = []
    last = after
    while len(found) < limit:
        page = list(
            tx.conn.execute(
                select(table.c.id, table.c.checkpoint)
                .where(table.c.id > last, with_secrets())
                .order_by(table.c.id)
                .limit(limit)
            ).mappings()
        )
        found += [row[table.c.id] for row in page if _others(row[table.c.checkpoint], fingerprint)]
        if len(page) < limit:
            break
        last = page[-1][table.c.id]
    return found[:limit]


def reseal(tx: Tx, table: Table, ids: Sequence[str]) -> Batch:
    """Write the values of these rows anew, as they are by now; what the present key wrote already stays."""
    cipher = tx.cipher()
    cipher.refresh()
    query = select(table).where(table.c.id.in_(ids)).order_by(table.c.id)
    locked = list(tx.conn.execute(query.with_for_update(key_share=True, skip_locked=True)).mappings())
    batch = Batch(held=len(ids) - len(locked))
    for row in locked:
        values = _connection(tx, row, batch) if table is connections else _publication(tx, row, batch)
        if values:
            tx.conn.execute(update(table).where(table.c.id == row[table.c.id]).values(values))
    return batch


def wake(tx: Tx) -> list[str]:
    """Connections that some process took to be lost because it lacked a key, and that can be read here: they go on."""
    c = connections.c
    parked = (c.status == ConnectionStatus.NEEDS_REAUTH) & c.status_reason.startswith(
        OTHER_KEY, autoescape=True
    )
    query = select(connections).where(parked, c.removed_at.is_(None)).order_by(c.id)
    woken: list[str] = []
    for row in tx.conn.execute(query.with_for_update(key_share=True, skip_locked=True)).mappings():
        try:
            rows.connection(tx, row, tokens=True)
        except TokenUnreadable:
            continue
        active = {"status": ConnectionStatus.ACTIVE, "status_reason": None}
        tx.conn.execute(update(connections).where(c.id == row[c.id]).values(active))
        woken.append(row[c.id])
    return woken


def _connection(tx: Tx, row: RowMapping, batch: Batch) -> Mapping[str, Any]:
    found: dict[str, Any] = {}
    for column in SEALED_COLUMNS:
        envelope = row[column]
        if envelope and fingerprint_in(envelope) != tx.cipher().fingerprint:
            anew = _anew(tx, envelope, connections.name, column.name, row[connections.c.id], batch)
            if anew is not None:
                found[column.name] = anew
    return found


def _publication(tx: Tx, row: RowMapping, batch: Batch) -> Mapping[str, Any]:
    p = publications.c
    notes = dict(row[p.checkpoint])
    for name, envelope in list(envelopes(notes)):
        if fingerprint_in(envelope) != tx.cipher().fingerprint:
            anew = _anew(tx, envelope, publications.name, "checkpoint", row[p.id], batch)
            if anew is not None:
                notes[name] = {rows.SEALED_NOTE: anew}
    return {"checkpoint": notes} if notes != row[p.checkpoint] else {}


def _anew(tx: Tx, envelope: str, table: str, column: str, row_id: str, batch: Batch) -> str | None:
    cipher, place = tx.cipher(), {"table": table, "column": column, "row_id": row_id}
    try:
        plain = cipher.decrypt(envelope, **place)
    except TokenUnreadable as error:
        batch.broken.append(Broken(table, row_id, column, str(error)))
        return None
    batch.written += 1
    return cipher.encrypt(plain.reveal(), **place)


def _others(notes: Mapping[str, Any], fingerprint: str) -> bool:
    return any(fingerprint_in(each) != fingerprint for _, each in envelopes(notes))
