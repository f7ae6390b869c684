"""How the applications are registered with the platforms: their redirect addresses, as /_sandbox/apps sets them."""

import threading
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli.sandbox.redirects import is_harmless


@dataclass(slots=True)
class Applications:
    """By platform, the addresses that are compared exactly; without any, every loopback address will do."""

    _redirects: dict[str, tuple[str, ...]] = field(default_factory=dict)
    _lock: threading.Lock = field(default_factory=threading.Lock)

    def register(self, platform: str, addresses: object) -> None:
        """None takes the registration away. Raises ValueError with a sentence."""
        if addresses is not None and not _are_addresses(addresses):
            raise ValueError("redirect_uris is a list of loopback addresses, or null for every one of them.")
        with self._lock:
            if addresses is None:
                self._redirects.pop(platform, None)
            else:
                assert isinstance(addresses, list)
                self._redirects[platform] = tuple(addresses)

    def registered(self, platform: str) -> list[str] | None:
        with self._lock:
            found = self._redirects.get(platform)
        return None if found is None else list(found)

    def takes(self, platform: str, target: str) -> bool:
        """Whether a dialog may send a browser there."""
        registered = self.registered(platform)
        return is_harmless(target) and (registered is None or target in registered)

    def clear(self) -> None:
        with self._lock:
            self._redirects.clear()


def _are_addresses(given: object) -> bool:
    return isinstance(given, list) and all(isinstance(one, str) and is_harmless(one) for one in given)


def flag(document: Mapping[str, Any], name: str, now: bool) -> bool:
    """A switch of an application's settings; raises ValueError with a sentence."""
    value = document.get(name, now)
    if not isinstance(value, bool):
        raise ValueError(f"{name} is true or false.")
    return value


def only(document: Mapping[str, Any], *names: str) -> None:
    """Raises ValueError with a sentence for settings that this platform's application does not have."""
    known = ("platform", "redirect_uris", *names)
    if strange := sorted(set(document) - set(known)):
        raise ValueError(f"This application has no {strange[0]!r}; it has {', '.join(known)}.")
