"""What is added to a video that is out, one function for each: a thumbnail, captions, a place in a playlist.

Each may be tried again: what must not be made twice is looked for first.
https://developers.google.com/youtube/data/reference/rest/v3 (thumbnails.set, captions.insert, playlistItems.insert;
read 2026-11-23)
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Callable, Generator, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from planrrr_cli.domain.connections import Connection
from planrrr_cli.domain.errors import MediaRejected, PlatformError
from planrrr_cli.domain.posts import Limit, Media, Post, Problem, errors_among
from planrrr_cli.domain.steps import Checkpoint, Spend
from planrrr_cli.platforms.media import BadMedia, MediaAway, MediaSource, MediaUnavailable, OpenMedia
from planrrr_cli.platforms.wire import Stream
from planrrr_cli.platforms.youtube.allowances import (
    CAPTIONS_INSERT,
    CAPTIONS_LIST,
    THUMBNAILS,
    UNITS,
    WRITE,
    spend,
)
from planrrr_cli.platforms.youtube.media_rules import (
    CAPTIONS_BYTES,
    THUMBNAIL_BYTES,
    captions_problems,
    thumbnail_problems,
)
from planrrr_cli.platforms.youtube.options import CAPTIONS, THUMBNAIL, read_options
from planrrr_cli.platforms.youtube.replies import NAME
from planrrr_cli.platforms.youtube.rest import Rest, part_of, text_in

OCTETS = "application/octet-stream"
Adding = Generator[Checkpoint | Spend, None, None]


def set_thumbnail(
    rest: Rest, connection: Connection, video_id: str, file: Media, media: MediaSource
) -> Adding:
    """Setting it again changes nothing."""
    with attached(media, file, THUMBNAIL, THUMBNAIL_BYTES, thumbnail_problems) as opened:
        yield spend(THUMBNAILS, 1, connection)
        yield spend(UNITS, WRITE, connection)
        content_type = opened.media.content_type or OCTETS
        rest.give(
            "thumbnails/set",
            call="youtube.thumbnails.set",
            params={"videoId": video_id, "uploadType": "media"},
            stream=Stream(opened.size, content_type, opened.pieces(0, opened.size)),
        )


def add_captions(rest: Rest, connection: Connection, video_id: str, post: Post, media: MediaSource) -> Adding:
    """A track of this language and name is there once, however often this is called."""
    options = read_options(post.options)
    language, name = options.captions_language or "en", options.captions_name or ""
    with attached(media, post.attachments[CAPTIONS], CAPTIONS, CAPTIONS_BYTES, captions_problems) as opened:
        yield spend(UNITS, CAPTIONS_LIST, connection)
        tracks = rest.items(
            "captions", call="youtube.captions.list", params={"part": "snippet", "videoId": video_id}
        )
        if any(_is_track(part_of(track, "snippet"), language, name) for track in tracks):
            return
        yield spend(UNITS, CAPTIONS_INSERT, connection)
        about = {"snippet": {"videoId": video_id, "language": language, "name": name}}
        with _once("captionExists"):
            rest.give(
                "captions",
                call="youtube.captions.insert",
                params={"uploadType": "multipart", "part": "snippet"},
                stream=related(about, opened, boundary=secrets.token_hex(16)),
                once=True,
            )


def _is_track(snippet: Mapping[str, Any], language: str, name: str) -> bool:
    """What YouTube heard by itself (ASR) is no track of ours."""
    same = text_in(snippet, "language").lower() == language.lower() and text_in(snippet, "name") == name
    return same and text_in(snippet, "trackKind").upper() != "ASR"


def add_to_playlist(rest: Rest, connection: Connection, video_id: str, playlist_id: str) -> Adding:
    """A second call would add it a second time, so it is looked for each time before."""
    params = {"part": "snippet", "playlistId": playlist_id, "videoId": video_id}
    if rest.items("playlistItems", call="youtube.playlistItems.list", params=params):
        return
    yield spend(UNITS, WRITE, connection)
    item = {"playlistId": playlist_id, "resourceId": {"kind": "youtube#video", "videoId": video_id}}
    with _once("videoAlreadyInPlaylist"):
        rest.add(
            "playlistItems",
            call="youtube.playlistItems.insert",
            params={"part": "snippet"},
            body={"snippet": item},
        )


@contextmanager
def _once(reason: str) -> Iterator[None]:
    """A refusal that says "it is there already" is what was wanted."""
    try:
        yield
    except PlatformError as error:
        if error.code != reason:
            raise


@contextmanager
def attached(
    media: MediaSource, file: Media, option: str, limit: Limit, problems: Callable[[Media], Iterator[Problem]]
) -> Iterator[OpenMedia]:
    """A file that an option names, opened and checked; what is wrong with it names the option."""
    try:
        with media.open(file, limit=limit.value) as opened:
            for found in errors_among(problems(opened.media)):
                raise BadMedia(found.message)
            yield opened
    except BadMedia as error:
        raise MediaRejected(f"{option}: {error}", platform=NAME) from None
    except MediaAway as error:
        raise MediaUnavailable(f"{option}: {error}", platform=NAME) from None


def related(about: Mapping[str, Any], opened: OpenMedia, *, boundary: str) -> Stream:
    """A multipart/related body: what is said of the file, then the file, as Google's own client writes it."""
    head = (
        f"--{boundary}\r\nContent-Type: application/json; charset=UTF-8\r\n\r\n{json.dumps(about)}\r\n"
        f"--{boundary}\r\nContent-Type: {OCTETS}\r\n\r\n"
    ).encode()
    end = f"\r\n--{boundary}--\r\n".encode()

    def pieces() -> Iterator[bytes]:
        yield head
        yield from opened.pieces(0, opened.size)
        yield end

    length = len(head) + opened.size + len(end)
    return Stream(length, f"multipart/related; boundary={boundary}", pieces())
