"""POST /{account}/media_publish: the moment at which a container becomes a post; writes media and the ledger."""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram import errors
from planrrr_cli.sandbox.instagram.limits import used
from planrrr_cli.sandbox.instagram.model import Account, Container, Kind, Media
from planrrr_cli.sandbox.instagram.parameters import PUBLISH as PARAMETERS
from planrrr_cli.sandbox.instagram.processing import State, state_of
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.instagram.visit import PUBLISH, Visit
from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.wire import Reply, json_reply

PRODUCTS: Final = {
    Kind.IMAGE: "FEED",
    Kind.VIDEO: "FEED",
    Kind.REELS: "REELS",
    Kind.STORIES: "STORY",
    Kind.CAROUSEL: "FEED",
}


def publish(visit: Visit) -> Reply:
    """Publishes a container once: a second call finds no builder, and makes no second post."""
    account = visit.account(visit.node, PUBLISH)
    values = visit.values(PARAMETERS)
    if "creation_id" not in values:
        raise graph.missing_parameter("creation_id")
    container = _ready(visit, account, str(values["creation_id"]))
    if used(visit.store, account) >= account.quota_total:
        raise errors.refused(2207042)
    container.requests.append(visit.request.sequence)
    media = _make(visit, container)
    container.publish_looks = visit.orders.processing_looks
    if account.status_lag:
        container.finished_until = visit.store.now() + account.status_lag
    return replace(json_reply({"id": media.id}), effect=True)


def _ready(visit: Visit, account: Account, creation_id: str) -> Container:
    store = visit.store
    container = store.containers.get(creation_id)
    if container is None:
        raise errors.refused(2207008)
    if container.account_id != account.id:
        raise errors.refused(2207006)
    if container.media_id is not None or state_of(store, container) is State.EXPIRED:
        raise errors.refused(2207008)
    if container.kind is Kind.VIDEO or container.is_child:
        raise errors.refused(2207089)
    children = [store.containers.get(child) for child in container.children]
    for each in (container, *children):
        if each is None or state_of(store, each) is not State.FINISHED:
            raise errors.refused(2207027)
    return container


def _make(visit: Visit, container: Container) -> Media:
    store = visit.store
    children = [store.containers[child] for child in container.children]
    items = [_media_of(visit, child) for child in children]
    media = _media_of(visit, container)
    media.children = tuple(item.id for item in items)
    for item in items:
        item.parent = media.id
    store.timeline[container.account_id].append(media.id)
    requests = {number for each in (container, *children) for number in each.requests}
    store.world.ledger.append(
        Entry(
            platform="instagram",
            account_id=container.account_id,
            remote_id=media.id,
            path=path_of(store, media),
            text=container.caption,
            media=tuple(each.medium for each in (container, *children) if each.medium),
            created_at=media.created_at,
            requests=tuple(sorted(requests)),
            extra=_extra(container),
        )
    )
    return media


def _media_of(visit: Visit, container: Container) -> Media:
    """The medium that a container becomes; its id is another than the container's."""
    store = visit.store
    media = Media(
        id=store.new_id(),
        account_id=container.account_id,
        shortcode=shortcode(store),
        media_type=_media_type(container),
        product_type=PRODUCTS[container.kind],
        created_at=store.now(),
        caption=container.caption,
        medium=container.medium,
        hidden_until=visit.hidden_until(),
        shared_to_feed=bool(container.options.get("share_to_feed", True)),
    )
    store.media[media.id] = media
    container.media_id = media.id
    return media


def shortcode(store: Store) -> str:
    return seeds.letters(store.world.seed, "instagram", "shortcode", store.count, length=11)


def _media_type(container: Container) -> str:
    if container.kind is Kind.CAROUSEL:
        return "CAROUSEL_ALBUM"
    return "VIDEO" if container.medium is not None and container.medium.kind == "video" else "IMAGE"


def path_of(store: Store, media: Media) -> str:
    """The permalink's path; the real one stands on www.instagram.com without the first part."""
    if media.product_type == "STORY":
        return f"/instagram/stories/{store.username(media.account_id)}/{media.id}/"
    return f"/instagram/{'reel' if media.product_type == 'REELS' else 'p'}/{media.shortcode}/"


def _extra(container: Container) -> dict[str, Any]:
    """What people would see of it beside text and media, and what only Instagram has."""
    shown = {
        name: value
        for name, value in container.options.items()
        if value is not False or name == "share_to_feed"
    }
    return {"type": container.kind.lower()} | {
        name: value for name, value in shown.items() if name != "upload_type"
    }
