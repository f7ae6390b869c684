"""Whether LinkedIn takes a post: what goes together, whose post it is, and what that account was allowed. No I/O."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from urllib.parse import urlsplit

from planrrr_cli.domain.connections import Connection, Platform
from planrrr_cli.domain.posts import ContentRules, Limit, MediaKind, Post, Problem, Severity
from planrrr_cli.platforms.linkedin.little import utf16_units
from planrrr_cli.platforms.linkedin.media_rules import (
    IMAGES,
    PICTURES,
    medium_problems,
    picture_problems,
    subtitle_problems,
)
from planrrr_cli.platforms.linkedin.options import FILES, option_problems, visibility_of
from planrrr_cli.platforms.linkedin.urns import Author, Kind, author_of

TEXT = Limit(
    3_000,
    "what all clients use; no page of LinkedIn's with the number was seen, nor how it counts",
    "2026-11-23",
)
COMMENT = Limit(1_250, "what the site takes; LinkedIn's API documents no number", "2026-11-23")
_SINGLE = frozenset({MediaKind.VIDEO, MediaKind.DOCUMENT})


def _warning(rule: str, message: str, medium: int | None = None) -> Problem:
    return Problem(rule, message, Severity.WARNING, medium)


def _text(post: Post) -> Iterator[Problem]:
    if not post.text.strip():  # LinkedIn's answers to it differ: taken, or 422
        yield Problem("empty_text", "a post on LinkedIn needs a text; write at least a word")


def _link(post: Post) -> Iterator[Problem]:
    if not post.link:
        return
    if post.media:
        yield Problem(
            "link_with_media",
            "LinkedIn shows either a link card or media; put the link into the text, or leave one out",
        )
    try:
        parts = urlsplit(post.link)
        good = parts.scheme in {"http", "https"} and bool(parts.hostname)
    except ValueError:
        good = False
    if not good:
        yield Problem("bad_link", "the link has to begin with http:// or https:// and name a host")
    elif not post.title:
        yield _warning(
            "link_without_title",
            "LinkedIn reads nothing from a linked page: without a title its card shows the bare address",
        )


def _combination(post: Post) -> Iterator[Problem]:
    kinds = [medium.kind for medium in post.media]
    for kind in sorted(_SINGLE & set(kinds)):
        if len(kinds) > 1:
            yield Problem(
                "mixed_media", f"a {kind} stands alone on LinkedIn, and the post has {len(kinds)} media"
            )
    if post.options.get("poll") is not None and (post.media or post.link):
        yield Problem("mixed_media", "a poll stands alone on LinkedIn, without media and without a link")
    titled = bool(_SINGLE & set(kinds)) or bool(post.link) or None in kinds
    if post.title and not titled:
        yield _warning(
            "title_unused", "LinkedIn has titles for links, videos and documents only; the title is not sent"
        )
    if MediaKind.DOCUMENT in kinds and not post.title:
        yield _warning(
            "document_untitled", "LinkedIn shows a document's title; without one, the file's name is shown"
        )
    if post.options.get("description") and not post.link:
        yield Problem("bad_option", "“description” belongs to a link, and the post has none")


def _media(post: Post) -> Iterator[Problem]:
    for position, medium in enumerate(post.media):
        yield from medium_problems(medium, position)


def _attachments(post: Post) -> Iterator[Problem]:
    video = any(medium.kind in {MediaKind.VIDEO, None} for medium in post.media)
    thumbnail, subtitles = post.attachments.get("thumbnail"), post.attachments.get("subtitles")
    if thumbnail is not None:
        if not video and not post.link:
            yield Problem("bad_option", "“thumbnail” belongs to a link or a video, and the post has neither")
        if thumbnail.kind is not None and thumbnail.kind not in PICTURES:
            yield Problem("image_type", f"{thumbnail.name} is {thumbnail.content_type}, not a picture")
        elif thumbnail.kind is not None:
            yield from picture_problems(thumbnail, thumbnail.name, None)
    if subtitles is not None:
        if not video:
            yield Problem("bad_option", "“subtitles” belong to a video, and the post has none")
        yield from subtitle_problems(subtitles)


def _comment(post: Post) -> Iterator[Problem]:
    over = utf16_units(post.first_comment or "") - COMMENT.value
    if over > 0:
        yield _warning(
            "comment_long",
            f"the first comment is {over:,} characters longer than the {COMMENT.value:,} of the site",
        )


def _author_problems(connection: Connection, author: Author | None, post: Post) -> Iterator[Problem]:
    if author is None:
        yield Problem(
            "bad_account",
            f"“{connection.account_id}” is no author on LinkedIn; that is urn:li:person:… or urn:li:organization:…",
        )
        return
    if author.guessed:
        yield _warning(
            "account_guessed",
            f"the account id “{connection.account_id}” is no URN; it is read as {author.urn}",
        )
    if author.kind is Kind.ORGANIZATION and visibility_of(post) == "CONNECTIONS":
        yield Problem("bad_option", "“visibility” CONNECTIONS is for persons; an organization has none")
    if not connection.scopes:  # nobody knows what was granted
        return
    if author.write_scope not in connection.scopes:
        yield Problem(
            "missing_scope",
            f"the permission {author.write_scope} is missing; sign in again and grant it: "
            "planrrr connect linkedin",
        )
    if post.first_comment and author.comment_scope not in connection.scopes:
        # An app with the whole Community Management product may comment without it, so this is no certainty.
        yield _warning(
            "missing_scope",
            f"the permission {author.comment_scope} is missing, so LinkedIn may refuse the first comment",
        )


LINKEDIN_RULES = ContentRules(
    platform=Platform.LINKEDIN,
    text=TEXT,
    media_count=IMAGES,
    count=utf16_units,
    checks=(_text, option_problems, _link, _combination, _media, _attachments, _comment),
    files=FILES,
)


def rules_for(connection: Connection | None) -> ContentRules:
    """What an account takes: the platform's rules, and what its kind and its permissions add."""
    if connection is None:
        return LINKEDIN_RULES
    author = author_of(connection)

    def mine(post: Post) -> Iterator[Problem]:
        return _author_problems(connection, author, post)

    return replace(LINKEDIN_RULES, checks=(*LINKEDIN_RULES.checks, mine))
