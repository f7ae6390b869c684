"""Keys are changed while runs are at work: nothing waits, nothing is lost, nobody has to sign in again."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import ConnectionStatus
from planrrr_cli.domain.publications import State
from planrrr_cli.store import connections, keys
from tests.publishing.processes import Process, each_once_and_in_order, end_all, quiet, schedule, until
from tests.world import KEY, World

NEW = "1e" * 32
ACCOUNTS = 6
EACH = 6


@pytest.mark.slow
def test_keys_change_under_running_processes_and_nobody_notices(many: Callable[[int], World]) -> None:
    world = many(ACCOUNTS)
    expected = schedule(world, EACH)
    sqlite = world.database_url.startswith("sqlite")
    if sqlite:  # the key file is replaced three times under processes that began with the first
        world.more["ENCRYPTION_KEY"] = ""
        path = world.folder.parent / "planrrr.key"
        path.write_text(KEY)
        path.chmod(0o600)
    else:
        world.more |= {"ENCRYPTION_KEY": NEW, "ENCRYPTION_KEY_PREVIOUS": KEY}
    world.sandbox.fault("facebook.feed.create", "hold:0.5", "before", times=expected)
    runs = [Process(world) for _ in range(2)]
    until(lambda: bool(world.sandbox.posts()))
    for _ in range(3):
        ran = world.planrrr("keys", "rotate", "--json")
        assert ran.returncode == 0, ran.stderr
    assert len(world.sandbox.posts()) < expected, "the runs were over before the last change of keys"
    assert end_all(runs) == [0, 0]
    each_once_and_in_order(world, expected)
    for run in runs:
        quiet(run)
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        assert {one.status for one in connections.listing(tx)} == {ConnectionStatus.ACTIVE}
        assert {one for used in keys.in_use(tx).values() for one in used} == {tx.cipher().fingerprint}
    assert {one.state for one in world.publications()} == {State.PUBLISHED}
