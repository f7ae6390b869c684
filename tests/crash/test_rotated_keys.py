"""A change of keys killed at every point: no secret is lost, posts go out in between, and the next one ends it.

An outsider sees, for each point: the rotation gone by SIGKILL, a plain run of the main job that publishes as ever, a
second rotation that ends well, and then every secret of before, readable with the new key alone.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.publications import State
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.store import Cipher, keys, rows
from planrrr_cli.store.schema import connections, publications
from tests.crash.conftest import Copies
from tests.flows import FLOWS
from tests.world import KEY, World, Zygote

KILLED = -9
NEW = "1e" * 32
MOST_POINTS = 200
SECRET_COLUMNS = [column.name for column in keys.SEALED_COLUMNS]


@pytest.fixture(scope="module")
def rotating() -> Iterator[Zygote]:
    running = Zygote("rotating.py")
    yield running
    running.close()


def fill(world: World) -> None:
    """A secret in every sealed column of a lane where nothing is due, and among the notes of the due publication."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        lane = connections.c.platform == Platform.X
        (mine,) = tx.conn.execute(connections.select().where(lane)).mappings()
        mine_id = mine[connections.c.id]
        values = {name: rows.sealed(tx, Secret(f"the {name}"), name, mine_id) for name in SECRET_COLUMNS}
        tx.conn.execute(connections.update().where(connections.c.id == mine_id).values(values))
        (due,) = tx.conn.execute(publications.select()).mappings()
        due_id = due[publications.c.id]
        notes = rows.sealed_checkpoint(tx, {"noted": Secret("a noted secret")}, due_id)
        tx.conn.execute(publications.update().values(checkpoint=notes))


def secrets(world: World) -> Mapping[str, str]:
    """Every secret in the connections, by where it is; whatever cannot be read raises."""
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        found = {}
        for row in tx.conn.execute(connections.select()).mappings():
            for column in keys.SEALED_COLUMNS:
                if row[column]:
                    place = f"{column.name} of {row[connections.c.platform]}"
                    found[place] = rows.opened(tx, row[column], column.name, row[connections.c.id]).reveal()
        return found


def in_use(world: World) -> set[str]:
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.reading() as tx:
        return {one for used in keys.in_use(tx).values() for one, count in used.items() if count}


@pytest.mark.crash
@pytest.mark.slow
@pytest.mark.parametrize("where", ["settings", "file"])
def test_killed_at_any_point_a_change_of_keys_loses_nothing_and_is_ended_by_the_next(
    prepare: Callable[[str], Copies], rotating: Zygote, exhaustive: bool, where: str
) -> None:
    copies = prepare(FLOWS[Platform.FACEBOOK]["text"])
    if where == "file" and copies.server is not None:
        pytest.skip("the key file is SQLite's; with PostgreSQL a person spreads the key")
    fill(copies.world)
    before = secrets(copies.world)
    assert len(before) >= 12
    points: list[str] = []
    for point in range(1, MOST_POINTS, 1 if exhaustive else 3):
        world = copies.fresh()
        started_with(world, where)
        ended = rotating.run(kill_at=point, **world.job("rotation"))
        assert ended in (KILLED, 0), Path(str(world.job("rotation")["log"])).read_text(encoding="utf-8")
        at = f"killed at {point}: {world.points('rotation')[-1]}"
        assert secrets(world) == before, at
        assert world.run() == 0, at
        [publication] = world.publications()
        assert publication.state is State.PUBLISHED, at
        assert len(world.sandbox.posts()) == 1, at
        assert rotating.run(kill_at=0, **world.job("rotation")) == 0, at
        ended_well(world, before, where, at)
        copies.done_with(world)
        if ended == 0:
            break
        points.append(at)
    else:
        pytest.fail("the rotation never reached its end")
    assert len(points) >= (12 if exhaustive else 4), points
    print(f"\n{where}: killed at {len(points)} points, nothing lost")
    print("\n".join(points))


def started_with(world: World, where: str) -> None:
    if where == "settings":
        world.more |= {"ENCRYPTION_KEY": NEW, "ENCRYPTION_KEY_PREVIOUS": KEY}
    else:
        world.more["ENCRYPTION_KEY"] = ""
        path = world.folder / "planrrr.key"
        path.write_text(KEY)
        path.chmod(0o600)


def ended_well(world: World, before: Mapping[str, str], where: str, at: str) -> None:
    if where == "settings":
        del world.more["ENCRYPTION_KEY_PREVIOUS"]
        new = NEW
    else:
        names = {path.name for path in world.folder.iterdir() if "key" in path.name}
        assert names == {"planrrr.key"}, at
        path = world.folder / "planrrr.key"
        assert path.stat().st_mode & 0o777 == 0o600
        new = path.read_text().strip()
        assert new != KEY, at
    assert in_use(world) == {Cipher(Secret(new)).fingerprint}, at
    assert secrets(world) == before, at
