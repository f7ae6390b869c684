"""Lists and their paging: an account's media and stories, a carousel's children, a post's comments."""

import base64
from typing import Any, Final, TypeVar
from urllib.parse import parse_qsl, urlencode

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.facebook.times import read_time
from planrrr_cli.sandbox.instagram.fields import asked_fields
from planrrr_cli.sandbox.instagram.model import Comment, Media
from planrrr_cli.sandbox.instagram.nodes import comments_of, render_comment, render_media
from planrrr_cli.sandbox.instagram.parameters import LIST, STORIES
from planrrr_cli.sandbox.instagram.visit import COMMENT, READ, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

Thing = TypeVar("Thing", Media, Comment)

DEFAULT_LIMIT: Final = 25
MOST: Final = 100
# .../reference/ig-user/media (2026-03-01): the newest 10,000; .../ig-media/comments: 50 of the top level.
REACH: Final = 10_000
COMMENTS: Final = 50


def media(visit: Visit) -> Reply:
    """Newest first, without stories; since and until are whole seconds, both ends included."""
    account = visit.owner(READ)
    values = visit.values(LIST)
    since = read_time("since", values["since"]) if "since" in values else 0
    until = read_time("until", values["until"]) if "until" in values else float("inf")
    newest = reversed(visit.store.timeline[account.id])
    shown = [found for each in newest if (found := visit.store.visible_media(each))]
    shown.sort(key=lambda found: found.created_at, reverse=True)
    listed = [found for found in shown if found.product_type != "STORY"][:REACH]
    inside = [found for found in listed if since <= int(found.created_at) <= until]
    return _answer(visit, inside, values)


def stories(visit: Visit) -> Reply:
    account = visit.owner(READ)
    values = visit.values(STORIES)
    newest = reversed(visit.store.timeline[account.id])
    shown = [found for each in newest if (found := visit.store.visible_media(each))]
    return _answer(visit, [found for found in shown if found.product_type == "STORY"], values)


def children(visit: Visit) -> Reply:
    visit.owner(READ)
    values = visit.values(STORIES)
    found = visit.store.visible_media(visit.node)
    if found is None:
        raise graph.unsupported("get", visit.node)
    return _answer(visit, [visit.store.media[child] for child in found.children], values)


def comments(visit: Visit) -> Reply:
    """At most 50, newest first, without a filter by time."""
    visit.owner(COMMENT)
    values = visit.values(STORIES)
    found = visit.store.visible_media(visit.node)
    if found is None:
        raise graph.unsupported("get", visit.node)
    shown, paging = _page(visit, comments_of(visit.store, found), min(COMMENTS, _limit(values, COMMENTS)))
    fields = asked_fields(visit.parameters.values.get("fields"))
    told = [render_comment(visit.store, each, fields) for each in shown]
    return json_reply({"data": told} | paging)


def _answer(visit: Visit, things: list[Media], values: dict[str, Any]) -> Reply:
    shown, paging = _page(visit, things, _limit(values, DEFAULT_LIMIT))
    fields = asked_fields(visit.parameters.values.get("fields"))
    return json_reply({"data": [render_media(visit.store, each, fields) for each in shown]} | paging)


def _limit(values: dict[str, Any], default: int) -> int:
    limit: int = values.get("limit", default)
    if not 1 <= limit <= MOST:
        raise graph.invalid_parameter(f"The limit parameter must lie between 1 and {MOST}")
    return limit


def _page(visit: Visit, things: list[Thing], limit: int) -> tuple[list[Thing], dict[str, Any]]:
    """One page after (or before) the cursor. As in the real one, `next` carries the token in clear."""
    asked = visit.parameters.values
    begin = _position(things, asked["after"]) + 1 if asked.get("after") else 0
    end = begin + limit
    if asked.get("before"):
        end = _position(things, asked["before"])
        begin = max(0, end - limit)
    shown = things[begin:end]
    if not shown:
        return [], {}
    cursors = {"before": _cursor(shown[0].id), "after": _cursor(shown[-1].id)}
    paging: dict[str, Any] = {"cursors": cursors}
    if end < len(things):
        query = dict(parse_qsl(visit.request.query)) | {"access_token": visit.token, "limit": str(limit)}
        query["after"] = cursors["after"]
        path = f"{visit.version}/{visit.node}/{visit.edge}"
        paging["next"] = f"{visit.store.world.url}/{path}?{urlencode(query)}"
    return shown, {"paging": paging}


def _cursor(node: str) -> str:
    return base64.urlsafe_b64encode(f"after:{node}".encode()).decode().rstrip("=")


def _position(things: list[Thing], cursor: object) -> int:
    for position, thing in enumerate(things):
        if _cursor(thing.id) == cursor:
            return position
    raise graph.invalid_parameter("Invalid cursors values were passed to the pagination parameters")
