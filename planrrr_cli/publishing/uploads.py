"""How far an upload has come: shown often to whoever watches, written to the log seldom. Called by the workers."""

from __future__ import annotations

import logging
from collections.abc import Callable
from dataclasses import dataclass
from typing import Protocol

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.publications import Publication

log = logging.getLogger("planrrr.publishing")

SHOWN_EVERY = 0.2  # seconds
LOGGED_EVERY = 30.0  # seconds


class Watcher(Protocol):
    """Whoever shows it; called from several threads."""

    def uploaded(self, publication: Publication, done: int, total: int) -> None: ...


@dataclass(frozen=True, slots=True)
class Uploads:
    """Makes what a recipe calls after each piece: bytes that the platform has, of how many."""

    watcher: Watcher

    def about(self, publication: Publication, clock: Clock) -> Callable[[int, int], None]:
        shown, logged = float("-inf"), clock.monotonic()

        def told(done: int, total: int) -> None:
            nonlocal shown, logged
            now = clock.monotonic()
            if now - shown >= SHOWN_EVERY or done >= total:
                shown = now
                self.watcher.uploaded(publication, done, total)
            if now - logged >= LOGGED_EVERY:
                logged = now
                log.info("uploading", extra={"bytes_done": done, "bytes_total": total})

        return told
