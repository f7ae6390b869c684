"""From a path and a method to the function that answers, and what it asks of the caller; names come from calls.py."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

from planrrr_cli.sandbox.wire import Reply
from planrrr_cli.sandbox.x import captions, login, media, oauth, posts, problems, reading
from planrrr_cli.sandbox.x.visit import Visit

PUBLISH: Final = ("tweet.write", "tweet.read", "users.read")
READ: Final = ("tweet.read", "users.read")
BYTES: Final = ("media.write",)


@dataclass(frozen=True, slots=True)
class Route:
    """`scopes` None: nobody need say who calls. `app_too`: the application's own token will do."""

    call: str
    run: Callable[[Visit], Reply]
    scopes: tuple[str, ...] | None = None
    app_too: bool = False


ID: Final = "([0-9]{1,19})"
TABLE: Final[tuple[tuple[str, str, Route], ...]] = (
    ("POST", "/2/tweets", Route("x.post.create", posts.create, PUBLISH)),
    ("GET", "/2/tweets", Route("x.posts.lookup", reading.several, READ, app_too=True)),
    ("GET", f"/2/tweets/{ID}", Route("x.post.read", reading.one, READ, app_too=True)),
    ("DELETE", f"/2/tweets/{ID}", Route("x.post.delete", posts.delete, PUBLISH)),
    ("GET", "/2/users/me", Route("x.me.read", reading.me, READ)),
    ("GET", f"/2/users/{ID}/tweets", Route("x.posts.list", reading.listed, READ, app_too=True)),
    ("POST", "/2/media/upload", Route("x.media.upload", media.upload, BYTES)),
    ("GET", "/2/media/upload", Route("x.media.status", media.status, BYTES)),
    ("POST", "/2/media/upload/initialize", Route("x.media.initialize", media.initialize, BYTES)),
    ("POST", f"/2/media/upload/{ID}/append", Route("x.media.append", media.append, BYTES)),
    ("POST", f"/2/media/upload/{ID}/finalize", Route("x.media.finalize", media.finalize, BYTES)),
    ("POST", "/2/media/metadata", Route("x.media.metadata", captions.metadata, BYTES)),
    ("POST", "/2/media/subtitles", Route("x.media.subtitles", captions.subtitles, BYTES)),
    ("DELETE", "/2/media/subtitles", Route("x.media.subtitles", captions.remove_subtitles, BYTES)),
    ("POST", "/2/oauth2/token", Route("x.token.refresh", oauth.token)),
    ("POST", "/2/oauth2/revoke", Route("x.token.revoke", oauth.revoke)),
    ("GET", "/2/oauth2/authorize", Route("x.login.authorize", login.authorize)),
    ("GET", "/i/oauth2/authorize", Route("x.login.authorize", login.authorize)),
)
PATTERNS: Final = tuple((method, re.compile(path, re.ASCII), route) for method, path, route in TABLE)


def find(method: str, path: str) -> tuple[Route, str]:
    """The route and the id in the path; what does not exist has a route that refuses."""
    allowed = False
    for wanted, pattern, route in PATTERNS:
        if match := pattern.fullmatch(path):
            if wanted == method:
                return route, match[1] if pattern.groups else ""
            allowed = True
    return Route("x.unknown", _wrong_method if allowed else _nowhere), ""


def _nowhere(_: Visit) -> Reply:
    raise problems.no_such_path()


def _wrong_method(_: Visit) -> Reply:
    raise problems.method_not_allowed()
