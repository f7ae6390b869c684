"""PgBouncer in transaction mode stands in front: every transaction may meet another session, and nothing misses one."""

from __future__ import annotations

import json
import os
import re
import shutil
import socket
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy
import sqlalchemy.event
from psycopg import conninfo

from planrrr_cli.domain.publications import State
from planrrr_cli.sandbox import SandboxServer
from tests.conftest import migrate
from tests.publishing.away import (
    Running,
    one_clear_record,
    planrrr,
    posted,
    right_in_the_end,
    takes_its_time,
    until,
)
from tests.publishing.processes import each_once_and_in_order, schedule
from tests.publishing.test_run import run
from tests.restartable import RestartableServer, restartable
from tests.world import SandboxControl, World

PROGRAM = shutil.which("pgbouncer") or shutil.which("/usr/sbin/pgbouncer")
with_pooler = pytest.mark.skipif(PROGRAM is None, reason="pgbouncer is not installed (apt install pgbouncer)")
ACCOUNTS, EACH, PROCESSES = 20, 5, 4


@pytest.fixture(scope="module")
def own_server() -> Iterator[RestartableServer]:
    with restartable() as server:
        yield server


@contextmanager
def pooler(server: RestartableServer, sessions: int) -> Iterator[int]:
    """PgBouncer in front of ``server``, of which it takes so many sessions for all its clients; its port."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    settings = {
        "listen_addr": "127.0.0.1",
        "listen_port": port,
        "unix_socket_dir": "",
        "auth_type": "any",
        "pool_mode": "transaction",
        "default_pool_size": sessions,
        "server_login_retry": 1,
    }
    lines = [f"{name} = {value}" for name, value in settings.items()]
    sockets = conninfo.conninfo_to_dict(server.admin_url)["host"]
    # Not below the folder of the test: when that belongs to root, the pooler's own user may not read there.
    with tempfile.TemporaryDirectory(prefix="planrrr-pooler-") as folder:
        Path(folder).chmod(0o755)
        config, log = Path(folder) / "pgbouncer.ini", Path(folder) / "log"
        config.write_text(
            "\n".join(["[databases]", f"* = host={sockets} user=postgres", "[pgbouncer]", *lines, ""])
        )
        user = ["-u", server.server.system_user] if os.geteuid() == 0 else []  # it refuses to run as root
        assert PROGRAM is not None
        with (
            log.open("w") as out,
            subprocess.Popen([PROGRAM, *user, str(config)], stdout=out, stderr=out) as process,
        ):
            try:
                until(lambda: process.poll() is not None or _listens(port))
                assert process.poll() is None, log.read_text()
                yield port
            finally:
                process.kill()


def _listens(port: int) -> bool:
    with socket.socket() as client:
        return client.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0, accounts=ACCOUNTS) as server:
        yield SandboxControl(server.url)


@pytest.fixture
def pooled(
    request: pytest.FixtureRequest, own_server: RestartableServer, tmp_path: Path, sandbox: SandboxControl
) -> Iterator[World]:
    """A world without tables yet, whose database is reached through the pooler; the parameter is its sessions."""
    direct = own_server.create(migrated=False)
    with pooler(own_server, request.param) as port:
        name = conninfo.conninfo_to_dict(direct)["dbname"]
        yield World(tmp_path, f"postgresql://postgres@127.0.0.1:{port}/{name}", sandbox)


def account(world: World) -> str:
    """The first one, as a target."""
    return f"facebook:{world.sandbox.accounts()['connections'][0]['accountId']}"


@with_pooler
@pytest.mark.slow
@pytest.mark.parametrize("pooled", [1], indirect=True)
def test_the_whole_program_works_through_a_pooler_in_transaction_mode(pooled: World) -> None:
    (pooled.folder / "accounts.json").write_text(json.dumps(pooled.sandbox.accounts()))
    for _ in range(2):
        assert planrrr(pooled, "init").code == 0
    assert planrrr(pooled, "connections", "import", "accounts.json").code == 0
    for number in range(3):
        (pooled.folder / f"{number}.md").write_text(f"Post {number}")
    added = planrrr(pooled, "add", "0.md", "1.md", "2.md", "--to", account(pooled), "--at", "now", "--json")
    assert added.code == 0, added.err
    first, second, _ = json.loads(added.out)["posts"]
    for command in (["list"], ["show", first["id"]], ["cancel", first["id"], "--yes"], ["publish-due"]):
        assert planrrr(pooled, *command).code == 0
    assert planrrr(pooled, "explain", second["id"]).code == 0
    assert sorted(post["text"] for post in pooled.sandbox.posts()) == ["Post 1", "Post 2"]
    assert json.loads(Running(pooled, "--json").end().out)["run_id"] is None  # the quick look, too


@with_pooler
@pytest.mark.slow
@pytest.mark.parametrize("pooled", [3], indirect=True)
def test_four_processes_share_three_sessions_of_a_pooler(pooled: World) -> None:
    assert planrrr(pooled, "init").code == 0
    pooled.connect()
    expected = schedule(pooled, EACH)
    takes_its_time(pooled)
    runs = [Running(pooled, "--json") for _ in range(PROCESSES)]
    ends = [one.end() for one in runs]
    assert [said.code for said in ends] == [0] * PROCESSES, ends
    for said in ends:
        assert not said.words
        assert {record["level"] for record in said.records} <= {"info"}, said.err
    assert sum(json.loads(said.out)["published"] for said in ends) == expected
    assert {one.state for one in pooled.publications()} == {State.PUBLISHED}
    each_once_and_in_order(pooled, expected)


@with_pooler
@pytest.mark.slow
@pytest.mark.parametrize("pooled", [3], indirect=True)
def test_a_server_that_goes_away_behind_its_pooler_is_not_waited_for_for_ever(
    own_server: RestartableServer, pooled: World
) -> None:
    assert planrrr(pooled, "init").code == 0
    pooled.connect()
    expected = schedule(pooled, 2)
    takes_its_time(pooled)
    running = Running(pooled, "--json", patience=2)
    until(posted(pooled, 8), running)
    own_server.stop()
    began = time.monotonic()
    one_clear_record(running.end(), r"cannot be reached|gave no answer|ended the connection")
    one_clear_record(Running(pooled, "--json", patience=2).end(), r"cannot be reached|gave no answer")
    assert time.monotonic() - began < 30  # the pooler would let them wait for two minutes
    own_server.start()
    until(lambda: planrrr(pooled, "list").code == 0)
    right_in_the_end(pooled, expected)


SESSION_STATE = re.compile(
    r"^\s*(SET(?!\s+LOCAL)|RESET|LISTEN|UNLISTEN|PREPARE|EXECUTE|DEALLOCATE|DECLARE|DISCARD|LOAD)\b"
    r"|;\s*SET(?!\s+LOCAL)\b|\bCREATE\s+(LOCAL\s+|GLOBAL\s+)?TEMP|pg_(try_)?advisory_(lock|unlock)|set_config"
    r"|\bWITH\s+HOLD\b|currval|lastval",
    re.IGNORECASE,
)


class Heard:
    """Every statement, and how many sessions were in use at once."""

    def __init__(self) -> None:
        self.statements: list[str] = []
        self.most = self._now = 0

    def asked(self, _conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        self.statements.append(statement)

    def taken(self, *_more: Any) -> None:
        self._now += 1
        self.most = max(self.most, self._now)

    def given_back(self, *_more: Any) -> None:
        self._now -= 1


@contextmanager
def heard() -> Iterator[Heard]:
    found = Heard()
    listeners = (
        (sqlalchemy.Engine, "before_cursor_execute", found.asked),
        (sqlalchemy.Pool, "checkout", found.taken),
        (sqlalchemy.Pool, "checkin", found.given_back),
    )
    for listener in listeners:
        sqlalchemy.event.listen(*listener)
    try:
        yield found
    finally:
        for listener in listeners:
            sqlalchemy.event.remove(*listener)


def test_no_statement_of_ours_needs_a_session_of_its_own_or_a_second_one(
    own_server: RestartableServer, tmp_path: Path, sandbox: SandboxControl
) -> None:
    world = World(tmp_path, own_server.create(migrated=False), sandbox)
    with heard() as found:
        migrate(world.database_url)
        world.connect()
        world.add("We have moved.", to=(account(world),))
        run(world)
        assert world.publications()[0].state is State.PUBLISHED
    assert len(found.statements) > 50
    assert [one for one in found.statements if SESSION_STATE.search(one)] == []
    assert found.most == 1


@pytest.mark.parametrize(
    ("statement", "needs_one"),
    [
        ("BEGIN; SET lock_timeout = 1", True),
        ("BEGIN; SET LOCAL lock_timeout = 1", False),
        ("SELECT pg_advisory_lock(1)", True),
        ("SELECT pg_advisory_xact_lock(1)", False),
        ("LISTEN publications", True),
        ("UPDATE posts SET text = 'PREPARE'", False),
    ],
)
def test_what_needs_a_session_is_told_from_what_does_not(statement: str, needs_one: bool) -> None:
    assert bool(SESSION_STATE.search(statement)) is needs_one
