"""What reaches a terminal is harmless, and what reaches a machine is JSON."""

from __future__ import annotations

import io
import json
import sys
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pytest

from planrrr_cli import render


def test_control_characters_and_text_directions_are_shown_as_escapes() -> None:
    assert render.clean("a\x1b[2Jb\u202ec\x00") == "a\\x1b[2Jb\\u202ec\\x00"


def test_letters_of_every_script_and_joined_emoji_stay_as_they_are() -> None:
    text = "naïve שלום 日本 👩‍👩‍👧"
    assert render.clean(text) == text


def test_half_a_surrogate_pair_is_shown_as_an_escape() -> None:
    assert render.clean("a\udc80b") == "a\\udc80b"


def test_line_feeds_stay_only_where_texts_are_shown_whole() -> None:
    assert render.clean("a\nb") == "a\\nb"
    assert render.clean("a\nb\r", lines=True) == "a\nb\\r"


def test_a_preview_is_one_short_line() -> None:
    assert render.preview("one\n two " + "x" * 100, 12) == "one two xxx…"


def test_a_document_with_half_a_surrogate_pair_is_valid_json(capsys: pytest.CaptureFixture[str]) -> None:
    render.document({"text": "a\udc80", "word": "é"})
    assert json.loads(capsys.readouterr().out) == {"text": "a\udc80", "word": "é"}


def test_a_stream_that_is_not_utf_8_gets_escapes_and_no_crash(monkeypatch: pytest.MonkeyPatch) -> None:
    raw = io.BytesIO()
    monkeypatch.setattr(sys, "stdout", io.TextIOWrapper(raw, encoding="ascii"))
    render.line("naïve")
    render.document({"text": "ü"})
    sys.stdout.flush()
    assert raw.getvalue().decode("ascii").startswith("na\\xefve\n{")


def test_a_piped_table_has_aligned_columns_and_no_drawing(capsys: pytest.CaptureFixture[str]) -> None:
    render.table(["id", "text"], [["1", "[bold]日本[/bold]"], ["22", "x\x1b"]])
    assert capsys.readouterr().out == "id  text\n1   [bold]日本[/bold]\n22  x\\x1b\n"


def test_a_drawn_table_shows_markup_as_it_was_written(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "is_terminal", lambda stream: True)
    render.table(["text"], [["[bold]x[/bold] [/]"]])
    assert "[bold]x[/bold] [/]" in capsys.readouterr().out


def test_an_instant_is_shown_in_the_zone_that_was_asked_for() -> None:
    moment = datetime(2026, 12, 1, 8, 0, tzinfo=UTC)
    assert render.when(moment) == "2026-12-01 08:00 UTC"
    assert render.when(moment, ZoneInfo("Europe/Berlin")) == "2026-12-01 09:00 CET"
    assert render.when(moment.replace(second=5)) == "2026-12-01 08:00:05 UTC"
    assert render.iso(moment) == "2026-12-01T08:00:00Z"


def test_a_drawn_table_is_never_wider_than_the_terminal_and_cuts_no_address(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(render, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "60")
    address = "https://example.com/" + "a" * 60
    render.table(["id", "text", "note"], [["12345678", "word " * 20, address], ["2", "", ""]])
    lines = capsys.readouterr().out.splitlines()
    assert [line for line in lines if address in line] == [f"    {address}"]
    assert all(render.cells(line) <= 60 for line in lines if address not in line)
    assert len(lines) == 4
