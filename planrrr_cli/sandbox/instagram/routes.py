"""From an Instagram path and method to the function that answers; names come from calls.py."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Final

from planrrr_cli.sandbox.facebook.errors import unknown_path, unsupported
from planrrr_cli.sandbox.instagram import (
    carousels,
    comments,
    containers,
    limits,
    lists,
    login,
    oauth,
    publishing,
    reading,
)
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.instagram.visit import Visit
from planrrr_cli.sandbox.wire import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """`locked`: run under the store's lock; those that move bytes lock by themselves."""

    call: str
    run: Callable[[Visit], Reply]
    locked: bool = True


CREATE: Final = Route("instagram.container.create", containers.create, locked=False)
CAROUSEL: Final = Route("instagram.carousel.create", carousels.create)
READ_MEDIA: Final = Route("instagram.media.read", reading.media)
REDEEM: Final = Route("instagram.token.redeem", oauth.redeem)

ACCOUNT: Final = {
    ("GET", ""): Route("instagram.account.read", reading.account),
    ("GET", "media"): Route("instagram.media.list", lists.media),
    ("GET", "stories"): Route("instagram.stories.list", lists.stories),
    ("GET", "content_publishing_limit"): Route("instagram.limit.read", limits.read),
    ("POST", "media"): CREATE,
    ("POST", "media_publish"): Route("instagram.media.publish", publishing.publish),
}
CONTAINER: Final = {("GET", ""): Route("instagram.container.read", reading.container)}
MEDIA: Final = {
    ("GET", ""): READ_MEDIA,
    ("POST", ""): Route("instagram.media.update", reading.update_media),
    ("DELETE", ""): Route("instagram.media.delete", reading.delete_media),
    ("GET", "children"): Route("instagram.media.read", lists.children),
    ("GET", "comments"): Route("instagram.comments.read", lists.comments),
    ("POST", "comments"): Route("instagram.comment.create", comments.create),
}
COMMENT: Final = {
    ("GET", ""): Route("instagram.comment.read", reading.comment),
    ("POST", ""): Route("instagram.comment.update", reading.update_comment),
    ("DELETE", ""): Route("instagram.comment.delete", reading.delete_comment),
}
# Without a version in front: developers.facebook.com/docs/instagram-platform/reference/access_token.
PLAIN: Final = {
    ("GET", "/oauth/authorize"): Route("instagram.login.dialog", login.dialog),
    ("POST", "/oauth/access_token"): REDEEM,
    ("GET", "/access_token"): Route("instagram.token.exchange", oauth.exchange),
    ("GET", "/refresh_access_token"): Route("instagram.token.refresh", oauth.refresh),
}


def plain(method: str, path: str) -> Route | None:
    return PLAIN.get((method, path.rstrip("/")))


def find(store: Store, method: str, node: str, edge: str, values: dict[str, Any]) -> Route:
    """Always a route: what does not exist has one that refuses. An id that nobody knows is taken for a medium."""
    if node in store.containers:
        table = CONTAINER
    elif node in store.comments:
        table = COMMENT
    elif node in store.accounts or node == "me":
        table = ACCOUNT
    else:
        table = MEDIA if node.isdecimal() else {}
    route = table.get((method, edge), Route("instagram.unknown", _refuse))
    if route is CREATE and str(values.get("media_type", "")).upper() == "CAROUSEL":
        return CAROUSEL
    return route


def _refuse(visit: Visit) -> Reply:
    if visit.node.isdecimal():
        visit.caller()
        raise unsupported(visit.request.method, visit.node)
    raise unknown_path(visit.request.path)
