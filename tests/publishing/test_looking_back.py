"""What a look at the account must not conclude: absence, where the platform hides or the clocks disagree."""

from __future__ import annotations

from datetime import timedelta

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import publications
from tests.world import World

FIRST = "---\nto: [facebook]\n---\nThe first.\n"
SECOND = "---\nto: [facebook]\n---\nThe second.\n"


def run_at(world: World, ours: float) -> None:
    """``ours``: seconds by which this machine's clock is ahead."""
    with open_context(world.environ, cwd=world.folder, clock=SystemClock(timedelta(seconds=ours))) as ctx:
        publish(ctx, RunOptions(linger=timedelta(0)))


def out(world: World) -> list[str]:
    return sorted(post["text"] for post in world.sandbox.posts())


def test_a_post_that_is_hidden_for_twenty_minutes_is_not_sent_again_after_another_one(world: World) -> None:
    world.add(FIRST)
    world.sandbox.fault("facebook.feed.create", "lost", "after")
    world.sandbox.fault("facebook.feed.create", "hide:1200")
    run_at(world, world.offset)
    world.add(SECOND, name="second.md")
    for seconds in (1, 15, 60, 300, 600, 60, 600, 900):
        world.later(seconds)
        run_at(world, world.offset)
    assert out(world) == ["The first.", "The second."]


@pytest.mark.parametrize("ahead", [180, 3600, -3600])
def test_a_machine_whose_clock_is_wrong_sends_nothing_twice(world: World, ahead: float) -> None:
    world.add(FIRST)
    world.sandbox.fault("facebook.feed.create", "lost", "after")
    run_at(world, world.offset + ahead)
    world.add(SECOND, name="second.md")
    for seconds in (4000, 15, 60, 300, 600, 60, 600, 900):
        world.later(seconds)
        run_at(world, world.offset + ahead)
    assert out(world) == ["The first.", "The second."]


def test_a_second_sending_after_the_clocks_were_set_back_is_found_by_a_look(world: World) -> None:
    """Absence was proved, the account needed a sign-in, meanwhile the clock was put right, and it is sent again."""
    world.later(7200)
    world.add(FIRST)
    world.sandbox.fault("facebook.feed.create", "lost", "before")
    run_at(world, world.offset)
    for seconds in (15, 60, 300, 600):
        world.later(seconds)
        run_at(world, world.offset)
    world.sandbox.fault("facebook.feed.create", "error:190:460")
    world.later(2000)
    run_at(world, world.offset)
    world.later(-3600)
    world.connect()
    world.sandbox.fault("facebook.feed.create", "lost", "after")
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.transaction() as tx:
        [only] = world.publications()
        publications.reschedule(tx, only.id, due_at=clock.now(), now=clock.now())
    run_at(world, world.offset)
    assert out(world) == ["The first."]
    world.add(SECOND, name="second.md")
    for seconds in (15, 60, 300, 600, 60, 600, 900, 3600):
        world.later(seconds)
        run_at(world, world.offset)
    assert out(world) == ["The first.", "The second."]
