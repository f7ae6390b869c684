"""The YouTube twin: from an HTTP request to a named call and its answer; the methods have files of their own."""

import re
from collections.abc import Callable
from dataclasses import replace
from functools import partial
from typing import Any
from urllib.parse import parse_qsl

from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.twin import Call, Orders
from planrrr_cli.sandbox.wire import Reply, Request
from planrrr_cli.sandbox.world import World
from planrrr_cli.sandbox.youtube import (
    control,
    errors,
    memory,
    methods,
    oauth,
    pieces,
    publishing,
    scripted,
    sessions,
)
from planrrr_cli.sandbox.youtube.calls import CALLS
from planrrr_cli.sandbox.youtube.door import admit, read_query, recognize
from planrrr_cli.sandbox.youtube.model import Channel, Session
from planrrr_cli.sandbox.youtube.store import Store
from planrrr_cli.sandbox.youtube.visit import Visit, token_of

PREFIXES = ("/youtube/v3/", "/upload/youtube/v3/", "/resumable/upload/youtube/v3/")
PLACES = ("/token", "/revoke", "/o/oauth2/v2/auth")
AUTHORIZATION = re.compile("^/o/oauth2/v2/auth$")
BODY_LIMIT = 1024 * 1024


class YouTube:
    platform = "youtube"
    calls = CALLS
    authorization = AUTHORIZATION

    def __init__(self, world: World) -> None:
        self._world = world
        self._store = Store(world)

    def claims(self, request: Request) -> bool:
        return request.path.startswith(PREFIXES) or request.path in PLACES

    def identify(self, request: Request) -> Call:
        query = parse_qsl(request.query, keep_blank_values=True)
        session = self._session(request, dict(query))
        if session is not None or self._is_piece(request, dict(query)):
            return self._piece(request, query, session)
        method = methods.find(request.method, request.path)
        if method.media is not None and not sessions.wants_session(dict(query), request.path):
            call = "youtube.videos.upload" if method.media.publishes else method.call
            return self._call(Visit(self._store, request, method, query, call=call), self._whole)
        visit = Visit(self._store, request, method, query, _small_body(request), call=method.call)
        if request.answer is not None:
            visit = replace(visit, call="youtube.login.answer")
        if method.call == "youtube.token.refresh":
            form = oauth.read_form(visit)
            if form.get("grant_type") == "authorization_code":
                visit = replace(visit, call="youtube.token.exchange")
        if method.media is not None:
            return self._call(visit, self._begin)
        return self._call(visit, self._plain)

    @staticmethod
    def _is_piece(request: Request, query: dict[str, str]) -> bool:
        return request.method == "PUT" and "upload_id" in query and "/upload/" in request.path

    def _session(self, request: Request, query: dict[str, str]) -> Session | None:
        return (
            self._store.sessions.get(query.get("upload_id", "")) if self._is_piece(request, query) else None
        )

    def _piece(self, request: Request, query: list[tuple[str, str]], session: Session | None) -> Call:
        method = methods.by_call(session.call) if session else methods.find("POST", request.path)
        name = pieces.call_of(request.header("Content-Range"), request.body.length)
        visit = Visit(self._store, request, method, session.query if session else query, call=name)
        identity = dict(query).get("upload_id", "")
        return self._call(visit, partial(self._receive, identity), session)

    def _call(self, visit: Visit, run: Callable[[Visit], Reply], session: Session | None = None) -> Call:
        return Call(
            name=visit.call,
            kind=CALLS[visit.call],
            account_id=self._account_of(visit, session),
            perform=partial(self._perform, run, visit),
            status_reply=lambda status: self._scripted(visit, session, status, None),
            error_reply=lambda code, number: self._scripted(visit, session, code, number),
            rate_reply=lambda _: scripted.limited(visit.call).reply,
            usage_headers=lambda _: (),
            expire_token=lambda: self._expire(visit),
            gateway_page=errors.GATEWAY_PAGE,
        )

    def _perform(self, run: Callable[[Visit], Reply], visit: Visit, orders: Orders) -> Reply:
        self.settle()
        try:
            return run(replace(visit, orders=orders))
        except errors.Refusal as refused:
            return refused.reply

    # The ways in which a call is done; bytes travel without the lock.

    def _plain(self, visit: Visit) -> Reply:
        run = visit.method.run
        assert run is not None
        with self._store.lock:
            return run(admit(visit) if visit.method.scopes else visit)

    def _begin(self, visit: Visit) -> Reply:
        with self._store.lock:
            return sessions.begin(admit(visit))

    def _whole(self, visit: Visit) -> Reply:
        with self._store.lock:
            visit = admit(visit)
        return sessions.whole(visit)

    def _receive(self, identity: str, visit: Visit) -> Reply:
        with self._store.lock:
            visit = recognize(visit)
            session = pieces.find(visit, identity)
            visit = read_query(visit)
        return pieces.receive(visit, session)

    # What faults ask for

    def _scripted(self, visit: Visit, session: Session | None, code: int, number: int | None) -> Reply:
        """Of a session 308 tells where it stands (1: at another address), 404 and 410 end it for good."""
        with self._store.lock:
            if session is not None and code == 308:
                moved = (("Location", sessions.address(visit, session, upload_protocol="resumable")),)
                return pieces.standing(session, *(moved if number else ()))
            if session is not None and code in (404, 410):
                session.expires_at = 0.0
            return scripted.by_code(visit.call, code, number).reply

    def _expire(self, visit: Visit) -> None:
        with self._store.lock:
            self._store.tokens.kill(token_of(visit.request))
            self._store.tokens.kill(oauth.read_form(visit).get("refresh_token", ""))

    def _account_of(self, visit: Visit, session: Session | None) -> str | None:
        """Whose token it is; of a session without one, whose session."""
        tokens, form = self._store.tokens, oauth.read_form(visit)
        access = tokens.access.get(token_of(visit.request))
        grant = access or tokens.refresh.get(form.get("refresh_token", "") or form.get("token", ""))
        return grant.channel if grant else session.channel if session else None

    # What the rest of the sandbox asks

    def accounts(self) -> list[dict[str, object]]:
        store = self._store
        with store.lock:
            return [self._connection(channel) for channel in store.channels.values()]

    def _connection(self, channel: Channel) -> dict[str, object]:
        store = self._store
        access = store.tokens.newest(channel, store.now())
        return {
            "platform": self.platform,
            "accountName": channel.name,
            "accountId": channel.id,
            "accessToken": access.token,
            "refreshToken": access.refresh,
            "expiresAt": iso(access.expires_at),
            "scopes": [scope for scope in access.scopes if scope in channel.scopes],
            "appId": store.client_id,
            "appSecret": store.client_secret,
            "metadata": {},
        }

    def account_name(self, account_id: str) -> str | None:
        channel = self._store.channels.get(account_id)
        return channel.name if channel else None

    def choices(self) -> dict[str, str]:
        return {channel.id: channel.name for channel in self._store.channels.values()}

    def apps(self) -> dict[str, str]:
        return {"client_id": self._store.client_id, "client_secret": self._store.client_secret}

    def change_account(self, document: dict[str, Any]) -> bool:
        with self._store.lock:
            return control.change(self._store, document)

    def change_app(self, document: dict[str, Any]) -> None:
        with self._store.lock:
            control.change_app(self._store, document)

    def app_settings(self) -> dict[str, object]:
        return {"testing": all(channel.testing for channel in self._store.channels.values())}

    def revoke(self, account_id: str, reason: str) -> bool:
        with self._store.lock:
            return control.revoke(self._store, account_id, reason)

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


def _small_body(request: Request) -> bytes | None:
    """The whole of a small body; None for a large one, which is no JSON of ours."""
    return request.body.read_all() if request.body.length <= BODY_LIMIT else None
