"""What a run shows while it works: a line for each publication under way, on a terminal only."""

from __future__ import annotations

import logging
import sys
from types import TracebackType
from typing import TYPE_CHECKING, Any

from planrrr_cli import render
from planrrr_cli.commands.shapes import short
from planrrr_cli.domain.publications import Attempt, ErrorNote, Outcome, Publication

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID


class RunProgress:
    """Told by the run, on its main thread; silent unless stderr is a terminal and people are meant."""

    def __init__(self, *, as_json: bool) -> None:
        self._bars: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._wanted = not as_json and render.is_terminal(sys.stderr) and not render.is_plain()
        self._streams: list[tuple[logging.StreamHandler[Any], Any]] = []

    def __enter__(self) -> RunProgress:
        if self._wanted:
            from rich.console import Console
            from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

            columns = (SpinnerColumn(), TextColumn("{task.description}", markup=False), TimeElapsedColumn())
            self._bars = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bars.start()
            self._logs_above()
        return self

    def _logs_above(self) -> None:
        """Log records go through rich while it draws, so that they stand above the bars and not within them."""
        for handler in logging.getLogger().handlers:
            if isinstance(handler, logging.StreamHandler):
                self._streams.append((handler, handler.setStream(sys.stderr)))

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bars is not None:
            self._bars.stop()
        for handler, stream in self._streams:
            handler.setStream(stream or sys.stderr)

    def begun(self, publication: Publication, attempt: Attempt) -> None:
        """A bar for one attempt appears."""
        if self._bars is not None:
            called = self._called(publication, attempt.kind.value.replace("_", " "))
            self._tasks[publication.id] = self._bars.add_task(called, total=None)

    def step(self, publication: Publication, name: str) -> None:
        """One more step of it is durable."""
        task = self._tasks.get(publication.id)
        if self._bars is not None and task is not None:
            what = "sending" if name.startswith("PointOfNoReturn") else "a step is done"
            self._bars.update(task, description=self._called(publication, what))

    def uploaded(self, publication: Publication, done: int, total: int) -> None:
        """Part of a long upload has arrived; called by the workers (rich locks by itself)."""
        task = self._tasks.get(publication.id)
        if self._bars is not None and task is not None:
            what = f"uploading, {done * 100 // max(total, 1)}% of {total / 1e6:,.1f} MB"
            self._bars.update(task, description=self._called(publication, what))

    def ended(self, publication: Publication, outcome: Outcome, error: ErrorNote | None) -> None:
        """The bar goes; what became of it is in the report, and in the log."""
        task = self._tasks.pop(publication.id, None)
        if self._bars is not None and task is not None:
            self._bars.remove_task(task)

    @staticmethod
    def _called(publication: Publication, what: str) -> str:
        account = render.preview(publication.connection.account_name, 24)
        return f"{short(publication.id)} {publication.platform} {account}: {what}"
