"""When what an attempt has spent counts: not before the last of its calls is over."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import pytest

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import OutcomeUnknown
from planrrr_cli.domain.publications import AttemptKind
from planrrr_cli.domain.quota import Told
from planrrr_cli.platforms.x.allowances import OF_ACCOUNT
from planrrr_cli.publishing.attempt import Ended, Work
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.store import quotas
from tests.factory import NOW, Factory

POSTS = OF_ACCOUNT["x.post.create"]


def made(at: float, lasted: float, code: str | None = None) -> dict[str, object]:
    """One call, by seconds from the beginning of the attempt."""
    began = (NOW + timedelta(seconds=at)).isoformat()
    return {"call": "x.post.create", "at": began, "duration_ms": int(1000 * lasted), "code": code}


def told(at: float) -> Told:
    """What its answer said, which was read a moment later."""
    return Told(
        NOW + timedelta(seconds=at), "x-rate-limit-*", 100, left=40, resets_at=NOW + timedelta(minutes=10)
    )


@pytest.mark.parametrize(
    ("calls", "learned", "amount", "counts_at"),
    [
        ([made(1, 1)], None, 1, 2),
        ([made(1, 1)], 2.0004, 1, 2.0004),
        ([made(1, 1), made(5, 1)], 6.001, 2, 6.001),
        ([made(1, 1), made(5, 30, "answer_lost")], 2.001, 2, 35),
        ([made(1, 1), made(5, 30, "never_sent")], 2.001, 1, 2.001),
        ([made(5, 30, "never_sent")], None, 0, 0),
    ],
)
def test_what_an_attempt_spent_counts_from_its_last_call_on(
    factory: Factory,
    calls: list[dict[str, object]],
    learned: float | None,
    amount: int,
    counts_at: float,
) -> None:
    publication = factory.publication(factory.connection(Platform.X))
    claims = factory.claim(publications=frozenset({publication.id}))
    attempt = factory.begin(publication, claims, AttemptKind.PUBLISH)
    lane = Lane(publication.connection, claims[publication.connection.id], 1e9, cast(Any, None))
    words = () if learned is None else ((POSTS, told(learned)),)
    ending = OutcomeUnknown("the answer was lost", platform="x")
    ended = Ended(Work(lane, publication, attempt, 0.0), ending, tuple(calls), words)
    owned, rules, late = ("x.posts", publication.connection.account_id), Quotas(lambda _: None), NOW
    late += timedelta(minutes=1)
    with factory.store.transaction() as tx:
        rules.before(tx, [ended], now=late)
        book = quotas.books(tx, {owned: (POSTS, POSTS.limit)}, now=late)[owned]
    counted = [(one.amount, one.at) for one in book.spent]
    assert counted == ([(amount, NOW + timedelta(seconds=counts_at))] if amount else [])
