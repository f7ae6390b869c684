"""`connect`: a person signs in on the platform's own page, and the accounts that this opens are stored.

Until the last step, one transaction, nothing is written: whatever goes wrong before leaves everything as it was.
"""

from __future__ import annotations

import hashlib
import secrets
from base64 import urlsafe_b64encode
from collections.abc import Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Any
from urllib.parse import urlsplit

from planrrr_cli import render
from planrrr_cli.commands import awaiting
from planrrr_cli.commands.account_options import options_of
from planrrr_cli.commands.choosing_accounts import choose
from planrrr_cli.commands.connecting import find_known, permissions, store_all, way_of
from planrrr_cli.commands.developer_apps import AppGiven, app_for
from planrrr_cli.commands.loopback import Receiver
from planrrr_cli.commands.redirected import Answer
from planrrr_cli.commands.signed_keys import connect_with_keys
from planrrr_cli.commands.targets import read_platform
from planrrr_cli.commands.typed import Typed
from planrrr_cli.commands.way_back import hint, way_back
from planrrr_cli.context import Context
from planrrr_cli.domain.connections import Platform
from planrrr_cli.domain.errors import Refused, UsageError
from planrrr_cli.logs import mask
from planrrr_cli.platforms.addresses import is_loopback
from planrrr_cli.platforms.base import Account, App
from planrrr_cli.platforms.http import Api
from planrrr_cli.platforms.signing_in import Grant, SignIn, Wanted

PATIENCE = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class Asked:
    """As typed on the command line."""

    account: str | None = None
    login: str | None = None
    browser: bool = True
    port: int | None = None
    redirect_uri: str | None = None
    scopes: tuple[str, ...] = ()
    without: tuple[str, ...] = ()
    oauth1: bool = False
    app: AppGiven = field(default_factory=AppGiven)
    options: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class _Conversation:
    """One sign-in with one platform. ``verifier`` goes to the token endpoint and nowhere else."""

    sign_in: SignIn
    api: Api
    app: App
    asked: tuple[Wanted, ...]
    state: str
    verifier: str | None

    def address(self, redirect_uri: str) -> str:
        return self.sign_in.address(
            self.app,
            redirect_uri=redirect_uri,
            state=self.state,
            challenge=challenge_of(self.verifier) if self.verifier else None,
            scopes=tuple(one.scope for one in self.asked),
        )


def connect(
    ctx: Context, platform_name: str, asked: Asked, *, as_json: bool, patience: timedelta = PATIENCE
) -> int:
    """Signs in and stores; whatever fails is one sentence, and nothing was changed."""
    platform = read_platform(platform_name)
    options = _options(platform, asked.options)
    with ctx.store.reading() as tx:
        tx.cipher()  # what cannot be sealed in the end is told before anybody signs in
    if asked.oauth1:
        _check_oauth1(platform, asked)
        return connect_with_keys(ctx, account=asked.account, options=options, as_json=as_json)
    known = find_known(ctx, platform, asked.account)
    sign_in = way_of(platform, asked.login, known, asked.account)
    wanted = permissions(sign_in, asked.scopes, asked.without)
    own = app_for(ctx, sign_in, asked.app, known)
    api = Api(ctx.transport(), platform=platform.value, gate=lambda: None, clock=ctx.clock)
    imitated = is_loopback(urlsplit(sign_in.page_of(own.app)).hostname or "")
    way = way_back(
        sign_in,
        imitated=imitated,
        port=asked.port,
        redirect_uri=asked.redirect_uri,
        setting=ctx.settings.redirect_uri,
    )
    verifier = secrets.token_urlsafe(64) if sign_in.pkce else None
    mask.learn(verifier)
    talk = _Conversation(sign_in, api, own.app, wanted, secrets.token_urlsafe(32), verifier)
    typed = Typed(ctx.clock.monotonic)
    with ExitStack() as stack:
        receiver = stack.enter_context(Receiver(way.host, way.port, way.path)) if way.listens else None
        redirect_uri = way.at(receiver.netloc) if receiver else way.uri
        answer = awaiting.answer(
            awaiting.Wait(ctx.clock, patience, receiver, typed, talk.state, redirect_uri),
            sign_in,
            address=talk.address(redirect_uri),
            browser=asked.browser,
            hint=hint(sign_in, way, imitated=imitated),
        )
        grant = _redeemed(ctx, talk, answer, redirect_uri)
        named = known.account_id if known else asked.account
        found = sign_in.accounts(api, own.app, grant, ctx.clock, named)
        for one in found:
            mask.learn(one.account.tokens.access)
        if receiver and len(found) > 1 and asked.account is None:
            receiver.tell("You are signed in. Go on in the terminal, where you choose the account.")
        chosen = choose(found, sign_in, named=asked.account, known=known, typed=typed)
        accounts = [sign_in.confirmed(api, own.app, one.account, ctx.clock) for one in chosen]
        done = store_all(ctx, sign_in, accounts, own, options, _lacking(sign_in, accounts, wanted))
        if receiver:
            receiver.tell(
                f"Connected: {', '.join(one.account_name for one in done.connections)}. You can close this page."
            )
    done.show(ctx, as_json=as_json)
    return 0


def _options(platform: Platform, typed: Sequence[str]) -> dict[str, Any]:
    try:
        return options_of(platform, typed)
    except ValueError as error:
        raise UsageError(f"--option: {error}") from None


def _check_oauth1(platform: Platform, asked: Asked) -> None:
    if platform is not Platform.X:
        raise UsageError(f"--oauth1 is for x; {platform} has no such keys")
    page = (asked.login, asked.port, asked.redirect_uri, asked.app.app_id, *asked.scopes, *asked.without)
    if any(one is not None for one in page):
        raise UsageError(
            "--oauth1 asks for four keys and shows no page; it goes with --account and --option only"
        )


def challenge_of(verifier: str) -> str:
    """https://datatracker.ietf.org/doc/html/rfc7636#section-4.2 (read 2026-11-24): S256."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode("ascii")


def _redeemed(ctx: Context, talk: _Conversation, answer: Answer, redirect_uri: str) -> Grant:
    title = talk.sign_in.title
    if answer.denied:
        raise Refused(f"{title} says that you did not agree; nothing was changed")
    if answer.code is None:
        raise Refused(
            f"{title} refuses the sign-in ({answer.trouble}); nothing was changed; if it is about a permission that "
            f"the app does not have, leave that out: {talk.sign_in.command} --without PERMISSION"
        )
    mask.learn(answer.code)
    grant = talk.sign_in.redeem(
        talk.api,
        talk.app,
        code=answer.code.reveal(),
        redirect_uri=redirect_uri,
        verifier=talk.verifier,
        clock=ctx.clock,
    )
    mask.learn(grant.tokens.access, grant.tokens.refresh)
    _check_needed(talk.sign_in, talk.sign_in.lacking(grant.scopes, talk.asked))
    return grant


def _lacking(
    sign_in: SignIn, accounts: Sequence[Account], wanted: tuple[Wanted, ...]
) -> dict[str, tuple[Wanted, ...]]:
    """By account id, what was not granted; Refused where nothing could be published without it."""
    found: dict[str, tuple[Wanted, ...]] = {}
    for account in accounts:
        found[account.account_id] = sign_in.lacking(account.scopes, wanted)
        _check_needed(sign_in, found[account.account_id], account.account_name)
    return found


def _check_needed(sign_in: SignIn, lacking: Sequence[Wanted], where: str = "") -> None:
    needed = [one for one in lacking if one.needed]
    if not needed:
        return
    names = " and ".join(one.scope for one in needed)
    whys = "; ".join(dict.fromkeys(one.why for one in needed))
    place = f" for {render.clean(where)}" if where else ""
    raise Refused(
        f"not granted{place}: {names}; without that {whys}; nothing was changed; "
        f"grant all that is asked: {sign_in.command}"
    )
