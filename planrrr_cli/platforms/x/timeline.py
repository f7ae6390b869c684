"""Reads the account's own posts, newest first; what is among them is judged elsewhere.

https://docs.x.com/x-api/posts/timelines/introduction (read 2026-08-22)
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

from planrrr_cli.domain.errors import UnexpectedReply
from planrrr_cli.platforms.x.calls import Calls
from planrrr_cli.platforms.x.refusals import UnknownFields
from planrrr_cli.platforms.x.replies import NAME

MOST_PAGES = 10
PAGE = 100

# The service of July 2026 knew the first names, its specification of August 2026 (2.167) names the second.
_GENERATIONS = (
    {
        "tweet.fields": "attachments,created_at,entities,note_tweet,referenced_tweets",
    },
    {
        "post.fields": "attachments,created_at,entities,note_post",
        "expansions": "referenced_posts",
    },
)


@dataclass(frozen=True, slots=True)
class Timeline:
    """``complete``: there are no more posts in the time that was asked for."""

    posts: tuple[Mapping[str, Any], ...]
    complete: bool


def read_timeline(
    calls: Calls, account: str, *, since: datetime | None = None, after: str | None = None
) -> Timeline:
    """The posts since then, or newer than the post ``after``, replies included. Raises PlatformError."""
    chosen: dict[str, str] = {"max_results": str(PAGE)}
    if after is not None:
        chosen["since_id"] = after
    elif since is not None:
        chosen["start_time"] = since.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")
    for fields in _GENERATIONS[:-1]:
        try:
            return _pages(calls, account, {**chosen, **fields})
        except UnknownFields:
            continue
    return _pages(calls, account, {**chosen, **_GENERATIONS[-1]})


def _pages(calls: Calls, account: str, params: Mapping[str, str]) -> Timeline:
    posts: list[Mapping[str, Any]] = []
    onward: dict[str, str] = {}
    for _ in range(MOST_PAGES):
        body = calls.read("users", account, "tweets", call="x.timeline.read", **params, **onward)
        meta = body.get("meta")
        data = body.get("data", [])
        # An empty page has no data, but it has to say that it is one: a failed part of an answer proves nothing.
        if not isinstance(meta, dict) or not isinstance(data, list) or (body.get("errors") and not data):
            raise UnexpectedReply("X answered a list of posts that says nothing", platform=NAME)
        posts += [post for post in data if isinstance(post, dict)]
        token = meta.get("next_token")
        if not isinstance(token, str) or not token or token == onward.get("pagination_token"):
            return Timeline(tuple(posts), complete=True)
        onward = {"pagination_token": token}
    return Timeline(tuple(posts), complete=False)
