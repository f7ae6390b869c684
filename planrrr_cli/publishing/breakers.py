"""What a run tells the breakers and asks of them: how attempts ended, and whether the next may begin."""

from __future__ import annotations

import logging
import uuid
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from planrrr_cli.domain import breaker as rules_of
from planrrr_cli.domain.breaker import Answer, Breaker, BreakerState, Failure, Key, Rules
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import PlatformUnavailable, RateLimited, Scope
from planrrr_cli.domain.settlement import ACCEPTED, Outage
from planrrr_cli.publishing.admission import is_late
from planrrr_cli.publishing.attempt import Ended, Message
from planrrr_cli.publishing.concerns import (
    Refusal,
    asked_by,
    claim_of,
    goes_on,
    id_of,
    platform_of,
    refusal,
    tokens_of,
    told_by,
    told_of,
    whose,
)
from planrrr_cli.publishing.health import (
    Word,
    evidence_of,
    got_through,
    is_renewal,
    sends,
    why_of,
    word_of,
)
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.slots import Slots
from planrrr_cli.store import Tx, breakers, publications, refusals
from planrrr_cli.store.breakers import Event

log = logging.getLogger("planrrr.publishing")

ASIDE = timedelta(minutes=2)  # time enough for runs that begin every minute to let somebody else probe
# A row that every success wrote would make all runs wait for each other.
SUCCESS_TOLD_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Turned:
    """A breaker that left closed, or came back to it, by what this run has seen."""

    before: Breaker
    after: Breaker


class Breakers:
    """Everything here happens on the main thread, inside the transaction it is handed.

    ``turned`` is what has to be told once it is durable, with :meth:`told`.
    """

    def __init__(
        self, rules: Rules, random: Random, run_id: str, new_id: Callable[[], str], per_second: float
    ) -> None:
        self.rules = rules
        self.random = random
        self.run_id = run_id
        self.new_id = new_id
        self.slots = Slots(per_second)
        self.turned: list[Turned] = []
        self._heard: dict[Key, Breaker] = {}  # as this transaction has locked and changed them
        self._probes: frozenset[str] = frozenset()  # what ended this turn and was a probe of its platform
        self._sick: dict[Key, Breaker] = {}  # as they were at the last look; what is missing is closed
        self._free: dict[Key, Breaker] = {}  # whose one place may be taken in this turn
        self._taken: dict[Key, Event | None] = {}  # in this turn; with the change of state, if it is one
        self._success_told: dict[Platform, datetime] = {}
        self._succeeded: dict[Platform, datetime] = {}

    # -- how attempts ended --

    def heed(self, tx: Tx, messages: Iterable[Message], *, now: datetime) -> None:
        """Before any of ``messages`` is settled, so that what opens a breaker decides for all that came with it."""
        untold, self.turned = self.turned, []
        self._heard, self._probes, self._free, self._taken = {}, frozenset(), {}, {}
        ends = [one for one in messages if isinstance(one, Ended)]
        for ended in ends:
            if got_through(ended):
                self._succeeded[platform_of(ended)] = now
        keys = {key for ended in ends for key in self._concerned(ended, now)}
        if not keys:
            return
        before = breakers.lock(tx, keys, now=now)
        self._heard, events = dict(before), []
        for ended in ends:
            for key in told_of(ended):
                if key in self._heard:
                    events += self._hear(key, ended, now)
        changed = [one for key, one in self._heard.items() if one != before[key]]
        breakers.save(tx, changed, now=now)
        breakers.record(tx, events)
        self.turned = [
            Turned(before[one.key], one) for one in changed if one.is_closed != before[one.key].is_closed
        ]
        # Durable already, by a commit whose answer was lost.
        self.turned += [one for one in untold if _same(one.after, before.get(one.after.key))]

    def told(self) -> list[Turned]:
        """After the commit: what to tell, each once."""
        turned, self.turned = self.turned, []
        return turned

    def _concerned(self, ended: Ended, now: datetime) -> Iterator[Key]:
        """The breakers to which this end means something; most ends mean nothing to anybody."""
        word, claim, platform = word_of(ended), claim_of(ended.work.lane), platform_of(ended)
        for key in told_of(ended):
            known = self._sick.get(key)
            if known is not None and known.is_probed_by(claim):
                yield key
        if word is Word.FAILED:
            yield told_of(ended)[0]
        elif word is Word.TOLD_TO_WAIT:
            yield told_by(ended)
        elif platform in self._succeeded and got_through(ended):
            last = self._success_told.get(platform)
            if last is None or abs(now - last) >= SUCCESS_TOLD_EVERY:
                self._success_told[platform] = now
                yield Key(Scope.PLATFORM, platform)

    def _hear(self, key: Key, ended: Ended, now: datetime) -> list[Event]:
        was, publication, lane = self._heard[key], ended.work.publication, ended.work.lane
        word, claim, why, identity = word_of(ended), claim_of(lane), why_of(ended), id_of(ended)
        counts = key == told_of(ended)[0]
        if was.is_probed_by(claim) and counts:
            self._probes |= {identity}
        if word is Word.FAILED and counts:
            failure = Failure(now, identity, publication.id if publication else "", lane.connection.id)
            new = rules_of.failed(
                was,
                failure,
                claim,
                why,
                now=now,
                rules=self.rules,
                random=self.random,
                well_at=None if is_renewal(ended) else self._well_at(was),
            )
        elif word is Word.TOLD_TO_WAIT and key == told_by(ended):
            new = rules_of.told_to_wait(was, _until(ended, now), why, now=now, rules=self.rules)
        elif key.scope is Scope.CONNECTION and not sends(ended):
            new = rules_of.left(was, claim)  # who may not post may read all the same
        elif word in {Word.ANSWERED, Word.TOLD_TO_WAIT}:
            new = rules_of.answered(was, claim, rules=self.rules)
        else:
            new = rules_of.left(was, claim)
        if got_through(ended) and key.scope is Scope.PLATFORM:
            new = replace(new, last_success_at=now)
        self._heard[key] = new
        if new.state is was.state:
            return []
        said = new.reason if new.state is BreakerState.OPEN else "it answered its probes well"
        known = uuid.uuid5(uuid.UUID(identity), f"{key.scope} {key.owner} {was.state} {new.state}")
        evidence = evidence_of(ended) | whose(ended)
        return [
            Event(str(known), key, now, was.state, new.state, said, new.open_until, evidence, self.run_id)
        ]

    def outage(self, tx: Tx, ended: Ended, *, most: int, now: datetime) -> Outage | None:
        """What a failure of this attempt is worth: None when it may well be the post's own fault.

        ``most``: the attempts that a publication has. Called when the attempt is settled, after :meth:`heed`.
        """
        error, platform = ended.ending, platform_of(ended)
        attempt, publication = ended.work.attempt, ended.work.publication
        assert attempt is not None and publication is not None
        if word_of(ended) is not Word.FAILED:
            return None
        key = Key(Scope.PLATFORM, platform)
        breaker = self._heard.get(key) or Breaker(key)
        if not breaker.is_closed:
            until = self.slots.next(breaker, rules_of.goes_on(breaker, now=now))
            if attempt.id in self._probes:
                until = self._aside(tx, ended.work.lane, until, now)
            return Outage(until, f"{rules_of.told(breaker)}; {goes_on(until)}", proven=True, scope=key.scope)
        if not isinstance(error, PlatformUnavailable) or publication.spent + 1 < most:
            return None
        if publication.checkpoint.get(ACCEPTED) or is_late(publication, now=now):
            return None  # what was accepted becomes a doubt, and the rest has waited for as long as it may
        since = publications.previous_end(tx, attempt) or attempt.began_at
        if self._is_well(breaker, publication.id, since, now):
            return None
        doubled = self.rules.reset * 2.0 ** min(max(0, attempt.number - most), 20)
        wait = min(doubled, rules_of.LONGEST)
        until = now + wait + wait * self.random.random() / 4
        return Outage(
            until, f"nobody has got through to {platform} meanwhile; {goes_on(until)}", proven=False
        )

    def _aside(self, tx: Tx, lane: Lane, until: datetime, now: datetime) -> datetime:
        """Others probe first next time, if there are any: one account that never gets through must not keep a healthy
        platform's breaker open for all."""
        if not refusals.others_wait(tx, lane.connection.platform, lane.connection.id):
            return until
        later = until + ASIDE
        refusals.step_aside(tx, lane.connection.id, lane.claim_id, later, now=now)
        return later

    def _is_well(self, breaker: Breaker, publication_id: str, since: datetime, now: datetime) -> bool:
        """Somebody else got through since this publication's try before, and it alone is in trouble."""
        failures = rules_of.window_failures(breaker, now=now, rules=self.rules)
        if any(one.publication_id != publication_id for one in failures):
            return False
        last = self._well_at(breaker)
        return last is not None and last >= since

    def _well_at(self, breaker: Breaker) -> datetime | None:
        """When somebody last got through, as far as this run knows."""
        known = breaker.last_success_at, self._succeeded.get(breaker.key.platform)
        return max(filter(None, known), default=None)

    def probes_again(self, ended: Ended, *, now: datetime) -> datetime | None:
        """When the lane may try to renew its token again after it failed as a probe: others may first."""
        if id_of(ended) not in self._probes or word_of(ended) is not Word.FAILED:
            return None
        breaker = self._heard[tokens_of(ended.work.lane.connection)]
        return None if breaker.is_closed else rules_of.goes_on(breaker, now=now) + ASIDE

    # -- whether the next may begin --

    def look(self, tx: Tx, lanes: Iterable[Lane], *, now: datetime) -> None:
        """A constant number of statements, however many ``lanes`` want to begin something in this turn."""
        self._sick, self._free, self._taken = breakers.sick(tx, now=now), {}, {}
        wanted = {
            key
            for lane in lanes
            for key in asked_by(lane.connection, renewing=True)
            if self._asked(key, lane, now) is Answer.MAY_PROBE
        }
        if wanted:
            self._free = breakers.lock_free(tx, wanted, now=now)
            self._sick |= self._free

    def refusal(self, lane: Lane, keys: Sequence[Key], *, now: datetime) -> Refusal | None:
        """The one of ``keys`` that refuses, or None: then it lets pass, or this lane is the one that may probe it.

        :meth:`look` comes first, and :meth:`keep` makes a place that was taken durable.
        """
        refused = refusal(self._sick, keys, claim_of(lane), now=now)
        return refused or self._take_place(lane, keys, now)

    def renewal_rests(self, lane: Lane, *, now: datetime) -> bool:
        """Nobody renews tokens there at present, whatever else may be done."""
        return refusal(self._sick, [tokens_of(lane.connection)], claim_of(lane), now=now) is not None

    def _take_place(self, lane: Lane, keys: Sequence[Key], now: datetime) -> Refusal | None:
        """Where a breaker lets only one by: be that one, or be refused."""
        wanted = [key for key in keys if self._asked(key, lane, now) is Answer.MAY_PROBE]
        for key in wanted:
            if key not in self._free:  # somebody else is about to take it
                return Refusal(self._sick[key], now + rules_of.SOON)
        for key in wanted:
            was = self._sick[key]
            new = self._sick[key] = rules_of.probed(was, claim_of(lane), now=now)
            said, run = "its time has come: a probe may pass", self.run_id
            event = Event(self.new_id(), key, now, was.state, new.state, said, run_id=run)
            self._taken[key] = event if was.state is not new.state else None
        return None

    def keep(self, tx: Tx, *, now: datetime) -> None:
        """The places that were taken in this turn."""
        breakers.save(tx, [self._sick[key] for key in self._taken], now=now)
        breakers.record(tx, [event for event in self._taken.values() if event is not None])

    def _asked(self, key: Key, lane: Lane, now: datetime) -> Answer:
        known = self._sick.get(key)
        return Answer.PASSES if known is None else rules_of.asked(known, claim_of(lane), now=now)


def _same(one: Breaker, other: Breaker | None) -> bool:
    return other is not None and (one.state, one.opened_at) == (other.state, other.opened_at)


def _until(ended: Ended, now: datetime) -> datetime:
    assert isinstance(ended.ending, RateLimited)
    until = ended.ending.retry_at or now
    if not now <= until <= now + rules_of.LONGEST_HOLD:
        fields = {"platform": platform_of(ended).value, "until": until.isoformat()}
        said = "in the past" if until < now else "more than a day away; it is asked again in a day"
        log.warning("limit not believed", extra=fields | {"reason": f"the named moment is {said}"})
    return until
