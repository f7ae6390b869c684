"""What a fault makes LinkedIn say: `status:NNN` and `error:CODE[:SUBCODE]`, in the dialect of the call it strikes."""

from collections.abc import Callable
from typing import Final

from planrrr_cli.sandbox.linkedin import errors, oautherrors
from planrrr_cli.sandbox.linkedin.errors import LinkedInError
from planrrr_cli.sandbox.linkedin.visit import Visit

DAY_LIMITS: Final = {1: "APPLICATION", 2: "MEMBER", 3: "APPLICATION_AND_MEMBER"}
# error:400:N
REQUEST_ERRORS: Final[dict[int, Callable[[], LinkedInError]]] = {
    1: lambda: errors.missing_field("/commentary"),
    2: lambda: errors.invalid_value("/visibility", "it was refused"),
    3: lambda: errors.too_long("/commentary", 3_001, 3_000),
    4: lambda: errors.invalid_urn_id("/author"),
    5: lambda: errors.invalid_urn_type("/author"),
    6: errors.foreign_content,
    7: errors.waiting_upload,
    8: errors.still_processing,
    9: errors.processing_failed,
    10: lambda: errors.upload_expired("video"),
    11: errors.version_missing,
}


def by_code(visit: Visit, code: int, subcode: int | None) -> LinkedInError:
    """`code` is a serviceErrorCode or an HTTP status; the table of both is in the sandbox's README."""
    match code:
        case 65600 | 65601 | 65602:
            return errors.dead_token(code)
        case 65604:
            return errors.empty_token()
        case 100:
            return visit.denied()
        case 101:
            return errors.throttled(DAY_LIMITS[subcode]) if subcode in DAY_LIMITS else errors.overloaded()
        case 400:
            return REQUEST_ERRORS.get(subcode or 0, errors.bad_query)()
        case 403 if subcode == 1:
            return errors.restricted_member()
        case 422 if subcode in (1, 2):
            return errors.duplicate_post(_ghost(visit, age=0 if subcode == 1 else 86_400))
        case _:
            return by_status(visit, code if 400 <= code <= 599 else 400)


def _ghost(visit: Visit, age: int) -> str:
    """A post that nobody can find: one made just now, or one of a day ago."""
    number = int((visit.store.now() - age) * 1000) << 22
    return f"urn:li:share:{number + visit.request.sequence % 4_000_000}"


def by_status(visit: Visit, status: int) -> LinkedInError:
    """The document that goes with an HTTP status."""
    match status:
        case 401:
            return errors.dead_token(65601)
        case 403:
            return visit.denied()
        case 404:
            return errors.not_found()
        case 409:
            return errors.conflict()
        case 411:
            return errors.length_required()
        case 413:
            return errors.body_too_large()
        case 414:
            return errors.address_too_long()
        case 422:
            return errors.unprocessable()
        case 426:
            return errors.version_gone(visit.version or "202501")
        case 429:
            return errors.overloaded()
        case _ if status >= 500:
            return errors.server_trouble(status)
        case _:
            return errors.coded(status, "BAD_REQUEST", "The request was refused")


def by_oauth_code(code: int) -> LinkedInError:
    """The token endpoint knows two refusals worth telling apart: the grant is dead, the app is unknown."""
    if code >= 500:
        return oautherrors.oauth(code, "server_error", "The server could not handle the request")
    if code == 401:
        return oautherrors.invalid_client()
    if code == 429:
        return oautherrors.oauth(429, "temporarily_unavailable", "Too many requests")
    return oautherrors.dead_grant()
