"""The X twin: from an HTTP request to a named call and its answer; the calls have files of their own."""

import re
from dataclasses import replace
from functools import partial
from typing import Any

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.applications import only
from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Delivery, Reply, Request
from planrrr_cli.sandbox.world import World
from planrrr_cli.sandbox.x import changes, memory, oauth, problems, scripted
from planrrr_cli.sandbox.x.calls import CALLS
from planrrr_cli.sandbox.x.contents import read_content
from planrrr_cli.sandbox.x.frames import Refusal
from planrrr_cli.sandbox.x.limits import DAY, PER_DAY, WINDOW, triple
from planrrr_cli.sandbox.x.media import keep_broken_segment
from planrrr_cli.sandbox.x.model import Account, Plan
from planrrr_cli.sandbox.x.routes import Route, find
from planrrr_cli.sandbox.x.store import Store
from planrrr_cli.sandbox.x.visit import Visit, authenticate, presumed_account, token_of

API_VERSION = "2.167"
AUTHORIZATION = re.compile("^/(?:i|2)/oauth2/authorize$")


class X:
    platform = "x"
    calls = CALLS
    authorization = AUTHORIZATION

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = Store(world)

    def claims(self, request: Request) -> bool:
        return request.path.startswith("/2/") or request.path == "/i/oauth2/authorize"

    def identify(self, request: Request) -> Call:
        route, node = find(request.method, request.path)
        account = presumed_account(self._store, request)
        content = read_content(request, partial(self._break_at, route, account))
        call, account_id = route.call, account.id if account else None
        if call.startswith("x.token."):
            form = content.form()
            account_id = oauth.refreshed_account(form, self._store.renewals)
            if call == "x.token.refresh" and form.get("grant_type") == "authorization_code":
                call = "x.token.exchange"
        if request.answer is not None:
            call = "x.login.answer"
        if content.broken:
            route = replace(route, run=keep_broken_segment)
        visit = Visit(self._store, request, call, node, content)
        of_token = call.startswith("x.token.")
        return Call(
            name=call,
            kind=CALLS[call],
            account_id=account_id,
            perform=partial(self._perform, route, visit),
            status_reply=lambda status: self._refusal(scripted.by_status(status, of_token=of_token), visit),
            error_reply=lambda code, number: self._refusal(
                scripted.by_code(code, number, of_token=of_token), visit
            ),
            rate_reply=lambda minutes: self._limited(minutes, visit),
            usage_headers=lambda percent: self._usage(percent, visit),
            expire_token=partial(self._expire, visit),
            gateway_page=problems.GATEWAY_PAGE,
        )

    def _break_at(self, route: Route, account: Account | None, _: dict[str, Any]) -> int | None:
        """Where a `break` fault cuts the segment that begins now."""
        if route.call != "x.media.append":
            return None
        fault = self._world.faults.take(route.call, account.id if account else None, None, {Kind.BREAK})
        return int(fault.number) if fault else None

    def _perform(self, route: Route, visit: Visit, orders: Orders) -> Reply:
        with self._store.lock:
            try:
                if route.scopes is not None:
                    visit = self._admitted(route, visit)
                reply = route.run(replace(visit, orders=orders))
            except Refusal as refused:
                return self._refusal(refused, visit)
            return reply if reply.delivery is not Delivery.WHOLE else self._stamped(reply, visit)

    def _admitted(self, route: Route, visit: Visit) -> Visit:
        """Raises Problem: who calls is unknown, may not do this, did it too often, or has no money."""
        store = self._store
        caller = authenticate(store, visit.request, visit.content)
        if caller.account is None and not route.app_too:
            raise problems.unsupported_authentication()
        if caller.account and caller.grant and caller.grant.secret is None:
            held = set(caller.account.scopes) & set(caller.grant.scopes)
            if not held >= set(route.scopes or ()):
                raise problems.forbidden()
        if not store.limits.take(route.call, caller.id, store.now()):
            raise problems.too_many_requests()
        if not store.credits:
            raise problems.credits_depleted(caller.id)
        return replace(visit, caller=caller)

    def _expire(self, visit: Visit) -> None:
        """The token that was used: of a refresh the refresh token, else the access token."""
        with self._store.lock:
            self._store.kill(token_of(visit.request))
            self._store.spend(visit.content.form().get("refresh_token", ""))

    def _refusal(self, refused: Refusal, visit: Visit) -> Reply:
        return self._stamped(refused.reply(visit.generation), visit)

    def _stamped(self, reply: Reply, visit: Visit) -> Reply:
        """The headers of every answer; the limits are told to whoever a token names."""
        told: tuple[tuple[str, str], ...] = (
            ("api-version", API_VERSION),
            ("x-transaction-id", seeds.digest(self._world.seed, "x", visit.request.sequence).hex()[:16]),
            ("cache-control", "no-cache, no-store, max-age=0"),
        )
        store = self._store
        with store.lock:
            if account := presumed_account(store, visit.request):
                daily = account.plan is Plan.LEGACY
                limits = store.limits.headers(visit.call, account.id, store.now(), daily=daily)
                told += (("x-access-level", "read-write"), *limits)
        return replace(reply, headers=reply.headers + told)

    def _limited(self, minutes: int, visit: Visit) -> Reply:
        """429 with a window that ends in so many minutes, whatever the true one is."""
        reply = problems.too_many_requests().reply(visit.generation)
        account = presumed_account(self._store, visit.request)
        limit = self._store.limits.limit(visit.call, account.id) if account else None
        reset = self._store.now() + 60 * minutes
        told = triple("x-rate-limit", limit or 1, 0, reset)
        return replace(reply, headers=(*reply.headers, ("api-version", API_VERSION), *told))

    def _usage(self, percent: int, visit: Visit) -> tuple[tuple[str, str], ...]:
        """How much of an account's day is used; the 15 minutes are told by every answer anyway."""
        limit = PER_DAY.get(visit.call, DAY // WINDOW)
        left = limit - limit * min(percent, 100) // 100
        return triple("x-user-limit-24hour", limit, left, self._store.now() + DAY)

    # What the rest of the sandbox asks

    def accounts(self) -> list[dict[str, object]]:
        store = self._store
        with store.lock:
            return [self._connection(account) for account in list(store.accounts.values())]

    def _connection(self, account: Account) -> dict[str, object]:
        store = self._store
        grant = store.living(account)
        ends = iso(grant.expires_at) if grant.expires_at is not None else None
        return {
            "platform": self.platform,
            "accountName": account.username,
            "accountId": account.id,
            "accessToken": grant.token,
            "refreshToken": None if account.signed else store.refresh_token_of(grant),
            "accessTokenSecret": grant.secret,
            "expiresAt": ends,
            "scopes": [] if account.signed else list(account.scopes),
            "appId": store.consumer_key if account.signed else store.client_id,
            "appSecret": store.consumer_secret if account.signed else store.client_secret,
            "metadata": {"longPosts": account.long_posts, "plan": changes.plan_told(account)},
        }

    def account_name(self, account_id: str) -> str | None:
        account = self._store.accounts.get(account_id)
        return f"{account.name} @{account.username}" if account else None

    def choices(self) -> dict[str, str]:
        return self._store.choices()

    def apps(self) -> dict[str, str]:
        store = self._store
        return {
            "client_id": store.client_id,
            "client_secret": store.client_secret,
            "public_client_id": store.public_client_id,
            "consumer_key": store.consumer_key,
            "consumer_secret": store.consumer_secret,
            "bearer_token": store.bearer_token,
        }

    def change_account(self, document: dict[str, Any]) -> bool:
        with self._store.lock:
            return changes.change(self._store, document)

    def change_app(self, document: dict[str, Any]) -> None:
        only(document)

    def app_settings(self) -> dict[str, object]:
        return {}

    def revoke(self, account_id: str, reason: str) -> bool:
        with self._store.lock:
            return changes.revoke(self._store, account_id, reason)

    def settle(self) -> None:
        """Nothing: what X publishes is public at once."""

    def reset(self) -> None:
        with self._store.lock:
            self._store.clear()

    def dump(self) -> dict[str, Any]:
        return memory.dump(self._store)

    def load(self, document: dict[str, Any]) -> None:
        memory.load(self._store, document)
