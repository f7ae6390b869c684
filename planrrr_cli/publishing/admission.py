"""Whether a publication may begin now, decided before an attempt exists and without spending one.

The order is: lane → token → (here the breaker and the rate-limit buckets will be asked) → lateness → content.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.errors import ErrorKind
from planrrr_cli.domain.posts import ContentRules, errors_among, problems
from planrrr_cli.domain.publications import ErrorNote, Publication, State

MAX_LATENESS = timedelta(hours=24)
REFRESH_BEFORE = timedelta(minutes=10)


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
    now: datetime,
    expedited: bool = False,
) -> Admission:
    """``expedited``: a person asked for it now, so being late does not matter."""
    tokens = publication.connection.tokens
    if tokens.expires_within(REFRESH_BEFORE, now=now):
        if can_refresh:
            return RefreshFirst()
        if tokens.expires_within(timedelta(0), now=now):
            return NeedsPerson(f"the token ended at {tokens.expires_at:%Y-%m-%d %H:%M} UTC")
    if publication.state is not State.SCHEDULED:
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
    most = publication.post.max_lateness or publication.connection.max_lateness or MAX_LATENESS
    if publication.due_at is None or now - publication.due_at <= most:
        return None
    hours = (now - publication.due_at) / timedelta(hours=1)
    message = (
        f"it was due {hours:.0f} hours ago, later than the {most / timedelta(hours=1):g} hours it may be late"
    )
    next_step = f"planrrr reschedule {publication.id[:8]} --at now (or another time)"
    return TooLate(ErrorNote(ErrorKind.VALIDATION_ERROR, message, next_step))
