"""Google's errors, one constructor per error; when they happen is decided elsewhere.

Texts and reasons: developers.google.com/youtube/data/reference/rest/v3/errors and the pages of the methods; bodies as
many clients met them (read 2026-11-23). Where no body is known, the form is the envelope's.
"""

from typing import Any, Final

from planrrr_cli.sandbox.wire import Reply, json_reply

GATEWAY_PAGE: Final = (
    "<!DOCTYPE html>\n<html lang=en>\n  <meta charset=utf-8>\n  <title>Error 502 (Server Error)!!1</title>\n"
    "  <p><b>502.</b> <ins>That’s an error.</ins>\n  <p>The server encountered a temporary error and could not"
    " complete your request.<p>Please try again in 30 seconds.  <ins>That’s all we know.</ins>\n"
)
SERVICE: Final = {"service": "youtube.googleapis.com"}


class Refusal(Exception):
    """What a call is refused with; the reply is already in Google's words."""

    def __init__(self, reply: Reply) -> None:
        super().__init__(reply.status)
        self.reply = reply


def google(
    code: int,
    reason: str,
    message: str,
    domain: str = "global",
    *,
    location: str = "",
    kind: str = "other",
    said: str = "",
    status: str = "",
    details: list[dict[str, Any]] | None = None,
    headers: dict[str, str] | None = None,
) -> Refusal:
    """The envelope. `said` is the message of the inner error where that is another."""
    inner = {"message": said or message, "domain": domain, "reason": reason}
    if location:
        inner |= {"location": location, "locationType": kind}
    error: dict[str, Any] = {"code": code, "message": message, "errors": [inner]}
    if status:
        error["status"] = status
    if details:
        error["details"] = details
    return Refusal(json_reply({"error": error}, code, headers))


def info(reason: str) -> list[dict[str, Any]]:
    kind = "type.googleapis.com/google.rpc.ErrorInfo"
    return [{"@type": kind, "reason": reason, "domain": "googleapis.com", "metadata": SERVICE}]


# Who calls


def missing_token() -> Refusal:
    message = "Request is missing required authentication credential. Expected OAuth 2 access token."
    return google(
        401,
        "required",
        message,
        location="Authorization",
        kind="header",
        said="Login Required.",
        status="UNAUTHENTICATED",
        details=info("CREDENTIALS_MISSING"),
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/"'},
    )


def dead_token() -> Refusal:
    message = (
        "Request had invalid authentication credentials. Expected OAuth 2 access token, login cookie or other valid"
        " authentication credential."
    )
    return google(
        401,
        "authError",
        message,
        location="Authorization",
        kind="header",
        said="Invalid Credentials",
        status="UNAUTHENTICATED",
        headers={"WWW-Authenticate": 'Bearer realm="https://accounts.google.com/", error="invalid_token"'},
    )


def no_channel() -> Refusal:
    return google(
        401,
        "youtubeSignupRequired",
        "Unauthorized",
        "youtube.header",
        location="Authorization",
        kind="header",
    )


def insufficient_scope(wanted: tuple[str, ...]) -> Refusal:
    realm = 'Bearer realm="https://accounts.google.com/", error="insufficient_scope"'
    return google(
        403,
        "insufficientPermissions",
        "Request had insufficient authentication scopes.",
        said="Insufficient Permission",
        status="PERMISSION_DENIED",
        details=info("ACCESS_TOKEN_SCOPE_INSUFFICIENT"),
        headers={"WWW-Authenticate": f'{realm}, scope="{" ".join(wanted)}"'},
    )


def forbidden(domain: str, message: str = "Forbidden", location: str = "") -> Refusal:
    return google(
        403, "forbidden", message, domain, location=location, kind="header" if location else "other"
    )


def account_trouble(reason: str) -> Refusal:
    """One of the documented reasons why an account may do nothing now."""
    return google(403, reason, "Forbidden", "youtube.header", location="Authorization", kind="header")


def not_configured() -> Refusal:
    message = (
        "YouTube Data API v3 has not been used in project 123 before or it is disabled. Enable it by visiting"
        " https://console.developers.google.com/apis/api/youtube.googleapis.com/overview?project=123 then retry."
    )
    details = info("SERVICE_DISABLED")
    return google(
        403, "accessNotConfigured", message, "usageLimits", status="PERMISSION_DENIED", details=details
    )


# The request as such


def wrong_field(message: str, field: str) -> Refusal:
    violation = {"description": message} | ({"field": field} if field else {})
    kind = "type.googleapis.com/google.rpc.BadRequest"
    details = [{"@type": kind, "fieldViolations": [violation]}]
    return google(400, "badRequest", message, status="INVALID_ARGUMENT", details=details)


def unknown_field(name: str, field: str) -> Refusal:
    return wrong_field(
        f"Invalid JSON payload received. Unknown name \"{name}\" at '{field}': Cannot find field.", field
    )


def unknown_parameter(name: str) -> Refusal:
    told = "Cannot bind query parameter. Field '{0}' could not be found in request message."
    return wrong_field(f'Invalid JSON payload received. Unknown name "{name}": {told.format(name)}', "")


def wrong_value(field: str, kind: str, value: str) -> Refusal:
    return wrong_field(f"Invalid value at '{field}' ({kind}), {value}", field)


def parse_error() -> Refusal:
    return google(400, "parseError", "Parse Error")


def required(name: str) -> Refusal:
    message = f"Required parameter: {name}"
    return google(400, "required", message, location=name, kind="parameter")


def unknown_part(name: str) -> Refusal:
    return google(400, "unknownPart", f"'{name}'", "youtube.part", location="part", kind="parameter")


def unexpected_part(name: str) -> Refusal:
    return google(400, "unexpectedPart", f"'{name}'", "youtube.part", location="part", kind="parameter")


def no_filter(names: tuple[str, ...]) -> Refusal:
    message = f"No filter selected. Expected one of: {', '.join(names)}"
    return google(400, "missingRequiredParameter", message, "youtube.parameter", location="parameters.")


def incompatible(names: list[str]) -> Refusal:
    message = f"Incompatible parameters specified in the request: {', '.join(names)}"
    return google(400, "incompatibleParameters", message, "youtube.parameter", location="parameters.")


def unexpected_parameter(name: str) -> Refusal:
    message = f"The request specifies an unexpected parameter: {name}"
    return google(400, "unexpectedParameter", message, "youtube.parameter", location=f"parameters.{name}")


def bad_page_token() -> Refusal:
    message = "The request specifies an invalid page token."
    return google(
        400, "invalidPageToken", message, "youtube.parameter", location="pageToken", kind="parameter"
    )


# Things


def invalid(
    reason: str, message: str, location: str, domain: str = "youtube.video", code: int = 400
) -> Refusal:
    """A documented reason of a method, at a place in the body."""
    return google(code, reason, message, domain, location=location)


def not_found(reason: str, what: str, domain: str, parameter: str) -> Refusal:
    message = f"The {what} identified by the <code>{parameter}</code> parameter could not be found."
    return google(404, reason, message, domain, location=parameter, kind="parameter")


def already_exists() -> Refusal:
    message = "Requested entity already exists"
    return google(409, "alreadyExists", message, status="ALREADY_EXISTS")


def server_trouble(status: int) -> Refusal:
    reason, message, name = {
        500: ("internalError", "Internal error encountered.", "INTERNAL"),
        503: ("backendError", "The service is currently unavailable.", "UNAVAILABLE"),
    }.get(status, ("backendError", "Backend Error", ""))
    return google(status, reason, message, status=name)
