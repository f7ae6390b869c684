"""Whether a publication may begin now, decided before an attempt exists and without spending one.

The order is: lane → token → lateness → content, which need no call; then, by the run, the breakers, and last whether
there is room within the platform's limits, for all lanes of a turn together (``reserving.py``). A token is only
refreshed where the breakers let a call pass.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import ContentRules, errors_among, problems
from planrrr_cli.domain.publications import ErrorNote, Publication, State
from planrrr_cli.domain.settlement import ACCEPTED, WAITED
from planrrr_cli.domain.steps import PARTS

MAX_LATENESS = timedelta(hours=24)
LONGEST_WAIT = timedelta(days=7)  # of what would be in time, had the platform not made it wait


@dataclass(frozen=True, slots=True)
class Admitted:
    pass


@dataclass(frozen=True, slots=True)
class RefreshFirst:
    """The token ends soon (or has ended) and can be renewed."""


@dataclass(frozen=True, slots=True)
class NeedsPerson:
    """The connection cannot publish until somebody signs in again."""

    reason: str


@dataclass(frozen=True, slots=True)
class Rests:
    """The account has to rest until then, by itself."""

    until: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class TooLate:
    error: ErrorNote


@dataclass(frozen=True, slots=True)
class Invalid:
    """The platform's rules refuse the post as it is; no byte needs to be sent to know it."""

    error: ErrorNote


Admission = Admitted | RefreshFirst | NeedsPerson | TooLate | Invalid


def admit(
    publication: Publication,
    *,
    rules: ContentRules,
    can_refresh: bool,
    refresh_before: timedelta,
    now: datetime,
    expedited: bool = False,
) -> Admission:
    """``expedited``: a person asked for it now, so being late does not matter."""
    tokens = publication.connection.tokens
    if tokens.unreadable:
        return NeedsPerson(tokens.unreadable)
    doubted = (
        publication.connection.renewing_since is not None
    )  # whether an answer was lost is to be known soon
    ends = doubted or tokens.expires_within(refresh_before, now=now)
    if ends and not can_refresh and tokens.expires_within(timedelta(0), now=now):
        return NeedsPerson(f"the token ended at {tokens.expires_at:%Y-%m-%d %H:%M} UTC")
    passed = RefreshFirst() if ends and can_refresh else Admitted()
    if publication.state not in {State.DRAFT, State.SCHEDULED}:
        return passed
    if not expedited and (late := lateness(publication, now=now)):
        return late
    found = errors_among(problems(publication.post, rules))
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        next_step = f"mend the document and add it again; planrrr explain {publication.id[:8]} tells more"
        return Invalid(ErrorNote(ErrorKind.VALIDATION_ERROR, found[0].message + more, next_step))
    return passed


def lateness(publication: Publication, *, now: datetime) -> TooLate | None:
    """TooLate when the promised time is longer ago than the post, its connection or the default allows."""
    # Half a thread is out and the rest belongs to it, or all of it is there and is only looked at
    if publication.checkpoint.get(PARTS) or publication.checkpoint.get(ACCEPTED):
        return None
    if publication.due_at is None or not is_late(publication, now=now):
        return None
    most, late = _most(publication), now - publication.due_at
    message = f"it was due {_told(late)} ago and may be at most {_told(most)} late"
    next_step = f"planrrr reschedule {publication.id[:8]} --at now (or another time)"
    return TooLate(ErrorNote(ErrorKind.VALIDATION_ERROR, message, next_step))


def is_late(publication: Publication, *, now: datetime) -> bool:
    """It was promised for a time longer ago than the post, its connection or the default allows."""
    return publication.due_at is not None and now - publication.due_at > _most(publication)


def _most(publication: Publication) -> timedelta:
    limited = publication.error is not None and publication.error.kind is ErrorKind.RATE_LIMIT_ERROR
    made_to_wait = limited or WAITED in publication.checkpoint
    usual = LONGEST_WAIT if made_to_wait else MAX_LATENESS
    return publication.post.max_lateness or publication.connection.max_lateness or usual


def _told(span: timedelta) -> str:
    """In the largest unit of which there is at least one."""
    for name, unit in (
        ("day", timedelta(days=1)),
        ("hour", timedelta(hours=1)),
        ("minute", timedelta(minutes=1)),
    ):
        if span >= unit:
            count = f"{span / unit:.1f}".removesuffix(".0")
            return f"{count} {name}" if count == "1" else f"{count} {name}s"
    return "1 second" if round(span.total_seconds()) == 1 else f"{span.total_seconds():.0f} seconds"
