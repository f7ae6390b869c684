"""Which fields Instagram's nodes have, and picking those that were asked for; an unknown one is code 100.

Names follow facebook/facebook-business-sdk-codegen, api_specs/specs/{IGUser,IGUserForIGOnlyAPI,IGMedia,
IGMediaForIGOnlyAPI,IGComment,ShadowIGMediaBuilder}.json at commit ad2b0b6 of 2026-04-15 (Graph v25.0), with the edges
that `fields` may expand.
"""

from typing import Any, Final

from planrrr_cli.sandbox.facebook import errors
from planrrr_cli.sandbox.facebook.expressions import Fields, read_fields
from planrrr_cli.sandbox.facebook.nodes import tree_of

_USER = """
biography business_discovery followers_count follows_count has_profile_pic id ig_id is_published
legacy_instagram_user_id media_count mentioned_comment mentioned_media name owner_business profile_picture_url
shopping_product_tag_eligibility shopping_review_status username website
"""
_USER_OF_INSTAGRAM = """
account_type biography followers_count follows_count id media_count name profile_picture_url user_id username website
"""
_MEDIA = """
alt_text boost_eligibility_info caption comments_count copyright_check_information current_live_viewer_count has_poll
has_slider id ig_id is_comment_enabled is_shared_to_feed legacy_instagram_media_id like_count media_product_type
media_type media_url owner permalink shortcode thumbnail_url timestamp username video_title view_count children comments
"""
_MEDIA_OF_INSTAGRAM = """
alt_text caption comments_count current_live_viewer_count id is_comment_enabled is_shared_to_feed like_count
media_product_type media_type media_url owner permalink shortcode thumbnail_url timestamp username children comments
"""
_COMMENT = """
from hidden id legacy_instagram_comment_id like_count media parent_id text timestamp user username replies
"""

FIELDS: Final = {
    kind: frozenset(names.split())
    for kind, names in {
        "IGUser": _USER,
        "IGUserForIGOnlyAPI": _USER_OF_INSTAGRAM,
        "IGMedia": _MEDIA,
        "IGMediaForIGOnlyAPI": _MEDIA_OF_INSTAGRAM,
        "IGComment": _COMMENT,
        "ShadowIGMediaBuilder": "copyright_check_status id status status_code video_status",
        "ContentPublishingLimitResponse": "config quota_usage",
    }.items()
}


def asked_fields(given: object) -> Fields:
    """The `fields` parameter as a tree; empty when there is none."""
    return read_fields(tree_of(given))


def pick(
    kind: str, values: dict[str, Any], fields: Fields, defaults: tuple[str, ...] = ("id",)
) -> dict[str, Any]:
    """The asked fields that have a value, and always the id. Nothing asked: the defaults alone."""
    wanted: Fields = fields or {name: {} for name in defaults}
    found: dict[str, Any] = {}
    for name in wanted:
        if name not in FIELDS[kind]:
            raise errors.unknown_field(name, kind)
        if values.get(name) is not None:
            found[name] = values[name]
    return found | ({"id": values["id"]} if "id" in values else {})
