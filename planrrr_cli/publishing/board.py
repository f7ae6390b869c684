"""The lanes a run holds: claiming, renewing and releasing them, and choosing what begins next on each."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import (
    KIND_FOR_STATE,
    AttemptKind,
    ErrorNote,
    Outcome,
    Publication,
    State,
)
from planrrr_cli.domain.settlement import Settlement
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.publishing.admission import (
    Admission,
    Admitted,
    Invalid,
    NeedsPerson,
    RefreshFirst,
    TooLate,
    admit,
)
from planrrr_cli.publishing.attempt import Ending, Work
from planrrr_cli.publishing.lane import LEASE, RENEW_EVERY, TURN, Lane
from planrrr_cli.publishing.ledger import Ledger, Settled
from planrrr_cli.publishing.liveness import Process, surely_dead, this_process
from planrrr_cli.publishing.pace import Pace
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.publishing.tokens import settle_refresh
from planrrr_cli.store import Tx, connections, lanes, publications, runs

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.publishing.run import RunOptions

log = logging.getLogger("planrrr.publishing")

RESCUE_EVERY = 20.0  # seconds
PACED = frozenset({AttemptKind.PUBLISH, AttemptKind.CHECK})


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
    ) -> None:
        self.ctx = ctx
        self.run_id = run_id
        self.options = options
        self.concurrency = concurrency
        self.ledger = ledger
        self.reporter = reporter
        self.closing = False
        self.lanes: dict[str, Lane] = {}
        self.pace = Pace(ctx.settings.worker_max_jobs_per_second)
        self._near: dict[str, datetime] = {}
        self._begun = 0
        self._expedited = set(
            options.publications or ()
        )  # each begins once at once, then waits like any other
        self._again = False
        self._paced = False
        self._renew_at = 0.0
        self._rescue_at = 0.0
        self.platforms = frozenset(PLATFORMS) & (options.platforms or frozenset(PLATFORMS))

    # -- what the loop asks --

    def next_work(self, tx: Tx) -> list[Work]:
        """Rescue, renew, claim, admit and begin; what is returned may be handed out once this is committed."""
        self._again = self._paced = False
        self._renew(tx)
        self._rescue(tx)
        if not self.closing:
            self._claim(tx)
        work: list[Work] = []
        for lane, publication in self._turns(tx):
            found = None if self.closing else self._begin(tx, lane, publication)
            if found is not None:
                work.append(found)
        return work

    def expects_more(self) -> bool:
        """Whether, with nothing running, there is still a reason to stay."""
        now = self.ctx.clock.now()
        self._near = {key: at for key, at in self._near.items() if at > now - timedelta(seconds=3)}
        return self._again or self._paced or (bool(self._near) and not self._limit_reached())

    def patience(self, tick: float, *, idle: bool) -> float:
        """How long the loop may sleep, in seconds."""
        if self._again:
            return 0.0
        if self._paced:
            return min(tick, self.pace.wait(self.ctx.clock.monotonic()))
        if idle and self._near:
            return min(tick, max(0.1, (min(self._near.values()) - self.ctx.clock.now()).total_seconds()))
        return tick

    def after_commit(self) -> None:
        """Lanes that were put back are forgotten only when the release is durable."""
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
            lane.refresh_wanted = True
        if settlement.needs_reauth:
            self.reporter.needs_reauth[lane.connection.id] = None
        if settlement.needs_reauth or settlement.hold_lane_until or not settled.written:
            lane.handled = TURN
        else:
            self._expect(publication.id, settlement)

    def refreshed(self, tx: Tx, lane: Lane, ending: Ending) -> None:
        lane.busy = False
        if not settle_refresh(tx, lane, ending, now=self.ctx.clock.now()):
            lane.handled = TURN

    def release_all(self, tx: Tx) -> None:
        """At the end: idle lanes are put back; busy ones are closed to their workers and left to be rescued."""
        lanes.release(tx, claims={key: lane.claim_id for key, lane in self.lanes.items() if not lane.busy})
        for lane in self.lanes.values():
            lane.lose()

    # -- lanes --

    def _renew(self, tx: Tx) -> None:
        before = self.ctx.clock.monotonic()
        if before < self._renew_at or not self.lanes:
            return
        self._renew_at = before + RENEW_EVERY.total_seconds()
        claims = {key: lane.claim_id for key, lane in self.lanes.items() if not lane.lost}
        mine = lanes.renew(tx, claims=claims, until=self.ctx.clock.now() + LEASE)
        for key in claims:
            if key in mine:
                self.lanes[key].extend(before)
            else:
                self.lanes[key].lose()
                log.warning("lease lost", extra={"run_id": self.run_id, "connection_id": key})

    def _rescue(self, tx: Tx) -> None:
        now = self.ctx.clock.monotonic()
        if now < self._rescue_at or self.closing:
            return
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
            self._expect(publication.id, settlement)
            log.warning(
                "publication rescued",
                extra={
                    "run_id": self.run_id,
                    "publication_id": publication.id,
                    "platform": publication.platform.value,
                    "outcome": settlement.outcome.value,
                    "state": settlement.state.value,
                },
            )

    def _claim(self, tx: Tx) -> None:
        free = self.concurrency - len(self.lanes)
        if free <= 0 or self._limit_reached():
            return
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
            expedited=frozenset(self._expedited),
        )
        for connection in claimed:
            lane = Lane(connection, claim_id, 0.0, self.ctx.clock)
            lane.extend(before)
            self.lanes[connection.id] = lane

    def _turns(self, tx: Tx) -> list[tuple[Lane, Publication]]:
        """The next publication of each idle lane; lanes that have none, or had their turn, are released."""
        idle = {key: lane for key, lane in self.lanes.items() if not lane.busy and not lane.closing}
        going = {
            key: lane for key, lane in idle.items() if not (self.closing or lane.lost or lane.handled >= TURN)
        }
        found = (
            lanes.next_publications(
                tx,
                claims={key: lane.claim_id for key, lane in going.items()},
                now=self.ctx.clock.now(),
                publications=self.options.publications,
                expedited=frozenset(self._expedited),
            )
            if going
            else {}
        )
        done = {key: lane for key, lane in idle.items() if key not in found}
        self._release(tx, done)
        self._again = self._again or any(lane.handled >= TURN for lane in done.values())
        return [(going[key], publication) for key, publication in found.items()]

    def _release(self, tx: Tx, done: dict[str, Lane]) -> None:
        if done:
            lanes.release(tx, claims={key: lane.claim_id for key, lane in done.items()})
            for lane in done.values():
                lane.closing = True

    # -- beginning --

    def _begin(self, tx: Tx, lane: Lane, publication: Publication) -> Work | None:
        kind = KIND_FOR_STATE[publication.state]
        if kind is AttemptKind.PUBLISH and self._limit_reached():
            self._release(tx, {lane.connection.id: lane})
            return None
        admission = self._admission(lane, publication)
        if isinstance(admission, RefreshFirst):
            lane.busy = True
            return Work(lane, None, None, self.ctx.clock.monotonic())
        if not isinstance(admission, Admitted):
            self._turn_away(tx, lane, publication, admission)
            return None
        if kind in PACED and not self.pace.take(self.ctx.clock.monotonic()):
            self._paced = True
            return None
        now = self.ctx.clock.now()
        self._expedited.discard(publication.id)
        attempt = publications.begin(
            tx,
            publication,
            kind=kind,
            attempt_id=self.ctx.new_id(),
            run_id=self.run_id,
            claim_id=lane.claim_id,
            now=now,
        )
        if attempt is None:  # paused, cancelled or claimed by another run meanwhile
            lane.handled, self._again = TURN, True
            return None
        lane.busy = True
        self._near.pop(publication.id, None)
        self._begun += kind is AttemptKind.PUBLISH
        return Work(lane, publication, attempt, self.ctx.clock.monotonic())

    def _admission(self, lane: Lane, publication: Publication) -> Admission:
        publisher = self.ctx.publisher(publication.platform)
        can_refresh = publisher.can_refresh(publication.connection)
        if lane.refresh_wanted and not lane.refreshed:
            return RefreshFirst() if can_refresh else NeedsPerson("the token is no longer accepted")
        if lane.refresh_wanted:
            return NeedsPerson("the token is not accepted even after it was refreshed")
        return admit(
            publication,
            rules=publisher_class(publication.platform).rules,
            can_refresh=can_refresh and not lane.refreshed,
            now=self.ctx.clock.now(),
            expedited=self.options.publications is not None,
        )

    def _turn_away(
        self, tx: Tx, lane: Lane, publication: Publication, admission: NeedsPerson | TooLate | Invalid
    ) -> None:
        now, self._again = self.ctx.clock.now(), True
        self._expedited.discard(publication.id)
        if isinstance(admission, NeedsPerson):
            self.reporter.needs_reauth[lane.connection.id] = None
            next_step = f"sign in again: planrrr connections add {lane.connection.platform}"
            error = ErrorNote(ErrorKind.TOKEN_EXPIRED_ERROR, admission.reason, next_step)
            connections.set_needs_reauth(
                tx, lane.connection.id, admission.reason, claim_id=lane.claim_id, now=now
            )
            publications.defer(
                tx,
                publication_id=publication.id,
                claim_id=lane.claim_id,
                wake_at=publication.wake_at or now,
                error=error,
                now=now,
            )
            lane.handled = TURN
            settlement = Settlement(Outcome.DEFERRED, publication.state, error=error)
        elif isinstance(admission, TooLate):
            publications.miss(
                tx, publication_id=publication.id, claim_id=lane.claim_id, error=admission.error, now=now
            )
            settlement = Settlement(Outcome.MISSED, State.MISSED, error=admission.error)
        else:
            settlement = Settlement(Outcome.FAILED, State.FAILED, spent=1, error=admission.error)
            self._fail(tx, lane, publication, settlement)
        self.reporter.settled(publication, settlement)
        log.warning(
            "publication not begun",
            extra={
                "run_id": self.run_id,
                "publication_id": publication.id,
                "platform": publication.platform.value,
                "outcome": settlement.outcome.value,
                "reason": settlement.error.message if settlement.error else None,
            },
        )

    def _fail(self, tx: Tx, lane: Lane, publication: Publication, settlement: Settlement) -> None:
        """An attempt that ended before its first byte, so that the table tells why and when."""
        now = self.ctx.clock.now()
        attempt = publications.begin(
            tx,
            publication,
            kind=AttemptKind.PUBLISH,
            attempt_id=self.ctx.new_id(),
            run_id=self.run_id,
            claim_id=lane.claim_id,
            now=now,
        )
        if attempt is not None:
            publications.settle(
                tx, publication_id=publication.id, attempt=attempt, settlement=settlement, calls=(), now=now
            )

    def _expect(self, publication_id: str, settlement: Settlement) -> None:
        """Remember a wake-up that is near enough to wait for."""
        if (
            settlement.wake_at is not None
            and settlement.wake_at <= self.ctx.clock.now() + self.options.linger
        ):
            self._near[publication_id] = settlement.wake_at
        else:
            self._near.pop(publication_id, None)

    def _limit_reached(self) -> bool:
        return self.options.limit is not None and self._begun >= self.options.limit
