"""The media of a post on their way to X: uploaded, waited for, described; each step that was confirmed is noted.

https://docs.x.com/x-api/media/quickstart/media-upload-chunked (read 2026-08-22)

Checkpoint key ``media``: by position (as text) a mapping with ``id``, ``kind``, ``sha256``, ``expires`` and ``state``:
``sending`` (with the ``segment`` that is next), ``processing`` (``since``), ``ready``; and what was added to it,
``alt`` and ``subtitles``. ``earlier_media``: by position the ids that a sending which ended in doubt may have used.
``restarts``: how often an upload began anew.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

from planrrr_cli.domain.errors import MediaRejected, UnexpectedReply
from planrrr_cli.domain.posts import Media, MediaKind, Shape, errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint, Processing
from planrrr_cli.platforms.gif import frames_of
from planrrr_cli.platforms.media import BadMedia, Opener, OpenMedia, media_errors
from planrrr_cli.platforms.x.calls import Calls
from planrrr_cli.platforms.x.media_rules import VIDEO_BYTES, kind_of, medium_problems
from planrrr_cli.platforms.x.replies import NAME
from planrrr_cli.platforms.x.sending import (
    SEGMENT,
    Sent,
    append,
    describe,
    finalize,
    initialize,
    look,
    send_whole,
)

MOST_RESTARTS = 2
LONGEST_PROCESSING = timedelta(hours=1)
SOON = timedelta(seconds=1)
SPARE = timedelta(minutes=10)  # what expires soon might be gone when it is posted

Steps = Generator[Checkpoint, None, Processing | None]


class Uploads:
    """The media of one attempt. ``media`` is what is durable of them, kept up to date while steps are yielded."""

    def __init__(self, publication: Publication, calls: Calls, open_: Opener, *, premium: bool) -> None:
        self.publication = publication
        self.calls = calls
        self.open = open_
        self.premium = premium
        self.media: dict[str, dict[str, Any]] = dict(publication.checkpoint.get("media") or {})
        self.earlier: dict[str, list[str]] = dict(publication.checkpoint.get("earlier_media") or {})
        self.restarts = int(publication.checkpoint.get("restarts") or 0)

    def id_of(self, position: int) -> str:
        found: str = self.media[str(position)]["id"]
        return found

    def known(self, position: int) -> Media:
        """The medium with the kind that its bytes turned out to be."""
        noted = self.media.get(str(position), {})
        medium = self.publication.post.media[position]
        return replace(medium, kind=MediaKind(noted["kind"]), shape=None) if "kind" in noted else medium

    def steps(self, position: int) -> Steps:
        """Until the medium can be posted; Processing when it has to be gone on with later."""
        noted = self.media.get(str(position))
        if noted is not None and datetime.fromisoformat(noted["expires"]) <= self._now() + SPARE:
            yield from self.forget(position)
            noted = None
        if noted is None or noted["state"] == "sending":
            waiting = yield from self._send(position)
            if waiting is not None:
                return waiting
        if self.media[str(position)]["state"] == "processing":
            waiting = yield from self._wait(position)
            if waiting is not None:
                return waiting
        yield from self._describe(position)
        return None

    def forget(self, position: int) -> Generator[Checkpoint, None, None]:
        """The next upload is a new one; a sending that ended in doubt may have used the old."""
        gone = self.media.pop(str(position), None)
        if gone is not None and self.publication.first_sent_at is not None:
            self.earlier[str(position)] = [*self.earlier.get(str(position), []), gone["id"]]
        yield Checkpoint(media=dict(self.media), earlier_media=dict(self.earlier))

    def note(self, position: int, **values: Any) -> Checkpoint:
        """Changes what is known of a medium, and makes it durable."""
        self.media[str(position)] = {**self.media.get(str(position), {}), **values}
        return Checkpoint(media=dict(self.media))

    def _now(self) -> datetime:
        return self.calls.clock.now()

    def _send(self, position: int) -> Steps:
        with media_errors(NAME, position), self.open(position, VIDEO_BYTES.value) as opened:
            kind = self._checked(opened, position)
            noted = self.media.get(str(position))
            if noted is not None and noted["sha256"] != opened.media.sha256:
                yield from self.forget(position)  # the address holds something else by now
                noted = None
            facts = {"kind": kind.value, "sha256": opened.media.sha256}
            if kind is MediaKind.IMAGE:
                sent = send_whole(self.calls, opened, position)
                yield self.note(position, **facts, state="ready", **self._facts(sent))
                return None
            if noted is None:
                begun = initialize(self.calls, opened, position, kind)
                yield self.note(position, **facts, state="sending", segment=0, **self._facts(begun))
            try:
                sent = yield from self._segments(opened, position)
            except MediaRejected as error:
                return (yield from self._restart(position, error))
        return None if sent.state == "succeeded" else _processing(position, sent)

    def _segments(self, opened: OpenMedia, position: int) -> Generator[Checkpoint, None, Sent]:
        """A killed process goes on after the last confirmed segment; the same one may be sent again."""
        noted = self.media[str(position)]
        for index in range(noted["segment"], -(-opened.size // SEGMENT)):
            append(self.calls, opened, position, noted["id"], index)
            yield self.note(position, segment=index + 1)
        sent = finalize(self.calls, position, noted["id"])
        state = "ready" if sent.state == "succeeded" else "processing"
        yield self.note(position, state=state, since=self._now().isoformat(), **self._facts(sent))
        return sent

    def _wait(self, position: int) -> Steps:
        noted = self.media[str(position)]
        try:
            found = look(self.calls, noted["id"])
        except UnexpectedReply as error:
            if error.status not in {400, 404}:
                raise
            lost = MediaRejected(f"X has lost medium {position + 1}", platform=NAME, medium=position)
            return (yield from self._restart(position, lost))
        if found.state == "failed":
            yield from self.forget(position)
            raise MediaRejected(
                f"X could not use medium {position + 1}: {found.reason}",
                platform=NAME,
                medium=position,
                next_step="mend the medium, then add the post again",
            )
        if found.state == "succeeded":
            yield self.note(position, state="ready")
            return None
        if self._now() - datetime.fromisoformat(noted["since"]) > LONGEST_PROCESSING:
            said = f"X did not finish medium {position + 1} within {LONGEST_PROCESSING}"
            return (yield from self._restart(position, MediaRejected(said, platform=NAME, medium=position)))
        return _processing(position, found)

    def _restart(self, position: int, error: MediaRejected) -> Generator[Checkpoint, None, Processing]:
        """X may have lost the upload or not know it any more; that happens, but not again and again."""
        self.restarts += 1
        yield Checkpoint(restarts=self.restarts)
        yield from self.forget(position)
        if self.restarts > MOST_RESTARTS:
            raise error
        return Processing(SOON, f"the upload of medium {position + 1} begins anew: {error.message}")

    def _describe(self, position: int) -> Generator[Checkpoint, None, None]:
        """Alt text belongs to the medium and not to the post; X has none for videos."""
        noted, alt = self.media[str(position)], self.publication.post.media[position].alt
        if alt and not noted.get("alt") and noted["kind"] != MediaKind.VIDEO:
            describe(self.calls, position, noted["id"], alt)
            yield self.note(position, alt=True)

    def _checked(self, opened: OpenMedia, position: int) -> MediaKind:
        medium = opened.media
        if medium.kind is MediaKind.GIF and (medium.shape is None or medium.shape.frames is None):
            medium = replace(medium, shape=replace(medium.shape or Shape(), frames=frames_of(opened)))
        for found in errors_among(medium_problems(medium, position, premium=self.premium)):
            raise BadMedia(found.message)
        kind = kind_of(medium)
        assert kind is not None
        return kind

    def _facts(self, sent: Sent) -> Mapping[str, Any]:
        return {"id": sent.id, "expires": (self._now() + sent.kept).astimezone(UTC).isoformat()}


def _processing(position: int, found: Sent) -> Processing:
    return Processing(found.check_after, f"X is processing medium {position + 1}")
