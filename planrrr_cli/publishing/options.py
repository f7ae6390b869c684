"""What a caller may ask of one run."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from planrrr_cli.domain.connections import Platform


@dataclass(frozen=True, slots=True)
class RunOptions:
    """``limit`` counts publications begun; ``publications`` restricts the run to these, whatever their time.

    ``linger``: a run stays this long for a wake-up of its own making (a retry, a check, a first look).
    """

    limit: int | None = None
    concurrency: int | None = None
    max_seconds: float | None = None
    platforms: frozenset[Platform] | None = None
    publications: frozenset[str] | None = None
    grace: float = 20.0
    linger: timedelta = timedelta(seconds=12)
