"""What every platform's recipe is made of: the interface, and the values that cross it. No HTTP here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any, ClassVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import NOTHING, Connection, Platform, Tokens
from planrrr_cli.domain.doubt import Patience
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import AttemptKind, Publication
from planrrr_cli.domain.quota import Bucket
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Finding, FollowUpSteps, Landed, Published, Steps, Unknown

if TYPE_CHECKING:
    from planrrr_cli.platforms.api import Api
    from planrrr_cli.platforms.media import MediaSource


@dataclass(frozen=True, slots=True)
class App:
    """The developer app at one platform: where its API is and who we are there.

    ``consumer_key`` and ``consumer_secret`` sign the calls of OAuth 1.0a tokens. ``facebook``: the Facebook app through
    which Instagram accounts of Facebook Login are reached.
    """

    api_url: str
    upload_url: str = ""
    api_version: str = ""
    app_id: str | None = None
    app_secret: Secret | None = None
    oauth_url: str = ""
    consumer_key: Secret | None = None
    consumer_secret: Secret | None = None
    facebook: App | None = None

    def of(self, connection: Connection) -> App:
        """The same place with the connection's own developer app, where it has one.

        For an OAuth 1.0a token that is the key pair which signs; for others the OAuth 2 client.
        """
        if not connection.app_id:
            return self
        if connection.tokens.secret:
            return replace(
                self, consumer_key=Secret(connection.app_id), consumer_secret=connection.app_secret
            )
        facebook = self.facebook.of(connection) if self.facebook is not None else None
        return replace(self, app_id=connection.app_id, app_secret=connection.app_secret, facebook=facebook)


@dataclass(frozen=True, slots=True)
class Account:
    """What a token turned out to open, read from the platform itself; ``options`` are the connection's."""

    account_id: str
    account_name: str
    tokens: Tokens
    scopes: tuple[str, ...] = ()
    options: Mapping[str, Any] = field(default_factory=lambda: NOTHING)


@dataclass(frozen=True, slots=True)
class Objection:
    """Why the post that a person named is not the publication in doubt. ``final``: whatever the person knows."""

    reason: str
    final: bool = False


class Publisher(ABC):
    """One platform's recipe. An instance serves one attempt: its ``api`` records the calls and guards the lease.

    Every method may raise :class:`~planrrr_cli.domain.errors.PlatformError`; nothing else is expected to leave it.
    """

    platform: ClassVar[Platform]
    rules: ClassVar[ContentRules]
    patience: ClassVar[Patience]
    token_rest: ClassVar[timedelta | None] = None
    """How long an account rests when its token is refused just after it was renewed, on platforms that refuse good
    tokens on bad days. None: such a refusal is final, and a person has to sign in."""

    refresh_before: ClassVar[timedelta] = timedelta(minutes=10)
    """How long before its end a token is renewed on the way."""
    rotates: ClassVar[bool] = False
    """Whether a renewal uses up the refresh token, so that a lost answer is a doubt."""
    buckets: ClassVar[tuple[Bucket, ...]] = ()
    """The platform's limits, each with its source and the date it was read."""
    charges: ClassVar[Mapping[str, tuple[tuple[Bucket, int], ...]]] = NOTHING
    """What a call, by its name, uses up of which buckets; never what is a ``Spend``."""

    def __init__(self, api: Api, app: App, media: MediaSource, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.media = media
        self.clock = clock

    def progress(self, done: int, total: int) -> None:
        """So many bytes of an upload, of how many, are with the platform, where that is more than what has left."""
        self.media.progress(done, total)

    @abstractmethod
    def publish(self, publication: Publication) -> Steps:
        """The recipe; resumes from ``publication.checkpoint``. See :mod:`planrrr_cli.domain.steps`."""

    @abstractmethod
    def find(self, publication: Publication) -> Finding:
        """Look for a publication whose sending is in doubt; reads only."""

    def look_at(self, publication: Publication, remote_id: str) -> Published | Objection | Unknown:
        """Hold the post that a person named against what was sent; reads only."""
        return Unknown(f"{publication.platform} is not asked about single posts")

    @abstractmethod
    def follow_up(self, publication: Publication) -> FollowUpSteps:
        """Do it; resumes from ``publication.checkpoint``. What fails here never makes the post a failure."""

    @abstractmethod
    def can_refresh(self, connection: Connection) -> bool:
        """Whether :meth:`refresh` has what it needs."""

    @abstractmethod
    def refresh(self, connection: Connection) -> Tokens:
        """New tokens; ConnectionRevoked when only a person can help."""

    @abstractmethod
    def identify(
        self, tokens: Tokens, account_id: str | None, options: Mapping[str, Any] = NOTHING
    ) -> Account:
        """Which account these tokens open; ``account_id`` chooses when there are several.

        ``options`` are the connection's, as a person gave them.
        """

    @classmethod
    def rules_for(cls, connection: Connection | None) -> ContentRules:
        """What this account takes; None asks for the platform in general, without knowing an account."""
        return cls.rules

    @classmethod
    def needs(cls, publication: Publication, kind: AttemptKind) -> Mapping[str, int]:
        """The calls with a price that such an attempt will make, and how often, as far as that is known before. They
        are reserved before it begins; what is not made is given back, and what is made besides is counted then."""
        return NOTHING

    @classmethod
    def landed(cls, publication: Publication, remote_id: str) -> Landed | Published | None:
        """What a person's word means that the call in doubt made ``remote_id``, where a post has several parts: more
        is to come after it, or all of it is out. None: the post is what was named."""
        return None

    @classmethod
    def remote_id_in(cls, url: str, connection: Connection) -> str | None:
        """The platform's id of a post in its address; None where the address does not hold it."""
        return None

    @classmethod
    def warnings(cls, app: App, *, now: datetime) -> tuple[str, ...]:
        """Sentences about the configuration that a person should read, such as an API version that ends soon."""
        return ()
