"""A platform fails for ten minutes under two thousand due posts: few calls, others unaffected, all out afterwards."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from datetime import timedelta

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import State
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import NewPost
from tests.world import World

pytestmark = pytest.mark.slow

ACCOUNTS = 50
EACH = 40
IN_FLIGHT = 20
THRESHOLD = 5
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


def tick(world: World, *, linger: float = 0.0) -> RunReport:
    clock = SystemClock(timedelta(seconds=world.offset))
    environ = world.environ | {"LOG_LEVEL": "warning"}
    with open_context(environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(concurrency=IN_FLIGHT, linger=timedelta(seconds=linger)))


def asked(world: World) -> int:
    return sum(one["call"].startswith("facebook.") for one in world.sandbox.requests())


def test_ten_minutes_of_outage_under_two_thousand_due_posts(
    many: Callable[[int], World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = many(ACCOUNTS)
    world.more["WORKER_MAX_JOBS_PER_SECOND"] = str(PER_SECOND)
    others = schedule(world, Platform.X, 1)
    each = EACH if world.database_url.startswith("sqlite") else EACH // 5  # once is enough of the many
    sick = schedule(world, Platform.FACEBOOK, each)
    world.sandbox.fault("facebook.*", "status:503", times=-1)
    first = tick(world)
    assert first.counts["published"] == others, "another platform was affected"
    for _ in range(10):
        world.later(60)
        assert not tick(world).counts["failed"]
    probes = 4  # after one, two, four and eight minutes there can be no fifth
    assert asked(world) <= THRESHOLD + IN_FLIGHT + probes
    waiting = [one for one in world.publications() if one.platform is Platform.FACEBOOK]
    states = Counter(one.state for one in waiting)
    assert set(states) <= {State.SCHEDULED, State.IN_DOUBT}
    assert states[State.IN_DOUBT] <= THRESHOLD + IN_FLIGHT + probes, "a probe may be a post, too"
    assert sum(one.spent for one in waiting) == states[State.IN_DOUBT]
    wakes = Counter(one.wake_at.replace(microsecond=0) for one in waiting if one.wake_at)
    assert max(wakes.values()) <= 2 * PER_SECOND, "they wake up together"  # two runs have put them off
    world.sandbox.forget_faults()
    world.more["WORKER_MAX_JOBS_PER_SECOND"] = "1000"
    for minutes in (8, 1, 2, 6, 11, 16, 16, 31):
        world.later(60 * minutes)
        tick(world, linger=5)
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    texts = [post["text"] for post in world.sandbox.posts()]
    assert len(texts) == len(set(texts)) == sick + others
    records = [json.loads(line) for line in capfd.readouterr().err.splitlines() if line.startswith("{")]
    turned = Counter(one["message"] for one in records if one["message"].startswith("breaker"))
    assert turned == {"breaker opened": 1, "breaker closed": 1}
