"""What becomes of publications that find no room: each gets its place in line, as do those behind it on the lane."""

from __future__ import annotations

import logging
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.publications import AttemptKind, Outcome, Publication, State
from planrrr_cli.domain.settlement import Settlement, note
from planrrr_cli.publishing.admission import lateness
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.publishing.reserving import Reserving, Wanted
from planrrr_cli.store import Tx, lanes, publications

log = logging.getLogger("planrrr.publishing")

AT_ONCE = 200  # publications that are put off together


@dataclass(frozen=True, slots=True)
class LiningUp:
    """On the main thread, inside the transaction it is handed; the claims of the lanes are ours."""

    run_id: str
    clock: Clock
    quotas: Quotas
    reporter: Reporter

    def put_off(self, tx: Tx, lane: Lane, publication: Publication, refusal: RateLimited) -> datetime:
        """It waits for the moment when it fits, which is returned; nothing else on the lane waits with it."""
        now, until = self.clock.now(), refusal.retry_at
        assert until is not None
        said = note(refusal, f"it goes on by itself at {until:%Y-%m-%d %H:%M:%S} UTC")
        waits_in_line = publication.state is State.SCHEDULED
        if waits_in_line and (late := lateness(replace(publication, error=said), now=until)):
            said = replace(said, next=f"{until:%Y-%m-%d %H:%M} UTC is too late for it: {late.error.next}")
        outcome = Outcome.IN_DOUBT if publication.state is State.IN_DOUBT else Outcome.DEFERRED
        # What is out carries no error, and a doubt keeps its own.
        error = publication.error if publication.state in {State.IN_DOUBT, State.PUBLISHED} else said
        publications.defer(
            tx,
            publication_id=publication.id,
            claim_id=lane.claim_id,
            wake_at=until,
            error=error,
            made_to_wait=waits_in_line,
            now=now,
        )
        settlement = Settlement(outcome, publication.state, wake_at=until, error=error)
        if publication.state is not State.PUBLISHED:
            self.reporter.settled(publication, settlement)
        fields = {"run_id": self.run_id, "publication_id": publication.id, "outcome": "deferred"}
        fields |= {"platform": publication.platform.value, "reason": refusal.message, "next": said.next}
        log.info("publication not begun", extra=fields)
        return until

    def those_behind(
        self, tx: Tx, held: Mapping[str, Lane], may_begin: Callable[[Publication], bool]
    ) -> dict[str, datetime]:
        """The next ones of lanes whose first has just found no room: they need not come up one by one to hear the same.

        Whatever would fit, or has something else in its way, is left for its turn.
        """
        now = self.clock.now()
        claims = {key: lane.claim_id for key, lane in held.items()}
        following = lanes.following(tx, claims=claims, now=now, limit=AT_ONCE)
        wanted = [Wanted(one, AttemptKind.PUBLISH) for one in following if may_begin(one)]
        if not wanted:
            return {}
        line = Reserving(tx, self.quotas, wanted, now=now, locked=True)
        found = {
            one.publication.id: self.put_off(
                tx, held[one.publication.connection.id], one.publication, line.refused[one.publication.id]
            )
            for one in wanted
            if one.publication.id in line.refused
        }
        line.write()
        return found
