"""Images, videos and documents: initializeUpload, finalizeUpload, GET, and how processing goes on; bytes are elsewhere.

Sources: learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/{images,videos,documents}-api (read
2026-11-23). How long an upload URL lives is not told beforehand: a day here.
"""

from collections.abc import Callable
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.assembly import Assembly
from planrrr_cli.sandbox.linkedin.fields import Field, flag, many, number, text, thing, word
from planrrr_cli.sandbox.linkedin.model import Asset, Status
from planrrr_cli.sandbox.linkedin.store import Store
from planrrr_cli.sandbox.linkedin.visit import READ, WRITE, Visit, urn_of
from planrrr_cli.sandbox.wire import Reply, json_reply

URL_LIFE = 86_400
PART = 4_194_304
MECHANISM_LIMIT = 5 * 1024**3
SMALLEST_VIDEO, LARGEST_VIDEO = 75 * 1024, 500 * 1024**2
LOOK_SECONDS = 30.0  # processing that nobody looks at takes so long for each look it was told to last
IMAGE_TYPES = frozenset({"image/jpeg", "image/png", "image/gif"})

OWNED = {"owner": text(required=True)}
VIDEO = OWNED | {
    "fileSizeBytes": number(required=True),
    "uploadCaptions": flag(),
    "uploadThumbnail": flag(),
    "purpose": word("VIDEO"),
}
FINALIZE = {
    "video": text(required=True),
    "uploadToken": text(required=True),
    "uploadedPartIds": many(text(), least=1, required=True),
}


def initializer(kind: str) -> Callable[[Visit], Reply]:
    """initializeUpload of an image or a document: one URL for the whole file."""

    def initialize(visit: Visit) -> Reply:
        asset = _new(visit, kind, OWNED)
        told = {"uploadUrlExpiresAt": _ms(asset.url_expires_at), "uploadUrl": _url(visit, asset, "upload", 0)}
        return json_reply({"value": told | {kind: asset.urn}})

    return initialize


def initialize_video(visit: Visit) -> Reply:
    """One URL for each 4 MiB, and one each for captions and thumbnail when they were asked for."""
    asset = _new(visit, "video", VIDEO)
    parts = [
        {"uploadUrl": _url(visit, asset, "part", first // PART), "firstByte": first, "lastByte": last - 1}
        for first, last in ((at, min(at + PART, asset.size)) for at in range(0, asset.size, PART))
    ]
    told: dict[str, Any] = {
        "uploadUrlsExpireAt": _ms(asset.url_expires_at),
        "video": asset.urn,
        "uploadInstructions": parts,
        "uploadToken": asset.upload_token,
    }
    if asset.wants_captions:
        told["captionsUploadUrl"] = _url(visit, asset, "captions", 0)
    if asset.wants_thumbnail:
        told["thumbnailUploadUrl"] = _url(visit, asset, "thumbnail", 0)
    return json_reply({"value": told})


def _new(visit: Visit, kind: str, fields: dict[str, Field]) -> Asset:
    visit.check_query("action")
    visit.grant()
    asked = visit.document({"initializeUploadRequest": thing(fields, required=True)})[
        "initializeUploadRequest"
    ]
    owner = urn_of(asked["owner"], "/initializeUploadRequest/owner", "person", "organization")
    visit.require(owner, WRITE)
    size = asked.get("fileSizeBytes", 0)
    if kind == "video" and not 0 < size <= MECHANISM_LIMIT:
        raise errors.invalid_value("/initializeUploadRequest/fileSizeBytes", "it must be 1 byte to 5 GB")
    store, now = visit.store, visit.store.now()
    urn = store.new_urn(kind)
    signature = seeds.letters(store.world.seed, "upload", urn, length=32)
    asset = Asset(urn, kind, owner, now, now + URL_LIFE, signature, size=size)
    asset.wants_captions = asked.get("uploadCaptions", False)
    asset.wants_thumbnail = asked.get("uploadThumbnail", False)
    # Often the empty string; the odd ones get a token, so that nobody comes to rely on it.
    asset.upload_token = signature[:16] if kind == "video" and store.numbers.count % 2 else ""
    asset.requests.append(visit.request.sequence)
    store.keep_asset(asset)
    return asset


def _url(visit: Visit, asset: Asset, what: str, index: int) -> str:
    name = asset.urn.rpartition(":")[2]
    address = f"{visit.store.world.url}/dms-uploads/{name}/{asset.kind}-{what}/{index}"
    return f"{address}?ca=vector_feedshare&cn=uploads&sync=0&v=beta&ut={asset.signature}"


def finalize(visit: Visit) -> Reply:
    """All parts named in order. Doing it again with the same names changes nothing."""
    visit.check_query("action")
    visit.grant()
    asked = visit.document({"finalizeUploadRequest": thing(FINALIZE, required=True)})["finalizeUploadRequest"]
    path = "/finalizeUploadRequest"
    asset = visit.store.assets.get(urn_of(asked["video"], f"{path}/video", "video"))
    if asset is None:
        raise errors.invalid_urn_id(f"{path}/video")
    visit.require(asset.owner, WRITE)
    if asked["uploadToken"] != asset.upload_token:
        raise errors.invalid_value(f"{path}/uploadToken", "it is not the one that initializeUpload gave")
    names = list(asset.etags) or asset.assembly.names(-(-asset.size // PART))
    if names is None:
        raise errors.waiting_upload()
    if asked["uploadedPartIds"] != names:
        raise errors.invalid_value(f"{path}/uploadedPartIds", "they are not the ETags of the parts in order")
    if not asset.finalized:
        asset.finalized, asset.etags = True, tuple(names)
        asset.medium = asset.assembly.medium()
        asset.assembly = Assembly()
        asset.requests.append(visit.request.sequence)
        begin_processing(visit.store, asset, visit.orders.processing_looks)
    return Reply(200, b"", (("Content-Type", "application/json"),))


def begin_processing(store: Store, asset: Asset, looks: int) -> None:
    """All bytes are there. Without a fault processing takes no time."""
    asset.status = Status.PROCESSING
    asset.looks_left, asset.ready_at = looks, store.now() + looks * LOOK_SECONDS
    if looks == 0:
        _end_processing(asset)


def look(store: Store, asset: Asset) -> None:
    """Somebody asks how far it is: that alone moves processing on, as does time."""
    if asset.status is not Status.PROCESSING:
        return
    if asset.looks_left <= 0 or store.now() >= asset.ready_at:
        _end_processing(asset)
    asset.looks_left -= 1


def pass_time(store: Store, asset: Asset) -> None:
    if asset.status is Status.PROCESSING and store.now() >= asset.ready_at:
        _end_processing(asset)


def _end_processing(asset: Asset) -> None:
    asset.status = Status.PROCESSING_FAILED if why_unusable(asset) else Status.AVAILABLE


def why_unusable(asset: Asset) -> str | None:
    """What processing finds wrong with the bytes, told by the first of them and their number."""
    medium = asset.medium
    if medium is None:
        return "NO_BYTES"
    if asset.kind == "image":
        return None if medium.mime in IMAGE_TYPES else "UNSUPPORTED_IMAGE_FORMAT"
    if asset.kind == "document":
        return None if medium.kind == "document" else "UNSUPPORTED_DOCUMENT_FORMAT"
    if medium.mime != "video/mp4":
        return "UNSUPPORTED_VIDEO_FORMAT"
    return None if SMALLEST_VIDEO <= medium.size <= LARGEST_VIDEO else "VIDEO_SIZE_OUT_OF_RANGE"


def reader(kind: str) -> Callable[[Visit], Reply]:
    """GET of one asset. Tokens that can only write as a member are refused."""

    def read(visit: Visit) -> Reply:
        visit.check_query()
        visit.grant()
        asset = visit.store.assets.get(urn_of(visit.keys[0], "/id", kind))
        if asset is None:
            raise _hidden_or_absent(visit)
        visit.require(asset.owner, READ)
        look(visit.store, asset)
        return json_reply(_told(visit, asset))

    return read


def _hidden_or_absent(visit: Visit) -> errors.LinkedInError:
    """A token that may not read is told so before it is told what exists."""
    return errors.not_found() if set(READ) & set(visit.grant().scopes) else visit.denied()


def _told(visit: Visit, asset: Asset) -> dict[str, Any]:
    told: dict[str, Any] = {"id": asset.urn, "owner": asset.owner, "status": asset.status}
    if asset.status is Status.PROCESSING_FAILED and asset.kind == "video":
        told["processingFailureReason"] = why_unusable(asset)
    if asset.status is Status.AVAILABLE and asset.medium:
        told["downloadUrl"] = f"{visit.store.world.url}/_sandbox/media/{asset.medium.sha256}"
        told["downloadUrlExpiresAt"] = _ms(visit.store.now() + URL_LIFE)
        if asset.kind == "video":
            told |= {"duration": 0, "aspectRatioWidth": 16, "aspectRatioHeight": 9}
    return told


def _ms(moment: float) -> int:
    return int(moment * 1000)
