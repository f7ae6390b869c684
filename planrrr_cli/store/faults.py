"""What a driver's exception means for a person: one sentence and the exit code it deserves; nothing is retried here."""

from __future__ import annotations

import os
import sqlite3
from pathlib import Path
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from planrrr_cli.domain.errors import ConfigError, PlanrrrError, StoreUnavailable

# https://www.sqlite.org/rescode.html, read 2026-10. Extended codes go before the primary ones that they refine.
_SQLITE: dict[int, tuple[type[PlanrrrError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreUnavailable, "is locked by another process"),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, "is locked by another process"),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, "cannot be written: it is read-only for this user"),
    sqlite3.SQLITE_PERM: (StoreUnavailable, "cannot be opened: permission denied"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "cannot be read or written: the disk reports an error"),
    sqlite3.SQLITE_IOERR_WRITE: (
        StoreUnavailable,
        "cannot be written: the disk reports an error; it may be broken, or its quota used up",
    ),
    sqlite3.SQLITE_IOERR_SHMSIZE: (StoreUnavailable, "cannot be opened: the disk is full"),
    sqlite3.SQLITE_FULL: (StoreUnavailable, "cannot grow: the disk is full"),
    sqlite3.SQLITE_CANTOPEN: (
        StoreUnavailable,
        "cannot be opened: it is no file, or this user may not read it",
    ),
    sqlite3.SQLITE_CORRUPT: (ConfigError, "is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (ConfigError, "is not an SQLite database"),
}

_NO_ROOM_BESIDE = (
    "cannot be opened: it needs files beside itself, and its folder is read-only; mount the disk for writing, or let "
    "this user write there"
)

# https://www.postgresql.org/docs/current/errcodes-appendix.html, read 2026-10. Five characters, or a class of two.
_SQLSTATES: dict[str, tuple[type[PlanrrrError], str]] = {
    "42P01": (ConfigError, "has no planrrr tables; run: planrrr init"),
    "42703": (ConfigError, "has tables of another version of planrrr; run: planrrr init"),
    "42501": (ConfigError, "does not permit this user to work with planrrr's tables"),
    "3F000": (ConfigError, "has no schema to work in; check search_path"),
    "25P03": (StoreUnavailable, "ended a transaction that this process had left open for too long"),
    "25P04": (StoreUnavailable, "ended a transaction that took longer than it permits"),
    "57014": (StoreUnavailable, "cancelled a statement that took longer than it permits"),
    "25006": (StoreUnavailable, "is read-only at the moment (a standby server?)"),
    "28": (ConfigError, "refuses the user or the password of DATABASE_URL"),
    "3D": (ConfigError, "does not exist; create it, then run: planrrr init"),
    "40": (StoreUnavailable, "was busy with another process in the same place"),
    "53100": (StoreUnavailable, "cannot write: its disk is full"),
    "53200": (StoreUnavailable, "is out of memory"),
    "53300": (StoreUnavailable, "has no connection to spare"),
    "53": (StoreUnavailable, "is out of memory, disk or connections"),
    "55": (StoreUnavailable, "is locked by another process"),
    "57P01": (StoreUnavailable, "ended the connection: it is shutting down, or its administrator did that"),
    "57P02": (StoreUnavailable, "ended the connection: its server crashed and is starting again"),
    "57": (StoreUnavailable, "is shutting down or starting"),
    "58": (StoreUnavailable, "reports a system error"),
}

# libpq gives no code for a connection that was refused, only the server's words.
_WORDS: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "28"),
    ("no password supplied", "28"),
    ("no pg_hba.conf entry", "28"),
    ("role ", "28"),
    ("does not exist", "3D"),
    ("no such database", "3D"),  # PgBouncer's words
    ("no such user", "28"),
    ("no more connections allowed", "53300"),
    ("invalid connection option", "options"),
    ("invalid sslmode", "options"),
    ("too many clients", "53300"),
    ("remaining connection slots", "53300"),
    ("starting up", "57"),
    ("shutting down", "57"),
    ("in recovery mode", "57"),
    ("not yet accepting connections", "57"),
)
_CHAPTERS = ("connection failed: ", "connection is bad: ", "consuming input failed: ")


def translated(error: SQLAlchemyError, dialect: str, where: str, password: str | None) -> PlanrrrError | None:
    """The expected failure that ``error`` stands for; None when it can only be a bug."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable(f"the database {where} has no connection to spare")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    found = _sqlite(error.orig, Path(where)) if dialect == "sqlite" else _postgresql(error)
    if found is None:
        return None
    kind, sentence = found
    text = f"the database {where} {sentence}"
    for secret in {password, quote(password, safe="")} if password else ():
        text = text.replace(secret, "…")
    return kind(text)


def no_answer(error: DBAPIError) -> bool:
    """Whether PostgreSQL was asked and kept silent; told by name, since only its users need to import psycopg."""
    return type(error.orig).__name__ == "NoAnswer"


def _sqlite(error: BaseException, path: Path) -> tuple[type[PlanrrrError], str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    if code is not None and code & 0xFF == sqlite3.SQLITE_CANTOPEN and _no_room_beside(path):
        return StoreUnavailable, _NO_ROOM_BESIDE
    known = (_SQLITE.get(code) or _SQLITE.get(code & 0xFF)) if code is not None else None
    if known is None and "no such table" in str(error):
        return ConfigError, "has no planrrr tables; run: planrrr init"
    if known is None and ("no such column" in str(error) or "has no column" in str(error)):
        return ConfigError, "has tables of another version of planrrr; run: planrrr init"
    return known


def _no_room_beside(path: Path) -> bool:
    """In WAL mode even reading makes files beside the database: https://www.sqlite.org/wal.html, "Read-Only
    Databases" (read 2026-11-24)."""
    return path.is_file() and os.access(path, os.R_OK) and not os.access(path.parent, os.W_OK)


def _postgresql(error: DBAPIError) -> tuple[type[PlanrrrError], str] | None:
    state, text = getattr(error.orig, "sqlstate", None), str(error.orig)
    if state is not None and state.startswith("08"):  # a pooler's word for all that its server does to it
        return StoreUnavailable, f"cannot be reached ({_reason(text)})"
    if state is not None:
        return _SQLSTATES.get(state) or _SQLSTATES.get(state[:2])
    if no_answer(error):
        return StoreUnavailable, f"gave {text}"
    if type(error.orig).__name__ not in {
        "OperationalError",
        "InterfaceError",
        "ConnectionTimeout",
        "ProgrammingError",
    }:
        return None
    word = next((meaning for said, meaning in _WORDS if said in text), None)
    if word == "options":
        return ConfigError, "cannot be reached with these options of DATABASE_URL"
    if type(error.orig).__name__ == "ProgrammingError":
        return None
    return _SQLSTATES[word] if word else (StoreUnavailable, f"cannot be reached ({_reason(text)})")


def _reason(text: str) -> str:
    """The driver's own words without its chapters: the last clause of the first line."""
    first = text.strip().splitlines()[0] if text.strip() else "no reason given"
    for chapter in _CHAPTERS:
        first = first.removeprefix(chapter)
    return first.rstrip(".")
