"""One count for all processes: what is used up, given room again, and never counted twice."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling
from planrrr_cli.store import quotas
from tests.factory import NOW, new_id

HOUR = Bucket("test.hour", 3, Rolling(timedelta(hours=1)))
DAY = Bucket("test.day", 2, Daily("America/Los_Angeles"))


def spend(store, bucket=HOUR, owner="a", *, amount=1, spend_id=None, now=NOW, **said):
    with store.transaction() as tx:
        quotas.lock(tx, [(bucket.name, owner)], now=now)
        return quotas.spend(tx, bucket, owner, spend_id=spend_id or new_id(), amount=amount, now=now, **said)


def counted(store, bucket=HOUR, owner="a", *, now=NOW):
    with store.reading() as tx:
        return quotas.used(tx, bucket, owner, now=now)


def test_there_is_room_until_the_limit_and_again_when_the_oldest_has_left(store):
    for minute in range(3):
        assert spend(store, now=NOW + timedelta(minutes=minute)) is None
    later = NOW + timedelta(minutes=5)
    assert spend(store, now=later) == NOW + timedelta(hours=1) + MARGIN
    assert spend(store, amount=2, now=later) == NOW + timedelta(hours=1, minutes=1) + MARGIN
    assert spend(store, now=NOW + timedelta(hours=1) + MARGIN) is None
    assert counted(store, now=later) == 4 - 1


def test_a_refusal_counts_nothing_and_others_have_their_own_count(store):
    assert spend(store, amount=4) is not None
    assert counted(store) == 0
    assert spend(store, amount=3) is None
    assert spend(store, owner="b", amount=3) is None
    assert spend(store, DAY, amount=2) is None


def test_the_same_spend_again_counts_once(store):
    """As when the answer to a commit was lost and the transaction is repeated."""
    one = new_id()
    assert [spend(store, amount=3, spend_id=one), spend(store, amount=3, spend_id=one)] == [None, None]
    assert counted(store) == 3
    with store.transaction() as tx:
        quotas.charge(tx, HOUR, "a", spend_id=one, amount=9, now=NOW)
    assert counted(store) == 3


def test_what_the_platform_calls_exhausted_is_closed_until_then(store):
    until = NOW + timedelta(hours=7)
    with store.transaction() as tx:
        quotas.lock(tx, [(DAY.name, "app")], now=NOW)
        quotas.exhaust(tx, DAY, "app", until=until)
    assert spend(store, DAY, "app") == until
    assert spend(store, DAY, "other") is None
    assert spend(store, DAY, "app", now=until) is None


def test_entries_that_no_longer_count_are_forgotten(store):
    for hour in range(10):
        assert spend(store, amount=3, now=NOW + timedelta(hours=2 * hour)) is None
    with store.reading() as tx:
        assert tx.conn.exec_driver_sql("SELECT count(*) FROM spends").scalar() == 1


def test_many_at_once_never_get_more_than_there_is(store):
    """Two buckets per transaction, named in both orders: nobody deadlocks either."""
    big = Bucket("test.big", 40, Rolling(timedelta(hours=1)))

    def one(number: int) -> bool:
        pair = [(big.name, "a"), (DAY.name, "a")]
        with store.transaction() as tx:
            quotas.lock(tx, pair if number % 2 else pair[::-1], now=NOW)
            quotas.charge(tx, DAY, "a", spend_id=new_id(), amount=1, now=NOW)
            return quotas.spend(tx, big, "a", spend_id=new_id(), amount=1, now=NOW) is None

    with ThreadPoolExecutor(8) as pool:
        got = list(pool.map(one, range(80)))
    assert (got.count(True), counted(store, big), counted(store, DAY)) == (40, 40, 80)


def test_nothing_is_counted_by_only_asking(store):
    assert [spend(store, amount=0), spend(store, amount=3), spend(store, amount=0)] == [None, None, None]
    assert spend(store, amount=0, limit=2) == NOW + timedelta(hours=1) + MARGIN
    assert counted(store) == 3
