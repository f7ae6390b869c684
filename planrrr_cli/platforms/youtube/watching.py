"""What YouTube makes of a video that it has: looks only, and the end of them. Nothing here sends anything again.

https://developers.google.com/youtube/data/reference/rest/v3/videos (read 2026-11-23): it takes minutes to hours.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum
from typing import Any

from planrrr_cli.domain.errors import ConnectionRevoked, ContentRejected, MediaRejected, PlatformError
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Checkpoint, Processing, Published, Steps
from planrrr_cli.platforms.youtube.links import permalink, studio
from planrrr_cli.platforms.youtube.notes import ACCEPTED_AT, SHOWN_AS, UNFOLLOWED, VIDEO_ID
from planrrr_cli.platforms.youtube.options import read_options
from planrrr_cli.platforms.youtube.reasons import REJECTIONS, UNPROCESSABLE
from planrrr_cli.platforms.youtube.replies import NAME, lacks_permission
from planrrr_cli.platforms.youtube.rest import Rest, part_of, text_in
from planrrr_cli.platforms.youtube.scopes import Scopes

SOON = timedelta(seconds=5)
LONGEST_PAUSE = timedelta(minutes=30)  # each look costs a unit of 10,000 a day
LONGEST_FOLLOWING = timedelta(hours=24)
LONGEST_UNSEEN = timedelta(minutes=30)
BLIND = timedelta(minutes=2)  # until a video that may not be looked at is known to all of YouTube


class Fate(StrEnum):
    """What became of a video, as far as one look tells."""

    PROCESSED = "processed"
    WORKED_ON = "worked on"
    REFUSED = "refused"
    UNSEEN = "unseen"  # it is not visible yet, or not any more


@dataclass(frozen=True, slots=True)
class Look:
    """``failure`` is set when it was refused, ``progress`` while it is worked on; ``privacy`` where it is told."""

    fate: Fate
    failure: PlatformError | None = None
    progress: str = ""
    privacy: str = ""


def look(rest: Rest, video_id: str) -> Look:
    """One look; raises PlatformError."""
    params = {"part": "status,processingDetails", "id": video_id}
    items = rest.items("videos", call="youtube.videos.list", params=params)
    return read_video(next((item for item in items if item.get("id") == video_id), None), video_id)


def read_video(item: Mapping[str, Any] | None, video_id: str) -> Look:
    """What a video resource says of its fate."""
    if item is None:
        return Look(Fate.UNSEEN)
    status, details = part_of(item, "status"), part_of(item, "processingDetails")
    reason = text_in(status, "rejectionReason") or text_in(status, "failureReason")
    match text_in(status, "uploadStatus"):
        case "processed":
            return Look(Fate.PROCESSED, privacy=text_in(status, "privacyStatus"))
        case "rejected":
            return Look(Fate.REFUSED, _rejected(reason, video_id))
        case "failed":
            return Look(Fate.REFUSED, _failed(reason, video_id))
        case "deleted":
            said = f"the video ({video_id}) was deleted on YouTube after the upload"
            return Look(Fate.REFUSED, ContentRejected(said, platform=NAME, code="deleted"))
        case _:
            pass
    if text_in(details, "processingStatus") == "failed":
        return Look(Fate.REFUSED, _failed(text_in(details, "processingFailureReason"), video_id))
    return Look(Fate.WORKED_ON, progress=_progress(part_of(details, "processingProgress")))


def _rejected(reason: str, video_id: str) -> PlatformError:
    why = REJECTIONS.get(reason, reason or "it gives no reason")
    kind = MediaRejected if reason in {"length", "duplicate"} else ContentRejected
    return kind(
        f"YouTube rejected the video after the upload: {why}", **_about(reason or "rejected", video_id)
    )


def _failed(reason: str, video_id: str) -> PlatformError:
    why = UNPROCESSABLE.get(reason, reason or "it gives no reason")
    return MediaRejected(
        f"YouTube could not process the video: {why}", medium=0, **_about(reason or "failed", video_id)
    )


def _about(code: str, video_id: str) -> dict[str, Any]:
    step = f"see {studio(video_id)}; mend the video, then add the post again"
    return {"platform": NAME, "code": code, "next_step": step}


def _progress(progress: Mapping[str, Any]) -> str:
    """Numbers come as text."""
    done, total = (str(progress.get(name) or "") for name in ("partsProcessed", "partsTotal"))
    return f" ({done} of {total} parts)" if done.isdigit() and total.isdigit() else ""


def watch(publication: Publication, notes: Mapping[str, Any], rest: Rest) -> Steps:
    """Looks once. Published when YouTube is through with it, or when looking any longer makes no sense."""
    video_id = notes[VIDEO_ID]
    now = rest.clock.now()
    waited = now - datetime.fromisoformat(notes[ACCEPTED_AT])
    if waited < timedelta(
        0
    ):  # a clock that was fast then must not make looks as frequent as at the beginning for long
        waited = timedelta(0)
        yield Checkpoint(**{ACCEPTED_AT: now.isoformat()})
    if not Scopes.of(publication.connection).may_read:
        return (yield from _blind(publication, rest, video_id, waited))
    try:
        seen = look(rest, video_id)
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        return (yield from _blind(publication, rest, video_id, waited))
    if seen.failure is not None:
        raise seen.failure
    given_up = _given_up(seen, waited)
    if seen.fate is not Fate.PROCESSED and given_up is None:
        return Processing(pause(waited), f"YouTube is processing video {video_id}{seen.progress}")
    if given_up is not None:
        yield Checkpoint(**{UNFOLLOWED: given_up})
    if (other := _shown_as(publication, seen.privacy)) is not None:
        yield Checkpoint(**{SHOWN_AS: other})
    return Published(video_id, permalink(rest.site, video_id))


def _shown_as(publication: Publication, privacy: str) -> str | None:
    """Settings of an account may turn uploads private, whatever was sent:
    https://developers.google.com/youtube/data/revision_history (2 Nov 2026, read 2026-11-23)."""
    options = read_options(publication.post.options)
    if not privacy or options.publish_at is not None or privacy == options.privacy:
        return None
    return f"YouTube shows the video as {privacy}, and {options.privacy} was asked for; look at the channel's settings"


def _given_up(seen: Look, waited: timedelta) -> str | None:
    if seen.fate is Fate.UNSEEN and waited > LONGEST_UNSEEN:
        return "YouTube took the video and does not show it any more; look at the channel"
    if seen.fate is Fate.WORKED_ON and waited > LONGEST_FOLLOWING:
        hours = LONGEST_FOLLOWING // timedelta(hours=1)
        return f"YouTube had not finished processing the video after {hours} hours; look at the channel"
    return None


def _blind(publication: Publication, rest: Rest, video_id: str, waited: timedelta) -> Steps:
    """The video has its id, so it is there; whether YouTube keeps it, this account is not told."""
    post = publication.post
    if (post.attachments or post.options.get("playlist") or post.first_comment) and waited < BLIND:
        return Processing(BLIND - waited, "YouTube needs a moment until the video is known everywhere")
    said = "whether YouTube could process the video is not known: the sign-in lacks the permission youtube.readonly"
    yield Checkpoint(**{UNFOLLOWED: said})
    return Published(video_id, permalink(rest.site, video_id))


def pause(waited: timedelta) -> timedelta:
    """How long to wait for the next look: longer, the longer it takes."""
    return min(max(SOON, waited / 4), LONGEST_PAUSE)
