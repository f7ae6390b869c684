"""How a post gets out on X: all media first, unseen; then each part by a call of its own, with a durable note between.

There is no idempotency key and no draft. https://docs.x.com/x-api/posts/manage-tweets/introduction (read 2026-08-22)

Checkpoint keys besides those of ``uploads.py``: ``parts``, the ids of the parts that are out; ``refused_as_duplicate``,
the number of a part that X refused as said before; ``media_refused``, that X did not know media which were uploaded;
``accepted``, that all parts of a thread are out, so that nobody can cancel it before the end is written.
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from dataclasses import replace
from typing import Any

from planrrr_cli.domain.errors import ContentRejected, MediaRejected, OutcomeUnknown, PlatformError
from planrrr_cli.domain.posts import errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import PARTS, Checkpoint, PointOfNoReturn, Processing, Published, Steps
from planrrr_cli.platforms.media import Opener, OpenMedia
from planrrr_cli.platforms.x.calls import Calls, id_of
from planrrr_cli.platforms.x.find import REFUSED_AS_DUPLICATE, look, said_before
from planrrr_cli.platforms.x.links_to import permalink
from planrrr_cli.platforms.x.media_rules import mix_problems
from planrrr_cli.platforms.x.options import read_options
from planrrr_cli.platforms.x.parts import body_of, parts_of
from planrrr_cli.platforms.x.refusals import MediaUnknown, SaysDuplicate
from planrrr_cli.platforms.x.replies import NAME, Role
from planrrr_cli.platforms.x.rules import Privileges
from planrrr_cli.platforms.x.subtitles import add_track
from planrrr_cli.platforms.x.uploads import SOON, Uploads

MEDIA_REFUSED = "media_refused"


class Recipe:
    """One attempt at one publication. ``done``: the ids of the parts that are out."""

    def __init__(
        self,
        publication: Publication,
        calls: Calls,
        open_: Opener,
        subtitles: Callable[[], OpenMedia] | None,
    ) -> None:
        self.publication = publication
        self.calls = calls
        self.subtitles = subtitles
        self.options = read_options(publication.post.options)
        self.parts = parts_of(publication.post, self.options)
        self.notes: dict[str, Any] = dict(publication.checkpoint)
        self.done: list[str] = list(self.notes.get(PARTS) or [])
        may = Privileges.of(publication.connection)
        self.uploads = Uploads(publication, calls, open_, premium=may.long_posts)

    def steps(self) -> Steps:
        """Resumes after the last part that is out."""
        while len(self.done) < len(self.parts):
            for number in range(len(self.done), len(self.parts)):
                waiting = yield from self._media(number)
                if waiting is not None:
                    return waiting
            waiting = yield from self._send(len(self.done))
            if waiting is not None:
                return waiting
            if len(self.parts) > 1:
                all_out = {ACCEPTED: True} if len(self.done) == len(self.parts) else {}
                known = {PARTS: list(self.done), REFUSED_AS_DUPLICATE: None, MEDIA_REFUSED: None}
                yield self._note(**known, **all_out)
        return Published(self.done[0], permalink(self.calls.site, self.publication.connection, self.done[0]))

    def _media(self, number: int) -> Generator[Checkpoint, None, Processing | None]:
        part = self.parts[number]
        for position in part.media:
            waiting = yield from self.uploads.steps(position)
            if waiting is not None:
                return waiting
            if self.subtitles is not None:
                yield from add_track(self.calls, self.uploads, position, self.subtitles, self.options)
        media = [self.uploads.known(position) for position in part.media]
        for found in errors_among(mix_problems(media, "the post")):
            raise MediaRejected(found.message, platform=NAME, next_step="mend the document and add it again")
        return None

    def _send(self, number: int) -> Generator[Checkpoint | PointOfNoReturn, None, Processing | None]:
        part = self.parts[number]
        body = body_of(
            part,
            self.options,
            first=number == 0,
            media_ids=[self.uploads.id_of(position) for position in part.media],
            reply_to=self.done[-1] if self.done else self.options.reply_to,
        )
        yield PointOfNoReturn()
        try:
            answer = self.calls.commit("tweets", call="x.post.create", json=body)
            self.done.append(id_of(answer, Role.COMMIT))
        except SaysDuplicate as error:
            yield from self._said_before(number, error)
        except MediaUnknown as error:
            if self.notes.get(MEDIA_REFUSED) or not part.media:
                raise
            yield self._note(**{MEDIA_REFUSED: True})
            for position in part.media:
                yield from self.uploads.forget(position)
            return Processing(SOON, f"the media are uploaded again: {error.message}")
        return None

    def _said_before(self, number: int, error: SaysDuplicate) -> Generator[Checkpoint, None, None]:
        """The refusal may mean an earlier try whose answer was lost, a repetition on the way to X, or an older post.

        The account's own posts tell which; when they do not, it is in doubt.
        """
        yield self._note(**{REFUSED_AS_DUPLICATE: number})
        publication = replace(self.publication, checkpoint={**self.notes, **self._uploaded()})
        facts: dict[str, Any] = {
            "platform": NAME,
            "status": error.status,
            "code": error.code,
            "request_id": error.request_id,
        }
        try:
            seen = look(publication, self.calls, publication.connection.account_id)
        except PlatformError as trouble:
            said = f"{error.message}; whether it was this very post could not be read: {trouble.message}"
            raise OutcomeUnknown(said, **facts) from None
        if len(seen.found.same) == 1:
            self.done.append(seen.found.same[0])
            return
        before = said_before(publication, seen, self.calls.site)
        if before is not None and not (seen.found.same or seen.found.unclear):
            said = f"X refuses to post the same again; {before}"
            raise ContentRejected(said, next_step="change the text and add the post again", **facts)
        raise OutcomeUnknown(f"{error.message}; whether it was this very post is not known yet", **facts)

    def _uploaded(self) -> dict[str, Any]:
        return {"media": self.uploads.media, "earlier_media": self.uploads.earlier, PARTS: list(self.done)}

    def _note(self, **values: Any) -> Checkpoint:
        self.notes |= values
        return Checkpoint(**values)
