"""Recipes with bugs: each costs its own publication one attempt, and never the run of the others."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.steps import Checkpoint, FollowedUp, PointOfNoReturn, Processing, Published
from planrrr_cli.platforms.facebook.publisher import FacebookPublisher
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from tests.world import World

GOOD = "---\nto: [facebook]\n---\nA good one.\n"
BAD = "---\nto: [facebook]\n---\nA strange one.\n"


def raises(error: BaseException) -> Callable[[], Iterator[Any]]:
    def steps() -> Iterator[Any]:
        raise error
        yield

    return steps


def yields(*steps: Any, ending: Any = None) -> Callable[[], Iterator[Any]]:
    def recipe() -> Iterator[Any]:
        yield from steps
        return ending

    return recipe


def stubborn() -> Iterator[Any]:
    try:
        yield Checkpoint(bad=object())
    finally:
        yield Checkpoint(more=1)


HARMLESS = {
    "raises at once": raises(KeyError("x")),
    "asks the process to end": raises(SystemExit(1)),
    "gives up as a generator": raises(GeneratorExit()),
    "yields something else": yields({"a": 1}),
    "notes what JSON cannot say": yields(Checkpoint(at=timedelta(1))),
    "notes no number": yields(Checkpoint(at=float("nan"))),
    "ends with nothing": yields(),
    "ends with words": yields(ending="done"),
    "ends as a follow-up": yields(ending=FollowedUp()),
    "goes on when it is told to stop": stubborn,
}
SENT = {
    "raises after sending": yields(PointOfNoReturn(), "x"),
    "published as a number": yields(PointOfNoReturn(), ending=Published(17)),  # type: ignore[arg-type]
    "published as nothing": yields(PointOfNoReturn(), ending=Published("")),
    "processes for no time at all": yields(PointOfNoReturn(), ending=Processing("soon")),  # type: ignore[arg-type]
}


def strange_run(world: World, recipe: Callable[[], Iterator[Any]], monkeypatch: pytest.MonkeyPatch) -> Any:
    usual = FacebookPublisher.publish

    def publish_(self: FacebookPublisher, publication: Publication) -> Any:
        return recipe() if "strange" in publication.post.text else usual(self, publication)

    monkeypatch.setattr(FacebookPublisher, "publish", publish_)
    world.add(BAD, name="bad.md")
    world.add(GOOD, name="good.md")
    with open_context(world.environ, cwd=world.folder) as ctx:
        return publish(ctx, RunOptions(linger=timedelta(0), max_seconds=15))


def bad_and_good(world: World) -> tuple[Publication, Publication]:
    found = {one.post.text.strip(): one for one in world.publications()}
    return found["A strange one."], found["A good one."]


@pytest.mark.parametrize("name", HARMLESS)
def test_a_bug_before_the_point_of_no_return_fails_that_publication_alone(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = strange_run(world, HARMLESS[name], monkeypatch)
    bad, good = bad_and_good(world)
    assert (bad.state, good.state) == (State.FAILED, State.PUBLISHED)
    assert report.bugs == 1


@pytest.mark.parametrize("name", SENT)
def test_a_bug_after_the_point_of_no_return_is_a_doubt(
    world: World, name: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    report = strange_run(world, SENT[name], monkeypatch)
    bad, good = bad_and_good(world)
    assert (bad.state, good.state) == (State.IN_DOUBT, State.PUBLISHED)
    assert report.bugs == 1
