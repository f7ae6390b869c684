"""When calls work again after X said that there were too many: read from headers, a pure function.

https://docs.x.com/x-api/fundamentals/rate-limits (read 2026-08-22). Headers of 24 hours were seen on legacy plans only.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from planrrr_cli.domain.errors import Scope
from planrrr_cli.platforms.wire import Reply

FARTHEST = timedelta(hours=24)  # a reset that is named farther away, or past, is not believed
_DAYS = (("x-app-limit-24hour", Scope.APP), ("x-user-limit-24hour", Scope.CONNECTION))


@dataclass(frozen=True, slots=True)
class Wait:
    """``until`` None: X named no time that can be believed."""

    until: datetime | None
    scope: Scope


def wait_of(reply: Reply, now: datetime) -> Wait:
    """A used-up day first, since it lasts longest; then the window; then ``Retry-After``, which nobody documented."""
    for name, scope in _DAYS:
        if _number(reply.header(f"{name}-remaining")) == 0:
            until = _moment(reply.header(f"{name}-reset"), now)
            if until is not None:
                return Wait(until, scope)
    until = _moment(reply.header("x-rate-limit-reset"), now)
    if until is None:
        seconds = _number(reply.header("retry-after"))
        if seconds is not None and 0 < seconds <= FARTHEST.total_seconds():
            until = now + timedelta(seconds=seconds)
    return Wait(until, Scope.CONNECTION)


def next_midnight(now: datetime) -> datetime:
    """A cap by the day ends at midnight UTC."""
    return now.astimezone(UTC).replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)


def _number(text: str | None) -> int | None:
    try:
        return int(text or "")
    except ValueError:
        return None


def _moment(text: str | None, now: datetime) -> datetime | None:
    seconds = _number(text)
    if seconds is None:
        return None
    try:
        until = datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, OSError, ValueError):
        return None
    return until if now < until <= now + FARTHEST else None
