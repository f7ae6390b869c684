"""What a turn of lanes reserves: decided together, for as many statements as for one lane."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.publications import Attempt, AttemptKind, Publication, State
from planrrr_cli.domain.quota import Chosen
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.publishing.reserving import Reserving, Wanted
from planrrr_cli.store import Store
from tests.factory import NOW, new_id

PLATFORMS = (Platform.X, Platform.FACEBOOK, Platform.LINKEDIN)


def wanted(number: int, platform: Platform = Platform.X, *, of: str = "", **more: object) -> Wanted:
    connection = Connection(
        new_id(), "default", platform, of or f"account {number}", "Bakery", Tokens(Secret("t"))
    )
    publication = Publication(
        new_id(), "default", Post(f"Bread number {number}."), connection, State.SCHEDULED
    )
    return Wanted(replace(publication, **more), AttemptKind.PUBLISH)  # type: ignore[arg-type]


def attempt(one: Wanted) -> Attempt:
    return Attempt(new_id(), one.publication.id, 1, one.kind, new_id(), new_id(), NOW)


@contextmanager
def statements() -> Iterator[list[str]]:
    counted: list[str] = []

    def listener(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
        counted.append(statement)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listener)
    try:
        yield counted
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listener)


def take(store: Store, rules: Quotas, line: list[Wanted]) -> tuple[int, int]:
    """How many statements it took, and how many began."""
    with store.transaction() as tx, statements() as counted:
        turn = Reserving(tx, rules, line, now=NOW)
        begun = [one for one in line if one.publication.id not in turn.refused]
        for one in begun:
            turn.begun(one.publication, attempt(one))
        turn.write()
        return len(counted), len(begun)


@pytest.mark.parametrize("full", [False, True])
def test_a_hundred_lanes_of_all_platforms_cost_as_many_statements_as_three(store: Store, full: bool) -> None:
    app = {"x.app_posts": Chosen(1), "linkedin.app_posts": Chosen(1)} if full else {}
    rules, costs = Quotas(lambda _: "app", app), []
    for lanes in (1, 34):
        line = [wanted(number, platform) for number in range(lanes) for platform in PLATFORMS]
        take(store, rules, line)
        spent, begun = take(store, rules, line)  # from the second time on all buckets are known
        costs.append(spent)
        assert begun == (lanes if full else 3 * lanes)
    assert costs[0] == costs[1] <= 9, costs


def test_an_app_is_shared_within_one_turn(store: Store) -> None:
    rules = Quotas(
        lambda one: "one app" if one.account_id < "account 5" else "another", {"x.app_posts": Chosen(2)}
    )
    line = [wanted(number) for number in range(8)]
    assert take(store, rules, line)[1] == 4
    assert take(store, rules, [wanted(9, of="account 7")])[1] == 0


def test_what_is_out_already_waits_where_what_is_due_does_not(store: Store) -> None:
    due = wanted(1, Platform.FACEBOOK)
    assert not due.extra
    assert not Wanted(due.publication, AttemptKind.CHECK).extra, "it has yet to come out"
    accepted = wanted(1, Platform.FACEBOOK, checkpoint={ACCEPTED: True}).publication
    assert Wanted(accepted, AttemptKind.CHECK).extra
    assert Wanted(accepted, AttemptKind.FOLLOW_UP).extra
    assert Wanted(accepted, AttemptKind.RECONCILE).extra


def test_a_look_only_locks_and_promises_nothing_before_it_is_written(store: Store) -> None:
    rules = Quotas(lambda _: None, {"x.posts": Chosen(1)})
    line = [wanted(number, of="the same") for number in range(3)]
    for _ in range(2):
        with store.reading() as tx:
            found = Reserving(tx, rules, line, now=NOW, locked=True).refused
        moments = [found[one.publication.id].retry_at for one in line[1:]]
        assert line[0].publication.id not in found and moments[0] < moments[1]  # type: ignore[operator]
