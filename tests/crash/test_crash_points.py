"""Killed at every commit and at every HTTP call of every flow: the next runs finish it, and the public sees one post.

An outsider sees, for each point: the process gone by SIGKILL, plain runs of the main job afterwards, exactly one post
in the platform's public ledger, and the publication `published` with that post's id. `make crash` kills at every point
on both databases and prints them; a run of all tests takes every other point on SQLite and those between on PostgreSQL.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.platforms import PLATFORMS
from tests.crash.conftest import Copies
from tests.flows import ALL, FLOWS
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
    first, step = (1, 1) if exhaustive else (1 if copies.server is None else 2, 2)
    points: dict[int, str] = {}
    for point in range(first, MOST_POINTS, step):
        world = copies.fresh()
        killed = world.run(kill_at=point) == KILLED
        if killed:
            points[point] = world.points()[-1]
        world.run_until_quiet()
        published_once(world, flow, f"killed at point {point}: {points.get(point, 'none')}")
        copies.done_with(world)
        if not killed:
            break
    else:
        pytest.fail("the run never reached its end")
    assert len(points) >= 10 / step, points
    print(f"\n{platform} {flow}: killed at {len(points)} points, one post each")
    for number, name in points.items():
        print(f"  {number:3} {name}")


def published_once(world: World, flow: str, where: str) -> None:
    """The verdict: by the public ledger and by the tables."""
    public = world.sandbox.posts()
    assert len(public) == 1, f"{where}: {len(public)} public posts"
    [publication] = world.publications()
    assert publication.state is State.PUBLISHED, f"{where}: {publication.state} {publication.error}"
    ids = {public[0]["remote_id"], public[0].get("post_id")}
    assert publication.remote_id in ids, f"{where}: {publication.remote_id} is not among {ids}"
    assert publication.permalink, f"{where}: no permalink"
    if flow == "comment":
        comments = len(world.sandbox.comments())
        assert comments == 1 or (comments == 0 and publication.notices), f"{where}: {comments} comments"
