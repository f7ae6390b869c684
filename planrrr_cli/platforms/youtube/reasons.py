"""The reasons that YouTube gives for a refusal, sorted by what they mean for us. No I/O.

https://developers.google.com/youtube/data/reference/rest/v3/videos/insert, …/thumbnails/set and …/errors (read
2026-11-23); reasons that only users reported are marked.
"""

from __future__ import annotations

from collections.abc import Mapping

CONTENT: Mapping[str, str] = {
    "invalidTitle": "the title",
    "invalidDescription": "the description",
    "invalidTags": "the tags",
    "invalidCategoryId": "the category",
    "invalidPublishAt": "the time at which the video is to become public",
    "invalidFilename": "the name of the file",
    "invalidRecordingDetails": "what is said of the recording",
    "invalidVideoGameRating": "the rating",
    "invalidVideoMetadata": "what is said of the video",
    "defaultLanguageNotSet": "translations without the video's own language",
    "forbiddenPrivacySetting": "this privacy for this channel",
    "forbiddenLicenseSetting": "this licence for this channel",
}
MEDIA: Mapping[str, str] = {
    "mediaBodyRequired": "there is no file, or none that it can read",
    "invalidImage": "the picture is none that it can read",
}
CALL_WRONG = frozenset({"missingRequiredParameter", "unexpectedParameter", "incompatibleParameters"})
NO_CHANNEL = frozenset({"youtubeSignupRequired"})  # users
CHANNEL_CLOSED = frozenset(
    {
        "authenticatedUserAccountClosed",
        "authenticatedUserAccountSuspended",
        "authenticatedUserNotChannel",
        "accountDelegationForbidden",
        "channelClosed",
        "channelSuspended",
    }
)
NOT_ALLOWED: Mapping[str, str] = {
    "forbidden": "YouTube does not permit this call to this channel",
    "insufficientPermissions": "the sign-in lacks a permission that this call needs",
    "ACCESS_TOKEN_SCOPE_INSUFFICIENT": "the sign-in lacks a permission that this call needs",
}
BLOCKED_APP = frozenset({"accessNotConfigured", "SERVICE_DISABLED"})
DAY_USED_UP = frozenset({"quotaExceeded", "dailyLimitExceeded"})
SHORT_LIMITS = frozenset({"rateLimitExceeded", "userRateLimitExceeded"})

# What becomes of a video after the upload: discovery document youtube.v3, VideoStatus and VideoProcessingDetails.
REJECTIONS: Mapping[str, str] = {
    "claim": "somebody claims it as theirs",
    "copyright": "it infringes somebody's copyright",
    "duplicate": "this channel has the same video already",
    "inappropriate": "its content is inappropriate",
    "legal": "there is a legal complaint about it",
    "length": "it is too long; channels that are not verified by phone (youtube.com/verify) have 15 minutes",
    "termsOfUse": "it breaks YouTube's terms of use",
    "trademark": "it infringes somebody's trademark",
    "uploaderAccountClosed": "the channel was closed",
    "uploaderAccountSuspended": "the channel was suspended",
}
UNPROCESSABLE: Mapping[str, str] = {
    "codec": "it is coded in a way that YouTube does not know",
    "conversion": "YouTube cannot convert it",
    "emptyFile": "the file is empty",
    "invalidFile": "the file is no video that YouTube can read",
    "tooSmall": "the file is too small",
    "uploadAborted": "the upload was aborted",
    "uploadFailed": "the upload failed",
    "transcodeFailed": "YouTube cannot convert it",
    "streamingFailed": "YouTube cannot stream it",
    "other": "YouTube does not say why",
}
