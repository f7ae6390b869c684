"""Comments: POST and GET /{object}/comments of a post, photo, video or comment."""

from dataclasses import replace

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import read_fields
from planrrr_cli.sandbox.facebook.lists import page_of, read_limit
from planrrr_cli.sandbox.facebook.model import Comment, Holder, Post
from planrrr_cli.sandbox.facebook.nodes import comment_values, pick, tree_of
from planrrr_cli.sandbox.facebook.parameters import COMMENTS
from planrrr_cli.sandbox.facebook.photos import receive_image
from planrrr_cli.sandbox.facebook.publishing import post_path
from planrrr_cli.sandbox.facebook.visit import ENGAGE, READ_BACK, Visit
from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.wire import Reply, json_reply

TABLE = {
    "filter": "stream toplevel",
    "order": "chronological reverse_chronological",
    "live_filter": "filter_low_quality no_filter",
    "since": "time",
    "limit": "number",
    "after": "string",
    "before": "string",
}


def create(visit: Visit) -> Reply:
    store = visit.store
    with store.lock:
        post, parent = _object(visit)
        if visit.grant().holder is Holder.USER:
            raise errors.wall_post_failed()
        visit.page(post.page_id, ENGAGE)
    values = visit.values(COMMENTS)
    message, url = values.get("message", ""), values.get("attachment_url")
    if not message and not url:
        raise errors.invalid_parameter("A comment needs message or attachment_url")
    attachment = receive_image(visit, url, None) if url else None
    with store.lock:
        post, parent = _object(visit)  # again: it may have been deleted while the attachment came
        comment = Comment(
            id=f"{post.number}_{store.numbers.next()}",
            page_id=post.page_id,
            post_id=post.id,
            message=message,
            created_at=store.now(),
            parent=parent or values.get("parent_comment_id"),
            attachment=attachment,
            hidden_until=store.now() + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
        )
        store.comments[comment.id] = comment
        store.world.ledger.append(_entry(visit, post, comment))
    return replace(json_reply({"id": comment.id}), effect=True)


def _entry(visit: Visit, post: Post, comment: Comment) -> Entry:
    return Entry(
        platform="facebook",
        account_id=comment.page_id,
        remote_id=comment.id,
        parent=post.video_id or post.id,
        path=f"{post_path(post)}?comment_id={comment.id.partition('_')[2]}",
        text=comment.message,
        media=(comment.attachment,) if comment.attachment else (),
        created_at=comment.created_at,
        requests=(visit.request.sequence,),
    )


def _object(visit: Visit) -> tuple[Post, str | None]:
    """The post commented on, and the comment when it is a reply; unpublished posts cannot be commented on here."""
    store = visit.store
    comment = store.comments.get(visit.node)
    post = store.posts.get(comment.post_id) if comment else store.post_of(visit.node)
    if post is None or not post.published:
        raise errors.unsupported(visit.request.method, visit.node)
    return post, comment.id if comment else None


def read(visit: Visit) -> Reply:
    """`filter=stream` shows replies among the rest, the default only the top level; oldest first unless told."""
    store = visit.store
    post, parent = _object(visit)
    visit.page(post.page_id, READ_BACK)
    if post.hidden_until > store.now():
        raise errors.unsupported("get", visit.node)
    values = visit.values(TABLE)
    fields = read_fields(tree_of(visit.parameters.values.get("fields")))
    shown = [
        each
        for each in store.comments.values()
        if each.post_id == post.id and each.hidden_until <= store.now()
    ]
    if parent is not None or values.get("filter") != "stream":
        shown = [each for each in shown if each.parent == parent]
    if values.get("order") == "reverse_chronological":
        shown.reverse()
    found, paging = page_of(visit, shown, lambda each: each.id, read_limit(values))
    comments = [pick("Comment", comment_values(store, each), fields) for each in found]
    return json_reply({"data": comments} | ({"paging": paging} if paging else {}))
