"""Breakers in their table: one word for all processes, one probe among all of them, one transition at a time."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import timedelta
from random import Random

import pytest

from planrrr_cli.domain.breaker import (
    Answer,
    Breaker,
    BreakerState,
    Claim,
    Failure,
    Key,
    Rules,
    asked,
    failed,
    kept_open,
    probed,
)
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Scope
from planrrr_cli.domain.publications import Outcome, State
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import breakers, clocks, lanes
from planrrr_cli.store.breakers import Event
from tests.factory import LEASE, NOW, error, new_id

X = Key(Scope.PLATFORM, Platform.X)
RULES = Rules()
MINUTE = timedelta(minutes=1)


def shown(store, *, now=NOW):
    with store.reading() as tx:
        return breakers.every(tx, now=now)


def write(store, breaker, *, now=NOW):
    with store.transaction() as tx:
        breakers.lock(tx, [breaker.key], now=now)
        breakers.save(tx, [breaker], now=now)


def opened(*, now=NOW):
    return kept_open(Breaker(X), now + MINUTE, "a person", now=now)


def test_it_comes_back_as_it_was_written(store):
    failure = Failure(NOW, new_id(), new_id())
    breaker = replace(opened(), failures=(failure,), trips=3, successes=1, last_success_at=NOW - MINUTE)
    write(store, breaker)
    assert shown(store) == {X: breaker}
    with store.reading() as tx:
        assert breakers.sick(tx, now=NOW) == {X: breaker}


def test_what_nobody_touched_is_missing_and_what_is_closed_is_not_sick(store):
    assert shown(store) == {}
    with store.transaction() as tx:
        assert breakers.lock(tx, [X], now=NOW) == {X: Breaker(X)}
        assert breakers.sick(tx, now=NOW) == {}


def test_many_at_once_count_every_failure_and_exactly_one_of_them_opens_it(store):
    keys = [X, Key(Scope.PLATFORM, Platform.LINKEDIN)]

    def one(number):
        attempt = new_id()
        with store.transaction() as tx:
            locked = breakers.lock(tx, keys if number % 2 else keys[::-1], now=NOW)
            was = locked[X]
            failure = Failure(NOW, attempt, new_id())
            new = failed(was, failure, Claim("a", "b"), "no", now=NOW, rules=RULES, random=Random(1))
            breakers.save(tx, [new], now=NOW)
        return was.is_closed and not new.is_closed

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, range(24))) == 1
    assert len(shown(store)[X].failures) == RULES.threshold


def test_of_many_who_want_to_probe_at_once_one_has_the_place(factory):
    store = factory.store
    write(store, opened(now=NOW - 2 * MINUTE))
    for _ in range(16):
        factory.publication(factory.connection(Platform.X))
    claims = list(factory.claim().items())

    def one(claim):
        with store.transaction() as tx:
            found = breakers.lock_free(tx, [X], now=NOW)
            mine = Claim(*claim)
            if X not in found or asked(found[X], mine, now=NOW) is not Answer.MAY_PROBE:
                return False
            breakers.save(tx, [probed(found[X], mine, now=NOW)], now=NOW)
            return True

    with ThreadPoolExecutor(8) as pool:
        assert sum(pool.map(one, claims)) == 1


def test_who_waited_for_a_breaker_sees_who_has_its_place_by_now(factory):
    store = factory.store
    write(store, opened(now=NOW - 2 * MINUTE))
    factory.publication(factory.connection(Platform.X))
    [(lane, claim_id)] = factory.claim(platforms=frozenset({Platform.X})).items()
    claim = Claim(lane, claim_id)

    def wait_for_it():
        with store.transaction() as tx:
            return breakers.lock(tx, [X], now=NOW)[X]

    with ThreadPoolExecutor(1) as pool:
        with store.transaction() as tx:
            held = breakers.lock_free(tx, [X], now=NOW)[X]
            later = pool.submit(wait_for_it)
            if store.dialect == "postgresql":
                until_somebody_waits(store)
            breakers.save(tx, [probed(held, claim, now=NOW)], now=NOW)
        assert later.result().is_probed_by(claim)


def until_somebody_waits(store):
    """For a lock of the database, as its own table of sessions tells."""
    waiting = "SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock' AND datname = current_database()"
    give_up = time.monotonic() + 5
    while time.monotonic() < give_up:
        with store.reading() as tx:
            if tx.conn.exec_driver_sql(waiting).scalar_one():
                return
    raise AssertionError("nobody has begun to wait")


def probing(factory):
    """A claimed lane that has the place; the claim, and the lane."""
    connection = factory.connection(Platform.X)
    factory.publication(connection)
    [(lane, claim_id)] = factory.claim(platforms=frozenset({Platform.X})).items()
    claim = Claim(lane, claim_id)
    write(factory.store, probed(opened(now=NOW - 2 * MINUTE), claim, now=NOW))
    return claim


def test_the_place_is_its_claims_as_long_as_the_lease_is_renewed(factory):
    claim = probing(factory)
    assert shown(factory.store)[X].is_probed_by(claim)
    with factory.store.transaction() as tx:
        lanes.renew(tx, claims={claim.connection_id: claim.claim_id}, until=NOW + 10 * LEASE)
    assert shown(factory.store, now=NOW + 9 * LEASE)[X].is_probed_by(claim)


@pytest.mark.parametrize("ending", ["its lease ran out", "it was let go", "somebody else has the lane"])
def test_the_place_is_free_when_its_claim_holds_the_lane_no_more(factory, ending):
    claim, later = probing(factory), NOW
    if ending == "its lease ran out":
        later = NOW + 2 * LEASE
    else:
        factory.release({claim.connection_id: claim.claim_id})
    if ending == "somebody else has the lane":
        assert factory.claim()
    breaker = shown(factory.store, now=later)[X]
    assert breaker.probe is None and breaker.state is BreakerState.HALF_OPEN
    assert asked(breaker, Claim("other", "claim"), now=later) is Answer.MAY_PROBE


def held(factory, *, state=State.SCHEDULED, until, platform=Platform.X, due=NOW):
    made = factory.publication(factory.connection(platform), at=due)
    claims = factory.claim(publications=frozenset({made.id}))
    attempt = factory.begin(made, claims)
    waits = Settlement(
        Outcome.DEFERRED, state, wake_at=until, error=error(), held_by=Scope.PLATFORM, clear_sending=True
    )
    assert factory.settle(attempt, waits)
    factory.release(claims)
    return factory.reload(made)


def test_a_reset_closes_it_and_wakes_what_it_held_and_nothing_else(factory):
    long = NOW + timedelta(hours=5)
    waiting = held(factory, until=long)
    other = held(factory, until=long, platform=Platform.LINKEDIN)
    tomorrow = factory.publication(factory.connection(Platform.X), at=long)
    write(factory.store, opened())
    app = Key.of_app(Platform.X, "own")
    write(factory.store, kept_open(Breaker(app), long, "no credit", now=NOW))
    with factory.store.reading() as tx:
        assert breakers.held(tx)[X] == 1
    with factory.store.transaction() as tx:
        changed = breakers.reset(tx, Platform.X, now=NOW + MINUTE)
    assert {before.key for before, _ in changed} == {X, app}
    assert all(one.is_closed for one in shown(factory.store).values())
    assert factory.reload(waiting).wake_at == NOW + MINUTE
    assert factory.reload(other).wake_at == long and factory.reload(tomorrow).wake_at == long


def test_whoever_waits_for_it_and_is_moved_by_a_person_does_not_wait_for_it_any_more(factory):
    from planrrr_cli.store import publications

    waiting, later = held(factory, until=NOW + MINUTE), NOW + timedelta(days=1)
    assert waiting.held_by is Scope.PLATFORM
    with factory.store.transaction() as tx:
        publications.reschedule(tx, waiting.id, due_at=later, now=NOW)
        breakers.reset(tx, Platform.X, now=NOW)
    moved = factory.reload(waiting)
    assert moved.held_by is None and moved.wake_at == later


def test_every_change_is_kept_once(store):
    event = Event(
        new_id(),
        X,
        NOW,
        BreakerState.CLOSED,
        BreakerState.OPEN,
        "why",
        NOW + MINUTE,
        {"status": 503},
        new_id(),
    )
    by_hand = replace(event, id=new_id(), at=NOW + MINUTE, run_id=None, by="ann@host")
    for _ in range(2):
        with store.transaction() as tx:
            breakers.record(tx, [event, by_hand])
    with store.reading() as tx:
        assert breakers.history(tx, Platform.X, limit=10) == [by_hand, event]
        assert breakers.history(tx, Platform.LINKEDIN, limit=10) == []


def test_what_a_fast_clock_opened_does_not_stay_open_until_that_clock_would_be_right(factory):
    ahead = NOW + timedelta(days=1)
    write(factory.store, opened(now=ahead), now=ahead)
    factory.run(started_at=ahead)
    with factory.store.transaction() as tx:
        clocks.bring_back(tx, now=NOW, lease=LEASE)
    assert shown(factory.store)[X].open_until == NOW + MINUTE


def test_old_changes_make_room_for_new_ones_a_few_at_a_time(store, monkeypatch):
    monkeypatch.setattr(breakers, "KEPT", 6)
    monkeypatch.setattr(breakers, "FORGOTTEN_AT_ONCE", 2)

    def change(at):
        event = Event(new_id(), X, at, BreakerState.CLOSED, BreakerState.OPEN, "why", at, {}, new_id())
        with store.transaction() as tx:
            breakers.record(tx, [event])

    def kept():
        with store.reading() as tx:
            return [event.at for event in breakers.history(tx, Platform.X, limit=99)]

    for number in range(9):
        change(NOW + number * MINUTE)
        assert len(kept()) <= 6
    assert kept() == [NOW + number * MINUTE for number in range(8, 2, -1)], "the newest are kept"
    later = NOW + breakers.KEPT_FOR + 8 * MINUTE
    for number in range(4):
        change(later + number * MINUTE)
    assert kept()[-1] >= NOW + 8 * MINUTE
