"""Circuit breakers: when a platform is left alone, and who may ask whether it is well again. Arithmetic, no I/O."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum
from random import Random

from planrrr_cli.domain.connections import Platform, fingerprint
from planrrr_cli.domain.errors import Scope

LONGEST = timedelta(minutes=30)  # that it stays open after a failed probe
LONGEST_HOLD = timedelta(hours=24)  # that a platform's own word keeps it open before it is asked again
SOON = timedelta(seconds=2)
PATIENCE = timedelta(
    seconds=60
)  # the longest wait for a probe that is under way, before it is looked for again


class BreakerState(StrEnum):
    """What it does with who wants to call the platform."""

    CLOSED = "closed"  # passes. In: probes that went well, or a person's `breaker reset`
    OPEN = "open"  # refuses until ``open_until``. In: failures, the platform's word, a failed probe, a person
    HALF_OPEN = "half_open"  # lets one probe by. In: the first who asks after ``open_until``


@dataclass(frozen=True, slots=True)
class Rules:
    """The operator's choice: ``BREAKER_FAILURE_THRESHOLD``, ``BREAKER_WINDOW`` and ``BREAKER_RESET``."""

    threshold: int = 5
    window: timedelta = timedelta(seconds=60)
    reset: timedelta = timedelta(seconds=60)
    successes: int = 2  # probes in a row that close what failures have opened


@dataclass(frozen=True, slots=True)
class Key:
    """Whom a breaker concerns. ``owner``: of an app, and of where its tokens are renewed, its fingerprint, empty for
    the app of the settings; of a connection its id."""

    scope: Scope
    platform: Platform
    owner: str = ""

    @classmethod
    def of_app(cls, platform: Platform, app_id: str | None) -> Key:
        """``app_id``: of a connection's own app; its fingerprint is kept, since it may be a secret."""
        return cls(Scope.APP, platform, fingerprint(app_id) if app_id else "")

    @classmethod
    def of_tokens(cls, platform: Platform, app_id: str | None) -> Key:
        return replace(cls.of_app(platform, app_id), scope=Scope.TOKENS)

    @classmethod
    def of_account(cls, platform: Platform, connection_id: str) -> Key:
        return cls(Scope.CONNECTION, platform, connection_id)

    def __str__(self) -> str:
        app = f"the app {self.owner}" if self.owner else "the app"
        match self.scope:
            case Scope.PLATFORM:
                return str(self.platform)
            case Scope.APP:
                return f"{app} at {self.platform}"
            case Scope.TOKENS:
                return f"the renewal of tokens of {app} at {self.platform}"
            case Scope.CONNECTION:
                return f"the account {self.owner[:8]} at {self.platform}"


@dataclass(frozen=True, slots=True)
class Failure:
    """One attempt that the platform's own sickness ended, or one renewal of a token, which has no publication."""

    at: datetime
    attempt_id: str
    publication_id: str
    connection_id: str = ""


@dataclass(frozen=True, slots=True)
class Claim:
    """Who holds a lane: a connection's id, and the claim that proves it. Does one thing at a time."""

    connection_id: str
    claim_id: str


@dataclass(frozen=True, slots=True)
class Probe:
    """The one place of a half-open breaker; free again when its claim holds no lease any more."""

    claim: Claim
    since: datetime


@dataclass(frozen=True, slots=True)
class Breaker:
    """One breaker at one moment; every time is UTC.

    ``failures`` are the newest that count against a closed one, the oldest first. ``opened_at``: when it last left
    closed. ``trips`` counts how often it has opened since then because of failures; 0 with an open breaker says that
    somebody's word keeps it open. ``successes`` are the probes that went well in a row.
    """

    key: Key
    state: BreakerState = BreakerState.CLOSED
    failures: tuple[Failure, ...] = ()
    opened_at: datetime | None = None
    open_until: datetime | None = None
    trips: int = 0
    successes: int = 0
    probe: Probe | None = None
    reason: str = ""
    last_success_at: datetime | None = None

    @property
    def is_closed(self) -> bool:
        return self.state is BreakerState.CLOSED

    def is_probed_by(self, claim: Claim) -> bool:
        return self.probe is not None and self.probe.claim == claim


class Answer(StrEnum):
    """What a breaker says to who wants to call the platform."""

    PASSES = "passes"
    MAY_PROBE = "may_probe"  # whoever takes the place first
    REFUSES = "refuses"


def asked(breaker: Breaker, claim: Claim, *, now: datetime) -> Answer:
    """Changes nothing; a place is taken with :func:`probed`."""
    match breaker.state:
        case BreakerState.CLOSED:
            return Answer.PASSES
        case BreakerState.OPEN:
            still = breaker.open_until is not None and now < breaker.open_until
            return Answer.REFUSES if still else Answer.MAY_PROBE
        case BreakerState.HALF_OPEN if breaker.probe is None:
            return Answer.MAY_PROBE
        case BreakerState.HALF_OPEN:
            return Answer.PASSES if breaker.is_probed_by(claim) else Answer.REFUSES


def goes_on(breaker: Breaker, *, now: datetime) -> datetime:
    """When it makes sense to ask again after a refusal."""
    if breaker.state is BreakerState.OPEN and breaker.open_until is not None:
        return max(now, breaker.open_until)
    lasting = now - breaker.probe.since if breaker.probe is not None else timedelta(0)
    return now + min(max(SOON, lasting), PATIENCE)


def told(breaker: Breaker) -> str:
    """Why it refuses and since when, in one sentence."""
    since = f"since {breaker.opened_at:%Y-%m-%d %H:%M:%S} UTC" if breaker.opened_at else ""
    if breaker.state is BreakerState.HALF_OPEN:
        return f"{breaker.key} is being probed, after it was left alone {since}: {breaker.reason}"
    return f"{breaker.key} is left alone {since}: {breaker.reason}"


def probed(breaker: Breaker, claim: Claim, *, now: datetime) -> Breaker:
    """``claim`` has the one place; only after :func:`asked` said that it may."""
    return replace(breaker, state=BreakerState.HALF_OPEN, probe=Probe(claim, now))


def failed(
    breaker: Breaker,
    failure: Failure,
    claim: Claim,
    why: str,
    *,
    now: datetime,
    rules: Rules,
    random: Random,
    well_at: datetime | None = None,
) -> Breaker:
    """An attempt of ``claim`` met the platform's sickness. Each attempt counts once, however often it is told.

    Half-open, only the probe's word counts: what began before is old news. ``well_at``: when somebody last got
    through; if that was meanwhile, the failures of one account alone say nothing about the platform.
    """
    match breaker.state:
        case BreakerState.CLOSED:
            counted = _within(breaker.failures, now, rules)
            if any(one.attempt_id == failure.attempt_id for one in counted):
                return breaker
            counted = (*counted, failure)[-rules.threshold :]
            if len(counted) < rules.threshold or _of_one_account(counted, well_at, now):
                return replace(breaker, failures=counted)
            span = f"{rules.window.total_seconds():g} s"
            said = f"{rules.threshold} failures within {span}, the last: {why}"
            return _opened(replace(breaker, failures=counted, reason=said), now, rules, random)
        case BreakerState.HALF_OPEN if breaker.is_probed_by(claim):
            return _opened(replace(breaker, reason=f"a probe failed: {why}"), now, rules, random)
        case _:
            return breaker


def answered(breaker: Breaker, claim: Claim, *, rules: Rules) -> Breaker:
    """The platform gave ``claim`` a healthy answer, whatever it said about the post.

    One is enough after somebody's word: it had an end, and nothing was sick.
    """
    if not (breaker.state is BreakerState.HALF_OPEN and breaker.is_probed_by(claim)):
        return breaker
    if breaker.successes + 1 >= (rules.successes if breaker.trips else 1):
        return closed(breaker)
    return replace(breaker, successes=breaker.successes + 1, probe=None)


def left(breaker: Breaker, claim: Claim) -> Breaker:
    """``claim`` learned nothing about the platform; the place is free for somebody else."""
    return replace(breaker, probe=None) if breaker.is_probed_by(claim) else breaker


def told_to_wait(breaker: Breaker, until: datetime, why: str, *, now: datetime, rules: Rules) -> Breaker:
    """The platform itself said that nobody it concerns needs to ask before ``until``; a longer wait stays."""
    until = min(max(until, now + rules.reset), now + LONGEST_HOLD)
    if breaker.state is BreakerState.OPEN and breaker.open_until is not None:
        until = max(until, breaker.open_until)
    return kept_open(breaker, until, why, now=now)


def kept_open(breaker: Breaker, until: datetime, why: str, *, now: datetime) -> Breaker:
    """Until then, whatever it was before: the word of a person, or of the platform."""
    return replace(
        breaker,
        state=BreakerState.OPEN,
        opened_at=breaker.opened_at or now,
        open_until=until,
        trips=0,
        successes=0,
        probe=None,
        reason=why,
    )


def closed(breaker: Breaker) -> Breaker:
    """As if nothing had happened; when it last went well stays known."""
    return Breaker(breaker.key, last_success_at=breaker.last_success_at)


def window_failures(breaker: Breaker, *, now: datetime, rules: Rules) -> tuple[Failure, ...]:
    """Those that would still count."""
    return _within(breaker.failures, now, rules)


def _of_one_account(failures: tuple[Failure, ...], well_at: datetime | None, now: datetime) -> bool:
    """They are all its own, while somebody got through."""
    others = well_at is not None and failures[0].at < well_at <= now
    return others and len({one.connection_id for one in failures}) == 1


def _within(failures: tuple[Failure, ...], now: datetime, rules: Rules) -> tuple[Failure, ...]:
    """By distance, since a clock may have been set back."""
    return tuple(one for one in failures if abs(now - one.at) < rules.window)


def _opened(breaker: Breaker, now: datetime, rules: Rules, random: Random) -> Breaker:
    trips = breaker.trips + 1
    span = rules.reset
    if trips > 1:
        doubled = rules.reset * 2.0 ** min(trips - 1, 20)
        span = min(doubled + doubled * random.random() / 10, max(LONGEST, rules.reset))
    return replace(
        breaker,
        state=BreakerState.OPEN,
        opened_at=breaker.opened_at or now,
        open_until=now + span,
        trips=trips,
        successes=0,
        probe=None,
    )
