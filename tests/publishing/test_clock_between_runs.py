"""A clock that jumps by a day between runs, forward or back, and is right again later: nothing lost, nothing twice.

The clock is the one that runs go by: the host's, or PostgreSQL's own where that is the database. The platforms' clock
is always right.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import datetime, timedelta

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import Publication, State
from planrrr_cli.idle import surely_nothing_to_do
from planrrr_cli.store import publications
from tests.flows import FLOWS
from tests.publishing.processes import run_here
from tests.world import World, Zygote

DAY = 86_400.0
FLOW = FLOWS[Platform.FACEBOOK]
KILLED = -9
# Runs of the main job with time passing in between, as after any trouble: an hour and a half, and no day.
PAUSES = (0, 20, 90, 330, 720, 900, 900, 900, 900, 900)
UNTIL_A_PERSON_IS_ASKED = (*PAUSES, *[1800] * 8)

both_ways = pytest.mark.parametrize("jump", [DAY, -DAY], ids=["forward", "back"])


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    running = Zygote()
    yield running
    running.close()


def wrong(world: World, jump: float) -> World:
    """The same world by a clock that is ``jump`` seconds ahead of the right one."""
    return replace(world, offset=world.offset + jump)


def clock_of(world: World) -> SystemClock:
    return SystemClock(timedelta(seconds=world.offset))


def until_quiet(world: World, pauses: tuple[float, ...] = PAUSES) -> None:
    """Runs by the right clock until nobody needs to look any more."""
    for seconds in pauses:
        world.later(seconds)
        run_here(world)
        if all(one.wake_at is None and one.state is not State.PUBLISHING for one in world.publications()):
            return


def add(world: World, text: str, *, due_in: float) -> None:
    at = (clock_of(world).now() + timedelta(seconds=due_in)).isoformat()
    world.add(f"---\nto: [facebook]\nmax_lateness: 2d\n---\n{text}\n", name=f"{text}.md", at=at)


def reschedule(world: World, one: Publication, due_at: datetime) -> None:
    """As a person does it, by the clock of ``world``."""
    clock = clock_of(world)
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.transaction() as tx:
        publications.reschedule(tx, one.id, due_at=due_at, now=clock.now())


def named(world: World, text: str) -> Publication:
    [found] = [one for one in world.publications() if one.post.text.strip() == text]
    return found


def public(world: World) -> list[str]:
    return [post["text"].strip() for post in sorted(world.sandbox.posts(), key=lambda one: one["sequence"])]


def patient(document: str) -> str:
    """So that a day is not too late."""
    return document.replace("---\n", "---\nmax_lateness: 2d\n", 1)


@both_ways
def test_what_is_due_goes_out_once_and_in_order_and_the_rest_waits_for_its_time(
    world: World, jump: float
) -> None:
    for number in range(3):
        add(world, f"due {number}", due_in=number + 1)
    add(world, "in two days", due_in=2 * DAY)
    world.later(10)
    reschedule(wrong(world, jump), named(world, "in two days"), clock_of(world).now() + timedelta(days=2))
    run_here(wrong(world, jump))
    until_quiet(world)
    assert public(world) == ["due 0", "due 1", "due 2"]
    last = named(world, "in two days")
    assert (last.state, last.wake_at) == (State.SCHEDULED, last.due_at)
    world.later(2 * DAY)
    until_quiet(world)
    assert public(world) == ["due 0", "due 1", "due 2", "in two days"]


def test_what_a_fast_clock_makes_too_late_is_missed_and_said_and_a_person_can_send_it(world: World) -> None:
    world.add("---\nto: [facebook]\n---\nDue.\n")
    world.later(10)
    report = run_here(wrong(world, DAY))
    assert report.counts["missed"] == 1
    [line] = report.publications
    assert line.error is not None and "1 day" in line.error.message and "reschedule" in line.error.next
    until_quiet(world)
    one = named(world, "Due.")
    assert one.state is State.MISSED and one.error == line.error
    assert world.planrrr("reschedule", one.id, "--at", "now").returncode == 0
    until_quiet(world)
    assert public(world) == ["Due."]


@both_ways
@pytest.mark.parametrize(
    ("flow", "call", "trouble"),
    [
        ("text", "facebook.feed.create", "error:4"),
        ("text", "facebook.feed.create", "rate:5"),
        ("photos", "facebook.photo.upload", "status:503"),
        ("reel", "facebook.reel.finish", "processing:1"),
        ("comment", "facebook.comment.create", "error:2"),
    ],
)
def test_what_has_to_wait_for_minutes_does_not_wait_for_a_day(
    world: World, flow: str, call: str, trouble: str, jump: float
) -> None:
    world.add(patient(FLOW[flow]))
    world.sandbox.fault(call, trouble)
    run_here(wrong(world, max(jump, 0)))
    run_here(wrong(world, jump))
    assert surely_nothing_to_do(["publish-due"], world.environ) is None, "no run would find it"
    until_quiet(world)
    [one] = world.publications()
    assert (one.state, one.wake_at) == (State.PUBLISHED, None)
    assert len(public(world)) == 1


@pytest.mark.parametrize("jump", [DAY, -DAY, 0.0], ids=["forward", "back", "right"])
def test_the_quick_look_is_quick_again_when_no_run_was_of_the_future(world: World, jump: float) -> None:
    world.add(patient(FLOW["text"]))
    until_quiet(world, (0,))
    run_here(wrong(world, jump))
    quick = surely_nothing_to_do(["publish-due"], world.environ)
    assert (quick is None) == (jump > 0)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("before", "after"),
    [(0.0, DAY), (0.0, -DAY), (DAY, 0.0), (-DAY, 0.0)],
    ids=["then forward", "then back", "then right after forward", "then right after back"],
)
@pytest.mark.parametrize(
    "point", ["/photos, after", "/feed, before", "/feed, after"], ids=["uploading", "not sent", "sent"]
)
def test_a_post_half_done_at_the_death_of_its_run_is_finished_once(
    world: World, zygote: Zygote, point: str, before: float, after: float
) -> None:
    """``before``: how wrong the clock was that its run went by; ``after``: the clock of the next one."""
    world.zygote = zygote
    world.add(FLOW["photos"], name="first.md")  # what follows takes the same way
    assert world.run() == 0
    number = next(number for number, name in enumerate(world.points(), 1) if name.endswith(point))
    world.add(patient(FLOW["photos"]).replace("photos.", "more photos."), name="second.md")
    by = wrong(world, before)
    reschedule(by, named(world, "Two more photos."), clock_of(by).now())
    assert by.run(kill_at=number) == KILLED
    run_here(wrong(world, after))
    until_quiet(world, UNTIL_A_PERSON_IS_ASKED)
    one = named(world, "Two more photos.")
    assert public(world).count("Two more photos.") <= 1
    if before == DAY and point == "/feed, before":
        # By a fast clock: had it been sent, it would look a day older than it is, so a person has to tell.
        assert one.state is State.IN_DOUBT and one.wake_at is None
        assert one.error is not None and "resolve" in one.error.next
        return
    assert one.state is State.PUBLISHED and one.wake_at is None
    assert public(world).count("Two more photos.") == 1
    assert one.remote_id in {post["remote_id"] for post in world.sandbox.posts()}


def test_a_jump_makes_no_half_hour_out_of_a_minute_when_absence_has_to_be_proved(world: World) -> None:
    """The post is out, its answer was lost, and for ten minutes the Page does not show it."""
    world.add(patient(FLOW["text"]))
    world.sandbox.fault("facebook.feed.create", "lost", "after")
    world.sandbox.fault("facebook.feed.create", "hide:600", "after")
    run_here(world)
    world.add(patient(FLOW["link"]), name="another.md")  # then Facebook refuses no duplicate either
    run_here(world)
    for seconds in (20, 60, 60, 60):
        world.later(seconds)
        run_here(wrong(world, DAY))
    until_quiet(world)
    assert sorted(public(world)) == ["Only words.", "Words and a link."]
    assert {one.state for one in world.publications()} == {State.PUBLISHED}


def test_the_lease_of_a_process_elsewhere_that_went_by_a_fast_clock_ends_within_minutes(
    world: World, zygote: Zygote
) -> None:
    world.zygote = zygote
    world.add(patient(FLOW["text"]))
    assert wrong(world, DAY).run(kill_at=5) == KILLED
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE runs SET host = 'elsewhere'")
    run_here(world)
    assert public(world) == []
    until_quiet(world)
    assert public(world) == ["Only words."]
