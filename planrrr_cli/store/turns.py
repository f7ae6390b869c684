"""SQLite's one write lock, waited for so that everybody gets a turn; what is done with it lives elsewhere."""

from __future__ import annotations

import sqlite3
import time
from typing import cast

from sqlalchemy import Connection

BEGIN = "BEGIN IMMEDIATE"
BUSY_SECONDS = 10.0
# SQLite asks for a busy lock again after 1, 2, 5, 10 … and soon only every 100 ms, while whoever has just let it go
# takes it back at once: with slow commits one eager process starves all others until they give up. Rounds that begin
# anew ask every one or two milliseconds. https://www.sqlite.org/src/file/src/main.c, sqliteDefaultBusyCallback
# (read 2026-11-24)
_ROUND_MS = 3


def begin(conn: Connection) -> None:
    """Begin a write transaction on SQLite; raises SQLAlchemy's "locked" when ten seconds brought no turn."""
    driver = cast(sqlite3.Connection, conn.connection.driver_connection)
    give_up = time.monotonic() + BUSY_SECONDS
    driver.execute(f"PRAGMA busy_timeout={_ROUND_MS}")
    try:
        while time.monotonic() < give_up:
            try:
                driver.execute(BEGIN)
            except sqlite3.Error as error:
                if getattr(error, "sqlite_errorcode", 0) & 0xFF != sqlite3.SQLITE_BUSY:
                    break
            else:
                return
        conn.exec_driver_sql(BEGIN)  # the last try goes through SQLAlchemy, whose errors everybody knows
    finally:
        driver.execute(f"PRAGMA busy_timeout={BUSY_SECONDS * 1000:.0f}")
