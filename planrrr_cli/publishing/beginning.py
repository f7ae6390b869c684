"""What becomes of the publication whose turn it is: an attempt begins, the token is refreshed, or it is turned away."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from planrrr_cli.domain.publications import KIND_FOR_STATE, AttemptKind, Publication
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.admission import (
    Admission,
    Admitted,
    NeedsPerson,
    RefreshFirst,
    Rests,
    admit,
)
from planrrr_cli.publishing.attempt import Work
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.concerns import asked_by
from planrrr_cli.publishing.lane import TURN, Lane
from planrrr_cli.publishing.lining_up import LiningUp
from planrrr_cli.publishing.pace import Pace
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.publishing.refusing import Refusing
from planrrr_cli.publishing.report import Reporter
from planrrr_cli.publishing.reserving import Reserving, Wanted
from planrrr_cli.publishing.tokens import GOOD_ENOUGH
from planrrr_cli.publishing.turning_away import TurningAway
from planrrr_cli.store import Tx, publications, renewals

if TYPE_CHECKING:
    from datetime import datetime

    from planrrr_cli.context import Context
    from planrrr_cli.domain.connections import Connection
    from planrrr_cli.domain.publications import Attempt
    from planrrr_cli.publishing.options import RunOptions

PACED = frozenset({AttemptKind.PUBLISH, AttemptKind.CHECK})


class Beginning:
    """Everything here happens on the main thread, inside the transaction it is handed.

    ``again``: the lane can be asked for its next publication at once. ``paced``: somebody waits for the pace.
    ``expedited``: what a person named; each begins once at once, then waits like any other.
    """

    def __init__(
        self,
        ctx: Context,
        run_id: str,
        options: RunOptions,
        reporter: Reporter,
        breakers: Breakers,
        quotas: Quotas,
    ) -> None:
        self.ctx = ctx
        self.run_id = run_id
        self.options = options
        self.reporter = reporter
        self.breakers = breakers
        self.refusing = Refusing(run_id, options, reporter, breakers.slots)
        self.quotas = quotas
        self.line = LiningUp(run_id, ctx.clock, quotas, reporter)
        self.turning_away = TurningAway(run_id, ctx.clock, reporter, self._open)
        self.pace = Pace(ctx.settings.worker_max_jobs_per_second)
        self.expedited = set(options.publications or ())
        self.again = False
        self.paced = False
        self._begun = 0

    def limit_reached(self) -> bool:
        return self.options.limit is not None and self._begun >= self.options.limit

    def begin(
        self, tx: Tx, turns: Iterable[tuple[Lane, Publication]]
    ) -> tuple[list[Work], dict[str, datetime]]:
        """What to hand out once this is committed; and when what was refused wakes up by itself, by its id."""
        work: list[Work] = []
        ready: list[tuple[Lane, Wanted]] = []
        turns = list(turns)
        if turns:
            self.breakers.look(tx, [lane for lane, _ in turns], now=self.ctx.clock.now())
        for lane, publication in turns:
            found = self._admitted(tx, lane, publication)
            if isinstance(found, Work):
                work.append(found)
            elif found is not None:
                ready.append((lane, found))
        self.breakers.keep(tx, now=self.ctx.clock.now())
        # Whom a breaker refuses reserves nothing; a place that was promised to it is kept for as long as any other.
        put_off = self.refusing.put_off(tx, now=self.ctx.clock.now())
        full: dict[str, Lane] = {}
        ready = self._may_go(ready)
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

    def _may_go(self, ready: list[tuple[Lane, Wanted]]) -> list[tuple[Lane, Wanted]]:
        """Those that begin now, if there is room for them. What has to wait for the run's own pace is not asked about:
        room that it does not use yet would be refused to others, and then to itself, behind them."""
        pace, most, going = self.pace.room(self.ctx.clock.monotonic()), self.options.limit, []
        left = None if most is None else most - self._begun
        for lane, one in ready:
            if one.kind is AttemptKind.PUBLISH and left is not None:
                if left <= 0:
                    lane.handled = TURN
                    continue
                left -= 1
            if one.kind in PACED:
                if pace <= 0:
                    self.paced = True
                    continue
                pace -= 1
            going.append((lane, one))
        return going

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
        if not isinstance(admission, Admitted | RefreshFirst):
            self.again = True
            self.expedited.discard(publication.id)
            self.turning_away.settle(tx, lane, publication, admission)
            return None
        renewing = isinstance(admission, RefreshFirst) and not self._does_without(lane, publication)
        if self._refused(lane, publication, renewing=renewing):
            return None
        if renewing:
            return self._refresh(tx, lane, publication.connection)
        return Wanted(publication, kind)

    def _refresh(self, tx: Tx, lane: Lane, connection: Connection) -> Work | None:
        """That a token which works once is about to be sent is durable before it is."""
        if publisher_class(connection.platform).rotates and not renewals.begin(
            tx, connection.id, claim_id=lane.claim_id, now=self.ctx.clock.now()
        ):
            lane.handled, self.again = TURN, True
            return None
        lane.busy, lane.connection = True, connection
        return Work(lane, None, None, self.ctx.clock.monotonic())

    def _start(self, tx: Tx, lane: Lane, one: Wanted, reserving: Reserving) -> Work | None:
        publication, kind = one.publication, one.kind
        attempt = self._open(tx, lane, publication, kind)
        if attempt is None:
            return None
        lane.busy = True
        if kind in PACED:
            self.pace.take(self.ctx.clock.monotonic())
        self.expedited.discard(publication.id)
        self._begun += kind is AttemptKind.PUBLISH
        reserved = reserving.begun(publication, attempt)
        return Work(lane, publication, attempt, self.ctx.clock.monotonic(), reserved)

    def _does_without(self, lane: Lane, publication: Publication) -> bool:
        """Where nobody renews tokens at present, one that is still good is used as it is."""
        now, tokens = self.ctx.clock.now(), publication.connection.tokens
        good = not lane.refresh_wanted and not tokens.expires_within(GOOD_ENOUGH, now=now)
        return good and self.breakers.renewal_rests(lane, now=now)

    def _refused(self, lane: Lane, publication: Publication, *, renewing: bool) -> bool:
        """Whether a breaker is in the way; where it lets only one by, this lane may now be that one."""
        now = self.ctx.clock.now()
        refusal = self.breakers.refusal(lane, asked_by(lane.connection, renewing=renewing), now=now)
        if refusal is None:
            return False
        self.again = True
        self.expedited.discard(publication.id)
        self.refusing.add(lane, publication, refusal)
        return True

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
