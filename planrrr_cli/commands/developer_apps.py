"""Whose developer app a sign-in is made with: the one that is named, the connection's own, or that of the settings."""

from __future__ import annotations

from dataclasses import dataclass

from planrrr_cli.commands.asking import read_token
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Tokens
from planrrr_cli.domain.errors import ConfigError, UsageError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.logs import mask
from planrrr_cli.platforms.base import App
from planrrr_cli.platforms.signing_in import SignIn
from planrrr_cli.store import connections


@dataclass(frozen=True, slots=True)
class AppGiven:
    """As typed; the secret is in a file, ``-`` is standard input."""

    app_id: str | None = None
    app_secret_file: str | None = None


@dataclass(frozen=True, slots=True)
class Chosen:
    """``app_id`` and ``app_secret`` are kept with the connection; None where the settings have them."""

    app: App
    app_id: str | None
    app_secret: Secret | None


def app_for(ctx: Context, sign_in: SignIn, given: AppGiven, known: Connection | None) -> Chosen:
    """Raises UsageError, or ConfigError where something is missing."""
    app_id, secret = _own(ctx, sign_in, given, known)
    stranger = Connection(
        "", "", sign_in.platform, "", "", Tokens(Secret("")), app_id=app_id, app_secret=secret
    )
    app = sign_in.app_of(ctx.app(sign_in.platform).of(stranger))
    mask.learn(app.app_secret)
    missing = [
        name
        for name, value in zip(sign_in.settings, (app.app_id, app.app_secret), strict=True)
        if not value and (sign_in.secret_needed or name == sign_in.settings[0])
    ]
    if missing and app_id:
        raise UsageError(f"--app-id needs --app-secret-file: {sign_in.title} asks for the app's secret")
    if missing:
        raise ConfigError(
            f"signing in to {sign_in.title} needs a developer app: set {' and '.join(missing)}, or name one with "
            "--app-id and --app-secret-file"
        )
    return Chosen(app, app_id, secret)


def _own(
    ctx: Context, sign_in: SignIn, given: AppGiven, known: Connection | None
) -> tuple[str | None, Secret | None]:
    if given.app_secret_file and not given.app_id:
        raise UsageError("--app-secret-file needs --app-id, whose secret it is")
    if given.app_id is not None:
        if not (given.app_id and given.app_id.isascii() and given.app_id.isprintable()):
            raise UsageError(
                "--app-id must be the id that the platform gave to the app: letters, digits and signs"
            )
        what = f"{sign_in.platform} app secret"
        return given.app_id, read_token(given.app_secret_file, what) if given.app_secret_file else None
    if known is None or not known.app_id or known.tokens.secret is not None:
        return None, None  # a key pair of OAuth 1.0a is no client of OAuth 2
    with ctx.store.reading() as tx:
        return known.app_id, connections.find(tx, known.id).app_secret
