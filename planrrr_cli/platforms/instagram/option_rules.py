"""Which options go with which kind of post on Instagram. No I/O."""

from __future__ import annotations

from collections.abc import Iterator

from planrrr_cli.domain.posts import MediaKind, Post, Problem, Severity
from planrrr_cli.platforms.instagram.form import form_of
from planrrr_cli.platforms.instagram.media_rules import Form
from planrrr_cli.platforms.instagram.options import AS_REEL, COVER, Options, read_options

# https://developers.facebook.com/docs/instagram-platform/instagram-graph-api/reference/ig-user/media (captured
# 2026-03-01, read 2026-11-23)
_REELS_ONLY = ("share_to_feed", "thumb_offset", "audio_name", "trial")


def option_problems(post: Post) -> Iterator[Problem]:
    """Everything that is wrong with the options, alone and with the media."""
    options = read_options(post.options)
    yield from options.problems
    form, several = form_of(post), len(post.media) > 1
    if options.as_ == AS_REEL and several:
        yield _bad("as", "a reel is one video; several media are a carousel, without “as”")
    elif options.as_ == AS_REEL and form is Form.IMAGE:
        yield _bad("as", "a reel is a video, and this is an image")
    if form is Form.STORY and several:
        yield _bad("as", f"a story is one image or video, and the post has {len(post.media)} media")
    video = form is Form.REEL or form is None
    for name in _REELS_ONLY:
        if post.options.get(name) is not None and not video:
            yield _bad(name, "it belongs to a reel, and this is none")
    if COVER in post.attachments and not video:
        yield _bad(COVER, "it belongs to a reel, and this is none")
    if COVER in post.attachments and options.thumb_offset is not None:
        yield _bad("thumb_offset", f"the cover is the file that “{COVER}” names; keep one of the two")
    yield from _beyond_the_end(post, options)
    if form is Form.STORY:
        for name in ("collaborators", "location_id"):
            if post.options.get(name) is not None:
                yield _bad(name, "Instagram does not take it for stories")
    yield from _tags(post, options, form)


def _beyond_the_end(post: Post, options: Options) -> Iterator[Problem]:
    shape = post.media[0].shape if post.media else None
    seconds = shape.duration if shape is not None else None
    if options.thumb_offset is not None and seconds is not None and options.thumb_offset > seconds * 1000:
        yield _bad("thumb_offset", f"{options.thumb_offset:,} ms lie behind the end of the video")


def _tags(post: Post, options: Options, form: Form | None) -> Iterator[Problem]:
    for tag in options.user_tags:
        position = tag.medium if form is Form.CAROUSEL else 0
        if position is None:
            yield _bad("user_tags", f"in a carousel @{tag.username} needs the number of a medium: medium: 1")
            continue
        if tag.medium is not None and tag.medium >= len(post.media):
            yield _bad("user_tags", f"the post has no medium {tag.medium + 1}")
            continue
        kind = post.media[position].kind if position < len(post.media) else None
        if form is Form.CAROUSEL and kind is MediaKind.VIDEO:
            yield _bad("user_tags", f"medium {position + 1} is a video; in a carousel only images are tagged")
        elif kind is MediaKind.IMAGE and tag.x is None and form is not Form.STORY:
            yield _bad("user_tags", f"in an image @{tag.username} needs a place: x and y, 0 to 1")
        elif kind is MediaKind.VIDEO and tag.x is not None and form is Form.REEL:
            said = f"“user_tags”: a reel has no places, so x and y of @{tag.username} are not sent"
            yield Problem("tag_place_unused", said, Severity.WARNING)


def _bad(name: str, said: str) -> Problem:
    return Problem("bad_option", f"“{name}”: {said}")
