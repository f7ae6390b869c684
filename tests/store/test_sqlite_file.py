"""The SQLite file: private, durable, and when something is wrong with it one sentence says what."""

from __future__ import annotations

import os
import sqlite3
import subprocess
import sys
import threading

import pytest
from sqlalchemy import text

from planrrr_cli.domain.errors import ConfigError, StoreUnavailable
from planrrr_cli.store import engine
from tests.factory import Factory


def test_the_file_and_the_folders_made_for_it_are_private(tmp_path, open_url):
    old = os.umask(0)
    try:
        path = tmp_path / "a" / "b" / "planrrr.db"
        store = open_url(f"sqlite:///{path}")
        store.require_current()
        Factory(store).post()
        assert path.parent.stat().st_mode & 0o777 == 0o700
        assert path.parent.parent.stat().st_mode & 0o777 == 0o700
        for file in path.parent.iterdir():
            assert file.stat().st_mode & 0o777 == 0o600, file.name
    finally:
        os.umask(old)


def test_nothing_is_touched_before_the_first_use(tmp_path, open_url):
    open_url(f"sqlite:///{tmp_path / 'new' / 'planrrr.db'}")
    assert not (tmp_path / "new").exists()


def test_commits_are_durable_and_readers_do_not_block_writers(tmp_path, open_url):
    store = open_url(f"sqlite:///{tmp_path / 'planrrr.db'}")
    store.migrate()
    with store.reading() as tx:
        settings = [
            tx.conn.execute(text(f"PRAGMA {name}")).scalar()
            for name in ("journal_mode", "synchronous", "foreign_keys")
        ]
        tx.conn.execute(text("SELECT count(*) FROM posts"))
        Factory(store).post()
    assert settings == ["wal", 2, 1]


def test_a_directory_instead_of_a_file(tmp_path, open_url):
    with pytest.raises(StoreUnavailable, match="cannot be opened"):
        open_url(f"sqlite:///{tmp_path}").require_current()


def test_a_file_that_is_no_database(tmp_path, open_url):
    path = tmp_path / "planrrr.db"
    path.write_text("We have moved.\n" * 100)
    with pytest.raises(ConfigError, match=f"^the database {path} is not an SQLite database$"):
        open_url(f"sqlite:///{path}").require_current()
    assert path.read_text().startswith("We have moved.")


def test_a_damaged_database(tmp_path, open_url):
    path = tmp_path / "planrrr.db"
    store = open_url(f"sqlite:///{path}")
    store.migrate()
    for _ in range(20):
        Factory(store).post()
    store.close()
    with sqlite3.connect(path) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
        connection.execute("PRAGMA journal_mode=DELETE")
    connection.close()
    pages = bytearray(path.read_bytes())
    pages[8192:] = b"\xff" * (len(pages) - 8192)
    path.write_bytes(pages)
    with pytest.raises(ConfigError, match="is damaged; restore it from a backup"), store.reading() as tx:
        tx.conn.execute(text("SELECT * FROM posts")).all()


def test_a_path_below_a_file(tmp_path, open_url):
    (tmp_path / "file").touch()
    with pytest.raises(StoreUnavailable, match=r"cannot be (created|opened)"):
        open_url(f"sqlite:///{tmp_path / 'file' / 'planrrr.db'}").require_current()


def test_a_lock_that_does_not_end(tmp_path, open_url, monkeypatch):
    monkeypatch.setattr(engine, "BUSY_SECONDS", 0.05)
    path = tmp_path / "planrrr.db"
    store = open_url(f"sqlite:///{path}")
    store.migrate()
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    with pytest.raises(StoreUnavailable, match="is locked by another process"), store.transaction():
        pass
    with store.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM posts")).scalar() == 0
    other.execute("ROLLBACK")
    other.close()
    Factory(store).post()


def test_a_lock_that_ends_is_waited_for(tmp_path, open_url):
    path = tmp_path / "planrrr.db"
    store = open_url(f"sqlite:///{path}")
    store.migrate()
    other = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    other.execute("BEGIN IMMEDIATE")
    timer = threading.Timer(0.3, other.execute, ["COMMIT"])
    timer.start()
    Factory(store).post()
    timer.join()
    other.close()


def test_a_full_disk(tmp_path, open_url):
    store = open_url(f"sqlite:///{tmp_path / 'planrrr.db'}")
    store.migrate()
    with store.reading() as tx:
        tx.conn.execute(text("PRAGMA max_page_count = 1"))  # as far as SQLite is concerned the disk ends here
    factory = Factory(store)
    with pytest.raises(StoreUnavailable, match="cannot grow: the disk is full"):
        factory.post(text="x" * 4_000_000)


def test_a_read_only_database_is_read_and_not_written(tmp_path, open_url):
    store = open_url(f"sqlite:///{tmp_path / 'planrrr.db'}")
    store.migrate()
    with store.reading() as tx:
        tx.conn.execute(text("PRAGMA query_only = 1"))
        assert tx.conn.execute(text("SELECT count(*) FROM posts")).scalar() == 0
    with pytest.raises(StoreUnavailable, match="read-only"):
        Factory(store).connection()


def test_a_relative_path_and_a_tilde_are_understood(tmp_path, open_url, monkeypatch):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    open_url("sqlite:///here.db").migrate()
    open_url("sqlite:///~/there.db").migrate()
    assert (tmp_path / "here.db").exists()
    assert (tmp_path / "there.db").exists()


@pytest.mark.parametrize(
    "url",
    [
        "",
        "planrrr.db",
        "sqlite://",
        "sqlite:///:memory:",
        "mysql://root:s3cret@host/db",
        "sqlite://host/db",
        "postgresql://u:s3cret@host:port/db",
    ],
)
def test_a_url_that_cannot_be_one_is_refused_without_its_password(open_url, url):
    with pytest.raises(ConfigError) as refused:
        open_url(url)
    assert "s3cret" not in str(refused.value)


def test_a_killed_writer_leaves_only_what_it_committed(tmp_path, open_url):
    path = tmp_path / "planrrr.db"
    store = open_url(f"sqlite:///{path}")
    store.migrate()
    code = (
        "import os, sys; from tests.factory import *; from sqlalchemy import text;"
        "from planrrr_cli.store import open_store;"
        "s = open_store(sys.argv[1], team='default', cipher=cipher, new_id=new_id); f = Factory(s); f.connection();"
        "c = s.transaction(); tx = c.__enter__(); tx.conn.execute(text('DELETE FROM connections')); os._exit(9)"
    )
    done = subprocess.run([sys.executable, "-c", code, f"sqlite:///{path}"], check=False)
    assert done.returncode == 9
    with store.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM connections")).scalar() == 1
    Factory(store).post()
