"""The connection to PostgreSQL that the store and the quick look share: it does not wait for ever for an answer."""

from __future__ import annotations

from collections.abc import Generator
from time import monotonic
from typing import TYPE_CHECKING, Any, TypeVar

import psycopg

if TYPE_CHECKING:
    from psycopg.abc import PQGen

R = TypeVar("R")

ANSWER_SECONDS = 15.0  # longer than a write waits for a lock, short enough to ask twice before a lease ends


class NoAnswer(psycopg.OperationalError):
    """The connection was closed because an answer took too long; whether the server did as asked is unknown."""


class Connection(psycopg.Connection[Any]):
    """psycopg's own, but closed with :class:`NoAnswer` when one answer takes longer than ``answer_seconds``.

    A pooler lets its clients wait while the server behind it is away, and a server that hangs keeps the network
    connection alive: neither the timeouts of libpq nor settings of the server end that. None waits for ever.
    """

    answer_seconds: float | None = ANSWER_SECONDS

    def wait(self, gen: PQGen[R], *args: Any, **more: Any) -> R:
        """Everything that waits for the server comes through here."""
        return super().wait(self._in_time(gen), *args, **more)

    def _in_time(self, steps: PQGen[R]) -> Generator[Any, Any, R]:
        """``steps`` yields whenever it has to wait; psycopg resumes it ten times a second even if nothing has come."""
        seconds = self.answer_seconds
        give_up = None if seconds is None else monotonic() + seconds
        try:
            wanted = next(steps)
            while True:
                ready = yield wanted
                if not ready and give_up is not None and monotonic() >= give_up:
                    self.close()
                    raise NoAnswer(f"no answer for {seconds:g} seconds")
                wanted = steps.send(ready)
        except StopIteration as end:
            result: R = end.value
            return result
