"""The list of requests received, bounded, without query strings (tokens travel there); decides nothing."""

import threading
from collections import deque
from dataclasses import dataclass

KEPT = 100_000


@dataclass(slots=True)
class Record:
    """One request; `status` stays None until answered, and for ever when the connection was dropped."""

    sequence: int
    method: str
    path: str
    received_at: float
    call: str | None = None
    account_id: str | None = None
    status: int | None = None
    effect: bool = False
    fault: str | None = None

    def document(self) -> dict[str, object]:
        return {
            "sequence": self.sequence,
            "method": self.method,
            "path": self.path,
            "call": self.call,
            "status": self.status,
            "effect": self.effect,
            "account_id": self.account_id,
            "fault": self.fault,
        }


class Journal:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._records: deque[Record] = deque(maxlen=KEPT)
        self._count = 0

    def open(self, method: str, path: str, now: float) -> Record:
        with self._lock:
            self._count += 1
            record = Record(self._count, method, path[:2000], now)
            self._records.append(record)
            return record

    def records(self) -> list[Record]:
        with self._lock:
            return list(self._records)

    def clear(self, count: int = 0) -> None:
        """Forget the records; `count` are those that an earlier run had, whose numbers are not given again."""
        with self._lock:
            self._records.clear()
            self._count = count

    @property
    def count(self) -> int:
        return self._count
