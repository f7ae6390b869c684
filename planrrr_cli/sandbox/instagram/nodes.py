"""How accounts, media and comments read: their JSON, picked by `fields`; changes nothing."""

from typing import Any

from planrrr_cli.sandbox.facebook.expressions import Fields
from planrrr_cli.sandbox.facebook.times import graph_time
from planrrr_cli.sandbox.instagram.fields import pick
from planrrr_cli.sandbox.instagram.model import Account, Comment, Login, Media
from planrrr_cli.sandbox.instagram.publishing import path_of
from planrrr_cli.sandbox.instagram.store import Store


def render_account(store: Store, account: Account, fields: Fields) -> dict[str, Any]:
    """On graph.instagram.com `id` is of this application alone, and `user_id` the account's own (third parties)."""
    values: dict[str, Any] = {
        "id": account.id,
        "username": account.username,
        "name": account.name,
        "media_count": sum(1 for each in store.timeline[account.id] if store.visible_media(each)),
        "followers_count": 0,
        "follows_count": 0,
        "ig_id": int(account.scoped_id),
    }
    if account.login is Login.FACEBOOK:
        return pick("IGUser", values, fields)
    values |= {"id": account.scoped_id, "user_id": account.id, "account_type": "BUSINESS"}
    return pick("IGUserForIGOnlyAPI", values, fields)


def render_media(store: Store, media: Media, fields: Fields) -> dict[str, Any]:
    account = store.accounts[media.account_id]
    values: dict[str, Any] = {
        "id": media.id,
        "caption": shown_caption(account, media.caption) or None,
        "media_type": media.media_type,
        "media_product_type": media.product_type,
        "timestamp": graph_time(media.created_at),
        "username": account.username,
        "owner": {"id": account.scoped_id if account.login is Login.INSTAGRAM else account.id},
        "shortcode": media.shortcode,
        "permalink": store.world.url + path_of(store, media),
        "like_count": 0,
        "comments_count": len(comments_of(store, media)),
        "is_comment_enabled": media.comments_enabled,
    }
    if media.product_type == "REELS":
        values["is_shared_to_feed"] = media.shared_to_feed
    if media.medium is not None:
        values["media_url"] = f"{store.world.url}/_sandbox/media/{media.medium.sha256}"
        values["alt_text"] = media.medium.alt
    if "children" in fields and media.children:
        items = [store.media[child] for child in media.children]
        values["children"] = {"data": [render_media(store, item, fields["children"]) for item in items]}
    if "comments" in fields and (found := comments_of(store, media)):
        values["comments"] = {"data": [render_comment(store, each, fields["comments"]) for each in found]}
    kind = "IGMedia" if account.login is Login.FACEBOOK else "IGMediaForIGOnlyAPI"
    return pick(kind, values, fields)


def shown_caption(account: Account, caption: str) -> str:
    """With Facebook Login the @ may be missing for people without admin rights (seen by third parties)."""
    return caption.replace("@", "") if account.captions_without_at else caption


def comments_of(store: Store, media: Media) -> list[Comment]:
    """Newest first."""
    now = store.now()
    shown = [one for one in store.comments.values() if one.media_id == media.id and not one.deleted]
    return [one for one in reversed(shown) if one.hidden_until <= now]


def render_comment(store: Store, comment: Comment, fields: Fields) -> dict[str, Any]:
    username = store.username(comment.account_id)
    values: dict[str, Any] = {
        "id": comment.id,
        "text": comment.text,
        "timestamp": graph_time(comment.created_at),
        "username": username,
        "from": {"id": comment.account_id, "username": username},
        "media": {"id": comment.media_id},
        "hidden": comment.hidden,
        "like_count": 0,
    }
    return pick("IGComment", values, fields, ("timestamp", "text", "id"))
