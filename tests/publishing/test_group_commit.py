"""What arrives together is committed together: many publications in flight cost the database a third of a commit each.

Each publication has at least three moments that must be durable before it goes on or ends: the point of no return,
the answer, what follows. PostgreSQL counts its commits itself; on SQLite every COMMIT is a synced write, and there are
no others. No time is asserted.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.context import Context, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Post
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.store import connections, posts
from tests.world import World

WORKERS = 64
POSTS = 5 * WORKERS
MOST = 0.35  # commits per publication


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    """Its calls take as long as in life."""
    with SandboxServer(port=0, accounts=WORKERS, latency=0.05) as running:
        yield running


@pytest.mark.slow
def test_sixty_four_in_flight_cost_a_third_of_a_commit_each(many: Callable[[int], World]) -> None:
    world = many(WORKERS)
    environ = world.environ | {"LOG_LEVEL": "warning"}
    with open_context(environ, cwd=world.folder) as ctx:
        schedule(ctx, POSTS)
    with commits(world.database_url) as counted, open_context(environ, cwd=world.folder) as ctx:
        report = publish(ctx, RunOptions(concurrency=WORKERS, linger=timedelta(0)))
    assert report.counts["published"] == len(world.sandbox.posts()) == POSTS
    assert all(one.permalink for one in world.publications())
    spent = counted()
    assert 3 < spent <= MOST * POSTS, f"{spent / POSTS:.2f} commits per publication"


def schedule(ctx: Context, number: int) -> None:
    with ctx.store.transaction() as tx:
        now, lanes = ctx.clock.now(), connections.listing(tx, platform=Platform.FACEBOOK)
        for one in range(number):
            lane = lanes[one % len(lanes)]
            post = Post(f"{lane.account_id} number {one}", scheduled_at=now)
            posts.add(tx, posts.NewPost(post, str(one), None, [lane.id], draft=False, ordinal=one), now=now)


@contextmanager
def commits(url: str) -> Iterator[Callable[[], int]]:
    """How many there were inside the ``with``, for who asks after it."""
    if url.startswith("postgres"):
        before = by_the_servers_own_count(url)
        yield lambda: by_the_servers_own_count(url) - before
        return
    said: list[str] = []

    def listen(_conn: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        if statement == "COMMIT":
            said.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "after_cursor_execute", listen)
    try:
        yield lambda: len(said)
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "after_cursor_execute", listen)


def by_the_servers_own_count(url: str) -> int:
    """Of this database: a server process has told all it knows when it is gone."""
    others = (
        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() "
        "AND backend_type = 'client backend' AND pid <> pg_backend_pid()"
    )
    count = "SELECT xact_commit FROM pg_stat_database WHERE datname = current_database()"
    give_up = time.monotonic() + 20
    with psycopg.connect(url) as connection:
        while connection.execute(others).fetchone() != (0,):
            assert time.monotonic() < give_up, "somebody else stays connected"
            connection.rollback()  # so that what this costs is no commit
            time.sleep(0.02)
        row = connection.execute(count).fetchone()
        connection.rollback()
    assert row is not None
    return int(row[0])
