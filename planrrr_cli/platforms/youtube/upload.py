"""How a video gets onto YouTube: one session, whose address is durable before the first byte, and one last piece.

The video comes into being when YouTube has the last byte, and the session tells of it as often as it is asked: that is
how nothing is ever sent twice. No new session replaces one that may have made a video.
https://developers.google.com/youtube/data/guides/using_resumable_upload_protocol (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Callable, Generator
from datetime import timedelta

from planrrr_cli.domain.errors import (
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    PlatformUnavailable,
    RateLimited,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import MediaKind, errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint, PointOfNoReturn, Processing, Spend, Steps
from planrrr_cli.platforms.media import BadMedia, MediaSource, OpenMedia, media_errors
from planrrr_cli.platforms.wire import Stream
from planrrr_cli.platforms.youtube import sessions
from planrrr_cli.platforms.youtube.allowances import CHANNEL, UPLOADS, spend
from planrrr_cli.platforms.youtube.body import body_of, content_type_of, query_of, slug_of
from planrrr_cli.platforms.youtube.media_rules import media_problems
from planrrr_cli.platforms.youtube.notes import SESSION, STALLS, UploadNotes, accepted
from planrrr_cli.platforms.youtube.refusals import Busy, SessionOver
from planrrr_cli.platforms.youtube.replies import NAME
from planrrr_cli.platforms.youtube.rest import Rest
from planrrr_cli.platforms.youtube.sessions import CHUNK, Kept, Made, Standing
from planrrr_cli.platforms.youtube.watching import SOON, watch

# YouTube's page says "finite"; a week is documented for other services of the same upload server.
LONGEST_SESSION = timedelta(days=6)
# A run that was told to stop does so at the next note; on a slow line that must not take minutes.
NOTED_EVERY, NOTED_AFTER = 8 * CHUNK, 10.0  # bytes, seconds
MOST_RESTARTS = 2
PAUSES = (SOON, timedelta(seconds=30))  # after attempts that added nothing; further ones are spent

Sending = Generator[Checkpoint | PointOfNoReturn | Spend, None, Standing | Processing]


class Upload:
    """One attempt at one video. ``progress`` is told the bytes that YouTube has, of how many."""

    def __init__(
        self, publication: Publication, rest: Rest, media: MediaSource, progress: Callable[[int, int], None]
    ) -> None:
        self.publication = publication
        self.rest = rest
        self.media = media
        self.progress = progress
        self.notes = UploadNotes(publication)
        self.before = self.notes.done
        self.noted, self.noted_at = self.notes.done, rest.clock.monotonic()

    def steps(self) -> Steps:
        """Resumes wherever the checkpoint and the session say."""
        if self.notes.accepted:
            return (yield from watch(self.publication, self.notes.all, self.rest))
        with media_errors(NAME, 0), self.media.open(self.publication.post.media[0]) as opened:
            _check(opened)
            standing = yield from self._opening(opened)
            while isinstance(standing, Kept):
                self.progress(standing.offset, opened.size)
                standing = yield from self._piece(opened, standing.offset)
        if isinstance(standing, Processing):
            return standing
        self.progress(opened.size, opened.size)
        yield self.notes.note(**accepted(standing.video_id, self.rest.clock.now()))
        return Processing(SOON, f"YouTube is processing video {standing.video_id}")

    def _opening(self, opened: OpenMedia) -> Sending:
        """The session to go on with, as YouTube sees it; a new one where there is none, or none that is any good."""
        if self.notes.session is None:
            yield from self._start(opened)
            return Kept(0)
        if not self.notes.is_of(opened.size, opened.media.sha256):
            if self.notes.may_be_out:
                raise BadMedia(f"{opened.media.name} holds another video than the one that was sent")
            return (yield from self._begin_anew("the video is another one now"))
        if self.notes.age(self.rest.clock.now()) > LONGEST_SESSION and not self.notes.may_be_out:
            return (yield from self._begin_anew("its session is too old"))
        try:
            return (yield from self._asked(opened))
        except PlatformUnavailable as error:
            return (yield from self._stalled(error, opened, 0))

    def _start(self, opened: OpenMedia) -> Generator[Checkpoint | Spend, None, None]:
        post, connection = self.publication.post, self.publication.connection
        slug = slug_of(self.publication.id, opened.media)
        yield spend(CHANNEL, 1, connection)
        yield spend(UPLOADS, 1, connection)
        session = sessions.start(
            self.rest,
            query_of(post),
            body_of(post),
            size=opened.size,
            content_type=content_type_of(opened.media),
            slug=slug,
        )
        now = self.rest.clock.now()
        yield self.notes.begun(session, now, size=opened.size, sha256=opened.media.sha256, slug=slug)

    def _asked(self, opened: OpenMedia) -> Sending:
        """Asks the session itself. Raises PlatformUnavailable when nobody answers."""
        assert self.notes.session is not None
        try:
            standing = sessions.ask(self.rest, self.notes.session, opened.size)
        except (SessionOver, ContentRejected, MediaRejected) as error:
            return (yield from self._gone(error))
        except RateLimited as error:
            yield from self._over(error)
            raise
        if isinstance(standing, Kept):
            _refuse_complete(standing, opened)
            yield from self._kept(standing)
            if self.notes.last_sent:
                yield self.notes.lacks_bytes(standing.offset)
        return standing

    def _piece(self, opened: OpenMedia, first: int) -> Sending:
        assert self.notes.session is not None
        stream = Stream(
            length := min(CHUNK, opened.size - first),
            content_type_of(opened.media),
            opened.pieces(first, length),
        )
        if first + length == opened.size:
            return (yield from self._last_piece(opened, stream, first))
        try:
            standing = sessions.send(
                self.rest, self.notes.session, stream, first=first, size=opened.size, last=False
            )
        except SessionOver as error:
            return (yield from self._gone(error))
        except (ContentRejected, MediaRejected, RateLimited) as error:
            yield from self._over(error)
            raise
        except (PlatformUnavailable, UnexpectedReply) as error:
            return (yield from self._recovered(opened, first, error))
        return (yield from self._went_on(opened, first, standing))

    def _last_piece(self, opened: OpenMedia, stream: Stream, first: int) -> Sending:
        """After this the video may be there: only YouTube's own plain refusal says that it is not."""
        assert self.notes.session is not None
        yield self.notes.sends_last()
        yield PointOfNoReturn()
        try:
            standing = sessions.send(
                self.rest, self.notes.session, stream, first=first, size=opened.size, last=True
            )
        except BadMedia as error:  # told once bytes had left
            raise OutcomeUnknown(f"the last piece was sent, but {error}", platform=NAME) from None
        except SessionOver as error:
            raise OutcomeUnknown(error.message, platform=NAME, status=error.status) from None
        except (ContentRejected, MediaRejected, RateLimited) as error:
            yield from self._over(error)
            raise
        if isinstance(standing, Kept):
            _refuse_complete(standing, opened)
            yield self.notes.lacks_bytes(standing.offset)
        return (yield from self._went_on(opened, first, standing))

    def _went_on(self, opened: OpenMedia, first: int, standing: Standing) -> Sending:
        """What YouTube has now, which may be less than it was sent."""
        if isinstance(standing, Made):
            return standing
        yield from self._kept(standing)
        if standing.offset <= first:
            error = UnexpectedReply("YouTube kept nothing of a piece of the video", platform=NAME)
            return (yield from self._stalled(error, opened, standing.offset))
        return standing

    def _recovered(self, opened: OpenMedia, first: int, error: PlatformError) -> Sending:
        """A piece broke off: the session says how far it came. Without a byte more it is tried again later."""
        try:
            standing = yield from self._asked(opened)
        except PlatformUnavailable:
            return (yield from self._stalled(error, opened, first))
        if isinstance(standing, Kept) and standing.offset <= first:
            return (yield from self._stalled(error, opened, standing.offset))
        return standing

    def _stalled(self, error: PlatformError, opened: OpenMedia, offset: int) -> Sending:
        """It goes on in another attempt. What advanced is no failed try; what does not gets a few for nothing."""
        if offset > self.before:
            yield self.notes.note(bytes_done=offset, stalls=0)
            said = f"the upload broke off at {offset:,} of {opened.size:,} bytes: {error.message}"
            return Processing(_patient(SOON, error), said)
        stalls = self.notes.stalls
        yield self.notes.note(**{STALLS: stalls + 1})
        if stalls >= len(PAUSES):
            raise error
        return Processing(_patient(PAUSES[stalls], error), f"the upload does not advance: {error.message}")

    def _gone(self, error: PlatformError) -> Sending:
        """The session leads nowhere. Only one that cannot have made a video is replaced."""
        if self.notes.may_be_out:
            said = f"{error.message}, and it may have made the video before"
            raise OutcomeUnknown(said, platform=NAME, status=error.status) from None
        return (yield from self._begin_anew(error.message))

    def _begin_anew(self, reason: str) -> Sending:
        restarts = self.notes.restarts + 1
        if restarts > MOST_RESTARTS:
            yield self.notes.forget(0)
            said = f"the upload was begun {restarts} times and did not last: {reason}"
            raise UnexpectedReply(said, platform=NAME)
        yield self.notes.forget(restarts)
        return Processing(SOON, f"the upload begins anew: {reason}")

    def _over(self, error: PlatformError) -> Generator[Checkpoint, None, None]:
        """A plain refusal of what the session is for ends it, without a video."""
        if not isinstance(error, RateLimited) or error.bucket is CHANNEL:
            yield self.notes.forget(self.notes.restarts)

    def _kept(self, standing: Kept) -> Generator[Checkpoint, None, None]:
        if standing.moved is not None and standing.moved != self.notes.session:
            yield self.notes.note(**{SESSION: standing.moved})
        now = self.rest.clock.monotonic()
        if standing.offset - self.noted >= NOTED_EVERY or (
            standing.offset > self.noted and now - self.noted_at >= NOTED_AFTER
        ):
            self.noted, self.noted_at = standing.offset, now
            yield self.notes.note(bytes_done=max(self.notes.done, standing.offset), stalls=0)


def _check(opened: OpenMedia) -> None:
    """What came from a URL is only known now."""
    if opened.media.kind is not MediaKind.VIDEO:
        raise BadMedia(f"{opened.media.name} is {opened.media.content_type}, and YouTube takes videos")
    for found in errors_among(media_problems((opened.media,))):
        raise BadMedia(found.message)


def _refuse_complete(standing: Kept, opened: OpenMedia) -> None:
    """A video was made although the answer was "go on": https://github.com/claudiob/yt/issues/192 (read 2026-11-23)."""
    if standing.offset == opened.size:
        raise OutcomeUnknown("YouTube has all bytes, and does not name the video yet", platform=NAME)


def _patient(pause: timedelta, error: PlatformError) -> timedelta:
    wait = error.wait if isinstance(error, Busy) else None
    return max(pause, wait) if wait is not None else pause
