"""The video that a person says a doubtful publication is, read and held against what was sent; nothing is decided."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.errors import PlatformError
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Published, Unknown
from planrrr_cli.platforms.base import Objection
from planrrr_cli.platforms.youtube.find import sought_for
from planrrr_cli.platforms.youtube.links import permalink
from planrrr_cli.platforms.youtube.match import moment
from planrrr_cli.platforms.youtube.notes import UploadNotes
from planrrr_cli.platforms.youtube.rest import Rest, part_of, text_in
from planrrr_cli.platforms.youtube.watching import read_video


def look_at(publication: Publication, rest: Rest, video_id: str) -> Published | Objection | Unknown:
    """One read. A video that may not be read says nothing."""
    params = {"part": "snippet,status,fileDetails", "id": video_id}
    try:
        items = rest.items("videos", call="youtube.videos.list", params=params)
    except PlatformError as error:
        return Unknown(f"YouTube does not show {video_id}: {error.message}")
    item = next((item for item in items if item.get("id") == video_id), None)
    if item is None:
        return Objection(f"YouTube shows no video {video_id}")
    return _against(item, publication, rest, video_id)


def _against(
    item: Mapping[str, Any], publication: Publication, rest: Rest, video_id: str
) -> Published | Objection:
    sought = sought_for(publication, UploadNotes(publication))
    snippet, file = part_of(item, "snippet"), part_of(item, "fileDetails")
    channel = text_in(snippet, "channelId")
    if channel and channel != sought.channel:
        return Objection(
            f"{video_id} is a video of the channel {channel}, not of {sought.channel}", final=True
        )
    if video_id in sought.bound:
        return Objection(f"{video_id} belongs to another publication", final=True)
    published = moment(text_in(snippet, "publishedAt"))
    if published is not None and sought.since is not None and published < sought.since:
        return Objection(f"{video_id} is of {published:%Y-%m-%d %H:%M} UTC, before this was sent")
    failure = read_video(item, video_id).failure
    if failure is not None:
        return Objection(f"{video_id} is not out: {failure.message}")
    if text_in(snippet, "title") != sought.title:
        return Objection(f"{video_id} has another title than what was sent")
    size = str(file.get("fileSize") or "")
    if sought.size is not None and size not in {"", str(sought.size)}:
        return Objection(f"{video_id} was made of a file of {size} bytes, and {sought.size} were sent")
    return Published(video_id, permalink(rest.site, video_id))
