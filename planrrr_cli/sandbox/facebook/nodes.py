"""How posts, photos, videos, comments and pages read: their JSON, picked by `fields`; changes nothing but looks."""

import json
from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import Fields
from planrrr_cli.sandbox.facebook.fieldnames import CHILDREN, FIELDS
from planrrr_cli.sandbox.facebook.model import Comment, Grant, Holder, Page, Photo, Post, Video
from planrrr_cli.sandbox.facebook.publishing import post_path, video_path
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.times import graph_time
from planrrr_cli.sandbox.facebook.videostatus import video_status

DEFAULTS: Final = {
    "PagePost": ("created_time", "message", "id"),
    "Photo": ("created_time", "name", "id"),
    "Video": ("updated_time", "description", "id"),
    "Comment": ("created_time", "from", "message", "id"),
    "Page": ("name", "id"),
}


def pick(kind: str, values: dict[str, Any], fields: Fields) -> dict[str, Any]:
    """The asked fields that have a value. An unknown name is code 100; a known one without value is left out."""
    wanted = fields or {name: {} for name in DEFAULTS.get(kind, tuple(values))}
    found: dict[str, Any] = {}
    for name, inner in wanted.items():
        if name not in FIELDS[kind]:
            raise errors.unknown_field(name, kind)
        if name in values:
            found[name] = _inner(CHILDREN.get(name), values[name], inner)
    if "id" in values and "id" not in found:
        found["id"] = values["id"]
    return found


def _inner(kind: str | None, value: Any, fields: Fields) -> Any:
    if isinstance(value, dict) and isinstance(value.get("data"), list):
        return {"data": [pick(kind, each, fields) if kind else each for each in value["data"]]}
    if isinstance(value, dict) and fields:
        return {name: each for name, each in value.items() if name in fields or name == "id"}
    return value


def render_page(store: Store, page: Page, fields: Fields, *, reader: Grant) -> dict[str, Any]:
    """The Page's access token is shown to its person, as long-lived as the person's own, and to itself."""
    values: dict[str, Any] = {
        "id": page.id,
        "name": page.name,
        "category": "Local business",
        "link": f"{store.world.url}/facebook/{page.id}",
        "is_published": True,
        "fan_count": 0,
        "tasks": list(page.tasks),
    }
    linked = store.linked.get(page.id)
    if linked is not None and "instagram_basic" in store.allowed_on(reader, linked):
        known = {"id": linked.id, "username": linked.username, "name": linked.name}
        asked = fields.get("instagram_business_account") or {"id": {}}
        if strange := sorted(set(asked) - set(known)):
            raise errors.unknown_field(strange[0], "IGUser")
        values["instagram_business_account"] = {name: known[name] for name in {"id": {}} | asked}
    if "access_token" in fields and reader.holder is Holder.USER and page.tasks:
        values["access_token"] = store.page_token(page.id, reader)
    elif "access_token" in fields and reader.page_id == page.id:
        values["access_token"] = reader.token
    return pick("Page", values, fields)


def render_post(store: Store, post: Post, fields: Fields) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": post.id,
        "created_time": graph_time(post.created_at),
        "updated_time": graph_time(post.created_at),
        "is_published": post.published,
        "is_hidden": False,
        "is_expired": False,
        "permalink_url": store.world.url + _path(store, post),
        "status_type": _status_type(post),
        "from": _page_name(store, post.page_id),
        "application": {"id": store.app_id, "name": "planrrr sandbox", "link": store.world.url},
    }
    if post.message:
        values["message"] = post.message
    if post.scheduled_at is not None:
        values["scheduled_publish_time"] = post.scheduled_at
    if "attachments" in fields and (attachments := _attachments(store, post)):
        values["attachments"] = {"data": attachments}
    if "comments" in fields:
        values["comments"] = {"data": _comments(store, post)}
    return pick("PagePost", values, fields)


def _path(store: Store, post: Post) -> str:
    video = store.videos.get(post.video_id or "")
    return video_path(video) if video else post_path(post)


def _status_type(post: Post) -> str:
    if post.video_id:
        return "added_video"
    if post.photos:
        return "added_photos"
    return "shared_story" if post.link else "mobile_status_update"


def _page_name(store: Store, page_id: str) -> dict[str, str]:
    return {"name": store.pages[page_id].name, "id": page_id}


def _attachments(store: Store, post: Post) -> list[dict[str, Any]]:
    if post.video_id:
        url = store.world.url + _path(store, post)
        return [
            {
                "media_type": "video",
                "type": "video_inline",
                "target": {"id": post.video_id, "url": url},
                "url": url,
            }
        ]
    photos = [_photo_attachment(store, photo_id) for photo_id in post.photos]
    if len(photos) == 1:
        return photos
    if photos:
        album = {"id": post.number, "url": store.world.url + post_path(post)}
        return [{"media_type": "album", "type": "album", "target": album, "subattachments": {"data": photos}}]
    if post.link:
        return [
            {"media_type": "link", "type": "share", "unshimmed_url": post.link, "target": {"url": post.link}}
        ]
    return []


def _photo_attachment(store: Store, photo_id: str) -> dict[str, Any]:
    url = f"{store.world.url}/facebook/{store.photos[photo_id].page_id}/photos/{photo_id}"
    return {"media_type": "photo", "type": "photo", "target": {"id": photo_id, "url": url}, "url": url}


def _comments(store: Store, post: Post) -> list[dict[str, Any]]:
    now = store.now()
    shown = [each for each in store.comments.values() if each.post_id == post.id and each.hidden_until <= now]
    return [comment_values(store, each) for each in shown]


def comment_values(store: Store, comment: Comment) -> dict[str, Any]:
    post = store.posts[comment.post_id]
    values: dict[str, Any] = {
        "id": comment.id,
        "created_time": graph_time(comment.created_at),
        "from": _page_name(store, comment.page_id),
        "permalink_url": f"{store.world.url}{_path(store, post)}?comment_id={comment.id.partition('_')[2]}",
        "message": comment.message,
        "like_count": 0,
        "comment_count": sum(1 for each in store.comments.values() if each.parent == comment.id),
    }
    if comment.attachment:
        values["attachment"] = {
            "type": "photo",
            "media": {"image": {"src": _image(store, comment.attachment.sha256)}},
        }
    if comment.parent:
        values["parent"] = {"id": comment.parent}
    return values


def _image(store: Store, sha256: str) -> str:
    return f"{store.world.url}/_sandbox/media/{sha256}"


def render_photo(store: Store, photo: Photo, fields: Fields) -> dict[str, Any]:
    values: dict[str, Any] = {
        "id": photo.id,
        "created_time": graph_time(photo.created_at),
        "updated_time": graph_time(photo.created_at),
        "from": _page_name(store, photo.page_id),
        "link": f"{store.world.url}/facebook/{photo.page_id}/photos/{photo.id}",
        "picture": _image(store, photo.medium.sha256),
        "images": [{"source": _image(store, photo.medium.sha256)}],
        "can_delete": True,
    }
    if photo.caption:
        values["name"] = photo.caption
    if photo.medium.alt:
        values |= {"alt_text": photo.medium.alt, "alt_text_custom": photo.medium.alt}
    post = store.posts.get(photo.post_id or "")
    if post is not None and post.hidden_until <= store.now():
        # Only once it belongs to a post: what the field holds before is not documented.
        values["page_story_id"] = photo.post_id
    return pick("Photo", values, fields)


def render_video(store: Store, video: Video, fields: Fields) -> dict[str, Any]:
    """Reading `status` is a look: it moves a video on that is in processing."""
    status = video_status(store, video) if "status" in fields else None
    values: dict[str, Any] = {
        "id": video.id,
        "created_time": graph_time(video.created_at),
        "updated_time": graph_time(video.published_at or video.created_at),
        "published": video.published_at is not None,
        "permalink_url": store.world.url + video_path(video),
        "from": _page_name(store, video.page_id),
        "status": status,
        "title": video.title,
        "description": video.description,
        "post_id": video.post_id,
        "scheduled_publish_time": graph_time(video.scheduled_at) if video.scheduled_at else None,
    }
    return pick("Video", {name: value for name, value in values.items() if value not in (None, "")}, fields)


def tree_of(fields: object) -> str:
    """`fields` as text: JSON lists are accepted too, since the official client sends them."""
    if isinstance(fields, str) and fields.startswith("["):
        try:
            fields = json.loads(fields)
        except ValueError:
            return str(fields)
    return ",".join(map(str, fields)) if isinstance(fields, list) else str(fields or "")
