"""What a renewal of a lane's tokens settles. It runs under the lease, so tokens that work once are never raced."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from planrrr_cli.domain.connections import Connection, ConnectionStatus, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    LeaseLost,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.settlement import held_by
from planrrr_cli.platforms import publisher_class
from planrrr_cli.publishing.attempt import Bug, Ended, Ending, Message
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.store import Tx, connections, renewals

log = logging.getLogger("planrrr.publishing")


PAUSED_RESTS = timedelta(hours=6)  # until a dead token of a paused account is asked about again
RETRY_AFTER = timedelta(minutes=1)
GOOD_ENOUGH = timedelta(minutes=10)  # a token that lives longer is used when its renewal fails for now


IN_HAND = timedelta(minutes=10)  # that new tokens are held while the database is away: nobody else has them


def patience(messages: Iterable[Message], usual: float) -> float:
    """Seconds that the database is waited for with ``messages`` in hand."""
    renewed = any(isinstance(one, Ended) and isinstance(one.ending, Tokens) for one in messages)
    return max(usual, IN_HAND.total_seconds()) if renewed else usual


class Renewal(StrEnum):
    """What became of it."""

    REFRESHED = "refreshed"  # new tokens are durable
    REPLACED = "replaced"  # somebody signed in meanwhile, or another process was quicker: nothing is lost
    UNCHANGED = "unchanged"  # the platform gave no new token, and takes the present one
    KEPT = "kept"  # it failed for now, and the present token is still good
    DEFERRED = "deferred"  # it failed for now, and the lane waits for another try
    NEEDS_REAUTH = "needs_reauth"  # the platform says that only a person can help


@dataclass(frozen=True, slots=True)
class Renewed:
    """``reason`` and ``next_step`` in words, where it is no success."""

    outcome: Renewal
    reason: str = ""
    next_step: str = ""

    @property
    def goes_on(self) -> bool:
        """Whether the lane may be worked on."""
        return self.outcome not in {Renewal.DEFERRED, Renewal.NEEDS_REAUTH}


def settle_refresh(
    tx: Tx, lane: Lane, ending: Ending, *, now: datetime, not_before: datetime | None = None
) -> Renewed:
    """Make new tokens durable before anything uses them.

    A renewal that a person must mend parks the connection; any other failure puts the lane back for a later run, unless
    the token was renewed early and is still good. ``not_before``: when this lane may ask again. How long all that need
    the same service have to wait is its breaker's to say.
    """
    wanted = lane.refresh_wanted
    lane.refresh_wanted, lane.refreshed = False, True
    found = _settled(tx, lane, ending, wanted, now, not_before)
    level = logging.WARNING if found.outcome in _TROUBLE else logging.INFO
    fields = {"platform": lane.connection.platform.value, "connection_id": lane.connection.id}
    said = {"reason": found.reason, "next": found.next_step} if found.reason else {}
    log.log(level, _SAID[found.outcome], extra={**fields, "outcome": found.outcome.value, **said})
    return found


_TROUBLE = frozenset({Renewal.KEPT, Renewal.DEFERRED, Renewal.NEEDS_REAUTH})
_SAID = {
    Renewal.REFRESHED: "token refreshed",
    Renewal.REPLACED: "token replaced meanwhile",
    Renewal.UNCHANGED: "token unchanged",
    Renewal.KEPT: "token not refreshed",
    Renewal.DEFERRED: "token not refreshed",
    Renewal.NEEDS_REAUTH: "token refused",
}


def _settled(
    tx: Tx, lane: Lane, ending: Ending, wanted: bool, now: datetime, not_before: datetime | None
) -> Renewed:
    connection = lane.connection
    if isinstance(ending, Tokens) and ending == connection.tokens:
        return Renewed(Renewal.UNCHANGED, "the platform gave no new token, and the present one works")
    if isinstance(ending, Tokens) and ending.access:
        saved = renewals.save(tx, connection, ending, now=now)
        return Renewed(Renewal.REFRESHED if saved else Renewal.REPLACED)
    if not connections.still_has(tx, connection):
        return Renewed(Renewal.REPLACED)
    if isinstance(ending, ConnectionRevoked | TokenExpired):
        reason = _refusal(connection, ending)
        connections.set_needs_reauth(tx, connection.id, reason, claim_id=lane.claim_id, now=now)
        if (
            connection.status is ConnectionStatus.PAUSED
        ):  # a pause outlives the sign-in; the service rests, too
            until = now + PAUSED_RESTS
            connections.hold(tx, connection.id, until=until, reason=reason, claim_id=lane.claim_id, now=now)
        return Renewed(Renewal.NEEDS_REAUTH, reason, ending.next_step or "")
    if connection.renewing_since is None and _without_effect(ending):
        renewals.never_sent(tx, connection.id, claim_id=lane.claim_id, now=now)
    reason = str(ending)
    if isinstance(ending, Tokens):
        reason = "the platform answered without a token"
    elif isinstance(ending, Bug):
        reason = f"a bug in planrrr ({ending.name}); the log has the traceback, please report it"
    next_step = (
        ending.next_step if isinstance(ending, PlatformError) else None
    ) or "it is tried again by itself"
    if not wanted and not connection.tokens.expires_within(GOOD_ENOUGH, now=now):
        return Renewed(Renewal.KEPT, reason, next_step)
    until = now + RETRY_AFTER
    if isinstance(ending, RateLimited) and ending.retry_at is not None and held_by(ending) is None:
        until = max(until, ending.retry_at)
    until = max(until, not_before or until)
    connections.hold(tx, connection.id, until=until, reason=reason, claim_id=lane.claim_id, now=now)
    return Renewed(Renewal.DEFERRED, reason, next_step)


def _without_effect(ending: Ending) -> bool:
    """The refresh token is surely as good as before: nothing was sent, or it was refused for another reason."""
    never_sent = isinstance(ending, PlatformUnavailable) and ending.never_sent
    return never_sent or isinstance(ending, RateLimited | LeaseLost)


def _refusal(connection: Connection, error: ConnectionRevoked | TokenExpired) -> str:
    """Why only a person can help; where an answer was lost before, that is the reason, and not the account."""
    since = connection.renewing_since
    if since is None or not publisher_class(connection.platform).rotates:
        return error.message
    return (
        f"the answer to a renewal of {since:%Y-%m-%d %H:%M} UTC was lost, and with it the only new token; "
        f"the one before is not accepted any more: {error.message}"
    )
