"""The history of the tables and the tables of today agree; migrating is safe whoever does it, and however often."""

from __future__ import annotations

import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import inspect, text

from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.idle_sql import HEAD
from planrrr_cli.store import Store, migrating, posts
from planrrr_cli.store.schema import metadata


def definitions(sql: str) -> list[str]:
    """The columns and constraints of a CREATE statement; a column that was added later stands at the end."""
    head, _, body = sql.replace("\n", " ").replace("\t", " ").partition("(")
    found, depth, start = [], 1, 0
    for at, character in enumerate(body):
        depth += {"(": 1, ")": -1}.get(character, 0)
        if (character == "," and depth == 1) or depth == 0:
            found.append(" ".join(body[start:at].split()))
            start = at + 1
    return [head.strip(), *sorted(found), body[start:].strip()]


def constraints(store: Store) -> dict[str, object]:
    """Everything that Alembic's comparison leaves out: names and texts of checks, and the conditions of indexes."""
    with store.reading() as tx:
        if store.dialect == "sqlite":
            rows = tx.conn.execute(
                text("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL AND name NOT LIKE 'alem%'")
            )
            return {name: definitions(sql) for name, sql in rows}
        checks = tx.conn.execute(
            text("SELECT conname, pg_get_constraintdef(oid) FROM pg_constraint WHERE conname LIKE '%\\_%'")
        )
        indexes = tx.conn.execute(
            text("SELECT indexname, indexdef FROM pg_indexes WHERE schemaname = 'public'")
        )
        found = dict([*checks, *indexes])
        return {name: definition for name, definition in found.items() if "alembic" not in name}


def test_the_migrated_tables_are_the_tables_of_the_schema(database_url, empty_database_url, open_url):
    if database_url.split(":")[0] != empty_database_url.split(":")[0]:
        pytest.skip("the other pair")
    migrated, built = open_url(database_url), open_url(empty_database_url)
    with built.transaction() as tx:
        metadata.create_all(tx.conn)
    assert constraints(migrated) == constraints(built)
    with migrated.transaction() as tx:
        context = MigrationContext.configure(
            tx.conn, opts={"compare_type": True, "compare_server_default": True}
        )
        assert compare_metadata(context, metadata) == []


def test_the_head_that_the_program_knows_is_the_newest_migration():
    config = Config()
    config.set_main_option("script_location", str(migrating.Path(migrating.__file__).parent / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def test_migrating_twice_changes_nothing(empty_database_url, open_url):
    store = open_url(empty_database_url)
    first, second = store.migrate(), store.migrate()
    assert (first.created, first.before, first.after) == (True, None, HEAD)
    assert (second.created, second.before, second.after) == (False, HEAD, HEAD)


def test_many_may_migrate_a_fresh_database_at_once(empty_database_url, open_url):
    stores = [open_url(empty_database_url) for _ in range(6)]
    with ThreadPoolExecutor(6) as pool:
        done = list(pool.map(lambda store: store.migrate(), stores))
    assert sorted(one.created for one in done) == [False] * 5 + [True]


def test_processes_may_use_a_fresh_database_at_once(empty_database_url, open_url):
    code = (
        "import sys; from planrrr_cli.store import open_store;"
        "s = open_store(sys.argv[1], team='default', cipher=None, new_id=None); s.migrate(); s.require_current()"
    )
    running = [
        subprocess.Popen([sys.executable, "-c", code, empty_database_url], stderr=subprocess.PIPE, text=True)
        for _ in range(4)
    ]
    assert [(process.wait(60), process.stderr.read()) for process in running] == [(0, "")] * 4
    for process in running:
        process.stderr.close()


def test_sqlite_is_created_on_first_use_and_postgresql_asks_for_init(empty_database_url, open_url):
    store = open_url(empty_database_url)
    if store.dialect == "sqlite":
        store.require_current()
        assert store.migrate().created is False
    else:
        with pytest.raises(ConfigError, match="has no tables yet; run: planrrr init"):
            store.require_current()


def test_using_a_database_without_tables_says_what_to_run(empty_database_url, open_url):
    store = open_url(empty_database_url)
    with pytest.raises(ConfigError, match="has no planrrr tables; run: planrrr init"), store.reading() as tx:
        tx.conn.execute(text("SELECT * FROM posts"))


def set_revision(store: Store, revision: str) -> None:
    with store.transaction() as tx:
        tx.conn.execute(text("UPDATE alembic_version SET version_num = :revision"), {"revision": revision})


@pytest.mark.parametrize("ask", [Store.require_current, Store.migrate])
@pytest.mark.parametrize(
    ("revision", "said"),
    [("0999", "made by a newer version"), ("ae1027a6acf", "holds tables of another program")],
)
def test_a_database_that_this_program_does_not_know_is_left_alone(store, ask, revision, said):
    set_revision(store, revision)
    with pytest.raises(ConfigError, match=said):
        ask(store)


def test_an_older_database_is_migrated_on_sqlite_and_named_on_postgresql(store):
    set_revision(store, "0000")
    if store.dialect == "postgresql":
        with pytest.raises(ConfigError, match="older version of planrrr; run: planrrr init"):
            store.require_current()


def test_another_programs_tables_are_not_touched(empty_database_url, open_url):
    store = open_url(empty_database_url)
    with store.transaction() as tx:
        tx.conn.execute(text("CREATE TABLE posts (id INTEGER)"))
    with pytest.raises(ConfigError, match="tables of another program; give planrrr a database of its own"):
        store.migrate()
    with store.reading() as tx:
        assert inspect(tx.conn).get_table_names() == ["posts"]


def test_a_failed_migration_leaves_nothing_behind(empty_database_url, open_url, monkeypatch):
    store = open_url(empty_database_url)
    upgrade = migrating._upgrade

    def dies(conn):
        upgrade(conn)
        raise KeyboardInterrupt

    monkeypatch.setattr(migrating, "_upgrade", dies)
    with pytest.raises(KeyboardInterrupt):
        store.migrate()
    with store.reading() as tx:
        assert inspect(tx.conn).get_table_names() == []


def test_the_ordinary_path_imports_no_alembic(database_url):
    code = (
        "import sys; from planrrr_cli.store import open_store;"
        "s = open_store(sys.argv[1], team='default', cipher=None, new_id=None); s.require_current(); s.close();"
        "print([name for name in ('alembic', 'cryptography', 'mako') if name in sys.modules])"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, database_url], capture_output=True, text=True, check=False
    )
    assert (done.stdout, done.stderr) == ("[]\n", "")


def test_a_database_of_the_first_version_is_brought_up_with_its_rows(empty_database_url, open_url):
    store = open_url(empty_database_url)
    with store.transaction() as tx:
        config = Config()
        config.set_main_option(
            "script_location", str(migrating.Path(migrating.__file__).parent / "migrations")
        )
        config.attributes["connection"] = tx.conn
        assert migrating.revision(tx.conn, store.where) is None
        command.upgrade(config, "0001")
        now = "'2026-12-01T09:00:00.000000Z'"
        tx.conn.exec_driver_sql(
            "INSERT INTO posts (id, team_id, fingerprint, text, options, overrides, created_at, updated_at) "
            f"VALUES ('1', 'default', 'f', 'Old words', '{{}}', '{{}}', {now}, {now})"
        )
        tx.conn.exec_driver_sql(
            "INSERT INTO media (post_id, position, file) VALUES ('1', 0, '/srv/photo.jpg')"
        )
    assert (store.migrate().before, store.require_current()) == ("0001", None)
    with store.reading() as tx:
        post = posts.find(tx, "1").post
    assert (post.text, post.attached, [one.file for one in post.media]) == (
        "Old words",
        {},
        ["/srv/photo.jpg"],
    )
