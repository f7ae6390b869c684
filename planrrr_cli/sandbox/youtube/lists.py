"""Answers with many items: filters, pages, and the frame around them."""

import base64
import binascii
import re
from collections.abc import Callable, Sequence
from typing import Any, TypeVar

from planrrr_cli.sandbox.wire import Reply, json_reply
from planrrr_cli.sandbox.youtube import errors
from planrrr_cli.sandbox.youtube.resources import etag
from planrrr_cli.sandbox.youtube.visit import Visit

T = TypeVar("T")


def the_filter(visit: Visit, *names: str) -> str:
    """The one filter that was given; `mine=false` and the like are none. Raises Refusal for none and for two."""
    given = [name for name in names if visit.asked.get(name) not in (None, False, [], "")]
    if not given:
        raise errors.no_filter(names)
    if len(given) > 1:
        raise errors.incompatible(given)
    return given[0]


def page(
    visit: Visit, kind: str, found: Sequence[T], render: Callable[[T], dict[str, Any]], size: int = 5
) -> Reply:
    """`size` is how many a page has unless maxResults says so."""
    size, start = visit.asked.get("maxResults", size), _start(visit.asked.get("pageToken", ""))
    items = [render(one) for one in found[start : start + size]]
    told: dict[str, Any] = {"kind": f"youtube#{kind}ListResponse", "etag": etag(items)}
    if size and start + size < len(found):
        told["nextPageToken"] = _token(start + size)
    if start and kind != "commentThread":  # those have no way back
        told["prevPageToken"] = _token(max(start - size, 0))
    return json_reply(
        told | {"items": items, "pageInfo": {"totalResults": len(found), "resultsPerPage": size}}
    )


def whole(kind: str, found: Sequence[T], render: Callable[[T], dict[str, Any]]) -> Reply:
    """A list that has no pages."""
    items = [render(one) for one in found]
    return json_reply({"kind": f"youtube#{kind}ListResponse", "etag": etag(items), "items": items})


def _token(start: int) -> str:
    return base64.urlsafe_b64encode(f"page {start:06d}".encode()).decode()


def _start(token: str) -> int:
    if not token:
        return 0
    try:
        found = re.fullmatch(r"page (\d{6})", base64.urlsafe_b64decode(token).decode("ascii"))
    except (ValueError, binascii.Error):
        found = None
    if found is None:
        raise errors.bad_page_token()
    return int(found[1])
