"""What every platform's recipe is made of: the interface, and the values that cross it. No HTTP here."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, ClassVar

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.doubt import Patience
from planrrr_cli.domain.posts import ContentRules
from planrrr_cli.domain.publications import Publication
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.domain.steps import Finding, FollowUpSteps, Published, Steps, Unknown

if TYPE_CHECKING:
    from planrrr_cli.platforms.api import Api
    from planrrr_cli.platforms.media import MediaSource


@dataclass(frozen=True, slots=True)
class App:
    """The operator's application at one platform: where its API is and who we are there."""

    api_url: str
    upload_url: str = ""
    api_version: str = ""
    app_id: str | None = None
    app_secret: Secret | None = None


@dataclass(frozen=True, slots=True)
class Account:
    """What a token turned out to open, read from the platform itself."""

    account_id: str
    account_name: str
    tokens: Tokens
    scopes: tuple[str, ...] = ()


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

    def __init__(self, api: Api, app: App, media: MediaSource, clock: Clock) -> None:
        self.api = api
        self.app = app
        self.media = media
        self.clock = clock

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
    def identify(self, tokens: Tokens, account_id: str | None) -> Account:
        """Which account these tokens open; ``account_id`` chooses when there are several."""

    @classmethod
    def warnings(cls, app: App, *, now: datetime) -> tuple[str, ...]:
        """Sentences about the configuration that a person should read, such as an API version that ends soon."""
        return ()
