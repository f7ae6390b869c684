"""Refusals that only YouTube's recipe tells apart; the run sees the classes of the domain behind them."""

from __future__ import annotations

from datetime import timedelta

from planrrr_cli.domain.errors import ErrorKind, PlatformError, PlatformUnavailable


class Busy(PlatformUnavailable):
    """YouTube asks to come again; ``wait`` when it says after how long."""

    wait: timedelta | None = None


def asks_to_wait(error: PlatformError) -> timedelta | None:
    """How long YouTube wants to be left alone, where it says so."""
    return error.wait if isinstance(error, Busy) else None


def pause_after(error: PlatformError, pause: timedelta) -> timedelta:
    """``pause``, or longer where YouTube says so."""
    return max(pause, asks_to_wait(error) or pause)


class SaysExists(PlatformUnavailable):
    """A session was not opened since "it exists already", which passes: surely without effect, and no outage."""

    counts_for_breaker = False


class SessionOver(PlatformUnavailable):
    """This session takes no more bytes, and answers no more questions."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False
