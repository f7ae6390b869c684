"""Videos of a Facebook Page, from opening a session to knowing that the video is public; the bytes go in ``uploads``.

The video's id is known before anything is public, so every doubt is settled by asking for that id.
https://developers.facebook.com/documentation/video-api/guides/reels-publishing (read 2026-11-23)

Checkpoint keys: ``video_id``, ``upload_url`` (reel), ``upload_session_id`` (video),
``offset``, ``chunk_end``, ``video_size``, ``video_sha256``, ``started_at``, ``restarts``; once `finish`
was answered with success ``accepted``, ``accepted_at``, ``video_post_id``.
"""

from __future__ import annotations

from collections.abc import Generator
from datetime import datetime, timedelta
from typing import Any, NoReturn

from planrrr_cli.domain.errors import (
    ContentRejected,
    MediaRejected,
    OutcomeUnknown,
    PlatformError,
    UnexpectedReply,
)
from planrrr_cli.domain.posts import MediaKind, errors_among
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import Checkpoint, PointOfNoReturn, Processing, Published, Steps
from planrrr_cli.platforms.facebook.graph import Graph
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.facebook.rules import AS_REEL, AS_VIDEO, medium_problems
from planrrr_cli.platforms.facebook.sessions import Session, finish, start
from planrrr_cli.platforms.facebook.status import FIELDS, Phase, Video, read_video
from planrrr_cli.platforms.facebook.uploads import Interrupted, Notes, StaleSession, send_chunks, send_reel
from planrrr_cli.platforms.media import MOST_FETCHED, BadMedia, Opener, OpenMedia, media_errors

SOON = timedelta(seconds=5)
LATEST = timedelta(minutes=5)
LONGEST_PROCESSING = timedelta(hours=24)
LONGEST_RECEIVING = timedelta(hours=6)
MOST_RESTARTS = 2
_FORGOTTEN: dict[str, None] = dict.fromkeys(
    (
        "video_id",
        "video_as",
        "upload_url",
        "upload_session_id",
        "offset",
        "chunk_end",
        "video_size",
        "video_sha256",
        "started_at",
    )
)


def read(graph: Graph, video_id: str) -> Video:
    """One look at the video; raises PlatformError."""
    return read_video(graph.read(video_id, call="facebook.video.status", fields=FIELDS))


def published(video: Video, video_id: str, post_id: str | None) -> Published:
    """The post's id where Facebook names one, since the feed and comments know the video by it; else the video's."""
    return Published(video.post_id or post_id or video_id, video.permalink)


class VideoRecipe:
    """One attempt at one video."""

    def __init__(self, publication: Publication, graph: Graph, open_: Opener, page: str) -> None:
        self.publication = publication
        self.graph = graph
        self.open = open_
        self.page = page
        self.notes: dict[str, Any] = dict(publication.checkpoint)

    def steps(self) -> Steps:
        """Resumes wherever the checkpoint says."""
        if self.notes.get(ACCEPTED):
            return (yield from self._watch())
        video = yield from self._earlier()
        if video is not None and video.phase in {Phase.PUBLISHED, Phase.PUBLISHING}:
            yield self._accepted()
            return self._seen(video)
        if video is None or not video.uploaded:
            waiting = yield from self._send_bytes(video)
            if waiting is not None:
                return waiting
        return (yield from self._finish())

    def _earlier(self) -> Generator[Checkpoint, None, Video | None]:
        """What became of a session that an earlier attempt opened; None when there is none to go on with."""
        video_id = self.notes.get("video_id")
        if video_id is None:
            return None
        sent = self.publication.first_sent_at is not None
        try:
            video = read(self.graph, video_id)
        except UnexpectedReply:
            if sent:
                raise  # it may be public, and this look did not say
            if self.notes.get("upload_session_id") is None:
                yield from self._forget("Facebook does not show the upload any more")
            return None  # a session of chunks says by itself where it goes on
        if video.phase is Phase.DEAD:
            yield from self._forget(video.reason)
            return None
        if video.phase is Phase.UNCLEAR and sent:
            raise OutcomeUnknown(
                f"Facebook does not say whether video {video_id} was published", platform=NAME
            )
        if video.phase in {Phase.PUBLISHED, Phase.PUBLISHING} and not sent:
            # `finish` never left this machine, so this is only the wish for what it will be
            return Video(Phase.OPEN, uploaded=video.uploaded, offset=video.offset)
        return video

    def _send_bytes(self, video: Video | None) -> Generator[Checkpoint, None, Processing | None]:
        """Processing when it has to go on later, None when all bytes are there."""
        with media_errors(NAME, 0), self.open(0, MOST_FETCHED) as opened:
            self._check(opened)
            if self.notes.get("video_id") and self.notes.get("video_sha256") != opened.media.sha256:
                if self.publication.first_sent_at is not None:
                    raise BadMedia(f"{opened.media.name} holds another video than the one that was sent")
                yield from self._forget("the video is another one now")
                video = None
            if not self.notes.get("video_id"):
                yield from self._start(opened)
            session = Session.of(self.notes)
            try:
                yield from self._noting(self._sending(session, opened, video))
            except StaleSession as error:
                yield from self._forget(str(error))
                return Processing(SOON, "the upload begins anew")
            except Interrupted as error:
                yield self._note(**error.notes)
                return Processing(
                    SOON, f"the upload broke off at {error.notes['offset']:,} of {opened.size:,} bytes"
                )
        if session.upload_url is None:
            return None  # the last chunk was answered with "no more"
        video = read(self.graph, session.video_id)
        if video.phase is Phase.DEAD:
            yield from self._forget(video.reason)
            return Processing(SOON, "the upload begins anew")
        if video.uploaded:
            return None
        if self.graph.clock.now() - datetime.fromisoformat(self.notes["started_at"]) > LONGEST_RECEIVING:
            yield from self._forget("Facebook never said that it had all bytes")
        return Processing(SOON, "Facebook is still receiving the video")

    def _sending(self, session: Session, opened: OpenMedia, video: Video | None) -> Notes:
        if session.upload_url is None:
            return send_chunks(session, opened, self.graph, self.page)
        return send_reel(session, opened, self.graph, video.offset if video else None)

    def _noting(self, uploading: Notes) -> Generator[Checkpoint, None, None]:
        for notes in uploading:
            yield self._note(**notes)

    def _start(self, opened: OpenMedia) -> Generator[Checkpoint, None, None]:
        as_reel = (self.publication.post.options.get("as") or AS_REEL) != AS_VIDEO
        session = start(self.graph, self.page, size=opened.size, as_reel=as_reel)
        yield self._note(
            **session.notes(),
            video_size=opened.size,
            video_sha256=opened.media.sha256,
            started_at=self.graph.clock.now().isoformat(),
        )

    def _finish(self) -> Steps:
        video_id = self.notes["video_id"]
        yield PointOfNoReturn()
        try:
            post_id = finish(self.graph, self.page, Session.of(self.notes), self.publication.post)
        except (ContentRejected, MediaRejected) as error:
            if self.publication.doubts == 0 and self.publication.first_sent_at is None:
                raise
            # An earlier `finish` may be the reason why this one was refused; the video's own status decides.
            video = self._after_refusal(error)
            yield self._accepted()
            return self._seen(video)
        yield self._accepted(post_id)
        return Processing(SOON, f"Facebook is publishing video {video_id}")

    def _after_refusal(self, error: PlatformError) -> Video:
        try:
            video = read(self.graph, self.notes["video_id"])
        except PlatformError:
            raise OutcomeUnknown(
                "Facebook refused to publish the video again, and does not show it",
                platform=NAME,
                code=error.code,
            ) from None
        undecided = video.phase is Phase.OPEN and video.busy
        if not undecided and video.phase in {Phase.OPEN, Phase.DEAD}:
            raise error
        return video

    def _watch(self) -> Steps:
        """After `finish` was accepted: reads only."""
        video = read(self.graph, self.notes["video_id"])
        if video.phase is Phase.DEAD:
            yield self._note(
                **_FORGOTTEN, **{ACCEPTED: None}, accepted_at=None
            )  # when rescheduled, it begins anew
            raise MediaRejected(
                f"Facebook could not publish the video: {video.reason}",
                platform=NAME,
                medium=0,
                next_step="mend the video, then add the post again",
            )
        return self._seen(video)

    def _seen(self, video: Video) -> Published | Processing:
        video_id = self.notes["video_id"]
        if video.phase is Phase.PUBLISHED:
            return published(video, video_id, self.notes.get("video_post_id"))
        waited = self.graph.clock.now() - datetime.fromisoformat(self.notes["accepted_at"])
        if waited > LONGEST_PROCESSING:
            raise OutcomeUnknown(f"Facebook has been processing video {video_id} for {waited}", platform=NAME)
        return Processing(min(max(SOON, waited / 6), LATEST), f"Facebook is publishing video {video_id}")

    def _check(self, opened: OpenMedia) -> None:
        if opened.media.kind is not MediaKind.VIDEO or len(self.publication.post.media) > 1:
            raise BadMedia("Facebook takes images or a video in one post, not both")
        for found in errors_among(medium_problems(opened.media, 0)):
            raise BadMedia(found.message)

    def _accepted(self, post_id: str | None = None) -> Checkpoint:
        return self._note(
            **{ACCEPTED: True}, accepted_at=self.graph.clock.now().isoformat(), video_post_id=post_id
        )

    def _forget(self, reason: str) -> Generator[Checkpoint, None, None]:
        """Nothing was published under the old id: it is dropped, so that the next session is a new one."""
        restarts = int(self.notes.get("restarts") or 0) + 1
        if restarts > MOST_RESTARTS:
            self._give_up(reason)
        yield self._note(**_FORGOTTEN, restarts=restarts)

    def _give_up(self, reason: str) -> NoReturn:
        raise MediaRejected(
            f"Facebook did not take the video, {MOST_RESTARTS + 1} times: {reason}", platform=NAME, medium=0
        )

    def _note(self, **values: Any) -> Checkpoint:
        self.notes |= values
        return Checkpoint(**values)
