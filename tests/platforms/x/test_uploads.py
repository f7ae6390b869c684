"""Media on their way: segments that resume, processing that is waited for, uploads that expire or get lost."""

from __future__ import annotations

import tracemalloc
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.domain.errors import MediaRejected, PlatformUnavailable
from planrrr_cli.domain.posts import Media, MediaKind, Post
from planrrr_cli.domain.steps import Processing, Published
from planrrr_cli.platforms.gif import frames_of
from planrrr_cli.platforms.x.sending import SEGMENT
from tests.flows import MEDIA
from tests.platforms.rig import NOW, Answer, Cut, Request, Server, TestClock, drive
from tests.platforms.x.rig import (
    CREATE,
    INITIALIZE,
    METADATA,
    STATUS,
    SUBTITLES,
    UPLOAD,
    Make,
    body_of,
    created,
    fields_of,
    problem,
    publication,
    snowflake,
)

POST_ID = snowflake(NOW)
SIZE = 2 * SEGMENT + 1000
FILM = (MEDIA / "bread-rises.mp4").read_bytes().ljust(SIZE, b"\0")


class Video:
    """One chunked upload as X might keep it."""

    def __init__(self, server: Server, looks: int = 0) -> None:
        self.server = server
        self.segments: dict[int, bytes] = {}
        self.troubles: list[Any] = []
        self.looks = looks
        self.begun = 0
        server.on(INITIALIZE, self.initialize)
        for number in (1, 2, 3, 4):
            server.on(f"POST /2/media/upload/90{number}/append", self.append)
            server.on(f"POST /2/media/upload/90{number}/finalize", self.finalize)
        server.on(STATUS, self.status)
        server.on(CREATE, created(POST_ID))

    def initialize(self, request: Request) -> Answer:
        self.begun += 1
        self.segments.clear()
        assert body_of(request) == {
            "media_type": "video/mp4",
            "total_bytes": SIZE,
            "media_category": "tweet_video",
        }
        return Answer(
            200, {"data": {"id": f"90{self.begun}", "media_key": "x", "expires_after_secs": 1295999}}
        )

    def append(self, request: Request) -> Answer:
        trouble = self.troubles.pop(0) if self.troubles else None
        if trouble is Cut:
            raise Cut
        if trouble is not None:
            return trouble
        fields = fields_of(request)
        self.segments[int(fields["segment_index"])] = fields["media"]
        return Answer(204, b"")

    def finalize(self, _: Request) -> Answer:
        assert b"".join(self.segments[index] for index in sorted(self.segments)) == FILM
        return Answer(200, {"data": self.data()})

    def data(self) -> dict[str, Any]:
        found: dict[str, Any] = {"id": f"90{self.begun}", "expires_after_secs": 86400}
        if self.looks:
            found["processing_info"] = {"state": "pending", "check_after_secs": 7}
        return found

    def status(self, request: Request) -> Answer:
        assert request.query == {"command": "STATUS", "media_id": f"90{self.begun}"}
        self.looks -= 1
        state = "in_progress" if self.looks else "succeeded"
        info = {"state": state, "check_after_secs": 7, "progress_percent": 50}
        return Answer(200, {"data": {"id": "901", "processing_info": info}})


@pytest.fixture
def film(tmp_path: Path) -> Post:
    (tmp_path / "film.mp4").write_bytes(FILM)
    return Post("A film", (Media(file=str(tmp_path / "film.mp4")),))


def test_a_video_goes_up_in_segments_each_noted_when_it_is_confirmed(
    publisher: Make, server: Server, film: Post
) -> None:
    Video(server)
    went = drive(publisher().publish, publication(film))
    assert went.notes == ["note media"] * 5 + ["no return"]
    assert isinstance(went.ending, Published)
    assert body_of(server.requests[-1])["media"] == {"media_ids": ["901"]}


def test_processing_is_a_look_later_and_never_a_sleep(publisher: Make, server: Server, film: Post) -> None:
    Video(server, looks=2)
    went = drive(publisher().publish, publication(film))
    assert server.asked("GET", "/2/media/upload") == []
    for looks in (1, 2):
        assert went.ending == Processing(timedelta(seconds=7), "X is processing medium 1")
        went = drive(publisher().publish, went.after)
        assert len(server.asked("GET", "/2/media/upload")) == looks
    assert isinstance(went.ending, Published)
    assert len(server.asked("POST", "/2/media/upload/initialize")) == 1


@pytest.mark.parametrize("segment", [0, 1, 2])
def test_a_killed_upload_goes_on_after_the_last_confirmed_segment(
    segment: int, publisher: Make, server: Server, film: Post
) -> None:
    video = Video(server)
    video.troubles = [None] * segment + [Cut]
    went = drive(publisher().publish, publication(film))
    assert isinstance(went.ending, PlatformUnavailable)
    sent = len(server.asked("POST", "/2/media/upload/901/append"))
    went = drive(publisher().publish, went.after)
    assert isinstance(went.ending, Published)
    assert len(server.asked("POST", "/2/media/upload/901/append")) - sent == 3 - segment
    assert video.begun == 1


def test_the_generator_can_be_dropped_at_any_step_and_nothing_is_lost(
    publisher: Make, server: Server, film: Post
) -> None:
    """As a killed process would leave it: the steps that were made durable are all that is left."""
    Video(server, looks=1)
    given, dropped = publication(film), 0
    while True:
        steps = publisher().publish(given)
        try:
            step = next(steps)
        except StopIteration as stopped:
            if isinstance(stopped.value, Published):
                break
            continue
        steps.close()
        if not hasattr(step, "values"):
            break  # the next thing is the call that the public sees
        given = replace(given, checkpoint={**given.checkpoint, **step.values})
        dropped += 1
    assert dropped == 6
    assert len(server.asked("POST", "/2/media/upload/initialize")) == 1
    assert server.asked("POST", "/2/tweets") == []


def test_an_upload_that_x_lost_begins_anew_at_most_twice(publisher: Make, server: Server, film: Post) -> None:
    video = Video(server)
    video.troubles = [problem(400, "no such upload", "invalid-request")] * 3
    given = publication(film)
    for _ in range(2):
        went = drive(publisher().publish, given)
        assert isinstance(went.ending, Processing) and "begins anew" in went.ending.reason
        given = went.after
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, MediaRejected)
    assert video.begun == 3


def test_a_medium_that_x_does_not_know_while_it_is_waited_for_is_uploaded_again(
    publisher: Make, server: Server, film: Post
) -> None:
    video = Video(server, looks=1)
    went = drive(publisher().publish, publication(film))
    server.on(STATUS, Answer(400, {"errors": [{"message": "BadRequest: Not found"}]}))
    went = drive(publisher().publish, went.after)
    assert isinstance(went.ending, Processing) and "begins anew" in went.ending.reason
    video.looks = 0
    assert isinstance(drive(publisher().publish, went.after).ending, Published)
    assert video.begun == 2


@pytest.mark.parametrize(
    "error", [{}, {"error": {"code": 1, "name": "InvalidMedia", "message": "Unsupported video"}}]
)
def test_failed_processing_is_the_end_of_the_medium(
    error: Any, publisher: Make, server: Server, film: Post
) -> None:
    Video(server, looks=1)
    went = drive(publisher().publish, publication(film))
    server.on(STATUS, {"data": {"processing_info": {"state": "failed", **error}}})
    went = drive(publisher().publish, went.after)
    assert isinstance(went.ending, MediaRejected) and went.ending.medium == 0
    assert ("Unsupported video" in went.ending.message) is bool(error)


def test_processing_that_never_ends_is_given_up(
    publisher: Make, server: Server, film: Post, clock: TestClock
) -> None:
    video = Video(server, looks=100)
    given = drive(publisher().publish, publication(film)).after
    for _ in range(2):
        clock.pass_by(minutes=61)
        given = drive(publisher().publish, given).after
        given = drive(publisher().publish, given).after
    clock.pass_by(minutes=61)
    went = drive(publisher().publish, given)
    assert isinstance(went.ending, MediaRejected) and "within 1:00:00" in went.ending.message
    assert video.begun == 3


def test_media_that_expire_are_uploaded_again_and_the_old_ids_are_kept_after_a_sending(
    publisher: Make, server: Server, film: Post, clock: TestClock
) -> None:
    video = Video(server)
    noted = {"0": {"id": "900", "kind": "video", "sha256": "x", "state": "ready", "expires": NOW.isoformat()}}
    went = drive(publisher().publish, publication(film, checkpoint={"media": noted}, first_sent_at=NOW))
    assert isinstance(went.ending, Published)
    assert went.after.checkpoint["earlier_media"] == {"0": ["900"]}
    assert video.begun == 1


def test_fresh_media_are_not_uploaded_again(publisher: Make, server: Server, film: Post) -> None:
    video = Video(server)
    later = (NOW + timedelta(hours=1)).isoformat()
    noted = {"0": {"id": "900", "kind": "video", "sha256": "x", "state": "ready", "expires": later}}
    went = drive(publisher().publish, publication(film, checkpoint={"media": noted}))
    assert isinstance(went.ending, Published)
    assert (video.begun, len(server.requests)) == (0, 1)


def test_another_file_behind_the_same_address_gets_another_upload(publisher: Make, server: Server) -> None:
    video = Video(server)
    server.on("GET /film", Answer(200, FILM))
    later = (NOW + timedelta(hours=1)).isoformat()
    noted = {
        "0": {"id": "900", "kind": "video", "sha256": "x", "state": "sending", "segment": 1, "expires": later}
    }
    post = Post("A film", (Media(url=f"{server.url}/film"),))
    assert isinstance(
        drive(publisher().publish, publication(post, checkpoint={"media": noted})).ending, Published
    )
    assert video.begun == 1


def test_a_gif_goes_as_a_gif_and_a_still_one_as_an_image(
    publisher: Make, server: Server, tmp_path: Path
) -> None:
    moving = MEDIA / "warm-bread.gif"
    still = tmp_path / "still.gif"
    still.write_bytes(b"GIF89a\x01\0\x01\0\x80\0\0\0\0\0\xff\xff\xff,\0\0\0\0\x01\0\x01\0\0\x02\x02D\x01\0;")
    server.on(INITIALIZE, {"data": {"id": "81"}})
    server.on("POST /2/media/upload/81/append", Answer(200, {"data": {"expires_at": 1}}))
    server.on("POST /2/media/upload/81/finalize", {"data": {"id": "81"}})
    server.on(METADATA, {})
    server.on(CREATE, created(POST_ID))
    drive(publisher().publish, publication(Post("It moves", (Media(file=str(moving), alt="steam"),))))
    assert body_of(server.requests[0])["media_category"] == "tweet_gif"
    assert body_of(server.asked("POST", "/2/media/metadata")[0])["id"] == "81"
    server.on(UPLOAD, {"data": {"id": "82"}})
    drive(publisher().publish, publication(Post("It does not", (Media(file=str(still)),))))
    assert fields_of(server.asked("POST", "/2/media/upload")[0])["media_category"] == b"tweet_image"


def test_the_frames_of_a_gif_are_counted_without_decoding_it() -> None:
    with (MEDIA / "warm-bread.gif").open("rb") as file:
        assert frames_of(file) == 8
        assert file.tell() == 0


@pytest.mark.parametrize("cut_at", [0, 5, 13, 400, 2000])
def test_a_broken_gif_has_the_frames_that_can_be_read(cut_at: int, tmp_path: Path) -> None:
    (tmp_path / "broken.gif").write_bytes((MEDIA / "warm-bread.gif").read_bytes()[:cut_at])
    with (tmp_path / "broken.gif").open("rb") as file:
        assert 0 <= frames_of(file) < 8


def test_subtitles_are_uploaded_and_tied_to_the_video_once(
    publisher: Make, server: Server, film: Post, tmp_path: Path
) -> None:
    Video(server)
    (tmp_path / "film.srt").write_text("1\n00:00:01,000 --> 00:00:02,000\nHello\n")
    server.on(UPLOAD, {"data": {"id": "77"}})
    server.on(SUBTITLES, {"data": {"id": "901"}})
    file = Media(file=str(tmp_path / "film.srt"), kind=MediaKind.SUBTITLES, content_type="text/srt")
    options = {"subtitles_language": "en", "subtitles_name": "English"}
    post = replace(film, attachments={"subtitles": file}, options=options)
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Published)
    upload = fields_of(server.asked("POST", "/2/media/upload")[0])
    assert upload["media_category"] == b"subtitles" and b"Hello" in upload["media"]
    [tied] = server.asked("POST", "/2/media/subtitles")
    assert body_of(tied) == {
        "id": "901",
        "media_category": "TweetVideo",
        "subtitles": {"id": "77", "language_code": "EN", "display_name": "English"},
    }
    drive(publisher().publish, went.after)
    assert len(server.asked("POST", "/2/media/subtitles")) == 1


def test_an_outage_while_uploading_is_no_doubt(publisher: Make, server: Server, film: Post) -> None:
    server.on(INITIALIZE, Answer(503, b"<html>"))
    went = drive(publisher().publish, publication(film))
    assert isinstance(went.ending, PlatformUnavailable)
    assert went.notes == []


def test_a_medium_that_is_too_large_when_it_is_fetched_is_named(publisher: Make, server: Server) -> None:
    server.on("GET /big", Answer(200, b"\xff\xd8\xff\xe0" + bytes(5 * 1024**2)))
    went = drive(publisher().publish, publication(Post("a", (Media(url=f"{server.url}/big"),))))
    assert isinstance(went.ending, MediaRejected)
    assert "4 more than 5,242,880" in went.ending.message


@pytest.mark.slow
def test_a_large_video_is_never_in_memory(publisher: Make, tmp_path: Path, server: Server) -> None:
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.write(b"\0\0\0\x20ftypisom")
        file.truncate(512 * 1024**2)
    server.discard = True

    def append(request: Request) -> Answer:
        request.body = b""
        return Answer(204, b"")

    server.on(INITIALIZE, {"data": {"id": "901"}})
    server.on("POST /2/media/upload/901/append", append)
    server.on("POST /2/media/upload/901/finalize", {"data": {"id": "901"}})
    server.on(CREATE, created(POST_ID))
    tracemalloc.start()
    try:
        went = drive(publisher().publish, publication(Post("large", (Media(file=str(path)),))))
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert isinstance(went.ending, Published)
    assert len(server.asked("POST", "/2/media/upload/901/append")) == 128
    assert peak < 20 * 1024**2
