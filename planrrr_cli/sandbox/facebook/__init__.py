"""The Facebook twin: from an HTTP request to a named call and its answer; the edges have files of their own."""

import re
from dataclasses import replace
from functools import partial
from typing import Any, Final

from planrrr_cli.sandbox import seeds
from planrrr_cli.sandbox.bodies import Parameters, read_parameters
from planrrr_cli.sandbox.facebook import (
    errors,
    memory,
    publishing,
    routes,
    rupload,
    scripted,
    setup,
    versions,
    videos,
)
from planrrr_cli.sandbox.facebook.calls import CALLS
from planrrr_cli.sandbox.facebook.store import Store
from planrrr_cli.sandbox.facebook.usage import usage_headers
from planrrr_cli.sandbox.facebook.visit import Visit
from planrrr_cli.sandbox.faults import Kind
from planrrr_cli.sandbox.parts import BodyTooLarge, UnreadableBody
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World

AUTHORIZATION: Final = re.compile(r"^/(?:v[\d.]+/)?dialog/oauth/?$")
RUPLOAD: Final = re.compile(r"^/video-upload/(?:(v[\d.]+)/)?(\w+)/?$")


class Facebook:
    platform = "facebook"
    calls = CALLS
    authorization = AUTHORIZATION

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = Store(world)

    @property
    def store(self) -> Store:
        """Pages and their tokens, through which Instagram accounts of Facebook Login are reached."""
        return self._store

    def claims(self, request: Request) -> bool:
        """Graph answers on any path, also on those that do not exist."""
        return True

    def identify(self, request: Request) -> Call:
        if found := RUPLOAD.match(request.path):
            return self._upload_call(request, found[1] or "", found[2])
        parts = [part for part in request.path.split("/") if part]
        asked = parts.pop(0) if parts and versions.SHAPE.match(parts[0]) else None
        version = versions.served(asked, self._store.now())
        if version is None or not 1 <= len(parts) <= 2:
            version = version or versions.NEWEST
            return self._call(
                routes.Route("facebook.unknown", _no_such_path), Visit(self._store, request), version
            )
        node, edge = (*parts, "")[:2]
        try:
            parameters = self._read(request, node, edge)
        except (UnreadableBody, BodyTooLarge) as bad:
            return self._call(
                _unreadable(request, node, edge, bad), Visit(self._store, request, node, edge), version
            )
        token = _token(request, parameters)
        visit = Visit(
            self._store, request, self._resolve(node, token, edge), edge, token, parameters, version=version
        )
        if parameters.broken:
            run = partial(_keep_broken, self._store, visit.node, parameters)
            return self._call(routes.Route("facebook.video.transfer", run), visit, version)
        method = "ANSWER" if request.answer is not None else request.method
        return self._call(routes.find(method, node, edge, parameters.values), visit, version)

    def _read(self, request: Request, node: str, edge: str) -> Parameters:
        if node.startswith("upload:") and request.method == "POST":
            return Parameters()  # the body is the file
        if request.method == "POST" and edge == "videos":
            return read_parameters(request, partial(self._break_at, node))
        return read_parameters(request)

    def _break_at(self, node: str, fields: dict[str, Any]) -> int | None:
        """Where a `break` fault cuts the chunk that begins now."""
        if str(fields.get("upload_phase", "")).lower() != "transfer":
            return None
        fault = self._world.faults.take("facebook.video.transfer", node, None, {Kind.BREAK})
        return int(fault.number) if fault else None

    def _resolve(self, node: str, token: str, edge: str) -> str:
        """`me` with a Page token is the Page."""
        grant = self._store.grants.get(token)
        return grant.page_id if node == "me" and edge and grant and grant.page_id else node

    def _call(self, route: routes.Route, visit: Visit, version: str) -> Call:
        account = self._store.owner(visit.node)
        if account is None and (grant := self._store.grants.get(visit.token)):
            account = grant.page_id
        return Call(
            name=route.call,
            kind=CALLS[route.call],
            account_id=account,
            perform=partial(self._perform, route, visit, version),
            status_reply=lambda status: self._refusal(scripted.by_status(status), visit, version),
            error_reply=lambda code, subcode: self._refusal(scripted.by_code(code, subcode), visit, version),
            rate_reply=lambda minutes: self._limited(account, minutes, visit, version),
            usage_headers=lambda percent: usage_headers(account, percent, 0),
            expire_token=partial(self._expire, visit),
            gateway_page=errors.GATEWAY_PAGE,
        )

    def _expire(self, visit: Visit) -> None:
        """The token that was used; of an exchange the one to be exchanged."""
        with self._store.lock:
            for token in (visit.token, str(visit.parameters.values.get("fb_exchange_token", ""))):
                self._store.kill(token)

    def _upload_call(self, request: Request, version: str, node: str) -> Call:
        visit = Visit(self._store, request, node, token=_header_token(request), version=version)
        call = self._call(routes.Route(rupload.CALL, rupload.receive, locked=False), visit, version)
        return replace(
            call,
            status_reply=rupload.by_status,
            error_reply=lambda code, _: rupload.by_status(500 if code < 3 else 400),
        )

    def _perform(self, route: routes.Route, visit: Visit, version: str, orders: Orders) -> Reply:
        visit = replace(visit, orders=orders)
        self.settle()
        try:
            if route.locked:
                with self._store.lock:
                    reply = route.run(visit)
            else:
                reply = route.run(visit)
        except errors.GraphError as refused:
            return self._refusal(refused, visit, version)
        return _stamped(reply, version, self._trace(visit))

    def _refusal(self, refused: errors.GraphError, visit: Visit, version: str) -> Reply:
        trace = self._trace(visit)
        return _stamped(refused.reply(trace), version, trace)

    def _limited(self, account: str | None, minutes: int, visit: Visit, version: str) -> Reply:
        reply = self._refusal(errors.rate_limited(), visit, version)
        return replace(reply, headers=reply.headers + usage_headers(account, 100, minutes))

    def _trace(self, visit: Visit) -> str:
        return "A" + seeds.letters(self._world.seed, "trace", visit.request.sequence, length=22)

    # What the rest of the sandbox asks

    def accounts(self) -> list[dict[str, object]]:
        store = self._store
        with store.lock:
            user_token = store.living_user_token()
            return [
                {
                    "platform": self.platform,
                    "accountName": page.name,
                    "accountId": page.id,
                    "accessToken": store.page_token(page.id),
                    "refreshToken": user_token,
                    "expiresAt": None,
                    "scopes": list(page.scopes),
                    "metadata": {"pageId": page.id},
                }
                for page in list(store.pages.values())
            ]

    def account_name(self, account_id: str) -> str | None:
        page = self._store.pages.get(account_id)
        return page.name if page else None

    def choices(self) -> dict[str, str]:
        return self._store.choices()

    def apps(self) -> dict[str, str]:
        return {"app_id": self._store.app_id, "app_secret": self._store.app_secret}

    def change_account(self, document: dict[str, Any]) -> bool:
        with self._store.lock:
            return setup.change(self._store, document)

    def change_app(self, document: dict[str, Any]) -> None:
        with self._store.lock:
            setup.change_app(self._store, document)

    def app_settings(self) -> dict[str, object]:
        return {"expires_in_left_out": self._store.expires_in_left_out}

    def revoke(self, account_id: str, reason: str) -> bool:
        with self._store.lock:
            return setup.revoke(self._store, account_id, reason)

    def settle(self) -> None:
        with self._store.lock:
            publishing.settle(self._store)

    def reset(self) -> None:
        with self._store.lock:
            self._store.clear()

    def dump(self) -> dict[str, Any]:
        return memory.dump(self._store)

    def load(self, document: dict[str, Any]) -> None:
        memory.load(self._store, document)


def _stamped(reply: Reply, version: str, trace: str) -> Reply:
    """The headers of every Graph answer; clients warn when the version is not the one they asked for."""
    told = (("facebook-api-version", version), ("x-fb-trace-id", trace), ("Cache-Control", "no-store"))
    return replace(reply, headers=reply.headers + told)


def _token(request: Request, parameters: Parameters) -> str:
    return str(parameters.values.get("access_token") or "") or _header_token(request)


def _header_token(request: Request) -> str:
    scheme, _, token = request.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _no_such_path(visit: Visit) -> Reply:
    raise errors.unknown_path(visit.request.path)


def _unreadable(request: Request, node: str, edge: str, bad: Exception) -> routes.Route:
    def refuse(_: Visit) -> Reply:
        if isinstance(bad, BodyTooLarge):
            raise errors.GraphError(413, 1, "The request body is too large")
        raise errors.invalid_parameter(f"The request could not be read: {bad}")

    return routes.Route(routes.find(request.method, node, edge, {}).call, refuse)


def _keep_broken(store: Store, page_id: str, parameters: Parameters, _: Visit) -> Reply:
    return videos.keep_broken_chunk(store, page_id, parameters)
