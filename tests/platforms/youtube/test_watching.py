"""What YouTube makes of a video: followed with few looks, told when it ends badly, given up in the end."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from planrrr_cli.domain.errors import (
    ContentRejected,
    MediaRejected,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import FollowedUp, Processing, Published
from planrrr_cli.platforms.youtube.publisher import YouTubePublisher
from planrrr_cli.platforms.youtube.watching import LONGEST_FOLLOWING, LONGEST_PAUSE, pause
from tests.platforms.rig import NOW, Server, TestClock
from tests.platforms.youtube.stage import VIDEO, VIDEOS, YouTube, cut, drive, publication, refusal, status

Make = Callable[..., YouTubePublisher]
ACCEPTED_NOTES = {ACCEPTED: True, "video_id": VIDEO, "accepted_at": NOW.isoformat(), "session": None}
NO_SCOPE = refusal(
    403,
    "insufficientPermissions",
    "Request had insufficient authentication scopes.",
    "global",
    status="PERMISSION_DENIED",
    details=[{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}],
)


def accepted(post: Post, **more: Any) -> Publication:
    return publication(post, checkpoint=dict(ACCEPTED_NOTES), first_sent_at=NOW, **more)


def test_a_processed_video_is_published_under_its_id_and_its_address(
    link: str, publisher: Make, post: Post, server: Server
) -> None:
    server.on(VIDEOS, status("processed"))
    assert drive(publisher().publish, accepted(post)).ending == Published(VIDEO, link)
    (look,) = server.requests
    assert look.query == {"part": "status,processingDetails", "id": VIDEO}


def test_while_youtube_works_on_it_looks_become_rare(
    publisher: Make, post: Post, server: Server, clock: TestClock
) -> None:
    progress = {
        "processingStatus": "processing",
        "processingProgress": {"partsTotal": "1000", "partsProcessed": "250"},
    }
    server.on(VIDEOS, status("uploaded", processing=progress))
    first = drive(publisher().publish, accepted(post)).ending
    assert first == Processing(
        timedelta(seconds=5), f"YouTube is processing video {VIDEO} (250 of 1000 parts)"
    )
    clock.pass_by(minutes=20)
    assert drive(publisher().publish, accepted(post)).ending.check_after == timedelta(minutes=5)
    clock.pass_by(hours=5)
    assert drive(publisher().publish, accepted(post)).ending.check_after == LONGEST_PAUSE


def test_a_clock_that_was_fast_and_is_right_again_makes_no_storm_of_looks(
    publisher: Make, post: Post, server: Server, clock: TestClock
) -> None:
    server.on(VIDEOS, status("uploaded"))
    given = replace(
        accepted(post), checkpoint={**ACCEPTED_NOTES, "accepted_at": (NOW + timedelta(days=1)).isoformat()}
    )
    went = drive(publisher().publish, given)
    assert went.ending.check_after == timedelta(seconds=5)
    clock.pass_by(hours=2)
    assert drive(publisher().publish, went.after).ending.check_after == LONGEST_PAUSE


def test_a_day_of_looks_costs_less_than_a_hundred_units() -> None:
    waited, looks = timedelta(0), 0
    while waited < LONGEST_FOLLOWING:
        waited, looks = waited + pause(waited), looks + 1
    assert looks < 100


@pytest.mark.parametrize(
    ("found", "kind", "says"),
    [
        (status("rejected", rejectionReason="length"), MediaRejected, "not verified by phone"),
        (status("rejected", rejectionReason="copyright"), ContentRejected, "copyright"),
        (status("rejected", rejectionReason="duplicate"), MediaRejected, "the same video already"),
        (status("rejected", rejectionReason="uploaderAccountSuspended"), ContentRejected, "suspended"),
        (status("rejected", rejectionReason="brandNew"), ContentRejected, "brandNew"),
        (status("rejected"), ContentRejected, "no reason"),
        (status("failed", failureReason="codec"), MediaRejected, "coded in a way"),
        (status("failed", failureReason="invalidFile"), MediaRejected, "no video that YouTube can read"),
        (status("failed"), MediaRejected, "no reason"),
        (status("deleted"), ContentRejected, "was deleted"),
        (
            status(
                "uploaded",
                processing={"processingStatus": "failed", "processingFailureReason": "transcodeFailed"},
            ),
            MediaRejected,
            "cannot convert",
        ),
    ],
)
def test_a_video_that_youtube_does_not_keep_fails_with_its_reason(
    found: dict[str, Any], kind: type[PlatformError], says: str, publisher: Make, post: Post, server: Server
) -> None:
    server.on(VIDEOS, found)
    went = drive(publisher().publish, accepted(post))
    assert isinstance(went.ending, kind)
    assert says in went.ending.message
    assert went.after.checkpoint == ACCEPTED_NOTES  # nothing is sent again by itself
    assert drive(publisher().publish, went.after).ending.message == went.ending.message
    assert {request.method for request in server.requests} == {"GET"}


def test_a_video_that_is_not_shown_at_first_is_waited_for_and_then_given_up(
    link: str, publisher: Make, post: Post, server: Server, clock: TestClock
) -> None:
    server.on(VIDEOS, {"items": []})
    assert isinstance(drive(publisher().publish, accepted(post)).ending, Processing)
    clock.pass_by(minutes=31)
    went = drive(publisher().publish, accepted(post))
    assert went.ending == Published(VIDEO, link)
    assert "does not show it any more" in went.after.checkpoint["unfollowed"]


def test_following_ends_after_a_day_and_a_sentence_says_so(
    link: str, publisher: Make, post: Post, server: Server, clock: TestClock
) -> None:
    server.on(VIDEOS, status("uploaded"))
    clock.pass_by(hours=24, minutes=1)
    went = drive(publisher().publish, accepted(post))
    assert went.ending == Published(VIDEO, link)
    done = drive(publisher().follow_up, replace(went.after, remote_id=VIDEO))
    assert done.ending == FollowedUp(
        link, ("YouTube had not finished processing the video after 24 hours; look at the channel",)
    )


@pytest.mark.parametrize(
    ("answer", "kind"),
    [
        (cut, PlatformUnavailable),
        (refusal(503, "backendError"), PlatformUnavailable),
        (refusal(401, "authError", domain="global"), TokenExpired),
        (refusal(403, "quotaExceeded", domain="youtube.quota"), RateLimited),
    ],
)
def test_a_look_that_fails_says_nothing_about_the_video(
    answer: Any, kind: type[PlatformError], publisher: Make, post: Post, server: Server
) -> None:
    server.on(VIDEOS, answer)
    went = drive(publisher().publish, accepted(post))
    assert isinstance(went.ending, kind)
    assert went.after.checkpoint == ACCEPTED_NOTES


def test_a_sign_in_that_may_only_upload_publishes_without_a_look_and_says_so(
    link: str, publisher: Make, post: Post, server: Server
) -> None:
    went = drive(
        publisher().publish, accepted(post, scopes=("https://www.googleapis.com/auth/youtube.upload",))
    )
    assert went.ending == Published(VIDEO, link)
    assert "youtube.readonly" in went.after.checkpoint["unfollowed"]
    assert server.requests == []


def test_a_permission_that_turns_out_to_be_missing_is_no_reason_to_sign_in_again(
    link: str, publisher: Make, post: Post, server: Server
) -> None:
    server.on(VIDEOS, NO_SCOPE)
    assert drive(publisher().publish, accepted(post)).ending == Published(VIDEO, link)


def test_what_comes_afterwards_waits_a_little_for_a_video_that_nobody_may_look_at(
    link: str, publisher: Make, post: Post, server: Server, clock: TestClock
) -> None:
    listed = replace(post, options={"playlist": "PL123"})
    given = accepted(listed, scopes=("youtube.upload",))
    assert drive(publisher().publish, given).ending.check_after == timedelta(minutes=2)
    clock.pass_by(minutes=2)
    assert drive(publisher().publish, given).ending == Published(VIDEO, link)


def test_an_upload_ends_in_looking(
    link: str, publisher: Make, post: Post, youtube: YouTube, server: Server
) -> None:
    server.on(VIDEOS, status("uploaded"), status("processed"))
    sent = drive(publisher().publish, publication(post))
    assert isinstance(sent.ending, Processing)
    looked = drive(publisher().publish, sent.after)
    assert isinstance(looked.ending, Processing)
    assert drive(publisher().publish, looked.after).ending == Published(VIDEO, link)
    assert len(youtube.ranges) == 1


@pytest.mark.parametrize(
    ("options", "shown", "told"),
    [
        ({}, "public", False),
        ({}, "private", True),
        ({"privacy": "unlisted"}, "private", True),
        ({"privacy": "private"}, "private", False),
        ({"privacy": "private", "publish_at": "2030-12-01T09:00:00+01:00"}, "public", False),
        ({}, "", False),
    ],
)
def test_a_video_that_others_see_than_was_asked_for_is_out_and_says_so(
    publisher: Make, post: Post, server: Server, options: dict[str, Any], shown: str, told: bool
) -> None:
    server.on(VIDEOS, status("processed", privacyStatus=shown))
    went = drive(publisher().publish, accepted(replace(post, options=options)))
    ending = drive(publisher().follow_up, replace(went.after, remote_id=VIDEO)).ending
    assert isinstance(ending, FollowedUp)
    assert any(f"shows the video as {shown}" in notice for notice in ending.notices) is told
