"""Breakers for any sequence of events: never open without a reason, never for ever, never two probes at once."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from random import Random

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from planrrr_cli.domain.breaker import (
    LONGEST,
    LONGEST_HOLD,
    Answer,
    Breaker,
    BreakerState,
    Claim,
    Failure,
    Key,
    Rules,
    answered,
    asked,
    closed,
    failed,
    goes_on,
    kept_open,
    left,
    probed,
    told_to_wait,
)
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Scope

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
KEY = Key(Scope.PLATFORM, Platform.X)
RULES = Rules()
CLAIMS = [Claim(f"lane{number}", f"claim{number}") for number in range(4)]
SECONDS = st.sampled_from([0, 1, 10, 30, 59, 60, 61, 120, 600, 3600])


def fail(
    breaker: Breaker, number: int, claim: Claim = CLAIMS[0], *, now: datetime = NOW, rules: Rules = RULES
) -> Breaker:
    failure = Failure(now, f"attempt{number}", f"publication{number}")
    return failed(breaker, failure, claim, "no answer", now=now, rules=rules, random=Random(number))


def opened(*, now: datetime = NOW) -> Breaker:
    breaker = Breaker(KEY)
    for number in range(RULES.threshold):
        breaker = fail(breaker, number, now=now)
    return breaker


class Life(RuleBasedStateMachine):
    """One breaker, several runs that ask it, and a log that keeps every failure."""

    def __init__(self) -> None:
        super().__init__()
        self.now = NOW
        self.breaker = Breaker(KEY)
        self.log: list[datetime] = []  # failures since it was last closed
        self.allowed_until = NOW  # by somebody's word
        self.probing: set[Claim] = set()
        self.number = 0

    @rule(seconds=SECONDS)
    def time_passes(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @rule(seconds=st.integers(1, 7200))
    def the_clock_is_set_back(self, seconds: int) -> None:
        """Nothing that is promised here depends on it, but the log is of another time now."""
        if self.breaker.is_closed and not self.log:
            self.now -= timedelta(seconds=seconds)

    @rule(claim=st.sampled_from(CLAIMS))
    def somebody_asks(self, claim: Claim) -> None:
        if claim in self.probing:
            assert asked(self.breaker, claim, now=self.now) is Answer.PASSES
            return
        answer = asked(self.breaker, claim, now=self.now)
        if answer is Answer.MAY_PROBE:
            self.breaker = probed(self.breaker, claim, now=self.now)
            self.probing.add(claim)
        elif answer is Answer.PASSES:
            assert self.breaker.is_closed
        else:
            assert self.now <= goes_on(self.breaker, now=self.now) <= self.longest_wait()

    @rule(claim=st.sampled_from(CLAIMS))
    def an_attempt_fails(self, claim: Claim) -> None:
        """Whether it was the probe's or one that began before it opened."""
        was, self.number = self.breaker, self.number + 1
        self.breaker = fail(was, self.number, claim, now=self.now)
        again = fail(self.breaker, self.number, claim, now=self.now)
        assert again == self.breaker, "told twice, it counted twice"
        self.log.append(self.now)
        if was.is_closed and not self.breaker.is_closed:
            recent = [at for at in self.log if self.now - at < RULES.window]
            assert len(recent) >= RULES.threshold
        if was.state is BreakerState.HALF_OPEN and claim not in self.probing:
            assert self.breaker == was, "old news closed or opened it"
        self.probing.discard(claim)

    @rule(claim=st.sampled_from(CLAIMS))
    def an_outage_begins(self, claim: Claim) -> None:
        for _ in range(RULES.threshold):
            self.an_attempt_fails(claim)

    @precondition(lambda self: self.breaker.state is BreakerState.OPEN)
    @rule(late=st.sampled_from([0, 1, 90]))
    def its_time_comes(self, late: int) -> None:
        assert self.breaker.open_until is not None
        self.now = max(self.now, self.breaker.open_until) + timedelta(seconds=late)

    @precondition(lambda self: self.probing)
    @rule(claim=st.sampled_from(CLAIMS))
    def somebody_asks_while_another_probes(self, claim: Claim) -> None:
        mine = claim in self.probing
        assert asked(self.breaker, claim, now=self.now) is (Answer.PASSES if mine else Answer.REFUSES)

    @rule(claim=st.sampled_from(CLAIMS))
    def the_platform_answers(self, claim: Claim) -> None:
        was = self.breaker
        self.breaker = answered(was, claim, rules=RULES)
        if self.breaker.is_closed and not was.is_closed:
            assert was.successes == (RULES.successes - 1 if was.trips else 0) and claim in self.probing
            self.log.clear()
        self.probing.discard(claim)

    @rule(claim=st.sampled_from(CLAIMS))
    def an_attempt_says_nothing(self, claim: Claim) -> None:
        self.breaker = left(self.breaker, claim)
        self.probing.discard(claim)

    @precondition(lambda self: self.probing)
    @rule()
    def the_probes_process_dies(self) -> None:
        """Its lease ends, which is what the store looks at."""
        [claim] = self.probing
        self.breaker = left(self.breaker, claim)
        self.probing.clear()

    @rule(hours=st.integers(-2, 100))
    def the_platform_sends_everybody_away(self, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        self.breaker = told_to_wait(self.breaker, until, "no credit", now=self.now, rules=RULES)
        self.allowed_until = max(self.allowed_until, self.now + LONGEST_HOLD)
        self.probing.clear()

    @rule(hours=st.integers(1, 48))
    def a_person_opens_it(self, hours: int) -> None:
        until = self.now + timedelta(hours=hours)
        self.breaker = kept_open(self.breaker, until, "maintenance", now=self.now)
        self.allowed_until = max(self.allowed_until, until)
        self.probing.clear()

    @rule()
    def a_person_closes_it(self) -> None:
        self.breaker = closed(self.breaker)
        self.log.clear()
        self.probing.clear()

    def longest_wait(self) -> datetime:
        return max(self.allowed_until, self.now + LONGEST)

    @invariant()
    def it_is_never_open_without_an_end(self) -> None:
        breaker = self.breaker
        assert breaker.is_closed == (breaker.opened_at is None) == (breaker.open_until is None)
        if breaker.state is BreakerState.OPEN:
            assert breaker.open_until is not None and breaker.open_until <= self.longest_wait()

    @invariant()
    def nobody_but_one_probes(self) -> None:
        assert len(self.probing) <= 1
        probe = self.breaker.probe
        assert {probe.claim} == self.probing if probe else not self.probing

    @invariant()
    def two_good_probes_close_it_from_wherever_it_is(self) -> None:
        """Once its time has come and whoever probes has ended."""
        breaker, later = self.breaker, max(self.longest_wait(), self.now)
        for claim in self.probing:
            breaker = left(breaker, claim)
        for _ in range(RULES.successes):
            if not breaker.is_closed:
                assert asked(breaker, CLAIMS[1], now=later) is Answer.MAY_PROBE
                breaker = answered(probed(breaker, CLAIMS[1], now=later), CLAIMS[1], rules=RULES)
        assert breaker.is_closed


Life.TestCase.settings = settings(max_examples=150, stateful_step_count=40, deadline=None)
TestLife = Life.TestCase


@given(gaps=st.lists(st.floats(0, 70), max_size=30), threshold=st.integers(1, 6))
def test_it_opens_with_the_failure_that_makes_enough_of_them_in_one_window(
    gaps: list[float], threshold: int
) -> None:
    """As a log tells that forgets nothing."""
    rules, breaker, now, log = Rules(threshold=threshold), Breaker(KEY), NOW, list[datetime]()
    for number, gap in enumerate(gaps):
        now += timedelta(seconds=gap)
        log.append(now)
        breaker = fail(breaker, number, now=now, rules=rules)
        enough = sum(now - at < rules.window for at in log) >= threshold
        assert breaker.is_closed is not enough
        if enough:
            return


def test_it_is_open_for_a_minute_at_first_and_twice_as_long_after_each_failed_probe_up_to_half_an_hour() -> (
    None
):
    breaker, now, spans = opened(), NOW, []
    for number in range(10):
        assert breaker.open_until is not None
        spans.append(breaker.open_until - now)
        now = breaker.open_until
        assert asked(breaker, CLAIMS[0], now=now - timedelta(microseconds=1)) is Answer.REFUSES
        assert asked(breaker, CLAIMS[0], now=now) is Answer.MAY_PROBE
        breaker = fail(probed(breaker, CLAIMS[0], now=now), 100 + number, now=now)
    assert spans[0] == timedelta(seconds=60)
    for doublings, span in enumerate(spans[1:], 1):
        least = timedelta(seconds=60 * 2**doublings)
        assert min(least, LONGEST) <= span <= min(least * 1.1, LONGEST)
    assert len(set(spans[1:5])) == 4 and spans[-1] == LONGEST
    assert breaker.opened_at == NOW and breaker.trips == 11


def test_one_attempt_counts_once_and_old_failures_not_at_all() -> None:
    breaker = Breaker(KEY)
    for _ in range(20):
        breaker = fail(breaker, 1)
    assert breaker.is_closed and len(breaker.failures) == 1
    later = NOW + RULES.window
    for number in range(2, 6):
        breaker = fail(breaker, number, now=later)
    assert breaker.is_closed and len(breaker.failures) == 4
    assert not fail(breaker, 6, now=later).is_closed


def test_a_probe_that_takes_long_is_looked_for_less_and_less_often() -> None:
    breaker = probed(opened(), CLAIMS[0], now=NOW)
    waits = [
        goes_on(breaker, now=NOW + timedelta(seconds=seconds)) - NOW - timedelta(seconds=seconds)
        for seconds in (0, 5, 30, 3600)
    ]
    assert [wait.total_seconds() for wait in waits] == [2, 5, 30, 60]


def test_a_longer_word_of_the_platform_stays_and_a_year_is_cut_to_a_day() -> None:
    hour, minute = NOW + timedelta(hours=1), NOW + timedelta(minutes=1)
    breaker = told_to_wait(Breaker(KEY), hour, "no credit", now=NOW, rules=RULES)
    assert told_to_wait(breaker, minute, "no credit", now=NOW, rules=RULES).open_until == hour
    year = told_to_wait(breaker, NOW + timedelta(days=365), "no credit", now=NOW, rules=RULES)
    assert year.open_until == NOW + LONGEST_HOLD
    past = told_to_wait(Breaker(KEY), NOW - timedelta(days=1), "no credit", now=NOW, rules=RULES)
    assert past.open_until == NOW + RULES.reset


@pytest.mark.parametrize("app_id", ["consumer-key-that-is-a-secret", "1234567890"])
def test_an_app_is_known_by_a_fingerprint_that_does_not_tell_its_id(app_id: str) -> None:
    key = Key.of_app(Platform.X, app_id)
    assert app_id not in repr(key) + str(key)
    assert key == Key.of_app(Platform.X, app_id) != Key.of_app(Platform.X, None)


def by(connection: str, number: int, *, at: datetime, breaker: Breaker, well_at: datetime | None) -> Breaker:
    failure = Failure(at, f"attempt{number}", f"publication{number}", connection)
    claim = Claim(connection, "claim")
    rest = {"now": at, "rules": RULES, "random": Random(1), "well_at": well_at}
    return failed(breaker, failure, claim, "no", **rest)  # type: ignore[arg-type]


def test_one_account_in_trouble_does_not_open_it_for_all_while_others_get_through() -> None:
    breaker, well_at = Breaker(KEY), NOW + timedelta(seconds=1)
    for number in range(RULES.threshold - 1):
        breaker = by("sick", number, at=NOW + timedelta(milliseconds=number), breaker=breaker, well_at=None)
    alone = by("sick", 99, at=NOW + timedelta(seconds=2), breaker=breaker, well_at=well_at)
    assert alone.is_closed and len(alone.failures) == RULES.threshold
    assert not by("other", 100, at=NOW + timedelta(seconds=3), breaker=alone, well_at=well_at).is_closed


def test_one_account_opens_it_where_nobody_got_through_meanwhile() -> None:
    for well_at in (None, NOW - timedelta(seconds=1), NOW + timedelta(days=1)):
        breaker = Breaker(KEY)
        for number in range(RULES.threshold):
            assert breaker.is_closed
            at = NOW + timedelta(seconds=number)
            breaker = by("only", number, at=at, breaker=breaker, well_at=well_at)
        assert breaker.state is BreakerState.OPEN, well_at
