"""Whether YouTube takes a post: its words, its video, and what the account was allowed. No I/O.

Values that people gave are never shortened or changed: https://developers.google.com/youtube/terms/developer-policies
(III.C.3, read 2026-11-23).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.posts import ContentRules, Limit, Post, Problem, Severity
from planrrr_cli.platforms.youtube.body import description_of
from planrrr_cli.platforms.youtube.media_rules import (
    VIDEOS,
    captions_problems,
    media_problems,
    thumbnail_problems,
)
from planrrr_cli.platforms.youtube.options import (
    CAPTIONS,
    CATEGORIES,
    FILES,
    THUMBNAIL,
    Options,
    read_options,
)
from planrrr_cli.platforms.youtube.scopes import Scopes

_VIDEOS = "https://developers.google.com/youtube/data/reference/rest/v3/videos"
_READ = "2026-11-23"
DESCRIPTION = Limit(5_000, f"{_VIDEOS} (bytes of UTF-8)", _READ)
TITLE = Limit(100, _VIDEOS, _READ)
TAGS = Limit(500, f"{_VIDEOS} (with commas, and quotes around tags that hold a space)", _READ)
HASHTAGS = Limit(60, "common knowledge; no page of YouTube's with the number was read", _READ)


def description_bytes(text: str) -> int:
    """YouTube counts bytes: an emoji is four of them."""
    return len(text.encode("utf-8", "surrogatepass"))


def tags_length(tags: Sequence[str]) -> int:
    """As YouTube counts: a tag with a space in it as if it stood in quotes, and a comma between tags.
    https://github.com/daiki-beppu/youtube-automation/issues/83 (read 2026-11-23) measured it."""
    return len(",".join(f'"{tag}"' if " " in tag else tag for tag in tags))


def _warning(rule: str, message: str) -> Problem:
    return Problem(rule, message, Severity.WARNING)


def _description(post: Post) -> Iterator[Problem]:
    text = description_of(post)
    size, limit = description_bytes(text), DESCRIPTION.value
    if size > limit:
        said = f"the description has {size:,} bytes in {len(text):,} characters"
        said = f"{said}, {size - limit:,} more than {limit:,}"
        yield Problem("text_too_long", said)
    yield from _characters("description", text, allowed="\n")
    hashtags = (post.title or "").count("#") + text.count("#")
    if hashtags > HASHTAGS.value:
        said = f"there are {hashtags} hashtags; above {HASHTAGS.value} YouTube ignores all of them"
        yield _warning("many_hashtags", said)


def _title(post: Post) -> Iterator[Problem]:
    title = post.title or ""
    if not any(sign.isprintable() and not sign.isspace() for sign in title):  # nothing that anybody would see
        yield Problem(
            "title_missing", "a video on YouTube needs a title: add a line  title: …  to the document"
        )
        return
    over = len(title) - TITLE.value
    units = len(title.encode("utf-16-le", "surrogatepass")) // 2
    if over > 0:
        yield Problem(
            "title_too_long", f"the title has {len(title)} characters, {over} more than {TITLE.value}"
        )
    elif units > TITLE.value:
        said = (
            f"the title has {len(title)} characters, but {units} if YouTube counts emoji twice, which it does not "
            f"document; {TITLE.value} are safe"
        )
        yield _warning("title_long", said)
    yield from _characters("title", title, allowed="")


def _characters(name: str, text: str, *, allowed: str) -> Iterator[Problem]:
    """https://github.com/FriendTeamInc/VodBot/issues/46 (read 2026-11-23) for the control characters."""
    found = [sign for sign in "<>" if sign in text]
    if found:
        yield Problem(f"{name}_characters", f"the {name} holds {' and '.join(found)}, which YouTube refuses")
    controls = sorted({sign for sign in text if sign < " " or sign == "\x7f"} - set(allowed) - {"\0"})
    if controls:
        named = ", ".join("a tab" if sign == "\t" else f"U+{ord(sign):04X}" for sign in controls)
        yield Problem(
            f"{name}_characters", f"the {name} holds control characters ({named}), which YouTube refuses"
        )


def _options(post: Post) -> Iterator[Problem]:
    options = read_options(post.options)
    yield from options.problems
    length = tags_length(options.tags)
    if length > TAGS.value:
        said = (
            f"the tags have {length} characters as YouTube counts (with commas and quotes), {length - TAGS.value} more "
            f"than {TAGS.value}"
        )
        yield Problem("tags_too_long", said)
    if options.category is not None and options.category not in CATEGORIES:
        said = f"the category {options.category} is not among those that YouTube is known to take"
        yield _warning("category_unknown", said)
    yield from _publish_at(post, options)


def _publish_at(post: Post, options: Options) -> Iterator[Problem]:
    if options.publish_at is None:
        return
    if post.scheduled_at is not None and options.publish_at <= post.scheduled_at:
        said = "“publish_at” is not after the time of the post itself, at which the upload begins"
        yield Problem("bad_option", said)


def _attachments(post: Post) -> Iterator[Problem]:
    options = read_options(post.options)
    thumbnail, captions = post.attachments.get(THUMBNAIL), post.attachments.get(CAPTIONS)
    if thumbnail is not None:
        yield from thumbnail_problems(thumbnail)
    if captions is not None:
        yield from captions_problems(captions)
        if options.captions_language is None:
            yield Problem("bad_option", "captions need their language: add  captions_language: en")
        return
    for name, value in (
        ("captions_language", options.captions_language),
        ("captions_name", options.captions_name),
    ):
        if value is not None:
            yield Problem("bad_option", f"“{name}” says something about captions, and there are none")


YOUTUBE_RULES = ContentRules(
    platform=Platform.YOUTUBE,
    text=DESCRIPTION,
    media_count=VIDEOS,
    count=description_bytes,
    words=description_of,
    unit="bytes",
    length=_description,
    checks=(_title, lambda post: media_problems(post.media), _options, _attachments),
    files=FILES,
)


def rules_for(connection: Connection | None) -> ContentRules:
    """What a channel takes: the platform's rules, and what its permissions leave of them."""
    if connection is None:
        return YOUTUBE_RULES
    scopes = Scopes.of(connection)

    def mine(post: Post) -> Iterator[Problem]:
        return _permissions(post, scopes)

    return replace(YOUTUBE_RULES, checks=(*YOUTUBE_RULES.checks, mine))


def _permissions(post: Post, scopes: Scopes) -> Iterator[Problem]:
    again = "sign in again and grant it: planrrr connect youtube"
    if not scopes.may_upload:
        yield Problem("missing_scope", f"the permission youtube.upload is missing; {again}")
    if not scopes.may_read:
        said = (
            "the permission youtube.readonly is missing: nobody can see what YouTube makes of the video, and a lost "
            f"answer cannot be settled; {again}"
        )
        yield _warning("missing_scope", said)
    wants = {
        "the playlist": (read_options(post.options).playlist, scopes.may_write),
        "the captions": (post.attachments.get(CAPTIONS), scopes.may_comment),
        "the first comment": (post.first_comment, scopes.may_comment),
    }
    for name, (wanted, allowed) in wants.items():
        if wanted and not allowed:
            said = f"the permission youtube.force-ssl is missing, so YouTube will refuse {name}; {again}"
            yield _warning("missing_scope", said)
