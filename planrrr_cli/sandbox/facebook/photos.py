"""POST /{page}/photos: takes a photo in by part or URL, and publishes it alone when asked to."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.feed import check_message
from planrrr_cli.sandbox.facebook.model import Photo, Post
from planrrr_cli.sandbox.facebook.parameters import PHOTOS
from planrrr_cli.sandbox.facebook.publishing import add_post
from planrrr_cli.sandbox.facebook.visit import PUBLISH, Visit
from planrrr_cli.sandbox.fetching import FetchFailed
from planrrr_cli.sandbox.media import Intake, Medium
from planrrr_cli.sandbox.wire import Reply, json_reply

# developers.facebook.com/docs/graph-api/reference/page/photos (v26.0): .jpeg .bmp .png .gif .tiff, 10 MB.
TYPES = frozenset({"image/jpeg", "image/bmp", "image/png", "image/gif", "image/tiff"})
SIZE_LIMIT = 10 * 1024 * 1024
AGENT = "facebookexternalhit/1.1 (+http://www.facebook.com/externalhit_uatext.php)"


def create(visit: Visit) -> Reply:
    """Runs without the lock until the bytes are here: a slow host must not stop the sandbox."""
    with visit.store.lock:
        page = visit.page(visit.node, PUBLISH)
    values = visit.values(PHOTOS)
    medium = receive_image(visit, values.get("url"), values.get("alt_text_custom"))
    caption = values.get("caption") or values.get("message") or values.get("name") or ""
    check_message(caption)
    with visit.store.lock:
        return _keep(visit, page.id, medium, values, caption)


def receive_image(visit: Visit, url: str | None, alt: str | None) -> Medium:
    """The image of this request, checked by its bytes; raises GraphError 324 or 100."""
    files = visit.parameters.files
    if (url and files) or len(files) > 1:
        raise errors.invalid_parameter("Send one file, or url, not both")
    if url:
        content = _fetch(visit, url)
    elif files:
        content = files[0].content() if files[0].intake.size <= SIZE_LIMIT else b""
        if not content:
            raise errors.bad_image("Your photos couldn't be uploaded. Photos should be smaller than 10 MB.")
    else:
        raise errors.bad_image("Your photos couldn't be uploaded: no file and no url was sent.", None)
    intake = Intake()
    intake.add(content)
    medium = intake.medium(alt)
    if medium.mime not in TYPES:
        raise errors.bad_image("Photos should be saved as JPG, PNG, GIF, TIFF or BMP files.")
    visit.store.world.gallery.keep(medium.sha256, content)
    return medium


def _fetch(visit: Visit, url: str) -> bytes:
    """Asks with `Range: bytes=0-` and fails on a 206, as has been reported of the real fetcher (July 2026)."""
    try:
        fetcher = visit.store.world.fetcher
        with fetcher.fetch(url, agent=AGENT, limit=SIZE_LIMIT, ranged=True) as stream:
            return stream.read()
    except FetchFailed as failed:
        raise errors.image_not_fetched() from failed


def _keep(visit: Visit, page_id: str, medium: Medium, values: dict[str, Any], caption: str) -> Reply:
    store = visit.store
    photo = Photo(
        id=store.numbers.next(),
        page_id=page_id,
        medium=medium,
        created_at=store.now(),
        request=visit.request.sequence,
        caption=caption,
        temporary=values.get("temporary", False),
    )
    store.photos[photo.id] = photo
    if not values.get("published", True):
        return json_reply({"id": photo.id})
    hidden_until = store.now() + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0
    post = Post(
        id=f"{page_id}_{store.numbers.next()}",
        page_id=page_id,
        message=caption,
        created_at=store.now(),
        photos=(photo.id,),
        hidden_until=hidden_until,
        requests=(visit.request.sequence,),
    )
    add_post(store, post)
    return replace(json_reply({"id": photo.id, "post_id": post.id}), effect=True)
