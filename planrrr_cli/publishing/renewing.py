"""What a worker does to renew a lane's tokens: the present ones, and those before them while these have not worked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from planrrr_cli.domain.connections import Connection, Tokens
from planrrr_cli.domain.errors import ConnectionRevoked, TokenExpired
from planrrr_cli.platforms.base import Publisher


def renew(publisher: Publisher, connection: Connection) -> Tokens:
    """New tokens. Raises what ``publisher.refresh`` raises.

    Tokens that were refused and have never worked may have come damaged: then those before them are tried, too. Only
    when the platform refuses both are they dead; what may pass stays what it is.
    """
    try:
        return publisher.refresh(connection)
    except (ConnectionRevoked, TokenExpired):
        before = connection.previous
        if before is None:
            raise
        older = replace(
            connection.tokens,
            access=before.access or connection.tokens.access,
            refresh=before.refresh or connection.tokens.refresh,
        )
        try:
            return publisher.refresh(replace(connection, tokens=older))
        except (ConnectionRevoked, TokenExpired):
            pass
        raise


def worked(calls: Iterable[Mapping[str, object]]) -> bool:
    """Whether the platform took the token in one of these: answered well, and no call that makes tokens."""
    return any(_is_good(call.get("status")) and ".token." not in str(call.get("call")) for call in calls)


def _is_good(status: object) -> bool:
    return isinstance(status, int) and 200 <= status < 300
