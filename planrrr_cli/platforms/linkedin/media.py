"""All media of a post, from the first byte to LinkedIn having processed them; nothing of it is seen by anybody.

What a medium is, is only known once it was opened, so each is opened when its turn comes.

Checkpoint keys: ``media``, a mapping from a position (or ``thumbnail``) to what is over there: ``sort``, ``urn``,
``at``, and ``ready`` once it was seen to be; ``owner``; ``looks``; ``blind``, set when the token may not look;
``earlier``, the URNs that a sending had used and that were dropped since; those of ``video.py``.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Mapping
from datetime import datetime, timedelta
from typing import Any, NoReturn

from planrrr_cli.domain.errors import MediaRejected
from planrrr_cli.domain.posts import MediaKind, errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint, Processing
from planrrr_cli.platforms.linkedin.media_rules import (
    DOCUMENT_BYTES,
    IMAGE_BYTES,
    PICTURES,
    VIDEO_BYTES,
    medium_problems,
)
from planrrr_cli.platforms.linkedin.replies import NAME
from planrrr_cli.platforms.linkedin.rest import Rest
from planrrr_cli.platforms.linkedin.uploads import Condition, Sort, attached, condition, upload
from planrrr_cli.platforms.linkedin.video import MOST_RESTARTS, SOON, VideoUpload
from planrrr_cli.platforms.media import BadMedia, MediaSource, OpenMedia, media_errors

THUMBNAIL = "thumbnail"

# Each look counts against the calls of the day, of which a development app has a hundred.
LONGEST_PAUSE = timedelta(minutes=10)
LONGEST_PROCESSING = timedelta(hours=6)
LONGEST_RECEIVING = timedelta(minutes=10)
# How long to wait for what cannot be looked at before the post is tried; our own choice, nothing is documented.
BLIND = {
    Sort.IMAGE: timedelta(seconds=10),
    Sort.DOCUMENT: timedelta(seconds=30),
    Sort.VIDEO: timedelta(minutes=1),
}
_SORTS = {MediaKind.IMAGE: Sort.IMAGE, MediaKind.GIF: Sort.IMAGE, MediaKind.DOCUMENT: Sort.DOCUMENT}

Uploading = Generator[Checkpoint, None, Processing | None]


def pause(looks: int) -> timedelta:
    """How long to wait after so many looks: 5, 10, 20, 40 seconds and on, up to ten minutes."""
    return min(SOON * float(2 ** min(looks, 10)), LONGEST_PAUSE)


def urns_of(checkpoint: Mapping[str, Any]) -> frozenset[str]:
    """Every upload that a sending of this publication may have referred to: proof when a post shows one of them."""
    media = checkpoint.get("media") or {}
    return frozenset(one["urn"] for one in media.values()) | frozenset(checkpoint.get("earlier") or ())


def _named(attachments: Mapping[str, Any]) -> str:
    return " and ".join(f"“{name}”" for name in sorted(attachments))


class MediaRecipe:
    """One attempt at the media of one publication; ``media`` is what is over there, by position."""

    def __init__(self, publication: Publication, rest: Rest, owner: str, source: MediaSource) -> None:
        self.publication = publication
        self.post = publication.post
        self.rest = rest
        self.owner = owner
        self.source = source
        self.notes: dict[str, Any] = dict(publication.checkpoint)

    @property
    def media(self) -> Mapping[str, Mapping[str, Any]]:
        return self.notes.get("media") or {}

    def steps(self) -> Uploading:
        """Resumes wherever the checkpoint says. Processing when it has to go on later, None when all is ready."""
        if (
            self.media and self.notes.get("owner") != self.owner
        ):  # media go with the author they were made for
            yield self.forget(self.media)
        for position in range(len(self.post.media)):
            if str(position) not in self.media:
                waiting = yield from self._upload(position)
                if waiting is not None:
                    return waiting
        if self.post.link and THUMBNAIL in self.post.attachments and THUMBNAIL not in self.media:
            with attached(self.source, self.post.attachments[THUMBNAIL], THUMBNAIL) as opened:
                urn = upload(self.rest, self.owner, opened, Sort.IMAGE, None)
            yield self._have(THUMBNAIL, Sort.IMAGE, urn)
        return (yield from self._settled())

    def _upload(self, position: int) -> Uploading:
        alone = len(self.post.media) == 1
        limit = max(VIDEO_BYTES.value, DOCUMENT_BYTES.value) if alone else IMAGE_BYTES.value
        with (
            media_errors(NAME, position),
            self.source.open(self.post.media[position], limit=limit) as opened,
        ):
            self._check(opened, position)
            sort = _SORTS.get(opened.media.kind) if opened.media.kind else None
            if sort is not None:
                yield self._have(str(position), sort, upload(self.rest, self.owner, opened, sort, position))
                return None
            video = VideoUpload(
                self.rest,
                self.owner,
                self.post,
                self.source,
                notes=self.notes.get("video"),
                restarts=int(self.notes.get("restarts") or 0),
            )
            found = yield from video.steps(opened)
        if isinstance(found, Processing):
            return found
        yield self._have(str(position), Sort.VIDEO, found, video=None)
        return None

    def _check(self, opened: OpenMedia, position: int) -> None:
        kind = opened.media.kind
        if len(self.post.media) > 1 and kind not in PICTURES:
            raise BadMedia(f"{opened.media.name} is a {kind}, which stands alone on LinkedIn")
        if kind is not MediaKind.VIDEO and self.post.attachments:
            raise BadMedia(
                f"{opened.media.name} is a {kind}; {_named(self.post.attachments)} go with a video"
            )
        for found in errors_among(medium_problems(opened.media, position)):
            raise BadMedia(found.message)

    def _settled(self) -> Uploading:
        """Looks at what is not known to be ready, a few times and ever less often."""
        if self.notes.get("blind"):
            return None
        open_ = {key: one for key, one in self.media.items() if not one.get("ready")}
        found = {key: self._look(one) for key, one in open_.items()}
        for key, (how, reason) in found.items():
            if how is Condition.PROCESSING_FAILED:
                yield self.forget([key])
                self._reject(key, reason or "LinkedIn could not process it")
        ready = {
            key: {**open_[key], "ready": True}
            for key, (how, _) in found.items()
            if how is Condition.AVAILABLE
        }
        media = {**self.media, **ready}
        if any(how is Condition.HIDDEN for how, _ in found.values()):
            yield self._note(media=media, blind=True)
            return Processing(
                max(BLIND[Sort(one["sort"])] for one in open_.values()),
                "LinkedIn processes the media, and does not let this account look",
            )
        waiting = {key: how for key, (how, _) in found.items() if how is not Condition.AVAILABLE}
        if not waiting:
            return None
        for key, how in waiting.items():
            yield from self._out_of_patience(key, how)
        looks = int(self.notes.get("looks") or 0)
        yield self._note(media={**self.media, **ready}, looks=looks + 1)
        return Processing(pause(looks), "LinkedIn processes the media")

    def _look(self, one: Mapping[str, Any]) -> tuple[Condition, str]:
        return condition(self.rest, Sort(one["sort"]), one["urn"])

    def _out_of_patience(self, key: str, how: Condition) -> Generator[Checkpoint, None, None]:
        waited = self.rest.clock.now() - datetime.fromisoformat(self.media[key]["at"])
        if waited > LONGEST_PROCESSING:
            yield self.forget([key])
            self._reject(key, f"LinkedIn has been processing it for {waited}")
        if how is Condition.WAITING_UPLOAD and waited > LONGEST_RECEIVING:
            restarts = int(self.notes.get("restarts") or 0) + 1
            yield self.forget([key], restarts=restarts)
            if restarts > MOST_RESTARTS:
                self._reject(key, f"LinkedIn never said that it had all bytes, {restarts} times")

    def refused_as_unfinished(self) -> Generator[Checkpoint, None, Processing]:
        """The post was refused since a medium is not through: surely without effect, so it waits like before."""
        for key in self.media:
            yield from self._out_of_patience(key, Condition.PROCESSING)
        looks = int(self.notes.get("looks") or 0)
        yield self._note(looks=looks + 1)
        return Processing(pause(looks), "LinkedIn processes the media, and does not take the post before")

    def forget(self, keys: Iterable[str], **more: Any) -> Checkpoint:
        """Drop what is over there, so that it is uploaded anew; what was sent once is remembered for the looks."""
        gone = set(keys)
        earlier = list(self.notes.get("earlier") or [])
        if self.publication.first_sent_at is not None:
            earlier += [self.media[key]["urn"] for key in gone]
        left = {key: one for key, one in self.media.items() if key not in gone}
        return self._note(media=left, earlier=earlier, looks=0, **more)

    def _have(self, key: str, sort: Sort, urn: str, **more: Any) -> Checkpoint:
        made = {"sort": sort.value, "urn": urn, "at": self.rest.clock.now().isoformat()}
        return self._note(media={**self.media, key: made}, owner=self.owner, **more)

    def _reject(self, key: str, reason: str) -> NoReturn:
        medium = int(key) if key.isdigit() else None
        name = f"medium {medium + 1}" if medium is not None else key
        raise MediaRejected(
            f"{name}: {reason}",
            platform=NAME,
            medium=medium,
            next_step="mend the medium, then add the post again",
        )

    def _note(self, **values: Any) -> Checkpoint:
        self.notes |= values
        return Checkpoint(**values)
