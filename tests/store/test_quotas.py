"""One count for all processes: what is reserved, spent, given back and promised; and never counted twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from datetime import timedelta

import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.domain.publications import Outcome, State
from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling, Told
from planrrr_cli.store import quotas, told
from planrrr_cli.store.quotas import Entry
from planrrr_cli.store.schema import attempts
from tests.factory import NOW, new_id

HOUR = Bucket("test.hour", 3, Rolling(timedelta(hours=1)))
DAY = Bucket("test.day", 2, Daily("America/Los_Angeles"))


def book(store, bucket=HOUR, owner="a", *, now=NOW, amount=1):
    owned = (bucket.name, owner)
    with store.reading() as tx:
        return quotas.books(tx, {owned: (bucket, amount)}, now=now)[owned]


def take(store, bucket=HOUR, owner="a", *, amount=1, now=NOW, spend=True):
    """Ask, and reserve; and spend it at once, unless told otherwise. The id, or the moment when there is room."""
    owned, one = (bucket.name, owner), new_id()
    with store.transaction() as tx:
        quotas.lock(tx, [owned])
        later = quotas.books(tx, {owned: (bucket, amount)}, now=now)[owned].ask(amount, now=now)
        if later is not None:
            return later
        quotas.write(tx, freed=(), reserved=[Entry(one, owned, now, amount)], promised=())
    if spend:
        settle(store, bucket, owner, one, amount=amount, now=now)
    return one


def settle(store, bucket, owner, one, *, amount, now):
    owned = (bucket.name, owner)
    entries = [Entry(one, owned, now, amount)] if amount else []
    with store.transaction() as tx:
        quotas.spend(tx, entries, freed=[one])


def rows(store, table):
    with store.reading() as tx:
        return tx.conn.exec_driver_sql(f"SELECT count(*) FROM {table}").scalar()


def test_there_is_room_until_the_limit_and_again_when_the_oldest_has_left(store):
    for minute in range(3):
        assert isinstance(take(store, now=NOW + timedelta(minutes=minute)), str)
    later = NOW + timedelta(minutes=5)
    assert take(store, now=later) == NOW + timedelta(hours=1) + MARGIN
    assert take(store, amount=2, now=later) == NOW + timedelta(hours=1, minutes=1) + MARGIN
    assert book(store, now=later).counted(later) == 3
    assert isinstance(take(store, now=NOW + timedelta(hours=1) + MARGIN), str)


def test_a_refusal_counts_nothing_and_others_have_their_own_count(store):
    assert isinstance(take(store, amount=3), str)
    assert not isinstance(take(store, amount=1), str)
    assert book(store).counted(NOW) == 3
    assert isinstance(take(store, owner="b", amount=3), str)
    assert isinstance(take(store, DAY, amount=2), str)


def test_what_is_reserved_counts_until_it_is_given_back_or_spent(store):
    one = take(store, amount=2, spend=False)
    much_later = NOW + timedelta(hours=5)
    assert book(store, now=much_later).counted(much_later) == 2, "its attempt is still under way"
    assert not isinstance(take(store, amount=2, now=much_later), str)
    settle(store, HOUR, "a", one, amount=0, now=much_later)
    assert book(store, now=much_later).counted(much_later) == 0
    assert rows(store, "reservations") == rows(store, "spends") == 0


def test_what_was_spent_besides_is_counted_too(store):
    one = take(store, amount=1, spend=False)
    settle(store, HOUR, "a", one, amount=3, now=NOW)
    assert book(store).counted(NOW) == 3


def test_the_same_spend_again_counts_once(store):
    """As when the answer to a commit was lost and the transaction is repeated."""
    one = take(store, amount=2, spend=False)
    for _ in range(2):
        settle(store, HOUR, "a", one, amount=2, now=NOW)
    assert book(store).counted(NOW) == 2
    with store.reading() as tx:
        assert quotas.counted(tx, one) and not quotas.counted(tx, new_id())


def test_what_a_dead_attempt_had_reserved_counts_as_spent_from_the_moment_that_it_is_found(store, factory):
    publication = factory.publication_in(State.PUBLISHING)
    [attempt] = factory.attempts(publication)
    owned, one, found = (HOUR.name, "a"), new_id(), NOW + timedelta(minutes=30)
    with store.transaction() as tx:
        quotas.write(tx, freed=(), reserved=[Entry(one, owned, NOW, 2, attempt.id)], promised=())
        quotas.abandon(tx, now=found)
    assert rows(store, "reservations") == 1, "it is under way"
    with store.transaction() as tx:
        tx.conn.execute(attempts.update().values(ended_at=found, outcome=Outcome.INTERRUPTED))
    for _ in range(2):
        with store.transaction() as tx:
            quotas.abandon(tx, now=found)
    assert rows(store, "reservations") == 0
    assert book(store, now=found).ask(2, now=found) == found + HOUR.window.length + MARGIN
    settle(store, HOUR, "a", one, amount=1, now=found)  # its owner was only slow, and says so now
    assert book(store, now=found).counted(found) == 2


def test_nothing_is_counted_by_only_asking(store):
    take(store, amount=3)
    assert book(store).ask(0, now=NOW) is None
    assert book(store).ask(0, now=NOW, limit=2) == NOW + timedelta(hours=1) + MARGIN
    assert book(store).counted(NOW) == 3


def test_a_place_is_kept_for_whom_it_was_promised_to(store):
    owned = (HOUR.name, "a")
    take(store, amount=3)
    free, mine = NOW + timedelta(hours=1) + MARGIN, new_id()
    with store.transaction() as tx:
        for _ in range(2):  # the second time it only moves
            quotas.write(tx, freed=(), reserved=(), promised=[Entry(mine, owned, free, 2)])
    assert rows(store, "reservations") == 1
    assert book(store, now=free).ask(2, now=free) is not None
    assert book(store, now=free).ask(2, now=free, mine=mine) is None
    with store.transaction() as tx:
        quotas.write(tx, freed=[mine], reserved=[Entry(new_id(), owned, free, 2)], promised=())
    assert book(store, now=free).counted(free) == 2 and not book(store, now=free).promised


def test_what_the_platform_says_is_kept_and_the_word_that_leaves_less_wins(store):
    owned, reset = (HOUR.name, "a"), NOW + timedelta(minutes=20)
    words = [
        Told(NOW + timedelta(seconds=2), "x-rate-limit-*", limit=9, left=3, resets_at=reset),
        Told(NOW + timedelta(seconds=1), "x-rate-limit-*", limit=9, left=4, resets_at=reset),
    ]
    for word in words:
        with store.transaction() as tx:
            told.learn(tx, {owned: word, ("test.other", "b"): Told(NOW, "usage headers", percent=95)})
    assert book(store).told == words[0]
    assert book(store, Bucket("test.other", 9, HOUR.window), "b").told.percent == 95
    assert book(store, owner="other").told is None


def test_what_the_platform_calls_exhausted_is_closed_until_then(store):
    until = NOW + timedelta(hours=7)
    with store.transaction() as tx:
        told.learn(tx, {(DAY.name, "app"): Told(NOW, "refusal 429", until=until)})
    assert take(store, DAY, "app") == until
    assert isinstance(take(store, DAY, "other"), str)
    assert isinstance(take(store, DAY, "app", now=until), str)


def test_entries_that_no_longer_count_are_forgotten(store):
    for hour in range(10):
        assert isinstance(take(store, amount=3, now=NOW + timedelta(hours=2 * hour)), str)
    for_ever = Entry(new_id(), (HOUR.name, "a"), NOW + timedelta(hours=40), 1)
    late = NOW + timedelta(hours=18)
    with store.transaction() as tx:
        quotas.write(tx, freed=(), reserved=(), promised=[for_ever])
        quotas.write(tx, freed=(), reserved=(), promised=[Entry(new_id(), (HOUR.name, "b"), NOW, 1)])
        quotas.forget(tx, now=late, longest=timedelta(hours=3))
    assert rows(store, "spends") == 2, "of the last three hours"
    assert rows(store, "reservations") == 2, "who comes late still goes before who came later"
    assert book(store, now=late).counted(late) == 3
    late = NOW + timedelta(hours=25)
    with store.transaction() as tx:
        quotas.forget(tx, now=late, longest=timedelta(hours=3))
    assert rows(store, "reservations") == 1, "a place that nobody came for in a day is nobody's"


def test_what_a_killed_attempt_had_reserved_is_still_there_when_the_first_run_in_days_rescues_it(
    store, factory
):
    """Of a window of days it counts from then on, as long as nobody knows what was sent."""
    publication = factory.publication_in(State.PUBLISHING)
    [attempt] = factory.attempts(publication)
    days = Bucket("test.days", 3, Rolling(timedelta(days=5)))
    found = NOW + timedelta(days=2)
    with store.transaction() as tx:
        quotas.write(
            tx, freed=(), reserved=[Entry(new_id(), (days.name, "a"), NOW, 3, attempt.id)], promised=()
        )
        quotas.forget(tx, now=found, longest=timedelta(days=5))
        tx.conn.execute(attempts.update().values(ended_at=found, outcome=Outcome.INTERRUPTED))
        quotas.abandon(tx, now=found)
    assert book(store, days, now=found).ask(1, now=found) == found + days.window.length + MARGIN


def test_many_at_once_never_get_more_than_there_is(store):
    """Two buckets per transaction, named in both orders, some of them given back: nobody deadlocks either."""
    big = Bucket("test.big", 40, Rolling(timedelta(hours=1)))
    small = Bucket("test.small", 30, Rolling(timedelta(hours=1)))

    def one(number: int) -> str:
        owner = "ab"[number % 2]  # two accounts of one app
        asked = {(big.name, "app"): (big, 1), (small.name, owner): (small, 1)}
        entries = [Entry(new_id(), owned, NOW, 1) for owned in asked]
        with store.transaction() as tx:
            quotas.lock(tx, list(asked) if number % 3 else list(asked)[::-1])
            books = quotas.books(tx, asked, now=NOW)
            if any(found.ask(1, now=NOW) for found in books.values()):
                return "refused"
            quotas.write(tx, freed=(), reserved=entries, promised=())
        made = 0 if number % 5 == 0 else 1
        with store.transaction() as tx:
            spent = entries if made else []
            quotas.spend(tx, spent, freed=[each.id for each in entries])
        return "spent" if made else "given back"

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(one, range(160)))
    assert book(store, big, "app").counted(NOW) == got.count("spent") <= 40
    assert got.count("spent") >= 40 - 8, "but for what was given back last"
    assert "given back" in got and "refused" in got
    assert rows(store, "reservations") == 0 and rows(store, "spends") == 2 * got.count("spent")


@contextmanager
def statements(store):
    counted: list[str] = []

    def listener(conn, cursor, statement, parameters, context, executemany):
        counted.append(statement)

    sqlalchemy.event.listen(store._engine, "before_cursor_execute", listener)
    try:
        yield counted
    finally:
        sqlalchemy.event.remove(store._engine, "before_cursor_execute", listener)


@pytest.mark.parametrize("full", [False, True])
def test_a_hundred_lanes_cost_as_many_statements_as_one(store, full):
    costs = []
    for lanes in (1, 100):
        app = Bucket("test.app", 1 if full else 10_000, DAY.window)
        asked = {(HOUR.name, f"{full}{number:03}"): (HOUR, 1) for number in range(lanes)}
        asked |= {(app.name, f"app{lanes}{full}"): (app, lanes)}
        if full:
            for owned, (bucket, _) in asked.items():
                take(store, bucket, owned[1])
        with store.transaction() as tx:
            quotas.lock(tx, asked)  # from the second time on all of them are there
        with store.transaction() as tx, statements(store) as counted:
            quotas.lock(tx, asked)
            books = quotas.books(tx, asked, now=NOW)
            assert all((found.ask(1, now=NOW) is None) != full for found in list(books.values())[-1:])
            entries = [Entry(new_id(), owned, NOW, 1) for owned in asked]
            quotas.write(tx, freed=(), reserved=entries, promised=())
            quotas.spend(tx, entries, freed=[each.id for each in entries])
        costs.append(len(counted))
    assert costs[0] == costs[1] <= 12, costs


def test_what_a_clock_wrote_that_was_a_day_ahead_counts_from_now_on(store):
    ahead, owned = NOW + timedelta(days=1), (HOUR.name, "a")
    take(store, amount=2, now=ahead)
    take(store, amount=1, now=ahead, spend=False)
    word = Told(ahead, "refusal 429", until=ahead + timedelta(minutes=5))
    with store.transaction() as tx:
        told.learn(tx, {owned: word})
        assert quotas.bring_back(tx, now=NOW, late=NOW + timedelta(minutes=2))
        assert told.bring_back(tx, now=NOW, late=NOW + timedelta(minutes=2))
    found = book(store)
    assert found.told.until == NOW + timedelta(minutes=5) and found.counted(NOW) == 3
    later = NOW + timedelta(hours=1) + MARGIN
    assert book(store, now=later).counted(later) == 1, "what is under way still is"
    with store.transaction() as tx:
        assert not quotas.bring_back(tx, now=NOW, late=NOW + timedelta(minutes=2))
