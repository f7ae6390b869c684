"""Which requests are Instagram's, where one address stands for all of Meta's hosts."""

from typing import Final
from urllib.parse import parse_qsl

from planrrr_cli.sandbox.facebook import versions
from planrrr_cli.sandbox.instagram.store import Store
from planrrr_cli.sandbox.wire import Request

UPLOADS: Final = "/ig-api-upload/"
DIALOG: Final = "/oauth/authorize"
TOKENS: Final = ("access_token", "refresh_access_token")
# Edges of an account that Facebook's nodes do not have: `me/media` is Instagram's whatever the token.
EDGES: Final = ("content_publishing_limit", "media", "media_publish", "stories")
FORM_LIMIT: Final = 64 * 1024


def is_ours(store: Store, request: Request) -> bool:
    """By the path and the ids in it; where these could be Facebook's too, by token or application."""
    if request.path.startswith(UPLOADS) or request.path == DIALOG:
        return True
    parts = path_parts(request.path)
    match parts:
        case ["oauth", "access_token"]:
            return (
                request.method == "POST" and request.path.startswith("/oauth/") and _is_redeem(store, request)
            )
        case [("access_token" | "refresh_access_token")]:
            return True
        case ["me"]:
            return token_without_body(request) in store.grants
        case ["me", edge]:
            return edge in EDGES or token_without_body(request) in store.grants
        case [node] | [node, _]:
            return store.is_shaped_like_ours(node)
        case _:
            return False


def path_parts(path: str) -> list[str]:
    """Without empty parts and without the version in front."""
    parts = [part for part in path.split("/") if part]
    return parts[1:] if parts and versions.SHAPE.match(parts[0]) else parts


def token_without_body(request: Request) -> str:
    """From the query or the header: who claims a request leaves its body alone."""
    query = dict(parse_qsl(request.query, keep_blank_values=True))
    return query.get("access_token") or header_token(request)


def header_token(request: Request) -> str:
    scheme, _, token = request.header("Authorization").partition(" ")
    return token.strip() if scheme.lower() in ("bearer", "oauth") else ""


def _is_redeem(store: Store, request: Request) -> bool:
    """A login's code sent without a version: ours, unless the application is Facebook's."""
    form = request.body.look(FORM_LIMIT).decode("ascii", "replace")
    asked = dict(parse_qsl(request.query) + parse_qsl(form))
    return asked.get("grant_type") == "authorization_code" and asked.get("client_id") != store.graph.app_id
