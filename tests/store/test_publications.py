"""Begin, note, settle: each write is there as a whole or not at all, and only for who holds the lane."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import AttemptKind, ErrorNote, Outcome, State
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import connections, publications
from tests.factory import LEASE, NOW, error, new_id

SECOND = timedelta(seconds=1)
DONE = Settlement(
    Outcome.PUBLISHED,
    State.PUBLISHED,
    spent=1,
    clear_sending=True,
    remote_id="42",
    permalink="https://x.example/42",
)


def begun(factory, **more):
    made = factory.publication(**more)
    claims = factory.claim(publications=frozenset({made.id}))
    return made, claims, factory.begin(made, claims)


def test_beginning_writes_the_attempt_before_anything_is_sent(factory):
    made, claims, attempt = begun(factory)
    assert (attempt.number, attempt.kind, attempt.claim_id) == (
        1,
        AttemptKind.PUBLISH,
        claims[made.connection.id],
    )
    assert factory.attempts(made) == [attempt]
    now = factory.reload(made)
    assert (now.state, now.wake_at, now.due_at, now.attempts, now.spent) == (
        State.PUBLISHING,
        None,
        NOW,
        1,
        0,
    )


@pytest.mark.parametrize("what", ["state", "time", "claim", "lease", "pause", "twice"])
def test_nothing_begins_when_something_changed_since_it_was_read(factory, what):
    made = factory.publication()
    claims = factory.claim()
    with factory.store.transaction() as tx:
        match what:
            case "state":
                publications.cancel(tx, made.id, now=NOW)
            case "time":
                publications.reschedule(tx, made.id, due_at=NOW + SECOND, now=NOW)
            case "pause":
                connections.pause(tx, made.connection.id, now=NOW)
    if what == "claim":
        factory.claim(now=NOW + LEASE)
    if what == "lease":  # nobody has taken the lane yet, but anybody may
        factory.now += LEASE
    if what == "twice":
        factory.begin(made, claims)
    before = factory.reload(made)
    assert factory.try_begin(made, claims) is None
    assert factory.reload(made) == before
    assert len(factory.attempts(made)) == (what == "twice")


@pytest.mark.parametrize(
    ("state", "kind", "after"),
    [
        (State.DRAFT, AttemptKind.PUBLISH, State.PUBLISHING),
        (State.PROCESSING, AttemptKind.CHECK, State.PUBLISHING),
        (State.IN_DOUBT, AttemptKind.RECONCILE, State.IN_DOUBT),
        (State.PUBLISHED, AttemptKind.FOLLOW_UP, State.PUBLISHED),
    ],
)
def test_a_look_keeps_the_state_and_a_try_takes_it(factory, state, kind, after):
    made = factory.publication_in(state)
    factory.post(made.connection)
    claims = factory.claim()
    before = factory.reload(made)
    attempt = factory.begin(before, claims, kind)
    now = factory.reload(made)
    assert (now.state, now.attempts) == (after, before.attempts + 1)
    assert now.follow_ups == (kind is AttemptKind.FOLLOW_UP)
    assert now.wake_at == (before.wake_at if after is state else None)
    assert factory.attempts(made)[-1] == attempt


def test_notes_keep_the_checkpoint_the_point_of_no_return_and_every_step(factory):
    made, _, attempt = begun(factory)
    assert factory.note(
        attempt, checkpoint={"container": "1"}, step={"step": "checkpoint", "keys": ["container"]}
    )
    assert factory.reload(made).first_sent_at is None
    assert factory.note(
        attempt, checkpoint={"container": "1"}, sending_since=NOW, step={"step": "point_of_no_return"}
    )
    assert (factory.reload(made).sending_since, factory.reload(made).first_sent_at) == (NOW, NOW)
    assert factory.note(attempt, checkpoint={"container": "1", "accepted": True})
    assert factory.note(attempt, checkpoint={"container": "1", "accepted": True}, sending_since=NOW + SECOND)
    now = factory.reload(made)
    assert (now.sending_since, now.first_sent_at) == (NOW + SECOND, NOW)
    assert now.checkpoint == {"container": "1", "accepted": True}
    [found] = factory.attempts(made)
    assert [step["step"] for step in found.steps] == [
        "checkpoint",
        "point_of_no_return",
        "checkpoint",
        "checkpoint",
    ]
    assert found.steps[0]["keys"] == ["container"]


def test_a_note_after_the_end_or_without_the_lane_is_refused(factory):
    made, claims, attempt = begun(factory)
    factory.release(claims)
    assert not factory.note(attempt, checkpoint={"late": 1}, sending_since=NOW)
    made, claims, attempt = begun(factory)
    factory.settle(attempt, DONE)
    assert not factory.note(attempt, checkpoint={"late": 1})
    assert not factory.settle(attempt, Settlement(Outcome.FAILED, State.FAILED))
    now = factory.reload(made)
    assert (now.state, now.checkpoint, factory.attempts(made)[0].steps) == (State.PUBLISHED, {}, ())


def test_a_settled_publication_tells_the_whole_ending(factory):
    made, _, attempt = begun(factory)
    factory.note(attempt, sending_since=NOW)
    calls = [
        {"call": "x.post.create", "method": "POST", "path": "/2/tweets", "status": 201, "duration_ms": 40}
    ]
    assert factory.settle(attempt, DONE, calls=calls)
    now = factory.reload(made)
    assert (now.state, now.spent, now.wake_at, now.sending_since, now.first_sent_at) == (
        State.PUBLISHED,
        1,
        None,
        None,
        NOW,
    )
    assert (now.remote_id, now.permalink, now.published_at) == ("42", "https://x.example/42", NOW)
    [found] = factory.attempts(made)
    assert (found.outcome, found.ended_at, found.calls, found.error) == (
        Outcome.PUBLISHED,
        NOW,
        tuple(calls),
        None,
    )


def test_errors_are_replaced_kept_or_cleared(factory):
    made, claims, attempt = begun(factory)
    said = ErrorNote(ErrorKind.NETWORK_ERROR, "reset", "again at noon", 503, "2/1", "req-1")
    again = Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=NOW + SECOND, spent=1, error=said)
    assert factory.settle(attempt, again)
    now = factory.reload(made)
    assert (now.error, now.state, now.wake_at, now.due_at, now.spent) == (
        said,
        State.SCHEDULED,
        NOW + SECOND,
        NOW,
        1,
    )
    assert factory.attempts(made)[0].error == said
    attempt = factory.begin(now, claims)
    assert factory.reload(made).error == said
    assert factory.settle(
        attempt, Settlement(Outcome.PROCESSING, State.PROCESSING, wake_at=NOW, clear_error=True)
    )
    assert factory.reload(made).error is None


def test_a_follow_up_never_takes_back_what_is_known(factory):
    made, claims, attempt = begun(factory)
    assert factory.settle(attempt, DONE)
    attempt = factory.begin(factory.reload(made), claims, AttemptKind.FOLLOW_UP)
    noted = Settlement(Outcome.PUBLISHED, State.PUBLISHED, notices=("no comment", "no link"))
    assert factory.settle(attempt, noted)
    attempt = factory.begin(factory.reload(made), claims, AttemptKind.FOLLOW_UP)
    assert factory.settle(attempt, Settlement(Outcome.PUBLISHED, State.PUBLISHED, notices=("third",)))
    now = factory.reload(made)
    assert (now.remote_id, now.permalink, now.published_at) == ("42", "https://x.example/42", NOW)
    assert (now.notices, now.follow_ups) == (("no comment", "no link", "third"), 2)


def test_a_doubt_proved_absent_is_counted_and_goes_on_from_its_checkpoint(factory):
    made, claims, attempt = begun(factory)
    factory.note(attempt, checkpoint={"container": "1"}, sending_since=NOW)
    doubt = Settlement(
        Outcome.IN_DOUBT, State.IN_DOUBT, wake_at=NOW, spent=1, error=error(ErrorKind.OUTCOME_UNKNOWN)
    )
    assert factory.settle(attempt, doubt)
    assert factory.reload(made).sending_since == NOW
    look = factory.begin(factory.reload(made), claims, AttemptKind.RECONCILE)
    looked = Settlement(Outcome.IN_DOUBT, State.IN_DOUBT, wake_at=NOW, doubt_looks=1, absent_looks=1)
    assert factory.settle(look, looked)
    now = factory.reload(made)
    assert (now.doubt_looks, now.absent_looks, now.doubts, now.sending_since) == (1, 1, 0, NOW)
    look = factory.begin(now, claims, AttemptKind.RECONCILE)
    assert factory.settle(look, Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=NOW, clear_sending=True))
    now = factory.reload(made)
    assert (now.state, now.doubts, now.doubt_looks, now.absent_looks) == (State.SCHEDULED, 1, 0, 0)
    assert (now.checkpoint, now.sending_since, now.first_sent_at) == ({"container": "1"}, None, NOW)


def test_a_settlement_may_end_the_connections_permission_or_hold_its_lane(factory):
    made, _, attempt = begun(factory)
    waits = Settlement(
        Outcome.DEFERRED, State.SCHEDULED, wake_at=NOW, error=error(), needs_reauth="password changed"
    )
    assert factory.settle(attempt, waits)
    now = factory.reload(made)
    assert (now.connection.status, now.connection.status_reason) == (
        ConnectionStatus.NEEDS_REAUTH,
        "password changed",
    )
    assert now.state is State.SCHEDULED
    made, _, attempt = begun(factory)
    until = NOW + timedelta(minutes=15)
    assert factory.settle(
        attempt, Settlement(Outcome.DEFERRED, State.SCHEDULED, wake_at=until, hold_until=until)
    )
    assert factory.reload(made).connection.held_until == until


def test_interruptions_in_a_row_are_counted_until_an_attempt_ends(factory):
    made, claims, attempt = begun(factory)
    back = Settlement(Outcome.INTERRUPTED, State.SCHEDULED, wake_at=NOW, error=error(ErrorKind.INTERRUPTED))
    for times in (1, 2):
        with factory.store.transaction() as tx:
            publications.settle_stranded(tx, publication=made, attempt=attempt, settlement=back, now=NOW)
            publications.settle_stranded(
                tx, publication=made, attempt=attempt, settlement=back, now=NOW
            )  # no longer there
        assert factory.reload(made).interruptions == times
        attempt = factory.begin(factory.reload(made), claims)
    factory.settle(attempt, Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=NOW, spent=1, error=error()))
    assert factory.reload(made).interruptions == 0
    assert [one.outcome for one in factory.attempts(made)] == [
        Outcome.INTERRUPTED,
        Outcome.INTERRUPTED,
        Outcome.RETRIED,
    ]


def test_a_remote_id_is_never_bound_twice_on_one_connection(factory):
    lane = factory.connection()
    first, _, attempt = begun(factory, connection=lane)
    assert factory.settle(attempt, DONE)
    factory.release(factory_claims := {lane.id: attempt.claim_id})
    second, _, attempt = begun(factory, connection=lane)
    factory.note(attempt, sending_since=NOW)
    assert factory.settle(attempt, DONE)
    now = factory.reload(second)
    assert (now.state, now.wake_at, now.remote_id, now.sending_since) == (State.IN_DOUBT, None, None, NOW)
    assert first.id[:8] in now.error.message
    assert now.id[:8] in now.error.next
    assert factory.attempts(second)[0].outcome is Outcome.IN_DOUBT
    third, _, attempt = begun(factory)  # the same id on another connection is another thing
    assert factory.settle(attempt, DONE)
    assert factory.reload(third).state is State.PUBLISHED
    assert factory_claims


def test_what_is_too_late_is_missed_and_only_then(factory):
    made = factory.publication()
    claims = factory.claim()
    late = {"publication_id": made.id, "error": error(ErrorKind.VALIDATION_ERROR, "too late"), "now": NOW}
    with factory.store.transaction() as tx:
        assert not publications.miss(tx, claim_id=new_id(), **late)
        assert publications.miss(tx, claim_id=claims[made.connection.id], **late)
        assert not publications.miss(tx, claim_id=claims[made.connection.id], **late)
    now = factory.reload(made)
    assert (now.state, now.wake_at, now.due_at, now.error.message) == (State.MISSED, None, NOW, "too late")


def test_strange_bytes_from_a_platform_do_not_cost_the_record(factory):
    made, _, attempt = begun(factory)
    bad = "nul \x00 and half \ud800 of a pair"
    factory.note(attempt, checkpoint={"echo\x00": [bad]}, step={"step": bad})
    said = ErrorNote(ErrorKind.PLATFORM_API_ERROR, bad, bad, 500, bad, bad)
    assert factory.settle(
        attempt, Settlement(Outcome.FAILED, State.FAILED, error=said, notices=(bad,)), calls=[{"c": bad}]
    )
    now = factory.reload(made)
    assert now.error.message == "nul \ufffd and half \ufffd of a pair"
    assert now.checkpoint == {"echo\ufffd": ["nul \ufffd and half \ufffd of a pair"]}
    assert now.notices == ("nul \ufffd and half \ufffd of a pair",)


@pytest.mark.parametrize(
    "broken",
    [
        "UPDATE publications SET state = 'sent'",
        "UPDATE publications SET generation = 0",
        "UPDATE publications SET wake_at = NULL",
        "UPDATE publications SET due_at = NULL",
        "UPDATE publications SET state = 'failed'",
        "UPDATE publications SET error_kind = 'OTHER'",
        "UPDATE publications SET post_id = 'nobody'",
        "UPDATE connections SET access_token = ''",
        "UPDATE connections SET refresh_token = ''",
        "UPDATE connections SET status = 'gone'",
        "UPDATE connections SET platform = 'myspace'",
        "UPDATE connections SET claim_id = 'me'",
        "UPDATE posts SET text = NULL",
        "UPDATE attempts SET outcome = 'fine'",
        "UPDATE attempts SET ended_at = NULL",
        "UPDATE media SET url = 'https://example.com/a.jpg'",
        "UPDATE media SET file = NULL",
        "DELETE FROM connections",
        "DELETE FROM posts",
    ],
)
def test_the_database_keeps_the_rules_too(factory, broken):
    from planrrr_cli.domain.posts import Media

    made, claims, attempt = begun(factory, media=[Media(file="/a.jpg")])
    factory.settle(attempt, Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=NOW, error=error()))
    factory.release(claims)
    with pytest.raises(IntegrityError), factory.store.transaction() as tx:
        tx.conn.execute(text(broken))
    assert factory.reload(made).state is State.SCHEDULED


def test_a_transaction_that_raises_leaves_nothing_behind(factory):
    made, claims, attempt = begun(factory)

    def killed():
        with factory.store.transaction() as tx:
            assert publications.settle(
                tx, publication_id=made.id, attempt=attempt, settlement=DONE, calls=[], now=NOW
            )
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        killed()
    assert factory.reload(made).state is State.PUBLISHING
    assert factory.settle(attempt, DONE)
    assert claims


def test_a_naive_time_is_refused(factory):
    with pytest.raises(Exception, match="a time without its zone cannot be stored"):
        factory.post(at=NOW.replace(tzinfo=None))


def test_other_zones_are_stored_as_the_same_instant(factory):
    from zoneinfo import ZoneInfo

    made = factory.publication(
        at=NOW.astimezone(ZoneInfo("Asia/Kathmandu")), zone="Asia/Kathmandu", wall_time="14:45"
    )
    assert (made.due_at, made.due_at.utcoffset(), made.post.zone) == (NOW, timedelta(0), "Asia/Kathmandu")
    with factory.store.reading() as tx:
        assert tx.conn.execute(select(1)).scalar_one() == 1
