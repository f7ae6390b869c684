"""A platform that was sick, prepared to be copied, and what must be true of its breaker in the end."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.store import Tx, breakers
from planrrr_cli.store.breakers import Event
from tests.conftest import PostgresServer
from tests.crash.conftest import Copies, copies_of
from tests.world import SandboxControl, World, Zygote

LANES = 3
TOGETHER = 8  # workers, so that nothing but the breaker keeps the lanes from being served at once
RULES = {"BREAKER_FAILURE_THRESHOLD": "2", "BREAKER_RESET": "60"}
OVER = 70  # seconds after which an open breaker may be probed
WHOLE = ["closed→open", "open→half_open", "half_open→closed"]


def due_on_all(
    folder: Path, sandbox: SandboxControl, server: PostgresServer | None, zygote: Zygote
) -> Copies:
    """A photo that is due on three Pages, and nobody has looked yet."""
    sandbox.reset(accounts=LANES)
    pages = [one["accountId"] for one in sandbox.accounts()["connections"] if one["platform"] == "facebook"]
    to = json.dumps([f"facebook:{page}" for page in pages])
    document = f"---\nto: {to}\nmedia: [{{file: bread-calendar.png, alt: A calendar}}]\n---\nBread.\n"
    return copies_of(document, folder, sandbox, server, zygote=zygote, more=dict(RULES))


def fail(world: World) -> None:
    """From now on, until the sandbox forgets its faults."""
    world.sandbox.fault("facebook.*", "status:503", times=-1)


def together(world: World) -> int:
    """A run with as many workers as there are lanes and more; its exit code."""
    assert world.zygote is not None
    return world.zygote.run(kill_at=0, concurrency=TOGETHER, **world.job())


def until_quiet(world: World, pauses: Sequence[int]) -> None:
    """Such runs, with ``pauses`` before them, until nobody needs to look any more or they are over."""
    for seconds in pauses:
        world.later(seconds)
        assert together(world) in (0, 1), (world.folder / "run.log").read_text(encoding="utf-8")
        if all(one.wake_at is None and one.state != "publishing" for one in world.publications()):
            return


def was_far_away(world: World) -> None:
    """Nobody here can see whether those processes live."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        tx.conn.exec_driver_sql("UPDATE runs SET host = 'elsewhere'")


def calls(world: World) -> int:
    return sum((one["call"] or "").startswith("facebook.") for one in world.sandbox.requests())


def history(world: World) -> list[Event]:
    """The oldest first."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        return breakers.history(tx, Platform.FACEBOOK, limit=1000)[::-1]


@dataclass(frozen=True)
class Seen:
    """The platform's breaker at one moment. ``probing``: somebody who still has a lease holds the one place."""

    state: str
    probing: bool


def seen(world: World) -> Seen:
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, ctx.store.reading() as tx:
        [found] = [one for key, one in breakers.every(tx, now=ctx.clock.now()).items() if not key.owner]
    return Seen(found.state.value, found.probe is not None)


def in_the_end(world: World, where: str, *, lost: str | None = None) -> None:
    """Each Page has the post once, the breaker is closed, and its history is a path, with one probe at a time.

    ``lost``: the run whose lease ended while it was stopped, and its place with it, however late that was written.
    """
    found = world.publications()
    assert {one.state for one in found} == {State.PUBLISHED}, (
        f"{where}: {[(one.state, one.error) for one in found]}"
    )
    public = Counter(post["account_id"] for post in world.sandbox.posts())
    assert public == {one.connection.account_id: 1 for one in found}, f"{where}: {public}"
    ids = {name for post in world.sandbox.posts() for name in (post["remote_id"], post.get("post_id"))}
    assert {one.remote_id for one in found} <= ids, where
    assert seen(world) == Seen("closed", probing=False), where
    events = history(world)
    assert [one.before for one in events[:1]] == ["closed"] * len(events[:1]), where
    for one, other in pairwise(events):
        assert one.after is other.before, f"{where}: {path(events)}"
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        one_probe_at_a_time(tx, events, where, lost)
        held = tx.conn.exec_driver_sql("SELECT count(*) FROM reservations").scalar()
        lanes = tx.conn.exec_driver_sql(
            "SELECT count(*) FROM connections WHERE claim_id IS NOT NULL"
        ).scalar()
    assert (held, lanes) == (0, 0), f"{where}: something is still reserved, or held"


def path(events: list[Event]) -> list[str]:
    return [f"{one.before}→{one.after}" for one in events]


def one_probe_at_a_time(tx: Tx, events: list[Event], where: str, lost: str | None) -> None:
    """Of what began while the breaker was half open, each was over before the next began."""
    rows = tx.conn.exec_driver_sql("SELECT began_at, ended_at, run_id FROM attempts ORDER BY began_at").all()
    tries = [(str(began), str(ended)) for began, ended, run_id in rows if run_id != lost]
    ends = [*events[1:], None]
    for event, following in zip(events, ends, strict=True):
        if event.after == "half_open":
            since, until = _text(tx, event.at), _text(tx, following.at) if following else "9"
            probes = [one for one in tries if since <= one[0] < until]
            for (_, ended), (began, _) in pairwise(probes):
                assert ended <= began, f"{where}: two probes at once, {probes}"


def _text(tx: Tx, at: Any) -> str:
    """As the database would put it."""
    return f"{at:%Y-%m-%dT%H:%M:%S.%fZ}" if tx.dialect == "sqlite" else str(at)


def said(world: World, *names: str) -> Counter[str]:
    """How often runs said that it opened and that it closed. ``names``: of their logs."""
    logs = [world.folder / f"{name}.log" for name in names or ("run",)]
    lines = [line for log in logs if log.exists() for line in log.read_text(encoding="utf-8").splitlines()]
    records = [json.loads(line) for line in lines if line.startswith("{")]
    return Counter(one["message"] for one in records if str(one.get("message")).startswith("breaker "))


def turns(events: list[Event]) -> Counter[str]:
    """What they should have said."""
    found = Counter({"breaker opened": sum(one.before == "closed" for one in events)})
    found["breaker closed"] = sum(one.after == "closed" for one in events)
    return +found
