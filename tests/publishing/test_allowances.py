"""Allowances of recipes: what is over quota waits for its exact moment, and nothing else waits with it."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.errors import OutcomeUnknown, RateLimited, Scope
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.domain.quota import MARGIN, Bucket, Rolling
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Checkpoint, FollowedUp, PointOfNoReturn, Published, Spend
from planrrr_cli.platforms.facebook.publisher import FacebookPublisher
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from tests.world import World

DEAR = Bucket("test.dear", 1, Rolling(timedelta(hours=6)), called="the dear calls of this account")
CHEAP = Bucket("test.cheap", 1000, Rolling(timedelta(hours=6)))


def run(world: World) -> Any:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(linger=timedelta(0), max_seconds=15))


def recipe(world: World, monkeypatch: pytest.MonkeyPatch, steps: Any) -> None:
    usual = FacebookPublisher.publish

    def publish_(self: FacebookPublisher, publication: Publication) -> Any:
        return steps(publication) if "dear" in publication.post.text else usual(self, publication)

    monkeypatch.setattr(FacebookPublisher, "publish", publish_)
    monkeypatch.setattr(FacebookPublisher, "follow_up", lambda _self, _publication: done())


def done() -> Iterator[Any]:
    yield from ()
    return FollowedUp()


def dear(publication: Publication) -> Iterator[Any]:
    yield Spend(DEAR)
    yield PointOfNoReturn()
    return Published(f"id-{publication.id}")


def add(world: World, *texts: str) -> None:
    for number, text in enumerate(texts):
        world.add(f"---\nto: [facebook]\n---\n{text}\n", name=f"{number}-{text[:5]}.md")


def by_text(world: World) -> dict[str, Publication]:
    return {one.post.text.strip(): one for one in world.publications()}


def test_what_is_over_quota_waits_alone_until_there_is_room(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe(world, monkeypatch, dear)
    add(world, "first dear", "second dear", "usual")
    report = run(world)
    found = by_text(world)
    assert (report.counts["published"], report.counts["deferred"]) == (2, 1)
    assert found["usual"].state is found["first dear"].state is State.PUBLISHED
    waiting = found["second dear"]
    assert (waiting.state, waiting.spent) == (State.SCHEDULED, 0)
    assert waiting.connection.held_until is None
    assert waiting.error is not None and "the dear calls of this account are used up" in waiting.error.message
    assert f"{waiting.wake_at:%Y-%m-%d %H:%M} UTC" in waiting.error.next
    first = found["first dear"].published_at
    assert first is not None and waiting.wake_at is not None
    assert timedelta(0) <= first + DEAR.window.length + MARGIN - waiting.wake_at < timedelta(seconds=5)
    world.later(6 * 3600 + 10)
    assert run(world).counts["published"] == 1


def test_who_is_refused_in_the_middle_gets_the_place_that_frees_for_him_and_begins_once_more(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    recipe(world, monkeypatch, dear)
    add(world, *(f"{number} dear" for number in range(4)))
    assert run(world).counts["deferred"] == 3
    found = [one for _, one in sorted(by_text(world).items())]
    first, wakes = found[0].published_at, [one.wake_at for one in found[1:]]
    assert first is not None
    for place, wake in enumerate(wakes, 1):
        late = first + place * (DEAR.window.length + MARGIN) - wake  # type: ignore[operator]
        assert timedelta(0) <= late < timedelta(seconds=5)
    for _ in wakes:
        world.later(6 * 3600 + 10)
        assert run(world).counts["published"] == 1
    attempts = [one.attempts for _, one in sorted(by_text(world).items())]
    assert attempts == [2, 3, 3, 3], "published, followed up, and refused once"


def test_what_the_platform_calls_used_up_is_tried_by_nobody_before_it_says(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    tried = []

    def refused(publication: Publication) -> Iterator[Any]:
        yield Spend(CHEAP)
        tried.append(publication.id)
        raise RateLimited(
            "nothing left for today",
            platform="facebook",
            retry_at=publication.due_at + timedelta(hours=8),  # type: ignore[operator]
            scope=Scope.CONNECTION,
            bucket=CHEAP,
        )

    recipe(world, monkeypatch, refused)
    add(world, "first dear", "second dear", "usual")
    assert run(world).counts["deferred"] == 2
    found = by_text(world)
    assert len(tried) == 1
    assert found["usual"].state is State.PUBLISHED
    assert found["first dear"].wake_at == found["second dear"].wake_at


def test_a_doubt_that_came_with_a_ban_closes_the_allowance_for_the_others(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Posts have been live behind a refusal for spam: this one is looked for, and no other one is sent meanwhile."""
    tried = []

    def banned(publication: Publication) -> Iterator[Any]:
        yield Spend(CHEAP)
        tried.append(publication.id)
        yield PointOfNoReturn()
        error = OutcomeUnknown("held to be spam; it may be out", platform="facebook")
        error.bucket, error.retry_at = CHEAP, publication.due_at + timedelta(hours=1)  # type: ignore[operator]
        raise error

    recipe(world, monkeypatch, banned)
    add(world, "first dear", "second dear", "usual")
    run(world)
    found = by_text(world)
    assert len(tried) == 1
    assert found["first dear"].state is State.IN_DOUBT
    assert found["first dear"].wake_at < found["second dear"].wake_at  # type: ignore[operator]
    assert (found["second dear"].state, found["second dear"].spent) == (State.SCHEDULED, 0)
    assert found["usual"].state is State.PUBLISHED


def test_a_recipe_may_do_without_what_there_is_no_room_for(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    def content(publication: Publication) -> Iterator[Any]:
        yield Spend(DEAR)
        try:
            yield Spend(DEAR)
        except RateLimited:
            yield Checkpoint(without=True)
        yield PointOfNoReturn()
        return Published("id")

    recipe(world, monkeypatch, content)
    add(world, "dear")
    run(world)
    [one] = world.publications()
    assert one.state is State.PUBLISHED and one.checkpoint["without"] is True


def test_calls_with_a_price_are_counted_once_they_were_made(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(FacebookPublisher, "charges", {"facebook.feed.create": ((CHEAP, 7),)})
    add(world, "usual", "another")
    run(world)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        rows = tx.conn.exec_driver_sql("SELECT bucket, amount FROM spends").all()
    assert [tuple(row) for row in rows] == [("test.cheap", 7), ("test.cheap", 7)]


def test_a_secret_among_the_notes_is_stored_encrypted_and_comes_back(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    seen = []

    def twice(publication: Publication) -> Iterator[Any]:
        if "session" not in publication.checkpoint:
            yield Checkpoint(session=Secret("https://upload.example/?id=very-secret"), size=3)
            raise KeyError("a bug after the note")
        seen.append(publication.checkpoint["session"])
        yield Checkpoint(more=1)
        yield PointOfNoReturn()
        return Published("id")

    recipe(world, monkeypatch, twice)
    add(world, "dear")
    run(world)
    [one] = world.publications()
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        [stored] = tx.conn.exec_driver_sql("SELECT checkpoint FROM publications").scalars()
    assert "very-secret" not in str(stored) and "sealed" in str(stored)
    assert world.planrrr("reschedule", one.id, "--at", "now").returncode == 0
    run(world)
    assert [each.reveal() for each in seen] == ["https://upload.example/?id=very-secret"]
    told = world.planrrr("explain", one.id, "--json").stdout + world.planrrr("show", one.id).stdout
    assert "very-secret" not in told and world.publications()[0].state is State.PUBLISHED
