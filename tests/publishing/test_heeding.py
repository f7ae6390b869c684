"""What a run tells the breakers, transaction by transaction: together, once, also when a commit's answer is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from random import Random
from typing import Any, cast

import pytest

from planrrr_cli.domain.breaker import BreakerState, Key, Rules
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import PlatformUnavailable, RateLimited, Scope
from planrrr_cli.domain.publications import AttemptKind
from planrrr_cli.domain.steps import Published
from planrrr_cli.publishing.attempt import Ended, Work
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.store import breakers
from tests.factory import NOW, Factory, new_id

X = Key(Scope.PLATFORM, Platform.X)


def heeding() -> Breakers:
    return Breakers(Rules(), Random(1), new_id(), new_id, per_second=10)


def ended(factory: Factory, ending: Any) -> Ended:
    """One attempt on a lane of its own."""
    publication = factory.publication(factory.connection(Platform.X))
    claims = factory.claim(publications=frozenset({publication.id}))
    attempt = factory.begin(publication, claims, AttemptKind.PUBLISH)
    lane = Lane(publication.connection, claims[publication.connection.id], 1e9, cast(Any, None))
    return Ended(Work(lane, publication, attempt, 0.0), ending, ())


def failures(factory: Factory, count: int) -> list[Ended]:
    return [ended(factory, PlatformUnavailable("no answer", platform="x")) for _ in range(count)]


def heed(factory: Factory, run: Breakers, messages: list[Ended], then: Callable[[str], Any] = str) -> None:
    with factory.store.transaction() as tx:
        run.heed(tx, messages, now=NOW)
        then("before the commit")


def stored(factory: Factory) -> tuple[BreakerState, int]:
    with factory.store.reading() as tx:
        return breakers.every(tx, now=NOW)[X].state, len(breakers.history(tx, X.platform, limit=99))


def test_what_arrives_together_opens_it_before_any_of_it_is_judged(factory: Factory) -> None:
    run, messages = heeding(), failures(factory, 5)
    with factory.store.transaction() as tx:
        run.heed(tx, messages, now=NOW)
        outages = [run.outage(tx, one, most=3, now=NOW) for one in messages]
    assert all(one is not None and one.proven and one.scope is Scope.PLATFORM for one in outages)
    assert len({one.until for one in outages if one}) == 5, "they wake up together"


def test_the_opening_is_told_once_although_the_answer_to_its_commit_was_lost(factory: Factory) -> None:
    run, messages = heeding(), failures(factory, 5)
    heed(factory, run, messages)
    heed(factory, run, messages)  # as the run repeats a transaction of which it does not know the end
    assert [one.after.state for one in run.told()] == [BreakerState.OPEN]
    assert run.told() == [] and stored(factory) == (BreakerState.OPEN, 1)
    heed(factory, run, failures(factory, 1))
    assert run.told() == []


def test_an_opening_that_was_rolled_back_is_not_told(factory: Factory) -> None:
    run, messages = heeding(), failures(factory, 5)
    with pytest.raises(KeyError):
        heed(factory, run, messages, then={}.__getitem__)
    heed(factory, run, messages[:4])
    assert run.told() == [] and stored(factory) == (BreakerState.CLOSED, 0)


def test_another_run_has_seen_it_too_and_only_the_one_that_opened_it_tells(factory: Factory) -> None:
    one, other = heeding(), heeding()
    heed(factory, one, failures(factory, 4))
    heed(factory, other, failures(factory, 1))
    heed(factory, one, failures(factory, 3))
    assert (len(one.told()), len(other.told())) == (0, 1)


def test_a_success_is_noted_and_opens_or_closes_nothing(factory: Factory) -> None:
    run = heeding()
    heed(factory, run, [*failures(factory, 4), ended(factory, Published("id"))])
    heed(factory, run, failures(factory, 1))
    with factory.store.reading() as tx:
        found = breakers.every(tx, now=NOW)[X]
    assert found.state is BreakerState.OPEN and found.last_success_at == NOW


@pytest.mark.parametrize(("named", "lasts"), [(-3600, 60), (86_400 * 365, 86_400), (7200, 7200)])
def test_a_moment_that_nobody_can_mean_is_bounded_and_logged(
    factory: Factory, caplog: pytest.LogCaptureFixture, named: int, lasts: int
) -> None:
    until = NOW + timedelta(seconds=named)
    limited = RateLimited("no more today", platform="x", scope=Scope.PLATFORM, retry_at=until)
    heed(factory, heeding(), [ended(factory, limited)])
    with factory.store.reading() as tx:
        found = breakers.every(tx, now=NOW)[X]
    assert found.open_until == NOW + timedelta(seconds=lasts)
    doubted = [one for one in caplog.records if one.message == "limit not believed"]
    assert len(doubted) == (named != lasts)
