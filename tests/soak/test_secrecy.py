"""Whatever is secret is found where people read."""

from __future__ import annotations

import re

import pytest

from planrrr_cli.platforms import PLATFORMS
from tests.soak.conftest import Copy
from tests.soak.secrecy import TOKENS
from tests.world import World

pytestmark = pytest.mark.slow


def test_the_checker_knows_how_every_platform_spells_its_tokens(told: World) -> None:
    spelled = told.sandbox.accounts()["connections"]
    assert {account["platform"] for account in spelled} == set(TOKENS) == set(PLATFORMS)
    for account in spelled:
        assert re.fullmatch(TOKENS[account["platform"]], account["accessToken"]), account["platform"]


LEAKS = {
    # These were handed out by a refresh, or are no token and yet let others post.
    "facebook": "EAAB" + "x9" * 20,
    "instagram": "IGAA" + "x9" * 60,
    "linkedin": "AQV" + "x9" * 170,
    "x": "xY9q" * 20,
    "youtube": "ya29.a0" + "x9" * 40,
    "the address of an upload": "AK" + "x9" * 39,
    "a refresh token": "1//0" + "x9" * 20,
}


@pytest.mark.parametrize("what", ["a token", "an application's secret", *LEAKS, "a traceback"])
def test_the_checker_reads_the_logs(copy: Copy, what: str) -> None:
    known = copy.world.sandbox.accounts()
    written = {
        **LEAKS,
        "a token": known["connections"][0]["accessToken"],
        "an application's secret": known["apps"]["x"]["consumer_secret"],
        "a traceback": '{"traceback": "…"}',
    }
    (copy.world.folder / "run.log").write_text(f"something {written[what]}\n", encoding="utf-8")
    copy.found("has a traceback" if what == "a traceback" else "shows the secret")


@pytest.mark.parametrize("what", LEAKS)
def test_the_checker_reads_the_tables(copy: Copy, what: str) -> None:
    copy.spoil(f"UPDATE attempts SET calls = '[\"{LEAKS[what]}\"]' WHERE number = 1")
    copy.found("the table attempts shows the secret", quiet=True)
