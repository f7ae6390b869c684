"""What the main thread writes about attempts: notes, settlements, rescues; always inside a caller's transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from random import Random

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import ErrorKind, LeaseLost, NotDurable, PlatformError
from planrrr_cli.domain.follow_up import after_follow_up
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.settlement import (
    Outage,
    Retries,
    Settlement,
    after_bug,
    after_error,
    after_interruption,
    after_success,
    in_doubt,
    where_it_goes_on,
)
from planrrr_cli.domain.steps import (
    Absent,
    Finding,
    FollowedUp,
    Landed,
    PointOfNoReturn,
    Processing,
    Published,
    Spend,
    Step,
    Unknown,
)
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Answer, Bug, Ended, Noted
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.publishing.reconcile import believed, settle_look
from planrrr_cli.publishing.renewing import worked
from planrrr_cli.store import Tx, connections, lanes, publications, quotas, renewals

log = logging.getLogger("planrrr.publishing")

# How an attempt looks that its owner did not end: still open, ended by a rescue or a person, or known to be lost.
BY_OTHERS = frozenset({None, Outcome.INTERRUPTED, Outcome.LEASE_LOST})


@dataclass(frozen=True, slots=True)
class Settled:
    """What became of an attempt, and whether the lane was still ours when it was written."""

    settlement: Settlement
    written: bool


@dataclass(slots=True)
class Ledger:
    """Turns what workers report into writes. Holds no state between transactions but the policy."""

    clock: Clock
    random: Random
    retries: Retries
    quotas: Quotas
    breakers: Breakers

    def note(self, tx: Tx, noted: Noted) -> Answer:
        """Make one step durable; False when the lane is no longer ours, and then nothing may be sent."""
        work, step, now = noted.work, noted.step, self.clock.now()
        publication, attempt = work.publication, work.attempt
        if publication is None or attempt is None or work.lane.lost:
            return False
        if isinstance(step, Spend):
            refusal = self.quotas.spend(tx, noted, step, now=now)
            if refusal is not None:
                return refusal
        after = _with_step(publication, step, now)
        taken = publications.note(
            tx,
            publication_id=publication.id,
            attempt=attempt,
            checkpoint=after.checkpoint,
            sending_since=after.sending_since,
            step=_evidence(step, now),
            now=now,
        )
        if taken:
            work.publication = after
        else:
            work.lane.lose()
        return taken

    def end(self, tx: Tx, ended: Ended) -> Settled:
        """The one guarded write that ends an attempt; a lost lane still keeps the evidence in the attempt."""
        work, now = ended.work, self.clock.now()
        publication, attempt = work.publication, work.attempt
        assert publication is not None and attempt is not None
        ended = replace(ended, ending=believed(tx, ended.ending, publication.id))
        outage = self.breakers.outage(tx, ended, most=self.retries.attempts, now=now)
        settlement = self.settlement(publication, attempt, ended, now, outage)
        if (settlement.needs_reauth or settlement.refresh_token) and not connections.still_has(
            tx, publication.connection
        ):  # somebody signed in meanwhile: what was refused is not the token that is there now
            settlement = replace(settlement, needs_reauth=None, refresh_token=False)
        written = publications.settle(
            tx,
            publication_id=publication.id,
            attempt=attempt,
            settlement=settlement,
            calls=ended.calls,
            now=now,
        )
        if written is None:
            written = self._already(tx, publication, attempt, settlement)
        if written is None:
            work.lane.lose()
            publications.record_lost(
                tx,
                attempt=attempt,
                outcome=Outcome.LEASE_LOST,
                remote_id=settlement.remote_id,
                error=settlement.cause,
                calls=ended.calls,
                now=now,
            )
        elif worked(ended.calls):
            renewals.have_worked(tx, publication.connection)
        return Settled(written or settlement, written is not None)

    def settlement(
        self,
        publication: Publication,
        attempt: Attempt,
        ended: Ended,
        now: datetime,
        outage: Outage | None = None,
    ) -> Settlement:
        """The pure decision, chosen by what the attempt set out to do."""
        recipe = publisher_class(publication.platform)
        ending, sent = ended.ending, publication.sending_since is not None
        match ending:
            case LeaseLost():
                return _not_sent(publication, attempt, now)
            case NotDurable() if not sent:
                return _not_sent(publication, attempt, now)
            case NotDurable():  # the call was answered, but the answer could not be noted
                said = ErrorNote(
                    ErrorKind.OUTCOME_UNKNOWN, "it was sent, but the answer could not be written down"
                )
                return in_doubt(said, publication, recipe.patience, now=now)
            case Absent() | Landed() | Unknown():
                return self._after_look(ending, publication, now, outage)
            case _ if attempt.kind is AttemptKind.RECONCILE and isinstance(ending, Published | PlatformError):
                return self._after_look(ending, publication, now, outage)
            case FollowedUp():
                return after_follow_up(ending, publication, now=now, random=self.random)
            case PlatformError() if attempt.kind is AttemptKind.FOLLOW_UP:
                return after_follow_up(ending, publication, outage=outage, now=now, random=self.random)
            case Published() | Processing():
                return after_success(ending, now=now)
            case PlatformError():
                return after_error(
                    ending,
                    publication,
                    sent=sent,
                    retries=self.retries,
                    patience=recipe.patience,
                    outage=outage,
                    now=now,
                    random=self.random,
                )
            case Bug(name):
                return self._after_bug(name, publication, attempt, now)
            case Tokens():
                raise TypeError("tokens end a refresh, never an attempt")

    def _after_bug(self, name: str, publication: Publication, attempt: Attempt, now: datetime) -> Settlement:
        patience = publisher_class(publication.platform).patience
        if attempt.kind is AttemptKind.FOLLOW_UP:
            said = ErrorNote(
                ErrorKind.INTERNAL_ERROR,
                f"a bug in planrrr stopped what comes after publishing ({name})",
                "the post is out; the log has the traceback, please report it",
            )
            notices = (f"not completed: a bug ({name})",)
            return Settlement(Outcome.PUBLISHED, State.PUBLISHED, notices=notices, attempt_error=said)
        if attempt.kind is AttemptKind.RECONCILE:
            return self._after_look(Unknown(f"a bug in planrrr stopped the look ({name})"), publication, now)
        sent = publication.sending_since is not None
        return after_bug(name, publication, sent=sent, patience=patience, now=now)

    def _after_look(
        self,
        found: Finding | PlatformError,
        publication: Publication,
        now: datetime,
        outage: Outage | None = None,
    ) -> Settlement:
        patience = publisher_class(publication.platform).patience
        return settle_look(
            found,
            publication,
            patience,
            retries=self.retries,
            outage=outage,
            now=now,
            random=self.random,
        )

    def rescue(self, tx: Tx, *, dead_runs: frozenset[str]) -> list[tuple[Publication, Settlement]]:
        """Take over what expired leases and dead processes held; never sends, only decides where it goes on."""
        now = self.clock.now()
        rescued = []
        for publication, attempt in lanes.strand(tx, now=now, dead_runs=dead_runs):
            settlement = after_interruption(
                publication, publisher_class(publication.platform).patience, now=now
            )
            publications.settle_stranded(
                tx, publication=publication, attempt=attempt, settlement=settlement, now=now
            )
            rescued.append((publication, settlement))
        quotas.abandon(tx, now=now)
        return rescued

    def _already(
        self, tx: Tx, publication: Publication, attempt: Attempt, settlement: Settlement
    ) -> Settlement | None:
        """This settlement as it was committed before, by a commit whose answer was lost."""
        for row in publications.attempts_of(tx, publication.id):
            if row.id == attempt.id and row.outcome not in BY_OTHERS:
                if row.outcome is None or row.outcome is settlement.outcome:
                    return settlement
                return replace(
                    settlement, outcome=row.outcome, error=row.error, remote_id=None, permalink=None
                )
        return None


def _with_step(publication: Publication, step: Step, now: datetime) -> Publication:
    if isinstance(step, Spend):
        return publication
    if isinstance(step, PointOfNoReturn):
        return replace(publication, sending_since=now, first_sent_at=publication.first_sent_at or now)
    return replace(publication, sending_since=None, checkpoint={**publication.checkpoint, **step.values})


def _evidence(step: Step, now: datetime) -> Mapping[str, object]:
    at = now.isoformat()
    if isinstance(step, Spend):
        return {"at": at, "step": "spend", "bucket": step.bucket.name, "amount": step.amount}
    if isinstance(step, PointOfNoReturn):
        return {"at": at, "step": "point_of_no_return"}
    return {"at": at, "step": "checkpoint", "noted": sorted(step.values)}


def _not_sent(publication: Publication, attempt: Attempt, now: datetime) -> Settlement:
    """The worker stopped before the irrevocable call, because the lease had run out or the run was told to stop."""
    if attempt.kind in (AttemptKind.RECONCILE, AttemptKind.FOLLOW_UP):
        return Settlement(
            Outcome.DEFERRED,
            publication.state,
            wake_at=now,
            error=publication.error,
            doubt_looks=publication.doubt_looks,
            absent_looks=publication.absent_looks,
        )
    back = where_it_goes_on(publication.checkpoint)
    return Settlement(Outcome.DEFERRED, back, wake_at=now, clear_sending=True, clear_error=True)
