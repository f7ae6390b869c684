"""Uploads begin here: a resumable session, or a whole file in one request; pieces.py takes what sessions are sent.

Source: developers.google.com/youtube/data/guides/using_resumable_upload_protocol (a copy of 2026-03-01).
"""

from dataclasses import replace
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.http import parse_options_header

from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube import errors, uploaderrors
from planrrr_cli.sandbox.youtube.arriving import MULTIPART_LIMIT, Arrived, split_related, take, take_bytes
from planrrr_cli.sandbox.youtube.model import Session
from planrrr_cli.sandbox.youtube.visit import Visit

SESSION_LIFE: Final = 7 * 86_400
SERVER: Final = ("Server", "UploadServer")


def wants_session(query: dict[str, str], path: str) -> bool:
    return "resumable" in (query.get("uploadType"), query.get("upload_protocol")) or path.startswith(
        "/resumable/"
    )


def begin(visit: Visit) -> Reply:
    """200 without a body, and the session's address in Location. Nothing is published by it."""
    media = visit.method.media
    assert media is not None
    document = visit.document()
    header = visit.request.header
    kind, declared = header("X-Upload-Content-Type"), header("X-Upload-Content-Length")
    if kind:
        _check_type(visit, kind)
    size: int | None = None
    if declared:
        if not (declared.isascii() and declared.isdecimal() and len(declared) < 16):
            raise uploaderrors.plain(400, "Failed to parse X-Upload-Content-Length header.")
        size = int(declared)
    if size == 0:
        raise uploaderrors.no_media(media.domain)
    if size is not None and size > media.limit:
        raise uploaderrors.too_large()
    name = _file_name(visit)
    media.check(visit, document)
    store = visit.store
    session = Session(
        id=f"AK{store.new_id('session', 38)}{store.new_id('session', 40)}",
        number=len(store.sessions) + 1,
        call=visit.method.call,
        channel=visit.channel.id,
        query=visit.query,
        document=document,
        declared=size,
        content_type=kind,
        file_name=name,
        expires_at=store.now() + SESSION_LIFE,
        requests=[visit.request.sequence],
    )
    store.sessions[session.id] = session
    return Reply(
        200, b"", (("Location", address(visit, session)), ("X-GUploader-UploadID", session.id), SERVER)
    )


def address(visit: Visit, session: Session, **more: str) -> str:
    """Absolute, on the host that was called."""
    host = visit.request.header("Host")
    base = f"http://{host}" if host else visit.store.world.url
    query = [pair for pair in session.query if pair[0] != "upload_id"]
    query += [("upload_id", session.id), *more.items()]
    return f"{base}{visit.method.path}?{urlencode(query, safe=',')}"


def whole(visit: Visit) -> Reply:
    """uploadType=media: the body is the file. uploadType=multipart: JSON and file in one body."""
    media = visit.method.media
    assert media is not None
    kind, options = parse_options_header(visit.request.header("Content-Type"))
    if visit.asked.get("uploadType") == "multipart":
        if kind != "multipart/related":
            raise errors.google(400, "badRequest", "Multipart upload needs Content-Type multipart/related.")
        if visit.request.body.length > MULTIPART_LIMIT:
            raise uploaderrors.too_large()
        parts = split_related(visit.request.body.read_all(), options.get("boundary", ""))
        if parts is None:
            raise errors.google(400, "badRequest", "Malformed multipart body.")
        raw, content, kind = parts
        document, arrived = visit.document(raw), take_bytes(content)
    elif visit.asked.get("uploadType") == "media":
        if visit.request.body.length > media.limit:
            raise uploaderrors.too_large()
        document, arrived = {}, take(visit.request.body)
    else:
        raise uploaderrors.unknown_upload_type(str(visit.asked.get("uploadType", "")))
    arrived.file_name, arrived.requests = _file_name(visit), (visit.request.sequence,)
    if kind:
        _check_type(visit, kind)
    answer = finished(visit, document, arrived)
    return replace(json_reply(answer), effect=media.publishes)


def finished(visit: Visit, document: dict[str, Any], arrived: Arrived) -> dict[str, Any]:
    """All bytes are there: what the method makes of them."""
    media = visit.method.media
    assert media is not None
    if not arrived.intake.size:
        raise uploaderrors.no_media(media.domain)
    if arrived.intake.size > media.limit:
        raise uploaderrors.too_large()
    with visit.store.lock:
        media.check(visit, document)
        return media.finish(visit, document, arrived)


def _check_type(visit: Visit, given: str) -> None:
    media = visit.method.media
    assert media is not None
    kind = given.partition(";")[0].strip().lower()
    for accepted in media.accepts:
        if accepted in (kind, "*/*") or (accepted.endswith("/*") and kind.startswith(accepted[:-1])):
            return
    raise uploaderrors.wrong_media_type(given[:100], media.accepts)


def _file_name(visit: Visit) -> str:
    """The Slug header: what the owner will see as the name of the file."""
    name = visit.request.header("Slug")
    if len(name) > 255 or "/" in name or "\\" in name or not name.isprintable():
        told = "The video filename specified in the Slug header is invalid."
        raise errors.invalid("invalidFilename", told, "Slug")
    return name
