"""What tests of renewals share: connections whose tokens end soon, the command in this process, what was asked."""

from __future__ import annotations

import json
from collections.abc import Callable
from contextlib import redirect_stdout
from dataclasses import dataclass
from datetime import timedelta
from io import StringIO
from typing import Any

from sqlalchemy import update

from planrrr_cli.commands.connections_import import import_connections
from planrrr_cli.commands.refresh import refresh_tokens
from planrrr_cli.context import Context, SystemClock, open_context
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.store import Tx, connections
from planrrr_cli.store.schema import connections as table
from tests.world import World

RENEW_X = "x.token.refresh"


@dataclass(frozen=True)
class Told:
    """How the command ended, and its document."""

    code: int
    document: dict[str, Any]

    def of(self, platform: Platform) -> dict[str, Any]:
        [found] = [one for one in self.document["connections"] if one["platform"] == platform]
        return dict(found)


def context(world: World) -> Any:
    clock = SystemClock(timedelta(seconds=world.offset))
    return open_context(world.environ, cwd=world.folder, clock=clock)


def refresh(world: World, *, within: str | None = None, dry_run: bool = False) -> Told:
    """``planrrr refresh-tokens --json`` at the world's time."""
    out = StringIO()
    with context(world) as ctx, redirect_stdout(out):
        code = refresh_tokens(ctx, within=within, name=None, dry_run=dry_run, as_json=True)
    return Told(code, json.loads(out.getvalue()))


def reading(world: World, read: Callable[[Tx], Any]) -> Any:
    with context(world) as ctx, ctx.store.reading() as tx:
        return read(tx)


def connection(world: World, platform: Platform) -> Connection:
    """The only one of that platform, tokens opened."""
    [found] = reading(world, lambda tx: connections.listing(tx, platform=platform))
    assert isinstance(found, Connection)
    return found


def change(world: World, platform: Platform, **columns: object) -> None:
    """Write columns of its row, as a person with the database open would."""
    with context(world) as ctx:
        _change(ctx, platform, columns)


def _change(ctx: Context, platform: Platform, columns: dict[str, object]) -> None:
    with ctx.store.transaction() as tx:
        tx.conn.execute(update(table).where(table.c.platform == platform).values(**columns))


def ending_soon(world: World, platform: Platform = Platform.X, seconds: float = 60) -> None:
    """Its token ends in so many seconds, as far as we know."""
    with context(world) as ctx:
        _change(ctx, platform, {"token_expires_at": ctx.clock.now() + timedelta(seconds=seconds)})


def sign_in_again(world: World) -> None:
    """As a person does it: dead tokens of the sandbox come back alive."""
    path = world.folder / "again.json"
    path.write_text(json.dumps(world.sandbox.accounts()), encoding="utf-8")
    with context(world) as ctx, redirect_stdout(StringIO()):
        assert import_connections(ctx, str(path), as_json=True) == 0


def asked(world: World, call: str = RENEW_X) -> list[dict[str, Any]]:
    """The requests of that name which the platform has received."""
    return [one for one in world.sandbox.requests() if one["call"] == call]
