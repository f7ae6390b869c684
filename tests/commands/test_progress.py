"""Progress is drawn for people on a terminal, and for nobody else."""

from __future__ import annotations

import io
import logging
import sys

import pytest

from planrrr_cli.commands.progress import RunProgress
from planrrr_cli.domain.publications import Attempt, AttemptKind, Outcome


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.fixture
def publication(connect, made):
    return made.publication(connect("1", "[red]Bakery\x1b[2J"))


def drive(progress: RunProgress, publication) -> None:
    attempt = Attempt("a", publication.id, 1, AttemptKind.PUBLISH, "run", "claim", publication.due_at)
    with progress:
        progress.begun(publication, attempt)
        progress.step(publication, "PointOfNoReturn()")
        logging.getLogger("planrrr").warning("a record")
        progress.ended(publication, Outcome.PUBLISHED, None)


def test_nothing_is_drawn_in_a_pipe_or_for_json(monkeypatch: pytest.MonkeyPatch, publication) -> None:
    stream = io.StringIO()
    monkeypatch.setattr(sys, "stderr", stream)
    drive(RunProgress(as_json=False), publication)
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    drive(RunProgress(as_json=True), publication)
    assert (stream.getvalue(), terminal.getvalue()) == ("", "")


def test_a_terminal_sees_what_is_under_way_and_no_control_characters_of_others(
    monkeypatch: pytest.MonkeyPatch, publication
) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    drive(RunProgress(as_json=False), publication)
    assert "facebook [red]Bakery\\x1b[2J: publish" in terminal.getvalue()


def test_logs_go_back_to_where_they_went(monkeypatch: pytest.MonkeyPatch, publication) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", Terminal())
    handler = logging.StreamHandler(log := io.StringIO())
    logging.getLogger().addHandler(handler)
    try:
        drive(RunProgress(as_json=False), publication)
        assert handler.stream is log
    finally:
        logging.getLogger().removeHandler(handler)


def test_a_terminal_sees_how_far_an_upload_is(monkeypatch: pytest.MonkeyPatch, publication) -> None:
    monkeypatch.setenv("TERM", "xterm")
    monkeypatch.setattr(sys, "stderr", terminal := Terminal())
    progress = RunProgress(as_json=False)
    with progress:
        progress.begun(
            publication, Attempt("a", publication.id, 1, AttemptKind.PUBLISH, "run", "claim", None)
        )
        progress.uploaded(publication, 50_000_000, 200_000_000)
    assert "uploading, 25% of 200.0 MB" in terminal.getvalue()
