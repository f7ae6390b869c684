"""PostgreSQL: away and back, behind a pooler, in any time zone, and never a password in a sentence."""

from __future__ import annotations

import os
import signal
import socket
import threading
import time
from datetime import timedelta

import psycopg
import pytest
from psycopg import sql
from sqlalchemy import text

from planrrr_cli.domain.errors import ConfigError, StoreUnavailable
from planrrr_cli.postgresql import Connection
from planrrr_cli.store import lanes, migrating, posts, quotas
from planrrr_cli.store.faults import translated
from tests.conftest import PostgresServer
from tests.factory import NOW, Factory


@pytest.fixture
def url(postgres_server: PostgresServer):
    created = postgres_server.create()
    yield created
    postgres_server.drop(created)


def test_a_server_that_is_away(open_url):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
        store = open_url(f"postgresql://ada:s3cret@127.0.0.1:{port}/planrrr")
        with pytest.raises(
            StoreUnavailable, match=r"the database planrrr on 127\.0\.0\.1 cannot be reached"
        ) as away:
            store.require_current()
    assert "s3cret" not in str(away.value)
    assert "\n" not in str(away.value)
    assert away.value.__cause__ is None


def test_a_database_or_a_user_that_does_not_exist(postgres_server, open_url):
    with pytest.raises(ConfigError, match=r"the database no_such_database on .* does not exist; create it"):
        open_url(postgres_server.url("no_such_database")).require_current()
    stranger = postgres_server.url("postgres").replace("postgres:@", "nobody:s3cret@", 1)
    if "nobody" in stranger:
        with pytest.raises(ConfigError, match="refuses the user or the password") as refused:
            open_url(stranger).require_current()
        assert "s3cret" not in str(refused.value)


@pytest.mark.parametrize("wrong", ["?no_such_option=1", "?sslmode=perhaps"])
def test_options_that_do_not_exist(url, open_url, wrong):
    store = open_url(url + (wrong if "?" not in url else "&" + wrong[1:]))
    with pytest.raises((ConfigError, StoreUnavailable)):
        store.require_current()


def test_every_spelling_of_the_url_works(url, open_url):
    for scheme in ("postgres://", "postgresql://", "postgresql+psycopg://"):
        store = open_url(scheme + url.partition("://")[2])
        store.require_current()
        assert store.dialect == "postgresql"


def end_sessions(postgres_server: PostgresServer, url: str) -> None:
    name = url.partition("?")[0].rpartition("/")[2]
    postgres_server.run(
        sql.SQL("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = {}").format(
            sql.Literal(name)
        )
    )


def test_after_the_server_restarted_the_next_transaction_works(postgres_server, url, open_url):
    store = open_url(url)
    factory = Factory(store)
    factory.connection()
    end_sessions(postgres_server, url)
    factory.connection()
    end_sessions(postgres_server, url)
    with store.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM connections")).scalar() == 2


def test_a_connection_lost_in_the_middle_is_said_and_the_next_transaction_works(
    postgres_server, url, open_url
):
    store = open_url(url)
    factory = Factory(store)
    factory.connection()

    def cut():
        with store.transaction() as tx:
            tx.conn.execute(text("DELETE FROM connections"))
            end_sessions(postgres_server, url)
            tx.conn.execute(text("SELECT 1"))

    with pytest.raises(StoreUnavailable, match=r"ended the connection|cannot be reached"):
        cut()
    with store.reading() as tx:
        assert tx.conn.execute(text("SELECT count(*) FROM connections")).scalar() == 1


def test_an_answer_that_does_not_come_is_waited_for_only_so_long(url, open_url, monkeypatch):
    """As behind a pooler whose server is away, or from a server that hangs."""
    store = open_url(url)
    with store.reading():  # so that the next transaction has a connection that was idle
        pass
    monkeypatch.setattr(Connection, "answer_seconds", 0.5)
    began = time.monotonic()
    with pytest.raises(StoreUnavailable, match=r"gave no answer for 0\.5 seconds"), store.transaction() as tx:
        tx.conn.execute(text("SELECT pg_sleep(5)"))
    assert time.monotonic() - began < 2
    Factory(store).connection()


def test_a_server_that_hangs_when_a_transaction_begins_is_not_asked_a_second_time(
    postgres_server, url, open_url, monkeypatch
):
    store = open_url(url)
    with store.reading() as tx:
        pid = tx.conn.execute(text("SELECT pg_backend_pid()")).scalar()
    if postgres_server.server is None:
        pytest.skip("the processes of somebody else's server cannot be stopped")
    monkeypatch.setattr(Connection, "answer_seconds", 0.5)
    awake = threading.Timer(5.0, os.kill, [pid, signal.SIGCONT])
    os.kill(pid, signal.SIGSTOP)
    awake.start()
    try:
        began = time.monotonic()
        with pytest.raises(StoreUnavailable, match="gave no answer"), store.transaction():
            pass
        assert time.monotonic() - began < 0.9
    finally:
        awake.cancel()
        os.kill(pid, signal.SIGCONT)


def test_a_migration_may_take_its_time(postgres_server, open_url, monkeypatch):
    url = postgres_server.create(migrated=False)
    monkeypatch.setattr(Connection, "answer_seconds", 0.2)
    try:
        with psycopg.connect(url) as other:
            other.execute("SELECT pg_advisory_xact_lock(%s)", [migrating._LOCK])
            timer = threading.Timer(1.0, other.rollback)
            timer.start()
            assert open_url(url).migrate().created
            timer.join()
    finally:
        postgres_server.drop(url)


def test_a_caught_failure_does_not_poison_the_next_transaction(url, open_url):
    store = open_url(url)
    with pytest.raises(ConfigError, match="has no planrrr tables"), store.transaction() as tx:
        tx.conn.execute(text("SELECT * FROM no_such_table"))
    Factory(store).connection()


def test_no_session_state_is_needed_or_left(postgres_server, url, open_url):
    """What a pooler in transaction mode takes away between transactions is not missed."""
    store = open_url(url)
    factory = Factory(store)
    factory.post()
    claims = factory.claim()
    factory.next(claims)
    with store.reading() as tx:
        pid = tx.conn.execute(text("SELECT pg_backend_pid()")).scalar()
        assert tx.conn.execute(text("SELECT count(*) FROM pg_prepared_statements")).scalar() == 0
    with psycopg.connect(url) as other:
        held = other.execute("SELECT count(*) FROM pg_locks WHERE pid = %s", [pid]).fetchone()
        [state, application] = other.execute(
            "SELECT state, application_name FROM pg_stat_activity WHERE pid = %s", [pid]
        ).fetchone()
    assert (held[0], state, application) == (0, "idle", "planrrr")


@pytest.mark.parametrize("zone", ["America/St_Johns", "Asia/Kathmandu", "Australia/Lord_Howe"])
def test_the_servers_time_zone_changes_nothing(postgres_server, url, open_url, zone):
    name = url.partition("?")[0].rpartition("/")[2]
    postgres_server.run(
        sql.SQL("ALTER DATABASE {} SET timezone TO {}").format(sql.Identifier(name), sql.Literal(zone))
    )
    store = open_url(url)
    factory = Factory(store)
    made = factory.publication(at=NOW)
    assert (made.due_at, made.due_at.utcoffset()) == (NOW, timedelta(0))
    assert factory.claim(now=NOW - timedelta(microseconds=1)) == {}
    assert len(factory.claim(now=NOW)) == 1
    with store.reading() as tx:
        assert lanes.database_now(tx).utcoffset() == timedelta(0)


def test_a_strict_server_default_is_no_obstacle(postgres_server, url, open_url):
    name = sql.Identifier(url.partition("?")[0].rpartition("/")[2])
    postgres_server.run(
        sql.SQL("ALTER DATABASE {} SET default_transaction_isolation TO serializable").format(name)
    )
    postgres_server.run(sql.SQL("ALTER DATABASE {} SET default_transaction_read_only TO on").format(name))
    store = open_url(url)
    Factory(store).post()
    with store.transaction() as tx:
        assert tx.conn.execute(text("SHOW transaction_isolation")).scalar() == "read committed"


def test_reading_does_not_write(url, open_url):
    store = open_url(url)
    with pytest.raises(StoreUnavailable, match="is read-only"), store.reading() as tx:
        tx.conn.execute(text("DELETE FROM posts"))


def test_a_deadlock_is_the_next_runs_business(url, open_url):
    from concurrent.futures import ThreadPoolExecutor
    from threading import Barrier

    factory = Factory(open_url(url))
    ids = [factory.connection().id, factory.connection().id]
    meet = Barrier(2)

    def lock(order):
        store = open_url(url)
        try:
            with store.transaction() as tx:
                for at, one in enumerate(order):
                    tx.conn.execute(text("SELECT 1 FROM connections WHERE id = :id FOR UPDATE"), {"id": one})
                    if at == 0:
                        meet.wait(5)
        except StoreUnavailable as unavailable:
            return str(unavailable)
        return ""

    with ThreadPoolExecutor(2) as pool:
        said = list(pool.map(lock, [ids, ids[::-1]]))
    assert min(said) == ""
    assert "was busy with another process in the same place" in max(said)


def test_no_sentence_holds_the_password():
    from sqlalchemy.exc import OperationalError

    for password in ("s3cret", "s3/c?r@t"):
        from urllib.parse import quote

        error = OperationalError(
            "", {}, psycopg.OperationalError(f"odd: {password} {quote(password, safe='')}")
        )
        said = str(translated(error, "postgresql", f"db:{password}", password))
        assert password not in said
        assert quote(password, safe="") not in said


def test_a_listing_is_one_consistent_view(url, open_url):
    store, other = open_url(url), Factory(open_url(url))
    other.post()
    with store.reading() as tx:
        assert len(posts.listing(tx)) == 1
        other.post()
        assert len(posts.listing(tx)) == 1


@pytest.mark.slow
def test_whoever_is_frozen_with_rows_that_all_share_does_not_keep_them(postgres_server, open_url):
    url = postgres_server.create()
    frozen, other = open_url(url), open_url(url)
    shared = [("facebook.calls", "a page")]

    def freeze():
        with frozen.transaction() as tx:
            quotas.lock(tx, shared)  # and then nothing more, like a process that was stopped
            with other.transaction() as theirs:
                quotas.lock(theirs, shared)
            took_over.append(other)
            quotas.lock(tx, shared)

    took_over = []
    with pytest.raises(StoreUnavailable):
        freeze()
    assert took_over
    with frozen.transaction() as tx:  # it goes on with a new session
        quotas.lock(tx, shared)
    postgres_server.drop(url)
