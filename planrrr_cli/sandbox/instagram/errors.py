"""Instagram's errors in Graph's envelope, one row per subcode; when they apply is decided elsewhere.

Source: developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/error-codes (updated 2026-06-02);
subcodes that it lacks (2207077 and on, 2207089) were seen by third parties. All 2207xxx come with HTTP 400.
"""

from typing import Final

from planrrr_cli.sandbox.facebook import errors as graph
from planrrr_cli.sandbox.facebook.errors import GraphError, Wording
from planrrr_cli.sandbox.facebook.scripted import by_code
from planrrr_cli.sandbox.wire import Reply, json_reply

# subcode -> (code, title, text for people)
ROWS: Final = {
    2207001: (-1, "Instagram server error", "Instagram server error, try again later."),
    2207003: (-2, "Media download has timed out", "It takes too long to download the media."),
    2207004: (
        36000,
        "Image size too large",
        "The image is too large to download. It should be less than 8 MiB.",
    ),
    2207005: (
        36001,
        "Unsupported image format",
        "The image format is not supported. Supported formats: JPEG.",
    ),
    2207006: (
        24,
        "Media not found",
        "The requested resource does not exist or is not visible to this token.",
    ),
    2207008: (
        24,
        "Media builder not found",
        "The media builder with this creation id does not exist or is expired.",
    ),
    2207009: (36003, "Invalid aspect ratio", "The aspect ratio must lie between 4:5 and 1.91:1."),
    2207010: (36004, "Caption too long", "The caption was too long."),
    2207020: (
        -2,
        "Media has expired",
        "The media you are trying to access has expired. Please upload again.",
    ),
    2207023: (100, "Unknown media type", "The media type is unknown."),
    2207026: (352, "Unsupported video format", "The video format is not supported. Use MOV or MP4."),
    2207027: (9007, "Media not ready", "The media is not ready for publishing, please wait for a moment."),
    2207028: (100, "Bad carousel", "The carousel must have between 2 and 10 photos or videos."),
    2207032: (-1, "Create media failed", "Create media fail, please try to re-create media."),
    2207035: (100, "Bad product tag", "Product tag positions should not be specified for video media."),
    2207036: (100, "Bad product tag", "Product tag positions are required for photo media."),
    2207037: (100, "Bad product tag", "A product could not be tagged."),
    2207040: (100, "Too many tags", "Cannot use more than 20 tags per created media."),
    2207042: (
        9,
        "Publish limit reached",
        "You reached the maximum number of posts that the API can publish a day.",
    ),
    2207050: (25, "Account restricted", "The Instagram account is inactive, checkpointed, or restricted."),
    2207051: (4, "Action is blocked", "We restrict certain activity to protect our community."),
    2207052: (9004, "Media not fetched", "The media could not be fetched from this URI."),
    2207053: (-1, "Unknown upload error", "Unknown upload error, try again with a new container."),
    2207057: (1, "Thumbnail offset", "Thumbnail offset must lie within the video's length."),
    2207077: (100, "Video download failed", "The video could not be downloaded."),
    2207081: (100, "Trial reels", "This account cannot share trial reels."),
    2207082: (352, "Media upload has failed", "Media upload has failed with error code 2207082"),
    2207085: (352, "Media upload has failed", "Media upload has failed with error code 2207085"),
    2207089: (
        100,
        "Not a post of its own",
        "A container of media type VIDEO can only be an item of a carousel.",
    ),
}
MESSAGES: Final = {
    9004: "Only photo or video can be accepted as media type.",
    9007: "Media ID is not available",
    36000: "The image size is too large.",
    36001: "The image format is not supported.",
    36003: "The submitted image has an unsupported aspect ratio",
    36004: "The submitted text has an unsupported length",
    4: "Application request limit reached",
    9: "Application request limit reached",
    24: "The requested resource does not exist",
    25: "The user is restricted",
    -1: "Fatal",
    -2: "Timeout",
}


def refused(subcode: int, *, code: int | None = None, told: str | None = None) -> GraphError:
    """The error of one row; `code` and `told` in place of the row's own."""
    own, title, text = ROWS[subcode]
    code = own if code is None else code
    words = Wording(subcode, title=title, explanation=told or text)
    return GraphError(400, code, MESSAGES.get(code, "Invalid parameter"), words)


def caption_too_long(what: str, given: int, allowed: int) -> GraphError:
    return refused(2207010, told=f"The submitted caption has {given} {what}; the maximum is {allowed}.")


def not_fetched(why: str) -> GraphError:
    return refused(2207052, told=f"The media could not be fetched from this URI: {why}")


def container_limit(limit: int) -> GraphError:
    """What the real service answers is not documented; the sandbox answers as for too many publishes."""
    return refused(2207042, told=f"The account can create at most {limit} containers within 24 hours.")


def permission_missing(scopes: str) -> GraphError:
    return GraphError(403, 10, f"(#10) The user must be granted {scopes} before this call")


def not_a_business() -> GraphError:
    return GraphError(400, 10, "(#10) The user is not an Instagram Business")


def too_young() -> GraphError:
    return GraphError(400, 190, "Error validating access token: the token must be at least 24 hours old")


def rate_limited() -> GraphError:
    message = (
        "(#80002) There have been too many calls to this Instagram account. Wait a bit and try again. For more, "
        "please refer to https://developers.facebook.com/docs/graph-api/overview/rate-limiting."
    )
    return GraphError(400, 80002, message)


def scripted(code: int, subcode: int | None) -> GraphError:
    """Any code, as a fault asks for it; `error:10:1` is what a switched account says."""
    if subcode in ROWS:
        return refused(subcode, code=code)
    if (code, subcode) == (80002, None):
        return rate_limited()
    if (code, subcode) == (10, 1):
        return not_a_business()
    if (code, subcode) == (190, None):
        return graph.unparsable_token()
    return by_code(code, subcode)


class LoginRefused(Exception):
    """The other envelope, that of api.instagram.com."""

    def __init__(self, message: str, status: int = 400) -> None:
        super().__init__(message)
        self.status = status

    def reply(self) -> Reply:
        told = {"error_type": "OAuthException", "code": self.status, "error_message": str(self)}
        return json_reply(told, self.status)


def login_by_status(status: int) -> Reply:
    words = {429: "Too many requests", 401: "Invalid client secret"}
    told = words.get(status, "Invalid request" if status < 500 else "An unexpected error has occurred")
    return LoginRefused(told, status).reply()
