"""The recipe: which calls, in which order, with what noted, and what comes of trouble."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms import publisher_class
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.linkedin.refusals import StaleUpload
from tests.platforms.linkedin.stage import (
    DUPLICATE,
    JPEG,
    ORGANIZATION,
    PDF,
    PERSON,
    PNG,
    POSTS,
    SHARE,
    TOKEN,
    LinkedIn,
    created,
    cut,
    input_refusal,
    publication,
    refusal,
)
from tests.platforms.rig import NOW, Answer, Request, Server, TestClock, drive

Make = Callable[..., LinkedInPublisher]
Medium = Callable[..., Media]
LINK = f"/feed/update/{SHARE}/"


def go_on(publisher: Make, given: Any, most: int = 12) -> Any:
    """Attempt after attempt as long as it is processing; the last one."""
    for _ in range(most):
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing):
            break
    return went


def test_a_text_goes_out_in_one_guarded_call(
    publisher: Make, server: Server, linkedin: LinkedIn, gate: list[int]
) -> None:
    went = drive(publisher().publish, publication(Post("Hello (all) #bread")))
    assert went.notes == ["no return"]
    assert went.ending == Published(SHARE, f"{server.url}{LINK}")
    assert gate == [0]
    [request] = server.requests
    assert linkedin.posted() == [
        {
            "author": ORGANIZATION,
            "commentary": "Hello \\(all\\) #bread",
            "visibility": "PUBLIC",
            "distribution": {
                "feedDistribution": "MAIN_FEED",
                "targetEntities": [],
                "thirdPartyDistributionChannels": [],
            },
            "lifecycleState": "PUBLISHED",
            "isReshareDisabledByAuthor": False,
        }
    ]
    assert request.headers["authorization"] == f"Bearer {TOKEN}"
    assert request.headers["linkedin-version"] == "202606"
    assert request.headers["x-restli-protocol-version"] == "2.0.0"
    assert request.headers["content-type"] == "application/json"


def test_the_configured_version_goes_with_every_call(
    publisher: Make, server: Server, linkedin: LinkedIn, medium: Medium
) -> None:
    given = publication(Post("x", (medium("a.jpg"),)))
    drive(publisher(api_version="202607").publish, given)
    versions = {
        request.headers.get("linkedin-version") for request in server.requests if request.method != "PUT"
    }
    assert versions == {"202607"}


def test_options_become_fields_of_the_post(publisher: Make, linkedin: LinkedIn) -> None:
    options = {"visibility": "connections", "reshare_disabled": True}
    went = drive(publisher().publish, publication(Post("Hello", options=options), PERSON))
    assert isinstance(went.ending, Published)
    [body] = linkedin.posted()
    assert (body["author"], body["visibility"], body["isReshareDisabledByAuthor"]) == (
        PERSON,
        "CONNECTIONS",
        True,
    )


@pytest.mark.parametrize(
    ("account", "author"), [("5515715", ORGANIZATION), ("AbC-123", PERSON), (PERSON, PERSON)]
)
def test_a_bare_id_is_read_as_the_author_it_must_be(
    account: str, author: str, publisher: Make, linkedin: LinkedIn
) -> None:
    drive(publisher().publish, publication(Post("Hello"), account))
    assert linkedin.posted()[0]["author"] == author


def test_an_account_that_is_no_author_is_never_sent(publisher: Make, server: Server) -> None:
    went = drive(publisher().publish, publication(Post("Hello"), "urn:li:member:5"))
    assert isinstance(went.ending, ContentRejected)
    assert server.requests == []


def test_one_picture_goes_up_unseen_and_is_named_with_its_description(
    publisher: Make, server: Server, linkedin: LinkedIn, medium: Medium
) -> None:
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg", alt="A (loaf)"),))))
    assert went.notes == ["note media owner", "no return"]
    assert [(request.method, request.path) for request in server.requests] == [
        ("POST", "/rest/images"),
        ("PUT", "/dms-uploads/1/0"),
        ("GET", "/rest/images/urn%3Ali%3Aimage%3A1"),
        ("POST", "/rest/posts"),
    ]
    assert b'"owner": "urn:li:organization:5515715"' in server.requests[0].body
    assert linkedin.arrived == {"urn:li:image:1": JPEG}
    assert linkedin.posted()[0]["content"] == {"media": {"id": "urn:li:image:1", "altText": "A (loaf)"}}


def test_several_pictures_go_up_one_by_one_and_keep_their_order(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    media = (medium("a.jpg", alt="first"), medium("b.png"), medium("c.jpg", alt="third"))
    went = drive(publisher().publish, publication(Post("Look", media)))
    assert went.notes == ["note media owner"] * 3 + ["no return"]
    assert linkedin.posted()[0]["content"] == {
        "multiImage": {
            "images": [
                {"id": "urn:li:image:1", "altText": "first"},
                {"id": "urn:li:image:2"},
                {"id": "urn:li:image:3", "altText": "third"},
            ]
        }
    }
    assert linkedin.arrived["urn:li:image:2"] == PNG


@pytest.mark.parametrize("dropped_at", [1, 2, 3])
def test_a_recipe_that_is_dropped_goes_on_from_its_last_note(
    dropped_at: int, publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    given = publication(Post("Look", (medium("a.jpg"), medium("b.png"))))
    steps, checkpoint = publisher().publish(given), {}
    for _ in range(dropped_at):
        checkpoint |= getattr(next(steps), "values", {})
    steps.close()
    went = drive(publisher().publish, replace(given, checkpoint=checkpoint))
    assert isinstance(went.ending, Published)
    assert len(linkedin.made) == 2
    images = linkedin.posted()[0]["content"]["multiImage"]["images"]
    assert [image["id"] for image in images] == ["urn:li:image:1", "urn:li:image:2"]


def test_a_document_goes_with_its_title_or_the_name_of_its_file(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    for title, shown in (("Prices", "Prices"), (None, "list.pdf")):
        went = drive(publisher().publish, publication(Post("Read", (medium("list.pdf"),), title=title)))
        assert isinstance(went.ending, Published)
        assert linkedin.posted()[-1]["content"] == {"media": {"title": shown, "id": linkedin.made[-1]}}
    assert linkedin.arrived["urn:li:document:1"] == PDF


def test_a_link_is_a_card_with_the_picture_that_was_uploaded_for_it(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    post = Post(
        "Read",
        link="https://example.com/class",
        title="A class",
        options={"description": "On Sunday"},
        attachments={"thumbnail": medium("card.jpg")},
    )
    went = drive(publisher().publish, publication(post))
    assert went.notes == ["note media owner", "no return"]
    assert linkedin.posted()[0]["content"] == {
        "article": {
            "source": "https://example.com/class",
            "title": "A class",
            "description": "On Sunday",
            "thumbnail": "urn:li:image:1",
        }
    }


def test_a_link_without_a_title_shows_its_address(publisher: Make, linkedin: LinkedIn) -> None:
    drive(publisher().publish, publication(Post("Read", link="https://example.com/class")))
    assert linkedin.posted()[0]["content"]["article"]["title"] == "example.com/class"


def test_a_poll_is_sent_as_linkedin_spells_it(publisher: Make, linkedin: LinkedIn) -> None:
    poll = {"question": "Rye or wheat?", "options": ["Rye", "Wheat"], "duration": "7d"}
    drive(publisher().publish, publication(Post("Say!", options={"poll": poll})))
    assert linkedin.posted()[0]["content"] == {
        "poll": {
            "question": "Rye or wheat?",
            "options": [{"text": "Rye"}, {"text": "Wheat"}],
            "settings": {"duration": "SEVEN_DAYS"},
        }
    }


def test_a_picture_is_looked_at_ever_less_often_until_it_is_ready(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    given = publication(Post("Look", (medium("a.jpg"), medium("b.png"))))
    linkedin.states["urn:li:image:2"] = ["PROCESSING"] * 5 + ["AVAILABLE"]
    waits = []
    while True:
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing):
            break
        waits.append(went.ending.check_after.total_seconds())
    assert isinstance(went.ending, Published)
    assert waits == [5, 10, 20, 40, 80]
    asked = linkedin.server.asked("GET", "/rest/images/urn%3Ali%3Aimage%3A1")
    assert len(asked) == 1, "what is ready is not asked for again"


def test_a_medium_that_fails_in_processing_is_named_and_uploaded_anew_when_it_is_rescheduled(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    linkedin.states["urn:li:image:2"] = ["PROCESSING_FAILED"]
    given = publication(Post("Look", (medium("a.jpg"), medium("b.png"))))
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.message == "medium 2: no sound"
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, Published)
    assert linkedin.made == ["urn:li:image:1", "urn:li:image:2", "urn:li:image:3"]


def test_a_medium_that_never_gets_through_fails_after_some_hours(
    publisher: Make, linkedin: LinkedIn, medium: Medium, clock: TestClock
) -> None:
    linkedin.states["*"] = ["PROCESSING"]
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    clock.pass_by(hours=7)
    later = drive(publisher().publish, went.after)
    assert isinstance(later.ending, MediaRejected)
    assert "7:00:00" in later.ending.message
    assert later.after.checkpoint["media"] == {}


def test_an_upload_that_linkedin_says_it_never_got_begins_anew_a_few_times(
    publisher: Make, linkedin: LinkedIn, medium: Medium, clock: TestClock
) -> None:
    linkedin.states["*"] = ["WAITING_UPLOAD"]
    given, ending = publication(Post("Look", (medium("a.jpg"),))), None
    for _ in range(12):
        went = drive(publisher().publish, given)
        given, ending = went.after, went.ending
        if not isinstance(ending, Processing):
            break
        clock.pass_by(minutes=11)
    assert isinstance(ending, MediaRejected)
    assert "3 times" in ending.message
    assert len(linkedin.made) == 3


def test_a_token_that_may_not_look_waits_a_moment_and_lets_the_post_decide(
    publisher: Make, server: Server, linkedin: LinkedIn, medium: Medium
) -> None:
    linkedin.states["*"] = ["403"]
    server.on(POSTS, input_refusal(400, "MEDIA_ASSET_WAITING_UPLOAD"), created())
    given = publication(Post("Look", (medium("a.jpg"),)), PERSON)
    blind = drive(publisher().publish, given)
    assert blind.ending.check_after == timedelta(seconds=10)
    refused = drive(publisher().publish, blind.after)
    assert refused.notes == ["no return", "note looks"]
    assert isinstance(refused.ending, Processing)
    out = drive(publisher().publish, refused.after)
    assert isinstance(out.ending, Published)
    assert len(server.asked("GET", "/rest/images/urn%3Ali%3Aimage%3A1")) == 1
    first, second = server.asked("POST", "/rest/posts")
    assert first.body == second.body


@pytest.mark.parametrize(
    ("answer", "ending"),
    [
        (cut, PlatformUnavailable),
        (Answer(502, b"<html>"), PlatformUnavailable),
        (refusal(400, "EXPIRED_UPLOAD_URL"), StaleUpload),
        (Answer(403, b""), StaleUpload),
        (refusal(401, "EXPIRED_ACCESS_TOKEN", 65602), TokenExpired),
        (refusal(415, "UNSUPPORTED"), MediaRejected),
        (refusal(429, message="slow down"), RateLimited),
    ],
)
def test_bytes_that_do_not_arrive_are_no_doubt_and_begin_anew(
    answer: Any, ending: type, publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    linkedin.troubles = [answer]
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert type(went.ending) is ending or isinstance(went.ending, ending)
    assert "no return" not in went.notes
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, Published)
    assert linkedin.posted()[0]["content"] == {"media": {"id": "urn:li:image:2"}}


@pytest.mark.parametrize(
    "url",
    [
        "https://evil.test/x",
        "https://www.linkedin.com.evil.test/x",
        "https://www.linkedin.com@evil.test/x",
        "http://www.linkedin.com/x",
        "https://evillinkedin.com/x",
        "http://127.0.0.1:1/x",
    ],
)
def test_bytes_and_token_go_to_no_stranger(url: str, publisher: Make, server: Server, medium: Medium) -> None:
    server.on("POST /rest/images", {"value": {"uploadUrl": url, "image": "urn:li:image:1"}})
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert isinstance(went.ending, UnexpectedReply)
    assert "not LinkedIn's" in went.ending.message


@pytest.mark.parametrize(
    "body", [b"", b"[]", b"{}", b'{"value": {}}', b'{"value": {"image": "u"}}', b"<html>"]
)
def test_an_answer_without_an_address_ends_the_attempt(
    body: bytes, publisher: Make, server: Server, medium: Medium
) -> None:
    server.on("POST /rest/images", Answer(200, body))
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert isinstance(went.ending, UnexpectedReply)


def test_a_medium_behind_a_url_is_what_its_bytes_say(
    publisher: Make, server: Server, linkedin: LinkedIn
) -> None:
    server.on("GET /list", Answer(body=PDF))
    went = drive(publisher().publish, publication(Post("Read", (Media(url=f"{server.url}/list?sig=1"),))))
    assert isinstance(went.ending, Published)
    assert linkedin.posted()[0]["content"]["media"] == {"title": "list", "id": "urn:li:document:1"}
    assert len(server.asked("GET", "/list")) == 1


def test_what_does_not_go_together_is_refused_when_it_is_opened(
    publisher: Make, server: Server, linkedin: LinkedIn, medium: Medium
) -> None:
    server.on("GET /list", Answer(body=PDF))
    media = (medium("a.jpg"), Media(url=f"{server.url}/list"))
    went = drive(publisher().publish, publication(Post("Read", media)))
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.medium == 1
    with_card = Post("Look", (medium("a.jpg"),), attachments={"thumbnail": medium("card.jpg")})
    went = drive(publisher().publish, publication(with_card))
    assert isinstance(went.ending, MediaRejected)
    assert "thumbnail" in went.ending.message
    assert linkedin.posted() == []


def test_an_attachment_that_is_gone_is_named_by_its_option(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    gone = replace(medium("card.jpg"), file="/nowhere/card.jpg")
    post = Post("Read", link="https://example.com", title="T", attachments={"thumbnail": gone})
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.message.startswith("thumbnail: ")
    assert went.ending.medium is None


def test_media_that_were_uploaded_for_another_author_are_uploaded_anew(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    noted = {
        "media": {"0": {"sort": "image", "urn": "urn:li:image:old", "at": NOW.isoformat()}},
        "owner": PERSON,
    }
    given = publication(Post("Look", (medium("a.jpg"),)), checkpoint=noted)
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, Published)
    assert linkedin.posted()[0]["content"]["media"]["id"] == "urn:li:image:1"


@pytest.mark.parametrize(
    ("answer", "ending", "uploads"),
    [
        (input_refusal(400, "INVALID_CONTENT_OWNERSHIP"), UnexpectedReply, 2),
        (input_refusal(400, "MEDIA_ASSET_PROCESSING_FAILED"), MediaRejected, 2),
        (input_refusal(400, "MISSING_FIELD"), ContentRejected, 1),
    ],
)
def test_a_refusal_for_its_media_drops_them(
    answer: Answer,
    ending: type,
    uploads: int,
    publisher: Make,
    server: Server,
    linkedin: LinkedIn,
    medium: Medium,
) -> None:
    server.on(POSTS, answer, created())
    went = drive(publisher().publish, publication(Post("Look", (medium("a.jpg"),))))
    assert isinstance(went.ending, ending)
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, Published)
    assert len(linkedin.made) == uploads


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        refusal(500),
        refusal(503, message="later"),
        Answer(504, b"<html>"),
        Answer(200, b""),
        Answer(201, b""),
        Answer(201, {"id": SHARE}),
        Answer(201, b"", {"x-restli-id": ""}),
        Answer(201, b"", {"x-restli-id": "12"}),
        Answer(200, b"<html>"),
        Answer(302, b"", {"Location": "/elsewhere"}),
        Answer(403, b"<html>"),
        Answer(400, b""),
        Answer(400, {"status": 500, "message": "Internal"}),
        Answer(418, {"status": 418}),
    ],
)
def test_without_a_plain_answer_the_post_is_in_doubt(answer: Any, publisher: Make, server: Server) -> None:
    server.on(POSTS, answer)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, OutcomeUnknown)
    assert len(server.requests) == 1
    assert went.notes == ["no return"]


def test_the_urn_is_read_from_the_header_in_either_spelling(publisher: Make, server: Server) -> None:
    server.on(POSTS, created("urn%3Ali%3AugcPost%3A74"))
    went = drive(publisher().publish, publication(Post("Hello")))
    assert went.ending.remote_id == "urn:li:ugcPost:74"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (refusal(401, "EXPIRED_ACCESS_TOKEN", 65602), TokenExpired),
        (refusal(401, "REVOKED_ACCESS_TOKEN", 65601), ConnectionRevoked),
        (refusal(403, "ACCESS_DENIED", 100), ConnectionRevoked),
        (refusal(404, message="no such"), ContentRejected),
        (refusal(409, "CONFLICT"), PlatformUnavailable),
        (input_refusal(422, "EMPTY"), ContentRejected),
        (DUPLICATE, ContentRejected),
    ],
)
def test_a_refusal_that_proves_itself_is_no_doubt(
    answer: Answer, error: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(POSTS, answer)
    known = publisher()
    went = drive(known.publish, publication(Post("Hello")))
    assert isinstance(went.ending, error)
    assert known.api.calls[-1]["request_id"] == "Auuid"
    assert known.api.calls[-1]["code"] == went.ending.code


def test_a_conflict_is_surely_without_effect(publisher: Make, server: Server) -> None:
    server.on(POSTS, refusal(409, "CONFLICT"))
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, PlatformUnavailable) and went.ending.never_sent
    server.on(POSTS, DUPLICATE)
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, OutcomeUnknown), "the conflict may have been our own post"


def test_a_version_that_is_over_holds_everything_and_says_what_to_set(
    publisher: Make, server: Server
) -> None:
    body = {
        "status": 426,
        "code": "NONEXISTENT_VERSION",
        "message": "Requested version 20241101 is not active",
    }
    server.on(POSTS, Answer(426, body))
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, RateLimited)
    assert went.ending.scope is Scope.PLATFORM
    assert went.ending.retry_at == NOW + timedelta(hours=1)
    assert "LINKEDIN_API_VERSION" in went.ending.next_step
    assert "20241101" in went.ending.message


def test_a_limit_that_names_no_end_is_waited_out_longer_each_time(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(POSTS, refusal(429, "TOO_MANY_REQUESTS", 101, message="slow down"))
    given, waits = publication(Post("Hello")), []
    for _ in range(9):
        went = drive(publisher().publish, given)
        assert isinstance(went.ending, RateLimited) and went.ending.retry_at
        waits.append((went.ending.retry_at - clock.now()).total_seconds() / 60)
        given = went.after
    assert waits == [1, 2, 4, 8, 16, 32, 60, 60, 60]


def test_a_duplicate_is_a_failure_that_names_the_other_post(publisher: Make, server: Server) -> None:
    server.on(POSTS, DUPLICATE)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, ContentRejected)
    assert SHARE in went.ending.message
    assert "change the text" in went.ending.next_step


def test_a_duplicate_after_a_doubt_is_evidence_and_not_a_failure(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(POSTS, DUPLICATE)
    given = publication(Post("Hello"), doubts=1, first_sent_at=NOW - timedelta(minutes=31))
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.after.checkpoint["duplicate_of"] == SHARE
    assert went.notes[-1] == "note duplicate_at duplicate_doubts duplicate_of"
    server.on(POSTS, created())
    before_the_look = drive(publisher().publish, went.after)
    assert isinstance(before_the_look.ending, OutcomeUnknown)
    assert before_the_look.notes == []
    assert len(server.requests) == 1, "a process that died here sends nothing before the look"
    settled = drive(publisher().publish, replace(went.after, doubts=2))
    assert isinstance(settled.ending, Published)


def test_what_is_sent_again_is_the_same_bytes(
    publisher: Make, server: Server, linkedin: LinkedIn, medium: Medium
) -> None:
    server.on(POSTS, cut, created())
    given = publication(Post("Look", (medium("a.jpg", alt="ü"), medium("b.png"))))
    lost = drive(publisher().publish, given)
    assert isinstance(lost.ending, OutcomeUnknown)
    again = drive(publisher().publish, replace(lost.after, doubts=1))
    assert isinstance(again.ending, Published)
    first, second = server.asked("POST", "/rest/posts")
    assert first.body == second.body
    assert len(linkedin.made) == 2


def test_no_token_and_no_signed_address_is_in_the_evidence(
    publisher: Make, linkedin: LinkedIn, medium: Medium
) -> None:
    known = publisher()
    went = drive(known.publish, publication(Post("Look", (medium("a.jpg"),))))
    assert TOKEN not in repr(known.api.calls) and "s3cret" not in repr(known.api.calls)
    assert "s3cret" not in repr(went.after.checkpoint)


def test_ids_in_addresses_cannot_lead_elsewhere(publisher: Make, server: Server) -> None:
    server.on("POST /rest/images", {"value": {"uploadUrl": f"{server.url}/up", "image": "../../v2/me?x="}})
    server.on("PUT /up", Answer(201, b""))
    noted: dict[str, Any] = {
        "media": {"0": {"sort": "image", "urn": "../../v2/me?x=", "at": NOW.isoformat()}}
    }
    noted["owner"] = ORGANIZATION
    drive(publisher().publish, publication(Post("x", (Media(file="/a.jpg"),)), checkpoint=noted))
    assert server.requests[0].path == "/rest/images/..%2F..%2Fv2%2Fme%3Fx%3D"


def test_a_clock_or_a_gate_that_says_no_sends_nothing(publisher: Make, server: Server) -> None:
    known = publisher()

    class Refuses(Exception):
        pass

    def no() -> None:
        raise Refuses

    known.api._gate = no
    went = drive(known.publish, publication(Post("Hello")))
    assert isinstance(went.ending, Refuses)
    assert server.requests == []


def test_the_recipe_is_found_by_its_name() -> None:
    assert publisher_class(Platform.LINKEDIN) is LinkedInPublisher


def test_an_attempt_that_was_refused_before_it_was_sent_stays_where_it_was(
    publisher: Make, server: Server, linkedin: LinkedIn
) -> None:
    def once(request: Request) -> Answer:
        return refusal(
            429, message="Resource level throttle MEMBER DAY limit for calls to this resource is reached."
        )

    server.on(POSTS, once)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert went.ending.retry_at == NOW + timedelta(hours=12)
    server.on(POSTS, created())
    assert isinstance(go_on(publisher, went.after).ending, Published)
