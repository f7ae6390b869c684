"""A run that renews tokens and nothing else: each lane is taken as a publishing run takes it, and let go afterwards."""

from __future__ import annotations

import logging
import signal
from collections import deque
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from queue import Empty, SimpleQueue
from types import FrameType
from typing import TYPE_CHECKING

from planrrr_cli.domain.breaker import Rules, told
from planrrr_cli.domain.connections import Connection, ConnectionStatus
from planrrr_cli.domain.errors import StoreUnavailable
from planrrr_cli.domain.renewal import renew_from
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Bug, Ended, Message, Nudge, Work, Worker
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.concerns import Refusal, tokens_of
from planrrr_cli.publishing.lane import LEASE, RENEW_EVERY, Lane
from planrrr_cli.publishing.refresh_report import Line, RefreshReport, line
from planrrr_cli.publishing.report import Silent
from planrrr_cli.publishing.telling import record_turned
from planrrr_cli.publishing.tokens import Renewal, patience, settle_refresh
from planrrr_cli.publishing.uploads import Uploads
from planrrr_cli.store import Tx, lanes, renewals

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.platforms.base import Publisher

log = logging.getLogger("planrrr.publishing")

TICK = 1.0  # seconds: the longest that leases are not looked at
DATABASE_PATIENCE = 60.0  # seconds that the database is waited for with no new tokens in hand
GRACE = 20.0  # seconds that running calls may take after a signal


class Refreshing:
    """The main thread owns the database; workers own the network. One transaction for all that arrived together."""

    def __init__(
        self,
        ctx: Context,
        wanted: Sequence[Connection],
        within: timedelta | None,
        told: Callable[[Line], None],
    ) -> None:
        """``wanted``: as they were just read, with sealed tokens. ``told`` hears of each end."""
        self.ctx = ctx
        self.within = within
        self.told = told
        self.id = ctx.new_id()
        self.pending = deque(wanted)
        self.as_seen = {one.id: one.tokens.expires_at for one in wanted}
        self.running: dict[str, Lane] = {}
        self.inbox: SimpleQueue[Message] = SimpleQueue()
        self.jobs: SimpleQueue[Work | None] = SimpleQueue()
        self.workers: list[Worker] = []
        self.lines: list[Line] = []
        self.bugs = 0
        settings = ctx.settings
        rules = Rules(settings.breaker_failure_threshold, settings.breaker_window, settings.breaker_reset)
        self.breakers = Breakers(rules, ctx.random, self.id, ctx.new_id, settings.worker_max_jobs_per_second)
        self.renew_at = 0.0
        self.stopped_by: int | None = None
        self.stop_at = float("inf")

    def work(self) -> RefreshReport:
        """Until all are done, or a signal came. Raises StoreUnavailable when the database stays away."""
        with self._signals():
            try:
                messages: list[Message] = []
                while True:
                    handed, lines = self._turn(messages)
                    self.bugs += sum(
                        isinstance(one, Ended) and isinstance(one.ending, Bug) for one in messages
                    )
                    for each in lines:
                        self.lines.append(each)
                        self.told(each)
                    for work in handed:
                        self._hand_out(work)
                    if not self.running and (not self.pending or self.stopped_by is not None):
                        break
                    if self.ctx.clock.monotonic() >= self.stop_at:
                        break
                    messages = self._receive()
            finally:
                for _ in self.workers:
                    self.jobs.put(None)
        return RefreshReport(tuple(self.lines), self.stopped_by, self.bugs)

    def _turn(self, messages: list[Message]) -> tuple[list[Work], list[Line]]:
        """Repeated while the database is away, for as long as an answer waits to be written."""
        began = self.ctx.clock.monotonic()
        running, pending = dict(self.running), list(self.pending)
        while True:
            self.running, self.pending = dict(running), deque(pending)
            try:
                with self.ctx.store.transaction() as tx:
                    self.ctx.follow(lanes.database_now(tx))
                    self.breakers.heed(tx, messages, now=self.ctx.clock.now())
                    lines = [self._end(tx, one) for one in messages if isinstance(one, Ended)]
                    renewed = self._heartbeat(tx)
                    handed, more = self._begin(tx)
                break
            except StoreUnavailable as error:
                spent = self.ctx.clock.monotonic() - began >= patience(messages, DATABASE_PATIENCE)
                if not running or self.ctx.clock.monotonic() >= self.stop_at or spent:
                    for one in messages:
                        if isinstance(one, Ended):
                            self._unwritten(one, str(error))
                    raise
                self.running = dict(running)
                messages = messages + self._receive()
        for turned in self.breakers.told():
            record_turned(turned, self.id)
        for lane in renewed:
            lane.extend(self.renew_at - RENEW_EVERY.total_seconds())
        return handed, lines + more

    def _begin(self, tx: Tx) -> tuple[list[Work], list[Line]]:
        handed: list[Work] = []
        lines: list[Line] = []
        free = self.ctx.settings.worker_concurrency - len(self.running)
        taken: list[Lane] = []
        while self.pending and len(taken) < free and self.stopped_by is None:
            found = self._taken(tx, self.pending.popleft())
            if isinstance(found, Line):
                lines.append(found)
            else:
                taken.append(found)
        if not taken:
            return handed, lines
        now = self.ctx.clock.now()
        self.breakers.look(tx, taken, now=now)
        for lane in taken:
            refused = self.breakers.refusal(lane, [tokens_of(lane.connection)], now=now)
            if refused is not None:
                lines.append(self._rests(tx, lane, refused))
                continue
            if publisher_class(lane.connection.platform).rotates:
                renewals.begin(tx, lane.connection.id, claim_id=lane.claim_id, now=now)
            self.running[lane.connection.id] = lane
            handed.append(Work(lane, None, None, self.ctx.clock.monotonic()))
        self.breakers.keep(tx, now=now)
        return handed, lines

    def _rests(self, tx: Tx, lane: Lane, refused: Refusal) -> Line:
        """Nobody asks the token service at present; the timer comes again."""
        lanes.release(tx, claims={lane.connection.id: lane.claim_id})
        until = f"until {refused.until:%Y-%m-%d %H:%M} UTC"
        one = renewals.sealed(tx, lane.connection.id) or lane.connection
        return Line(one, "waits", f"{until}: {told(refused.breaker)}", "planrrr breaker-status")

    def _taken(self, tx: Tx, seen: Connection) -> Lane | Line:
        before, now, claim_id = self.ctx.clock.monotonic(), self.ctx.clock.now(), self.ctx.new_id()
        connection = renewals.take(tx, seen.id, run_id=self.id, claim_id=claim_id, now=now, lease=LEASE)
        if connection is None:
            return self._not_taken(tx, seen, now)
        if (why := self._nothing_to_do(connection, now)) is not None:
            lanes.release(tx, claims={connection.id: claim_id})
            outcome, reason, next_step = why
            return Line(renewals.sealed(tx, connection.id) or seen, outcome, reason, next_step)
        lane = Lane(connection, claim_id, 0.0, self.ctx.clock, busy=True)
        lane.extend(before)
        return lane

    def _not_taken(self, tx: Tx, seen: Connection, now: datetime) -> Line:
        """Why the lane could not be had."""
        one = renewals.sealed(tx, seen.id)
        if one is None:
            return Line(seen, "fresh", "it was removed meanwhile")
        if one.status is ConnectionStatus.NEEDS_REAUTH:
            return Line(one, Renewal.NEEDS_REAUTH, one.status_reason or "", f"planrrr connect {one.platform}")
        if one.held_until is not None and one.held_until > now:
            why = one.held_reason or "the platform lets it wait"
            return Line(one, "waits", f"until {one.held_until:%Y-%m-%d %H:%M} UTC: {why}")
        return Line(one, "busy", "another run is working on it, and renews it on the way if it has to")

    def _nothing_to_do(self, connection: Connection, now: datetime) -> tuple[str, str, str] | None:
        """Outcome, reason and next step, by what is stored now: another process may have been quicker."""
        if connection.tokens.unreadable:
            return "failed", connection.tokens.unreadable, ""
        if not self.ctx.publisher(connection).can_refresh(connection):
            return "not_renewable", "", ""
        if connection.tokens.expires_at != self.as_seen[connection.id]:
            return "fresh", "another process has just renewed it", ""
        begins = renew_from(connection, within=self.within)
        if begins is None:
            return "not_renewable", "", ""
        return None if begins <= now else ("fresh", "", "")

    def _end(self, tx: Tx, ended: Ended) -> Line:
        lane, now = ended.work.lane, self.ctx.clock.now()
        self.running.pop(lane.connection.id, None)
        not_before = self.breakers.probes_again(ended, now=now)
        found = settle_refresh(tx, lane, ended.ending, now=now, not_before=not_before)
        lanes.release(tx, claims={lane.connection.id: lane.claim_id})
        return line(renewals.sealed(tx, lane.connection.id) or lane.connection, found)

    def _heartbeat(self, tx: Tx) -> list[Lane]:
        now = self.ctx.clock.monotonic()
        if now < self.renew_at or not self.running:
            return []
        self.renew_at = now + RENEW_EVERY.total_seconds()
        claims = {key: lane.claim_id for key, lane in self.running.items()}
        mine = lanes.renew(tx, claims=claims, until=self.ctx.clock.now() + LEASE)
        for key in claims.keys() - mine:
            self.running[key].lose()
            log.warning("lease lost", extra={"run_id": self.id, "connection_id": key})
        return [self.running[key] for key in mine]

    def _hand_out(self, work: Work) -> None:
        if len(self.workers) < min(self.ctx.settings.worker_concurrency, len(self.running)):
            worker = Worker(self.jobs, self.inbox, self._publisher, Uploads(Silent()))
            worker.start()
            self.workers.append(worker)
        self.jobs.put(work)

    def _publisher(self, lane: Lane) -> Publisher:
        return self.ctx.publisher(lane.connection, gate=lane.assert_held)

    def _receive(self) -> list[Message]:
        found: list[Message] = []
        try:
            found.append(self.inbox.get(timeout=TICK))
            while not self.inbox.empty():
                found.append(self.inbox.get_nowait())
        except Empty:
            pass
        return found

    def _unwritten(self, ended: Ended, reason: str) -> None:
        log.error(
            "token renewed, not written",
            extra={
                "run_id": self.id,
                "connection_id": ended.work.lane.connection.id,
                "ending": type(ended.ending).__name__,
                "reason": reason,
            },
        )

    @contextmanager
    def _signals(self) -> Iterator[None]:
        """SIGTERM and SIGINT: nothing more begins, and what runs may end; a second one ends the waiting."""

        def stop(number: int, _frame: FrameType | None) -> None:
            again = self.stopped_by is not None
            self.stop_at = self.ctx.clock.monotonic() + (0.0 if again else GRACE)
            self.stopped_by = self.stopped_by or number
            self.inbox.put(Nudge(number, again))

        before = {number: signal.signal(number, stop) for number in (signal.SIGTERM, signal.SIGINT)}
        try:
            yield
        finally:
            for number, handler in before.items():
                signal.signal(number, handler)
