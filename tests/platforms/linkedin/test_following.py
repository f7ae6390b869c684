"""What comes after the post is out: the first comment, at most once, and a look whether the post stayed."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import FollowedUp
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from tests.platforms.linkedin.stage import ORGANIZATION, PERSON, SHARE, cut, path_of, publication, refusal
from tests.platforms.rig import NOW, Answer, Server, TestClock, drive

Make = Callable[..., LinkedInPublisher]
COMMENTS = path_of("socialActions", SHARE, "comments")
READ = f"GET {path_of('posts', SHARE)}"
TEXT = "First (and #last)!"
NO_SCOPE = refusal(
    403,
    "ACCESS_DENIED",
    100,
    message="Not enough permissions to access: partnerApiSocialActions.CREATE.20260401",
)
PICTURE = {"media": {"0": {"sort": "image", "urn": "urn:li:image:1", "at": NOW.isoformat(), "ready": True}}}


def out(**more: Any) -> Publication:
    return publication(Post("Hello", first_comment=TEXT), **({"remote_id": SHARE} | more))


def comment(text: str = TEXT, actor: str = ORGANIZATION) -> dict[str, Any]:
    return {"id": "9", "commentUrn": f"urn:li:comment:({SHARE},9)", "actor": actor, "message": {"text": text}}


def test_the_permalink_needs_no_call(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, publication(Post("Hello"), remote_id=SHARE))
    assert went.ending == FollowedUp(f"{server.url}/feed/update/{SHARE}/")
    assert server.requests == []


def test_the_first_comment_is_intended_then_sent_as_it_is_then_noted(
    publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(f"POST {COMMENTS}", Answer(201, {"id": "9"}, {"x-restli-id": "9"}))
    went = drive(publisher().follow_up, out())
    assert went.notes == ["note comment_intended", "note comment_id"]
    assert went.after.checkpoint["comment_id"] == "9"
    assert gate == [0]
    assert json.loads(server.requests[0].body) == {
        "actor": ORGANIZATION,
        "object": SHARE,
        "message": {"text": TEXT},
    }
    again = drive(publisher().follow_up, went.after)
    assert again.notes == []
    assert len(server.requests) == 1


def test_the_id_of_a_comment_may_be_in_the_body_alone(publisher: Make, server: Server) -> None:
    server.on(f"POST {COMMENTS}", Answer(201, {"id": "9"}))
    assert drive(publisher().follow_up, out()).after.checkpoint["comment_id"] == "9"


@pytest.mark.parametrize(
    "answer",
    [cut, refusal(500), Answer(201, b""), Answer(201, {}), Answer(201, {"id": True}), Answer(200, b"<")],
)
def test_a_comment_whose_answer_was_lost_is_looked_for_and_never_repeated(
    answer: Any, publisher: Make, server: Server
) -> None:
    server.on(f"POST {COMMENTS}", answer)
    lost = drive(publisher().follow_up, out())
    assert isinstance(lost.ending, OutcomeUnknown)
    server.on(f"GET {COMMENTS}", {"elements": [comment(actor=PERSON), comment("Another")]})
    unseen = drive(publisher().follow_up, lost.after)
    assert "not sent again" in unseen.ending.notices[0]
    server.on(f"GET {COMMENTS}", {"elements": [comment("Another"), comment()]})
    seen = drive(publisher().follow_up, lost.after)
    assert seen.after.checkpoint["comment_id"].startswith("urn:li:comment:")
    assert seen.ending.notices == ()
    assert len(server.asked("POST", COMMENTS)) == 1


def test_a_comment_among_many_is_found_page_by_page(publisher: Make, server: Server) -> None:
    others = {"elements": [comment(str(number)) for number in range(100)]}
    server.on(f"GET {COMMENTS}", others, {"elements": [comment()]})
    went = drive(publisher().follow_up, out(checkpoint={"comment_intended": True}))
    assert went.ending.notices == ()
    assert [request.query.get("start") for request in server.requests] == [None, "100"]


def test_a_missing_permission_is_one_clear_notice(publisher: Make, server: Server) -> None:
    server.on(f"POST {COMMENTS}", NO_SCOPE)
    went = drive(publisher().follow_up, out())
    [notice] = went.ending.notices
    assert "was refused" in notice and "w_organization_social_feed" in notice
    assert went.ending.permalink
    again = drive(publisher().follow_up, went.after)
    assert again.ending.notices == (notice,)
    assert len(server.requests) == 1


def test_comments_that_cannot_be_read_back_are_not_repeated(publisher: Make, server: Server) -> None:
    server.on(f"GET {COMMENTS}", NO_SCOPE)
    went = drive(publisher().follow_up, out(checkpoint={"comment_intended": True}))
    assert "may or may not be there" in went.ending.notices[0]
    assert server.asked("POST", COMMENTS) == []


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(429), RateLimited),
        (refusal(401, "EXPIRED_ACCESS_TOKEN", 65602), TokenExpired),
        (refusal(401, "REVOKED_ACCESS_TOKEN", 65601), ConnectionRevoked),
        (refusal(409, "CONFLICT"), PlatformUnavailable),
        (refusal(404), Exception),
    ],
)
def test_a_comment_that_was_surely_not_sent_is_sent_later(
    answer: Answer, error: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(f"POST {COMMENTS}", answer, Answer(201, b"", {"x-restli-id": "9"}))
    refused = drive(publisher().follow_up, out())
    assert isinstance(refused.ending, error)
    assert refused.after.checkpoint["comment_intended"] is None
    assert drive(publisher().follow_up, refused.after).after.checkpoint["comment_id"] == "9"


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (cut, "may or may not be there"),
        (refusal(409, "CONFLICT"), "was not sent"),
        (refusal(400), "was refused"),
    ],
)
def test_a_comment_whose_trouble_lasts_becomes_a_notice_and_the_permalink_is_there(
    answer: Any, says: str, publisher: Make, server: Server
) -> None:
    server.on(f"POST {COMMENTS}", answer)
    went = drive(publisher().follow_up, out(follow_ups=2))
    assert says in went.ending.notices[0]
    assert went.ending.permalink == f"{server.url}/feed/update/{SHARE}/"


def with_picture(**more: Any) -> Publication:
    return publication(
        Post("Look"), **({"remote_id": SHARE, "checkpoint": PICTURE, "published_at": NOW} | more)
    )


def test_a_post_with_media_is_read_again_after_a_minute(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(READ, {"id": SHARE, "lifecycleState": "PUBLISH_FAILED"})
    early = drive(publisher().follow_up, with_picture())
    assert isinstance(early.ending, PlatformUnavailable) and not early.ending.counts_for_breaker
    assert server.requests == []
    clock.pass_by(seconds=90)
    late = drive(publisher().follow_up, with_picture(follow_ups=1))
    assert "could not publish it" in late.ending.notices[0]
    assert server.requests[0].query == {"viewContext": "AUTHOR"}
    server.on(READ, {"id": SHARE, "lifecycleState": "PUBLISHED"})
    assert drive(publisher().follow_up, with_picture()).ending.notices == ()


def test_the_last_follow_up_reads_whatever_the_time(publisher: Make, server: Server) -> None:
    server.on(READ, {"id": SHARE, "lifecycleState": "PUBLISH_FAILED"})
    assert drive(publisher().follow_up, with_picture(follow_ups=2)).ending.notices


@pytest.mark.parametrize(
    "answer", [refusal(403, "ACCESS_DENIED", 100), refusal(500), cut, Answer(200, b"<html>")]
)
def test_a_look_that_fails_says_nothing_against_the_post(
    answer: Any, publisher: Make, server: Server
) -> None:
    server.on(READ, answer)
    assert drive(publisher().follow_up, with_picture(follow_ups=2)).ending.notices == ()


@pytest.mark.parametrize(
    "given",
    [
        replace(with_picture(), connection=publication(Post("x"), PERSON).connection),
        with_picture(checkpoint={}),
        replace(
            with_picture(), connection=publication(Post("x"), scopes=("w_organization_social",)).connection
        ),
    ],
)
def test_what_cannot_be_read_or_cannot_fail_is_not_waited_for(
    given: Publication, publisher: Make, server: Server
) -> None:
    assert isinstance(drive(publisher().follow_up, given).ending, FollowedUp)
    assert server.requests == []


def test_a_notice_of_the_comment_is_kept_while_the_post_is_waited_for(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(f"POST {COMMENTS}", NO_SCOPE)
    server.on(READ, {"id": SHARE, "lifecycleState": "PUBLISH_FAILED"})
    given = replace(with_picture(), post=Post("Look", first_comment=TEXT))
    early = drive(publisher().follow_up, given)
    assert isinstance(early.ending, PlatformUnavailable)
    clock.pass_by(seconds=90)
    late = drive(publisher().follow_up, early.after)
    assert len(late.ending.notices) == 2
    assert len(server.asked("POST", COMMENTS)) == 1
