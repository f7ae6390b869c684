"""A platform fails for ten minutes under two thousand due posts: few calls, others unaffected, all out afterwards.

Every minute two processes begin, as cron on two hosts would begin them, and run at once.
"""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import State
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import NewPost
from tests.world import World

pytestmark = pytest.mark.slow

ACCOUNTS = 50
EACH = 40
PROCESSES = 2
WORKERS = 5  # of each process, which is the default
THRESHOLD = 5
PROBES = 4  # after one, two, four and eight minutes: there can be no fifth
# What was under way when it opened, in all processes, comes on top of what opened it.
MOST_CALLS = THRESHOLD + PROCESSES * WORKERS - 1 + PROBES
PER_SECOND = 200


def schedule(world: World, platform: Platform, each: int) -> int:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        now, lanes = ctx.clock.now(), connections.listing(tx, platform=platform, tokens=False)
        for number in range(each):
            at = now - timedelta(minutes=each - number)  # so that it is known who comes first
            for lane in lanes:
                post = Post(f"{lane.account_id} number {number:04}", scheduled_at=at)
                posts.add(
                    tx,
                    NewPost(post, f"{lane.id}/{number}", None, [lane.id], draft=False, ordinal=number),
                    now=at,
                )
    return each * len(lanes)


def tick(world: World, *, linger: float = 0.0) -> None:
    """The processes of one minute, at once and to their end."""
    started = []
    for number in range(PROCESSES):
        command = [sys.executable, "-m", "tests.publishing.moved", str(world.offset), str(linger)]
        with (world.folder / f"run{number}.log").open("ab") as log:
            started.append(subprocess.Popen(command, cwd=world.folder, env=world.environ, stderr=log))
    for process in started:
        try:
            assert process.wait(150) == 0, said(world)[-1:]
        finally:
            process.kill()
    assert count(world, State.FAILED) == 0


def said(world: World) -> list[dict[str, object]]:
    """The log records of all processes."""
    logs = [world.folder / f"run{number}.log" for number in range(PROCESSES)]
    return [json.loads(line) for log in logs for line in log.read_text(encoding="utf-8").splitlines()]


def count(world: World, state: State) -> int:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        query = f"SELECT count(*) FROM publications WHERE state = '{state}'"
        return int(tx.conn.exec_driver_sql(query).scalar_one())


def asked(world: World) -> int:
    return sum((one["call"] or "").startswith("facebook.") for one in world.sandbox.requests())


def test_ten_minutes_of_outage_under_two_thousand_due_posts(
    many: Callable[[int], World], exhaustive: bool
) -> None:
    world = many(ACCOUNTS)
    world.more |= {"WORKER_MAX_JOBS_PER_SECOND": str(PER_SECOND), "WORKER_CONCURRENCY": str(WORKERS)}
    world.more["LOG_LEVEL"] = "warning"
    others = schedule(world, Platform.X, 1)
    every = exhaustive or world.database_url.startswith("sqlite")
    each = EACH if every else EACH // 5  # once is enough of the many
    sick = schedule(world, Platform.FACEBOOK, each)
    world.sandbox.fault("facebook.*", "status:503", times=-1)
    tick(world)
    assert count(world, State.PUBLISHED) == others, "another platform was affected"
    assert THRESHOLD <= asked(world) <= MOST_CALLS - PROBES
    for _ in range(10):
        world.later(60)
        tick(world)
    assert asked(world) <= MOST_CALLS
    waiting = [one for one in world.publications() if one.platform is Platform.FACEBOOK]
    states = Counter(one.state for one in waiting)
    assert set(states) <= {State.SCHEDULED, State.IN_DOUBT}
    assert states[State.IN_DOUBT] <= MOST_CALLS, "a probe may be a post, too"
    assert sum(one.spent for one in waiting) == states[State.IN_DOUBT]
    wakes = Counter(one.wake_at.replace(microsecond=0) for one in waiting if one.wake_at)
    assert max(wakes.values()) <= 2 * PROCESSES * PER_SECOND, (
        "they wake up together"
    )  # two minutes have put them off
    assert turned(world) == {"breaker opened": 1}
    world.sandbox.forget_faults()
    world.more |= {"WORKER_MAX_JOBS_PER_SECOND": "1000", "WORKER_CONCURRENCY": "20"}
    for minutes in (8, 1, 2, 6, 11, 16, 16, 31):
        world.later(60 * minutes)
        tick(world, linger=5)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    texts = [post["text"] for post in world.sandbox.posts()]
    assert len(texts) == len(set(texts)) == sick + others
    assert turned(world) == {"breaker opened": 1, "breaker closed": 1}


def turned(world: World) -> Counter[str]:
    """How often any of the processes has said that a breaker opened, or closed."""
    messages = [str(one["message"]) for one in said(world)]
    return Counter(one for one in messages if one.startswith("breaker "))
