"""From ``facebook`` or ``facebook:Acme`` to the connection that is meant, with a sentence when it is not clear."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime

from planrrr_cli.commands.shapes import Shape
from planrrr_cli.documents.fields import Target, parse_platform, parse_target
from planrrr_cli.domain.connections import Connection, ConnectionStatus, Platform
from planrrr_cli.domain.errors import NotFound, UsageError
from planrrr_cli.publishing.sign_ins import after_the_end
from planrrr_cli.render import clean, counted
from planrrr_cli.store import Tx, connections


def read_platform(typed: str) -> Platform:
    """A platform as typed after ``--platform``."""
    try:
        return parse_platform(typed)
    except ValueError as error:
        raise UsageError(str(error)) from None


def read_targets(typed: Iterable[str]) -> tuple[Target, ...]:
    """What was typed after ``--to``, each once."""
    try:
        return tuple(dict.fromkeys(parse_target(one) for one in typed))
    except ValueError as error:
        raise UsageError(f"--to: {error}") from None


def resolve(tx: Tx, targets: Iterable[Target]) -> list[Connection]:
    """The connections that ``targets`` mean, each once; NotFound or UsageError with the way out."""
    found: dict[str, Connection] = {}
    for target in targets:
        connection = (
            connections.find(tx, target.account, target.platform, tokens=False)
            if target.account
            else _only(tx, target)
        )
        found[connection.id] = connection
    return list(found.values())


def _only(tx: Tx, target: Target) -> Connection:
    there = connections.listing(tx, platform=target.platform, tokens=False)
    if not there:
        raise NotFound(
            f"there is no {target.platform} connection; add one: planrrr connect {target.platform}"
        )
    if len(there) > 1:
        names = ", ".join(f'"{target.platform}:{clean(one.account_name)}"' for one in there[:8])
        more = f" and {len(there) - 8} more" if len(there) > 8 else ""
        many = counted(len(there), f"{target.platform} connection")
        raise UsageError(f"there are {many}; name one of {names}{more}")
    return there[0]


def waits(connection: Connection) -> str | None:
    """Why publications of the connection would wait at present, and what a person can do."""
    name = f"{connection.platform} account {connection.account_name}"
    if connection.status is ConnectionStatus.PAUSED:
        return f"{name} is paused; posts wait until: planrrr connections resume {connection.id[:8]}"
    if connection.status is ConnectionStatus.NEEDS_REAUTH:
        why = f" ({connection.status_reason})" if connection.status_reason else ""
        return f"{name} needs a new sign-in{why}; posts wait until: planrrr connect {connection.platform}"
    return None


def outlasting(found: Iterable[Connection], at: datetime, *, now: datetime) -> list[Shape]:
    """Warnings about connections that end before a post of that time goes out, unless somebody signs in."""
    return [
        {"platform": connection.platform.value, "rule": "sign_in_ends", "message": why}
        for connection in found
        if (why := after_the_end(connection, at, now=now)) is not None
    ]


def removed(tx: Tx, connection: Connection) -> str | None:
    """Why nothing goes out there again, and what a person can do, when the account was removed."""
    if any(there.id == connection.id for there in connections.listing(tx, tokens=False)):
        return None
    again = f"planrrr connect {connection.platform}"
    return f"its account was removed; add it ({again}) and the post again"
