"""The quick look may only ever say "surely nothing to do": every doubt has to lead to the full path."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest

from planrrr_cli import idle
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.idle import surely_nothing_to_do
from planrrr_cli.settings.table import SETTINGS
from planrrr_cli.store import Store, connections
from tests.conftest import PostgresServer
from tests.factory import Factory

HEAVY = {
    "sqlalchemy",
    "requests",
    "pydantic",
    "typer",
    "rich",
    "alembic",
    "cryptography",
    "dataclasses",
    "logging",
}


@pytest.fixture
def here(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    folder = tmp_path / "here"
    folder.mkdir()
    monkeypatch.chdir(folder)
    return folder


@pytest.fixture
def made(store: Store) -> Factory:
    return Factory(store, now=datetime.now(UTC))


def look(url: str, **environ: str) -> str | None:
    return surely_nothing_to_do(["publish-due"], {"DATABASE_URL": url, **environ})


def test_an_empty_queue_is_nothing_to_do(here: Path, store: Store, database_url: str) -> None:
    assert look(database_url) == "Nothing is due."


def test_what_is_due_later_is_nothing_to_do_now(here: Path, made: Factory, database_url: str) -> None:
    made.publication(at=made.now + timedelta(hours=1))
    assert look(database_url) is not None


def test_its_json_has_the_shape_of_the_full_path(here: Path, store: Store, database_url: str) -> None:
    said = surely_nothing_to_do(["publish-due", "--json"], {"DATABASE_URL": database_url})
    assert said is not None
    document = json.loads(said)
    assert document["schema"] == "planrrr.publish-due/1" and document["publications"] == []
    assert {"published", "processing", "deferred", "retried", "failed", "in_doubt", "missed"} <= set(document)


def test_a_due_post_takes_the_full_path(here: Path, made: Factory, database_url: str) -> None:
    made.publication()
    assert look(database_url) is None


def test_the_posts_of_another_team_do_not(here: Path, made: Factory, database_url: str) -> None:
    made.publication()
    assert look(database_url, PLANRRR_TEAM="others") is not None


def test_a_due_post_on_a_paused_account_is_nothing_to_do(
    here: Path, made: Factory, database_url: str
) -> None:
    publication = made.publication()
    with made.store.transaction() as tx:
        connections.pause(tx, publication.connection.id, now=made.now)
    assert look(database_url) is not None


def test_a_due_post_on_an_account_that_needs_a_sign_in_takes_the_full_path_which_tells_it(
    here: Path, made: Factory, database_url: str
) -> None:
    publication = made.publication()
    with made.store.transaction() as tx:
        connections.set_needs_reauth(tx, publication.connection.id, "gone", claim_id=None, now=made.now)
    assert look(database_url) is None


@pytest.mark.parametrize(
    ("refresh", "days", "wanted"), [(None, 13, True), (None, 15, False), ("r", 0, False)]
)
def test_a_sign_in_that_ends_soon_takes_the_full_path_once_a_day(
    here: Path, made: Factory, database_url: str, refresh: str | None, days: int, wanted: bool
) -> None:
    made.connection(Platform.LINKEDIN, refresh=refresh, expires_at=made.now + timedelta(days=days))
    assert (look(database_url) is None) is wanted
    made.run(started_at=made.now - timedelta(hours=25))
    assert (look(database_url) is None) is wanted
    made.run(started_at=made.now - timedelta(hours=23))
    assert look(database_url) is not None


@pytest.mark.parametrize("state", [State.PROCESSING, State.PUBLISHING])
def test_what_is_under_way_takes_the_full_path(
    here: Path, made: Factory, database_url: str, state: State
) -> None:
    made.now -= timedelta(minutes=5)
    made.publication_in(state)
    assert look(database_url) is None


def test_a_claimed_lane_takes_the_full_path_since_its_owner_may_be_dead(
    here: Path, made: Factory, database_url: str
) -> None:
    made.publication(at=made.now)
    made.claim()
    assert look(database_url) is None


def test_a_doubt_that_waits_for_a_person_takes_the_full_path_which_tells_it(
    here: Path, made: Factory, database_url: str
) -> None:
    made.publication_in(State.IN_DOUBT)
    with made.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE publications SET wake_at = NULL")
    assert look(database_url) is None


def test_a_database_of_another_version_takes_the_full_path(
    here: Path, store: Store, database_url: str
) -> None:
    with store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE alembic_version SET version_num = '9999'")
    assert look(database_url) is None


def test_a_missing_or_broken_database_takes_the_full_path(here: Path) -> None:
    assert look(f"sqlite:///{here}/none.db") is None
    assert not (here / "none.db").exists()
    (here / "broken.db").write_bytes(b"no database at all")
    assert look(f"sqlite:///{here}/broken.db") is None
    assert look("postgresql://nobody@127.0.0.1:1/none") is None


def test_an_answer_that_does_not_come_is_soon_left_to_the_full_path(
    here: Path, postgres_server: PostgresServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(idle, "SECONDS", 1)
    url = postgres_server.create()
    try:
        with psycopg.connect(url) as other:
            other.execute("SET idle_in_transaction_session_timeout = '10s'")
            other.execute("LOCK TABLE publications IN ACCESS EXCLUSIVE MODE")
            began = time.monotonic()
            assert look(url) is None
            assert time.monotonic() - began < 3
    finally:
        postgres_server.drop(url)


@pytest.mark.parametrize(
    "environ",
    [
        {"WORKER_CONCURRENCY": "many"},
        {"WORKER_CONCURRENCY": "101"},
        {"WORKER_RETRY_DELAY": "5"},
        {"FACEBOOK_API_URL": "http://example.com"},
        {"ENCRYPTION_KEY": "short"},
        {"LOG_LEVEL": "loud"},
        {"MEDIA_ROOT": "/nowhere/at/all"},
        {"PLANRRR_TIMEZONE": "Mars/Base"},
        {"REDIS_URL": "redis://localhost"},
        {"WORKER_CONCURENCY": "5"},
        {"PLANRRR_CONFIG": "other.toml"},
        {"ENCRYPTION_KEY": "0" * 64, "ENCRYPTION_KEY_FILE": "/key"},
        {"ENCRYPTION_KEY_PREVIOUS": "short"},
        {"ENCRYPTION_IV": "0" * 32},
    ],
    ids=lambda environ: next(iter(environ)) if isinstance(environ, dict) else str(environ),
)
def test_whatever_deserves_a_word_about_the_settings_takes_the_full_path(
    here: Path, store: Store, database_url: str, environ: dict[str, str]
) -> None:
    assert look(database_url, **environ) is None


def test_options_take_the_full_path(here: Path, store: Store, database_url: str) -> None:
    for option in ("--dry-run", "--help", "--limit=5", "--nonsense"):
        assert surely_nothing_to_do(["publish-due", option], {"DATABASE_URL": database_url}) is None


def test_a_plain_env_file_is_read_and_any_other_takes_the_full_path(
    here: Path, store: Store, database_url: str
) -> None:
    if "?" in database_url:
        pytest.skip("this URL is not plain")
    (here / ".env").write_text(f"# ours\nDATABASE_URL={database_url}\n", encoding="utf-8")
    assert surely_nothing_to_do(["publish-due"], {}) is not None
    (here / ".env").write_text(f"DATABASE_URL='{database_url}'\n", encoding="utf-8")
    assert surely_nothing_to_do(["publish-due"], {}) is None
    (here / ".env").unlink()
    (here / "planrrr.toml").write_text("worker_concurrency = 3\n", encoding="utf-8")
    assert look(database_url) is None


def test_every_setting_is_judged_or_takes_the_full_path() -> None:
    unknown = set(SETTINGS) - idle.KNOWN
    assert unknown == {
        "FACEBOOK_API_VERSION",
        "LINKEDIN_API_VERSION",
        "PLANRRR_TIMEZONE",
        "PLANRRR_REDIRECT_URI",
        "ENCRYPTION_KEY_PREVIOUS",
        "ENCRYPTION_KEY_PREVIOUS_FILE",
    }
    assert set(SETTINGS) >= idle.KNOWN


def test_an_idle_tick_imports_nothing_heavy(here: Path, store: Store, database_url: str) -> None:
    script = (
        "import sys; from planrrr_cli.__main__ import main; sys.argv = ['planrrr', 'publish-due']; main();"
        f"print(sorted({HEAVY!r} & set(sys.modules)))"
    )
    environ = {"DATABASE_URL": database_url, "PYTHONPATH": str(Path(idle.__file__).parents[1])}
    done = subprocess.run(
        [sys.executable, "-S", "-c", script]
        if database_url.startswith("sqlite")
        else [sys.executable, "-c", script],
        env=environ,
        cwd=here,
        capture_output=True,
        text=True,
        check=True,
    )
    allowed = [] if database_url.startswith("sqlite") else ["dataclasses", "logging"]
    assert done.stdout.splitlines()[0] == "Nothing is due."
    assert set(json.loads(done.stdout.splitlines()[1].replace("'", '"'))) <= set(allowed)
