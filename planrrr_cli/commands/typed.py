"""Lines that a person types or pastes, read so that something else can be waited for at the same time."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Callable
from typing import Protocol

_PIECE = 65_536


class Waitable(Protocol):
    def fileno(self) -> int: ...


class Ended(Exception):
    """Standard input is at its end."""


class Typed:
    """Standard input, line by line. Reads the descriptor itself: what a buffer holds, nobody can wait for."""

    def __init__(self, monotonic: Callable[[], float]) -> None:
        self._monotonic = monotonic
        self._held = b""
        self._over = False

    def line(self, *, until: float | None = None, or_when: Waitable | None = None) -> str | None:
        """The next line; None when ``or_when`` is readable first, or the clock says ``until``.

        Raises Ended.
        """
        descriptor = _descriptor()
        self._over = self._over or descriptor is None
        while descriptor is not None and b"\n" not in self._held and not self._over:
            if not self._ready(descriptor, until, or_when):
                return None
            piece = os.read(descriptor, _PIECE)
            self._held += piece
            self._over = not piece
        line, found, self._held = self._held.partition(b"\n")
        if not found and not line:
            raise Ended
        return line.decode("utf-8", "replace").rstrip("\r")

    def _ready(self, descriptor: int, until: float | None, or_when: Waitable | None) -> bool:
        waited: list[int | Waitable] = [descriptor] if or_when is None else [descriptor, or_when]
        left = None if until is None else max(0.0, until - self._monotonic())
        found = select.select(waited, [], [], left)[0]
        return bool(found) and or_when not in found


def _descriptor() -> int | None:
    """None where standard input was closed by whoever started us."""
    try:
        return sys.stdin.fileno()
    except (AttributeError, OSError, ValueError):
        return None
