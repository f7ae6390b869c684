"""Breakers and limits at once: a breaker is asked first, neither holds on to what the other needs, nobody deadlocks."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import ErrorNote, State
from planrrr_cli.domain.settlement import WAITED
from planrrr_cli.publishing.admission import lateness
from planrrr_cli.store import connections
from tests.publishing.processes import Process
from tests.publishing.test_breakers import status
from tests.publishing.test_limits import answers, choose, limits_of, of, run, schedule
from tests.world import World, call


def count(world: World, query: str) -> int:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        return int(tx.conn.exec_driver_sql(f"SELECT count(*) FROM {query}").scalar_one())


def test_whom_a_breaker_refuses_reserves_nothing_and_asks_for_no_place(world: World) -> None:
    choose(world, x__posts="1/15m")
    schedule(world, Platform.X, 3)
    assert world.planrrr("breaker", "trip", "x", "--for", "5m").returncode == 0
    assert run(world).counts["deferred"] == 3
    assert count(world, "reservations") == count(world, "spends") == 0
    assert limits_of(world)["x.posts"]["waiting"] == 0
    world.later(5 * 60 + 5)
    assert run(world).counts["published"] == 1
    assert answers(world, "x.post.create") == [201]
    assert count(world, "reservations WHERE standing = 'reserved'") == 0


def test_a_place_in_line_outlasts_a_breaker_that_closes_in_time(world: World) -> None:
    """Its turn had come; who comes later does not get it for having been there at the right moment."""
    choose(world, x__posts="1/15m")
    schedule(world, Platform.X, 2)
    run(world)
    assert world.planrrr("breaker", "trip", "x", "--for", "16m").returncode == 0
    world.later(15 * 60 + 5)
    schedule(world, Platform.X, 3, first=2)
    run(world)
    assert answers(world, "x.post.create") == [201]
    world.later(70)
    run(world, linger=timedelta(seconds=5))
    assert [one.state for one in of(world, Platform.X)] == [State.PUBLISHED] * 2 + [State.SCHEDULED] * 3


def test_a_probe_that_finds_no_room_lets_another_account_probe(many: Callable[[int], World]) -> None:
    world = many(2)
    choose(world, facebook__calls="1/1h")
    schedule(world, Platform.FACEBOOK, 1)
    full, other = of(world, Platform.FACEBOOK)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        now = ctx.clock.now()
        tx.conn.exec_driver_sql(
            "INSERT INTO spends (id, bucket, owner, spent_at, amount) VALUES "
            f"('1', 'facebook.calls', '{full.connection.account_id}', '{now:%Y-%m-%dT%H:%M:%S.%fZ}', 1)"
        )
    world.planrrr("breaker", "trip", "facebook", "--for", "1m")
    run(world)
    world.later(70)
    run(world, concurrency=1, linger=timedelta(seconds=10))
    found = {one.id: one for one in world.publications()}
    assert found[other.id].state is State.PUBLISHED
    waiting = found[full.id]
    assert (waiting.state, waiting.attempts, waiting.held_by) == (State.SCHEDULED, 0, None)
    assert waiting.error is not None and "are used up" in waiting.error.message
    assert status(world)["facebook"]["state"] == "closed"


def app_of(world: World, most: int | None) -> None:
    [account] = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "linkedin"]
    lever = {"account_id": account["accountId"], "app_day_limit": most}
    call(f"{world.sandbox.url}/_sandbox/accounts", lever)


def test_a_reset_breaker_lets_an_app_go_on_whose_day_was_used_up(world: World) -> None:
    """The platform's word to an app is its breaker's; no bucket stays closed behind it, when somebody got more."""
    app_of(world, 0)
    schedule(world, Platform.LINKEDIN, 2)
    assert run(world, concurrency=1).counts["deferred"] == 2
    assert answers(world, "linkedin.post.create") == [429]
    app_of(world, None)
    assert run(world).counts["published"] == 0
    assert world.planrrr("breaker", "reset", "linkedin").returncode == 0
    assert run(world).counts["published"] == 2


def test_what_was_made_to_wait_for_room_is_not_too_late_after_an_outage(world: World) -> None:
    """Days in line are the platform's; a failure afterwards does not turn them into ours."""
    choose(world, x__posts="1/2d")
    schedule(world, Platform.X, 2)
    run(world)
    waiting = of(world, Platform.X)[1]
    assert waiting.checkpoint[WAITED] is True and "too late" not in str(waiting.error)
    world.later(2 * 86_400 + 5)
    world.sandbox.fault("x.*", "status:503")
    run(world)
    world.later(20 * 60)
    run(world, linger=timedelta(seconds=5))
    assert of(world, Platform.X)[1].state is State.PUBLISHED


def test_what_was_refused_with_the_whole_app_is_not_too_late_after_an_outage(world: World) -> None:
    app_of(world, 0)
    schedule(world, Platform.LINKEDIN, 3)
    run(world, concurrency=1)
    found = of(world, Platform.LINKEDIN)
    assert [one.attempts for one in found].count(1) == 1, "one was told so, for all"
    for one in found:
        assert one.checkpoint == {WAITED: True}
        later = one.due_at + timedelta(days=3)  # type: ignore[operator]
        assert lateness(one, now=later) is None
    assert isinstance(found[0].error, ErrorNote)


@pytest.mark.slow
def test_processes_with_breakers_and_limits_in_each_others_way_bring_all_to_its_end(
    many: Callable[[int], World],
) -> None:
    """Breakers that open and close, limits that are full, and recipes that ask in the middle; nobody deadlocks."""
    world = many(4)
    if world.database_url.startswith("sqlite"):
        pytest.skip("it has one writer")
    world.more |= {"BREAKER_FAILURE_THRESHOLD": "2", "BREAKER_RESET": "1", "WORKER_CONCURRENCY": "8"}
    choose(world, x__posts="3/15m", x__app_posts="15/1d", facebook__calls="20/1h", linkedin__posts="4/day")
    for platform in (Platform.X, Platform.FACEBOOK, Platform.LINKEDIN):
        schedule(world, platform, 6)
    for calls in ("x.post.create", "facebook.*"):
        world.sandbox.fault(calls, "status:503", times=6, skip=4)
    pictures(world)
    said = ""
    for _ in range(2):  # breakers open in the first round, and are probed in the second
        runs = [Process(world, "--max-seconds", "20") for _ in range(3)]
        assert {one.end() for one in runs} <= {0, 1}
        said += "".join(one.words() for one in runs)
    assert "deadlock" not in said and "database was away" not in said and "lease lost" not in said
    assert said.count("breaker opened") >= 1 and said.count("are used up") >= 1
    assert count(world, "breaker_events WHERE to_state = 'half_open'") >= 1
    assert deadlocks(world) == 0
    for seconds in (60, 300, 900, 1800, 1800, *(3600,) * 4, 86_400, 86_400):
        world.later(seconds)
        run(world, linger=timedelta(seconds=3))
    found = world.publications()
    left = [(one.platform, one.state, one.error) for one in found if one.state is not State.PUBLISHED]
    assert not left
    texts = [(post["platform"], post["account_id"], post["text"]) for post in world.sandbox.posts()]
    assert len(texts) == len(set(texts)) == len(found)
    assert count(world, "reservations WHERE standing = 'reserved'") == 0


def pictures(world: World) -> None:
    """Instagram asks for containers and publications in the middle of an attempt."""
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.reading() as tx:
        found = [one.account_id for one in connections.listing(tx, platform=Platform.INSTAGRAM, tokens=False)]
    for number, account in enumerate(found):
        for post in range(2):
            to = json.dumps([f"instagram:{account}"])
            front = f"---\nto: {to}\nmedia: [{{file: croissants.jpg, alt: A calendar}}]\n---\n"
            world.add(f"{front}Picture {post}.\n", name=f"picture{number}-{post}.md")


def deadlocks(world: World) -> int:
    """What the server itself has counted."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        query = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
        found: Any = tx.conn.exec_driver_sql(query).scalar_one()
        return int(found)
