"""Looks for a LinkedIn publication whose sending is in doubt: reads only, and proves nothing from a failed read.

An organization's posts can be listed. A person's cannot, but by old applications; the only evidence there is a refusal
as duplicate, if it was sent again (see ``refused_as_duplicate``).
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.doubt import by_listing
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    PlatformError,
    RateLimited,
    TokenExpired,
    UnexpectedReply,
)
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.steps import Absent, Finding, Published, Unknown
from planrrr_cli.platforms.linkedin.match import Sought, created_at, id_of, sort
from planrrr_cli.platforms.linkedin.media import urns_of
from planrrr_cli.platforms.linkedin.replies import NAME, lacks_permission
from planrrr_cli.platforms.linkedin.rest import Rest
from planrrr_cli.platforms.linkedin.urns import Author, Kind, made_at, permalink

CLOCKS_DISAGREE = timedelta(minutes=2)
CLOCK_WRONG = timedelta(
    hours=25
)  # a host's clock that was set a day fast must not make a live post look too old
LONGEST_CALL = timedelta(
    minutes=5
)  # from our note of sending to LinkedIn's making of the post, at the very most
GHOST = timedelta(seconds=10)
COUNT, MOST_PAGES = 100, 5
# Checkpoint keys: the post that a refusal named, when that was, and how many doubts had been settled by then.
DUPLICATE_OF, DUPLICATE_AT, DUPLICATE_DOUBTS = "duplicate_of", "duplicate_at", "duplicate_doubts"

# How soon a new post shows in the list is not documented. A post that comes half an hour late is a nuisance, one that
# is public twice is not mended.
PATIENCE = by_listing(
    "our own choice: LinkedIn documents no delay (https://learn.microsoft.com/en-us/linkedin/marketing/"
    "community-management/shares/posts-api, read 2026-11-23)"
)


def refused_as_duplicate(urn: str | None, now: datetime, *, doubts: int) -> dict[str, Any]:
    """What to note when a second sending was refused, since the first one may be out."""
    return {DUPLICATE_OF: urn or "", DUPLICATE_AT: now.isoformat(), DUPLICATE_DOUBTS: doubts}


def is_unsettled(publication: Publication) -> bool:
    """Whether a refusal as duplicate still waits for its look. A process that died in between must not send again:
    LinkedIn forgets after some minutes, and would take it."""
    return publication.checkpoint.get(DUPLICATE_DOUBTS) == publication.doubts


def find(publication: Publication, rest: Rest, author: Author) -> Finding:
    """Raises ConnectionRevoked or TokenExpired (the token is dead) and RateLimited (stay away); else a Finding."""
    granted = author.read_scope in publication.connection.scopes
    if author.kind is Kind.PERSON and not granted:
        return _of_person(publication, rest)
    try:
        return _listed(publication, rest, author)
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        # What was granted may be refused for a moment only, and another look costs nothing.
        return Unknown(
            f"{error.message}; reading posts back needs {author.read_scope}", ask_person=not granted
        )
    except (TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        return Unknown(f"the look failed: {error.message}")


def _of_person(publication: Publication, rest: Rest) -> Finding:
    """https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11-23):
    r_member_social is given to no new application."""
    named = publication.checkpoint.get(DUPLICATE_OF)
    if named and _is_of_first_sending(publication, named):
        return Published(named, permalink(rest.site, named))
    hint = f"; it was refused as a duplicate of {named}" if named else ""
    return Unknown(
        f"LinkedIn lets no application read a person's posts{hint}, so somebody has to look at the person's activity",
        ask_person=True,
    )


def _is_of_first_sending(publication: Publication, urn: str) -> bool:
    """Whether the post that a refusal named was made when the answer was lost. An older one of the same text is not
    ours, and after a deletion LinkedIn names one that never was, made the moment it refuses:
    https://github.com/ComposioHQ/composio/issues/2710 (read 2026-11-23)."""
    made, sent = made_at(urn), publication.first_sent_at
    if made is None or sent is None or urn in publication.other_remote_ids:
        return False
    refused = datetime.fromisoformat(publication.checkpoint[DUPLICATE_AT])
    return sent - CLOCKS_DISAGREE <= made <= min(sent + LONGEST_CALL, refused - GHOST)


def _listed(publication: Publication, rest: Rest, author: Author) -> Finding:
    sought = _sought(publication, rest, author)
    named = publication.checkpoint.get(DUPLICATE_OF)
    posts, complete = _recent(rest, author.urn, sought.surely_since)
    if named and all(id_of(post) != named for post in posts):
        posts += _named(rest, named)
    found = sort(posts, sought)
    if len(found.same) == 1:
        urn = str(id_of(found.same[0]))
        return Published(urn, permalink(rest.site, urn))
    if len(found.same) > 1:
        return Unknown(
            f"{len(found.same)} posts of this account fit; only a person can tell", ask_person=True
        )
    if found.unclear:
        return Unknown("a post of this account fits as far as LinkedIn shows it")
    if not complete:
        return Unknown("this account has too many posts since then to read them all")
    if named is not None:
        return Unknown("LinkedIn refused it as posted before, and it is not among the account's posts")
    return Absent("it is not among the account's posts")


def _sought(publication: Publication, rest: Rest, author: Author) -> Sought:
    # The earlier of the two: a clock that was set back between two sendings makes the second look older.
    known = [at for at in (publication.first_sent_at, publication.sending_since) if at]
    sent = min(known, default=rest.clock.now())
    poll = publication.post.options.get("poll")
    return Sought(
        author=author.urn,
        text=publication.post.text,
        since=sent - CLOCKS_DISAGREE,
        surely_since=sent - CLOCK_WRONG,
        uploads=urns_of(publication.checkpoint),
        link=publication.post.link,
        question=poll.get("question") if isinstance(poll, Mapping) else None,
        bound=publication.other_remote_ids,
    )


def _recent(rest: Rest, author: str, since: datetime) -> tuple[list[Mapping[str, Any]], bool]:
    """The author's posts since then, newest first; False when there were more than we read."""
    posts: list[Mapping[str, Any]] = []
    for _ in range(MOST_PAGES):
        params = {"q": "author", "author": author, "count": str(COUNT), "sortBy": "CREATED"}
        if posts:
            params["start"] = str(len(posts))
        body = rest.read("posts", call="linkedin.posts.list", params=params, method="FINDER")
        some = body.get("elements")
        if not isinstance(some, list):
            raise UnexpectedReply("LinkedIn answered a list without elements", platform=NAME)
        found = [post for post in some if isinstance(post, dict)]
        posts += found
        ages = [created_at(post) for post in found]
        if ages and all(age is not None and age < since for age in ages):
            return posts, True
        if _is_last(body, len(some), len(posts)):
            return posts, True
    return posts, False


def _is_last(body: Mapping[str, Any], count: int, seen: int) -> bool:
    """A page that is not full is the last one, unless the list itself says otherwise."""
    paging = body.get("paging")
    told = paging if isinstance(paging, dict) else {}
    links, total = told.get("links"), told.get("total")
    more = any(isinstance(one, dict) and one.get("rel") == "next" for one in links or ())
    if isinstance(total, int) and total > seen:
        more = True
    return count == 0 or (count < COUNT and not more)


def _named(rest: Rest, urn: str) -> list[Mapping[str, Any]]:
    """The post that a refusal named, if it exists."""
    try:
        return [rest.read("posts", urn, call="linkedin.post.read", params={"viewContext": "AUTHOR"})]
    except UnexpectedReply as error:
        if error.status != 404:
            raise
        return []
