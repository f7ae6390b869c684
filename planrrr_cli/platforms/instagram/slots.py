"""The containers of a post as they are noted: made, waited for, given up; what makes them is in ``making.py``.

Checkpoint keys: those of ``containers.py``; ``kinds``, what the media behind addresses are; ``failures``, how often
each slot's container failed; ``paid``, how many containers are counted already; ``looks`` since the last one was made.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from planrrr_cli.domain.errors import MediaRejected, OutcomeUnknown, UnexpectedReply
from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint, Processing, Step
from planrrr_cli.platforms.instagram.calls import Calls
from planrrr_cli.platforms.instagram.codes import AGAIN, SILENT_VIDEO
from planrrr_cli.platforms.instagram.containers import CONTAINERS, POST
from planrrr_cli.platforms.instagram.replies import INSTAGRAM, NAME
from planrrr_cli.platforms.instagram.status import Phase, Seen
from planrrr_cli.platforms.instagram.uploads import upload_address
from planrrr_cli.platforms.meta.codes import Kind
from planrrr_cli.platforms.meta.graph import id_of
from planrrr_cli.platforms.meta.replies import Role

# "Once a minute, for no more than five minutes" says https://developers.facebook.com/docs/instagram-platform/
# content-publishing (read 2026-11-23); long videos take longer, and each look counts.
SOON = timedelta(seconds=5)
SOON_FOR_VIDEO = timedelta(seconds=15)
AT_FIRST = timedelta(minutes=5)
PAUSE_AT_FIRST = timedelta(minutes=1)
LONGEST_PAUSE = timedelta(minutes=5)
LONGEST_PROCESSING = timedelta(hours=1)
BEFORE_ANOTHER = timedelta(seconds=30)
MOST_TRIES = 3


class Slots:
    """What is noted of one publication, and what follows from a look at it."""

    def __init__(self, publication: Publication, calls: Calls) -> None:
        self.publication = publication
        self.post = publication.post
        self.account = publication.connection.account_id
        self.calls = calls
        self.notes: dict[str, Any] = dict(publication.checkpoint)

    @property
    def made(self) -> Mapping[str, Mapping[str, Any]]:
        return self.notes.get(CONTAINERS) or {}

    @property
    def sent(self) -> bool:
        """Whether one of the containers may have been published already."""
        return self.publication.first_sent_at is not None

    def age_of(self, slot: str) -> timedelta:
        """How long ago the slot's container was made."""
        return self.calls.clock.now() - datetime.fromisoformat(self.made[slot]["at"])

    def wait(self, slot: str, seen: Seen) -> Generator[Step, None, Processing]:
        """Until the next look, ever longer; an hour of it is too long."""
        if self.age_of(slot) > LONGEST_PROCESSING:
            self._give_up(slot, seen)
        looks = int(self.notes.get("looks") or 0)
        yield self.note(looks=looks + 1)
        first = SOON_FOR_VIDEO if MediaKind.VIDEO in self.known_kinds().values() else SOON
        most = PAUSE_AT_FIRST if self.age_of(slot) < AT_FIRST else LONGEST_PAUSE
        pause = min(first * float(2 ** min(looks, 10)), most)
        return Processing(pause, "Instagram is processing the media")

    def _give_up(self, slot: str, seen: Seen) -> NoReturn:
        name, medium = self._named(slot)
        if self.sent and slot == POST:
            said = f"Instagram has been working on container {self.made[slot]['id']} for an hour"
            raise OutcomeUnknown(said, platform=NAME)
        if seen.phase is Phase.UNCLEAR:
            raise UnexpectedReply(
                f"Instagram does not say whether {name} is ready: {seen.words or 'no status'}",
                platform=NAME,
                next_step=f"{AGAIN}; with Facebook Login bring the user token, which reads more",
            )
        raise MediaRejected(
            f"{name}: Instagram has been processing it for an hour",
            platform=NAME,
            medium=medium,
            next_step="try again with planrrr reschedule, or with another encoding",
        )

    def dead(self, slot: str, seen: Seen) -> Generator[Step, None, Processing]:
        """The container will never be published: a new one, as long as that may help."""
        _, medium = self._named(slot)
        if seen.phase is Phase.EXPIRED:
            return (yield from self.failed(slot, "its container has expired", medium=medium))
        known = seen.meaning
        hopeless = known is not None and known.kind in {Kind.CONTENT, Kind.MEDIA}
        most = 1 if hopeless else 2 if seen.subcode == SILENT_VIDEO else MOST_TRIES
        return (
            yield from self.failed(slot, seen.reason, medium=medium, most=most, do=known.do if known else "")
        )

    def failed(
        self, slot: str, reason: str, *, medium: int | None = None, most: int = MOST_TRIES, do: str = ""
    ) -> Generator[Step, None, Processing]:
        """Notes that a container came to nothing, so that it is made anew; raises MediaRejected after ``most``."""
        failures = dict(self.notes.get("failures") or {})
        failures[slot] = int(failures.get(slot) or 0) + 1
        name, position = self._named(slot)
        medium = position if medium is None else medium
        said = reason if reason.startswith("medium ") else f"{name}: {reason}"
        if failures[slot] >= most:
            raise MediaRejected(
                f"{said}; tried {failures[slot]}×" if failures[slot] > 1 else said,
                platform=NAME,
                medium=medium,
                next_step=do or "mend the medium, then add the post again",
            )
        left = {key: one for key, one in self.made.items() if key != slot}
        yield self.note(containers=left, failures=failures, looks=0)
        return Processing(BEFORE_ANOTHER, f"{said}; it is tried again")

    def _named(self, slot: str) -> tuple[str, int | None]:
        if slot != POST:
            return f"medium {int(slot) + 1}", int(slot)
        return ("the carousel", None) if len(self.post.media) > 1 else ("medium 1", 0)

    def known_kinds(self) -> dict[int, MediaKind]:
        noted = {int(key): MediaKind(kind) for key, kind in (self.notes.get("kinds") or {}).items()}
        seen = {at: medium.kind for at, medium in enumerate(self.post.media) if medium.kind is not None}
        return noted | seen

    def have(self, slot: str, body: Mapping[str, Any], *, uploads: bool = False) -> Checkpoint:
        identity = id_of(INSTAGRAM, body, "id", Role.PREPARE)
        one: dict[str, Any] = {"id": identity, "at": self.calls.clock.now().isoformat()}
        if uploads:
            one["uri"] = upload_address(self.calls, body, identity)
        paid = max(0, int(self.notes.get("paid") or 0) - 1)
        return self.note(containers={**self.made, slot: one}, paid=paid, looks=0)

    def update(self, slot: str, **values: Any) -> Checkpoint:
        return self.update_all({slot: values})

    def update_all(self, values: Mapping[str, Mapping[str, Any]]) -> Checkpoint:
        changed = {slot: {**self.made[slot], **more} for slot, more in values.items()}
        return self.note(containers={**self.made, **changed})

    def note(self, **values: Any) -> Checkpoint:
        """A durable note that this attempt knows, too."""
        self.notes |= values
        return Checkpoint(**values)
