"""Which JSON bodies X's calls take: the specification 2.167 as literal schemas (read 2026-11-24)."""

from typing import Any, Final

from planrrr_cli.sandbox.x.schema import ANY_OBJECT, ID, TEXT, YES_OR_NO, an_object

REPLY_SETTINGS: Final = {"type": "string", "enum": ["following", "mentionedUsers", "subscribers", "verified"]}
_WITH_ADDRESS: Final = an_object(("url",), url=TEXT)

CREATE: Final[dict[str, Any]] = an_object(
    card_uri=TEXT,
    community_id=ID,
    direct_message_deep_link=TEXT,
    edit_options=an_object(("previous_post_id",), previous_post_id=ID),
    for_super_followers_only=YES_OR_NO,
    geo=an_object(("place_id",), place_id=TEXT),
    made_with_ai=YES_OR_NO,
    media=an_object(
        ("media_ids",),
        media_ids={"type": "array", "minItems": 1, "maxItems": 4, "items": ID},
        tagged_user_ids={"type": "array", "maxItems": 10, "items": ID},
        title=TEXT,
        description=TEXT,
        embeddable=YES_OR_NO,
        preview_media_id=ID,
        call_to_actions=an_object(
            app_install=an_object(app_store_id=TEXT, ipad_app_store_id=TEXT, play_store_id=TEXT),
            visit_site=_WITH_ADDRESS,
            watch_now=_WITH_ADDRESS,
        ),
    ),
    nullcast=YES_OR_NO,
    paid_partnership=YES_OR_NO,
    poll=an_object(
        ("options", "duration_minutes"),
        options={
            "type": "array",
            "minItems": 2,
            "maxItems": 4,
            "items": {"type": "string", "minLength": 1, "maxLength": 25},
        },
        duration_minutes={"type": "integer", "minimum": 5, "maximum": 10_080},
        reply_settings=REPLY_SETTINGS,
    ),
    quote_tweet_id=ID,
    reply=an_object(
        ("in_reply_to_tweet_id",),
        in_reply_to_tweet_id=ID,
        exclude_reply_user_ids={"type": "array", "items": TEXT},
        auto_populate_reply_metadata=YES_OR_NO,
    ),
    reply_settings=REPLY_SETTINGS,
    share_with_followers=YES_OR_NO,
    text=TEXT,
)

CATEGORIES: Final = (
    "amplify_video",
    "tweet_gif",
    "tweet_image",
    "tweet_video",
    "dm_gif",
    "dm_image",
    "dm_video",
    "subtitles",
)
ONE_SHOT_CATEGORIES: Final = tuple(name for name in CATEGORIES if name != "amplify_video")
MEDIA_TYPES: Final = (
    "video/mp4",
    "video/webm",
    "video/mp2t",
    "video/quicktime",
    "text/srt",
    "text/vtt",
    "image/jpeg",
    "image/gif",
    "image/bmp",
    "image/png",
    "image/webp",
    "image/pjpeg",
    "image/tiff",
    "model/gltf-binary",
    "model/vnd.usdz+zip",
)

UPLOAD: Final[dict[str, Any]] = an_object(
    ("media", "media_category"),
    media=TEXT,
    media_category={"type": "string", "enum": list(ONE_SHOT_CATEGORIES)},
    additional_owners=TEXT,
)
INITIALIZE: Final[dict[str, Any]] = an_object(
    additional_owners={"type": "array", "items": ID},
    media_category={"type": "string", "enum": list(CATEGORIES)},
    media_type={"type": "string", "enum": list(MEDIA_TYPES)},
    shared=YES_OR_NO,
    total_bytes={"type": "integer", "minimum": 0, "maximum": 17_179_869_184},
)
APPEND: Final[dict[str, Any]] = an_object(
    ("media", "segment_index"), media=TEXT, segment_index={"type": "integer", "minimum": 0, "maximum": 999}
)
FINALIZE: Final[dict[str, Any]] = an_object()
METADATA: Final[dict[str, Any]] = an_object(
    ("id",),
    id=ID,
    metadata=an_object(
        alt_text=an_object(("text",), text={"type": "string", "maxLength": 1000}),
        allow_download_status=ANY_OBJECT,
        audience_policy=ANY_OBJECT,
        content_expiration=ANY_OBJECT,
        domain_restrictions=ANY_OBJECT,
        found_media_origin=ANY_OBJECT,
        geo_restrictions=ANY_OBJECT,
        management_info=ANY_OBJECT,
        preview_image=ANY_OBJECT,
        sensitive_media_warning=ANY_OBJECT,
        shared_info=ANY_OBJECT,
        sticker_info=ANY_OBJECT,
        upload_source=ANY_OBJECT,
    ),
)
SUBTITLES: Final[dict[str, Any]] = an_object(
    id=ID,
    media_category={"type": "string", "enum": ["AmplifyVideo", "TweetVideo"]},
    subtitles=an_object(id=ID, language_code={"type": "string", "pattern": "^[A-Z]{2}$"}, display_name=TEXT),
)
NO_SUBTITLES: Final[dict[str, Any]] = an_object(
    ("id", "media_category", "language_code"), id=TEXT, media_category=TEXT, language_code=TEXT
)
