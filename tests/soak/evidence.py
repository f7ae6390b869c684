"""What an outsider can see: the public ledger over HTTP, the tables by plain SQL, the log files. Judges nothing.

Imports nothing of the program, so that it cannot share a misunderstanding with it.
"""

from __future__ import annotations

import json
import re
import sqlite3
import urllib.request
from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Any
from urllib.parse import quote

import psycopg

from tests.soak.chains import is_taken_back


@dataclass(frozen=True, slots=True)
class Row:
    """A publication with the words of its post (or the name of its file, where it has none) and the account it goes to.

    Times are texts that sort.
    """

    id: str
    connection_id: str
    account_id: str
    platform: str
    text: str
    state: str
    due_at: str | None
    created_at: str
    ordinal: int
    wake_at: str | None
    attempts: int
    remote_id: str | None
    error_message: str | None
    error_next: str | None
    error_kind: str | None
    with_media: bool
    with_video: bool
    parts_known: int  # of a thread: that are noted as out
    accepted: bool  # the platform's word that it has it is noted
    made_to_wait: bool  # a limit had no room for it when its turn came

    @property
    def order(self) -> tuple[str, str, int, str]:
        return (self.due_at or "", self.created_at, self.ordinal, self.id)

    def __str__(self) -> str:
        return f"{self.id[:8]} ({self.text!r:.40}, {self.state}, attempts {self.attempts})"


@dataclass(frozen=True, slots=True)
class Tries:
    """The attempts of one publication, counted."""

    count: int
    least: int
    most: int
    open: int


@dataclass(frozen=True, slots=True)
class First:
    """The first attempt of a publication."""

    publication_id: str
    kind: str
    began_at: str
    outcome: str | None


@dataclass(frozen=True, slots=True)
class Tables:
    rows: dict[str, Row]
    tries: dict[str, Tries]
    firsts: dict[str, First]
    refusals: list[
        tuple[str, str]
    ]  # publication, and the code and the words with which an attempt was refused
    held_lanes: int
    reserved: int  # entries of the limits that attempts have reserved


_ROWS = """SELECT p.id, p.connection_id, c.account_id, c.platform, CASE WHEN o.text <> '' THEN o.text ELSE
 (SELECT m.file FROM media m WHERE m.post_id = o.id AND m.position = 0) END, p.state, {due}, {created}, p.ordinal,
 {wake}, p.attempts, p.remote_id, p.error_message, p.error_next, p.error_kind,
 EXISTS (SELECT 1 FROM media m WHERE m.post_id = o.id),
 EXISTS (SELECT 1 FROM media m WHERE m.post_id = o.id AND m.kind = 'video'), {parts},
 {accepted}, {waited}
 FROM publications p JOIN posts o ON o.id = p.post_id JOIN connections c ON c.id = p.connection_id"""
_TRIES = """SELECT publication_id, count(*), min(number), max(number), sum(CASE WHEN ended_at IS NULL THEN 1 ELSE 0 END)
 FROM attempts GROUP BY publication_id"""
_FIRSTS = "SELECT publication_id, kind, {began}, outcome FROM attempts WHERE number = 1"
_REFUSALS = """SELECT publication_id, coalesce(error_code, '') || ' ' || coalesce(error_message, '') FROM attempts
 WHERE error_code IS NOT NULL OR error_message IS NOT NULL"""
_TOLD = {
    "connections": "account_name, status_reason, held_reason, scopes, options",
    **dict.fromkeys(("publications", "attempts", "runs", "rate_limits", "spends", "reservations"), "*"),
    **dict.fromkeys(("breakers", "breaker_events"), "*"),
}
_SEALED = re.compile(r"v1:[0-9a-f]+:[A-Za-z0-9+/=]+")
_HELD = """SELECT (SELECT count(*) FROM connections WHERE claim_id IS NOT NULL),
 (SELECT count(*) FROM reservations WHERE standing = 'reserved')"""


def read_tables(url: str) -> Tables:
    """One consistent look at the whole database."""
    postgres = url.startswith("postgres")

    def at(column: str) -> str:
        if not postgres:
            return column
        return f"to_char({column} AT TIME ZONE 'UTC', 'YYYY-MM-DD\"T\"HH24:MI:SS.US\"Z\"')"

    length = "jsonb_array_length" if postgres else "json_array_length"
    noted = "p.checkpoint::jsonb -> 'parts'" if postgres else "p.checkpoint, '$.parts'"
    parts = f"coalesce({length}({noted}), 0)"
    noted_as = "p.checkpoint::jsonb ->> '{}'" if postgres else "json_extract(p.checkpoint, '$.{}')"
    rows = _ROWS.format(
        due=at("p.due_at"),
        created=at("p.created_at"),
        wake=at("p.wake_at"),
        parts=parts,
        accepted=f"{noted_as.format('accepted')} IS NOT NULL",
        waited=f"{noted_as.format('waited')} IS NOT NULL",
    )
    with closing(connected(url)) as connection:
        connection.execute("BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY" if postgres else "BEGIN")
        found = Tables(
            {row[0]: _row(row) for row in connection.execute(rows).fetchall()},
            {row[0]: Tries(*map(int, row[1:])) for row in connection.execute(_TRIES).fetchall()},
            {
                row[0]: First(*row)
                for row in connection.execute(_FIRSTS.format(began=at("began_at"))).fetchall()
            },
            [(row[0], row[1]) for row in connection.execute(_REFUSALS).fetchall()],
            *map(int, connection.execute(_HELD).fetchone()),
        )
        connection.execute("ROLLBACK")
    return found


def _row(values: Sequence[Any]) -> Row:
    """A file's name has the only slashes among what stands in the place of words."""
    row = Row(*values)
    return replace(row, text=Path(row.text).name) if row.text.startswith("/") else row


def texts_of(url: str) -> Iterator[tuple[str, str]]:
    """What people may read in the tables: the table, and the text of a row. What is sealed is left out."""
    with closing(connected(url)) as connection:
        for table, columns in _TOLD.items():
            for row in connection.execute(f"SELECT {columns} FROM {table}").fetchall():
                yield table, _SEALED.sub("", " ".join(str(value) for value in row))


def connected(url: str) -> Any:
    if url.startswith("postgres"):
        return psycopg.connect(url, autocommit=True)
    path = quote(url.removeprefix("sqlite:///"))
    return sqlite3.connect(f"file:{path}?mode=ro", uri=True, isolation_level=None, timeout=30)


def get(url: str) -> Any:
    with urllib.request.urlopen(url, timeout=30) as answer:
        return json.loads(answer.read())


@dataclass
class LedgerReader:
    """The public ledger, read on from where the last look ended, or from the first video that was still processed."""

    url: str
    entries: list[dict[str, Any]] = field(default_factory=list)
    _all: list[dict[str, Any]] = field(default_factory=list)

    def read(self) -> list[dict[str, Any]]:
        """Everything so far that is meant to stay. An entry's sequence is its place, from 1."""
        processed = (place for place, entry in enumerate(self._all) if _is_processed(entry))
        settled = next(processed, len(self._all))
        self._all[settled:] = get(f"{self.url}/_sandbox/posts?after={settled}")["posts"]
        self.entries = [entry for entry in self._all if not is_taken_back(entry)]
        return self.entries


def _is_processed(entry: dict[str, Any]) -> bool:
    return (entry.get("extra") or {}).get("upload_status") == "uploaded"


@dataclass
class LogReader:
    """What was added to the log files of a folder since the last look."""

    folder: Path
    _read: dict[Path, int] = field(default_factory=dict)

    def read(self) -> dict[Path, str]:
        found = {}
        for path in sorted(self.folder.glob("*.log")):
            with path.open("rb") as file:
                # A little of what was seen before, since a record may have been half written then.
                file.seek(max(0, self._read.get(path, 0) - 4096))
                found[path] = file.read().decode("utf-8", "replace")
                self._read[path] = file.tell()
        return found


def secrets_of(url: str) -> set[str]:
    """Every token and application secret that the sandbox hands out now."""
    document = get(f"{url}/_sandbox/accounts")
    names = ("accessToken", "refreshToken", "accessTokenSecret", "appSecret")
    accounts = [account.get(name) for account in document["connections"] for name in names]
    apps = [
        value
        for app in document["apps"].values()
        for name, value in app.items()
        if name.endswith(("secret", "key", "token"))
    ]
    return {one for one in [*accounts, *apps] if isinstance(one, str) and len(one) >= 8}
