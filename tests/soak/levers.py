"""What the sandbox is told during a soak: which calls go wrong, and what its accounts are like."""

from __future__ import annotations

import urllib.error
from collections.abc import Callable, Collection, Iterable
from typing import Any

from tests.world import call


class Levers:
    """``say`` is told what was pulled."""

    def __init__(self, sandbox_url: str, say: Callable[[str], None]) -> None:
        self._control = f"{sandbox_url}/_sandbox"
        self._say = say

    def calls(self, platforms: Collection[str]) -> dict[str, bool]:
        """What these can be asked, and whether the public sees what comes of it: only that can be hidden."""
        found = {}
        for name in call(f"{self._control}/calls")["calls"]:
            if name.partition(".")[0] in platforms:
                found[name] = self._arm({"call": name, "strike": "after", "kind": "hide:1"})
        call(f"{self._control}/faults", method="DELETE")
        return found

    def fault(self, fault: dict[str, Any]) -> None:
        """Not said when the call cannot obey this kind."""
        if self._arm(fault):
            self._say(f"fault {' '.join(str(value) for value in fault.values())}")

    def _arm(self, fault: dict[str, Any]) -> bool:
        try:
            call(f"{self._control}/faults", fault)
        except urllib.error.HTTPError as refused:
            if refused.code != 400:
                raise
            return False
        return True

    def clear(self) -> int:
        """No more faults; how often those that there were have struck."""
        struck = sum(fault["struck"] for fault in call(f"{self._control}/faults")["faults"])
        call(f"{self._control}/faults", method="DELETE")
        self._say("faults cleared")
        return struck

    def change(self, accounts: Iterable[dict[str, Any]]) -> None:
        """What accounts are like from now on."""
        for one in accounts:
            call(f"{self._control}/accounts", one)
            self._say(" ".join(f"{name} {value}" for name, value in one.items()))
