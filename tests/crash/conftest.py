"""Prepared worlds that can be copied: a flow is set up once, and every crash point gets a copy of its own."""

from __future__ import annotations

import io
import shutil
from collections.abc import Callable, Iterator
from contextlib import redirect_stderr, redirect_stdout
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest
from psycopg import sql

from planrrr_cli.context import open_context
from planrrr_cli.sandbox import SandboxServer
from tests.conftest import PostgresServer
from tests.flows import MEDIA
from tests.publishing.outside import Shown
from tests.world import SandboxControl, World, Zygote


@pytest.fixture(scope="module")
def sandbox() -> Iterator[SandboxControl]:
    with SandboxServer(port=0, media_folder=MEDIA) as server:
        yield SandboxControl(server.url)


@pytest.fixture(scope="module")
def zygote() -> Iterator[Zygote]:
    running = Zygote()
    yield running
    running.close()


@dataclass
class Copies:
    """Copies of one prepared world."""

    world: World
    server: PostgresServer | None
    folder: Path
    expected: tuple[
        Shown, ...
    ] = ()  # what the public sees of a run without trouble, once that has been looked at
    _made: int = 0

    def fresh(self) -> World:
        self.world.sandbox.reset()
        self._made += 1
        folder = self.folder / f"copy{self._made}"
        folder.mkdir()
        if self.server is None:
            shutil.copy(self.folder / "planrrr.db", folder / "planrrr.db")
            url = f"sqlite:///{folder}/planrrr.db"
        else:
            url = self.server.url(f"{_database(self.world.database_url)}_{self._made}")
            command = sql.SQL("CREATE DATABASE {} TEMPLATE {}")
            names = (sql.Identifier(_database(url)), sql.Identifier(_database(self.world.database_url)))
            self.server.run(command.format(*names))
        more, media = dict(self.world.more), self.world.folder
        return World(folder, url, self.world.sandbox, self.world.zygote, more=more, media_root=media)

    def done_with(self, world: World) -> None:
        if self.server is not None:
            self.server.drop(world.database_url)
        shutil.rmtree(world.folder)


def _database(url: str) -> str:
    return url.partition("?")[0].rpartition("/")[2]


def copies_of(
    document: str, folder: Path, sandbox: SandboxControl, server: PostgresServer | None, **more: Any
) -> Copies:
    """A world with one connection and one post that is due, to be copied; ``more`` goes to :class:`World`."""
    sandbox.reset()
    url = f"sqlite:///{folder}/planrrr.db" if server is None else server.create()
    world = World(folder, url, sandbox, **more)
    # What `make crash` prints are the points.
    with redirect_stdout(io.StringIO()), redirect_stderr(io.StringIO()):
        if server is None:
            with open_context(world.environ, cwd=folder) as ctx:
                ctx.store.migrate()
        world.connect()
        world.add(document)
    return Copies(world, server, folder)


@pytest.fixture(params=["sqlite", "postgresql"])
def prepare(
    request: pytest.FixtureRequest, tmp_path: Path, sandbox: SandboxControl, zygote: Zygote
) -> Iterator[Callable[[str], Copies]]:
    """``prepare(document)``: a world with one connection and one post that is due."""
    server = request.getfixturevalue("postgres_server") if request.param == "postgresql" else None
    made: list[Copies] = []

    def prepared(document: str) -> Copies:
        made.append(copies_of(document, tmp_path, sandbox, server, zygote=zygote))
        return made[-1]

    yield prepared
    for copies in made if server is not None else ():
        server.drop(copies.world.database_url)
