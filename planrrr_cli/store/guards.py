"""The conditions that guarded writes share, and SQL that the databases spell differently; no writes of its own."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import (
    BindParameter,
    Column,
    ColumnElement,
    Executable,
    FromClause,
    Table,
    Text,
    Update,
    bindparam,
    func,
    literal,
    literal_column,
    select,
    tuple_,
)
from sqlalchemy.dialects import postgresql, sqlite

from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.publications import State
from planrrr_cli.store.columns import Json, dumped
from planrrr_cli.store.schema import attempts, connections, publications
from planrrr_cli.store.session import Tx

NOBODY: Mapping[str, None] = {"claim_id": None, "claimed_by": None, "leased_until": None}  # holds the lane


def given(column: Column[Any], name: str = "") -> BindParameter[Any]:
    """A parameter for a statement that is built once: ``p_`` and the name, typed as ``column`` is.

    The statements of the hot path are constants, because building one costs more than running it.
    """
    return bindparam(f"p_{name or column.name}", type_=column.type)


def as_given(values: Mapping[str, Any]) -> dict[str, Any]:
    """Column values under the names that :func:`given` gives them."""
    return {f"p_{name}": value for name, value in values.items()}


def took(tx: Tx, statement: Update, values: Mapping[str, Any]) -> bool:
    """Run a guarded write of one row; whether it found its row still in the expected shape."""
    return tx.conn.execute(statement, values).rowcount == 1


def inserted(
    tx: Tx, table: Table, values: Mapping[str, Any], unless: Sequence[str], where: Any = None
) -> bool:
    """Insert a row unless one with the same ``unless`` columns is there (among those ``where``); whether it was."""
    dialect: Any = postgresql if tx.dialect == "postgresql" else sqlite
    statement = dialect.insert(table).values(values)
    statement = statement.on_conflict_do_nothing(index_elements=list(unless), index_where=where)
    result = tx.conn.execute(statement, execution_options={"preserve_rowcount": True})
    return bool(result.rowcount == 1)


def lane_is_mine(*, beginning: bool = False) -> ColumnElement[bool]:
    """For a write on ``publications``: the lane still carries ``p_claim_id``, and nobody can take it before the commit.

    The lock is what makes it true until then; without it, another run could take the lane between this look and
    the commit. It also keeps the order of locks the same everywhere: the lane first, then its publications.
    ``beginning`` asks for more: the lane is active, and the lease has not run out at ``p_updated_at``.
    """
    c = connections.c
    lane = select(c.id).where(c.id == publications.c.connection_id, c.claim_id == given(c.claim_id))
    if beginning:
        alive = c.leased_until > given(c.updated_at)
        lane = lane.where(c.status == ConnectionStatus.ACTIVE, alive)
    return lane.correlate(publications).with_for_update(key_share=True).exists()


def attempt_is_open() -> ColumnElement[bool]:
    """For a write on ``publications``: ``p_attempt_id`` is its attempt and has not ended."""
    a = attempts.c
    mine = select(a.id).where(a.id == given(a.id, "attempt_id"), a.publication_id == publications.c.id)
    return mine.where(a.ended_at.is_(None)).correlate(publications).exists()


def claimed() -> ColumnElement[bool]:
    """For a statement on ``connections``: the lanes that still carry the claim which ``p_claims`` pairs them with."""
    return tuple_(connections.c.id, connections.c.claim_id).in_(bindparam("p_claims", expanding=True))


def has_publishing(lane: FromClause) -> ColumnElement[bool]:
    """Something on the lane is in the middle of an attempt, or was when its process died."""
    inner = publications.alias("middle")
    mine = (inner.c.team_id == lane.c.team_id) & (inner.c.connection_id == lane.c.id)
    return select(inner.c.id).where(mine, inner.c.state == State.PUBLISHING).correlate(lane).exists()


def appended(dialect: str, column: Column[Any], count: int) -> ColumnElement[Any]:
    """A JSON array column with ``count`` values at its end, for parameters from :func:`to_append`."""
    if dialect == "postgresql":
        return column.op("||", return_type=Json())(given(column))
    parts: list[Any] = []
    for number in range(count):
        parts += [literal_column("'$[#]'"), func.json(bindparam(f"p_{column.name}_{number}", type_=Text()))]
    return func.json_insert(column, *parts)


def to_append(dialect: str, column: Column[Any], values: Sequence[Any]) -> dict[str, Any]:
    if dialect == "postgresql":
        return {f"p_{column.name}": list(values)}
    return {f"p_{column.name}_{number}": dumped(value) for number, value in enumerate(values)}


def with_note(dialect: str, column: Column[Any], name: str) -> ColumnElement[Any]:
    """A JSON object column with ``name`` set to true in it, for rows that were not read."""
    if dialect == "postgresql":
        return column.op("||", return_type=Json())(literal({name: True}, Json()))
    return func.json_set(column, literal_column(f"'$.{name}'"), func.json(literal_column("'true'")))


def ids_with_prefix(column: Column[str], prefix: str) -> ColumnElement[bool]:
    """A range, because it can use the primary key on both databases whatever LIKE is told about letters."""
    return (column >= prefix) & (column < prefix + "~")


def scalars(tx: Tx, statement: Executable, values: Mapping[str, Any] | None = None) -> list[Any]:
    return list(tx.conn.execute(statement, values or {}).scalars())
