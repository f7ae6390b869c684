"""The calls that bring bytes: one-request upload, initialize, append, finalize, STATUS; captions are elsewhere."""

from dataclasses import dataclass
from typing import Any, BinaryIO

from planrrr_cli.sandbox.media import THUMBNAIL_LIMIT, Intake, take_in
from planrrr_cli.sandbox.wire import Delivery, Reply
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.bodies import APPEND, FINALIZE, INITIALIZE, UPLOAD
from planrrr_cli.sandbox.x.contents import PARTS, decoded
from planrrr_cli.sandbox.x.frames import json_reply
from planrrr_cli.sandbox.x.model import Stage, Upload
from planrrr_cli.sandbox.x.queries import checked
from planrrr_cli.sandbox.x.schema import ID, check
from planrrr_cli.sandbox.x.segments import Segments
from planrrr_cli.sandbox.x.uploads import (
    LARGEST,
    SENDING_LIFE,
    TAKES,
    accept,
    describe,
    is_what_it_should_be,
    kind_of,
    look,
)
from planrrr_cli.sandbox.x.visit import Visit

DEFAULT_TYPES = {"image": "image/jpeg", "gif": "image/gif", "video": "video/mp4", "subtitles": "text/srt"}


@dataclass(frozen=True, slots=True)
class Sent:
    """The fields of an upload, and the bytes of its `media` with their digest."""

    fields: dict[str, Any]
    media: BinaryIO
    intake: Intake


def _sent(visit: Visit, schema: dict[str, Any]) -> Sent:
    """From parts, where `media` is a file, or from JSON, where it is base64."""
    content = visit.content
    if content.kind != PARTS:
        document = visit.body(schema)
        media = decoded(document["media"])
        return Sent(document, media, take_in(media))
    content.raise_trouble()
    fields: dict[str, Any] = dict(content.fields)
    if (index := fields.get("segment_index", "")) and index.isascii() and index.isdecimal():
        fields["segment_index"] = int(index[:9])
    files = {part.name: part for part in content.files}
    check(fields | dict.fromkeys(files, ""), schema)
    if "media" not in files:
        raise problems.invalid_request("$.media: must be a file", {"$.media": []})
    return Sent(fields, files["media"].stream, files["media"].intake)


def upload(visit: Visit) -> Reply:
    """A whole file in one request."""
    sent = _sent(visit, UPLOAD)
    store, now, kind = visit.store, visit.store.now(), kind_of(sent.fields["media_category"])
    if sent.intake.size > LARGEST[kind]:
        raise problems.too_large()
    owners = tuple(one.strip() for one in sent.fields.get("additional_owners", "").split(",") if one.strip())
    begun = _new(visit, sent.fields["media_category"], DEFAULT_TYPES[kind], owners)
    accept(begun, sent.intake, now, visit.orders.processing_looks)
    if begun.stage is Stage.READY and not is_what_it_should_be(begun):
        raise problems.invalid_request("media type unrecognized.", {"media": []})
    _keep_picture(visit, begun, sent.media)
    store.uploads[begun.id] = begun
    return json_reply({"data": describe(begun, now, visit.generation)})


def _keep_picture(visit: Visit, upload: Upload, content: BinaryIO) -> None:
    """For our page only."""
    medium = upload.medium
    if medium and medium.mime.startswith("image/") and medium.size <= THUMBNAIL_LIMIT:
        content.seek(0)
        visit.store.world.gallery.keep(medium.sha256, content.read())


def _new(visit: Visit, category: str, media_type: str, owners: tuple[str, ...]) -> Upload:
    store = visit.store
    return Upload(
        id=store.snowflakes.next(store.now()),
        account_id=visit.account.id,
        category=category,
        media_type=media_type,
        expires_at=store.now() + SENDING_LIFE,
        owners=owners,
        requests=[visit.request.sequence],
    )


def initialize(visit: Visit) -> Reply:
    """The specification asks for nothing; what no upload can do without is asked for here."""
    body = visit.body(INITIALIZE)
    for name in ("media_type", "total_bytes", "media_category"):
        if name not in body:
            raise problems.invalid_request(f"$.{name}: is missing but it is required", {f"$.{name}": []})
    kind = kind_of(body["media_category"])
    if body["media_type"] not in TAKES[kind]:
        message = f"media_type {body['media_type']} does not fit the media_category {body['media_category']}."
        raise problems.invalid_request(message, {"media_type": [body["media_type"]]})
    if not 0 < body["total_bytes"] <= LARGEST[kind]:
        message = f"total_bytes must be between 1 and {LARGEST[kind]} for {body['media_category']}."
        raise problems.invalid_request(message, {"total_bytes": [str(body["total_bytes"])]})
    owners = tuple(body.get("additional_owners", ()))
    begun = _new(visit, body["media_category"], body["media_type"], owners)
    begun.total, begun.segments = body["total_bytes"], Segments()
    visit.store.uploads[begun.id] = begun
    data = {"id": begun.id, "media_key": begun.key, "expires_after_secs": SENDING_LIFE}
    return json_reply({"data": data})


def append(visit: Visit) -> Reply:
    begun = begun_upload(visit, visit.node)
    sent = _sent(visit, APPEND)
    if begun.segments is None:
        raise problems.invalid_request("The upload is finalized already.", {"media_id": [begun.id]})
    index = sent.fields["segment_index"]
    if not sent.intake.size:
        raise problems.invalid_request("$.media: must not be empty", {"$.media": []})
    if begun.segments.size_with(index, sent.intake.size) > begun.total:
        message = "Segments do not add up to provided total file size."
        raise problems.invalid_request(message, {"media_id": [begun.id]})
    begun.segments.put(index, sent.media, sent.intake)
    begun.requests.append(visit.request.sequence)
    return json_reply({"data": {"expires_at": int(begun.expires_at)}})


def keep_broken_segment(visit: Visit) -> Reply:
    """A `break` fault: the bytes that came are kept as the segment, the connection is reset."""
    begun = begun_upload(visit, visit.node)
    index = visit.content.fields.get("segment_index", "")
    if begun.segments is not None and index.isascii() and index.isdecimal():
        part = visit.content.files[-1]
        begun.segments.put(int(index[:9]), part.stream, part.intake)
    return Reply(0, delivery=Delivery.RESET)


def finalize(visit: Visit) -> Reply:
    """May be repeated; without a body, or with an empty object."""
    if not visit.content.is_empty:
        visit.body(FINALIZE)
    now = visit.store.now()
    begun = begun_upload(visit, visit.node)
    if begun.segments is not None:
        intake = begun.segments.whole(begun.total)
        if intake is None:
            message = "Segments do not add up to provided total file size."
            raise problems.invalid_request(message, {"media_id": [begun.id]})
        accept(begun, intake, now, visit.orders.processing_looks)
        begun.requests.append(visit.request.sequence)
        begun.segments = None
        if begun.stage is Stage.READY and not is_what_it_should_be(begun):
            begun.stage = Stage.FAILED
    if begun.stage is Stage.FAILED and kind_of(begun.category) in ("image", "subtitles"):
        raise problems.invalid_request("media type unrecognized.", {"media_id": [begun.id]})
    return json_reply({"data": describe(begun, now, visit.generation)})


def status(visit: Visit) -> Reply:
    query = checked(visit.request.query, {"media_id": ID, "command": {"type": "string", "enum": ["STATUS"]}})
    if "media_id" not in query:
        raise problems.invalid_request("The `media_id` query parameter can not be empty.", {"media_id": []})
    store = visit.store
    begun = begun_upload(visit, query["media_id"])
    look(begun, store.now())
    return json_reply({"data": describe(begun, store.now(), visit.generation)})


def begun_upload(visit: Visit, media_id: str) -> Upload:
    """One's own upload that has not expired; X does not tell why another is not found."""
    found = visit.store.uploads.get(media_id)
    now = visit.store.now()
    if found is None or found.account_id != visit.account.id or found.expires_at <= now:
        raise problems.media_not_found(media_id)
    return found
