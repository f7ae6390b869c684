"""Refusals that only YouTube's recipe tells apart; the run sees the classes of the domain behind them."""

from __future__ import annotations

from datetime import timedelta

from planrrr_cli.domain.errors import ErrorKind, PlatformUnavailable


class Busy(PlatformUnavailable):
    """YouTube asks to come again; ``wait`` when it says after how long."""

    wait: timedelta | None = None


class SaysExists(PlatformUnavailable):
    """A session was not opened since "it exists already", which passes: surely without effect, and no outage."""

    counts_for_breaker = False


class SessionOver(PlatformUnavailable):
    """This session takes no more bytes, and answers no more questions."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    counts_for_breaker = False


class NotVisibleYet(PlatformUnavailable):
    """A new video that not all of YouTube knows yet: worth another try in a minute, and no outage."""

    counts_for_breaker = False
