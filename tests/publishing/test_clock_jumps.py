"""Clocks that jump by a day in the middle of a run: nothing is stolen from the living, nobody waits for ever."""

from __future__ import annotations

import time
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from planrrr_cli import context
from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import Attempt, ErrorNote, Outcome, Publication, State
from planrrr_cli.publishing import board
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport, Silent
from planrrr_cli.publishing.run import publish
from tests.flows import FLOWS
from tests.publishing.test_run import TEXT, only
from tests.world import World

DAY = timedelta(days=1)


class Jumping(SystemClock):
    """The host's clock, which somebody sets to another time."""

    def jump(self, by: timedelta) -> None:
        self._offset += by


class JumpWhen(Silent):
    def __init__(self, clock: Jumping, by: timedelta, *, at: str) -> None:
        self.clock, self.by, self.at = clock, by, at
        self.steps = 0
        self.steps = 0

    def begun(self, publication: Publication, attempt: Attempt) -> None:
        self._jump("begun")

    def step(self, publication: Publication, name: str) -> None:
        self.steps += 1
        self._jump(f"step {self.steps}")

    def ended(self, publication: Publication, outcome: Outcome, error: ErrorNote | None) -> None:
        self._jump("ended")

    def _jump(self, at: str) -> None:
        if at == self.at:
            self.at = ""
            self.clock.jump(self.by)


def run_with_jump(world: World, by: timedelta, *, at: str, **options: Any) -> RunReport:
    clock = Jumping()
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(**options), JumpWhen(clock, by, at=at))


@pytest.mark.parametrize("by", [DAY, -DAY], ids=["forward", "back"])
def test_a_run_never_takes_its_own_lanes_for_abandoned_ones(
    world: World, by: timedelta, monkeypatch: pytest.MonkeyPatch
) -> None:
    """It looks for lanes of the dead right after the clock jumped, and its own leases look as old as theirs."""
    world.add(FLOWS[Platform.FACEBOOK]["photos"])
    monkeypatch.setattr(board, "RESCUE_EVERY", 0.0)
    report = run_with_jump(world, by, at="step 2", linger=timedelta(0))
    assert report.counts["published"] == 1
    assert len(world.sandbox.posts()) == 1
    assert only(world).state is State.PUBLISHED and only(world).attempts == 2


def test_a_run_that_waits_for_a_retry_does_not_wait_for_a_day_when_the_clock_is_set_back(
    world: World,
) -> None:
    world.add(TEXT)
    world.more["WORKER_RETRY_DELAY"] = "3000"
    world.sandbox.fault("facebook.feed.create", "lost", "before")
    began = time.monotonic()
    run_with_jump(world, -DAY, at="ended", linger=timedelta(seconds=12), max_seconds=20)
    assert time.monotonic() - began < 15
    assert len(world.sandbox.posts()) == 0


def test_the_clock_that_follows_a_database_does_not_follow_the_host_when_it_is_set(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    class Tomorrow(datetime):
        @classmethod
        def now(cls, tz: Any = None) -> datetime:
            return datetime.now(tz) + DAY

    database = datetime(2030, 1, 1, tzinfo=UTC)
    clock, moved, alone = SystemClock(), SystemClock(timedelta(hours=1)), SystemClock()
    for one, told in ((clock, database), (moved, database), (alone, None)):
        one.follow(told)
    monkeypatch.setattr(context, "datetime", Tomorrow)
    assert timedelta(0) <= clock.now() - database < timedelta(seconds=5)
    assert timedelta(hours=1) <= moved.now() - database < timedelta(hours=1, seconds=5)
    assert abs(alone.now() - datetime.now(UTC) - DAY) < timedelta(seconds=5)
