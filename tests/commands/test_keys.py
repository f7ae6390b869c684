"""`keys rotate` writes everything anew with another key, loses nothing and overwrites nothing newer; `status` tells."""

from __future__ import annotations

import os
import re
import sqlite3
from contextlib import closing
from pathlib import Path

import psycopg
import pytest

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import Cipher, connections, keys, resealing, rows
from planrrr_cli.store.connections import NewConnection
from planrrr_cli.store.schema import connections as table
from planrrr_cli.store.schema import publications
from tests.factory import KEY, NOW

OLD, NEW = KEY, Secret("1e" * 32)
TOKENS = Tokens(Secret("access-1"), Secret("refresh-1"), None, Secret("signing-1"))
IV = "00112233445566778899aabbccddeeff"


ENVELOPE = re.compile(r"v1:[0-9a-f]{8}:[A-Za-z0-9+/=]+")


def everything(url: str) -> list[str]:
    """All rows as text."""
    if url.startswith("sqlite"):
        with closing(sqlite3.connect(url.removeprefix("sqlite:///"))) as connection:
            named = connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'").fetchall()
            return [str(row) for (name,) in named for row in connection.execute(f'SELECT * FROM "{name}"')]
    with psycopg.connect(url) as connection:
        named = connection.execute(
            "SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'"
        ).fetchall()
        return [
            str(row)
            for (name,) in named
            for row in connection.execute(f'SELECT to_json(t)::text FROM "{name}" t')
        ]


def without_secrets(rows_as_text: list[str]) -> list[str]:
    return sorted(ENVELOPE.sub("", row) for row in rows_as_text)


@pytest.fixture
def filled(database_url, store, factory):
    """Two teams' secrets in every sealed column, and among the notes of two publications. Two connections of one."""
    made = [factory.connection(Platform.X), factory.connection(Platform.YOUTUBE)]
    noted = []
    for one in made:
        publication = factory.publication_in(State.PUBLISHING, one)
        (attempt,) = factory.attempts(publication)
        factory.note(attempt, checkpoint={"session": Secret("https://upload/" + one.id), "sent": 3})
        noted.append(publication)
    with store.transaction() as tx:
        for one in made:
            values = {
                column.name: rows.sealed(tx, Secret(f"{column.name} of {one.id}"), column.name, one.id)
                for column in keys.SEALED_COLUMNS
            }
            tx.conn.execute(table.update().where(table.c.id == one.id).values(values))
        tx.conn.execute(table.update().where(table.c.id == made[1].id).values(team_id="another"))
        elsewhere = publications.c.connection_id == made[1].id
        tx.conn.execute(publications.update().where(elsewhere).values(team_id="another"))
    return made, noted


def opened(open_url, url: str, key: Secret) -> dict[str, str]:
    """Every secret in the database, read with ``key`` alone."""
    found = {}
    store = open_url(url, cipher=lambda _tx: Cipher(key))
    with store.reading() as tx:
        for row in tx.conn.execute(table.select()).mappings():
            for column in keys.SEALED_COLUMNS:
                if row[column]:
                    name = f"{column.name} of {row[table.c.id]}"
                    found[name] = rows.opened(tx, row[column], column.name, row[table.c.id]).reveal()
        for row in tx.conn.execute(publications.select()).mappings():
            for name, envelope in keys.envelopes(row[publications.c.checkpoint]):
                place = {"table": "publications", "column": "checkpoint", "row_id": row[publications.c.id]}
                found[name + row[publications.c.id]] = tx.cipher().decrypt(envelope, **place).reveal()
    return found


def new(known: Connection, tokens: Tokens) -> NewConnection:
    """Somebody signs in again there."""
    return NewConnection(known.platform, known.account_id, known.account_name, tokens)


def settings(url: str, **more: str) -> dict[str, str]:
    return {"DATABASE_URL": url} | more


def with_both(url: str) -> dict[str, str]:
    return settings(url, ENCRYPTION_KEY=NEW.reveal(), ENCRYPTION_KEY_PREVIOUS=OLD.reveal())


def test_every_secret_of_every_team_is_written_anew_and_nothing_else_changes(
    database_url, store, filled, planrrr, open_url
) -> None:
    before = opened(open_url, database_url, OLD)
    assert len(before) == 14
    old = Cipher(OLD).fingerprint
    plain = without_secrets(everything(database_url))
    ran = planrrr("keys", "rotate", "--json", env=with_both(database_url)).json
    assert ran["rotated"] == {"written": 14, "held": 0, "kept_as": None, "broken": []}
    assert opened(open_url, database_url, NEW) == before
    dump = everything(database_url)
    assert not [row for row in dump if f"v1:{old}" in row]
    assert without_secrets(dump) == plain
    again = planrrr("keys", "rotate", "--json", env=with_both(database_url)).json
    assert again["rotated"]["written"] == 0
    assert everything(database_url) == dump
    said = planrrr("keys", "rotate", env=with_both(database_url)).err
    assert "ENCRYPTION_KEY_PREVIOUS can be removed" in said
    alone = planrrr("keys", "rotate", env=settings(database_url, ENCRYPTION_KEY=NEW.reveal()))
    assert "openssl rand -hex 32" in alone.err


def test_status_counts_the_values_of_each_key_and_names_none(database_url, store, filled, planrrr) -> None:
    old, new = Cipher(OLD).fingerprint, Cipher(NEW).fingerprint
    shown = planrrr("keys", "status", "--json", env=with_both(database_url)).json
    assert [
        (one["fingerprint"], one["role"], one["connections"], one["publications"]) for one in shown["keys"]
    ] == [
        (new, "present", 0, 0),
        (old, "previous", 12, 2),
    ]
    assert "planrrr keys rotate" in planrrr("keys", "status", env=with_both(database_url)).err
    lost = planrrr("keys", "status", code=1, env=settings(database_url, ENCRYPTION_KEY=NEW.reveal()))
    assert re.search(rf"{old} +unknown +12 +2", lost.out)
    assert KEY.reveal() not in lost.out + lost.err


def test_a_token_that_was_refreshed_meanwhile_is_not_overwritten_by_the_older_one(
    database_url, store, filled, open_url
) -> None:
    (mine, _), noted = filled
    both = open_url(database_url, cipher=lambda _tx: Cipher(NEW, OLD))
    with both.reading() as tx:
        ids = resealing.stale(tx, table, Cipher(NEW).fingerprint, after="", limit=50)
    assert mine.id in ids
    with store.transaction() as tx:  # by a process that knows the old key alone
        connections.add(tx, new(mine, Tokens(Secret("newer"), Secret("newer-2"))), now=NOW)
    with both.transaction() as tx:
        batch = resealing.reseal(tx, table, ids) + resealing.reseal(
            tx, publications, [one.id for one in noted]
        )
        assert (batch.broken, batch.held) == ([], 0)
    found = opened(open_url, database_url, NEW)
    assert found[f"access_token of {mine.id}"] == "newer"
    assert found[f"refresh_token of {mine.id}"] == "newer-2"


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_row_that_somebody_holds_is_left_for_later_and_never_waited_for(
    database_url, store, filled, open_url
) -> None:
    (mine, other), _ = filled
    both = open_url(database_url, cipher=lambda _tx: Cipher(NEW, OLD))
    with store.transaction() as held:
        held.conn.execute(table.select().where(table.c.id == mine.id).with_for_update(key_share=True))
        with both.transaction() as tx:
            tx.conn.exec_driver_sql("SET LOCAL lock_timeout = '1ms'")
            batch = resealing.reseal(tx, table, [mine.id, other.id])
        assert (batch.held, batch.written) == (1, 6)
    with both.transaction() as tx:
        assert resealing.reseal(tx, table, [mine.id, other.id]).written == 6


def test_what_cannot_be_read_is_named_and_the_rest_is_written(
    database_url, store, filled, planrrr, open_url
) -> None:
    (mine, _), _ = filled
    spoilt = Cipher(Secret("aa" * 32)).encrypt("x", table="connections", column="app_secret", row_id=mine.id)
    with store.transaction() as tx:
        tx.conn.execute(table.update().where(table.c.id == mine.id).values(app_secret=spoilt))
    ran = planrrr("keys", "rotate", "--json", code=1, env=with_both(database_url)).json
    assert ran["rotated"]["written"] == 13
    (broken,) = ran["rotated"]["broken"]
    assert (broken["id"], broken["column"]) == (mine.id, "app_secret")
    assert Cipher(Secret("aa" * 32)).fingerprint in broken["why"]
    said = planrrr("keys", "rotate", code=1, env=with_both(database_url))
    assert f"not written: connections {mine.id[:8]}, app_secret" in said.out


def test_an_account_that_was_taken_for_lost_by_a_process_without_the_key_goes_on(
    planrrr, pages, write, folder: Path, control
) -> None:
    """One host got the new key too late: nobody has to sign in because of that, and other reasons stay."""
    old = (folder / "planrrr.key").read_text().strip()
    both = {"ENCRYPTION_KEY": NEW.reveal(), "ENCRYPTION_KEY_PREVIOUS": old}
    account = pages[0]["account_id"]
    planrrr("add", write("a.md", front=f"to: 'facebook:{account}'"), "--at", "now")
    path = folder / "planrrr.db"
    with closing(sqlite3.connect(path)) as connection, connection:
        (row,) = connection.execute("SELECT id FROM connections WHERE account_id = ?", (account,))
        sealed = Cipher(NEW).encrypt(
            tokens_of(control)[account], table="connections", column="access_token", row_id=row[0]
        )
        connection.execute("UPDATE connections SET access_token = ? WHERE id = ?", (sealed, row[0]))
        elsewhere = (
            "UPDATE connections SET status = 'needs_reauth', status_reason = 'revoked' WHERE account_id = ?"
        )
        connection.execute(elsewhere, (pages[1]["account_id"],))
    planrrr("publish-due", code=1)  # with the old key alone
    assert statuses(planrrr)[account] == "needs_reauth"
    assert "goes on" in planrrr("keys", "rotate", env=both).err
    assert statuses(planrrr)[account] == "active"
    assert statuses(planrrr)[pages[1]["account_id"]] == "needs_reauth"
    planrrr("publish-due", env={"ENCRYPTION_KEY": NEW.reveal()}, code=None)
    assert [entry["account_id"] for entry in control.posts()] == [account]


def tokens_of(control) -> dict[str, str]:
    return {one["accountId"]: one["accessToken"] for one in control.get("accounts")["connections"]}


def statuses(planrrr) -> dict[str, str]:
    shown = planrrr("connections", "list", "--json", code=None).json["connections"]
    return {one["account_id"]: one["status"] for one in shown}


# ---------------------------------------------------------------- the key file beside SQLite


def fingerprint(path: Path) -> str:
    return Cipher(Secret(path.read_text())).fingerprint


def test_beside_sqlite_it_makes_the_new_key_itself_and_removes_the_one_before_where_that_is_wanted(
    planrrr, connect, folder: Path
) -> None:
    connect()
    key = folder / "planrrr.key"
    old = fingerprint(key)
    ran = planrrr("keys", "rotate", "--forget-previous")
    assert fingerprint(key) != old
    assert key.stat().st_mode & 0o777 == 0o600
    assert f"key {fingerprint(key)} holds" in ran.out
    assert "the previous key is removed" in ran.err
    assert sorted(path.name for path in folder.glob("*key*")) + sorted(
        path.name for path in folder.glob(".*key*")
    ) == ["planrrr.key"]
    (shown,) = planrrr("keys", "status", "--json").json["keys"]
    assert shown["role"] == "present" and shown["values"] > 0
    assert planrrr("publish-due").code == 0


def test_the_key_before_is_kept_for_backups_under_a_name_that_nothing_reads(
    planrrr, connect, folder: Path
) -> None:
    connect()
    old = (folder / "planrrr.key").read_text()
    kept = Path(planrrr("keys", "rotate", "--json").json["rotated"]["kept_as"])
    assert kept.read_text() == old and kept.stat().st_mode & 0o777 == 0o600
    assert kept.name == f"planrrr.key.{Cipher(Secret(old)).fingerprint}"
    assert len(planrrr("keys", "status", "--json").json["keys"]) == 1
    planrrr("keys", "rotate")
    assert fingerprint(folder / "planrrr.key") != fingerprint(kept)


def test_a_process_that_began_with_the_old_key_goes_on_with_the_new_one(
    planrrr, connect, ctx, folder: Path
) -> None:
    found = connect()
    with ctx.store.reading() as tx:
        token = connections.find(tx, found.id).tokens.access
    planrrr("keys", "rotate")
    with ctx.store.reading() as tx:
        assert connections.find(tx, found.id).tokens.access == token
    planrrr("keys", "rotate")  # and again, now unnoticed: it writes before it reads
    with ctx.store.transaction() as tx:
        connections.add(tx, new(found, Tokens(Secret("after"))), now=ctx.clock.now())
    (shown,) = planrrr("keys", "status", "--json").json["keys"]
    assert shown["fingerprint"] == fingerprint(folder / "planrrr.key")


def test_a_key_file_that_cannot_be_replaced_is_one_sentence_and_changes_nothing(
    planrrr, connect, folder: Path, monkeypatch
) -> None:
    connect()
    key = (folder / "planrrr.key").read_text()

    def refuse(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "link", refuse)
    ran = planrrr("keys", "rotate", code=78)
    assert "ENCRYPTION_KEY_PREVIOUS_FILE" in ran.err and ran.err.count("\n") == 1
    assert (folder / "planrrr.key").read_text() == key


def test_files_of_ones_own_are_rewritten_and_not_touched(planrrr, connect, folder: Path) -> None:
    connect()
    (folder / "planrrr.key").rename(folder / "old.key")
    (folder / "new.key").write_text(NEW.reveal())
    (folder / "new.key").chmod(0o600)
    files = {"ENCRYPTION_KEY_FILE": "new.key", "ENCRYPTION_KEY_PREVIOUS_FILE": "old.key"}
    ran = planrrr("keys", "rotate", env=files)
    assert "ENCRYPTION_KEY_PREVIOUS can be removed" in ran.err
    assert (folder / "new.key").read_text() == NEW.reveal()
    assert (folder / "old.key").exists()
    (folder / "old.key").chmod(0o644)
    assert "chmod 600" in planrrr("keys", "rotate", code=78, env=files).err
    (folder / "old.key").unlink()
    assert "remove ENCRYPTION_KEY_PREVIOUS_FILE" in planrrr("keys", "rotate", code=78, env=files).err


# ---------------------------------------------------------------- settings


def test_the_old_workers_fixed_vector_is_refused_with_the_mend(planrrr, folder: Path) -> None:
    ran = planrrr("list", code=78, env={"ENCRYPTION_IV": IV})
    assert "ENCRYPTION_IV (in the environment)" in ran.err and "Remove the line" in ran.err
    assert IV not in ran.err
    (folder / ".env").write_text(f"ENCRYPTION_IV={IV}\n")
    assert "ENCRYPTION_IV (in .env)" in planrrr("list", code=78).err
    (folder / ".env").write_text("ENCRYPTION_IV=\n")
    planrrr("init")


def test_the_previous_key_is_named_once(planrrr, folder: Path) -> None:
    both = {"ENCRYPTION_KEY_PREVIOUS": NEW.reveal(), "ENCRYPTION_KEY_PREVIOUS_FILE": "k"}
    assert "ENCRYPTION_KEY_PREVIOUS_FILE are both set" in planrrr("list", code=78, env=both).err
