"""A world with posts that are out, to be spoiled in copies, so that the checker can be seen to find what is wrong."""

from __future__ import annotations

import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.run import publish
from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.soak.chains import Said
from tests.soak.checker import Checker
from tests.world import SandboxControl, World

FIRST = "---\nto: [facebook]\nfacebook: {first_comment: A comment.}\n---\nThe first.\n"
SECOND = "---\nto: [facebook]\n---\nThe second.\n"
LATER = "---\nto: [facebook]\n---\nLater.\n"


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """Two posts that are out, one of them with a comment, and one that is due tomorrow."""
    folder = tmp_path_factory.mktemp("told")
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        world = published(folder, f"sqlite:///{folder}/planrrr.db", server)
        tomorrow = datetime.now(UTC) + timedelta(days=1)
        world.add(LATER, name="later.md", at=tomorrow.isoformat(timespec="seconds"))
        yield world


def published(folder: Path, url: str, server: SandboxServer) -> World:
    world = World(folder, url, SandboxControl(server.url))
    world.connect()
    world.add(FIRST, name="first.md")
    world.add(SECOND, name="second.md")
    run(world)
    return world


def run(world: World, *, ahead: float = 0) -> None:
    clock = SystemClock(timedelta(seconds=ahead))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        publish(ctx, RunOptions(linger=timedelta(0)))


def change(world: World, sql: str) -> None:
    """As no program should: not even the tables' own rules are asked."""
    with closing(sqlite3.connect(world.folder / "planrrr.db")) as connection, connection:
        connection.execute("PRAGMA ignore_check_constraints = ON")
        assert connection.execute(sql).rowcount > 0, sql


class Copy:
    """A copy of the world's database that may be spoiled, and a checker that has had its first look."""

    def __init__(self, world: World, folder: Path) -> None:
        self.world = World(folder, f"sqlite:///{folder}/planrrr.db", world.sandbox)
        shutil.copy(world.folder / "planrrr.db", folder / "planrrr.db")
        self.checker = Checker(world.sandbox.url, self.world.database_url, folder)
        account = world.sandbox.accounts()["connections"][0]["accountId"]
        for said in (Said("The first.", comment="A comment."), Said("The second."), Said("Later.")):
            self.checker.expect(account, said)
        assert self.checker.check() == []

    def spoil(self, sql: str) -> None:
        change(self.world, sql)

    def found(self, phrase: str, *, quiet: bool = False) -> None:
        said = self.checker.check(quiet=quiet)
        assert any(phrase in one for one in said), said


@pytest.fixture
def copy(told: World, tmp_path: Path) -> Copy:
    return Copy(told, tmp_path)
