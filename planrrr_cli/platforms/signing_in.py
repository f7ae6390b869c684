"""How a person signs in to a platform: the interface of its authorization page, and the table of all. No HTTP here.

https://datatracker.ietf.org/doc/html/rfc6749#section-4.1 and rfc7636 (PKCE), read 2026-11-24.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from importlib import import_module
from typing import TYPE_CHECKING, Any, ClassVar
from urllib.parse import quote, urlencode, urlsplit

from planrrr_cli.domain.clock import Clock
from planrrr_cli.domain.connections import NOTHING, Platform, Tokens
from planrrr_cli.domain.errors import ConfigError, ErrorKind, PlatformError
from planrrr_cli.platforms.base import Account, App

if TYPE_CHECKING:
    from planrrr_cli.platforms.api import Api


@dataclass(frozen=True, slots=True)
class Wanted:
    """A permission that is asked for. ``needed``: without it nothing can be published; ``why`` ends the sentence
    "without it …"."""

    scope: str
    needed: bool
    why: str


class Redirects(StrEnum):
    """Where a platform lets its answer go, beyond the sandbox."""

    ANY_PORT = "any_port"  # http to this machine, on whatever port
    LOCALHOST = "localhost"  # http to localhost while the app is being developed, else what is registered
    REGISTERED = "registered"  # exactly what is registered with the app
    HTTPS = "https"  # the same, and only https


@dataclass(frozen=True, slots=True)
class Grant:
    """What a code was redeemed for. ``scopes`` empty: the platform did not say."""

    tokens: Tokens
    scopes: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Found:
    """An account that a grant opens. ``obstacle``: why nothing can be published there, and what helps."""

    account: Account
    obstacle: str | None = None


class SignInRefused(PlatformError):
    """The platform does not take the code; nothing was stored."""

    kind = ErrorKind.AUTH_FAILED_ERROR
    spends_attempt = False


class SignIn(ABC):
    """One way to sign in to one platform. Every method but :meth:`address` may raise PlatformError or ConfigError."""

    platform: ClassVar[Platform]
    way: ClassVar[str] = ""
    """Its name among several."""
    title: ClassVar[str]
    wanted: ClassVar[tuple[Wanted, ...]]
    """All permissions that are asked for unless a person says otherwise, each with its source."""
    pkce: ClassVar[bool] = False
    redirects: ClassVar[Redirects]
    this_machine: ClassVar[str] = "127.0.0.1"
    """How the platform wants it named in a redirect address."""
    secret_needed: ClassVar[bool] = True
    settings: ClassVar[tuple[str, str]]
    """The settings of the developer app: its id and its secret."""
    separator: ClassVar[str] = " "
    options: ClassVar[Mapping[str, Any]] = NOTHING
    """What the connection has to remember of this way."""

    @property
    def command(self) -> str:
        """What a person types for it."""
        return f"planrrr connect {self.platform}" + (f" --login {self.way}" if self.way else "")

    def app_of(self, app: App) -> App:
        """The developer app that is asked, where the platform knows several."""
        return app

    @abstractmethod
    def page_of(self, app: App) -> str:
        """The authorization page: the platform's own, or beside the API where an operator pointed that elsewhere."""

    def address(
        self,
        app: App,
        *,
        redirect_uri: str,
        state: str,
        challenge: str | None,
        scopes: tuple[str, ...],
    ) -> str:
        """Where a person agrees. It holds no secret: the challenge tells nothing of its verifier."""
        query = {
            "response_type": "code",
            "client_id": app.app_id or "",
            "redirect_uri": redirect_uri,
            "scope": self.separator.join(scopes),
            "state": state,
        }
        if challenge is not None:
            query |= {"code_challenge": challenge, "code_challenge_method": "S256"}
        return f"{self.page_of(app)}?{urlencode({**query, **self.more()}, quote_via=quote)}"

    def more(self) -> Mapping[str, str]:
        """What else this page is told."""
        return {}

    @abstractmethod
    def redeem(
        self, api: Api, app: App, *, code: str, redirect_uri: str, verifier: str | None, clock: Clock
    ) -> Grant:
        """Tokens for the code, which works once. SignInRefused when it does not."""

    @abstractmethod
    def accounts(
        self, api: Api, app: App, grant: Grant, clock: Clock, named: str | None = None
    ) -> list[Found]:
        """All that may be chosen, each with its own tokens and ends; NotFound when there is none.

        ``named``: the account that a person means, for platforms that do not list all.
        """

    def fits(self, account_id: str, options: Mapping[str, Any]) -> bool:
        """Whether an account that is known so far by this is signed in to in this way."""
        return True

    def same(self, account_id: str, known: str) -> bool:
        """Whether two ids mean one account."""
        return account_id == known

    def confirmed(self, api: Api, app: App, account: Account, clock: Clock) -> Account:
        """The chosen account, with what the platform says about its tokens."""
        return account

    def lacking(self, granted: tuple[str, ...], asked: tuple[Wanted, ...]) -> tuple[Wanted, ...]:
        """What of ``asked`` was not granted; nothing where nobody knows what was."""
        return tuple(one for one in asked if one.scope not in granted) if granted else ()

    def code_refused(self, said: str, *, status: int | None, code: str | None = None) -> SignInRefused:
        """For a code that was used already, is too old, or is not of this sign-in."""
        return SignInRefused(
            f"{self.title} does not take the code of this sign-in, which works once and not for long ({said})",
            platform=self.platform.value,
            status=status,
            code=code,
            next_step=f"nothing was changed; start again: {self.command}",
        )

    def app_refused(self, said: str) -> ConfigError:
        """For a developer app that the platform does not know, or whose secret or redirect address is wrong."""
        return ConfigError(
            f"{self.title} does not take the developer app, its secret or its redirect address ({said}); nothing was "
            f"changed; see {' and '.join(self.settings)}, or --app-id and --app-secret-file"
        )


SIGN_INS: dict[Platform, dict[str, str]] = {
    Platform.FACEBOOK: {"": "planrrr_cli.platforms.facebook.sign_in:FacebookSignIn"},
    Platform.INSTAGRAM: {
        "instagram": "planrrr_cli.platforms.instagram.sign_in:InstagramSignIn",
        "facebook": "planrrr_cli.platforms.instagram.sign_in:BehindPageSignIn",
    },
    Platform.X: {"": "planrrr_cli.platforms.x.sign_in:XSignIn"},
    Platform.YOUTUBE: {"": "planrrr_cli.platforms.youtube.sign_in:YouTubeSignIn"},
    Platform.LINKEDIN: {
        "person": "planrrr_cli.platforms.linkedin.sign_in:PersonSignIn",
        "organization": "planrrr_cli.platforms.linkedin.sign_in:OrganizationSignIn",
    },
}
"""The ways to sign in to each platform by name, the usual one first."""


def sign_in_of(platform: Platform, way: str | None = None) -> SignIn:
    """The way called ``way``, or the usual one; KeyError when there is none of that name."""
    ways = SIGN_INS[platform]
    module, _, name = ways[next(iter(ways)) if way is None else way].partition(":")
    found: type[SignIn] = getattr(import_module(module), name)
    return found()


def beside(configured: str, real: str, page: str) -> str:
    """``page``, as long as ``configured`` is the ``real`` host of the API; else the same path on the configured one."""
    if urlsplit(configured).netloc == urlsplit(real).netloc:
        return page
    return f"{configured.rstrip('/')}{urlsplit(page).path}"
