"""What the end of an attempt means for the publication: a pure table from endings to one guarded write."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from random import Random
from typing import Any

from planrrr_cli.domain.backoff import rate_limit_ends, retry_delay
from planrrr_cli.domain.breaker import LONGEST_HOLD
from planrrr_cli.domain.doubt import AskPerson, Found, GoOn, LookAgain, Patience, ProvedAbsent, Verdict
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    ErrorKind,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    Scope,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.publications import ErrorNote, Outcome, Publication, State
from planrrr_cli.domain.steps import Processing, Published

MOST_INTERRUPTIONS = 10
MOST_FOLLOW_UPS = 3


@dataclass(frozen=True, slots=True)
class Retries:
    """The operator's choice: ``WORKER_RETRY_ATTEMPTS`` and ``WORKER_RETRY_DELAY``."""

    attempts: int = 3
    delay: timedelta = timedelta(seconds=2)


@dataclass(frozen=True, slots=True)
class Outage:
    """The platform itself seems to be sick, so that a failure says nothing about the post: it waits ``until`` then.

    ``proven``: a breaker is open, that of ``scope``. Otherwise only nobody else has got through meanwhile, which is
    reason enough not to give up, and no reason to wait sooner. ``told``: a sentence that ends with when it goes on.
    """

    until: datetime
    told: str
    proven: bool
    scope: Scope | None = None


@dataclass(frozen=True, slots=True)
class Settlement:
    """Everything the settling write changes. ``None`` in ``wake_at`` means that nobody needs to look.

    ``clear_sending`` ends the point of no return. ``hold_until``: the platform asked the whole account to wait.
    ``held_by``: whose breaker it waits for. ``needs_reauth``: the reason why a person must sign in again.
    ``checkpoint`` replaces the stored one, when a look learned what the lost answer had said. ``attempt_error``: what
    the attempt met and the publication, being out, does not carry. ``waits_for``: what is not wrong and
    takes time, in words for the report.
    """

    outcome: Outcome
    state: State
    wake_at: datetime | None = None
    spent: int = 0
    clear_sending: bool = False
    remote_id: str | None = None
    permalink: str | None = None
    error: ErrorNote | None = None
    clear_error: bool = False
    needs_reauth: str | None = None
    hold_until: datetime | None = None
    held_by: Scope | None = None
    checkpoint: Mapping[str, Any] | None = None
    refresh_token: bool = False
    doubt_looks: int = 0
    absent_looks: int = 0
    notices: tuple[str, ...] = ()
    attempt_error: ErrorNote | None = None
    waits_for: str | None = None

    @property
    def cause(self) -> ErrorNote | None:
        """Why the attempt did not end well, whoever carries it."""
        return self.error or self.attempt_error


def note(error: PlatformError, next_step: str = "") -> ErrorNote:
    """The durable form of a platform's error."""
    return ErrorNote(
        error.kind, error.message, next_step or error.next_step, error.status, error.code, error.request_id
    )


def after_success(ending: Published | Processing, *, now: datetime) -> Settlement:
    """Once it is out, it wakes at once for its follow-up: permalink, first comment."""
    if isinstance(ending, Processing):
        return Settlement(
            Outcome.PROCESSING,
            State.PROCESSING,
            wake_at=now + ending.check_after,
            clear_sending=True,
            clear_error=True,
            waits_for=ending.reason,
        )
    return Settlement(
        Outcome.PUBLISHED,
        State.PUBLISHED,
        wake_at=now,
        spent=1,
        clear_sending=True,
        remote_id=ending.remote_id,
        permalink=ending.permalink,
        clear_error=True,
    )


def _unknown(error: PlatformError) -> ErrorNote:
    """The error as the class it has once the point of no return is passed, whatever it would be before."""
    return replace(note(error), kind=ErrorKind.OUTCOME_UNKNOWN)


def after_error(
    error: PlatformError,
    publication: Publication,
    *,
    sent: bool,
    retries: Retries,
    patience: Patience,
    outage: Outage | None = None,
    now: datetime,
    random: Random,
) -> Settlement:
    """``sent``: the point of no return of this attempt is open, so what was not refused may have happened."""
    waiting = where_it_goes_on(publication.checkpoint)
    match error:
        case OutcomeUnknown():
            return in_doubt(_unknown(error), publication, patience, now=now)
        case UnexpectedReply() if sent:
            return in_doubt(_unknown(error), publication, patience, now=now)
        case PlatformUnavailable(never_sent=False, refused=False) if sent:
            return in_doubt(_unknown(error), publication, patience, now=now)
        case ContentRejected() | MediaRejected():
            said = note(error, error.next_step or "mend the document and add it again")
            return Settlement(Outcome.FAILED, State.FAILED, spent=1, clear_sending=True, error=said)
        case ConnectionRevoked():
            waits = "it waits until somebody signs in again: planrrr connect " + error.platform
            return Settlement(
                Outcome.DEFERRED,
                waiting,
                wake_at=now,
                clear_sending=True,
                error=note(error, error.next_step or waits),
                needs_reauth=error.message,
            )
        case TokenExpired():
            return Settlement(
                Outcome.DEFERRED,
                waiting,
                wake_at=now,
                clear_sending=True,
                error=note(error, error.next_step or "the token is refreshed once, then it goes on"),
                refresh_token=True,
            )
        case RateLimited():
            until = limit_ends(error, now=now, random=random)
            return Settlement(
                Outcome.DEFERRED,
                waiting,
                wake_at=until,
                clear_sending=True,
                error=note(error, error.next_step or f"it goes on by itself at {until:%Y-%m-%d %H:%M} UTC"),
                hold_until=held(error, until),
                held_by=held_by(error),
                checkpoint=None
                if WAITED in publication.checkpoint
                else {**publication.checkpoint, WAITED: True},
            )
        case PlatformUnavailable():
            most = retries.attempts
        case _:
            most = min(2, retries.attempts)  # UnexpectedReply: retry once, then fail
            outage = outage if outage is not None and outage.proven else None
    if outage is not None and (outage.proven or publication.spent + 1 >= most):
        return Settlement(
            Outcome.DEFERRED,
            waiting,
            wake_at=outage.until,
            clear_sending=True,
            error=note(error, outage.told),
            held_by=outage.scope,
        )
    return _retry_or_fail(error, publication, waiting, most, retries, patience, now, random)


def held(error: PlatformError, until: datetime | None) -> datetime | None:
    """Until when the whole account rests; not at all where only one allowance of it is used up, or where a breaker has
    it wait."""
    mine = isinstance(error, RateLimited) and error.bucket is None and held_by(error) is None
    return until if mine else None


def held_by(error: PlatformError) -> Scope | None:
    """Whose breaker the error opens by itself: that of the app or of the platform which asked everybody to wait, or
    that of an account which is held back. An account that has used up its calls just waits."""
    if not isinstance(error, RateLimited) or error.bucket is not None:
        return None
    return None if error.scope is Scope.CONNECTION and not error.blocked else error.scope


def limit_ends(error: RateLimited, *, now: datetime, random: Random) -> datetime:
    """When to go on after a limit: not later than its breaker is probed, whatever year the platform names."""
    until = rate_limit_ends(error.retry_at, now=now, random=random)
    return min(until, now + LONGEST_HOLD) if held_by(error) else until


def where_it_goes_on(notes: Mapping[str, Any]) -> State:
    """Where what has not ended waits: in line, where a person can cancel it, until the platform has accepted it."""
    return State.PROCESSING if notes.get(ACCEPTED) else State.SCHEDULED


def _retry_or_fail(
    error: PlatformError,
    publication: Publication,
    waiting: State,
    most: int,
    retries: Retries,
    patience: Patience,
    now: datetime,
    random: Random,
) -> Settlement:
    spent = publication.spent + 1
    if spent < most:
        at = now + retry_delay(spent, retries.delay, random)
        said = note(error, f"try {spent + 1} of {most} begins at {at:%H:%M:%S} UTC")
        return Settlement(Outcome.RETRIED, waiting, wake_at=at, spent=1, clear_sending=True, error=said)
    if publication.checkpoint.get(ACCEPTED):  # what became of it is a question for reconcile, not a failure
        return in_doubt(_unknown(error), publication, patience, now=now)
    said = note(
        error,
        f"{_tried(spent)} made; when the cause is gone: planrrr reschedule {publication.id[:8]} --at now",
    )
    return Settlement(Outcome.FAILED, State.FAILED, spent=1, clear_sending=True, error=said)


def after_bug(
    name: str,
    publication: Publication,
    *,
    sent: bool,
    patience: Patience,
    now: datetime,
) -> Settlement:
    """An exception nobody expected: in doubt when something may have been sent, else failed; the log tells more."""
    said = ErrorNote(
        ErrorKind.INTERNAL_ERROR,
        f"a bug in planrrr stopped this attempt ({name})",
        "the log has the traceback; please report it",
    )
    if sent or publication.checkpoint.get(ACCEPTED):
        return in_doubt(said, publication, patience, now=now)
    return Settlement(Outcome.FAILED, State.FAILED, spent=1, error=said)


def in_doubt(error: ErrorNote, publication: Publication, patience: Patience, *, now: datetime) -> Settlement:
    """Sent, answer unknown: the first look is planned, or a person is asked at once where looking is impossible."""
    look = patience.next_look(
        0, sent_at=publication.sending_since or publication.first_sent_at or now, now=now
    )
    asked = (
        f"the platform is asked at {look:%Y-%m-%d %H:%M:%S} UTC; nothing is sent again before that"
        if look
        else ""
    )
    said = asked or ask(publication)
    return Settlement(
        Outcome.IN_DOUBT, State.IN_DOUBT, wake_at=look, spent=1, error=replace(error, next=said)
    )


def why_doubtful(publication: Publication) -> str:
    """The half of the sentence that every look at a doubt leaves as it is."""
    if publication.checkpoint.get(ACCEPTED):
        return "the platform accepted it, and has not said that it is out"
    return "it may have been sent, and no clear answer came"


def ask(publication: Publication) -> str:
    """What a person can do about a doubt that looking did not end."""
    short = publication.id[:8]
    return f"look at the account, then: planrrr resolve {short} --published URL, or resolve {short} --not-published"


def after_look(verdict: Verdict, publication: Publication, *, retries: Retries, now: datetime) -> Settlement:
    """What a reconciling look settles; sending again is possible only after proof, and not for ever."""
    match verdict:
        case Found(published):
            return replace(after_success(published, now=now), spent=0)
        case GoOn(landed):
            notes = {**publication.checkpoint, **landed.notes}
            return Settlement(
                Outcome.RETRIED,
                where_it_goes_on(notes),
                wake_at=now,
                spent=-1,  # what the doubt had cost: that attempt did what it set out to do
                clear_sending=True,
                clear_error=True,
                checkpoint=notes,
            )
        case ProvedAbsent(reason) if publication.spent >= retries.attempts:
            return _absent_for_good(reason, publication)
        case ProvedAbsent(reason):
            said = ErrorNote(
                ErrorKind.OUTCOME_UNKNOWN, f"not sent after all: {reason}", "it is sent again now"
            )
            return Settlement(Outcome.RETRIED, State.SCHEDULED, wake_at=now, clear_sending=True, error=said)
        case LookAgain(at, reason, absent_looks):
            next_step = f"the platform is asked again at {at:%Y-%m-%d %H:%M:%S} UTC"
            wake: datetime | None = at
        case AskPerson(reason):
            next_step, wake, absent_looks = ask(publication), None, publication.absent_looks
    said = ErrorNote(ErrorKind.OUTCOME_UNKNOWN, f"{why_doubtful(publication)}; {reason}", next_step)
    return Settlement(
        Outcome.IN_DOUBT,
        State.IN_DOUBT,
        wake_at=wake,
        error=said,
        doubt_looks=publication.doubt_looks + 1,
        absent_looks=absent_looks,
    )


def _absent_for_good(reason: str, publication: Publication) -> Settlement:
    said = ErrorNote(
        ErrorKind.OUTCOME_UNKNOWN,
        f"not sent after all: {reason}",
        f"{_tried(publication.spent)} made; when the cause is gone: planrrr reschedule {publication.id[:8]} --at now",
    )
    return Settlement(Outcome.FAILED, State.FAILED, clear_sending=True, error=said)


def _tried(spent: int) -> str:
    return "1 attempt" if spent == 1 else f"{spent} attempts"


def after_interruption(publication: Publication, patience: Patience, *, now: datetime) -> Settlement:
    """The process that worked on it is gone. What happens depends on one thing: was a point of no return open?"""
    said = ErrorNote(ErrorKind.INTERRUPTED, "the process that was publishing it ended in the middle")
    if publication.sending_since is not None:
        said = replace(said, kind=ErrorKind.OUTCOME_UNKNOWN)
        return in_doubt(said, publication, patience, now=now)
    times = publication.interruptions + 1
    back = where_it_goes_on(publication.checkpoint)
    if times >= MOST_INTERRUPTIONS and back is State.SCHEDULED:
        said = replace(
            said, next=f"{times} processes ended while working on it; see the log, then reschedule it"
        )
        return Settlement(Outcome.FAILED, State.FAILED, error=said)
    wait = timedelta(0) if times == 1 else min(timedelta(seconds=15) * 2 ** (times - 2), timedelta(minutes=5))
    said = replace(said, next="it goes on from its last checkpoint")
    return Settlement(Outcome.INTERRUPTED, back, wake_at=now + wait, error=said)


ACCEPTED = "accepted"
"""The checkpoint key that says: the irrevocable call was answered with success and must never be sent again."""

WAITED = "waited"
"""The checkpoint key that says: the platform had it wait for a limit, so it may be later than others."""
