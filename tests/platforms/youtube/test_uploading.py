"""The upload: one session, durable before its first byte; pieces; and a last one that is never sent on a guess."""

from __future__ import annotations

import json
import os
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.errors import (
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
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from planrrr_cli.platforms.youtube.rest import trusted
from planrrr_cli.platforms.youtube.sessions import CHUNK
from tests.platforms.rig import Answer, Server, TestClock
from tests.platforms.youtube.stage import (
    GRAIN,
    INSERT,
    TOKEN,
    VIDEO,
    YouTube,
    cut,
    drive,
    publication,
    refusal,
    video_file,
)

Make = Callable[..., YouTubePublisher]
BEGUN = "note session session_sha256 session_size session_started slug"
SPENT = [("youtube.channel_uploads", 1, None), ("youtube.uploads", 1, None)]
ACCEPTED = "note accepted accepted_at session video_id"


def go_on(publisher: Make, given: Publication, most: int = 30) -> tuple[Any, Publication]:
    """Attempt after attempt, as long as it is processing or can be tried again."""
    for _ in range(most):
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing | PlatformUnavailable):
            break
    return went.ending, given


def test_the_session_is_durable_before_the_first_byte_and_the_last_piece_is_announced(
    publisher: Make, post: Post, youtube: YouTube, server: Server, gate: list[int], film: Media
) -> None:
    went = drive(publisher().publish, publication(post))
    assert went.notes == [BEGUN, "note last_sent", "no return", ACCEPTED]
    assert went.spent == SPENT
    assert isinstance(went.ending, Processing)
    assert went.ending.reason == f"YouTube is processing video {VIDEO}"
    assert gate == [1]  # checked once, when the session was there and no byte had been sent
    assert bytes(youtube.sessions[0].arrived) == Path(film.file or "").read_bytes()
    assert youtube.ranges == ["0-99999/100000"]
    assert went.after.checkpoint["session"] is None
    assert went.after.checkpoint["video_id"] == VIDEO


def test_the_address_of_the_session_is_kept_as_a_secret(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    stopped = drive(publisher().publish, publication(post), stop_after=1)
    session = stopped.after.checkpoint["session"]
    assert isinstance(session, Secret)
    assert "upload_id=upload-number-1-s3cret-1" in session.reveal()


def test_nothing_secret_is_in_the_evidence_of_the_calls(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    made = publisher()
    drive(made.publish, publication(post))
    assert len(made.api.calls) == 2
    assert "s3cret" not in str(made.api.calls)
    assert TOKEN not in str(made.api.calls)
    assert (
        made.api.calls[0]["request_id"] == "upload-number-1-…"
    )  # the header holds all of the address's secret


def test_the_start_says_all_that_is_known_of_the_video(
    publisher: Make, post: Post, youtube: YouTube, server: Server
) -> None:
    full = replace(
        post,
        link="https://example.com/bread",
        options={
            "privacy": "unlisted",
            "tags": ["bread", "sour dough"],
            "category": "Howto",
            "language": "en",
            "made_for_kids": True,
            "synthetic_media": False,
            "notify": False,
            "license": "creativecommon",
            "embeddable": False,
            "public_stats": True,
        },
    )
    drive(publisher().publish, publication(full))
    (start,) = server.asked("POST", "/upload/youtube/v3/videos")
    assert start.query == {"uploadType": "resumable", "part": "snippet,status", "notifySubscribers": "false"}
    assert start.headers["x-upload-content-type"] == "video/mp4"
    assert start.headers["x-upload-content-length"] == "100000"
    assert start.headers["slug"] == "planrrr-p1.mp4"
    assert start.headers["authorization"] == f"Bearer {TOKEN}"
    assert start.headers["content-type"] == "application/json"
    assert json.loads(start.body) == {
        "snippet": {
            "title": "Rising",
            "description": "Watch the bread rise.\nhttps://example.com/bread",
            "tags": ["bread", "sour dough"],
            "categoryId": "26",
            "defaultLanguage": "en",
        },
        "status": {
            "privacyStatus": "unlisted",
            "selfDeclaredMadeForKids": True,
            "containsSyntheticMedia": False,
            "license": "creativeCommon",
            "embeddable": False,
            "publicStatsViewable": True,
        },
    }


def test_privacy_and_the_declaration_about_children_are_always_said(
    publisher: Make, post: Post, youtube: YouTube, server: Server
) -> None:
    drive(publisher().publish, publication(post))
    (start,) = server.asked("POST", "/upload/youtube/v3/videos")
    assert start.query == {"uploadType": "resumable", "part": "snippet,status"}
    assert json.loads(start.body)["status"] == {"privacyStatus": "public", "selfDeclaredMadeForKids": False}


def test_a_video_that_becomes_public_later_is_private_and_its_time_is_in_utc(
    publisher: Make, post: Post, youtube: YouTube, server: Server
) -> None:
    later = replace(post, options={"publish_at": "2026-12-01T09:00:00+01:00"})
    drive(publisher().publish, publication(later))
    sent = json.loads(server.asked("POST", "/upload/youtube/v3/videos")[0].body)["status"]
    assert sent["privacyStatus"] == "private"
    assert sent["publishAt"] == "2026-12-01T08:00:00.000Z"


def test_a_large_video_goes_up_in_pieces_of_8_mib(
    publisher: Make, tmp_path: Path, youtube: YouTube, server: Server
) -> None:
    assert CHUNK == 8 * 1024 * 1024
    size = 2 * CHUNK + 12_345
    post = Post("", (video_file(tmp_path, size),), title="Long")
    told: list[tuple[int, int]] = []
    made = publisher()
    made.progress = lambda done, total: told.append((done, total))
    went = drive(made.publish, publication(post))
    assert isinstance(went.ending, Processing)
    assert youtube.ranges == [
        f"0-{CHUNK - 1}/{size}",
        f"{CHUNK}-{2 * CHUNK - 1}/{size}",
        f"{2 * CHUNK}-{size - 1}/{size}",
    ]
    assert told == [(0, size), (CHUNK, size), (2 * CHUNK, size), (size, size)]
    assert bytes(youtube.sessions[0].arrived) == Path(post.media[0].file or "").read_bytes()
    for piece in (request for request in server.requests if request.method == "PUT"):
        assert piece.headers["authorization"] == f"Bearer {TOKEN}"


@pytest.mark.parametrize("size", [4 * GRAIN, 4 * GRAIN + 1, GRAIN, GRAIN - 1, 20])
def test_only_the_piece_with_the_last_byte_is_past_the_point_of_no_return(
    size: int,
    publisher: Make,
    tmp_path: Path,
    youtube: YouTube,
    server: Server,
    small_pieces: int,
    gate: list[int],
) -> None:
    post = Post("", (video_file(tmp_path, size),), title="Sizes")
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Processing)
    pieces = -(-size // GRAIN)
    assert len(youtube.ranges) == pieces
    assert youtube.ranges[-1].endswith(f"-{size - 1}/{size}")
    assert gate == [pieces]  # asked for when all others had been sent
    assert went.notes.count("no return") == 1
    assert len(youtube.sessions[0].arrived) == size


def test_what_youtube_kept_decides_where_it_goes_on(
    publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    """It may keep less than it was sent, any number of bytes."""
    size = 3 * GRAIN
    youtube.keeps = lambda count: count - 100_000 if count > 150_000 else count
    post = Post("", (video_file(tmp_path, size),), title="Partly")
    ending, _ = go_on(publisher, publication(post))
    assert isinstance(ending, Published)
    assert bytes(youtube.sessions[0].arrived) == Path(post.media[0].file or "").read_bytes()
    assert len(youtube.sessions) == 1
    kept = [int(told.split("-")[0]) for told in youtube.ranges if told[0] != "*"]
    assert kept == sorted(kept)
    assert kept[1] == GRAIN - 100_000


def test_a_session_that_moves_is_followed(
    publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    size = 2 * GRAIN
    moved = f"{server.url}/elsewhere?upload_id=s3cret-1"

    def move(request: Any) -> Answer:
        answer = youtube.take(youtube.sessions[0], 0, GRAIN - 1, size, request.body)
        return Answer(308, b"", {**answer.headers, "Location": moved})

    youtube.troubles = [move]
    server.on("PUT /elsewhere", youtube.put)
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, size),), title="Moves")))
    assert isinstance(went.ending, Processing)
    assert len(server.asked("PUT", "/elsewhere")) == 1
    assert went.notes == [BEGUN, "note session", "note last_sent", "no return", ACCEPTED]


@pytest.mark.parametrize(
    "location",
    [
        "https://evil.example/upload?upload_id=1",
        "http://www.googleapis.com/upload?upload_id=1",
        "https://googleapis.com.evil.example/upload",
        "https://evilgoogleapis.com/upload",
        "https://www.googleapis.com@evil.example/upload",
        "https://www.googleapis.com:8443/upload",
        "//www.googleapis.com/upload",
        "/upload/youtube/v3/videos?upload_id=1",
        "http://127.0.0.1:1/upload",
        "https://[/upload",
    ],
)
def test_the_token_goes_nowhere_but_to_google(
    location: str, publisher: Make, post: Post, server: Server, youtube: YouTube
) -> None:
    server.on(INSERT, Answer(200, b"", {"Location": location}))
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, UnexpectedReply)
    assert "not Google's own" in went.ending.message
    assert went.notes == []
    assert len(server.requests) == 1


def test_google_may_name_any_of_its_hosts() -> None:
    for host in ("www.googleapis.com", "youtube.googleapis.com", "upload.video.googleapis.com:443"):
        assert trusted(f"https://{host}/upload?upload_id=1", "https://www.googleapis.com")
    assert trusted("http://127.0.0.1:9300/upload", "http://127.0.0.1:9300/")


@pytest.mark.parametrize(
    "answer", [Answer(201, b"", {"Location": "https://www.googleapis.com/u"}), Answer(200, b"")]
)
def test_a_start_without_an_address_is_no_start(
    answer: Answer, publisher: Make, post: Post, server: Server, youtube: YouTube
) -> None:
    server.on(INSERT, answer)
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, UnexpectedReply)
    assert went.notes == []


@pytest.mark.parametrize(
    "trouble", [cut, refusal(503, "backendError"), Answer(502, b"<html>"), refusal(409, "alreadyExists")]
)
def test_a_lost_start_is_begun_anew_since_nothing_can_have_been_published(
    trouble: Any, publisher: Make, post: Post, server: Server, youtube: YouTube
) -> None:
    server.on(INSERT, trouble)
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, PlatformUnavailable)
    assert went.after.checkpoint == {}
    server.on(INSERT, youtube.start)
    assert isinstance(drive(publisher().publish, went.after).ending, Processing)


@pytest.mark.parametrize("steps", range(1, 8))
def test_a_process_that_dies_anywhere_leaves_one_video(
    steps: int, publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    post = Post("", (video_file(tmp_path, 10 * GRAIN),), title="Dies")
    died = drive(publisher().publish, publication(post), stop_after=steps)
    ending, _ = go_on(publisher, died.after)
    assert isinstance(ending, Published)
    assert len(youtube.sessions) == 1
    assert bytes(youtube.sessions[0].arrived) == Path(post.media[0].file or "").read_bytes()


def test_a_resumed_upload_asks_first_and_sends_only_what_is_missing(
    publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    size = 6 * GRAIN
    post = Post("", (video_file(tmp_path, size),), title="Resumes")
    died = drive(publisher().publish, publication(post), stop_after=2)  # after four pieces there is a note
    assert died.after.checkpoint["bytes_done"] == 4 * GRAIN
    youtube.sessions[0].arrived = youtube.sessions[0].arrived[: 3 * GRAIN + 17]  # less than it had said
    before = len(youtube.ranges)
    told: list[int] = []
    made = publisher()
    made.progress = lambda done, total: told.append(done)
    went = drive(made.publish, died.after)
    assert isinstance(went.ending, Processing)
    assert youtube.ranges[before:] == [
        f"*/{size}",
        f"{3 * GRAIN + 17}-{4 * GRAIN + 16}/{size}",
        f"{4 * GRAIN + 17}-{5 * GRAIN + 16}/{size}",
        f"{5 * GRAIN + 17}-{size - 1}/{size}",
    ]
    assert told[0] == 3 * GRAIN + 17
    assert went.spent == []


def test_a_session_of_which_nothing_was_kept_is_used_from_its_beginning(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    begun = drive(publisher().publish, publication(post), stop_after=1)
    went = drive(publisher().publish, begun.after)
    assert isinstance(went.ending, Processing)
    assert youtube.ranges == ["*/100000", "0-99999/100000"]
    assert len(youtube.sessions) == 1


TROUBLES = [
    cut,
    refusal(500, "internalError", domain="global"),
    refusal(502, "backendError", domain="global"),
    refusal(503, "backendError", domain="global"),
    Answer(504, b"<html>"),
    Answer(501, b""),
    refusal(400, "badRequest", "wrong range", "global"),
]


@pytest.mark.parametrize("trouble", TROUBLES)
def test_a_piece_that_fails_is_asked_about_and_sent_again_from_there(
    trouble: Any, publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    """The server kept half of it before the trouble."""
    size = 3 * GRAIN

    def half(request: Any) -> Answer:
        youtube.sessions[0].arrived += request.body[: GRAIN // 2]
        found: Answer = trouble(request) if callable(trouble) else trouble
        return found

    youtube.troubles = [None, half]
    post = Post("", (video_file(tmp_path, size),), title="Half")
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Processing)
    assert youtube.ranges[1:4] == [
        f"{GRAIN}-{2 * GRAIN - 1}/{size}",
        f"*/{size}",
        f"{GRAIN + GRAIN // 2}-{2 * GRAIN + GRAIN // 2 - 1}/{size}",
    ]
    assert bytes(youtube.sessions[0].arrived) == Path(post.media[0].file or "").read_bytes()


@pytest.mark.parametrize("trouble", TROUBLES)
def test_an_upload_that_does_not_advance_waits_and_at_last_spends_attempts(
    trouble: Any, publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    youtube.troubles = [trouble] * 10
    given = publication(Post("", (video_file(tmp_path, 3 * GRAIN),), title="Stuck"))
    pauses = []
    for _ in range(2):
        went = drive(publisher().publish, given)
        given = went.after
        assert isinstance(went.ending, Processing)
        pauses.append(went.ending.check_after)
    assert pauses == [timedelta(seconds=5), timedelta(seconds=30)]
    for _ in range(2):
        went = drive(publisher().publish, given)
        given = went.after
        assert isinstance(went.ending, PlatformUnavailable | UnexpectedReply)
    assert len(youtube.sessions) == 1
    youtube.troubles = []
    ending, _ = go_on(publisher, given)
    assert isinstance(ending, Published)
    assert len(youtube.sessions) == 1


def test_progress_gives_the_patience_back(
    publisher: Make, tmp_path: Path, youtube: YouTube, server: Server, small_pieces: int
) -> None:
    """However often it breaks off: as long as bytes arrive, no attempt is spent."""
    given = publication(Post("", (video_file(tmp_path, 12 * GRAIN),), title="Flaky"))
    for _ in range(10):
        youtube.troubles = [None, cut]
        youtube.asked = [None, cut] if youtube.sessions else [cut]
        went = drive(publisher().publish, given)
        given = went.after
        assert isinstance(went.ending, Processing), went.ending
        assert "broke off at" in went.ending.reason
        youtube.troubles, youtube.asked = [cut], [cut]  # nobody answers
        stuck = drive(publisher().publish, given)
        given = stuck.after
        assert isinstance(stuck.ending, Processing)
        assert given.checkpoint["stalls"] == 1


def test_youtube_may_say_how_long_to_wait(
    publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    busy = Answer(503, b"", {"Retry-After": "120"})
    youtube.troubles = [busy]
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, 3 * GRAIN),), title="Busy")))
    assert went.ending.check_after == timedelta(seconds=120)


@pytest.mark.parametrize(
    "gone", [Answer(404, b""), Answer(410, b""), refusal(404, "notFound", domain="global")]
)
def test_a_session_that_is_over_before_the_last_piece_is_replaced(
    gone: Answer, publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    youtube.troubles = [None, gone]
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, 3 * GRAIN),), title="Gone")))
    assert isinstance(went.ending, Processing)
    assert "begins anew" in went.ending.reason
    assert went.after.checkpoint["session"] is None
    ending, _ = go_on(publisher, went.after)
    assert isinstance(ending, Published)
    assert len(youtube.sessions) == 2
    assert [session.made for session in youtube.sessions] == [False, True]


def test_sessions_are_not_begun_for_ever(
    publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    youtube.troubles = [Answer(404, b"")] * 20
    ending, _ = go_on(publisher, publication(Post("", (video_file(tmp_path, 3 * GRAIN),), title="Gone")))
    assert isinstance(ending, UnexpectedReply)
    assert "begun 3 times" in ending.message
    assert len(youtube.sessions) == 3


def test_a_session_of_last_week_is_not_trusted_with_bytes(
    publisher: Make, post: Post, youtube: YouTube, clock: TestClock
) -> None:
    begun = drive(publisher().publish, publication(post), stop_after=1)
    clock.pass_by(days=6, minutes=1)
    went = drive(publisher().publish, begun.after)
    assert "too old" in went.ending.reason
    assert youtube.ranges == []


def test_another_file_never_goes_into_the_session_of_the_first(
    publisher: Make, post: Post, youtube: YouTube, tmp_path: Path
) -> None:
    begun = drive(publisher().publish, publication(post), stop_after=1)
    other = replace(post, media=(video_file(tmp_path, 100_000, "other.mp4", seed=3),))
    went = drive(publisher().publish, replace(begun.after, post=other))
    assert "another one" in went.ending.reason
    sent = drive(publisher().publish, publication(post), stop_after=3)
    refused = drive(publisher().publish, replace(sent.after, post=other))
    assert isinstance(refused.ending, MediaRejected)
    assert refused.after.checkpoint["session"] is not None


UNCLEAR = [
    cut,
    refusal(503, "backendError", domain="global"),
    Answer(500, b"<html>"),
    Answer(429, b""),
    Answer(408, b""),
    Answer(403, b"<html>"),
    refusal(403, "somethingNew"),
    refusal(400, "badRequest", "wrong range", "global"),
    Answer(200, b"<html>"),
    Answer(201, {"kind": "youtube#video"}),
    Answer(200, {"id": ""}),
    Answer(404, b""),
    Answer(410, b""),
    Answer(308, b"", {"Range": "bytes=0-99999"}),
    Answer(308, b"", {"Range": "bytes=0-100000"}),
    Answer(308, b"", {"Range": "nonsense"}),
    Answer(302, b"", {"Location": "https://evil.example"}),
    Answer(201, b'{"id": "dQw4'),
]


@pytest.mark.parametrize("answer", UNCLEAR)
def test_no_unclear_answer_to_the_last_piece_is_a_failure_or_a_reason_to_send_again(
    answer: Any, publisher: Make, post: Post, youtube: YouTube
) -> None:
    youtube.troubles = [answer]
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.notes == [BEGUN, "note last_sent", "no return"]
    assert went.after.sending_since is not None
    assert went.after.checkpoint["session"] is not None


def test_a_last_piece_that_was_kept_in_part_is_no_video_and_goes_on(
    publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    size = GRAIN + 1000
    youtube.keeps = lambda count: count - 400 if count == 1000 else count
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, size),), title="Kept")))
    assert isinstance(went.ending, Processing)
    assert youtube.ranges[-2:] == [f"{GRAIN}-{size - 1}/{size}", f"{size - 400}-{size - 1}/{size}"]
    assert went.notes == [
        BEGUN,
        "note last_sent",
        "no return",
        "note bytes_done last_sent stalls",
        "note last_sent",
        "no return",
        ACCEPTED,
    ]


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (refusal(400, "invalidTitle"), ContentRejected),
        (refusal(400, "mediaBodyRequired"), MediaRejected),
        (refusal(400, "uploadLimitExceeded"), RateLimited),
    ],
)
def test_a_plain_refusal_of_the_last_piece_ends_its_session_without_a_doubt(
    answer: Answer, kind: type[Exception], publisher: Make, post: Post, youtube: YouTube
) -> None:
    youtube.troubles = [answer]
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, kind)
    assert went.after.checkpoint["session"] is None
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, Processing)
    assert len(youtube.sessions) == 2


@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_token_that_ends_in_the_middle_costs_nothing(
    at: int, publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int
) -> None:
    youtube.troubles = [*[None] * at, refusal(401, "authError", "Invalid Credentials", "global")]
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, 3 * GRAIN),), title="Hour")))
    assert isinstance(went.ending, TokenExpired)
    ending, _ = go_on(publisher, went.after)
    assert isinstance(ending, Published)
    assert len(youtube.sessions) == 1


def test_a_session_that_is_over_after_its_last_piece_is_a_doubt_and_never_replaced(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    """401 was the answer to the last piece, and the session is gone when the token is new."""
    youtube.troubles = [refusal(401, "authError", domain="global")]
    went = drive(publisher().publish, publication(post))
    youtube.asked = [Answer(404, b"")]
    again = drive(publisher().publish, went.after)
    assert isinstance(again.ending, OutcomeUnknown)
    assert "may have made the video" in again.ending.message
    assert len(youtube.sessions) == 1


def test_a_persons_word_lets_a_new_session_begin_when_the_old_one_is_over(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    youtube.troubles = [youtube.lost]
    lost = drive(publisher().publish, publication(post))
    assert isinstance(lost.ending, OutcomeUnknown)
    youtube.asked = [Answer(404, b"")] * 2
    told = replace(lost.after, doubts=1, sending_since=None)
    went = drive(publisher().publish, told)
    assert "begins anew" in went.ending.reason


def test_a_session_that_has_a_video_after_all_is_believed_before_anything_is_sent(
    publisher: Make, post: Post, youtube: YouTube
) -> None:
    """Whatever was settled meanwhile: the session is asked first."""
    youtube.troubles = [youtube.lost]
    lost = drive(publisher().publish, publication(post))
    went = drive(publisher().publish, replace(lost.after, doubts=1, sending_since=None))
    assert isinstance(went.ending, Processing)
    assert went.after.checkpoint["video_id"] == VIDEO
    assert len(youtube.sessions) == 1
    assert youtube.ranges == ["0-99999/100000", "*/100000"]


def test_all_bytes_and_no_video_yet_is_a_doubt(publisher: Make, post: Post, youtube: YouTube) -> None:
    begun = drive(publisher().publish, publication(post), stop_after=1)
    youtube.asked = [Answer(308, b"", {"Range": "bytes=0-99999"})]
    assert isinstance(drive(publisher().publish, begun.after).ending, OutcomeUnknown)
    assert len(youtube.sessions) == 1


def test_a_file_that_changes_while_its_last_piece_leaves_is_a_doubt(
    publisher: Make, post: Post, youtube: YouTube, server: Server, film: Media
) -> None:
    """The bytes may all have arrived, so it must not end as a failure."""
    made = publisher()
    steps = made.publish(publication(post))
    for step in steps:
        if type(step).__name__ == "PointOfNoReturn":
            break
    path = Path(film.file or "")
    os.utime(path, ns=(1, 1))
    with pytest.raises(OutcomeUnknown, match="the last piece was sent, but"):
        next(steps)


def test_no_room_is_told_before_anything_is_sent(
    publisher: Make, post: Post, youtube: YouTube, server: Server
) -> None:
    went = drive(publisher().publish, publication(post), full="youtube.uploads")
    assert isinstance(went.ending, RateLimited)
    assert went.ending.scope is Scope.APP
    assert "midnight Pacific Time" in went.ending.next_step
    assert "2026-11-24 23:00 UTC" in went.ending.next_step
    assert server.requests == []
    assert went.after.checkpoint == {}


@pytest.mark.parametrize("said", [500, "500"])
def test_a_project_that_may_upload_more_says_so_in_the_accounts_options(
    said: object, publisher: Make, post: Post, youtube: YouTube
) -> None:
    given = publication(post, account_options={"uploads_per_day": said})
    assert drive(publisher().publish, given).spent == [SPENT[0], ("youtube.uploads", 1, 500)]


@pytest.mark.parametrize("made", [200, 201])
def test_both_good_answers_to_the_last_piece_count(
    made: int, publisher: Make, post: Post, youtube: YouTube
) -> None:
    youtube.made = made
    assert isinstance(drive(publisher().publish, publication(post)).ending, Processing)


def test_a_video_from_an_address_is_fetched_looked_at_and_sent(
    publisher: Make, youtube: YouTube, server: Server
) -> None:
    real = (Path(__file__).parents[3] / "examples" / "media" / "bread-rises.mp4").read_bytes()
    server.on("GET /film.mp4", Answer(200, real))
    went = drive(
        publisher().publish, publication(Post("", (Media(url=f"{server.url}/film.mp4"),), title="Far"))
    )
    assert isinstance(went.ending, Processing)
    assert bytes(youtube.sessions[0].arrived) == real


@pytest.mark.parametrize(
    ("content", "says"),
    [
        (b"\x89PNG\r\n\x1a\n" + bytes(100), "image/png, and YouTube takes videos"),
        (
            b"\0\0\0\x20ftypisom" + bytes(range(256)) * 400,
            "calls itself a video, and there is no moving picture",
        ),
        (b"plain words", "is no kind of file that we know"),
    ],
)
def test_an_address_that_holds_no_video_is_refused_before_a_session_is_opened(
    content: bytes, says: str, publisher: Make, youtube: YouTube, server: Server
) -> None:
    server.on("GET /film.mp4", Answer(200, content))
    went = drive(
        publisher().publish, publication(Post("", (Media(url=f"{server.url}/film.mp4"),), title="Far"))
    )
    assert isinstance(went.ending, MediaRejected)
    assert says in went.ending.message
    assert youtube.sessions == []


def test_on_a_slow_line_there_is_a_note_every_few_seconds(
    publisher: Make, tmp_path: Path, youtube: YouTube, small_pieces: int, clock: TestClock
) -> None:
    """A run that was told to stop does so there."""

    def slowly(_: Any) -> None:
        clock.pass_by(seconds=6)

    youtube.troubles = [slowly] * 4
    went = drive(publisher().publish, publication(Post("", (video_file(tmp_path, 4 * GRAIN),), title="Slow")))
    assert went.notes == [BEGUN, "note bytes_done stalls", "note last_sent", "no return", ACCEPTED]


def test_a_channel_that_youtube_has_closed_is_told_without_our_own_number(
    publisher: Make, post: Post, server: Server
) -> None:
    went = drive(publisher().publish, publication(post), full="youtube.channel_uploads")
    assert isinstance(went.ending, RateLimited)
    assert str(went.ending) == went.ending.message == "YouTube has closed this channel's uploads for now"
    assert server.requests == []
