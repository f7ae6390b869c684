"""How a post gets onto a Facebook Page: the order of the steps. What replies mean, and details, live beside it.

Text, links and all photos go out by one call, ``POST /{page}/feed``; a video goes out by its id, which is known
before. There is no idempotency key. https://developers.facebook.com/docs/pages-api/posts (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import ExitStack
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.errors import ConnectionRevoked, OutcomeUnknown
from planrrr_cli.domain.posts import MediaKind, Post
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import (
    Checkpoint,
    Finding,
    FollowUpSteps,
    PointOfNoReturn,
    Published,
    Steps,
    Unknown,
)
from planrrr_cli.platforms.base import Account, App, Objection, Publisher
from planrrr_cli.platforms.facebook import allowances, find, follow, named
from planrrr_cli.platforms.facebook import tokens as facebook_tokens
from planrrr_cli.platforms.facebook.find import REFUSED_AS_DUPLICATE
from planrrr_cli.platforms.facebook.graph import Graph, id_of, page_of
from planrrr_cli.platforms.facebook.photos import upload_photos
from planrrr_cli.platforms.facebook.replies import NAME
from planrrr_cli.platforms.facebook.rules import FACEBOOK_RULES
from planrrr_cli.platforms.facebook.video import VideoRecipe
from planrrr_cli.platforms.media import Opener, OpenMedia, media_errors
from planrrr_cli.platforms.meta.graph import DEFAULT_VERSION
from planrrr_cli.platforms.meta.refusals import GrowingLimit, SaysDuplicate
from planrrr_cli.platforms.meta.replies import Role
from planrrr_cli.platforms.meta.versions import version_warnings

# Calls that are made meanwhile count and lengthen the block, so the wait doubles each time.
# https://developers.facebook.com/docs/graph-api/overview/rate-limiting (read 2026-08-23)
LIMITED = "limited"  # checkpoint key: how often it met such a limit
LONGEST_LIMIT = timedelta(hours=24)


class FacebookPublisher(Publisher):
    """One attempt on one Page. ``options.as`` of a post chooses ``reel`` (the default) or ``video`` for a video."""

    platform = Platform.FACEBOOK
    rules = FACEBOOK_RULES
    patience = find.PATIENCE
    buckets = allowances.BUCKETS
    charges = allowances.CHARGES

    @classmethod
    def needs(cls, publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
        return allowances.needs(publication, kind)

    def publish(self, publication: Publication) -> Steps:
        """Photos and videos first, unseen; then the one call that the public can see."""
        try:
            return (yield from self._publish(publication))
        except GrowingLimit as error:
            times = int(publication.checkpoint.get(LIMITED) or 0)
            yield Checkpoint(**{LIMITED: times + 1})
            now = self.clock.now()
            wait = ((error.retry_at or now) - now) * 2 ** min(times, 10)
            error.retry_at = now + min(wait, LONGEST_LIMIT)
            raise

    def _publish(self, publication: Publication) -> Steps:
        graph, page = self._graph(publication.connection.tokens.access), page_of(publication.connection)
        with ExitStack() as stack:
            first = self._first(publication)
            if first is not None:
                stack.enter_context(first)
            open_ = self._opener(publication.post, first)
            if _is_video(publication, first):
                return (yield from VideoRecipe(publication, graph, open_, page).steps())
            photos = yield from upload_photos(publication, graph, open_, page)
        return (yield from self._feed(publication, graph, page, photos))

    def _feed(self, publication: Publication, graph: Graph, page: str, photos: list[str]) -> Steps:
        fields: dict[str, object] = {
            "message": publication.post.text or None,
            "link": publication.post.link or None,
            **{f"attached_media[{index}]": {"media_fbid": photo} for index, photo in enumerate(photos)},
        }
        yield PointOfNoReturn()
        try:
            body = graph.commit(page, "feed", call="facebook.feed.create", fields=fields)
        except SaysDuplicate as error:
            if publication.doubts == 0:
                raise
            yield Checkpoint(**{REFUSED_AS_DUPLICATE: True})
            raise OutcomeUnknown(
                f"{error.message}; an earlier try, whose answer was lost, is probably out",
                platform=NAME,
                status=error.status,
                code=error.code,
                request_id=error.request_id,
            ) from None
        return Published(id_of(body, "id", Role.COMMIT))

    def find(self, publication: Publication) -> Finding:
        graph = self._graph(publication.connection.tokens.access)
        return find.find(publication, graph, page_of(publication.connection))

    def look_at(self, publication: Publication, remote_id: str) -> Published | Objection | Unknown:
        graph = self._graph(publication.connection.tokens.access)
        return named.look_at(publication, graph, page_of(publication.connection), remote_id)

    def follow_up(self, publication: Publication) -> FollowUpSteps:
        graph = self._graph(publication.connection.tokens.access)
        return (yield from follow.follow_up(publication, graph, page_of(publication.connection)))

    def can_refresh(self, connection: Connection) -> bool:
        return bool(connection.tokens.refresh)

    def refresh(self, connection: Connection) -> Tokens:
        if not connection.tokens.refresh:
            raise ConnectionRevoked(
                "there is no user token from which a new Page token could be made",
                platform=NAME,
                next_step="sign in again: planrrr connect facebook",
            )
        return facebook_tokens.refresh(self._graph(connection.tokens.refresh), connection)

    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        return facebook_tokens.identify(self._graph(tokens.access), tokens, account_id)

    @classmethod
    def warnings(cls, app: App, *, now: datetime) -> tuple[str, ...]:
        return version_warnings(app.api_version or DEFAULT_VERSION, today=now.date())

    def _graph(self, token: Secret) -> Graph:
        return Graph(self.api, self.app, token, self.clock)

    def _first(self, publication: Publication) -> OpenMedia | None:
        """The first medium, opened, if nobody knows yet what its URL holds."""
        media, notes = publication.post.media, publication.checkpoint
        if not media or media[0].kind is not None or notes.get("video_id") or notes.get("photos"):
            return None
        with media_errors(NAME, 0):
            return self.media.open(media[0])

    def _opener(self, post: Post, first: OpenMedia | None) -> Opener:
        def open_(position: int, limit: int) -> OpenMedia:
            nonlocal first
            if position == 0 and first is not None:
                found, first = first, None
                return found
            return self.media.open(post.media[position], limit=limit)

        return open_


def _is_video(publication: Publication, first: OpenMedia | None) -> bool:
    if publication.checkpoint.get("video_id"):
        return True
    media = publication.post.media
    return bool(media) and (first.media if first else media[0]).kind is MediaKind.VIDEO
