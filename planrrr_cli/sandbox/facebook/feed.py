"""POST /{page}/feed, the one call that publishes texts, links and photos; photos are uploaded elsewhere."""

from dataclasses import replace
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import read_fields
from planrrr_cli.sandbox.facebook.model import Page, Post
from planrrr_cli.sandbox.facebook.nodes import render_post, tree_of
from planrrr_cli.sandbox.facebook.parameters import FEED, typed
from planrrr_cli.sandbox.facebook.publishing import add_post, content_of
from planrrr_cli.sandbox.facebook.times import read_schedule
from planrrr_cli.sandbox.facebook.visit import PUBLISH, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

# The number is third parties' (several schedulers); Meta's documentation names none.
MESSAGE_LIMIT = 63_206
UNPUBLISHED_LIFE = 24 * 3600


def create(visit: Visit) -> Reply:
    page = visit.page(visit.node, PUBLISH)
    values = visit.values(FEED)
    post = _post(visit, page, values)
    if post.published and visit.store.newest_content.get(page.id) == content_of(
        post.message, post.link, post.photos
    ):
        raise errors.duplicate_status()
    add_post(visit.store, post)
    answer: dict[str, Any] = {"id": post.id}
    if asked := visit.parameters.values.get("fields"):
        answer |= render_post(visit.store, post, read_fields(tree_of(asked)))
    return replace(json_reply(answer), effect=post.published)


def _post(visit: Visit, page: Page, values: dict[str, Any]) -> Post:
    store = visit.store
    message, link = values.get("message", ""), values.get("link") or None
    photos = attached_photos(visit, page, values.get("attached_media", []))
    if not message and not link and not photos:
        raise errors.invalid_parameter("You must provide message, link or attached_media to publish a post")
    check_message(message)
    if link:
        check_link(link)
    published = values.get("published", True)
    scheduled_at = None
    if text := values.get("scheduled_publish_time"):
        if published:
            raise errors.invalid_parameter("scheduled_publish_time needs published=false")
        scheduled_at = read_schedule(text, store.now())
        _check_scheduled_photos(visit, photos, values)
    return Post(
        id=f"{page.id}_{store.numbers.next()}",
        page_id=page.id,
        message=message,
        created_at=store.now(),
        link=link,
        photos=photos,
        published=published,
        scheduled_at=scheduled_at,
        hidden_until=store.now() + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
        requests=(visit.request.sequence,),
    )


def check_message(message: str) -> None:
    if len(message) > MESSAGE_LIMIT:
        raise errors.invalid_parameter(f"Param message must be at most {MESSAGE_LIMIT} characters")


def check_link(link: str) -> None:
    """Refuse what cannot be a link, and links to Facebook itself; the page behind it is not fetched."""
    try:
        parts = urlsplit(link)
        host = parts.hostname or ""
    except ValueError as bad:
        raise errors.invalid_parameter("link must be a valid URL") from bad
    if parts.scheme not in ("http", "https") or not host:
        raise errors.invalid_parameter("link must be a valid URL")
    if host == "facebook.com" or host.endswith(".facebook.com"):
        raise errors.facebook_link()
    if host.endswith(".invalid"):  # reserved by RFC 2606 never to resolve: what a scraper cannot reach
        raise errors.link_not_fetched()


def attached_photos(visit: Visit, page: Page, attached: list[Any]) -> tuple[str, ...]:
    """Photo ids out of `attached_media`: a list of objects (a bare id is refused), each ours, unused and alive."""
    found = [_media_fbid(element) for element in attached]
    store = visit.store
    for photo_id in found:
        photo = store.photos.get(photo_id)
        if photo is None or photo.page_id != page.id:
            raise errors.unsupported("post", photo_id)
        if photo.post_id is not None:
            raise errors.photos_already_posted()
        if store.now() - photo.created_at >= UNPUBLISHED_LIFE:
            raise errors.unsupported("post", photo_id)
    if len(set(found)) != len(found):
        raise errors.photos_already_posted()
    return tuple(found)


def _media_fbid(element: Any) -> str:
    if isinstance(element, str) and element.lstrip().startswith("{"):
        element = typed("attached_media", element, "json")
    media_fbid = element.get("media_fbid") if isinstance(element, dict) else None
    if not isinstance(media_fbid, str | int) or isinstance(media_fbid, bool):
        raise errors.invalid_parameter("Param attached_media must be an array of objects with media_fbid")
    if set(element) - {"media_fbid", "message"}:
        raise errors.invalid_parameter("Param attached_media has an element with an unknown key")
    return str(media_fbid)


def _check_scheduled_photos(visit: Visit, photos: tuple[str, ...], values: dict[str, Any]) -> None:
    """Photos of a natively scheduled post: developers.facebook.com/docs/graph-api/reference/page/photos."""
    if not photos:
        return
    if values.get("unpublished_content_type") != "SCHEDULED":
        raise errors.invalid_parameter(
            "A scheduled post with photos needs unpublished_content_type=SCHEDULED"
        )
    if not all(visit.store.photos[photo_id].temporary for photo_id in photos):
        raise errors.invalid_parameter("Photos of a scheduled post must be uploaded with temporary=true")
