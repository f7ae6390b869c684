"""What a driver's exception means for a person: one sentence and the exit code it deserves; nothing is retried here."""

from __future__ import annotations

import sqlite3
from urllib.parse import quote

from sqlalchemy.exc import DBAPIError, SQLAlchemyError
from sqlalchemy.exc import TimeoutError as PoolTimeout

from planrrr_cli.domain.errors import ConfigError, PlanrrrError, StoreUnavailable

# https://www.sqlite.org/rescode.html, read 2026-10
_SQLITE: dict[int, tuple[type[PlanrrrError], str]] = {
    sqlite3.SQLITE_BUSY: (StoreUnavailable, "is locked by another process"),
    sqlite3.SQLITE_LOCKED: (StoreUnavailable, "is locked by another process"),
    sqlite3.SQLITE_READONLY: (StoreUnavailable, "cannot be written: it is read-only for this user"),
    sqlite3.SQLITE_PERM: (StoreUnavailable, "cannot be opened: permission denied"),
    sqlite3.SQLITE_IOERR: (StoreUnavailable, "cannot be read or written: the disk reports an error"),
    sqlite3.SQLITE_FULL: (StoreUnavailable, "cannot grow: the disk is full"),
    sqlite3.SQLITE_CANTOPEN: (
        StoreUnavailable,
        "cannot be opened: it is no file, or this user may not read it",
    ),
    sqlite3.SQLITE_CORRUPT: (ConfigError, "is damaged; restore it from a backup"),
    sqlite3.SQLITE_NOTADB: (ConfigError, "is not an SQLite database"),
}

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
    "53": (StoreUnavailable, "is out of memory, disk or connections"),
    "55": (StoreUnavailable, "is locked by another process"),
    "57": (StoreUnavailable, "is shutting down or starting"),
    "58": (StoreUnavailable, "reports a system error"),
    "08": (StoreUnavailable, "cannot be reached"),
}

# libpq gives no code for a connection that was refused, only the server's words.
_WORDS: tuple[tuple[str, str], ...] = (
    ("password authentication failed", "28"),
    ("no password supplied", "28"),
    ("no pg_hba.conf entry", "28"),
    ("role ", "28"),
    ("does not exist", "3D"),
    ("invalid connection option", "options"),
    ("invalid sslmode", "options"),
    ("too many clients", "53"),
    ("remaining connection slots", "53"),
    ("starting up", "57"),
    ("shutting down", "57"),
)


def translated(error: SQLAlchemyError, dialect: str, where: str, password: str | None) -> PlanrrrError | None:
    """The expected failure that ``error`` stands for; None when it can only be a bug."""
    if isinstance(error, PoolTimeout):
        return StoreUnavailable(f"the database {where} has no connection to spare")
    if not isinstance(error, DBAPIError) or error.orig is None:
        return None
    found = _sqlite(error.orig) if dialect == "sqlite" else _postgresql(error)
    if found is None:
        return None
    kind, sentence = found
    text = f"the database {where} {sentence}"
    for secret in {password, quote(password, safe="")} if password else ():
        text = text.replace(secret, "…")
    return kind(text)


def _sqlite(error: BaseException) -> tuple[type[PlanrrrError], str] | None:
    code = getattr(error, "sqlite_errorcode", None)
    known = _SQLITE.get(code & 0xFF) if code is not None else None
    if known is None and "no such table" in str(error):
        return ConfigError, "has no planrrr tables; run: planrrr init"
    if known is None and ("no such column" in str(error) or "has no column" in str(error)):
        return ConfigError, "has tables of another version of planrrr; run: planrrr init"
    return known


def _postgresql(error: DBAPIError) -> tuple[type[PlanrrrError], str] | None:
    state = getattr(error.orig, "sqlstate", None)
    if state is not None:
        return _SQLSTATES.get(state) or _SQLSTATES.get(state[:2])
    if type(error.orig).__name__ not in {
        "OperationalError",
        "InterfaceError",
        "ConnectionTimeout",
        "ProgrammingError",
    }:
        return None
    text = str(error.orig)
    word = next((meaning for said, meaning in _WORDS if said in text), None)
    if word == "options":
        return ConfigError, "cannot be reached with these options of DATABASE_URL"
    if type(error.orig).__name__ == "ProgrammingError":
        return None
    return _SQLSTATES[word] if word else (StoreUnavailable, f"cannot be reached ({_reason(text)})")


def _reason(text: str) -> str:
    """The driver's own words without its chapters: the last clause of the first line."""
    first = text.strip().splitlines()[0] if text.strip() else "no reason given"
    return first.removeprefix("connection failed: ").rstrip(".")
