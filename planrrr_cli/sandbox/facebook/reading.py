"""GET, POST and DELETE /{id}: one node read, changed or deleted."""

from dataclasses import replace

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import read_fields
from planrrr_cli.sandbox.facebook.feed import check_message
from planrrr_cli.sandbox.facebook.model import Post, Stage, Video
from planrrr_cli.sandbox.facebook.nodes import (
    comment_values,
    pick,
    render_page,
    render_photo,
    render_post,
    render_video,
    tree_of,
)
from planrrr_cli.sandbox.facebook.parameters import POST_UPDATE, VIDEO_UPDATE
from planrrr_cli.sandbox.facebook.publishing import publish_post, publish_video
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.visit import PUBLISH, READ, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply


def read(visit: Visit) -> Reply:
    store, node = visit.store, visit.node
    grant = visit.grant()
    visit.values({})
    fields = read_fields(tree_of(visit.parameters.values.get("fields")))
    if page := store.pages.get(node):
        return json_reply(render_page(store, page, fields, reader=grant))
    owner = store.owner(node)
    if owner is None:
        raise errors.unsupported("get", node)
    visit.page(owner, READ)
    if post := store.posts.get(node):
        if post.hidden_until > store.now():
            raise errors.unsupported("get", node)
        return json_reply(render_post(store, post, fields))
    if photo := store.photos.get(node):
        return json_reply(render_photo(store, photo, fields))
    if video := store.videos.get(node):
        return json_reply(render_video(store, video, fields))
    comment = store.comments.get(node)
    if comment is None or comment.hidden_until > store.now():
        raise errors.unsupported("get", node)
    return json_reply(pick("Comment", comment_values(store, comment), fields))


def update(visit: Visit) -> Reply:
    """A post's message and is_published, a video's title, description and published; the rest has no effect."""
    store, node = visit.store, visit.node
    if post := store.posts.get(node):
        visit.page(post.page_id, PUBLISH)
        return _update_post(visit, post)
    if video := store.videos.get(node):
        visit.page(video.page_id, PUBLISH)
        return _update_video(visit, video)
    visit.grant()
    raise errors.unsupported("post", node)


def _update_post(visit: Visit, post: Post) -> Reply:
    values = visit.values(POST_UPDATE)
    if "message" in values:
        check_message(values["message"])
        post = replace(post, message=values["message"])
        visit.store.posts[post.id] = post
    effect = bool(values.get("is_published")) and not post.published
    if effect:
        publish_post(visit.store, post, request=visit.request.sequence)
    return replace(json_reply({"success": True}), effect=effect)


def _update_video(visit: Visit, video: Video) -> Reply:
    values = visit.values(VIDEO_UPDATE)
    video.description = values.get("description", video.description)
    video.title = values.get("title", values.get("name", video.title))
    effect = bool(values.get("published")) and video.stage is Stage.READY and video.published_at is None
    if effect:
        video.requests.append(visit.request.sequence)
        publish_video(visit.store, video)
    return replace(json_reply({"success": True}), effect=effect)


def delete(visit: Visit) -> Reply:
    """The thing is gone for the API; the ledger keeps what was public once, marked as deleted."""
    store, node = visit.store, visit.node
    owner = store.owner(node)
    visit.grant()
    if owner is None or owner == node:
        raise errors.unsupported("delete", node)
    visit.page(owner, PUBLISH)
    if node in store.comments:
        _forget_comment(store, node)
    elif node in store.photos:
        _forget_photo(store, node)
    elif node in store.videos or node in store.posts:
        post = store.post_of(node)
        store.videos.pop(post.video_id or "" if post else node, None)
        if post is not None:
            _forget_post(store, post)
    else:
        raise errors.unsupported("delete", node)
    return json_reply({"success": True})


def _forget_post(store: Store, post: Post) -> None:
    del store.posts[post.id]
    store.timeline[post.page_id].remove(post.id)
    for comment in [each for each in store.comments.values() if each.post_id == post.id]:
        _forget_comment(store, comment.id)
    store.world.ledger.mark_deleted(post.video_id or post.id)


def _forget_comment(store: Store, node: str) -> None:
    del store.comments[node]
    store.world.ledger.mark_deleted(node)


def _forget_photo(store: Store, node: str) -> None:
    """Out of its post too; the post stays."""
    photo = store.photos.pop(node)
    if post := store.posts.get(photo.post_id or ""):
        store.posts[post.id] = replace(post, photos=tuple(each for each in post.photos if each != node))
