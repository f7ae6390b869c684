"""Which breakers concern a connection, and what they answer it: a reading of their states. Nothing is changed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from planrrr_cli.domain import breaker as rules_of
from planrrr_cli.domain.breaker import Answer, Breaker, Claim, Key
from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import Scope
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
