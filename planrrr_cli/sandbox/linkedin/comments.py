"""POST and GET /rest/socialActions/{urn}/comments. Writing and reading them needs the `*_social_feed` scopes.

Source: learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/comments-api (August 2026). The length
is the site's; what the API allows is not documented.
"""

from dataclasses import replace
from typing import Any, Final

from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.fields import many, text, thing
from planrrr_cli.sandbox.linkedin.model import Comment, Lifecycle, Post, thread_of
from planrrr_cli.sandbox.linkedin.publishing import post_path
from planrrr_cli.sandbox.linkedin.reading import DEFAULT, MOST, paging
from planrrr_cli.sandbox.linkedin.restli import number_of
from planrrr_cli.sandbox.linkedin.visit import READ_COMMENTS, WRITE_COMMENTS, Visit, urn_of
from planrrr_cli.sandbox.wire import Reply, json_reply

TEXT_LIMIT: Final = 1_250
FIELDS: Final = {
    "actor": text(required=True),
    "object": text(required=True),
    "message": thing(
        {"text": text(required=True, limit=TEXT_LIMIT), "attributes": many(thing({}), most=0)},
        required=True,
    ),
    "parentComment": text(),
}


def create(visit: Visit) -> Reply:
    """201 with the comment, and its number in the header. The text is plain: nothing is escaped, nothing is cut."""
    visit.check_query()
    if not set(WRITE_COMMENTS) & set(visit.grant().scopes):
        raise visit.denied()
    document, store = visit.document(FIELDS), visit.store
    actor = urn_of(document["actor"], "/actor", "person", "organization")
    visit.require(actor, WRITE_COMMENTS)
    post = _thread(visit)
    if store.post_of(urn_of(document["object"], "/object", "share", "ugcPost", "activity")) is not post:
        raise errors.invalid_value("/object", "it is not what the path names")
    if not document["message"]["text"].strip():
        raise errors.invalid_value("/message/text", "it is empty")
    now = store.now()
    comment = Comment(
        id=store.new_post_number(store.comments.__contains__),
        post=post.urn,
        actor=actor,
        text=document["message"]["text"],
        created_at=now,
        parent=_parent(visit, document, post),
        hidden_until=now + visit.orders.hide_seconds if visit.orders.hide_seconds else 0.0,
    )
    store.comments[comment.id] = comment
    store.world.ledger.append(_entry(visit, comment))
    return replace(json_reply(_rendered(comment), 201, {"x-restli-id": comment.id}), effect=True)


def _thread(visit: Visit) -> Post:
    post = visit.store.post_of(urn_of(visit.keys[0], "/id", "share", "ugcPost", "activity"))
    if post is None or post.lifecycle is Lifecycle.PUBLISH_FAILED:
        raise errors.not_found()
    return post


def _parent(visit: Visit, document: dict[str, Any], post: Post) -> str | None:
    urn = document.get("parentComment")
    if urn is None:
        return None
    found = [each.id for each in visit.store.comments.values() if each.urn == urn and each.post == post.urn]
    if not found:
        raise errors.invalid_urn_id("/parentComment")
    return found[0]


def _entry(visit: Visit, comment: Comment) -> Entry:
    return Entry(
        platform="linkedin",
        account_id=comment.actor,
        remote_id=comment.id,
        parent=comment.parent or comment.post,
        path=f"{post_path(comment.post)}?commentUrn={comment.urn}",
        text=comment.text,
        created_at=comment.created_at,
        requests=(visit.request.sequence,),
    )


def read(visit: Visit) -> Reply:
    """Oldest first; a hidden one is not shown yet."""
    visit.check_query("start", "count")
    store, query = visit.store, dict(visit.query)
    if not set(READ_COMMENTS) & set(visit.grant().scopes):
        raise visit.denied()
    post = _thread(visit)
    visit.require(post.author, READ_COMMENTS)
    count, start = number_of(query, "count", DEFAULT, 1, MOST), number_of(query, "start", 0, 0, 10**6)
    mine = [each for each in store.comments.values() if each.post == post.urn]
    shown = [_rendered(each) for each in mine if each.hidden_until <= store.now()]
    page = shown[start : start + count]
    return json_reply({"paging": paging(visit, start, count, len(shown)), "elements": page})


def _rendered(comment: Comment) -> dict[str, Any]:
    stamp = {"actor": comment.actor, "time": int(comment.created_at * 1000)}
    told: dict[str, Any] = {
        "id": comment.id,
        "$URN": comment.urn,
        "actor": comment.actor,
        "object": thread_of(comment.post),
        "message": {"attributes": [], "text": comment.text},
        "created": stamp,
        "lastModified": stamp,
    }
    if comment.parent:
        told["parentComment"] = f"urn:li:comment:({thread_of(comment.post)},{comment.parent})"
    return told
