"""The moment at which a post becomes public, or fails to: writes the post and the ledger; validates nothing."""

from dataclasses import replace
from typing import Any

from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.linkedin.assets import pass_time, why_unusable
from planrrr_cli.sandbox.linkedin.model import Asset, Lifecycle, Post, Status
from planrrr_cli.sandbox.linkedin.store import Store
from planrrr_cli.sandbox.media import Medium


def add_post(store: Store, post: Post) -> bool:
    """Keep a new post. True when it is public, or will be by itself once its images are processed."""
    store.keep_post(post)
    if post.lifecycle is Lifecycle.PUBLISH_FAILED:
        return False
    _decide(store, post)
    return post.feed == "MAIN_FEED" and not _fails(_assets(store, post))


def settle(store: Store) -> None:
    """Decide about the posts whose images have been processed meanwhile."""
    for urn in list(store.waiting):
        post = store.posts[urn]
        for asset in _assets(store, post):
            pass_time(store, asset)
        _decide(store, post)


def _decide(store: Store, post: Post) -> None:
    statuses = {asset.status for asset in _assets(store, post)}
    if Status.PROCESSING_FAILED in statuses:
        store.keep_post(replace(post, lifecycle=Lifecycle.PUBLISH_FAILED))
    elif Status.PROCESSING in statuses:
        store.keep_post(replace(post, lifecycle=Lifecycle.PUBLISH_REQUESTED))
    else:
        public = replace(post, lifecycle=Lifecycle.PUBLISHED, published_at=store.now())
        store.keep_post(public)
        if public.feed == "MAIN_FEED":
            store.world.ledger.append(_entry(store, public))


def _fails(assets: list[Asset]) -> bool:
    return any(why_unusable(asset) for asset in assets)


def _assets(store: Store, post: Post) -> list[Asset]:
    return [store.assets[urn] for urn in post.assets if urn in store.assets]


def _entry(store: Store, post: Post) -> Entry:
    assets = _assets(store, post)
    article = post.content.get("article", {})
    return Entry(
        platform="linkedin",
        account_id=post.author,
        remote_id=post.urn,
        path=post_path(post.urn),
        text=post.shown,
        title=_title(post.content),
        link=article.get("source")
        or (store.world.url + post_path(post.reshare_of) if post.reshare_of else None),
        media=tuple(_media(post.content, assets)),
        created_at=post.published_at or post.created_at,
        extra=_extra(post),
        requests=tuple(
            sorted({number for asset in assets for number in asset.requests} | set(post.requests))
        ),
    )


def _extra(post: Post) -> dict[str, Any]:
    found: dict[str, Any] = {} if post.visibility == "PUBLIC" else {"visibility": post.visibility}
    if poll := post.content.get("poll"):
        options = [option["text"] for option in poll["options"]]
        duration = poll["settings"]["duration"]
        found["poll"] = {"question": poll["question"], "options": options, "duration": duration}
    return found


def _title(content: dict[str, Any]) -> str | None:
    found = content.get("article") or content.get("media") or {}
    return str(found["title"]) if found.get("title") else None


def _media(content: dict[str, Any], assets: list[Asset]) -> list[Medium]:
    """As people see them; a video's captions and thumbnail and a card's thumbnail are named as such."""
    if "article" in content:
        alt = content["article"].get("thumbnailAltText")
        return [replace(asset.medium, kind="thumbnail", alt=alt) for asset in assets if asset.medium]
    named = content.get("multiImage", {}).get("images") or [content.get("media", {})]
    found: list[Medium] = []
    for asset, told in zip(assets, named, strict=False):
        own = replace(asset.medium, alt=told.get("altText") or None) if asset.medium else None
        found += [medium for medium in (own, asset.thumbnail, asset.captions) if medium]
    return found


def post_path(urn: str) -> str:
    return f"/feed/update/{urn}/"
