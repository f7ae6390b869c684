"""Killed at every commit and every HTTP call of a renewal of tokens: no token is lost that could be kept, none is dead
without a reason, and what was due goes out once.

An outsider sees, for each point: the process gone by SIGKILL, the next renewal, and then in the platform's ledger one
post, and the connection active. Only where X has given new tokens that nobody could write down, because the process
died between the answer and the commit, the connection asks for a person: it says so, the post waits, and a sign-in lets
it go.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import timedelta

import pytest

from planrrr_cli.domain.connections import ConnectionStatus, Platform
from planrrr_cli.domain.publications import State
from tests.crash.conftest import Copies
from tests.crash.test_crash_points import KILLED, MOST_POINTS
from tests.flows import FLOWS
from tests.publishing.renewing import asked, change, connection, reading, sign_in_again
from tests.world import World, Zygote

HOUR, DAY = 3600, 86_400


@dataclass(frozen=True)
class Renewal:
    """``later``: seconds after the sign-in at which a renewal is due; ``on_the_way``: at which a run makes one."""

    platform: Platform
    call: str
    later: int
    flow: str
    on_the_way: int = 0


RENEWALS = {
    "x": Renewal(Platform.X, "x.token.refresh", 3 * HOUR, "text"),
    "youtube": Renewal(Platform.YOUTUBE, "youtube.token.refresh", 3 * HOUR, "video"),
    "instagram": Renewal(Platform.INSTAGRAM, "instagram.token.refresh", 47 * DAY, "image"),
    "linkedin": Renewal(Platform.LINKEDIN, "linkedin.token.refresh", 47 * DAY, "text", 60 * DAY),
    "facebook": Renewal(Platform.FACEBOOK, "facebook.token.exchange", 47 * DAY, "text"),
}
CASES = [
    (name, mode) for name in RENEWALS for mode in ("refresh", "run") if (name, mode) != ("facebook", "run")
]


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    running = Zygote("refreshing.py")
    yield running
    running.close()


@pytest.mark.crash
@pytest.mark.parametrize(("name", "mode"), CASES, ids=str)
def test_killed_at_any_point_of_a_renewal_nothing_is_lost_without_a_reason(
    prepare: Callable[[str], Copies], exhaustive: bool, name: str, mode: str
) -> None:
    case = RENEWALS[name]
    document = FLOWS[case.platform][case.flow].replace("---\n", "---\nmax_lateness: 90d\n", 1)
    copies = prepare(document)
    ready(copies.world, case)
    first, stride = (1, 1) if exhaustive else sample(name, mode, on_postgresql=copies.server is not None)
    points: dict[int, str] = {}
    lost = 0
    for point in range(first, MOST_POINTS, stride):
        world = copies.fresh()
        world.later(case.on_the_way or case.later if mode == "run" else case.later)
        before = connection(world, case.platform)
        killed = go(world, mode, before.id, kill_at=point) == KILLED
        if killed:
            points[point] = world.points()[-1]
        where = f"{name}, {mode} killed at point {point}: {points.get(point, 'none')}"
        lost += judge(world, case, before.tokens.access.reveal(), before.id, where)
        copies.done_with(world)
        if not killed:
            break
    else:
        pytest.fail("it never reached its end")
    assert len(points) >= 8 // stride, points
    if name != "x":
        assert lost == 0
    elif stride == 1:
        assert lost >= 2, "the answer that nobody saw, and the commit that never began"
    print(
        f"\n{name} {mode}: killed at {len(points)} points, of which {lost} cost the sign-in, with its reason"
    )
    for number, found in points.items():
        print(f"  {number:3} {found}")


def sample(name: str, mode: str, *, on_postgresql: bool) -> tuple[int, int]:
    """All points of the renewal whose token works once; of the others some, and others on the other database."""
    if mode == "refresh":
        return (1, 1) if name == "x" else (2, 5) if on_postgresql else (1, 4)
    return (5, 9) if on_postgresql else (2, 8)


def ready(world: World, case: Renewal) -> None:
    """Facebook's user token has a known end, and an application that may prolong it."""
    if case.platform is not Platform.FACEBOOK:
        return
    app = world.sandbox.accounts()["apps"]["facebook"]
    world.more |= {"FACEBOOK_APP_ID": app["app_id"], "FACEBOOK_APP_SECRET": app["app_secret"]}
    granted = connection(world, case.platform).granted_at
    assert granted is not None
    change(world, case.platform, refresh_expires_at=granted + timedelta(days=60))


def go(world: World, mode: str, connection_id: str, *, kill_at: int = 0) -> int:
    assert world.zygote is not None
    return world.zygote.run(kill_at=kill_at, mode=mode, connection=connection_id, **world.job())


def judge(world: World, case: Renewal, old: str, connection_id: str, where: str) -> int:
    """1 when the sign-in was lost, and rightly so."""
    there = connection(world, case.platform)
    stored = there.tokens.access.reveal() != old
    given = any(one["status"] == 200 for one in asked(world, case.call))
    rotates = case.platform is Platform.X
    lost = rotates and given and not stored
    if rotates and asked(world, case.call) and not stored:
        assert there.renewing_since is not None, f"{where}: it was sent, and that is not known"
    world.later(61)
    code = go(world, "refresh", connection_id)
    there = connection(world, case.platform)
    if lost:
        assert code == 1, where
        assert there.status is ConnectionStatus.NEEDS_REAUTH, f"{where}: {there}"
        assert "was lost, and with it the only new token" in (there.status_reason or ""), where
        assert {one.state for one in world.publications()} == {State.SCHEDULED}, where
        sign_in_again(world)
    else:
        assert code == 0, (world.folder / "run.log").read_text(encoding="utf-8")
    world.run_until_quiet()
    there = connection(world, case.platform)
    assert there.status is ConnectionStatus.ACTIVE, f"{where}: {there.status_reason}"
    assert (there.renewing_since, there.previous) == (None, None), f"{where}: something of it is left"
    [publication] = world.publications()
    assert publication.state is State.PUBLISHED, f"{where}: {publication.state} {publication.error}"
    assert len(world.sandbox.posts()) == 1, where
    assert reading(world, leases) == 0, f"{where}: a lane is still held"
    if rotates:
        good = [one for one in asked(world, case.call) if one["status"] == 200]
        assert len(good) == 1, f"{where}: renewed {len(good)} times"
    return int(lost)


def leases(tx: object) -> int:
    query = "SELECT count(*) FROM connections WHERE claim_id IS NOT NULL"
    found: int = tx.conn.exec_driver_sql(query).scalar()  # type: ignore[attr-defined]
    return found
