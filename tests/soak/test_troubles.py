"""The troubles of a soak are some that the sandbox knows, and the calls they are kept from are calls."""

from __future__ import annotations

import urllib.error
from collections.abc import Iterator

import pytest

from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.sandbox import SandboxServer
from tests.soak.troubles import CODES, LIARS, STRANGE_CALLS, hidings, is_strange, limited, wide
from tests.world import call


@pytest.fixture(scope="module")
def control() -> Iterator[str]:
    with SandboxServer(port=0) as server:
        yield f"{server.url}/_sandbox"


def knows(control: str, name: str, kind: str, strike: str) -> bool:
    try:
        call(f"{control}/faults", {"call": name, "kind": kind, "strike": strike})
    except urllib.error.HTTPError as refused:
        if refused.code != 400:
            raise
        return False
    return True


@pytest.mark.parametrize("platform", [one.value for one in PLATFORMS])
def test_every_code_can_be_told_to_most_calls_of_its_platform(control: str, platform: str) -> None:
    calls = [name for name in call(f"{control}/calls")["calls"] if name.startswith(f"{platform}.")]
    usual = [name for name in calls if not is_strange(name)]
    assert 3 < len(usual) < len(calls)
    for code in CODES[platform]:
        assert sum(knows(control, name, code, "before") for name in usual) > len(usual) / 2, code
    for name in usual:
        assert any(knows(control, name, code, "before") for code in CODES[platform]), name
    assert STRANGE_CALLS[platform].search(f"{platform}.unknown")


def test_those_who_lie_are_calls_that_can(control: str) -> None:
    for name, kinds in LIARS.items():
        for kind in kinds:
            assert knows(control, name, kind, "after"), f"{name} {kind}"


def test_on_every_platform_something_is_hidden() -> None:
    """Where looking may prove an absence soon, what was prepared becomes one post at most."""
    for platform in PLATFORMS:
        assert len(hidings(f"{platform}.any")) == 3


def test_what_accounts_are_can_be_told_to_the_sandbox(control: str) -> None:
    for account in call(f"{control}/accounts")["connections"]:
        for told in (change(account["platform"], account["accountId"]) for change in (wide, limited)):
            assert told is None or call(f"{control}/accounts", told)
