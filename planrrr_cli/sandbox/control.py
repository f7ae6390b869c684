"""The control routes under /_sandbox/: ledger, accounts, faults, consent, clock and others; no platform's meaning."""

import json
from collections.abc import Callable, Mapping
from typing import Any
from urllib.parse import parse_qsl

from planrrr_cli.sandbox.clock import iso
from planrrr_cli.sandbox.consent import read_script
from planrrr_cli.sandbox.faults import BadFault, read_fault
from planrrr_cli.sandbox.folder import SAFE
from planrrr_cli.sandbox.media import sniff
from planrrr_cli.sandbox.twin import Twin
from planrrr_cli.sandbox.wire import Reply, Request, json_reply
from planrrr_cli.sandbox.world import World

BODY_LIMIT = 1024 * 1024

ENV: Mapping[str, Mapping[str, str]] = {
    # what is said of a developer app, by the name under which a client is told
    "facebook": {"app_id": "FACEBOOK_APP_ID", "app_secret": "FACEBOOK_APP_SECRET"},
    "instagram": {"app_id": "INSTAGRAM_APP_ID", "app_secret": "INSTAGRAM_APP_SECRET"},
    "linkedin": {"share_client_id": "LINKEDIN_CLIENT_ID", "share_client_secret": "LINKEDIN_CLIENT_SECRET"},
    "x": {
        "client_id": "X_CLIENT_ID",
        "client_secret": "X_CLIENT_SECRET",
        "consumer_key": "TWITTER_API_KEY",
        "consumer_secret": "TWITTER_API_SECRET",
    },
    "youtube": {"client_id": "YOUTUBE_CLIENT_ID", "client_secret": "YOUTUBE_CLIENT_SECRET"},
}


class Refused(Exception):
    """A control request that cannot be done; answered with 400 and the text."""


class Control:
    def __init__(self, world: World, twins: list[Twin], rebuild: Callable[[int, int], None]) -> None:
        self._world = world
        self._twins = twins
        self._rebuild = rebuild
        self._routes: dict[tuple[str, str], Callable[[Request], object]] = {
            ("GET", "posts"): self._posts,
            ("GET", "requests"): self._requests,
            ("GET", "accounts"): self._accounts,
            ("POST", "accounts"): self._change_account,
            ("GET", "calls"): self._calls,
            ("GET", "faults"): self._faults,
            ("POST", "faults"): self._arm,
            ("DELETE", "faults"): self._disarm,
            ("GET", "consent"): self._consents,
            ("POST", "consent"): self._script_consent,
            ("DELETE", "consent"): self._forget_consents,
            ("GET", "apps"): self._apps,
            ("POST", "apps"): self._change_app,
            ("POST", "revoke"): self._revoke,
            ("GET", "clock"): self._clock,
            ("POST", "clock"): self._advance,
            ("POST", "reset"): self._reset,
        }

    def answer(self, request: Request) -> Reply:
        name = request.path.removeprefix("/_sandbox/").rstrip("/")
        if request.method in ("GET", "HEAD") and name.startswith("media/"):
            return self._media(name.removeprefix("media/"))
        if request.method in ("GET", "HEAD") and name == "env":
            return Reply(200, self._env().encode(), (("Content-Type", "text/plain; charset=utf-8"),))
        route = self._routes.get((request.method, name))
        if route is None:
            known = sorted({f"{method} {path}" for method, path in self._routes})
            return json_reply({"error": f"The control routes are: {', '.join(known)}."}, 404)
        try:
            return json_reply(route(request))
        except (Refused, BadFault) as refused:
            return json_reply({"error": str(refused)}, 400)

    def _posts(self, request: Request) -> object:
        for twin in self._twins:
            twin.settle()
        after, entries = _after(request), self._world.ledger.entries()
        return {"posts": [entry.document(self._world.url) for entry in entries if entry.sequence > after]}

    def _requests(self, request: Request) -> object:
        after, records = _after(request), self._world.journal.records()
        return {"requests": [record.document() for record in records if record.sequence > after]}

    def _accounts(self, _: Request) -> object:
        """By the platforms' names, not in the order in which they claim paths."""
        twins = sorted(self._twins, key=lambda twin: twin.platform)
        return {
            "connections": [account for twin in twins for account in twin.accounts()],
            "apps": {twin.platform: twin.apps() for twin in twins},
        }

    def _env(self) -> str:
        """Where the sandbox is and its developer apps, as a .env file."""
        lines = [f"PLANRRR_SANDBOX_URL={self._world.url}"]
        for twin in sorted(self._twins, key=lambda twin: twin.platform):
            apps = twin.apps()
            lines += [f"{name}={apps[key]}" for key, name in ENV[twin.platform].items()]
        return "\n".join(lines) + "\n"

    def _change_account(self, request: Request) -> object:
        document = _document(request)
        try:
            if not any(twin.change_account(document) for twin in self._twins):
                raise Refused("account_id names no account of the sandbox.")
        except ValueError as bad:
            raise Refused(str(bad)) from bad
        return self._accounts(request)

    def _calls(self, _: Request) -> object:
        return {"calls": {name: call.says for twin in self._twins for name, call in twin.calls.items()}}

    def _faults(self, _: Request) -> object:
        return {"faults": self._world.faults.documents()}

    def _arm(self, request: Request) -> object:
        calls = {name: call for twin in self._twins for name, call in twin.calls.items()}
        fault = read_fault(_document(request), calls)
        self._world.faults.arm(fault)
        return fault.document()

    def _disarm(self, _: Request) -> object:
        self._world.faults.clear()
        return {"faults": []}

    def _consents(self, _: Request) -> object:
        platforms = sorted(twin.platform for twin in self._twins)
        return {"consents": {name: self._world.consents.of(name).document() for name in platforms}}

    def _script_consent(self, request: Request) -> object:
        choices = {twin.platform: twin.choices() for twin in self._twins}
        try:
            platform, script = read_script(_document(request), choices)
        except ValueError as bad:
            raise Refused(str(bad)) from bad
        self._world.consents.set(platform, script)
        return self._consents(request)

    def _forget_consents(self, request: Request) -> object:
        self._world.consents.clear()
        return self._consents(request)

    def _apps(self, _: Request) -> object:
        registered = self._world.applications.registered
        twins = sorted(self._twins, key=lambda twin: twin.platform)
        return {
            "apps": {
                twin.platform: {"redirect_uris": registered(twin.platform)} | twin.app_settings()
                for twin in twins
            }
        }

    def _change_app(self, request: Request) -> object:
        document = _document(request)
        twin = next((one for one in self._twins if one.platform == document.get("platform")), None)
        if twin is None:
            raise Refused(f"platform is one of: {', '.join(sorted(one.platform for one in self._twins))}.")
        try:
            twin.change_app(document)
            if "redirect_uris" in document:
                self._world.applications.register(twin.platform, document["redirect_uris"])
        except ValueError as bad:
            raise Refused(str(bad)) from bad
        return self._apps(request)

    def _revoke(self, request: Request) -> object:
        document = _document(request)
        account, reason = str(document.get("account_id")), str(document.get("reason", "removed"))
        if strange := sorted(set(document) - {"account_id", "reason"}):
            raise Refused(f"Revoking takes account_id and reason, not {strange[0]!r}.")
        try:
            if not any(twin.revoke(account, reason) for twin in self._twins):
                raise Refused("account_id names no account of the sandbox.")
        except ValueError as bad:
            raise Refused(str(bad)) from bad
        return {"revoked": account, "reason": reason}

    def _clock(self, _: Request) -> object:
        clock = self._world.clock
        told: dict[str, object] = {"now": iso(clock.now()), "offset_seconds": clock.offset}
        return told | {"date_shift_seconds": clock.date_shift}

    def _advance(self, request: Request) -> object:
        document, clock = _document(request), self._world.clock
        if not document or set(document) - {"advance_seconds", "date_shift_seconds"}:
            raise Refused("The clock takes advance_seconds, date_shift_seconds, or both.")
        seconds = _seconds(document, "advance_seconds", 0.0)
        clock.date_shift = _seconds(document, "date_shift_seconds", clock.date_shift)
        clock.advance(seconds)
        for twin in self._twins:
            twin.settle()
        return self._clock(request)

    def _reset(self, request: Request) -> object:
        document = _document(request)
        seed = document.get("seed", self._world.seed)
        accounts = document.get("accounts", self._world.account_count)
        if not isinstance(seed, int) or not isinstance(accounts, int) or not 1 <= accounts <= 10_000:
            raise Refused("seed and accounts are whole numbers; accounts lies between 1 and 10000.")
        self._world.reset()
        if (seed, accounts) != (self._world.seed, self._world.account_count):
            self._rebuild(seed, accounts)
        for twin in self._twins:
            twin.reset()
        return self._accounts(request)

    def _media(self, name: str) -> Reply:
        """An image that was posted, by its digest; else a file of the media folder."""
        content = self._world.gallery.get(name)
        if content is not None:
            return Reply(200, content, (("Content-Type", sniff(content[:16])), *SAFE))
        found = self._world.folder.answer(name) if self._world.folder else None
        return found or json_reply({"error": "There is no such image or file."}, 404)


def _seconds(document: dict[str, Any], name: str, default: float) -> float:
    value = document.get(name, default)
    if not isinstance(value, int | float) or isinstance(value, bool) or not abs(value) < 1e9:
        raise Refused(f"{name} is a number of seconds; a negative one goes back.")
    return value


def _after(request: Request) -> int:
    """`?after=N`: only what has a higher sequence, for those who watch."""
    text = dict(parse_qsl(request.query)).get("after", "0")
    if not (text.isascii() and text.isdecimal()):
        raise Refused("after is a sequence number.")
    return int(text)


def _document(request: Request) -> dict[str, Any]:
    """The JSON object in the body; an empty body is an empty object."""
    if request.body.length > BODY_LIMIT:
        raise Refused("The body is larger than 1 MB.")
    raw = request.body.read_all()
    try:
        document = json.loads(raw or b"{}")
    except (ValueError, RecursionError) as bad:
        raise Refused("The body is not valid JSON.") from bad
    if not isinstance(document, dict):
        raise Refused("The body must be a JSON object.")
    return document
