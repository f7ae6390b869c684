"""``WORKER_MAX_JOBS_PER_SECOND`` holds for every second of a run, its first one included."""

from __future__ import annotations

from collections.abc import Callable

from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import AttemptKind
from planrrr_cli.publishing.pace import Pace
from planrrr_cli.store import publications
from tests.publishing.test_limits import answers, choose, run, schedule
from tests.world import World


@given(st.integers(1, 5), st.lists(st.floats(0, 0.4), max_size=60))
def test_no_second_begins_more_than_it_may_and_none_is_left_unused(most: int, gaps: list[float]) -> None:
    pace, now, taken = Pace(most), 50.0, list[float]()
    for gap in gaps:
        now += gap
        before = pace.wait(now)
        if pace.take(now):
            assert before == 0.0
            taken.append(now)
        else:
            assert len([each for each in taken if each > now - 1.0]) == most
            assert pace.take(now + before)
            now += before
            taken.append(now)
    assert all(last - first >= 1.0 - 1e-9 for first, last in zip(taken, taken[most:], strict=False))


def test_a_run_begins_no_more_in_any_second(many: Callable[[int], World]) -> None:
    world = many(2)
    world.more["WORKER_MAX_JOBS_PER_SECOND"] = "2"
    schedule(world, Platform.FACEBOOK, 3)
    assert run(world, concurrency=5).counts["published"] == 6
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        began = sorted(
            attempt.began_at
            for one in world.publications()
            for attempt in publications.attempts_of(tx, one.id)
            if attempt.kind is AttemptKind.PUBLISH
        )
    assert len(began) == 6
    spans = [(last - first).total_seconds() for first, last in zip(began, began[2:], strict=False)]
    assert min(spans) >= 0.95


def test_what_waits_for_the_pace_keeps_nobody_from_the_room_that_it_does_not_use(
    many: Callable[[int], World],
) -> None:
    world = many(4)
    world.more["WORKER_MAX_JOBS_PER_SECOND"] = "1"
    choose(world, linkedin__app_posts="1/1d")
    apps = [one["appId"] for one in world.sandbox.accounts()["connections"] if one["platform"] == "linkedin"]
    schedule(world, Platform.LINKEDIN, 3)
    run(world, concurrency=8)
    assert answers(world, "linkedin.post.create") == [201] * len(set(apps))


def test_what_a_person_limits_keeps_nobody_from_the_room_that_it_does_not_use(
    many: Callable[[int], World],
) -> None:
    world = many(4)
    choose(world, linkedin__app_posts="1/1d")
    apps = [one["appId"] for one in world.sandbox.accounts()["connections"] if one["platform"] == "linkedin"]
    schedule(world, Platform.LINKEDIN, 3)
    for _ in range(len(set(apps))):
        assert run(world, concurrency=8, limit=1).counts["published"] == 1
    assert answers(world, "linkedin.post.create") == [201] * len(set(apps))
