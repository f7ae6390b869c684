"""Stopped in the middle of a probe for longer than its lease, and then resumed: others probe meanwhile, one at a time.

An outsider sees, for each point: a run that SIGSTOP halts there, other runs while time passes that it does not live
through; SIGCONT, its end, and plain runs afterwards; never two probes that both count, the breaker closed in the end
by a history without a gap, each opening and closing said once, and one post on every Page.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from planrrr_cli.context import open_context
from tests.crash.breaking import (
    OVER,
    WHOLE,
    Seen,
    calls,
    due_on_all,
    fail,
    history,
    in_the_end,
    path,
    said,
    seen,
    together,
    turns,
    until_quiet,
)
from tests.crash.conftest import Copies
from tests.crash.test_stopped_points import LONGER, SHORTER, STORE_UNAVAILABLE, last_look, moved, some
from tests.crash.zygote import COMMITTING
from tests.world import SandboxControl, World, Zygote

pytestmark = pytest.mark.crash


@pytest.fixture(scope="module")
def stopping() -> Iterator[Zygote]:
    """Another warm process: this one waits for what has stopped."""
    running = Zygote()
    yield running
    running.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxControl, zygote: Zygote
) -> Iterator[Copies]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    made = due_on_all(tmp_path, sandbox, server, zygote)
    fail(made.world)
    assert made.world.run() == 0
    assert seen(made.world) == Seen("open", probing=False)
    yield made
    if server is not None:
        server.drop(made.world.database_url)


def sick_no_more(copies: Copies) -> World:
    world = moved(copies.fresh())
    world.later(OVER)
    return world


def test_a_probe_that_is_stopped_for_longer_than_its_lease_has_lost_its_place(
    copies: Copies, stopping: Zygote, exhaustive: bool
) -> None:
    world = sick_no_more(copies)
    assert stopping.start(kill_at=0, **world.job("stopped")) == 0
    names = world.points("stopped")
    assert path(history(world)) == WHOLE
    copies.done_with(world)
    numbers = range(1, len(names) + 1)
    if not exhaustive:
        numbers = some(numbers, names, Random("probe"), inside=copies.server is not None)
    replaced = 0
    for number in numbers:
        replaced += stop_and_resume(
            copies, stopping, number, names[number - 1], last=last_look(names, number)
        )
    assert replaced >= 1, "others never had to probe in its place"
    print(
        f"\nstopped at {len(numbers)} of {len(names)} points; at {replaced} of them others probed in its place"
    )


def stop_and_resume(copies: Copies, stopping: Zygote, number: int, name: str, *, last: bool) -> bool:
    """Whether others probed in its place."""
    where = f"stopped at point {number}: {name}"
    world = sick_no_more(copies)
    log = world.folder / "stopped.log"
    assert stopping.start(kill_at=0, stop_at=number, **world.job("stopped")) is None, where
    holds_database = name == COMMITTING and copies.server is None
    was = None if holds_database else seen(world)
    before = calls(world)
    latest = None if holds_database else latest_run(world)
    # Shorter than what its owner's lease lasts.
    world.later(30)
    code = together(world)
    assert code == (STORE_UNAVAILABLE if holds_database else 0), where
    replaced = False
    if was is not None and was.probing:
        assert calls(world) == before and seen(world) == was, f"{where}: somebody else probed"
    if not holds_database:
        until_quiet(world, SHORTER if last else LONGER)
        replaced = was is not None and was.probing and calls(world) > before
    # Whoever stopped in a transaction may find that PostgreSQL has ended it.
    may_end = {0, STORE_UNAVAILABLE} if name == COMMITTING and copies.server is not None else {0}
    assert stopping.resume() in may_end, f"{where}: {log.read_text(encoding='utf-8')}"
    assert "Traceback" not in log.read_text(encoding="utf-8"), where
    until_quiet(world, (0, 3, 20, 70, 130, 330, 720, 900, 900, 1800))
    in_the_end(world, where, lost=latest if replaced else None)
    assert path(history(world)) == WHOLE, f"{where}: {path(history(world))}"
    assert said(world, "run", "stopped") == turns(history(world)[1:]), where
    copies.done_with(world)
    return replaced


def latest_run(world: World) -> str:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        return str(
            tx.conn.exec_driver_sql("SELECT id FROM runs ORDER BY started_at DESC LIMIT 1").scalar_one()
        )
