"""Stopped at every point of a renewal on X for longer than its lease, while others renew, and then resumed: one token.

An outsider sees: SIGSTOP, other renewals and runs that take the lane over, SIGCONT; X has given new tokens once, the
account is active and publishes. Who had the answer in hand when it was stopped brings it to everybody, even when a
person was asked to sign in meanwhile for the lack of it; who was stopped before the call sends nothing.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from tests.crash.conftest import Copies
from tests.crash.test_refresh_points import HOUR
from tests.crash.test_stopped_points import STORE_UNAVAILABLE, moved
from tests.crash.zygote import COMMITTING, LOOK
from tests.flows import FLOWS
from tests.publishing.renewing import asked, connection
from tests.world import World, Zygote

X = Platform.X


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    running = Zygote("refreshing.py")
    yield running
    running.close()


@pytest.fixture(scope="module")
def stopping() -> Iterator[Zygote]:
    """Another warm process: this one waits for what has stopped."""
    running = Zygote("refreshing.py")
    yield running
    running.close()


@pytest.mark.crash
def test_a_renewal_that_was_stopped_gives_one_token_to_everybody(
    prepare: Callable[[str], Copies], stopping: Zygote, exhaustive: bool
) -> None:
    copies = prepare(FLOWS[X]["text"].replace("---\n", "---\nmax_lateness: 90d\n", 1))
    names = points_of(copies, stopping)
    assert sum(name.startswith("POST") for name in names) == 2
    other = copies.server is not None  # half of the points on each database, unless all are wanted
    for number, name in enumerate(names, start=1):
        if not exhaustive and number % 2 == other:
            continue
        stop_and_resume(copies, stopping, number, name)


def due(copies: Copies) -> tuple[World, dict[str, object]]:
    world = moved(copies.fresh())
    world.later(3 * HOUR)
    return world, {"mode": "refresh", "connection": connection(world, X).id, **world.job("stopped")}


def points_of(copies: Copies, stopping: Zygote) -> list[str]:
    world, job = due(copies)
    assert stopping.start(kill_at=0, **job) == 0
    names = world.points("stopped")
    copies.done_with(world)
    return names


def stop_and_resume(copies: Copies, stopping: Zygote, number: int, name: str) -> None:
    where = f"stopped at point {number}: {name}"
    world, job = due(copies)
    assert world.zygote is not None
    assert stopping.start(kill_at=0, stop_at=number, **job) is None, where
    assert world.points("stopped")[-1] == name, where
    before = len(asked(world))
    refreshing = {**world.job(), "mode": "refresh", "connection": job["connection"]}
    for seconds in (65, 65):
        world.later(seconds)
        code = world.zygote.run(kill_at=0, **refreshing)
        if name == COMMITTING and copies.server is None:
            assert code == STORE_UNAVAILABLE, where
            break
        assert code in (0, 1), (world.folder / "run.log").read_text(encoding="utf-8")
    assert stopping.resume() in (0, 1), (world.folder / "stopped.log").read_text(encoding="utf-8")
    there = connection(world, X)
    answers = [one["status"] for one in asked(world)]
    assert there.status is ConnectionStatus.ACTIVE, f"{where}: {there.status_reason} {answers}"
    assert there.renewing_since is None, where
    assert answers.count(200) == (0 if name == COMMITTING and not answers else 1), f"{where}: {answers}"
    sent = any(point.startswith("POST") and "after" in point for point in world.points("stopped")[number:])
    if before == 0 and not (name.startswith(LOOK) or (name == COMMITTING and copies.server is None)):
        assert not sent or answers == [200], f"{where}: it sent what others had used: {answers}"
    world.run_until_quiet()
    assert [one["status"] for one in asked(world)].count(200) == 1, where
    assert [one.state for one in world.publications()] == [State.PUBLISHED], where
    copies.done_with(world)
