"""What becomes of the publication whose turn it is: an attempt begins, the token is refreshed, or it is turned away."""

from __future__ import annotations

import logging
from collections.abc import Iterable
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
from planrrr_cli.domain.settlement import Settlement, why_doubtful
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.admission import (
    Admission,
    Admitted,
    Invalid,
    NeedsPerson,
    RefreshFirst,
    Rests,
    TooLate,
    admit,
)
from planrrr_cli.publishing.attempt import Work
from planrrr_cli.publishing.lane import TURN, Lane
from planrrr_cli.publishing.lining_up import LiningUp
from planrrr_cli.publishing.pace import Pace
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.publishing.reserving import Reserving, Wanted
from planrrr_cli.store import Tx, connections, publications

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.domain.publications import Attempt
    from planrrr_cli.publishing.options import RunOptions

log = logging.getLogger("planrrr.publishing")

PACED = frozenset({AttemptKind.PUBLISH, AttemptKind.CHECK})


class Beginning:
    """Everything here happens on the main thread, inside the transaction it is handed.

    ``again``: the lane can be asked for its next publication at once. ``paced``: somebody waits for the pace.
    ``expedited``: what a person named; each begins once at once, then waits like any other.
    """

    def __init__(
        self, ctx: Context, run_id: str, options: RunOptions, reporter: Reporter, quotas: Quotas
    ) -> None:
        self.ctx = ctx
        self.run_id = run_id
        self.options = options
        self.reporter = reporter
        self.quotas = quotas
        self.line = LiningUp(run_id, ctx.clock, quotas, reporter)
        self.pace = Pace(ctx.settings.worker_max_jobs_per_second)
        self.expedited = set(options.publications or ())
        self.again = False
        self.paced = False
        self._begun = 0

    def limit_reached(self) -> bool:
        return self.options.limit is not None and self._begun >= self.options.limit

    def begin(
        self, tx: Tx, turns: Iterable[tuple[Lane, Publication]]
    ) -> tuple[list[Work], dict[str, Settlement]]:
        """What to hand out once this is committed; and what found no room and goes on by itself, by its id."""
        work: list[Work] = []
        ready: list[tuple[Lane, Wanted]] = []
        for lane, publication in turns:
            found = self._admitted(tx, lane, publication)
            if isinstance(found, Work):
                work.append(found)
            elif found is not None:
                ready.append((lane, found))
        put_off: dict[str, Settlement] = {}
        full: dict[str, Lane] = {}
        reserving = Reserving(tx, self.quotas, [one for _, one in ready], now=self.ctx.clock.now())
        for lane, one in ready:
            refusal = reserving.refused.get(one.publication.id)
            if refusal is not None:
                put_off[one.publication.id] = self.line.put_off(tx, lane, one.publication, refusal)
                self.expedited.discard(one.publication.id)
                self.again = True
                if one.kind is AttemptKind.PUBLISH and self.options.publications is None:
                    full[lane.connection.id] = lane
            elif (started := self._start(tx, lane, one, reserving)) is not None:
                work.append(started)
        reserving.write()
        if full:
            put_off |= self.line.those_behind(tx, full, self._may_begin)
        return work, put_off

    def _may_begin(self, publication: Publication) -> bool:
        """Whether nothing but a limit is in its way."""
        recipe, connection = publisher_class(publication.platform), publication.connection
        admission = admit(
            publication,
            rules=recipe.rules_for(connection),
            can_refresh=True,
            refresh_before=recipe.refresh_before,
            now=self.ctx.clock.now(),
        )
        return isinstance(admission, Admitted | RefreshFirst)

    def _admitted(self, tx: Tx, lane: Lane, publication: Publication) -> Work | Wanted | None:
        """Whether it may begin, if there is room for it; or the refresh that comes first."""
        kind = KIND_FOR_STATE[publication.state]
        if kind is AttemptKind.PUBLISH and self.limit_reached():
            lane.handled = TURN
            return None
        admission = self._admission(lane, publication)
        if isinstance(admission, RefreshFirst):
            lane.busy, lane.connection = True, publication.connection
            return Work(lane, None, None, self.ctx.clock.monotonic())
        if not isinstance(admission, Admitted):
            self.again = True
            self.expedited.discard(publication.id)
            self._turn_away(tx, lane, publication, admission)
            return None
        return Wanted(publication, kind)

    def _start(self, tx: Tx, lane: Lane, one: Wanted, reserving: Reserving) -> Work | None:
        publication, kind = one.publication, one.kind
        if kind is AttemptKind.PUBLISH and self.limit_reached():
            lane.handled = TURN
            return None
        if kind in PACED and not self.pace.take(self.ctx.clock.monotonic()):
            self.paced = True
            return None
        attempt = self._open(tx, lane, publication, kind)
        if attempt is None:
            return None
        lane.busy = True
        self.expedited.discard(publication.id)
        self._begun += kind is AttemptKind.PUBLISH
        reserved = reserving.begun(publication, attempt)
        return Work(lane, publication, attempt, self.ctx.clock.monotonic(), reserved)

    def _open(self, tx: Tx, lane: Lane, publication: Publication, kind: AttemptKind) -> Attempt | None:
        """None when it was paused, cancelled or claimed by another run meanwhile; then the lane is put back."""
        attempt = publications.begin(
            tx,
            publication,
            kind=kind,
            attempt_id=self.ctx.new_id(),
            run_id=self.run_id,
            claim_id=lane.claim_id,
            now=self.ctx.clock.now(),
        )
        if attempt is None:
            lane.handled, self.again = TURN, True
        return attempt

    def _admission(self, lane: Lane, publication: Publication) -> Admission | Rests:
        recipe, now = publisher_class(publication.platform), self.ctx.clock.now()
        connection = publication.connection
        can_refresh = self.ctx.publisher(connection).can_refresh(connection)
        if lane.refresh_wanted and connection.tokens.access != lane.connection.tokens.access:
            lane.refresh_wanted = False  # somebody signed in since that token was refused
        if lane.refresh_wanted and not lane.refreshed:
            return RefreshFirst() if can_refresh else NeedsPerson("the token is no longer accepted")
        if lane.refresh_wanted and recipe.token_rest is not None:
            return Rests(now + recipe.token_rest, "the token was refused just after it was refreshed")
        if lane.refresh_wanted:
            return NeedsPerson("the token is not accepted even after it was refreshed")
        return admit(
            publication,
            rules=recipe.rules_for(connection),
            can_refresh=can_refresh and not lane.refreshed,
            refresh_before=recipe.refresh_before,
            now=now,
            expedited=self.options.publications is not None,
        )

    # -- turning away --

    def _turn_away(
        self, tx: Tx, lane: Lane, publication: Publication, admission: NeedsPerson | Rests | TooLate | Invalid
    ) -> None:
        now = self.ctx.clock.now()
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
            now=self.ctx.clock.now(),
        )
        if publication.state is State.PUBLISHED:
            return None
        outcome = Outcome.IN_DOUBT if publication.state is State.IN_DOUBT else Outcome.DEFERRED
        next_step = f"it goes on by itself at {rests.until:%Y-%m-%d %H:%M} UTC"
        error = ErrorNote(ErrorKind.TOKEN_EXPIRED_ERROR, rests.reason, next_step)
        return Settlement(outcome, publication.state, error=error)

    def _park(self, tx: Tx, lane: Lane, publication: Publication, reason: str) -> Settlement | None:
        """The connection waits for a person, and so does what is on it; None when that is out already."""
        now, lane.handled = self.ctx.clock.now(), TURN
        self.reporter.needs_reauth[lane.connection.id] = None
        connections.set_needs_reauth(tx, lane.connection.id, reason, claim_id=lane.claim_id, now=now)
        next_step = f"sign in again: planrrr connections add {lane.connection.platform}"
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
        attempt = self._open(tx, lane, publication, AttemptKind.PUBLISH)
        if attempt is None:
            return None
        return publications.settle(
            tx,
            publication_id=publication.id,
            attempt=attempt,
            settlement=Settlement(Outcome.FAILED, State.FAILED, spent=1, error=error),
            calls=(),
            now=self.ctx.clock.now(),
        )
