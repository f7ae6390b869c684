"""Several processes on one database: every post once, each account in order, nobody stuck, nobody in the way."""

from __future__ import annotations

import signal
import time
from collections.abc import Callable

import psycopg
import pytest

from planrrr_cli.domain.publications import State
from tests.publishing.processes import (
    Process,
    called,
    each_once_and_in_order,
    end_all,
    quiet,
    run_here,
    schedule,
    until,
)
from tests.world import World

PROCESSES = 8
CONNECTIONS = 100
EACH = 10


@pytest.mark.slow
def test_eight_processes_publish_a_thousand_posts_on_a_hundred_accounts_once_and_in_order(
    many: Callable[[int], World],
) -> None:
    world = many(CONNECTIONS)
    expected = schedule(world, EACH)
    # As many as all of them have in flight, so that nobody is done before the last one has come.
    world.sandbox.fault("facebook.feed.create", "hold:3", "before", times=5 * PROCESSES)
    runs = [Process(world) for _ in range(PROCESSES)]
    codes = end_all(runs)
    took = time.monotonic() - runs[0].began
    shares = [run.report()["published"] for run in runs]
    print(f"\n{PROCESSES} processes, {expected} posts, {CONNECTIONS} accounts: {took:.1f} s, shares {shares}")
    assert codes == [0] * PROCESSES
    each_once_and_in_order(world, expected)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert sum(shares) == expected and all(shares)
    for run in runs:
        quiet(run)
    if world.database_url.startswith("postgresql"):
        assert deadlocks(world.database_url) == 0


def deadlocks(url: str) -> int:
    """As counted by the server in this database; sessions tell it at their end."""
    with psycopg.connect(url, autocommit=True) as connection:
        others = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND pid <> %s"
        mine = (connection.info.backend_pid,)
        until(lambda: connection.execute(others, mine).fetchone() == (0,))
        counted = connection.execute(
            "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        ).fetchone()
    assert counted is not None
    return int(counted[0])


@pytest.mark.parametrize("workers", [1, 2])
def test_a_run_goes_on_until_nothing_is_due_however_few_workers_it_has(
    many: Callable[[int], World], workers: int
) -> None:
    world = many(5)
    expected = schedule(world, 2)
    run_here(world, workers)
    each_once_and_in_order(world, expected)


def test_an_account_with_many_older_posts_lets_others_in(many: Callable[[int], World]) -> None:
    world = many(1)
    schedule(world, 30)
    first = world.sandbox.accounts()["connections"][0]["accountId"]
    world.sandbox.reset(accounts=2)
    world.connect()
    schedule(world, 1, first=30)
    run_here(world, 1)
    accounts = [post["account_id"] for post in sorted(world.sandbox.posts(), key=lambda one: one["sequence"])]
    assert len(accounts) == 32
    assert next(place for place, account in enumerate(accounts) if account != first) <= 10


@pytest.mark.slow
def test_the_death_of_a_process_frees_its_accounts_at_once(world: World) -> None:
    schedule(world, 2)
    world.sandbox.fault("facebook.feed.create", "hold:30", "before", times=1)
    run = Process(world, "--concurrency", "1")
    until(called(world, "facebook.feed.create"))
    run.signal(signal.SIGKILL)
    run.end()
    run_here(world, 1)
    assert sorted(one.state for one in world.publications()) == [State.IN_DOUBT, State.PUBLISHED]
