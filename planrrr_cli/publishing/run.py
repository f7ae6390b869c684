"""One run of the main job: the main thread that owns the database, in a loop until there is nothing left to do."""

from __future__ import annotations

import logging
import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from planrrr_cli.domain.breaker import Rules
from planrrr_cli.domain.errors import StoreUnavailable
from planrrr_cli.domain.settlement import Retries
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.publishing import sign_ins
from planrrr_cli.publishing.attempt import Ended, Message, Noted, Nudge, Work, Worker
from planrrr_cli.publishing.board import Board
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.lane import LEASE, Lane
from planrrr_cli.publishing.ledger import Ledger, Settled
from planrrr_cli.publishing.liveness import this_process
from planrrr_cli.publishing.options import RunOptions
from planrrr_cli.publishing.quotas import rules_of
from planrrr_cli.publishing.report import Progress, Reporter, RunReport, Silent
from planrrr_cli.publishing.telling import Teller
from planrrr_cli.publishing.tokens import patience
from planrrr_cli.publishing.uploads import Uploads
from planrrr_cli.store import Tx, clocks, quotas, runs, waiting
from planrrr_cli.store.runs import RunRow

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.platforms.base import Publisher

log = logging.getLogger("planrrr.publishing")

TICK = 1.0  # seconds: the longest the main thread sleeps before it looks at leases and budgets again
GATHER = 0.00005  # seconds per publication in flight: the wait for others that can share a commit
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
        self.quotas = rules_of(ctx)
        settings = ctx.settings
        retries = Retries(settings.worker_retry_attempts, settings.worker_retry_delay)
        rules = Rules(settings.breaker_failure_threshold, settings.breaker_window, settings.breaker_reset)
        self.breakers = Breakers(rules, ctx.random, self.id, ctx.new_id, settings.worker_max_jobs_per_second)
        self.ledger = Ledger(ctx.clock, ctx.random, retries, self.quotas, self.breakers)
        self.teller = Teller(self.id, self.reporter, progress, ctx.clock)
        self.concurrency = options.concurrency or ctx.settings.worker_concurrency
        self.board = Board(ctx, self.id, options, self.concurrency, self.ledger, self.reporter, self.breakers)
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
            try:
                self._start()
                self._loop(started)
                return self._finish()
            except StoreUnavailable as error:
                error.recorded = self.database_lost is not None
                raise
            finally:
                for _ in self.workers:
                    self.jobs.put(None)

    def _start(self) -> None:
        me = this_process()
        with self.ctx.store.transaction() as tx:
            self.board.follow_clock(tx)
            now = self.ctx.clock.now()
            runs.start(tx, RunRow(self.id, me.host, me.pid, me.started, me.boot, now, None, {}))
            quotas.forget(tx, now=now, longest=self.quotas.longest(PLATFORMS))
            brought_back = clocks.bring_back(tx, now=now, lease=LEASE)
        self.teller.clock_was_ahead(brought_back)
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
            if self._out_of_grace():
                return
            messages = self._receive(self.board.patience(TICK, idle=not self.running))

    def _turn(self, messages: list[Message]) -> list[Work]:
        """One transaction for everything that arrived; retried for a while when the database is away."""
        began = self.ctx.clock.monotonic()
        while True:
            try:
                with self.ctx.store.transaction() as tx:
                    answers = self._write(tx, messages)
                    handed = self.board.next_work(tx)
                break
            except StoreUnavailable as error:
                if self.running:
                    self._lost(str(error))
                spent = self.ctx.clock.monotonic() - began >= patience(messages, DATABASE_PATIENCE)
                if not self.running or self._out_of_grace() or spent:
                    self._abandon(messages)
                    raise
                messages = messages + self._receive(TICK)
        self.board.after_commit()
        for turned in self.breakers.told():
            self.teller.breaker_turned(turned)
        for answer in answers:
            answer()
        return handed

    def _write(self, tx: Tx, messages: list[Message]) -> list[Callable[[], None]]:
        """What is returned is to be called once this is durable. Safe to repeat when the answer to a commit is lost."""
        # One order of locks, here and in `Board.next_work`, so that runs never wait for each other in a circle: what
        # platforms told (rate_limits), the buckets of `Spend`, breakers, lanes with what is on them, the buckets that
        # attempts reserve. The place of a probe is a breaker's row wanted with lanes locked: never waited for.
        answers: list[Callable[[], None]] = []
        now = self.ctx.clock.now()
        self.quotas.before(tx, messages, now=now)
        self.breakers.heed(tx, messages, now=now)
        for message in messages:
            if isinstance(message, Noted):
                answers.append(partial(message.answer.put, self.ledger.note(tx, message)))
            elif isinstance(message, Ended):
                answers.append(partial(self._ended, message, self._end(tx, message)))
        return answers

    def _end(self, tx: Tx, ended: Ended) -> Settled | None:
        work = ended.work
        if work.publication is None or work.attempt is None:
            self.board.refreshed(tx, ended)
            return None
        settled = self.ledger.end(tx, ended)
        self.board.settled(work.lane, work.publication, settled)
        return settled

    def _ended(self, ended: Ended, settled: Settled | None) -> None:
        self.running.remove(ended.work)
        self.teller.ended(ended, settled)

    def _lost(self, reason: str) -> None:
        """Begin nothing more: what is in memory may not be what the database has. Said once, whatever else fails."""
        if self.database_lost is None:
            self.database_lost = reason
            self.teller.database_lost(reason)
        self.board.closing = True

    def _hand_out(self, work: Work) -> None:
        if len(self.workers) < min(self.concurrency, len(self.running) + 1):
            worker = Worker(self.jobs, self.inbox, self._publisher, Uploads(self.progress))
            worker.start()
            self.workers.append(worker)
        self.running.append(work)
        self.jobs.put(work)
        if work.publication is not None and work.attempt is not None:
            self.progress.begun(work.publication, work.attempt)

    def _publisher(self, lane: Lane) -> Publisher:
        return self.ctx.publisher(lane.connection, gate=lane.assert_held)

    def _receive(self, patience: float) -> list[Message]:
        """Wait ``patience`` seconds for the first message, then take all that come with it: they share one commit."""
        messages: list[Message] = []
        longest = GATHER * len(self.running)
        try:
            messages.append(self.inbox.get(timeout=patience))
            end = self.ctx.clock.monotonic() + longest
            while len(messages) < len(self.running) or not self.inbox.empty():
                left = max(0.0, end - self.ctx.clock.monotonic())
                messages.append(self.inbox.get(timeout=min(left, longest)))
        except Empty:
            pass
        for message in messages:
            if isinstance(message, Noted):
                self.teller.noted(message)
            elif isinstance(message, Nudge):
                self.teller.told_to_end(message, len(self.running), self.options.grace)
        return messages

    def _abandon(self, messages: list[Message]) -> None:
        """Nothing more becomes durable: no worker may go on to its next step. What it is told now, the log has."""
        give_up = self.ctx.clock.monotonic() + self.options.grace
        while True:
            for message in messages:
                if isinstance(message, Noted):
                    message.answer.put(False)
                elif isinstance(message, Ended):
                    self.running.remove(message.work)
                    self.teller.unwritten(message)
            if not self.running or self._out_of_grace() or self.ctx.clock.monotonic() >= give_up:
                return
            messages = self._receive(TICK)

    def _out_of_grace(self) -> bool:
        return self.stop_at is not None and self.ctx.clock.monotonic() >= self.stop_at

    def _finish(self) -> RunReport:
        """Let go of everything; what still runs after the grace is settled by what is known about it."""
        with self.ctx.store.transaction() as tx:
            self.board.release_all(tx)
            for publication, settlement in self.ledger.rescue(tx, dead_runs=frozenset({self.id})):
                self.reporter.settled(publication, settlement)
            now, doubts, looks = self.ctx.clock.now(), waiting.doubts(tx), waiting.looks(tx)
            for parked in waiting.sign_ins(tx, now=now):
                self.reporter.needs_reauth[parked] = None
            due = waiting.due(tx, now=now, platforms=self.board.platforms)
            counts = self.reporter.counts()
            runs.finish(tx, self.id, now=now, counts=counts)
            warned = sign_ins.tell(tx, now=now)
        sign_ins.record(warned)
        told = {"doubts_waiting": doubts, "doubts_pending": looks[0]}
        log.info("run finished", extra={"run_id": self.id, **counts, **told})
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
            *looks,
            due,
            tuple(self.reporter.breakers),
            tuple(one.sentence for one in warned),
        )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT end the claiming; a second one, or the end of the grace, ends the waiting."""

        def stop(number: int, _frame: FrameType | None) -> None:
            now, again = self.ctx.clock.monotonic(), self.stopped_by is not None
            self.stop_at = now if again else now + self.options.grace
            self.stopped_by = self.stopped_by or number
            self.inbox.put(Nudge(number, again))

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
