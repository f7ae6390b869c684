"""How much looking proves absence, and when a person has to decide."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from planrrr_cli.domain.doubt import AskPerson, Found, LookAgain, Patience, ProvedAbsent, weigh
from planrrr_cli.domain.steps import Absent, Finding, Published, Unknown

SENT = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
LOOKS = (timedelta(seconds=10), timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15))
PATIENCE = Patience(LOOKS, proof_looks=2, proof_after=timedelta(minutes=10), most_looks=12, source="a test")


def look(finding: Finding, *, after: timedelta, looked: int = 0, absent: int = 0) -> object:
    return weigh(finding, PATIENCE, looked=looked, absent_looks=absent, sent_at=SENT, now=SENT + after)


def test_a_match_settles_it_at_once() -> None:
    assert look(Published("1_2"), after=timedelta(seconds=10)) == Found(Published("1_2"))


def test_one_look_that_finds_nothing_proves_nothing_however_late() -> None:
    verdict = look(Absent("not in the feed"), after=timedelta(days=1))
    assert isinstance(verdict, LookAgain) and verdict.absent_looks == 1


def test_two_looks_within_ten_minutes_prove_nothing() -> None:
    verdict = look(Absent("not in the feed"), after=timedelta(minutes=9), looked=3, absent=3)
    assert isinstance(verdict, LookAgain)


def test_two_good_looks_the_last_after_ten_minutes_prove_absence() -> None:
    assert isinstance(look(Absent("gone"), after=timedelta(minutes=10), looked=3, absent=1), ProvedAbsent)


def test_half_an_hour_by_a_clock_that_jumped_proves_nothing_before_the_looks_were_made_one_by_one() -> None:
    now, looked, absent = SENT + timedelta(days=1), 0, 0
    while True:
        verdict = look(Absent("gone"), after=now - SENT, looked=looked, absent=absent)
        if isinstance(verdict, ProvedAbsent):
            break
        assert isinstance(verdict, LookAgain)
        now, looked, absent = verdict.at, looked + 1, verdict.absent_looks
    assert now - SENT - timedelta(days=1) == LOOKS[-1] - LOOKS[0]


def test_a_sending_in_the_future_does_not_delay_the_looks() -> None:
    now = SENT - timedelta(days=1)
    for looked, planned in enumerate(LOOKS):
        at = PATIENCE.next_look(looked, sent_at=SENT, now=now)
        assert at is not None and at - now <= planned


def test_failed_looks_never_prove_absence_and_end_with_a_person() -> None:
    now, looked = SENT + timedelta(seconds=10), 0
    while True:
        verdict = weigh(Unknown("500"), PATIENCE, looked=looked, absent_looks=0, sent_at=SENT, now=now)
        if isinstance(verdict, AskPerson):
            break
        assert isinstance(verdict, LookAgain) and verdict.at > now and verdict.absent_looks == 0
        now, looked = verdict.at, looked + 1
    assert looked == PATIENCE.most_looks - 1


def test_an_exact_handle_proves_absence_with_one_look() -> None:
    verdict = look(Absent("still a draft", conclusive=True), after=timedelta(seconds=10))
    assert isinstance(verdict, ProvedAbsent)


def test_two_candidates_go_to_a_person_at_once() -> None:
    assert isinstance(look(Unknown("two fit", ask_person=True), after=timedelta(seconds=10)), AskPerson)


def test_a_doubt_found_a_day_later_is_still_looked_at() -> None:
    tomorrow = SENT + timedelta(days=1)
    assert PATIENCE.next_look(0, sent_at=SENT, now=tomorrow) == tomorrow
    assert PATIENCE.next_look(1, sent_at=SENT, now=tomorrow) == tomorrow + LOOKS[1] - LOOKS[0]


@given(st.integers(0, 30), st.integers(0, 10**6))
def test_looks_are_never_in_the_past_and_never_at_once_after_another(looked: int, seconds: int) -> None:
    now = SENT + timedelta(seconds=seconds)
    at = PATIENCE.next_look(looked, sent_at=SENT, now=now)
    if at is None:
        assert looked >= PATIENCE.most_looks
    else:
        assert at >= now + (LOOKS[0] if looked else timedelta(0))
