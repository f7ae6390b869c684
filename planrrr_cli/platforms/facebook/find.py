"""Looks for a Facebook publication whose sending is in doubt: reads only, and proves nothing from a failed read."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.doubt import by_listing
from planrrr_cli.domain.errors import ConnectionRevoked, PlatformError, RateLimited, TokenExpired
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.settlement import ACCEPTED
from planrrr_cli.domain.steps import Absent, Finding, Published, Unknown
from planrrr_cli.platforms.facebook import video as videos
from planrrr_cli.platforms.facebook.graph import Graph
from planrrr_cli.platforms.facebook.match import FIELDS, Sought, sort
from planrrr_cli.platforms.facebook.photos import uploaded
from planrrr_cli.platforms.facebook.status import Phase
from planrrr_cli.platforms.meta.graph import MOST_PAGES, text_of
from planrrr_cli.platforms.meta.replies import lacks_permission
from planrrr_cli.platforms.meta.shown import moment

CLOCKS_DISAGREE = timedelta(minutes=2)
CLOCK_WRONG = timedelta(
    hours=25
)  # a host's clock that was set a day fast must not make a live post look too old
REFUSED_AS_DUPLICATE = "refused_as_duplicate"
READING = "pages_read_engagement and pages_read_user_content"

# How soon a new post shows in the feed is not documented. A post that comes half an hour late is a nuisance, one that
# is public twice is not mended: https://developers.facebook.com/docs/graph-api/reference/page/feed (read 2026-11-23)
PATIENCE = by_listing(
    "our own choice: Facebook documents no delay (https://developers.facebook.com/docs/graph-api/"
    "reference/page/feed, read 2026-11-23)"
)


def find(publication: Publication, graph: Graph, page: str) -> Finding:
    """Raises ConnectionRevoked or TokenExpired (the token is dead) and RateLimited (stay away); else a Finding."""
    try:
        video_id = publication.checkpoint.get("video_id")
        return _find_video(publication, graph, video_id) if video_id else _find_post(publication, graph, page)
    except ConnectionRevoked as error:
        if not lacks_permission(error):
            raise
        return Unknown(f"{error.message}; reading the Page back needs {READING}", ask_person=True)
    except (TokenExpired, RateLimited):
        raise
    except PlatformError as error:
        return Unknown(f"the look failed: {error.message}")


def _find_video(publication: Publication, graph: Graph, video_id: str) -> Finding:
    """Exact: the id was known before anything could be public."""
    video = videos.read(graph, video_id)
    accepted = bool(publication.checkpoint.get(ACCEPTED))
    match video.phase:
        case Phase.PUBLISHED:
            return videos.published(video, video_id, publication.checkpoint.get("video_post_id"))
        case Phase.DEAD:
            return Absent(f"Facebook did not publish video {video_id}: {video.reason}", conclusive=True)
        case Phase.OPEN if not accepted and not video.busy:
            return Absent(f"video {video_id} is uploaded and not published", conclusive=True)
        case Phase.OPEN | Phase.PUBLISHING:
            return Unknown(f"Facebook has not finished with video {video_id}")
        case Phase.UNCLEAR:
            return Unknown(f"Facebook does not say how far video {video_id} is")


def _find_post(publication: Publication, graph: Graph, page: str) -> Finding:
    sought = sought_for(publication, graph)
    posts, complete = _recent(graph, page, sought.surely_since)
    found = sort(posts, sought)
    if len(found.same) == 1:
        return _published(found.same[0])
    if len(found.same) > 1:
        return Unknown(f"{len(found.same)} posts on the Page fit; only a person can tell", ask_person=True)
    story = _story(publication, graph)
    if story is not None:
        return story
    if found.unclear:
        return Unknown("a post on the Page fits as far as Facebook shows it")
    if not complete:
        return Unknown("the Page has too many posts since then to read them all")
    if publication.checkpoint.get(REFUSED_AS_DUPLICATE):
        return Unknown("Facebook refused it as posted before, and it is not in the Page's feed")
    return Absent("it is not in the Page's feed")


def sought_for(publication: Publication, graph: Graph) -> Sought:
    """What a post on the Page is compared with."""
    # The earlier of the two: a clock that was set back between two sendings makes the second look older.
    known = [at for at in (publication.first_sent_at, publication.sending_since) if at]
    sent = min(known, default=graph.clock.now())
    earlier = publication.checkpoint.get("earlier_photos") or []
    sets = [ids for ids in [uploaded(publication.checkpoint), *earlier] if ids]
    return Sought(
        text=publication.post.text,
        since=sent - CLOCKS_DISAGREE,
        surely_since=sent - CLOCK_WRONG,
        has_link=bool(publication.post.link),
        photo_sets=tuple(frozenset(ids) for ids in sets),
        app_id=graph.app.app_id,
        bound=publication.other_remote_ids,
    )


def _recent(graph: Graph, page: str, since: datetime) -> tuple[list[Mapping[str, Any]], bool]:
    """The Page's posts since then; False when there were more than we read.

    ``since`` is not among the feed's own parameters, so it may be ignored: ages are looked at here as well.
    """
    posts: list[Mapping[str, Any]] = []
    lists = graph.pages(
        page, "feed", call="facebook.feed.read", fields=FIELDS, since=str(int(since.timestamp())), limit="100"
    )
    for number, some in enumerate(lists, start=1):
        posts += some
        ages = [moment(post.get("created_time")) for post in some]
        if ages and all(age is not None and age < since for age in ages):
            return posts, True
        if number == MOST_PAGES:
            return posts, not some
    return posts, True


def _story(publication: Publication, graph: Graph) -> Finding | None:
    """The post that one of our photos belongs to, if Facebook says so: exact, but what the field holds for an
    unpublished photo is not documented, so the post itself has to say that it is published."""
    for photo in uploaded(publication.checkpoint)[:1]:
        try:
            body = graph.read(photo, call="facebook.photo.read", fields="page_story_id,link")
        except (ConnectionRevoked, TokenExpired, RateLimited):
            raise
        except PlatformError:
            return None  # extra evidence only; without it the feed decides
        story = text_of(body, "page_story_id")
        if story is None or story in publication.other_remote_ids:
            return None
        post = graph.read(story, call="facebook.post.read", fields="is_published,permalink_url")
        if post.get("is_published") is True:
            return Published(story, text_of(post, "permalink_url"))
    return None


def _published(post: Mapping[str, Any]) -> Published:
    return Published(str(post["id"]), text_of(post, "permalink_url"))
