"""What comes after publishing (permalink, first comment), and how it ends; a post that is out stays out."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random

from planrrr_cli.domain.backoff import retry_delay
from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, RateLimited, TokenExpired
from planrrr_cli.domain.publications import Outcome, Publication, State
from planrrr_cli.domain.settlement import MOST_FOLLOW_UPS, Outage, Settlement, held, held_by, limit_ends, note
from planrrr_cli.domain.steps import FollowedUp

_PATIENCE = timedelta(seconds=30)


def after_follow_up(
    ending: FollowedUp | PlatformError,
    publication: Publication,
    *,
    outage: Outage | None = None,
    now: datetime,
    random: Random,
) -> Settlement:
    """The publication keeps no error, since it is out; its attempt does, so that the story can be told."""
    if isinstance(ending, FollowedUp):
        return Settlement(
            Outcome.PUBLISHED, State.PUBLISHED, permalink=ending.permalink, notices=ending.notices
        )
    if isinstance(ending, ConnectionRevoked | TokenExpired | RateLimited):
        return _waits(ending, now=now, random=random)
    if outage is not None and outage.proven:
        return Settlement(
            Outcome.PUBLISHED,
            State.PUBLISHED,
            wake_at=outage.until,
            held_by=outage.scope,
            attempt_error=note(ending, f"the post is out; what is missing follows: {outage.told}"),
        )
    tries = publication.follow_ups + 1
    if tries < MOST_FOLLOW_UPS:
        at = now + retry_delay(tries, _PATIENCE, random)
        said = note(
            ending, f"the post is out; try {tries + 1} of {MOST_FOLLOW_UPS} begins at {at:%H:%M:%S} UTC"
        )
        return Settlement(Outcome.PUBLISHED, State.PUBLISHED, wake_at=at, attempt_error=said)
    return Settlement(
        Outcome.PUBLISHED,
        State.PUBLISHED,
        notices=(f"not completed: {ending.message}",),
        attempt_error=note(ending, "the post is out and stays as it is"),
    )


def _waits(
    error: ConnectionRevoked | TokenExpired | RateLimited, *, now: datetime, random: Random
) -> Settlement:
    """The account has to wait or be mended; the post is out whatever happens."""
    until = limit_ends(error, now=now, random=random) if isinstance(error, RateLimited) else None
    if until is not None:
        then = f"the post is out; what is missing follows at {until:%Y-%m-%d %H:%M} UTC"
    elif isinstance(error, TokenExpired):
        then = "the post is out; what is missing follows once the token is refreshed"
    else:
        again = error.next_step or f"sign in again: planrrr connect {error.platform}"
        then = f"the post is out; for what is missing {again}"
    return Settlement(
        Outcome.PUBLISHED,
        State.PUBLISHED,
        wake_at=until or now,
        needs_reauth=error.message if isinstance(error, ConnectionRevoked) else None,
        hold_until=held(error, until),
        held_by=held_by(error),
        refresh_token=isinstance(error, TokenExpired),
        attempt_error=note(error, then),
    )
