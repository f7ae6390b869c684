"""What LinkedIn's replies mean, from literal samples."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import example, given
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
from planrrr_cli.platforms.linkedin.refusals import (
    GrowingLimit,
    MediaNotReady,
    MediaOfAnother,
    SaysDuplicate,
)
from planrrr_cli.platforms.linkedin.replies import Role, day_ends, lacks_permission, read_reply
from planrrr_cli.platforms.wire import Reply
from tests.platforms.linkedin.stage import DUPLICATE, SHARE, input_refusal, refusal
from tests.platforms.rig import NOW, Answer

P, C, R = Role.PREPARE, Role.COMMIT, Role.READ
DAY = "Resource level throttle {} DAY limit for calls to this resource is reached."


def reply(answer: Answer) -> Reply:
    return Reply(answer.status, answer.headers, answer.encoded())


def meaning(answer: Answer, role: Role, medium: int | None = None) -> PlatformError | None:
    return read_reply(reply(answer), role=role, now=NOW, medium=medium)


@pytest.mark.parametrize(
    ("answer", "role", "error"),
    [
        (input_refusal(400, "MISSING_FIELD"), C, ContentRejected),
        (input_refusal(400, "INVALID_VALUE_FOR_FIELD"), C, ContentRejected),
        (input_refusal(400, "FIELD_LENGTH_TOO_LONG"), C, ContentRejected),
        (input_refusal(400, "INVALID_URN_ID"), C, ContentRejected),
        (input_refusal(400, "INVALID_URN_TYPE"), C, ContentRejected),
        (refusal(400, message="Unable to parse"), C, ContentRejected),
        (refusal(400, message="Unable to parse"), R, UnexpectedReply),
        (input_refusal(400, "INVALID_CONTENT_OWNERSHIP"), C, MediaOfAnother),
        (input_refusal(400, "MEDIA_ASSET_WAITING_UPLOAD"), C, MediaNotReady),
        (refusal(400, message="Media asset is waiting upload"), C, MediaNotReady),
        (refusal(400, message="The video is still processing"), C, MediaNotReady),
        (input_refusal(400, "MEDIA_ASSET_PROCESSING_FAILED"), C, MediaRejected),
        (refusal(400, "VERSION_MISSING"), C, RateLimited),
        (refusal(400, "VERSION_MISSING"), R, RateLimited),
        (refusal(401, "EXPIRED_ACCESS_TOKEN", 65602), C, TokenExpired),
        (refusal(401, "", 65602), R, TokenExpired),
        (refusal(401, "EXPIRED_ACCESS_TOKEN"), P, TokenExpired),
        (refusal(401, "REVOKED_ACCESS_TOKEN", 65601), C, ConnectionRevoked),
        (refusal(401, "INVALID_ACCESS_TOKEN", 65600), C, ConnectionRevoked),
        (refusal(401, "EMPTY_ACCESS_TOKEN"), P, ConnectionRevoked),
        (Answer(401, b""), P, TokenExpired),
        (Answer(401, b""), C, OutcomeUnknown),
        (refusal(403, "ACCESS_DENIED", 100), C, ConnectionRevoked),
        (refusal(403, message="Member is restricted"), C, ConnectionRevoked),
        (Answer(403, {}), C, ConnectionRevoked),
        (refusal(404), C, ContentRejected),
        (refusal(404), R, UnexpectedReply),
        (refusal(409, "CONFLICT"), C, PlatformUnavailable),
        (refusal(409, message=f"duplicate of {SHARE}"), C, SaysDuplicate),
        (Answer(411, {}), C, ContentRejected),
        (Answer(414, {}), C, ContentRejected),
        (Answer(413, {}), P, MediaRejected),
        (Answer(415, {}), P, MediaRejected),
        (Answer(413, {}), C, ContentRejected),
        (DUPLICATE, C, SaysDuplicate),
        (refusal(422, "DUPLICATE_POST"), C, SaysDuplicate),
        (input_refusal(422, "EMPTY_COMMENTARY"), C, ContentRejected),
        (refusal(426, "NONEXISTENT_VERSION"), C, RateLimited),
        (Answer(426, b""), C, RateLimited),
        (refusal(429), C, GrowingLimit),
        (Answer(429, b"<html>"), C, GrowingLimit),
        (refusal(500), C, OutcomeUnknown),
        (refusal(500), P, PlatformUnavailable),
        (refusal(504), C, OutcomeUnknown),
        (Answer(503, b"<html>"), R, PlatformUnavailable),
        (Answer(408, {}), C, OutcomeUnknown),
        (Answer(408, {}), P, PlatformUnavailable),
        (Answer(302, b""), C, OutcomeUnknown),
        (Answer(302, b""), R, UnexpectedReply),
        (Answer(418, {}), C, OutcomeUnknown),
        (Answer(418, {}), P, UnexpectedReply),
        (Answer(400, b"<html>"), C, OutcomeUnknown),
        (Answer(400, b"[]"), C, OutcomeUnknown),
        (Answer(403, {"status": 503}), C, OutcomeUnknown),
    ],
)
def test_a_reply_means_what_the_table_says(answer: Answer, role: Role, error: type[PlatformError]) -> None:
    assert type(meaning(answer, role)) is error


@pytest.mark.parametrize("status", [200, 201, 202, 204])
@pytest.mark.parametrize("role", Role)
def test_good_news_is_no_error(status: int, role: Role) -> None:
    assert meaning(Answer(status, b""), role) is None


def test_a_duplicate_names_the_other_post() -> None:
    found = meaning(DUPLICATE, C)
    assert isinstance(found, SaysDuplicate)
    assert found.urn == SHARE
    assert SHARE in found.message
    nameless = meaning(refusal(422, "DUPLICATE_POST"), C)
    assert isinstance(nameless, SaysDuplicate) and nameless.urn is None


def test_a_refused_medium_is_named_by_its_position() -> None:
    found = meaning(refusal(415), P, medium=1)
    assert isinstance(found, MediaRejected)
    assert found.medium == 1
    assert "medium 2" in found.message


@pytest.mark.parametrize(
    ("who", "scope"),
    [
        ("APPLICATION", Scope.APP),
        ("MEMBER", Scope.CONNECTION),
        ("APPLICATION_AND_MEMBER", Scope.CONNECTION),
        ("application", Scope.APP),
    ],
)
def test_a_limit_of_the_day_ends_at_midnight_utc_for_whom_it_concerns(who: str, scope: Scope) -> None:
    for role in Role:
        found = meaning(refusal(429, "TOO_MANY_REQUESTS", 101, message=DAY.format(who)), role)
        assert type(found) is RateLimited
        assert found.retry_at == datetime(2026, 11, 25, tzinfo=UTC)
        assert found.scope is scope


def test_a_clock_that_is_a_little_fast_loses_no_day() -> None:
    midnight = datetime(2026, 11, 25, tzinfo=UTC)
    assert day_ends(midnight - timedelta(seconds=1)) == midnight
    assert day_ends(midnight + timedelta(seconds=3)) == midnight + timedelta(seconds=3, minutes=10)
    assert day_ends(midnight + timedelta(minutes=10)) == midnight + timedelta(days=1)


def test_a_permission_that_is_missing_is_told_from_a_dead_token() -> None:
    missing, dead = meaning(refusal(403), R), meaning(refusal(401, "REVOKED_ACCESS_TOKEN"), R)
    assert missing is not None and lacks_permission(missing)
    assert dead is not None and not lacks_permission(dead)


def test_a_restricted_account_is_told_where_to_go() -> None:
    found = meaning(refusal(403, message="This member is suspended"), C)
    assert found is not None and "linkedin.com" in found.next_step


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
WORDS = st.sampled_from(
    ["DUPLICATE_POST", "PROCESSING_FAILED", "VERSION_MISSING", DAY.format("MEMBER"), "x\ny"]
)
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "status": JSON,
        "serviceErrorCode": JSON,
        "code": JSON | WORDS,
        "message": JSON | WORDS,
        "errorDetails": JSON
        | st.fixed_dictionaries(
            {
                "inputErrors": JSON
                | st.lists(st.fixed_dictionaries({"code": JSON | WORDS, "description": JSON}))
            }
        ),
    },
)
BODIES = st.binary(max_size=80) | st.builds(lambda value: json.dumps(value).encode(), ENVELOPES | JSON)


@given(st.integers(100, 599), BODIES, st.sampled_from(Role), st.text(max_size=40))
@example(100, b'{"code": "!\\n!"}', Role.READ, "a\nb")
def test_any_reply_has_a_meaning(status: int, body: bytes, role: Role, header: str) -> None:
    found = read_reply(Reply(status, {"x-li-uuid": header}, body), role=role, now=NOW)
    assert found is None or isinstance(found, PlatformError)
    assert (found is None) is (200 <= status < 300)
    if role is Role.COMMIT and found is not None:
        assert type(found) not in {UnexpectedReply, TokenExpired} or 400 <= status < 500
        if status >= 500 or status < 400:
            assert isinstance(found, OutcomeUnknown)
        if isinstance(found, PlatformUnavailable):
            assert found.never_sent
    if found is not None:
        assert "\n" not in str(found)


def test_every_part_of_an_envelope_may_be_missing() -> None:
    bare: list[Any] = [{}, {"errorDetails": {"inputErrors": [{}]}}, {"errorDetails": {}}, {"message": None}]
    for body in bare:
        found = meaning(Answer(422, body), C)
        assert isinstance(found, ContentRejected)
        assert "no words" in found.message
