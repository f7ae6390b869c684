"""`init`: makes or migrates the database and, with SQLite, the key file; says what it did and what to do next."""

from __future__ import annotations

from urllib.parse import urlsplit

from planrrr_cli import render
from planrrr_cli.context import Context
from planrrr_cli.domain.errors import ConfigError
from planrrr_cli.settings import Settings
from planrrr_cli.settings.keyfile import load_key
from planrrr_cli.store import connections, keys


def init(ctx: Context, *, as_json: bool) -> int:
    """Safe to repeat, also by two hosts at once. The context must have been opened without using the store."""
    settings = ctx.settings
    lacks_key = _lacks_key(settings)
    migrated = ctx.store.migrate()
    key_made = lacks_key and _make_key(ctx)
    with ctx.store.reading() as tx:
        accounts = len(connections.listing(tx, tokens=False))
    what = "created" if migrated.created else "migrated" if migrated.before != migrated.after else "unchanged"
    if as_json:
        shape = {
            "database": {
                "kind": ctx.store.dialect,
                "where": where(settings),
                "action": what,
                "before": migrated.before,
                "after": migrated.after,
            },
            "key": {"file": _key_file(settings), "created": key_made},
            "team": settings.team,
            "connections": accounts,
        }
        render.document({"schema": "planrrr.init/1"} | shape)
        return 0
    said = {
        "created": "created",
        "migrated": f"migrated from {migrated.before}",
        "unchanged": "already up to date",
    }
    render.line(f"database  {where(settings)}: {said[what]} (schema {migrated.after})")
    render.line(f"key       {_key_sentence(settings, made=key_made)}")
    render.line(f"team      {settings.team}, {render.counted(accounts, 'connection')}")
    render.say(_next(accounts))
    return 0


def _lacks_key(settings: Settings) -> bool:
    """Whether the key file is still to be made. ConfigError before anything is written when there can be no key."""
    path = settings.encryption_key_file
    if settings.encryption_key is None and path is not None and not path.exists():
        if settings.database_path is None:
            raise ConfigError(
                f"the key file {path} does not exist; every host needs the same one, made by: openssl rand -hex 32"
            )
        return True
    load_key(settings, create=False)
    return False


def _make_key(ctx: Context) -> bool:
    """True. ConfigError while there are tokens that only a lost key can read: a new key would hide the loss."""
    with ctx.store.reading() as tx:
        if keys.fingerprints(tx):
            raise ConfigError(
                f"the key file {ctx.settings.encryption_key_file} is gone, and the stored tokens cannot be read "
                "without it; restore it from a backup, or give the tokens up (planrrr connections remove, for each) "
                "and run planrrr init again"
            )
    load_key(ctx.settings, create=True)
    return True


def where(settings: Settings) -> str:
    """The database for people: a path, or host and name without user and password."""
    if settings.database_path is not None:
        return str(settings.database_path)
    parts = urlsplit(settings.database_url.reveal())
    return f"{parts.hostname or 'local'}{parts.path}"


def _key_file(settings: Settings) -> str | None:
    return str(settings.encryption_key_file) if settings.encryption_key is None else None


def _key_sentence(settings: Settings, *, made: bool) -> str:
    path = _key_file(settings)
    if path is None:
        return "taken from ENCRYPTION_KEY"
    if made:
        return f"{path}: created; keep a copy in a safe place, without it the tokens cannot be read"
    return f"{path}: there already"


def _next(accounts: int) -> str:
    if accounts:
        return "next: planrrr add FILE --at TIME, and planrrr publish-due every minute from cron"
    return "next: planrrr connect facebook (or try everything without an account: planrrr demo)"
