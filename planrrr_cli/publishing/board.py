"""The lanes a run holds: claiming, renewing and releasing them, and whose turn it is on each."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planrrr_cli.domain.publications import Publication
from planrrr_cli.platforms import PLATFORMS
from planrrr_cli.publishing.attempt import Ended, Work
from planrrr_cli.publishing.beginning import Beginning
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.lane import LEASE, RENEW_EVERY, TURN, Lane
from planrrr_cli.publishing.ledger import Ledger, Settled
from planrrr_cli.publishing.liveness import Process, surely_dead, this_process
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.publishing.tokens import settle_refresh
from planrrr_cli.store import Tx, lanes, runs

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.publishing.options import RunOptions

log = logging.getLogger("planrrr.publishing")

RESCUE_EVERY = 20.0  # seconds


class Board:
    """Everything here happens on the main thread, inside the transaction it is handed."""

    def __init__(
        self,
        ctx: Context,
        run_id: str,
        options: RunOptions,
        concurrency: int,
        ledger: Ledger,
        reporter: Reporter,
        breakers: Breakers,
    ) -> None:
        self.ctx = ctx
        self.run_id = run_id
        self.options = options
        self.concurrency = concurrency
        self.ledger = ledger
        self.reporter = reporter
        self.closing = False
        self.lanes: dict[str, Lane] = {}
        self.beginning = Beginning(ctx, run_id, options, reporter, breakers, ledger.quotas)
        self._near: dict[str, datetime] = {}
        self._had_turn: set[str] = set()
        self._renew_at = 0.0
        self._renewed: tuple[float, list[Lane]] | None = None
        self._rescue_at = 0.0
        self.platforms = frozenset(PLATFORMS) & (options.platforms or frozenset(PLATFORMS))

    # -- what the loop asks --

    def next_work(self, tx: Tx) -> list[Work]:
        """Rescue, renew, claim, admit and begin; what is returned may be handed out once this is committed."""
        self.beginning.again = self.beginning.paced = False
        self._renewed = None
        now = self.ctx.clock.monotonic()
        rescuing = now >= self._rescue_at and not self.closing
        if now >= self._renew_at or rescuing:
            # Always before a rescue: when the clock was set forward, our own leases look as if they had run out.
            self._renew(tx, now)
        if rescuing:
            self._rescue(tx, now)
        turns = self._turns(tx, self.lanes.values())
        if not self.closing:  # after lanes were put back, since each of them makes room for another
            turns += self._turns(tx, self._claim(tx))
        self._had_turn.clear()
        return self._begin(tx, turns)

    def expects_more(self) -> bool:
        """Whether, with nothing running, there is still a reason to stay."""
        now = self.ctx.clock.now()
        # Not before it, but not much later either: the clock may have been set back meanwhile.
        first, last = now - timedelta(seconds=3), now + self.options.linger
        self._near = {key: at for key, at in self._near.items() if first < at <= last}
        begin = self.beginning
        return begin.again or begin.paced or (bool(self._near) and not begin.limit_reached())

    def patience(self, tick: float, *, idle: bool) -> float:
        """How long the loop may sleep, in seconds."""
        if self.beginning.again:
            return 0.0
        if self.beginning.paced:
            return min(tick, self.beginning.pace.wait(self.ctx.clock.monotonic()))
        if idle and self._near:
            return min(tick, max(0.1, (min(self._near.values()) - self.ctx.clock.now()).total_seconds()))
        return tick

    def after_commit(self) -> None:
        """Leases last longer, and lanes that were put back are forgotten, only when that is durable."""
        if self._renewed is not None:
            before, renewed = self._renewed
            self._renew_at = before + RENEW_EVERY.total_seconds()
            for lane in renewed:
                lane.extend(before)
        self._renewed = None
        self.lanes = {key: lane for key, lane in self.lanes.items() if not lane.closing}

    def follow_clock(self, tx: Tx) -> None:
        """On PostgreSQL a run's ``now`` is the database's, so that hosts whose clocks disagree still agree."""
        self.ctx.follow(lanes.database_now(tx))

    # -- what comes back --

    def settled(self, lane: Lane, publication: Publication, settled: Settled) -> None:
        """Free the lane for its next publication, or put it back when the account has to wait."""
        settlement = settled.settlement
        lane.busy = False
        lane.handled += 1
        if settlement.refresh_token:
            lane.refresh_wanted, lane.connection = True, publication.connection
        if settlement.needs_reauth:
            self.reporter.needs_reauth[lane.connection.id] = None
        if settlement.needs_reauth or settlement.hold_until or not settled.written:
            lane.handled = TURN
        else:
            self._expect(publication.id, settlement.wake_at)

    def refreshed(self, tx: Tx, ended: Ended) -> None:
        lane, now = ended.work.lane, self.ctx.clock.now()
        lane.busy = False
        not_before = self.beginning.breakers.probes_again(ended, now=now)
        if not settle_refresh(tx, lane, ended.ending, now=now, not_before=not_before).goes_on:
            lane.handled = TURN

    def release_all(self, tx: Tx) -> None:
        """At the end: idle lanes are put back; busy ones are closed to their workers and left to be rescued."""
        lanes.release(tx, claims={key: lane.claim_id for key, lane in self.lanes.items() if not lane.busy})
        for lane in self.lanes.values():
            lane.lose()

    # -- lanes --

    def _renew(self, tx: Tx, before: float) -> None:
        claims = {key: lane.claim_id for key, lane in self.lanes.items() if not lane.lost}
        mine = lanes.renew(tx, claims=claims, until=self.ctx.clock.now() + LEASE)
        self._renewed = before, [self.lanes[key] for key in mine]
        for key in claims.keys() - mine:
            self.lanes[key].lose()
            log.warning("lease lost", extra={"run_id": self.run_id, "connection_id": key})

    def _rescue(self, tx: Tx, now: float) -> None:
        self._rescue_at = now + RESCUE_EVERY
        here = this_process()
        dead = frozenset(
            row.id
            for row in runs.holders(tx, now=self.ctx.clock.now())
            if row.id != self.run_id
            and surely_dead(Process(row.host, row.pid, row.process_started, row.boot), here)
        )
        for publication, settlement in self.ledger.rescue(tx, dead_runs=dead):
            self.reporter.settled(publication, settlement)
            self._expect(publication.id, settlement.wake_at)
            log.warning(
                "publication rescued",
                extra={
                    "run_id": self.run_id,
                    "publication_id": publication.id,
                    "platform": publication.platform.value,
                    "outcome": settlement.outcome.value,
                    "state": settlement.state.value,
                    "reason": settlement.error.message if settlement.error else None,
                },
            )

    def _claim(self, tx: Tx) -> list[Lane]:
        free = self.concurrency - sum(not lane.closing for lane in self.lanes.values())
        if free <= 0 or self.beginning.limit_reached():
            return []
        self.follow_clock(tx)
        before = self.ctx.clock.monotonic()
        claim_id = self.ctx.new_id()
        claimed = lanes.claim(
            tx,
            run_id=self.run_id,
            claim_id=claim_id,
            now=self.ctx.clock.now(),
            lease=LEASE,
            limit=free,
            platforms=self.platforms,
            publications=self.options.publications,
            expedited=frozenset(self.beginning.expedited),
            after_others=frozenset(self._had_turn),
        )
        new = [Lane(connection, claim_id, 0.0, self.ctx.clock) for connection in claimed]
        for lane in new:
            lane.extend(before)
            self.lanes[lane.connection.id] = lane
        return new

    def _begin(self, tx: Tx, turns: list[tuple[Lane, Publication]]) -> list[Work]:
        """All at once, and last of all in the transaction: limits are locked once, when nothing else is waited for."""
        for _, publication in turns:
            self._near.pop(publication.id, None)  # its moment is now, whatever becomes of it
        work, put_off = self.beginning.begin(tx, turns)
        for publication_id, wake_at in put_off.items():
            self._expect(publication_id, wake_at)
        return work

    def _turns(self, tx: Tx, held: Iterable[Lane]) -> list[tuple[Lane, Publication]]:
        """The next publication of each idle lane; lanes that have none, or had their turn, are released."""
        idle = {lane.connection.id: lane for lane in held if not lane.busy and not lane.closing}
        going = {
            key: lane for key, lane in idle.items() if not (self.closing or lane.lost or lane.handled >= TURN)
        }
        found = (
            lanes.next_publications(
                tx,
                claims={key: lane.claim_id for key, lane in going.items()},
                now=self.ctx.clock.now(),
                publications=self.options.publications,
                expedited=frozenset(self.beginning.expedited),
            )
            if going
            else {}
        )
        done = {key: lane for key, lane in idle.items() if key not in found}
        self._release(tx, done)
        return [(going[key], publication) for key, publication in found.items()]

    def _release(self, tx: Tx, done: dict[str, Lane]) -> None:
        if done:
            lanes.release(tx, claims={key: lane.claim_id for key, lane in done.items()})
            for lane in done.values():
                lane.closing = True
            self._had_turn |= {key for key, lane in done.items() if lane.handled >= TURN}

    def _expect(self, publication_id: str, wake_at: datetime | None) -> None:
        """Remember a wake-up that is near enough to wait for."""
        if wake_at is not None and wake_at <= self.ctx.clock.now() + self.options.linger:
            self._near[publication_id] = wake_at
        else:
            self._near.pop(publication_id, None)
