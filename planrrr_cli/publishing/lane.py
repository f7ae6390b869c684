"""A lane while this run holds it: the lease by the monotonic clock, and whose turn it is. No database, no network."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import timedelta

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import LeaseLost

LEASE = timedelta(seconds=60)
RENEW_EVERY = timedelta(seconds=15)
MARGIN = timedelta(seconds=5)  # an irrevocable call does not begin in the last seconds of a lease
TURN = (
    10  # publications before the lane is put back, so that one account with a thousand posts lets others in
)


@dataclass(slots=True)
class Lane:
    """One held connection. ``deadline`` is on the monotonic clock; the main thread moves it, workers read it."""

    connection: Connection
    claim_id: str
    deadline: float
    clock: Clock
    busy: bool = False
    handled: int = 0
    refresh_wanted: bool = False
    refreshed: bool = False
    lost: bool = False
    closing: bool = False

    def assert_held(self) -> None:
        """Raise LeaseLost unless the lease is surely ours; called immediately before an irrevocable call.

        By the monotonic clock, since a process that was stopped and resumed must not send what another run may
        have taken over meanwhile.
        """
        if self.lost or self.clock.monotonic() >= self.deadline - MARGIN.total_seconds():
            raise LeaseLost(
                f"the lease on {self.connection.platform} account {self.connection.account_id} ran out"
            )

    def extend(self, from_monotonic: float) -> None:
        """``from_monotonic`` was read before the renewing write, so that the deadline errs on the safe side."""
        self.deadline = from_monotonic + LEASE.total_seconds()

    def lose(self) -> None:
        self.lost = True
        self.deadline = 0.0
