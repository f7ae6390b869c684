"""What a fault's `status:NNN` and `error:CODE[:NUMBER]` mean in X's dialect; the README lists them for people."""

from collections.abc import Callable
from typing import Final

from planrrr_cli.sandbox.x import problems
from planrrr_cli.sandbox.x.frames import DefaultError, OldRefusal, Problem, Refusal

# CODE is the HTTP status, NUMBER which of its refusals; 0 is the one without a number.
MEANT: Final[dict[tuple[int, int], Callable[[], Refusal]]] = {
    (400, 0): lambda: problems.invalid_request("$.text: is not valid", {"$.text": []}),
    (400, 1): lambda: problems.invalid_media_ids(["0"]),
    (400, 2): lambda: problems.invalid_request("BadRequest: Not found", {"media_id": ["0"]}),
    (401, 0): problems.unauthorized,
    (402, 0): lambda: problems.credits_depleted("0"),
    (402, 1): problems.spend_cap_reached,
    (403, 0): problems.forbidden,
    (403, 1): problems.duplicate,
    (403, 2): problems.not_permitted,
    (403, 3): lambda: problems.not_your_conversation("0"),
    (403, 4): problems.parent_gone,
    (403, 5): problems.too_many_cashtags,
    (403, 6): problems.unsupported_authentication,
    (403, 7): problems.client_not_enrolled,
    (403, 8): problems.account_not_permitted,
    (403, 9): problems.invalid_url,
    (403, 10): problems.video_too_long,
    (403, 11): problems.conversation_closed,
    (404, 0): lambda: problems.not_found("tweet", "0"),
    (413, 0): problems.too_large,
    (415, 0): problems.wrong_media_type,
    (429, 0): problems.too_many_requests,
    (429, 1): lambda: problems.usage_capped("Daily"),
    (429, 2): lambda: problems.usage_capped("Monthly"),
    (500, 1): lambda: DefaultError(500, 0, "Internal error"),
}
TOKENS: Final[dict[tuple[int, int], Callable[[], Refusal]]] = {
    (400, 0): problems.token_invalid,
    (400, 1): problems.grant_invalid,
    (401, 0): problems.client_unauthorized,
}
# The numbers of version 1.1, with the statuses that go with them.
OLD: Final = {
    32: (401, "Could not authenticate you."),
    64: (403, "Your account is suspended and is not permitted to access this feature."),
    88: (429, "Rate limit exceeded"),
    89: (401, "Invalid or expired token."),
    130: (503, "Over capacity"),
    131: (500, "Internal error"),
    185: (403, "User is over daily status update limit."),
    186: (403, "Tweet needs to be a bit shorter."),
    187: (403, "Status is a duplicate."),
    324: (400, "The validation of media ids failed."),
    326: (
        403,
        "To protect our users from spam and other malicious activity, this account is temporarily locked.",
    ),
}


def by_code(code: int, number: int | None, *, of_token: bool) -> Refusal:
    """Any code, as a fault asks for it; one below 400 is a number of version 1.1."""
    if code < 400:
        status, message = OLD.get(code, (400, "The request was refused."))
        return OldRefusal(status, code, message)
    meant = (TOKENS.get((code, number or 0)) if of_token else None) or MEANT.get((code, number or 0))
    return meant() if meant else by_status(code, of_token=of_token)


def by_status(status: int, *, of_token: bool = False) -> Refusal:
    meant = (TOKENS.get((status, 0)) if of_token else None) or MEANT.get((status, 0))
    if meant:
        return meant()
    if status >= 500:
        return problems.server_trouble(status)
    return Problem(status, "Request Refused", "Request Refused")
