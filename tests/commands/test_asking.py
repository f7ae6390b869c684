"""Tokens and yes-or-no are asked of people only, and never guessed."""

from __future__ import annotations

import io
import sys

import pytest

from planrrr_cli.commands import asking
from planrrr_cli.domain.errors import Refused, UsageError


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize("answer", ["y\n", "YES\n", " yes \n"])
def test_yes_is_yes(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    asking.confirm("Really?", yes=False)


@pytest.mark.parametrize("answer", ["n\n", "\n", "", "yep\n"])
def test_everything_else_changes_nothing(monkeypatch: pytest.MonkeyPatch, answer: str) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal(answer))
    with pytest.raises(Refused, match="nothing was changed"):
        asking.confirm("Really?", yes=False)


def test_without_a_terminal_only_the_option_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.StringIO("y\n"))
    with pytest.raises(UsageError, match="--yes"):
        asking.confirm("Really?", yes=False)
    asking.confirm("Really?", yes=True)


def test_a_token_is_asked_for_without_showing_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", Terminal())
    monkeypatch.setattr("getpass.getpass", lambda prompt, stream: "EAAB-typed-token")
    assert asking.read_token(None, "facebook token").reveal() == "EAAB-typed-token"


def test_a_token_file_may_end_with_a_line_and_begin_with_a_mark(tmp_path) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(b"\xef\xbb\xbfEAAB-file-token\r\n")
    assert asking.read_token(str(path), "facebook token").reveal() == "EAAB-file-token"


@pytest.mark.parametrize("content", [b"\xff\xfe\x00", b"", b"two\nlines"])
def test_a_token_file_without_a_token_is_told_in_a_sentence(tmp_path, content: bytes) -> None:
    path = tmp_path / "token.txt"
    path.write_bytes(content)
    with pytest.raises(UsageError):
        asking.read_token(str(path), "facebook token")


def test_a_token_file_that_is_not_there_is_told_in_a_sentence(tmp_path) -> None:
    with pytest.raises(UsageError, match="cannot be read"):
        asking.read_token(str(tmp_path / "none"), "facebook token")
