"""LinkedIn's errors in their exact wire form, one constructor per error; when they apply is decided elsewhere.

Texts and codes: learn.microsoft.com/en-us/linkedin/shared/api-guide/concepts/error-handling and .../marketing/
error-responses (read 2026-11-23), and answers that users of the service have published. LinkedIn says that messages may
change; where none is known, the sentence here is ours.
"""

from typing import Any

from planrrr_cli.sandbox.wire import Reply, json_reply

PREFIX = "com.linkedin.content.common.exception.BadRequestResponseException: "


class LinkedInError(Exception):
    """A refusal: an HTTP status and the document that goes with it."""

    def __init__(self, status: int, document: dict[str, Any]) -> None:
        super().__init__(str(document.get("message") or document.get("error_description", "")))
        self.status, self.document = status, document

    def reply(self) -> Reply:
        return json_reply(self.document, self.status)


def coded(status: int, code: str, message: str, service: int | None = None) -> LinkedInError:
    """The envelope of the newer resources: status, code, message, and serviceErrorCode where there is one."""
    numbered = {} if service is None else {"serviceErrorCode": service}
    return LinkedInError(status, {"status": status, **numbered, "code": code, "message": message})


def input_error(
    code: str, description: str, path: str = "", *, status: int = 400, message: str = ""
) -> LinkedInError:
    """The envelope of POST /rest/posts: the code is among inputErrors, and nowhere else."""
    place = {"inputPath": {"fieldPath": path}} if path else {}
    error = {"description": description, "input": place, "code": code}
    return LinkedInError(
        status,
        {
            "errorDetailType": "com.linkedin.common.error.BadRequest",
            "message": PREFIX + (message or description),
            "errorDetails": {"inputErrors": [error]},
            "status": status,
        },
    )


# What stands at the door: versions, headers, addresses


def version_missing() -> LinkedInError:
    return coded(
        400,
        "VERSION_MISSING",
        "A version must be present. Please specify a version by adding the Linkedin-Version header.",
    )


def version_malformed(header: str) -> LinkedInError:
    return coded(400, "ILLEGAL_ARGUMENT", f"Invalid Linkedin-Version header: {header[:40]!r} is not YYYYMM")


def version_gone(version: str) -> LinkedInError:
    """The message shows the version with a day, as four independent reports have it."""
    return coded(426, "NONEXISTENT_VERSION", f"Requested version {version}01 is not active")


def protocol_required(header: str) -> LinkedInError:
    """Stricter than the real service, which assumes 1.0.0 without the header and then misreads keys and lists."""
    told = f"{header[:20]} is not served" if header else "without it 1.0.0 is assumed, which is not served"
    return coded(400, "ILLEGAL_ARGUMENT", f"X-Restli-Protocol-Version must be 2.0.0: {told}")


def wrong_method_header(given: str, meant: str) -> LinkedInError:
    told = f"is {given[:40]}" if given else "is missing"
    return coded(400, "ILLEGAL_ARGUMENT", f"X-RestLi-Method {told}; this request is a {meant}")


def bad_path() -> LinkedInError:
    """A key with bare colons, or one that cannot be decoded."""
    return coded(400, "ILLEGAL_ARGUMENT", "Syntax exception in path variables")


def bad_query() -> LinkedInError:
    return coded(400, "ILLEGAL_ARGUMENT", "Invalid query parameters passed to request")


def no_resource(path: str) -> LinkedInError:
    return coded(404, "RESOURCE_NOT_FOUND", f"No virtual resource found for {path[:200]}")


def wrong_verb(verb: str, path: str) -> LinkedInError:
    return coded(405, "METHOD_NOT_ALLOWED", f"Method '{verb}' is not supported for URI '{path[:200]}'")


def length_required() -> LinkedInError:
    return coded(411, "LENGTH_REQUIRED", "A POST without a body needs the header Content-Length: 0")


def body_too_large() -> LinkedInError:
    return coded(413, "REQUEST_ENTITY_TOO_LARGE", "The request body is too large")


def address_too_long() -> LinkedInError:
    return coded(414, "URI_TOO_LONG", "The URI or its query is too long; use query tunneling")


def wrong_content_type(wanted: str) -> LinkedInError:
    return coded(415, "UNSUPPORTED_MEDIA_TYPE", f"Content-Type must be {wanted}")


# Who asks


def empty_token() -> LinkedInError:
    return coded(401, "EMPTY_ACCESS_TOKEN", "Empty oauth2 access token", 65604)


def dead_token(service: int) -> LinkedInError:
    code, message = {
        65600: ("INVALID_ACCESS_TOKEN", "Invalid access token"),
        65602: ("EXPIRED_ACCESS_TOKEN", "The token used in the request has expired"),
    }.get(service, ("REVOKED_ACCESS_TOKEN", "The token used in the request has been revoked by the user"))
    return coded(401, code, message, service)


def access_denied(gate: str) -> LinkedInError:
    """`gate` is resource, method and version, as in partnerApiPostsExternal.GET.20260601."""
    return coded(403, "ACCESS_DENIED", f"Not enough permissions to access: {gate}", 100)


def unpermitted_fields(paths: list[str]) -> LinkedInError:
    """Fields that the resource does not have, and fields that are null."""
    told = ",".join(path[:80] for path in paths[:10])
    message = f"Unpermitted fields present in REQUEST_BODY: Data Processing Exception while processing fields [{told}]"
    return coded(403, "ACCESS_DENIED", message, 100)


def restricted_member() -> LinkedInError:
    return coded(403, "ACCESS_DENIED", "The member is restricted and cannot perform this action", 100)


def throttled(whose: str) -> LinkedInError:
    """`whose` is APPLICATION, MEMBER or APPLICATION_AND_MEMBER: the day's calls are used up until midnight UTC."""
    message = f"Resource level throttle {whose} DAY limit for calls to this resource is reached."
    return coded(429, "TOO_MANY_REQUESTS", message, 101)


def overloaded() -> LinkedInError:
    """The infrastructure's own protection, which names no day."""
    return coded(429, "TOO_MANY_REQUESTS", "Too many requests; slow down and try again")


# What is asked for


def unreadable_body() -> LinkedInError:
    return coded(400, "ILLEGAL_ARGUMENT", "Cannot parse request entity")


def missing_field(path: str) -> LinkedInError:
    return input_error("MISSING_FIELD", f"{path} field is required but not found and has no default", path)


def invalid_value(path: str, why: str) -> LinkedInError:
    return input_error("INVALID_VALUE_FOR_FIELD", f"The value of {path} is invalid: {why}", path)


def too_long(path: str, length: int, limit: int) -> LinkedInError:
    told = f"{path.lstrip('/')} text length ({length} characters) exceeded the maximum allowed ({limit} characters)"
    return input_error("FIELD_LENGTH_TOO_LONG", told, path)


def invalid_urn_id(path: str) -> LinkedInError:
    return input_error("INVALID_URN_ID", "This URN Id is invalid", path)


def invalid_urn_type(path: str) -> LinkedInError:
    return input_error("INVALID_URN_TYPE", "Invalid URN Type", path)


def foreign_content() -> LinkedInError:
    return input_error(
        "INVALID_CONTENT_OWNERSHIP", "One or more of the contents is not owned by the author", "/content"
    )


def waiting_upload() -> LinkedInError:
    return coded(400, "MEDIA_ASSET_WAITING_UPLOAD", "Media asset is waiting upload")


def still_processing() -> LinkedInError:
    return coded(400, "MEDIA_ASSET_PROCESSING", "Media asset is still in processing")


def processing_failed() -> LinkedInError:
    return coded(400, "MEDIA_ASSET_PROCESSING_FAILED", "Media asset failed processing")


def upload_expired(kind: str) -> LinkedInError:
    return coded(400, "EXPIRED_UPLOAD_URL", f"The {kind.capitalize()} upload URL is expired")


def duplicate_post(urn: str) -> LinkedInError:
    return input_error(
        "DUPLICATE_POST",
        "Duplicate post is detected",
        status=422,
        message=f"Content is a duplicate of {urn}",
    )


def empty_commentary() -> LinkedInError:
    return input_error("UNPROCESSABLE_ENTITY", "The commentary is empty", "/commentary", status=422)


def unprocessable() -> LinkedInError:
    return input_error("UNPROCESSABLE_ENTITY", "The request could not be processed", status=422)


def not_found() -> LinkedInError:
    return coded(404, "NOT_FOUND", "Could not find entity")


def conflict() -> LinkedInError:
    return coded(409, "CONFLICT", "The request conflicts with another write; retry the request")


def server_trouble(status: int = 500) -> LinkedInError:
    code = {503: "SERVICE_UNAVAILABLE", 504: "GATEWAY_TIMEOUT"}.get(status, "INTERNAL_SERVER_ERROR")
    return coded(status, code, code.replace("_", " ").capitalize())


# What stands before the API answers with, when the API itself does not.
GATEWAY_PAGE = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>LinkedIn</title></head>'
    "<body><h1>We're working on it</h1><p>Our service is temporarily unavailable. Please try again.</p></body></html>\n"
)
