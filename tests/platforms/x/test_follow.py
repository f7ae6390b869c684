"""What comes after the post: a first comment, at most once, that can never make the post a failure."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import OutcomeUnknown, PlatformUnavailable, RateLimited, TokenExpired
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import FollowedUp
from tests.platforms.rig import NOW, Answer, Server, drive
from tests.platforms.x.rig import (
    CREATE,
    TIMELINE,
    UNAUTHORIZED,
    Make,
    body_of,
    created,
    cut,
    listed,
    problem,
    publication,
    snowflake,
)

ID, COMMENT = snowflake(NOW), snowflake(NOW + timedelta(seconds=5))
POST = Post("Hello", first_comment="By the way")


def complete(server: Server, *notices: str) -> FollowedUp:
    return FollowedUp(f"{server.url}/acme/status/{ID}", notices)


def out(post: Post = POST, **more: Any) -> Any:
    return publication(post, **({"remote_id": ID, "first_sent_at": NOW} | more))


def test_the_address_needs_no_call(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, out(Post("Hello")))
    assert went.ending == complete(server)
    assert server.requests == []


def test_the_comment_is_intended_then_sent_then_noted(
    publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(CREATE, created(COMMENT))
    went = drive(publisher().follow_up, out())
    assert went.notes == ["note comment_intended", "note comment_id"]
    assert went.ending == complete(server)
    assert body_of(server.requests[0]) == {"text": "By the way", "reply": {"in_reply_to_tweet_id": ID}}
    assert gate == [0]
    again = drive(publisher().follow_up, went.after)
    assert again.ending == complete(server) and len(server.requests) == 1


def test_below_a_thread_it_goes_to_the_last_part(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(COMMENT))
    thread = Post("One.", options={"thread": ["Two."]}, first_comment="By the way")
    drive(publisher().follow_up, out(thread, checkpoint={"parts": [ID, "99"]}))
    assert body_of(server.requests[0])["reply"] == {"in_reply_to_tweet_id": "99"}


def test_a_comment_whose_answer_was_lost_is_looked_for_and_never_repeated(
    publisher: Make, server: Server
) -> None:
    server.on(CREATE, cut)
    went = drive(publisher().follow_up, out())
    assert isinstance(went.ending, OutcomeUnknown)
    reply = {"id": COMMENT, "text": "By the way", "referenced_tweets": [{"type": "replied_to", "id": ID}]}
    server.on(TIMELINE, listed(reply), listed())
    found = drive(publisher().follow_up, went.after)
    assert found.ending == complete(server) and found.after.checkpoint["comment_id"] == COMMENT
    assert server.requests[-1].query["since_id"] == ID
    unseen = drive(publisher().follow_up, went.after)
    [notice] = unseen.ending.notices
    assert "not sent again" in notice
    assert len(server.asked("POST", "/2/tweets")) == 1


def test_another_answer_is_not_taken_for_the_comment(publisher: Make, server: Server) -> None:
    other = {"id": COMMENT, "text": "By the way", "referenced_tweets": [{"type": "replied_to", "id": "5"}]}
    server.on(TIMELINE, listed(other))
    went = drive(publisher().follow_up, out(checkpoint={"comment_intended": True}))
    assert went.ending.notices


@pytest.mark.parametrize("detail", ["The Tweet contains an invalid URL.", "Forbidden", "duplicate content"])
def test_a_refused_comment_is_a_notice(detail: str, publisher: Make, server: Server) -> None:
    server.on(CREATE, problem(403, detail))
    went = drive(publisher().follow_up, out())
    [notice] = went.ending.notices
    assert notice.startswith("the first comment was refused")


def test_a_comment_that_surely_was_not_sent_is_tried_again(publisher: Make, server: Server) -> None:
    server.on(CREATE, problem(429, "Too Many Requests"), created(COMMENT))
    went = drive(publisher().follow_up, out())
    assert isinstance(went.ending, RateLimited)
    assert went.after.checkpoint["comment_intended"] is None
    assert drive(publisher().follow_up, went.after).ending == complete(server)


def test_a_comment_whose_trouble_lasts_becomes_a_notice(publisher: Make, server: Server) -> None:
    server.on(CREATE, Answer(503, b""))
    went = drive(publisher().follow_up, out(follow_ups=2))
    assert "may or may not be there" in went.ending.notices[0]
    server.on(TIMELINE, Answer(503, b""))
    intended = {"comment_intended": True}
    assert isinstance(drive(publisher().follow_up, out(checkpoint=intended)).ending, PlatformUnavailable)
    went = drive(publisher().follow_up, out(checkpoint=intended, follow_ups=2))
    assert "cannot be read" in went.ending.notices[0]


def test_a_dead_token_is_renewed_where_it_can_be(publisher: Make, server: Server) -> None:
    server.on(CREATE, UNAUTHORIZED)
    assert isinstance(drive(publisher().follow_up, out()).ending, TokenExpired)
    signed = replace(
        out(), connection=replace(out().connection, tokens=Tokens(Secret("t"), secret=Secret("s")))
    )
    known = publisher(consumer_key=Secret("k"), consumer_secret=Secret("ks"))
    assert isinstance(drive(known.follow_up, signed).ending, PlatformUnavailable)
