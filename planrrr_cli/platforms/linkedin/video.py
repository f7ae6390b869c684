"""The bytes of a video on their way to LinkedIn: one request for each part that LinkedIn names, noted with its tag.

The URN is known before anything is public. A crash goes on after the last noted part; an address that is over, or a
session that leads nowhere, is dropped for a new one.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/videos-api (read 2026-11-23)

Checkpoint keys: ``video`` with ``urn``, ``owner``, ``token``, ``ends`` (milliseconds since 1970), ``sha256``,
``parts`` (each first and last byte, then its address until it was sent, and its tag afterwards), ``beside`` (addresses
of the files that go along, until they were sent); ``restarts``.
"""

from __future__ import annotations

from collections.abc import Generator, Mapping
from datetime import timedelta
from typing import Any

from planrrr_cli.domain.errors import ContentRejected, MediaRejected, PlatformUnavailable, UnexpectedReply
from planrrr_cli.domain.posts import Post
from planrrr_cli.domain.steps import Checkpoint, Processing
from planrrr_cli.platforms.linkedin.refusals import MediaNotReady, StaleUpload
from planrrr_cli.platforms.linkedin.replies import NAME
from planrrr_cli.platforms.linkedin.rest import Rest, text_in, value_of
from planrrr_cli.platforms.linkedin.uploads import OCTETS, Condition, Sort, attached, condition, initialize
from planrrr_cli.platforms.media import MediaSource, OpenMedia
from planrrr_cli.platforms.wire import Stream

SOON = timedelta(seconds=5)
MOST_RESTARTS = 2
_IN_TIME = timedelta(minutes=1)  # an address that ends sooner is not begun with
_BESIDE = {"subtitles": "captionsUploadUrl", "thumbnail": "thumbnailUploadUrl"}

Part = Mapping[str, Any]
Notes = Mapping[str, Any]


class Interrupted(Exception):
    """It goes on later, from what is noted; the text says why."""


class VideoUpload:
    """One attempt at the bytes of one video; ``restarts``: how often it began anew before."""

    def __init__(
        self,
        rest: Rest,
        owner: str,
        post: Post,
        media: MediaSource,
        *,
        notes: Notes | None,
        restarts: int,
        position: int = 0,
    ) -> None:
        self.rest = rest
        self.owner = owner
        self.post = post
        self.media = media
        self.notes: dict[str, Any] = dict(notes or {})
        self.restarts = restarts
        self.position = position

    def steps(self, opened: OpenMedia) -> Generator[Checkpoint, None, str | Processing]:
        """The video's URN once LinkedIn has all of it; Processing when it goes on later. Raises PlatformError."""
        try:
            if self.notes and (self.notes["sha256"], self.notes["owner"]) != (
                opened.media.sha256,
                self.owner,
            ):
                raise StaleUpload("it is another video, or another author, now", platform=NAME)
            if not self.notes:
                yield self._note(**self._started(opened))
            yield from self._parts(opened)
            yield from self._files_beside()
            self._finalize()
        except StaleUpload as error:
            yield self._forget(error)
            return Processing(SOON, f"the upload begins anew: {error.message}")
        except Interrupted as error:
            return Processing(SOON, str(error))
        return str(self.notes["urn"])

    def _started(self, opened: OpenMedia) -> dict[str, Any]:
        request = {
            "owner": self.owner,
            "fileSizeBytes": opened.size,
            "uploadCaptions": "subtitles" in self.post.attachments,
            "uploadThumbnail": "thumbnail" in self.post.attachments,
        }
        value = value_of(initialize(self.rest, Sort.VIDEO, request, self.position))
        wanted = {option: name for option, name in _BESIDE.items() if option in self.post.attachments}
        return {
            "urn": text_in(value, "video"),
            "owner": self.owner,
            "token": str(value.get("uploadToken") or ""),
            "ends": value.get("uploadUrlsExpireAt"),
            "sha256": opened.media.sha256,
            "parts": parts_of(value.get("uploadInstructions"), opened.size),
            "beside": {option: text_in(value, name) for option, name in wanted.items()},
        }

    def _parts(self, opened: OpenMedia) -> Generator[Checkpoint, None, None]:
        advanced = False
        for number, part in enumerate(self.notes["parts"]):
            if "tag" in part:
                continue
            try:
                tag = self._sent(opened, part)
            except StaleUpload:
                raise
            except PlatformUnavailable as error:
                if not advanced:
                    raise
                raise Interrupted(
                    f"the upload broke off at {part['first']:,} of {opened.size:,} bytes: {error.message}"
                ) from None
            done = {"first": part["first"], "last": part["last"], "tag": tag}
            parts = self.notes["parts"]
            yield self._note(parts=[*parts[:number], done, *parts[number + 1 :]])
            advanced = True

    def _sent(self, opened: OpenMedia, part: Part) -> str:
        self._check_time()
        length = part["last"] - part["first"] + 1
        stream = Stream(length, OCTETS, opened.pieces(part["first"], length))
        reply = self.rest.put(
            part["url"], stream, call="linkedin.video.upload", medium=self.position, signed=True
        )
        tag = (reply.header("etag") or "").strip().removeprefix("W/").strip('"')
        if not tag:
            raise UnexpectedReply(
                "LinkedIn took a part of the video and did not tag it", platform=NAME, status=reply.status
            )
        return tag

    def _files_beside(self) -> Generator[Checkpoint, None, None]:
        """A cover and subtitles. A file that LinkedIn does not take is named before anything is public."""
        for option, url in dict(self.notes["beside"]).items():
            self._check_time()
            with attached(self.media, self.post.attachments[option], option) as opened:
                stream = Stream(opened.size, OCTETS, opened.pieces(0, opened.size))
                try:
                    self.rest.put(url, stream, call=f"linkedin.video.{option}", medium=None)
                except (ContentRejected, MediaRejected, UnexpectedReply) as error:
                    raise MediaRejected(
                        f"{option}: {error.message}",
                        platform=NAME,
                        status=error.status,
                        code=error.code,
                        request_id=error.request_id,
                        next_step=f"leave out “{option}”, or name another file, then add the post again",
                    ) from None
            yield self._note(
                beside={name: left for name, left in self.notes["beside"].items() if name != option}
            )

    def _finalize(self) -> None:
        """May be repeated; when a repetition is refused, the video itself says whether the first one took."""
        request = {
            "video": self.notes["urn"],
            "uploadToken": self.notes["token"],
            "uploadedPartIds": [part["tag"] for part in self.notes["parts"]],
        }
        try:
            self.rest.act(
                "videos",
                call="linkedin.video.finalize",
                action="finalizeUpload",
                request=request,
                medium=self.position,
            )
        except (MediaRejected, ContentRejected, MediaNotReady) as error:
            found, _ = condition(self.rest, Sort.VIDEO, self.notes["urn"])
            if found not in {Condition.AVAILABLE, Condition.PROCESSING}:
                raise StaleUpload(error.message, platform=NAME, status=error.status) from None

    def _check_time(self) -> None:
        ends = self.notes["ends"]
        if not isinstance(ends, int | float) or isinstance(ends, bool):
            return
        if ends / 1000 - self.rest.clock.now().timestamp() < _IN_TIME.total_seconds():
            raise StaleUpload("its addresses have ended", platform=NAME)

    def _note(self, **values: Any) -> Checkpoint:
        self.notes |= values
        return Checkpoint(video=dict(self.notes))

    def _forget(self, error: StaleUpload) -> Checkpoint:
        if self.restarts >= MOST_RESTARTS:
            raise MediaRejected(
                f"LinkedIn did not take the video, {MOST_RESTARTS + 1} times: {error.message}",
                platform=NAME,
                medium=self.position,
                status=error.status,
            ) from None
        return Checkpoint(video=None, restarts=self.restarts + 1)


def parts_of(instructions: Any, size: int) -> list[dict[str, Any]]:
    """The parts as LinkedIn cuts them, never computed. The last one may be named longer than the file is."""
    parts: list[dict[str, Any]] = []
    expected = 0
    for one in instructions if isinstance(instructions, list) else ():
        told = one if isinstance(one, dict) else {}
        first, last, url = (told.get(name) for name in ("firstByte", "lastByte", "uploadUrl"))
        if not (isinstance(first, int) and isinstance(last, int) and isinstance(url, str)):
            break
        if first != expected or not first <= last or first >= size:
            break
        last = min(last, size - 1)
        parts.append({"first": first, "last": last, "url": url})
        expected = last + 1
    if expected != size or len(parts) != len(instructions):
        raise UnexpectedReply(
            f"LinkedIn names parts of the video that do not make its {size:,} bytes", platform=NAME
        )
    return parts
