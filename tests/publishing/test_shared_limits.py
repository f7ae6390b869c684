"""What stops a whole developer app or platform stops all its accounts: told once, nothing fails, nothing is lost."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta

import pytest

from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import State
from tests.publishing.test_run import run
from tests.world import World, call


def schedule(world: World, platform: str) -> int:
    """One post on each account of the platform that the sandbox lists."""
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == platform]
    for number, account in enumerate(accounts):
        to = json.dumps([f"{platform}:{account['accountId']}"])
        world.add(f"---\nto: {to}\n---\nBread number {number}.\n", name=f"{number}.md")
    return len(accounts)


def asked(world: World, name: str) -> int:
    return sum(1 for request in world.sandbox.requests() if request["call"] == name)


def test_an_app_out_of_credit_holds_its_accounts_until_somebody_has_paid(
    many: Callable[[int], World], capfd: pytest.CaptureFixture[str]
) -> None:
    world = many(4)
    accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "x"]
    total = schedule(world, "x")
    lever = {"account_id": accounts[0]["accountId"], "credits": False}
    call(f"{world.sandbox.url}/_sandbox/accounts", lever)
    capfd.readouterr()
    report = run(world, concurrency=1)
    told = capfd.readouterr().err.count("breaker opened")
    # The accounts with OAuth 1.0a tokens are of another app in our books, which learns it by itself.
    apps = {one["appId"] for one in accounts}
    assert asked(world, "x.post.create") == told == len(apps)
    assert report.counts["failed"] == 0 and not world.sandbox.posts()
    assert {one.state for one in world.publications()} == {State.SCHEDULED}
    assert {one.held_by for one in world.publications()} == {Scope.APP}
    assert all("no credit" in one.error.message + one.error.next for one in world.publications() if one.error)
    assert run(world).counts["deferred"] == 0 and asked(world, "x.post.create") == len(apps)
    call(f"{world.sandbox.url}/_sandbox/accounts", lever | {"credits": True})
    world.later(3700)
    run(world, linger=timedelta(seconds=12))
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == total
    assert capfd.readouterr().err.count("breaker closed") == len(apps)
    assert {one.spent for one in world.publications()} == {1}


def test_a_version_that_linkedin_has_switched_off_holds_all_its_posts(many: Callable[[int], World]) -> None:
    world = many(2)
    total = schedule(world, "linkedin")
    world.more["LINKEDIN_API_VERSION"] = "202401"
    report = run(world, concurrency=1)
    assert report.counts["failed"] == 0 and report.counts["deferred"] == total
    assert [(one.scope, one.platform) for one in report.breakers] == [("platform", "linkedin")]
    assert asked(world, "linkedin.post.create") == 1 and not world.sandbox.posts()
    for one in world.publications():
        assert one.error is not None and "LINKEDIN_API_VERSION" in one.error.message + one.error.next
    del world.more["LINKEDIN_API_VERSION"]
    world.later(3700)
    run(world, linger=timedelta(seconds=12))
    assert {one.state for one in world.publications() if one.connection.scopes} == {State.PUBLISHED}
    assert len(world.sandbox.posts()) == total
