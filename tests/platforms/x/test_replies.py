"""What X's answers mean: the table row by row, both generations of names, and whatever else may come."""

from __future__ import annotations

import json
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    ErrorKind,
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
from planrrr_cli.platforms.x.problems import told
from planrrr_cli.platforms.x.refusals import (
    AppBlocked,
    Forbidden,
    MediaUnknown,
    ParentGone,
    SaysDuplicate,
    UnknownFields,
)
from planrrr_cli.platforms.x.replies import Role, read_reply
from tests.platforms.rig import NOW

NEW, OLD = "https://api.x.com/2/problems/", "https://api.twitter.com/2/problems/"
HOUR = timedelta(hours=1)


def reply(status: int, body: Any = None, **headers: str) -> Reply:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Reply(status, named, body if isinstance(body, bytes) else json.dumps(body).encode())


def problem(detail: str, kind: str = "about:blank", title: str = "Forbidden", **more: Any) -> dict[str, Any]:
    return {"title": title, "detail": detail, "type": kind, **more}


def wrapped(inner: dict[str, Any]) -> dict[str, Any]:
    return {"errors": [inner], "title": "Forbidden", "detail": "Forbidden", "type": "about:blank"}


def meaning(answer: Reply, role: Role = Role.COMMIT) -> PlatformError | None:
    return read_reply(answer, role=role, now=NOW, medium=0)


INVALID = "One or more parameters to your request was invalid."
TABLE: list[tuple[int, Any, type[PlatformError]]] = [
    (
        400,
        problem(INVALID, NEW + "invalid-request", errors=[{"message": "Your media IDs are invalid."}]),
        MediaUnknown,
    ),
    (
        400,
        problem(INVALID, OLD + "invalid-request", errors=[{"message": "Your media IDs are invalid."}]),
        MediaUnknown,
    ),
    (400, problem("$.text: wrong", NEW + "invalid-request", parameter="$.text", value="x"), ContentRejected),
    (
        400,
        problem(INVALID, OLD + "invalid-request", errors=[{"message": "You can only provide one of a, b"}]),
        ContentRejected,
    ),
    (401, problem("Unauthorized", title="Unauthorized", status=401), TokenExpired),
    (402, problem("no credits", OLD + "credits", title="CreditsDepleted"), AppBlocked),
    (402, problem("no credits", NEW + "credits", title="CreditsDepleted", account_id=1), AppBlocked),
    (402, problem("You hit the billing cycle spend cap", title="SpendCapReached"), AppBlocked),
    (403, problem("Your app hit its billing cycle spend cap."), AppBlocked),
    (429, problem("x", title="SpendCapReached"), AppBlocked),
    (403, problem("You are not allowed to create a Tweet with duplicate content."), SaysDuplicate),
    (403, problem("You are not allowed to create a Post with DUPLICATE content."), SaysDuplicate),
    (403, wrapped(problem("You are not allowed to create a Tweet with duplicate content.")), SaysDuplicate),
    (403, {"errors": [{"code": 187, "message": "Status is a duplicate."}]}, SaysDuplicate),
    (403, problem("You are not permitted to perform this action."), ContentRejected),
    (403, problem("You are not allowed to create a Post with more than that."), ContentRejected),
    (
        403,
        problem(
            "You can only reply to or quote posts where you are mentioned or are the author.",
            NEW + "not-authorized-for-resource",
            "Authorization Error",
        ),
        ContentRejected,
    ),
    (
        403,
        problem("words of tomorrow", OLD + "not-authorized-for-resource", "Authorization Error"),
        ContentRejected,
    ),
    (
        403,
        problem("Reply to this conversation is not allowed because you have not been mentioned."),
        ContentRejected,
    ),
    (403, problem("You attempted to reply to a Tweet that is deleted or not visible to you."), ParentGone),
    (403, problem("Posts are limited to a maximum of one cashtag"), ContentRejected),
    (403, problem("The Tweet contains an invalid URL."), ContentRejected),
    (403, problem("This user is not allowed to post a video longer than 2 minutes"), MediaRejected),
    (403, problem("x", NEW + "unsupported-authentication", "Unsupported Authentication"), ConnectionRevoked),
    (403, problem("x", OLD + "client-forbidden", reason="client-not-enrolled"), AppBlocked),
    (403, problem("x", NEW + "client-forbidden", reason="official-client-forbidden"), AppBlocked),
    (403, problem("Your account is not permitted to access this feature."), ConnectionRevoked),
    (403, problem("User has been suspended"), ConnectionRevoked),
    (403, problem("To protect our users, this account is temporarily locked."), ConnectionRevoked),
    (403, problem("Forbidden"), Forbidden),
    (404, problem("Could not find post", NEW + "resource-not-found"), ContentRejected),
    (413, problem("Too large"), ContentRejected),
    (415, problem("Wrong type"), ContentRejected),
    (429, problem("Too Many Requests", title="Too Many Requests"), RateLimited),
    (429, {"errors": [{"code": 88, "message": "Rate limit exceeded"}]}, RateLimited),
    (429, b"", RateLimited),
    (
        429,
        problem("cap", OLD + "usage-capped", "UsageCapExceeded", period="Monthly", scope="Product"),
        AppBlocked,
    ),
    (500, problem("x", NEW + "internal-error"), OutcomeUnknown),
    (503, problem("Service Unavailable"), OutcomeUnknown),
    (503, b"<html>", OutcomeUnknown),
    (403, b"<html>", OutcomeUnknown),
    (400, b"", OutcomeUnknown),
    (404, b"<html>", OutcomeUnknown),
    (409, problem("conflict", NEW + "conflict"), OutcomeUnknown),
    (302, b"", OutcomeUnknown),
    (201, b"<html>", OutcomeUnknown),
    (201, b'{"data": {"id": "1', OutcomeUnknown),
    (200, b"", OutcomeUnknown),
    (200, [1], OutcomeUnknown),
]


@pytest.mark.parametrize(("status", "body", "kind"), TABLE)
def test_a_refusal_of_a_post_means_what_the_table_says(
    status: int, body: Any, kind: type[PlatformError]
) -> None:
    found = meaning(reply(status, body))
    assert type(found) is kind
    assert found is not None and found.status == status and found.message


@pytest.mark.parametrize(
    "body", [{"data": {"id": "1", "text": "a"}}, {"data": {"id": "1"}, "errors": [{"title": "x"}]}]
)
def test_good_news_is_no_error(body: Any) -> None:
    assert meaning(reply(201, body)) is None


def test_an_empty_credit_holds_the_whole_app_for_an_hour_and_says_whom_to_ask() -> None:
    found = meaning(reply(402, problem("Your enrolled account does not have any credits", NEW + "credits")))
    assert isinstance(found, RateLimited)
    assert found.scope is Scope.APP and found.retry_at == NOW + HOUR
    assert "no credit left" in found.message and "add credit" in found.next_step
    assert not found.spends_attempt


def test_a_daily_cap_ends_at_midnight_and_a_monthly_one_asks_a_person() -> None:
    daily = meaning(reply(429, problem("Daily cap", NEW + "usage-capped", period="Daily")))
    assert isinstance(daily, AppBlocked) and daily.retry_at == datetime(2026, 11, 25, tzinfo=UTC)
    headers = {"x_rate_limit_remaining": "900", "x_rate_limit_reset": str(int(NOW.timestamp()) + 60)}
    monthly = meaning(
        reply(429, problem("Monthly cap", title="UsageCapExceeded", period="Monthly"), **headers)
    )
    assert (
        isinstance(monthly, AppBlocked) and monthly.retry_at == NOW + HOUR and "buy more" in monthly.next_step
    )


@pytest.mark.parametrize(
    ("headers", "wait", "scope"),
    [
        ({}, None, Scope.CONNECTION),
        ({"x_rate_limit_reset": "600"}, 600, Scope.CONNECTION),
        ({"x_rate_limit_reset": "-5"}, None, Scope.CONNECTION),
        ({"x_rate_limit_reset": str(25 * 3600)}, None, Scope.CONNECTION),
        ({"x_rate_limit_reset": "junk", "retry_after": "30"}, 30, Scope.CONNECTION),
        (
            {
                "x_rate_limit_reset": "60",
                "x_user_limit_24hour_remaining": "0",
                "x_user_limit_24hour_reset": "7200",
            },
            7200,
            Scope.CONNECTION,
        ),
        (
            {
                "x_rate_limit_reset": "60",
                "x_app_limit_24hour_remaining": "0",
                "x_app_limit_24hour_reset": "3600",
            },
            3600,
            Scope.APP,
        ),
        (
            {
                "x_rate_limit_reset": "60",
                "x_app_limit_24hour_remaining": "5",
                "x_app_limit_24hour_reset": "3600",
            },
            60,
            Scope.CONNECTION,
        ),
    ],
)
def test_a_limit_is_waited_out_as_the_headers_say(
    headers: dict[str, str], wait: int | None, scope: Scope
) -> None:
    moments = {
        name: str(int(NOW.timestamp()) + int(value)) if name.endswith("reset") and value != "junk" else value
        for name, value in headers.items()
    }
    found = meaning(reply(429, problem("Too Many Requests"), **moments))
    assert isinstance(found, RateLimited)
    assert found.retry_at == (NOW + timedelta(seconds=wait) if wait is not None else None)
    assert found.scope is scope


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, problem("bad type", NEW + "invalid-request"), MediaRejected),
        (413, b"", MediaRejected),
        (415, b"<html>", MediaRejected),
        (403, problem("Forbidden"), ConnectionRevoked),
        (403, problem("x", NEW + "client-forbidden", reason="client-not-enrolled"), AppBlocked),
        (401, b"", TokenExpired),
        (402, problem("no credits"), AppBlocked),
        (429, b"", RateLimited),
        (500, b"", PlatformUnavailable),
        (503, b"<html>", PlatformUnavailable),
        (409, b"", UnexpectedReply),
        (200, b"<html>", UnexpectedReply),
    ],
)
def test_a_refusal_while_uploading_means_what_the_table_says(
    status: int, body: Any, kind: type[PlatformError]
) -> None:
    assert type(meaning(reply(status, body), Role.PREPARE)) is kind


def test_an_upload_may_be_answered_with_nothing() -> None:
    assert meaning(reply(204, b""), Role.PREPARE) is None
    assert meaning(reply(200, b" "), Role.PREPARE) is None


def test_a_missing_scope_for_media_is_named() -> None:
    found = meaning(reply(403, problem("Forbidden")), Role.PREPARE)
    assert found is not None and "media.write" in found.message and "sign in again" in found.next_step


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, problem("x", NEW + "invalid-request", parameter="tweet.fields", value="a"), UnknownFields),
        (
            400,
            problem(
                INVALID,
                OLD + "invalid-request",
                errors=[{"parameters": {"tweet.fields": ["a"]}, "message": "m"}],
            ),
            UnknownFields,
        ),
        (400, problem("x", NEW + "invalid-request", parameter="start_time"), UnexpectedReply),
        (403, problem("Forbidden"), UnexpectedReply),
        (403, problem("suspended"), ConnectionRevoked),
        (404, problem("x"), UnexpectedReply),
        (500, b"", PlatformUnavailable),
        (200, b"<html>", UnexpectedReply),
        (200, b"", UnexpectedReply),
    ],
)
def test_a_refusal_while_reading_says_nothing_about_the_post(
    status: int, body: Any, kind: type[PlatformError]
) -> None:
    assert type(meaning(reply(status, body), Role.READ)) is kind


BODIES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=12),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(
            st.sampled_from(
                [
                    "errors",
                    "error",
                    "title",
                    "detail",
                    "type",
                    "message",
                    "code",
                    "reason",
                    "parameters",
                    "status",
                ]
            ),
            inner,
            max_size=5,
        )
    ),
    max_leaves=12,
)


@given(
    st.integers(100, 599),
    BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60),
    st.sampled_from(list(Role)),
)
def test_any_reply_has_a_meaning(status: int, body: bytes, role: Role) -> None:
    found = meaning(Reply(status, {}, body), role)
    if found is None:
        assert 200 <= status < 300
    else:
        assert found.message and found.platform == "x"
        assert "\n" not in found.message


@given(st.integers(100, 599), BODIES.map(lambda body: json.dumps(body).encode()) | st.binary(max_size=60))
def test_only_a_documented_refusal_of_a_post_is_believed(status: int, body: bytes) -> None:
    found = meaning(Reply(status, {}, body))
    if status not in {400, 401, 402, 403, 404, 413, 415, 429} and found is not None:
        assert isinstance(found, OutcomeUnknown)


def test_words_are_quoted_short_and_on_one_line() -> None:
    found = told(reply(403, problem("a\nb\x1b[31m" + "c" * 500)))
    assert found.detail.startswith("a b [31mccc") and len(found.detail) == 200


def test_the_kind_tells_tables_what_it_was() -> None:
    assert meaning(reply(403, problem("Forbidden"))).kind is ErrorKind.AUTH_FAILED_ERROR
