"""What a person brings when an account is added: tokens from files or by prompt, an app of their own, options."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from planrrr_cli.commands.account_options import options_of
from planrrr_cli.commands.asking import read_token
from planrrr_cli.context import Context
from planrrr_cli.documents.times import resolve_time
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import InvalidDocument, UsageError
from planrrr_cli.domain.secrets import Secret

META = frozenset({Platform.FACEBOOK, Platform.INSTAGRAM})


@dataclass(frozen=True, slots=True)
class Given:
    """As typed on the command line; files hold what must not be an argument, ``-`` is standard input."""

    token_file: str | None = None
    user_token_file: str | None = None
    refresh_token_file: str | None = None
    token_secret_file: str | None = None
    expires_at: str | None = None
    app_id: str | None = None
    app_secret_file: str | None = None
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Credentials:
    """Read and checked for form; whether they work, the platform has to say."""

    tokens: Tokens
    app_id: str | None
    app_secret: Secret | None
    options: dict[str, Any]

    def stranger(self, platform: Platform, account_id: str | None) -> Connection:
        """A connection that is not stored (yet), so that the platform can be asked whose tokens these are."""
        return Connection(
            id="",
            team_id="",
            platform=platform,
            account_id=account_id or "",
            account_name="",
            tokens=self.tokens,
            options=self.options,
            app_id=self.app_id,
            app_secret=self.app_secret,
        )


def read_credentials(ctx: Context, platform: Platform, given: Given) -> Credentials:
    """Raises UsageError."""
    files = (given.token_file, given.user_token_file, given.refresh_token_file, given.token_secret_file)
    if [*files, given.app_secret_file].count("-") > 1:
        raise UsageError("only one secret can come from standard input")
    _check_fit(platform, given)
    try:
        options = options_of(platform, given.options)
    except ValueError as error:
        raise UsageError(f"--option: {error}") from None
    tokens = _tokens(ctx, platform, given)
    secret = _optional(given.app_secret_file, f"{platform} app secret")
    return Credentials(tokens, given.app_id, secret, options)


def _check_fit(platform: Platform, given: Given) -> None:
    if given.user_token_file and platform not in META:
        raise UsageError(
            f"--user-token-file is for facebook and instagram; {platform} has --refresh-token-file"
        )
    if given.refresh_token_file and platform in META:
        raise UsageError(
            f"{platform} has no refresh tokens; the user token behind a Page token goes with --user-token-file"
        )
    if given.token_secret_file and platform is not Platform.X:
        raise UsageError(f"--token-secret-file is for OAuth 1.0a tokens of x; {platform} has none")
    if given.token_secret_file and given.refresh_token_file:
        raise UsageError("an OAuth 1.0a token has a secret and no refresh token; give one of the two files")
    if given.app_secret_file and not given.app_id:
        raise UsageError("--app-secret-file needs --app-id, whose secret it is")
    identity = given.app_id
    if identity is not None and not (identity and identity.isascii() and identity.isprintable()):
        raise UsageError(
            "--app-id must be the id that the platform gave to the app: letters, digits and signs"
        )


def _tokens(ctx: Context, platform: Platform, given: Given) -> Tokens:
    expires_at = _moment(ctx, given.expires_at)
    user = _optional(given.user_token_file, f"{platform} user token")
    if user and given.token_file is None:
        return Tokens(user, user, expires_at)
    access = read_token(given.token_file, f"{platform} token")
    refresh = _optional(given.refresh_token_file, f"{platform} refresh token")
    return Tokens(
        access, user or refresh, expires_at, _optional(given.token_secret_file, f"{platform} token secret")
    )


def _optional(source: str | None, what: str) -> Secret | None:
    return read_token(source, what) if source else None


def _moment(ctx: Context, typed: str | None) -> datetime | None:
    if typed is None:
        return None
    now, default = ctx.clock.now(), ctx.settings.timezone
    try:
        return resolve_time(typed, zone=None, default_zone=default, now=now, may_be_past=True).at
    except InvalidDocument as error:
        raise UsageError(f"--expires-at: {error}") from None
