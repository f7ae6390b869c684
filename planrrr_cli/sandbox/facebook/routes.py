"""From a Graph path, method and upload phase to the function that answers; names come from calls.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from planrrr_cli.sandbox.facebook import (
    comments,
    feed,
    lists,
    login,
    oauth,
    permissions,
    photos,
    reading,
    reels,
    uploads,
    videos,
)
from planrrr_cli.sandbox.facebook.errors import invalid_parameter, unknown_path, unsupported
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.wire import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """`locked`: run under the store's lock; those that move bytes lock by themselves."""

    call: str
    run: Callable[[Visit], Reply]
    locked: bool = True


READ_FEED = Route("facebook.feed.read", lists.posts)
READ_VIDEOS = Route("facebook.video.list", lists.videos)
EXCHANGE = Route("facebook.token.exchange", oauth.exchange)

EDGES: Final[dict[tuple[str, str], Route]] = {
    ("POST", "feed"): Route("facebook.feed.create", feed.create),
    ("GET", "feed"): READ_FEED,
    ("GET", "posts"): READ_FEED,
    ("GET", "published_posts"): READ_FEED,
    ("GET", "scheduled_posts"): READ_FEED,
    ("POST", "photos"): Route("facebook.photo.upload", photos.create, locked=False),
    ("GET", "videos"): READ_VIDEOS,
    ("GET", "video_reels"): READ_VIDEOS,
    ("POST", "comments"): Route("facebook.comment.create", comments.create, locked=False),
    ("GET", "comments"): Route("facebook.comments.read", comments.read),
    ("GET", "accounts"): Route("facebook.accounts.read", oauth.accounts),
    ("GET", "permissions"): Route("facebook.permissions.read", permissions.read),
    ("DELETE", "permissions"): Route("facebook.permissions.revoke", permissions.revoke),
    ("POST", "uploads"): Route("facebook.upload.session", uploads.create),
}
PHASES: Final[dict[tuple[str, str], Route]] = {
    ("videos", ""): Route("facebook.video.upload", videos.upload, locked=False),
    ("videos", "start"): Route("facebook.video.start", videos.start),
    ("videos", "transfer"): Route("facebook.video.transfer", videos.transfer),
    ("videos", "finish"): Route("facebook.video.finish", videos.finish),
    ("videos", "cancel"): Route("facebook.video.cancel", videos.cancel),
    ("video_reels", "start"): Route("facebook.reel.start", reels.start),
    ("video_reels", "finish"): Route("facebook.reel.finish", reels.finish),
}
NODES: Final[dict[str, Route]] = {
    "GET": Route("facebook.node.read", reading.read),
    "POST": Route("facebook.node.update", reading.update),
    "DELETE": Route("facebook.node.delete", reading.delete),
}
SESSIONS: Final[dict[str, Route]] = {
    "GET": Route("facebook.upload.session", uploads.stand),
    "POST": Route("facebook.upload.bytes", uploads.receive, locked=False),
}


def find(method: str, node: str, edge: str, values: dict[str, Any]) -> Route:
    """Always a route: what does not exist has one that refuses."""
    if (node, edge) == ("oauth", "access_token") and method in ("GET", "POST"):
        return EXCHANGE
    if (node, edge, method) == ("dialog", "oauth", "GET"):
        return Route("facebook.login.dialog", login.dialog)
    if (node, edge, method) == ("dialog", "oauth", "ANSWER"):
        return Route("facebook.login.answer", login.dialog)
    if (node, edge, method) == ("debug_token", "", "GET"):
        return Route("facebook.token.debug", oauth.debug)
    if (node, edge, method) == ("me", "", "GET"):
        return Route("facebook.me.read", oauth.me)
    if node.startswith("upload:") and not edge and method in SESSIONS:
        return SESSIONS[method]
    if not edge and method in NODES and _is_id(node):
        return NODES[method]
    if edge in ("videos", "video_reels") and method == "POST" and (_is_id(node) or node == "me"):
        return _by_phase(edge, values)
    if (method, edge) in EDGES and (_is_id(node) or node == "me"):
        return EDGES[method, edge]
    return Route("facebook.unknown", _refuse)


def _by_phase(edge: str, values: dict[str, Any]) -> Route:
    phase = str(values.get("upload_phase", "")).lower()
    return PHASES.get((edge, phase), Route("facebook.unknown", _wrong_phase))


def _wrong_phase(visit: Visit) -> Reply:
    visit.grant()
    raise invalid_parameter(
        "Param upload_phase must be one of {start, transfer, finish, cancel}, or {start, finish}"
    )


def _refuse(visit: Visit) -> Reply:
    known = any(edge == visit.edge for _, edge in EDGES)
    if known or (_is_id(visit.node) and not visit.edge):
        visit.grant()
        raise unsupported(visit.request.method, visit.node)
    raise unknown_path("/" + "/".join(part for part in (visit.node, visit.edge) if part))


def _is_id(node: str) -> bool:
    digits = node.replace("_", "", 1)
    return digits.isascii() and digits.isdecimal()
