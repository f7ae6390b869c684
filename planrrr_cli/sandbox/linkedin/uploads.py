"""PUT to an upload URL: bytes are digested as they come, in bounded memory; where the URLs come from is elsewhere."""

from dataclasses import dataclass, replace
from typing import Final

from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.assembly import Piece, new_piece
from planrrr_cli.sandbox.linkedin.assets import PART, begin_processing
from planrrr_cli.sandbox.linkedin.model import Asset
from planrrr_cli.sandbox.linkedin.restli import read_query, text_of
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.media import THUMBNAIL_LIMIT, Intake, Medium
from planrrr_cli.sandbox.wire import BLOCK, Delivery, Reply

# Documents: learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/documents-api (read 2026-11-23).
# Images have no documented limit in bytes; more than this is no picture.
LIMITS: Final = {"document": 100 * 1024**2, "image": 100 * 1024**2}
EXTRA_LIMIT: Final = 10 * 1024**2  # captions and thumbnails

DOCUMENTS: Final = (
    (b"%PDF-", "application/pdf"),
    (b"PK\x03\x04", "application/vnd.openxmlformats-officedocument"),
    (b"\xd0\xcf\x11\xe0", "application/vnd.ms-office"),
)


@dataclass(slots=True)
class Taken:
    """What arrived: its digest, and the bytes themselves while they are few enough to be shown."""

    intake: Intake
    few: bytearray | None
    broken: bool = False


def receive(visit: Visit) -> Reply:
    """keys: the asset's name, what is uploaded, and the number of the part."""
    with visit.store.lock:
        asset, what, index = _target(visit)
        _check_sender(visit, what)
        _check_size(visit, asset, what, index)
    if what == "part":
        return _receive_part(visit, asset, index)
    taken = _take(visit, asset, what)
    if taken.broken:
        return Reply(0, delivery=Delivery.RESET)
    medium = _medium(asset.kind if what == "upload" else what, taken.intake)
    with visit.store.lock:
        asset.requests.append(visit.request.sequence)
        if taken.few is not None and medium.mime.startswith("image/"):
            visit.store.world.gallery.keep(medium.sha256, bytes(taken.few))
        if what == "captions":
            asset.captions = medium
        elif what == "thumbnail":
            asset.thumbnail = medium
        else:
            asset.medium = medium
            begin_processing(visit.store, asset, visit.orders.processing_looks)
    return Reply(201)


def _target(visit: Visit) -> tuple[Asset, str, int]:
    """What the URL stands for; one that was not given out, or is too old, is refused."""
    name, what, index = visit.keys
    kind, _, part = what.partition("-")
    signature = text_of(read_query(visit.request.query), "ut")
    asset = visit.store.assets.get(visit.store.uploads.get(signature, ""))
    if asset is None or (asset.kind, asset.urn.rpartition(":")[2]) != (kind, name):
        raise errors.not_found()
    known = ("part", "captions", "thumbnail") if kind == "video" else ("upload",)
    parts = -(-asset.size // PART) if part == "part" else 1
    if part not in known or not (
        index.isascii() and index.isdecimal() and len(index) < 6 and int(index) < parts
    ):
        raise errors.not_found()
    if (part == "captions" and not asset.wants_captions) or (
        part == "thumbnail" and not asset.wants_thumbnail
    ):
        raise errors.not_found()
    if visit.store.now() >= asset.url_expires_at:
        raise errors.upload_expired(kind)
    return asset, part, int(index)


def _check_sender(visit: Visit, what: str) -> None:
    """An image needs the token, a video's part must not have it; for the others it may be there, but then be alive."""
    if what == "part":
        if visit.request.header("Authorization"):
            raise errors.dead_token(65600)
        if visit.request.header("Content-Type").partition(";")[0].strip() != "application/octet-stream":
            raise errors.wrong_content_type("application/octet-stream")
        return
    if visit.token or visit.keys[1] == "image-upload":
        visit.grant()


def _check_size(visit: Visit, asset: Asset, what: str, index: int) -> None:
    length = visit.request.body.length
    if length == 0:
        raise errors.length_required()
    if what == "part":
        expected = min(PART, asset.size - index * PART)
        if length != expected:
            raise errors.invalid_value("/body", f"this part has {expected} bytes, not {length}")
    elif length > (LIMITS[asset.kind] if what == "upload" else EXTRA_LIMIT):
        raise errors.body_too_large()


def _receive_part(visit: Visit, asset: Asset, index: int) -> Reply:
    piece = new_piece()
    if not _pump(visit, asset, "part", piece):
        piece.spool.close()
        return Reply(0, delivery=Delivery.RESET)
    with visit.store.lock:
        asset.requests.append(visit.request.sequence)
        if asset.finalized:  # too late to change anything, and harmless
            name = piece.name
            piece.spool.close()
        else:
            name = asset.assembly.put(index, piece)
    return Reply(200, b"", (("ETag", f'"{name}"'),))


def _take(visit: Visit, asset: Asset, what: str) -> Taken:
    taken = Taken(Intake(), bytearray())
    taken.broken = not _pump(visit, asset, what, taken)
    return taken


def _pump(visit: Visit, asset: Asset, what: str, sink: Piece | Taken) -> bool:
    """False when a `break` fault cut the upload: then nothing of it is kept, as it cannot be gone on with."""
    call = f"linkedin.{asset.kind}.{'upload' if what == 'part' else what}"
    fault = visit.store.world.faults.take(call, asset.owner, None, {Kind.BREAK})
    left = int(fault.number) if fault else None
    while left is None or left > 0:
        block = visit.request.body.read(BLOCK if left is None else min(BLOCK, left))
        if not block:
            return fault is None
        _add(sink, block)
        left = None if left is None else left - len(block)
    return False


def _add(sink: Piece | Taken, block: bytes) -> None:
    if isinstance(sink, Piece):
        sink.add(block)
        return
    sink.intake.add(block)
    if sink.few is not None:
        sink.few += block
        if len(sink.few) > THUMBNAIL_LIMIT:
            sink.few = None


def _medium(kind: str, intake: Intake) -> Medium:
    medium = intake.medium()
    if kind in ("captions", "thumbnail"):
        return replace(medium, kind="subtitles" if kind == "captions" else kind)
    if kind == "document":
        mime = next((mime for head, mime in DOCUMENTS if intake.head.startswith(head)), None)
        return replace(medium, kind="document", mime=mime) if mime else medium
    return medium
