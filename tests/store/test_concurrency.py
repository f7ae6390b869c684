"""Overlapping runs: nothing is claimed twice, nothing is begun twice, nothing is overwritten, nobody waits for ever."""

from __future__ import annotations

import random
import subprocess
import sys
import textwrap
import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from planrrr_cli.domain.publications import AttemptKind, Outcome, State
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.store import connections, lanes, publications, runs
from planrrr_cli.store.schema import attempts
from planrrr_cli.store.schema import publications as publications_table
from tests.factory import LEASE, NOW, Factory, error, new_id


def test_many_claims_at_once_share_the_lanes_without_overlap(factory, database_url, open_url):
    lanes_ = [factory.connection() for _ in range(40)]
    for lane in lanes_:
        factory.post(lane)
    stores = [open_url(database_url) for _ in range(6)]
    start = threading.Barrier(len(stores))

    def claim_all(store):
        mine, worker = [], Factory(store)
        start.wait()
        while taken := worker.claim(limit=3):
            mine += taken
        return mine

    with ThreadPoolExecutor(len(stores)) as pool:
        taken = [lane for mine in pool.map(claim_all, stores) for lane in mine]
    assert Counter(taken) == {lane.id: 1 for lane in lanes_}


def drain(store, seed: int, seen: list, lock: threading.Lock) -> None:
    """A small run: claims, begins, notes and settles in random portions, and now and then loses its lease."""
    chance, clock = random.Random(seed), NOW
    run_id = new_id()
    with store.transaction() as tx:
        runs.start(tx, runs.RunRow(run_id, "here", seed, "1", "b", NOW))
    for _ in range(400):
        clock += timedelta(seconds=chance.choice((0, 0, 1, 30)))
        claim_id = new_id()
        with store.transaction() as tx:
            for found, attempt in lanes.strand(tx, now=clock):
                back = Settlement(Outcome.INTERRUPTED, State.SCHEDULED, wake_at=clock, error=error())
                publications.settle_stranded(
                    tx, publication=found, attempt=attempt, settlement=back, now=clock
                )
            taken = lanes.claim(
                tx, run_id=run_id, claim_id=claim_id, now=clock, lease=LEASE, limit=chance.randint(1, 4)
            )
        claims = {one.id: claim_id for one in taken}
        if not claims:
            with store.reading() as tx:
                open_ = publications_table.c.state.in_((State.SCHEDULED, State.PUBLISHING))
                if not tx.conn.execute(select(func.count()).where(open_)).scalar_one():
                    return
            continue
        with store.transaction() as tx:
            found = list(lanes.next_publications(tx, claims=claims, now=clock).values())
            begun = [
                publications.begin(
                    tx,
                    one,
                    kind=AttemptKind.PUBLISH,
                    attempt_id=new_id(),
                    run_id=run_id,
                    claim_id=claim_id,
                    now=clock,
                )
                for one in found
            ]
        clock += timedelta(seconds=chance.choice((0, 0, 0, 90)))
        chance.shuffle(begun)
        with store.transaction() as tx:
            lanes.renew(tx, claims=claims, until=clock + LEASE)
            for attempt in filter(None, begun):
                noted = publications.note(
                    tx,
                    publication_id=attempt.publication_id,
                    attempt=attempt,
                    checkpoint={"by": attempt.id},
                    sending_since=None,
                    step={"step": "created"},
                    now=clock,
                )
                done = Settlement(Outcome.PUBLISHED, State.PUBLISHED, spent=1, remote_id=attempt.id)
                ended = publications.settle(
                    tx,
                    publication_id=attempt.publication_id,
                    attempt=attempt,
                    settlement=done,
                    calls=[],
                    now=clock,
                )
                assert noted == (ended is not None)
                if ended:
                    with lock:
                        seen.append(attempt.publication_id)
            if chance.random() < 0.7:
                lanes.release(tx, claims=claims)


@pytest.mark.slow
def test_overlapping_runs_settle_each_publication_once(factory, database_url, open_url):
    """Clocks that jump make leases run out in the middle, so that runs take lanes from each other all the time."""
    everything = set()
    for _ in range(8):
        lane = factory.connection()
        everything |= {
            factory.publication(lane, at=NOW - timedelta(seconds=number)).id for number in range(6)
        }
    seen: list[str] = []
    lock = threading.Lock()
    stores = [open_url(database_url) for _ in range(5)]
    with ThreadPoolExecutor(len(stores)) as pool:
        for running in [pool.submit(drain, store, seed, seen, lock) for seed, store in enumerate(stores)]:
            running.result(120)
    assert Counter(seen) == dict.fromkeys(everything, 1)
    with factory.store.reading() as tx:
        rows = tx.conn.execute(select(attempts).order_by(attempts.c.publication_id, attempts.c.number)).all()
        states = Counter(tx.conn.execute(select(publications_table.c.state)).scalars())
        counted = dict(tx.conn.execute(select(publications_table.c.id, publications_table.c.attempts)).all())
    assert states == {"published": len(everything)}
    assert all(row.ended_at is not None for row in rows)
    assert Counter(row.publication_id for row in rows) == counted
    assert Counter(row.publication_id for row in rows if row.outcome == "published") == dict.fromkeys(
        everything, 1
    )


def test_processes_share_the_lanes_too(factory, database_url):
    lanes_ = [factory.connection() for _ in range(30)]
    for lane in lanes_:
        factory.post(lane)
    code = textwrap.dedent("""
        import sys, uuid
        from datetime import timedelta
        from tests.factory import NOW, cipher, new_id
        from planrrr_cli.store import lanes, open_store
        store = open_store(sys.argv[1], team="default", cipher=cipher, new_id=new_id)
        while True:
            with store.transaction() as tx:
                taken = lanes.claim(tx, run_id="r", claim_id=new_id(), now=NOW, lease=timedelta(60), limit=2)
            if not taken:
                break
            print(*(one.id for one in taken), sep="\\n")
    """)
    running = [
        subprocess.Popen(
            [sys.executable, "-W", "error::UserWarning", "-c", code, database_url],
            stdout=subprocess.PIPE,
            text=True,
        )
        for _ in range(4)
    ]
    taken = [line for process in running for line in process.communicate(timeout=60)[0].split()]
    assert [process.returncode for process in running] == [0] * 4
    assert Counter(taken) == {lane.id: 1 for lane in lanes_}


def test_an_old_owner_cannot_write_over_the_new_one(factory):
    made = factory.publication()
    old = factory.claim()
    attempt = factory.begin(made, old)
    later = NOW + LEASE
    with factory.store.transaction() as tx:
        [(found, open_)] = lanes.strand(tx, now=later)
        back = Settlement(Outcome.INTERRUPTED, State.SCHEDULED, wake_at=later, error=error())
        publications.settle_stranded(tx, publication=found, attempt=open_, settlement=back, now=later)
    new = factory.claim(now=later)
    again = factory.begin(factory.next(new, now=later)[made.connection.id], new)
    assert not factory.note(attempt, checkpoint={"old": True}, sending_since=later)
    assert not factory.settle(attempt, Settlement(Outcome.PUBLISHED, State.PUBLISHED, remote_id="old"))
    assert factory.try_begin(made, old) is None
    with factory.store.transaction() as tx:
        publications.record_lost(
            tx,
            attempt=attempt,
            outcome=Outcome.LEASE_LOST,
            remote_id="old",
            error=None,
            calls=[{"call": "x"}],
            now=later,
        )
    assert factory.note(again, checkpoint={"new": True})
    now = factory.reload(made)
    assert (now.state, now.checkpoint, now.remote_id, now.sending_since) == (
        State.PUBLISHING,
        {"new": True},
        None,
        None,
    )
    first, second = factory.attempts(made)
    assert (first.outcome, first.calls, second.outcome) == (Outcome.LEASE_LOST, ({"call": "x"},), None)


def test_a_lane_being_taken_is_waited_for_or_skipped_never_shared(factory, database_url, open_url):
    """One transaction claims and stays open; the other must come away empty-handed, at once or after the commit."""
    factory.post()
    other = Factory(open_url(database_url))
    entered, leave = threading.Event(), threading.Event()

    def holds():
        with factory.store.transaction() as tx:
            taken = lanes.claim(tx, run_id="r", claim_id="first", now=NOW, lease=LEASE, limit=1)
            entered.set()
            leave.wait(2 if factory.store.dialect == "postgresql" else 0.2)
            return len(taken)

    with ThreadPoolExecutor(1) as pool:
        first = pool.submit(holds)
        entered.wait(5)
        if (
            factory.store.dialect == "postgresql"
        ):  # on SQLite starting the run below would wait, which is right too
            with other.store.transaction() as tx:
                assert lanes.claim(tx, run_id="s", claim_id="second", now=NOW, lease=LEASE, limit=1) == []
            leave.set()
        else:
            assert other.claim() == {}
        assert first.result(10) == 1


def test_adding_posts_does_not_hide_a_lane_from_claims(factory, database_url, open_url):
    """The foreign key of a new publication locks its connection; the claim must not skip the lane for that."""
    lane = factory.connection()
    factory.post(lane)
    if factory.store.dialect == "sqlite":
        pytest.skip("one writer at a time")
    other = Factory(open_url(database_url))
    with factory.store.transaction() as tx:
        tx.conn.execute(text("SELECT 1 FROM connections FOR KEY SHARE"))
        assert list(other.claim()) == [lane.id]


def test_the_same_account_and_the_same_document_added_at_once_are_one(factory, database_url, open_url):
    stores = [open_url(database_url) for _ in range(4)]
    start = threading.Barrier(4)

    def add(store):
        start.wait()
        return Factory(store).connection(account_id="acme").id

    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(add, stores))) == 1
    with factory.store.reading() as tx:
        assert len(connections.listing(tx)) == 1
