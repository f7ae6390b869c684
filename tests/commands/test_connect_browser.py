"""Signing in with a real browser: the command opens it, a person agrees on the platform's page, and it comes back."""

from __future__ import annotations

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.store import connections
from tests.browser import Browser, browser
from tests.commands.recording import recording, when_written
from tests.commands.signing import last_sentence

__all__ = ["browser"]


@pytest.fixture
def begin(sign_in, folder):
    """``begin("x")``: the command as a process of its own, and the address that it had the browser open."""

    def begun(*arguments: str):
        opened = folder / "opened.txt"
        opened.unlink(missing_ok=True)
        one = sign_in(*arguments, own=True, browser=recording(opened))
        return one, when_written(opened)

    return begun


def kept(ctx, platform: str):
    with ctx.store.reading() as tx:
        return connections.listing(tx, platform=Platform(platform))


def visited(browser: Browser) -> list[str]:
    """The addresses that the back button and the history of the tab know."""
    entries = browser._do("Page.getNavigationHistory")["entries"]
    return [str(entry["url"]) for entry in entries]


@pytest.mark.parametrize("platform", ["facebook", "instagram", "x", "youtube", "linkedin"])
def test_a_person_agrees_and_reads_what_came_of_it(begin, browser: Browser, ctx, platform: str) -> None:
    command, address = begin(platform, *(["--account", "Harbour Bakery"] if platform == "facebook" else []))
    browser.open(address)
    browser.press("button[name=answer][value=allow]")
    command.end()
    (account,) = kept(ctx, platform)
    assert f"Connected: {account.account_name}. You can close this page." in browser.text()
    assert browser.address.startswith(("http://127.0.0.1:", "http://localhost:"))
    assert "code" not in browser.address and "state" not in browser.address
    assert not [one for one in visited(browser) if "code=" in one]


def test_the_account_that_is_chosen_on_the_page_is_the_one_that_is_stored(
    begin, browser: Browser, ctx, control
) -> None:
    second = [one for one in control.get("accounts")["connections"] if one["platform"] == "youtube"][1]
    command, address = begin("youtube")
    browser.open(address)
    browser.choose("select[name=account]", second["accountId"])
    browser.press("button[name=answer][value=allow]")
    command.end()
    assert [one.account_id for one in kept(ctx, "youtube")] == [second["accountId"]]


def test_a_permission_that_is_unticked_is_missed_at_once(begin, browser: Browser, ctx) -> None:
    command, address = begin("facebook", "--account", "Harbour Bakery")
    browser.open(address)
    browser.untick("input[name=scope][value=pages_manage_engagement]")
    browser.press("button[name=answer][value=allow]")
    assert "not granted: pages_manage_engagement" in command.end().err
    assert "pages_manage_engagement" not in kept(ctx, "facebook")[0].scopes


@pytest.mark.parametrize("platform", ["facebook", "x", "linkedin"])
def test_a_person_says_no_and_reads_that_nothing_was_changed(
    begin, browser: Browser, ctx, platform: str
) -> None:
    command, address = begin(platform)
    browser.open(address)
    browser.press("button[name=answer][value=deny]")
    assert last_sentence(command.end(code=1)).endswith("nothing was changed")
    assert "you did not agree; nothing was changed" in browser.text()
    assert kept(ctx, platform) == []
