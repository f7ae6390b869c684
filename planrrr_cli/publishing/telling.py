"""What a run says while it works, to its report, to who watches it and to the log; nothing is decided here."""

from __future__ import annotations

import logging
import signal
from dataclasses import dataclass

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.publications import Outcome
from planrrr_cli.publishing.attempt import Bug, Ended, Noted, Nudge
from planrrr_cli.publishing.breakers import Turned
from planrrr_cli.publishing.ledger import Settled
from planrrr_cli.publishing.report import BreakerLine, Progress, Reporter

log = logging.getLogger("planrrr.publishing")


def record_turned(turned: Turned, run_id: str) -> None:
    """The log's one record of a breaker that opened or closed."""
    key, now = turned.after.key, turned.after
    opened_at = (turned.before if now.is_closed else now).opened_at
    fields = {"run_id": run_id, "scope": key.scope.value, "platform": key.platform.value}
    fields |= {"opened_at": opened_at.isoformat() if opened_at else ""}
    if now.is_closed:
        log.warning("breaker closed", extra=fields)
        return
    until = now.open_until.isoformat() if now.open_until else ""
    log.warning("breaker opened", extra=fields | {"until": until, "reason": now.reason})


@dataclass(slots=True)
class Teller:
    """Told of what is durable, never of what a commit may still undo."""

    run_id: str
    reporter: Reporter
    progress: Progress
    clock: Clock

    def noted(self, noted: Noted) -> None:
        """A worker has come to a step, which is about to be written."""
        if noted.work.publication is not None:
            self.progress.step(noted.work.publication, repr(noted.step))

    def clock_was_ahead(self, waits: int) -> None:
        """When ``waits`` is not 0: so many waits were written by it."""
        if waits:
            said = {
                "run_id": self.run_id,
                "waits": waits,
                "next": "they last as long as they were meant to, from now on",
            }
            log.warning("the clock was ahead", extra=said)

    def breaker_turned(self, turned: Turned) -> None:
        """Once for each that opens, and once for each that closes; what happens in between is in its history."""
        now = turned.after
        key, told = now.key, turned.before if now.is_closed else now
        self.reporter.breakers.append(
            BreakerLine(
                key.scope.value,
                key.platform.value,
                str(key),
                now.state,
                told.opened_at,
                now.open_until,
                told.reason,
            )
        )
        record_turned(turned, self.run_id)

    def told_to_end(self, nudge: Nudge, under_way: int, grace: float) -> None:
        """By a signal, which nobody else would tell from a run that hangs."""
        fields = {"run_id": self.run_id, "signal": signal.Signals(nudge.number).name, "under_way": under_way}
        log.info("told to end", extra={**fields, "grace_seconds": 0.0 if nudge.again else grace})

    def ended(self, ended: Ended, settled: Settled | None) -> None:
        """``settled`` None: it was no attempt, but the refresh of a token."""
        work = ended.work
        if isinstance(ended.ending, Bug):
            self.reporter.bugs += 1
        if settled is None or work.publication is None or work.attempt is None:
            return
        outcome, error = settled.settlement.outcome, settled.settlement.cause
        if settled.written:
            self.reporter.settled(work.publication, settled.settlement, work.attempt.kind)
        else:
            outcome = Outcome.LEASE_LOST
        self.progress.ended(work.publication, outcome, error)
        fields: dict[str, object] = {
            "run_id": self.run_id,
            "publication_id": work.publication.id,
            "platform": work.publication.platform.value,
            "attempt": work.attempt.number,
            "kind": work.attempt.kind.value,
            "outcome": outcome.value,
            "duration_ms": round((self.clock.monotonic() - work.began) * 1000),
        }
        if error is not None:
            fields |= {"error_kind": error.kind.value, "reason": error.message, "next": error.next}
        log.log(logging.WARNING if error is not None else logging.INFO, "attempt ended", extra=fields)

    def unwritten(self, ended: Ended) -> None:
        """What became of it is known, and the database is not there to be told."""
        if ended.work.publication is None:
            said = {"run_id": self.run_id, "connection_id": ended.work.lane.connection.id}
            log.error("token renewed, not written", extra={**said, "ending": type(ended.ending).__name__})
        if ended.work.publication is not None:
            log.error(
                "attempt ended, not written",
                extra={
                    "run_id": self.run_id,
                    "publication_id": ended.work.publication.id,
                    "ending": type(ended.ending).__name__,
                    "remote_id": getattr(ended.ending, "remote_id", None),
                },
            )

    def database_lost(self, reason: str) -> None:
        """While something is under way, so that the run goes on for a while."""
        log.error("database unavailable", extra={"run_id": self.run_id, "reason": reason})
