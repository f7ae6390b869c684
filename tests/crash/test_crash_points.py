"""Killed at every commit and at every HTTP call of every flow: the next runs finish it, and the public sees one post.

An outsider sees, for each point: the process gone by SIGKILL, plain runs of the main job afterwards, in the
platform's public ledger exactly what a run that nobody kills puts there (one post; or each part of a thread once and in
its place), and the publication `published` with that post's id. `make crash` kills at every point on both databases and
prints them; a run of all tests takes some from all over the run on SQLite and those between them on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.platforms import PLATFORMS
from tests.crash.conftest import Copies
from tests.flows import ALL, FLOWS
from tests.publishing.outside import Shown, shown
from tests.world import World

KILLED = -9
MOST_POINTS = 300


def test_every_platform_has_its_flows() -> None:
    assert set(FLOWS) == set(PLATFORMS)


@pytest.mark.crash
@pytest.mark.parametrize(("platform", "flow"), ALL, ids=str)
def test_killed_at_any_point_it_still_publishes_exactly_once(
    prepare: Callable[[str], Copies], exhaustive: bool, platform: Platform, flow: str
) -> None:
    copies = prepare(FLOWS[platform][flow])
    expected = untroubled(copies)
    first, stride = (1, 1) if exhaustive else sample(platform, on_postgresql=copies.server is not None)
    points: dict[int, str] = {}
    for point in range(first, MOST_POINTS, stride):
        world = copies.fresh()
        killed = world.run(kill_at=point) == KILLED
        if killed:
            points[point] = world.points()[-1]
        world.run_until_quiet()
        published_once(world, expected, f"killed at point {point}: {points.get(point, 'none')}")
        copies.done_with(world)
        if not killed:
            break
    else:
        pytest.fail("the run never reached its end")
    assert len(points) >= 10 // stride, points
    print(f"\n{platform} {flow}: killed at {len(points)} points, the same public posts each time")
    for number, name in points.items():
        print(f"  {number:3} {name}")


def sample(platform: Platform, *, on_postgresql: bool) -> tuple[int, int]:
    """The first point and how far apart they are; those of the two databases differ.

    Facebook's few flows are looked at more closely than the many of the others, which run through the same code
    between their calls.
    """
    if platform is Platform.FACEBOOK:
        return (2, 2) if on_postgresql else (1, 2)
    return (4, 12) if on_postgresql else (1, 6)


def untroubled(copies: Copies) -> tuple[Shown, ...]:
    """What the public sees of a run that nobody disturbs."""
    world = copies.fresh()
    world.run_until_quiet()
    [publication] = world.publications()
    assert publication.state is State.PUBLISHED and not publication.notices, publication.error
    expected = shown(world.sandbox.ledger())
    assert [one.below for one in expected] == [None, *range(len(expected) - 1)], (
        "each is below the one before"
    )
    assert expected[0].text.startswith(publication.post.text[:10])
    assert "thread" not in publication.post.options or len(expected) > 1
    copies.done_with(world)
    return expected


def published_once(world: World, expected: tuple[Shown, ...], where: str) -> None:
    """The verdict: by the public ledger and by the tables."""
    [publication] = world.publications()
    assert publication.state is State.PUBLISHED, f"{where}: {publication.state} {publication.error}"
    assert publication.permalink, f"{where}: no permalink"
    ledger = world.sandbox.ledger()
    public = shown(ledger)
    without_comment = expected[:-1] if publication.post.first_comment and publication.notices else expected
    assert public in (expected, without_comment), f"{where}: {public}"
    ids = {ledger[0]["remote_id"], ledger[0].get("post_id")}
    assert publication.remote_id in ids, f"{where}: {publication.remote_id} is not among {ids}"
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        held = tx.conn.exec_driver_sql("SELECT count(*) FROM reservations").scalar()
    assert held == 0, f"{where}: something is still reserved"
