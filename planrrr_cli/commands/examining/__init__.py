"""What `doctor` looks at: findings, and what a check may ask for; the checks are one module per thing examined."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

from planrrr_cli.domain.connections import Connection, Platform

if TYPE_CHECKING:
    from planrrr_cli.context import Context
    from planrrr_cli.settings import Settings


class Severity(StrEnum):
    """A problem makes the exit code 1; a hint does not."""

    PROBLEM = "problem"
    HINT = "hint"


@dataclass(frozen=True, slots=True)
class Finding:
    """``says``: what was found, one sentence; ``mend``: what to do, beginning with a verb."""

    says: str
    mend: str
    severity: Severity = Severity.PROBLEM
    platform: Platform | None = None
    connection_id: str | None = None


class Needs(StrEnum):
    """What has to be there before a check makes sense."""

    NOTHING = "nothing"
    SETTINGS = "valid settings"
    TABLES = "a database that can be read"
    NETWORK = "the network"


@dataclass(slots=True)
class Patient:
    """What is examined. ``ctx`` and ``settings`` are None while the settings are wrong.

    ``accounts``: the team's connections, their tokens sealed; filled when the tables can be read.
    """

    environ: Mapping[str, str]
    folder: Path
    problems: Sequence[str] = ()
    ctx: Context | None = None
    now: datetime | None = None
    readable: bool = False
    accounts: list[Connection] = field(default_factory=list)

    @property
    def context(self) -> Context:
        assert self.ctx is not None, "a check that needs settings was called without"
        return self.ctx

    @property
    def settings(self) -> Settings:
        return self.context.settings

    @property
    def moment(self) -> datetime:
        """The present by the clock that runs go by."""
        return self.now or self.context.clock.now()

    @property
    def platforms(self) -> list[Platform]:
        """Those with an account, in the order that everybody knows."""
        there = {one.platform for one in self.accounts}
        return [platform for platform in Platform if platform in there]


@dataclass(frozen=True, slots=True)
class Check:
    """``looks_at`` completes "looks at …"."""

    name: str
    looks_at: str
    needs: Needs
    look: Callable[[Patient], Iterator[Finding]]
