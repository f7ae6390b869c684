"""Which breakers concern a connection, or the end of an attempt, and what they answer; a reading of their states."""

from __future__ import annotations

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from planrrr_cli.domain import breaker as rules_of
from planrrr_cli.domain.breaker import Answer, Breaker, Claim, Key
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import RateLimited, Scope
from planrrr_cli.publishing.attempt import Ended
from planrrr_cli.publishing.health import is_renewal
from planrrr_cli.publishing.lane import Lane


@dataclass(frozen=True, slots=True)
class Refusal:
    """Nothing may begin because of ``breaker``; it makes sense to ask again at ``until``."""

    breaker: Breaker
    until: datetime


def keys_of(connection: Connection) -> Sequence[Key]:
    """The breakers that concern an attempt on a connection."""
    platform = connection.platform
    app = Key.of_app(platform, connection.app_id)
    return Key(Scope.PLATFORM, platform), app, Key.of_account(platform, connection.id)


def tokens_of(connection: Connection) -> Key:
    """The breaker that concerns only the renewal of its token, together with all others."""
    return Key.of_tokens(connection.platform, connection.app_id)


def asked_by(connection: Connection, *, renewing: bool) -> Sequence[Key]:
    """``renewing``: its token is to be renewed first."""
    return [*keys_of(connection), tokens_of(connection)] if renewing else keys_of(connection)


def claim_of(lane: Lane) -> Claim:
    return Claim(lane.connection.id, lane.claim_id)


def refusal(
    sick: Mapping[Key, Breaker], keys: Sequence[Key], claim: Claim, *, now: datetime
) -> Refusal | None:
    """Of ``sick``, the one among ``keys`` that refuses for the longest; None when all of them let pass."""
    refusing = [
        Refusal(sick[key], rules_of.goes_on(sick[key], now=now))
        for key in keys
        if key in sick and rules_of.asked(sick[key], claim, now=now) is Answer.REFUSES
    ]
    return max(refusing, key=lambda one: one.until, default=None)


def goes_on(until: datetime) -> str:
    return f"it goes on by itself at {until:%Y-%m-%d %H:%M:%S} UTC"


def told_of(ended: Ended) -> Sequence[Key]:
    """The breakers that this end can tell something of; the first is the one that counts its failures."""
    connection = ended.work.lane.connection
    return [tokens_of(connection)] if is_renewal(ended) else keys_of(connection)


def told_by(ended: Ended) -> Key:
    """The one whose word a refusal is."""
    assert isinstance(ended.ending, RateLimited)
    of_platform, *others = told_of(ended)
    return next((key for key in others if key.scope is ended.ending.scope), of_platform)


def id_of(ended: Ended) -> str:
    """The same for the same end, however often it is told."""
    attempt, lane = ended.work.attempt, ended.work.lane
    return attempt.id if attempt else str(uuid.uuid5(uuid.UUID(lane.claim_id), lane.connection.id))


def whose(ended: Ended) -> dict[str, object]:
    attempt, publication = ended.work.attempt, ended.work.publication
    if attempt is None or publication is None:
        return {"connection": ended.work.lane.connection.id}
    return {"publication": publication.id, "attempt": attempt.id}


def platform_of(ended: Ended) -> Platform:
    return ended.work.lane.connection.platform
