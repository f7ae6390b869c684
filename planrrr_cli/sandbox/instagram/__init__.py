"""The Instagram twin: from an HTTP request to a named call and its answer; the edges have files of their own."""

import json
import re
from dataclasses import replace
from functools import partial
from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.bodies import read_parameters
from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.facebook import Facebook, scripted, versions
from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.instagram import claims, control, errors, memory, routes, rupload
from planrrr_cli.sandbox.instagram.calls import CALLS
from planrrr_cli.sandbox.instagram.model import Account, Login
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.instagram.visit import Visit
from planrrr_cli.sandbox.parts import BodyTooLarge, UnreadableBody
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World

RUPLOAD: Final = re.compile(r"^/ig-api-upload/(?:(v[\d.]+)/)?(\w+)/?$")


class Instagram:
    """`facebook`: the twin whose Pages and tokens lead to the accounts of Facebook Login."""

    platform = "instagram"
    calls = CALLS
    authorization = re.compile(f"^{claims.DIALOG}/?$")

    def __init__(self, world: World, facebook: Facebook) -> None:
        self._world = world
        self._store = Store(world, facebook.store)

    def claims(self, request: Request) -> bool:
        return claims.is_ours(self._store, request)

    def identify(self, request: Request) -> Call:
        if found := RUPLOAD.match(request.path):
            return self._upload_call(request, found[1] or "", found[2])
        visit = Visit(self._store, request, version=self._version(request))
        try:
            parameters = read_parameters(request)
        except (UnreadableBody, BodyTooLarge) as bad:
            return self._call(routes.Route("instagram.unknown", partial(_unreadable, bad)), visit)
        node, edge = (*claims.path_parts(request.path), "", "")[:2]
        token = str(parameters.values.get("access_token") or "") or claims.header_token(request)
        visit = replace(visit, node=node, edge=edge, token=token, parameters=parameters)
        if route := routes.plain(request.method, request.path):
            if request.answer is not None:
                route = replace(route, call="instagram.login.answer")
            return self._call(route, visit)
        if node == "me" and (grant := self._store.grants.get(token)):
            visit = replace(visit, node=grant.account_id)
        if not visit.version:
            return self._call(routes.Route("instagram.unknown", _no_such_path), visit)
        route = routes.find(self._store, request.method, visit.node, edge, parameters.values)
        return self._call(route, visit)

    def _version(self, request: Request) -> str:
        """That which answers; empty when the version asked for does not exist."""
        first = request.path.split("/")[1] if request.path.startswith("/") else ""
        asked = first if versions.SHAPE.match(first) else None
        return versions.served(asked, self._store.now()) or ""

    def _upload_call(self, request: Request, version: str, node: str) -> Call:
        visit = Visit(self._store, request, node, token=claims.header_token(request), version=version)
        call = self._call(routes.Route(rupload.CALL, rupload.receive, locked=False), visit)
        return replace(
            call,
            status_reply=rupload.by_status,
            error_reply=lambda code, _: rupload.by_status(500 if code < 3 else 400),
        )

    def _call(self, route: routes.Route, visit: Visit) -> Call:
        account = self._store.owner(visit.node) or self._store.account_of_token(visit.token)
        other_envelope = route is routes.REDEEM

        def by_status(status: int) -> Reply:
            if other_envelope:
                return errors.login_by_status(status)
            return self._refusal(scripted.by_status(status), visit)

        def by_code(code: int, subcode: int | None) -> Reply:
            if other_envelope:
                return errors.login_by_status(500 if code < 3 else 400)
            return self._refusal(errors.scripted(code, subcode), visit)

        return Call(
            name=route.call,
            kind=CALLS[route.call],
            account_id=account,
            perform=partial(self._perform, route, visit),
            status_reply=by_status,
            error_reply=by_code,
            rate_reply=lambda minutes: self._limited(account, minutes, visit),
            usage_headers=lambda percent: _usage(account, percent, 0),
            expire_token=lambda: self._expire(visit.token),
            gateway_page=graph.GATEWAY_PAGE,
        )

    def _expire(self, token: str) -> None:
        with self._store.lock:
            self._store.kill(token)

    def _perform(self, route: routes.Route, visit: Visit, orders: Orders) -> Reply:
        visit = replace(visit, orders=orders)
        try:
            if route.locked:
                with self._store.lock:
                    reply = route.run(visit)
            else:
                reply = route.run(visit)
        except graph.GraphError as refused:
            return self._refusal(refused, visit)
        return self._stamped(reply, visit)

    def _refusal(self, refused: graph.GraphError, visit: Visit) -> Reply:
        return self._stamped(refused.reply(self._trace(visit)), visit)

    def _limited(self, account: str | None, minutes: int, visit: Visit) -> Reply:
        reply = self._refusal(errors.rate_limited(), visit)
        return replace(reply, headers=reply.headers + _usage(account, 100, minutes))

    def _trace(self, visit: Visit) -> str:
        return "A" + seeds.letters(self._world.seed, "trace", visit.request.sequence, length=22)

    def _stamped(self, reply: Reply, visit: Visit) -> Reply:
        """The headers of every Graph answer."""
        version = (("facebook-api-version", visit.version),) if visit.version else ()
        told = (("x-fb-trace-id", self._trace(visit)), ("Cache-Control", "no-store"))
        return replace(reply, headers=reply.headers + version + told)

    # What the rest of the sandbox asks

    def accounts(self) -> list[dict[str, object]]:
        store = self._store
        with store.lock, store.graph.lock:
            return [self._connection(account) for account in list(store.accounts.values())]

    def _connection(self, account: Account) -> dict[str, object]:
        """In the form that is imported: with the application through which the person let us in."""
        store = self._store
        shown: dict[str, object] = {
            "platform": self.platform,
            "accountName": account.username,
            "accountId": account.id,
            "scopes": list(account.scopes),
        }
        if account.page_id is None:
            grant = store.living(account)
            tokens = {"accessToken": grant.token, "refreshToken": None, "expiresAt": iso(grant.expires_at)}
            app = {"appId": store.app_id, "appSecret": store.app_secret}
            return shown | tokens | app | {"metadata": {"login": Login.INSTAGRAM}}
        return shown | {
            "accessToken": store.graph.page_token(account.page_id),
            "refreshToken": store.graph.living_user_token(),
            "expiresAt": None,
            "appId": store.graph.app_id,
            "appSecret": store.graph.app_secret,
            "metadata": {"login": Login.FACEBOOK, "pageId": account.page_id},
        }

    def account_name(self, account_id: str) -> str | None:
        account = self._store.accounts.get(account_id)
        return account.name if account else None

    def choices(self) -> dict[str, str]:
        return self._store.choices()

    def apps(self) -> dict[str, str]:
        return {"app_id": self._store.app_id, "app_secret": self._store.app_secret}

    def change_account(self, document: dict[str, Any]) -> bool:
        with self._store.lock:
            return control.change(self._store, document)

    def change_app(self, document: dict[str, Any]) -> None:
        with self._store.lock:
            control.change_app(self._store, document)

    def app_settings(self) -> dict[str, object]:
        return {"flat_answers": self._store.flat_answers}

    def revoke(self, account_id: str, reason: str) -> bool:
        with self._store.lock, self._store.graph.lock:
            return control.revoke(self._store, account_id, reason)

    def settle(self) -> None:
        """Nothing here becomes public by itself."""

    def reset(self) -> None:
        with self._store.lock:
            self._store.clear()

    def dump(self) -> dict[str, Any]:
        return memory.dump(self._store)

    def load(self, document: dict[str, Any]) -> None:
        memory.load(self._store, document)


def _usage(account: str | None, percent: int, minutes: int) -> tuple[tuple[str, str], ...]:
    """Source: developers.facebook.com/docs/graph-api/overview/rate-limiting (2026-08-23); minutes, whole percents."""
    entry = {
        "type": "instagram",
        "call_count": percent,
        "total_cputime": percent // 4,
        "total_time": percent // 4,
        "estimated_time_to_regain_access": minutes,
    }
    return (("X-Business-Use-Case-Usage", json.dumps({account or "0": [entry]})),)


def _no_such_path(visit: Visit) -> Reply:
    raise graph.unknown_path(visit.request.path)


def _unreadable(bad: Exception, _: Visit) -> Reply:
    if isinstance(bad, BodyTooLarge):
        raise graph.GraphError(413, 1, "The request body is too large")
    raise graph.invalid_parameter(f"The request could not be read: {bad}")
