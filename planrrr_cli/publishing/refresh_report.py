"""What a run that renews tokens tells about itself: one line for each connection it touched."""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.domain.connections import Connection
from planrrr_cli.publishing.tokens import Renewal, Renewed


@dataclass(frozen=True, slots=True)
class Line:
    """What became of one connection, which is shown as it is now.

    ``outcome``: ``refreshed``, ``failed`` (for now), ``needs_reauth``, ``fresh`` (not yet time), ``busy`` (another run
    holds it), ``waits`` (the platform lets it wait), ``not_renewable``. The tokens of ``connection`` are sealed.
    """

    connection: Connection
    outcome: str
    reason: str = ""
    next_step: str = ""


@dataclass(frozen=True, slots=True)
class RefreshReport:
    lines: tuple[Line, ...]
    stopped_by: int | None = None
    bugs: int = 0


def line(connection: Connection, found: Renewed) -> Line:
    """In the words of the command."""
    match found.outcome:
        case Renewal.KEPT | Renewal.DEFERRED:
            outcome = "failed"
        case Renewal.REPLACED | Renewal.UNCHANGED:
            outcome = "fresh"
        case Renewal.REFRESHED | Renewal.NEEDS_REAUTH:
            outcome = found.outcome.value
    return Line(connection, outcome, found.reason, found.next_step)
