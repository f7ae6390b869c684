"""Every transaction of a run waits for rows in one order, so that runs never wait for each other in a circle."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import timedelta
from enum import IntEnum

import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from tests.publishing.test_limits import choose, run, schedule
from tests.world import World

ASKED_FOR = ("instagram.containers", "instagram.publishes")


class Waits(IntEnum):
    """What a statement may have to wait for, in the order in which a run may."""

    WORDS = 1  # what platforms told
    ASKED_FOR = 2  # buckets that recipes ask for in the middle
    BREAKERS = 3
    LANES = 4  # and what is on them
    RESERVED = 5  # buckets that attempts reserve when they begin


def waits_for(statement: str, parameters: object) -> Waits | None:
    """None for what only reads, takes what nobody has, or writes what is locked already."""
    words = statement.replace("\n", " ")
    if " SKIP LOCKED" in words and not words.startswith("WITH"):
        return None
    locks = " FOR UPDATE" in words or " FOR NO KEY UPDATE" in words or words.startswith("INSERT")
    for table, rank in (("rate_limits", Waits.WORDS), ("breakers", Waits.BREAKERS), ("buckets", None)):
        if locks and (f"FROM {table}" in words or f"INTO {table} " in words):
            return rank or (
                Waits.ASKED_FOR if any(name in str(parameters) for name in ASKED_FOR) else Waits.RESERVED
            )
    writes = "UPDATE connections" in words or "UPDATE publications" in words
    return Waits.LANES if writes or (locks and "FROM connections" in words) else None


@contextmanager
def transactions() -> Iterator[list[list[Waits]]]:
    """What each transaction may have waited for, in its order."""
    found: list[list[Waits]] = []

    def listener(_conn: object, _cursor: object, statement: str, parameters: object, *_more: object) -> None:
        if statement.startswith("BEGIN"):
            found.append([])
        elif (rank := waits_for(statement, parameters)) is not None:
            found[-1].append(rank)

    sqlalchemy.event.listen(sqlalchemy.Engine, "before_cursor_execute", listener)
    try:
        yield found
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "before_cursor_execute", listener)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_run_waits_in_one_order_for_what_it_locks(many: Callable[[int], World]) -> None:
    world = many(4)
    world.more |= {"BREAKER_FAILURE_THRESHOLD": "2", "BREAKER_RESET": "1", "WORKER_CONCURRENCY": "8"}
    choose(world, x__posts="2/15m")
    for platform in (Platform.X, Platform.FACEBOOK):
        schedule(world, platform, 4)
    for number in range(2):
        front = "to: [instagram]\nmedia: [{file: croissants.jpg, alt: Croissants}]\n"
        accounts = [one for one in world.sandbox.accounts()["connections"] if one["platform"] == "instagram"]
        for one in accounts:
            named = front.replace("[instagram]", f'["instagram:{one["accountId"]}"]')
            world.add(f"---\n{named}---\nWarm, {number}.\n", name=f"{one['accountId']}-{number}.md")
    world.sandbox.fault("facebook.feed.create", "status:503", times=3)
    with transactions() as found:
        for seconds in (0, 5, 60, 300):
            world.later(seconds)
            run(world, linger=timedelta(seconds=3))
    for ranks in found:
        # Once it has what attempts reserve, it writes to no lanes but its own, which it alone works on.
        last = ranks.index(Waits.RESERVED) if Waits.RESERVED in ranks else len(ranks)
        waited = [*ranks[:last], *(each for each in ranks[last:] if each is not Waits.LANES)]
        assert waited == sorted(waited), ranks
    assert {rank for ranks in found for rank in ranks} == set(Waits)
    assert any({Waits.BREAKERS, Waits.LANES, Waits.RESERVED} <= set(ranks) for ranks in found)
    assert {one.state for one in world.publications() if one.platform == "instagram"} == {State.PUBLISHED}
