"""The judge of breakers, outages and limits finds what is wrong: each rule is broken once."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Iterator
from itertools import permutations, product
from pathlib import Path

import pytest

from planrrr_cli.sandbox import SandboxServer
from tests.soak.conftest import Copy, published
from tests.soak.sickness import OUTAGE, Sickness, Step, because_of_an_outage, is_path
from tests.world import World, call

EVENT = (
    "INSERT INTO breaker_events (id, platform, scope, owner, at, from_state, to_state, why, evidence) VALUES"
    " ('{}', 'facebook', 'platform', '', '2026-01-01T00:00:00.000000Z', '{}', '{}', 'why', '{{}}')"
)


@pytest.mark.parametrize(
    "steps",
    [
        [("closed", "open")],  # and the breaker is closed
        [("open", "half_open")],
        [("closed", "open"), ("half_open", "closed")],
        [("closed", "open"), ("open", "half_open"), ("half_open", "closed"), ("half_open", "closed")],
        [("open", "half_open"), ("half_open", "open")],
    ],
)
@pytest.mark.slow
def test_a_history_with_a_gap_is_found(copy: Copy, steps: list[Step]) -> None:
    for number, (before, after) in enumerate(steps):
        copy.spoil(EVENT.format(number, before, after))
    copy.found("that is no path")


@pytest.mark.slow
def test_a_change_that_nobody_wrote_down_is_found(copy: Copy) -> None:
    copy.spoil("UPDATE breakers SET state = 'half_open' WHERE platform = 'facebook' AND scope = 'platform'")
    copy.found("was closed and is half_open, and that is no path: nothing")


def walked(steps: tuple[Step, ...], start: str, end: str) -> bool:
    """By trying every order."""
    for order in permutations(steps):
        at = start
        for before, after in order:
            if before != at:
                break
            at = after
        else:
            if at == end:
                return True
    return False


def test_a_path_is_what_can_be_walked_in_some_order() -> None:
    states = ("closed", "open", "half_open")
    for length in range(5):
        for steps in product(list(product(states, states)), repeat=length):
            if list(steps) == sorted(steps):
                assert is_path(steps, "closed", "open") is walked(steps, "closed", "open"), steps


def test_what_met_only_an_outage_may_not_have_failed() -> None:
    outage, other = json.dumps([{"status": 200}, {"status": OUTAGE}]), json.dumps([{"status": 503}])
    assert list(because_of_an_outage([("a", "retried", outage), ("a", "failed", other)])) == []
    assert list(because_of_an_outage([("a", "failed", "[]")])) == []
    [said] = because_of_an_outage(
        [("a", "retried", outage), ("a", "interrupted", "[]"), ("a", "failed", outage)]
    )
    assert "met nothing but an outage in 2 attempts" in said


@pytest.fixture
def own(tmp_path: Path) -> Iterator[tuple[World, Sickness]]:
    with SandboxServer(port=0) as server:
        world = published(tmp_path, f"sqlite:///{tmp_path}/planrrr.db", server)
        yield world, Sickness(server.url, world.database_url)


@pytest.mark.slow
def test_a_call_that_is_refused_as_one_too_many_is_found_unless_the_sandbox_was_told_to(
    own: tuple[World, Sickness],
) -> None:
    world, judge = own
    [account] = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "x"]
    told = {"account_id": account["accountId"], "limits": {"x.post.create": 1}}
    call(f"{world.sandbox.url}/_sandbox/accounts", told)
    world.sandbox.fault("x.post.create", "status:429")
    assert [post(world, account["accessToken"], text) for text in ("One.", "Two.")] == [429, 201]
    assert list(judge.check()) == []
    assert post(world, account["accessToken"], "Three.") == 429
    [said] = judge.check()
    assert "x.post.create" in said and "was refused as one too many" in said
    assert list(judge.check()) == [], "each is found once"


def post(world: World, token: str, text: str) -> int:
    body, headers = json.dumps({"text": text}).encode(), {"Content-Type": "application/json"}
    request = urllib.request.Request(
        f"{world.sandbox.url}/2/tweets", body, headers | {"Authorization": f"Bearer {token}"}
    )
    try:
        with urllib.request.urlopen(request, timeout=30) as answer:
            return int(answer.status)
    except urllib.error.HTTPError as refused:
        return refused.code
