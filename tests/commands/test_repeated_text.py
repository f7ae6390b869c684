"""`add` refuses what X would refuse when its time comes: the same text twice from one account within a day."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from planrrr_cli.domain.connections import Platform

DUE = datetime(2027, 3, 1, 9, 0, tzinfo=UTC)
TEXT = "Fresh bread at nine."


def at(hours: float) -> str:
    return (DUE + timedelta(hours=hours)).isoformat()


@pytest.fixture
def adding(planrrr, write):
    """Adds a document of this text, and gives what was printed."""

    def add(name: str, *arguments: str, to: str = "x:111", text: str = TEXT, hours: float = 0, code: int = 0):
        document = write(name, text=text, front=f"to: '{to}'")
        time = () if "--draft" in arguments else ("--at", at(hours))
        return planrrr("add", document, *time, *arguments, "--json", code=code)

    return add


def errors(ran) -> list[str]:
    return [error["rule"] for error in ran.json["errors"]]


@pytest.fixture(autouse=True)
def account(connect):
    return connect("111", "bakery", Platform.X)


def test_the_same_text_within_a_day_is_refused_and_names_the_other(adding, planrrr) -> None:
    other = adding("a.md").json["posts"][0]["publications"][0]["id"]
    for hours in (0.1, 1, 23.9, -23.9):
        refused = adding("b.md", hours=hours, code=1)
        assert errors(refused) == ["repeated_text"]
        (error,) = refused.json["errors"]
        assert error["file"] == "b.md"
        assert other[:8] in error["message"]
        assert "2027-03-01 09:00 UTC" in error["message"]
        assert "--allow-duplicate" in error["message"]
    assert len(planrrr("list", "--json").json["posts"]) == 1


def test_who_means_it_says_so(adding) -> None:
    adding("a.md")
    assert adding("b.md", "--allow-duplicate", hours=1).json["added"] == 1


def test_two_documents_of_one_command_repeat_each_other_too(planrrr, write) -> None:
    names = [write(f"{hours}.md", text=TEXT, front=f"to: 'x:111'\nat: '{at(hours)}'") for hours in (0, 1)]
    (error,) = planrrr("add", *names, "--json", code=1).json["errors"]
    assert (error["file"], error["rule"]) == ("1.md", "repeated_text")
    assert planrrr("list", "--json").json["posts"] == []


def test_a_day_later_it_may_be_said_again(adding) -> None:
    adding("a.md")
    assert adding("b.md", hours=25).json["added"] == 1
    assert adding("c.md", hours=-25).json["added"] == 1


def test_another_account_and_another_text_are_free(adding, connect) -> None:
    connect("222", "books", Platform.X)
    adding("a.md")
    assert adding("b.md", to="x:222").json["added"] == 1
    assert adding("c.md", text="Fresh bread at ten.").json["added"] == 1


def test_another_platform_takes_the_same_text(adding, connect) -> None:
    connect("333", "Bakery", Platform.FACEBOOK)
    adding("a.md")
    assert adding("b.md", to="facebook:333").json["added"] == 1
    assert adding("c.md", to="facebook:333", hours=1).json["added"] == 1


def test_drafts_neither_repeat_nor_are_repeated(adding) -> None:
    adding("a.md", "--draft")
    assert adding("b.md").json["added"] == 1
    assert adding("c.md", "--draft", text=f"{TEXT} ").json["added"] == 1


def test_what_was_cancelled_speaks_no_more(adding, planrrr) -> None:
    post = adding("a.md").json["posts"][0]["id"]
    assert errors(adding("b.md", hours=1, code=1)) == ["repeated_text"]
    planrrr("cancel", post, "--yes")
    assert adding("b.md", hours=1).json["added"] == 1


def test_the_same_document_again_is_unchanged_and_no_repetition(adding) -> None:
    adding("a.md")
    assert adding("a.md").json["unchanged"] == 1
