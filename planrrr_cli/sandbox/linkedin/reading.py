"""GET /rest/posts/{urn}, several of them, and an author's own; who may read them is asked first."""

from typing import Any
from urllib.parse import quote

from planrrr_cli.sandbox.linkedin import errors
from planrrr_cli.sandbox.linkedin.model import Lifecycle, Post
from planrrr_cli.sandbox.linkedin.restli import number_of, text_of
from planrrr_cli.sandbox.linkedin.visit import READ, Visit, urn_of
from planrrr_cli.sandbox.wire import Reply, json_reply

MOST = 100
DEFAULT = 10


def read(visit: Visit) -> Reply:
    visit.check_query("viewContext")
    visit.grant()
    context = _context(visit)
    urn = urn_of(visit.keys[0], "/id", "share", "ugcPost")
    return json_reply(rendered(_readable(visit, urn, context)))


def batch(visit: Visit) -> Reply:
    """Each of `ids` by its URN, in `results` or in `errors`, and its status in any case."""
    visit.check_query("ids", "viewContext")
    visit.grant()
    if not set(READ) & set(visit.grant().scopes):
        raise visit.denied()
    ids, context = visit.query.get("ids"), _context(visit)
    if not isinstance(ids, tuple):
        raise errors.bad_query()
    results: dict[str, Any] = {}
    statuses: dict[str, int] = {}
    refused: dict[str, Any] = {}
    for urn in ids:
        try:
            results[urn] = rendered(_readable(visit, urn_of(urn, "/ids", "share", "ugcPost"), context))
            statuses[urn] = 200
        except errors.LinkedInError as error:
            statuses[urn], refused[urn] = error.status, error.document
    return json_reply({"results": results, "statuses": statuses, "errors": refused})


def _context(visit: Visit) -> str:
    context = text_of(dict(visit.query), "viewContext", "READER")
    if context not in ("READER", "AUTHOR"):
        raise errors.bad_query()
    return context


def _readable(visit: Visit, urn: str, context: str) -> Post:
    """Only the author sees what is not (or will never be) public."""
    store = visit.store
    post = store.posts.get(urn)
    if post is None:
        raise errors.not_found() if set(READ) & set(visit.grant().scopes) else visit.denied()
    visit.require(post.author, READ)
    invisible = context == "READER" and post.lifecycle is not Lifecycle.PUBLISHED
    if invisible or post.hidden_until > store.now():
        raise errors.not_found()
    return post


def by_author(visit: Visit) -> Reply:
    """Newest first, by creation or by last change; `total` is not told."""
    query, store = dict(visit.query), visit.store
    visit.check_query("q", "author", "count", "start", "sortBy", "viewContext", "isDsc")
    visit.grant()
    if text_of(query, "q") != "author" or text_of(query, "isDsc", "false") != "false":
        raise errors.bad_query()
    author = urn_of(text_of(query, "author"), "/author", "person", "organization")
    visit.require(author, READ)
    count, start = number_of(query, "count", DEFAULT, 1, MOST), number_of(query, "start", 0, 0, 10**6)
    sort, _ = text_of(query, "sortBy", "LAST_MODIFIED"), _context(visit)
    if sort not in ("CREATED", "LAST_MODIFIED"):
        raise errors.bad_query()
    mine = [store.posts[urn] for urn in reversed(store.timeline.get(author, []))]
    shown = [post for post in mine if post.hidden_until <= store.now()]
    shown.sort(key=lambda post: post.created_at if sort == "CREATED" else post.modified_at, reverse=True)
    found = [rendered(post) for post in shown[start : start + count]]
    return json_reply({"paging": paging(visit, start, count, len(shown)), "elements": found})


def paging(visit: Visit, start: int, count: int, total: int) -> dict[str, Any]:
    links = []
    for name, at in (("prev", start - count), ("next", start + count)):
        if (name == "prev" and start > 0) or (name == "next" and at < total):
            query: dict[str, Any] = dict(visit.query) | {"start": str(max(0, at)), "count": str(count)}
            text = "&".join(f"{key}={quote(str(value), safe='')}" for key, value in sorted(query.items()))
            links.append({"rel": name, "type": "application/json", "href": f"{visit.request.path}?{text}"})
    return {"start": start, "count": count, "links": links}


def rendered(post: Post) -> dict[str, Any]:
    told: dict[str, Any] = {
        "id": post.urn,
        "author": post.author,
        "commentary": post.commentary,
        "visibility": post.visibility,
        "distribution": {"feedDistribution": post.feed, "thirdPartyDistributionChannels": []},
        "lifecycleState": post.lifecycle,
        "lifecycleStateInfo": {"isEditedByAuthor": post.edited},
        "isReshareDisabledByAuthor": post.reshare_disabled,
        "createdAt": _ms(post.created_at),
        "lastModifiedAt": _ms(post.modified_at),
    }
    if post.content:
        told["content"] = post.content
    if post.published_at is not None:
        told["publishedAt"] = _ms(post.published_at)
    if post.reshare_of:
        told["reshareContext"] = {"parent": post.reshare_of, "root": post.reshare_of}
    return told


def _ms(moment: float) -> int:
    return int(moment * 1000)
