"""What comes once a video is out: each extra at most once, in its own time, and never at the video's cost."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from email import message_from_bytes
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import MOST_FOLLOW_UPS
from planrrr_cli.domain.steps import FollowedUp
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from tests.platforms.rig import NOW, Answer, Server, TestClock
from tests.platforms.youtube.stage import CHANNEL, TOKEN, VIDEO, cut, drive, publication, refusal

Make = Callable[..., YouTubePublisher]
THUMBNAIL = "POST /upload/youtube/v3/thumbnails/set"
TRACKS, TRACK = "GET /youtube/v3/captions", "POST /upload/youtube/v3/captions"
ITEMS, ITEM = "GET /youtube/v3/playlistItems", "POST /youtube/v3/playlistItems"
THREADS, THREAD = "GET /youtube/v3/commentThreads", "POST /youtube/v3/commentThreads"
PICTURES = Path(__file__).parents[3] / "examples" / "media"
NOTED = "note extras"
LAST = MOST_FOLLOW_UPS - 1
NO_SCOPE = refusal(403, "insufficientPermissions", "Insufficient Permission", "global")


@pytest.fixture
def srt(tmp_path: Path) -> Media:
    path = tmp_path / "bread.srt"
    path.write_bytes(b"1\n00:00:00,000 --> 00:00:02,000\nBread.\n")
    return Media(file=str(path))


def out(**more: Any) -> Publication:
    """The video is out; ``post`` fields as well as the publication's."""
    fields = {name: more.pop(name) for name in ("options", "attachments", "first_comment") if name in more}
    given = publication(Post("Hello", title="Rising", **fields), **more)
    return replace(given, remote_id=VIDEO, published_at=NOW)


def thumbnail() -> Publication:
    return out(attachments={"thumbnail": Media(file=str(PICTURES / "shop-front.jpg"))})


def test_the_address_needs_no_call(link: str, publisher: Make, server: Server) -> None:
    assert drive(publisher().follow_up, out()).ending == FollowedUp(link)
    assert server.requests == []


def test_a_thumbnail_is_set_for_fifty_units(link: str, publisher: Make, server: Server) -> None:
    server.on(THUMBNAIL, {"kind": "youtube#thumbnailSetResponse", "items": []})
    went = drive(publisher().follow_up, thumbnail())
    assert went.ending == FollowedUp(link)
    assert went.spent == [("youtube.thumbnails", 1, None), ("youtube.units", 50, None)]
    (sent,) = server.requests
    assert sent.query == {"videoId": VIDEO, "uploadType": "media"}
    assert sent.headers["content-type"] == "image/jpeg"
    assert sent.headers["authorization"] == f"Bearer {TOKEN}"
    assert sent.body == (PICTURES / "shop-front.jpg").read_bytes()
    again = drive(publisher().follow_up, went.after)
    assert again.ending == FollowedUp(link)
    assert len(server.requests) == 1


@pytest.mark.parametrize(
    ("answer", "says"),
    [
        (refusal(403, "forbidden", "doesn't have permissions", "youtube.thumbnail"), "verified by phone"),
        (refusal(400, "invalidImage", domain="youtube.thumbnail"), "none that it can read"),
        (refusal(400, "mediaBodyRequired"), "no file"),
        (NO_SCOPE, "needs youtube.upload"),
        (refusal(400, "somethingNew"), "somethingNew"),
    ],
)
def test_a_thumbnail_that_is_refused_is_a_notice_and_no_failure(
    answer: Answer, says: str, publisher: Make, server: Server
) -> None:
    server.on(THUMBNAIL, answer)
    went = drive(publisher().follow_up, thumbnail())
    assert isinstance(went.ending, FollowedUp)
    (notice,) = went.ending.notices
    assert notice.startswith("the thumbnail was not set: ")
    assert says in notice


def test_too_many_thumbnails_wait_without_holding_the_channel(
    publisher: Make, server: Server, clock: TestClock
) -> None:
    server.on(THUMBNAIL, refusal(429, "uploadRateLimitExceeded", domain="youtube.thumbnail"))
    went = drive(publisher().follow_up, thumbnail())
    assert isinstance(went.ending, RateLimited)
    assert went.ending.bucket is not None
    assert went.ending.bucket.name == "youtube.thumbnails"
    assert went.ending.retry_at == NOW.replace(hour=15)
    clock.pass_by(days=2, minutes=1)
    given_up = drive(publisher().follow_up, went.after)
    assert isinstance(given_up.ending, FollowedUp)
    assert "too many thumbnails" in given_up.ending.notices[0]


@pytest.mark.parametrize(
    "answer", [cut, refusal(503, "backendError"), refusal(404, "videoNotFound", domain="youtube.thumbnail")]
)
def test_what_may_pass_is_tried_again_and_ends_as_a_notice(
    answer: Any, publisher: Make, server: Server
) -> None:
    server.on(THUMBNAIL, answer)
    went = drive(publisher().follow_up, thumbnail())
    assert isinstance(went.ending, PlatformUnavailable | UnexpectedReply)
    assert went.notes == []
    last = drive(publisher().follow_up, replace(thumbnail(), follow_ups=LAST))
    assert isinstance(last.ending, FollowedUp)
    assert last.ending.notices[0].startswith("the thumbnail was not set")


def test_a_thumbnail_that_is_no_picture_any_more_is_a_notice(
    publisher: Make, server: Server, srt: Media
) -> None:
    went = drive(publisher().follow_up, out(attachments={"thumbnail": srt}))
    assert "the thumbnail was not set: thumbnail:" in went.ending.notices[0]
    assert server.requests == []


def test_what_fails_does_not_keep_the_others_back(link: str, publisher: Make, server: Server) -> None:
    server.on(THUMBNAIL, refusal(503, "backendError"))
    server.on(ITEMS, {"items": []})
    server.on(ITEM, {"id": "item"})
    given = replace(thumbnail(), post=replace(thumbnail().post, options={"playlist": "PL123"}))
    went = drive(publisher().follow_up, given)
    assert isinstance(went.ending, PlatformUnavailable)
    assert went.after.checkpoint["extras"] == {"playlist": ""}
    server.on(THUMBNAIL, {})
    again = drive(publisher().follow_up, went.after)
    assert again.ending == FollowedUp(link)
    assert len(server.asked("POST", "/youtube/v3/playlistItems")) == 1


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, "authError", domain="global"), TokenExpired),
        (refusal(403, "channelSuspended"), ConnectionRevoked),
    ],
)
def test_a_dead_sign_in_is_the_runs_business(
    answer: Answer, kind: type[Exception], publisher: Make, server: Server
) -> None:
    server.on(THUMBNAIL, answer)
    assert isinstance(drive(publisher().follow_up, thumbnail()).ending, kind)


def test_used_up_units_defer_what_is_missing(publisher: Make, server: Server) -> None:
    went = drive(publisher().follow_up, thumbnail(), full="youtube.units")
    assert isinstance(went.ending, RateLimited)
    assert went.ending.counted
    assert server.requests == []


# -- the playlist --


def listed(**more: Any) -> Publication:
    return out(options={"playlist": "https://www.youtube.com/playlist?list=PL123"}, **more)


def test_a_video_is_looked_for_in_the_playlist_and_then_added(
    link: str, publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(ITEMS, {"items": []})
    server.on(ITEM, {"id": "item"})
    went = drive(publisher().follow_up, listed())
    assert went.ending == FollowedUp(link)
    assert went.spent == [("youtube.units", 50, None)]
    look, added = server.requests
    assert look.query == {"part": "snippet", "playlistId": "PL123", "videoId": VIDEO}
    assert json.loads(added.body) == {
        "snippet": {"playlistId": "PL123", "resourceId": {"kind": "youtube#video", "videoId": VIDEO}}
    }
    assert gate == [1]


def test_a_video_that_is_in_the_playlist_is_not_added_again(
    link: str, publisher: Make, server: Server
) -> None:
    server.on(ITEMS, {"items": [{"id": "item"}]})
    assert drive(publisher().follow_up, listed()).ending == FollowedUp(link)
    assert len(server.requests) == 1


@pytest.mark.parametrize("answer", [cut, refusal(500, "backendError"), Answer(200, b"<"), Answer(200, {})])
def test_a_lost_answer_of_the_playlist_leads_to_another_look(
    link: str, answer: Any, publisher: Make, server: Server
) -> None:
    server.on(ITEMS, {"items": []})
    server.on(ITEM, answer)
    went = drive(publisher().follow_up, listed())
    assert isinstance(went.ending, OutcomeUnknown | PlatformUnavailable)
    server.on(ITEMS, {"items": [{"id": "item"}]})
    assert drive(publisher().follow_up, went.after).ending == FollowedUp(link)
    assert len(server.asked("POST", "/youtube/v3/playlistItems")) == 1


@pytest.mark.parametrize(
    ("look", "answer", "notice"),
    [
        ({"items": []}, refusal(409, "videoAlreadyInPlaylist"), None),
        ({"items": []}, NO_SCOPE, "needs youtube.force-ssl"),
        ({"items": []}, refusal(403, "playlistContainsMaximumNumberOfVideos"), "playlistContainsMaximum"),
        (refusal(404, "playlistNotFound"), {}, "playlistNotFound"),
    ],
)
def test_what_a_playlist_refuses_is_a_notice(
    look: Any, answer: Any, notice: str | None, publisher: Make, server: Server
) -> None:
    server.on(ITEMS, look)
    server.on(ITEM, answer)
    ending = drive(publisher().follow_up, listed()).ending
    assert isinstance(ending, FollowedUp)
    assert [notice in said for said in ending.notices] == ([True] if notice else [])


# -- captions --


def captioned(srt: Media, **options: Any) -> Publication:
    return out(attachments={"captions": srt}, options={"captions_language": "en-GB", **options})


def test_captions_go_up_with_their_language_and_name(
    link: str, publisher: Make, server: Server, srt: Media
) -> None:
    server.on(TRACKS, {"items": [{"snippet": {"language": "en-GB", "name": "", "trackKind": "ASR"}}]})
    server.on(TRACK, {"id": "track"})
    went = drive(publisher().follow_up, captioned(srt))
    assert went.ending == FollowedUp(link)
    assert went.spent == [("youtube.units", 50, None), ("youtube.units", 400, None)]
    sent = server.asked("POST", "/upload/youtube/v3/captions")[0]
    assert sent.query == {"uploadType": "multipart", "part": "snippet"}
    head = f"Content-Type: {sent.headers['content-type']}\r\n\r\n".encode()
    about, file = message_from_bytes(head + sent.body).get_payload()
    assert sent.headers["content-type"].startswith("multipart/related; boundary=")
    assert json.loads(about.get_payload()) == {"snippet": {"videoId": VIDEO, "language": "en-GB", "name": ""}}
    assert file.get_payload(decode=True).rstrip() == Path(srt.file or "").read_bytes().rstrip()
    assert Path(srt.file or "").read_bytes() in sent.body


@pytest.mark.parametrize("language", ["en-GB", "EN-gb"])
def test_captions_that_are_there_are_not_added_again(
    link: str, language: str, publisher: Make, server: Server, srt: Media
) -> None:
    server.on(
        TRACKS, {"items": [{"snippet": {"language": language, "name": "Words", "trackKind": "standard"}}]}
    )
    assert drive(publisher().follow_up, captioned(srt, captions_name="Words")).ending == FollowedUp(link)
    assert len(server.requests) == 1


def test_captions_that_exist_after_all_are_no_trouble(
    link: str, publisher: Make, server: Server, srt: Media
) -> None:
    server.on(TRACKS, {"items": []})
    server.on(TRACK, refusal(409, "captionExists", domain="youtube.caption"))
    assert drive(publisher().follow_up, captioned(srt)).ending == FollowedUp(link)


@pytest.mark.parametrize("where", [TRACKS, TRACK])
def test_captions_without_their_permission_are_a_notice(
    where: str, publisher: Make, server: Server, srt: Media
) -> None:
    server.on(TRACKS, {"items": []})
    server.on(where, NO_SCOPE)
    (notice,) = drive(publisher().follow_up, captioned(srt)).ending.notices
    assert notice.startswith("the captions were not added")
    assert "youtube.force-ssl" in notice


# -- the first comment --

TEXT = "First!  A line\nand another"


def commented(**more: Any) -> Publication:
    return out(first_comment=TEXT, **more)


def thread(text: str = TEXT, author: str = CHANNEL) -> dict[str, Any]:
    snippet = {"textOriginal": text, "authorChannelId": {"value": author}}
    return {"id": "t", "snippet": {"topLevelComment": {"snippet": snippet}}}


def test_the_first_comment_is_intended_then_sent(
    link: str, publisher: Make, server: Server, gate: list[int]
) -> None:
    server.on(THREAD, {"id": "t"})
    went = drive(publisher().follow_up, commented())
    assert went.ending == FollowedUp(link)
    assert went.notes == ["note comment_intended", NOTED]
    assert went.spent == [("youtube.units", 50, None)]
    assert gate == [0]
    assert json.loads(server.requests[0].body) == {
        "snippet": {"videoId": VIDEO, "topLevelComment": {"snippet": {"textOriginal": TEXT}}}
    }


@pytest.mark.parametrize("answer", [cut, refusal(500, "backendError"), Answer(200, b"<"), Answer(200, {})])
def test_a_comment_whose_answer_was_lost_is_looked_for_and_never_repeated(
    link: str, answer: Any, publisher: Make, server: Server
) -> None:
    server.on(THREAD, answer)
    lost = drive(publisher().follow_up, commented())
    assert isinstance(lost.ending, OutcomeUnknown)
    server.on(THREADS, {"items": [thread("Another"), thread(author="UCother")]})
    unseen = drive(publisher().follow_up, lost.after)
    assert "not sent again" in unseen.ending.notices[0]
    server.on(THREADS, {"items": [thread("First! A line and another")]})
    assert drive(publisher().follow_up, lost.after).ending == FollowedUp(link)
    assert len(server.asked("POST", "/youtube/v3/commentThreads")) == 1
    assert server.asked("GET", "/youtube/v3/commentThreads")[0].query["videoId"] == VIDEO


def test_a_comment_that_surely_was_not_sent_may_be_sent_later(
    link: str, publisher: Make, server: Server
) -> None:
    server.on(THREAD, refusal(403, "rateLimitExceeded", domain="usageLimits"), Answer(200, {"id": "t"}))
    limited = drive(publisher().follow_up, commented())
    assert isinstance(limited.ending, RateLimited)
    assert limited.after.checkpoint["comment_intended"] is None
    assert drive(publisher().follow_up, limited.after).ending == FollowedUp(link)


def test_a_comment_where_comments_are_off_is_a_notice(publisher: Make, server: Server) -> None:
    server.on(
        THREAD, refusal(403, "commentsDisabled", "The video has disabled comments.", "youtube.commentThread")
    )
    (notice,) = drive(publisher().follow_up, commented()).ending.notices
    assert notice.startswith("the first comment was not sent: ")
    assert "has disabled comments" in notice
