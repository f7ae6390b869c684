"""What the state file keeps of the Facebook twin, and reading it back; running uploads and login codes are not kept."""

from dataclasses import asdict
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.facebook.model import (
    Comment,
    Consent,
    Grant,
    Holder,
    Page,
    Photo,
    Post,
    Stage,
    Video,
)
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.media import Medium


def dump(store: Store) -> dict[str, Any]:
    """Without running uploads: their digests cannot be saved."""
    with store.lock:
        videos = [
            _video_document(video) for video in store.videos.values() if video.stage is not Stage.UPLOADING
        ]
        return {
            "count": store.numbers.count,
            "exchanges": store.exchanges,
            "declined": sorted(store.declined),
            "user_token": store.user_token,
            "pages": [asdict(page) for page in store.pages.values()],
            "grants": [asdict(grant) for grant in store.grants.values()],
            "photos": [asdict(photo) for photo in store.photos.values()],
            "posts": [asdict(post) for post in store.posts.values()],
            "comments": [asdict(comment) for comment in store.comments.values()],
            "videos": videos,
            "scheduled": store.scheduled,
            "newest_content": store.newest_content,
        }


def load(store: Store, document: dict[str, Any]) -> None:
    with store.lock:
        store.clear()
        store.numbers = seeds.Numbers(store.world.seed, document["count"])
        store.exchanges, store.user_token = document["exchanges"], document["user_token"]
        store.declined = set(document.get("declined", ()))
        for page in document["pages"]:
            tuples = {"scopes": tuple(page["scopes"]), "tasks": tuple(page["tasks"])}
            store.pages[page["id"]] = Page(**page | tuples)
            store.timeline.setdefault(page["id"], [])
        for grant in document["grants"]:
            typed = {"holder": Holder(grant["holder"]), "consent": _consent(grant.get("consent"))}
            store.keep(Grant(**grant | typed))
        for photo in document["photos"]:
            store.photos[photo["id"]] = Photo(**photo | {"medium": Medium(**photo["medium"])})
        for post in document["posts"]:
            of_post = {"photos": tuple(post["photos"]), "requests": tuple(post["requests"])}
            store.posts[post["id"]] = Post(**post | of_post)
            store.timeline[post["page_id"]].append(post["id"])
        for comment in document["comments"]:
            store.comments[comment["id"]] = Comment(
                **comment | {"attachment": _medium(comment["attachment"])}
            )
        for video in document["videos"]:
            of_video = {"medium": _medium(video["medium"]), "stage": Stage(video["stage"])}
            store.videos[video["id"]] = Video(**video | of_video)
        store.scheduled = dict(document["scheduled"])
        store.newest_content = {
            page: _frozen(content) for page, content in document["newest_content"].items()
        }


def _video_document(video: Video) -> dict[str, Any]:
    fields = [name for name in Video.__slots__ if name != "intake"]
    document = {name: getattr(video, name) for name in fields}
    return document | {"medium": asdict(video.medium) if video.medium else None}


def _consent(document: dict[str, Any] | None) -> Consent | None:
    if document is None:
        return None
    pages = None if document["pages"] is None else tuple(document["pages"])
    named = {name: tuple(document[name]) for name in ("granted", "declined")}
    return Consent(document["given_at"], named["granted"], named["declined"], pages)


def _medium(document: dict[str, Any] | None) -> Medium | None:
    return Medium(**document) if document else None


def _frozen(content: list[Any]) -> tuple[object, ...]:
    """JSON made lists of the tuples that are compared."""
    return tuple(tuple(part) if isinstance(part, list) else part for part in content)
