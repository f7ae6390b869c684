"""What a post becomes on Instagram, told from its options and the kinds of its media. No I/O."""

from __future__ import annotations

from collections.abc import Sequence

from planrrr_cli.domain.posts import MediaKind, Post
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.instagram.options import AS_STORY


def form_of(post: Post, kinds: Sequence[MediaKind | None] = ()) -> Form | None:
    """``kinds`` where more is known of the media than the post says. None: the one medium was not looked at yet, or
    there is none. A single video is always a reel (read 2026-11-23):
    https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media"""
    if str(post.options.get("as")).lower() == AS_STORY:
        return Form.STORY
    if len(post.media) > 1:
        return Form.CAROUSEL
    known = [*kinds, *(medium.kind for medium in post.media[len(kinds) :])]
    if not known or known[0] is None:
        return None
    return Form.REEL if known[0] is MediaKind.VIDEO else Form.IMAGE
