"""From a look at the platform to a settlement: the run's half of ending a doubt; the weighing is in the domain."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime
from random import Random
from typing import Any

from planrrr_cli.domain.doubt import Patience, weigh
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ErrorKind,
    PlatformError,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.publications import ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.settlement import (
    Outage,
    Retries,
    Settlement,
    after_look,
    held,
    held_by,
    limit_ends,
    why_doubtful,
)
from planrrr_cli.domain.steps import Absent, Finding, Unknown
from planrrr_cli.publishing.attempt import Ending
from planrrr_cli.publishing.liveness import Process, surely_dead, this_process
from planrrr_cli.store import Tx, runs


def believed(tx: Tx, ending: Ending, publication_id: str) -> Ending:
    """What a look found, as far as it is final: who was stopped before his first byte may go on at any moment.

    Even an exact "not published" is then only evidence, which time has to confirm.
    """
    if not (isinstance(ending, Absent) and ending.conclusive):
        return ending
    here = this_process()
    for row in runs.interrupted_on(tx, publication_id):
        if not surely_dead(Process(row.host, row.pid, row.process_started, row.boot), here):
            return replace(ending, conclusive=False)
    return ending


def settle_look(
    finding: Finding | PlatformError,
    publication: Publication,
    patience: Patience,
    *,
    retries: Retries,
    outage: Outage | None = None,
    now: datetime,
    random: Random,
) -> Settlement:
    """A read that failed never counts as absence; a token that died only postpones the question.

    It is a look all the same, also while a breaker is open, or nobody would ever ask a person.
    """
    if isinstance(finding, RateLimited):
        until = limit_ends(finding, now=now, random=random)
        return _postponed(
            finding, publication, until, hold_until=held(finding, until), held_by=held_by(finding)
        )
    if isinstance(finding, ConnectionRevoked):
        return _postponed(finding, publication, now, needs_reauth=finding.message)
    if isinstance(finding, TokenExpired):
        return _postponed(finding, publication, now, refresh_token=True)
    seen = Unknown(finding.message) if isinstance(finding, PlatformError) else finding
    sent_at = publication.sending_since or publication.first_sent_at or now
    verdict = weigh(
        seen,
        patience,
        looked=publication.doubt_looks,
        absent_looks=publication.absent_looks,
        sent_at=sent_at,
        now=now,
    )
    settlement = after_look(verdict, publication, retries=retries, now=now)
    wake_at, said = settlement.wake_at, settlement.error
    if outage is None or not outage.proven or wake_at is None or wake_at >= outage.until or said is None:
        return settlement
    said = replace(said, next=outage.told)
    return replace(settlement, wake_at=outage.until, held_by=outage.scope, error=said)


def _postponed(error: PlatformError, publication: Publication, until: datetime, **more: Any) -> Settlement:
    """``more``: what else the settlement changes."""
    said = ErrorNote(
        ErrorKind.OUTCOME_UNKNOWN,
        f"{why_doubtful(publication)}; the platform could not be asked: {error.message}",
        error.next_step or "it is asked again as soon as the account can be read",
        error.status,
        error.code,
        error.request_id,
    )
    return Settlement(
        Outcome.IN_DOUBT,
        State.IN_DOUBT,
        wake_at=until,
        error=said,
        doubt_looks=publication.doubt_looks,
        absent_looks=publication.absent_looks,
        **more,
    )
