"""The recipe: which calls, in which order, with what noted, and what comes of trouble."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms.instagram.publisher import InstagramPublisher
from planrrr_cli.platforms.meta.refusals import GrowingLimit
from tests.platforms.instagram.stage import (
    ACCOUNT,
    BASE,
    CREATE,
    LIMIT,
    LIST,
    MEDIA_ID,
    PUBLISH,
    TOKEN,
    UNREADABLE,
    Driven,
    Instagram,
    cut,
    drive,
    publication,
    then,
)
from tests.platforms.rig import NOW, Answer, Server, TestClock, refusal

Make = Callable[..., InstagramPublisher]
Medium = Callable[..., Media]
SERVED = "https://media.example/m"


def go_on(publisher: Make, given: Any, clock: TestClock, most: int = 20) -> tuple[Driven, list[timedelta]]:
    """Attempt after attempt as long as it is processing; the last one, and the waits between."""
    waits: list[timedelta] = []
    for _ in range(most):
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing):
            break
        waits.append(went.ending.check_after)
        clock.pass_by(seconds=went.ending.check_after.total_seconds())
    return went, waits


def paths(server: Server) -> list[str]:
    return [f"{request.method} {request.path}" for request in server.requests]


# ------------------------------------------------------------------ the flows


def test_an_image_is_made_looked_at_and_published(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, gate: list[int]
) -> None:
    post = Post("Look #bread", (medium("ä b.jpg", alt="A loaf"),))
    went = drive(publisher().publish, publication(post))
    assert went.ending == Published(MEDIA_ID)
    assert went.notes == [
        "spend 0 instagram.publishes",
        "spend 1 instagram.containers",
        "note containers looks paid",
        "spend 1 instagram.publishes",
        "no return",
    ]
    assert paths(server) == [LIMIT, CREATE, "GET /v25.0/1", PUBLISH]
    assert gate == [3]
    assert instagram.made == [
        {"image_url": f"{SERVED}/%C3%A4%20b.jpg", "caption": "Look #bread", "alt_text": "A loaf"}
    ]
    assert server.requests[-1].form == {"creation_id": "1"}
    assert {request.headers["authorization"] for request in server.requests} == {f"Bearer {TOKEN}"}
    assert server.requests[2].query == {"fields": "id,status_code,status"}
    assert server.requests[0].query == {"fields": "config,quota_usage"}


def test_a_reel_is_waited_for_over_several_runs_and_never_in_a_sleep(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = ["IN_PROGRESS", "IN_PROGRESS", "IN_PROGRESS", "FINISHED"]
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.mp4"),))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert [wait.total_seconds() for wait in waits] == [15, 30, 60]
    assert instagram.made == [{"video_url": f"{SERVED}/a.mp4", "caption": "Look", "media_type": "REELS"}]
    assert instagram.tries == ["1"]


def test_a_reel_takes_all_that_a_document_may_say(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    options = {
        "as": "reel",
        "share_to_feed": False,
        "audio_name": "Oven",
        "trial": "performance",
        "collaborators": ["@one", "two.x"],
        "user_tags": ["@three", {"username": "four"}],
        "location_id": 123,
        "is_ai_generated": True,
    }
    post = Post("Look", (medium("a.mp4"),), options=options, attachments={"cover": medium("c.jpg")})
    drive(publisher().publish, publication(post))
    [made] = instagram.made
    assert {name: made[name] for name in made if name not in {"video_url", "caption"}} == {
        "media_type": "REELS",
        "share_to_feed": "false",
        "cover_url": f"{SERVED}/c.jpg",
        "audio_name": "Oven",
        "trial_params": '{"graduation_strategy":"SS_PERFORMANCE"}',
        "collaborators": '["one","two.x"]',
        "user_tags": '[{"username":"three"},{"username":"four"}]',
        "location_id": "123",
        "is_ai_generated": "true",
    }


def test_a_cover_that_was_changed_or_that_nobody_serves_any_more_is_refused(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    post = Post("Look", (medium("a.mp4"),), attachments={"cover": medium("c.jpg")})
    recipe = publisher()
    recipe.media._public_base = None
    beside = replace(post, media=(Media(url="https://media.example/a.mp4", kind=MediaKind.VIDEO),))
    gone = replace(beside, attachments={"cover": replace(post.attachments["cover"], public_url=None)})
    assert isinstance(drive(recipe.publish, publication(gone)).ending, MediaRejected)
    medium("c.jpg", more=b"more")
    ending = drive(publisher().publish, publication(post)).ending
    assert isinstance(ending, MediaRejected) and "changed" in ending.message
    assert instagram.made == []


def test_a_frame_of_the_video_can_be_its_cover(publisher: Make, instagram: Instagram, medium: Medium) -> None:
    drive(
        publisher().publish,
        publication(Post("Look", (medium("a.mp4"),), options={"thumb_offset": 1500})),
    )
    assert instagram.made[0]["thumb_offset"] == "1500"


def test_an_image_is_tagged_at_a_place(publisher: Make, instagram: Instagram, medium: Medium) -> None:
    tags = [{"username": "x", "x": 0.5, "y": 1}]
    drive(publisher().publish, publication(Post("", (medium("a.jpg"),), options={"user_tags": tags})))
    assert instagram.made[0]["user_tags"] == '[{"username":"x","x":0.5,"y":1.0}]'
    assert "caption" not in instagram.made[0]


def test_a_carousel_waits_for_all_its_items_before_it_is_made(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["2"] = ["IN_PROGRESS", "IN_PROGRESS", "FINISHED"]
    media = (medium("a.jpg", alt="One"), medium("b.mp4"), medium("c.jpg"))
    options = {
        "is_ai_generated": True,
        "location_id": "9",
        "collaborators": ["one"],
        "user_tags": [{"username": "x", "x": 0, "y": 0.5, "medium": 3}],
    }
    went, waits = go_on(publisher, publication(Post("Look", media, options=options)), clock)
    assert went.ending == Published(MEDIA_ID)
    assert len(waits) == 2
    assert instagram.made == [
        {"is_carousel_item": "true", "image_url": f"{SERVED}/a.jpg", "alt_text": "One"},
        {"is_carousel_item": "true", "video_url": f"{SERVED}/b.mp4", "media_type": "VIDEO"},
        {
            "is_carousel_item": "true",
            "image_url": f"{SERVED}/c.jpg",
            "user_tags": '[{"username":"x","x":0.0,"y":0.5}]',
        },
        {
            "media_type": "CAROUSEL",
            "children": "1,2,3",
            "caption": "Look",
            "is_ai_generated": "true",
            "location_id": "9",
            "collaborators": '["one"]',
        },
    ]
    assert instagram.tries == ["4"]
    assert paths(server).count("GET /v25.0/1") == 1  # what is ready is not asked again


def test_all_containers_of_a_carousel_are_counted_before_the_first_is_made(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = ["IN_PROGRESS", "FINISHED"]
    given = publication(Post("Look", tuple(medium(f"{n}.jpg") for n in range(10))))
    went = drive(publisher().publish, given)
    again = drive(publisher().publish, went.after)
    spends = [*went.spends, *again.spends]
    assert [one.amount for one in spends if one.bucket.name == "instagram.containers"] == [11]
    assert len(instagram.made) == 11


def test_a_carousel_that_would_pass_the_limit_of_containers_is_not_begun(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    later = NOW + timedelta(hours=3)
    went = drive(
        publisher().publish,
        publication(Post("Look", (medium("a.jpg"), medium("b.jpg")))),
        room=lambda step: later if step.bucket.name == "instagram.containers" else None,
    )
    assert isinstance(went.ending, RateLimited)
    assert went.ending.retry_at == later
    assert CREATE not in paths(server)


def test_a_crash_in_the_middle_of_a_carousel_makes_no_item_twice(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    given = publication(Post("Look", (medium("a.jpg"), medium("b.jpg"))))
    points = len(drive(publisher().publish, given).notes)
    for stop in range(1, points):
        for noted in (True, False):  # killed just after the last note, or just before it
            instagram.made.clear()
            instagram.states = {"*": ["FINISHED"]}
            steps, seen = publisher().publish(given), dict(given.checkpoint)
            for number in range(1, stop + 1):
                step = next(steps)
                if number < stop or noted:
                    seen |= getattr(step, "values", {})
            steps.close()
            went = drive(publisher().publish, replace(given, checkpoint=seen))
            assert went.ending == Published(MEDIA_ID)
            assert len(instagram.made) <= (3 if noted else 4)  # but the one whose answer was not noted
            assert len(set(instagram.made[-1]["children"].split(","))) == 2


def test_a_story_has_no_words_and_its_own_type(publisher: Make, instagram: Instagram, medium: Medium) -> None:
    for name, field in (("a.jpg", "image_url"), ("b.mp4", "video_url")):
        post = Post("not shown", (medium(name, alt="no"),), options={"as": "story", "user_tags": ["@x"]})
        went = drive(publisher().publish, publication(post))
        assert went.ending == Published(MEDIA_ID)
        assert instagram.made[-1] == {
            field: f"{SERVED}/{name}",
            "media_type": "STORIES",
            "user_tags": '[{"username":"x"}]',
        }


def test_what_an_address_holds_is_told_from_its_bytes_and_sent_whole(
    publisher: Make, server: Server, instagram: Instagram, address: Callable[..., Media]
) -> None:
    went = drive(publisher().publish, publication(Post("Look", (address("film.mp4"),))))
    assert went.ending == Published(MEDIA_ID)
    assert instagram.made[0]["video_url"] == f"{server.url}/files/film.mp4?signature=s3cret&x=%20#a"
    again = drive(publisher().publish, replace(went.after, checkpoint={"kinds": {"0": "video"}}))
    assert again.ending == Published(MEDIA_ID)
    assert len(server.asked("GET", "/files/film.mp4")) == 1


def test_a_host_that_does_not_answer_us_may_answer_instagram(
    publisher: Make, server: Server, instagram: Instagram
) -> None:
    server.on("GET /files/film.MOV", Answer(503, b""))
    went = drive(
        publisher().publish, publication(Post("Look", (Media(url=f"{server.url}/files/film.MOV?a=.jpg"),)))
    )
    assert went.ending == Published(MEDIA_ID)
    assert instagram.made[0]["media_type"] == "REELS"


def test_an_address_that_holds_a_png_is_refused_before_anything_is_made(
    publisher: Make, server: Server, instagram: Instagram, address: Callable[..., Media]
) -> None:
    went = drive(publisher().publish, publication(Post("Look", (address("a.png"),))))
    assert isinstance(went.ending, MediaRejected)
    assert "JPEG" in went.ending.message and went.ending.medium == 0
    assert instagram.made == []


# ------------------------------------------------------------------ status before publishing


@pytest.mark.parametrize("subcode", [2207027, None])
def test_a_container_that_is_not_ready_after_all_is_waited_for(
    subcode: int | None,
    publisher: Make,
    server: Server,
    instagram: Instagram,
    medium: Medium,
    clock: TestClock,
) -> None:
    server.on(PUBLISH, refusal(9007, subcode), instagram.publish)
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.jpg"),))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert instagram.tries == ["1", "1"] and len(instagram.made) == 1
    assert len(waits) == 1


def test_a_container_that_is_published_already_is_never_published_again(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    given = publication(Post("Look", (medium("a.jpg"),)), first_sent_at=NOW)
    given = replace(given, checkpoint={"containers": {"post": {"id": "1", "at": NOW.isoformat()}}})
    server.on("GET /v25.0/1", {"status_code": "PUBLISHED"})
    instagram.show()
    went = drive(publisher().publish, given)
    assert went.ending == Published(MEDIA_ID, f"https://www.instagram.com/p/C{MEDIA_ID}/")
    assert instagram.tries == [] and instagram.made == []
    instagram.shown.clear()
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)
    assert instagram.tries == [] and instagram.made == []


@pytest.mark.parametrize("status", ["ERROR: Media upload has failed with error code 2207032", "EXPIRED"])
def test_a_dead_container_that_was_sent_gives_way_only_when_the_list_does_not_have_it(
    status: str, publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    notes = {"containers": {"post": {"id": "77", "at": NOW.isoformat()}}}
    given = publication(Post("Look", (medium("a.jpg"),)), first_sent_at=NOW, checkpoint=notes)
    server.on("GET /v25.0/77", {"status_code": status.partition(":")[0], "status": status})
    server.on(LIST, Answer(500, b""))
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)
    server.on(LIST, lambda _: Answer(body={"data": instagram.shown}))
    instagram.show(after=timedelta(hours=-1))  # it fits, and our clock may have been wrong
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)
    assert instagram.made == []
    instagram.shown.clear()
    went, _ = go_on(publisher, given, clock)
    assert went.ending == Published(MEDIA_ID)
    assert instagram.tries == ["1"]


def test_a_status_that_cannot_be_read_is_waited_for_and_publishes_nothing(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = [UNREADABLE, refusal(10), Answer(body={"id": "1"}), "FINISHED"]
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.jpg"),))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert len(waits) == 3


def test_a_status_that_can_never_be_read_fails_after_an_hour_with_what_to_do(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = [UNREADABLE]
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.jpg"),))), clock, most=40)
    assert isinstance(went.ending, UnexpectedReply)
    assert "user token" in went.ending.next_step
    assert sum(waits, timedelta()) > timedelta(hours=1) and len(waits) < 20
    assert instagram.tries == []


def test_what_was_sent_and_cannot_be_read_is_in_doubt_and_makes_nothing(
    publisher: Make, instagram: Instagram, medium: Medium, server: Server, clock: TestClock
) -> None:
    notes = {"containers": {"post": {"id": "77", "at": NOW.isoformat()}}}
    given = publication(Post("Look", (medium("a.jpg"),)), first_sent_at=NOW, checkpoint=notes)
    server.on("GET /v25.0/77", UNREADABLE)
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)
    assert instagram.made == [] and instagram.tries == []
    clock.pass_by(hours=25)
    went, _ = go_on(publisher, given, clock)
    assert went.ending == Published(MEDIA_ID) and instagram.tries == ["1"]


def test_media_that_are_never_through_fail_after_an_hour(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = ["IN_PROGRESS"]
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.mp4"),))), clock, most=40)
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.medium == 0
    assert max(waits) == timedelta(minutes=5)


def test_what_was_sent_is_never_failed_for_being_slow(
    publisher: Make, instagram: Instagram, medium: Medium, server: Server, clock: TestClock
) -> None:
    notes = {"containers": {"post": {"id": "77", "at": NOW.isoformat()}}}
    given = publication(Post("Look", (medium("a.jpg"),)), first_sent_at=NOW, checkpoint=notes)
    server.on("GET /v25.0/77", {"status_code": "IN_PROGRESS"})
    assert isinstance(drive(publisher().publish, given).ending, Processing)
    clock.pass_by(hours=2)
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)


# ------------------------------------------------------------------ failures of media


def test_a_failed_container_is_made_anew_at_most_twice(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = ["ERROR: Media upload has failed with error code 2207085"]
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.mp4"),))), clock)
    assert isinstance(went.ending, MediaRejected)
    assert "2207085" in went.ending.message and went.ending.medium == 0
    assert len(instagram.made) == 3 and instagram.tries == []
    assert waits == [timedelta(seconds=30)] * 2


@pytest.mark.parametrize(
    ("subcode", "made"), [(2207082, 2), (2207026, 1), (2207005, 1), (2207053, 3), (2207077, 3)]
)
def test_how_often_a_subcode_is_tried(
    subcode: int, made: int, publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["*"] = [f"ERROR: Media upload has failed with error code {subcode}"]
    went, _ = go_on(publisher, publication(Post("Look", (medium("a.mp4"),))), clock)
    assert isinstance(went.ending, MediaRejected)
    assert len(instagram.made) == made


def test_an_item_that_cannot_be_fetched_is_tried_three_times_alone_and_named(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    def picky(request: Any) -> Answer:
        return (
            refusal(9004, 2207052)
            if request.form.get("image_url", "").endswith("b.jpg")
            else instagram.create(request)
        )

    server.on(CREATE, picky)
    given = publication(Post("Look", (medium("a.jpg"), medium("b.jpg"), medium("c.jpg"))))
    went, _ = go_on(publisher, given, clock)
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.medium == 1 and went.ending.message.startswith("medium 2: ")
    assert "9004/2207052" in went.ending.message
    asked = [request.form.get("image_url", "") for request in server.asked("POST", f"{BASE}/media")]
    assert [address[-5:] for address in asked] == ["a.jpg", "b.jpg", "b.jpg", "b.jpg"]


def test_one_failed_fetch_is_no_failure(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    server.on(CREATE, instagram.create, refusal(9004, 2207052), instagram.create)
    went, _ = go_on(publisher, publication(Post("Look", (medium("a.jpg"), medium("b.jpg")))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert instagram.made[-1]["children"] == "1,2"


def test_an_item_that_fails_while_it_is_processed_is_made_anew_alone(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["2"] = ["ERROR: failed with error code 2207053"]
    went, _ = go_on(publisher, publication(Post("Look", (medium("a.jpg"), medium("b.jpg")))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert [one.get("image_url", "")[-5:] for one in instagram.made] == ["a.jpg", "b.jpg", "b.jpg", ""]
    assert instagram.made[-1]["children"] == "1,3"


def test_a_carousel_refused_as_too_early_waits(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    server.on(CREATE, instagram.create, instagram.create, *[refusal(9007, 2207027)] * 4, instagram.create)
    went, waits = go_on(publisher, publication(Post("Look", (medium("a.jpg"), medium("b.jpg")))), clock)
    assert went.ending == Published(MEDIA_ID)
    assert len(waits) == 4 and len(instagram.made) == 3


def test_containers_older_than_a_day_are_made_anew_before_they_are_used(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    later = NOW + timedelta(hours=23, minutes=30)
    given = publication(Post("Look", (medium("a.jpg"), medium("b.jpg"))))
    went = drive(
        publisher().publish,
        given,
        room=lambda step: later if step.amount and step.bucket.name == "instagram.publishes" else None,
    )
    assert isinstance(went.ending, RateLimited) and went.ending.retry_at == later
    clock.pass_by(hours=23, minutes=30)
    again, _ = go_on(publisher, went.after, clock)
    assert again.ending == Published(MEDIA_ID)
    assert instagram.tries == ["6"] and instagram.made[-1]["children"] == "4,5"


def test_an_expired_container_that_was_never_sent_is_made_anew(
    publisher: Make, instagram: Instagram, medium: Medium, clock: TestClock
) -> None:
    instagram.states["1"] = ["EXPIRED"]
    went, _ = go_on(publisher, publication(Post("Look", (medium("a.jpg"),))), clock)
    assert went.ending == Published(MEDIA_ID) and instagram.tries == ["2"]


# ------------------------------------------------------------------ quotas


def test_a_used_up_allowance_is_waited_for_before_anything_is_made(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    instagram.limit(100, 100)
    later = NOW + timedelta(hours=5)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))), room=lambda _: later)
    assert isinstance(went.ending, RateLimited)
    assert went.ending.retry_at == later
    assert "100 of 100" in went.ending.message
    assert [(one.amount, one.limit, one.used) for one in went.spends] == [(1, 100, 100)]
    assert instagram.made == []


def test_what_instagram_says_of_the_allowance_goes_with_the_count(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    instagram.limit(7, 100)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert [(one.bucket.name, one.amount, one.limit, one.used) for one in went.spends] == [
        ("instagram.publishes", 0, 99, 7),
        ("instagram.containers", 1, None, None),
        ("instagram.publishes", 1, 100, 7),
    ]
    assert len(server.asked("GET", f"{BASE}/content_publishing_limit")) == 1


@pytest.mark.parametrize(
    "answer",
    [
        Answer(500, b"<html>"),
        UNREADABLE,
        refusal(190),
        Answer(body={"data": []}),
        Answer(body={"data": [{"quota_usage": "many"}]}),
        Answer(body={"data": [{"config": {"quota_total": 0}}]}),
        cut,
    ],
)
def test_a_failing_look_at_the_allowance_keeps_nothing_back(
    answer: Any, publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(LIMIT, answer)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert went.ending == Published(MEDIA_ID)
    assert [(one.limit, one.used) for one in went.spends][-1] == (None, None)


def test_instagrams_own_refusal_waits_until_our_count_has_room(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(PUBLISH, refusal(9, 2207042))
    later = NOW + timedelta(hours=7)
    given = publication(Post("Look", (medium("a.jpg"),)))
    went = drive(
        publisher().publish, given, room=lambda step: later if step.used == step.limit is not None else None
    )
    assert isinstance(went.ending, RateLimited) and went.ending.retry_at == later
    only_this_one = NOW + timedelta(hours=24, seconds=2)
    for until in (None, only_this_one):  # others have used it up, whom we cannot see

        def full(step: Any, until: Any = until) -> Any:
            return until if step.used == step.limit is not None else None

        unknown = drive(publisher().publish, given, room=full)
        assert isinstance(unknown.ending, RateLimited) and not unknown.ending.counted
        assert unknown.ending.bucket is not None and unknown.ending.bucket.name == "instagram.publishes"
        assert unknown.ending.retry_at == NOW + timedelta(hours=1)


# ------------------------------------------------------------------ refusals of the publishing call


@pytest.mark.parametrize(
    "trouble",
    [
        refusal(1, status=500),
        refusal(2, status=500),
        refusal(2, status=200),
        refusal(-1, 2207001),
        refusal(4, status=403),
        refusal(4, 2207051),
        refusal(24, 2207008),
        refusal(24, 2207006),
        refusal(-2, 2207020),
        refusal(100),
        refusal(100, 33),
        refusal(4711),
        Answer(502, b"<html>Facebook | Error</html>"),
        Answer(200, b'{"id": "1'),
        Answer(200, {"success": True}),
        Answer(200, {"success": False}),
        cut,
    ],
)
def test_what_does_not_prove_that_nothing_was_published_is_in_doubt(
    trouble: Any, publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(PUBLISH, trouble)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.notes[-1] == "no return"
    assert went.after.sending_since == NOW


@pytest.mark.parametrize(
    ("trouble", "error"),
    [
        (refusal(190, 460), ConnectionRevoked),
        (refusal(190), TokenExpired),
        (refusal(10, status=403), ConnectionRevoked),
        (refusal(200, status=403), ConnectionRevoked),
        (refusal(25, 2207050), ConnectionRevoked),
        (refusal(17), RateLimited),
        (refusal(80002), RateLimited),
        (refusal(368), GrowingLimit),
        (refusal(36003, 2207009), MediaRejected),
        (refusal(100, 2207089), ContentRejected),
    ],
)
def test_a_plain_refusal_of_the_publishing_call_published_nothing(
    trouble: Answer, error: type, publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(PUBLISH, trouble)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert type(went.ending) is error or isinstance(went.ending, error)


def test_a_refusal_after_an_earlier_sending_is_settled_by_looking(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(PUBLISH, refusal(100, 2207089))
    given = publication(Post("Look", (medium("a.jpg"),)), first_sent_at=NOW, doubts=1)
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)


def test_suspicion_of_spam_is_in_doubt_and_lets_the_account_rest_ever_longer(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(PUBLISH, then(instagram.publish, refusal(4, 2207051)))
    for doubts, hours in ((0, 1), (1, 2), (3, 8), (9, 24)):
        given = publication(Post("Look", (medium("a.jpg"),)), doubts=doubts)
        ending = drive(publisher().publish, given).ending
        assert isinstance(ending, OutcomeUnknown)
        assert ending.bucket is not None and ending.bucket.name == "instagram.publishes"
        assert ending.retry_at == NOW + timedelta(hours=hours)
        assert "spam" in ending.message and "look into the Instagram app" in ending.message


# ------------------------------------------------------------------ refusals while containers are made


@pytest.mark.parametrize(
    ("trouble", "error", "medium_number"),
    [
        (refusal(1, status=500), PlatformUnavailable, None),
        (refusal(-1, 2207001), PlatformUnavailable, None),
        (Answer(502, b"<html>"), PlatformUnavailable, None),
        (cut, PlatformUnavailable, None),
        (refusal(4, status=403), RateLimited, None),
        (refusal(4, 2207051), GrowingLimit, None),
        (refusal(80002), RateLimited, None),
        (refusal(25, 2207050), ConnectionRevoked, None),
        (refusal(10), ConnectionRevoked, None),
        (refusal(100, 33), ConnectionRevoked, None),
        (refusal(190, 463), TokenExpired, None),
        (refusal(100, message="The user is not an Instagram Business"), ConnectionRevoked, None),
        (refusal(1, 2207057), ContentRejected, None),
        (refusal(100, 2207023), ContentRejected, None),
        (refusal(100, 2207028), ContentRejected, None),
        (refusal(100, 2207035), ContentRejected, None),
        (refusal(100, 2207040), ContentRejected, None),
        (refusal(36004, 2207010), ContentRejected, None),
        (refusal(100, 2207081), ContentRejected, None),
        (refusal(352, 2207026), MediaRejected, 0),
        (refusal(36000, 2207004), MediaRejected, 0),
        (refusal(36001, 2207005), MediaRejected, 0),
        (refusal(36003, 2207009), MediaRejected, 0),
        (refusal(9004, 2207052, is_transient=False), Processing, None),
        (refusal(-2, 2207003), Processing, None),
        (refusal(-2, 2207020), Processing, None),
        (refusal(-1, 2207032), Processing, None),
        (refusal(-1, 2207053), Processing, None),
        (refusal(24, 2207006), Processing, None),
        (refusal(100, 2207077), Processing, None),
        (refusal(4711), UnexpectedReply, None),
    ],
)
def test_a_refusal_to_make_a_container_means_what_the_table_says(
    trouble: Any,
    error: type,
    medium_number: int | None,
    publisher: Make,
    server: Server,
    instagram: Instagram,
    medium: Medium,
) -> None:
    server.on(CREATE, trouble)
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert isinstance(went.ending, error)
    assert getattr(went.ending, "medium", None) == medium_number
    assert "no return" not in went.notes


def test_a_restricted_account_waits_longer_each_time_without_being_held_from_looks(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(CREATE, refusal(4, 2207051))
    given = publication(Post("Look", (medium("a.jpg"),)))
    for hours in (1, 2, 4):
        went = drive(publisher().publish, given)
        assert isinstance(went.ending, RateLimited)
        assert went.ending.retry_at == NOW + timedelta(hours=hours)
        assert went.ending.bucket is not None
        given = went.after


def test_instagrams_own_limit_of_containers_closes_that_bucket(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    server.on(CREATE, refusal(9, 2207042))
    ending = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),)))).ending
    assert isinstance(ending, RateLimited)
    assert ending.bucket is not None and ending.bucket.name == "instagram.containers"


def test_a_business_limit_waits_as_long_as_instagrams_header_says(
    publisher: Make, server: Server, instagram: Instagram, medium: Medium
) -> None:
    entry = {"type": "instagram", "call_count": 101, "estimated_time_to_regain_access": 17}
    pages = {"type": "pages", "call_count": 101, "estimated_time_to_regain_access": 900}
    limited = refusal(80002)
    limited.headers["X-Business-Use-Case-Usage"] = json.dumps({ACCOUNT: [pages, entry]})
    server.on(CREATE, limited)
    ending = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),)))).ending
    assert isinstance(ending, RateLimited)
    assert ending.retry_at == NOW + timedelta(minutes=17) and ending.bucket is None


def test_a_file_that_was_changed_since_it_was_added_is_refused(
    publisher: Make, instagram: Instagram, medium: Medium
) -> None:
    picture = medium("a.jpg")
    medium("a.jpg", more=b"more")
    ending = drive(publisher().publish, publication(Post("Look", (picture,)))).ending
    assert isinstance(ending, MediaRejected) and "changed" in ending.message
    assert instagram.made == []


def test_a_file_that_nobody_serves_any_more_is_refused_with_what_to_do(
    publisher: Make, instagram: Instagram, medium: Medium, tmp_path_factory: pytest.TempPathFactory
) -> None:
    picture = medium("a.jpg", served=False)
    recipe = publisher()
    recipe.media._public_base = None
    ending = drive(recipe.publish, publication(Post("Look", (picture,)))).ending
    assert isinstance(ending, MediaRejected)
    assert "MEDIA_PUBLIC_BASE_URL" in ending.next_step
