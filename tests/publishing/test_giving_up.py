"""When trying again has an end: a post that never gets through fails, and says why."""

from __future__ import annotations

from planrrr_cli.domain.publications import State
from tests.publishing.test_run import TEXT, only, run
from tests.world import World


def test_a_post_that_is_proved_absent_after_every_attempt_fails_like_any_other(world: World) -> None:
    world.add(TEXT)
    world.sandbox.fault("facebook.feed.create", "status:500", times=-1)
    for _ in range(4):
        for seconds in (0, 20, 90, 330, 720, 900):
            world.later(seconds)
            run(world)
    calls = [one for one in world.sandbox.requests() if one["call"] == "facebook.feed.create"]
    publication = only(world)
    assert len(calls) == 3
    assert publication.state is State.FAILED and publication.wake_at is None
    assert publication.error is not None and "reschedule" in publication.error.next
    assert publication.doubts == 3 and publication.sending_since is None
