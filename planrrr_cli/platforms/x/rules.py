"""What X takes: numbers with their sources, and checks for what no number expresses. No I/O.

What self-serve plans may not do: https://docs.x.com/changelog (2026-02-23 and 2026-04) and
https://docs.x.com/x-api/posts/manage-tweets/introduction (read 2026-08-22).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache

from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.posts import ContentRules, Limit, MediaKind, Post, Problem, Severity, same_text
from planrrr_cli.platforms.x.length import LINK, Measure, invalid_characters, measure, weighted_length
from planrrr_cli.platforms.x.media_rules import IMAGES, medium_problems, mix_problems
from planrrr_cli.platforms.x.options import SUBTITLES, Options, read_options
from planrrr_cli.platforms.x.parts import MOST_PARTS, Part, parts_of, with_link

TEXT = Limit(280, "https://docs.x.com/fundamentals/counting-characters", "2026-08-22")
# How the longer texts are counted is not documented; by weight is the careful reading.
LONG_TEXT = Limit(25_000, "https://docs.x.com/changelog (2024-08-20)", "2026-08-22")
MEDIA = Limit(
    IMAGES.value * MOST_PARTS, "four of each part of a thread; each part is checked by itself", "2026-11-24"
)

REPEATS = Limit(24, "our own choice: X refuses repetitions and documents no span", "2026-11-24")  # hours

ENTERPRISE = "enterprise"
_PLAN = "if the app has an Enterprise plan, say so: planrrr connect x --option plan=enterprise"
_SPACES = r"\s\u180E\u202A-\u202E\u061C\u200E\u200F\u2066-\u2069"
_CASHTAG = re.compile(
    rf"(?:^|(?<=[{_SPACES}]))\$[a-z]{{1,6}}(?:[._][a-z]{{1,2}})?(?=$|[{_SPACES}!-/:-@\[-^{{-~])",
    re.IGNORECASE | re.ASCII,
)


@dataclass(frozen=True, slots=True)
class Privileges:
    """What this account may that others may not. ``scopes`` empty: nobody knows them."""

    long_posts: bool = False
    enterprise: bool = False
    scopes: frozenset[str] = frozenset()

    @classmethod
    def of(cls, connection: Connection | None) -> Privileges:
        if connection is None:
            return cls()
        options = connection.options
        scopes = frozenset() if connection.tokens.secret else frozenset(connection.scopes)
        return cls(options.get("long_posts") is True, options.get("plan") == ENTERPRISE, scopes)

    @property
    def limit(self) -> Limit:
        return LONG_TEXT if self.long_posts else TEXT


@cache
def rules_of(may: Privileges) -> ContentRules:
    """The rules for accounts with these privileges."""

    def length(post: Post) -> Iterator[Problem]:
        options = read_options(post.options)
        parts = parts_of(post, options)
        for number, part in enumerate(parts, 1):
            found = measure(part.text)
            if found.characters > may.limit.value:
                yield _too_long(found, may, _name(number, parts), options)
        comment = measure(post.first_comment or "")
        if comment.characters > may.limit.value:
            yield _too_long(comment, may, "the first comment", options)

    def checks(post: Post) -> Iterator[Problem]:
        options = read_options(post.options)
        parts = parts_of(post, options)
        yield from options.problems
        yield from _text(post, parts)
        yield from _thread(post, options, parts)
        yield from _media(post, parts, may)
        yield from _together(options, parts)
        yield from _subtitles(post, options)
        if not may.enterprise:
            yield from _self_serve(options, parts)
        yield from _scopes(post, may)

    return ContentRules(
        platform=Platform.X,
        text=may.limit,
        media_count=MEDIA,
        count=weighted_length,
        words=lambda post: with_link(post.text, post.link),
        length=length,
        checks=(checks,),
        files=(SUBTITLES,),
        repeats=REPEATS,
    )


def _name(number: int, parts: tuple[Part, ...]) -> str:
    return "the text" if len(parts) == 1 else f"part {number} of the thread"


def _too_long(found: Measure, may: Privileges, name: str, options: Options) -> Problem:
    limit = may.limit.value
    over = found.characters - limit
    said = f"{name} has {found.characters:,} characters as X counts, {over:,} more than {limit:,}"
    if found.links:
        said += (
            f"; its link counts {LINK}"
            if found.links == 1
            else f"; its {found.links} links count {LINK} each"
        )
    if name == "the text" and not options.auto:
        said += "; shorten it, or add  x: {thread: auto}  to post it as a thread"
    elif name == "the text":
        said += f"; not even a thread of {MOST_PARTS} parts can hold it"
    return Problem("text_too_long", said)


def _text(post: Post, parts: tuple[Part, ...]) -> Iterator[Problem]:
    for number, part in enumerate(parts, 1):
        if not part.text.strip() and not part.media:
            name = "the post" if len(parts) == 1 else _name(number, parts)
            yield Problem("empty_post", f"{name} has no text and no media")
        if characters := invalid_characters(part.text):
            said = f"{_name(number, parts)} holds {', '.join(characters)}, which X takes in no text"
            yield Problem("invalid_characters", said)
    if characters := invalid_characters(post.first_comment or ""):
        said = f"the first comment holds {', '.join(characters)}, which X takes in no text"
        yield Problem("invalid_characters", said)
    if post.title:
        yield Problem("title_unused", "X has no titles; the title is not sent", Severity.WARNING)


def _thread(post: Post, options: Options, parts: tuple[Part, ...]) -> Iterator[Problem]:
    if len(parts) > MOST_PARTS:
        yield Problem(
            "thread_too_long",
            f"the thread has {len(parts)} parts, {len(parts) - MOST_PARTS} more than {MOST_PARTS}, which X takes in "
            "a quarter of an hour",
        )
        return
    asked = [position for part in options.thread or () for position in part.media]
    for position in sorted(set(asked)):
        if position >= len(post.media):
            said = f"“thread” asks for medium {position + 1}, and the post has {len(post.media)}"
            yield Problem("bad_option", said)
        elif asked.count(position) > 1:
            yield Problem("bad_option", f"“thread” asks for medium {position + 1} twice")
    texts = [part.text for part in parts] + ([post.first_comment] if post.first_comment else [])
    for number, text in enumerate(texts):
        for earlier, other in enumerate(texts[:number]):
            if same_text(text, other):
                name = "the first comment" if number == len(parts) else f"part {number + 1}"
                said = f"{name} repeats {_repeated(earlier, parts)}; X refuses the same text twice"
                yield Problem("repeated_part", said)
                break


def _repeated(number: int, parts: tuple[Part, ...]) -> str:
    return "the text" if len(parts) == 1 else f"part {number + 1}"


def _media(post: Post, parts: tuple[Part, ...], may: Privileges) -> Iterator[Problem]:
    for number, part in enumerate(parts, 1):
        media = [post.media[position] for position in part.media if position < len(post.media)]
        yield from mix_problems(media, "the post" if len(parts) == 1 else _name(number, parts))
    for position, medium in enumerate(post.media):
        yield from medium_problems(medium, position, premium=may.long_posts)


def _together(options: Options, parts: tuple[Part, ...]) -> Iterator[Problem]:
    """Polls, quotes and media exclude one another: https://github.com/xdevplatform/playground (read 2026-11-23)."""
    there = {"a poll": options.poll, "a quote": options.quote, "media": parts[0].media}
    names = [name for name, value in there.items() if value]
    if len(names) > 1:
        yield Problem("exclusive_fields", f"X takes {' or '.join(names)} in one post, not both")
    if options.share_with_followers and options.community_id is None:
        yield Problem("bad_option", "“share_with_followers” needs “community_id”, the Community to post into")


def _subtitles(post: Post, options: Options) -> Iterator[Problem]:
    file = post.attachments.get(SUBTITLES)
    if file is None:
        for name, value in (
            ("subtitles_language", options.subtitles_language),
            ("subtitles_name", options.subtitles_name),
        ):
            if value is not None:
                yield Problem("bad_option", f"“{name}” says something about subtitles, and there are none")
        return
    if file.kind not in {None, MediaKind.SUBTITLES}:
        yield Problem("bad_subtitles", f"{file.name} is {file.content_type}; X takes SRT or WebVTT subtitles")
    if options.subtitles_language is None:
        yield Problem("bad_option", "subtitles need their language: add  subtitles_language: en")
    if not any(medium.kind in {None, MediaKind.VIDEO} for medium in post.media):
        yield Problem("subtitles_without_video", "the post has subtitles and no video")


def _self_serve(options: Options, parts: tuple[Part, ...]) -> Iterator[Problem]:
    if options.quote is not None:
        yield Problem("quote_not_available", f"X offers quote posts on Enterprise plans only; {_PLAN}")
    if options.reply_to is not None:
        yield Problem(
            "reply_restricted",
            "on self-serve plans X takes replies only to your own posts, or to posts whose authors mentioned or quoted "
            "you; nobody can tell before it is sent",
            Severity.WARNING,
        )
    for number, part in enumerate(parts, 1):
        cashtags = _CASHTAG.findall(part.text)
        if len(cashtags) > 1:
            yield Problem(
                "too_many_cashtags",
                f"{_name(number, parts)} has {len(cashtags)} cashtags ({', '.join(cashtags)}); on self-serve plans X "
                f"takes one in a post; {_PLAN}",
            )


def _scopes(post: Post, may: Privileges) -> Iterator[Problem]:
    """https://docs.x.com/fundamentals/authentication/oauth-2-0/authorization-code (read 2026-08-22)"""
    if not may.scopes:
        return
    needed = ["tweet.read", "tweet.write", "users.read", *(["media.write"] if post.media else [])]
    missing = [scope for scope in needed if scope not in may.scopes]
    if missing:
        yield Problem(
            "missing_scope",
            f"the sign-in lacks {' and '.join(missing)}; sign in again with all scopes: planrrr connect x",
        )


X_RULES = rules_of(Privileges())
