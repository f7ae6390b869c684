"""What YouTube's answers mean: the table of its documentation and of what users reported, row by row."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.platforms.wire import Reply
from planrrr_cli.platforms.youtube.allowances import CHANNEL, NEW_DAY, THUMBNAILS, UNITS, UPLOADS, day_ends
from planrrr_cli.platforms.youtube.replies import Role, lacks_permission, read_reply
from planrrr_cli.platforms.youtube.sessions import kept

NOW = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)
MIDNIGHT = datetime(2026, 11, 25, 8, 0, tzinfo=UTC)
UPLOADS_OF_DAY = (
    "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day' of service "
    "'youtube.googleapis.com' for consumer 'project_number:123'."
)
QUOTA = (
    "The request cannot be completed because you have exceeded your "
    '<a href="/youtube/v3/getting-started#quota">quota</a>.'
)


def reply(
    code: int, reason: str, message: str = "words", domain: str = "youtube.video", **more: Any
) -> Reply:
    one = {"domain": domain, "reason": reason, "message": message, "location": "body.snippet.title"}
    error = {"code": code, "message": message, "errors": [one], **more}
    return Reply(code, {"X-GUploader-UploadID": "up-1"}, json.dumps({"error": error}).encode())


def read(given: Reply, role: Role = Role.PREPARE, **more: Any) -> PlatformError:
    found = read_reply(given, role=role, now=NOW, **more)
    assert found is not None
    return found


ROWS: list[tuple[int, str, type[PlatformError]]] = [
    *[
        (400, reason, ContentRejected)
        for reason in (
            "invalidTitle",
            "invalidDescription",
            "invalidTags",
            "invalidCategoryId",
            "invalidPublishAt",
            "invalidFilename",
            "invalidRecordingDetails",
            "invalidVideoGameRating",
            "defaultLanguageNotSet",
            "invalidVideoMetadata",
            "missingRequiredParameter",
            "unexpectedParameter",
            "incompatibleParameters",
        )
    ],
    (400, "mediaBodyRequired", MediaRejected),
    (400, "invalidImage", MediaRejected),
    (400, "uploadLimitExceeded", RateLimited),
    (403, "uploadLimitExceeded", RateLimited),
    (400, "badRequest", UnexpectedReply),
    (401, "authError", TokenExpired),
    (401, "youtubeSignupRequired", ConnectionRevoked),
    (403, "quotaExceeded", RateLimited),
    (403, "dailyLimitExceeded", RateLimited),
    (403, "rateLimitExceeded", RateLimited),
    (429, "rateLimitExceeded", RateLimited),
    (403, "userRateLimitExceeded", RateLimited),
    (429, "uploadRateLimitExceeded", RateLimited),
    (403, "forbidden", ConnectionRevoked),
    (403, "forbiddenPrivacySetting", ContentRejected),
    (403, "forbiddenLicenseSetting", ContentRejected),
    (403, "insufficientPermissions", ConnectionRevoked),
    (403, "accessNotConfigured", RateLimited),
    (403, "SERVICE_DISABLED", RateLimited),
    *[
        (403, reason, ConnectionRevoked)
        for reason in (
            "authenticatedUserAccountClosed",
            "authenticatedUserAccountSuspended",
            "authenticatedUserNotChannel",
            "accountDelegationForbidden",
            "channelClosed",
            "channelSuspended",
        )
    ],
    (404, "videoNotFound", UnexpectedReply),
    (409, "alreadyExists", PlatformUnavailable),
    *[(status, "backendError", PlatformUnavailable) for status in (500, 501, 502, 503, 504)],
]


@pytest.mark.parametrize(("status", "reason", "kind"), ROWS)
def test_each_reason_has_its_class_before_anything_is_public(
    status: int, reason: str, kind: type[PlatformError]
) -> None:
    found = read(reply(status, reason))
    assert isinstance(found, kind)
    assert (found.status, found.code, found.request_id, found.platform) == (status, reason, "up-1", "youtube")
    assert reason in found.message
    assert "words" in found.message


PLAIN = (ContentRejected, MediaRejected, RateLimited, ConnectionRevoked, TokenExpired)


@pytest.mark.parametrize(("status", "reason", "kind"), ROWS)
def test_on_the_last_piece_only_a_documented_refusal_counts(
    status: int, reason: str, kind: type[PlatformError]
) -> None:
    found = read(reply(status, reason), Role.COMMIT)
    assert isinstance(found, kind if issubclass(kind, PLAIN) else OutcomeUnknown)


@pytest.mark.parametrize("status", [301, 302, 400, 403, 404, 408, 409, 429, 500, 501, 503])
@pytest.mark.parametrize(
    "body", [b"", b"<html>no</html>", b"[]", b'{"error": "x"}', b'{"error": {"errors": 3}}', b"\xff"]
)
def test_an_answer_without_an_envelope_never_settles_the_last_piece(status: int, body: bytes) -> None:
    assert isinstance(read(Reply(status, {}, body), Role.COMMIT), OutcomeUnknown)
    found = read(Reply(status, {}, body))
    assert isinstance(found, UnexpectedReply | PlatformUnavailable | RateLimited)


def test_good_answers_are_no_errors() -> None:
    for status in (200, 201, 204):
        for role in Role:
            assert read_reply(Reply(status), role=role, now=NOW) is None


# -- allowances --


@pytest.mark.parametrize(
    ("given", "bucket"),
    [
        (reply(429, "rateLimitExceeded", UPLOADS_OF_DAY, "global", status="RESOURCE_EXHAUSTED"), UPLOADS),
        (
            reply(
                429,
                "rateLimitExceeded",
                "Quota exceeded",
                details=[
                    {
                        "reason": "RATE_LIMIT_EXCEEDED",
                        "metadata": {"quota_limit": "defaultVideoInsertPerDayPerProject"},
                    }
                ],
            ),
            UPLOADS,
        ),
        (reply(403, "quotaExceeded", QUOTA, "youtube.quota"), UNITS),
        (reply(403, "dailyLimitExceeded", "Daily Limit Exceeded", "usageLimits"), UNITS),
        (reply(429, "rateLimitExceeded", "Queries per day exceeded"), UNITS),
    ],
)
def test_a_day_that_is_used_up_waits_for_midnight_pacific_time_for_all_of_the_project(
    given: Reply, bucket: Any
) -> None:
    found = read(given)
    assert isinstance(found, RateLimited)
    assert (found.bucket, found.retry_at, found.scope) == (bucket, MIDNIGHT, Scope.APP)
    assert "2026-11-25 08:00 UTC" in found.next_step
    assert "<a" not in found.message
    assert "youtube.uploads" not in found.message


def test_what_the_start_of_an_upload_uses_up_is_uploads() -> None:
    found = read(reply(403, "quotaExceeded", QUOTA), bucket=UPLOADS)
    assert isinstance(found, RateLimited)
    assert found.bucket is UPLOADS


def test_a_short_limit_is_short_and_concerns_the_channel_alone() -> None:
    found = read(reply(403, "userRateLimitExceeded", "User rate limit exceeded", "usageLimits"))
    assert isinstance(found, RateLimited)
    assert (found.bucket, found.scope, found.retry_at) == (None, Scope.CONNECTION, NOW + timedelta(minutes=1))
    named = reply(429, "rateLimitExceeded")
    asked = Reply(429, {"Retry-After": "300"}, named.body)
    assert getattr(read(asked), "retry_at", None) == NOW + timedelta(minutes=5)


@pytest.mark.parametrize("status", [400, 403])
def test_a_channel_that_has_uploaded_enough_waits_a_day_by_itself(status: int) -> None:
    says = "The user has exceeded the number of videos they may upload."
    found = read(reply(status, "uploadLimitExceeded", says))
    assert isinstance(found, RateLimited)
    assert (found.bucket, found.scope, found.retry_at) == (
        CHANNEL,
        Scope.CONNECTION,
        NOW + timedelta(hours=24),
    )


def test_too_many_thumbnails_hold_thumbnails_alone() -> None:
    found = read(reply(429, "uploadRateLimitExceeded", domain="youtube.thumbnail"))
    assert isinstance(found, RateLimited)
    assert found.bucket is THUMBNAILS


@pytest.mark.parametrize(
    ("now", "ends"),
    [
        ("2026-11-24T12:00", "2026-11-25T08:00"),  # standard time
        ("2026-07-01T12:00", "2026-07-02T07:00"),  # daylight saving time
        ("2026-03-08T07:00", "2026-03-08T08:00"),  # the evening before the clocks go forward
        ("2026-03-08T09:00", "2026-03-09T07:00"),  # a day of 23 hours
        ("2026-03-08T12:00", "2026-03-09T07:00"),
        ("2026-11-01T06:00", "2026-11-01T07:00"),  # the evening before they go back
        ("2026-11-01T08:30", "2026-11-02T08:00"),  # the hour that exists twice, first
        ("2026-11-01T09:30", "2026-11-02T08:00"),  # and again
    ],
)
def test_youtube_counts_anew_at_midnight_pacific_time_whatever_the_clocks_do(now: str, ends: str) -> None:
    assert day_ends(datetime.fromisoformat(f"{now}+00:00")) == datetime.fromisoformat(f"{ends}+00:00")


@given(st.integers(0, 2 * 365 * 24 * 60).map(lambda minutes: NOW + timedelta(minutes=minutes)))
def test_the_end_of_a_day_is_ahead_and_within_25_hours(now: datetime) -> None:
    ends = day_ends(now)
    assert timedelta(0) < ends - now <= timedelta(hours=25)
    local = ends.astimezone(ZoneInfo("America/Los_Angeles"))
    assert (local.hour, local.minute) == (0, 0) or ends - now == NEW_DAY


def test_a_clock_that_is_a_little_fast_asks_again_in_a_few_minutes_and_not_in_a_day() -> None:
    assert day_ends(MIDNIGHT + timedelta(seconds=30)) == MIDNIGHT + timedelta(seconds=30) + NEW_DAY


# -- sign-ins --


def test_a_project_without_the_api_waits_for_its_operator_and_no_sign_in_is_asked_for() -> None:
    found = read(
        reply(403, "accessNotConfigured", "YouTube Data API has not been used in project 1", "usageLimits")
    )
    assert isinstance(found, RateLimited)
    assert (found.scope, found.bucket) == (Scope.APP, None)
    assert "enable" in found.next_step


def test_only_a_missing_permission_leaves_the_sign_in_alive() -> None:
    assert lacks_permission(read(reply(403, "insufficientPermissions")))
    assert lacks_permission(read(reply(403, "forbidden")))
    assert not lacks_permission(read(reply(403, "channelSuspended")))
    assert not lacks_permission(read(reply(401, "youtubeSignupRequired")))
    assert not lacks_permission(read(reply(403, "quotaExceeded")))


def test_a_scope_that_only_the_details_name_is_understood() -> None:
    body = {
        "error": {"code": 403, "message": "x", "details": [{"reason": "ACCESS_TOKEN_SCOPE_INSUFFICIENT"}]}
    }
    assert lacks_permission(read(Reply(403, {}, json.dumps(body).encode())))


# -- how many bytes YouTube has --


@given(st.integers(0, 10**12), st.integers(1, 10**12))
def test_what_a_308_says_is_where_it_goes_on(last: int, size: int) -> None:
    told = Reply(308, {"Range": f"bytes=0-{last}"})
    if last < size:
        assert kept(told, size) == last + 1
    else:
        with pytest.raises(UnexpectedReply):
            kept(told, size)


def test_without_a_range_youtube_has_nothing() -> None:
    assert kept(Reply(308), 10) == 0


@pytest.mark.parametrize(
    "told", ["", "bytes=1-5", "bytes=0-", "bytes=0--1", "bytes=-5", "0-5,7-8", "bytes=0-٣", "nonsense"]
)
def test_a_range_that_cannot_be_read_is_no_answer(told: str) -> None:
    with pytest.raises(UnexpectedReply):
        kept(Reply(308, {"Range": told}), 10)
    with pytest.raises(OutcomeUnknown):
        kept(Reply(308, {"Range": told}), 10, Role.COMMIT)
