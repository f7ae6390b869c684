"""Thousands of random lives of a publication: attempts, answers, lies, deaths, people and clocks in any order.

The pure parts are driven as a run drives them (``Ledger.settlement``, ``after_interruption``, the notes of a step)
against a platform that is honest and slow: what is out stays out, and shows before looking can have proved its absence.
Nothing here asks the program which arrows there are: they are written down below as they are documented.
"""

from __future__ import annotations

import itertools
import re
from datetime import datetime, timedelta
from random import Random
from typing import Any

from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from planrrr_cli.domain.breaker import Rules
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    LeaseLost,
    MediaRejected,
    NotDurable,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.follow_up import MOST_FOLLOW_UPS
from planrrr_cli.domain.publications import ARROWS, KIND_FOR_STATE, AttemptKind, Publication, State
from planrrr_cli.domain.settlement import ACCEPTED, Retries
from planrrr_cli.domain.steps import (
    Absent,
    Checkpoint,
    FollowedUp,
    PointOfNoReturn,
    Processing,
    Published,
    Unknown,
)
from planrrr_cli.platforms import PLATFORMS, publisher_class
from planrrr_cli.publishing.attempt import Bug, Ended, Ending, Work
from planrrr_cli.publishing.breakers import Breakers
from planrrr_cli.publishing.ledger import Ledger, _with_step
from planrrr_cli.publishing.quotas import Quotas
from planrrr_cli.store import Store
from tests.domain.lifecycle import SENDS, START, Stored, Table
from tests.factory import new_id
from tests.world import REPOSITORY

# Who moves it: from which states, to which. README's picture, the comments of ``State``, and docs/decisions.
DOCUMENTED = {
    "begin": [("draft scheduled", "publishing"), ("processing", "publishing")],
    "settle": [("publishing", "published failed processing in_doubt scheduled")],
    "rescue": [("publishing", "scheduled processing in_doubt failed")],
    "reconcile": [("in_doubt", "published processing scheduled in_doubt failed")],
    "follow-up": [("published", "published")],
    "too late": [("scheduled", "missed")],
    "reschedule": [("draft scheduled missed failed cancelled", "scheduled")],
    "cancel": [("draft scheduled missed failed", "cancelled")],
    "resolve": [("in_doubt", "published processing scheduled")],
}
ARROW_OF = {
    who: {(State(one), State(other)) for froms, tos in rows for one in froms.split() for other in tos.split()}
    for who, rows in DOCUMENTED.items()
}
BY_KIND = {AttemptKind.RECONCILE: "reconcile", AttemptKind.FOLLOW_UP: "follow-up"}
NOT_OUT = {State.DRAFT, State.SCHEDULED, State.MISSED, State.FAILED, State.CANCELLED}
AT_REST = {State.DRAFT, State.PUBLISHING, State.MISSED, State.FAILED, State.CANCELLED}
DEFINITE = (ContentRejected, MediaRejected, ConnectionRevoked, TokenExpired, RateLimited, LeaseLost)
REFUSALS = DEFINITE[:-1]
ERRORS = PlatformError.__subclasses__()
MYSTERIES = [OutcomeUnknown, UnexpectedReply, PlatformUnavailable]
DEEDS = ("reschedule", "cancel", "too late", "resolve")
MINUTE = timedelta(minutes=1)


class Clock:
    def __init__(self) -> None:
        self.real = START
        self.ahead = timedelta(0)  # by how much ours is wrong

    def now(self) -> datetime:
        return self.real + self.ahead

    def monotonic(self) -> float:
        return (self.real - START).total_seconds()


class Lives(RuleBasedStateMachine):
    """One publication, its attempts, and the truth at the platform."""

    def table(self, platform: Platform, *, draft: bool) -> Table:
        return Table(platform, draft=draft)

    @initialize(
        platform=st.sampled_from(sorted(PLATFORMS)),
        draft=st.booleans(),
        exact=st.booleans(),
        most=st.integers(1, 4),
    )
    def is_added(self, platform: Platform, draft: bool, exact: bool, most: int) -> None:
        self.clock = Clock()
        self.t = self.table(platform, draft=draft)
        self.view = self.t.row  # as the worker knows it
        quotas = Quotas(lambda connection: None)
        breakers = Breakers(Rules(), Random(1), "run", new_id, per_second=10)
        self.ledger = Ledger(self.clock, Random(1), Retries(most), quotas, breakers)
        self.patience = publisher_class(platform).patience
        self.most = most
        self.exact = exact  # a handle tells what became of it; otherwise the account's posts are read
        self.live: list[str] = []
        self.called = self.took_effect = False  # in this attempt
        self.stopped = False  # one that was taken for dead before its first byte, and may go on
        self.sent_at, self.sent_ahead = START, timedelta(0)
        self.spent = 0  # since a person last said "send it"
        self.good_looks = self.looks = 0  # in this doubt
        self.completed = False
        self.acted = False
        self.was_published: Publication | None = None

    # -- how a change is judged --

    def moved(self, who: str, before: Publication) -> None:
        row = self.t.row
        if (before.state, row.state) not in ARROW_OF[who]:
            assert before.state is row.state and who != "rescue", f"{who}: {before.state} → {row.state}"
        if row.state is State.IN_DOUBT and before.state is not State.IN_DOUBT:
            self.good_looks = self.looks = 0
            assert (row.wake_at is not None) == bool(self.patience.looks), "a person comes after the looks"
        self.view = row

    def end(self, ending: Ending) -> None:
        """The attempt ends, as a run settles it."""
        before, attempt, now = self.t.row, self.t.attempt, self.clock.now()
        assert attempt is not None
        settlement = self.ledger.settlement(self.view, attempt, Ended(_work(), ending, ()), now)
        assert settlement.spent in (0, 1)
        self.spent += settlement.spent
        if self.is_open() and settlement.state not in {State.IN_DOUBT, State.PUBLISHED}:
            no = isinstance(ending, PlatformUnavailable) and (ending.never_sent or ending.refused)
            assert no or isinstance(ending, DEFINITE), f"{type(ending).__name__} is no proof"
        if attempt.kind is AttemptKind.RECONCILE and settlement.state in {State.SCHEDULED, State.FAILED}:
            self.proved(ending, now, before)
        self.completed |= attempt.kind is AttemptKind.FOLLOW_UP and (
            isinstance(ending, FollowedUp | Bug)
            or (
                before.follow_ups >= MOST_FOLLOW_UPS
                and not isinstance(
                    ending, ConnectionRevoked | TokenExpired | RateLimited | LeaseLost | NotDurable
                )
            )
        )
        self.t.settle(settlement, now)
        self.called = self.took_effect = False
        self.moved(BY_KIND.get(attempt.kind, "settle"), before)

    def proved(self, ending: Ending, now: datetime, before: Publication) -> None:
        """By the documented rule, counted here: one exact answer, or good looks, planned looks and time enough."""
        assert isinstance(ending, Absent), f"{ending} proved it absent"
        self.stopped = False
        if ending.conclusive:
            return
        sent_at = before.sending_since or before.first_sent_at
        assert sent_at is not None and self.patience.proof_after is not None
        assert self.good_looks >= self.patience.proof_looks
        assert self.looks >= sum(look < self.patience.proof_after for look in self.patience.looks)
        assert now - sent_at >= self.patience.proof_after

    # -- time --

    @rule(seconds=st.integers(0, 2400), minutes=st.just(0) | st.integers(-1500, 1500))
    def time_passes(self, seconds: int, minutes: int) -> None:
        """And at times somebody sets our clock."""
        self.clock.real += timedelta(seconds=seconds)
        self.clock.ahead += minutes * MINUTE

    # -- an attempt --

    def can_begin(self, *kinds: AttemptKind) -> bool:
        return self.t.attempt is None and self.t.row.wake_at is not None and self.kind() in kinds

    def is_under_way(self, *kinds: AttemptKind) -> bool:
        return self.t.attempt is not None and self.t.attempt.kind in kinds

    def kind(self) -> AttemptKind | None:
        return KIND_FOR_STATE.get(self.t.row.state)

    def is_open(self) -> bool:
        """The point of no return."""
        return self.is_under_way(*SENDS) and self.t.row.sending_since is not None

    def accepted(self) -> bool:
        return bool(self.t.row.checkpoint.get(ACCEPTED))

    def begin(self, *, at_once: bool = False) -> None:
        if not at_once:
            self.clock.real += max(timedelta(0), (self.t.row.wake_at or START) - self.clock.now())
        before, self.acted = self.t.row, False
        self.view = before
        self.t.begin(KIND_FOR_STATE[before.state], self.clock.now())
        if self.t.row.state is not before.state:
            assert (before.state, self.t.row.state) in ARROW_OF["begin"]
        assert self.is_under_way(AttemptKind.RECONCILE) == (before.state is State.IN_DOUBT)

    def note(self, step: Checkpoint | PointOfNoReturn) -> None:
        self.view = _with_step(self.view, step, self.clock.now())
        self.t.note(self.view, self.clock.now())
        assert self.is_open() == isinstance(step, PointOfNoReturn)

    @precondition(lambda self: self.can_begin(*SENDS) or self.is_under_way(*SENDS))
    @rule(uploaded=st.booleans(), how_far=st.integers(0, 4))
    def the_recipe_goes_on(self, uploaded: bool, how_far: int) -> None:
        """To a checkpoint, the point of no return, the call (without effect, or with it), its acceptance."""
        if self.t.attempt is None:
            self.begin()
        if not self.is_open() and not self.accepted():
            if uploaded:
                self.note(Checkpoint(uploaded=how_far))
            if how_far:
                self.note(PointOfNoReturn())
                self.sent_at, self.sent_ahead = self.clock.real, self.clock.ahead
        if self.is_open() and not self.called and how_far > 1:
            self.called, self.took_effect = True, how_far > 2
            self.live += [f"1_{len(self.live)}"] * self.took_effect
        if self.is_open() and self.called and uploaded == (how_far > 3):  # without effect: it dies over there
            self.note(Checkpoint(**{ACCEPTED: True}))

    @precondition(lambda self: self.is_under_way(*SENDS))
    @rule(seconds=st.integers(0, 300))
    def it_goes_well(self, seconds: int) -> None:
        if self.live and (self.is_open() or seconds % 2):
            self.end(Published(self.live[0]))
        elif not self.is_open():
            self.end(Processing(timedelta(seconds=seconds)))

    @precondition(lambda self: self.is_under_way(*SENDS))
    @rule(data=st.data())
    def it_goes_wrong(self, data: st.DataObject) -> None:
        """A refusal is true: what is out was not refused."""
        possible = [*MYSTERIES]
        if not self.live and (self.called or not self.is_open()):
            possible += [*REFUSALS, RefusedForNow]
        elif self.accepted():  # the check was refused, not the post
            possible += [ConnectionRevoked, TokenExpired, RateLimited]
        kind = data.draw(st.sampled_from(possible), label="error")
        never = (
            kind is PlatformUnavailable
            and not self.took_effect
            and data.draw(st.booleans(), label="never sent")
        )
        self.end(said(kind, never_sent=True) if never else said(kind))

    @precondition(lambda self: self.t.attempt is not None)
    @rule(data=st.data())
    def something_breaks(self, data: st.DataObject) -> None:
        possible: list[Ending | None] = [None, Bug("KeyError")]
        possible += [] if self.called else [LeaseLost("too late")]
        possible += [] if self.is_under_way(AttemptKind.RECONCILE) else [NotDurable("not committed")]
        ending = data.draw(st.sampled_from(possible), label="what")
        if ending is None:
            self.the_process_dies()
        else:
            self.end(ending)

    def the_process_dies(self) -> None:
        before = self.t.row
        self.stopped = self.is_open() and not self.called
        self.t.rescue(self.clock.now())
        if before.sending_since is not None:
            assert self.t.row.state is State.IN_DOUBT, "it may be out, and nobody doubts"
        self.spent += self.t.row.spent - before.spent
        self.called = self.took_effect = False
        if before.state is State.PUBLISHING:
            self.moved("rescue", before)

    @precondition(lambda self: self.can_begin(*SENDS) and not self.accepted())
    @rule(
        takes_effect=st.booleans(),
        ending=st.sampled_from([None, Bug("KeyError"), NotDurable("not committed"), *MYSTERIES]),
    )
    def its_answer_is_lost(self, takes_effect: bool, ending: Ending | type[PlatformError] | None) -> None:
        self.the_recipe_goes_on(uploaded=True, how_far=3 if takes_effect else 2)
        assert self.is_open() and self.called
        if ending is None:
            self.the_process_dies()
        else:
            self.end(said(ending) if isinstance(ending, type) else ending)
        assert self.t.row.state is State.IN_DOUBT

    @precondition(lambda self: self.can_begin(*SENDS) and not self.accepted())
    @rule(
        takes_effect=st.booleans(),
        ending=st.sampled_from(
            [None, Processing(MINUTE), Bug("KeyError"), UnexpectedReply, PlatformUnavailable]
        ),
    )
    def it_is_accepted(self, takes_effect: bool, ending: Ending | type[PlatformError] | None) -> None:
        self.the_recipe_goes_on(uploaded=takes_effect, how_far=4 if takes_effect else 2)
        assert self.accepted() and not self.is_open()
        if ending is None:
            self.the_process_dies()
        else:
            self.end(said(ending) if isinstance(ending, type) else ending)
        assert self.t.row.state in {State.PROCESSING, State.IN_DOUBT}

    @precondition(lambda self: self.stopped and not self.live and self.may_seem_absent())
    @rule()
    def who_was_only_stopped_goes_on(self) -> None:
        """Within the time that proves absence: later is too late for any rule."""
        self.stopped = False
        self.live.append("1_0")

    # -- looks --

    def may_seem_absent(self) -> bool:
        """An honest platform shows it before ``proof_after`` of real time, and sooner to a clock that is fast."""
        if not self.live and not self.stopped:
            return True
        if self.live and (self.exact or self.accepted() or self.patience.proof_after is None):
            return False
        if self.patience.proof_after is None:
            return self.t.row.state is State.IN_DOUBT
        fast = max(timedelta(0), self.clock.ahead - self.sent_ahead)
        return self.clock.real - self.sent_at < self.patience.proof_after - fast

    @precondition(
        lambda self: self.can_begin(AttemptKind.RECONCILE) or self.is_under_way(AttemptKind.RECONCILE)
    )
    @rule(
        failing=st.sampled_from([Unknown("?"), Bug("KeyError"), *ERRORS]),
        failed=st.integers(0, 5),
        absent=st.integers(0, 6),
        ends=st.sampled_from(["", "found", "two fit"]),
        early=st.booleans(),
        late=st.sampled_from([0, 0, 35]),
    )
    def it_is_looked_for(
        self, failing: Any, failed: int, absent: int, ends: str, early: bool, late: int
    ) -> None:
        """At its time or late; or early, because a person asked for it."""
        self.clock.real += late * MINUTE
        if early and self.t.attempt is None:
            self.begin(at_once=True)
        for _ in range(failed):
            self.look(said(failing) if isinstance(failing, type) else failing)
        for _ in range(absent):
            if early and self.t.attempt is None and self.t.row.state is State.IN_DOUBT:
                self.begin(at_once=True)
            self.look(Absent("not there", conclusive=self.exact or self.accepted()))
        if ends == "found" and self.live:
            self.look(Published(self.live[0], "https://x.example/1"))
        elif ends == "two fit":
            self.look(Unknown("two fit", ask_person=True))

    def look(self, finding: Ending) -> None:
        """If there is still something to look for. What is there by then is found."""
        if self.t.row.state is not State.IN_DOUBT:
            return
        if self.t.attempt is None:
            if self.t.row.wake_at is None:
                return
            self.begin()
        if isinstance(finding, Absent) and self.stopped:
            finding = Absent(finding.reason)  # an exact answer is final only when nobody can send any more
        elif isinstance(finding, Absent) and not self.may_seem_absent():
            finding = Published(self.live[0], "https://x.example/1")
        self.good_looks += isinstance(finding, Absent)
        self.end(finding)
        self.looks += not isinstance(finding, ConnectionRevoked | TokenExpired | RateLimited)
        asks = isinstance(finding, Unknown) and finding.ask_person
        assert not asks or self.t.row.wake_at is None, "more looks will not help"

    # -- what follows --

    @precondition(
        lambda self: self.can_begin(AttemptKind.FOLLOW_UP) or self.is_under_way(AttemptKind.FOLLOW_UP)
    )
    @rule(ending=st.sampled_from([FollowedUp(), FollowedUp("https://x.example/1", ("no comment",)), *ERRORS]))
    def it_is_followed_up(self, ending: FollowedUp | type[PlatformError]) -> None:
        if self.t.attempt is None:
            self.begin()
        self.end(ending if isinstance(ending, FollowedUp) else said(ending))

    # -- people, who tell the truth --

    @precondition(lambda self: not self.acted and self.t.row.state in NOT_OUT | {State.IN_DOUBT})
    @rule(data=st.data(), minutes=st.integers(0, 90))
    def a_person_acts(self, data: st.DataObject, minutes: int) -> None:
        before, now, self.acted = (
            self.t.row,
            self.clock.now(),
            True,
        )  # something else has to happen in between
        deeds = [who for who in DEEDS if any(one is before.state for one, _ in ARROW_OF[who])]
        deed = data.draw(st.sampled_from(deeds), label="deed")
        match deed:
            case "reschedule":
                self.t.reschedule(now + minutes * MINUTE, now)
                self.spent = 0
            case "cancel":
                self.t.cancel(now)
            case "too late":
                self.t.miss(now)
            case "resolve":
                self.t.resolve(self.live[0] if self.live else None, now)
                self.stopped = False
                self.spent, self.completed = 0, bool(self.live)
        self.moved(deed, before)

    @precondition(lambda self: self.t.attempt is None and self.t.row.state is State.DRAFT)
    @rule()
    def a_person_wants_the_draft_now(self) -> None:
        self.begin()

    # -- what is always true --

    @invariant()
    def every_promise_is_kept(self) -> None:
        self.it_is_never_out_twice()
        self.what_is_out_is_never_in_line()
        self.attempts_have_an_end()
        self.published_is_for_ever()
        self.somebody_looks_exactly_where_there_is_something_to_do()
        self.whatever_went_wrong_says_why_and_what_next()
        self.a_point_of_no_return_is_open_only_where_it_can_be()

    def it_is_never_out_twice(self) -> None:
        assert len(self.live) <= 1, self.live

    def what_is_out_is_never_in_line(self) -> None:
        assert self.t.row.state not in NOT_OUT or not self.live, self.t.row.state

    def attempts_have_an_end(self) -> None:
        assert self.spent < self.most or (self.spent == self.most and self.t.row.state is not State.SCHEDULED)

    def published_is_for_ever(self) -> None:
        row, before = self.t.row, self.was_published
        if before is not None:
            same = ("state", "remote_id", "due_at", "spent", "first_sent_at")
            assert [getattr(row, name) for name in same] == [getattr(before, name) for name in same]
            assert row.permalink or not before.permalink
        if row.state is State.PUBLISHED:
            assert row.remote_id in self.live
            self.was_published = row

    def somebody_looks_exactly_where_there_is_something_to_do(self) -> None:
        row = self.t.row
        if row.state in AT_REST:
            assert row.wake_at is None
        elif row.state is State.IN_DOUBT:
            by_person = "planrrr resolve" in row.error.next
            assert by_person == (row.wake_at is None), row.error.next
        elif row.state is State.PUBLISHED:
            assert self.completed == (row.wake_at is None)
        else:
            assert row.wake_at is not None

    def whatever_went_wrong_says_why_and_what_next(self) -> None:
        if self.t.row.state in {State.FAILED, State.MISSED, State.IN_DOUBT}:
            assert self.t.row.error.message and self.t.row.error.next

    def a_point_of_no_return_is_open_only_where_it_can_be(self) -> None:
        if self.t.row.sending_since is not None:
            assert self.t.row.state in {State.PUBLISHING, State.IN_DOUBT}
            assert self.t.row.first_sent_at is not None


class RefusedForNow(PlatformUnavailable):
    """A documented refusal that may pass."""

    refused = True


def said(kind: type[PlatformError], **more: object) -> PlatformError:
    return kind("said so", platform="x", **more)  # type: ignore[arg-type]


def _work() -> Work:
    """The settlement is decided without it."""
    return Work(None, None, None, 0.0)  # type: ignore[arg-type]


TestLives = Lives.TestCase
TestLives.settings = settings(max_examples=300, stateful_step_count=40, deadline=None)


def test_the_same_lives_are_written_by_the_store(store: Store) -> None:
    class StoredLives(Lives):
        def table(self, platform: Platform, *, draft: bool) -> Table:
            return Stored(platform, draft=draft, store=store)

    few = settings(max_examples=8, stateful_step_count=25, deadline=None)
    run_state_machine_as_test(StoredLives, settings=few)


def test_the_programs_own_table_has_the_documented_arrows_and_no_other() -> None:
    documented = set().union(*ARROW_OF.values()) - {(State.PUBLISHED, State.PUBLISHED)}
    assert {(one, other) for one, others in ARROWS.items() for other in others} == documented


def test_the_picture_in_the_readme_is_true() -> None:
    picture = (REPOSITORY / "README.md").read_text(encoding="utf-8").split("```\ndraft, scheduled")[1]
    lines, last = ("draft, scheduled" + picture.partition("```")[0]).splitlines(), ""
    shown = set()
    for line in lines:
        pieces = re.split("──[^>]*>", re.sub(r"\(.*?\)", "", line))
        pieces[0] = last = pieces[0] if pieces[0].strip() else last
        named = [
            [State(word) for word in re.findall(r"\w+", piece) if word in set(State)] for piece in pieces
        ]
        shown |= {(a, b) for ones, others in itertools.pairwise(named) for a in ones for b in others}
    assert len(shown) >= 15
    assert shown <= set().union(*ARROW_OF.values())
