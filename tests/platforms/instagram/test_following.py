"""What comes after the post is out: its address, and the first comment, at most once."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from planrrr_cli.domain.errors import ConnectionRevoked, OutcomeUnknown, PlatformUnavailable, RateLimited
from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import FollowedUp
from planrrr_cli.platforms.instagram.follow import NotShownYet
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from tests.platforms.instagram.stage import (
    ACCOUNT,
    MEDIA_ID,
    TOKEN,
    UNREADABLE,
    Instagram,
    cut,
    drive,
    publication,
    then,
)
from tests.platforms.rig import Answer, Request, Server, refusal

Make = Callable[..., InstagramPublisher]
READ, COMMENTS = f"GET /v25.0/{MEDIA_ID}", f"GET /v25.0/{MEDIA_ID}/comments"
COMMENT = f"POST /v25.0/{MEDIA_ID}/comments"
PERMALINK = f"https://www.instagram.com/p/C{MEDIA_ID}/"
IMAGE = Media(file="/m/a.jpg", kind=MediaKind.IMAGE)


@pytest.fixture(autouse=True)
def out(server: Server, instagram: Instagram) -> list[dict[str, str]]:
    """A post that is out, and its comments."""
    there: list[dict[str, str]] = []

    def add(request: Request) -> Answer:
        there.insert(0, {"id": str(len(there) + 1), "text": request.form["message"], "username": "acme"})
        return Answer(body={"id": str(len(there))})

    server.on(READ, {"id": MEDIA_ID, "permalink": PERMALINK})
    server.on(COMMENTS, lambda _: Answer(body={"data": there}))
    server.on(COMMENT, add)
    server.on("GET /v25.0/me", {"user_id": ACCOUNT, "username": "acme"})
    return there


def following(comment: str | None = "First!", login: str | None = None, **more: Any) -> Publication:
    options = more.pop("options", {})
    post = Post("Look", (IMAGE,), first_comment=comment, options=options)
    return publication(post, login, **{"remote_id": MEDIA_ID, **more})


def commented(server: Server) -> int:
    return len(server.asked("POST", f"/v25.0/{MEDIA_ID}/comments"))


def test_the_address_is_asked_for_by_the_id(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, following(None))
    assert went.ending == FollowedUp(PERMALINK)
    [request] = server.requests
    assert request.query == {"fields": "id,permalink"}


def test_a_post_that_is_not_shown_yet_is_looked_for_in_the_list(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    server.on(READ, UNREADABLE)
    instagram.show("5")
    instagram.show()
    assert drive(publisher().follow_up, following(None)).ending == FollowedUp(PERMALINK)


def test_an_address_that_cannot_be_had_is_tried_again_and_never_makes_a_failure(
    publisher: Make, server: Server
) -> None:
    server.on(READ, UNREADABLE)
    assert isinstance(drive(publisher().follow_up, following(None)).ending, NotShownYet)
    last = drive(publisher().follow_up, following(None, follow_ups=2)).ending
    assert isinstance(last, FollowedUp)
    assert last.permalink is None and len(last.notices) == 1


def test_a_page_token_that_may_not_read_lets_the_user_token_ask(publisher: Make, server: Server) -> None:
    def picky(request: Request) -> Answer:
        if request.headers["authorization"].endswith(TOKEN):
            return UNREADABLE
        return Answer(body={"permalink": PERMALINK})

    server.on(READ, picky)
    assert drive(publisher().follow_up, following(None, "facebook")).ending == FollowedUp(PERMALINK)


def test_the_first_comment_is_looked_for_and_then_sent_once(
    publisher: Make, server: Server, gate: list[int], out: list[dict[str, str]]
) -> None:
    out.append({"id": "9", "text": "Nice", "username": "friend"})
    went = drive(publisher().follow_up, following())
    assert went.ending == FollowedUp(PERMALINK)
    assert went.notes == ["note comment_intended", "note comment_id"]
    assert out[0]["text"] == "First!" and len(gate) == 1
    assert drive(publisher().follow_up, went.after).ending == FollowedUp(PERMALINK)
    assert commented(server) == 1
    [request] = server.asked("GET", f"/v25.0/{MEDIA_ID}/comments")[:1]
    assert request.query == {"fields": "id,text,username,timestamp"}


@pytest.mark.parametrize("login", [None, "facebook"])
def test_a_comment_that_is_there_by_our_own_name_is_not_sent(
    login: str | None, publisher: Make, server: Server, out: list[dict[str, str]]
) -> None:
    server.on(f"GET /v25.0/{ACCOUNT}", {"username": "acme", "id": ACCOUNT})
    out.append({"id": "8", "text": "First!", "username": "somebody"})
    out.append({"id": "9", "text": "First!", "username": "acme"})
    went = drive(publisher().follow_up, following(login=login))
    assert went.after.checkpoint == {"comment_id": "9"}
    assert commented(server) == 0


def test_the_same_words_of_somebody_else_are_not_ours(
    publisher: Make, server: Server, out: list[dict[str, str]]
) -> None:
    out.append({"id": "8", "text": "First!", "username": "somebody"})
    drive(publisher().follow_up, following())
    assert commented(server) == 1


def test_comments_that_cannot_be_read_yet_can_be_written(publisher: Make, server: Server) -> None:
    server.on(COMMENTS, UNREADABLE)
    went = drive(publisher().follow_up, following())
    assert went.ending == FollowedUp(PERMALINK) and commented(server) == 1


@pytest.mark.parametrize("lost", [cut, refusal(2, status=500), Answer(200, b"<html>")])
def test_a_comment_whose_answer_was_lost_is_looked_for_and_never_sent_again(
    lost: Any, publisher: Make, server: Server, out: list[dict[str, str]]
) -> None:
    add = server.answers[COMMENT][0]
    server.on(COMMENT, then(add, lost))  # type: ignore[arg-type]  # a list of both
    went = drive(publisher().follow_up, following())
    assert isinstance(went.ending, OutcomeUnknown)
    again = drive(publisher().follow_up, went.after)
    assert again.ending == FollowedUp(PERMALINK)
    out.clear()
    gone = drive(publisher().follow_up, went.after).ending
    assert isinstance(gone, FollowedUp) and "not sent again" in gone.notices[0]
    assert commented(server) == 1


def test_a_comment_that_waits_for_something_was_surely_not_sent(publisher: Make, server: Server) -> None:
    for trouble, error in (
        (refusal(80002), RateLimited),
        (refusal(25, 2207050), ConnectionRevoked),
    ):
        server.on(COMMENT, trouble)
        went = drive(publisher().follow_up, following())
        assert isinstance(went.ending, error)
        assert not went.after.checkpoint["comment_intended"]


def test_a_comment_without_its_permission_is_told_and_not_tried_again(
    publisher: Make, server: Server
) -> None:
    server.on(COMMENT, refusal(10, status=403))
    server.on(COMMENTS, refusal(10, status=403))
    went = drive(publisher().follow_up, following())
    assert isinstance(went.ending, FollowedUp)
    assert went.ending.permalink == PERMALINK
    assert "instagram_business_manage_comments" in went.ending.notices[0]


def test_a_comment_is_not_lost_with_the_address(publisher: Make, server: Server) -> None:
    server.on(READ, UNREADABLE)
    went = drive(publisher().follow_up, following())
    assert isinstance(went.ending, NotShownYet) and commented(server) == 1
    server.on(READ, {"permalink": PERMALINK})
    assert drive(publisher().follow_up, went.after).ending == FollowedUp(PERMALINK)
    assert commented(server) == 1


def test_what_became_of_a_comment_is_not_forgotten_while_the_address_is_sought(
    publisher: Make, server: Server
) -> None:
    server.on(READ, UNREADABLE)
    server.on(COMMENT, refusal(100))
    server.on(COMMENTS, {"data": []})
    went = drive(publisher().follow_up, following(follow_ups=0))
    assert isinstance(went.ending, PlatformUnavailable | OutcomeUnknown)


def test_a_story_takes_no_comment(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, following(options={"as": "story"}))
    assert went.ending == FollowedUp(PERMALINK)
    assert [request.path for request in server.requests] == [f"/v25.0/{MEDIA_ID}"]


def test_an_address_that_is_known_is_not_asked_for_again(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, following(None, permalink=PERMALINK))
    assert went.ending == FollowedUp(PERMALINK) and server.requests == []
