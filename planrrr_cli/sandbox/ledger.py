"""The public ledger: one entry per effect that the public could see, in order; knows no platform."""

import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.media import Medium


@dataclass(frozen=True, slots=True)
class Entry:
    """One public effect. `path` is the permalink without host, `requests` the calls that led to it.

    `extra` is what only this platform's posts have, as JSON values: a poll, who may reply.
    """

    platform: str
    account_id: str
    remote_id: str
    path: str
    text: str
    created_at: float
    media: tuple[Medium, ...] = ()
    parent: str | None = None
    title: str | None = None
    link: str | None = None
    post_id: str | None = None
    requests: tuple[int, ...] = ()
    deleted: bool = False
    sequence: int = 0
    extra: dict[str, Any] = field(default_factory=dict)

    def document(self, url: str) -> dict[str, object]:
        shown: dict[str, object] = {
            "sequence": self.sequence,
            "platform": self.platform,
            "account_id": self.account_id,
            "remote_id": self.remote_id,
            "text": self.text,
            "media": [medium.document() for medium in self.media],
            "created_at": iso(self.created_at),
            "permalink": url + self.path,
            "requests": list(self.requests),
        }
        names = ("parent", "title", "link", "post_id", "deleted", "extra")
        return shown | {name: value for name in names if (value := getattr(self, name))}


class Ledger:
    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._entries: list[Entry] = []

    def append(self, entry: Entry) -> None:
        with self._lock:
            self._entries.append(replace(entry, sequence=len(self._entries) + 1))

    def mark_deleted(self, remote_id: str) -> None:
        """The effect stays in the ledger (it was public once); only its page says that it is gone."""
        self.amend(remote_id, lambda entry: replace(entry, deleted=True))

    def amend(self, remote_id: str, change: Callable[[Entry], Entry]) -> None:
        """What people see of it has changed since; nothing new was published."""
        with self._lock:
            for index, entry in enumerate(self._entries):
                if entry.remote_id == remote_id:
                    self._entries[index] = change(entry)

    def entries(self) -> list[Entry]:
        with self._lock:
            return list(self._entries)

    def clear(self) -> None:
        with self._lock:
            self._entries.clear()

    def dump(self) -> list[dict[str, Any]]:
        return [asdict(entry) for entry in self.entries()]

    def load(self, documents: list[dict[str, Any]]) -> None:
        entries = [
            Entry(
                **document
                | {
                    "media": tuple(Medium(**medium) for medium in document["media"]),
                    "requests": tuple(document["requests"]),
                }
            )
            for document in documents
        ]
        with self._lock:
            self._entries = entries
