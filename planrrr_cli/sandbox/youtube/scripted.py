"""What a fault's `status:NNN` and `error:CODE[:NUMBER]` mean in Google's dialect; the README lists them for people."""

from collections.abc import Callable
from typing import Final

from planrrr_cli.sandbox.youtube import errors, metadata, oauth, quotaerrors, uploaderrors
from planrrr_cli.sandbox.youtube.errors import Refusal, invalid


def _metadata(reason: str, place: str) -> Callable[[], Refusal]:
    told = f"The request metadata is invalid: {reason}."
    return lambda: invalid(reason, told, place)


def _account(reason: str) -> Callable[[], Refusal]:
    return lambda: errors.account_trouble(reason)


# CODE is the HTTP status, NUMBER which of its refusals; 0 is the one without a number.
MEANT: Final[dict[tuple[int, int], Callable[[], Refusal]]] = {
    (400, 0): _metadata("invalidVideoMetadata", "body"),
    (400, 1): quotaerrors.channel_limit,
    (400, 2): _metadata("invalidTitle", "body.snippet.title"),
    (400, 3): _metadata("invalidDescription", "body.snippet.description"),
    (400, 4): _metadata("invalidTags", "body.snippet.tags"),
    (400, 5): _metadata("invalidCategoryId", "body.snippet.categoryId"),
    (400, 6): metadata.wrong_time,
    (400, 7): _metadata("invalidFilename", "Slug"),
    (400, 8): lambda: uploaderrors.no_media("youtube.video"),
    (400, 9): lambda: uploaderrors.small_chunk(1),
    (400, 10): lambda: uploaderrors.wrong_offset(262_144, 0),
    (400, 11): lambda: invalid(
        "invalidImage", "The provided image content is invalid.", "body", "youtube.thumbnail"
    ),
    (400, 12): _metadata("defaultLanguageNotSet", "body.snippet.defaultLanguage"),
    (400, 13): _metadata("invalidRecordingDetails", "body.recordingDetails"),
    (400, 14): _metadata("invalidVideoGameRating", "body.ageGating.videoGameRating"),
    (400, 15): lambda: errors.required("part"),
    (400, 16): lambda: errors.unexpected_parameter("id"),
    (400, 17): lambda: errors.incompatible(["id", "mine"]),
    (400, 18): lambda: invalid(
        "processingFailure", "The API server failed.", "body", "youtube.commentThread"
    ),
    (400, 19): lambda: errors.google(
        400, "failedPrecondition", "Precondition check failed.", status="FAILED_PRECONDITION"
    ),
    (401, 0): errors.dead_token,
    (401, 1): errors.no_channel,
    (403, 0): lambda: errors.forbidden("youtube.video", location="Authorization"),
    (403, 1): quotaerrors.units_used_up,
    (403, 2): lambda: errors.google(403, "dailyLimitExceeded", "Daily Limit Exceeded", "usageLimits"),
    (403, 3): lambda: quotaerrors.too_fast(403),
    (403, 4): lambda: quotaerrors.too_fast(403, "userRateLimitExceeded"),
    (403, 5): lambda: errors.google(
        403, "forbiddenPrivacySetting", "Invalid privacy setting.", "youtube.video"
    ),
    (403, 6): lambda: errors.google(403, "forbiddenLicenseSetting", "Invalid license.", "youtube.video"),
    (403, 7): lambda: errors.insufficient_scope(("https://www.googleapis.com/auth/youtube.upload",)),
    (403, 8): errors.not_configured,
    (403, 9): _account("authenticatedUserAccountClosed"),
    (403, 10): _account("authenticatedUserAccountSuspended"),
    (403, 11): _account("authenticatedUserNotChannel"),
    (403, 12): _account("accountDelegationForbidden"),
    (403, 13): _account("channelClosed"),
    (403, 14): _account("channelSuspended"),
    (403, 15): lambda: quotaerrors.channel_limit(403),
    (403, 16): lambda: errors.google(
        403, "commentsDisabled", "Comments are disabled.", "youtube.commentThread"
    ),
    (404, 1): lambda: errors.not_found("playlistNotFound", "playlist", "youtube.playlistItem", "playlistId"),
    (409, 0): errors.already_exists,
    (409, 1): lambda: invalid(
        "captionExists", "The caption track exists.", "body.snippet", "youtube.caption", 409
    ),
    (429, 0): quotaerrors.too_fast,
    (429, 1): quotaerrors.uploads_used_up,
    (429, 2): lambda: errors.google(
        429,
        "uploadRateLimitExceeded",
        "The channel has uploaded too many thumbnails recently.",
        "youtube.thumbnail",
    ),
}
TOKENS: Final[dict[tuple[int, int], Callable[[], Refusal]]] = {
    (400, 0): oauth.dead_grant,
    (400, 1): lambda: oauth.refused(400, "invalid_request", "Bad Request"),
    (400, 2): lambda: oauth.refused(400, "invalid_scope", "Bad Request"),
    (400, 3): lambda: oauth.refused(400, "unauthorized_client", "Unauthorized"),
    (401, 0): oauth.wrong_client,
    (403, 0): lambda: oauth.refused(403, "access_denied", "Account restricted"),
    (429, 0): lambda: oauth.refused(429, "rate_limit_exceeded", "Rate Limit Exceeded"),
    (500, 0): lambda: oauth.refused(500, "internal_failure"),
    (503, 0): lambda: oauth.refused(503, "temporarily_unavailable"),
}
# What a missing video belongs to, by the call that names it.
DOMAINS: Final = {
    "youtube.thumbnails.set": "youtube.thumbnail",
    "youtube.playlistItems.insert": "youtube.playlistItem",
    "youtube.captions.insert": "youtube.caption",
    "youtube.commentThreads.insert": "youtube.commentThread",
}


def by_code(call: str, code: int, number: int | None = None) -> Refusal:
    """Any code, as a fault asks for it. An unknown number counts as none, a code that is no status as 400."""
    code = code if 300 <= code <= 599 else 400
    key = (code, number or 0)
    if call.startswith("youtube.token.") and (meant := TOKENS.get(key)):
        return meant()
    if call == "youtube.thumbnails.set" and key == (403, 0):
        return errors.forbidden("youtube.thumbnail", "Forbidden", "Authorization")
    if meant := MEANT.get(key):
        return meant()
    if code in (404, 410) and call.startswith("youtube.upload."):
        return uploaderrors.session_gone(code)
    if code == 404:
        return errors.not_found("videoNotFound", "video", DOMAINS.get(call, "youtube.video"), "videoId")
    if code >= 500:
        return errors.server_trouble(code)
    return by_code(call, code) if number else errors.google(code, "badRequest", "The request was refused.")


def limited(call: str) -> Refusal:
    """The limit of the channel that a call can meet; YouTube tells no time to wait."""
    if call.startswith("youtube.token."):
        return by_code(call, 429)
    if call == "youtube.thumbnails.set":
        return by_code(call, 429, 2)
    uploads = call.startswith("youtube.upload.") or call in ("youtube.videos.insert", "youtube.videos.upload")
    return quotaerrors.channel_limit() if uploads else by_code(call, 403, 4)
