"""The recipe for posts and photos: which calls, in which order, with what noted, and what comes of trouble."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    ErrorKind,
    MediaRejected,
    NotFound,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Absent, FollowedUp, Published, Unknown
from planrrr_cli.platforms import publisher_class
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.facebook.publisher import FacebookPublisher
from planrrr_cli.platforms.media import MediaUnavailable
from tests.platforms.rig import (
    NOW,
    PAGE,
    TOKEN,
    Answer,
    Cut,
    Request,
    Server,
    TestClock,
    drive,
    publication,
    refusal,
)

FEED, PHOTOS = f"POST /v25.0/{PAGE}/feed", f"POST /v25.0/{PAGE}/photos"
READ_FEED = f"GET /v25.0/{PAGE}/feed"
JPEG = b"\xff\xd8\xff\xe0" + bytes(100)
POST = {"id": f"{PAGE}_5"}
Make = Callable[..., FacebookPublisher]


def cut(_: Request) -> Answer:
    raise Cut


@pytest.fixture
def photos(tmp_path: Path) -> tuple[Media, ...]:
    for name in "ab":
        (tmp_path / f"{name}.jpg").write_bytes(JPEG + name.encode())
    return (Media(file=str(tmp_path / "a.jpg"), alt="a river"), Media(file=str(tmp_path / "b.jpg")))


def test_a_text_goes_out_in_one_guarded_call(publisher: Make, server: Server, gate: list[int]) -> None:
    server.on(FEED, POST)
    went = drive(publisher().publish, publication(Post("Hello", link="https://example.com/?a=1&b=ü")))
    assert went.notes == ["no return"]
    assert went.ending == Published(f"{PAGE}_5")
    assert gate == [0]
    assert server.requests[0].form == {"message": "Hello", "link": "https://example.com/?a=1&b=ü"}
    assert server.requests[0].headers["authorization"] == f"Bearer {TOKEN}"
    assert TOKEN not in server.requests[0].target


def test_the_proof_goes_with_every_call_when_the_secret_is_known(publisher: Make, server: Server) -> None:
    server.on(FEED, POST)
    server.on(READ_FEED, {"data": []})
    known = publisher(secret="s3cret")
    drive(known.publish, publication(Post("Hello")))
    known.find(publication(Post("Hello"), first_sent_at=NOW))
    proof = hmac.new(b"s3cret", TOKEN.encode(), hashlib.sha256).hexdigest()
    assert server.requests[0].form["appsecret_proof"] == proof
    assert server.requests[1].query["appsecret_proof"] == proof
    assert "s3cret" not in repr(known.api.calls)
    assert proof not in repr(known.api.calls)


def test_photos_are_uploaded_unseen_and_noted_one_by_one_before_the_post(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, {"id": "71"}, {"id": "72"})
    server.on(FEED, POST)
    went = drive(publisher().publish, publication(Post("Look", photos)))
    assert went.notes == ["note photos", "note photos", "no return"]
    first, _, feed = server.requests
    assert b'name="published"\r\n\r\nfalse\r\n' in first.body
    assert b'name="alt_text_custom"\r\n\r\na river\r\n' in first.body
    assert b"Content-Type: image/jpeg\r\n\r\n" + JPEG in first.body
    assert b"a.jpg" not in first.body
    assert feed.form == {
        "message": "Look",
        "attached_media[0]": '{"media_fbid":"71"}',
        "attached_media[1]": '{"media_fbid":"72"}',
    }


def test_after_a_crash_only_the_missing_photos_are_uploaded(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, {"id": "72"})
    server.on(FEED, POST)
    noted = {"photos": [{"id": "71", "at": NOW.isoformat()}]}
    drive(publisher().publish, publication(Post("Look", photos), checkpoint=noted))
    assert len(server.asked("POST", f"/v25.0/{PAGE}/photos")) == 1
    assert server.requests[-1].form["attached_media[0]"] == '{"media_fbid":"71"}'


def test_photos_that_facebook_may_have_deleted_are_uploaded_again(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, {"id": "81"}, {"id": "82"})
    server.on(FEED, POST)
    old = (NOW - timedelta(hours=20)).isoformat()
    noted = {"photos": [{"id": "71", "at": old}, {"id": "72", "at": NOW.isoformat()}]}
    given = publication(Post("Look", photos), checkpoint=noted, first_sent_at=NOW - timedelta(hours=19))
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, Published)
    assert went.after.checkpoint["earlier_photos"] == [["71", "72"]]
    assert server.requests[-1].form["attached_media[1]"] == '{"media_fbid":"82"}'


def test_a_photo_that_fails_stops_the_post(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, {"id": "71"}, refusal(324, 1366046))
    went = drive(publisher().publish, publication(Post("Look", photos)))
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.message.startswith("medium 2: ")
    assert went.notes == ["note photos"]
    assert server.asked("POST", f"/v25.0/{PAGE}/feed") == []


def test_an_image_that_facebook_could_not_read_is_tried_again_and_no_reason_for_the_breaker(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, {"id": "71"}, refusal(324))
    went = drive(publisher().publish, publication(Post("Look", photos)))
    assert isinstance(went.ending, PlatformUnavailable) and not went.ending.counts_for_breaker
    assert went.ending.kind is ErrorKind.MEDIA_UPLOAD_ERROR
    assert went.ending.message.startswith("medium 2: ")


def test_a_limit_that_names_no_end_is_waited_out_longer_each_time(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(FEED, refusal(80001))
    given, waits = publication(Post("Hello")), []
    for _ in range(11):
        went = drive(publisher().publish, given)
        assert isinstance(went.ending, RateLimited) and went.ending.retry_at
        waits.append((went.ending.retry_at - clock.now()).total_seconds() / 60)
        given = went.after
    assert waits[:4] == [5, 10, 20, 40]
    assert waits[-1] == 24 * 60


def test_a_limit_that_names_its_end_is_waited_out_as_told(publisher: Make, server: Server) -> None:
    usage = json.dumps({"7": [{"type": "pages", "estimated_time_to_regain_access": 7}]})
    server.on(FEED, replace(refusal(80001), headers={"X-Business-Use-Case-Usage": usage}))
    went = drive(publisher().publish, publication(Post("Hello"), checkpoint={"limited": 4}))
    assert isinstance(went.ending, RateLimited) and went.ending.retry_at == NOW + timedelta(minutes=7)


def test_a_photo_that_is_gone_or_no_photo_is_named(publisher: Make, tmp_path: Path) -> None:
    (tmp_path / "a.webp").write_bytes(b"RIFF\0\0\0\0WEBPVP8 ")
    for name, says in (("none.jpg", "does not exist"), ("a.webp", "image/webp")):
        went = drive(publisher().publish, publication(Post("x", (Media(file=str(tmp_path / name)),))))
        assert isinstance(went.ending, MediaRejected)
        assert went.ending.medium == 0
        assert says in went.ending.message


def test_a_photo_behind_a_url_is_fetched_once_and_uploaded_as_bytes(publisher: Make, server: Server) -> None:
    server.on("GET /a", Answer(body=JPEG))
    server.on(PHOTOS, {"id": "71"})
    server.on(FEED, POST)
    went = drive(publisher().publish, publication(Post("x", (Media(url=f"{server.url}/a?sig=1"),))))
    assert isinstance(went.ending, Published)
    assert len(server.asked("GET", "/a")) == 1
    assert JPEG in server.asked("POST", f"/v25.0/{PAGE}/photos")[0].body


def test_a_media_host_in_trouble_is_no_trouble_of_facebook(publisher: Make, server: Server) -> None:
    server.on("GET /a", Answer(503, b""))
    went = drive(publisher().publish, publication(Post("x", (Media(url=f"{server.url}/a"),))))
    assert isinstance(went.ending, MediaUnavailable)
    assert not went.ending.counts_for_breaker


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        refusal(2, status=500),
        refusal(1, 99, status=500),
        Answer(502, b"<html>"),
        Answer(200, b'{"id": "10'),
        Answer(200, {"success": False}),
        Answer(200, {}),
        Answer(200, {"id": ""}),
        Answer(200, {"id": True}),
        Answer(302, b"", {"Location": "/v25.0/1/feed"}),
        Answer(200, {"error": {"code": 2, "message": "x"}}),
    ],
)
def test_without_a_plain_answer_the_post_is_in_doubt(answer: Any, publisher: Make, server: Server) -> None:
    server.on(FEED, answer)
    went = drive(publisher().publish, publication(Post("Hello")))
    assert isinstance(went.ending, OutcomeUnknown)
    assert len(server.requests) == 1


def test_a_refusal_that_proves_itself_is_no_doubt(publisher: Make, server: Server) -> None:
    for answer, error in (
        (refusal(100), ContentRejected),
        (refusal(4, status=403), RateLimited),
        (refusal(190, 460), ConnectionRevoked),
        (refusal(190, 463), TokenExpired),
    ):
        server.on(FEED, answer)
        known = publisher()
        went = drive(known.publish, publication(Post("Hello")))
        assert isinstance(went.ending, error)
        assert known.api.calls[-1]["request_id"] == "Atrace"
        assert known.api.calls[-1]["code"] == went.ending.code


@pytest.mark.parametrize(
    "answer", [refusal(506), refusal(100, 1366051), refusal(368, message="You already posted this")]
)
def test_a_duplicate_after_a_doubt_is_a_hint_and_not_a_failure(
    answer: Answer, publisher: Make, server: Server
) -> None:
    server.on(FEED, answer)
    assert isinstance(drive(publisher().publish, publication(Post("x"))).ending, ContentRejected)
    went = drive(publisher().publish, publication(Post("x"), doubts=1, first_sent_at=NOW))
    assert isinstance(went.ending, OutcomeUnknown)
    server.on(READ_FEED, {"data": []})
    assert publisher().find(went.after) == Unknown(
        "Facebook refused it as posted before, and it is not in the Page's feed"
    )


def entry(number: int = 5, **other: Any) -> dict[str, Any]:
    return {
        "id": f"{PAGE}_{number}",
        "message": "Hello",
        "created_time": NOW.strftime("%Y-%m-%dT%H:%M:%S+0000"),
        "is_published": True,
        "permalink_url": f"https://www.facebook.com/{number}",
    } | other


def in_doubt(post: Post | None = None, **more: Any) -> Any:
    return publication(post or Post("Hello"), first_sent_at=NOW, **more)


def test_the_post_is_found_in_the_feed_page_by_page(publisher: Make, server: Server) -> None:
    def pages(request: Request) -> Answer:
        after = request.query.get("after")
        if after is None:
            next_url = f"{server.url}/stolen?access_token={TOKEN}"
            paging = {"cursors": {"after": "c1"}, "next": next_url}
            return Answer(body={"data": [entry(6, message="other")], "paging": paging})
        return Answer(
            body={"data": [entry()] if after == "c1" else [], "paging": {"cursors": {"after": "c2"}}}
        )

    server.on(READ_FEED, pages)
    assert publisher().find(in_doubt()) == Published(f"{PAGE}_5", "https://www.facebook.com/5")
    assert [request.path for request in server.requests] == [f"/v25.0/{PAGE}/feed"] * 3
    assert server.requests[0].query["since"] == str(int(NOW.timestamp()) - 25 * 3600)
    assert server.requests[0].query["limit"] == "100"


def test_a_feed_without_it_is_one_piece_of_evidence(publisher: Make, server: Server) -> None:
    server.on(READ_FEED, {"data": [entry(created_time="2026-11-23T10:59:59+0000")]})
    found = publisher().find(in_doubt())
    assert isinstance(found, Absent)
    assert not found.conclusive


def test_two_candidates_are_for_a_person(publisher: Make, server: Server) -> None:
    server.on(READ_FEED, {"data": [entry(5), entry(6)]})
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert found.ask_person
    bound = publisher().find(in_doubt(other_remote_ids=frozenset({f"{PAGE}_6"})))
    assert bound == Published(f"{PAGE}_5", "https://www.facebook.com/5")


@pytest.mark.parametrize(
    "answer", [refusal(100, 33), refusal(2, status=500), Answer(200, b"{"), Answer(200, {}), cut]
)
def test_a_failed_look_proves_nothing(answer: Any, publisher: Make, server: Server) -> None:
    server.on(READ_FEED, answer)
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert not found.ask_person


@pytest.mark.parametrize("code", [10, 200, 283])
def test_a_missing_permission_to_read_is_named_to_a_person(
    code: int, publisher: Make, server: Server
) -> None:
    server.on(READ_FEED, refusal(code, status=403))
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert found.ask_person
    assert "pages_read_user_content" in found.reason


def test_a_dead_token_is_told_while_looking(publisher: Make, server: Server) -> None:
    server.on(READ_FEED, refusal(190, 460))
    with pytest.raises(ConnectionRevoked):
        publisher().find(in_doubt())


def test_a_feed_too_long_to_read_proves_nothing(publisher: Make, server: Server) -> None:
    def page(request: Request) -> Answer:
        number = int(request.query.get("after", "100"))
        return Answer(
            body={"data": [entry(number, message="x")], "paging": {"cursors": {"after": str(number + 1)}}}
        )

    server.on(READ_FEED, page)
    assert isinstance(publisher().find(in_doubt()), Unknown)
    assert len(server.requests) == 10


def test_photos_are_found_by_their_ids_or_by_the_story_they_name(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    noted = {"photos": [{"id": "71", "at": NOW.isoformat()}, {"id": "72", "at": NOW.isoformat()}]}
    doubtful = in_doubt(Post("Hello", photos), checkpoint=noted)
    inner = {"data": [{"target": {"id": "71"}}, {"target": {"id": "72"}}]}
    server.on(
        READ_FEED, {"data": [entry(attachments={"data": [{"media_type": "album", "subattachments": inner}]})]}
    )
    assert publisher().find(doubtful) == Published(f"{PAGE}_5", "https://www.facebook.com/5")
    server.on(READ_FEED, {"data": []})
    assert isinstance(publisher().find(doubtful), Absent)
    server.on("GET /v25.0/71", {"id": "71", "page_story_id": f"{PAGE}_9"})
    server.on(f"GET /v25.0/{PAGE}_9", {"is_published": False})
    assert isinstance(publisher().find(doubtful), Absent)
    server.on(f"GET /v25.0/{PAGE}_9", {"is_published": True, "permalink_url": "https://www.facebook.com/9"})
    assert publisher().find(doubtful) == Published(f"{PAGE}_9", "https://www.facebook.com/9")
    server.on(f"GET /v25.0/{PAGE}_9", refusal(2, status=500))
    assert isinstance(publisher().find(doubtful), Unknown)


COMMENTS = f"/v25.0/{PAGE}_5/comments"


def out(**more: Any) -> Any:
    return publication(Post("Hello", first_comment="First!"), remote_id=f"{PAGE}_5", **more)


def test_the_permalink_is_read_and_has_a_fallback(publisher: Make, server: Server) -> None:
    plain = publication(Post("Hello"), remote_id=f"{PAGE}_5")
    went = drive(publisher().follow_up, plain)
    assert went.ending == FollowedUp(f"https://www.facebook.com/{PAGE}_5")
    server.on(f"GET /v25.0/{PAGE}_5", {"permalink_url": "https://www.facebook.com/p/5"})
    assert drive(publisher().follow_up, plain).ending == FollowedUp("https://www.facebook.com/p/5")


def test_the_first_comment_is_intended_then_sent_then_noted(
    publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(f"GET {COMMENTS}", {"data": []})
    server.on(f"POST {COMMENTS}", {"id": "c9"})
    went = drive(publisher().follow_up, out())
    assert went.notes == ["note comment_intended", "note comment_id"]
    assert went.after.checkpoint["comment_id"] == "c9"
    assert gate == [1]
    again = drive(publisher().follow_up, went.after)
    assert again.notes == []
    assert len(server.asked("POST", COMMENTS)) == 1


def test_a_comment_whose_answer_was_lost_is_looked_for_and_never_repeated(
    publisher: Make, server: Server
) -> None:
    server.on(f"GET {COMMENTS}", {"data": []})
    server.on(f"POST {COMMENTS}", cut)
    lost = drive(publisher().follow_up, out())
    assert isinstance(lost.ending, OutcomeUnknown)
    unseen = drive(publisher().follow_up, lost.after)
    assert "not sent again" in unseen.ending.notices[0]
    theirs = {"id": "c8", "message": "First!", "from": {"id": "somebody"}}
    ours = {"id": "c9", "message": "First! ", "from": {"id": PAGE}}
    server.on(f"GET {COMMENTS}", {"data": [theirs, ours]})
    seen = drive(publisher().follow_up, lost.after)
    assert seen.after.checkpoint["comment_id"] == "c9"
    assert seen.ending.notices == ()
    assert len(server.asked("POST", COMMENTS)) == 1


def test_a_refused_comment_is_a_notice_and_an_unsent_one_is_tried_again(
    publisher: Make, server: Server
) -> None:
    server.on(f"GET {COMMENTS}", {"data": []})
    server.on(f"POST {COMMENTS}", refusal(200, status=403))
    assert "was refused" in drive(publisher().follow_up, out()).ending.notices[0]
    server.on(f"POST {COMMENTS}", refusal(80001))
    limited = drive(publisher().follow_up, out())
    assert isinstance(limited.ending, RateLimited)
    assert limited.after.checkpoint["comment_intended"] is None


def test_a_comment_whose_trouble_lasts_becomes_a_notice_and_the_permalink_is_read_all_the_same(
    publisher: Make, server: Server
) -> None:
    server.on(f"GET /v25.0/{POST['id']}", {"permalink_url": "https://www.facebook.com/p/5"})
    last = replace(out(), follow_ups=2)
    outage = Answer(500, {"error": {"code": 2, "message": "words"}})
    server.on(f"GET {COMMENTS}", outage)
    assert isinstance(drive(publisher().follow_up, out()).ending, PlatformUnavailable)
    unread = drive(publisher().follow_up, last).ending
    assert "was not sent" in unread.notices[0] and unread.permalink == "https://www.facebook.com/p/5"
    server.on(f"GET {COMMENTS}", {"data": []})
    server.on(f"POST {COMMENTS}", outage)
    unknown = drive(publisher().follow_up, last).ending
    assert "may or may not be there" in unknown.notices[0]
    assert unknown.permalink == "https://www.facebook.com/p/5"


@pytest.mark.parametrize(("code", "error"), [(463, TokenExpired), (460, ConnectionRevoked)])
def test_a_comment_waits_for_a_token_that_works(
    code: int, error: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(f"GET {COMMENTS}", refusal(190, code), {"data": []})
    assert isinstance(drive(publisher().follow_up, out()).ending, error)
    server.on(f"POST {COMMENTS}", refusal(190, code))
    went = drive(publisher().follow_up, out())
    assert isinstance(went.ending, error)
    assert went.after.checkpoint["comment_intended"] is None


def test_comments_that_cannot_be_read_are_not_written(publisher: Make, server: Server) -> None:
    server.on(f"GET {COMMENTS}", refusal(10, status=403))
    went = drive(publisher().follow_up, out())
    assert "cannot be read" in went.ending.notices[0]
    assert server.asked("POST", COMMENTS) == []


ACCOUNTS = {
    "data": [
        {"id": "1", "name": "One", "access_token": "page-1", "tasks": ["CREATE_CONTENT"]},
        {"id": "2", "name": "Two", "access_token": "page-2", "tasks": ["ANALYZE"]},
    ]
}


def test_a_page_that_the_list_leaves_out_is_asked_for_by_its_id(publisher: Make, server: Server) -> None:
    """Pages owned through a business may be missing in the list."""
    server.on("GET /v25.0/me", {"id": "77", "name": "A person"})
    server.on("GET /v25.0/me/accounts", ACCOUNTS)
    server.on("GET /v25.0/3", {"id": "3", "name": "Three", "access_token": "page-3"})
    account = publisher().identify(Tokens(Secret("user")), "3")
    assert (account.account_id, account.account_name) == ("3", "Three")
    assert account.tokens == Tokens(Secret("page-3"), refresh=Secret("user"))
    for answer in (refusal(10, status=403), {"id": "3", "name": "Three"}, {"id": "77", "access_token": "x"}):
        server.on("GET /v25.0/3", answer)
        with pytest.raises(NotFound, match="does not open"):
            publisher().identify(Tokens(Secret("user")), "3")


def test_a_page_token_names_its_page(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/me", {"id": PAGE, "name": "The Page"})
    server.on("GET /v25.0/me/accounts", refusal(100))
    account = publisher().identify(Tokens(Secret("t")), None)
    assert (account.account_id, account.account_name) == (PAGE, "The Page")
    assert account.tokens == Tokens(Secret("t"))
    with pytest.raises(NotFound, match="not 7"):
        publisher().identify(Tokens(Secret("t")), "7")


def test_a_user_token_is_kept_beside_the_page_token_it_gives(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/me", {"id": "77", "name": "A person"})
    server.on("GET /v25.0/me/accounts", ACCOUNTS)
    account = publisher().identify(Tokens(Secret("user")), "1")
    assert account.account_id == "1"
    assert account.tokens == Tokens(Secret("page-1"), refresh=Secret("user"))
    for account_id, says in ((None, r"One \(1\), Two \(2\)"), ("3", "does not open")):
        with pytest.raises(NotFound, match=says):
            publisher().identify(Tokens(Secret("user")), account_id)
    with pytest.raises(ConnectionRevoked, match="may not publish on Two"):
        publisher().identify(Tokens(Secret("user")), "2")


def test_expiry_and_scopes_come_from_facebook_and_never_from_a_guess(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/me", {"id": PAGE})
    server.on("GET /v25.0/me/accounts", refusal(100))
    server.on(
        "GET /v25.0/debug_token", {"data": {"expires_at": 1790000000, "scopes": ["pages_manage_posts"]}}
    )
    known = publisher(secret="s3cret", app_id="9")
    account = known.identify(Tokens(Secret("t")), None)
    assert account.tokens.expires_at == datetime.fromtimestamp(1790000000, UTC)
    assert account.scopes == ("pages_manage_posts",)
    server.on("GET /v25.0/debug_token", {"data": {"expires_at": 0}})
    assert known.identify(Tokens(Secret("t")), None).tokens.expires_at is None


def connection(user: str | None) -> Connection:
    tokens = Tokens(Secret("old"), refresh=Secret(user) if user else None)
    return Connection("c1", "default", Platform.FACEBOOK, PAGE, "The Page", tokens)


def test_a_page_token_is_made_anew_from_the_prolonged_user_token(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/oauth/access_token", {"access_token": "user-2", "token_type": "bearer"})
    server.on(f"GET /v25.0/{PAGE}", {"access_token": "new", "id": PAGE})
    known = publisher(secret="s3cret", app_id="9")
    assert known.can_refresh(connection("user-1"))
    assert known.refresh(connection("user-1")) == Tokens(Secret("new"), refresh=Secret("user-2"))
    assert server.requests[0].query["fb_exchange_token"] == "user-1"
    assert server.requests[1].headers["authorization"] == "Bearer user-2"


def test_without_the_application_the_user_token_is_used_as_it_is(publisher: Make, server: Server) -> None:
    server.on(f"GET /v25.0/{PAGE}", {"access_token": "new"})
    assert publisher().refresh(connection("user-1")) == Tokens(Secret("new"), refresh=Secret("user-1"))


def test_a_dead_sign_in_is_for_a_person(publisher: Make, server: Server) -> None:
    server.on(f"GET /v25.0/{PAGE}", refusal(190, 463))
    with pytest.raises(ConnectionRevoked, match="sign-in"):
        publisher().refresh(connection("user-1"))
    assert not publisher().can_refresh(connection(None))
    with pytest.raises(ConnectionRevoked):
        publisher().refresh(connection(None))


def test_ids_in_addresses_cannot_lead_elsewhere(publisher: Make, server: Server) -> None:
    strange = replace(connection(None), account_id="../me?x=", options={})
    drive(publisher().publish, replace(publication(Post("x")), connection=strange))
    assert server.requests[0].path == "/v25.0/..%2Fme%3Fx%3D/feed"


def test_a_stale_version_is_warned_about() -> None:
    assert FacebookPublisher.warnings(App("https://x", api_version="v21.0"), now=NOW)
    assert FacebookPublisher.warnings(App("https://x"), now=NOW) == ()


def test_an_outage_while_preparing_is_no_doubt(
    publisher: Make, server: Server, photos: tuple[Media, ...]
) -> None:
    server.on(PHOTOS, cut)
    went = drive(publisher().publish, publication(Post("Look", photos)))
    assert isinstance(went.ending, PlatformUnavailable)
    assert went.notes == []


def test_the_clock_is_the_one_that_was_given(publisher: Make, server: Server, clock: TestClock) -> None:
    server.on(FEED, refusal(80001))
    clock.pass_by(hours=5)
    went = drive(publisher().publish, publication(Post("x")))
    assert went.ending.retry_at == NOW + timedelta(hours=5, minutes=5)


def test_a_post_that_cannot_be_told_apart_is_looked_at_again(publisher: Make, server: Server) -> None:
    server.on(READ_FEED, {"data": [entry(created_time=None)]})
    found = publisher().find(in_doubt())
    assert isinstance(found, Unknown)
    assert not found.ask_person


def test_a_limit_while_looking_is_told(publisher: Make, server: Server) -> None:
    server.on(READ_FEED, refusal(80001))
    with pytest.raises(RateLimited):
        publisher().find(in_doubt())


def test_a_page_without_a_permission_for_its_list_is_no_page_token(publisher: Make, server: Server) -> None:
    server.on("GET /v25.0/me", {"id": "77"})
    server.on("GET /v25.0/me/accounts", refusal(200, status=403))
    with pytest.raises(ConnectionRevoked):
        publisher().identify(Tokens(Secret("t")), None)
    server.on("GET /v25.0/me/accounts", {"data": []})
    with pytest.raises(NotFound, match="no Facebook Page"):
        publisher().identify(Tokens(Secret("t")), None)


def test_images_and_a_video_do_not_go_together(
    publisher: Make, server: Server, photos: tuple[Media, ...], tmp_path: Path
) -> None:
    (tmp_path / "a.mp4").write_bytes(b"\0\0\0\x20ftypisom")
    film = Media(file=str(tmp_path / "a.mp4"))
    server.on(PHOTOS, {"id": "71"})
    for media in ((photos[0], film), (film, photos[0])):
        went = drive(publisher().publish, publication(Post("x", media)))
        assert isinstance(went.ending, MediaRejected)
    assert server.asked("POST", f"/v25.0/{PAGE}/feed") == []


def test_a_served_version_that_is_another_one_is_logged_once(
    publisher: Make, server: Server, caplog: pytest.LogCaptureFixture
) -> None:
    server.on(FEED, Answer(body=POST, headers={"facebook-api-version": "v26.0"}))
    for _ in range(2):
        drive(publisher().publish, publication(Post("Hello")))
    assert [record.message for record in caplog.records if record.levelname == "WARNING"] == [
        "facebook served another version"
    ]


def test_the_recipe_is_found_by_its_name() -> None:
    assert publisher_class(Platform.FACEBOOK) is FacebookPublisher
