"""Ids and tokens that follow from the seed alone, so that a run can be repeated; no randomness lives elsewhere."""

import base64
import hashlib
import threading


def digest(seed: int, *parts: object) -> bytes:
    text = "/".join(["planrrr-sandbox", str(seed), *map(str, parts)])
    return hashlib.sha256(text.encode()).digest()


def digits(seed: int, *parts: object, length: int = 15) -> str:
    """A decimal string of exactly `length` digits that does not begin with 0."""
    low = 10 ** (length - 1)
    return str(low + int.from_bytes(digest(seed, *parts)) % (9 * low))


def letters(seed: int, *parts: object, length: int = 32) -> str:
    """Letters and digits, at most 40 of them."""
    text = base64.b64encode(digest(seed, *parts)).decode()
    return "".join(c if c.isalnum() else "z" for c in text)[:length]


class Numbers:
    """Object ids: growing decimal numbers whose first value follows from the seed."""

    def __init__(self, seed: int, count: int = 0) -> None:
        self.count = count
        self._base = 122_000_000_000_000_000 + int(digits(seed, "numbers", length=9)) * 1_000_000
        self._lock = threading.Lock()

    def next(self) -> str:
        with self._lock:
            self.count += 1
            return str(self._base + self.count * 6 + 1)
