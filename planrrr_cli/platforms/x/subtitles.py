"""Subtitles for a video on X: a file of its own that is uploaded and tied to the video before the post.

https://docs.x.com/x-api/media/introduction (read 2026-08-22)
"""

from __future__ import annotations

from collections.abc import Callable, Generator

from planrrr_cli.domain.posts import MediaKind
from planrrr_cli.domain.steps import Checkpoint
from planrrr_cli.platforms.media import BadMedia, OpenMedia, media_errors
from planrrr_cli.platforms.x.calls import Calls
from planrrr_cli.platforms.x.options import Options
from planrrr_cli.platforms.x.replies import NAME
from planrrr_cli.platforms.x.sending import add_subtitles, send_whole
from planrrr_cli.platforms.x.uploads import Uploads


def add_track(
    calls: Calls, uploads: Uploads, position: int, open_: Callable[[], OpenMedia], options: Options
) -> Generator[Checkpoint, None, None]:
    """Once for each upload of the video; nothing for other media."""
    noted = uploads.media[str(position)]
    if noted["kind"] != MediaKind.VIDEO or noted.get("subtitles"):
        return
    with media_errors(NAME, position), open_() as opened:
        if opened.media.kind is not MediaKind.SUBTITLES:
            raise BadMedia(f"{opened.media.name} holds no subtitles")
        sent = send_whole(calls, opened, position, MediaKind.SUBTITLES)
    track = {"id": sent.id, "language_code": options.subtitles_language or "EN"}
    if options.subtitles_name:
        track["display_name"] = options.subtitles_name
    add_subtitles(calls, position, noted["id"], track)
    yield uploads.note(position, subtitles=sent.id)
