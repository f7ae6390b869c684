"""Which parameters Instagram's edges take, and of which type; literal tables.

Names and types follow facebook/facebook-business-sdk-codegen, api_specs/specs/{IGUser,IGMedia}.json at commit ad2b0b6
of 2026-04-15 (Graph v25.0), and what the changelog of Instagram's platform added until 2026-10-05.
"""

from typing import Any, Final

from planrrr_cli.sandbox.facebook.parameters import checked
from planrrr_cli.sandbox.instagram.model import Login

CREATE: Final = {
    "alt_text": "string",
    "audio_name": "string",
    "branded_content_sponsor_ids": "list",
    "caption": "string",
    "children": "list",
    "collaborators": "list",
    "cover_url": "string",
    "image_url": "string",
    "is_ai_generated": "bool",
    "is_carousel_item": "bool",
    "is_paid_partnership": "bool",
    "location_id": "string",
    "media_type": "string",
    "product_tags": "list",
    "share_to_feed": "bool",
    "thumb_offset": "number",
    "trial_params": "json",
    "upload_type": "resumable",
    "user_tags": "list",
    "video_url": "string",
}
CREATE_OF_FACEBOOK: Final = CREATE | {
    "audio_configuration": "json",
    "is_comment_prompt_used": "bool",
    "is_poll_duration_extended": "bool",
    "poll_attachment": "json",
}
PUBLISH: Final = {"creation_id": "number"}
LIST: Final = {
    "after": "string",
    "before": "string",
    "limit": "number",
    "since": "time",
    "until": "time",
}
STORIES: Final = {"after": "string", "before": "string", "limit": "number"}
LIMIT: Final = {"since": "time"}
COMMENT: Final = {"message": "string", "ad_id": "string"}
MEDIA_UPDATE: Final = {"comment_enabled": "bool"}
COMMENT_UPDATE: Final = {"hide": "bool", "ad_id": "string"}


def read_create(values: dict[str, Any], files: list[str], login: Login) -> dict[str, Any]:
    """The checked parameters of a new container. `children`: an array, or text with commas as in the guide."""
    children = values.get("children")
    if isinstance(children, str) and not children.lstrip().startswith("["):
        values = values | {"children": [each.strip() for each in children.split(",") if each.strip()]}
    return checked(values, files, CREATE_OF_FACEBOOK if login is Login.FACEBOOK else CREATE)
