"""Real runs whose database goes away: how to start and to hear them, and what must be true in the end."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

from planrrr_cli.domain.publications import State
from tests.publishing.test_run import run
from tests.world import World, call

IMPATIENT = """
import sys
from planrrr_cli import postgresql
from planrrr_cli.publishing import run
from planrrr_cli.store import engine, turns
seconds = float(sys.argv.pop(1))
run.DATABASE_PATIENCE, run.TICK = seconds, 0.1
postgresql.Connection.answer_seconds = turns.BUSY_SECONDS = engine.BUSY_SECONDS = seconds / 2
from planrrr_cli.__main__ import main
main()
"""


@dataclass(frozen=True)
class Said:
    """How a process ended and what it wrote: log records, and lines that are none."""

    code: int
    out: str
    err: str

    @property
    def records(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.err.splitlines() if line.startswith("{")]

    @property
    def words(self) -> list[str]:
        return [line for line in self.err.splitlines() if not line.startswith("{")]


class Running:
    """One ``planrrr publish-due`` under way. ``patience``: seconds instead of the usual ones for a lost database."""

    def __init__(
        self, world: World, *arguments: str, patience: float | None = None, environ: Mapping[str, str] = {}
    ) -> None:
        program = ["-m", "planrrr_cli"] if patience is None else ["-c", IMPATIENT, str(patience)]
        self._files = [world.folder / f"{name}{time.monotonic_ns()}" for name in ("out", "err")]
        out, err = (path.open("w", encoding="utf-8") for path in self._files)
        with out, err:
            self._process = subprocess.Popen(
                [sys.executable, *program, "publish-due", *arguments],
                cwd=world.folder,
                env=world.environ | environ,
                stdout=out,
                stderr=err,
            )

    @property
    def under_way(self) -> bool:
        return self._process.poll() is None

    def end(self, timeout: float = 60.0) -> Said:
        try:
            code = self._process.wait(timeout)
        finally:
            self._process.kill()
            self._process.wait()
        return Said(code, *(path.read_text(encoding="utf-8") for path in self._files))


def planrrr(world: World, *arguments: str, **environ: str) -> Said:
    """Another command, as a user gives it."""
    done = world.planrrr(*arguments, **environ)
    return Said(done.returncode, done.stdout, done.stderr)


def until(happened: Callable[[], bool], running: Running | None = None, seconds: float = 30.0) -> None:
    """Polls until it has happened, which has to be while ``running`` is under way."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        assert running is None or running.under_way, "it ended too soon"
        time.sleep(0.005)


def takes_its_time(world: World, seconds: float = 0.25) -> None:
    """The platform publishes at once and answers so much later, until :func:`right_in_the_end`."""
    world.sandbox.fault("facebook.feed.create", f"hold:{seconds}", "after", times=-1)


def posted(world: World, count: int) -> Callable[[], bool]:
    """Whether so many posts are public."""
    return lambda: len(world.sandbox.posts()) >= count


def one_clear_record(said: Said, cause: str) -> None:
    """It ended because the database was away, said why once to the log and once to people, and nothing else."""
    assert said.code == 75, said.err
    no_traceback(said)
    causes = [record for record in said.records if record["message"] == "database unavailable"]
    assert len(causes) == 1, said.err
    assert causes[0]["level"] == "error"
    ends = [
        (one["publication_id"], one["attempt"]) for one in said.records if one["message"] == "attempt ended"
    ]
    assert len(ends) == len(set(ends)), "an end that had to be written twice was told twice"
    assert re.search(cause, causes[0]["reason"]), causes[0]
    [sentence] = said.words
    assert re.match(r"planrrr: the database ", sentence), sentence


def no_traceback(said: Said) -> None:
    assert not re.search(r"Traceback|unexpected error|this is a bug", said.err), said.err


def right_in_the_end(world: World, expected: int, *, next_run: bool = True) -> None:
    """Plain runs until nobody needs to look any more; then every post is public once, and each account in order."""
    call(f"{world.sandbox.url}/_sandbox/faults", method="DELETE")
    if next_run:
        # It would stay for its first look at a doubt.
        said = Running(world, "--json", "--max-seconds", "1").end()
        assert said.code in {0, 1}, said.err
        no_traceback(said)
        assert not said.words, said.err
    for seconds in (0, 120, 330, 720, 900, 900, 1800):
        found = world.publications()
        if all(one.wake_at is None and one.state is State.PUBLISHED for one in found):
            break
        world.later(seconds)
        run(world)
    assert len(found) == expected
    public = sorted(world.sandbox.posts(), key=lambda post: int(post["sequence"]))
    assert sorted(post["text"] for post in public) == sorted(one.post.text for one in found)
    assert {one.state for one in found} == {State.PUBLISHED}
    assert {one.remote_id for one in found} == {post["remote_id"] for post in public}
    # What was in doubt steps aside; when it then turns out that it was never sent, those behind it are out before it.
    aside = {one.post.text for one in found if one.doubts}
    accounts = defaultdict(list)
    for post in public:
        if post["text"] not in aside:
            accounts[post["account_id"]].append(post["text"])
    for texts in accounts.values():
        assert texts == sorted(texts)
