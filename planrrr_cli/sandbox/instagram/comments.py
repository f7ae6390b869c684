"""POST /{media}/comments: a comment of the account on its own post; not idempotent."""

from dataclasses import replace

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram.captions import check_comment
from planrrr_cli.sandbox.instagram.model import Comment
from planrrr_cli.sandbox.instagram.parameters import COMMENT as PARAMETERS
from planrrr_cli.sandbox.instagram.publishing import path_of
from planrrr_cli.sandbox.instagram.visit import COMMENT, Visit
from planrrr_cli.sandbox.ledger import Entry
from planrrr_cli.sandbox.wire import Reply, json_reply


def create(visit: Visit) -> Reply:
    account = visit.owner(COMMENT)
    values = visit.values(PARAMETERS)
    store = visit.store
    media = store.visible_media(visit.node)
    if media is None or media.parent is not None or media.product_type == "STORY":
        raise graph.unsupported("post", visit.node)
    check_comment(values.get("message", ""))
    if not media.comments_enabled:
        raise graph.invalid_parameter("Comments are turned off for this media")
    comment = Comment(
        id=store.new_id(),
        account_id=account.id,
        media_id=media.id,
        text=values["message"],
        created_at=store.now(),
        hidden_until=visit.hidden_until(),
    )
    store.comments[comment.id] = comment
    store.world.ledger.append(
        Entry(
            platform="instagram",
            account_id=account.id,
            remote_id=comment.id,
            parent=media.id,
            path=f"{path_of(store, media)}c/{comment.id}/",
            text=comment.text,
            created_at=comment.created_at,
            requests=(visit.request.sequence,),
        )
    )
    return replace(json_reply({"id": comment.id}), effect=True)
