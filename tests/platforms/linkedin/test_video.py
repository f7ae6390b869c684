"""Videos: parts that are sent once each, sessions that survive anything, and never more than a piece in memory."""

from __future__ import annotations

import json
import tracemalloc
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import MediaRejected, PlatformUnavailable, UnexpectedReply
from planrrr_cli.domain.posts import Media, Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import PointOfNoReturn, Processing, Published
from planrrr_cli.platforms.linkedin.publisher import LinkedInPublisher
from planrrr_cli.platforms.linkedin.video import parts_of
from tests.platforms.linkedin.stage import MP4, SRT, LinkedIn, cut, publication, refusal
from tests.platforms.rig import NOW, Answer, Server, TestClock, drive

Make = Callable[..., LinkedInPublisher]
Medium = Callable[..., Media]
FILM = "urn:li:video:1"


@pytest.fixture
def post(publisher: Make, medium: Medium) -> Post:
    return Post("Watch", (publisher().media.look(medium("film.mp4")),), title="A film")


def puts(server: Server) -> list[str]:
    return [request.path for request in server.requests if request.method == "PUT"]


def go_on(publisher: Make, given: Publication, most: int = 20) -> tuple[Any, Publication]:
    """Attempt after attempt, as long as it is processing or can be tried again."""
    for _ in range(most):
        went = drive(publisher().publish, given)
        given = went.after
        if not isinstance(went.ending, Processing | PlatformUnavailable):
            break
    return went.ending, given


def test_a_video_goes_up_in_the_parts_that_linkedin_names_and_each_is_noted(
    publisher: Make, post: Post, linkedin: LinkedIn, server: Server, gate: list[int]
) -> None:
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, Published)
    assert went.notes == ["note video"] * 4 + ["note media owner video", "no return"]
    assert linkedin.arrived[FILM] == MP4
    assert puts(server) == [f"/dms-uploads/1/{number}" for number in range(3)]
    started = json.loads(server.asked("POST", "/rest/videos")[0].body)["initializeUploadRequest"]
    assert started["fileSizeBytes"] == len(MP4)
    assert (started["uploadCaptions"], started["uploadThumbnail"]) == (False, False)
    assert linkedin.finalized == [
        {"video": FILM, "uploadToken": "", "uploadedPartIds": ["tag-0", "tag-1", "tag-2"]}
    ]
    assert linkedin.posted()[0]["content"] == {"media": {"title": "A film", "id": FILM}}
    assert len(gate) == 1


def test_no_token_goes_along_with_a_part(
    publisher: Make, post: Post, linkedin: LinkedIn, server: Server
) -> None:
    drive(publisher().publish, publication(post))
    parts = [request for request in server.requests if request.method == "PUT"]
    assert len(parts) == 3
    for part in parts:
        assert "authorization" not in part.headers
        assert part.headers["content-type"] == "application/octet-stream"


@pytest.mark.parametrize("dropped_at", range(1, 7))
def test_a_recipe_that_is_dropped_goes_on_after_the_last_part_that_was_noted(
    dropped_at: int, publisher: Make, post: Post, linkedin: LinkedIn, server: Server
) -> None:
    given_, checkpoint = publication(post), {}
    steps = publisher().publish(given_)
    for _ in range(dropped_at):
        step = next(steps)
        assert not isinstance(step, PointOfNoReturn) or dropped_at == 6
        checkpoint |= json.loads(json.dumps(getattr(step, "values", {})))
    steps.close()
    went = drive(publisher().publish, replace(given_, checkpoint=checkpoint))
    assert isinstance(went.ending, Published)
    assert linkedin.arrived[FILM] == MP4
    assert linkedin.made == [FILM]
    assert len(puts(server)) == 3, "no part is sent twice"
    assert linkedin.finalized[-1]["uploadedPartIds"] == ["tag-0", "tag-1", "tag-2"]


@pytest.mark.parametrize("trouble", [cut, refusal(500), Answer(503, b"<html>")])
@pytest.mark.parametrize("at", [0, 1, 2])
def test_a_part_that_breaks_off_is_sent_again_and_the_others_are_not(
    at: int, trouble: Any, publisher: Make, post: Post, linkedin: LinkedIn, server: Server
) -> None:
    linkedin.troubles = [None] * at + [trouble]
    first = drive(publisher().publish, publication(post))
    assert isinstance(first.ending, Processing if at else PlatformUnavailable)
    second = drive(publisher().publish, first.after)
    assert isinstance(second.ending, Published)
    assert linkedin.arrived[FILM] == MP4
    assert len(puts(server)) == 4
    assert linkedin.made == [FILM]


@pytest.mark.parametrize(
    "trouble", [refusal(400, "EXPIRED_UPLOAD_URL"), Answer(403, b""), Answer(401, b""), Answer(404, b"")]
)
def test_addresses_that_are_over_are_asked_for_anew(
    trouble: Answer, publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.troubles = [None, trouble]
    ending, after = go_on(publisher, publication(post))
    assert isinstance(ending, Published)
    assert linkedin.made == [FILM, "urn:li:video:2"]
    assert linkedin.arrived["urn:li:video:2"] == MP4
    assert after.checkpoint["restarts"] == 1
    assert linkedin.posted()[0]["content"]["media"]["id"] == "urn:li:video:2"


def test_addresses_that_have_ended_by_the_clock_are_not_tried(
    publisher: Make, post: Post, linkedin: LinkedIn, server: Server, clock: TestClock
) -> None:
    linkedin.troubles = [None, cut]
    broken = drive(publisher().publish, publication(post))
    assert isinstance(broken.ending, Processing)
    clock.pass_by(hours=2)
    linkedin.expires += 7_200_000
    ending, _ = go_on(publisher, broken.after)
    assert isinstance(ending, Published)
    assert puts(server)[2:] == [f"/dms-uploads/2/{number}" for number in range(3)]


def test_a_video_that_linkedin_never_takes_is_given_up(
    publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.troubles = [Answer(403, b"")] * 9
    ending, _ = go_on(publisher, publication(post))
    assert isinstance(ending, MediaRejected)
    assert "3 times" in ending.message
    assert len(linkedin.made) == 3
    assert linkedin.posted() == []


def test_a_part_without_a_tag_is_no_answer(publisher: Make, post: Post, linkedin: LinkedIn) -> None:
    linkedin.troubles = [Answer(200, b"")]
    went = drive(publisher().publish, publication(post))
    assert isinstance(went.ending, UnexpectedReply)
    assert "tag" in went.ending.message


@pytest.mark.parametrize("tag", ['"tag"', "tag", 'W/"tag"', ' "tag" '])
def test_quotes_around_a_tag_are_no_part_of_it(
    tag: str, publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.troubles = [Answer(200, b"", {"ETag": tag})] * 3
    drive(publisher().publish, publication(post))
    assert linkedin.finalized[0]["uploadedPartIds"] == ["tag"] * 3


@pytest.mark.parametrize("state", ["PROCESSING", "AVAILABLE", "WAITING_UPLOAD", "PROCESSING_FAILED", "403"])
def test_a_repeated_finalizing_that_is_refused_lets_the_status_decide(
    state: str, publisher: Make, post: Post, linkedin: LinkedIn, server: Server
) -> None:
    def finalizing(answer: Any) -> Any:
        return lambda request: (
            linkedin.videos(request) if request.query["action"] == "initializeUpload" else answer
        )

    server.on("POST /rest/videos", finalizing(refusal(503)))
    first = drive(publisher().publish, publication(post))
    assert isinstance(first.ending, PlatformUnavailable)
    linkedin.states[FILM] = [state]
    server.on("POST /rest/videos", finalizing(refusal(400, "INVALID_STATE")))
    second = drive(publisher().publish, first.after)
    if state in {"PROCESSING", "AVAILABLE"}:
        assert second.after.checkpoint["media"]["0"]["urn"] == FILM
    else:
        assert isinstance(second.ending, Processing)
        assert second.after.checkpoint["video"] is None
    assert len(puts(server)) == 3


def test_a_video_is_looked_at_ever_less_often(
    publisher: Make, post: Post, linkedin: LinkedIn, server: Server
) -> None:
    linkedin.states[FILM] = ["PROCESSING"] * 4 + ["AVAILABLE"]
    given_, waits = publication(post), []
    while True:
        went = drive(publisher().publish, given_)
        given_ = went.after
        if not isinstance(went.ending, Processing):
            break
        waits.append(went.ending.check_after)
    assert waits == [timedelta(seconds=seconds) for seconds in (5, 10, 20, 40)]
    assert isinstance(went.ending, Published)
    assert len(server.asked("GET", "/rest/videos/urn%3Ali%3Avideo%3A1")) == 5


def test_a_video_that_cannot_be_looked_at_gets_a_minute(
    publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.states["*"] = ["403"]
    went = drive(publisher().publish, publication(post))
    assert went.ending.check_after == timedelta(minutes=1)
    assert isinstance(drive(publisher().publish, went.after).ending, Published)


def test_subtitles_and_a_cover_go_beside_the_video_once(
    publisher: Make, post: Post, linkedin: LinkedIn, server: Server, medium: Medium
) -> None:
    beside = {"subtitles": medium("film.srt"), "thumbnail": medium("cover.jpg")}
    linkedin.troubles = [None, None, None, None, cut]
    given_ = publication(replace(post, attachments=beside))
    broken = drive(publisher().publish, given_)
    assert isinstance(broken.ending, PlatformUnavailable)
    went = drive(publisher().publish, broken.after)
    assert isinstance(went.ending, Published)
    started = json.loads(server.asked("POST", "/rest/videos")[0].body)["initializeUploadRequest"]
    assert (started["uploadCaptions"], started["uploadThumbnail"]) == (True, True)
    assert linkedin.arrived[f"{FILM} captions"] == SRT
    assert linkedin.arrived[f"{FILM} thumbnail"].startswith(b"\xff\xd8\xff")
    assert puts(server).count("/dms-uploads/1/captions") == 1
    assert len(linkedin.finalized) == 1


@pytest.mark.parametrize("answer", [refusal(400, "BAD_CAPTIONS"), refusal(415), Answer(405, b"<html>")])
def test_subtitles_that_linkedin_does_not_take_are_named_before_anything_is_public(
    answer: Answer, publisher: Make, post: Post, linkedin: LinkedIn, medium: Medium
) -> None:
    linkedin.troubles = [None, None, None, answer]
    went = drive(
        publisher().publish, publication(replace(post, attachments={"subtitles": medium("film.srt")}))
    )
    assert isinstance(went.ending, MediaRejected)
    assert went.ending.message.startswith("subtitles: ")
    assert "leave out" in went.ending.next_step
    assert linkedin.posted() == []


def test_addresses_beside_the_video_end_like_its_own(
    publisher: Make, post: Post, linkedin: LinkedIn, medium: Medium, clock: TestClock
) -> None:
    linkedin.troubles = [None, None, None, cut]
    given_ = publication(replace(post, attachments={"subtitles": medium("film.srt")}))
    broken = drive(publisher().publish, given_)
    clock.pass_by(hours=2)
    linkedin.expires += 7_200_000
    ending, _ = go_on(publisher, broken.after)
    assert isinstance(ending, Published)
    assert linkedin.made == [FILM, "urn:li:video:2"]


def test_another_video_behind_the_same_url_gets_another_session(
    publisher: Make, linkedin: LinkedIn, server: Server
) -> None:
    server.on("GET /film", Answer(body=MP4))
    linkedin.troubles = [None, cut]
    given_ = publication(Post("Watch", (Media(url=f"{server.url}/film"),)))
    broken = drive(publisher().publish, given_)
    assert isinstance(broken.ending, Processing)
    server.on("GET /film", Answer(body=MP4 + b"more"))
    ending, _ = go_on(publisher, broken.after)
    assert isinstance(ending, Published)
    assert linkedin.arrived["urn:li:video:2"] == MP4 + b"more"


def test_signed_addresses_are_forgotten_when_they_were_used(
    publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.troubles = [None, cut]
    broken = drive(publisher().publish, publication(post))
    assert ["url" in part for part in broken.after.checkpoint["video"]["parts"]] == [False, True, True]
    went = drive(publisher().publish, broken.after)
    assert "signature" not in json.dumps(dict(went.after.checkpoint))


def part(first: int, last: int, url: Any = "https://www.linkedin.com/u") -> dict[str, Any]:
    return {"firstByte": first, "lastByte": last, "uploadUrl": url}


@pytest.mark.parametrize(
    ("instructions", "cuts"),
    [
        ([part(0, 9)], [(0, 9)]),
        ([part(0, 4), part(5, 9)], [(0, 4), (5, 9)]),
        ([part(0, 4_194_303)], [(0, 9)]),
    ],
)
def test_parts_are_taken_as_linkedin_cuts_them(
    instructions: list[dict[str, Any]], cuts: list[tuple[int, int]]
) -> None:
    assert [(one["first"], one["last"]) for one in parts_of(instructions, 10)] == cuts


@pytest.mark.parametrize(
    "instructions",
    [
        None,
        [],
        "x",
        [None],
        [part(1, 9)],
        [part(0, 8)],
        [part(0, 4), part(4, 9)],
        [part(0, 4), part(6, 9)],
        [part(0, 9), part(10, 11)],
        [part(0, 9), part(0, 9)],
        [part(0, -1)],
        [part(0, 9, None)],
        [part(0, 9) | {"lastByte": "9"}],
    ],
)
def test_parts_that_do_not_make_the_video_are_no_answer(instructions: Any) -> None:
    with pytest.raises(UnexpectedReply):
        parts_of(instructions, 10)


@given(st.lists(st.integers(1, 50), min_size=1, max_size=20), st.integers(0, 100))
def test_parts_cover_every_byte_once(lengths: list[int], beyond: int) -> None:
    size, at, named = sum(lengths), 0, []
    for length in lengths:
        named.append(part(at, at + length - 1))
        at += length
    named[-1]["lastByte"] += beyond
    covered = [byte for one in parts_of(named, size) for byte in range(one["first"], one["last"] + 1)]
    assert covered == list(range(size))


@pytest.mark.slow
def test_a_video_of_500_mb_is_never_in_memory(publisher: Make, tmp_path: Path, server: Server) -> None:
    size = 500 * 1024 * 1024
    path = tmp_path / "large.mp4"
    with path.open("wb") as file:
        file.write(MP4)
        file.truncate(size)
    linkedin = LinkedIn(server, part=4 * 1024 * 1024)
    server.discard = True
    tracemalloc.start()
    went = drive(publisher().publish, publication(Post("x", (Media(file=str(path)),))))
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()
    assert isinstance(went.ending, Published)
    assert peak < 100 * 1024 * 1024
    assert len(linkedin.finalized[0]["uploadedPartIds"]) == 125
    sent = sum(
        int(request.headers["content-length"]) for request in server.requests if request.method == "PUT"
    )
    assert sent == size


def test_what_was_uploaded_is_remembered_for_looking_back(
    publisher: Make, post: Post, linkedin: LinkedIn
) -> None:
    linkedin.states[FILM] = ["PROCESSING_FAILED"]
    given_ = replace(publication(post), first_sent_at=NOW)
    went = drive(publisher().publish, given_)
    assert isinstance(went.ending, MediaRejected)
    assert went.after.checkpoint["earlier"] == [FILM]
