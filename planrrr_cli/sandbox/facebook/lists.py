"""Lists and their paging: a Page's feed, scheduled posts and videos; limits, since and until, opaque cursors."""

import base64
from collections.abc import Callable
from typing import Any, TypeVar
from urllib.parse import parse_qsl, urlencode

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import read_fields
from planrrr_cli.sandbox.facebook.model import Post, Stage
from planrrr_cli.sandbox.facebook.nodes import render_post, render_video, tree_of
from planrrr_cli.sandbox.facebook.times import read_time
from planrrr_cli.sandbox.facebook.visit import READ, READ_BACK, Visit
from planrrr_cli.sandbox.wire import Reply, json_reply

T = TypeVar("T")

DEFAULT_LIMIT = 25
MOST = 100
TABLE = {
    "limit": "number",
    "after": "string",
    "before": "string",
    "since": "time",
    "until": "time",
    "include_hidden": "bool",
    "show_expired": "bool",
    "with": "LOCATION location",
    "type": "string",
}


def read_limit(values: dict[str, Any]) -> int:
    limit: int = values.get("limit", DEFAULT_LIMIT)
    if not 1 <= limit <= MOST:
        raise errors.invalid_parameter(f"The limit parameter must lie between 1 and {MOST}")
    return limit


def posts(visit: Visit) -> Reply:
    """feed shows unpublished posts too, published_posts and posts do not; scheduled_posts shows those alone."""
    store = visit.store
    page = visit.page(visit.node, READ_BACK)
    values = visit.values(TABLE)
    fields = read_fields(tree_of(visit.parameters.values.get("fields")))
    newest_first = [store.posts[post_id] for post_id in reversed(store.timeline[page.id])]
    newest_first.sort(key=lambda post: post.created_at, reverse=True)
    shown = [post for post in newest_first if _belongs(post, visit.edge) and post.hidden_until <= store.now()]
    shown = _between(shown, values, lambda post: post.created_at)
    found, paging = page_of(visit, shown, lambda post: post.id, read_limit(values))
    answer = {"data": [render_post(store, post, fields) for post in found]}
    return json_reply(answer | ({"paging": paging} if paging else {}))


def _belongs(post: Post, edge: str) -> bool:
    if edge == "scheduled_posts":
        return post.scheduled_at is not None
    return post.published or edge == "feed"


def videos(visit: Visit) -> Reply:
    """Newest first; running uploads are not listed."""
    store = visit.store
    page = visit.page(visit.node, READ)
    values = visit.values(TABLE)
    fields = read_fields(tree_of(visit.parameters.values.get("fields")))
    mine = [
        video for video in store.videos.values() if video.page_id == page.id and video.stage is Stage.READY
    ]
    shown = [video for video in reversed(mine) if video.reel or visit.edge == "videos"]
    shown = _between(shown, values, lambda video: video.published_at or video.created_at)
    found, paging = page_of(visit, shown, lambda video: video.id, read_limit(values))
    answer = {"data": [render_video(store, video, fields) for video in found]}
    return json_reply(answer | ({"paging": paging} if paging else {}))


def _between(things: list[T], values: dict[str, Any], moment: Callable[[T], float]) -> list[T]:
    """since and until are Graph's time paging; whole seconds, both ends included."""
    since = read_time("since", values["since"]) if "since" in values else 0
    until = read_time("until", values["until"]) if "until" in values else float("inf")
    return [thing for thing in things if since <= int(moment(thing)) <= until]


def page_of(
    visit: Visit, things: list[T], id_of: Callable[[T], str], limit: int
) -> tuple[list[T], dict[str, Any]]:
    """One page after (or before) the cursor. As in the real one, `next` carries the token in clear."""
    ids = [id_of(thing) for thing in things]
    values = visit.parameters.values
    begin = _position(ids, values["after"]) + 1 if values.get("after") else 0
    if values.get("before"):
        end = _position(ids, values["before"])
        begin = max(0, end - limit)
        things, limit = things[:end], end - begin
    found = things[begin : begin + limit]
    if not found:
        return [], {}
    paging: dict[str, Any] = {
        "cursors": {"before": _cursor(id_of(found[0])), "after": _cursor(id_of(found[-1]))}
    }
    if begin + limit < len(ids):
        query = dict(parse_qsl(visit.request.query)) | {"access_token": visit.token, "limit": str(limit)}
        query["after"] = paging["cursors"]["after"]
        paging["next"] = (
            f"{visit.store.world.url}/{visit.version}/{visit.node}/{visit.edge}?{urlencode(query)}"
        )
    return found, paging


def _cursor(node: str) -> str:
    return base64.urlsafe_b64encode(f"after:{node}".encode()).decode().rstrip("=")


def _position(ids: list[str], cursor: object) -> int:
    """Where the thing with this cursor stands; one that is not in the list is refused."""
    for position, node in enumerate(ids):
        if _cursor(node) == cursor:
            return position
    raise errors.invalid_parameter("Invalid cursors values were passed to the pagination parameters")
