"""X: what the run asks of a platform, handed to the modules beside it; and refusals of the token, which may pass."""

from __future__ import annotations

from collections.abc import Callable, Generator, Mapping
from datetime import datetime, timedelta
from typing import Any

from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.errors import (
    ConnectionRevoked,
    ContentRejected,
    MediaRejected,
    PlatformError,
    PlatformUnavailable,
    TokenExpired,
)
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.steps import Checkpoint, Finding, FollowUpSteps, Landed, Published, Steps, Unknown
from planrrr_cli.platforms.base import Account, Publisher
from planrrr_cli.platforms.media import Opener, OpenMedia
from planrrr_cli.platforms.x import allowances, find, follow
from planrrr_cli.platforms.x import tokens as x_tokens
from planrrr_cli.platforms.x.calls import Calls
from planrrr_cli.platforms.x.links_to import permalink
from planrrr_cli.platforms.x.options import SUBTITLES, status_id
from planrrr_cli.platforms.x.parts import parts_of
from planrrr_cli.platforms.x.recipe import Recipe
from planrrr_cli.platforms.x.refusals import Forbidden, TokenDoubted
from planrrr_cli.platforms.x.replies import NAME
from planrrr_cli.platforms.x.rules import X_RULES, Privileges, rules_of

# One 401 is no proof that a token is dead: for hours of 2026-06-30 X refused good ones.
# https://docs.x.com/incidents (read 2026-08-22)
UNAUTHORIZED, FORBIDDEN = "unauthorized", "forbidden"  # checkpoint keys
PATIENT = (timedelta(minutes=5), timedelta(minutes=15), timedelta(hours=1), timedelta(hours=2))


class XPublisher(Publisher):
    """One attempt on one account, opened by an OAuth 2 or an OAuth 1.0a token."""

    platform = Platform.X
    rules = X_RULES
    patience = find.PATIENCE
    buckets = allowances.BUCKETS
    charges = allowances.CHARGES
    token_rest = PATIENT[0]
    rotates = True

    @classmethod
    def rules_for(cls, connection: Connection | None) -> ContentRules:
        return rules_of(Privileges.of(connection))

    @classmethod
    def landed(cls, publication: Publication, remote_id: str) -> Landed | Published | None:
        return find.landed(publication, remote_id)

    @classmethod
    def remote_id_in(cls, url: str, connection: Connection) -> str | None:
        return status_id(url)

    @classmethod
    def needs(cls, publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
        return allowances.needs(publication, kind)

    def publish(self, publication: Publication) -> Steps:
        recipe = Recipe(
            publication,
            self._calls(publication.connection.tokens),
            self._opener(publication),
            self._subtitles(publication),
        )
        try:
            return (yield from recipe.steps())
        except TokenExpired as error:
            raise self._with_parts((yield from self._doubted(error, publication)), recipe) from None
        except Forbidden as error:
            again = publication.checkpoint.get(FORBIDDEN)
            yield Checkpoint(**{FORBIDDEN: True})
            raise self._with_parts(_revoked(error) if again else error, recipe) from None
        except PlatformError as error:
            raise self._with_parts(error, recipe) from None

    def find(self, publication: Publication) -> Finding:
        calls = self._calls(publication.connection.tokens)
        try:
            return find.find(publication, calls, publication.connection.account_id)
        except TokenExpired as error:
            if self.can_refresh(publication.connection):
                raise
            return Unknown(f"the look failed: {error.message}")

    def follow_up(self, publication: Publication) -> FollowUpSteps:
        calls = self._calls(publication.connection.tokens)
        try:
            return (yield from follow.follow_up(publication, calls, publication.connection.account_id))
        except TokenExpired as error:
            if self.can_refresh(publication.connection):
                raise
            raise PlatformUnavailable(error.message, platform=NAME, status=error.status) from None

    def can_refresh(self, connection: Connection) -> bool:
        """OAuth 1.0a tokens have no end and no refresh."""
        return bool(connection.tokens.refresh) and not connection.tokens.secret

    def refresh(self, connection: Connection) -> Tokens:
        return x_tokens.refresh(self._calls(connection.tokens), connection.tokens)

    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        return x_tokens.identify(self._calls(tokens), tokens, account_id)

    def _calls(self, tokens: Tokens) -> Calls:
        return Calls(self.api, self.app, tokens, self.clock)

    def _opener(self, publication: Publication) -> Opener:
        return lambda position, limit: self.media.open(publication.post.media[position], limit=limit)

    def _subtitles(self, publication: Publication) -> Callable[[], OpenMedia] | None:
        file = publication.post.attachments.get(SUBTITLES)
        return (lambda: self.media.open(file)) if file is not None else None

    def _doubted(
        self, error: TokenExpired, publication: Publication
    ) -> Generator[Checkpoint, None, PlatformError]:
        """The first refusal leads to a refresh; a token that comes of it is not refused for its age."""
        tokens, now = publication.connection.tokens, self.clock.now()
        noted = dict(publication.checkpoint.get(UNAUTHORIZED) or {})
        token = tokens.expires_at.isoformat() if tokens.expires_at else "without end"
        times = int(noted.get("times") or 0)
        if self.can_refresh(publication.connection) and not times and noted.get("token") in {None, token}:
            yield Checkpoint(**{UNAUTHORIZED: {"token": token}})
            return error
        yield Checkpoint(**{UNAUTHORIZED: {"token": token, "times": times + 1}})
        return _still_unauthorized(error, times, now)

    def _with_parts(self, error: PlatformError, recipe: Recipe) -> PlatformError:
        """Whoever reads of a failure in the middle of a thread has to know what is out already."""
        done, parts = recipe.done, parts_of(recipe.publication.post)
        if not done or len(done) >= len(parts):
            return error
        address = permalink(recipe.calls.site, recipe.publication.connection, done[0])
        error.message = (
            f"{len(done)} of {len(parts)} parts of the thread are out ({address}); {error.message}"
        )
        error.args = (error.message,)
        if isinstance(error, ContentRejected | MediaRejected):
            error.next_step = f"add the rest as a document of its own, with  x: {{reply_to: {done[-1]}}}"
        return error


def _still_unauthorized(error: TokenExpired, times: int, now: datetime) -> PlatformError:
    if times >= len(PATIENT):
        return _revoked(error)
    return TokenDoubted(
        f"X refuses a token that should be good ({error.message}); it may be X's own trouble",
        platform=NAME,
        retry_at=now + PATIENT[times],
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next_step="it is tried again by itself; to sign in anew: planrrr connect x",
    )


def _revoked(error: PlatformError) -> ConnectionRevoked:
    return ConnectionRevoked(
        error.message,
        platform=NAME,
        status=error.status,
        code=error.code,
        request_id=error.request_id,
        next_step="sign in again with all scopes, and let the app write: planrrr connect x",
    )
