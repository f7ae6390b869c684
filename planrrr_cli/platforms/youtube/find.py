"""Looks for a video whose sending is in doubt: by its id, by its session, and at last by the name of its file.

The session answers exactly, so most doubts end with one question. When it is over and its last piece had been sent,
nothing proves absence: the channel's uploads may show the video, and else a person has to say.
https://developers.google.com/youtube/data/guides/using_resumable_upload_protocol (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.doubt import Patience
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    PlatformError,
    RateLimited,
    TokenExpired,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Absent, Finding, Landed, Published, Unknown
from planrrr_cli.platforms.likeness import Likeness
from planrrr_cli.platforms.youtube import sessions
from planrrr_cli.platforms.youtube.allowances import CHANNEL
from planrrr_cli.platforms.youtube.links import permalink
from planrrr_cli.platforms.youtube.match import Sought, compare, moment
from planrrr_cli.platforms.youtube.notes import (
    SIZE,
    SLUG,
    STARTED,
    UNREADABLE,
    VIDEO_ID,
    UploadNotes,
    accepted,
)
from planrrr_cli.platforms.youtube.reasons import CALL_WRONG
from planrrr_cli.platforms.youtube.refusals import SessionOver
from planrrr_cli.platforms.youtube.replies import lacks_permission
from planrrr_cli.platforms.youtube.rest import Rest, items_of, part_of, text_in
from planrrr_cli.platforms.youtube.scopes import Scopes
from planrrr_cli.platforms.youtube.sessions import Made
from planrrr_cli.platforms.youtube.watching import Fate, look

CLOCK_WRONG = timedelta(hours=25)  # a host's clock that was set a day fast must not hide a video
COUNT, MOST_PAGES = 50, 4
_MINUTES = (timedelta(minutes=1), timedelta(minutes=5), timedelta(minutes=15), timedelta(minutes=30))

# An open session that lacks bytes is exact. Only where the process that sent may go on at any moment is it weighed like
# evidence; five minutes are longer than any call of ours takes.
PATIENCE = Patience(
    (timedelta(seconds=10), *_MINUTES),
    proof_looks=2,
    proof_after=timedelta(minutes=5),
    most_looks=8,
    source="our own choice: new videos may be missing in the list of uploads for a while, and no page says how long "
    "(https://developers.google.com/youtube/data/guides/using_resumable_upload_protocol, read 2026-11-23)",
)


def find(publication: Publication, rest: Rest) -> Finding:
    """Raises ConnectionRevoked or TokenExpired (the token is dead) and RateLimited (stay away); else a Finding."""
    notes = UploadNotes(publication)
    try:
        if video_id := notes.all.get(VIDEO_ID):
            return _by_id(publication, video_id, rest)
        if notes.session is None:
            if notes.last_sent:
                return _by_name(publication, notes, rest, UNREADABLE)
            return Absent("no upload was begun", conclusive=True)
        return _by_session(publication, notes, notes.session, rest)
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        return Unknown(f"{error.message}; reading needs youtube.readonly", ask_person=True)
    except (TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        return Unknown(f"the look failed: {error.message}")


def _by_id(publication: Publication, video_id: str, rest: Rest) -> Finding:
    """The id is YouTube's own word that there is a video; what is asked for is only what became of it."""
    last = publication.doubt_looks + 1 >= PATIENCE.most_looks
    try:
        seen = look(rest, video_id)
    except (ConnectionRevoked, TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        if not last:
            return Unknown(f"video {video_id} is there, and could not be looked at: {error.message}")
        return Published(video_id, permalink(rest.site, video_id))
    if seen.fate is Fate.PROCESSED:
        return Published(video_id, permalink(rest.site, video_id))
    return _there(video_id, rest)


def _there(video_id: str, rest: Rest) -> Landed:
    """The recipe goes on with looking what YouTube makes of it."""
    return Landed(f"YouTube has the video, {video_id}", accepted(video_id, rest.clock.now()))


def _by_session(publication: Publication, notes: UploadNotes, session: Secret, rest: Rest) -> Finding:
    size = int(notes.all[SIZE])
    try:
        standing = sessions.ask(rest, session, size)
    except SessionOver as error:
        if not notes.last_sent:
            return Absent(f"{error.message}, and the last piece was never sent", conclusive=True)
        return _by_name(publication, notes, rest, error.message)
    except ContentRejected as error:
        if error.code in CALL_WRONG:  # what is wrong with the question says nothing of the video
            raise
        return Absent(error.message, conclusive=True)
    except RateLimited as error:
        if error.bucket is not CHANNEL:
            raise
        return Absent(error.message, conclusive=True)
    if isinstance(standing, Made):
        return _there(standing.video_id, rest)
    if standing.offset == size:
        return Unknown("YouTube has all bytes, and does not name the video yet")
    return Absent(f"YouTube has {standing.offset:,} of {size:,} bytes, so there is no video", conclusive=True)


def _by_name(publication: Publication, notes: UploadNotes, rest: Rest, over: str) -> Finding:
    """By the name that the file was given and its size, which together are ours alone.

    https://github.com/tokland/youtube-upload/issues/214 (read 2026-11-23) and fileDetails of the discovery document.
    """
    if not Scopes.of(publication.connection).may_read:
        return Unknown(f"{over}; reading the channel's uploads needs youtube.readonly", ask_person=True)
    sought = sought_for(publication, notes)
    found: dict[Likeness, list[str]] = {likeness: [] for likeness in Likeness}
    for video in _videos(rest, list(_recent(rest, sought.since))):
        found[compare(video, sought)].append(str(video.get("id")))
    if len(found[Likeness.SAME]) == 1:
        return _there(found[Likeness.SAME][0], rest)
    if found[Likeness.SAME]:
        return Unknown(f"{over}, and {len(found[Likeness.SAME])} videos fit", ask_person=True)
    if found[Likeness.UNCLEAR]:
        named = ", ".join(permalink(rest.site, video_id) for video_id in found[Likeness.UNCLEAR][:3])
        return Unknown(f"{over}; this may be the video, and YouTube does not show its file: {named}")
    return Unknown(f"{over}, and the video is not among the channel's uploads")


def sought_for(publication: Publication, notes: UploadNotes) -> Sought:
    """What is known of the video that was sent."""
    started = notes.all.get(STARTED)
    since = datetime.fromisoformat(started) if started else publication.first_sent_at
    return Sought(
        channel=publication.connection.account_id,
        title=publication.post.title or "",
        since=since - CLOCK_WRONG if since else None,
        slug=notes.all.get(SLUG),
        size=notes.all.get(SIZE),
        bound=publication.other_remote_ids,
    )


def _recent(rest: Rest, since: datetime | None) -> Iterator[str]:
    """The ids of the channel's uploads since then, newest first."""
    mine = rest.items(
        "channels", call="youtube.channels.list", params={"part": "contentDetails", "mine": "true"}
    )
    playlists = part_of(part_of(mine[0], "contentDetails"), "relatedPlaylists") if mine else {}
    uploads = text_in(playlists, "uploads")
    if not uploads:
        return
    params = {"part": "snippet,contentDetails", "playlistId": uploads, "maxResults": str(COUNT)}
    for _ in range(MOST_PAGES):
        body = rest.read("playlistItems", call="youtube.playlistItems.list", params=params)
        items = items_of(body)
        for item in items:
            video_id = text_in(part_of(item, "contentDetails"), "videoId")
            if video_id:
                yield video_id
        added = [moment(text_in(part_of(item, "snippet"), "publishedAt")) for item in items]
        old = since is not None and bool(added) and all(at is not None and at < since for at in added)
        token = body.get("nextPageToken")
        if old or not isinstance(token, str) or not token:
            return
        params = {**params, "pageToken": token}


def _videos(rest: Rest, ids: list[str]) -> Iterator[Mapping[str, Any]]:
    for first in range(0, len(ids), COUNT):
        params = {"part": "snippet,status,fileDetails", "id": ",".join(ids[first : first + COUNT])}
        yield from rest.items("videos", call="youtube.videos.list", params=params)
