"""Every way an attempt can end, and where it leaves the publication."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.doubt import AskPerson, GoOn, LookAgain, Patience, ProvedAbsent
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
from planrrr_cli.domain.follow_up import after_follow_up
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import (
    ARROWS,
    CANCELLABLE,
    RESCHEDULABLE,
    Outcome,
    Publication,
    State,
)
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import (
    ACCEPTED,
    MOST_INTERRUPTIONS,
    WAITED,
    Outage,
    Retries,
    Settlement,
    after_bug,
    after_error,
    after_interruption,
    after_look,
    after_success,
)
from planrrr_cli.domain.steps import FollowedUp, Landed, Processing, Published

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
PATIENCE = Patience(
    looks=(timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15)),
    proof_looks=2,
    proof_after=timedelta(minutes=10),
    most_looks=12,
    source="a test",
)


def publication(**more: object) -> Publication:
    connection = Connection(
        id="c", team_id="default", platform=Platform.FACEBOOK, account_id="1", account_name="Page",
        tokens=Tokens(Secret("token")),
    )  # fmt: skip
    fields: dict[str, object] = {
        "id": "p" * 8,
        "team_id": "default",
        "post": Post("hello"),
        "state": State.PUBLISHING,
    }
    return Publication(connection=connection, **{**fields, **more})  # type: ignore[arg-type]


def settle(
    error: PlatformError,
    *,
    sent: bool = False,
    retries: Retries = Retries(),  # noqa: B008 - frozen
    outage: Outage | None = None,
    **more: object,
) -> Settlement:
    if sent:
        more.setdefault("sending_since", NOW)
        more.setdefault("first_sent_at", NOW)
    return after_error(
        error, publication(**more), sent=sent, retries=retries, patience=PATIENCE, outage=outage, now=NOW,
        random=Random(1),
    )  # fmt: skip


def error(kind: type[PlatformError], **more: object) -> PlatformError:
    return kind("said so", platform="facebook", **more)  # type: ignore[arg-type]


def test_a_published_post_wakes_at_once_for_what_follows() -> None:
    settlement = after_success(Published("1_2"), now=NOW)
    assert (settlement.state, settlement.wake_at, settlement.remote_id) == (State.PUBLISHED, NOW, "1_2")


def test_processing_waits_for_its_check_and_closes_the_point_of_no_return() -> None:
    settlement = after_success(Processing(timedelta(seconds=30)), now=NOW)
    assert settlement.state is State.PROCESSING
    assert settlement.wake_at == NOW + timedelta(seconds=30)
    assert settlement.clear_sending


@pytest.mark.parametrize("kind", [ContentRejected, MediaRejected])
@pytest.mark.parametrize("sent", [False, True])
def test_a_definite_refusal_fails_even_after_the_point_of_no_return(
    kind: type[PlatformError], sent: bool
) -> None:
    settlement = settle(error(kind), sent=sent)
    assert (settlement.state, settlement.wake_at, settlement.spent) == (State.FAILED, None, 1)


@pytest.mark.parametrize("lie", [OutcomeUnknown, UnexpectedReply, PlatformUnavailable])
def test_whatever_is_not_a_refusal_after_the_point_of_no_return_is_a_doubt(lie: type[PlatformError]) -> None:
    settlement = settle(error(lie), sent=True)
    assert settlement.state is State.IN_DOUBT
    assert settlement.wake_at == NOW + timedelta(seconds=10)
    assert not settlement.clear_sending


def test_a_connection_that_was_never_made_is_retried_even_after_the_point_of_no_return() -> None:
    settlement = settle(error(PlatformUnavailable, never_sent=True), sent=True)
    assert (settlement.outcome, settlement.state) == (Outcome.RETRIED, State.SCHEDULED)
    assert settlement.clear_sending


class Refused(PlatformUnavailable):
    """No, by a documented code, to something that may pass."""

    refused = True


def test_a_documented_refusal_that_may_pass_is_retried_and_never_a_doubt() -> None:
    settlement = settle(error(Refused), sent=True)
    assert (settlement.outcome, settlement.state) == (Outcome.RETRIED, State.SCHEDULED)
    assert settlement.clear_sending
    assert settle(error(Refused), sent=True, spent=2).state is State.FAILED


def test_a_limit_leaves_a_note_of_the_wait_once_and_what_is_noted_already_stays() -> None:
    limited = error(RateLimited, retry_at=NOW)
    assert settle(limited, checkpoint={"container": "1"}).checkpoint == {"container": "1", WAITED: True}
    assert settle(limited, checkpoint={WAITED: True}).checkpoint is None  # so nothing is written
    assert settle(error(PlatformUnavailable)).checkpoint is None


@pytest.mark.parametrize(
    ("notes", "state"),
    [({ACCEPTED: True, "video": "1"}, State.PROCESSING), ({"parts": ["1"]}, State.SCHEDULED)],
)
def test_what_a_look_finds_accepted_is_followed_and_cannot_be_cancelled_or_sent_anew(
    notes: dict[str, object], state: State
) -> None:
    """Only what has more to send is in line again."""
    doubtful = publication(state=State.IN_DOUBT, sending_since=NOW, first_sent_at=NOW)
    settlement = after_look(GoOn(Landed("it is there", notes)), doubtful, retries=Retries(), now=NOW)
    assert (settlement.state, settlement.wake_at, settlement.checkpoint) == (state, NOW, notes)
    assert settlement.clear_sending and settlement.state in ARROWS[State.IN_DOUBT]
    assert (state in CANCELLABLE | RESCHEDULABLE) is (state is State.SCHEDULED)


@pytest.mark.parametrize("lie", [OutcomeUnknown, UnexpectedReply, PlatformUnavailable])
def test_every_doubt_has_the_class_of_a_doubt(lie: type[PlatformError]) -> None:
    interrupted = after_interruption(publication(sending_since=NOW), PATIENCE, now=NOW)
    for settlement in (settle(error(lie), sent=True), interrupted):
        assert settlement.error is not None and settlement.error.kind is ErrorKind.OUTCOME_UNKNOWN
    unsent = after_interruption(publication(), PATIENCE, now=NOW)
    assert unsent.error is not None and unsent.error.kind is ErrorKind.INTERRUPTED


@pytest.mark.parametrize(
    ("accepted", "says"),
    [
        (True, "the platform accepted it, and has not said that it is out; the look failed"),
        (False, "it may have been sent, and no clear answer came; the look failed"),
    ],
)
def test_a_doubt_says_what_is_true_of_it(accepted: bool, says: str) -> None:
    """Of a video that was accepted no answer was lost."""
    doubtful = publication(state=State.IN_DOUBT, checkpoint={ACCEPTED: True} if accepted else {})
    for verdict in (AskPerson("the look failed"), LookAgain(NOW, "the look failed", 0)):
        settlement = after_look(verdict, doubtful, retries=Retries(), now=NOW)
        assert settlement.error is not None and settlement.error.message == says


def test_retries_double_and_then_the_publication_fails_with_the_command_that_mends_it() -> None:
    waits = []
    for spent in range(3):
        settlement = settle(error(PlatformUnavailable), spent=spent, retries=Retries(3, timedelta(seconds=2)))
        waits.append(settlement.wake_at)
    assert waits[0] is not None and timedelta(seconds=2) <= waits[0] - NOW <= timedelta(seconds=3)
    assert waits[1] is not None and timedelta(seconds=4) <= waits[1] - NOW <= timedelta(seconds=5)
    assert waits[2] is None
    assert settlement.state is State.FAILED
    assert settlement.error is not None and "planrrr reschedule pppppppp --at now" in settlement.error.next


def test_an_undocumented_answer_is_retried_once() -> None:
    assert settle(error(UnexpectedReply), spent=0, retries=Retries(10)).state is State.SCHEDULED
    assert settle(error(UnexpectedReply), spent=1, retries=Retries(10)).state is State.FAILED


def test_a_rate_limit_waits_for_the_platforms_own_time_and_spends_nothing() -> None:
    later = NOW + timedelta(hours=5)
    settlement = settle(error(RateLimited, retry_at=later))
    assert (settlement.outcome, settlement.spent) == (Outcome.DEFERRED, 0)
    assert settlement.wake_at == settlement.hold_until == later


def test_a_rate_limit_without_a_time_or_with_a_past_one_waits_a_quarter_of_an_hour() -> None:
    for named in (None, NOW - timedelta(days=1)):
        settlement = settle(error(RateLimited, retry_at=named))
        assert settlement.wake_at is not None
        assert timedelta(minutes=15) <= settlement.wake_at - NOW <= timedelta(minutes=17)


def test_a_revoked_connection_waits_for_a_person_and_the_publication_does_not_fail() -> None:
    settlement = settle(error(ConnectionRevoked))
    assert settlement.state is State.SCHEDULED
    assert settlement.needs_reauth == "said so"
    assert settlement.spent == 0


def test_an_expired_token_asks_for_one_refresh() -> None:
    settlement = settle(error(TokenExpired))
    assert settlement.refresh_token and settlement.state is State.SCHEDULED and settlement.spent == 0


def test_a_failed_check_of_an_accepted_video_never_becomes_a_failure_or_a_second_send() -> None:
    settlement = settle(
        error(PlatformUnavailable),
        spent=2,
        checkpoint={ACCEPTED: True},
        first_sent_at=NOW,
    )
    assert settlement.state is State.IN_DOUBT
    first = settle(error(PlatformUnavailable), spent=0, checkpoint={ACCEPTED: True})
    assert first.state is State.PROCESSING


@pytest.mark.parametrize("kind", [PlatformUnavailable, UnexpectedReply, RateLimited, TokenExpired])
def test_what_the_platform_has_accepted_is_never_in_line_again(kind: type[PlatformError]) -> None:
    """In line it could be cancelled or rescheduled, which forgets the checkpoint, and then it would go out twice."""
    settlement = settle(error(kind), checkpoint={ACCEPTED: True}, first_sent_at=NOW)
    assert (settlement.state, settlement.wake_at is None) == (State.PROCESSING, False)


@pytest.mark.parametrize("kind", [PlatformUnavailable, UnexpectedReply, RateLimited, TokenExpired])
def test_what_was_only_prepared_goes_back_in_line_where_a_person_can_cancel_it(
    kind: type[PlatformError],
) -> None:
    assert settle(error(kind), checkpoint={"container": "1"}).state is State.SCHEDULED


def test_a_bug_is_a_doubt_when_something_may_have_been_sent_and_a_failure_when_not() -> None:
    sent = after_bug("KeyError", publication(sending_since=NOW), sent=True, patience=PATIENCE, now=NOW)
    unsent = after_bug("KeyError", publication(), sent=False, patience=PATIENCE, now=NOW)
    assert (sent.state, unsent.state) == (State.IN_DOUBT, State.FAILED)
    assert unsent.error is not None and unsent.error.kind is ErrorKind.INTERNAL_ERROR


def test_an_interrupted_publication_goes_on_from_its_checkpoint_unless_the_point_of_no_return_was_open() -> (
    None
):
    assert after_interruption(publication(), PATIENCE, now=NOW).state is State.SCHEDULED
    assert after_interruption(publication(sending_since=NOW), PATIENCE, now=NOW).state is State.IN_DOUBT
    accepted = after_interruption(publication(checkpoint={ACCEPTED: True}), PATIENCE, now=NOW)
    assert accepted.state is State.PROCESSING


def test_a_publication_that_kills_its_process_again_and_again_is_stopped_before_it_takes_the_others_along() -> (
    None
):
    waits = [
        after_interruption(publication(interruptions=before), PATIENCE, now=NOW).wake_at
        for before in range(MOST_INTERRUPTIONS - 1)
    ]
    assert waits == sorted(w for w in waits if w is not None)
    assert (
        after_interruption(publication(interruptions=MOST_INTERRUPTIONS - 1), PATIENCE, now=NOW).state
        is State.FAILED
    )


def test_what_fails_after_publishing_never_changes_that_it_is_out() -> None:
    settlements = [
        after_follow_up(
            error(PlatformUnavailable),
            publication(state=State.PUBLISHED, follow_ups=n),
            now=NOW,
            random=Random(1),
        )
        for n in range(3)
    ]
    assert {s.state for s in settlements} == {State.PUBLISHED}
    assert [s.wake_at is None for s in settlements] == [False, False, True]
    assert settlements[-1].notices == ("not completed: said so",)
    assert all(s.error is None and s.cause is not None and s.cause.next for s in settlements)
    done = after_follow_up(FollowedUp("https://x", ("no comment",)), publication(), now=NOW, random=Random(1))
    assert (done.permalink, done.notices, done.wake_at) == ("https://x", ("no comment",), None)


@pytest.mark.parametrize("kind", [RateLimited, ConnectionRevoked, TokenExpired])
def test_a_follow_up_that_has_to_wait_tells_its_attempt_and_the_account_why(
    kind: type[PlatformError],
) -> None:
    settlement = after_follow_up(error(kind), publication(state=State.PUBLISHED), now=NOW, random=Random(1))
    assert (settlement.state, settlement.error) == (State.PUBLISHED, None)
    assert settlement.cause is not None and settlement.cause.kind is kind.kind
    assert settlement.cause.next.startswith("the post is out; ")


def test_what_was_proved_absent_is_sent_again_only_while_attempts_are_left() -> None:
    absent, retries = ProvedAbsent("it is not in the feed"), Retries(3)
    spent = [after_look(absent, publication(spent=n), retries=retries, now=NOW) for n in (1, 2, 3)]
    assert [one.state for one in spent] == [State.SCHEDULED, State.SCHEDULED, State.FAILED]
    assert all(one.clear_sending and one.error is not None and one.error.next for one in spent)
    assert spent[-1].wake_at is None


@given(
    st.sampled_from(PlatformError.__subclasses__()),
    st.booleans(),
    st.integers(0, 12),
    st.booleans(),
)
def test_no_error_leads_along_an_arrow_that_does_not_exist_or_forgets_to_say_why(
    kind: type[PlatformError], sent: bool, spent: int, accepted: bool
) -> None:
    checkpoint = {ACCEPTED: True} if accepted else {}
    settlement = settle(error(kind), sent=sent, spent=spent, checkpoint=checkpoint)
    assert settlement.state in ARROWS[State.PUBLISHING]
    assert settlement.error is not None and settlement.error.next
    if settlement.state in (State.SCHEDULED, State.PROCESSING):
        assert settlement.wake_at is not None and settlement.wake_at >= NOW
    if sent and kind in (OutcomeUnknown, UnexpectedReply, PlatformUnavailable):
        assert settlement.state is State.IN_DOUBT


def outage(*, proven: bool) -> Outage:
    scope = Scope.PLATFORM if proven else None
    return Outage(NOW + timedelta(minutes=7), "it goes on later", proven=proven, scope=scope)


def unavailable() -> PlatformUnavailable:
    return PlatformUnavailable("no answer", platform="facebook")


@pytest.mark.parametrize("spent", [0, 1, 2, 7])
@pytest.mark.parametrize("error", [unavailable(), UnexpectedReply("odd", platform="facebook")])
def test_while_a_breaker_is_open_no_attempt_is_spent_and_nothing_fails(
    error: PlatformError, spent: int
) -> None:
    found = settle(error, spent=spent, outage=outage(proven=True))
    assert (found.outcome, found.state, found.spent) == (Outcome.DEFERRED, State.SCHEDULED, 0)
    assert found.wake_at == NOW + timedelta(minutes=7) and found.held_by is Scope.PLATFORM


def test_where_nobody_else_gets_through_only_the_last_attempt_is_not_spent() -> None:
    quick = [settle(unavailable(), spent=spent, outage=outage(proven=False)) for spent in (0, 1)]
    assert [(one.outcome, one.spent, one.held_by) for one in quick] == [(Outcome.RETRIED, 1, None)] * 2
    last = settle(unavailable(), spent=2, outage=outage(proven=False))
    assert (last.outcome, last.state, last.spent) == (Outcome.DEFERRED, State.SCHEDULED, 0)
    assert settle(unavailable(), spent=2).state is State.FAILED
    odd = settle(UnexpectedReply("odd", platform="facebook"), spent=1, outage=outage(proven=False))
    assert odd.state is State.FAILED, "an answer is no sign of an outage"


@pytest.mark.parametrize("proven", [True, False])
def test_an_outage_never_turns_what_may_be_out_into_something_to_send(proven: bool) -> None:
    for error in (unavailable(), UnexpectedReply("odd", platform="facebook")):
        assert settle(error, sent=True, outage=outage(proven=proven)).state is State.IN_DOUBT
    refused = ContentRejected("no", platform="facebook")
    assert settle(refused, outage=outage(proven=proven)).state is State.FAILED


def test_a_follow_up_waits_for_an_open_breaker_however_often_it_was_tried() -> None:
    out = publication(state=State.PUBLISHED, follow_ups=9)
    found = after_follow_up(unavailable(), out, outage=outage(proven=True), now=NOW, random=Random(1))
    assert found.wake_at == NOW + timedelta(minutes=7) and not found.notices
    assert found.state is State.PUBLISHED and found.held_by is Scope.PLATFORM


def test_whoever_meets_a_limit_of_the_whole_app_waits_for_its_breaker_and_not_for_a_year() -> None:
    year = NOW + timedelta(days=365)
    mine = settle(RateLimited("no credit", platform="x", retry_at=year, scope=Scope.APP))
    assert mine.wake_at == NOW + timedelta(hours=24)
    assert (mine.held_by, mine.hold_until, mine.spent) == (Scope.APP, None, 0)
    account = settle(RateLimited("slow down", platform="x", retry_at=NOW + timedelta(hours=1)))
    assert (account.held_by, account.hold_until) == (None, NOW + timedelta(hours=1))
