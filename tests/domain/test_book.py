"""What fits into a window and who is next, held against a naive log that keeps every moment."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from planrrr_cli.domain.book import BRAKE, KEPT, Book
from planrrr_cli.domain.line import Used
from planrrr_cli.domain.quota import MARGIN, Bucket, Daily, Rolling, Told

NOW = datetime(2026, 12, 1, 9, 0, tzinfo=UTC)
DAY = Rolling(timedelta(hours=24))
PACIFIC = Daily("America/Los_Angeles")
SMALL = Bucket("small", 5, Rolling(timedelta(seconds=100)))
UPLOADS = Bucket("uploads", 2, PACIFIC)

moves = st.lists(
    st.tuples(
        st.sampled_from(["ask", "ask", "ask", "extra", "end", "give back", "die"]),
        st.floats(0, 60),
        st.integers(1, 4),
        st.floats(0, 1),
    ),
    max_size=60,
)


@dataclass
class Life:
    """A bucket as runs use it: attempts reserve, spend up to that much, give back, or die; all of it is logged."""

    bucket: Bucket
    now: datetime = NOW
    book: Book = field(init=False)
    log: list[Used] = field(default_factory=list)
    waiting: dict[str, tuple[datetime, int]] = field(default_factory=dict)
    refused: int = 0

    def __post_init__(self) -> None:
        self.book = Book(self.bucket)

    def move(self, what: str, wait: float, amount: int, where: float) -> None:
        self.now += timedelta(seconds=wait)
        self.call_up()
        if what in {"ask", "extra"}:
            self.ask(
                amount, f"p{len(self.log)}-{self.refused}-{len(self.book.reserved)}", extra=what == "extra"
            )
        elif self.book.reserved:
            self.end(what, self.book.reserved.pop(int(where * (len(self.book.reserved) - 1))), where)
        for held in [each for each in self.book.reserved if each.at < self.now - timedelta(hours=20)]:
            self.book.reserved.remove(held)  # no attempt lives longer than its reservation
            self.end("die", held, where)

    def end(self, what: str, held: Used, where: float) -> None:
        """The platform saw the call at any moment of the attempt; the end of it is what is written down."""
        made = held.amount if what == "die" else 0 if what == "give back" else max(1, held.amount - 1)
        if made:
            self.book.spent.append(Used(self.now, made))
            self.log.append(Used(held.at + (self.now - held.at) * where, made))

    def ask(self, amount: int, name: str, *, extra: bool = False) -> datetime | None:
        later = self.book.ask(amount, now=self.now, mine=name, extra=extra)
        if later is None:
            self.book.reserve(min(amount, self.book.most()), now=self.now, mine=name)
            self.waiting.pop(name, None)
            return None
        assert later > self.now
        if not extra:
            self.refused += 1
            self.waiting[name] = later, amount
            self.book.promise(min(amount, self.book.most()), later, name)
        return later

    def call_up(self) -> None:
        """Those whose moment has come ask again, the first one first."""
        for name, (at, amount) in sorted(self.waiting.items(), key=lambda each: each[1][0]):
            if at <= self.now:
                self.ask(amount, name)

    def finish(self) -> None:
        for held in self.book.reserved:
            self.log.append(Used(held.at, held.amount))


def fullest(log: Iterable[Used], length: timedelta) -> int:
    """The most that any window of that length holds."""
    found = sorted(log, key=lambda each: each.at)
    return max(
        (sum(one.amount for one in found if last.at - length < one.at <= last.at) for last in found),
        default=0,
    )


@given(moves)
@settings(max_examples=300, deadline=None)
def test_no_interleaving_of_reservations_gifts_and_deaths_overfills_any_window(wanted: list[tuple]) -> None:  # type: ignore[type-arg]
    life = Life(SMALL)
    for what, wait, amount, where in wanted:
        life.move(what, wait, amount, where)
    life.finish()
    assert fullest(life.log, timedelta(seconds=100)) <= SMALL.limit


@given(
    moves, st.sampled_from([NOW, datetime(2026, 3, 7, 9, tzinfo=UTC), datetime(2026, 10, 31, 9, tzinfo=UTC)])
)
@settings(max_examples=200, deadline=None)
def test_no_day_holds_more_than_its_limit_be_it_of_23_or_25_hours(
    wanted: list[tuple],  # type: ignore[type-arg]
    start: datetime,
) -> None:
    life = Life(UPLOADS, start)
    for what, wait, amount, _ in wanted:
        life.move(what, wait * 120, amount, 1.0)
    life.finish()
    days = {PACIFIC.midnight(each.at) for each in life.log}
    for day in days:
        assert sum(each.amount for each in life.log if PACIFIC.midnight(each.at) == day) <= UPLOADS.limit


@given(st.lists(st.tuples(st.floats(0, 60), st.integers(1, 4)), max_size=40), st.integers(1, 4))
def test_at_the_promised_moment_it_fits_and_not_a_moment_before(
    wanted: list[tuple[float, int]], amount: int
) -> None:
    now, book = NOW, Book(SMALL)
    for wait, each in wanted:
        now += timedelta(seconds=wait)
        if book.ask(each, now=now) is None:
            book.spent.append(Used(now, each))
    later = book.ask(amount, now=now)
    if later is not None:
        assert later > now
        assert book.ask(amount, now=later) is None
        assert book.ask(amount, now=later - timedelta(milliseconds=1)) == later


@given(st.lists(st.floats(0, 30), min_size=1, max_size=12), st.integers(1, 40))
def test_the_nth_who_is_refused_gets_the_nth_place_and_asks_only_once_more(
    gaps: list[float], number: int
) -> None:
    life = Life(SMALL)
    for gap in gaps:
        life.now += timedelta(seconds=gap)
        if life.book.ask(1, now=life.now) is None:
            life.book.spent.append(Used(life.now, 1))
    names = [f"{each:03}" for each in range(number)]
    moments = [life.ask(1, name) or life.now for name in names]
    assert moments == sorted(moments)
    life.refused = 0
    began: list[str] = []
    for moment in sorted({*moments}):
        life.now = max(life.now, moment)
        called = [each for each in names if each in life.waiting and life.waiting[each][0] <= life.now]
        began += [name for name in called if life.ask(1, name) is None]
        life.book.spent += [Used(life.now, each.amount) for each in life.book.reserved]
        life.book.reserved.clear()
    assert life.refused == 0 and not life.waiting and began == sorted(began)


def test_a_thousand_are_spread_over_the_coming_windows_without_a_gap() -> None:
    book = Book(Bucket("posts", 100, Rolling(timedelta(minutes=15))))
    book.spent = [Used(NOW - timedelta(seconds=100 - each), 1) for each in range(100)]
    moments = []
    for number in range(1000):
        later = book.ask(1, now=NOW, mine=str(number))
        assert later is not None
        book.promise(1, later, str(number))
        moments.append(later)
    length = timedelta(minutes=15) + MARGIN
    assert moments == [book.spent[each % 100].at + (each // 100 + 1) * length for each in range(1000)]


def test_who_comes_later_does_not_take_a_place_that_is_kept() -> None:
    book = Book(SMALL)
    book.spent = [Used(NOW - timedelta(seconds=90), 5)]
    first = book.ask(3, now=NOW, mine="first")
    assert first == NOW + timedelta(seconds=10) + MARGIN
    book.promise(3, first, "first")
    assert book.ask(2, now=first, mine="second") is None
    assert book.ask(3, now=first, mine="second") == first + timedelta(seconds=100) + MARGIN
    assert book.ask(3, now=first + KEPT, mine="second") is None, "nobody came for it"


def test_who_comes_late_to_his_place_goes_before_all_who_were_refused_later() -> None:
    """A host that was down for minutes costs its posts minutes, and not their place in a line of hours."""
    book = Book(Bucket("posts", 100, Rolling(timedelta(minutes=15))), spent=[Used(NOW, 100)])
    for number in range(1000):
        book.promise(1, book.ask(1, now=NOW) or NOW, str(number))
    late = book.promised[0].at + KEPT + timedelta(minutes=1)
    assert book.ask(1, now=late, mine="0") is None
    assert book.ask(1, now=late, mine="somebody new") is not None


def test_who_was_called_up_is_not_kept_out_by_those_whose_places_came_later() -> None:
    """What was reserved is spent a little later than it was promised to others, so places may come before the room."""
    book = Book(SMALL, spent=[Used(NOW, 3), Used(NOW + timedelta(seconds=5), 2)])
    length = timedelta(seconds=100) + MARGIN
    for number, amount in enumerate((2, 1, 2)):
        book.promise(amount, NOW + length + timedelta(seconds=min(number, 1)), str(number))
    called = NOW + length + timedelta(seconds=2)  # three places are free, and five were promised
    assert book.ask(2, now=called, mine="2") is not None, "the first is before it"
    assert book.ask(2, now=called, mine="0") is None
    book.reserve(2, now=called, mine="0")
    assert book.ask(1, now=called, mine="1") is None
    book.reserve(1, now=called, mine="1")
    assert book.ask(2, now=called, mine="2") == NOW + timedelta(seconds=5) + length


def test_what_is_under_way_counts_for_as_long_as_it_is() -> None:
    book = Book(SMALL, reserved=[Used(NOW - timedelta(minutes=50), 5)])
    assert book.ask(1, now=NOW) == NOW + timedelta(seconds=100) + MARGIN
    assert book.ask(1, now=NOW + timedelta(hours=25)) is None, "its process is dead, and so is its team"


def test_more_than_the_whole_limit_begins_when_everything_is_free() -> None:
    book = Book(SMALL)
    assert book.ask(50, now=NOW) is None
    book.spent = [Used(NOW, 1)]
    assert book.ask(50, now=NOW) == NOW + timedelta(seconds=100) + MARGIN


def test_a_full_day_has_room_again_at_its_next_midnight_and_the_next_day_after_that() -> None:
    book = Book(UPLOADS, spent=[Used(NOW - timedelta(minutes=2), 1), Used(NOW - timedelta(minutes=1), 1)])
    midnight, moments = datetime(2026, 12, 2, 8, tzinfo=UTC), []
    for name in "abcde":
        later = book.ask(1, now=NOW, mine=name)
        assert later is not None
        book.promise(1, later, name)
        moments.append(later)
    assert moments == [midnight + timedelta(days=each) for each in (0, 0, 1, 1, 2)]
    assert book.ask(1, now=midnight, mine="a") is None


# -- what the platform says --


def test_what_the_platform_says_this_moment_wins_over_what_was_counted() -> None:
    bucket = Bucket("publishes", 50, DAY)
    book = Book(bucket, spent=[Used(NOW - timedelta(hours=20), 1)])
    assert book.ask(1, used=49, now=NOW) is None
    assert book.ask(1, used=50, now=NOW) == NOW + timedelta(hours=4) + MARGIN
    assert book.ask(1, limit=1, now=NOW) == NOW + timedelta(hours=4) + MARGIN
    assert Book(bucket).ask(60, limit=100, now=NOW) is None


def test_where_others_used_it_up_it_is_asked_again_within_the_hour() -> None:
    assert Book(Bucket("publishes", 50, DAY)).ask(1, used=50, now=NOW) == NOW + timedelta(hours=1)
    assert Book(SMALL).ask(1, used=5, now=NOW) == NOW + timedelta(seconds=100)


def said(**more: object) -> Told:
    return Told(NOW, "header", **more)  # type: ignore[arg-type]


def test_the_number_that_the_platform_names_replaces_ours_but_not_the_operators_lower_one() -> None:
    assert Book(SMALL, told=said(limit=300)).most() == 300
    assert Book(SMALL, told=said(limit=1)).most() == 1
    chosen = Bucket("small", 3, SMALL.window, chosen=True)
    assert Book(chosen, told=said(limit=300)).most() == 3
    assert Book(chosen, told=said(limit=2)).most() == 2


def test_what_is_left_is_used_to_the_last_one_and_then_the_reset_is_waited_for() -> None:
    reset = NOW + timedelta(seconds=60)
    book = Book(SMALL, told=said(left=2, resets_at=reset))
    book.spent = [Used(NOW, 1)]  # whose own answer said it
    assert book.ask(2, now=NOW) is None
    book.reserve(1, now=NOW)
    assert book.ask(1, now=NOW) is None
    assert book.ask(2, now=NOW) == reset + MARGIN
    assert book.ask(2, now=reset + MARGIN) is None


def test_a_pause_is_waited_for_by_everybody_and_they_do_not_come_back_together() -> None:
    until, book = NOW + timedelta(minutes=30), Book(SMALL, told=said(until=NOW + timedelta(minutes=30)))
    moments = []
    for number in range(11):
        later = book.ask(1, now=NOW, mine=str(number))
        assert later is not None
        book.promise(1, later, str(number))
        moments.append(later)
    length = timedelta(seconds=100) + MARGIN
    assert moments == [until + (each // 5) * length for each in range(11)]


def test_a_guess_gives_way_to_what_the_platform_says_of_its_own() -> None:
    guess = Bucket("calls", 5, SMALL.window, guessed=True)
    full = [Used(NOW, 5)]
    assert Book(guess, spent=full).ask(1, now=NOW) is not None
    assert Book(guess, spent=full, told=said(percent=40)).ask(1, now=NOW) is None
    assert Book(SMALL, spent=full, told=said(percent=40)).ask(1, now=NOW) is not None
    old = Told(NOW - timedelta(hours=2), "usage headers", percent=40)
    assert Book(guess, spent=full, told=old).ask(1, now=NOW) is not None


@pytest.mark.parametrize(("percent", "waits"), [(89, False), (90, True), (130, True)])
def test_above_ninety_percent_only_what_is_due_spends(percent: int, waits: bool) -> None:
    book = Book(Bucket("calls", 200, DAY, guessed=True), told=said(percent=percent))
    assert book.ask(1, now=NOW) is None
    later = book.ask(1, now=NOW, extra=True)
    assert (later is not None) == waits
    assert later is None or NOW < later <= NOW + timedelta(hours=1)


def test_the_last_tenth_by_our_own_count_is_kept_for_what_is_due() -> None:
    bucket = Bucket("posts", 100, Rolling(timedelta(minutes=15)))
    book = Book(bucket, spent=[Used(NOW, int(100 * BRAKE))])
    assert book.ask(10, now=NOW) is None
    assert book.ask(1, now=NOW, extra=True) == bucket.window.frees(NOW)
    assert Book(Bucket("one", 1, SMALL.window)).ask(1, now=NOW, extra=True) is None, "never for ever"
