"""What a refresh of a lane's token settles. The refresh runs under the lease, so rotating tokens are never raced."""

from __future__ import annotations

import logging
from datetime import datetime, timedelta

from planrrr_cli.domain.connections import Tokens
from planrrr_cli.domain.errors import ConnectionRevoked, RateLimited, TokenExpired
from planrrr_cli.domain.settlement import held_by
from planrrr_cli.publishing.attempt import Ending
from planrrr_cli.publishing.lane import Lane
from planrrr_cli.store import Tx, connections

log = logging.getLogger("planrrr.publishing")


RETRY_AFTER = timedelta(minutes=1)
GOOD_ENOUGH = timedelta(minutes=10)  # a token that lives longer is used when its renewal fails for now


def settle_refresh(
    tx: Tx, lane: Lane, ending: Ending, *, now: datetime, not_before: datetime | None = None
) -> bool:
    """Make new tokens durable before anything uses them; True when the lane may go on.

    A refresh that a person must mend parks the connection; any other failure puts the lane back for a later run, unless
    the token was renewed early and is still good. ``not_before``: when this lane may ask again. How long all that need
    the same service have to wait is its breaker's to say.
    """
    wanted = lane.refresh_wanted
    lane.refresh_wanted, lane.refreshed = False, True
    connection = lane.connection
    fields = {"platform": connection.platform.value, "connection_id": connection.id}
    if not connections.still_has(tx, connection):
        log.info("token replaced meanwhile", extra={**fields, "outcome": "dropped"})
        return True
    if isinstance(ending, Tokens) and ending.access:
        log.info("token refreshed", extra={**fields, "outcome": "refreshed"})
        return connections.save_tokens(tx, connection.id, ending, claim_id=lane.claim_id, now=now)
    if isinstance(ending, ConnectionRevoked | TokenExpired):
        log.warning("token refused", extra={**fields, "outcome": "needs_reauth", "reason": ending.message})
        connections.set_needs_reauth(tx, connection.id, ending.message, claim_id=lane.claim_id, now=now)
        return False
    reason, until = str(ending), now + RETRY_AFTER
    if isinstance(ending, Tokens):
        reason = "the platform answered without a token"
    if not wanted and not connection.tokens.expires_within(GOOD_ENOUGH, now=now):
        log.warning("token not refreshed", extra={**fields, "outcome": "kept", "reason": reason})
        return True
    if isinstance(ending, RateLimited) and ending.retry_at is not None and held_by(ending) is None:
        until = max(until, ending.retry_at)
    until = max(until, not_before or until)
    log.warning("token not refreshed", extra={**fields, "outcome": "deferred", "reason": reason})
    connections.hold(tx, connection.id, until=until, reason=reason, claim_id=lane.claim_id, now=now)
    return False
