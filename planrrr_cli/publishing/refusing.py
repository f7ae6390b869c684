"""What a breaker refuses: everything due on the refused lanes is put off together, and says why and until when."""

from __future__ import annotations

import logging
from collections import Counter
from datetime import datetime
from typing import TYPE_CHECKING

from planrrr_cli.domain.breaker import told
from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.publications import ErrorNote, Outcome, Publication, State
from planrrr_cli.publishing.concerns import Refusal, goes_on
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.report import Reporter, ReportLine
from planrrr_cli.publishing.slots import Slots
from planrrr_cli.store import Tx, refusals
from planrrr_cli.store.refusals import PutOff, Waiting

if TYPE_CHECKING:
    from planrrr_cli.publishing.options import RunOptions

log = logging.getLogger("planrrr.publishing")


class Refusing:
    """Everything here happens on the main thread, inside the transaction it is handed."""

    def __init__(self, run_id: str, options: RunOptions, reporter: Reporter, slots: Slots) -> None:
        self.run_id = run_id
        self.options = options
        self.reporter = reporter
        self.slots = slots
        self._refused: dict[str, tuple[Lane, Publication, Refusal]] = {}

    def add(self, lane: Lane, publication: Publication, refusal: Refusal) -> None:
        """Its turn came, and nothing may begin there."""
        self._refused[lane.connection.id] = lane, publication, refusal

    def put_off(self, tx: Tx, *, now: datetime) -> dict[str, datetime]:
        """A constant number of statements, however many lanes there are; when each publication wakes up."""
        refused, self._refused = self._refused, {}
        if not refused:
            return {}
        claims = {key: lane.claim_id for key, (lane, _, _) in refused.items()}
        due = refusals.due(tx, claims=claims, now=now, publications=self.options.publications)
        wanted = []
        for one in due:
            lane, _, refusal = refused[one.connection_id]
            wake_at = self.slots.next(refusal.breaker, refusal.until)
            error = _said(refusal, one, wake_at)
            wanted.append(PutOff(one, lane.claim_id, wake_at, refusal.breaker.key.scope, error))
        refusals.put_off(tx, wanted, now=now)
        for entry in wanted:
            self._report(entry.publication, entry.error)
        self._report_asked_for({one.id for one in due}, refused)
        self._log(wanted, refused)
        return {entry.publication.id: entry.wake_at for entry in wanted}

    def _report_asked_for(
        self, put_off: set[str], refused: dict[str, tuple[Lane, Publication, Refusal]]
    ) -> None:
        """What a person wanted now and is not due: it keeps its time, and the person is told."""
        asked_for = self.options.publications or frozenset()
        for _, publication, refusal in refused.values():
            if publication.id in asked_for - put_off:
                shown = Waiting(
                    publication.id,
                    publication.post.id,
                    publication.connection.id,
                    publication.platform,
                    publication.state,
                    publication.due_at,
                )
                error = ErrorNote(
                    _kind(refusal), told(refusal.breaker), "nothing was sent; it keeps its time"
                )
                self._report(shown, error)

    def _report(self, one: Waiting, error: ErrorNote) -> None:
        if one.state is State.PUBLISHED:
            return
        outcome = Outcome.IN_DOUBT if one.state is State.IN_DOUBT else Outcome.DEFERRED
        line = ReportLine(
            one.id,
            one.post_id,
            one.platform.value,
            one.connection_id,
            outcome,
            due_at=one.due_at,
            error=error,
        )
        self.reporter.refused(line)

    def _log(self, wanted: list[PutOff], refused: dict[str, tuple[Lane, Publication, Refusal]]) -> None:
        """One record for all that one breaker refused at once; each publication keeps its own reason."""
        counts = Counter(refused[entry.publication.connection_id][2].breaker.key for entry in wanted)
        for _, _, refusal in refused.values():
            count = counts.pop(refusal.breaker.key, 0)
            if count:
                fields = {"run_id": self.run_id, "platform": refusal.breaker.key.platform.value}
                more = {"publications": count, "until": refusal.until.isoformat()}
                log.info("publications put off", extra=fields | more | {"reason": told(refusal.breaker)})


def _said(refusal: Refusal, one: Waiting, wake_at: datetime) -> ErrorNote:
    """A doubt stays what it is; only what comes next is another."""
    why = told(refusal.breaker)
    if one.state is State.IN_DOUBT:
        return ErrorNote(ErrorKind.OUTCOME_UNKNOWN, one.said or why, f"{why}; {goes_on(wake_at)}")
    return ErrorNote(_kind(refusal), why, goes_on(wake_at))


def _kind(refusal: Refusal) -> ErrorKind:
    """Whether failures or somebody's word keep it open."""
    return ErrorKind.NETWORK_ERROR if refusal.breaker.trips else ErrorKind.RATE_LIMIT_ERROR
