"""The recipe: which calls, in which order, with what noted; and what comes of trouble in the middle."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    ErrorKind,
    MediaRejected,
    OutcomeUnknown,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms.x.refusals import Forbidden, TokenDoubted
from tests.platforms.rig import NOW, Answer, Server, TestClock, drive
from tests.platforms.x.rig import (
    CREATE,
    DUPLICATE,
    IDS_INVALID,
    METADATA,
    TIMELINE,
    TOKEN,
    UNAUTHORIZED,
    UPLOAD,
    Make,
    body_of,
    created,
    cut,
    listed,
    problem,
    publication,
    snowflake,
)

JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
FIRST, SECOND, THIRD = (snowflake(NOW, number) for number in (1, 2, 3))
THREAD = Post("One.", options={"thread": ["Two.", "Three."]})


@pytest.fixture
def images(tmp_path: Path) -> tuple[Media, ...]:
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(JPEG + name.encode())
    return (Media(file=str(tmp_path / "a.jpg"), alt="a river"), Media(file=str(tmp_path / "b.jpg")))


def uploaded(*ids: str) -> list[Answer]:
    return [Answer(200, {"data": {"id": one, "expires_after_secs": 86400}}) for one in ids]


def test_a_text_goes_out_in_one_guarded_call(publisher: Make, server: Server, gate: list[int]) -> None:
    server.on(CREATE, created(FIRST))
    went = drive(publisher().publish, publication(Post("Hello & <you>", link="https://example.com/ü")))
    assert went.notes == ["no return"]
    assert went.ending == Published(FIRST, f"{server.url}/acme/status/{FIRST}")
    assert gate == [0]
    [request] = server.requests
    assert body_of(request) == {"text": "Hello & <you>\nhttps://example.com/ü"}
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["content-type"] == "application/json"


def test_all_options_are_in_the_body_as_x_wants_them(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(FIRST))
    options = {
        "poll": {"options": ["Rye", "Wheat"], "duration": "12h"},
        "reply_settings": "following",
        "made_with_ai": True,
        "paid_partnership": True,
        "reply_to": "https://x.com/acme/status/77",
        "community_id": 12,
        "share_with_followers": True,
    }
    drive(publisher().publish, publication(Post("Which?", options=options)))
    assert body_of(server.requests[0]) == {
        "text": "Which?",
        "poll": {"options": ["Rye", "Wheat"], "duration_minutes": 720},
        "reply_settings": "following",
        "made_with_ai": True,
        "paid_partnership": True,
        "reply": {"in_reply_to_tweet_id": "77"},
        "community_id": "12",
        "share_with_followers": True,
    }


def test_a_handle_that_is_not_known_is_not_made_up(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(FIRST))
    went = drive(publisher().publish, publication(Post("Hello"), account_name="Acme Ltd"))
    assert went.ending.permalink == f"{server.url}/i/web/status/{FIRST}"


def test_each_part_of_a_thread_is_noted_before_the_next_one_is_sent(
    publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(CREATE, created(FIRST), created(SECOND), created(THIRD))
    went = drive(publisher().publish, publication(THREAD))
    noted = "note media_refused parts refused_as_duplicate"
    # With the last part it cannot be cancelled any more, nor fail, should the process die before the end.
    assert went.notes == ["no return", noted, "no return", noted, "no return", f"note accepted {noted[5:]}"]
    assert went.after.checkpoint["accepted"] is True
    assert went.ending == Published(FIRST, f"{server.url}/acme/status/{FIRST}")
    assert went.after.checkpoint["parts"] == [FIRST, SECOND, THIRD]
    assert gate == [0, 1, 2]
    assert [body_of(request) for request in server.requests] == [
        {"text": "One."},
        {"text": "Two.", "reply": {"in_reply_to_tweet_id": FIRST}},
        {"text": "Three.", "reply": {"in_reply_to_tweet_id": SECOND}},
    ]


@pytest.mark.parametrize("done", [0, 1, 2, 3])
def test_a_killed_run_goes_on_after_the_last_part_that_was_noted(
    done: int, publisher: Make, server: Server
) -> None:
    ids = [FIRST, SECOND, THIRD]
    server.on(CREATE, *[created(one) for one in ids[done:]])
    went = drive(publisher().publish, publication(THREAD, checkpoint={"parts": ids[:done]}))
    assert went.ending == Published(FIRST, f"{server.url}/acme/status/{FIRST}")
    assert [body_of(request)["text"] for request in server.requests] == ["One.", "Two.", "Three."][done:]


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        Answer(503, b"<html>busy</html>"),
        problem(500, "x"),
        Answer(201, b"<html>"),
        Answer(201, {"data": {}}),
        Answer(201, {"data": {"id": 5}}),
        Answer(200, {"errors": [{"title": "x"}]}),
        Answer(201, {"data": {"id": "12"}}, {"Content-Length": "900"}),
        Answer(302, b"", {"Location": "/2/tweets"}),
    ],
)
def test_without_a_plain_answer_the_post_is_in_doubt(answer: Any, publisher: Make, server: Server) -> None:
    server.on(CREATE, answer)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.notes == ["no return"]
    assert len(server.requests) == 1


def test_a_lost_part_says_what_of_the_thread_is_out(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(FIRST), cut)
    went = drive(publisher().publish, publication(THREAD))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.ending.message.startswith(f"1 of 3 parts of the thread are out ({server.url}/acme/status/")
    assert went.after.checkpoint["parts"] == [FIRST]


def test_a_refused_part_says_how_the_rest_can_go_out(publisher: Make, server: Server) -> None:
    server.on(CREATE, created(FIRST), problem(403, "The Tweet contains an invalid URL."))
    went = drive(publisher().publish, publication(THREAD))
    assert isinstance(went.ending, ContentRejected)
    assert "1 of 3 parts" in went.ending.message and "invalid URL" in went.ending.message
    assert went.ending.next_step == f"add the rest as a document of its own, with  x: {{reply_to: {FIRST}}}"


def test_images_are_uploaded_and_described_one_by_one_before_the_post(
    publisher: Make, server: Server, images: tuple[Media, ...]
) -> None:
    server.on(UPLOAD, *uploaded("71", "72"))
    server.on(METADATA, {"data": {"id": "71"}})
    server.on(CREATE, created(FIRST))
    went = drive(publisher().publish, publication(Post("Look", images)))
    assert went.notes == ["note media", "note media", "note media", "no return"]
    first, alt, second, post = server.requests
    assert b'name="media_category"\r\n\r\ntweet_image\r\n' in first.body
    assert b"Content-Type: image/jpeg\r\n\r\n" + JPEG in first.body
    assert b"a.jpg" not in first.body
    assert body_of(alt) == {"id": "71", "metadata": {"alt_text": {"text": "a river"}}}
    assert second.path == "/2/media/upload"
    assert body_of(post) == {"text": "Look", "media": {"media_ids": ["71", "72"]}}


def test_a_post_of_media_alone_still_sends_its_text(
    publisher: Make, server: Server, images: tuple[Media, ...]
) -> None:
    server.on(UPLOAD, *uploaded("71"))
    server.on(CREATE, created(FIRST))
    drive(publisher().publish, publication(Post("", images[1:])))
    assert body_of(server.requests[-1]) == {"text": "", "media": {"media_ids": ["71"]}}


def test_all_media_of_a_thread_are_there_before_its_first_part_is_public(
    publisher: Make, server: Server, images: tuple[Media, ...]
) -> None:
    server.on(UPLOAD, *uploaded("71", "72"))
    server.on(METADATA, {})
    server.on(CREATE, created(FIRST), created(SECOND))
    thread = Post("One.", images, options={"thread": [{"text": "Two.", "media": [1]}]})
    drive(publisher().publish, publication(thread))
    assert [request.path for request in server.requests][-2:] == ["/2/tweets", "/2/tweets"]
    assert [body_of(one)["media"]["media_ids"] for one in server.requests[-2:]] == [["71"], ["72"]]
    assert JPEG + b"b" in server.requests[0].body  # the second picture is the first part's


def test_unknown_media_are_uploaded_again_once_and_then_the_post_fails(
    publisher: Make, server: Server, images: tuple[Media, ...]
) -> None:
    server.on(UPLOAD, *uploaded("71", "72"))
    server.on(CREATE, IDS_INVALID)
    went = drive(publisher().publish, publication(Post("Look", images[1:])))
    assert isinstance(went.ending, Processing)
    assert went.after.checkpoint["media"] == {} and went.after.checkpoint["media_refused"] is True
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, MediaRejected)
    assert "media IDs are invalid" in again.ending.message
    assert body_of(server.requests[-1])["media"]["media_ids"] == ["72"]


def test_media_that_turn_out_not_to_go_together_stop_the_post(publisher: Make, server: Server) -> None:
    server.on("GET /a", Answer(200, JPEG))
    server.on("GET /b", Answer(200, b"GIF89a" + bytes(20)))
    server.on(UPLOAD, *uploaded("71"))
    server.on("POST /2/media/upload/initialize", *uploaded("72"))
    server.on("POST /2/media/upload/72/append", {})
    server.on("POST /2/media/upload/72/finalize", *uploaded("72"))
    media = (Media(url=f"{server.url}/a"), Media(url=f"{server.url}/b"))
    went = drive(publisher().publish, publication(Post("Look", media)))
    assert isinstance(went.ending, MediaRejected)
    assert "1 GIF" in went.ending.message
    assert server.asked("POST", "/2/tweets") == []


# -- said before --


def test_a_duplicate_that_the_account_said_before_is_refused_for_good(
    publisher: Make, server: Server
) -> None:
    earlier = snowflake(NOW - timedelta(days=3))
    server.on(CREATE, DUPLICATE)
    server.on(TIMELINE, listed({"id": earlier, "text": "Hello"}))
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, ContentRejected)
    assert (
        f"{server.url}/acme/status/{earlier}" in went.ending.message and "2026-11-21" in went.ending.message
    )
    assert went.notes == ["no return", "note refused_as_duplicate"]
    assert "start_time" not in server.requests[-1].query


def test_a_duplicate_that_is_this_very_post_is_adopted(publisher: Make, server: Server) -> None:
    """Something on the way sent it twice, or an earlier try came through after all."""
    server.on(CREATE, DUPLICATE)
    server.on(TIMELINE, listed({"id": FIRST, "text": "Hello"}))
    went = drive(publisher().publish, publication(Post("Hello"), first_sent_at=NOW, doubts=1))
    assert went.ending == Published(FIRST, f"{server.url}/acme/status/{FIRST}")


def test_a_duplicate_that_is_another_publication_is_refused_for_good(publisher: Make, server: Server) -> None:
    server.on(CREATE, DUPLICATE)
    server.on(TIMELINE, listed({"id": FIRST, "text": "Hello"}))
    given = publication(Post("Hello"), first_sent_at=NOW, other_remote_ids=frozenset({FIRST}))
    assert isinstance(drive(publisher().publish, given).ending, ContentRejected)


@pytest.mark.parametrize("timeline", [listed(), Answer(503, b""), cut, problem(429, "x"), UNAUTHORIZED])
def test_a_duplicate_that_is_not_to_be_seen_is_neither_failed_nor_published(
    timeline: Any, publisher: Make, server: Server
) -> None:
    server.on(CREATE, DUPLICATE)
    server.on(TIMELINE, timeline)
    went = drive(publisher().publish, publication(Post("Hello"), first_sent_at=NOW, doubts=1))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.after.checkpoint["refused_as_duplicate"] == 0


def test_a_duplicate_in_the_middle_of_a_thread_goes_on_with_the_next_part(
    publisher: Make, server: Server
) -> None:
    server.on(CREATE, DUPLICATE, created(THIRD))
    reply = {"id": SECOND, "text": "Two.", "referenced_tweets": [{"type": "replied_to", "id": FIRST}]}
    server.on(TIMELINE, listed(reply))
    given = publication(THREAD, first_sent_at=NOW, doubts=1, checkpoint={"parts": [FIRST]})
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, Published)
    assert went.after.checkpoint["parts"] == [FIRST, SECOND, THIRD]
    assert body_of(server.requests[-1])["reply"] == {"in_reply_to_tweet_id": SECOND}


# -- tokens and permissions --


def test_the_first_401_asks_for_a_refresh_and_one_after_it_is_waited_out(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(CREATE, UNAUTHORIZED)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, TokenExpired)
    renewed = Tokens(Secret("new"), Secret("r2"), NOW + timedelta(hours=3))
    given = replace(went.after, connection=replace(went.after.connection, tokens=renewed))
    waits = []
    for _ in range(4):
        went = drive(publisher().publish, given)
        assert isinstance(went.ending, TokenDoubted) and not went.ending.spends_attempt
        assert went.ending.kind is ErrorKind.TOKEN_EXPIRED_ERROR
        waits.append((went.ending.retry_at - NOW).total_seconds() / 60)
        given = replace(given, checkpoint=went.after.checkpoint)
    assert waits == [5, 15, 60, 120]
    assert isinstance(drive(publisher().publish, given).ending, ConnectionRevoked)


def test_a_401_with_the_same_token_asks_for_the_refresh_again(publisher: Make, server: Server) -> None:
    server.on(CREATE, UNAUTHORIZED)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(drive(publisher().publish, went.after).ending, TokenExpired)


def test_a_refusal_without_a_reason_is_tried_once_more_later_and_is_then_for_a_person(
    publisher: Make, server: Server
) -> None:
    server.on(CREATE, problem(403, "Forbidden"))
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, Forbidden) and went.ending.retry_at == NOW + timedelta(minutes=2)
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, ConnectionRevoked) and "let the app write" in again.ending.next_step


def test_an_app_without_credit_stops_before_anything_is_uploaded_again(
    publisher: Make, server: Server, images: tuple[Media, ...]
) -> None:
    server.on(UPLOAD, problem(402, "no credits", "credits", title="CreditsDepleted"))
    went = drive(publisher().publish, publication(Post("Look", images)))
    assert isinstance(went.ending, RateLimited)
    assert len(server.requests) == 1


def test_a_post_that_never_left_is_simply_tried_again(publisher: Make) -> None:
    went = drive(
        publisher(consumer_key=None).publish,
        publication(Post("Hello"), tokens=Tokens(Secret("t"), secret=Secret("s"))),
    )
    assert isinstance(went.ending, RateLimited)
    assert "TWITTER_API_KEY" in went.ending.next_step
