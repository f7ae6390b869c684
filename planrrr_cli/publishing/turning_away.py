"""What becomes of publications that may not begin: the account has to rest or waits for a person, or it is too late."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.settlement import Settlement, why_doubtful
from planrrr_cli.publishing.admission import Invalid, NeedsPerson, Rests, TooLate
from planrrr_cli.publishing.lane import TURN, Lane
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.store import Tx, connections, publications

log = logging.getLogger("planrrr.publishing")


@dataclass(frozen=True, slots=True)
class TurningAway:
    """On the main thread, inside the transaction it is handed. ``open`` begins an attempt, or says that it cannot."""

    run_id: str
    clock: Clock
    reporter: Reporter
    open: Callable[[Tx, Lane, Publication, AttemptKind], Attempt | None]

    def settle(
        self, tx: Tx, lane: Lane, publication: Publication, admission: NeedsPerson | Rests | TooLate | Invalid
    ) -> None:
        """Ends its turn without a call: what it waits for, or why it never goes out, is written down and told."""
        now = self.clock.now()
        settlement: Settlement | None
        if isinstance(admission, NeedsPerson):
            settlement = self._park(tx, lane, publication, admission.reason)
        elif isinstance(admission, Rests):
            settlement = self._rest(tx, lane, publication, admission)
        elif isinstance(admission, TooLate):
            publications.miss(
                tx, publication_id=publication.id, claim_id=lane.claim_id, error=admission.error, now=now
            )
            settlement = Settlement(Outcome.MISSED, State.MISSED, error=admission.error)
        else:
            settlement = self._fail(tx, lane, publication, admission.error)
        if settlement is None:
            return
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

    def _rest(self, tx: Tx, lane: Lane, publication: Publication, rests: Rests) -> Settlement | None:
        """The lane is held; what is on it keeps its state and its place. None when that is out already."""
        lane.handled = TURN
        connections.hold(
            tx,
            lane.connection.id,
            until=rests.until,
            reason=rests.reason,
            claim_id=lane.claim_id,
            now=self.clock.now(),
        )
        if publication.state is State.PUBLISHED:
            return None
        outcome = Outcome.IN_DOUBT if publication.state is State.IN_DOUBT else Outcome.DEFERRED
        next_step = f"it goes on by itself at {rests.until:%Y-%m-%d %H:%M} UTC"
        error = ErrorNote(ErrorKind.TOKEN_EXPIRED_ERROR, rests.reason, next_step)
        return Settlement(outcome, publication.state, error=error)

    def _park(self, tx: Tx, lane: Lane, publication: Publication, reason: str) -> Settlement | None:
        """The connection waits for a person, and so does what is on it; None when that is out already."""
        now, lane.handled = self.clock.now(), TURN
        self.reporter.needs_reauth[lane.connection.id] = None
        connections.set_needs_reauth(tx, lane.connection.id, reason, claim_id=lane.claim_id, now=now)
        next_step = f"sign in again: planrrr connect {lane.connection.platform}"
        match publication.state:
            case State.PUBLISHED:
                return None
            case State.IN_DOUBT:
                said = f"{why_doubtful(publication)}; the platform could not be asked: {reason}"
                outcome, error = Outcome.IN_DOUBT, ErrorNote(ErrorKind.OUTCOME_UNKNOWN, said, next_step)
            case _:
                unreadable = publication.connection.tokens.unreadable
                kind = ErrorKind.AUTH_FAILED_ERROR if unreadable else ErrorKind.TOKEN_EXPIRED_ERROR
                error = ErrorNote(kind, reason, next_step)
                outcome = Outcome.DEFERRED
        publications.defer(
            tx,
            publication_id=publication.id,
            claim_id=lane.claim_id,
            wake_at=publication.wake_at or now,
            error=error,
            now=now,
        )
        return Settlement(outcome, publication.state, error=error)

    def _fail(self, tx: Tx, lane: Lane, publication: Publication, error: ErrorNote) -> Settlement | None:
        """An attempt that ended before its first byte, so that the table tells why and when."""
        attempt = self.open(tx, lane, publication, AttemptKind.PUBLISH)
        if attempt is None:
            return None
        return publications.settle(
            tx,
            publication_id=publication.id,
            attempt=attempt,
            settlement=Settlement(Outcome.FAILED, State.FAILED, spent=1, error=error),
            calls=(),
            now=self.clock.now(),
        )
