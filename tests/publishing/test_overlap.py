"""Several processes on one database: every post once, each account in order, nobody stuck, nobody in the way."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable
from pathlib import Path

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import State
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import NewPost
from tests.world import World


def schedule(world: World, each: int) -> int:
    """``each`` due posts on every connection; the text says which and the how-manieth."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        now = ctx.clock.now()
        lanes = connections.listing(tx)
        for number in range(each):
            for lane in lanes:
                post = Post(f"{lane.account_id} number {number:04}", scheduled_at=now)
                new = NewPost(post, f"{lane.id}/{number}", None, [lane.id], draft=False, ordinal=number)
                posts.add(tx, new, now=now)
    return each * len(lanes)


def start(world: World, *arguments: str) -> subprocess.Popen[bytes]:
    with (world.folder / f"run{time.monotonic_ns()}.log").open("wb") as log:
        return subprocess.Popen(
            [sys.executable, "-m", "planrrr_cli", "publish-due", "--json", *arguments],
            cwd=world.folder,
            env=world.environ,
            stdout=subprocess.PIPE,
            stderr=log,
        )


def each_once_and_in_order(world: World, expected: int) -> None:
    public = world.sandbox.posts()
    texts = [post["text"] for post in public]
    assert len(texts) == len(set(texts)) == expected
    by_account = defaultdict(list)
    for post in sorted(public, key=lambda one: one["sequence"]):
        by_account[post["account_id"]].append(post["text"])
    for account, found in by_account.items():
        assert found == sorted(found), f"account {account} is out of order"


@pytest.mark.slow
def test_four_processes_publish_five_hundred_posts_on_fifty_accounts_once_and_in_order(
    many: Callable[[int], World],
) -> None:
    world = many(50)
    expected = schedule(world, 10)
    began = time.monotonic()
    runs = [start(world) for _ in range(4)]
    reports = [json.loads(run.communicate(timeout=120)[0]) for run in runs]
    assert [run.returncode for run in runs] == [0, 0, 0, 0]
    print(f"\n4 processes, 500 posts, 50 accounts: {time.monotonic() - began:.1f} s")
    each_once_and_in_order(world, expected)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert sum(report["published"] for report in reports) == expected


@pytest.mark.slow
def test_a_stopped_process_that_is_resumed_after_its_lease_sends_nothing_twice(world: World) -> None:
    """SIGSTOP with its calls under way, the lease taken over, SIGCONT: the stopped one must notice."""
    total = schedule(world, 3)
    world.sandbox.fault("facebook.feed.create", "hold:3", "before", times=1)
    stopped = start(world, "--concurrency", "1")
    deadline = time.monotonic() + 30
    while not world.sandbox.requests():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    os.kill(stopped.pid, signal.SIGSTOP)
    try:
        world.later(0)
        expire_leases(world)
        other = start(world)
        other.communicate(timeout=60)
    finally:
        os.kill(stopped.pid, signal.SIGCONT)
    stopped.communicate(timeout=60)
    for _ in range(3):
        start(world).communicate(timeout=60)
    # Once each; not in order, since the one in doubt steps aside for those behind it.
    assert sorted(post["text"][-4:] for post in world.sandbox.posts()) == ["0000", "0001", "0002"]
    assert len(world.publications()) == total
    assert {one.state for one in world.publications()} == {State.PUBLISHED}


def expire_leases(world: World) -> None:
    """As if the lease had run out, without waiting a minute for it."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        past = "'2000-01-01T00:00:00.000000Z'" if tx.dialect == "sqlite" else "now() - interval '1 hour'"
        tx.conn.exec_driver_sql(f"UPDATE connections SET leased_until = {past} WHERE claim_id IS NOT NULL")


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_running_calls_end_and_leaves_nothing_half_done(
    world: World, number: signal.Signals
) -> None:
    schedule(world, 5)
    world.sandbox.fault("facebook.feed.create", "hold:2", "before", times=1)
    run = start(world, "--concurrency", "1")
    deadline = time.monotonic() + 30
    while not world.sandbox.requests():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run.send_signal(number)
    report = json.loads(run.communicate(timeout=60)[0])
    assert run.returncode == (130 if number is signal.SIGINT else 0)
    assert report["published"] == 1 and report["stopped_by"] == number.name
    states = [one.state for one in world.publications()]
    assert states.count(State.PUBLISHED) == 1 and states.count(State.SCHEDULED) == 4
    start(world).communicate(timeout=60)
    each_once_and_in_order(world, 5)


@pytest.mark.slow
def test_the_death_of_a_process_frees_its_accounts_at_once(world: World, tmp_path: Path) -> None:
    schedule(world, 2)
    world.sandbox.fault("facebook.feed.create", "hold:30", "before", times=1)
    run = start(world, "--concurrency", "1")
    deadline = time.monotonic() + 30
    while not world.sandbox.requests():
        assert time.monotonic() < deadline
        time.sleep(0.05)
    run.kill()
    run.communicate()
    began = time.monotonic()
    world.planrrr("publish-due")
    assert time.monotonic() - began < 45, "it waited for the lease"
    states = sorted(one.state for one in world.publications())
    assert State.PUBLISHING not in states and State.PUBLISHED in states
