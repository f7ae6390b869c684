"""Which parameters each Facebook edge takes, and of which type; literal tables, and the check against them.

Names and types follow facebook/facebook-business-sdk-codegen, api_specs/specs/{Page,PagePost,AdVideo,Comment}.json at
commit ad2b0b6 of 2026-04-15 (Graph v25.0). A name that is listed is accepted; many have no effect here.
"""

import json
from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors

GENERIC: Final = frozenset(
    ["access_token", "appsecret_proof", "debug", "fields", "format", "locale", "pretty", "summary"]
)

_UNPUBLISHED = """
ADS_POST DRAFT INLINE_CREATED PUBLISHED PUBLISH_PENDING REVIEWABLE_BRANDED_CONTENT SCHEDULED SCHEDULED_RECURRING
"""


def _table(**names: str) -> dict[str, str]:
    """`bool="published secret"` becomes {"published": "bool", "secret": "bool"}."""
    return {name: kind for kind, text in names.items() for name in text.split()}


FEED: Final = _table(
    string=(
        "album_id android_key_hash application_id asset3d_id associated_id caption client_mutation_id "
        "composer_entry_picker composer_entry_point composer_session_events_log composer_session_id "
        "composer_source_surface composer_type connection_class content_attachment cta_link cta_type description "
        "fun_fact_prompt_id instant_game_entry_point_data ios_bundle_id link location_source_id message name "
        "nectar_module object_attachment og_action_type_id og_icon_id og_object_id og_phrase og_suggestion_mechanism "
        "page_recommendation picture place_list privacy prompt_id prompt_tracking_string proxied_app_id quote "
        "referral_id source sponsor_id text_format_metadata text_format_preset_id text_only_place title tracking_info "
        "backdated_time_granularity formatting place_attachment_setting posting_to_redspace target_surface"
    ),
    bool=(
        "attach_place_suggestion audience_exp breaking_news enforce_link_ownership is_backout_draft is_boost_intended "
        "is_explicit_location is_explicit_share is_group_linking_post is_photo_container manual_privacy "
        "multi_share_end_card multi_share_optimized og_hide_object_attachment og_set_profile_badge published "
        "user_selected_tags"
    ),
    number=(
        "asked_fun_fact_prompt_id breaking_news_expiration composer_entry_time direct_share_status expanded_height "
        "expanded_width fun_fact_toastee_id height publish_event_id sponsor_relationship time_since_original_post "
        "video_start_time_ms width"
    ),
    json=(
        "actions call_to_action coordinates feed_targeting home_checkin_city_id image_crops place properties "
        "suggested_place_id targeting viewer_coordinates"
    ),
    list=(
        "attached_media child_attachments implicit_with_tags place_list_data post_surfaces_blacklist ref "
        "referenceable_image_ids tags"
    ),
    time="backdated_time scheduled_publish_time",
    file="thumbnail",
) | {"unpublished_content_type": _UNPUBLISHED}

PHOTOS: Final = _table(
    string=(
        "aid alt_text_custom android_key_hash application_id caption composer_session_id ios_bundle_id "
        "location_source_id message name nectar_module og_action_type_id og_icon_id og_object_id og_phrase "
        "og_suggestion_mechanism privacy proxied_app_id qn sponsor_id url vault_image_id backdated_time_granularity"
    ),
    bool=(
        "allow_spherical_photo audience_exp full_res_is_coming_later is_explicit_location is_explicit_place "
        "manual_privacy no_story og_set_profile_badge published temporary user_selected_tags"
    ),
    number=(
        "attempt direct_share_status filter_type initial_view_heading_override_degrees "
        "initial_view_pitch_override_degrees initial_view_vertical_fov_override_degrees offline_id parent_media_id "
        "profile_id sponsor_relationship target_id time_since_original_post uid"
    ),
    json="feed_targeting place provenance_info spherical_metadata targeting",
    list="tags",
    time="backdated_time scheduled_publish_time",
    file="*",
) | {"unpublished_content_type": _UNPUBLISHED}

VIDEOS: Final = _table(
    string=(
        "application_id audio_story_wave_animation_handle composer_entry_picker composer_entry_point "
        "composer_session_events_log composer_session_id composer_source_surface composer_type container_type "
        "content_category creative_tools crossposted_video_id description fbuploader_video_file_chunk file_url "
        "formatting fun_fact_prompt_id instant_game_entry_point_data location_source_id og_action_type_id og_icon_id "
        "og_object_id og_phrase og_suggestion_mechanism original_projection_type partnership_ad_ad_code "
        "referenced_sticker_id replace_video_id source_instagram_media_id specified_dialect sponsor_id swap_mode "
        "text_format_metadata title transcode_setting_properties universal_video_id upload_session_id "
        "upload_setting_properties video_asset_id video_id_original waterfall_id"
    ),
    bool=(
        "embeddable fisheye_video_cropped guide_enabled is_boost_intended is_explicit_share is_group_linking_post "
        "is_partnership_ad is_voice_clip manual_privacy no_story published reference_only secret social_actions "
        "spherical"
    ),
    number=(
        "asked_fun_fact_prompt_id composer_entry_time direct_share_status end_offset file_size fov "
        "fun_fact_toastee_id initial_heading initial_pitch original_fov publish_event_id sponsor_relationship "
        "start_offset time_since_original_post video_start_time_ms"
    ),
    json="call_to_action edit_description_spec expiration feed_targeting slideshow_spec targeting",
    list="ad_breaks backdated_post content_tags custom_labels guide multilingual_data",
    time="scheduled_publish_time",
    file="source thumb video_file_chunk",
) | {"upload_phase": "cancel finish start transfer", "unpublished_content_type": _UNPUBLISHED}

REELS: Final = _table(
    string="description place title video_id", json="feed_targeting targeting", time="scheduled_publish_time"
) | {"upload_phase": "FINISH START", "video_state": "DRAFT PUBLISHED SCHEDULED"}

COMMENTS: Final = _table(
    string=(
        "attachment_id attachment_share_url attachment_url comment feedback_source message nectar_module object_id "
        "parent_comment_id post_id text tracking comment_privacy_value"
    ),
    bool="is_offline",
    list="facepile_mentioned_ids",
)

POST_UPDATE: Final = _table(
    string="backdated_time_granularity composer_session_id message privacy sponsor_id text_format_preset_id tracking",
    bool="is_explicit_location is_hidden is_pinned is_published should_sync_product_edit",
    list="attached_media explicitly_added_mentionee_ids tags",
    json="place product_item",
    time="backdated_time scheduled_publish_time",
)

VIDEO_UPDATE: Final = _table(
    string="content_category description name privacy sponsor_id target title universal_video_id",
    bool="allow_bm_crossposting embeddable expire_now publish_to_news_feed publish_to_videos_tab published",
    list="ad_breaks content_tags custom_labels tags",
    json="call_to_action expiration",
    time="backdated_time scheduled_publish_time",
)


def checked(values: dict[str, Any], files: list[str], table: dict[str, str]) -> dict[str, Any]:
    """The values in their types, generic ones left out; raises GraphError 100 for what the table does not allow."""
    for name in files:
        if table.get(name) != "file" and "*" not in table:
            raise errors.unknown_parameter(name)
    found = {}
    for name, value in values.items():
        if name in GENERIC:
            continue
        if name not in table or table[name] == "file" or name == "*":
            raise errors.unknown_parameter(name)
        found[name] = typed(name, value, table[name])
    return found


def typed(name: str, value: Any, kind: str) -> Any:
    """One value as its type; a kind that is none of the types is the list of allowed words."""
    match kind:
        case "string":
            return _text(name, value)
        case "bool":
            return _boolean(name, value)
        case "number":
            return _number(name, value)
        case "json":
            return _structure(name, value, dict)
        case "list":
            return _structure(name, value, list)
        case "time":
            return _text(name, value)
        case _:
            words = kind.split()
            found = next((word for word in words if word.lower() == str(value).lower()), None)
            if found is None:
                raise errors.invalid_parameter(
                    f"Param {name} must be one of {{{', '.join(words)}}} - got {value!r}"
                )
            return found


def _text(name: str, value: Any) -> str:
    if isinstance(value, str):
        return value
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    raise errors.invalid_parameter(f"Param {name} must be a string")


def _boolean(name: str, value: Any) -> bool:
    if isinstance(value, bool):
        return value
    word = str(value).lower()
    if word not in ("true", "false", "1", "0"):
        raise errors.invalid_parameter(f"Param {name} must be a boolean")
    return word in ("true", "1")


def _number(name: str, value: Any) -> int:
    text = str(value)
    if isinstance(value, bool) or not (text.isascii() and text.isdecimal() and len(text) <= 19):
        raise errors.invalid_parameter(f"Param {name} must be an integer greater than or equal to zero")
    return int(text)


def _structure(name: str, value: Any, shape: type) -> Any:
    if isinstance(value, str):
        try:
            value = json.loads(value)
        except (ValueError, RecursionError) as bad:
            raise errors.invalid_parameter(f"Param {name} must be valid JSON") from bad
    if not isinstance(value, shape):
        raise errors.invalid_parameter(
            f"Param {name} must be {'an array' if shape is list else 'an object'}."
        )
    return value
