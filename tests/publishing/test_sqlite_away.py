"""The SQLite file is locked by somebody else, or its disk is full, under real runs: one post each, one clear word."""

from __future__ import annotations

import contextlib
import resource
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from planrrr_cli.domain.publications import State
from planrrr_cli.sandbox import SandboxServer
from planrrr_cli.store import open_store
from tests.factory import cipher, new_id
from tests.publishing.away import (
    Running,
    no_traceback,
    one_clear_record,
    planrrr,
    posted,
    right_in_the_end,
    takes_its_time,
    until,
)
from tests.publishing.processes import schedule
from tests.world import SandboxControl, World

pytestmark = pytest.mark.slow

ACCOUNTS, EACH = 10, 4
LOCKED = "is locked by another process"
FULL = "the disk is full"

LOCK = """
import sqlite3, sys
connection = sqlite3.connect(sys.argv[1], isolation_level=None, timeout=30)
connection.execute("BEGIN IMMEDIATE")
print("locked", flush=True)
sys.stdin.readline()
connection.execute("ROLLBACK")
"""


@contextmanager
def busy_world(
    folder: Path, database: Path, *, accounts: int = ACCOUNTS, each: int = EACH, seconds: float = 0.25
) -> Iterator[World]:
    """Due posts on accounts of a platform that takes its time: ``seconds`` for each answer."""
    with SandboxServer(port=0, accounts=accounts) as sandbox:
        world = World(folder, f"sqlite:///{database}", SandboxControl(sandbox.url))
        store = open_store(world.database_url, team="default", cipher=cipher, new_id=new_id)
        store.migrate()
        store.close()
        world.connect()
        schedule(world, each)
        takes_its_time(world, seconds)
        yield world


@pytest.fixture
def busy(tmp_path: Path) -> Iterator[World]:
    with busy_world(tmp_path, tmp_path / "planrrr.db") as world:
        yield world


@contextmanager
def locked(world: World) -> Iterator[None]:
    """Inside, another process is in a transaction that keeps every other writer out."""
    path = world.database_url.removeprefix("sqlite:///")
    with subprocess.Popen(
        [sys.executable, "-c", LOCK, path], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as other:
        assert other.stdin is not None and other.stdout is not None
        assert other.stdout.readline() == "locked\n"
        yield
        other.stdin.close()


def test_a_lock_that_outlasts_the_patience_ends_the_run_before_it_has_begun(busy: World) -> None:
    with locked(busy):
        one_clear_record(Running(busy, "--json", patience=1).end(), LOCKED)
        said = Running(busy, patience=1, environ={"LOG_FORMAT": "console"}).end()
        assert (said.code, said.err.count("\n")) == (75, 1)
        assert LOCKED in said.err
    assert not busy.sandbox.posts()
    right_in_the_end(busy, ACCOUNTS * EACH)


def test_a_lock_that_ends_in_time_is_waited_out(busy: World) -> None:
    running = Running(busy, "--json")
    until(posted(busy, 8), running)
    with locked(busy):
        received = len(busy.sandbox.requests())
        with contextlib.suppress(subprocess.TimeoutExpired):
            running._process.wait(1.5)
        assert running.under_way
        assert len(busy.sandbox.requests()) <= received + 10  # nobody passes a point of no return meanwhile
    said = running.end()
    assert (said.code, said.words) == (0, [])
    assert not [record for record in said.records if record["level"] != "info"]
    assert {one.state for one in busy.publications()} == {State.PUBLISHED}
    right_in_the_end(busy, ACCOUNTS * EACH, next_run=False)


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_lock_between_the_point_of_no_return_and_the_settlement_leaves_no_second_post(
    tmp_path: Path, form: str
) -> None:
    with busy_world(tmp_path, tmp_path / "planrrr.db", accounts=3, each=1, seconds=2) as world:
        running = Running(world, "--json", patience=1, environ={"LOG_FORMAT": form})
        until(posted(world, 3), running)
        with locked(world):
            said = running.end()
        no_traceback(said)
        assert said.code == 75
        if form == "json":
            one_clear_record(said, LOCKED)
            lost = [record for record in said.records if record["message"] == "attempt ended, not written"]
            assert {record["remote_id"] for record in lost} == {
                post["remote_id"] for post in world.sandbox.posts()
            }
        else:
            *told, last = said.err.splitlines()
            assert last.startswith("planrrr: the database ")
            assert [LOCKED in line for line in told].count(True) == 1
        right_in_the_end(world, 3)


@contextmanager
def small_disk(path: Path) -> Iterator[Path]:
    """A file system of four MiB."""
    path.mkdir()
    mounting = ["mount", "-t", "tmpfs", "-o", "size=4m", "planrrr-test", str(path)]
    if subprocess.run(mounting, capture_output=True, check=False).returncode != 0:
        pytest.skip(
            "a small file system cannot be mounted here (it takes root, and a system that permits it)"
        )
    try:
        yield path
    finally:
        subprocess.run(["umount", "--lazy", str(path)], check=True)


def fill(disk: Path, *, leave: int = 0) -> Path:
    """Another program writes until nothing fits any more, but for ``leave`` bytes; its file."""
    filler = disk / "filler"
    with filler.open("ab", buffering=0) as file:
        with contextlib.suppress(OSError):
            while file.write(b"x" * 4096) == 4096:
                pass
        file.truncate(file.tell() - leave)
    return filler


def test_a_disk_that_fills_up_in_the_middle_of_a_run_costs_nothing_but_time(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, busy_world(tmp_path, disk / "planrrr.db") as world:
        running = Running(world, "--json", patience=1)
        until(posted(world, 8), running)
        filler = fill(disk)
        one_clear_record(running.end(), FULL)
        # With a few pages left each of these gets a little further: to its first claim, its first note, its commit.
        for leave in (0, 48, 128):
            filler.unlink()
            filler = fill(disk, leave=leave * 1024)
            said = Running(world, "--json", patience=1).end()
            if said.code != 0:
                one_clear_record(said, FULL)
        filler.unlink()
        right_in_the_end(world, ACCOUNTS * EACH)


def test_nothing_is_half_added_to_a_full_disk(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, busy_world(tmp_path, disk / "planrrr.db", each=1) as world:
        account = world.publications()[0].connection.account_id
        texts = [f"{number:04} {'bread ' * 500}" for number in range(300)]  # more than what is left
        for number, text in enumerate(texts):
            (tmp_path / f"{number:04}.md").write_text(f"---\nto: ['facebook:{account}']\n---\n{text}\n")
        documents = [path.name for path in sorted(tmp_path.glob("*.md"))]
        for leave in (0, 256):
            filler = fill(disk, leave=leave * 1024)
            one_clear_record(planrrr(world, "add", *documents, "--at", "now"), FULL)
            filler.unlink()
            assert len(world.publications()) == ACCOUNTS
        right_in_the_end(world, ACCOUNTS)


def test_a_database_cannot_begin_on_a_full_disk_and_can_when_there_is_room(tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk") as disk, SandboxServer(port=0) as sandbox:
        world = World(tmp_path, f"sqlite:///{disk}/planrrr.db", SandboxControl(sandbox.url))
        world.more["ENCRYPTION_KEY"] = ""
        filler = fill(disk)
        for command in (["init"], ["publish-due"], ["init"]):
            said = planrrr(world, *command)
            assert (said.code, len(said.words)) == (75, 1), said.err
            no_traceback(said)
        filler.unlink()
        assert planrrr(world, "init").code == 0
        world.connect()
        schedule(world, 1)
        right_in_the_end(world, 1)


def test_a_quota_that_is_used_up_in_the_middle_of_a_run_costs_nothing_but_time(busy: World) -> None:
    """A limit on the size of files, which needs no root: what the process writes beyond it is refused."""
    running = Running(busy, "--json", patience=1)
    until(posted(busy, 8), running)
    log = Path(f"{busy.database_url.removeprefix('sqlite:///')}-wal")
    size = log.stat().st_size + 20_000
    _, most = resource.prlimit(running._process.pid, resource.RLIMIT_FSIZE)
    resource.prlimit(running._process.pid, resource.RLIMIT_FSIZE, (size, most))
    said = running.end()
    one_clear_record(
        said, "cannot be written: the disk reports an error; it may be broken, or its quota used up"
    )
    right_in_the_end(busy, ACCOUNTS * EACH)
