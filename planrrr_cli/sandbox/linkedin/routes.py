"""From a LinkedIn path, method and query to the function that answers; names come from calls.py."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Final

from planrrr_cli.sandbox.linkedin import (
    assets,
    changing,
    comments,
    errors,
    login,
    members,
    oauth,
    posts,
    reading,
    uploads,
)
from planrrr_cli.sandbox.linkedin.visit import Visit
from planrrr_cli.sandbox.wire import Reply


@dataclass(frozen=True, slots=True)
class Route:
    """`method` is Rest.li's; `named`: a header has to say it. `locked`: runs under the store's lock."""

    call: str
    run: Callable[[Visit], Reply]
    method: str = ""
    gate: str = ""
    named: bool = False
    locked: bool = True


def _unknown(visit: Visit) -> Reply:
    raise errors.no_resource(visit.request.path)


def _wrong_verb(visit: Visit) -> Reply:
    raise errors.wrong_verb(visit.request.method, visit.request.path)


def _wrong_query(visit: Visit) -> Reply:
    visit.grant()
    raise errors.bad_query()


UNKNOWN: Final = Route("linkedin.unknown", _unknown)
WRONG_VERB: Final = Route("linkedin.unknown", _wrong_verb)
WRONG_QUERY: Final = Route("linkedin.unknown", _wrong_query)

POSTS = "partnerApiPostsExternal"
CREATE = Route("linkedin.post.create", posts.create, "CREATE", "posts.CREATE", locked=False)
FIND = Route("linkedin.posts.list", reading.by_author, "FINDER", f"{POSTS}.FINDER-author", named=True)
BATCH = Route("linkedin.posts.batch", reading.batch, "BATCH_GET", f"{POSTS}.BATCH_GET", named=True)
ONE_POST: Final = {
    "GET": Route("linkedin.post.read", reading.read, "GET", f"{POSTS}.GET"),
    "POST": Route(
        "linkedin.post.update", changing.update, "PARTIAL_UPDATE", f"{POSTS}.PARTIAL_UPDATE", named=True
    ),
    "DELETE": Route("linkedin.post.delete", changing.delete, "DELETE", f"{POSTS}.DELETE"),
}
COMMENTS: Final = {
    "POST": Route("linkedin.comment.create", comments.create, "CREATE", "partnerApiSocialActions.CREATE"),
    "GET": Route("linkedin.comments.read", comments.read, "GET_ALL", "partnerApiSocialActions.GET_ALL"),
}


def _action(call: str, run: Callable[[Visit], Reply], resource: str, action: str) -> Route:
    return Route(call, run, "ACTION", f"{resource}.ACTION-{action}")


ACTIONS: Final = {
    ("images", "initializeUpload"): _action(
        "linkedin.image.initialize", assets.initializer("image"), "images", "initializeUpload"
    ),
    ("documents", "initializeUpload"): _action(
        "linkedin.document.initialize", assets.initializer("document"), "documents", "initializeUpload"
    ),
    ("videos", "initializeUpload"): _action(
        "linkedin.video.initialize", assets.initialize_video, "videos", "initializeUpload"
    ),
    ("videos", "finalizeUpload"): _action(
        "linkedin.video.finalize", assets.finalize, "videos", "finalizeUpload"
    ),
}
KINDS: Final = {"images": "image", "videos": "video", "documents": "document"}
READ_ASSET: Final = {
    name: Route(f"linkedin.{kind}.read", assets.reader(kind), "GET", f"{name}.GET")
    for name, kind in KINDS.items()
}
ROLES = Route("linkedin.organizations.read", members.roles, "FINDER", "organizationAcls.FINDER-roleAssignee")
ORGANIZATION = Route("linkedin.organizations.read", members.organization, "GET", "organizations.GET")

PLAIN: Final = {
    ("GET", "/v2/userinfo"): Route("linkedin.userinfo.read", members.userinfo, gate="userinfo.GET"),
    ("GET", "/v2/me"): Route("linkedin.me.read", members.me, gate="me.GET"),
    ("GET", "/oauth/v2/authorization"): Route("linkedin.login.dialog", login.dialog),
    ("POST", "/oauth/v2/introspectToken"): Route("linkedin.token.introspect", oauth.introspect),
    ("POST", "/oauth/v2/revoke"): Route("linkedin.token.revoke", oauth.revoke),
}
GRANTS: Final = {
    "authorization_code": Route("linkedin.token.exchange", oauth.exchange),
    "refresh_token": Route("linkedin.token.refresh", oauth.renew),
}
OTHER_GRANT: Final = Route("linkedin.token.exchange", oauth.refuse_grant)
UPLOADS: Final = {
    f"{kind}-{what}": Route(
        f"linkedin.{kind}.{'upload' if what == 'part' else what}", uploads.receive, locked=False
    )
    for kind, what in (
        *(("image", "upload"), ("document", "upload")),
        *(("video", "part"), ("video", "captions"), ("video", "thumbnail")),
    )
}


def find(method: str, path: str, hints: Mapping[str, str]) -> tuple[Route, list[str]]:
    """Always a route, with the raw keys of the path. `hints`: q, ids, action of the query, grant_type of the form."""
    parts = [part for part in path.split("/") if part]
    match parts:
        case ["dms-uploads", name, what, index]:
            route = UPLOADS.get(what, UNKNOWN)
            return (route if method == "PUT" or route is UNKNOWN else WRONG_VERB), [name, what, index]
        case ["oauth", "v2", "accessToken"] if method == "POST":
            return GRANTS.get(hints.get("grant_type", ""), OTHER_GRANT), []
        case ["rest", *rest]:
            return _versioned(method, rest, hints)
        case _:
            known = any(path == each for _, each in PLAIN) or parts == ["oauth", "v2", "accessToken"]
            return PLAIN.get((method, path), WRONG_VERB if known else UNKNOWN), []


def _versioned(method: str, parts: list[str], hints: Mapping[str, str]) -> tuple[Route, list[str]]:
    match parts:
        case ["posts"]:
            if method == "POST":
                return CREATE, []
            chosen = FIND if "q" in hints else BATCH if "ids" in hints else WRONG_QUERY
            return (chosen if method == "GET" else WRONG_VERB), []
        case ["posts", key]:
            return ONE_POST.get(method, WRONG_VERB), [key]
        case [("images" | "videos" | "documents") as name]:
            action = ACTIONS.get((name, hints.get("action", "")), WRONG_QUERY)
            return (action if method == "POST" else WRONG_VERB), []
        case [("images" | "videos" | "documents") as name, key]:
            return (READ_ASSET[name] if method == "GET" else WRONG_VERB), [key]
        case ["socialActions", key, "comments"]:
            return COMMENTS.get(method, WRONG_VERB), [key]
        case ["organizationAcls"]:
            return (ROLES if method == "GET" else WRONG_VERB), []
        case ["organizations", key]:
            return (ORGANIZATION if method == "GET" else WRONG_VERB), [key]
        case _:
            return UNKNOWN, []
