"""How a post gets onto LinkedIn: the order of the steps. What replies mean, and details, live beside it.

Media go up first, unseen; then one call, ``POST /rest/posts``, makes the post, and names it in a header. There is no
draft that could be published later, and no idempotency key.
https://learn.microsoft.com/en-us/linkedin/marketing/community-management/shares/posts-api (read 2026-11-23)
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.errors import ContentRejected, MediaRejected, OutcomeUnknown, PlatformUnavailable
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Checkpoint, Finding, FollowUpSteps, PointOfNoReturn, Published, Steps
from planrrr_cli.platforms.base import Account, App, Publisher
from planrrr_cli.platforms.linkedin import allowances, find, follow
from planrrr_cli.platforms.linkedin import tokens as linkedin_tokens
from planrrr_cli.platforms.linkedin.body import body_of
from planrrr_cli.platforms.linkedin.media import MediaRecipe
from planrrr_cli.platforms.linkedin.refusals import (
    GrowingLimit,
    MediaNotReady,
    MediaOfAnother,
    SaysDuplicate,
)
from planrrr_cli.platforms.linkedin.replies import NAME
from planrrr_cli.platforms.linkedin.rest import Rest, made_id
from planrrr_cli.platforms.linkedin.rules import LINKEDIN_RULES, rules_for
from planrrr_cli.platforms.linkedin.urns import Author, address_in, author_of, permalink
from planrrr_cli.platforms.linkedin.versions import DEFAULT_VERSION, version_warnings

# Checkpoint keys: how often it met a limit that names no end; that LinkedIn spoke of a conflict.
LIMITED, CONFLICTED = "limited", "conflicted"
LONGEST_LIMIT = timedelta(hours=1)


class LinkedInPublisher(Publisher):
    """One attempt for one author, a person or an organization."""

    platform = Platform.LINKEDIN
    rules = LINKEDIN_RULES
    patience = find.PATIENCE
    buckets = allowances.BUCKETS
    charges = allowances.CHARGES

    @classmethod
    def needs(cls, publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
        return allowances.needs(publication, kind)

    def publish(self, publication: Publication) -> Steps:
        """Media first, unseen; then the one call that the public can see."""
        try:
            return (yield from self._publish(publication))
        except GrowingLimit as error:
            times = int(publication.checkpoint.get(LIMITED) or 0)
            yield Checkpoint(**{LIMITED: times + 1})
            now = self.clock.now()
            wait = ((error.retry_at or now) - now) * float(2 ** min(times, 10))
            error.retry_at = now + min(wait, LONGEST_LIMIT)
            raise

    def _publish(self, publication: Publication) -> Steps:
        rest, author = self._rest(publication.connection.tokens.access), _author(publication.connection)
        if find.is_unsettled(publication):
            raise OutcomeUnknown(
                "LinkedIn refused it as a duplicate; an earlier try may be out", platform=NAME
            )
        recipe = MediaRecipe(publication, rest, author.urn, self.media)
        waiting = yield from recipe.steps()
        if waiting is not None:
            return waiting
        body = body_of(publication.post, author.urn, recipe.media)
        yield PointOfNoReturn()
        try:
            urn = made_id(rest.commit("posts", call="linkedin.post.create", body=body))
        except SaysDuplicate as error:
            if publication.doubts == 0 and not publication.checkpoint.get(CONFLICTED):
                raise
            yield Checkpoint(
                **find.refused_as_duplicate(error.urn, self.clock.now(), doubts=publication.doubts)
            )
            raise OutcomeUnknown(
                f"{error.message}; an earlier try, whose answer was lost, is probably out",
                platform=NAME,
                status=error.status,
                code=error.code,
                request_id=error.request_id,
            ) from None
        except MediaNotReady:  # before PlatformUnavailable, which it is
            if not recipe.media:
                raise
            return (yield from recipe.refused_as_unfinished())
        except (MediaOfAnother, MediaRejected):
            yield recipe.forget(recipe.media)
            raise
        except PlatformUnavailable as error:
            if error.status == 409:
                yield Checkpoint(
                    **{CONFLICTED: True}
                )  # it meant "duplicate" once; the next one may be our own
            raise
        return Published(urn, permalink(rest.site, urn))

    def find(self, publication: Publication) -> Finding:
        rest = self._rest(publication.connection.tokens.access)
        return find.find(publication, rest, _author(publication.connection))

    def follow_up(self, publication: Publication) -> FollowUpSteps:
        rest = self._rest(publication.connection.tokens.access)
        return (yield from follow.follow_up(publication, rest, _author(publication.connection)))

    def can_refresh(self, connection: Connection) -> bool:
        """Most applications are given no refresh token: https://learn.microsoft.com/en-us/linkedin/shared/
        authentication/programmatic-refresh-tokens (read 2026-11-23)."""
        return bool(connection.tokens.refresh)

    def refresh(self, connection: Connection) -> Tokens:
        return linkedin_tokens.refresh(self._rest(connection.tokens.access), connection.tokens)

    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        return linkedin_tokens.identify(self._rest(tokens.access), tokens, account_id)

    @classmethod
    def rules_for(cls, connection: Connection | None) -> ContentRules:
        return rules_for(connection)

    @classmethod
    def remote_id_in(cls, url: str, connection: Connection) -> str | None:
        return address_in(url)

    @classmethod
    def warnings(cls, app: App, *, now: datetime) -> tuple[str, ...]:
        return version_warnings(app.api_version or DEFAULT_VERSION, today=now.date())

    def _rest(self, token: Secret) -> Rest:
        return Rest(self.api, self.app, token, self.clock)


def _author(connection: Connection) -> Author:
    author = author_of(connection)
    if author is None:  # the rules refuse it before; an account may have been renamed since
        raise ContentRejected(
            f"“{connection.account_id}” is no author on LinkedIn",
            platform=NAME,
            next_step="add the connection again with urn:li:person:… or urn:li:organization:…",
        )
    return author
