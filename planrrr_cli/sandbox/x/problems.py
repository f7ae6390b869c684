"""X's refusals, one constructor per refusal; when they apply is decided elsewhere.

The wordings are those of live answers of 2025 and 2026, as reported in public issue threads (read 2026-11-24).
"""

from typing import Final

from planrrr_cli.sandbox.x.frames import OLD_BASE, OAuthRefusal, Problem, Wording

# Who is calling


def unauthorized() -> Problem:
    return Problem(401, "Unauthorized", "Unauthorized")


def forbidden() -> Problem:
    """Also what a missing scope looks like."""
    return Problem(403, "Forbidden", "Forbidden")


def unsupported_authentication() -> Problem:
    detail = (
        "Authenticating with OAuth 2.0 Application-Only is forbidden for this endpoint.  Supported authentication "
        "types are [OAuth 1.0a User Context, OAuth 2.0 User Context]."
    )
    wording = Wording({"status": 403}, wrapped=True)
    return Problem(403, "Unsupported Authentication", detail, "unsupported-authentication", wording)


def client_not_enrolled() -> Problem:
    detail = (
        "When authenticating requests to the Twitter API v2 endpoints, you must use keys and tokens from a Twitter "
        "developer App that is attached to a Project. You can create a project via the developer portal."
    )
    told = {
        "client_id": "0",
        "required_enrollment": "Appropriate Level of API Access",
        "reason": "client-not-enrolled",
        "registration_url": "https://developer.x.com/en/docs/projects/overview",
    }
    return Problem(403, "Client Forbidden", detail, "client-forbidden", Wording(told))


def account_not_permitted() -> Problem:
    return Problem(403, "Forbidden", "Your account is not permitted to access this feature.")


# How much


def too_many_requests() -> Problem:
    return Problem(429, "Too Many Requests", "Too Many Requests")


def usage_capped(period: str) -> Problem:
    told = {"period": period, "scope": "Product"}
    detail = f"Usage cap exceeded: {period} product cap"
    return Problem(429, "UsageCapExceeded", detail, "usage-capped", Wording(told))


def credits_depleted(account_id: str) -> Problem:
    """Its type kept the old base in the answers of 2026."""
    detail = "Your enrolled account does not have any credits to fulfill this request."
    told = {"account_id": account_id}
    return Problem(402, "CreditsDepleted", detail, f"{OLD_BASE}credits", Wording(told))


def spend_cap_reached() -> Problem:
    detail = "Your account has reached its billing cycle spend cap."
    return Problem(402, "SpendCapReached", detail, f"{OLD_BASE}credits")


# What was asked


def invalid_request(message: str, parameters: dict[str, list[str]] | None = None) -> Problem:
    return invalid_requests([(message, parameters or {})])


def invalid_requests(messages: list[tuple[str, dict[str, list[str]]]]) -> Problem:
    detail = "One or more parameters to your request was invalid."
    return Problem(400, "Invalid Request", detail, "invalid-request", Wording(parameters=tuple(messages)))


def invalid_media_ids(media_ids: list[str]) -> Problem:
    return invalid_request("Your media IDs are invalid.", {"media.media_ids": media_ids})


def media_not_found(media_id: str) -> Problem:
    return invalid_request("BadRequest: Not found", {"media_id": [media_id]})


def only_one_of(given: dict[str, str]) -> Problem:
    names = ", ".join(given)
    return invalid_request(
        f"You can only provide one of {names}.", {name: [value] for name, value in given.items()}
    )


def too_large() -> Problem:
    return Problem(413, "Payload Too Large", "Payload Too Large")


def wrong_media_type() -> Problem:
    return Problem(415, "Unsupported Media Type", "Unsupported Media Type")


def no_such_path() -> Problem:
    return Problem(404, "Not Found", "Not Found")


def method_not_allowed() -> Problem:
    return Problem(405, "Method Not Allowed", "Method Not Allowed")


def not_found(resource: str, resource_id: str, parameter: str = "id") -> Problem:
    """Also the entry of `errors` in an answer of 200."""
    told = {
        "value": resource_id,
        "resource_type": resource,
        "parameter": parameter,
        "resource_id": resource_id,
    }
    noun = "tweet" if resource in ("tweet", "post") else resource
    detail = f"Could not find {noun} with {parameter}: [{resource_id}]."
    return Problem(404, "Not Found Error", detail, "resource-not-found", Wording(told))


# What may be posted


def duplicate() -> Problem:
    return Problem(403, "Forbidden", "You are not allowed to create a Tweet with duplicate content.")


def not_permitted() -> Problem:
    """Said of a text that is too long for the account, among other things."""
    return Problem(403, "Forbidden", "You are not permitted to perform this action.")


def not_your_conversation(parent_id: str) -> Problem:
    """Replies and quotes on self-serve plans, as seen in July 2026."""
    detail = "You can only reply to or quote posts where you are mentioned or are the author."
    told = {"resource_type": "tweet", "resource_id": parent_id, "parameter": "in_reply_to_tweet_id"}
    wording = Wording(told, wrapped=True)
    return Problem(403, "Authorization Error", detail, "not-authorized-for-resource", wording)


def conversation_closed() -> Problem:
    detail = (
        "Reply to this conversation is not allowed because you have not been mentioned or otherwise engaged by the "
        "author of the post you are replying to."
    )
    return Problem(403, "Forbidden", detail)


def parent_gone() -> Problem:
    return Problem(
        403, "Forbidden", "You attempted to reply to a Tweet that is deleted or not visible to you."
    )


def too_many_cashtags() -> Problem:
    return Problem(403, "Forbidden", "Posts are limited to a maximum of one cashtag.")


def invalid_url() -> Problem:
    return Problem(403, "Forbidden", "The Tweet contains an invalid URL.")


def video_too_long() -> Problem:
    return Problem(403, "Forbidden", "This user is not allowed to post a video longer than 2 minutes.")


def not_yours_to_delete() -> Problem:
    return Problem(403, "Forbidden", "You are not authorized to delete this Tweet.")


def server_trouble(status: int) -> Problem:
    titles = {500: "Internal Server Error", 503: "Service Unavailable"}
    title = titles.get(status, "Server Error")
    return Problem(status, title, title)


# Tokens


def token_invalid() -> OAuthRefusal:
    """A refresh token that is spent, revoked or unknown."""
    return OAuthRefusal(400, "invalid_request", "Value passed for the token was invalid.")


def grant_invalid() -> OAuthRefusal:
    """The same refusal as some have reported it."""
    return OAuthRefusal(400, "invalid_grant", "Value passed for the token was invalid.")


def value_invalid(what: str) -> OAuthRefusal:
    return OAuthRefusal(400, "invalid_request", f"Value passed for the {what} was invalid.")


def parameter_missing(name: str) -> OAuthRefusal:
    return OAuthRefusal(400, "invalid_request", f"Missing required parameter [{name}].")


def grant_type_unsupported() -> OAuthRefusal:
    return OAuthRefusal(400, "unsupported_grant_type", "Value passed for the grant type was invalid.")


def client_unauthorized() -> OAuthRefusal:
    """The wrong way of saying which client it is, or a wrong secret."""
    return OAuthRefusal(401, "unauthorized_client", "Missing valid authorization header")


# What stands before X answers with, when X itself does not.
GATEWAY_PAGE: Final = (
    '<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>X / Error</title></head>'
    "<body><h1>Something went wrong, but don't fret - it's not your fault.</h1><p>Let's try again.</p></body></html>\n"
)
