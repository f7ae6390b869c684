"""Where tokens are renewed is left alone while it is sick: few ask, and tokens that are still good are used."""

from __future__ import annotations

import io
import json
from collections.abc import Callable
from contextlib import redirect_stdout
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.commands.refresh import refresh_tokens
from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.store import schema
from tests.publishing.test_breakers import notices, schedule
from tests.publishing.test_run import run
from tests.world import World

REFRESH = "x.token.refresh"
LANES = 30
IN_FLIGHT = 4


def tokens_end_in(world: World, seconds: float) -> int:
    """Of those that can be renewed, not of OAuth 1.0a; how many there are."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        until = ctx.clock.now() + timedelta(seconds=world.offset + seconds)
        c = schema.connections
        ends = c.update().where(c.c.platform == Platform.X, c.c.refresh_token.is_not(None))
        return int(tx.conn.execute(ends.values(token_expires_at=until)).rowcount)


def asked(world: World) -> int:
    return sum(one["call"] == REFRESH for one in world.sandbox.requests())


def shown(world: World) -> list[dict[str, Any]]:
    said = world.planrrr("breaker-status", "--json")
    return [one for one in json.loads(said.stdout)["breakers"] if one["scope"] == "tokens"]


def test_a_token_service_that_is_down_is_asked_by_few_of_many_and_all_goes_out_afterwards(
    many: Callable[[int], World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = many(LANES)
    total = schedule(world, "x")
    ended = tokens_end_in(world, -1)
    world.sandbox.fault(REFRESH, "status:503", times=-1)
    report = run(world, concurrency=IN_FLIGHT)
    assert asked(world) <= 5 + IN_FLIGHT
    assert [(one.scope, one.state.value) for one in report.breakers] == [("tokens", "open")]
    [one] = shown(world)
    assert one["platform"] == "x" and one["held"] >= ended - 5 - IN_FLIGHT > 0
    before = asked(world)
    world.later(30)
    run(world, concurrency=IN_FLIGHT)
    assert asked(world) == before
    for _ in range(3):
        world.later(70)
        run(world, concurrency=IN_FLIGHT)
    assert asked(world) <= before + 3, "one probe at a time"
    world.sandbox.forget_faults()
    for minutes in (10, 5, 10, 35):
        world.later(60 * minutes)
        run(world, concurrency=IN_FLIGHT, linger=timedelta(seconds=5))
    found = world.publications()
    assert {one.state for one in found} == {State.PUBLISHED} and {one.spent for one in found} == {1}
    assert {one.connection.status for one in found} == {ConnectionStatus.ACTIVE}
    assert len(world.sandbox.posts()) == total
    err = capfd.readouterr().err
    assert len(notices(err, "breaker opened")) == len(notices(err, "breaker closed")) == 1


def test_a_token_that_is_still_good_is_used_as_it_is_while_nobody_renews(
    many: Callable[[int], World],
) -> None:
    world = many(12)
    total = schedule(world, "x")
    tokens_end_in(world, 15 * 60)
    world.sandbox.fault(REFRESH, "status:503", times=-1)
    assert run(world, concurrency=1).counts["published"] == total
    assert asked(world) <= 5


def test_an_app_whose_client_is_refused_asks_once_for_all_its_accounts(many: Callable[[int], World]) -> None:
    world = many(6)
    total = schedule(world, "x")
    tokens_end_in(world, -1)
    world.sandbox.fault(REFRESH, "status:429", times=1)
    run(world, concurrency=1)
    assert asked(world) == 1
    [one] = shown(world)
    assert one["state"] == "open" and "X limits the renewing" in one["reason"]
    assert world.planrrr("breaker", "reset", "x").returncode == 0
    world.later(61)
    run(world)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == total


def test_renewing_by_itself_asks_a_sick_service_no_more_than_publishing_does(
    many: Callable[[int], World],
) -> None:
    world = many(LANES)
    ended = tokens_end_in(world, 60)
    world.sandbox.fault(REFRESH, "status:503", times=-1)

    def renew() -> dict[str, Any]:
        clock, out = SystemClock(timedelta(seconds=world.offset)), io.StringIO()
        with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, redirect_stdout(out):
            refresh_tokens(ctx, within=None, name=None, dry_run=False, as_json=True)
        told: dict[str, Any] = json.loads(out.getvalue())
        return told

    told = renew()
    asked_at_first = asked(world)
    assert asked_at_first <= 5 + int(world.environ.get("WORKER_CONCURRENCY", 5))
    waiting = [one for one in told["connections"] if one["outcome"] == "waits"]
    assert len(waiting) == ended - asked_at_first > 0
    assert "the renewal of tokens of the app" in waiting[0]["reason"]
    assert [one["state"] for one in shown(world)] == ["open"]
    assert told["refreshed"] == told["needs_reauth"] == 0
    renew()
    assert asked(world) == asked_at_first
    world.sandbox.forget_faults()
    for _ in range(6):
        world.later(200)
        renew()
    assert [one["state"] for one in shown(world)] in ([], ["closed"])
    assert not [one for one in renew()["connections"] if one["outcome"] in {"waits", "deferred"}]
