"""The LinkedIn twin: from an HTTP request to a named call and its answer; the resources have files of their own."""

import re
from collections.abc import Mapping
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl, unquote

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.applications import only
from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.linkedin import errors, oauth, publishing, routes, scripted
from planrrr_cli.sandbox.linkedin.calls import CALLS
from planrrr_cli.sandbox.linkedin.control import change, revoke
from planrrr_cli.sandbox.linkedin.door import admit
from planrrr_cli.sandbox.linkedin.model import Product
from planrrr_cli.sandbox.linkedin.store import Store
from planrrr_cli.sandbox.linkedin.tokens import EXPIRED
from planrrr_cli.sandbox.linkedin.versions import CALENDAR, SHAPE
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World

PREFIXES = ("/rest/", "/v2/", "/oauth/v2/", "/dms-uploads/")
AUTHORIZATION = re.compile("^/oauth/v2/authorization$")
BODY_LIMIT = 1024 * 1024


class LinkedIn:
    """`calendar`: which LinkedIn-Version is served until which day."""

    platform = "linkedin"
    calls = CALLS
    authorization = AUTHORIZATION

    def __init__(self, world: World, calendar: Mapping[str, str] = CALENDAR) -> None:
        self._world = world
        self._calendar = calendar
        self._store = Store(world)

    def claims(self, request: Request) -> bool:
        return request.path.startswith(PREFIXES)

    def identify(self, request: Request) -> Call:
        body = _body(request)
        tunnelled = request.method == "POST" and request.header("X-HTTP-Method-Override").upper() == "GET"
        if tunnelled:  # a query too long for an address came as a form
            request = replace(request, method="GET", query=(body or b"").decode("ascii", "replace"))
        visit = Visit(self._store, request, token=_token(request), body=body, version=_version(request))
        hints = dict(parse_qsl(request.query, keep_blank_values=True)) | oauth.read_form(visit)
        route, keys = routes.find(request.method, request.path, hints)
        if request.answer is not None:
            route = replace(route, call="linkedin.login.answer")
        visit = replace(visit, gate=route.gate)
        run = partial(self._perform, route, visit, keys, tunnelled)
        return self._call(route, visit, keys, run)

    def _call(self, route: routes.Route, visit: Visit, keys: list[str], run: Any) -> Call:
        in_oauth = visit.request.path.startswith("/oauth/")

        def by_status(status: int) -> Reply:
            refused = scripted.by_oauth_code(status) if in_oauth else scripted.by_status(visit, status)
            return self._refusal(refused, visit)

        def by_code(code: int, subcode: int | None) -> Reply:
            refused = scripted.by_oauth_code(code) if in_oauth else scripted.by_code(visit, code, subcode)
            return self._refusal(refused, visit)

        return Call(
            name=route.call,
            kind=CALLS[route.call],
            account_id=self._account_of(visit, keys),
            perform=run,
            status_reply=by_status,
            error_reply=by_code,
            # LinkedIn tells no time to wait: a limit of the day ends at midnight UTC.
            rate_reply=lambda _: by_code(101, 2) if not in_oauth else by_status(429),
            usage_headers=lambda _: (),
            expire_token=lambda: self._expire(visit),
            gateway_page=errors.GATEWAY_PAGE,
        )

    def _account_of(self, visit: Visit, keys: list[str]) -> str | None:
        """Whose token it is; an upload URL is its owner's. Of several organizations the one that is named."""
        if visit.request.path.startswith("/dms-uploads/") and keys:
            name, what = keys[:2]
            asset = self._store.assets.get(f"urn:li:{what.partition('-')[0]}:{name}")
            return asset.owner if asset else None
        tokens, form = self._store.tokens, oauth.read_form(visit)
        grant = tokens.access.get(visit.token) or tokens.refresh.get(form.get("refresh_token", ""))
        if grant is None or grant.member != self._store.agent:
            return grant.account if grant else None
        said = f"{visit.request.path}?{visit.request.query} {(visit.body or b'').decode('utf-8', 'replace')}"
        named = re.search(r"urn:li:organization:[0-9]+", unquote(said))
        return named[0] if named and named[0] in self._store.accounts else grant.account

    def _expire(self, visit: Visit) -> None:
        with self._store.lock:
            self._store.tokens.kill(visit.token, EXPIRED)
            self._store.tokens.kill(oauth.read_form(visit).get("refresh_token", ""), EXPIRED)

    def _perform(
        self, route: routes.Route, visit: Visit, keys: list[str], tunnelled: bool, orders: Orders
    ) -> Reply:
        visit = replace(visit, orders=orders)
        self.settle()
        try:
            visit = admit(visit, route, keys, self._calendar, tunnelled=tunnelled)
            if route.locked:
                with self._store.lock:
                    reply = route.run(visit)
            else:
                reply = route.run(visit)
        except errors.LinkedInError as refused:
            return self._refusal(refused, visit)
        return self._stamped(reply, visit)

    def _refusal(self, refused: errors.LinkedInError, visit: Visit) -> Reply:
        return self._stamped(refused.reply(), visit)

    def _stamped(self, reply: Reply, visit: Visit) -> Reply:
        """The headers that LinkedIn asks for in a support ticket; none of them tells a limit."""
        trace = seeds.letters(self._world.seed, "trace", visit.request.sequence, length=22)
        told: tuple[tuple[str, str], ...] = (("x-li-fabric", "prod-sandbox"), ("x-li-uuid", f"AAY{trace}=="))
        told += (("x-li-request-id", trace),)
        if visit.request.path.startswith("/rest/"):
            told += (("x-restli-protocol-version", "2.0.0"),)
        return replace(reply, headers=reply.headers + told)

    # What the rest of the sandbox asks

    def accounts(self) -> list[dict[str, object]]:
        store = self._store
        with store.lock:
            found: list[dict[str, object]] = []
            for account in list(store.accounts.values()):
                grant, app = store.tokens.newest(account, store.now()), store.apps[account.product]
                found.append(
                    {
                        "platform": self.platform,
                        "accountName": account.name,
                        "accountId": account.urn,
                        "accessToken": grant.token,
                        "refreshToken": grant.refresh,
                        "expiresAt": iso(grant.expires_at),
                        "scopes": list(grant.scopes),
                        "appId": app.client_id,
                        "appSecret": app.client_secret,
                        "metadata": {},
                    }
                )
            return found

    def account_name(self, account_id: str) -> str | None:
        return self._store.name_of(account_id)

    def choices(self) -> dict[str, str]:
        return {one: name for product in Product for one, name in self._store.members_of(product).items()}

    def apps(self) -> dict[str, str]:
        """Community Management first, which the organizations use; then the app of the people."""
        community, share = (self._store.apps[product] for product in (Product.COMMUNITY, Product.SHARE))
        return {
            "client_id": community.client_id,
            "client_secret": community.client_secret,
            "share_client_id": share.client_id,
            "share_client_secret": share.client_secret,
        }

    def change_account(self, document: dict[str, Any]) -> bool:
        with self._store.lock:
            return change(self._store, document)

    def change_app(self, document: dict[str, Any]) -> None:
        only(document)

    def app_settings(self) -> dict[str, object]:
        return {}

    def revoke(self, account_id: str, reason: str) -> bool:
        with self._store.lock:
            return revoke(self._store, account_id, reason)

    def settle(self) -> None:
        with self._store.lock:
            publishing.settle(self._store)

    def reset(self) -> None:
        with self._store.lock:
            self._store.clear()

    def dump(self) -> dict[str, Any]:
        return self._store.dump()

    def load(self, document: dict[str, Any]) -> None:
        self._store.load(document)


def _body(request: Request) -> bytes | None:
    """The whole of a small body; None for a large one, and for a file, which is read as it arrives."""
    if request.path.startswith("/dms-uploads/") or request.body.length > BODY_LIMIT:
        return None
    return request.body.read_all()


def _token(request: Request) -> str:
    scheme, _, token = request.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() == "bearer" else ""


def _version(request: Request) -> str:
    """As it was asked for, for faults; whether it is served is the door's to say."""
    found = SHAPE.match(request.header("LinkedIn-Version").strip())
    return found[1] if found and request.path.startswith("/rest/") else ""
