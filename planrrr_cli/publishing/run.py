"""One run of the main job: the main thread that owns the database, in a loop until there is nothing left to do."""

from __future__ import annotations

import logging
import signal
from collections.abc import Iterator
from contextlib import contextmanager
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from planrrr_cli.domain.errors import StoreUnavailable
from planrrr_cli.domain.publications import ErrorNote, Outcome
from planrrr_cli.domain.settlement import Retries
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Bug, Ended, Message, Noted, Nudge, Work, Worker
from planrrr_cli.publishing.board import Board
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.ledger import Ledger
from planrrr_cli.publishing.liveness import this_process
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.report import Progress, Reporter, RunReport, Silent
from planrrr_cli.store import Tx, runs, waiting
from planrrr_cli.store.runs import RunRow

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.platforms.base import Publisher

log = logging.getLogger("planrrr.publishing")

TICK = 1.0  # seconds: the longest the main thread sleeps before it looks at leases and budgets again
DATABASE_PATIENCE = 20.0  # seconds that notes are held while the database is away


def publish(ctx: Context, options: RunOptions, progress: Progress | None = None) -> RunReport:
    """Run until nothing is due, the budget is spent or a signal came.

    Raises StoreUnavailable when the database stays away; what was on its way is settled by the next run.
    """
    return Run(ctx, options, progress or Silent()).work()


class Run:
    """The loop. Every turn of it is one transaction for all that arrived together, then the answers."""

    def __init__(self, ctx: Context, options: RunOptions, progress: Progress) -> None:
        self.ctx = ctx
        self.options = options
        self.progress = progress
        self.id = ctx.new_id()
        self.reporter = Reporter()
        self.ledger = Ledger(
            ctx.clock,
            ctx.random,
            Retries(ctx.settings.worker_retry_attempts, ctx.settings.worker_retry_delay),
        )
        self.concurrency = options.concurrency or ctx.settings.worker_concurrency
        self.board = Board(ctx, self.id, options, self.concurrency, self.ledger, self.reporter)
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.jobs: SimpleQueue[Work | None] = SimpleQueue()
        self.workers: list[Worker] = []
        self.running: list[Work] = []
        self.stopped_by: int | None = None
        self.stop_at: float | None = None
        self.database_lost: str | None = None

    def work(self) -> RunReport:
        started = self.ctx.clock.monotonic()
        with self._signals():
            self._start()
            try:
                self._loop(started)
            finally:
                for _ in self.workers:
                    self.jobs.put(None)
            return self._finish()

    def _start(self) -> None:
        me = this_process()
        with self.ctx.store.transaction() as tx:
            self.board.follow_clock(tx)
            now = self.ctx.clock.now()
            runs.start(tx, RunRow(self.id, me.host, me.pid, me.started, me.boot, now, None, {}))
        for platform in self.board.platforms:
            for warning in publisher_class(platform).warnings(self.ctx.app(platform), now=now):
                log.warning("platform warning", extra={"platform": platform.value, "warning": warning})

    def _loop(self, started: float) -> None:
        budget = self.options.max_seconds
        messages: list[Message] = []
        while True:
            over = budget is not None and self.ctx.clock.monotonic() - started >= budget
            self.board.closing = self.stopped_by is not None or over or self.database_lost is not None
            handed = self._turn(messages)
            for work in handed:
                self._hand_out(work)
            if not self.running and (self.board.closing or not self.board.expects_more()):
                return
            if self.stop_at is not None and self.ctx.clock.monotonic() >= self.stop_at:
                return
            messages = self._receive(self.board.patience(TICK, idle=not self.running))

    def _turn(self, messages: list[Message]) -> list[Work]:
        """One transaction for everything that arrived; retried for a while when the database is away."""
        give_up = self.ctx.clock.monotonic() + DATABASE_PATIENCE
        while True:
            try:
                with self.ctx.store.transaction() as tx:
                    answers = self._write(tx, messages)
                    handed = self.board.next_work(tx)
                break
            except StoreUnavailable as error:
                log.warning("database unavailable", extra={"run_id": self.id, "reason": str(error)})
                self.database_lost = str(error)
                self.board.closing = True
                under_way = self.running or any(isinstance(message, Noted | Ended) for message in messages)
                if not under_way or self.ctx.clock.monotonic() >= give_up:
                    self._refuse(messages)
                    raise
                messages = messages + self._receive(TICK)
        self.board.after_commit()
        for noted, taken in answers:
            noted.answer.put(taken)
        return handed

    def _write(self, tx: Tx, messages: list[Message]) -> list[tuple[Noted, bool]]:
        answers = []
        for message in messages:
            if isinstance(message, Noted):
                answers.append((message, self.ledger.note(tx, message)))
            elif isinstance(message, Ended):
                self._ended(tx, message)
        return answers

    def _ended(self, tx: Tx, ended: Ended) -> None:
        """Apply the end of one piece of work; safe to apply again when a commit has to be repeated."""
        work = ended.work
        if work in self.running:
            self.running.remove(work)
        if isinstance(ended.ending, Bug):
            self.reporter.bugs += 1
        if work.publication is None or work.attempt is None:
            self.board.refreshed(tx, work.lane, ended.ending)
            return
        settled = self.ledger.end(tx, ended)
        self.board.settled(work.lane, work.publication, settled)
        outcome = settled.settlement.outcome if settled.written else Outcome.LEASE_LOST
        if settled.written:
            self.reporter.settled(work.publication, settled.settlement, work.attempt.kind)
        self.progress.ended(work.publication, outcome, settled.settlement.error)
        self._log_end(work, outcome, settled.settlement.error)

    def _log_end(self, work: Work, outcome: Outcome, error: ErrorNote | None) -> None:
        assert work.publication is not None and work.attempt is not None
        fields: dict[str, object] = {
            "run_id": self.id,
            "publication_id": work.publication.id,
            "platform": work.publication.platform.value,
            "attempt": work.attempt.number,
            "kind": work.attempt.kind.value,
            "outcome": outcome.value,
            "duration_ms": round((self.ctx.clock.monotonic() - work.began) * 1000),
        }
        if error is not None:
            fields |= {"error_kind": error.kind.value, "reason": error.message, "next": error.next}
        log.log(logging.WARNING if error is not None else logging.INFO, "attempt ended", extra=fields)

    def _hand_out(self, work: Work) -> None:
        if len(self.workers) < min(self.concurrency, len(self.running) + 1):
            worker = Worker(self.jobs, self.inbox, self._publisher)
            worker.start()
            self.workers.append(worker)
        self.running.append(work)
        self.jobs.put(work)
        if work.publication is not None and work.attempt is not None:
            self.progress.begun(work.publication, work.attempt)

    def _publisher(self, lane: Lane) -> Publisher:
        return self.ctx.publisher(lane.connection, gate=lane.assert_held)

    def _receive(self, patience: float) -> list[Message]:
        """Wait ``patience`` seconds for the first message, then take all that are there: they share one commit."""
        messages: list[Message] = []
        try:
            messages.append(self.inbox.get(timeout=patience))
            while True:
                messages.append(self.inbox.get_nowait())
        except Empty:
            pass
        for message in messages:
            if isinstance(message, Noted) and message.work.publication is not None:
                self.progress.step(message.work.publication, repr(message.step))
        return messages

    def _refuse(self, messages: list[Message]) -> None:
        """Nothing more becomes durable: no worker may pass a point of no return; say what is known, in the log."""
        for message in messages:
            if isinstance(message, Noted):
                message.answer.put(False)
            elif isinstance(message, Ended) and message.work.publication is not None:
                log.error(
                    "attempt ended, not written",
                    extra={
                        "run_id": self.id,
                        "publication_id": message.work.publication.id,
                        "ending": type(message.ending).__name__,
                        "remote_id": getattr(message.ending, "remote_id", None),
                    },
                )

    def _finish(self) -> RunReport:
        """Let go of everything; what still runs after the grace is settled by what is known about it."""
        with self.ctx.store.transaction() as tx:
            self.board.release_all(tx)
            for publication, settlement in self.ledger.rescue(tx, dead_runs=frozenset({self.id})):
                self.reporter.settled(publication, settlement)
            doubts = waiting.doubts(tx)
            for parked in waiting.sign_ins(tx, now=self.ctx.clock.now()):
                self.reporter.needs_reauth[parked] = None
            counts = self.reporter.counts()
            runs.finish(tx, self.id, now=self.ctx.clock.now(), counts=counts)
        log.info("run finished", extra={"run_id": self.id, **counts, "doubts_waiting": doubts})
        if self.database_lost is not None:
            raise StoreUnavailable(
                f"the database was away during the run ({self.database_lost}); the next run goes on"
            )
        return RunReport(
            self.id,
            counts,
            tuple(self.reporter.lines.values()),
            self.stopped_by,
            self.reporter.bugs,
            doubts,
            tuple(self.reporter.needs_reauth),
        )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the claiming; a second one, or the end of the grace, ends the waiting."""

        def stop(number: int, _frame: FrameType | None) -> None:
            now = self.ctx.clock.monotonic()
            self.stop_at = now + self.options.grace if self.stopped_by is None else now
            self.stopped_by = self.stopped_by or number
            self.inbox.put(Nudge())

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
