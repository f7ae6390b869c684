"""GET, POST and DELETE /{id}: one account, container, medium or comment read, changed or deleted."""

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram.fields import asked_fields, pick
from planrrr_cli.sandbox.instagram.model import Comment, Login, Media
from planrrr_cli.sandbox.instagram.nodes import render_account, render_comment, render_media
from planrrr_cli.sandbox.instagram.parameters import COMMENT_UPDATE, MEDIA_UPDATE
from planrrr_cli.sandbox.instagram.processing import describe, look, state_of
from planrrr_cli.sandbox.instagram.visit import COMMENT, PUBLISH, READ, Purpose, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply


def account(visit: Visit) -> Reply:
    found = visit.owner(READ)
    visit.values({})
    fields = asked_fields(visit.parameters.values.get("fields"))
    return json_reply(render_account(visit.store, found, fields))


def container(visit: Visit) -> Reply:
    """Reading its status is a look: it moves processing on."""
    _readable(visit)
    visit.values({})
    fields = asked_fields(visit.parameters.values.get("fields"))
    found = visit.store.containers[visit.node]
    is_look = {"status", "status_code", "video_status"} & set(fields)
    state = (look if is_look else state_of)(visit.store, found)
    return json_reply(pick("ShadowIGMediaBuilder", describe(visit.store, found, state), fields))


def media(visit: Visit) -> Reply:
    _readable(visit)
    visit.values({})
    fields = asked_fields(visit.parameters.values.get("fields"))
    return json_reply(render_media(visit.store, _media(visit), fields))


def _readable(visit: Visit) -> None:
    """The trouble of May 2026: fresh containers and media are unreadable with a Page token, lists are not."""
    found = visit.owner(READ)
    if found.page_reads_fail and visit.with_page_token():
        raise graph.unsupported("get", visit.node)


def _media(visit: Visit) -> Media:
    found = visit.store.visible_media(visit.node)
    if found is None:
        raise graph.unsupported(visit.request.method, visit.node)
    return found


def update_media(visit: Visit) -> Reply:
    visit.owner(COMMENT)
    values = visit.values(MEDIA_UPDATE)
    if "comment_enabled" not in values:
        raise graph.missing_parameter("comment_enabled")
    _media(visit).comments_enabled = values["comment_enabled"]
    return json_reply({"success": True})


def delete_media(visit: Visit) -> Reply:
    """With Facebook Login only. The ledger keeps what was public once, marked as deleted."""
    _deletable(visit, PUBLISH)
    found = _media(visit)
    if found.parent is not None:
        raise graph.unsupported("delete", visit.node)
    found.deleted = True
    for child in found.children:
        visit.store.media[child].deleted = True
    visit.store.world.ledger.mark_deleted(found.id)
    return json_reply({"success": True, "deleted_id": found.id})


def _deletable(visit: Visit, purpose: Purpose) -> None:
    if visit.owner(purpose).login is Login.INSTAGRAM:
        raise graph.unsupported("delete", visit.node)


def comment(visit: Visit) -> Reply:
    visit.owner(READ)
    visit.values({})
    fields = asked_fields(visit.parameters.values.get("fields"))
    return json_reply(render_comment(visit.store, _comment(visit), fields))


def _comment(visit: Visit) -> Comment:
    found = visit.store.comments.get(visit.node)
    if found is None or found.deleted or found.hidden_until > visit.store.now():
        raise graph.unsupported(visit.request.method, visit.node)
    return found


def update_comment(visit: Visit) -> Reply:
    visit.owner(COMMENT)
    values = visit.values(COMMENT_UPDATE)
    if "hide" not in values:
        raise graph.missing_parameter("hide")
    _comment(visit).hidden = values["hide"]
    return json_reply({"success": True})


def delete_comment(visit: Visit) -> Reply:
    _deletable(visit, COMMENT)
    found = _comment(visit)
    found.deleted = True
    visit.store.world.ledger.mark_deleted(found.id)
    return json_reply({"success": True})
