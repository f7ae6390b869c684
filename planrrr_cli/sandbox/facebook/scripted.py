"""Any error of Graph that a fault asks for by code or by HTTP status; what Graph says by itself is in errors.py."""

from dataclasses import replace
from typing import Final

from planrrr_cli.sandbox.facebook import errors

# code -> (HTTP status as observed, message): what a scripted fault `error:CODE` sends.
SCRIPTED: Final = {
    1: (500, "An unknown error has occurred."),
    2: (500, "An unexpected error has occurred. Please retry your request later."),
    3: (400, "(#3) Application does not have the capability to make this API call."),
    4: (403, "(#4) Application request limit reached"),
    5: (400, "(#5) Unauthorized source IP address"),
    10: (403, "(#10) Application does not have permission for this action"),
    17: (400, "(#17) User request limit reached"),
    32: (403, "(#32) Page request limit reached"),
    100: (400, "(#100) Invalid parameter"),
    102: (400, "(#102) Session key invalid or no longer valid"),
    190: (400, "Error validating access token: The session has been invalidated."),
    324: (400, "(#324) Missing or invalid image file"),
    341: (400, "(#341) Feed action request limit reached"),
    368: (400, "(#368) The action attempted has been deemed abusive or is otherwise disallowed"),
    506: (400, "(#506) Duplicate status message"),
    613: (400, "(#613) Calls to this api have exceeded the rate limit."),
    1609005: (400, "(#1609005) The link could not be scraped"),
    2500: (400, "An active access token must be used to query information about the current user."),
}
IMPERSONATING: Final = (
    "Any of the pages_read_engagement, pages_manage_metadata, pages_manage_posts permission(s) must be granted before "
    "impersonating a user's page."
)


def by_code(code: int, subcode: int | None) -> errors.GraphError:
    """Any code, as a fault asks for it."""
    if code == 80001:
        return errors.rate_limited()
    if (code, subcode) == (100, 33):
        return errors.unsupported("get", "0")
    if (code, subcode) == (190, None):
        return errors.GraphError(400, 190, IMPERSONATING)
    status, message = SCRIPTED.get(
        code, (403 if 200 <= code <= 299 else 400, f"(#{code}) The request was refused")
    )
    return errors.GraphError(status, code, message, errors.Wording(subcode, transient=code in (2, 4)))


def by_status(status: int) -> errors.GraphError:
    """The envelope that goes with an HTTP status, as a fault asks for it."""
    if status >= 500:
        return errors.service_down(status)
    code = {401: 190, 403: 200, 404: 803, 429: 4}.get(status, 100)
    told = by_code(code, 467 if code == 190 else None)
    return errors.GraphError(status, code, str(told), replace(told.wording, transient=status == 429))
