"""From a database URL to an engine: drivers, files and their modes, pragmas; no transaction begins here."""

from __future__ import annotations

import contextlib
import os
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url
from sqlalchemy.exc import ArgumentError
from sqlalchemy.pool import QueuePool

from planrrr_cli.domain.errors import ConfigError, StoreUnavailable
from planrrr_cli.store.cipher import Cipher
from planrrr_cli.store.session import Store, Tx
from planrrr_cli.store.turns import BUSY_SECONDS

CONNECT_SECONDS = 5

# A network that swallows packets must not hold the run for longer than a lease: these are libpq's own settings.
_TCP = {"keepalives_idle": 10, "keepalives_interval": 5, "keepalives_count": 3, "tcp_user_timeout": 20_000}


def open_store(
    url: str,
    *,
    team: str,
    cipher: Callable[[Tx], Cipher],
    new_id: Callable[[], str],
    application: str = "planrrr",
) -> Store:
    """The store behind ``url`` (``sqlite:////path`` or ``postgresql://…``); nothing is touched until the first use.

    ``cipher`` is called once, when a token has to be written or read, not before. It asks the database in the
    transaction that it gets: waiting for a second session inside one is a deadlock where a pooler has few. Raises
    :class:`ConfigError` for a URL that cannot be one.
    """
    parsed = _parsed(url)
    if parsed.get_backend_name() == "sqlite":
        engine, where = _sqlite_engine(parsed)
    else:
        engine, where = _postgresql_engine(parsed, application)
    return Store(
        engine=engine, where=where, password=parsed.password, team=team, cipher=cipher, new_id=new_id
    )


def _parsed(url: str) -> URL:
    if url.startswith("postgres://"):
        url = "postgresql://" + url.removeprefix("postgres://")
    try:
        parsed = make_url(url)
    except (ArgumentError, ValueError):  # ValueError: a port that is no number
        msg = "DATABASE_URL cannot be read; it looks like sqlite:////path/planrrr.db or postgresql://user@host/name"
        raise ConfigError(msg) from None
    if parsed.drivername not in {"sqlite", "postgresql", "postgresql+psycopg"}:
        msg = f"DATABASE_URL names {parsed.drivername!r}; planrrr works with sqlite and postgresql"
        raise ConfigError(msg)
    if parsed.get_backend_name() == "sqlite" and (parsed.database in {None, "", ":memory:"} or parsed.host):
        msg = "DATABASE_URL must name a file: sqlite:////absolute/path/planrrr.db (four slashes)"
        raise ConfigError(msg)
    return parsed


def _sqlite_engine(url: URL) -> tuple[Engine, str]:
    path = Path(url.database or "").expanduser()
    # AUTOCOMMIT means that neither driver begins transactions by itself: session.py says BEGIN and COMMIT.
    engine = create_engine(
        "sqlite://",
        creator=lambda: _sqlite_connection(path),
        poolclass=QueuePool,
        pool_size=1,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
    )
    return engine, str(path)


def _sqlite_connection(path: Path) -> sqlite3.Connection:
    _make_private_file(path)
    connection = sqlite3.connect(path, timeout=BUSY_SECONDS, isolation_level=None, check_same_thread=False)
    try:
        _set_pragmas(connection)
    except BaseException:
        connection.close()
        raise
    return connection


def _set_pragmas(connection: sqlite3.Connection) -> None:
    connection.execute("PRAGMA foreign_keys=ON")
    # FULL: a point of no return that a power failure can undo would let a post be sent twice.
    connection.execute("PRAGMA synchronous=FULL")
    if connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        # Refused while another process works in the file, and on file systems without shared memory. The rollback
        # journal is as safe, and the next connection tries again.
        with contextlib.suppress(sqlite3.OperationalError):
            connection.execute("PRAGMA journal_mode=WAL")


def _make_private_file(path: Path) -> None:
    """Create the file as 0600, in folders of 0700 where they are missing; leave alone what exists."""
    if path.exists():
        return
    try:
        for folder in reversed([folder for folder in path.parents if not folder.exists()]):
            folder.mkdir(mode=0o700, exist_ok=True)
        os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))
    except OSError as error:
        msg = f"the database {path} cannot be created: {(error.strerror or 'unknown reason').lower()}"
        raise StoreUnavailable(msg) from None


def _postgresql_engine(url: URL, application: str) -> tuple[Engine, str]:
    wanted: dict[str, Any] = {"connect_timeout": CONNECT_SECONDS, "application_name": application, **_TCP}
    engine = create_engine(
        url.set(drivername="postgresql+psycopg"),
        poolclass=QueuePool,
        pool_size=1,
        isolation_level="AUTOCOMMIT",
        hide_parameters=True,
        # Poolers in transaction mode hand each transaction to another server connection: nothing may stay there.
        connect_args={"prepare_threshold": None}
        | {key: value for key, value in wanted.items() if key not in url.query},
    )
    event.listen(engine, "do_connect", _connected)
    host = url.host or url.query.get("host") or "the local socket"
    return engine, f"{url.database or ''} on {host if isinstance(host, str) else ', '.join(host)}"


def _connected(_dialect: object, _record: object, args: Any, options: Any) -> Any:
    from planrrr_cli.postgresql import Connection  # psycopg takes as long to import as SQLite to answer

    return Connection.connect(*args, **options)
