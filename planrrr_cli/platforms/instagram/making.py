"""Makes the containers of a post and waits for them, over as many runs as it takes; nobody sees any of it."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.errors import MediaRejected, PlatformUnavailable
from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Processing, Spend, Step
from planrrr_cli.platforms.instagram import allowances
from planrrr_cli.platforms.instagram.calls import Calls, Login
from planrrr_cli.platforms.instagram.codes import is_lost, is_unready
from planrrr_cli.platforms.instagram.containers import (
    POST,
    carousel_fields,
    item_fields,
    single_fields,
)
from planrrr_cli.platforms.instagram.form import form_of
from planrrr_cli.platforms.instagram.kinds import check, kind_of
from planrrr_cli.platforms.instagram.media_rules import MOST_BYTES, Form
from planrrr_cli.platforms.instagram.options import COVER, read_options
from planrrr_cli.platforms.instagram.replies import NAME
from planrrr_cli.platforms.instagram.slots import Slots
from planrrr_cli.platforms.instagram.status import Phase, Seen, look
from planrrr_cli.platforms.instagram.uploads import StaleUpload, WrongOffset, send_bytes
from planrrr_cli.platforms.media import BadMedia, MediaSource, OpenMedia, media_errors
from planrrr_cli.platforms.meta.refusals import MediumNotRead

# Containers live 24 hours: https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/
# ig-container (read 2026-11-23)
KEPT = timedelta(hours=23)
SOON = timedelta(seconds=5)
MOST_OFFSETS = 3

Waiting = Generator[Step, None, Processing | None]


class Making(Slots):
    """One attempt at the containers of one publication."""

    def __init__(self, publication: Publication, calls: Calls, source: MediaSource) -> None:
        super().__init__(publication, calls)
        self.source = source
        self.options = read_options(publication.post.options)

    def steps(self) -> Waiting:
        """Until the container that is published is made, and has all its bytes. Resumes wherever the checkpoint says;
        Processing when it has to go on later."""
        yield from self._drop_old()
        kinds = yield from self._kinds()
        form = form_of(self.post, kinds)
        assert form is not None
        if form is Form.CAROUSEL:
            waiting = yield from self._items(kinds)
        else:
            yield from self._pay(1 - len(self.made))
            waiting = yield from self._media_in(POST, 0, kinds[0], form)
        if waiting is not None or POST in self.made:
            return waiting
        children = [self.made[str(position)]["id"] for position in range(len(kinds))]
        try:
            body = self.calls.create(self.account, carousel_fields(self.post, self.options, children), None)
        except MediumNotRead as error:
            if is_unready(error):
                return (yield from self.wait("0", Seen(Phase.IN_PROGRESS)))
            return (yield from self.failed(POST, error.message, items_too=is_lost(error)))
        yield self.have(POST, body)
        return None

    def _items(self, kinds: list[MediaKind]) -> Waiting:
        if POST in self.made:
            return None
        yield from self._pay(len(kinds) + 1 - len(self.made))
        for position, kind in enumerate(kinds):
            waiting = yield from self._media_in(str(position), position, kind, Form.CAROUSEL)
            if waiting is not None:
                return waiting
        return (yield from self._items_ready(range(len(kinds))))

    def _pay(self, missing: int) -> Generator[Step, None, None]:
        """Counts all containers before the first is made: a carousel that would not be complete is not begun."""
        more = missing - int(self.notes.get("paid") or 0)
        if more > 0:
            yield Spend(allowances.CONTAINERS, more)
            self.notes["paid"] = missing
            if missing > 1:
                yield self.note(paid=missing)

    def _media_in(self, slot: str, position: int, kind: MediaKind, form: Form) -> Waiting:
        """The container of one medium, with its bytes where they are uploaded."""
        one = self.made.get(slot)
        if one is not None and (one.get("uri") is None or one.get("uploaded")):
            return None
        arrived = 0
        if one is not None:
            seen = look(self.calls, one["id"], bytes_too=True)
            if seen.phase in {Phase.ERROR, Phase.EXPIRED}:
                return (yield from self.dead(slot, seen))
            if seen.uploaded:
                yield self.update(slot, uploaded=True)
                return None
            arrived = seen.arrived or 0
        medium = self.post.media[position]
        with ExitStack() as stack, media_errors(NAME, position):
            opened = None
            if medium.file is not None:
                opened = stack.enter_context(self.source.open(medium, limit=MOST_BYTES))
                check(opened.media, position, form)
            if one is None:
                fields = self._fields(position, kind, form)
                try:
                    body = self.calls.create(self.account, fields, position)
                except MediumNotRead as error:
                    return (yield from self.failed(slot, error.message, medium=position))
                yield self.have(slot, body, uploads=fields.get("upload_type") is not None)
            if opened is not None and self.made[slot].get("uri"):
                return (yield from self._send(slot, position, opened, arrived))
        return None

    def _fields(self, position: int, kind: MediaKind, form: Form) -> dict[str, Any]:
        medium = self.post.media[position]
        address = self.source.public_url(medium)
        if medium.file is not None and kind is MediaKind.VIDEO and self.calls.login is Login.FACEBOOK:
            address = None
        elif address is None:  # the rules refuse it before; the settings may have changed since
            raise MediaRejected(
                f"medium {position + 1} has no public address that Instagram could fetch it from",
                platform=NAME,
                medium=position,
                next_step="set MEDIA_PUBLIC_BASE_URL and MEDIA_ROOT, then add the post again",
            )
        if form is Form.CAROUSEL:
            return item_fields(medium, kind, self.options, position, address)
        return single_fields(self.post, kind, form, self.options, address, self._cover())

    def _cover(self) -> str | None:
        """The address of the reel's own picture, which has to be the one that was added."""
        cover = self.post.attachments.get(COVER)
        if cover is None:
            return None
        address = self.source.public_url(cover)
        if address is None:
            raise BadMedia(f"{cover.name} has no public address that Instagram could fetch it from")
        if cover.file is not None:
            self.source.open(cover).close()
        return address

    def _send(self, slot: str, position: int, opened: OpenMedia, start: int) -> Waiting:
        one = self.made[slot]
        for _ in range(MOST_OFFSETS):
            if start >= opened.size:
                break
            try:
                send_bytes(self.calls.graph, one["uri"], opened, start, position)
                break
            except StaleUpload as error:
                return (yield from self.failed(slot, str(error), medium=position))
            except WrongOffset:
                start = self._arrived(one["id"])
            except PlatformUnavailable:
                arrived = self._arrived(one["id"])
                if arrived <= start:
                    raise
                return Processing(SOON, f"the upload broke off at {arrived:,} of {opened.size:,} bytes")
        else:
            said = "Instagram and we do not agree how much of the video has arrived"
            return (yield from self.failed(slot, said, medium=position))
        yield self.update(slot, uploaded=True)
        return None

    def _arrived(self, container: str) -> int:
        return look(self.calls, container, bytes_too=True).arrived or 0

    def _items_ready(self, positions: range) -> Waiting:
        """Looks at each item that is not known to be finished; the carousel itself has to wait for them all."""
        open_ = [position for position in positions if not self.made[str(position)].get("ready")]
        unfinished: dict[int, Seen] = {}
        for position in open_:
            seen = look(self.calls, self.made[str(position)]["id"])
            if seen.phase in {Phase.ERROR, Phase.EXPIRED}:
                return (yield from self.dead(str(position), seen))
            if seen.phase in {Phase.IN_PROGRESS, Phase.UNCLEAR}:
                unfinished[position] = seen
        ready = {str(position): {"ready": True} for position in open_ if position not in unfinished}
        if ready:
            yield self.update_all(ready)
        for position, seen in unfinished.items():
            return (yield from self.wait(str(position), seen))
        return None

    def _drop_old(self) -> Generator[Step, None, None]:
        """Containers die after a day. The one that was sent is never dropped for its age: its status has to say it."""
        if self.sent and POST in self.made:
            return
        oldest = self.calls.clock.now() - KEPT
        old = [slot for slot, one in self.made.items() if datetime.fromisoformat(one["at"]) <= oldest]
        if old and (POST in old or POST not in self.made):
            left = {} if POST in old else {s: one for s, one in self.made.items() if s not in old}
            yield self.note(containers=left, looks=0, paid=0)  # what was paid for then has left the window

    def _kinds(self) -> Generator[Step, None, list[MediaKind]]:
        known = self.known_kinds()
        fresh = {
            str(position): kind_of(self.source, medium, position, form_of(self.post)).value
            for position, medium in enumerate(self.post.media)
            if position not in known
        }
        if fresh:
            yield self.note(kinds={**(self.notes.get("kinds") or {}), **fresh})
            known = self.known_kinds()
        return [known[position] for position in range(len(self.post.media))]
