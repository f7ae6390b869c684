"""What `connect` works on: the connection that is meant, the way to sign in, the permissions; and what it stores."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from planrrr_cli import render
from planrrr_cli.commands.connections import show_table
from planrrr_cli.commands.developer_apps import Chosen
from planrrr_cli.commands.shapes import connection_shape
from planrrr_cli.commands.targets import waits
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.errors import NotFound, UsageError
from planrrr_cli.platforms.base import Account
from planrrr_cli.platforms.signing_in import SIGN_INS, SignIn, Wanted, sign_in_of
from planrrr_cli.store import connections
from planrrr_cli.store.connections import NewConnection

SCHEMA = "planrrr.connect/1"


def find_known(ctx: Context, platform: Platform, account: str | None) -> Connection | None:
    """The stored connection that ``account`` means, its tokens sealed; None where it means none."""
    if account is None:
        return None
    with ctx.store.reading() as tx:
        try:
            return connections.find(tx, account, platform, tokens=False)
        except NotFound:
            return None


def way_of(platform: Platform, login: str | None, known: Connection | None, account: str | None) -> SignIn:
    """The way that was named, else the one that fits what is known of the account, else the usual one."""
    ways = [name for name in SIGN_INS[platform] if name]
    if login is not None:
        if login not in ways:
            able = f"choose {' or '.join(ways)}" if ways else f"{platform} has one way; leave --login out"
            raise UsageError(f"--login: there is no way called {login!r} to sign in to {platform}; {able}")
        return sign_in_of(platform, login)
    identity = known.account_id if known else account
    every = [sign_in_of(platform, name) for name in SIGN_INS[platform]]
    if identity is None:
        return every[0]
    options = known.options if known else {}
    return next((one for one in every if one.fits(identity, options)), every[0])


def permissions(sign_in: SignIn, more: Sequence[str], without: Sequence[str]) -> tuple[Wanted, ...]:
    """What is asked for: the usual, and ``more``, without what is left out."""
    asked = {_short(one.scope): one for one in sign_in.wanted}
    for name in without:
        if _short(name) not in asked:
            known = ", ".join(_short(one.scope) for one in sign_in.wanted if not one.needed)
            raise UsageError(
                f"--without {name}: it is not asked for; what can be left out: {known or 'nothing'}"
            )
        if asked[_short(name)].needed:
            raise UsageError(f"--without {name}: without it {asked[_short(name)].why}")
        del asked[_short(name)]
    for name in more:
        if not (name and name.isascii() and name.isprintable()) or set(name) & set(" ,"):
            raise UsageError("--scope takes one permission, spelled as the platform does; repeat it for more")
        asked.setdefault(_short(name), Wanted(name, False, "what you asked it for does not work"))
    return tuple(asked.values())


def _short(scope: str) -> str:
    """Google's are addresses, whose end is enough."""
    return scope.rpartition("/")[2]


@dataclass(slots=True)
class Connected:
    """What was stored. ``lacking``: by the connection's id, what was not granted."""

    connections: list[Connection] = field(default_factory=list)
    added: list[bool] = field(default_factory=list)
    lacking: dict[str, tuple[Wanted, ...]] = field(default_factory=dict)

    def show(self, ctx: Context, *, as_json: bool) -> None:
        if as_json:
            render.document(
                {
                    "schema": SCHEMA,
                    "connections": [connection_shape(one) for one in self.connections],
                    "added": sum(self.added),
                    "updated": len(self.added) - sum(self.added),
                    "missing": [
                        {"connection_id": one.id, "scope": wanted.scope, "without_it": wanted.why}
                        for one in self.connections
                        for wanted in self.lacking[one.id]
                    ],
                }
            )
        else:
            show_table(self.connections, ctx)
        for one, new in zip(self.connections, self.added, strict=True):
            done = "connected" if new else "signed in again"
            render.say(f"{done}: {one.platform} {render.clean(one.account_name)}")
            if said := waits(one):
                render.say(said)
            for wanted in self.lacking[one.id]:
                render.say(f"not granted: {wanted.scope}; without it {wanted.why}")


def store_all(
    ctx: Context,
    sign_in: SignIn,
    accounts: Sequence[Account],
    app: Chosen,
    options: Mapping[str, Any],
    lacking: Mapping[str, tuple[Wanted, ...]],
) -> Connected:
    """All or none, in one transaction."""
    done = Connected()
    with ctx.store.transaction() as tx:
        there = connections.listing(tx, platform=sign_in.platform, tokens=False)
        for account in accounts:
            identity = account.account_id
            known = next(
                (one.account_id for one in there if sign_in.same(identity, one.account_id)), identity
            )
            new = NewConnection(
                platform=sign_in.platform,
                account_id=known,
                account_name=account.account_name,
                tokens=account.tokens,
                scopes=account.scopes,
                options={**sign_in.options, **account.options, **options},
                app_id=app.app_id,
                app_secret=app.app_secret,
                app_is_known=True,
            )
            connection, added = connections.add(tx, new, now=ctx.clock.now())
            done.connections.append(connection)
            done.added.append(added)
            done.lacking[connection.id] = tuple(lacking[identity])
    return done
