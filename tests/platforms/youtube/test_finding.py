"""Doubts: the session answers exactly; when it is over only the file's own name proves anything; and a named video."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.doubt import AskPerson, Found, GoOn, LookAgain, ProvedAbsent, weigh
from planrrr_cli.domain.errors import ConnectionRevoked, RateLimited, TokenExpired
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import Absent, Landed, Processing, Published, Unknown
from planrrr_cli.platforms.base import Objection
from planrrr_cli.platforms.youtube.find import PATIENCE
from planrrr_cli.platforms.youtube.links import permalink, site_of
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from tests.platforms.rig import NOW, Answer, Server
from tests.platforms.youtube.stage import (
    CHANNEL,
    VIDEO,
    VIDEOS,
    YouTube,
    cut,
    drive,
    publication,
    refusal,
    status,
)

Make = Callable[..., YouTubePublisher]
UPLOADS = "UUx5XG1OV2P6uZZ5FSM9Ttw"
CHANNELS, ITEMS = "GET /youtube/v3/channels", "GET /youtube/v3/playlistItems"
SIZE = 100_000
GONE = Answer(404, b"")


@pytest.fixture
def lost(publisher: Make, post: Post, youtube: YouTube) -> Publication:
    """The last piece arrived, and its answer was lost."""
    youtube.troubles = [youtube.lost]
    return drive(publisher().publish, publication(post)).after


@pytest.fixture
def unsent(publisher: Make, post: Post, youtube: YouTube) -> Publication:
    """Nothing of the last piece arrived, and nobody said so."""
    youtube.troubles = [cut]
    return drive(publisher().publish, publication(post)).after


def listed(*videos: dict[str, Any], server: Server) -> None:
    """The channel's uploads, newest first."""
    server.on(
        CHANNELS, {"items": [{"id": CHANNEL, "contentDetails": {"relatedPlaylists": {"uploads": UPLOADS}}}]}
    )
    items = [
        {
            "snippet": {"publishedAt": video["snippet"]["publishedAt"]},
            "contentDetails": {"videoId": video["id"]},
        }
        for video in videos
    ]
    server.on(ITEMS, {"items": items})
    server.on(VIDEOS, {"items": list(videos)})


def video(
    video_id: str = VIDEO,
    *,
    name: str | None = "planrrr-p1.mp4",
    size: int | None = SIZE,
    title: str = "Rising",
    age: timedelta = timedelta(0),
    channel: str = CHANNEL,
    **more: str,
) -> dict[str, Any]:
    snippet = {"title": title, "channelId": channel, "publishedAt": (NOW - age).isoformat()}
    file = {"fileName": name, "fileSize": None if size is None else str(size)}
    told = {key: value for key, value in file.items() if value is not None}
    return {
        "id": video_id,
        "snippet": snippet,
        "status": {"uploadStatus": "processed", **more},
        "fileDetails": told,
    }


def test_a_session_that_has_made_the_video_names_it_and_the_recipe_goes_on_looking(
    link: str, publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    found = publisher().find(lost)
    assert isinstance(found, Landed)
    assert found.reason == f"YouTube has the video, {VIDEO}"
    assert found.notes[ACCEPTED] is True
    server.on(VIDEOS, status("processed"))
    went = drive(publisher().publish, replace(lost, checkpoint={**lost.checkpoint, **found.notes}))
    assert went.ending == Published(VIDEO, link)
    assert len(youtube.sessions) == 1


def test_a_session_that_lacks_bytes_proves_that_there_is_no_video_and_goes_on(
    publisher: Make, youtube: YouTube, unsent: Publication
) -> None:
    found = publisher().find(unsent)
    assert found == Absent("YouTube has 0 of 100,000 bytes, so there is no video", conclusive=True)
    went = drive(publisher().publish, replace(unsent, doubts=1, sending_since=None))
    assert isinstance(went.ending, Processing)
    assert len(youtube.sessions) == 1


def test_a_session_with_all_bytes_and_no_video_is_asked_again(
    publisher: Make, youtube: YouTube, unsent: Publication
) -> None:
    youtube.asked = [Answer(308, b"", {"Range": f"bytes=0-{SIZE - 1}"})]
    assert publisher().find(unsent) == Unknown("YouTube has all bytes, and does not name the video yet")


@pytest.mark.parametrize(
    "answer",
    [
        cut,
        refusal(503, "backendError"),
        Answer(500, b""),
        Answer(200, b"<html>"),
        Answer(200, {}),
        Answer(308, b"", {"Range": "?"}),
    ],
)
def test_a_session_that_answers_nothing_useful_settles_nothing(
    answer: Any, publisher: Make, youtube: YouTube, lost: Publication
) -> None:
    youtube.asked = [answer]
    found = publisher().find(lost)
    assert isinstance(found, Unknown)
    assert not found.ask_person


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(401, "authError", domain="global"), TokenExpired),
        (refusal(401, "youtubeSignupRequired"), ConnectionRevoked),
        (refusal(403, "channelSuspended"), ConnectionRevoked),
        (refusal(403, "userRateLimitExceeded", domain="usageLimits"), RateLimited),
    ],
)
def test_an_account_that_cannot_be_asked_postpones_the_question(
    answer: Answer, kind: type[Exception], publisher: Make, youtube: YouTube, lost: Publication
) -> None:
    youtube.asked = [answer]
    with pytest.raises(kind):
        publisher().find(lost)


@pytest.mark.parametrize("reason", ["invalidTitle", "mediaBodyRequired", "uploadLimitExceeded"])
def test_a_session_that_says_why_it_refused_proves_that_there_is_no_video(
    reason: str, publisher: Make, youtube: YouTube, unsent: Publication, server: Server
) -> None:
    youtube.asked = [refusal(400, reason)] * 2
    found = publisher().find(unsent)
    assert isinstance(found, Absent)
    assert found.conclusive
    went = drive(publisher().publish, replace(unsent, doubts=1, sending_since=None))
    assert went.after.checkpoint["session"] is None  # another one may be begun


def test_a_session_that_is_over_before_its_last_piece_proves_absence(
    publisher: Make, youtube: YouTube, post: Post
) -> None:
    begun = drive(publisher().publish, publication(post), stop_after=1).after
    youtube.asked = [GONE]
    found = publisher().find(begun)
    assert isinstance(found, Absent)
    assert found.conclusive


def test_without_a_session_nothing_can_have_been_sent(publisher: Make, post: Post, server: Server) -> None:
    assert publisher().find(publication(post)) == Absent("no upload was begun", conclusive=True)
    assert server.requests == []


# -- the session is over, and its last piece had been sent --


def test_the_name_and_size_of_the_file_prove_which_video_it_is(
    publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE]
    listed(
        video("AAAAAAAAAAA", name="IMG_1.mp4"),
        video(),
        video("BBBBBBBBBBB", name=None, size=None, title="Other"),
        server=server,
    )
    found = publisher().find(lost)
    assert isinstance(found, Landed)
    assert found.notes["video_id"] == VIDEO
    asked = server.asked("GET", "/youtube/v3/videos")[-1]
    assert asked.query == {"part": "snippet,status,fileDetails", "id": f"AAAAAAAAAAA,{VIDEO},BBBBBBBBBBB"}
    assert server.asked("GET", "/youtube/v3/playlistItems")[0].query["playlistId"] == UPLOADS


@pytest.mark.parametrize(
    ("videos", "says"),
    [
        ([], "is not among the channel's uploads"),
        ([video(name="IMG_1.mp4")], "is not among"),
        ([video(name=None, size=None, title="Another")], "is not among"),
        ([video(age=timedelta(days=3))], "is not among"),
        ([video(name=None, size=None)], f"watch?v={VIDEO}"),  # the same title alone is a hint and no proof
        ([video(size=SIZE + 1)], f"watch?v={VIDEO}"),
        ([video(name=None, size=SIZE + 1)], "is not among"),
    ],
)
def test_what_is_not_proved_is_neither_found_nor_absent(
    videos: list[dict[str, Any]],
    says: str,
    publisher: Make,
    youtube: YouTube,
    lost: Publication,
    server: Server,
) -> None:
    youtube.asked = [GONE]
    listed(*videos, server=server)
    found = publisher().find(lost)
    assert isinstance(found, Unknown)
    assert says in found.reason
    assert not found.ask_person


def test_a_video_of_another_publication_is_never_it(
    publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE]
    listed(video(), server=server)
    found = publisher().find(replace(lost, other_remote_ids=frozenset({VIDEO})))
    assert isinstance(found, Unknown)


def test_two_videos_that_fit_are_for_a_person(
    publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE]
    listed(video(), video("AAAAAAAAAAA"), server=server)
    found = publisher().find(lost)
    assert isinstance(found, Unknown)
    assert found.ask_person


def test_the_list_is_read_until_it_is_too_old(
    publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE]
    listed(server=server)
    pages = [
        {
            "items": [{"snippet": {"publishedAt": at}, "contentDetails": {"videoId": name}}],
            "nextPageToken": token,
        }
        for at, name, token in [
            (NOW.isoformat(), "AAAAAAAAAAA", "two"),
            ((NOW - timedelta(days=2)).isoformat(), "BBBBBBBBBBB", "three"),
        ]
    ]
    server.on(ITEMS, *[Answer(body=page) for page in pages])
    publisher().find(lost)
    asked = server.asked("GET", "/youtube/v3/playlistItems")
    assert [request.query.get("pageToken") for request in asked] == [None, "two"]


@pytest.mark.parametrize("what", [CHANNELS, ITEMS, VIDEOS])
@pytest.mark.parametrize(
    "answer", [cut, refusal(503, "backendError"), Answer(200, b"<html>"), Answer(200, {"items": 3})]
)
def test_a_list_that_cannot_be_read_proves_nothing(
    what: str, answer: Any, publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE]
    listed(video(), server=server)
    server.on(what, answer)
    found = publisher().find(lost)
    assert isinstance(found, Unknown)
    assert "the look failed" in found.reason


def test_without_the_permission_to_read_a_person_is_asked_at_once(
    publisher: Make, youtube: YouTube, lost: Publication, server: Server
) -> None:
    youtube.asked = [GONE, GONE]
    blind = replace(lost, connection=replace(lost.connection, scopes=("youtube.upload",)))
    found = publisher().find(blind)
    assert isinstance(found, Unknown)
    assert found.ask_person
    server.on(CHANNELS, refusal(403, "insufficientPermissions", domain="global"))
    found = publisher().find(lost)
    assert isinstance(found, Unknown)
    assert found.ask_person
    assert "youtube.readonly" in found.reason


def test_never_found_ends_with_a_person_and_never_with_another_upload() -> None:
    at, looked = NOW, 0
    while True:
        verdict = weigh(Unknown("not there"), PATIENCE, looked=looked, absent_looks=0, sent_at=NOW, now=at)
        assert not isinstance(verdict, ProvedAbsent | Found | GoOn)
        if isinstance(verdict, AskPerson):
            break
        assert isinstance(verdict, LookAgain)
        at, looked = verdict.at, looked + 1
    assert timedelta(minutes=30) < at - NOW < timedelta(hours=3)


# -- a video whose id is known --


@pytest.mark.parametrize("found_status", ["uploaded", "rejected", "failed"])
def test_an_accepted_video_is_not_settled_before_youtube_is_through_with_it(
    link: str, found_status: str, publisher: Make, post: Post, server: Server
) -> None:
    notes = {ACCEPTED: True, "video_id": VIDEO, "accepted_at": NOW.isoformat()}
    server.on(VIDEOS, status(found_status))
    assert isinstance(publisher().find(publication(post, checkpoint=notes)), Landed)
    server.on(VIDEOS, status("processed"))
    assert publisher().find(publication(post, checkpoint=notes)) == Published(VIDEO, link)


def test_an_accepted_video_that_cannot_be_looked_at_for_long_is_published_all_the_same(
    link: str, publisher: Make, post: Post, server: Server
) -> None:
    notes = {ACCEPTED: True, "video_id": VIDEO, "accepted_at": NOW.isoformat()}
    server.on(VIDEOS, refusal(503, "backendError"))
    given = publication(post, checkpoint=notes)
    assert isinstance(publisher().find(given), Unknown)
    last = replace(given, doubt_looks=PATIENCE.most_looks - 1)
    assert publisher().find(last) == Published(VIDEO, link)


# -- a video that a person names --


def test_the_video_that_a_person_names_is_held_against_what_was_sent(
    link: str, publisher: Make, lost: Publication, server: Server
) -> None:
    server.on(VIDEOS, {"items": [video()]})
    assert publisher().look_at(lost, VIDEO) == Published(VIDEO, link)


@pytest.mark.parametrize(
    ("found", "says", "final"),
    [
        (video(channel="UCother"), "not of UC", True),
        (video(title="Another"), "another title", False),
        (video(size=5), "a file of 5 bytes", False),
        (video(age=timedelta(days=3)), "before this was sent", False),
        (video(uploadStatus="rejected", rejectionReason="length"), "is not out", False),
        (None, "shows no video", False),
    ],
)
def test_a_video_that_is_another_one_is_objected_to(
    found: dict[str, Any] | None, says: str, final: bool, publisher: Make, lost: Publication, server: Server
) -> None:
    server.on(VIDEOS, {"items": [found] if found else []})
    objection = publisher().look_at(lost, VIDEO)
    assert isinstance(objection, Objection)
    assert says in objection.reason
    assert objection.final is final


def test_a_named_video_that_is_bound_or_unreadable(
    publisher: Make, lost: Publication, server: Server
) -> None:
    server.on(VIDEOS, {"items": [video()]})
    bound = publisher().look_at(replace(lost, other_remote_ids=frozenset({VIDEO})), VIDEO)
    assert isinstance(bound, Objection)
    assert bound.final
    server.on(VIDEOS, refusal(503, "backendError"))
    assert isinstance(publisher().look_at(lost, VIDEO), Unknown)


@pytest.mark.parametrize(
    ("api_url", "site"),
    [
        ("https://www.googleapis.com", "https://www.youtube.com"),
        ("http://127.0.0.1:9300", "http://127.0.0.1:9300"),
    ],
)
def test_people_watch_it_on_youtubes_own_site_or_where_it_is_imitated(api_url: str, site: str) -> None:
    assert permalink(site_of(api_url), VIDEO) == f"{site}/watch?v={VIDEO}"


@pytest.mark.parametrize(
    "url",
    [
        f"https://www.youtube.com/watch?v={VIDEO}",
        f"http://127.0.0.1:9300/watch?v={VIDEO}",
        f"https://youtube.com/watch?app=desktop&v={VIDEO}&t=4s",
        f"https://youtu.be/{VIDEO}?si=abc",
        f"https://www.youtube.com/shorts/{VIDEO}",
        f"https://m.youtube.com/live/{VIDEO}?feature=share",
        f"https://studio.youtube.com/video/{VIDEO}/edit",
        f"https://www.youtube.com/embed/{VIDEO}",
    ],
)
def test_the_id_is_read_from_every_address_that_people_copy(url: str, lost: Publication) -> None:
    assert YouTubePublisher.remote_id_in(url, lost.connection) == VIDEO


@pytest.mark.parametrize(
    "url",
    [
        "https://www.youtube.com/watch",
        "https://www.youtube.com/@channel",
        f"https://example.com/watch?v={VIDEO}",
        f"https://notyoutube.com/watch?v={VIDEO}",
        "https://youtu.be/short",
        f"ftp://youtu.be/{VIDEO}",
        "https://[",
    ],
)
def test_other_addresses_hold_no_video(url: str, lost: Publication) -> None:
    assert YouTubePublisher.remote_id_in(url, lost.connection) is None
