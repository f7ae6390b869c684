"""The bytes of a video on their way to Facebook: resumable at any offset, and never more than a piece in memory."""

from __future__ import annotations

from collections.abc import Generator

from planrrr_cli.domain.errors import ContentRejected, PlatformUnavailable, UnexpectedReply
from planrrr_cli.platforms.facebook.graph import Graph
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.facebook.sessions import Session, chunk_of
from planrrr_cli.platforms.facebook.status import FIELDS, read_video
from planrrr_cli.platforms.media import OpenMedia
from planrrr_cli.platforms.meta.replies import Role, graph_error
from planrrr_cli.platforms.meta.rupload import upload_trouble
from planrrr_cli.platforms.wire import Part, Stream

OFFSET_MOVED = (
    1363037  # https://github.com/facebook/facebook-python-business-sdk video_uploader.py (read 2026-11-23)
)
MOST_CORRECTIONS = 3  # answers in a row that name another offset without taking a byte
NOTED_EVERY = 64 * 1024 * 1024  # bytes between two durable notes of the offset

Notes = Generator[dict[str, int], None, None]


class Interrupted(Exception):
    """It broke off after some progress; ``notes`` say where it goes on."""

    def __init__(self, **notes: int) -> None:
        super().__init__(f"interrupted at {notes['offset']}")
        self.notes = notes


class StaleSession(Exception):
    """This session leads nowhere; a new one may."""


def send_reel(session: Session, opened: OpenMedia, graph: Graph, offset: int | None) -> Notes:
    """All that is missing in one request, from ``offset`` as the video's status told; yields nothing to note.

    Raises Interrupted, StaleSession, PlatformError.
    """
    assert session.upload_url is not None
    start = min(offset or 0, opened.size)
    for _ in range(MOST_CORRECTIONS):
        if start >= opened.size:
            return
        try:
            _rupload(session.upload_url, opened, start, graph)
        except _WrongOffset:
            start = _arrived(session, graph, opened.size)
        except PlatformUnavailable:
            arrived = _arrived(session, graph, opened.size)
            if arrived > start:
                raise Interrupted(offset=arrived) from None
            raise
        else:
            return
        yield {"offset": start}
    raise PlatformUnavailable("Facebook and we do not agree how much of the video has arrived", platform=NAME)


class _WrongOffset(Exception):
    pass


def _rupload(url: str, opened: OpenMedia, start: int, graph: Graph) -> None:
    left = opened.size - start
    reply = graph.api.post(
        url,
        call="facebook.reel.upload",
        headers={"offset": str(start), "file_size": str(opened.size)},
        stream=Stream(left, "application/octet-stream", opened.pieces(start, left)),
        token=graph.token,
        scheme="OAuth",
    )
    trouble = upload_trouble(reply)
    if trouble is None or graph_error(reply) is not None:
        graph.meaning(reply, Role.PREPARE, 0)
        return
    graph.api.note(trouble.kind)
    sentence = (
        f"Facebook's upload service refused the video ({trouble.kind or reply.status}: {trouble.message})"
    )
    if trouble.kind in {"OffsetInvalidError", "PartialRequestError"}:
        raise _WrongOffset
    if trouble.kind == "ProcessingFailedError" and not trouble.retriable:
        raise StaleSession(sentence)
    again = trouble.retriable or reply.status >= 500
    failure = (PlatformUnavailable if again else UnexpectedReply)(
        sentence, platform=NAME, status=reply.status, code=trouble.kind
    )
    graph.api.note(failure=failure)
    raise failure


def _arrived(session: Session, graph: Graph, size: int) -> int:
    body = graph.read(session.video_id, call="facebook.video.status", fields=FIELDS)
    return min(read_video(body).offset or 0, size)


def send_chunks(session: Session, opened: OpenMedia, graph: Graph, page: str) -> Notes:
    """Chunk by chunk as Facebook asks for them, from the last noted one; yields notes worth keeping.

    A resumed session asks with the chunk it remembers: the answer, good or bad, names the right one.
    Raises Interrupted, StaleSession, PlatformError.
    """
    begun = noted = start = session.offset
    end, corrections = session.chunk_end, 0
    while start < end:
        try:
            following, end = _transfer(session, opened, start, end, graph, page)
        except ContentRejected as error:
            raise StaleSession(error.message) from None
        except PlatformUnavailable:
            if start > begun:
                raise Interrupted(offset=start, chunk_end=end) from None
            raise
        corrections = corrections + 1 if following <= start else 0
        if corrections > MOST_CORRECTIONS or not 0 <= following <= end <= opened.size:
            raise UnexpectedReply(
                f"Facebook asks for bytes {following} to {end} of {opened.size}", platform=NAME
            )
        start = following
        if start - noted >= NOTED_EVERY:
            noted = start
            yield {"offset": start, "chunk_end": end}
    if end != opened.size:
        raise UnexpectedReply(
            f"Facebook took {end:,} of {opened.size:,} bytes and wants no more", platform=NAME
        )


def _transfer(
    session: Session, opened: OpenMedia, start: int, end: int, graph: Graph, page: str
) -> tuple[int, int]:
    """Sends one chunk and returns the next one's start and end, which a refusal may name, too."""
    reply = graph.api.post(
        graph.address(page, "videos"),
        call="facebook.videos.transfer",
        form={
            "upload_phase": "transfer",
            "upload_session_id": session.session_id or "",
            "start_offset": str(start),
            **graph.proof(),
        },
        parts=[Part("video_file_chunk", "chunk", "application/octet-stream", opened, start, end - start)],
        token=graph.token,
    )
    error = graph_error(reply)
    if error is not None and error.subcode == OFFSET_MOVED and "start_offset" in error.data:
        graph.api.note(error.name, error.trace)
        return chunk_of(error.data)
    if error is not None and error.transient:
        failure = PlatformUnavailable(
            f"Facebook asks to send the chunk again (code {error.name}: {error.words})",
            platform=NAME,
            status=reply.status,
            code=error.name,
            request_id=error.trace,
        )
        graph.api.note(error.name, error.trace, failure)
        raise failure
    return chunk_of(graph.meaning(reply, Role.PREPARE, 0))
