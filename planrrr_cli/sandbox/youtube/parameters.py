"""The query parameters that several methods share, and the parts of each resource.

Source: the discovery document of YouTube Data API v3, revision 20261104. Parameters for content partners
(onBehalfOfContentOwner and its kin) are known and without effect.
"""

from typing import Final

OWNER: Final = {"onBehalfOfContentOwner": "string"}
CHANNEL_OWNER: Final = OWNER | {"onBehalfOfContentOwnerChannel": "string"}
PAGES: Final = {"maxResults": "0..50", "pageToken": "string"}
VIDEO_PARTS: Final = (
    "brandPartner",
    "contentDetails",
    "fileDetails",
    "id",
    "liveStreamingDetails",
    "localizations",
    "paidProductPlacementDetails",
    "player",
    "processingDetails",
    "recordingDetails",
    "snippet",
    "statistics",
    "status",
    "suggestions",
    "topicDetails",
)
CHANNEL_PARTS: Final = (
    "auditDetails",
    "brandingSettings",
    "contentDetails",
    "contentOwnerDetails",
    "id",
    "localizations",
    "snippet",
    "statistics",
    "status",
    "topicDetails",
)
PLAYLIST_PARTS: Final = ("contentDetails", "id", "localizations", "player", "snippet", "status")
ITEM_PARTS: Final = ("contentDetails", "id", "snippet", "status")
