"""What the platforms said of each bucket, kept for all processes; what of it is believed, ``domain.quota`` says."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, select, tuple_, update
from sqlalchemy.dialects import postgresql, sqlite

from planrrr_cli.domain.quota import Told, merged
from planrrr_cli.store.schema import rate_limits
from planrrr_cli.store.session import Tx

Owned = tuple[str, str]
"""A bucket's name, and whose it is: the platform's id of the account, or the fingerprint of the app."""


def of(table: Table) -> ColumnElement[bool]:
    """The rows of the buckets among ``p_owned``."""
    return tuple_(table.c.bucket, table.c.owner).in_(bindparam("p_owned", expanding=True))


def dialect(tx: Tx) -> Any:
    """Whose INSERT knows ON CONFLICT."""
    return postgresql if tx.dialect == "postgresql" else sqlite


_TOLD = select(rate_limits).where(of(rate_limits))
_IN_ORDER = (rate_limits.c.bucket, rate_limits.c.owner)


def known(tx: Tx, wanted: Collection[Owned], *, lock: bool = False) -> dict[Owned, Told]:
    """One statement; buckets of which nothing was said are missing."""
    query = _TOLD.order_by(*_IN_ORDER).with_for_update() if lock else _TOLD
    found = tx.conn.execute(query, {"p_owned": sorted(wanted)}).mappings()
    return {(row["bucket"], row["owner"]): _told(row) for row in found}


def learn(tx: Tx, told: Mapping[Owned, Told]) -> None:
    """Keep what the platforms said, merged with what they said before. Two statements."""
    if not told:
        return
    before, add = known(tx, told, lock=True), dialect(tx).insert(rate_limits)
    columns = [column.name for column in rate_limits.columns if not column.primary_key]
    add = add.on_conflict_do_update(
        index_elements=["bucket", "owner"], set_={name: add.excluded[name] for name in columns}
    )
    rows = [_row(owned, merged(before.get(owned), told[owned])) for owned in sorted(told)]
    tx.conn.execute(add, rows)


def bring_back(tx: Tx, *, now: datetime, late: datetime) -> bool:
    """What was heard by a clock that was ahead lasts as long as it was meant to, from now on; whether there was any.

    ``late``: nothing can rightly have been written after it.
    """
    t = rate_limits.c
    found = (
        tx.conn.execute(select(rate_limits).where(t.updated_at > late).order_by(*_IN_ORDER).with_for_update())
        .mappings()
        .all()
    )
    for row in found:
        by = row["updated_at"] - now
        moved = {
            name: row[name] and row[name] - by for name in ("updated_at", "resets_at", "exhausted_until")
        }
        mine = (t.bucket == row["bucket"]) & (t.owner == row["owner"])
        tx.conn.execute(update(rate_limits).where(mine).values(moved))
    return bool(found)


def _told(row: Mapping[Any, Any]) -> Told:
    return Told(
        row["updated_at"],
        row["told_by"] or "",
        row["told_limit"],
        row["told_left"],
        row["resets_at"],
        row["told_percent"],
        row["exhausted_until"],
    )


def _row(owned: Owned, told: Told) -> dict[str, Any]:
    return {
        "bucket": owned[0],
        "owner": owned[1],
        "updated_at": told.at,
        "told_by": told.source,
        "told_limit": told.limit,
        "told_left": told.left,
        "resets_at": told.resets_at,
        "told_percent": told.percent,
        "exhausted_until": told.until,
    }
