"""Lanes taken for their tokens, what a renewal keeps, and what the search for those near their end may not miss."""

from __future__ import annotations

from datetime import timedelta
from itertools import product

import pytest
from sqlalchemy import update

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform, Tokens
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.renewal import warning
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import connections, lanes, renewals
from planrrr_cli.store.schema import connections as table
from tests.factory import LEASE, NOW, Factory, new_id

DAY = timedelta(days=1)
NEW = Tokens(Secret("a2"), Secret("r2"), NOW + DAY)


def take(factory: Factory, lane: Connection, *, now: object = NOW) -> Connection | None:
    with factory.store.transaction() as tx:
        return renewals.take(tx, lane.id, run_id=new_id(), claim_id=new_id(), now=now, lease=LEASE)


def write(factory: Factory, lane: Connection, **columns: object) -> None:
    with factory.store.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.id == lane.id).values(**columns))


def found(factory: Factory, lane: Connection) -> Connection:
    with factory.store.reading() as tx:
        return connections.find(tx, lane.id)


def save(factory: Factory, before: Connection, tokens: Tokens = NEW) -> bool:
    with factory.store.transaction() as tx:
        return renewals.save(tx, before, tokens, now=NOW)


def test_a_lane_is_taken_by_one_and_again_when_its_lease_is_over(factory: Factory) -> None:
    lane = factory.connection()
    assert take(factory, lane) is not None
    assert take(factory, lane) is None
    assert take(factory, lane, now=NOW + LEASE) is not None


def test_a_lane_that_publishes_is_not_taken_and_one_that_renews_does_not_publish(factory: Factory) -> None:
    busy, lane = factory.connection(), factory.connection()
    factory.publication_in(State.PUBLISHING, busy)
    assert take(factory, busy, now=NOW + 2 * LEASE) is None
    factory.post(lane)
    assert take(factory, lane) is not None
    assert lane.id not in factory.claim()


@pytest.mark.parametrize(
    ("columns", "taken"),
    [
        ({"status": ConnectionStatus.PAUSED}, True),
        ({"status": ConnectionStatus.NEEDS_REAUTH}, False),
        ({"held_until": NOW + DAY}, False),
        ({"held_until": NOW - DAY}, True),
        ({"removed_at": NOW}, False),
    ],
)
def test_what_is_taken(factory: Factory, columns: dict[str, object], taken: bool) -> None:
    lane = factory.connection()
    write(factory, lane, **columns)
    assert (take(factory, lane) is not None) is taken


def test_new_tokens_are_kept_beside_those_before_until_they_have_worked(factory: Factory) -> None:
    before = factory.connection()
    assert save(factory, before)
    after = found(factory, before)
    assert (after.tokens, after.previous) == (NEW, Tokens(Secret("access-token"), Secret("refresh-token")))
    with factory.store.transaction() as tx:
        renewals.have_worked(tx, before)  # who speaks of others has nothing to forget
        renewals.have_worked(tx, after)
    assert found(factory, before).previous is None


def test_tokens_that_somebody_replaced_meanwhile_stay(factory: Factory) -> None:
    before = factory.connection(account_id="7")
    factory.connection(account_id="7", access="signed-in-again")
    assert not save(factory, before)
    assert found(factory, before).tokens.access == Secret("signed-in-again")


def test_the_answer_to_a_renewal_is_kept_whoever_holds_the_lane_and_wakes_who_was_asked_for_its_lack(
    factory: Factory,
) -> None:
    lane = factory.connection()
    before = take(factory, lane)
    assert before is not None
    write(factory, lane, renewing_since=NOW, status=ConnectionStatus.NEEDS_REAUTH, status_reason="lost")
    write(factory, lane, claim_id=new_id(), claimed_by=new_id(), leased_until=NOW + DAY)
    assert save(factory, before)
    after = found(factory, lane)
    assert (after.status, after.status_reason, after.renewing_since) == (ConnectionStatus.ACTIVE, None, None)


def test_a_death_without_a_doubt_stays_one(factory: Factory) -> None:
    before = factory.connection()
    write(factory, before, status=ConnectionStatus.NEEDS_REAUTH)
    assert save(factory, before)
    assert found(factory, before).status is ConnectionStatus.NEEDS_REAUTH


def test_the_first_moment_of_a_doubt_is_the_one_that_counts(factory: Factory) -> None:
    lane = factory.connection()
    factory.post(lane)
    claim_id = factory.claim()[lane.id]
    for moment in (NOW, NOW + DAY):
        with factory.store.transaction() as tx:
            assert renewals.begin(tx, lane.id, claim_id=claim_id, now=moment)
            assert not renewals.begin(tx, lane.id, claim_id=new_id(), now=moment)
    assert found(factory, lane).renewing_since == NOW
    with factory.store.transaction() as tx:
        renewals.never_sent(tx, lane.id, claim_id=claim_id, now=NOW)
        lanes.release(tx, claims={lane.id: claim_id})
    assert found(factory, lane).renewing_since is None


def test_removing_an_account_wipes_both_pairs(factory: Factory) -> None:
    before = factory.connection()
    save(factory, before)
    with factory.store.transaction() as tx:
        connections.remove(tx, before.id, now=NOW)
        row = tx.conn.execute(table.select().where(table.c.id == before.id)).mappings().one()
    assert {row[name] for name in ("refresh_token", "previous_access_token", "previous_refresh_token")} == {
        None
    }


ENDS = (None, -200, -1, 0.5, 5, 12.5, 13.5, 30)


def test_the_search_for_those_near_their_end_misses_none_that_is_to_be_warned(factory: Factory) -> None:
    """The statement is a coarse sieve of what the domain decides: too much may pass, nothing may be held back."""
    made = []
    for platform, refresh, granted in product(Platform, ("r", None), (None, 0, -80, -360)):
        for ends, last in product(ENDS, ENDS):
            if (ends is None or last is None) or (ends in (5, 13.5) and last in (5, 13.5)):
                made.append((platform, refresh, granted, ends, last))
    with factory.store.transaction() as tx:
        for number, (platform, refresh, granted, ends, last) in enumerate(made):
            tokens = Tokens(
                Secret("a"),
                Secret(refresh) if refresh else None,
                NOW + ends * DAY if ends is not None else None,
                refresh_expires_at=NOW + last * DAY if last is not None else None,
            )
            options = {"login": "facebook"} if number % 2 and platform is Platform.INSTAGRAM else {}
            new = connections.NewConnection(platform, str(number), str(number), tokens, options=options)
            one, _ = connections.add(tx, new, now=NOW)
            moment = NOW + granted * DAY if granted is not None else None
            tx.conn.execute(update(table).where(table.c.id == one.id).values(granted_at=moment))
        everybody = connections.listing(tx, tokens=False)
        sieved = {one.id for one in renewals.near_their_end(tx, now=NOW)}
        wanted = {one.id for one in everybody if warning(one, now=NOW) is not None}
    assert wanted and wanted <= sieved < {one.id for one in everybody}


def test_what_is_scheduled_for_later_than_a_connection_lasts(factory: Factory) -> None:
    lane, other = factory.connection(), factory.connection()
    late = [factory.post(lane, at=NOW + days * DAY, text=f"in {days}") for days in (9, 5)]
    factory.post(lane, at=NOW + 2 * DAY)
    factory.post(other, at=NOW + 9 * DAY)
    with factory.store.reading() as tx:
        beyond = renewals.beyond(tx, {lane.id: NOW + 3 * DAY})
        assert renewals.beyond(tx, {}) == []
    assert [one.post_id for one in beyond] == list(reversed(late))
    assert {one.connection_id for one in beyond} == {lane.id}


def test_an_end_that_renewing_has_moved_is_told_from_the_first_mark_on_again(factory: Factory) -> None:
    lane = factory.connection(Platform.INSTAGRAM)
    write(factory, lane, token_expires_at=NOW + 13 * DAY, refresh_token=None, warned_days=14)
    assert save(factory, found(factory, lane), Tokens(Secret("a2"), None, NOW + 60 * DAY))
    assert warning(found(factory, lane), now=NOW + 47 * DAY) == 14
