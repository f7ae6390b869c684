"""Graph's errors in their exact wire form, one constructor per error; when they apply is decided elsewhere.

Codes and texts: developers.facebook.com/docs/graph-api/guides/error-handling and .../pages-api/error-codes (read
2026-11-23); HTTP statuses as observed on the live service, since the documentation names none.
"""

import json
from dataclasses import dataclass
from typing import Any

from planrrr_cli.sandbox.wire import Reply, json_reply


@dataclass(frozen=True, slots=True)
class Wording:
    """The optional fields of the envelope."""

    subcode: int | None = None
    transient: bool = False
    title: str | None = None
    explanation: str | None = None
    extra: Any = None


class GraphError(Exception):
    """A refusal: an HTTP status and the envelope's fields."""

    def __init__(
        self,
        status: int,
        code: int,
        message: str,
        wording: Wording | None = None,
        kind: str = "OAuthException",
    ) -> None:
        super().__init__(message)
        self.status, self.code, self.kind = status, code, kind
        self.wording = wording or Wording()

    def reply(self, trace: str) -> Reply:
        wording = self.wording
        error: dict[str, Any] = {"message": str(self), "type": self.kind, "code": self.code}
        if wording.extra is not None:
            error["error_data"] = wording.extra
        if wording.subcode is not None:
            error["error_subcode"] = wording.subcode
        if wording.transient or wording.subcode is not None or self.code in (1, 2, 4):
            error["is_transient"] = wording.transient
        if wording.title is not None:
            error |= {"error_user_title": wording.title, "error_user_msg": wording.explanation or str(self)}
        error["fbtrace_id"] = trace
        return json_reply({"error": error}, self.status, self._headers())

    def _headers(self) -> dict[str, str]:
        if self.kind != "OAuthException":
            return {}
        word = "invalid_token" if self.code == 190 else "invalid_request"
        told = json.dumps(str(self))[1:-1]
        return {"WWW-Authenticate": f'OAuth "Facebook Platform" "{word}" "{told}"'}


def invalid_parameter(message: str) -> GraphError:
    return GraphError(400, 100, f"(#100) {message}")


def unknown_parameter(name: str) -> GraphError:
    """Stricter than the real service, which ignores most of what it does not know."""
    return invalid_parameter(f"Unknown parameter: {name[:100]!r} is not a parameter of this edge")


def missing_parameter(name: str) -> GraphError:
    return invalid_parameter(f"The parameter {name} is required")


def unknown_field(name: str, node: str) -> GraphError:
    return invalid_parameter(f"Tried accessing nonexisting field ({name[:100]}) on node type ({node})")


def unknown_path(path: str) -> GraphError:
    return GraphError(400, 2500, f"Unknown path components: {path[:200]}")


def unsupported(verb: str, node: str) -> GraphError:
    """Missing, or not readable with this token: Graph does not tell which."""
    message = (
        f"Unsupported {verb.lower()} request. Object with ID '{node[:100]}' does not exist, cannot be loaded due to "
        "missing permissions, or does not support this operation"
    )
    return GraphError(400, 100, message, Wording(33), "GraphMethodException")


def no_token() -> GraphError:
    return GraphError(
        400, 2500, "An active access token must be used to query information about the current user."
    )


def unparsable_token() -> GraphError:
    return GraphError(400, 190, "Invalid OAuth access token - Cannot parse access token")


# Subcodes of 190: developers.facebook.com/docs/graph-api/guides/error-handling (read 2026-11-23).
DEATHS = {
    458: "The user has not authorized the application.",
    459: "The user is in a checkpoint, please log in at https://www.facebook.com to correct it.",
    460: "The session has been invalidated because the user changed their password.",
    463: "Session has expired.",
    464: "Sessions for the user are not allowed because the user is not a confirmed user.",
    492: "The session is invalid: the user has no role on this Page any more.",
}


def dead_token(subcode: int) -> GraphError:
    told = DEATHS.get(subcode, "The session is invalid because the user logged out.")
    return GraphError(400, 190, f"Error validating access token: {told}", Wording(subcode))


def page_token_required() -> GraphError:
    return GraphError(
        400,
        190,
        "A Page access token is required for this call for the new Pages experience",
        Wording(2069032),
    )


def unknown_application() -> GraphError:
    return GraphError(
        400, 101, "Error validating application. Cannot get application info due to a system error."
    )


def wrong_secret() -> GraphError:
    return GraphError(400, 1, "Error validating client secret.")


def refused_code(message: str, subcode: int | None = None) -> GraphError:
    """Of the login dialog's codes; the subcodes are those that many clients met."""
    return GraphError(400, 100, message, Wording(subcode))


def bad_proof() -> GraphError:
    message = "Invalid appsecret_proof provided in the API argument"
    return GraphError(400, 100, message, kind="GraphMethodException")


def proof_required() -> GraphError:
    message = "API calls from the server require an appsecret_proof argument"
    return GraphError(400, 100, message, kind="GraphMethodException")


def read_permission_missing(scopes: str) -> GraphError:
    return GraphError(
        403, 10, f"(#10) This endpoint requires the '{scopes}' permission or to be reviewed for it"
    )


def write_permission_missing(scopes: str) -> GraphError:
    return GraphError(
        403, 200, f"(#200) The permission(s) {scopes} are not available, or the Page task is missing"
    )


def wall_post_failed() -> GraphError:
    """Commenting with a user token: developers.facebook.com/docs/pages-api/comments-mentions."""
    return GraphError(400, 1705, "(#1705) There was an error posting to this wall")


def duplicate_status() -> GraphError:
    return GraphError(400, 506, "(#506) Duplicate status message")


def photos_already_posted() -> GraphError:
    words = Wording(1366051, title="Photos Already Posted", explanation="These photos were already posted.")
    return GraphError(400, 100, "Invalid parameter", words)


def bad_image(message: str, subcode: int | None = 1366046) -> GraphError:
    words = Wording(subcode, title="Can't Read Files", explanation=message)
    return GraphError(400, 324, "(#324) Missing or invalid image file", words)


def image_not_fetched() -> GraphError:
    return GraphError(400, 324, "(#324) Missing or invalid image file")


def video_not_fetched(why: str) -> GraphError:
    words = Wording(1363057, title="Unable to fetch video file from URL", explanation=why)
    return GraphError(400, 389, "(#389) Unable to fetch video file from URL.", words)


def bad_video(code: int, message: str) -> GraphError:
    return GraphError(400, code, f"(#{code}) {message}")


def upload_trouble(message: str) -> GraphError:
    return GraphError(400, 6000, f"(#6000) There was a problem uploading your video file. {message}")


def wrong_offset(start: int, end: int, *, as_text: bool) -> GraphError:
    """`error_data` has been seen as an object and as JSON text; numbers come as strings."""
    window = {"start_offset": str(start), "end_offset": str(end)}
    extra = json.dumps(window) if as_text else window
    message = "The video upload request used an offset that does not match the upload session"
    return GraphError(400, 6001, f"(#6001) {message}", Wording(1363037, title="Wrong offset", extra=extra))


def reel_limit() -> GraphError:
    message = "(#613) This Page has published 30 reels through the API in the last 24 hours"
    return GraphError(400, 613, message)


def link_not_fetched() -> GraphError:
    return GraphError(400, 1609005, "(#1609005) The link could not be scraped")


def facebook_link() -> GraphError:
    words = Wording(
        1609008, title="Can't Share This Link", explanation="Links to facebook.com cannot be posted."
    )
    return GraphError(400, 100, "Invalid parameter", words)


def rate_limited() -> GraphError:
    message = (
        "(#80001) There have been too many calls to this Page account. Wait a bit and try again. For more, please "
        "refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
    )
    return GraphError(400, 80001, message)


def service_down(status: int = 500) -> GraphError:
    message = "An unexpected error has occurred. Please retry your request later."
    return GraphError(status, 2, message, Wording(transient=True))


# What stands before Graph answers with, when Graph itself does not.
GATEWAY_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Facebook | Error</title></head>'
    "<body><h1>Sorry, something went wrong.</h1><p>We're working on getting this fixed as soon as we can.</p>"
    "</body></html>\n"
)
