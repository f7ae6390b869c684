"""How a video gets onto YouTube: what the run asks of a platform, handed to the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Finding, FollowUpSteps, Published, Steps, Unknown
from planrrr_cli.platforms.base import Account, Objection, Publisher
from planrrr_cli.platforms.youtube import find, follow, named
from planrrr_cli.platforms.youtube import tokens as google_tokens
from planrrr_cli.platforms.youtube.allowances import BUCKETS, CHARGES, explained
from planrrr_cli.platforms.youtube.links import video_in
from planrrr_cli.platforms.youtube.rest import Rest
from planrrr_cli.platforms.youtube.rules import YOUTUBE_RULES, rules_for
from planrrr_cli.platforms.youtube.upload import Upload


class YouTubePublisher(Publisher):
    """One attempt on one channel."""

    platform = Platform.YOUTUBE
    rules = YOUTUBE_RULES
    patience = find.PATIENCE
    buckets = BUCKETS
    charges = CHARGES

    def publish(self, publication: Publication) -> Steps:
        rest = self._rest(publication.connection.tokens.access)
        try:
            return (yield from Upload(publication, rest, self.media, self.progress).steps())
        except RateLimited as error:
            raise explained(error) from None

    def find(self, publication: Publication) -> Finding:
        return find.find(publication, self._rest(publication.connection.tokens.access))

    def look_at(self, publication: Publication, remote_id: str) -> Published | Objection | Unknown:
        return named.look_at(publication, self._rest(publication.connection.tokens.access), remote_id)

    def follow_up(self, publication: Publication) -> FollowUpSteps:
        rest = self._rest(publication.connection.tokens.access)
        return (yield from follow.follow_up(publication, rest, self.media))

    def can_refresh(self, connection: Connection) -> bool:
        return bool(connection.tokens.refresh)

    def refresh(self, connection: Connection) -> Tokens:
        return google_tokens.refresh(self._rest(connection.tokens.access), connection.tokens)

    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        return google_tokens.identify(self._rest(tokens.access), tokens, account_id)

    @classmethod
    def rules_for(cls, connection: Connection | None) -> ContentRules:
        return rules_for(connection)

    @classmethod
    def remote_id_in(cls, url: str, connection: Connection) -> str | None:
        return video_in(url)

    def _rest(self, token: Secret) -> Rest:
        return Rest(self.api, self.app, token, self.clock)
