"""Instagram: what the run asks of a platform, handed to the modules beside it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.errors import RateLimited
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.steps import Checkpoint, Finding, FollowUpSteps, Published, Steps, Unknown
from planrrr_cli.platforms.base import Account, App, Objection, Publisher
from planrrr_cli.platforms.instagram import allowances, find, follow, named
from planrrr_cli.platforms.instagram import tokens as instagram_tokens
from planrrr_cli.platforms.instagram.allowances import CONTAINERS, PUBLISHES
from planrrr_cli.platforms.instagram.calls import Calls, Login, login_in
from planrrr_cli.platforms.instagram.codes import SUSPECTED, is_used_up, patience_with
from planrrr_cli.platforms.instagram.recipe import Recipe
from planrrr_cli.platforms.instagram.rules import INSTAGRAM_RULES, rules_for
from planrrr_cli.platforms.meta.graph import DEFAULT_VERSION
from planrrr_cli.platforms.meta.refusals import GrowingLimit
from planrrr_cli.platforms.meta.versions import version_warnings

LIMITED = "limited"  # checkpoint key: how often it met a limit that names no end


class InstagramPublisher(Publisher):
    """One attempt on one professional account, of either login."""

    platform = Platform.INSTAGRAM
    rules = INSTAGRAM_RULES
    patience = find.PATIENCE
    buckets = allowances.BUCKETS
    charges = allowances.CHARGES
    # Tokens of Instagram Login live 60 days, and an expired one cannot be renewed.
    refresh_before = timedelta(days=14)

    @classmethod
    def needs(cls, publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
        return allowances.needs(publication, kind)

    def publish(self, publication: Publication) -> Steps:
        """Containers first, unseen; then the one call that the public can see."""
        try:
            return (yield from Recipe(publication, self._calls(publication.connection), self.media).steps())
        except GrowingLimit as error:
            times = int(publication.checkpoint.get(LIMITED) or 0)
            yield Checkpoint(**{LIMITED: times + 1})
            now = self.clock.now()
            error.retry_at = now + patience_with((error.retry_at or now) - now, times)
            if error.code == SUSPECTED:
                error.bucket = PUBLISHES  # looks and comments go on
            raise
        except RateLimited as error:
            if is_used_up(error) and error.bucket is None:  # the publishing call's own was told apart
                error.bucket = CONTAINERS
            raise

    def find(self, publication: Publication) -> Finding:
        return find.find(publication, self._calls(publication.connection))

    def look_at(self, publication: Publication, remote_id: str) -> Published | Objection | Unknown:
        return named.look_at(publication, self._calls(publication.connection), remote_id)

    def follow_up(self, publication: Publication) -> FollowUpSteps:
        return (yield from follow.follow_up(publication, self._calls(publication.connection)))

    def can_refresh(self, connection: Connection) -> bool:
        """A token of Instagram Login renews itself; a Page's is made anew from the user token behind it."""
        own = login_in(connection.options) is Login.INSTAGRAM
        return own or bool(connection.tokens.refresh)

    def refresh(self, connection: Connection) -> Tokens:
        calls = self._calls(connection)
        if calls.login is Login.INSTAGRAM:
            return instagram_tokens.refresh(calls, connection.tokens)
        return instagram_tokens.refresh_behind_page(calls, connection)

    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        login = login_in(options)
        calls = Calls(self.api, self.app, self.clock, login, replace(tokens, refresh=None))
        if login is Login.INSTAGRAM:
            return instagram_tokens.identify(calls, self.app, tokens, account_id)
        page_id = options.get("page_id")
        return instagram_tokens.identify_behind_page(
            calls, tokens, account_id, str(page_id) if page_id else None
        )

    @classmethod
    def rules_for(cls, connection: Connection | None) -> ContentRules:
        return rules_for(connection)

    @classmethod
    def remote_id_in(cls, url: str, connection: Connection) -> str | None:
        return named.shortcode_in(url)

    @classmethod
    def warnings(cls, app: App, *, now: datetime) -> tuple[str, ...]:
        return version_warnings(app.api_version or DEFAULT_VERSION, today=now.date())

    def _calls(self, connection: Connection) -> Calls:
        return Calls.of(self.api, self.app, self.clock, connection)
