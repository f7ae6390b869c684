"""Killed while it holds places of limits that are nearly full: none is lost for longer than a window, or overfilled.

An outsider sees, for each point: a run that reserves for several accounts of one app at once and that SIGKILL ends
there, and plain runs afterwards, each at the moment for which the program itself has put something off. The platform
never refuses anything; over any window of that length no more is public than the limit allows; each account's posts
come out in order; and `planrrr limits` counts what went out, and besides only what the
killed run may have sent. All is out at the moment at which it would be if that run had used up all it had reserved.

``make crash`` kills at every point; without it some from all over the run have to do.
"""

from __future__ import annotations

import io
import json
from collections import defaultdict
from collections.abc import Iterator
from contextlib import redirect_stderr, redirect_stdout
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path
from typing import Any

import pytest

from planrrr_cli.commands.limits import limits
from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import fingerprint
from planrrr_cli.domain.publications import State
from tests.crash.breaking import LANES, together, was_far_away
from tests.crash.conftest import Copies, copies_of
from tests.crash.test_crash_points import KILLED, MOST_POINTS
from tests.world import SandboxControl, World, Zygote, call

pytestmark = pytest.mark.crash

STRIDE = 13
EACH = 3
OF_ACCOUNT, QUARTER = 2, timedelta(minutes=15)
OF_APP, HALF = 4, timedelta(minutes=30)
# Four, four and one; a window, the seconds it outlasts itself, and a lease that had to end.
ALL_OUT = 2 * HALF + timedelta(seconds=120)
LAST = timedelta(hours=4)


@pytest.fixture(params=["sqlite", "postgresql"])
def copies(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxControl, zygote: Zygote
) -> Iterator[Copies]:
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    sandbox.reset(accounts=LANES + 1)  # one of them is of another app
    front = f"---\nto: {json.dumps([f'x:{account}' for account in accounts(sandbox)])}\n---\n"
    made = copies_of(f"{front}Number 0.\n", tmp_path, sandbox, server, zygote=zygote)
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        for number in range(1, EACH):
            made.world.add(f"{front}Number {number}.\n", name=f"{number}.md")
    yield made
    if server is not None:
        server.drop(made.world.database_url)


def accounts(sandbox: SandboxControl) -> dict[str, str]:
    """Those that share the app of the first, and that app."""
    found = {
        one["accountId"]: one["appId"] for one in sandbox.accounts()["connections"] if one["platform"] == "x"
    }
    app = next(iter(found.values()))
    shared = {account: each for account, each in found.items() if each == app}
    assert len(shared) == LANES
    return shared


def fresh(copies: Copies) -> World:
    world = copies.fresh()
    ours = f'"x.posts" = "{OF_ACCOUNT}/15m"\n"x.app_posts" = "{OF_APP}/30m"\n'
    (world.folder / "planrrr.toml").write_text(f"[limits]\n{ours}", encoding="utf-8")
    for account in accounts(world.sandbox):
        told = {"account_id": account, "limits": {"x.post.create": OF_ACCOUNT}}
        call(f"{world.sandbox.url}/_sandbox/accounts", told)
    return world


def test_what_a_killed_run_had_reserved_is_free_after_a_window_and_no_window_is_overfilled(
    copies: Copies, exhaustive: bool
) -> None:
    killed_at, lost = 0, []
    first, stride = (1, 1) if exhaustive else (4 if copies.server is None else 9, STRIDE)
    for point in range(first, MOST_POINTS, stride):
        world = fresh(copies)
        assert world.zygote is not None
        if world.zygote.run(kill_at=point, concurrency=LANES, **world.job()) != KILLED:
            break
        killed_at += 1
        where = f"killed at point {point}: {world.points()[-1]}"
        if point % 2:
            was_far_away(world)
        lost.append(go_on(world, where))
        copies.done_with(world)
    assert killed_at >= (35 if exhaustive else 3)
    assert max(lost) >= 1, "nothing that it had reserved was ever unused"
    assert max(lost) <= LANES
    print(f"\nkilled at {killed_at} points; places that were not used: {lost}")


def go_on(world: World, where: str) -> int:
    """Runs at the moments that the program named, until all is out; how many places were lost for a window."""
    began, offset = datetime.now().astimezone(), world.offset
    lost, doubtful = 0, set()
    while True:
        assert together(world) in (0, 1), (world.folder / "run.log").read_text(encoding="utf-8")
        found = world.publications()
        open_ended = count(world, "attempts WHERE coalesce(outcome, 'interrupted') = 'interrupted'")
        lost = max(lost, counted_rightly(world, where, most_lost=open_ended))
        doubtful |= {one.id for one in found if one.state is State.IN_DOUBT}
        passed = now(world) - began
        late = [one for one in found if one.state is not State.PUBLISHED and one.id not in doubtful]
        assert passed < ALL_OUT or not late, (
            f"{where}: {[(one.post.text, one.state, one.error) for one in late]}"
        )
        waking = [one.wake_at for one in found if one.wake_at is not None]
        held = count(world, "connections WHERE claim_id IS NOT NULL")
        if not waking and not held:
            break
        assert passed < LAST, f"{where}: {[(one.state, one.wake_at, one.error) for one in found]}"
        nearest = min(waking, default=now(world))
        world.later(max(1.0, (nearest - now(world)).total_seconds() + 0.5, 61.0 if held else 0.0))
    assert world.offset > offset
    assert {one.state for one in found} == {State.PUBLISHED}, where
    refused = [one for one in world.sandbox.requests() if one["status"] >= 400]
    assert not refused, f"{where}: {refused}"
    no_window_overfilled(world, where)
    each_once_and_in_order(world, doubtful, where)
    world.later(HALF.total_seconds() + 5)
    for one in of_x(world):
        assert (one["used"], one["reserved"], one["waiting"]) == (0, 0, 0), f"{where}: {one}"
        assert one["free_again_at"] is None
    return lost


def now(world: World) -> datetime:
    return SystemClock(timedelta(seconds=world.offset)).now()


def count(world: World, query: str) -> int:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        return int(tx.conn.exec_driver_sql(f"SELECT count(*) FROM {query}").scalar_one())


def of_x(world: World) -> list[dict[str, Any]]:
    """What ``planrrr limits --json`` says of the buckets that are nearly full."""
    clock, out = SystemClock(timedelta(seconds=world.offset)), io.StringIO()
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, redirect_stdout(out):
        assert limits(ctx, platform_name="x", everything=True, as_json=True) == 0
    ours = {one.connection.id for one in world.publications()}
    [app] = {fingerprint(app) for app in accounts(world.sandbox).values()}
    found = [
        one for one in json.loads(out.getvalue())["limits"] if one["bucket"] in {"x.posts", "x.app_posts"}
    ]
    mine = [one for one in found if one["connection_id"] in ours or one["owner"] == app]
    assert len(mine) == LANES + 1
    return mine


def counted_rightly(world: World, where: str, *, most_lost: int) -> int:
    """Everything that went out, and no more besides than attempts were interrupted; how much more of the app's."""
    public, at, more = world.sandbox.posts(), now(world), 0
    account_ids = {one.connection.id: one.connection.account_id for one in world.publications()}
    for one in of_x(world):
        mine = one["bucket"] == "x.posts"
        window, most = (QUARTER, OF_ACCOUNT) if mine else (HALF, OF_APP)
        account = account_ids.get(one["connection_id"] or "")
        posts = [post for post in public if not mine or post["account_id"] == account]
        inside = sum(at - created(post) < window - timedelta(seconds=1) for post in posts)
        around = sum(at - created(post) < window + timedelta(seconds=4) for post in posts)
        assert one["limit"] == most, f"{where}: {one}"
        assert inside <= one["used"] <= min(most, around + most_lost), f"{where}: {inside} are out, {one}"
        more = max(more, one["used"] - around)
    return more


def created(post: dict[str, Any]) -> datetime:
    return datetime.fromisoformat(post["created_at"])


def no_window_overfilled(world: World, where: str) -> None:
    by_account = defaultdict(list)
    for post in world.sandbox.posts():
        by_account[post["account_id"]].append(created(post))
    everybody = sorted(one for several in by_account.values() for one in several)
    lines = [*((sorted(one), OF_ACCOUNT, QUARTER) for one in by_account.values()), (everybody, OF_APP, HALF)]
    for line, most, window in lines:
        for one, later in zip(line, line[most:], strict=False):
            assert later - one >= window, f"{where}: {most + 1} within {later - one}"


def each_once_and_in_order(world: World, doubtful: set[str], where: str) -> None:
    """What was in doubt has stepped aside."""
    aside = {(one.connection.account_id, one.post.text) for one in world.publications() if one.id in doubtful}
    for account in accounts(world.sandbox):
        posts = [post for post in world.sandbox.posts() if post["account_id"] == account]
        line = [post["text"] for post in posts]
        assert sorted(line) == [f"Number {number}." for number in range(EACH)], f"{where}: {line}"
        steady = [post for post in posts if (account, post["text"]) not in aside]
        for one, later in pairwise(steady):
            assert one["text"] < later["text"], f"{where}: {line}"
