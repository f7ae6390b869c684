"""Who must sign in soon: told once at each mark, whichever process comes first; when it is due the domain decides."""

from __future__ import annotations

import logging
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.renewal import End, last_moment, warning
from planrrr_cli.store import Tx, renewals
from planrrr_cli.store.renewals import Beyond

log = logging.getLogger("planrrr.publishing")


@dataclass(frozen=True, slots=True)
class Warned:
    """``left``: until ``end``; negative when it has passed."""

    connection: Connection
    end: End
    left: timedelta

    @property
    def sentence(self) -> str:
        """For people: who, by when, why, and what to do."""
        return f"{called(self.connection)}: {by_when(self.end, self.left)}: {command(self.connection)}"


def tell(tx: Tx, *, now: datetime) -> list[Warned]:
    """Marks in the caller's transaction what is to be told; say it only once that is durable."""
    found = []
    for connection in renewals.near_their_end(tx, now=now):
        days, end = warning(connection, now=now), last_moment(connection, now=now)
        if days is not None and end is not None and renewals.warned(tx, connection, days):
            found.append(Warned(connection, end, end.at - now))
    return found


def record(told: Iterable[Warned]) -> None:
    """One log record each."""
    for one in told:
        fields = {"platform": one.connection.platform.value, "connection_id": one.connection.id}
        fields |= {"sign_in_by": one.end.at.isoformat(), "reason": one.end.why}
        log.warning("sign-in needed", extra={**fields, "next": command(one.connection)})


def called(connection: Connection) -> str:
    return f"{connection.platform} account {connection.account_name}"


def command(connection: Connection) -> str:
    return f"planrrr connect {connection.platform} --account {connection.account_id}"


def by_when(end: End, left: timedelta) -> str:
    """The moment, in words that say how soon it is."""
    stopped = ", and renewing it has not worked" if end.by_itself else ""
    if left <= timedelta(0):
        return f"somebody must sign in again, it ended on {end.at:%Y-%m-%d} ({end.why}{stopped})"
    days = -(-left // timedelta(days=1))
    soon = "within a day" if days <= 1 else f"within {days} days"
    return f"somebody must sign in {soon}, by {end.at:%Y-%m-%d %H:%M} UTC ({end.why}{stopped})"


@dataclass(frozen=True, slots=True)
class Outlasted:
    """A connection with what is scheduled there for later than it lasts, in order."""

    connection: Connection
    end: End
    publications: tuple[Beyond, ...]


def outlasted(tx: Tx, found: Iterable[Connection], *, now: datetime) -> list[Outlasted]:
    """Which of ``found`` have something scheduled after their last moment. Their tokens may be sealed."""
    last = {one.id: (one, end) for one in found if (end := last_moment(one, now=now)) is not None}
    beyond: dict[str, list[Beyond]] = {}
    for each in renewals.beyond(tx, {key: end.at for key, (_, end) in last.items()}):
        beyond.setdefault(each.connection_id, []).append(each)
    return [Outlasted(*last[key], tuple(each)) for key, each in beyond.items()]


def after_the_end(connection: Connection, due_at: datetime, *, now: datetime) -> str | None:
    """Why a post of that time would wait, and what to do; None while the connection lasts until then, or may."""
    end = last_moment(connection, now=now)
    if end is None or due_at <= end.at:
        return None
    return (
        f"it is due at {due_at:%Y-%m-%d %H:%M} UTC, and {called(connection)} lasts until {end.at:%Y-%m-%d %H:%M} UTC "
        f"({end.why}); it would wait until somebody signs in: {command(connection)}"
    )
