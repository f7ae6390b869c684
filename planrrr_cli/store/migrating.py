"""Which revision a database has, and bringing it to ours; Alembic is imported only when there is something to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from sqlalchemy import Connection, inspect, text

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.idle_sql import HEAD
from planrrr_cli.store.schema import metadata

_LOCK = (
    0x706C616E72727200  # "planrrr": two processes that migrate PostgreSQL at once wait for each other here
)


@dataclass(frozen=True, slots=True)
class Migrated:
    """What ``migrate`` did: ``before`` is None for an empty database, and equals ``after`` when nothing was to do."""

    created: bool
    before: str | None
    after: str


def revision(conn: Connection, where: str) -> str | None:
    """The revision of the database; None when it has no tables of ours."""
    if conn.dialect.name == "sqlite":
        there = conn.execute(
            text("SELECT 1 FROM sqlite_master WHERE type = 'table' AND name = 'alembic_version'")
        )
    else:  # asked first, because a failed SELECT would end the transaction
        there = conn.execute(text("SELECT 1 WHERE to_regclass('alembic_version') IS NOT NULL"))
    if there.first() is None:
        return None
    found = conn.execute(text("SELECT version_num FROM alembic_version")).scalars().all()
    if len(found) > 1:
        raise _foreign(where)
    return found[0] if found else None


def refuse_foreign(before: str | None, where: str) -> None:
    """Raises :class:`ConfigError` for a revision that is not ours, or newer than ours."""
    if before is None or before == HEAD:
        return
    if not re.fullmatch(r"\d{4}", before):
        raise _foreign(where)
    if before > HEAD:
        msg = (
            f"the database {where} was made by a newer version of planrrr (revision {before}, "
            f"this program knows {HEAD}); install that version here too"
        )
        raise ConfigError(msg)


def needs_init(where: str, state: str) -> ConfigError:
    return ConfigError(f"the database {where} {state}; run: planrrr init")


@contextmanager
def unhurried(conn: Connection) -> Iterator[None]:
    """Inside, PostgreSQL may take its time for an answer: an index on a big table is no server that hangs."""
    if conn.dialect.name != "postgresql":
        yield
        return
    driver: Any = conn.connection.driver_connection
    before, driver.answer_seconds = driver.answer_seconds, None
    try:
        yield
    finally:
        driver.answer_seconds = before


def migrate(conn: Connection, where: str) -> Migrated:
    """Inside a write transaction, which on SQLite keeps every other migrating process out."""
    if conn.dialect.name == "postgresql":
        conn.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": _LOCK})
    before = revision(conn, where)
    refuse_foreign(before, where)
    if before == HEAD:
        return Migrated(created=False, before=before, after=HEAD)
    if before is None and set(inspect(conn).get_table_names()) & set(metadata.tables):
        raise _foreign(where)
    _upgrade(conn)
    return Migrated(created=before is None, before=before, after=HEAD)


def _upgrade(conn: Connection) -> None:
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent / "migrations").replace("%", "%%"))
    config.attributes["connection"] = conn
    command.upgrade(config, HEAD)


def _foreign(where: str) -> ConfigError:
    return ConfigError(
        f"the database {where} holds tables of another program; give planrrr a database of its own"
    )
