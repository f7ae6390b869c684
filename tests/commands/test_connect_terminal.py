"""Signing in at a terminal: choosing among several accounts, and keys that are typed without being shown."""

from __future__ import annotations

import os
import pty
import re
import select
import subprocess
import sys
import time

import pytest
import requests

from planrrr_cli.domain.connections import Platform
from planrrr_cli.store import connections
from tests.commands.signing import PATIENCE


class Terminal:
    """A person at a real (pseudo) terminal, in front of the command."""

    def __init__(self, arguments, environ, folder) -> None:
        self.master, slave = pty.openpty()
        self.process = subprocess.Popen(
            [sys.executable, "-m", "planrrr_cli", "connect", *arguments],
            cwd=folder,
            env=environ | {"TERM": "xterm", "COLUMNS": "200"},
            stdin=slave,
            stdout=slave,
            stderr=slave,
            start_new_session=True,
        )
        os.close(slave)
        self.seen = ""

    def wait_for(self, words: str) -> str:
        deadline = time.monotonic() + PATIENCE
        while words not in self.seen:
            assert time.monotonic() < deadline, f"{words!r} was not seen in\n{self.seen}"
            if not self._read():
                break
        assert words in self.seen, self.seen
        return self.seen

    def _read(self) -> bool:
        if not select.select([self.master], [], [], 1)[0]:
            return True
        try:
            piece = os.read(self.master, 65536)
        except OSError:  # the other side is closed
            return False
        self.seen += piece.decode(errors="replace")
        return bool(piece)

    def type(self, line: str) -> None:
        os.write(self.master, f"{line}\n".encode())

    def end(self, code: int = 0) -> str:
        while self._read() and (self.process.poll() is None or select.select([self.master], [], [], 0)[0]):
            pass
        assert self.process.wait(PATIENCE) == code, self.seen
        return self.seen


@pytest.fixture
def terminal(developer_apps, environ, folder):
    begun: list[Terminal] = []

    def begin(*arguments: str) -> Terminal:
        begun.append(Terminal(arguments, environ, folder))
        return begun[-1]

    yield begin
    for one in begun:
        if one.process.poll() is None:
            one.process.kill()
        one.process.wait()
        os.close(one.master)


def agree(begun: Terminal) -> None:
    found = re.search(r"  (http\S+)\r?\n", begun.wait_for("paste"))
    assert found is not None
    page = requests.get(found[1], timeout=PATIENCE)
    assert "Go on in the terminal" in page.text


def names(ctx) -> list[str]:
    with ctx.store.reading() as tx:
        return [one.account_name for one in connections.listing(tx, platform=Platform.FACEBOOK, tokens=False)]


BOTH = ["Harbour Bakery", "Mill Street Books"]


@pytest.mark.parametrize(("answer", "chosen"), [("2", BOTH[1:]), ("all", BOTH), ("2, 1, 2", BOTH)])
def test_one_or_several_of_the_accounts_are_chosen(terminal, ctx, answer: str, chosen: list[str]) -> None:
    begun = terminal("facebook", "--no-browser")
    agree(begun)
    begun.wait_for("Which?")
    begun.type(answer)
    begun.end()
    assert names(ctx) == chosen


def test_what_is_no_number_is_asked_again_and_after_three_times_nothing_was_changed(terminal, ctx) -> None:
    begun = terminal("facebook", "--no-browser")
    agree(begun)
    for rubbish in ("0", "7", "the second"):
        begun.wait_for("Which?")
        begun.type(rubbish)
        begun.seen = begun.wait_for("Write a number from 1 to 2.").partition("Write a number")[2]
    assert "no account was chosen; nothing was changed" in begun.end(code=1)
    assert names(ctx) == []


def test_a_page_on_which_the_person_may_not_publish_is_shown_and_not_taken(terminal, ctx, control) -> None:
    page = next(one for one in control.get("accounts")["connections"] if one["platform"] == "facebook")
    control.post("accounts", account_id=page["accountId"], tasks=["ANALYZE"])
    begun = terminal("facebook", "--no-browser")
    agree(begun)
    assert "create content" in begun.wait_for("Which?")
    begun.type("all")
    begun.end()
    assert names(ctx) == ["Mill Street Books"]


def test_keys_of_oauth_1_are_typed_without_being_shown(terminal, ctx, control, developer_apps) -> None:
    account = next(one for one in control.get("accounts")["connections"] if one.get("accessTokenSecret"))
    keys = {
        "X API key (": developer_apps["x"]["consumer_key"],
        "X API key secret (": developer_apps["x"]["consumer_secret"],
        "X access token (": account["accessToken"],
        "X access token secret (": account["accessTokenSecret"],
    }
    begun = terminal("x", "--oauth1")
    for prompt, key in keys.items():
        begun.wait_for(prompt)
        begun.type(key)
    seen = begun.end()
    assert f"connected: x @{account['accountName']}" in seen
    assert not [key for key in keys.values() if key in seen]
    with ctx.store.reading() as tx:
        (kept,) = connections.listing(tx, platform=Platform.X)
    assert kept.tokens.secret.reveal() == account["accessTokenSecret"]
    assert kept.app_id == developer_apps["x"]["consumer_key"]


def test_keys_of_oauth_1_need_a_terminal(planrrr, developer_apps) -> None:
    ran = planrrr("connect", "x", "--oauth1", code=2)
    assert "terminal" in ran.err and "--token-secret-file" in ran.err and ran.err.count("\n") == 1
