"""Killed while a breaker opens, is probed and closes: the place of the probe is free again, and all goes out once.

An outsider sees, for each point: a run that SIGKILL ends there, plain runs afterwards, whose workers would serve all
lanes at once if the breaker let them; never two probes at a time, the breaker closed in the end, each state in its
history beginning where the one before ended, each opening and closing said once, and one post on every Page. Where
nobody can know that the owner of the place is dead, the place is kept until the lease ends, and no longer.

``make crash`` kills at every point; without it some from all over the run have to do.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crash.breaking import (
    OVER,
    WHOLE,
    Seen,
    calls,
    due_on_all,
    fail,
    history,
    in_the_end,
    path,
    said,
    seen,
    together,
    turns,
    until_quiet,
    was_far_away,
)
from tests.crash.conftest import Copies
from tests.crash.test_crash_points import KILLED, MOST_POINTS
from tests.world import SandboxControl, World, Zygote

pytestmark = pytest.mark.crash

STRIDE = 9
PAUSES = (0, 3, 20, 70, 130, 250, 330, 720, 900, 900, 1800)


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxControl, zygote: Zygote
) -> Iterator[Copies]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    made = due_on_all(tmp_path, sandbox, server, zygote)
    yield made
    if server is not None:
        server.drop(made.world.database_url)


def points(copies: Copies, *, exhaustive: bool, first: int) -> range:
    """The two databases are killed at different ones."""
    return (
        range(1, MOST_POINTS)
        if exhaustive
        else range(first + (copies.server is not None) * 4, MOST_POINTS, STRIDE)
    )


def opened(copies: Copies) -> None:
    """Two have failed and one was refused; copies begin there."""
    fail(copies.world)
    assert copies.world.run() == 0
    assert seen(copies.world) == Seen("open", probing=False)
    assert path(history(copies.world)) == WHOLE[:1]
    assert said(copies.world) == {"breaker opened": 1}


class Sayings:
    """Each turn is said once; who dies between the commit and the word is the only one who may leave one out."""

    def __init__(self) -> None:
        self.left_out: list[str] = []

    def judge(self, world: World, name: str, where: str, *, before: int = 0) -> None:
        events = history(world)[before:]
        missing = turns(events) - said(world)
        assert not said(world) - turns(events), f"{where}: said {said(world)} of {path(events)}"
        if missing:
            assert name == "commit, after" and sum(missing.values()) == 1, f"{where}: never said {missing}"
            self.left_out.append(where)


def test_a_probe_that_is_killed_at_any_point_frees_its_place_at_once_where_its_death_is_known(
    copies: Copies, exhaustive: bool
) -> None:
    opened(copies)
    sayings, killed_at = Sayings(), 0
    for point in points(copies, exhaustive=exhaustive, first=3):
        world = copies.fresh()
        world.later(OVER)
        if world.run(kill_at=point) != KILLED:
            break
        killed_at += 1
        name = world.points()[-1]
        where, was = f"killed at point {point}: {name}", seen(world)
        before = calls(world)
        if was.state == "half_open":
            together(world)
            assert calls(world) > before or any(one.state == "in_doubt" for one in world.publications()), (
                where
            )
        until_quiet(world, PAUSES)
        in_the_end(world, where)
        assert path(history(world)) == WHOLE, where
        sayings.judge(world, name, where, before=1)
        copies.done_with(world)
    assert killed_at >= (50 if exhaustive else 3)
    assert len(sayings.left_out) <= 1, sayings.left_out
    print(f"\nprobes killed at {killed_at} points; not said: {sayings.left_out}")


def test_a_probe_that_is_killed_on_another_host_keeps_its_place_until_its_lease_ends(
    copies: Copies, exhaustive: bool
) -> None:
    opened(copies)
    kept = killed_at = 0
    for point in points(copies, exhaustive=exhaustive, first=9):
        world = copies.fresh()
        world.later(OVER)
        if world.run(kill_at=point) != KILLED:
            break
        killed_at += 1
        where = f"killed at point {point}: {world.points()[-1]}"
        was_far_away(world)
        was, before = seen(world), calls(world)
        world.later(40)
        together(world)
        if was.probing:
            kept += 1
            assert calls(world) == before and seen(world) == was, f"{where}: somebody else probed"
        world.later(25)
        together(world)
        assert (
            not was.probing or seen(world).state != "half_open" or calls(world) > before or in_doubt(world)
        ), where
        until_quiet(world, PAUSES)
        in_the_end(world, where)
        assert path(history(world)) == WHOLE, where
        copies.done_with(world)
    assert killed_at >= (50 if exhaustive else 3) and kept >= 1
    print(
        f"\nprobes killed at {killed_at} points; at {kept} of them the place was kept until the lease ended"
    )


def in_doubt(world: World) -> bool:
    return any(one.state == "in_doubt" for one in world.publications())


def test_a_probe_that_fails_and_is_killed_at_any_point_leaves_the_platform_alone_until_the_next(
    copies: Copies, exhaustive: bool
) -> None:
    opened(copies)
    sayings, killed_at = Sayings(), 0
    for point in points(copies, exhaustive=exhaustive, first=2):
        world = copies.fresh()
        world.later(OVER)
        fail(world)
        if world.run(kill_at=point) != KILLED:
            break
        killed_at += 1
        name = world.points()[-1]
        where = f"killed at point {point}: {name}"
        assert calls(world) <= 1, where
        together(world)
        assert calls(world) <= 2, f"{where}: more than the probe that was lost and the one after it"
        together(world)
        assert calls(world) <= 2 and seen(world).state == "open", where
        world.sandbox.forget_faults()
        world.later(150)
        until_quiet(world, PAUSES)
        in_the_end(world, where)
        assert path(history(world))[-2:] == WHOLE[1:], where
        sayings.judge(world, name, where, before=1)
        copies.done_with(world)
    assert killed_at >= (14 if exhaustive else 1)
    print(f"\nfailing probes killed at {killed_at} points; not said: {sayings.left_out}")


def test_a_run_that_is_killed_while_it_opens_a_breaker_has_opened_it_or_not(
    copies: Copies, exhaustive: bool
) -> None:
    sayings, killed_at = Sayings(), 0
    for point in points(copies, exhaustive=exhaustive, first=5):
        world = copies.fresh()
        fail(world)
        if world.run(kill_at=point) != KILLED:
            break
        killed_at += 1
        name = world.points()[-1]
        where = f"killed at point {point}: {name}"
        together(world)
        world.sandbox.forget_faults()
        world.later(OVER)
        until_quiet(world, PAUSES)
        in_the_end(world, where)
        assert path(history(world)) in ([], WHOLE), where
        sayings.judge(world, name, where)
        copies.done_with(world)
    assert killed_at >= (14 if exhaustive else 1)
    assert len(sayings.left_out) <= 1, sayings.left_out
    print(f"\nan opening killed at {killed_at} points; not said: {sayings.left_out}")
