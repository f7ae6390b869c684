"""Lanes: who gets them, in what order, for how long, and what is next on them."""

from __future__ import annotations

import sqlite3
from datetime import UTC, datetime, timedelta

import psycopg
import pytest
from sqlalchemy import event

from planrrr_cli import idle_sql
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Media
from planrrr_cli.domain.publications import AttemptKind, Outcome, State
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import connections, lanes, publications, runs, waiting
from planrrr_cli.store.columns import instant_text
from tests.factory import LEASE, NOW, Factory, error

SECOND = timedelta(seconds=1)
DAY = timedelta(days=1)


def test_a_claim_takes_the_lanes_that_have_waited_longest(factory):
    lanes_ = [factory.connection() for _ in range(4)]
    for minutes, lane in zip((3, 30, 20, 10), lanes_, strict=True):
        factory.post(lane, at=NOW - timedelta(minutes=minutes))
    with factory.store.transaction() as tx:
        taken = lanes.claim(tx, run_id="r", claim_id="c", now=NOW, lease=LEASE, limit=2)
    assert [one.id for one in taken] == [lanes_[1].id, lanes_[2].id]
    assert taken[0].tokens.access.reveal() == "access-token"
    assert taken[0].tokens.refresh.reveal() == "refresh-token"
    assert list(factory.claim()) == [lanes_[3].id, lanes_[0].id]


def test_a_lane_is_held_by_one_claim_until_its_lease_runs_out_or_it_is_released(factory):
    lane = factory.connection()
    factory.post(lane)
    first = factory.claim()
    assert list(first) == [lane.id]
    assert factory.claim(now=NOW + LEASE - SECOND) == {}
    second = factory.claim(now=NOW + LEASE)
    assert list(second) == [lane.id]
    factory.release(first)  # too late: it is somebody else's
    assert factory.claim(now=NOW + LEASE) == {}
    factory.release(second)
    assert list(factory.claim(now=NOW + LEASE)) == [lane.id]


def test_what_is_not_due_is_not_claimed(factory):
    factory.post(at=NOW + timedelta(microseconds=1))
    factory.post(draft=True)
    for state in (
        State.FAILED,
        State.MISSED,
        State.CANCELLED,
        State.PUBLISHED,
        State.PROCESSING,
        State.IN_DOUBT,
    ):
        factory.publication_in(state, at=NOW)
    due = factory.connection()
    factory.post(due, at=NOW)
    assert list(factory.claim()) == [due.id]


def test_checks_and_looks_make_a_lane_claimable_when_their_time_has_come(factory):
    waiting = {factory.publication_in(state).connection.id for state in (State.PROCESSING, State.IN_DOUBT)}
    assert factory.claim(now=NOW + 29 * SECOND) == {}
    assert set(factory.claim(now=NOW + 30 * SECOND)) == waiting


@pytest.mark.parametrize("why", ["paused", "needs_reauth", "removed", "held", "other team", "other platform"])
def test_a_lane_that_may_not_publish_is_not_claimed(factory, store, database_url, open_url, why):
    lane = factory.connection(Platform.FACEBOOK)
    made = factory.publication(lane)
    more = {}
    with store.transaction() as tx:
        match why:
            case "paused":
                connections.pause(tx, lane.id, now=NOW)
            case "needs_reauth":
                assert connections.set_needs_reauth(tx, lane.id, "revoked", claim_id=None, now=NOW)
            case "removed":
                assert connections.remove(tx, lane.id, now=NOW) == 1
            case "other platform":
                more = {"platforms": frozenset({Platform.X, Platform.YOUTUBE})}
    if why == "held":
        until = NOW + timedelta(minutes=15)
        attempt = factory.begin(made, claims := factory.claim())
        assert factory.settle(
            attempt,
            Settlement(Outcome.DEFERRED, State.SCHEDULED, wake_at=NOW, hold_until=until, error=error()),
        )
        factory.release(claims)
        assert list(factory.claim(now=until)) == [lane.id]
        factory = Factory(store)
        with store.reading() as tx:
            assert connections.find(tx, lane.id).held_reason == "no answer"
        return
    if why == "other team":
        factory = Factory(open_url(database_url, team="others"))
    assert factory.claim(**more) == {}


def test_platforms_narrow_a_claim(factory):
    by_platform = {platform: factory.connection(platform) for platform in Platform}
    for lane in by_platform.values():
        factory.post(lane)
    taken = factory.claim(platforms=frozenset({Platform.X, Platform.LINKEDIN}))
    assert set(taken) == {by_platform[Platform.X].id, by_platform[Platform.LINKEDIN].id}


def test_named_publications_are_claimed_whatever_their_time(factory):
    tomorrow = factory.publication(at=NOW + DAY)
    draft = factory.publication_in(State.DRAFT)
    cancelled = factory.publication_in(State.CANCELLED)
    factory.post()
    named = frozenset({tomorrow.id, draft.id, cancelled.id})
    claims = factory.claim(publications=named)
    assert set(claims) == {tomorrow.connection.id, draft.connection.id}
    assert {one.id for one in factory.next(claims, publications=named).values()} == {tomorrow.id, draft.id}
    assert factory.next(claims) == {}
    assert factory.claim(publications=frozenset()) == {}


def test_a_lane_in_the_middle_of_an_attempt_is_rescued_before_it_is_claimed(factory):
    stuck = factory.publication_in(State.PUBLISHING)
    factory.post(stuck.connection)
    later = NOW + 2 * LEASE
    assert factory.claim(now=later) == {}
    with factory.store.transaction() as tx:
        [(found, attempt)] = lanes.strand(tx, now=later)
        assert (found.id, attempt.number, attempt.kind) == (stuck.id, 1, AttemptKind.PUBLISH)
        publications.settle_stranded(
            tx,
            publication=found,
            attempt=attempt,
            settlement=Settlement(Outcome.INTERRUPTED, State.SCHEDULED, wake_at=later, error=error()),
            now=later,
        )
    assert list(factory.claim(now=later)) == [stuck.connection.id]
    again = factory.reload(stuck)
    assert (again.state, again.interruptions, again.attempts) == (State.SCHEDULED, 1, 1)
    assert [one.outcome for one in factory.attempts(stuck)] == [Outcome.INTERRUPTED]


def test_a_living_lease_is_not_rescued_unless_its_run_is_known_to_be_dead(factory):
    lane = factory.connection()
    made = factory.publication(lane)
    run_id = factory.run()
    claims = factory.claim(run_id=run_id)
    factory.begin(made, claims)
    with factory.store.transaction() as tx:
        assert [one.id for one in runs.holders(tx, now=NOW)] == [run_id]
        assert lanes.strand(tx, now=NOW + SECOND, dead_runs=frozenset({"another"})) == []
        [(found, attempt)] = lanes.strand(tx, now=NOW + SECOND, dead_runs=frozenset({run_id}))
        assert found.id == made.id
        assert attempt is not None
        assert runs.holders(tx, now=NOW) == []


def test_something_in_the_middle_on_a_lane_that_nobody_holds_is_rescued_too(factory):
    made = factory.publication()
    claims = factory.claim()
    factory.begin(made, claims)
    factory.release(claims)
    assert factory.claim() == {}
    with factory.store.transaction() as tx:
        assert [found.id for found, _ in lanes.strand(tx, now=NOW)] == [made.id]


def test_a_look_that_lost_its_lane_is_closed_as_interrupted(factory):
    doubt = factory.publication_in(State.IN_DOUBT)
    later = NOW + timedelta(minutes=1)
    claims = factory.claim(now=later)
    attempt = factory.begin(doubt, claims, AttemptKind.RECONCILE)
    with factory.store.transaction() as tx:
        assert lanes.strand(tx, now=later) == []
    assert factory.attempts(doubt)[-1].outcome is None
    with factory.store.transaction() as tx:
        assert lanes.strand(tx, now=later + LEASE) == []
    assert factory.attempts(doubt)[-1].outcome is Outcome.INTERRUPTED
    assert factory.reload(doubt).state is State.IN_DOUBT
    assert not factory.settle(attempt, Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=NOW))


def test_a_heartbeat_renews_what_is_mine_and_names_it(factory):
    mine, lost = factory.connection(), factory.connection()
    factory.post(mine, lost)
    claims = factory.claim()
    other = factory.claim(now=NOW + LEASE, limit=1)
    [taken] = other
    kept = ({mine.id, lost.id} - {taken}).pop()
    with factory.store.transaction() as tx:
        assert lanes.renew(tx, claims=claims, until=NOW + 3 * LEASE) == {kept}
        assert lanes.renew(tx, claims={}, until=NOW) == set()
    assert set(factory.claim(now=NOW + 2 * LEASE)) == {taken}
    assert set(factory.claim(now=NOW + 3 * LEASE)) == {kept, taken}


def test_the_order_of_a_lane_is_due_then_added_then_ordinal(factory):
    lane = factory.connection()
    minute = timedelta(minutes=1)
    order = [
        factory.publication(lane, at=NOW - 9 * minute, created_at=NOW).id,
        factory.publication(lane, at=NOW - 8 * minute, created_at=NOW - 2 * minute, ordinal=7).id,
        factory.publication(lane, at=NOW - 8 * minute, created_at=NOW - minute, ordinal=1).id,
        factory.publication(lane, at=NOW - 8 * minute, created_at=NOW - minute, ordinal=2).id,
        factory.publication(lane, at=NOW).id,
    ]
    factory.publication(lane, at=NOW + SECOND)
    claims = factory.claim()
    seen = []
    while found := factory.next(claims):
        [one] = found.values()
        seen.append(one.id)
        factory.settle(factory.begin(one, claims), Settlement(Outcome.FAILED, State.FAILED, error=error()))
    assert seen == order


def test_what_waits_steps_aside_and_keeps_its_promised_time(factory):
    lane = factory.connection()
    first = factory.publication(lane, at=NOW - 2 * SECOND)
    second = factory.publication(lane, at=NOW - SECOND)
    claims = factory.claim()
    with factory.store.transaction() as tx:
        deferral = {
            "publication_id": first.id,
            "claim_id": claims[lane.id],
            "error": error(next_step="later"),
            "now": NOW,
        }
        assert publications.defer(tx, wake_at=NOW + timedelta(minutes=5), **deferral)
        assert not publications.defer(tx, wake_at=NOW, **(deferral | {"claim_id": "not mine"}))
    assert factory.next(claims)[lane.id].id == second.id
    assert factory.next(claims, now=NOW + timedelta(minutes=5))[lane.id].id == first.id
    waiting = factory.reload(first)
    assert (waiting.due_at, waiting.attempts, waiting.error.next) == (first.due_at, 0, "later")


def test_the_next_publication_is_complete(factory):
    lane = factory.connection(
        Platform.X, account_name="@acme", scopes=("tweet.write",), options={"tier": "free"}
    )
    media = [Media(file=f"/pictures/{number}.jpg", alt=f"number {number}") for number in range(3)]
    before = factory.publication_in(State.PUBLISHED, lane)
    more = {
        "overrides": {"x": {"text": "short", "reply": "nobody"}},
        "options": {},
        "link": "https://example.com/",
    }
    made = factory.publication(lane, text="long", media=media, **more)
    claims = factory.claim()
    found = factory.next(claims)[lane.id]
    assert found.post.text == "short"
    assert found.post.options == {"reply": "nobody"}
    assert [one.alt for one in found.post.media] == ["number 0", "number 1", "number 2"]
    assert found.connection.tokens.access.reveal() == "access-token"
    assert (found.connection.scopes, found.connection.options) == (("tweet.write",), {"tier": "free"})
    assert (found.due_at, found.wake_at, found.state, found.generation) == (NOW, NOW, State.SCHEDULED, 1)
    assert found.other_remote_ids == frozenset()  # it was never sent, so nothing can be mistaken for it
    attempt = factory.begin(found, claims)
    assert factory.note(attempt, checkpoint={"container": "17"}, sending_since=NOW)
    doubt = Settlement(Outcome.IN_DOUBT, State.IN_DOUBT, wake_at=NOW, spent=1, error=error())
    assert factory.settle(attempt, doubt)
    again = factory.next(claims)[lane.id]
    assert (again.id, again.checkpoint, again.sending_since) == (made.id, {"container": "17"}, NOW)
    assert again.other_remote_ids == {before.remote_id}
    assert factory.next(claims, now=NOW + timedelta(days=8))[lane.id].other_remote_ids == frozenset()


def test_the_number_of_statements_does_not_grow_with_the_lanes(factory, store):
    for _ in range(30):
        factory.post(factory.connection(), media=[Media(url="https://example.com/a.jpg")])
    claims = factory.claim()
    statements: list[str] = []
    with store.transaction() as tx:
        event.listen(tx.conn, "before_cursor_execute", lambda *args: statements.append(args[2]))
        assert len(lanes.next_publications(tx, claims=claims, now=NOW)) == 30
    assert len(statements) <= 4 + 1  # and the COMMIT


def test_a_lost_claim_gets_nothing_to_do(factory):
    factory.post()
    claims = factory.claim()
    factory.claim(now=NOW + LEASE)
    assert factory.next(claims) == {}


def test_the_database_clock_is_postgresqls(store):
    with store.reading() as tx:
        now = lanes.database_now(tx)
    if store.dialect == "sqlite":
        assert now is None
    else:
        assert now.tzinfo is UTC
        assert abs(now - datetime.now(UTC)) < timedelta(minutes=1)


def looks(database_url: str, store, now: datetime) -> bool:
    """Whether the quick look sees something to do."""
    return bool(quick_look(database_url, store, now)[0])


def quick_look(database_url: str, store, now: datetime):
    """What the quick look reads, asked without the store."""
    query = idle_sql.SQLITE if store.dialect == "sqlite" else idle_sql.POSTGRESQL
    if store.dialect == "sqlite":
        with sqlite3.connect(database_url.removeprefix("sqlite:///")) as connection:
            [answer] = connection.execute(
                query, {"team": "default", "now": now.strftime(idle_sql.SQLITE_NOW)}
            )
        connection.close()
        return answer
    with psycopg.connect(database_url) as connection:
        [answer] = connection.execute(query, {"team": "default"})
    return answer


def test_the_quick_look_counts_what_waits_as_the_store_does(database_url, store):
    now = datetime.now(UTC)
    factory = Factory(store, now=now - timedelta(minutes=10))
    paused, held, free = (factory.connection() for _ in range(3))
    for lane, count in ((paused, 3), (held, 2), (free, 1)):
        for number in range(count):
            factory.post(lane, text=str(number))
        factory.post(lane, at=now + timedelta(hours=1), text="later")
    factory.publication_in(State.PROCESSING, held)
    Factory(store, now=now).publication_in(State.PUBLISHED, paused)
    with store.transaction() as tx:
        connections.pause(tx, paused.id, now=now)
        connections.hold(tx, held.id, until=now + timedelta(hours=1), reason="slow", claim_id=None, now=now)
    with store.reading() as tx:
        due = waiting.due(tx, now=now, platforms=[Platform.X])
    assert due == {"paused": 3, "needs_reauth": 0, "held": 3, "other_run": 0, "next_run": 1}
    assert quick_look(database_url, store, now) == (1, due["paused"], due["held"])


@pytest.mark.parametrize("state", list(State))
def test_the_quick_look_never_says_idle_when_there_is_work(database_url, store, state):
    now = datetime.now(UTC)
    factory = Factory(store, now=now - timedelta(minutes=10))
    assert not looks(database_url, store, now)
    factory.publication_in(state)
    if factory.claim(now=now) or state is State.PUBLISHING:
        assert looks(database_url, store, now)
    else:
        assert not looks(database_url, store, now)


def test_the_quick_look_sees_claims_and_ignores_what_cannot_be_claimed(database_url, store):
    now = datetime.now(UTC)
    factory = Factory(store, now=now)
    lane = factory.connection()
    factory.post(lane, at=now - SECOND)
    assert looks(database_url, store, now)
    with store.transaction() as tx:
        connections.pause(tx, lane.id, now=now)
    assert not looks(database_url, store, now)
    with store.transaction() as tx:
        connections.resume(tx, lane.id, now=now)
    claims = factory.claim(now=now)
    assert looks(database_url, store, now)
    factory.release(claims)
    factory.post(factory.connection(), at=now + timedelta(hours=1))
    with store.transaction() as tx:
        connections.pause(tx, lane.id, now=now)
    assert not looks(database_url, store, now)


def test_the_quick_looks_time_format_is_the_stores():
    for moment in (NOW, NOW + timedelta(microseconds=1), datetime(2026, 1, 2, 3, 4, 5, 60, tzinfo=UTC)):
        assert moment.strftime(idle_sql.SQLITE_NOW) == instant_text(moment)
