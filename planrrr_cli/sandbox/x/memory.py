"""The X twin's part of the state file: everything but running uploads, counted calls and nonces."""

from dataclasses import asdict
from typing import Any

from planrrr_cli.sandbox.media import Medium
from planrrr_cli.sandbox.x.frames import Generation
from planrrr_cli.sandbox.x.model import (
    Account,
    Attached,
    Grant,
    Plan,
    Poll,
    Post,
    Renewal,
    Stage,
    Upload,
)
from planrrr_cli.sandbox.x.snowflake import Snowflakes
from planrrr_cli.sandbox.x.store import Store


def dump(store: Store) -> dict[str, Any]:
    with store.lock:
        uploads = [_upload_document(one) for one in store.uploads.values() if one.segments is None]
        return {
            "worker": store.snowflakes.worker,
            "issued": store.issued,
            "shortened": store.shortened,
            "credits": store.credits,
            "newest": store.newest,
            "refresh_tokens": store.refresh_tokens,
            "accounts": [asdict(one) for one in store.accounts.values()],
            "grants": [asdict(one) for one in store.grants.values()],
            "renewals": [asdict(one) for one in store.renewals.values()],
            "posts": [asdict(one) for one in store.posts.values()],
            "uploads": uploads,
        }


def load(store: Store, document: dict[str, Any]) -> None:
    with store.lock:
        store.clear()
        store.snowflakes = Snowflakes(int(document["worker"]))
        store.issued, store.shortened = document["issued"], document["shortened"]
        store.credits = document["credits"]
        store.newest = dict(document["newest"])
        store.refresh_tokens = dict(document["refresh_tokens"])
        store.accounts = {one["id"]: _account(one) for one in document["accounts"]}
        store.timeline = {account_id: [] for account_id in store.accounts}
        grants = [Grant(**one | {"scopes": tuple(one["scopes"])}) for one in document["grants"]]
        renewals = [Renewal(**one | {"scopes": tuple(one["scopes"])}) for one in document["renewals"]]
        store.grants = {one.token: one for one in grants}
        store.renewals = {one.token: one for one in renewals}
        for one in document["posts"]:
            post = _post(one)
            store.posts[post.id] = post
            store.timeline[post.account_id].append(post.id)
        store.uploads = {one["id"]: _upload(one) for one in document["uploads"]}


def _account(one: dict[str, Any]) -> Account:
    typed = {
        "scopes": tuple(one["scopes"]),
        "plan": Plan(one["plan"]),
        "generation": Generation(one["generation"]),
    }
    return Account(**one | typed)


def _post(one: dict[str, Any]) -> Post:
    media = [Attached(**medium | {"medium": Medium(**medium["medium"])}) for medium in one["media"]]
    poll = one["poll"] and Poll(**one["poll"] | {"options": tuple(one["poll"]["options"])})
    return Post(**one | {"media": tuple(media), "poll": poll, "history": tuple(one["history"])})


def _upload_document(upload: Upload) -> dict[str, Any]:
    fields = [name for name in Upload.__slots__ if name != "segments"]
    document = {name: getattr(upload, name) for name in fields}
    return document | {"medium": asdict(upload.medium) if upload.medium else None}


def _upload(one: dict[str, Any]) -> Upload:
    medium = Medium(**one["medium"]) if one["medium"] else None
    return Upload(**one | {"medium": medium, "stage": Stage(one["stage"]), "owners": tuple(one["owners"])})
