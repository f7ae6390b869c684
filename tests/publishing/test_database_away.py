"""The database fails at any statement of a run, with or without its effect: one post each, nothing left behind."""

from __future__ import annotations

import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from typing import Any

import psycopg
import pytest
import sqlalchemy
import sqlalchemy.event

from planrrr_cli.context import SystemClock, open_context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import StoreUnavailable
from planrrr_cli.domain.publications import Attempt, Publication, State
from planrrr_cli.publishing import run as running
from planrrr_cli.publishing.board import Board
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import Progress, RunReport, Silent
from planrrr_cli.publishing.run import publish
from planrrr_cli.store import session
from tests.flows import FLOWS
from tests.publishing.test_run import TEXT, only, run
from tests.world import World

MOST = 200  # statements of one run


class Failing:
    """Lets the ``at``-th statement fail (from 1) and, unless ``times`` is 1, those after it, too.

    ``after``: the statement takes effect, and its answer is lost. ``only``: other statements are not counted.
    """

    def __init__(self, at: int, *, after: bool = False, times: int = 1, only: str | None = None) -> None:
        self.at, self.after, self.times, self.only = at, after, times, only
        self.count = 0

    def __call__(self, cursor: Any, statement: str, parameters: Any, context: Any) -> bool | None:
        if self.only is not None and statement != self.only:
            return None
        self.count += 1
        if not self.at <= self.count < self.at + self.times:
            return None
        if self.after:
            cursor.execute(statement, parameters)
        raise _gone(cursor)


def _gone(cursor: Any) -> Exception:
    if isinstance(cursor, sqlite3.Cursor):
        full = sqlite3.OperationalError("database or disk is full")
        full.sqlite_errorcode = sqlite3.SQLITE_FULL
        return full
    cursor.connection.close()
    return psycopg.errors.AdminShutdown("terminating connection due to administrator command")


@contextmanager
def struck_by(failing: Failing) -> Iterator[None]:
    sqlalchemy.event.listen(sqlalchemy.Engine, "do_execute", failing)
    try:
        yield
    finally:
        sqlalchemy.event.remove(sqlalchemy.Engine, "do_execute", failing)


def struck_run(world: World, failing: Failing, progress: Progress | None = None) -> RunReport | None:
    """None when the run ended because the database was away; any other end than that is an error."""
    clock = SystemClock(timedelta(seconds=world.offset))
    with open_context(world.environ, cwd=world.folder, clock=clock) as ctx, struck_by(failing):
        try:
            return publish(ctx, RunOptions(linger=timedelta(0), concurrency=1), progress)
        except StoreUnavailable:
            return None


def published_in_the_end(world: World, text: str, where: str) -> None:
    for seconds in (0, 120, 330, 720, 900, 900):
        world.later(seconds)  # this process lives on, so that the next run has to wait for the lease
        run(world)
        [found] = [one for one in world.publications() if one.post.text.startswith(text)]
        if found.state is State.PUBLISHED and found.wake_at is None:
            break
    public = [post for post in world.sandbox.posts() if post["text"].startswith(text)]
    assert len(public) == 1, f"{where}: {len(public)} public posts"
    assert found.state is State.PUBLISHED, f"{where}: {found.state}, {found.error}"
    assert found.remote_id == public[0]["remote_id"], where


def sweep(world: World, document: str, *, after: bool, times: int = 1, only: str | None = None) -> int:
    for at in range(1, MOST):
        text = f"Post {at:03}."
        world.add(document.replace("TEXT", text), name=f"{at}.md")
        failing = Failing(at, after=after, times=times, only=only)
        struck_run(world, failing)
        published_in_the_end(world, text, f"statement {at}")
        if failing.count < at:
            return at
    raise AssertionError("the run never reached its end")


PLAIN = "---\nto: [facebook]\n---\nTEXT\n"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(running, "DATABASE_PATIENCE", 0.4)
    monkeypatch.setattr(running, "TICK", 0.1)


@pytest.mark.slow
@pytest.mark.parametrize("after", [False, True], ids=["before", "after"])
@pytest.mark.parametrize("times", [1, MOST * 100], ids=["once", "for good"])
def test_a_commit_that_fails_or_whose_answer_is_lost_neither_doubles_nor_loses_a_post(
    world: World, after: bool, times: int
) -> None:
    assert sweep(world, PLAIN, after=after, times=times, only="COMMIT") > 5


@pytest.mark.slow
@pytest.mark.parametrize("times", [1, MOST * 100], ids=["once", "for good"])
def test_a_statement_that_fails_neither_doubles_nor_loses_a_post(world: World, times: int) -> None:
    assert sweep(world, PLAIN, after=False, times=times) > 15


class GoneWhile(Silent):
    """The database goes away when the first attempt has begun."""

    def __init__(self, failing: Failing) -> None:
        self.failing = failing

    def begun(self, publication: Publication, attempt: Attempt) -> None:
        self.failing.at = self.failing.count + 1


def test_a_run_whose_database_is_away_tries_again_at_a_calm_pace(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(running, "DATABASE_PATIENCE", 1.0)
    # Just when a lane was put back, so that the loop would not rest otherwise.
    monkeypatch.setattr(Board, "patience", lambda self, tick, *, idle: 0.001)
    world.add(FLOWS[Platform.FACEBOOK]["photos"])
    failing = Failing(MOST * 100, times=MOST * 100)
    assert struck_run(world, failing, GoneWhile(failing)) is None
    assert failing.count - failing.at < 30


def test_a_row_that_somebody_has_locked_does_not_hold_the_run_for_ever(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    if not world.database_url.startswith("postgresql"):
        pytest.skip("SQLite locks the whole file, and waiting for that has always had an end")
    monkeypatch.setitem(
        session._WRITE, "postgresql", session._WRITE["postgresql"].replace("'10s'", "'200ms'")
    )
    world.add(TEXT)

    class Locking(Silent):
        def begun(self, publication: Publication, attempt: Attempt) -> None:
            other.execute("SELECT 1 FROM connections FOR UPDATE")

    with psycopg.connect(world.database_url) as other:
        began = time.monotonic()
        assert struck_run(world, Failing(MOST * 100), Locking()) is None
        assert time.monotonic() - began < 10
        other.rollback()
    published_in_the_end(world, "We have moved.", "after the lock")
    assert only(world).state is State.PUBLISHED


def test_no_worker_is_left_waiting_when_the_database_stays_away(world: World) -> None:
    world.add(TEXT)
    failing = Failing(MOST * 100, times=MOST * 100)
    before = {thread.ident for thread in threading.enumerate()}
    assert struck_run(world, failing, GoneWhile(failing)) is None
    deadline = time.monotonic() + 10
    while left := [one for one in threading.enumerate() if one.ident not in before and "planrrr" in one.name]:
        assert time.monotonic() < deadline, left
        left[0].join(0.1)
