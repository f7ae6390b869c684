"""Eight processes under limits that the platforms enforce: none of them is ever refused, and nothing is left unused."""

from __future__ import annotations

import json
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest

from planrrr_cli.domain.connections import Platform
from tests.publishing.test_limits import schedule
from tests.world import World, call

PROCESSES = 8
OF_ACCOUNT = 20  # posts in 15 minutes, on X
OF_APP = 40  # posts in a day, on LinkedIn


def run_all(world: World) -> None:
    """Eight runs at once, to their end."""
    started = []
    for number in range(PROCESSES):
        log = (world.folder / f"run{number}.log").open("wb")
        command = [sys.executable, "-m", "tests.publishing.moved", str(world.offset)]
        started.append((subprocess.Popen(command, cwd=world.folder, env=world.environ, stderr=log), log))
    for process, log in started:
        try:
            code = process.wait(110)
        finally:
            process.kill()
            log.close()
        assert code == 0, (world.folder / log.name).read_text(encoding="utf-8")[-2000:]


def enforce(world: World) -> dict[str, str]:
    """The limits over there and the same ones here; which app each LinkedIn account belongs to."""
    apps: dict[str, str] = {}
    for one in world.sandbox.accounts()["connections"]:
        limits: dict[str, Any] = {}
        if one["platform"] == "x":
            limits = {"limits": {"x.post.create": OF_ACCOUNT}}
        elif one["platform"] == "linkedin":
            apps[one["accountId"]] = one["appId"]
            limits = {"day_limit": None, "app_day_limit": OF_APP}
        if limits:
            call(f"{world.sandbox.url}/_sandbox/accounts", {"account_id": one["accountId"], **limits})
    ours = {
        "x.posts": f"{OF_ACCOUNT}/15m",
        "linkedin.posts": "500/day",
        "linkedin.app_posts": f"{OF_APP}/day",
    }
    lines = [f"{json.dumps(name)} = {json.dumps(value)}" for name, value in ours.items()]
    (world.folder / "planrrr.toml").write_text("\n".join(["[limits]", *lines]), encoding="utf-8")
    return apps


@pytest.mark.slow
def test_eight_processes_use_the_whole_allowance_and_are_never_refused(many: Callable[[int], World]) -> None:
    world = many(4)
    apps = enforce(world)
    schedule(world, Platform.X, 2 * OF_ACCOUNT + 5)
    schedule(world, Platform.LINKEDIN, OF_APP // 2 + 5)
    run_all(world)
    requests = world.sandbox.requests()
    assert Counter(one["status"] for one in requests if one["status"] >= 400) == {}
    made = Counter((post["platform"], post["account_id"]) for post in world.sandbox.posts())
    of_x = {account: count for (platform, account), count in made.items() if platform == "x"}
    assert of_x == dict.fromkeys(of_x, OF_ACCOUNT) and len(of_x) == 4
    of_linkedin: Counter[str] = Counter()
    for (platform, account), count in made.items():
        if platform == "linkedin":
            of_linkedin[apps[account]] += count
    due = Counter(apps.values())
    assert of_linkedin == {app: min(OF_APP, each * (OF_APP // 2 + 5)) for app, each in due.items()}
    world.later(15 * 60 + 60)
    run_all(world)
    assert Counter(one["status"] for one in world.sandbox.requests() if one["status"] >= 400) == {}
    made = Counter(post["account_id"] for post in world.sandbox.posts() if post["platform"] == "x")
    assert made == dict.fromkeys(of_x, 2 * OF_ACCOUNT)
    attempts = [one.attempts for one in world.publications() if one.published_at]
    assert max(attempts) <= 2, "published, and followed up; nobody asked in vain"
