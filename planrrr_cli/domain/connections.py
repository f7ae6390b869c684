"""Connections: our authorisation to one account of one team, and what it is worth right now."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import Any

from planrrr_cli.domain.secrets import Secret

NOTHING: Mapping[str, Any] = MappingProxyType({})


class Platform(StrEnum):
    """The five platforms by the names that commands, tables and documents use."""

    FACEBOOK = "facebook"
    INSTAGRAM = "instagram"
    X = "x"
    YOUTUBE = "youtube"
    LINKEDIN = "linkedin"

    @classmethod
    def _missing_(cls, value: object) -> Platform | None:
        return cls.X if value == "twitter" else None


class ConnectionStatus(StrEnum):
    """What the lane may do."""

    ACTIVE = "active"  # publishes
    NEEDS_REAUTH = "needs_reauth"  # a person must sign in; publications wait. The run puts it here
    PAUSED = "paused"  # a person paused it; publications wait until `connections resume`


@dataclass(frozen=True, slots=True)
class Tokens:
    """Tokens of one account; ``expires_at`` is UTC, None means no known end.

    ``refresh_expires_at``: when the refresh token dies, or whatever else stands behind the access token, and a person
    must sign in; UTC, None means no known end.
    ``secret`` is the secret of an OAuth 1.0a token, which signs every call; None for bearer tokens.
    ``unreadable``: why the stored ones could not be decrypted; ``access`` is empty then.
    """

    access: Secret
    refresh: Secret | None = None
    expires_at: datetime | None = None
    secret: Secret | None = None
    unreadable: str | None = None
    refresh_expires_at: datetime | None = None

    def expires_within(self, margin: timedelta, *, now: datetime) -> bool:
        return self.expires_at is not None and self.expires_at <= now + margin


@dataclass(frozen=True, slots=True)
class Connection:
    """One row of ``connections``, tokens decrypted.

    ``options`` is platform-specific (Facebook: ``page_id``). ``held_until``: the platform asked this account to
    wait; the lane is not claimed before. ``max_lateness``: None means the program's default of 24 hours.
    ``app_id`` and ``app_secret``: the developer app that these tokens belong to, where it is not the one of the
    settings. ``renewing_since``: a renewal was sent whose answer is not stored. ``previous``: the tokens before the
    present ones, kept until these have worked once. ``granted_at``: when a person last signed in. ``warned_days``:
    the last warning that was given, in days before a person must sign in.
    """

    id: str
    team_id: str
    platform: Platform
    account_id: str
    account_name: str
    tokens: Tokens
    status: ConnectionStatus = ConnectionStatus.ACTIVE
    status_reason: str | None = None
    scopes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)
    held_until: datetime | None = None
    held_reason: str | None = None
    max_lateness: timedelta | None = None
    app_id: str | None = None
    app_secret: Secret | None = None
    renewing_since: datetime | None = None
    previous: Tokens | None = None
    granted_at: datetime | None = None
    warned_days: int | None = None


def fingerprint(app_id: str) -> str:
    """What an app is called where people may read it: an id may be the key that an OAuth 1.0a token is signed with."""
    return hashlib.sha256(app_id.encode()).hexdigest()[:12]
