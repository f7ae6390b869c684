"""What the state file keeps of the Instagram twin, and reading it back; bytes of running uploads are not kept."""

from dataclasses import asdict
from typing import Any

from planrrr_cli.sandbox.instagram.model import Account, Comment, Container, Grant, Kind, Login, Media
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.media import Medium


def dump(store: Store) -> dict[str, Any]:
    with store.lock:
        return {
            "count": store.count,
            "issued": store.issued,
            "newest": dict(store.newest),
            "accounts": [asdict(one) for one in store.accounts.values()],
            "grants": [asdict(one) for one in store.grants.values()],
            "containers": [_container(one) for one in store.containers.values()],
            "media": [asdict(one) for one in store.media.values()],
            "comments": [asdict(one) for one in store.comments.values()],
            "timeline": {account: list(media) for account, media in store.timeline.items()},
        }


def load(store: Store, document: dict[str, Any]) -> None:
    with store.lock:
        store.clear()
        store.count, store.issued = document["count"], document["issued"]
        store.accounts, store.newest, store.grants = {}, dict(document["newest"]), {}
        for one in document["accounts"]:
            tuples = {name: tuple(one[name]) for name in ("scopes", "failing_containers")}
            store.keep(Account(**one | tuples | {"login": Login(one["login"])}))
        for one in document["grants"]:
            scopes = None if one.get("scopes") is None else tuple(one["scopes"])
            store.grants[one["token"]] = Grant(**one | {"scopes": scopes})
        for one in document["containers"]:
            typed = {"kind": Kind(one["kind"]), "medium": _medium(one["medium"])}
            container = Container(**one | typed | {"children": tuple(one["children"])})
            store.containers[container.id] = container
        for one in document["media"]:
            media = Media(**one | {"medium": _medium(one["medium"]), "children": tuple(one["children"])})
            store.media[media.id] = media
        store.comments = {one["id"]: Comment(**one) for one in document["comments"]}
        store.timeline = {account: list(media) for account, media in document["timeline"].items()}


def _container(container: Container) -> dict[str, Any]:
    """An upload that was on its way begins again at byte 0: its digest cannot be saved."""
    names = [name for name in Container.__slots__ if name not in ("intake", "reader")]
    document = {name: getattr(container, name) for name in names}
    if container.uploading:
        document |= {"received": 0, "expected": None}
    return document | {"medium": asdict(container.medium) if container.medium else None}


def _medium(document: dict[str, Any] | None) -> Medium | None:
    return Medium(**document) if document else None
