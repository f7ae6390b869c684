"""The refusals for who called too often: the project's day, the channel's day, a burst.

Bodies: googleapis/google-api-python-client issue 2753 and many clients since May 2026; ShareX issue 5888 (2026-11-23).
"""

from planrrr_cli.sandbox.youtube.errors import Refusal, google


def uploads_used_up() -> Refusal:
    message = (
        "Quota exceeded for quota metric 'Video Uploads' and limit 'Video Uploads per day' of service"
        " 'youtube.googleapis.com' for consumer 'project_number:123'."
    )
    return google(429, "rateLimitExceeded", message, status="RESOURCE_EXHAUSTED")


def searches_used_up() -> Refusal:
    message = (
        "Quota exceeded for quota metric 'Search Queries' and limit 'Search Queries per day' of service"
        " 'youtube.googleapis.com' for consumer 'project_number:123'."
    )
    return google(429, "rateLimitExceeded", message, status="RESOURCE_EXHAUSTED")


def units_used_up() -> Refusal:
    message = (
        "The request cannot be completed because you have exceeded your"
        ' <a href="/youtube/v3/getting-started#quota">quota</a>.'
    )
    return google(403, "quotaExceeded", message, "youtube.quota")


def channel_limit(code: int = 400) -> Refusal:
    message = "The user has exceeded the number of videos they may upload."
    return google(code, "uploadLimitExceeded", message, "youtube.video")


def too_fast(code: int = 429, reason: str = "rateLimitExceeded") -> Refusal:
    """A burst, not the day: the message names a minute."""
    message = (
        "Quota exceeded for quota metric 'Queries' and limit 'Queries per minute per user' of service"
        " 'youtube.googleapis.com' for consumer 'project_number:123'."
    )
    return google(code, reason, message, "global" if code == 429 else "usageLimits")
