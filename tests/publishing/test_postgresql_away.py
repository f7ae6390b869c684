"""PostgreSQL stops, starts again, hangs, ends connections in the middle of real runs: one post each, one clear word."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
import pytest

from planrrr_cli.domain.publications import State
from planrrr_cli.sandbox import SandboxServer
from tests.publishing.away import (
    Running,
    one_clear_record,
    planrrr,
    posted,
    right_in_the_end,
    takes_its_time,
    until,
)
from tests.publishing.processes import schedule
from tests.restartable import RestartableServer, restartable
from tests.world import SandboxControl, World

pytestmark = pytest.mark.slow

ACCOUNTS, EACH = 10, 4
BRIEFLY = ("--max-seconds", "3")  # a run that has left a doubt would stay to look at it
GONE = r"server closed the connection unexpectedly|ended the connection|cannot be reached|shutting down"


@pytest.fixture(scope="module")
def own_server() -> Iterator[RestartableServer]:
    with restartable() as server:
        yield server


@pytest.fixture
def busy(own_server: RestartableServer, tmp_path: Path) -> Iterator[World]:
    """Forty due posts on ten accounts of a platform that takes its time."""
    if not own_server.is_running:
        own_server.start()
    with SandboxServer(port=0, accounts=ACCOUNTS) as sandbox:
        world = World(tmp_path, own_server.create(), SandboxControl(sandbox.url))
        world.connect()
        schedule(world, EACH)
        takes_its_time(world)
        yield world


def test_a_restart_in_the_middle_of_a_run_is_waited_out_and_what_was_under_way_is_settled(
    own_server: RestartableServer, busy: World
) -> None:
    running = Running(busy, "--json")
    until(posted(busy, 8), running)
    own_server.restart()
    one_clear_record(running.end(), GONE)
    assert {one.state for one in busy.publications()} == {State.PUBLISHED, State.SCHEDULED}
    right_in_the_end(busy, ACCOUNTS * EACH)


def test_a_server_that_stays_away_ends_the_run_and_those_after_it_until_it_is_back(
    own_server: RestartableServer, busy: World
) -> None:
    running = Running(busy, "--json", patience=2)
    until(posted(busy, 8), running)
    own_server.stop()
    said = running.end()
    one_clear_record(said, GONE)
    lost = [record for record in said.records if record["message"] == "attempt ended, not written"]
    public = {post["remote_id"] for post in busy.sandbox.posts()}
    assert {record["remote_id"] for record in lost} <= public | {None}
    one_clear_record(Running(busy, "--json").end(), GONE)
    one_clear_record(planrrr(busy, "list"), GONE)
    told = planrrr(busy, "publish-due", LOG_FORMAT="console")
    assert (told.code, len(told.words)) == (75, 1)
    own_server.start()
    right_in_the_end(busy, ACCOUNTS * EACH)


def test_a_server_that_is_restarted_again_and_again_only_makes_it_later(
    own_server: RestartableServer, busy: World
) -> None:
    ends = []
    for count in (5, 15, 25):
        running = Running(busy, "--json", *BRIEFLY)
        until(lambda now=running, enough=count: posted(busy, enough)() or not now.under_way)
        own_server.restart()
        own_server.restart()
        ends.append(running.end())
    assert {said.code for said in ends} <= {0, 75}
    struck = [said for said in ends if said.code == 75]
    assert len(struck) >= 2
    for said in struck:
        one_clear_record(said, GONE)
    right_in_the_end(busy, ACCOUNTS * EACH)


@contextmanager
def ended_by_the_administrator(world: World, pause: float) -> Iterator[list[int]]:
    """Inside, every connection of planrrr is ended every ``pause`` seconds; yields how many that were, each time."""
    over, ended = threading.Event(), list[int]()

    def administrate() -> None:
        with psycopg.connect(world.database_url, autocommit=True) as connection:
            while not over.wait(pause):
                found = connection.execute(
                    "SELECT count(pg_terminate_backend(pid)) FROM pg_stat_activity"
                    " WHERE datname = current_database() AND pid <> pg_backend_pid()"
                ).fetchone()
                ended.append(found[0])

    administrator = threading.Thread(target=administrate)
    administrator.start()
    try:
        yield ended
    finally:
        over.set()
        administrator.join()


def test_connections_that_the_administrator_ends_cost_nothing_but_time(busy: World) -> None:
    with ended_by_the_administrator(busy, 0.05) as ended:
        ends = [Running(busy, "--json", *BRIEFLY, patience=2).end() for _ in range(5)]
    assert sum(ended) >= 4
    struck = [said for said in ends if said.code != 0]
    assert struck
    for said in struck:
        one_clear_record(said, r"ended the connection|server closed the connection")
    right_in_the_end(busy, ACCOUNTS * EACH)


def test_a_server_that_hangs_is_not_waited_for_for_ever(own_server: RestartableServer, busy: World) -> None:
    soon = {"DATABASE_URL": f"{busy.database_url}&connect_timeout=2"}
    running = Running(busy, "--json", patience=2, environ=soon)
    until(posted(busy, 8), running)
    with own_server.frozen():
        began = time.monotonic()
        one_clear_record(running.end(), r"gave no answer for 1 seconds")
        one_clear_record(
            Running(busy, "--limit", "9", environ=soon).end(), r"cannot be reached \(connection time"
        )
        assert time.monotonic() - began < 40
    right_in_the_end(busy, ACCOUNTS * EACH)
