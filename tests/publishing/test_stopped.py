"""Processes that SIGSTOP halts for longer than their lease: others take over, and who wakes up notices."""

from __future__ import annotations

import signal
from collections.abc import Callable
from contextlib import ExitStack, closing
from random import Random

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.publications import State
from tests.publishing.processes import Process, called, quiet, run_here, schedule, until
from tests.soak.clock import set_moved
from tests.world import World, Zygote

ACCOUNTS = 4
EACH = 3
STOPS = 2
LOCKED = 75


@pytest.mark.slow
def test_a_stopped_process_that_is_resumed_after_its_lease_sends_nothing_twice(world: World) -> None:
    """SIGSTOP with its calls under way, the lease taken over, SIGCONT: the stopped one must notice."""
    total = schedule(world, 3)
    world.sandbox.fault("facebook.feed.create", "hold:3", "before", times=1)
    stopped = Process(world, "--concurrency", "1")
    until(called(world, "facebook.feed.create"))
    stopped.signal(signal.SIGSTOP)
    try:
        expire_leases(world)
        run_here(world)
    finally:
        stopped.signal(signal.SIGCONT)
    assert stopped.end() == 0
    quiet(stopped)
    for seconds in (0, 20, 90):
        world.later(seconds)
        run_here(world)
    assert [one.state for one in world.publications()] == [State.PUBLISHED] * total
    # Once each; not in order, since the one in doubt steps aside for those behind it.
    assert sorted(post["text"][-4:] for post in world.sandbox.posts()) == ["0000", "0001", "0002"]


def expire_leases(world: World) -> None:
    """As if the lease had run out, without waiting a minute for it."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        past = "'2000-01-01T00:00:00.000000Z'" if tx.dialect == "sqlite" else "now() - interval '1 hour'"
        tx.conn.exec_driver_sql(f"UPDATE connections SET leased_until = {past} WHERE claim_id IS NOT NULL")


@pytest.mark.slow
def test_a_process_that_is_stopped_at_random_points_with_many_accounts_in_hand_sends_nothing_twice(
    many: Callable[[int], World],
) -> None:
    world, random = many(ACCOUNTS), Random("stopped")
    world.clock = world.folder / "clock"
    set_moved(world.clock, 0)
    world.sandbox.fault("*", "hold:0.03", "before", times=10_000)  # so that its main thread is mostly at rest
    expected = stops = 0
    log = world.folder / "stopped.log"
    with ExitStack() as stack:
        stopping, world.zygote = (stack.enter_context(closing(Zygote())) for _ in range(2))
        for turn in range(STOPS):
            expected += schedule(world, EACH, first=turn * EACH)
            plan = {"kill_at": 0, "stop_at": random.randint(1, 40), "stop_inside": False}
            code = stopping.start(concurrency=ACCOUNTS, **plan, **world.job("stopped"))
            where = f"stopped at {world.points('stopped')[-1]}"
            stops += code is None
            # SQLite has one writer, and it may be stopped in the middle of a transaction; PostgreSQL ends that.
            one_writer = world.database_url.startswith("sqlite") and code is None
            for pause in (65, 20, 330):
                world.later(pause)
                taken_over = world.run()
                assert taken_over in ({0, LOCKED} if one_writer else {0}), where
                if taken_over == LOCKED:
                    break
            resumed = stopping.resume() if code is None else code
            assert resumed in ({0} if one_writer or code is not None else {0, LOCKED}), where
        world.run_until_quiet()
    assert stops == STOPS
    assert '"traceback"' not in log.read_text(encoding="utf-8").lower()
    texts = [post["text"] for post in world.sandbox.posts()]
    assert len(texts) == len(set(texts)) == expected
    assert [one.state for one in world.publications()] == [State.PUBLISHED] * expected
