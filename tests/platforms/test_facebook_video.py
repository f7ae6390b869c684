"""Videos: sessions that survive anything, and `finish` that is called for one id only."""

from __future__ import annotations

import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from planrrr_cli.domain.errors import (
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, FollowedUp, Processing, Published, Unknown
from planrrr_cli.platforms.facebook.publisher import FacebookPublisher
from tests.platforms.rig import (
    NOW,
    PAGE,
    Answer,
    Cut,
    Request,
    Server,
    TestClock,
    drive,
    publication,
    refusal,
)

REELS, VIDEOS = f"POST /v25.0/{PAGE}/video_reels", f"POST /v25.0/{PAGE}/videos"
STATUS, UPLOAD = "GET /v25.0/900", "POST /video-upload/v25.0/900"
MP4 = b"\0\0\0\x20ftypisom" + bytes(range(256)) * 40
Make = Callable[..., FacebookPublisher]


def form_of(request: Request) -> dict[str, str]:
    """The plain fields of a form, urlencoded or multipart."""
    kind = request.headers.get("content-type", "")
    if not kind.startswith("multipart"):
        return request.form
    parts = request.body.split(b"--" + kind.partition("boundary=")[2].encode())
    found = {}
    for part in parts:
        head, _, value = part.partition(b"\r\n\r\n")
        if b"name=" in head:
            name = head.split(b'name="')[1].split(b'"')[0].decode()
            found[name] = value.removesuffix(b"\r\n").decode("latin-1")
    return found


class Reel:
    """One reel as Facebook might keep it: what arrived, whether `finish` took, and what is wrong with it."""

    def __init__(self, server: Server, content: bytes = MP4) -> None:
        self.server = server
        self.content = content
        self.arrived = b""
        self.finished = 0
        self.phase = "not_started"
        self.extra: dict[str, Any] = {}
        self.breaks: list[int] = []
        self.sessions = 0
        server.on(REELS, self.reels)
        server.on(UPLOAD, self.upload)
        server.on(STATUS, self.status)

    def reels(self, request: Request) -> Answer:
        if request.form["upload_phase"] == "start":
            self.sessions += 1
            return Answer(body={"video_id": "900", "upload_url": f"{self.server.url}/video-upload/v25.0/900"})
        assert request.form["video_id"] == "900"
        assert request.form["video_state"] == "PUBLISHED"
        assert self.arrived == self.content
        self.finished += 1
        self.phase = "in_progress"
        return Answer(body={"success": True})

    def upload(self, request: Request) -> Answer:
        offset = int(request.headers["offset"])
        assert request.headers["file_size"] == str(len(self.content))
        assert request.headers["authorization"].startswith("OAuth ")
        if offset != len(self.arrived):
            return Answer(
                400, {"debug_info": {"retriable": False, "type": "OffsetInvalidError", "message": "x"}}
            )
        if self.breaks:
            self.arrived += request.body[: self.breaks.pop(0)]
            raise Cut
        self.arrived += request.body
        return Answer(body={"success": True})

    def status(self, _: Request) -> Answer:
        complete = self.arrived == self.content
        publishing: dict[str, Any] = {"status": self.phase}
        if self.phase == "complete":
            publishing["publish_status"] = "published"
        status = {
            "video_status": "upload_complete" if complete else "uploading",
            "uploading_phase": {
                "status": "complete" if complete else "in_progress",
                "bytes_transfered": len(self.arrived),
            },
            "publishing_phase": publishing,
        } | self.extra
        return Answer(body={"id": "900", "status": status})


class Chunks:
    """A chunked upload that asks for ``step`` bytes at a time."""

    def __init__(self, server: Server, content: bytes = MP4, step: int = 4000) -> None:
        self.content = content
        self.arrived = b""
        self.step = step
        self.troubles: list[Any] = []
        self.sessions = 0
        self.finished = 0
        server.on(VIDEOS, self.videos)
        server.on(STATUS, self.status)

    def status(self, _: Request) -> Answer:
        return refusal(100, 33)

    def range(self) -> dict[str, str]:
        start = len(self.arrived)
        return {"start_offset": str(start), "end_offset": str(min(start + self.step, len(self.content)))}

    def videos(self, request: Request) -> Answer:
        form = form_of(request)
        if form["upload_phase"] == "start":
            assert form["file_size"] == str(len(self.content))
            self.sessions += 1
            return Answer(body={"upload_session_id": "s1", "video_id": "900", **self.range()})
        assert form["upload_session_id"] == "s1"
        if form["upload_phase"] == "finish":
            assert self.arrived == self.content
            self.finished += 1
            return Answer(body={"success": True})
        start, chunk = int(form["start_offset"]), form["video_file_chunk"].encode("latin-1")
        if start != len(self.arrived) or chunk != self.content[start : start + self.step]:
            return refusal(6000, 1363037, error_data=self.range())
        self.arrived += chunk
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is not None:
            return trouble(request) if callable(trouble) else trouble
        return Answer(body=self.range())


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "film.mp4"
    path.write_bytes(MP4)
    return path


@pytest.fixture
def post(publisher: Make, file: Path) -> Post:
    medium = publisher().media.look(Media(file=str(file)))
    return Post("Watch", (medium,), title="A film")


@pytest.fixture
def reel(server: Server) -> Reel:
    return Reel(server)


@pytest.fixture
def chunks(server: Server) -> Chunks:
    return Chunks(server)


def cut(_: Request) -> Answer:
    raise Cut


def go_on(publisher: Make, given: Publication, most: int = 20) -> tuple[Any, Publication]:
    """Attempt after attempt, as long as it is processing or can be tried again."""
    for _ in range(most):
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing | PlatformUnavailable):
            break
    return went.ending, given


def test_a_reel_is_opened_uploaded_finished_and_then_only_read(
    publisher: Make, post: Post, reel: Reel, server: Server, gate: list[int]
) -> None:
    first = drive(publisher().publish, publication(post))
    assert first.notes == [
        "note chunk_end offset started_at upload_session_id upload_url video_id video_sha256 video_size",
        "no return",
        "note accepted accepted_at video_post_id",
    ]
    assert isinstance(first.ending, Processing)
    finish = server.asked("POST", f"/v25.0/{PAGE}/video_reels")[1]
    assert finish.form["description"] == "Watch"
    assert finish.form["title"] == "A film"
    assert len(gate) == 1
    second = drive(publisher().publish, first.after)
    assert isinstance(second.ending, Processing)
    reel.phase = "complete"
    last = drive(publisher().publish, second.after)
    assert last.ending == Published("900")
    assert (reel.sessions, reel.finished) == (1, 1)


def test_the_post_id_is_the_remote_id_where_facebook_names_it(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    went = drive(publisher().publish, publication(post))
    server.on(STATUS, {"post_id": f"{PAGE}_5", "published": True, "permalink_url": "/reel/900/"})
    last = drive(publisher().publish, went.after)
    assert last.ending == Published(f"{PAGE}_5", "https://www.facebook.com/reel/900/")


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
@given(breaks=st.lists(st.integers(1, len(MP4)), max_size=4))
def test_a_reel_goes_on_from_any_byte(breaks: list[int], publisher: Make, post: Post, server: Server) -> None:
    reel = Reel(server)
    reel.breaks = breaks
    went = drive(publisher().publish, publication(post))
    for _ in range(10):
        if not isinstance(went.ending, Processing) or went.after.checkpoint.get("accepted"):
            break
        went = drive(publisher().publish, went.after)
    assert reel.arrived == MP4
    assert (reel.sessions, reel.finished) == (1, 1)


def test_an_upload_that_gets_nowhere_is_an_outage(publisher: Make, post: Post, reel: Reel) -> None:
    reel.breaks = [0]
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, PlatformUnavailable)
    assert reel.finished == 0


def test_a_wrong_offset_is_corrected_by_the_status(publisher: Make, post: Post, reel: Reel) -> None:
    went = drive(publisher().publish, publication(post, checkpoint={}))
    assert went.after.checkpoint["accepted"]
    fresh = Reel(reel.server)
    fresh.arrived = MP4[:100]
    given = publication(post)
    steps = publisher().publish(given)
    next(steps)  # the session is opened; the status is not asked for a new one
    for _ in steps:
        if fresh.arrived == MP4:
            break
    assert fresh.arrived == MP4


@pytest.mark.parametrize("error", ["ProcessingFailedError", "SomethingElse"])
def test_an_upload_that_is_refused_for_good_begins_anew_or_fails(
    error: str, publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    server.on(UPLOAD, Answer(400, {"debug_info": {"retriable": False, "type": error, "message": "no"}}))
    ending, _ = go_on(publisher, publication(post))
    if error == "ProcessingFailedError":
        assert isinstance(ending, MediaRejected)
        assert reel.sessions == 3
    else:
        assert isinstance(ending, UnexpectedReply)
        assert reel.sessions == 1


def test_the_token_goes_to_no_stranger(publisher: Make, post: Post, server: Server) -> None:
    server.on(REELS, {"video_id": "900", "upload_url": "https://evil.test/video-upload/900"})
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, UnexpectedReply)
    assert went.notes == []


@pytest.mark.parametrize(
    "url",
    [
        "https://rupload.facebook.com.evil.test/x",
        "https://rupload.facebook.com@evil.test/",
        "http://127.0.0.1:1/x",
    ],
)
def test_only_the_very_origin_of_facebook_counts(
    url: str, publisher: Make, post: Post, server: Server
) -> None:
    server.on(REELS, {"video_id": "900", "upload_url": url})
    assert isinstance(drive(publisher().publish, publication(post)).ending, UnexpectedReply)


@pytest.mark.parametrize(
    "answer", [cut, refusal(2, status=500), Answer(200, {}), Answer(200, {"success": False})]
)
def test_a_lost_answer_to_finish_is_settled_by_the_id(
    answer: Any, publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    start = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900"}
    server.on(REELS, Answer(body=start), answer)
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, OutcomeUnknown)
    assert went.notes[-1] == "no return"
    found = publisher().find(went.after)
    assert isinstance(found, Absent)
    assert found.conclusive
    reel.phase = "in_progress"
    assert isinstance(publisher().find(went.after), Unknown)
    reel.phase = "complete"
    assert publisher().find(went.after) == Published("900")
    server.on(STATUS, refusal(100, 33))
    unreadable = publisher().find(went.after)
    assert isinstance(unreadable, Unknown)


def test_a_video_that_facebook_works_on_may_be_on_its_way_out_although_publishing_has_not_begun(
    publisher: Make, post: Post, server: Server
) -> None:
    """What `finish` set going looks like this at first, and so does a mere upload."""
    phases = {
        "uploading_phase": "complete",
        "processing_phase": "in_progress",
        "publishing_phase": "not_started",
    }
    status = {"video_status": "processing"} | {name: {"status": word} for name, word in phases.items()}
    server.on(STATUS, {"status": status})
    found = publisher().find(publication(post, checkpoint=NOTED, first_sent_at=NOW, sending_since=NOW))
    assert isinstance(found, Unknown) and not found.ask_person


def test_finish_is_called_again_for_the_same_video_and_only_after_a_look(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    reel.arrived = MP4
    sha = post.media[0].sha256
    noted = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900", "video_sha256": sha}
    went = drive(publisher().publish, publication(post, checkpoint=noted, first_sent_at=NOW, doubts=1))
    assert [(request.method, request.path.rpartition("/")[2]) for request in server.requests] == [
        ("GET", "900"),
        ("POST", "video_reels"),
    ]
    assert (reel.sessions, reel.finished) == (0, 1)
    assert isinstance(went.ending, Processing)


@pytest.mark.parametrize(
    ("status", "ending"),
    [
        ({"status": {"publishing_phase": {"status": "complete", "publish_status": "published"}}}, Published),
        ({"status": {"publishing_phase": {"status": "in_progress"}}}, Processing),
    ],
)
def test_a_video_that_turns_out_to_be_finished_is_not_finished_again(
    status: dict[str, Any], ending: type, publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    server.on(STATUS, status)
    noted = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900"}
    went = drive(publisher().publish, publication(post, checkpoint=noted, first_sent_at=NOW))
    assert isinstance(went.ending, ending)
    assert went.after.checkpoint["accepted"]
    assert reel.finished == 0


@pytest.mark.parametrize("looks", ["published", "processing", "open", "unreadable"])
def test_a_repeated_finish_that_is_refused_lets_the_status_decide(
    looks: str, publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    reel.arrived = MP4
    opened = reel.status(None)  # type: ignore[arg-type]
    busy = {"status": opened.body["status"] | {"video_status": "processing"}}
    after = {
        "published": Answer(body={"published": True, "status": {}}),
        "processing": Answer(body=busy),
        "open": opened,
        "unreadable": refusal(100, 33),
    }[looks]
    server.on(STATUS, opened, after)
    server.on(REELS, refusal(100))
    noted = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900"}
    went = drive(publisher().publish, publication(post, checkpoint=noted, first_sent_at=NOW, doubts=1))
    expected = {
        "published": Published,
        "processing": Processing,
        "open": ContentRejected,
        "unreadable": OutcomeUnknown,
    }[looks]
    assert isinstance(went.ending, expected)


def test_a_first_finish_that_is_refused_is_a_refusal(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    start = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900"}
    server.on(REELS, Answer(body=start), refusal(80001), refusal(100))
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, RateLimited)
    again = drive(publisher().publish, replace(went.after, first_sent_at=None))
    assert isinstance(again.ending, ContentRejected)
    assert again.notes[-1] == "no return"


def test_a_session_that_is_over_begins_anew_at_most_twice(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    server.on(STATUS, {"status": {"video_status": "expired"}})
    ending, after = go_on(publisher, publication(post))
    assert isinstance(ending, MediaRejected)
    assert "3 times" in ending.message
    assert reel.sessions == 3
    assert reel.finished == 0
    assert after.checkpoint["video_id"] == "900"


def test_an_accepted_video_that_fails_is_named_and_forgotten(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    went = drive(publisher().publish, publication(post))
    reel.extra = {"processing_phase": {"status": "error", "errors": [{"message": "too short"}]}}
    failed = drive(publisher().publish, went.after)
    assert isinstance(failed.ending, MediaRejected)
    assert "too short" in failed.ending.message
    assert failed.after.checkpoint["video_id"] is None
    assert failed.after.checkpoint["accepted"] is None


def test_a_look_that_is_refused_says_nothing_about_an_accepted_video(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    went = drive(publisher().publish, publication(post))
    server.on(STATUS, refusal(100))
    assert isinstance(drive(publisher().publish, went.after).ending, UnexpectedReply)


def test_a_video_is_watched_ever_less_often_and_in_the_end_in_doubt(
    publisher: Make, post: Post, reel: Reel, clock: TestClock
) -> None:
    went = drive(publisher().publish, publication(post))
    waits = []
    for minutes in (0, 1, 29, 600):
        clock.pass_by(minutes=minutes)
        waits.append(drive(publisher().publish, went.after).ending.check_after)
    assert waits == [timedelta(seconds=5), timedelta(seconds=10), timedelta(minutes=5), timedelta(minutes=5)]
    clock.pass_by(hours=20)
    assert isinstance(drive(publisher().publish, went.after).ending, OutcomeUnknown)
    assert isinstance(publisher().find(went.after), Unknown)


def test_a_video_behind_a_url_is_fetched_once_and_not_again_while_it_is_watched(
    publisher: Make, reel: Reel, server: Server
) -> None:
    server.on("GET /film", Answer(body=MP4))
    went = drive(publisher().publish, publication(Post("Watch", (Media(url=f"{server.url}/film"),))))
    assert went.after.checkpoint["accepted"]
    drive(publisher().publish, went.after)
    assert len(server.asked("GET", "/film")) == 1


def test_another_video_behind_the_same_url_gets_another_session(
    publisher: Make, reel: Reel, server: Server
) -> None:
    server.on("GET /film", Answer(body=MP4))
    noted = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900", "video_sha256": "other"}
    given = publication(Post("Watch", (Media(url=f"{server.url}/film"),)), checkpoint=noted)
    went = drive(publisher().publish, given)
    assert went.after.checkpoint["restarts"] == 1
    assert reel.sessions == 1


def test_a_video_that_was_sent_is_not_replaced_by_another_one(
    publisher: Make, reel: Reel, server: Server
) -> None:
    server.on("GET /film", Answer(body=MP4))
    noted = {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900", "video_sha256": "other"}
    given = publication(
        Post("Watch", (Media(url=f"{server.url}/film"),)), checkpoint=noted, first_sent_at=NOW
    )
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, MediaRejected)
    assert (reel.sessions, reel.finished) == (0, 0)


NOTED = {"video_id": "900", "upload_url": "http://127.0.0.1:1/", "started_at": NOW.isoformat()}


def test_a_video_that_may_be_out_and_cannot_be_read_is_never_replaced(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    given = publication(post, checkpoint=NOTED, first_sent_at=NOW)
    server.on(STATUS, refusal(100, 33))
    assert isinstance(drive(publisher().publish, given).ending, UnexpectedReply)
    server.on(STATUS, {"status": {"video_status": "ready"}})
    assert isinstance(drive(publisher().publish, given).ending, OutcomeUnknown)
    assert isinstance(publisher().find(given), Unknown)
    assert reel.sessions == 0


def test_a_session_that_never_published_and_is_not_shown_begins_anew(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    server.on(STATUS, refusal(100, 33), reel.status)
    went = drive(publisher().publish, publication(post, checkpoint=NOTED))
    assert went.after.checkpoint["accepted"]
    assert (reel.sessions, reel.finished) == (1, 1)


def test_published_means_nothing_before_finish_was_ever_called(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    reel.arrived = MP4
    server.on(STATUS, {"published": True, "status": {"video_status": "upload_complete"}})
    went = drive(publisher().publish, publication(post, checkpoint=NOTED))
    assert isinstance(went.ending, Processing)
    assert reel.finished == 1


def test_an_upload_that_facebook_never_completes_begins_anew(
    publisher: Make, post: Post, reel: Reel, server: Server, clock: TestClock
) -> None:
    waiting = {
        "status": {
            "video_status": "uploading",
            "uploading_phase": {"status": "in_progress", "bytes_transfered": len(MP4)},
        }
    }
    server.on(STATUS, waiting)
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Processing)
    assert "no return" not in went.notes
    clock.pass_by(hours=7)
    later = drive(publisher().publish, went.after)
    assert later.after.checkpoint["video_id"] is None


def test_a_video_that_died_during_the_upload_begins_anew(
    publisher: Make, post: Post, reel: Reel, server: Server
) -> None:
    server.on(STATUS, {"status": {"video_status": "upload_failed"}})
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Processing)
    assert went.after.checkpoint["video_id"] is None
    dead = publisher().find(publication(post, checkpoint=NOTED, first_sent_at=NOW))
    assert isinstance(dead, Absent)
    assert dead.conclusive


def test_a_long_video_goes_up_in_the_chunks_that_facebook_asks_for(
    publisher: Make, post: Post, chunks: Chunks, server: Server
) -> None:
    went = drive(publisher().publish, publication(replace(post, options={"as": "video"})))
    assert isinstance(went.ending, Processing)
    assert chunks.arrived == MP4
    assert chunks.finished == 1
    finish = server.requests[-1].form
    assert finish == {
        "upload_phase": "finish",
        "upload_session_id": "s1",
        "description": "Watch",
        "title": "A film",
    }


@pytest.mark.parametrize(
    "trouble", [cut, refusal(6000, is_transient=True), refusal(2, status=500), Answer(502, b"<html>")]
)
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_chunk_whose_answer_was_lost_is_asked_about_and_the_upload_goes_on(
    at: int, trouble: Any, publisher: Make, post: Post, chunks: Chunks
) -> None:
    chunks.troubles = [None] * at + [trouble]
    first = drive(publisher().publish, publication(replace(post, options={"as": "video"})))
    assert isinstance(first.ending, Processing if at else PlatformUnavailable)
    second = drive(publisher().publish, first.after)
    assert isinstance(second.ending, Processing)
    assert chunks.arrived == MP4
    assert (chunks.sessions, chunks.finished) == (1, 1)


def test_a_session_of_chunks_that_is_gone_begins_anew(
    publisher: Make, post: Post, chunks: Chunks, server: Server
) -> None:
    noted = {
        "video_id": "900",
        "upload_session_id": "s0",
        "offset": 0,
        "chunk_end": 4000,
        "video_sha256": post.media[0].sha256,
    }
    server.on(VIDEOS, refusal(100), chunks.videos)
    given = publication(replace(post, options={"as": "video"}), checkpoint=noted)
    ending, after = go_on(publisher, given, most=2)
    assert isinstance(ending, Processing)
    assert after.checkpoint["upload_session_id"] == "s1"
    assert chunks.finished == 1


@pytest.mark.parametrize(
    "offsets", [("-5", "10"), ("10", "5"), ("0", "999999999"), ("x", "y"), ("0", "4000"), ("5000", "5000")]
)
def test_offsets_that_make_no_sense_end_the_attempt(
    offsets: tuple[str, str], publisher: Make, post: Post, server: Server
) -> None:
    start = {"upload_session_id": "s1", "video_id": "900", "start_offset": "0", "end_offset": "4000"}
    wrong = {"start_offset": offsets[0], "end_offset": offsets[1]}
    server.on(VIDEOS, Answer(body=start), Answer(body=wrong))
    went = drive(publisher().publish, publication(replace(post, options={"as": "video"})))
    assert isinstance(went.ending, UnexpectedReply)
    assert "no return" not in went.notes
    assert len(server.requests) < 10


def test_a_large_video_is_never_in_memory(publisher: Make, tmp_path: Path, server: Server) -> None:
    size = 48 * 1024 * 1024
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.write(MP4)
        file.truncate(size)
    server.on(
        REELS, {"video_id": "900", "upload_url": f"{server.url}/video-upload/v25.0/900"}, {"success": True}
    )
    server.on(UPLOAD, {"success": True})
    server.on(STATUS, {"status": {"video_status": "upload_complete"}})
    server.discard = True
    given = publication(Post("x", (Media(file=str(path)),)))
    tracemalloc.start()
    went = drive(publisher().publish, given)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(went.ending, Processing)
    assert peak < 16 * 1024 * 1024
    assert server.asked("POST", "/video-upload/v25.0/900")[0].headers["content-length"] == str(size)


def test_a_video_permalink_falls_back_to_the_reel(publisher: Make, server: Server) -> None:
    given = publication(Post("x"), remote_id="900", checkpoint={"video_id": "900"})
    assert drive(publisher().follow_up, given).ending == FollowedUp("https://www.facebook.com/reel/900")
    server.on(STATUS, {"permalink_url": "/reel/900/?s=1"})
    assert drive(publisher().follow_up, given).ending == FollowedUp("https://www.facebook.com/reel/900/?s=1")
