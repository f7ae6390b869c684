"""What Facebook's replies mean, from literal samples."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any

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
from planrrr_cli.platforms.facebook.codes import TABLE, is_definite
from planrrr_cli.platforms.facebook.replies import read_reply
from planrrr_cli.platforms.facebook.status import Phase, read_video
from planrrr_cli.platforms.meta.refusals import GrowingLimit, LinkNotRead, MediumNotRead, SaysDuplicate
from planrrr_cli.platforms.meta.replies import Role, graph_error
from planrrr_cli.platforms.meta.usage import Usage
from planrrr_cli.platforms.wire import Reply
from tests.platforms.rig import NOW


def sample(code: int, subcode: int | None = None, status: int = 400, **more: Any) -> Reply:
    error = {"message": "words", "type": "OAuthException", "code": code, "fbtrace_id": "Atrace", **more}
    if subcode is not None:
        error["error_subcode"] = subcode
    return Reply(status, {}, json.dumps({"error": error}).encode())


def meaning(reply: Reply, role: Role) -> PlatformError | None:
    return read_reply(reply, role=role, now=NOW)


P, C, R = Role.PREPARE, Role.COMMIT, Role.READ


@pytest.mark.parametrize(
    ("code", "subcode", "status", "role", "error"),
    [
        (1, None, 500, P, PlatformUnavailable),
        (1, None, 500, C, OutcomeUnknown),
        (1, 99, 500, C, OutcomeUnknown),
        (1, None, 400, C, OutcomeUnknown),
        (1, 2853006, 400, P, ConnectionRevoked),
        (1, 2853006, 400, C, OutcomeUnknown),
        (2, None, 503, P, PlatformUnavailable),
        (2, None, 500, C, OutcomeUnknown),
        (2, None, 200, C, OutcomeUnknown),
        (3, None, 400, C, ConnectionRevoked),
        (4, None, 403, C, RateLimited),
        (4, 2207051, 403, C, OutcomeUnknown),
        (5, None, 400, C, ConnectionRevoked),
        (10, None, 403, C, ConnectionRevoked),
        (17, None, 400, C, RateLimited),
        (32, None, 403, C, RateLimited),
        (100, None, 400, C, ContentRejected),
        (100, None, 500, C, OutcomeUnknown),
        (100, None, 200, C, ContentRejected),
        (100, 33, 400, R, UnexpectedReply),
        (100, 33, 400, C, ContentRejected),
        (102, None, 401, C, ConnectionRevoked),
        (190, None, 400, C, TokenExpired),
        (190, 458, 400, R, ConnectionRevoked),
        (190, 459, 400, C, ConnectionRevoked),
        (190, 460, 400, C, ConnectionRevoked),
        (190, 463, 400, C, TokenExpired),
        (190, 467, 400, P, TokenExpired),
        (190, 492, 400, P, ConnectionRevoked),
        (190, 2069032, 400, P, ConnectionRevoked),
        (200, None, 403, C, ConnectionRevoked),
        (200, 2069030, 403, C, ContentRejected),
        (283, None, 403, R, ConnectionRevoked),
        (299, None, 403, C, ConnectionRevoked),
        (100, None, 400, R, UnexpectedReply),
        (506, None, 400, R, UnexpectedReply),
        (352, None, 400, R, UnexpectedReply),
        (324, None, 400, P, MediumNotRead),
        (324, 2069019, 400, P, MediaRejected),
        (100, 1366046, 400, P, MediaRejected),
        (341, None, 400, C, RateLimited),
        (351, None, 400, C, MediaRejected),
        (352, None, 400, P, MediaRejected),
        (382, None, 400, C, MediaRejected),
        (368, None, 400, C, GrowingLimit),
        (368, 1390008, 400, C, GrowingLimit),
        (389, 1363057, 400, C, MediumNotRead),
        (506, None, 400, C, SaysDuplicate),
        (100, 1366051, 400, C, SaysDuplicate),
        (613, 1996, 400, C, RateLimited),
        (200, 1404006, 400, C, ConnectionRevoked),
        (1, 1404006, 400, C, OutcomeUnknown),
        (100, 1346003, 400, C, ContentRejected),
        (1609005, None, 400, C, LinkNotRead),
        (100, 1609005, 400, C, LinkNotRead),
        (100, 1609008, 400, C, ContentRejected),
        (100, 1363047, 400, P, PlatformUnavailable),
        (100, 1363047, 400, C, OutcomeUnknown),
        (368, 1609010, 400, C, OutcomeUnknown),
        (1705, None, 400, P, ConnectionRevoked),
        (1705, None, 400, C, OutcomeUnknown),
        (2500, None, 400, R, ConnectionRevoked),
        (6000, None, 400, P, PlatformUnavailable),
        (6001, None, 400, C, OutcomeUnknown),
        (80001, None, 400, C, GrowingLimit),
        (99999, None, 400, P, UnexpectedReply),
        (99999, None, 400, C, OutcomeUnknown),
    ],
)
def test_a_code_means_what_the_table_says(
    code: int, subcode: int | None, status: int, role: Role, error: type[PlatformError]
) -> None:
    found = meaning(sample(code, subcode, status), role)
    assert type(found) is error
    assert found.code == (f"{code}/{subcode}" if subcode else str(code))
    assert found.request_id == "Atrace"


def test_an_undocumented_code_that_is_transient_is_tried_again() -> None:
    assert type(meaning(sample(99999, is_transient=True), P)) is PlatformUnavailable
    assert type(meaning(sample(99999, is_transient=True), C)) is OutcomeUnknown


@pytest.mark.parametrize(
    ("reply", "prepare"),
    [
        (Reply(502, {}, b"<html><title>Facebook | Error</title>"), PlatformUnavailable),
        (Reply(200, {}, b"<html>"), UnexpectedReply),
        (Reply(200, {}, b""), UnexpectedReply),
        (Reply(200, {}, b'{"id": "1'), UnexpectedReply),
        (Reply(200, {}, b"[]"), UnexpectedReply),
        (Reply(200, {}, b'{"success": false}'), UnexpectedReply),
        (Reply(200, {}, b"Service Unavailable"), PlatformUnavailable),
        (Reply(200, {}, b'{"error": "words"}'), UnexpectedReply),
        (Reply(302, {"Location": "https://elsewhere.test"}, b""), UnexpectedReply),
        (
            Reply(400, {"WWW-Authenticate": 'OAuth "Facebook Platform" "invalid_request" "(#506)"'}, b""),
            UnexpectedReply,
        ),
        (Reply(429, {}, b""), RateLimited),
    ],
)
def test_what_is_no_answer_proves_nothing_on_the_call_that_publishes(
    reply: Reply, prepare: type[PlatformError]
) -> None:
    assert type(meaning(reply, P)) is prepare
    assert type(meaning(reply, C)) is OutcomeUnknown


def test_good_news_is_no_error() -> None:
    assert meaning(Reply(200, {}, b'{"id": "1_2"}'), C) is None
    assert meaning(Reply(200, {"Content-Type": "text/javascript"}, b'{"success": true}'), C) is None


def test_words_decide_only_where_codes_cannot() -> None:
    text = (
        "Any of the pages_read_engagement, pages_manage_metadata, pages_read_user_content, pages_manage_ads, "
    )
    text += (
        "pages_show_list or pages_messaging permission(s) must be granted before impersonating a user's page."
    )
    impersonating = meaning(sample(190, message=text, error_user_msg="Bitte"), R)
    assert type(impersonating) is ConnectionRevoked
    assert type(meaning(sample(368, message="It looks like you already posted this"), C)) is SaysDuplicate
    proof = meaning(sample(100, message="Invalid appsecret_proof provided in the API argument"), P)
    assert type(proof) is ConnectionRevoked
    assert "FACEBOOK_APP_SECRET" in proof.next_step


@pytest.mark.parametrize(
    ("reply", "wait", "scope"),
    [
        (sample(4, status=403), timedelta(hours=1), Scope.APP),
        (sample(17), timedelta(hours=1), Scope.CONNECTION),
        (sample(613), timedelta(hours=1), Scope.APP),
        (sample(341), timedelta(hours=1), Scope.APP),
        (sample(80001), timedelta(minutes=5), Scope.CONNECTION),
        (sample(368, 1390008), timedelta(hours=1), Scope.CONNECTION),
        (sample(368), timedelta(hours=3), Scope.CONNECTION),
    ],
)
def test_a_limit_without_a_header_is_waited_out(reply: Reply, wait: timedelta, scope: Scope) -> None:
    found = meaning(reply, C)
    assert isinstance(found, RateLimited)
    assert found.retry_at == NOW + wait
    assert found.scope is scope


def test_their_own_estimate_in_minutes_comes_first() -> None:
    usage = {"7": [{"type": "pages", "call_count": 105, "estimated_time_to_regain_access": 47}]}
    body = sample(80001).body
    found = meaning(Reply(400, {"X-Business-Use-Case-Usage": json.dumps(usage)}, body), C)
    assert isinstance(found, RateLimited)
    assert found.retry_at == NOW + timedelta(minutes=47)


def test_usage_is_the_worst_of_all_that_concerns_pages() -> None:
    business = {
        "1": [{"type": "instagram", "call_count": 100, "estimated_time_to_regain_access": 90}],
        "2": [{"type": "pages", "call_count": 20, "total_time": 95}, {"type": "pages", "total_cputime": 3}],
    }
    headers = {
        "x-app-usage": '{"call_count":28,"total_time":25}',
        "X-Page-Usage": '{"call_count":85}',
        "X-Business-Use-Case-Usage": json.dumps(business),
    }
    assert Usage.of(Reply(200, headers)) == Usage(95, 0)
    assert Usage.of(Reply(200, {})) == Usage(0, 0)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)
ERROR_FIELDS = [
    "code",
    "error_subcode",
    "message",
    "error_user_msg",
    "is_transient",
    "error_data",
    "fbtrace_id",
]
ENVELOPES = st.fixed_dictionaries(
    {},
    optional={
        "error": st.fixed_dictionaries(
            {},
            optional=dict.fromkeys(
                (
                    "code",
                    "error_subcode",
                    "message",
                    "error_user_msg",
                    "is_transient",
                    "error_data",
                    "fbtrace_id",
                ),
                JSON,
            ),
        )
        | JSON,
        "success": JSON,
    },
)
BODIES = st.binary(max_size=80) | st.builds(lambda value: json.dumps(value).encode(), ENVELOPES | JSON)


@given(st.integers(100, 599), BODIES, st.sampled_from(Role), st.text(max_size=40))
def test_any_reply_has_a_meaning(status: int, body: bytes, role: Role, header: str) -> None:
    reply = Reply(status, {"X-App-Usage": header, "X-Business-Use-Case-Usage": header}, body)
    found = read_reply(reply, role=role, now=NOW)
    assert found is None or isinstance(found, PlatformError)
    if status >= 500 and role is Role.COMMIT:
        assert isinstance(found, OutcomeUnknown)
    if found is not None:
        assert "\n" not in str(found)


@given(st.sampled_from(sorted(TABLE)), st.sampled_from(sorted(TABLE)), st.integers(200, 499))
def test_only_definite_refusals_are_believed_on_the_call_that_publishes(
    one: tuple[int, int], other: tuple[int, int], status: int
) -> None:
    code, subcode = max(one[0], 0) or 1, max(other[1], 0)
    found = read_reply(sample(code, subcode or None, status), role=Role.COMMIT, now=NOW)
    if not is_definite(code, subcode):
        assert type(found) is OutcomeUnknown
    assert not (type(found) is PlatformUnavailable or type(found) is UnexpectedReply)


@given(st.text(max_size=60) | JSON.map(json.dumps))
def test_a_malformed_usage_header_breaks_nothing(header: str) -> None:
    names = ("x-app-usage", "x-page-usage", "x-business-use-case-usage")
    found = Usage.of(Reply(200, dict.fromkeys(names, header)))
    assert found.percent >= 0
    assert 0 <= found.regain_minutes <= 7 * 24 * 60


def test_error_data_comes_as_an_object_or_as_its_text() -> None:
    for data in ({"start_offset": "5"}, '{"start_offset": "5"}'):
        error = graph_error(sample(6001, 1363037, error_data=data))
        assert error is not None
        assert error.data == {"start_offset": "5"}


@pytest.mark.parametrize(
    ("body", "phase", "uploaded", "offset"),
    [
        (
            {
                "status": {
                    "video_status": "uploading",
                    "uploading_phase": {"status": "in_progress", "bytes_transfered": 50},
                }
            },
            Phase.OPEN,
            False,
            50,
        ),
        (
            {
                "status": {
                    "video_status": "processing",
                    "uploading_phase": {"status": "completed", "bytes_transferred": "99"},
                    "publishing_phase": {"status": "not_started"},
                }
            },
            Phase.OPEN,
            True,
            99,
        ),
        (
            {
                "status": {
                    "video_status": "ready",
                    "publishing_phase": {"status": "complete", "publish_status": "published"},
                }
            },
            Phase.PUBLISHED,
            True,
            None,
        ),
        ({"published": True}, Phase.PUBLISHED, False, None),
        ({"post_id": "1_2", "status": {}}, Phase.PUBLISHED, False, None),
        (
            {
                "published": True,
                "status": {"publishing_phase": {"status": "not_started", "publish_status": "draft"}},
            },
            Phase.OPEN,
            False,
            None,
        ),
        ({"status": {"publishing_phase": {"status": "in_progress"}}}, Phase.PUBLISHING, False, None),
        ({"status": {"publishing_phase": {"publish_status": "scheduled"}}}, Phase.PUBLISHING, False, None),
        (
            {
                "status": {
                    "video_status": "processing",
                    "processing_phase": {"status": "x", "error": {"message": "too short"}},
                }
            },
            Phase.DEAD,
            True,
            None,
        ),
        ({"status": {"video_status": "expired"}}, Phase.DEAD, False, None),
        ({"status": {"uploading_phase": {"errors": [{"code": 1}]}}}, Phase.DEAD, False, None),
        ({"status": {"publishing_phase": {"publish_status": "error"}}}, Phase.DEAD, False, None),
        ({"status": {"video_status": "ready"}}, Phase.UNCLEAR, True, None),
        ({}, Phase.UNCLEAR, False, None),
    ],
)
def test_a_video_status_is_read_in_every_spelling(
    body: dict[str, Any], phase: Phase, uploaded: bool, offset: int | None
) -> None:
    video = read_video(body)
    assert (video.phase, video.uploaded, video.offset) == (phase, uploaded, offset)
    assert bool(video.reason) is (phase is Phase.DEAD)


@given(
    st.fixed_dictionaries(
        {},
        optional={
            "status": st.fixed_dictionaries(
                {},
                optional={
                    name: st.dictionaries(
                        st.sampled_from(["status", "publish_status", "error", "errors", "bytes_transfered"]),
                        JSON,
                    )
                    | JSON
                    for name in ("uploading_phase", "processing_phase", "publishing_phase", "video_status")
                },
            )
            | JSON,
            "published": JSON,
            "post_id": JSON,
            "permalink_url": JSON,
        },
    )
)
def test_any_video_status_can_be_read(body: dict[str, Any]) -> None:
    assert read_video(body).phase in Phase


def test_a_video_permalink_gets_its_host() -> None:
    assert read_video({"permalink_url": "/reel/5/"}).permalink == "https://www.facebook.com/reel/5/"
