"""What a run tells about itself: one line for each publication it touched, and the counts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime
from typing import Protocol

from planrrr_cli.domain.breaker import BreakerState
from planrrr_cli.domain.publications import Attempt, AttemptKind, ErrorNote, Outcome, Publication
from planrrr_cli.domain.settlement import Settlement

COUNTED = (
    Outcome.PUBLISHED,
    Outcome.PROCESSING,
    Outcome.DEFERRED,
    Outcome.RETRIED,
    Outcome.FAILED,
    Outcome.IN_DOUBT,
    Outcome.MISSED,
)
NEEDS_PERSON = frozenset({Outcome.FAILED, Outcome.IN_DOUBT, Outcome.MISSED})


class Progress(Protocol):
    """Told of everything, on the main thread, while a run works."""

    def begun(self, publication: Publication, attempt: Attempt) -> None: ...

    def step(self, publication: Publication, name: str) -> None: ...

    def uploaded(self, publication: Publication, done: int, total: int) -> None:
        """``done`` of ``total`` bytes; the only one that the workers call, from their threads."""

    def ended(self, publication: Publication, outcome: Outcome, error: ErrorNote | None) -> None: ...


class Silent:
    """Progress for whoever does not look."""

    def begun(self, publication: Publication, attempt: Attempt) -> None:
        pass

    def step(self, publication: Publication, name: str) -> None:
        pass

    def uploaded(self, publication: Publication, done: int, total: int) -> None:
        pass

    def ended(self, publication: Publication, outcome: Outcome, error: ErrorNote | None) -> None:
        pass


@dataclass(frozen=True, slots=True)
class ReportLine:
    """Where a publication was when the run let go of it."""

    id: str
    post_id: str
    platform: str
    connection_id: str
    outcome: Outcome
    remote_id: str | None = None
    permalink: str | None = None
    due_at: datetime | None = None
    error: ErrorNote | None = None
    notices: tuple[str, ...] = ()
    waits_for: str | None = None
    wake_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class BreakerLine:
    """A breaker that opened or closed: ``called`` names it for people, ``state`` is what it is now."""

    scope: str
    platform: str
    called: str
    state: BreakerState
    opened_at: datetime | None
    open_until: datetime | None
    reason: str


@dataclass(frozen=True, slots=True)
class RunReport:
    """``counts`` has every counted outcome by its word; ``doubts_waiting`` counts doubts only a person can end.

    ``needs_reauth``: the connections on which something is due and somebody has to sign in first.
    ``doubts_pending`` counts the doubts that the platform is still asked about, next at ``next_look``; ``due``
    what is due and has not begun, by what it waits for (``store.waiting.due``). ``breakers``: which this run has seen
    open or close. ``sign_ins``: who must sign in soon, in words, each told by one run only.
    """

    run_id: str
    counts: Mapping[str, int]
    publications: tuple[ReportLine, ...]
    stopped_by: int | None = None
    bugs: int = 0
    doubts_waiting: int = 0
    needs_reauth: tuple[str, ...] = ()
    doubts_pending: int = 0
    next_look: datetime | None = None
    due: Mapping[str, int] = field(default_factory=dict)
    breakers: tuple[BreakerLine, ...] = ()
    sign_ins: tuple[str, ...] = ()


@dataclass(slots=True)
class Reporter:
    """Collects lines while a run works."""

    lines: dict[str, ReportLine] = field(default_factory=dict)
    needs_reauth: dict[str, None] = field(default_factory=dict)
    breakers: list[BreakerLine] = field(default_factory=list)
    bugs: int = 0

    def settled(
        self, publication: Publication, settlement: Settlement, kind: AttemptKind = AttemptKind.PUBLISH
    ) -> None:
        """Keep the newest word on ``publication``; a follow-up only adds to what publishing said."""
        before = self.lines.get(publication.id)
        if kind is AttemptKind.FOLLOW_UP:
            if before is not None:
                self.lines[publication.id] = replace(
                    before,
                    permalink=settlement.permalink or before.permalink,
                    notices=before.notices + settlement.notices,
                )
            return
        outcome = Outcome.RETRIED if settlement.outcome is Outcome.INTERRUPTED else settlement.outcome
        self.lines[publication.id] = ReportLine(
            publication.id,
            publication.post.id,
            publication.platform.value,
            publication.connection.id,
            outcome,
            settlement.remote_id or publication.remote_id,
            settlement.permalink or publication.permalink,
            publication.due_at,
            settlement.error,
            settlement.notices,
            settlement.waits_for,
            settlement.wake_at,
        )

    def refused(self, line: ReportLine) -> None:
        """A breaker kept it from beginning. What it did before in this run stays told, where that was more."""
        before = self.lines.get(line.id)
        if before is None or before.outcome in {Outcome.DEFERRED, Outcome.RETRIED, Outcome.IN_DOUBT}:
            self.lines[line.id] = line

    def counts(self) -> dict[str, int]:
        found = {outcome.value: 0 for outcome in COUNTED}
        for line in self.lines.values():
            if line.outcome.value in found:
                found[line.outcome.value] += 1
        return found
