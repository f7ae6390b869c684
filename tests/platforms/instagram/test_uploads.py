"""Videos as bytes, which only accounts of Facebook Login may send: resumed at any offset, anew if need be."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.errors import MediaRejected, PlatformUnavailable, UnexpectedReply
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from tests.platforms.instagram.stage import (
    CREATE,
    MEDIA_ID,
    TOKEN,
    UNREADABLE,
    USER_TOKEN,
    Instagram,
    drive,
    publication,
)
from tests.platforms.instagram.test_publishing import go_on
from tests.platforms.rig import Answer, Cut, Request, Server, TestClock

Make = Callable[..., InstagramPublisher]
Medium = Callable[..., Media]
UPLOAD = "/ig-api-upload/v25.0/1"


def trouble(kind: str, *, retriable: bool, status: int = 400) -> Answer:
    inner = json.dumps({"success": False, "error": {"message": "words"}})
    return Answer(status, {"debug_info": {"retriable": retriable, "type": kind, "message": inner}})


def content(medium: Media) -> bytes:
    assert medium.file is not None
    return Path(medium.file).read_bytes()


def test_a_local_video_goes_up_as_bytes_and_is_published(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    film = medium("a.mp4", served=False)
    went = drive(publisher().publish, publication(Post("Look", (film,)), "facebook"))
    assert went.ending == Published(MEDIA_ID)
    assert instagram.made == [{"media_type": "REELS", "upload_type": "resumable", "caption": "Look"}]
    [request] = server.asked("POST", UPLOAD)
    assert request.headers["authorization"] == f"OAuth {TOKEN}"
    assert (request.headers["offset"], request.headers["file_size"]) == ("0", str(film.size))
    assert instagram.arrived["1"] == content(film)
    assert went.notes == [
        "spend 0 instagram.publishes",
        "spend 1 instagram.containers",
        "note containers looks paid",
        "note containers",
        "spend 1 instagram.publishes",
        "no return",
    ]


def test_stories_and_items_of_carousels_go_up_as_bytes_too(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    story = Post("", (medium("a.mp4", served=False),), options={"as": "story"})
    assert drive(publisher().publish, publication(story, "facebook")).ending == Published(MEDIA_ID)
    carousel = Post("Look", (medium("b.mp4", served=False), medium("c.jpg")))
    assert drive(publisher().publish, publication(carousel, "facebook")).ending == Published(MEDIA_ID)
    assert instagram.made[0] == {"media_type": "STORIES", "upload_type": "resumable"}
    assert instagram.made[1] == {
        "is_carousel_item": "true",
        "media_type": "VIDEO",
        "upload_type": "resumable",
    }
    assert instagram.made[3]["children"] == "2,3"


def test_a_video_with_an_address_is_fetched_by_instagram_with_either_login(
    publisher: Make, instagram: Instagram, address: Callable[..., Media]
) -> None:
    went = drive(publisher().publish, publication(Post("Look", (address("a.mp4"),)), "facebook"))
    assert went.ending == Published(MEDIA_ID)
    assert "video_url" in instagram.made[0] and not instagram.arrived


def test_an_upload_that_breaks_off_goes_on_from_what_has_arrived(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    film = medium("a.mp4", served=False)
    half = len(content(film)) // 2

    def breaks(request: Request, identity: str) -> Answer:
        instagram.arrived[identity] += request.body[:half]
        raise Cut

    instagram.troubles = [breaks]
    went, _ = go_on(publisher, publication(Post("Look", (film,)), "facebook"), clock)
    assert went.ending == Published(MEDIA_ID)
    assert [request.headers["offset"] for request in server.asked("POST", UPLOAD)] == ["0", str(half)]
    assert instagram.arrived["1"] == content(film) and len(instagram.made) == 1


def test_an_upload_that_arrived_is_not_sent_again_after_a_crash(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    film = medium("a.mp4", served=False)
    given = publication(Post("Look", (film,)), "facebook")
    went = drive(publisher().publish, given)
    [one] = went.after.checkpoint["containers"].values()
    noted = {name: value for name, value in one.items() if name != "uploaded"}
    instagram.states["1"] = ["FINISHED"]
    again = drive(publisher().publish, replace(given, checkpoint={"containers": {"post": noted}}))
    assert again.ending == Published(MEDIA_ID)
    assert len(server.asked("POST", UPLOAD)) == 1


@pytest.mark.parametrize("kind", ["OffsetInvalidError", "PartialRequestError"])
def test_a_wrong_offset_is_corrected_by_what_instagram_has(
    kind: str, publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    film = medium("a.mp4", served=False)

    def knows_better(request: Request, identity: str) -> Answer:
        instagram.arrived[identity] = content(film)[:1000]
        return trouble(kind, retriable=True)

    instagram.troubles = [knows_better]
    went = drive(publisher().publish, publication(Post("Look", (film,)), "facebook"))
    assert went.ending == Published(MEDIA_ID)
    assert instagram.arrived["1"] == content(film)
    instagram.troubles = [lambda *_: trouble(kind, retriable=True)] * 9
    endless = drive(publisher().publish, publication(Post("Look", (film,)), "facebook"))
    assert isinstance(endless.ending, PlatformUnavailable)


def test_a_container_that_takes_no_bytes_any_more_gives_way_to_a_new_one_twice(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    film = medium("a.mp4", served=False)
    instagram.troubles = [lambda *_: trouble("ProcessingFailedError", retriable=False)] * 2
    went, waits = go_on(publisher, publication(Post("Look", (film,)), "facebook"), clock)
    assert went.ending == Published(MEDIA_ID)
    assert len(instagram.made) == 3 and len(waits) == 2
    instagram.troubles = [lambda *_: trouble("ProcessingFailedError", retriable=False)] * 3
    failed, _ = go_on(publisher, publication(Post("Look", (film,)), "facebook"), clock)
    assert isinstance(failed.ending, MediaRejected) and failed.ending.medium == 0


def test_a_refusal_that_may_pass_is_tried_by_the_run(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    for answer in (
        trouble("ProcessingFailedError", retriable=True),
        trouble("Whatever", retriable=False, status=503),
        Answer(502, b"<html>"),
    ):
        instagram.troubles = [lambda *_, answer=answer: answer]
        given = publication(Post("Look", (medium("a.mp4", served=False),)), "facebook")
        assert isinstance(drive(publisher().publish, given).ending, PlatformUnavailable)


def test_a_resumed_upload_whose_container_died_begins_anew(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    film = medium("a.mp4", served=False)

    def breaks(request: Request, identity: str) -> Any:
        instagram.arrived[identity] += request.body[:500]
        instagram.states[identity] = ["IN_PROGRESS", "EXPIRED"]
        raise Cut

    instagram.troubles = [breaks]
    went, _ = go_on(publisher, publication(Post("Look", (film,)), "facebook"), clock)
    assert went.ending == Published(MEDIA_ID)
    assert instagram.tries == ["2"] and instagram.arrived["2"] == content(film)


def test_bytes_and_token_never_go_to_a_stranger(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(CREATE, {"id": "1", "uri": "https://rupload.facebook.com.evil.example/ig-api-upload/v25.0/1"})
    given = publication(Post("Look", (medium("a.mp4", served=False),)), "facebook")
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, UnexpectedReply)
    assert server.asked("POST", UPLOAD) == []


def test_an_answer_without_an_address_for_the_bytes_leaves_the_documented_one(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    def bare(request: Request) -> Answer:
        return Answer(body={"id": instagram.create(request).body["id"]})

    server.on(CREATE, bare)
    given = publication(Post("Look", (medium("a.mp4", served=False),)), "facebook")
    assert drive(publisher().publish, given).ending == Published(MEDIA_ID)


def test_a_page_token_that_is_refused_a_read_lets_the_user_token_ask(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    """As in May 2026: reads of containers with a Page's token fail, everything else works."""

    def picky(request: Request) -> Answer:
        if request.headers["authorization"] == f"Bearer {TOKEN}":
            return UNREADABLE
        return Answer(body={"id": "1", "status_code": "FINISHED"})

    instagram.states["1"] = [picky]
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),)), "facebook"))
    assert went.ending == Published(MEDIA_ID)
    tokens = [request.headers["authorization"] for request in server.asked("GET", "/v25.0/1")]
    assert tokens == [f"Bearer {TOKEN}", f"Bearer {USER_TOKEN}"]
    sent = [request for request in server.requests if request.method == "POST"]
    assert {request.headers["authorization"] for request in sent} == {f"Bearer {TOKEN}"}


def test_an_upload_of_instagram_login_is_never_tried(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    film = medium("a.mp4", served=False)
    recipe = publisher()
    recipe.media._public_base = None
    went = drive(recipe.publish, publication(Post("Look", (film,))))
    assert isinstance(went.ending, MediaRejected)
    assert instagram.made == []


def test_the_bytes_that_arrived_are_told(publisher: Make, instagram: Instagram, medium: Medium) -> None:
    film, told = medium("a.mp4", served=False), []
    recipe = publisher()
    recipe.media.progress = lambda done, total: told.append((done, total))
    went = drive(recipe.publish, publication(Post("Look", (film,)), "facebook"))
    assert isinstance(went.ending, Published | Processing)
    assert told[-1] == (film.size, film.size) and [done for done, _ in told] == sorted(
        done for done, _ in told
    )
