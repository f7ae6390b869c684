"""What each kind of ending says about the health of its platform, and nothing else does."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    LeaseLost,
    MediaRejected,
    NotDurable,
    OutcomeUnknown,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.quota import Bucket, Rolling
from planrrr_cli.domain.steps import Absent, FollowedUp, Processing, Published, Unknown
from planrrr_cli.platforms.linkedin.refusals import MediaNotReady, StillSettling
from planrrr_cli.platforms.media import MediaUnavailable
from planrrr_cli.platforms.meta.refusals import LinkNotRead, MediumNotRead
from planrrr_cli.publishing.attempt import Bug, Ended
from planrrr_cli.publishing.health import Word, word_of

GOOD = {"call": "x.read", "status": 200, "error_kind": None}
REFUSED = {"call": "x.read", "status": 403, "error_kind": "AUTH_FAILED_ERROR"}
SICK = {"call": "x.read", "status": 503, "error_kind": "NETWORK_ERROR"}
LOST = {"call": "x.read", "status": None, "code": "answer_lost", "error_kind": "NETWORK_ERROR"}
BUCKET = Bucket("test.day", 3, Rolling(timedelta(hours=1)))


def word(ending: Any, *calls: dict[str, Any]) -> Word:
    return word_of(Ended(cast(Any, None), ending, calls))


@pytest.mark.parametrize("kind", [PlatformUnavailable, UnexpectedReply, OutcomeUnknown])
def test_the_platforms_own_sickness_counts(kind: Any) -> None:
    assert word(kind("no", platform="x"), SICK) is Word.FAILED


@pytest.mark.parametrize(
    "kind",
    [ContentRejected, MediaRejected, ConnectionRevoked, TokenExpired, RateLimited],
)
def test_content_sign_in_and_limits_never_count_and_are_answers(kind: Any) -> None:
    assert word(kind("no", platform="x"), REFUSED) is Word.ANSWERED
    assert word(kind("no", platform="x")) is Word.NOTHING, "our own word, without a call"


@pytest.mark.parametrize("kind", [MediaUnavailable, LinkNotRead, MediumNotRead, MediaNotReady, StillSettling])
def test_trouble_of_media_and_their_hosts_counts_for_nobody(kind: Any) -> None:
    assert word(kind("no", platform="x")) is Word.NOTHING
    assert word(kind("no", platform="x"), SICK) is Word.NOTHING


@pytest.mark.parametrize("scope", [Scope.APP, Scope.PLATFORM])
def test_a_limit_of_more_than_one_account_is_the_platforms_word_unless_it_is_one_allowance(
    scope: Scope,
) -> None:
    assert word(RateLimited("wait", platform="x", scope=scope), REFUSED) is Word.TOLD_TO_WAIT
    used_up = RateLimited("wait", platform="x", scope=scope, bucket=BUCKET)
    assert word(used_up, REFUSED) is Word.ANSWERED


@pytest.mark.parametrize("ending", [Published("id"), Processing(timedelta(seconds=1))])
def test_what_went_out_is_an_answer_whatever_its_last_call_met(ending: Any) -> None:
    assert word(ending, GOOD, SICK) is Word.ANSWERED


@pytest.mark.parametrize("ending", [Unknown("cannot tell"), Absent("not there"), FollowedUp()])
def test_a_recipe_that_keeps_a_failure_to_itself_is_judged_by_its_last_call(ending: Any) -> None:
    assert word(ending, SICK, GOOD) is Word.ANSWERED
    assert word(ending, REFUSED) is Word.ANSWERED
    assert word(ending, GOOD, SICK) is word(ending, GOOD, LOST) is Word.FAILED
    assert word(ending) is Word.NOTHING


@pytest.mark.parametrize("ending", [Bug("KeyError"), LeaseLost("late"), NotDurable("stop")])
def test_our_own_trouble_says_nothing(ending: Any) -> None:
    assert word(ending, GOOD) is word(ending, SICK) is Word.NOTHING
