"""`resolve` ends a doubt as a person says, unless the platform itself says otherwise."""

from __future__ import annotations

import json
import subprocess
import sys
import urllib.parse
import urllib.request
from datetime import timedelta

import pytest

from planrrr_cli.commands.post_addresses import read_address, read_remote_id, remote_id_in, same_post
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Refused, UsageError
from planrrr_cli.domain.publications import State
from planrrr_cli.store import connections

TEXT = "Is it there?"


@pytest.fixture
def lane(accounts, ctx):
    """A connection to the sandbox's first account."""
    with ctx.store.reading() as tx:
        return connections.find(tx, accounts[0]["account_id"])


@pytest.fixture
def doubtful(lane, made):
    """A publication in doubt on an account of the sandbox, which does not have it."""
    return made.publication_in(State.IN_DOUBT, lane, text=TEXT)


@pytest.fixture
def by_hand(control):
    """Puts a post on a Page of the sandbox past planrrr; its id."""

    def post(account_id: str, text: str, **more: str) -> str:
        tokens = {one["accountId"]: one["accessToken"] for one in control.get("accounts")["connections"]}
        body = urllib.parse.urlencode({"message": text, "access_token": tokens[account_id], **more}).encode()
        with urllib.request.urlopen(f"{control.url}/v25.0/{account_id}/feed", body) as answer:
            return str(json.loads(answer.read())["id"])

    return post


def last_attempt(planrrr, publication):
    (story,) = planrrr("explain", publication.id, "--json").json["publications"]
    return story["history"][-1]


# what is written


def test_what_is_out_becomes_published_with_its_id(planrrr, doubtful) -> None:
    page = doubtful.connection.account_id
    url = f"https://www.facebook.com/{page}/posts/777"
    ran = planrrr("resolve", doubtful.id[:8], "--published", url, "--reason", "saw it", "--yes", "--json")
    (shown,) = ran.json["publications"]
    assert (shown["state"], shown["remote_id"], shown["permalink"]) == ("published", f"{page}_777", url)


def test_who_when_why_and_what_the_platform_had_said_is_kept_and_told(planrrr, doubtful) -> None:
    ran = planrrr(
        "resolve", doubtful.id, "--not-published", "--reason", "looked\x1b[2J at it", "--yes", "--json"
    )
    (shown,) = ran.json["publications"]
    assert shown["resolved"]["answer"] == "not_published"
    attempt = last_attempt(planrrr, doubtful)
    assert attempt["resolved"] == shown["resolved"]
    assert "@" in attempt["resolved"]["by"]
    assert attempt["resolved"]["at"].startswith(attempt["began_at"][:19])
    assert "it is not in the Page's feed" in attempt["resolved"]["platform_said"]
    assert {call["call"] for call in attempt["calls"]} == {"facebook.feed.read"}
    told = planrrr("explain", doubtful.id).out
    assert "said: not published, because: looked\\x1b[2J at it" in told
    assert "(by a person)" in told
    assert "it is not in the Page's feed" in told


def test_what_is_not_out_is_scheduled_again(planrrr, doubtful, made) -> None:
    said = planrrr("resolve", doubtful.id, "--not-published", "--yes").err
    assert made.reload(doubtful).state is State.SCHEDULED
    assert "it is sent with the next planrrr publish-due" in said


def test_what_does_not_go_out_by_itself_after_all_is_not_promised_to(planrrr, lane, made) -> None:
    made.now -= timedelta(days=2)
    late = made.publication_in(State.IN_DOUBT, lane)
    said = planrrr("resolve", late.id, "--not-published", "--yes").err
    assert f"it was due 2 days ago and may be at most 1 day late; planrrr reschedule {late.id[:8]}" in said
    made.now += timedelta(days=2)
    paused = made.publication_in(State.IN_DOUBT, lane, text="two")
    planrrr("connections", "pause", lane.id)
    said = planrrr("resolve", paused.id, "--not-published", "--yes").err
    assert f"planrrr connections resume {lane.id[:8]}" in said


def test_the_first_comment_follows_what_a_person_says_is_out(planrrr, lane, made, control, by_hand) -> None:
    doubtful = made.publication_in(State.IN_DOUBT, lane, text=TEXT, first_comment="First.")
    by_hand(lane.account_id, TEXT)
    planrrr("resolve", doubtful.id, "--published", control.posts()[0]["permalink"], "--yes")
    planrrr("publish-due")
    (comment,) = [entry for entry in control.get("posts")["posts"] if entry.get("parent")]
    assert comment["text"] == "First."


def test_it_asks_first(planrrr, doubtful, made) -> None:
    said = planrrr("resolve", doubtful.id, "--not-published", code=2).err
    assert "twice" in said
    assert "It was sent less than a minute ago. By itself the platform is asked at" in said
    assert made.reload(doubtful).state is State.IN_DOUBT


# who may say what


@pytest.mark.parametrize("arguments", [[], ["--published", "https://x.example/1", "--not-published"]])
def test_exactly_one_answer_is_needed(planrrr, doubtful, arguments) -> None:
    assert "--not-published" in planrrr("resolve", doubtful.id, *arguments, "--yes", code=2).err


def test_an_address_without_an_id_needs_the_id(planrrr, doubtful) -> None:
    url = "https://www.facebook.com/bakery/posts/pfbid0abc"
    assert "--remote-id" in planrrr("resolve", doubtful.id, "--published", url, "--yes", code=2).err
    named = f"{doubtful.connection.account_id}_2"
    planrrr("resolve", doubtful.id, "--published", url, "--remote-id", named, "--reason", "saw it", "--yes")


def test_only_a_doubt_can_be_resolved_and_only_once(planrrr, connect, made, doubtful) -> None:
    publication = made.publication(connect("5"))
    assert "not in doubt" in planrrr("resolve", publication.id, "--not-published", "--yes", code=1).err
    planrrr("resolve", doubtful.id, "--not-published", "--yes")
    again = planrrr("resolve", doubtful.id, "--not-published", "--yes", code=1).err
    assert f"{doubtful.id[:8]} is scheduled, not in doubt" in again


def test_a_run_that_holds_the_account_does_not_keep_a_person_from_deciding(planrrr, doubtful, made) -> None:
    made.claim(now=made.now + timedelta(seconds=40))
    planrrr("resolve", doubtful.id, "--not-published", "--yes")
    assert made.reload(doubtful).state is State.SCHEDULED


@pytest.mark.slow
def test_of_two_people_at_once_one_decides(planrrr, doubtful, environ, folder) -> None:
    command = [sys.executable, "-m", "planrrr_cli", "resolve", doubtful.id, "--yes"]
    url = f"https://www.facebook.com/{doubtful.connection.account_id}/posts/777"
    answers = (["--not-published"], ["--published", url, "--reason", "saw it"])
    running = [
        subprocess.Popen([*command, *answer], cwd=folder, env=environ, stderr=subprocess.PIPE, text=True)
        for answer in answers
    ]
    said = [one.communicate(timeout=60)[1] for one in running]
    assert sorted(one.returncode for one in running) == [0, 1], said
    assert any("not in doubt" in one or "only what is in doubt can" in one for one in said)
    (story,) = planrrr("explain", doubtful.id, "--json").json["publications"]
    assert len([one for one in story["history"] if one["resolved"]]) == 1


def test_a_lost_key_does_not_lock_a_doubt_in(planrrr, doubtful, folder) -> None:
    (folder / "planrrr.key").unlink()
    ran = planrrr("resolve", doubtful.id, "--not-published", "--yes")
    assert "facebook could not be asked: " in ran.err
    assert "planrrr.key" in last_attempt(planrrr, doubtful)["resolved"]["platform_said"]
    planrrr("connections", "remove", doubtful.connection.id, "--yes")


# what the platform says


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
    permalink = control.posts()[0]["permalink"]
    assert f"has it, so it is not sent again; use --published {permalink}" in ran.err
    planrrr("resolve", line["id"], "--published", permalink, "--yes")
    assert len(control.posts()) == 1


def test_the_post_that_is_named_has_to_be_the_one_that_the_platform_shows(
    planrrr, doubtful, made, by_hand
) -> None:
    other = by_hand(doubtful.connection.account_id, "Another one.")
    by_hand(doubtful.connection.account_id, TEXT)
    ran = planrrr("resolve", doubtful.id, "--remote-id", other, "--reason", "sure", "--yes", code=1)
    assert "which is not what was named" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT


def test_a_post_with_another_text_needs_a_reason(planrrr, doubtful, made, by_hand) -> None:
    other = by_hand(doubtful.connection.account_id, "Another one.")
    ran = planrrr("resolve", doubtful.id, "--remote-id", other, "--yes", code=1)
    assert "has another text than what was sent; if you know better, say how: --reason" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT
    planrrr("resolve", doubtful.id, "--remote-id", other, "--reason", "I changed it there", "--yes")
    assert made.reload(doubtful).remote_id == other


def test_a_post_that_the_platform_does_not_show_needs_a_reason(planrrr, doubtful, made) -> None:
    url = f"https://www.facebook.com/{doubtful.connection.account_id}/posts/777"
    ran = planrrr("resolve", doubtful.id, "--published", url, "--yes", code=1)
    assert "Facebook shows no post" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT


def test_a_post_that_nobody_sees_is_not_published_whatever_the_reason(
    planrrr, doubtful, made, by_hand
) -> None:
    hidden = by_hand(doubtful.connection.account_id, TEXT, published="false")
    ran = planrrr("resolve", doubtful.id, "--remote-id", hidden, "--reason", "sure", "--yes", code=1)
    assert "is not published" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT


def test_where_the_page_cannot_be_read_the_post_that_is_named_still_can(
    planrrr, doubtful, made, by_hand, control
) -> None:
    page = doubtful.connection.account_id
    there = by_hand(page, TEXT)
    control.fault(call="facebook.feed.read", strike="before", kind="error:10", times=9)
    ran = planrrr("resolve", doubtful.id, "--remote-id", there, "--yes")
    assert "the post that was named fits" in ran.err
    assert made.reload(doubtful).permalink == control.posts()[0]["permalink"]


def test_the_post_of_another_account_is_refused_however_it_is_named(
    planrrr, accounts, doubtful, made, by_hand
) -> None:
    stranger = accounts[1]["account_id"]
    foreign = by_hand(stranger, TEXT)
    number = foreign.partition("_")[2]
    for named in (
        ["--published", f"https://www.facebook.com/{stranger}/posts/{number}"],
        ["--published", f"https://www.facebook.com/permalink.php?story_fbid={number}&id={stranger}"],
        ["--published", f"https://www.facebook.com/{foreign}"],
        ["--remote-id", foreign],
    ):
        ran = planrrr("resolve", doubtful.id, *named, "--reason", "sure", "--yes", code=1)
        assert f"not of the Page {doubtful.connection.account_id}" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT


@pytest.mark.parametrize("named", ["remote id", "number", "permalink"])
def test_a_post_that_is_another_publication_already_is_refused(
    planrrr, lane, doubtful, made, by_hand, control, named
) -> None:
    out = by_hand(lane.account_id, "Another one.")
    permalink = control.posts()[0]["permalink"]
    other = made.publication_in(State.IN_DOUBT, lane, text="Another one.")
    planrrr("resolve", other.id, "--published", permalink, "--yes")
    arguments = {
        "remote id": ["--remote-id", out],
        "number": ["--remote-id", out.partition("_")[2]],
        "permalink": ["--published", permalink, "--remote-id", f"{lane.account_id}_1"],
    }[named]
    ran = planrrr("resolve", doubtful.id, *arguments, "--reason", "sure", "--yes", code=1)
    assert "one post cannot be both" in ran.err
    assert made.reload(doubtful).state is State.IN_DOUBT


# addresses


@pytest.mark.parametrize(
    "url",
    [
        "javascript:1",
        "foo",
        "http://",
        "ftp://facebook.com/1",
        "https://[::1",
        "https://facebook.com:port/1",
        "https://example.com/posts/99",
        "https://facebook.com.example/posts/99",
        "https://notfacebook.com/posts/99",
        "https://www.facebook.com/x/posts/1\x1b[2J",
        "https://www.facebook.com/" + "x" * 2000,
    ],
)
def test_what_is_no_address_of_the_platform_is_refused(planrrr, doubtful, url) -> None:
    ran = planrrr("resolve", doubtful.id, "--published", url, "--yes", code=2)
    assert "address" in ran.err
    assert "copy it from the browser" in ran.err


def test_an_address_with_a_password_is_refused_and_not_repeated(planrrr, doubtful, folder) -> None:
    ran = planrrr(
        "resolve", doubtful.id, "--published", "https://ada:hunter22@facebook.com/x/posts/1", code=2
    )
    assert "hunter22" not in ran.out + ran.err
    assert "no user name and no password" in ran.err
    assert b"hunter22" not in (folder / "planrrr.db").read_bytes()


def test_of_an_address_only_what_names_the_post_is_kept() -> None:
    typed = (
        " https://www.facebook.com/permalink.php?story_fbid=1&id=2&access_token=EAAB&__cft__[0]=x#comments "
    )
    kept = read_address(typed, Platform.FACEBOOK)
    assert kept == "https://www.facebook.com/permalink.php?story_fbid=1&id=2"


def test_the_sandboxs_own_pages_are_addresses_too() -> None:
    url = "http://127.0.0.1:9300/facebook/1/posts/2"
    assert read_address(url, Platform.FACEBOOK, api_url="http://127.0.0.1:9300") == url
    for api_url in (None, "http://127.0.0.1:9301", "https://graph.facebook.com"):
        with pytest.raises(UsageError, match="is not an address of facebook"):
            read_address(url, Platform.FACEBOOK, api_url=api_url)


@pytest.mark.parametrize(
    ("url", "remote_id"),
    [
        ("https://www.facebook.com/bakery/posts/123", "11_123"),
        ("https://www.facebook.com/bakery/posts/some-title/123/", "11_123"),
        ("https://www.facebook.com/11/posts/123", "11_123"),
        ("https://www.facebook.com/permalink.php?story_fbid=123&id=11", "11_123"),
        ("https://www.facebook.com/11_123", "11_123"),
        ("https://www.facebook.com/bakery/videos/456/", "456"),
        ("https://www.facebook.com/reel/456", "456"),
        ("https://www.facebook.com/watch/?v=456", "456"),
        ("https://www.facebook.com/bakery/posts/pfbid02abc", None),
        ("https://www.facebook.com/bakery", None),
    ],
)
def test_the_id_is_read_from_an_address_where_it_is_there(connect, made, url, remote_id) -> None:
    assert remote_id_in(url, made.publication(connect("11"))) == remote_id


@pytest.mark.parametrize(
    "url",
    [
        "https://www.facebook.com/9_123",
        "https://www.facebook.com/9/posts/123",
        "https://www.facebook.com/9/videos/456/",
        "https://www.facebook.com/permalink.php?story_fbid=123&id=9",
    ],
)
def test_the_address_of_another_account_tells_how_to_insist(connect, made, url) -> None:
    """A Page shows itself under a second number at times, which only a person can know."""
    with pytest.raises(Refused, match=r"a post of 9, not of the Page 11 .* add --remote-id (11_123|456)$"):
        remote_id_in(url, made.publication(connect("11")))


@pytest.mark.parametrize("remote_id", ["", "a b", "a\udcfc", "a\x1b[2J", "1" * 201])
def test_what_is_no_id_of_a_platform_is_refused(planrrr, connect, made, remote_id: str) -> None:
    publication = made.publication_in(State.IN_DOUBT, connect())
    ran = planrrr("resolve", publication.id, "--remote-id", remote_id, "--yes", code=2)
    assert "is not a platform's id of a post" in ran.err


def test_ids_with_and_without_the_page_are_one_post(connect, made) -> None:
    assert same_post("1_2", "2")
    assert not same_post("1_2", "1_3")
    # ids of videos hold underscores, too, and many end with one
    assert not same_post("w2kG-SWDIW_", "dQw4w9WgXc_")
    assert not same_post("abc_9", "abd_9")
    assert read_remote_id("11_2", made.publication(connect("11"))) == "11_2"


def test_a_platform_that_cannot_be_asked_is_resolved_on_a_persons_word(planrrr, connect, made) -> None:
    publication = made.publication_in(State.IN_DOUBT, connect("9", "Acme", Platform.X))
    planrrr("resolve", publication.id, "--remote-id", "123", "--reason", "looked at it", "--yes")
    assert made.reload(publication).remote_id == "123"
