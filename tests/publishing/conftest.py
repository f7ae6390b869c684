"""A world with its own sandbox, on each database, for tests of whole runs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from planrrr_cli.context import open_context
from planrrr_cli.sandbox import SandboxServer
from tests.flows import MEDIA
from tests.world import SandboxControl, World


@pytest.fixture(scope="module")
def server() -> Iterator[SandboxServer]:
    with SandboxServer(port=0, media_folder=MEDIA) as running:
        yield running


@pytest.fixture
def sandbox(server: SandboxServer) -> SandboxControl:
    control = SandboxControl(server.url)
    control.reset(accounts=1)
    return control


@pytest.fixture
def world(database_url: str, tmp_path: Path, sandbox: SandboxControl) -> World:
    """Connected to one account, nothing scheduled."""
    folder = tmp_path / "world"
    folder.mkdir()
    made = World(folder, database_url, sandbox)
    made.connect()
    return made


@pytest.fixture
def many(database_url: str, tmp_path: Path, sandbox: SandboxControl) -> Callable[[int], World]:
    """``many(n)``: connected to n accounts."""

    def make(accounts: int) -> World:
        sandbox.reset(accounts=accounts)
        folder = tmp_path / "world"
        folder.mkdir()
        made = World(folder, database_url, sandbox)
        with open_context(made.environ, cwd=folder):
            made.connect()
        return made

    return make
