"""GET of posts and of the account itself: one post, several, an account's timeline, me."""

import base64
import binascii
import re
from datetime import UTC, datetime
from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import json_reply
from planrrr_cli.sandbox.x.model import Post
from planrrr_cli.sandbox.x.queries import SELECTORS, View, known_only, parameters, read_view, view_of
from planrrr_cli.sandbox.x.schema import ID
from planrrr_cli.sandbox.x.views import includes, missing, post_document, user_document
from planrrr_cli.sandbox.x.visit import Visit

MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ", re.ASCII)
TIMELINE: Final = (
    "max_results",
    "pagination_token",
    "start_time",
    "end_time",
    "since_id",
    "until_id",
    "exclude",
)
# docs.x.com/x-api/posts/timelines/introduction (2026-08-22).
REACH: Final = 3200
REACH_WITHOUT_REPLIES: Final = 800


def me(visit: Visit) -> Reply:
    found = parameters(visit.request.query)
    known_only(found, SELECTORS)
    view = read_view(found, visit.generation, of_user=True)
    store = visit.store
    answer: dict[str, Any] = {"data": user_document(store, visit.account, view)}
    if view.expansions & {"most_recent_post_id", "most_recent_tweet_id"}:
        newest = next(iter(_timeline(visit, visit.account.id)), None)
        if newest:
            name = "tweets" if view.legacy else "posts"
            answer["includes"] = {name: [post_document(store, newest, view)]}
    return json_reply(answer)


def one(visit: Visit) -> Reply:
    """A post that is missing, deleted or hidden is 200 with nothing but `errors`."""
    _, view = view_of(visit.request, visit.generation)
    post = visit.store.visible(visit.node)
    if post is None:
        return json_reply({"errors": [missing(visit.node, view.generation)]})
    return json_reply({"data": post_document(visit.store, post, view)} | _included(visit, [post], view))


def several(visit: Visit) -> Reply:
    found, view = view_of(visit.request, visit.generation, ("ids",))
    ids = found.get("ids", "").split(",")
    if not 1 <= len(ids) <= 100 or not all(re.fullmatch(ID["pattern"], each, re.ASCII) for each in ids):
        raise problems.invalid_request(
            "The `ids` query parameter must hold 1 to 100 ids.", {"ids": ids[:100]}
        )
    posts = [post for each in ids if (post := visit.store.visible(each))]
    errors = [missing(each, view.generation, "ids") for each in ids if not visit.store.visible(each)]
    answer: dict[str, Any] = {}
    if posts:
        answer["data"] = [post_document(visit.store, post, view) for post in posts]
    return json_reply(answer | _included(visit, posts, view) | ({"errors": errors} if errors else {}))


def listed(visit: Visit) -> Reply:
    """Newest first, by pages; `data` is left out when there is nothing."""
    found, view = view_of(visit.request, visit.generation, TIMELINE)
    posts = _selected(visit, found)
    size = _size(found)
    if visit.node not in visit.store.accounts:
        return json_reply({"errors": [problems.not_found("user", visit.node).document(view.generation)]})
    page, older, newer = _page(posts, size, found.get("pagination_token"))
    meta: dict[str, Any] = {"result_count": len(page)}
    if page:
        meta |= {"newest_id": page[0].id, "oldest_id": page[-1].id}
    if page and older:
        meta["next_token"] = _token("older", page[-1].id)
    if page and newer:
        meta["previous_token"] = _token("newer", page[0].id)
    data = {"data": [post_document(visit.store, post, view) for post in page]} if page else {}
    return json_reply(data | _included(visit, page, view) | {"meta": meta})


def _timeline(visit: Visit, account_id: str) -> list[Post]:
    """What its readers see, newest first."""
    store = visit.store
    found = (store.visible(post_id) for post_id in reversed(store.timeline.get(account_id, [])))
    return [post for post in found if post and not post.superseded and not post.said.get("nullcast")]


def _selected(visit: Visit, found: dict[str, str]) -> list[Post]:
    exclude = set(found["exclude"].split(",")) if "exclude" in found else set()
    if strange := exclude - {"replies", "retweets"}:
        word = min(strange)
        message = f"The `exclude` query parameter value [{word[:100]}] is not one of [replies,retweets]"
        raise problems.invalid_request(message, {"exclude": [word[:200]]})
    since, until = _id(found, "since_id"), _id(found, "until_id")
    start, end = _moment(found, "start_time"), _moment(found, "end_time")
    if start is not None and end is not None and start >= end:
        message = "Invalid 'end_time': it must be later than 'start_time'."
        raise problems.invalid_request(message, {"end_time": [found["end_time"]]})
    posts = _timeline(visit, visit.node)[:REACH]
    if "replies" in exclude:
        posts = [post for post in posts if post.parent_id is None][:REACH_WITHOUT_REPLIES]
    return [
        post
        for post in posts
        if (since is None or int(post.id) > since)
        and (until is None or int(post.id) < until)
        and (start is None or post.created_at >= start)
        and (end is None or post.created_at < end)
    ]


def _id(found: dict[str, str], name: str) -> int | None:
    if name not in found:
        return None
    if not re.fullmatch(ID["pattern"], found[name], re.ASCII):
        message = f"The `{name}` query parameter value [{found[name][:100]}] is not a valid id"
        raise problems.invalid_request(message, {name: [found[name][:200]]})
    return int(found[name])


def _moment(found: dict[str, str], name: str) -> float | None:
    """Whole seconds in UTC."""
    if name not in found:
        return None
    try:
        if MOMENT.fullmatch(found[name]):
            return datetime.strptime(found[name], "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC).timestamp()
    except ValueError:
        pass
    message = f"Invalid '{name}':'{found[name][:100]}'. '{name}' must be a valid RFC3339 time, YYYY-MM-DDTHH:mm:ssZ."
    raise problems.invalid_request(message, {name: [found[name][:200]]})


def _size(found: dict[str, str]) -> int:
    text = found.get("max_results", "10")
    if not (text.isascii() and text.isdecimal() and 5 <= int(text[:9]) <= 100):
        message = f"The `max_results` query parameter value [{text[:100]}] is not between 5 and 100"
        raise problems.invalid_request(message, {"max_results": [text[:200]]})
    return int(text)


def _page(posts: list[Post], size: int, token: str | None) -> tuple[list[Post], bool, bool]:
    """One page, and whether there are older and newer ones; a token holds on to a post, not to a number."""
    start = 0
    if token is not None:
        way, number = _read_token(token)
        beyond = sum(int(post.id) >= number if way == "older" else int(post.id) > number for post in posts)
        start = beyond if way == "older" else max(beyond - size, 0)
    page = posts[start : start + size]
    return page, start + size < len(posts), start > 0


def _token(way: str, post_id: str) -> str:
    return base64.b32encode(f"{way}/{post_id}".encode()).decode().rstrip("=").lower()


def _read_token(token: str) -> tuple[str, int]:
    try:
        padded = token.upper() + "=" * (-len(token) % 8)
        way, _, number = base64.b32decode(padded).decode("ascii").partition("/")
    except (ValueError, binascii.Error):
        way, number = "", ""
    if way not in ("older", "newer") or not re.fullmatch(ID["pattern"], number):
        message = f"The `pagination_token` query parameter value [{token[:100]}] is not valid"
        raise problems.invalid_request(message, {"pagination_token": [token[:200]]})
    return way, int(number)


def _included(visit: Visit, posts: list[Post], view: View) -> dict[str, Any]:
    found = includes(visit.store, posts, view)
    return {"includes": found} if found else {}
