"""Whether a publication may begin now, decided before an attempt exists and without spending one.

The order is: lane → token → (here the breaker will be asked) → lateness → content. Whether there is room within the
platform's limits is asked for all lanes of a turn together, in ``reserving.py``.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import ContentRules, errors_among, problems
from planrrr_cli.domain.publications import ErrorNote, Publication, State
from planrrr_cli.domain.steps import PARTS

MAX_LATENESS = timedelta(hours=24)


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
    if tokens.expires_within(refresh_before, now=now):
        if can_refresh:
            return RefreshFirst()
        if tokens.expires_within(timedelta(0), now=now):
            return NeedsPerson(f"the token ended at {tokens.expires_at:%Y-%m-%d %H:%M} UTC")
    if publication.state not in {State.DRAFT, State.SCHEDULED}:
        return Admitted()
    if not expedited and (late := lateness(publication, now=now)):
        return late
    found = errors_among(problems(publication.post, rules))
    if found:
        more = f" (and {len(found) - 1} more)" if len(found) > 1 else ""
        next_step = f"mend the document and add it again; planrrr explain {publication.id[:8]} tells more"
        return Invalid(ErrorNote(ErrorKind.VALIDATION_ERROR, found[0].message + more, next_step))
    return Admitted()


def lateness(publication: Publication, *, now: datetime) -> TooLate | None:
    """TooLate when the promised time is longer ago than the post, its connection or the default allows."""
    if publication.checkpoint.get(PARTS):  # half a thread is out, and the rest belongs to it
        return None
    most = publication.post.max_lateness or publication.connection.max_lateness or MAX_LATENESS
    if publication.due_at is None or now - publication.due_at <= most:
        return None
    late = now - publication.due_at
    message = f"it was due {_told(late)} ago and may be at most {_told(most)} late"
    next_step = f"planrrr reschedule {publication.id[:8]} --at now (or another time)"
    return TooLate(ErrorNote(ErrorKind.VALIDATION_ERROR, message, next_step))


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
