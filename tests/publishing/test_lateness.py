"""What is too late to be sent is missed; what the platform has already is not sent, and so never too late."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import ErrorNote, Publication, State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import PARTS
from planrrr_cli.publishing.admission import TooLate, lateness

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)


def due(ago: timedelta) -> Publication:
    connection = Connection("c", "default", Platform.YOUTUBE, "UC1", "A channel", Tokens(Secret("t")))
    return Publication("p", "default", Post("Hello"), connection, State.SCHEDULED, due_at=NOW - ago)


def test_a_day_is_the_most() -> None:
    assert lateness(due(timedelta(hours=24)), now=NOW) is None
    assert isinstance(lateness(due(timedelta(hours=24, seconds=1)), now=NOW), TooLate)


@pytest.mark.parametrize("notes", [{ACCEPTED: True}, {PARTS: ["1"]}])
def test_what_is_out_already_is_followed_to_its_end_however_late(notes: dict[str, object]) -> None:
    """A doubt that lasted for days may end with the platform's word that it has the post."""
    assert lateness(replace(due(timedelta(days=3)), checkpoint=notes), now=NOW) is None


def limited(ago: timedelta, **more: object) -> Publication:
    """The platform named the moment until which it has to wait, and that moment has come."""
    return replace(due(ago), error=ErrorNote(ErrorKind.RATE_LIMIT_ERROR, "enough for today"), **more)


def test_a_wait_that_the_platform_imposed_does_not_make_a_post_too_late() -> None:
    """A limit of 24 hours would else end in "missed" each time."""
    assert lateness(limited(timedelta(hours=24, minutes=5)), now=NOW) is None
    assert isinstance(lateness(limited(timedelta(days=7, seconds=1)), now=NOW), TooLate)


@pytest.mark.parametrize("where", ["post", "connection"])
def test_what_a_person_said_about_lateness_holds_whoever_made_it_late(where: str) -> None:
    given = limited(timedelta(hours=3))
    holder = replace(getattr(given, where), max_lateness=timedelta(hours=2))
    assert isinstance(lateness(replace(given, **{where: holder}), now=NOW), TooLate)
