"""A clock that several processes share and one of them moves; the same file is read at every look at the time."""

from __future__ import annotations

import mmap
import struct
from datetime import datetime, timedelta
from pathlib import Path

from planrrr_cli.context import SystemClock

_SECONDS = struct.Struct("d")


def set_moved(path: Path, seconds: float) -> None:
    """From now on the clocks that look at ``path`` show real time plus ``seconds``."""
    with path.open("r+b" if path.exists() else "w+b") as file:
        file.write(_SECONDS.pack(seconds))


class MovedClock(SystemClock):
    """Real time plus what the file says. Its monotonic side moves too: an hour that passes ends every lease."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self._follows = False
        with path.open("rb") as file:
            self._map = mmap.mmap(file.fileno(), _SECONDS.size, access=mmap.ACCESS_READ)

    def now(self) -> datetime:
        """What follows a database is counted on by the steady clock, which has moved already."""
        return super().now() + timedelta(seconds=0 if self._follows else self._moved())

    def monotonic(self) -> float:
        return super().monotonic() + self._moved()

    def follow(self, database_now: datetime | None) -> None:
        """The database's clock cannot be moved, so its hosts agree on as much later as the file says."""
        if database_now is not None:
            self._follows = True
            super().follow(database_now + timedelta(seconds=self._moved()))

    def _moved(self) -> float:
        return float(_SECONDS.unpack(self._map[:])[0])
