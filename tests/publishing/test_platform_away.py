"""The platform is killed in the middle of a real run: every attempt says why once, nothing breaks, nothing fails."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from planrrr_cli.domain.publications import State
from tests.publishing.away import Running, no_traceback, posted, until
from tests.publishing.processes import schedule
from tests.world import REPOSITORY, SandboxControl, World

pytestmark = pytest.mark.slow


@pytest.fixture
def platform(tmp_path: Path) -> Iterator[tuple[int, str]]:
    """The sandbox as a process of its own: its id and its address."""
    environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path), "PYTHONPATH": str(REPOSITORY)}
    command = ["sandbox", "--port", "0", "--accounts", "5", "--latency", "50ms", "--json"]
    with subprocess.Popen(
        [sys.executable, "-m", "planrrr_cli", *command],
        cwd=tmp_path,
        env=environ,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        said = ""
        while not said.endswith("}\n"):
            said += process.stdout.readline()
        yield process.pid, json.loads(said)["url"]
        process.kill()


@pytest.mark.parametrize("form", ["json", "console"])
def test_a_platform_that_dies_is_told_once_for_each_attempt(
    sqlite_template: Path, tmp_path: Path, platform: tuple[int, str], form: str
) -> None:
    pid, address = platform
    database = tmp_path / "planrrr.db"
    database.write_bytes(sqlite_template.read_bytes())
    world = World(tmp_path, f"sqlite:///{database}", SandboxControl(address))
    world.connect()
    schedule(world, 3)
    running = Running(world, "--json", environ={"LOG_FORMAT": form})
    until(posted(world, 5), running)
    os.kill(pid, signal.SIGKILL)
    said = running.end()
    no_traceback(said)
    states = Counter(one.state for one in world.publications())
    assert states[State.PUBLISHED] >= 5 and not states[State.FAILED]
    assert said.code == (1 if states[State.IN_DOUBT] else 0)
    if form == "console":
        assert all(line[8:].startswith((" warning ", " error ")) for line in said.err.splitlines()), said.err
        return
    assert not said.words
    trouble = [record for record in said.records if record["level"] != "info"]
    ended = [record for record in trouble if record["message"] == "attempt ended"]
    attempts = [(record["publication_id"], record["attempt"]) for record in ended]
    assert len(attempts) == len(set(attempts))
    assert all("refused" in record["reason"] or record["outcome"] == "in_doubt" for record in ended)
    assert [record["message"] for record in trouble if record not in ended] == ["breaker opened"]
