"""A process that stopped between its last look at the lease and its first byte may go on: what it sends is no failure.

An outsider sees: others take over, ask the platform by the exact handle, which says "not published", and wait all the
same as long as that process may still be there; when it goes on, its post is the only one, and the row is its.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.sandbox import SandboxServer
from tests.crash.conftest import Copies, copies_of
from tests.crash.zygote import LOOK
from tests.flows import FLOWS, MEDIA
from tests.soak.clock import set_moved
from tests.world import SandboxControl, World, Zygote

# The flows whose doubts end by an exact handle.
BY_HANDLE = [(Platform.FACEBOOK, "reel"), (Platform.FACEBOOK, "video")]
LAST = {"WORKER_RETRY_ATTEMPTS": "1"}  # so that a proof of absence would be the end


@pytest.fixture
def zygotes() -> Iterator[tuple[Zygote, Zygote]]:
    both = Zygote(), Zygote()
    yield both
    for one in both:
        one.close()


@pytest.fixture
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        yield SandboxControl(server.url)


@pytest.mark.crash
@pytest.mark.parametrize(("platform", "flow"), BY_HANDLE, ids=str)
def test_what_a_stopped_process_may_still_send_is_neither_sent_again_nor_failed(
    tmp_path: Path, sandbox: SandboxControl, zygotes: tuple[Zygote, Zygote], platform: Platform, flow: str
) -> None:
    stopping, zygote = zygotes
    copies = copies_of(FLOWS[platform][flow], tmp_path, sandbox, None, zygote=zygote, more=LAST)
    point = last_look(copies, stopping)
    world = moved(copies.fresh())
    assert stopping.start(kill_at=0, stop_at=point, **world.job("stopped")) is None
    for seconds in (65, 20, 90, 330):
        world.later(seconds)
        assert zygote.run(kill_at=0, **world.job()) in (0, 1)
        [publication] = world.publications()
        assert publication.state is State.IN_DOUBT and publication.wake_at is not None
    assert stopping.resume() in (0, 1)
    world.run_until_quiet()
    [publication], [public] = world.publications(), world.sandbox.posts()
    assert publication.state is State.PUBLISHED
    assert publication.remote_id in {public["remote_id"], public.get("post_id")}


def last_look(copies: Copies, stopping: Zygote) -> int:
    """The number of the point just before the first byte of the call that the public sees."""
    world = moved(copies.fresh())
    assert stopping.start(kill_at=0, **world.job("stopped")) == 0
    names = world.points("stopped")
    copies.done_with(world)
    [number] = [
        number
        for number in range(2, len(names) + 1)
        if names[number - 1].startswith(LOOK) and names[number - 2].startswith("POST")
    ]
    return number


def moved(world: World) -> World:
    """With a clock that a stopped run finds moved when it goes on."""
    world.clock = world.folder / "clock"
    set_moved(world.clock, 0)
    return world
