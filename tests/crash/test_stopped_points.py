"""Stopped at a counted point for longer than its lease, while another run takes over, and then resumed: one post.

An outsider sees, for each point: a run that SIGSTOP halts there, other runs of the main job while time passes that it
does not live through, until nobody needs to look any more; SIGCONT, its end, and plain runs afterwards; then exactly
one post in the platform's public ledger, and the publication `published` with that post's id. After the last look at
the lease nothing can hold the first byte back: who stops there goes on after twenty minutes, before the doubt about
it could be settled as absent.

``make crash`` stops at every point of the short flows, and at some from all over the run in the others; without it some
points of the short flows have to do.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from random import Random

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from tests.crash.conftest import Copies
from tests.crash.test_crash_points import MOST_POINTS, published_once, untroubled
from tests.crash.zygote import COMMITTING, LOOK
from tests.flows import ALL, FLOWS
from tests.publishing.outside import Shown
from tests.soak.clock import set_moved
from tests.world import World, Zygote

EVERY_POINT = "EVERY_POINT" in os.environ
SHORT = [
    (platform, flow)
    for platform, flows in FLOWS.items()
    for flow in (set(flows) & {"text", "photos"} or list(flows)[:1])
]
SOME = 3
# After each of these others run: together longer than a lease and shorter than a proof of absence, and then longer.
SHORTER = (65, 20, 90, 330, 720)
LONGER = (*SHORTER, 900, 900, 1800)
STORE_UNAVAILABLE = 75


@pytest.fixture(scope="module")
def stopping() -> Iterator[Zygote]:
    """Another warm process: this one waits for what has stopped."""
    running = Zygote()
    yield running
    running.close()


@pytest.mark.crash
@pytest.mark.parametrize(("platform", "flow"), ALL if EVERY_POINT else sorted(SHORT), ids=str)
def test_stopped_at_any_point_for_longer_than_its_lease_it_sends_nothing_twice(
    prepare: Callable[[str], Copies], stopping: Zygote, platform: Platform, flow: str
) -> None:
    copies = prepare(FLOWS[platform][flow])
    expected = untroubled(copies)
    names = all_points(copies, stopping)
    numbers = range(1, len(names) + 1)
    if not (EVERY_POINT and (platform, flow) in SHORT):
        numbers = some(numbers, names, Random(f"{platform} {flow}"), inside=copies.server is not None)
    print(f"\n{platform} {flow}: stopped at {len(numbers)} of {len(names)} points")
    for number in numbers:
        print(f"  {number:3} {names[number - 1]}")
        pauses = SHORTER if last_look(names, number) else LONGER
        stop_and_resume(copies, stopping, number, names[number - 1], expected, pauses)


def all_points(copies: Copies, stopping: Zygote) -> list[str]:
    world = moved(copies.fresh())
    assert stopping.start(kill_at=0, **world.job("stopped")) == 0
    names = world.points("stopped")
    assert 10 <= len(names) < MOST_POINTS
    copies.done_with(world)
    return names


def some(numbers: range, names: list[str], random: Random, *, inside: bool) -> list[int]:
    """One of each stretch of the run, and all looks at the lease. ``inside``: in a transaction, too."""
    looks = [number for number in numbers if names[number - 1].startswith(LOOK)]
    usual = [number for number in numbers if inside or names[number - 1] != COMMITTING]
    length = len(usual) / (SOME)
    stretches = [usual[round(length * turn) : round(length * (turn + 1))] for turn in range(SOME)]
    return sorted({*looks, *(random.choice(stretch) for stretch in stretches)})


def last_look(names: list[str], number: int) -> bool:
    """Whether it is the one that comes when the call has begun, so that bytes follow it at once."""
    return names[number - 1].startswith(LOOK) and names[number - 2].startswith("POST")


def moved(world: World) -> World:
    """With a clock that a stopped run finds moved when it goes on, the steady one included."""
    world.clock = world.folder / "clock"
    set_moved(world.clock, 0)
    return world


def stop_and_resume(
    copies: Copies,
    stopping: Zygote,
    number: int,
    name: str,
    expected: tuple[Shown, ...],
    pauses: tuple[int, ...],
) -> None:
    where = f"stopped at point {number}: {name}"
    world = moved(copies.fresh())
    log = world.folder / "stopped.log"
    assert stopping.start(kill_at=0, stop_at=number, **world.job("stopped")) is None, where
    assert world.points("stopped")[-1] == name, where
    done = others_take_over(world, pauses, holds_database=name == COMMITTING and copies.server is None)
    assert done or name == COMMITTING or pauses is SHORTER, f"{where}: nobody took it over"
    assert stopping.resume() == 0, f"{where}: {log.read_text(encoding='utf-8')}"
    assert "Traceback" not in log.read_text(encoding="utf-8"), where
    since = world.points("stopped")[number:]
    assert not (done and any(one.startswith(LOOK) for one in since)), f"{where}: it would have sent"
    world.run_until_quiet()
    published_once(world, expected, where)
    copies.done_with(world)


def others_take_over(world: World, pauses: tuple[int, ...], *, holds_database: bool) -> bool:
    """Runs until ``pauses`` are over, or until nobody needs to look any more, which it returns."""
    assert world.zygote is not None
    for seconds in pauses:
        world.later(seconds)
        code = world.zygote.run(kill_at=0, **world.job())
        if holds_database:  # SQLite has one lock: who stopped inside keeps it, and others can only say so
            assert code == STORE_UNAVAILABLE
            return False
        assert code == 0, (world.folder / "run.log").read_text(encoding="utf-8")
        if all(one.state is State.PUBLISHED and one.wake_at is None for one in world.publications()):
            return True
    return False
