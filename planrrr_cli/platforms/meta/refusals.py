"""Refusals that only the recipes for Meta's platforms tell apart; the run sees the domain's classes behind them."""

from __future__ import annotations

from planrrr_cli.domain.errors import ContentRejected, ErrorKind, PlatformUnavailable, RateLimited


class LinkNotRead(PlatformUnavailable):
    """Meta's crawler failed on the link: tried again like an outage, but no reason for the breaker."""

    kind = ErrorKind.VALIDATION_ERROR
    refused = True
    counts_for_breaker = False


class MediumNotRead(PlatformUnavailable):
    """Meta could not read or process a medium, which passes at times: tried again, but no reason for the breaker."""

    kind = ErrorKind.MEDIA_UPLOAD_ERROR
    refused = True
    counts_for_breaker = False


class GrowingLimit(RateLimited):
    """A limit that names no end and lengthens with every call; whoever meets it again waits longer."""


class SaysDuplicate(ContentRejected):
    """Refused since it is there already; after an earlier doubt this hints that the doubtful one is out."""
