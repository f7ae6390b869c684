"""The program's main job as real processes, several at once, with what each of them said; no judgement here."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import defaultdict
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from datetime import timedelta
from typing import Any

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.posts import Post
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import RunReport
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import connections, posts
from planrrr_cli.store.posts import NewPost
from tests.world import World

PATIENCE = 120.0  # seconds


class Process:
    """One ``planrrr publish-due --json`` that was started; what it says goes to files."""

    def __init__(self, world: World, *arguments: str) -> None:
        self.began = time.monotonic()
        stem = world.folder / f"run{time.monotonic_ns()}"
        self._out, self._log = stem.with_suffix(".json"), stem.with_suffix(".log")
        command = [sys.executable, "-m", "planrrr_cli", "publish-due", "--json", *arguments]
        with self._out.open("wb") as out, self._log.open("wb") as log:
            self._process = subprocess.Popen(
                command, cwd=world.folder, env=world.environ, stdout=out, stderr=log
            )

    def signal(self, number: signal.Signals) -> None:
        os.kill(self._process.pid, number)

    def end(self, timeout: float = PATIENCE) -> int:
        """Waits for its end; the exit code. It is killed when it takes longer than ``timeout`` seconds."""
        try:
            return self._process.wait(timeout)
        finally:
            self._process.kill()
            self._process.wait()

    def report(self) -> dict[str, Any]:
        """Its one document, after the end."""
        found: dict[str, Any] = json.loads(self._out.read_text(encoding="utf-8"))
        return found

    def words(self) -> str:
        return self._log.read_text(encoding="utf-8")

    def records(self) -> list[dict[str, Any]]:
        """Its log records, after the end; a line that is none, as of a traceback, raises ValueError."""
        return [json.loads(line) for line in self.words().splitlines()]


def end_all(processes: Sequence[Process]) -> list[int]:
    """Their exit codes; none of them outlives this."""
    with ExitStack() as stack:
        for process in processes:
            stack.callback(process.end, 0.1)
        return [process.end() for process in processes]


def quiet(process: Process) -> None:
    """Nothing went wrong in it: no record of level error or worse, and no traceback."""
    wrong = [record for record in process.records() if record["level"] in {"error", "critical"}]
    assert not wrong, wrong
    assert "Traceback" not in process.words()


def run_here(world: World, workers: int | None = None) -> RunReport:
    """A run in this process, at the world's time, that waits for nothing."""
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx:
        return publish(ctx, RunOptions(concurrency=workers, linger=timedelta(0)))


def until(happened: Callable[[], bool], seconds: float = 30.0) -> None:
    """Polls until it has happened."""
    deadline = time.monotonic() + seconds
    while not happened():
        assert time.monotonic() < deadline, "it did not happen in time"
        time.sleep(0.02)


def called(world: World, name: str, times: int = 1) -> Callable[[], bool]:
    """Whether the platform has received this call so often."""
    return lambda: sum(one["call"] == name for one in world.sandbox.requests()) >= times


def schedule(world: World, each: int, *, first: int = 0) -> int:
    """``each`` due posts on every Page, whose texts tell which and the how-manieth (from ``first`` on).

    Returns how many in all.
    """
    with open_context(world.environ, cwd=world.folder) as ctx, ctx.store.transaction() as tx:
        now = ctx.clock.now()
        lanes = connections.listing(tx, platform=Platform.FACEBOOK)
        for number in range(first, first + each):
            for lane in lanes:
                post = Post(f"{lane.account_id} number {number:04}", scheduled_at=now)
                new = NewPost(post, f"{lane.id}/{number}", None, [lane.id], draft=False, ordinal=number)
                posts.add(tx, new, now=now)
    return each * len(lanes)


def each_once_and_in_order(world: World, expected: int) -> None:
    """By the platform's public ledger."""
    public = world.sandbox.posts()
    texts = [post["text"] for post in public]
    assert len(texts) == len(set(texts)) == expected
    by_account = defaultdict(list)
    for post in sorted(public, key=lambda one: one["sequence"]):
        by_account[post["account_id"]].append(post["text"])
    for account, found in by_account.items():
        assert found == sorted(found), f"account {account} is out of order"
