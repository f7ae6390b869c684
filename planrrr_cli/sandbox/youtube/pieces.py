"""What a session is sent: the whole file, chunks, the last bytes, and the question where it stands."""

import re
from dataclasses import dataclass, replace
from typing import Final

from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.wire import BLOCK, Delivery, Reply, json_reply
from planrrr_cli.sandbox.youtube import errors, uploaderrors
from planrrr_cli.sandbox.youtube.arriving import Arrived, Blocks
from planrrr_cli.sandbox.youtube.model import Session
from planrrr_cli.sandbox.youtube.sessions import SERVER, finished
from planrrr_cli.sandbox.youtube.uploaderrors import BLOCK_SIZE
from planrrr_cli.sandbox.youtube.visit import Visit

RANGE: Final = re.compile(r"bytes (?:(\d{1,15})-(\d{1,15})|\*)/(\d{1,15}|\*)", re.ASCII)
RESUME: Final = "Resume Incomplete"


@dataclass(frozen=True, slots=True)
class Range:
    """Where a request's bytes belong; `first` None asks where the upload stands. `total` None is not known yet."""

    first: int | None
    last: int
    total: int | None

    @property
    def is_last(self) -> bool:
        return self.first is not None and self.total == self.last + 1


def read_range(header: str, length: int) -> Range | None:
    """None when it cannot be read. Without the header the body is the whole file."""
    if not header:
        return Range(0, length - 1, length)
    found = RANGE.fullmatch(header.strip())
    if found is None:
        return None
    total = None if found[3] == "*" else int(found[3])
    if found[1] is None:
        return Range(None, -1, total)
    first, last = int(found[1]), int(found[2])
    return Range(first, last, total) if first <= last and (total is None or last < total) else None


def call_of(header: str, length: int) -> str:
    """How the request is named in the journal and by faults."""
    told = read_range(header, length)
    if told is not None and told.first is None:
        return "youtube.upload.query"
    return "youtube.upload.final" if told is not None and told.is_last else "youtube.upload.chunk"


def receive(visit: Visit, session: Session) -> Reply:
    """The caller was recognized, and the session is the caller's and alive."""
    length = visit.request.body.length
    told = read_range(visit.request.header("Content-Range"), length)
    store = visit.store
    with store.lock:
        session.requests.append(visit.request.sequence)
        if session.answer is not None:  # whatever comes now: the same video
            return _done(session)
        if told is None:
            raise uploaderrors.bad_range()
        if told.first is None:
            _check_total(session, told.total)
            return standing(session)
        _check(visit, session, told)
        session.declared = session.declared if told.total is None else told.total
        start = session.received
    rest = _pump(visit, session, start)
    if rest is None:
        return Reply(0, delivery=Delivery.RESET)
    with store.lock:
        if session.received != told.last + 1 - len(rest):
            raise uploaderrors.busy()
        if not told.is_last:
            return standing(session)
        whole = session.intake.copy()
        whole.add(rest)
        arrived = Arrived(whole, session.file_name, requests=tuple(session.requests))
        answer = finished(visit, session.document, arrived)
        session.intake, session.answer = whole, answer
        reply = _done(session)
        media = visit.method.media
        return replace(reply, effect=media is not None and media.publishes)


def standing(session: Session, *more: tuple[str, str]) -> Reply:
    """308 with what is kept; without Range nothing is."""
    kept = (("Range", f"bytes=0-{session.received - 1}"),) if session.received else ()
    told = (*kept, ("X-GUploader-UploadID", session.id), SERVER, *more)
    return Reply(308, b"", told, reason=RESUME)


def _done(session: Session) -> Reply:
    """The documentation says 201, many clients saw 200; sessions take turns."""
    identity = {"X-GUploader-UploadID": session.id, "Server": "UploadServer"}
    return json_reply(session.answer, 200 if session.number % 2 else 201, identity)


def _check(visit: Visit, session: Session, told: Range) -> None:
    """Raises Refusal: the bytes are not those that come next, or too few for a chunk."""
    media, length = visit.method.media, visit.request.body.length
    assert told.first is not None and media is not None
    if length == 0:
        raise uploaderrors.no_media(media.domain)
    _check_total(session, told.total)
    if told.last - told.first + 1 != length:
        raise uploaderrors.wrong_length(told.last - told.first + 1, length)
    if told.first != session.received:
        raise uploaderrors.wrong_offset(told.first, session.received)
    if not told.is_last and length % BLOCK_SIZE:
        raise uploaderrors.small_chunk(length)
    if told.last >= media.limit:
        raise uploaderrors.too_large()


def _check_total(session: Session, told: int | None) -> None:
    if told is not None and session.declared not in (None, told):
        raise uploaderrors.wrong_total(session.declared or 0, told)


def _pump(visit: Visit, session: Session, start: int) -> bytes | None:
    """Whole blocks are kept as they come. The bytes after them, or None when a `break` fault cut the upload.

    Raises ConnectionLost when the client went away: then only the whole blocks stay.
    """
    body, blocks, position = visit.request.body, Blocks(), start
    fault = visit.store.world.faults.take(visit.call, session.channel, None, {Kind.BREAK})
    # One byte stays away even so: with all of them there would be a video, and that is another fault.
    left = min(int(fault.number), body.length - 1) if fault else None
    while left is None or left > 0:
        piece = body.read(BLOCK if left is None else min(BLOCK, left))
        if not piece:
            break
        left = None if left is None else left - len(piece)
        if done := blocks.add(piece):
            with visit.store.lock:
                if session.received != position or session.answer is not None:
                    raise uploaderrors.busy()
                session.intake.add(done)
                position = session.received
    return None if fault else bytes(blocks.rest)


def find(visit: Visit, session_id: str) -> Session:
    """The caller's own living session; raises Refusal."""
    session = visit.store.sessions.get(session_id)
    if session is None or session.expires_at <= visit.store.now():
        raise uploaderrors.session_gone()
    if session.channel != visit.channel.id:
        raise errors.forbidden("youtube.video", location="Authorization")
    return session
