"""Tokens that end or are taken back under posts of each platform; renewals whose process or database goes away."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import threading
import time
from contextlib import suppress
from datetime import timedelta

import pytest

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.errors import StoreUnavailable
from planrrr_cli.domain.publications import State
from planrrr_cli.publishing import refreshing
from planrrr_cli.publishing import run as publishing_run
from planrrr_cli.store import engine, turns
from tests.flows import FLOWS
from tests.publishing.processes import called, until
from tests.publishing.renewing import RENEW_X, asked, change, connection, ending_soon, refresh, sign_in_again
from tests.publishing.test_run import run
from tests.world import World, call

X = Platform.X
FLOW = {
    Platform.FACEBOOK: ("text", "facebook.feed.create"),
    Platform.X: ("text", "x.post.create"),
    Platform.LINKEDIN: ("text", "linkedin.post.create"),
    Platform.INSTAGRAM: ("image", "instagram.container.create"),
    Platform.YOUTUBE: ("video", "youtube.videos.insert"),
}


@pytest.mark.parametrize("platform", FLOW)
def test_a_token_that_ends_under_a_post_is_renewed_once_where_something_can_renew_it(
    world: World, platform: Platform
) -> None:
    """Instagram's own login has nothing but the token itself, so there a person has to come."""
    flow, create = FLOW[platform]
    world.add(FLOWS[platform][flow])
    world.sandbox.fault(create, "expire_token")
    run(world)
    alive = platform is not Platform.INSTAGRAM
    there = connection(world, platform)
    assert (there.status is ConnectionStatus.ACTIVE) is alive, there.status_reason
    if not alive:
        assert [one.state for one in world.publications()] == [State.SCHEDULED]
        sign_in_again(world)
    for seconds in (0, 60, 300):
        world.later(seconds)
        run(world)
    assert [one.state for one in world.publications()] == [State.PUBLISHED]
    assert len(world.sandbox.posts()) == 1
    assert connection(world, platform).previous is None


@pytest.mark.parametrize("platform", FLOW)
def test_access_that_a_person_takes_back_needs_a_person_and_what_is_due_waits(
    world: World, platform: Platform
) -> None:
    flow, _ = FLOW[platform]
    world.add(FLOWS[platform][flow])
    call(f"{world.sandbox.url}/_sandbox/revoke", {"account_id": connection(world, platform).account_id})
    for seconds in (0, 400, 1000, 3700, 7300):  # on X one refusal is no proof, so it takes a while there
        world.later(seconds)
        run(world)
    there = connection(world, platform)
    assert there.status is ConnectionStatus.NEEDS_REAUTH, f"{there.status} {there.status_reason}"
    assert there.status_reason and "was lost" not in there.status_reason
    assert [one.state for one in world.publications()] == [State.SCHEDULED]
    assert not world.sandbox.posts()
    told = refresh(world)
    assert told.code == 1 and told.of(platform)["outcome"] == "needs_reauth"
    sign_in_again(world)
    for seconds in (0, 60, 300):
        world.later(seconds)
        run(world)
    assert [one.state for one in world.publications()] == [State.PUBLISHED]


@pytest.mark.parametrize("platform", [Platform.X, Platform.LINKEDIN, Platform.YOUTUBE])
def test_a_renewal_after_access_was_taken_back_is_a_death_without_a_lost_answer(
    world: World, platform: Platform
) -> None:
    ending_soon(world, platform)
    call(f"{world.sandbox.url}/_sandbox/revoke", {"account_id": connection(world, platform).account_id})
    told = refresh(world)
    assert (told.code, told.of(platform)["outcome"]) == (1, "needs_reauth")
    assert "was lost" not in told.of(platform)["reason"]


def test_a_run_tells_a_coming_sign_in_once(world: World) -> None:
    soon = connection(world, Platform.LINKEDIN).granted_at
    assert soon is not None
    change(world, Platform.LINKEDIN, refresh_expires_at=soon + timedelta(days=2))
    world.add(FLOWS[Platform.FACEBOOK]["text"])
    [said] = run(world).sign_ins
    assert said.startswith("linkedin account Tidewater Rowing Club: somebody must sign in within 2 days")
    world.add(FLOWS[Platform.FACEBOOK]["text"].replace("Only", "More"), name="more.md")
    assert run(world).sign_ins == ()
    assert refresh(world).code == 0
    assert connection(world, Platform.LINKEDIN).warned_days == 3


def start(world: World) -> subprocess.Popen[bytes]:
    command = [sys.executable, "-m", "planrrr_cli", "refresh-tokens", "--json"]
    with (world.folder / "out").open("wb") as out, (world.folder / "err").open("wb") as err:
        return subprocess.Popen(command, cwd=world.folder, env=world.environ, stdout=out, stderr=err)


@pytest.mark.slow
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_a_signal_lets_a_renewal_that_runs_end_and_keeps_what_it_gave(
    world: World, number: signal.Signals, code: int
) -> None:
    before = connection(world, X).tokens
    ending_soon(world)
    ending_soon(world, Platform.YOUTUBE)
    world.more |= {"WORKER_CONCURRENCY": "1"}
    world.sandbox.fault(RENEW_X, "hold:2", "after")
    process = start(world)
    try:
        until(called(world, RENEW_X))
        os.kill(process.pid, number)
        assert process.wait(60) == code, (world.folder / "err").read_text()
    finally:
        process.kill()
        process.wait()
    told = json.loads((world.folder / "out").read_text())
    assert told["stopped_by"] == number.name
    there = connection(world, X)
    assert there.tokens.access != before.access and there.renewing_since is None
    assert not asked(world, "youtube.token.refresh"), "nothing more began"


@pytest.mark.slow
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize("by", ["itself", "publishing"])
def test_an_answer_waits_for_a_database_that_is_away(
    world: World, monkeypatch: pytest.MonkeyPatch, by: str
) -> None:
    """It cannot be had a second time: so the lock of somebody else costs time, and not the sign-in."""
    for module in (engine, turns):
        monkeypatch.setattr(module, "BUSY_SECONDS", 0.2)
    for work in (publishing_run, refreshing):
        monkeypatch.setattr(work, "DATABASE_PATIENCE", 0.5)
    ending_soon(world)
    world.sandbox.fault(RENEW_X, "hold:1", "after")
    released = threading.Thread(target=lock_for_a_while, args=(world,))
    released.start()
    if by == "itself":
        assert refresh(world).of(X)["outcome"] == "refreshed"
    else:
        world.add("---\nto: [x]\n---\nIn the meantime.\n")
        with suppress(StoreUnavailable):  # whatever became of the run: the tokens were in its hand
            run(world)
    released.join()
    there = connection(world, X)
    assert (there.renewing_since, there.status) == (None, ConnectionStatus.ACTIVE)
    assert [one["status"] for one in asked(world)] == [200]


def lock_for_a_while(world: World) -> None:
    """From the moment at which X was asked until long after it has answered."""
    import sqlite3

    until(called(world, RENEW_X))
    other = sqlite3.connect(world.database_url.removeprefix("sqlite:///"), isolation_level=None, timeout=5)
    other.execute("BEGIN IMMEDIATE")
    time.sleep(3)
    other.execute("ROLLBACK")
    other.close()
