"""What a post carries beside its words: one medium, several images, a link card or a poll; and whether it may."""

from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.assets import look
from planrrr_cli.sandbox.linkedin.fields import Field, flag, many, text, thing, word
from planrrr_cli.sandbox.linkedin.model import Asset, Status
from planrrr_cli.sandbox.linkedin.store import Store
from planrrr_cli.sandbox.linkedin.visit import urn_of

# learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/{posts,multiimage-post,poll-post}-api (read
# 2026-11-23); the lengths of a poll's texts are third parties'.
ALT_LIMIT = 4_086
MOST_IMAGES = 20
DURATIONS = ("ONE_DAY", "THREE_DAYS", "SEVEN_DAYS", "FOURTEEN_DAYS")

MEDIA = {"id": text(required=True), "title": text(), "altText": text(limit=ALT_LIMIT)}
IMAGE = {"id": text(required=True), "altText": text(limit=ALT_LIMIT)}
ARTICLE = {
    "source": text(required=True),
    "title": text(required=True),  # documented as optional, required in practice
    "description": text(),
    "thumbnail": text(),
    "thumbnailAltText": text(limit=ALT_LIMIT),
}
POLL = {
    "question": text(required=True, limit=140),
    "options": many(thing({"text": text(required=True, limit=30)}), least=2, most=4, required=True),
    "settings": thing(
        {
            "duration": word(*DURATIONS, required=True),
            "voteSelectionType": word("SINGLE_VOTE"),
            "isVoterVisibleToAuthor": flag(),
        },
        required=True,
    ),
}
CONTENT: dict[str, Field] = {
    "media": thing(MEDIA),
    "multiImage": thing({"images": many(thing(IMAGE), least=2, most=MOST_IMAGES, required=True)}),
    "article": thing(ARTICLE),
    "poll": thing(POLL),
}


def accept_content(store: Store, content: dict[str, Any], author: str) -> tuple[str, ...]:
    """The assets in use, in order; raises LinkedInError when the author may not use them, or not yet."""
    if not content:
        return ()
    if len(content) > 1:
        raise errors.invalid_value("/content", "only one kind of content may be in a post")
    [(kind, value)] = content.items()
    match kind:
        case "media":
            return (_medium(store, value, author),)
        case "multiImage":
            paths = [f"/content/multiImage/images/{position}/id" for position in range(len(value["images"]))]
            pairs = zip(value["images"], paths, strict=True)
            return tuple(_asset(store, image["id"], path, author, "image").urn for image, path in pairs)
        case "article":
            return _article(store, value, author)
        case _:
            return ()


def _medium(store: Store, value: dict[str, Any], author: str) -> str:
    asset = _asset(store, value["id"], "/content/media/id", author, "image", "video", "document")
    if asset.kind == "document" and not value.get("title", "").strip():
        raise errors.missing_field("/content/media/title")
    return asset.urn


def _article(store: Store, value: dict[str, Any], author: str) -> tuple[str, ...]:
    try:
        parts = urlsplit(value["source"])
        sound = parts.scheme in ("http", "https") and bool(parts.hostname)
    except ValueError:
        sound = False
    if not sound:
        raise errors.invalid_value("/content/article/source", "it must be a URL")
    if not value["title"].strip():
        raise errors.missing_field("/content/article/title")
    if "thumbnail" not in value:
        return ()
    return (_asset(store, value["thumbnail"], "/content/article/thumbnail", author, "image").urn,)


def _asset(store: Store, urn: str, path: str, author: str, *kinds: str) -> Asset:
    """An asset that a post may name now. An image in processing is accepted: the post waits for it."""
    asset = store.assets.get(urn_of(urn, path, *kinds))
    if asset is None:
        raise errors.invalid_urn_id(path)
    if asset.owner != author:
        raise errors.foreign_content()
    look(store, asset)
    match asset.status:
        case Status.WAITING_UPLOAD:
            raise errors.waiting_upload()
        case Status.PROCESSING_FAILED:
            raise errors.processing_failed()
        case Status.PROCESSING if asset.kind != "image":
            raise errors.still_processing()
        case _:
            return asset
