"""What a run tells the breakers and asks of them: how attempts ended, and whether the next may begin."""

from __future__ import annotations

import uuid
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random

from planrrr_cli.domain import breaker as rules_of
from planrrr_cli.domain.breaker import Answer, Breaker, BreakerState, Claim, Failure, Key, Rules
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import PlatformUnavailable, RateLimited, Scope
from planrrr_cli.domain.settlement import ACCEPTED, Outage
from planrrr_cli.publishing.admission import is_late
from planrrr_cli.publishing.attempt import Ended, Message
from planrrr_cli.publishing.health import Word, evidence_of, got_through, why_of, word_of
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.publishing.slots import Slots
from planrrr_cli.store import Tx, breakers, publications, refusals
from planrrr_cli.store.breakers import Event

ASIDE = timedelta(minutes=2)  # time enough for runs that begin every minute to let somebody else probe
# A row that every success wrote would make all runs wait for each other.
SUCCESS_TOLD_EVERY = timedelta(seconds=10)


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing may begin because of ``breaker``; it makes sense to ask again at ``until``."""

    breaker: Breaker
    until: datetime


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
        self._probes: frozenset[str] = frozenset()  # attempts of this turn that were probes
        self._sick: dict[Key, Breaker] = {}  # as they were at the last look; what is missing is closed
        self._looked = False
        self._success_told: dict[Platform, datetime] = {}
        self._succeeded: dict[Platform, datetime] = {}

    # -- how attempts ended --

    def heed(self, tx: Tx, messages: Iterable[Message], *, now: datetime) -> None:
        """Before any of ``messages`` is settled, so that what opens a breaker decides for all that came with it."""
        untold, self.turned = self.turned, []
        self._looked, self._heard, self._probes = False, {}, frozenset()
        ends = [one for one in messages if isinstance(one, Ended) and one.work.attempt is not None]
        for ended in ends:
            if got_through(ended):
                self._succeeded[_platform(ended)] = now
        keys = {key for ended in ends for key in self._concerned(ended, now)}
        if not keys:
            return
        before = breakers.lock(tx, keys, now=now)
        self._heard, events = dict(before), []
        for ended in ends:
            for key in keys_of(ended.work.lane.connection):
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
        word, claim, platform = word_of(ended), claim_of(ended.work.lane), _platform(ended)
        for key in keys_of(ended.work.lane.connection):
            known = self._sick.get(key)
            if known is not None and known.is_probed_by(claim):
                yield key
        if word is Word.FAILED:
            yield Key(Scope.PLATFORM, platform)
        elif word is Word.TOLD_TO_WAIT:
            yield _told_by(ended)
        elif platform in self._succeeded and got_through(ended):
            last = self._success_told.get(platform)
            if last is None or abs(now - last) >= SUCCESS_TOLD_EVERY:
                self._success_told[platform] = now
                yield Key(Scope.PLATFORM, platform)

    def _hear(self, key: Key, ended: Ended, now: datetime) -> list[Event]:
        was, attempt, publication = self._heard[key], ended.work.attempt, ended.work.publication
        assert attempt is not None and publication is not None
        word, claim, why = word_of(ended), claim_of(ended.work.lane), why_of(ended)
        if was.is_probed_by(claim):
            self._probes |= {attempt.id}
        if word is Word.FAILED and key.scope is Scope.PLATFORM:
            failure = Failure(now, attempt.id, publication.id)
            new = rules_of.failed(was, failure, claim, why, now=now, rules=self.rules, random=self.random)
        elif word is Word.TOLD_TO_WAIT and key == _told_by(ended):
            new = rules_of.told_to_wait(was, _until(ended, now), why, now=now, rules=self.rules)
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
        known = uuid.uuid5(uuid.UUID(attempt.id), f"{key.scope} {key.owner} {was.state} {new.state}")
        evidence = evidence_of(ended) | {"publication": publication.id, "attempt": attempt.id}
        return [
            Event(str(known), key, now, was.state, new.state, said, new.open_until, evidence, self.run_id)
        ]

    def outage(self, tx: Tx, ended: Ended, *, most: int, now: datetime) -> Outage | None:
        """What a failure of this attempt is worth: None when it may well be the post's own fault.

        ``most``: the attempts that a publication has. Called when the attempt is settled, after :meth:`heed`.
        """
        error, platform = ended.ending, _platform(ended)
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
        last = max(
            filter(None, (breaker.last_success_at, self._succeeded.get(breaker.key.platform))), default=None
        )
        return last is not None and last >= since

    # -- whether the next may begin --

    def look(self, tx: Tx, *, now: datetime) -> None:
        """One statement per turn, however many lanes there are."""
        if not self._looked:
            self._sick, self._looked = breakers.sick(tx, now=now), True

    def refusal(self, lane: Lane, *, now: datetime) -> Refusal | None:
        """The one that lasts longest; :meth:`look` comes first."""
        return refusal(self._sick, lane.connection, claim_of(lane), now=now)

    def take_place(self, tx: Tx, lane: Lane, *, now: datetime) -> Refusal | None:
        """Where a breaker lets only one by: be that one, or be refused."""
        claim = claim_of(lane)
        wanted = [
            key
            for key in keys_of(lane.connection)
            if key in self._sick and rules_of.asked(self._sick[key], claim, now=now) is Answer.MAY_PROBE
        ]
        if not wanted:
            return None
        got = breakers.lock_free(tx, wanted, now=now)
        self._sick |= got
        for key in wanted:
            found = got.get(key)
            if found is None or rules_of.asked(found, claim, now=now) is Answer.REFUSES:
                return Refusal(self._sick[key], now + rules_of.SOON)
        events = []
        for key, was in got.items():
            if not was.is_closed:
                new = self._sick[key] = rules_of.probed(was, claim, now=now)
                if was.state is not new.state:
                    said = "its time has come: a probe may pass"
                    run = self.run_id
                    events.append(Event(self.new_id(), key, now, was.state, new.state, said, run_id=run))
        breakers.save(tx, [self._sick[key] for key, was in got.items() if not was.is_closed], now=now)
        breakers.record(tx, events)
        return None


def refusal(
    sick: Mapping[Key, Breaker], connection: Connection, claim: Claim, *, now: datetime
) -> Refusal | None:
    """Of ``sick``, the breaker that keeps ``connection`` from beginning for the longest; None when all let it pass."""
    refusing = [
        Refusal(sick[key], rules_of.goes_on(sick[key], now=now))
        for key in keys_of(connection)
        if key in sick and rules_of.asked(sick[key], claim, now=now) is Answer.REFUSES
    ]
    return max(refusing, key=lambda one: one.until, default=None)


def keys_of(connection: Connection) -> Sequence[Key]:
    """The breakers that concern a connection."""
    platform = connection.platform
    return Key(Scope.PLATFORM, platform), Key.of_app(platform, connection.app_id)


def claim_of(lane: Lane) -> Claim:
    return Claim(lane.connection.id, lane.claim_id)


def goes_on(until: datetime) -> str:
    return f"it goes on by itself at {until:%Y-%m-%d %H:%M:%S} UTC"


def _same(one: Breaker, other: Breaker | None) -> bool:
    return other is not None and (one.state, one.opened_at) == (other.state, other.opened_at)


def _told_by(ended: Ended) -> Key:
    assert isinstance(ended.ending, RateLimited)
    of_platform, of_app = keys_of(ended.work.lane.connection)
    return of_platform if ended.ending.scope is Scope.PLATFORM else of_app


def _until(ended: Ended, now: datetime) -> datetime:
    assert isinstance(ended.ending, RateLimited)
    return ended.ending.retry_at or now


def _platform(ended: Ended) -> Platform:
    return ended.work.lane.connection.platform
