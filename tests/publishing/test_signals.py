"""SIGTERM and SIGINT: what runs may end within the grace, what cannot is put back, and nothing stays `publishing`."""

from __future__ import annotations

import signal
import struct
import time
from collections.abc import Callable

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import Publication, State
from tests.flows import FLOWS, MEDIA
from tests.publishing.processes import (
    Process,
    called,
    each_once_and_in_order,
    quiet,
    run_here,
    schedule,
    until,
)
from tests.world import World

ENDING = 4.0  # seconds that a run may take, when its grace is over, to write what it knows and to end
# A flow, its call that carries bytes, and how many of these have arrived when the signal comes.
UPLOADS = [
    ("photos", "facebook.photo.upload", 2),
    ("video", "facebook.video.transfer", 2),
    ("reel", "facebook.reel.upload", 1),
]

# For what the database has no part in.
ONE_DATABASE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)


def add(world: World, flow: str) -> None:
    """Due now; a video comes in chunks."""
    document = FLOWS[Platform.FACEBOOK][flow]
    if flow == "video":
        [name] = [path.name for path in MEDIA.glob("*.mp4") if path.name in document]
        padding = 2_500_000  # in a box that players skip
        film = (MEDIA / name).read_bytes() + struct.pack(">I", padding + 8) + b"free" + bytes(padding)
        (world.folder / name).write_bytes(film)
    world.add(document)


def only(world: World) -> Publication:
    [publication] = world.publications()
    return publication


def published_once(world: World) -> None:
    """After as many plain runs as it takes; a reel is made public a while after it was taken."""
    for seconds in (0, 20, 60, 330):
        world.later(seconds)
        run_here(world)
    public = world.sandbox.posts()
    assert len(public) == 1
    assert only(world).state is State.PUBLISHED
    assert only(world).remote_id in {public[0]["remote_id"], public[0].get("post_id")}


def stopped_at(world: World, call: str, arrived: int, *arguments: str, hold: float) -> tuple[Process, float]:
    """A run whose ``arrived``-th call is held by the platform for ``hold`` seconds, just told to end; and when."""
    world.sandbox.fault(call, f"hold:{hold}", "before", skip=arrived - 1, times=1)
    run = Process(world, "--concurrency", "1", *arguments)
    until(called(world, call, arrived))
    run.signal(signal.SIGTERM)
    return run, time.monotonic()


@pytest.mark.slow
@ONE_DATABASE
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_signal_lets_running_calls_end_and_begins_nothing_more(
    world: World, number: signal.Signals
) -> None:
    schedule(world, 5)
    world.sandbox.fault("facebook.feed.create", "hold:2", "before", times=1)
    run = Process(world, "--concurrency", "1")
    until(called(world, "facebook.feed.create"))
    run.signal(number)
    assert run.end() == (130 if number is signal.SIGINT else 0)
    quiet(run)
    report = run.report()
    assert report["published"] == 1 and report["stopped_by"] == number.name
    states = [one.state for one in world.publications()]
    assert states.count(State.PUBLISHED) == 1 and states.count(State.SCHEDULED) == 4
    assert Process(world).end() == 0
    each_once_and_in_order(world, 5)


@pytest.mark.slow
@ONE_DATABASE
@pytest.mark.parametrize(("flow", "call", "arrived"), UPLOADS)
def test_an_upload_that_ends_within_the_grace_is_finished_after_sigterm(
    world: World, flow: str, call: str, arrived: int
) -> None:
    add(world, flow)
    run, told = stopped_at(world, call, arrived, "--grace", "20", hold=1)
    assert run.end() == 0
    assert time.monotonic() - told < 20
    quiet(run)
    assert run.report()["published"] + run.report()["processing"] == 1
    assert only(world).state in {State.PUBLISHED, State.PROCESSING}
    published_once(world)


@pytest.mark.slow
@pytest.mark.parametrize(("flow", "call", "arrived"), UPLOADS)
def test_an_upload_that_lasts_longer_than_the_grace_is_put_back_and_the_next_run_goes_on(
    world: World, flow: str, call: str, arrived: int
) -> None:
    add(world, flow)
    run, told = stopped_at(world, call, arrived, "--grace", "1", hold=20)
    assert run.end() == 0
    assert 1 <= time.monotonic() - told < 1 + ENDING
    quiet(run)
    one = only(world)
    assert one.state is State.SCHEDULED and one.spent == 0
    assert one.error is not None and one.error.message and one.error.next
    assert run.report()["publications"][0]["error"]["next"] == one.error.next
    world.sandbox.forget_faults()
    published_once(world)


@pytest.mark.slow
def test_the_call_that_the_public_can_see_is_in_doubt_when_it_lasts_longer_than_the_grace(
    world: World,
) -> None:
    add(world, "text")
    world.sandbox.fault("facebook.feed.create", "hold:20", "after")
    run = Process(world, "--grace", "1")
    until(called(world, "facebook.feed.create"))
    run.signal(signal.SIGTERM)
    told = time.monotonic()
    assert run.end() == 1  # a doubt is said
    assert time.monotonic() - told < 1 + ENDING
    quiet(run)
    assert only(world).state is State.IN_DOUBT
    published_once(world)


@pytest.mark.slow
@ONE_DATABASE
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_a_second_signal_ends_the_grace(world: World, number: signal.Signals) -> None:
    add(world, "photos")
    world.sandbox.fault("facebook.photo.upload", "hold:60", "before")
    run = Process(world, "--grace", "60")
    until(called(world, "facebook.photo.upload"))
    run.signal(number)
    until(lambda: "told to end" in run.words())
    run.signal(number)
    told = time.monotonic()
    assert run.end() == (130 if number is signal.SIGINT else 0)
    assert time.monotonic() - told < ENDING
    quiet(run)
    assert only(world).state is State.SCHEDULED
    world.sandbox.forget_faults()
    published_once(world)


@pytest.mark.slow
def test_sigterm_with_many_accounts_in_hand_leaves_each_of_them_ready_for_the_next_run(
    many: Callable[[int], World],
) -> None:
    world = many(5)
    expected = schedule(world, 4)
    world.sandbox.fault("facebook.feed.create", "hold:0.3", "before", times=100)
    run = Process(world)
    until(called(world, "facebook.feed.create", 7))
    run.signal(signal.SIGTERM)
    assert run.end() == 0
    quiet(run)
    states = [one.state for one in world.publications()]
    assert set(states) == {State.PUBLISHED, State.SCHEDULED}
    assert states.count(State.PUBLISHED) == run.report()["published"] == len(world.sandbox.posts())
    assert Process(world).end() == 0
    each_once_and_in_order(world, expected)
