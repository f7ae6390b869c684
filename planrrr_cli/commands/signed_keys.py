"""`connect x --oauth1`: the four keys of OAuth 1.0a, asked for without showing them; they need no page."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from typing import Any

from planrrr_cli.commands.asking import read_token
from planrrr_cli.commands.choosing_accounts import choose
from planrrr_cli.commands.connecting import Connected, find_known, store_all
from planrrr_cli.commands.developer_apps import Chosen
from planrrr_cli.commands.typed import Typed
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Connection, Platform, Tokens
from planrrr_cli.domain.errors import UsageError
from planrrr_cli.domain.secrets import Secret
from planrrr_cli.platforms.signing_in import Found, sign_in_of


def connect_with_keys(ctx: Context, *, account: str | None, options: Mapping[str, Any], as_json: bool) -> int:
    """The app's pair comes from the settings, or is asked for too and kept with the connection."""
    if not sys.stdin.isatty():
        raise UsageError(
            "--oauth1 asks for keys at a terminal, and there is none; from files: planrrr connections add x "
            "--token-file FILE --token-secret-file FILE"
        )
    known = find_known(ctx, Platform.X, account)
    app = ctx.app(Platform.X)
    own: tuple[str | None, Secret | None] = (None, None)
    if not (app.consumer_key and app.consumer_secret):
        own = _asked("X API key (consumer key)").reveal(), _asked("X API key secret (consumer secret)")
    tokens = Tokens(_asked("X access token"), secret=_asked("X access token secret"))
    stranger = Connection("", "", Platform.X, "", "", tokens, app_id=own[0], app_secret=own[1])
    found = Found(ctx.publisher(stranger).identify(tokens, None, options))
    sign_in = sign_in_of(Platform.X)
    (chosen,) = choose([found], sign_in, named=account, known=known, typed=Typed(ctx.clock.monotonic))
    done: Connected = store_all(
        ctx,
        sign_in,
        [chosen.account],
        Chosen(app, *own),
        options,
        {chosen.account.account_id: ()},
    )
    done.show(ctx, as_json=as_json)
    return 0


def _asked(what: str) -> Secret:
    return read_token(None, what)
