"""`resolve` ends a doubt as a person says, unless the platform itself says otherwise."""

from __future__ import annotations

import pytest

from planrrr_cli.commands.resolve import remote_id_in
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State


@pytest.fixture
def doubtful(accounts, ctx, made):
    """A publication in doubt on an account of the sandbox, which does not have it."""
    from planrrr_cli.store import connections

    with ctx.store.reading() as tx:
        connection = connections.find(tx, accounts[0]["account_id"])
    return made.publication_in(State.IN_DOUBT, connection, text="Is it there?")


def test_what_is_out_becomes_published_with_its_id(planrrr, doubtful, made) -> None:
    page = doubtful.connection.account_id
    url = f"https://www.facebook.com/{page}/posts/777"
    ran = planrrr("resolve", doubtful.id[:8], "--published", url, "--reason", "saw it", "--yes", "--json")
    (shown,) = ran.json["publications"]
    assert (shown["state"], shown["remote_id"], shown["permalink"]) == ("published", f"{page}_777", url)
    last = made.attempts(doubtful)[-1]
    assert "saw it" in last.steps[0]["by"]
    assert "@" in last.steps[0]["by"]


def test_what_is_not_out_is_scheduled_again(planrrr, doubtful, made) -> None:
    planrrr("resolve", doubtful.id, "--not-published", "--yes")
    assert made.reload(doubtful).state is State.SCHEDULED


def test_it_asks_first(planrrr, doubtful, made) -> None:
    assert "twice" in planrrr("resolve", doubtful.id, "--not-published", code=2).err
    assert made.reload(doubtful).state is State.IN_DOUBT


@pytest.mark.parametrize("arguments", [[], ["--published", "https://x.example/1", "--not-published"]])
def test_exactly_one_answer_is_needed(planrrr, doubtful, arguments) -> None:
    assert "--not-published" in planrrr("resolve", doubtful.id, *arguments, "--yes", code=2).err


def test_an_address_without_an_id_needs_the_id(planrrr, doubtful) -> None:
    url = "https://www.facebook.com/bakery/posts/pfbid0abc"
    assert "--remote-id" in planrrr("resolve", doubtful.id, "--published", url, "--yes", code=2).err
    planrrr("resolve", doubtful.id, "--published", url, "--remote-id", "1_2", "--yes")


def test_what_is_no_address_is_refused(planrrr, doubtful) -> None:
    assert "address" in planrrr("resolve", doubtful.id, "--published", "javascript:1", "--yes", code=2).err


def test_only_a_doubt_can_be_resolved(planrrr, connect, made) -> None:
    publication = made.publication(connect("5"))
    assert "not in doubt" in planrrr("resolve", publication.id, "--not-published", "--yes", code=1).err


def test_the_platform_contradicts_whoever_says_that_it_is_not_out(planrrr, accounts, write, control) -> None:
    name = write("a.md", front=f"to: 'facebook:{accounts[0]['account_id']}'")
    planrrr("add", name, "--at", "now")
    (call,) = [name for name in control.get("calls")["calls"] if name.endswith("feed.create")]
    control.fault(call=call, strike="after", kind="lost", times=1)
    control.fault(call="*", strike="before", kind="status:500", skip=1, times=50)
    (line,) = planrrr("publish-due", "--max-seconds", "1", "--json", code=1).json["publications"]
    assert line["outcome"] == "in_doubt"
    control.clear()
    ran = planrrr("resolve", line["id"], "--not-published", "--yes", code=1)
    assert "has it" in ran.err
    planrrr("resolve", line["id"], "--published", control.posts()[0]["permalink"], "--yes")
    assert len(control.posts()) == 1


@pytest.mark.parametrize(
    ("url", "remote_id"),
    [
        ("https://www.facebook.com/bakery/posts/123", "PAGE_123"),
        ("https://www.facebook.com/bakery/posts/some-title/123/", "PAGE_123"),
        ("https://www.facebook.com/permalink.php?story_fbid=123&id=9", "PAGE_123"),
        ("https://www.facebook.com/9_123", "9_123"),
        ("https://www.facebook.com/bakery/videos/456/", "456"),
        ("https://www.facebook.com/reel/456", "456"),
        ("https://www.facebook.com/watch/?v=456", "456"),
        ("https://www.facebook.com/bakery/posts/pfbid02abc", None),
        ("https://www.facebook.com/bakery", None),
    ],
)
def test_the_id_is_read_from_an_address_where_it_is_there(connect, made, url, remote_id) -> None:
    publication = made.publication(connect("PAGE"))
    assert remote_id_in(url, publication) == remote_id


@pytest.mark.parametrize("remote_id", ["", "a b", "a\udcfc", "a\x1b[2J", "1" * 201])
def test_what_is_no_id_of_a_platform_is_refused(planrrr, connect, made, remote_id: str) -> None:
    publication = made.publication_in(State.IN_DOUBT, connect())
    ran = planrrr("resolve", publication.id, "--remote-id", remote_id, "--yes", code=2)
    assert "is not a platform's id of a post" in ran.err


def test_explain_tells_that_a_person_ended_the_doubt(planrrr, connect, made) -> None:
    publication = made.publication_in(State.IN_DOUBT, connect("9", "Acme", Platform.X))
    planrrr("resolve", publication.id, "--remote-id", "123", "--reason", "looked\x1b[2J at it", "--yes")
    told = planrrr("explain", publication.id).out
    assert "(by a person)" in told
    assert "looked\\x1b[2J at it" in told
