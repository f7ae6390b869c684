"""What is noted of an upload between two attempts, and what may be concluded from it. No I/O.

Checkpoint keys: ``session`` (a secret), ``session_started``, ``session_size``, ``session_sha256``, ``slug``;
``bytes_done``, the most that YouTube was seen to have; ``stalls``, the attempts in a row that added nothing;
``last_sent``, the doubts that were settled before the last piece was sent (None: YouTube said since that it lacks
bytes); ``restarts``; and once there is a video ``accepted``, ``video_id``, ``accepted_at``, ``unfollowed`` (why nobody
knows what became of it), ``shown_as`` (when YouTube shows it to others than was asked).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import Checkpoint

SESSION, STARTED, SIZE, SHA256 = "session", "session_started", "session_size", "session_sha256"
SLUG, DONE, STALLS, LAST_SENT, RESTARTS = "slug", "bytes_done", "stalls", "last_sent", "restarts"
VIDEO_ID, ACCEPTED_AT, UNFOLLOWED, SHOWN_AS = "video_id", "accepted_at", "unfollowed", "shown_as"
UNREADABLE = "the address of the upload cannot be read any more"  # as when the key of the store was changed
_OF_SESSION = (SESSION, STARTED, SIZE, SHA256, SLUG, DONE, STALLS, LAST_SENT)


class UploadNotes:
    """The notes of one publication as they become durable; whatever changes them has to be yielded."""

    def __init__(self, publication: Publication) -> None:
        self.all: dict[str, Any] = dict(publication.checkpoint)
        self._doubts = publication.doubts

    @property
    def accepted(self) -> bool:
        return bool(self.all.get(ACCEPTED))

    @property
    def session(self) -> Secret | None:
        found: Secret | None = self.all.get(SESSION)
        return found

    @property
    def done(self) -> int:
        return int(self.all.get(DONE) or 0)

    @property
    def stalls(self) -> int:
        return int(self.all.get(STALLS) or 0)

    @property
    def restarts(self) -> int:
        return int(self.all.get(RESTARTS) or 0)

    @property
    def last_sent(self) -> bool:
        """The last piece was sent, and YouTube has not said since that it lacks bytes."""
        return self.all.get(LAST_SENT) is not None

    @property
    def may_be_out(self) -> bool:
        """Whether the session may have made a video that nobody has seen: no doubt about it was settled since."""
        sent: int | None = self.all.get(LAST_SENT)
        return sent is not None and self._doubts <= sent

    def is_of(self, size: int, sha256: str | None) -> bool:
        """Whether the session was begun for this very file."""
        return (self.all.get(SIZE), self.all.get(SHA256)) == (size, sha256)

    def age(self, now: datetime) -> timedelta:
        return now - datetime.fromisoformat(self.all[STARTED])

    def begun(
        self, session: Secret, now: datetime, *, size: int, sha256: str | None, slug: str
    ) -> Checkpoint:
        started = {STARTED: now.isoformat(), SIZE: size, SHA256: sha256, SLUG: slug}
        return self.note(**{SESSION: session, **started})

    def sends_last(self) -> Checkpoint:
        return self.note(**{LAST_SENT: self._doubts})

    def lacks_bytes(self, offset: int) -> Checkpoint:
        """YouTube itself said that it has no more than that, so there is no video."""
        stalls = 0 if offset > self.done else self.stalls  # an answer alone is no progress
        return self.note(**{LAST_SENT: None, DONE: max(self.done, offset), STALLS: stalls})

    def forget(self, restarts: int) -> Checkpoint:
        return self.note(**dict.fromkeys(_OF_SESSION), **{RESTARTS: restarts})

    def note(self, **values: Any) -> Checkpoint:
        self.all |= values
        return Checkpoint(**values)


def accepted(video_id: str, now: datetime) -> Mapping[str, Any]:
    """The notes of a video that is there; its session has no more to tell."""
    return {ACCEPTED: True, VIDEO_ID: video_id, ACCEPTED_AT: now.isoformat(), SESSION: None}
