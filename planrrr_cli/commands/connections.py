"""`connections add|list|show|pause|resume|remove`: the accounts that we may publish to; import is in its own module."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence

from planrrr_cli import render
from planrrr_cli.commands.asking import confirm
from planrrr_cli.commands.credentials import Credentials, Given, read_credentials
from planrrr_cli.commands.shapes import connection_shape, short
from planrrr_cli.commands.showing import zone
from planrrr_cli.commands.targets import read_platform, waits
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import ConnectionRevoked, TokenExpired, UsageError
from planrrr_cli.platforms.base import Account
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection

SCHEMA = "planrrr.connections/1"
LONGEST_NAME = 500


def add(
    ctx: Context,
    platform_name: str,
    given: Given,
    *,
    account_id: str | None,
    account_name: str | None,
    check: bool,
    as_json: bool,
) -> int:
    """Adds one account, or signs in again to one that is there; the platform is asked who the token is."""
    platform = read_platform(platform_name)
    _check_name(account_name)
    _check_id(account_id)
    credentials = read_credentials(ctx, platform, given)
    if check:
        account = _identified(ctx, platform, credentials, account_id)
    elif account_id and account_name:
        account = Account(account_id, account_name, credentials.tokens)
    else:
        raise UsageError("with --no-check nobody can be asked: give --account-id and --name")
    new = new_connection(platform, account, account_name, credentials)
    with ctx.store.transaction() as tx:
        connection, added = connections.add(tx, new, now=ctx.clock.now())
    _show([connection], ctx, as_json=as_json, more={"added": int(added), "updated": int(not added)})
    called = render.clean(connection.account_name)
    render.say(f"{'added' if added else 'signed in again'}: {connection.platform} {called}")
    return 0


def _check_name(name: str | None) -> None:
    if name is None:
        return
    odd = any(unicodedata.category(character) in {"Cc", "Cs", "Zl", "Zp"} for character in name)
    if odd or len(name) > LONGEST_NAME or (name and not name.strip()):
        raise UsageError(
            f"--name must be one line of at most {LONGEST_NAME} characters, without control characters"
        )


def _check_id(account_id: str | None) -> None:
    plain = account_id is None or (
        account_id.isascii() and account_id.isprintable() and " " not in account_id
    )
    if not plain or len(account_id or "") > LONGEST_NAME:
        raise UsageError(
            "--account-id must be the platform's id of the account: letters, digits and signs, no spaces"
        )


def _identified(
    ctx: Context, platform: Platform, credentials: Credentials, account_id: str | None
) -> Account:
    try:
        publisher = ctx.publisher(credentials.stranger(platform, account_id))
        return publisher.identify(credentials.tokens, account_id, credentials.options)
    except (ConnectionRevoked, TokenExpired) as error:
        error.next_step = error.next_step or "nothing was stored; make a new token and try again"
        raise


def new_connection(
    platform: Platform, account: Account, name: str | None, credentials: Credentials
) -> NewConnection:
    """The row to write for an account; Facebook's recipe finds its page id in the options."""
    page = {"page_id": account.account_id} if platform is Platform.FACEBOOK else {}
    options = {**page, **account.options, **credentials.options}
    return NewConnection(
        platform=platform,
        account_id=account.account_id,
        account_name=name or account.account_name,
        tokens=account.tokens,
        scopes=tuple(account.scopes),
        options=options,
        max_lateness=None,
        app_id=credentials.app_id,
        app_secret=credentials.app_secret,
    )


def listing(ctx: Context, *, platform_name: str | None, as_json: bool) -> int:
    """All accounts of the team."""
    platform = read_platform(platform_name) if platform_name else None
    with ctx.store.reading() as tx:
        found = connections.listing(tx, platform=platform, tokens=False)
    _show(found, ctx, as_json=as_json)
    if not found:
        render.say(f"no connections; add one: planrrr connect {platform or Platform.FACEBOOK}")
    return 0


def show(ctx: Context, name: str, *, as_json: bool) -> int:
    """One account, with what it waits for."""
    with ctx.store.reading() as tx:
        connection = connections.find(tx, name, tokens=False)
    if as_json:
        _show([connection], ctx, as_json=True)
        return 0
    shape = connection_shape(connection)
    for field, value in shape.items():
        render.line(f"{field.replace('_', ' '):22}{_plain(value)}")
    if said := waits(connection):
        render.say(said)
    return 0


def _plain(value: object) -> str:
    if value is None or value in ({}, []):
        return "–"
    if isinstance(value, dict):
        return ", ".join(f"{key}={item}" for key, item in value.items())
    return ", ".join(map(str, value)) if isinstance(value, list) else str(value)


def pause(ctx: Context, name: str, *, as_json: bool) -> int:
    """Nothing is published to the account until it is resumed."""
    with ctx.store.transaction() as tx:
        connection = connections.find(tx, name, tokens=False)
        connections.pause(tx, connection.id, now=ctx.clock.now())
        connection = connections.find(tx, connection.id, tokens=False)
    _show([connection], ctx, as_json=as_json)
    render.say(f"paused; its posts wait until: planrrr connections resume {short(connection.id)}")
    return 0


def resume(ctx: Context, name: str, *, as_json: bool) -> int:
    """The account publishes again, what waited first."""
    with ctx.store.transaction() as tx:
        connection = connections.find(tx, name, tokens=False)
        connections.resume(tx, connection.id, now=ctx.clock.now())
        connection = connections.find(tx, connection.id, tokens=False)
    _show([connection], ctx, as_json=as_json)
    render.say(waits(connection) or "resumed; what was due goes out with the next planrrr publish-due")
    return 0


def remove(ctx: Context, name: str, *, yes: bool, as_json: bool) -> int:
    """Wipes the tokens and cancels what was open; the history stays."""
    with ctx.store.reading() as tx:
        connection = connections.find(tx, name, tokens=False)
    called = f"{connection.platform} {connection.account_name}"
    confirm(f"Remove {render.clean(called)} ({short(connection.id)}) and cancel its open posts?", yes=yes)
    with ctx.store.transaction() as tx:
        cancelled = connections.remove(tx, connection.id, now=ctx.clock.now())
    if as_json:
        more = {"removed": connection.id, "cancelled": cancelled}
        render.document({"schema": SCHEMA, "connections": []} | more)
    render.say(f"removed {render.clean(called)}; {render.counted(cancelled, 'open publication')} cancelled")
    return 0


def _show(
    found: Sequence[Connection], ctx: Context, *, as_json: bool, more: dict[str, object] | None = None
) -> None:
    if as_json:
        render.document(
            {"schema": SCHEMA, "connections": [connection_shape(one) for one in found]} | (more or {})
        )
    elif found:
        show_table(found, ctx)


def show_table(found: Sequence[Connection], ctx: Context) -> None:
    """The accounts for people."""
    rows = [_row(connection, ctx) for connection in found]
    render.table(["id", "platform", "account", "account id", "status", "token until", "note"], rows)


def _row(connection: Connection, ctx: Context) -> list[str]:
    until = connection.tokens.expires_at
    held = connection.held_until and connection.held_until > ctx.clock.now()
    note = connection.held_reason or "held by the platform" if held else connection.status_reason or ""
    return [
        short(connection.id),
        connection.platform.value,
        render.preview(connection.account_name, 32),
        connection.account_id,
        connection.status.value,
        render.when(until, zone(ctx)) if until else "no known end",
        render.preview(note, 500),
    ]
