"""An account that its platform holds back has a breaker of its own; others go on, and one post probes it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import Publication, State
from tests.publishing.test_breakers import asked, notices, only, schedule
from tests.publishing.test_run import run
from tests.world import World

CREATE = "facebook.feed.create"


def shown(world: World, scope: str = "connection") -> list[dict[str, Any]]:
    said = world.planrrr("breaker-status", "--json")
    assert said.returncode == 0, said.stderr
    return [one for one in json.loads(said.stdout)["breakers"] if one["scope"] == scope]


def of(world: World, connection_id: str) -> list[Publication]:
    return [one for one in world.publications() if one.connection.id == connection_id]


def test_a_blocked_page_waits_with_all_its_posts_while_others_go_on_and_a_probe_ends_it(
    many: Callable[[int], World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = many(2)
    schedule(world, "facebook", each=3)
    blocked = min(world.publications(), key=lambda one: one.post.text).connection
    world.sandbox.fault(CREATE, "error:368", account_id=blocked.account_id)
    report = run(world)
    assert (report.counts["published"], report.counts["deferred"], report.counts["failed"]) == (3, 3, 0)
    assert [(one.scope, one.state.value) for one in report.breakers] == [("connection", "open")]
    waiting = of(world, blocked.id)
    assert {(one.state, one.held_by, one.spent) for one in waiting} == {
        (State.SCHEDULED, Scope.CONNECTION, 0)
    }
    assert sorted(one.attempts for one in waiting) == [0, 0, 1], "one was told so, for all"
    assert waiting[0].connection.held_until is None, "a hold would outlast a reset"
    [one] = shown(world)
    assert (one["state"], one["owner"], one["held"]) == ("open", blocked.id, 3)
    assert "holds this Page back" in one["reason"] and "support inbox" in one["reason"]
    table = world.planrrr("breaker-status", "--check")
    assert table.returncode == 1 and f"facebook:{blocked.account_name}" in table.stdout
    assert "circuit breaker" in world.planrrr("explain", waiting[-1].id).stdout
    assert "Nothing is due." in world.planrrr("publish-due").stdout
    before = asked(world, "facebook.")
    world.later(2 * 3600)
    run(world)
    assert asked(world, "facebook.") == before, "calls made meanwhile lengthen the block"
    world.sandbox.fault(CREATE, "error:368", account_id=blocked.account_id)
    world.later(3600 + 60)
    run(world)
    [one] = shown(world)
    assert one["state"] == "open" and sum(one.attempts for one in of(world, blocked.id)) == 2
    world.later(6 * 3600 + 60)
    report = run(world, linger=timedelta(seconds=5))
    assert [(one.scope, one.state.value) for one in report.breakers] == [("connection", "closed")]
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == 6 and not shown(world)
    err = capfd.readouterr().err
    assert len(notices(err, "breaker opened")) == len(notices(err, "breaker closed")) == 1


def test_a_look_that_a_blocked_page_still_answers_does_not_end_the_block(world: World) -> None:
    """Who may not post may read all the same."""
    world.add("---\nto: [facebook]\n---\nDoubtful.\n", name="a.md")
    world.sandbox.fault(CREATE, "lost", "after")
    world.sandbox.fault(CREATE, "error:368", skip=1)
    run(world)
    world.add("---\nto: [facebook]\n---\nBlocked.\n", name="b.md")
    run(world)
    assert only(world, "Blocked").held_by is Scope.CONNECTION
    world.planrrr(
        "breaker", "trip", "facebook:" + only(world, "Blocked").connection.account_id, "--for", "1s"
    )
    world.later(1900)
    world.planrrr("reschedule", only(world, "Blocked").id, "--at", "2030-01-01T00:00:00Z")
    run(world)
    assert only(world, "Doubtful").state is State.PUBLISHED
    [one] = shown(world)
    assert (one["state"], one["probing"]) == ("half_open", False)


def test_a_person_resets_the_breaker_of_one_account_and_of_no_other(many: Callable[[int], World]) -> None:
    world = many(2)
    schedule(world, "facebook", each=2)
    first, second = {one.connection.account_id: one.connection for one in world.publications()}.values()
    for one in (first, second):
        said = world.planrrr(
            "breaker", "hold", f"facebook:{one.account_id}", "--reason", "too eager", "--json"
        )
        assert [each["owner"] for each in json.loads(said.stdout)["breakers"]][-1] is not None
    assert run(world).counts["deferred"] == 4 and not world.sandbox.posts()
    assert world.planrrr("breaker", "reset", f"facebook:{first.account_id}").returncode == 0
    assert [(one["owner"], one["held"]) for one in shown(world)] == [(second.id, 2)]
    assert run(world).counts["published"] == 2
    assert {one.connection.id for one in world.publications() if one.state is State.PUBLISHED} == {first.id}
    assert world.planrrr("breaker", "reset", "facebook").returncode == 0
    assert run(world).counts["published"] == 2


def test_another_team_sees_nothing_of_it_and_does_not_end_it(world: World) -> None:
    world.add("---\nto: [facebook]\n---\nBlocked.\n")
    world.sandbox.fault(CREATE, "error:368")
    run(world)
    other = {"PLANRRR_TEAM": "other"}
    said = world.planrrr("breaker-status", "--json", "--check", **other)
    document = json.loads(said.stdout)
    assert said.returncode == 0 and only(world, "Blocked").connection.id not in said.stdout
    assert {one["scope"] for one in document["breakers"]} == {"platform"} and not document["history"]
    assert world.planrrr("breaker", "reset", "facebook", **other).returncode == 0
    [one] = shown(world)
    waiting = only(world, "Blocked")
    assert one["state"] == "open" and waiting.wake_at is not None
    assert waiting.held_by is Scope.CONNECTION and waiting.wake_at.isoformat() >= one["open_until"][:19]


def test_ordinary_limits_of_one_account_stay_a_hold_of_its_lane(world: World) -> None:
    world.add("---\nto: [facebook]\n---\nMany.\n")
    world.sandbox.fault(CREATE, "error:80001")
    assert not run(world).breakers
    one = only(world, "Many")
    assert one.held_by is None and one.connection.held_until is not None and not shown(world)


def test_a_sick_platform_says_nothing_about_a_block_and_nothing_goes_out_twice(world: World) -> None:
    world.add("---\nto: [facebook]\n---\nBlocked.\n")
    world.sandbox.fault(CREATE, "error:368")
    run(world)
    world.later(3 * 3600 + 60)
    world.sandbox.fault("facebook.*", "status:503", times=1)
    run(world)
    [one] = shown(world)
    assert one["state"] == "half_open" and not one["probing"]
    for hours in (1, 2, 4, 8, 16):
        world.later(3600 * hours)
        run(world, linger=timedelta(seconds=3))
    assert only(world, "Blocked").state is State.PUBLISHED
    assert len(world.sandbox.posts()) == 1 and not shown(world)
